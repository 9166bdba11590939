"""Replacing a member of a team whose audit is confirmed or runs: place, half-days, sight and the lead's term."""

from __future__ import annotations

from auditors.casework import service as casework
from auditors.roster import service as roster
from pool.bookings import service
from pool.bookings.service import Answered
from pool.kernel.clock import day_of
from pool.kernel.storage import Work
from scheduling import service as scheduling


def replace_member(
    work: Work, *, booking: str, leaves: str, comes: str, reason: str, version: int | None = None
) -> Answered:
    """Put auditor ``comes`` in the place of ``leaves``, as planner who spoke with both; return the team.

    Half-days after today change hands, past ones stay. Sight of who leaves ends, of who comes begins, at once.
    Raises: as ``bookings.replace_member``; TeamFixed, ReviewedBefore, HalfDayTaken.
    """
    with work.as_pool():
        found = service.replace_member(
            work, booking=booking, leaves=leaves, comes=comes, reason=reason, version=version
        )
        team, left, came = found.team, found.leaves, found.comes
        scheduling.hand_over(
            work,
            audit_id=team.audit_id,
            audit_ref=team.audit_ref,
            leaves=left.auditor_id,
            comes=came.auditor_id,
            half_days=found.half_days,
        )
        if came.role == "lead":
            roster.note_lead(
                work,
                auditor_id=came.auditor_id,
                firm_id=found.firm_id,
                audit_ref=team.audit_ref,
                led_on=max(team.starts_on, day_of(work.at)),
            )
        casework.replace_member(
            work,
            audit_id=team.audit_id,
            leaves=left.person_id,
            member=casework.TeamMember(
                auditor_id=came.auditor_id, person_id=came.person_id, name=came.name, role=came.role
            ),
            reason=reason.strip()[:2000],
        )
    return team
