"""How rows of casework become the values that leave the room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from auditors.casework.finding_rules import FINDING_CYCLE
from auditors.casework.lifecycle import LifeCycle
from auditors.casework.lookup import key_of
from auditors.casework.rules import AUDIT_CYCLE
from auditors.casework.states import DEMANDING, FindingState
from auditors.casework.tables import Audit, AuditEvent, AuditMember, AuditParticipant, Finding, Remedy, Workpaper
from auditors.casework.values import (
    AuditLine,
    EventView,
    FindingView,
    MemberView,
    MoveView,
    ParticipantView,
    PointView,
    RemedyView,
    ShownRating,
    ThreadEntry,
)
from pool.kernel.roles import Office
from pool.kernel.traces import Activity

F = TypeVar("F")
_PLANS = frozenset({FindingState.ISSUED, FindingState.ACKNOWLEDGED, FindingState.RESPONSE_REJECTED})
_CLOSES = frozenset({FindingState.RESPONSE_ACCEPTED, FindingState.CLOSED_ON_PLAN})


def offices_next(cycle: LifeCycle[F], state: str) -> tuple[str, ...]:
    """Return the offices that can make a step from ``state``; ending it is left out, that is nobody's next step."""
    steps = [step for step in cycle.transitions if step.from_state == state and step.move not in ("stop", "call_off")]
    return tuple(sorted({str(office) for step in steps for office in step.offices}))


def moves_of(cycle: LifeCycle[F], *, state: str, office: Office, facts: F) -> tuple[MoveView, ...]:
    """Return the steps of an office from a state, each with what is in its way."""
    return tuple(
        MoveView(step.move, step.to_state, tuple(refusal.reason for refusal in cycle.refusals(step, facts)))
        for step in cycle.moves_from(state, office)
    )


def next_due(finding: Finding) -> date | None:
    """Return the next day the firm must keep; ``None`` while the pool must act or nothing is asked."""
    if finding.grade not in DEMANDING:
        return None
    if finding.state in _PLANS:
        return finding.plan_by
    return finding.close_by if finding.state in _CLOSES else None


def finding_view(finding: Finding, *, audit_ref: str, part: Mapping[str, Any]) -> FindingView:
    """Return a finding's value; ``part`` is its participant's."""
    return FindingView(
        id=key_of(finding),
        public_id=finding.public_id,
        ref=finding.ref,
        audit_id=finding.audit_id,
        audit_ref=audit_ref,
        firm_id=finding.firm_id,
        firm_name=str(part.get("firm_name", "")),
        deployment_id=finding.deployment_id,
        deployment_ref=str(part.get("deployment_ref", "")),
        deployment_name=str(part.get("deployment_name", "")),
        point_id=finding.point_id,
        duty_id=finding.duty_id,
        grade=finding.grade,
        requirement=finding.requirement,
        statement=finding.statement,
        evidence=finding.evidence,
        state=finding.state,
        author_name=finding.author_name,
        issued_at=finding.issued_at,
        acknowledged_at=finding.acknowledged_at,
        contain_by=finding.contain_by,
        contained_at=finding.contained_at,
        contained_note=finding.contained_note,
        plan_by=finding.plan_by,
        close_by=finding.close_by,
        closed_at=finding.closed_at,
        repeats_ref=finding.repeats_ref,
        dispute_reason=finding.dispute_reason,
        released=finding.released,
        version=finding.version,
        due_on=next_due(finding),
        acts=offices_next(FINDING_CYCLE, finding.state),
    )


def remedy_view(remedy: Remedy) -> RemedyView:
    """Return a remedy's value."""
    return RemedyView(
        public_id=remedy.public_id,
        correction=remedy.correction,
        root_cause=remedy.root_cause,
        action=remedy.action,
        owner=remedy.owner,
        due_on=remedy.due_on,
        state=remedy.state,
        proposed_at=remedy.proposed_at,
        evidence_note=remedy.evidence_note,
        implemented_at=remedy.implemented_at,
        answer=remedy.answer,
        answered_at=remedy.answered_at,
        verified_name=remedy.verified_name,
        verified_at=remedy.verified_at,
    )


def participant_view(row: AuditParticipant) -> ParticipantView:
    """Return a participant's value."""
    part = row.part
    return ParticipantView(
        firm_id=row.firm_id,
        firm_ref=str(part.get("firm_ref", "")),
        firm_name=str(part.get("firm_name", "")),
        deployment_id=row.deployment_id,
        deployment_ref=str(part.get("deployment_ref", "")),
        deployment_name=str(part.get("deployment_name", "")),
        booking_id=row.booking_id,
        tier=str(part.get("tier", "")),
        intensity=str(part.get("intensity", "")),
        facts=dict(part.get("facts", {})),
        comment=row.firm_comment,
        commented_at=row.commented_at,
        answer=row.comment_answer,
        ratings=tuple(ShownRating(str(part.get("deployment_ref", "")), **one) for one in row.ratings),
    )


def member_view(row: AuditMember) -> MemberView:
    """Return a team member's value."""
    return MemberView(row.person_id, row.auditor_id, row.name, row.role, row.joined_at, row.left_at)


def point_view(paper: Workpaper, *, deployment_ref: str) -> PointView:
    """Return a workpaper's value."""
    return PointView(
        id=key_of(paper),
        deployment_id=paper.deployment_id,
        deployment_ref=deployment_ref,
        position=paper.position,
        point_id=paper.point_id,
        point=dict(paper.point),
        procedure=paper.procedure,
        sample=paper.sample,
        result=paper.result,
        conclusion=paper.conclusion,
        rating=paper.rating,
        rating_reason=paper.rating_reason,
        preparer_name=paper.preparer_name,
        prepared_at=paper.prepared_at,
        version=paper.version,
        released=paper.released,
    )


def event_view(row: AuditEvent) -> EventView:
    """Return a step's value."""
    return EventView(row.from_state, row.to_state, row.at, row.name, row.reason)


def thread_entry(row: Activity) -> ThreadEntry:
    """Return the value of an activity entry about a finding or its remedy."""
    before, after = dict(row.before or {}), dict(row.after or {})
    return ThreadEntry(row.at, row.name, row.office, row.verb, row.reason, before, after)


def audit_line(
    audit: Audit, *, participants: Iterable[AuditParticipant], members: Iterable[AuditMember], person_id: int | None
) -> AuditLine:
    """Return an audit's line. ``may_act`` is false for a person who took part and so may not judge."""
    parts = [row.part for row in participants]
    team = list(members)
    lead = next((row.name for row in team if row.role == "lead" and row.left_at is None), "")
    return AuditLine(
        id=key_of(audit),
        public_id=audit.public_id,
        ref=audit.ref,
        kind=audit.kind,
        state=audit.state,
        tier=audit.tier,
        firms=tuple(dict.fromkeys(str(part.get("firm_name", "")) for part in parts)),
        deployments=tuple(str(part.get("deployment_ref", "")) for part in parts),
        lead=lead,
        starts_on=audit.starts_on,
        ends_on=audit.ends_on,
        reported_at=audit.reported_at,
        acts=offices_next(AUDIT_CYCLE, audit.state),
        may_act=person_id is None or all(row.person_id != person_id for row in team),
    )
