"""Who may not audit a booking whatever the plan says: whoever judged the same deployments before.

Source: effort.yaml, separation.rules ("ethics reviewer of a deployment never audits it", "the follow-up of a finding is
done by a team that did not grade it"); policy/DECISIONS.md 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from auditors.casework.queries import graders_of
from pool.bookings.lookup import key_of
from pool.bookings.tables import Booking, BookingDeployment, Proposal, ProposalMember
from pool.kernel.storage import Reading
from pool.members.queries import people_of_auditors
from pool.registry.queries import ethics_reviewers

FOLLOW_UP = "follow_up"


def separated_auditors(reading: Reading, bookings: Sequence[Booking]) -> dict[int, frozenset[int]]:
    """Return, by booking, the auditors who judged one of its deployments before: four queries. Needs the pool's scope.

    These are the ethics reviewers of a deployment and, for a follow-up, everybody of a team whose findings are open.
    """
    if not bookings:
        return {}
    rows = reading.session.exec(
        select(BookingDeployment).where(col(BookingDeployment.booking_id).in_([key_of(row) for row in bookings]))
    ).all()
    deployments = sorted({row.deployment_id for row in rows})
    reviewed, graded = ethics_reviewers(reading, deployments), graders_of(reading, deployments)
    auditors = {seat.person_id: auditor for auditor, seat in people_of_auditors(reading).items()}
    follow_ups = {key_of(row) for row in bookings if row.kind == FOLLOW_UP}
    found: dict[int, set[int]] = {key_of(row): set() for row in bookings}
    for row in rows:
        found[row.booking_id].update(
            auditors[person] for person in reviewed.get(row.deployment_id, ()) if person in auditors
        )
        if row.booking_id in follow_ups:
            found[row.booking_id].update(graded.get(row.deployment_id, ()))
    return {booking: frozenset(kept) for booking, kept in found.items()}


def excluded_auditors(reading: Reading, booking_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return, by booking, the auditors who declined or to whom an upheld objection was about: one query."""
    rows: Any = reading.session.exec(
        select(Proposal.booking_id, ProposalMember.auditor_id)
        .join(ProposalMember, col(ProposalMember.proposal_id) == col(Proposal.id))
        .where(
            col(Proposal.booking_id).in_(list(booking_ids)),
            (col(ProposalMember.answer) == "declined") | col(ProposalMember.objected).is_(True),
        )
        .order_by(col(ProposalMember.id))
    )
    found: dict[int, list[int]] = {}
    for booking_id, auditor_id in rows:
        found.setdefault(booking_id, []).append(auditor_id)
    return {key: tuple(dict.fromkeys(listed)) for key, listed in found.items()}
