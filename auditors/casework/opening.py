"""Opening an audit, its team, and who may see what of it. Called by the journeys of booking and planning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, or_, select

from auditors.casework.brief import AuditBrief, BadBrief, BriefPoint
from auditors.casework.lookup import audit_by_id, key_of, participants_of
from auditors.casework.rules import REPLACEABLE
from auditors.casework.states import AuditState
from auditors.casework.tables import Audit, AuditEvent, AuditGrant, AuditMember, AuditParticipant, Workpaper
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of, plain
from pool.kernel.refusals import Conflict, Invalid
from pool.kernel.roles import Office
from pool.kernel.storage import Work
from pool.kernel.words import gettext as _

ROLES = ("lead", "auditor", "expert", "trainee", "observer")
_MOMENT = timedelta(microseconds=1)


class BadTeam(Invalid):
    """A team that cannot hold an audit."""


class TeamFixed(Conflict):
    """The audit has gone too far for its team to change this way."""


class ReviewedBefore(Conflict):
    """Who has reviewed an audit may not join its team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A firm's deployment in an audit and the booking it came from. ``part`` is frozen with the row."""

    firm_id: int
    deployment_id: int
    booking_id: int
    part: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMember:
    """A person who joins a team, in a role."""

    auditor_id: int
    person_id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class OpenedAudit:
    """The audit that was opened."""

    id: int
    ref: str


def _bad_brief(reason: str) -> BadBrief:
    return BadBrief(reason, field="brief", next_step="Make the brief again.")


def open_audit(
    work: Work,
    *,
    brief: AuditBrief,
    participants: Sequence[Participant],
    kind: str,
    tier: str,
    edition: str,
) -> OpenedAudit:
    """Open a planned audit with its participants and one workpaper per test point and deployment.

    The seed of every draw of samples is the digest of the booking's reference and the day, so that it can be repeated.
    Call it in the pool's scope. Source: sampling.selection of test_points.yaml.

    Raises: BadBrief where brief and arguments disagree.
    """
    if (kind, tier, edition) != (brief.kind, brief.tier, brief.edition):
        raise _bad_brief("Kind, tier or edition differ from the brief.")
    if {p.deployment_id for p in participants} != {part.deployment_id for part in brief.parts}:
        raise _bad_brief("The participants differ from the brief.")
    audit = work.add(
        Audit(
            ref=work.next_reference("AUD"),
            kind=kind,
            state=AuditState.PLANNED,
            tier=tier,
            edition=edition,
            brief=brief.common_json(),
            brief_digest=brief.digest,
            seed=digest_of({"booking": brief.booking_ref, "on": day_of(work.at)}),
        )
    )
    for participant in participants:
        _add_participant(work, audit=audit, participant=participant, brief=brief)
    work.add(_event(work, key_of(audit), "", AuditState.PLANNED))
    work.note(
        "audit.opened",
        subject_kind="audit",
        subject_ref=audit.ref,
        audit_id=key_of(audit),
        after={"state": audit.state, "brief": audit.brief_digest, "booking": brief.booking_ref},
    )
    return OpenedAudit(key_of(audit), audit.ref)


def _event(work: Work, audit_id: int, before: str, after: str, reason: str = "") -> AuditEvent:
    return AuditEvent(
        audit_id=audit_id,
        from_state=before,
        to_state=after,
        at=work.at,
        person_id=work.actor.person_id,
        name=work.actor.name,
        reason=reason,
    )


def _add_participant(work: Work, *, audit: Audit, participant: Participant, brief: AuditBrief) -> None:
    part = brief.part_of(participant.deployment_id)
    if part.firm_id != participant.firm_id:
        raise _bad_brief("A deployment belongs to another firm.")
    work.add(
        AuditParticipant(
            audit_id=key_of(audit),
            firm_id=participant.firm_id,
            deployment_id=participant.deployment_id,
            booking_id=participant.booking_id,
            part={**brief.part_json(participant.deployment_id), **plain(participant.part)},
        )
    )
    for position, point in enumerate(brief.points_of(participant.deployment_id), start=1):
        work.add(
            Workpaper(
                audit_id=key_of(audit),
                firm_id=participant.firm_id,
                deployment_id=participant.deployment_id,
                position=position,
                point_id=point.id,
                point=_point(point),
            )
        )


def _point(point: BriefPoint) -> dict[str, Any]:
    return {name: plain(getattr(point, name)) for name in BriefPoint.__dataclass_fields__}


def join_team(work: Work, *, audit_id: int, members: Sequence[TeamMember], starts_on: date, ends_on: date) -> None:
    """Set the team and the dates of a planned audit and grant each member sight of every participant.

    Whoever was in the team before and is not named now leaves it; their rows stay, since who took part may never judge.
    Call it in the pool's scope.

    Raises: BadTeam, TeamFixed.
    """
    audit = audit_by_id(work, audit_id)
    if audit.state != AuditState.PLANNED:
        raise TeamFixed(_("The plan of this audit is sealed."), next_step=_("Replace single members instead."))
    _check_team(members, starts_on=starts_on, ends_on=ends_on)
    named = {member.person_id for member in members}
    for row in _member_rows(work, audit_id):
        if row.person_id not in named and row.left_at is None:
            leave_team(work, audit_id=audit_id, person_id=row.person_id, reason=_("Replaced"))
    for member in members:
        _seat(work, audit=audit, member=member)
    audit.starts_on, audit.ends_on = starts_on, ends_on
    audit.version += 1
    work.flush()
    work.note(
        "audit.team_joined",
        subject_kind="audit",
        subject_ref=audit.ref,
        audit_id=audit_id,
        after={"team": [f"{m.name} ({m.role})" for m in members], "starts_on": str(starts_on), "ends_on": str(ends_on)},
    )


def _check_team(members: Sequence[TeamMember], *, starts_on: date, ends_on: date) -> None:
    if [member.role for member in members].count("lead") != 1:
        raise BadTeam(_("A team has exactly one lead auditor."), field="members", next_step=_("Name one lead."))
    if any(member.role not in ROLES for member in members):
        raise BadTeam(_("A role is not known."), field="members", next_step=_("Use: %(r)s.", r=", ".join(ROLES)))
    if len({member.person_id for member in members}) != len(members):
        raise BadTeam(_("A person stands twice in the team."), field="members", next_step=_("Name each person once."))
    if ends_on < starts_on:
        raise BadTeam(_("The audit ends before it starts."), field="ends_on", next_step=_("Correct the dates."))


def _member_rows(work: Work, audit_id: int) -> list[AuditMember]:
    return list(work.session.exec(select(AuditMember).where(col(AuditMember.audit_id) == audit_id)))


def _seat(work: Work, *, audit: Audit, member: TeamMember) -> None:
    audit_id = key_of(audit)
    row = next((row for row in _member_rows(work, audit_id) if row.person_id == member.person_id), None)
    if row is None:
        work.add(
            AuditMember(
                audit_id=audit_id,
                auditor_id=member.auditor_id,
                person_id=member.person_id,
                name=member.name,
                role=member.role,
                joined_at=work.at,
            )
        )
    else:
        row.role, row.left_at = member.role, None
    running = {(g.firm_id, g.deployment_id) for g in _running_grants(work, audit_id, member.person_id)}
    for participant in participants_of(work, audit_id):
        if (participant.firm_id, participant.deployment_id) not in running:
            grant(
                work,
                audit_id=audit_id,
                person_id=member.person_id,
                firm_id=participant.firm_id,
                deployment_id=participant.deployment_id,
                reason=_("Member of the audit team"),
            )


def add_member(work: Work, *, audit_id: int, member: TeamMember) -> None:
    """Let one more person join a team, also after the plan was sealed: a stand-in. Call it in the pool's scope.

    Raises: BadTeam where the team would have a second lead.
    """
    audit = audit_by_id(work, audit_id)
    others = [row for row in _member_rows(work, audit_id) if row.left_at is None and row.person_id != member.person_id]
    if member.role not in ROLES or (member.role == "lead" and any(row.role == "lead" for row in others)):
        raise BadTeam(_("A team has exactly one lead auditor."), field="role", next_step=_("Let the lead leave first."))
    _seat(work, audit=audit, member=member)
    audit.version += 1
    work.note(
        "audit.member_joined",
        subject_kind="audit",
        subject_ref=audit.ref,
        audit_id=audit_id,
        after={"name": member.name, "role": member.role},
    )


def replace_member(work: Work, *, audit_id: int, leaves: int, member: TeamMember, reason: str) -> None:
    """Let person ``leaves`` go and ``member`` come in their place: sight changes hands. Call it in the pool's scope.

    Raises: TeamFixed once the audit waits for its decision or has one; ReviewedBefore; BadTeam.
    """
    audit = audit_by_id(work, audit_id)
    if audit.state not in REPLACEABLE:
        raise TeamFixed(
            _("The team of this audit has done its work."), next_step=_("Look at the audit's present state.")
        )
    if _has_reviewed(work, audit_id, member.person_id):
        raise ReviewedBefore(
            _("%(name)s has reviewed this audit.", name=member.name), field="comes", next_step=_("Name somebody else.")
        )
    leave_team(work, audit_id=audit_id, person_id=leaves, reason=reason)
    add_member(work, audit_id=audit_id, member=member)


def _has_reviewed(work: Work, audit_id: int, person_id: int) -> bool:
    found = work.session.exec(
        select(AuditEvent.id)
        .where(
            col(AuditEvent.audit_id) == audit_id,
            col(AuditEvent.person_id) == person_id,
            col(AuditEvent.from_state) == AuditState.SUBMITTED,
            col(AuditEvent.to_state) == AuditState.TECHNICAL_REVIEW,
        )
        .limit(1)
    ).first()
    return found is not None


def leave_team(work: Work, *, audit_id: int, person_id: int, reason: str = "") -> None:
    """Let a person leave a team: their sight ends, their row stays. Call it in the pool's scope."""
    audit = audit_by_id(work, audit_id)
    for row in _member_rows(work, audit_id):
        if row.person_id == person_id and row.left_at is None:
            row.left_at = work.at
            audit.version += 1
            work.note(
                "audit.member_left",
                subject_kind="audit",
                subject_ref=audit.ref,
                audit_id=audit_id,
                after={"name": row.name, "role": row.role},
                reason=reason or None,
            )
    end_grants(work, audit_id=audit_id, person_id=person_id)


def grant(
    work: Work,
    *,
    audit_id: int,
    person_id: int,
    firm_id: int,
    deployment_id: int,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
    reason: str = "",
) -> None:
    """Let a person see one firm's part of an audit, from now or ``from_at`` on. Call it in the pool's scope."""
    work.add(
        AuditGrant(
            person_id=person_id,
            audit_id=audit_id,
            firm_id=firm_id,
            deployment_id=deployment_id,
            from_at=from_at or work.at,
            until_at=until_at,
            reason=reason or work.reason,
        )
    )


def _running_grants(work: Work, audit_id: int | None = None, person_id: int | None = None) -> list[AuditGrant]:
    statement = select(AuditGrant).where(or_(col(AuditGrant.until_at).is_(None), col(AuditGrant.until_at) > work.at))
    if audit_id is not None:
        statement = statement.where(col(AuditGrant.audit_id) == audit_id)
    if person_id is not None:
        statement = statement.where(col(AuditGrant.person_id) == person_id)
    return list(work.session.exec(statement))


def end_grants(work: Work, *, audit_id: int, person_id: int | None = None, at: datetime | None = None) -> int:
    """End the running grants of an audit, or of one person in it, now or ``at``; return how many.

    Call it in the pool's scope, last in a journey: a granted seat sees nothing afterwards.
    """
    return _end(work, _running_grants(work, audit_id, person_id), at=at or work.at)


def end_grants_of_seat(work: Work, *, person_id: int, office: Office) -> int:
    """End the running grants that a person held through a seat that ended; return how many. In the pool's scope.

    An auditor's are those of audits they are or were in the team of; the others came with another seat.
    """
    teams = set(work.session.exec(select(AuditMember.audit_id).where(col(AuditMember.person_id) == person_id)))
    found = [
        row
        for row in _running_grants(work, person_id=person_id)
        if (row.audit_id in teams) == (office is Office.AUDITOR)
    ]
    return _end(work, found, at=work.at)


def _end(work: Work, grants: Sequence[AuditGrant], *, at: datetime) -> int:
    for row in grants:
        row.until_at = max(at, row.from_at + _MOMENT)
    work.flush()
    return len(grants)
