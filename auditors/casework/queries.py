"""Reads of casework: lists, the audit file, a finding with its story, desks and queues. Query counts are constant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import and_, col, select

from auditors.casework.brief import deadlines_of, duties_of
from auditors.casework.evidence import evidence, evidence_of, evidence_views
from auditors.casework.finding_rules import FINDING_CYCLE
from auditors.casework.lookup import (
    audit_facts,
    audits_at_work_of,
    find_audit,
    find_finding,
    findings_of,
    key_of,
    live_remedy,
    members_without_sight,
    participants_of,
    persons_with_sight,
    place_of,
    report_of,
    stop_facts,
    stop_word,
    workpapers_of,
)
from auditors.casework.lookup import finding_facts as _guard_facts
from auditors.casework.record_facts import audit_progress_facts, finding_facts
from auditors.casework.rules import AUDIT_CYCLE, COORDINATORS, GUARDS, AuditFacts
from auditors.casework.states import DEMANDING, AuditState, FindingState
from auditors.casework.tables import (
    Audit,
    AuditEvent,
    AuditMember,
    AuditParticipant,
    EvidenceFile,
    Finding,
    Remedy,
)
from auditors.casework.values import AuditFile, AuditLine, Desk, FindingFile, FindingView, RemedyView, ReviewQueue
from auditors.casework.views import (
    audit_line,
    event_view,
    finding_view,
    member_view,
    moves_of,
    next_due,
    offices_next,
    participant_view,
    point_view,
    remedy_view,
    thread_entry,
)
from pool.kernel.clock import day_of
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.storage import Reading
from pool.kernel.traces import Activity

AUDIT_COLUMNS = ListColumns(
    key=col(Audit.id),
    sorts={
        "ref": col(Audit.ref),
        "state": col(Audit.state),
        "tier": col(Audit.tier),
        "starts_on": col(Audit.starts_on),
        "created_at": col(Audit.created_at),
    },
    filters={"state": col(Audit.state), "tier": col(Audit.tier), "kind": col(Audit.kind)},
    search=(col(Audit.ref), col(Audit.kind), col(Audit.state)),
)
FINDING_COLUMNS = ListColumns(
    key=col(Finding.id),
    sorts={
        "ref": col(Finding.ref),
        "grade": col(Finding.grade),
        "state": col(Finding.state),
        "close_by": col(Finding.close_by),
        "issued_at": col(Finding.issued_at),
    },
    filters={
        "state": col(Finding.state),
        "grade": col(Finding.grade),
        "duty": col(Finding.duty_id),
        "audit": col(Audit.ref),
    },
    search=(col(Finding.ref), col(Finding.statement), col(Finding.requirement), col(Audit.ref)),
)
_AT_WORK = tuple(
    state for state in AuditState if state not in (AuditState.DECIDED, AuditState.CLOSED, AuditState.ABORTED)
)
_FIRM_TURN = (
    FindingState.ISSUED,
    FindingState.ACKNOWLEDGED,
    FindingState.RESPONSE_REJECTED,
    FindingState.RESPONSE_ACCEPTED,
    FindingState.CLOSED_ON_PLAN,
)


def audits_of(reading: Reading, request: ListRequest) -> Page[AuditLine]:
    """Return one page of the audits that the scope may see, with their firms and leads: three queries."""
    page = read_page(reading.session, select(Audit), request, columns=AUDIT_COLUMNS, make=lambda audit: audit)
    return replace(page, items=_lines(reading, page.items))


def _lines(reading: Reading, audits: Sequence[Audit]) -> tuple[AuditLine, ...]:
    keys = [key_of(audit) for audit in audits]
    participants = _by_audit(
        reading.session.exec(
            select(AuditParticipant).where(col(AuditParticipant.audit_id).in_(keys)).order_by(col(AuditParticipant.id))
        )
    )
    members = _by_audit(
        reading.session.exec(
            select(AuditMember).where(col(AuditMember.audit_id).in_(keys)).order_by(col(AuditMember.id))
        )
    )
    person = reading.actor.person_id
    return tuple(
        audit_line(
            audit,
            participants=participants.get(key_of(audit), []),
            members=members.get(key_of(audit), []),
            person_id=person,
        )
        for audit in audits
    )


def _by_audit(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.audit_id, []).append(row)
    return found


def audit_file(reading: Reading, audit_ref: str) -> AuditFile:
    """Return everything of one audit that the scope may see. Raises: AuditMissing.

    A firm reads the report once it was sent, and not while it is written anew.
    """
    audit = find_audit(reading, audit_ref)
    audit_id = key_of(audit)
    participants = participants_of(reading, audit_id)
    parts = {row.deployment_id: row.part for row in participants}
    members = reading.session.exec(
        select(AuditMember).where(col(AuditMember.audit_id) == audit_id).order_by(col(AuditMember.id))
    ).all()
    events = reading.session.exec(
        select(AuditEvent).where(col(AuditEvent.audit_id) == audit_id).order_by(col(AuditEvent.id))
    ).all()
    files = reading.session.exec(
        select(EvidenceFile).where(col(EvidenceFile.audit_id) == audit_id).order_by(col(EvidenceFile.id))
    ).all()
    findings = tuple(
        finding_view(row, audit_ref=audit.ref, part=parts.get(row.deployment_id, {}))
        for row in findings_of(reading, audit_id)
    )
    place = place_of(reading, audit_id)
    report = report_of(reading, audit_id)
    facts = audit_facts(reading, audit, has_report=report is not None)
    return AuditFile(
        id=audit_id,
        public_id=audit.public_id,
        ref=audit.ref,
        kind=audit.kind,
        state=audit.state,
        tier=audit.tier,
        edition=audit.edition,
        brief=dict(audit.brief),
        brief_digest=audit.brief_digest,
        duties=duties_of(audit.brief),
        deadlines=deadlines_of(audit.brief),
        seed=audit.seed,
        starts_on=audit.starts_on,
        ends_on=audit.ends_on,
        sealed_at=audit.sealed_at,
        sealed_plan=dict(audit.sealed_plan.get("plan", {})),
        plan_digest=str(audit.sealed_plan.get("digest", "")),
        readiness=audit.readiness,
        fieldwork_ended_on=audit.fieldwork_ended_on,
        reported_at=audit.reported_at,
        summary=report.words if report is not None else "",
        closed_at=audit.closed_at,
        version=audit.version,
        participants=tuple(participant_view(row) for row in participants),
        team=tuple(member_view(row) for row in members),
        points=tuple(
            point_view(paper, deployment_ref=str(parts.get(paper.deployment_id, {}).get("deployment_ref", "")))
            for paper in workpapers_of(reading, audit_id)
        ),
        findings=findings,
        remedies=_remedies(reading, findings),
        events=tuple(event_view(row) for row in events),
        evidence=evidence_views(files),
        moves=moves_of(
            AUDIT_CYCLE,
            state=audit.state,
            office=reading.actor.office,
            facts=facts,
        ),
        acts=offices_next(AUDIT_CYCLE, audit.state),
        stop_asked_at=facts.stop_asked_at,
        is_lead=place.is_lead,
        is_member=place.is_member,
    )


def _remedies(reading: Reading, findings: Sequence[FindingView]) -> dict[str, tuple[RemedyView, ...]]:
    refs = {finding.id: finding.ref for finding in findings}
    found: dict[str, tuple[RemedyView, ...]] = {}
    rows = reading.session.exec(select(Remedy).where(col(Remedy.finding_id).in_(list(refs))).order_by(col(Remedy.id)))
    for row in rows:
        ref = refs[row.finding_id]
        found[ref] = (*found.get(ref, ()), remedy_view(row))
    return found


def finding(reading: Reading, finding_ref: str) -> FindingFile:
    """Return a finding with its remedies, its story and its files. Raises: FindingMissing."""
    row = find_finding(reading, finding_ref)
    view = _views(reading, col(Finding.id) == row.id)[0]
    remedies = reading.session.exec(
        select(Remedy).where(col(Remedy.finding_id) == row.id).order_by(col(Remedy.id))
    ).all()
    thread = reading.session.exec(
        select(Activity)
        .where(col(Activity.subject_ref) == row.ref, col(Activity.subject_kind).in_(("finding", "remedy")))
        .order_by(col(Activity.id))
    ).all()
    facts = _guard_facts(reading, row, remedy=live_remedy(reading, row))
    return FindingFile(
        finding=view,
        remedies=tuple(remedy_view(remedy) for remedy in remedies),
        thread=tuple(thread_entry(entry) for entry in thread),
        evidence=evidence_of(reading, subject_kind="finding", subject_ref=row.ref),
        moves=moves_of(FINDING_CYCLE, state=row.state, office=reading.actor.office, facts=facts),
    )


def _statement() -> Any:
    return (
        select(Finding, Audit.ref, AuditParticipant.part)
        .join(Audit, col(Audit.id) == col(Finding.audit_id))
        .join(
            AuditParticipant,
            and_(
                col(AuditParticipant.audit_id) == col(Finding.audit_id),
                col(AuditParticipant.deployment_id) == col(Finding.deployment_id),
            ),
        )
    )


def _views(reading: Reading, *conditions: Any) -> tuple[FindingView, ...]:
    rows = reading.session.execute(_statement().where(*conditions).order_by(col(Finding.id)))
    return tuple(_view(*row) for row in rows)


def _view(row: Finding, audit_ref: str, part: dict[str, Any]) -> FindingView:
    return finding_view(row, audit_ref=audit_ref, part=part)


def findings_of_firm(reading: Reading, request: ListRequest) -> Page[FindingView]:
    """Return one page of the findings that the scope may see: a firm's own issued ones, an auditor's granted ones."""
    return read_page(reading.session, _statement(), request, columns=FINDING_COLUMNS, make=_view)


def findings_of_deployment(reading: Reading, deployment_id: int) -> tuple[FindingView, ...]:
    """Return the issued findings of one deployment, oldest first."""
    return _views(reading, col(Finding.deployment_id) == deployment_id, col(Finding.released).is_(True))


def my_desk(reading: Reading, person_id: int) -> Desk:
    """Return what waits for an auditor: audits at work, answers to judge, remedies to verify, days that come."""
    mine = (
        select(AuditMember.audit_id)
        .where(col(AuditMember.person_id) == person_id, col(AuditMember.left_at).is_(None))
        .scalar_subquery()
    )
    audits = reading.session.exec(
        select(Audit).where(col(Audit.id).in_(mine), col(Audit.state).in_(_AT_WORK)).order_by(col(Audit.id))
    ).all()
    open_findings = _views(
        reading,
        col(Finding.grade).in_(sorted(DEMANDING)),
        col(Finding.state).in_((*_FIRM_TURN, FindingState.RESPONDED, FindingState.EVIDENCE_SUBMITTED)),
    )
    due = sorted((f for f in open_findings if f.due_on is not None), key=lambda f: (str(f.due_on), f.id))
    return Desk(
        in_work=_lines(reading, audits),
        to_answer=tuple(f for f in open_findings if f.state == FindingState.RESPONDED),
        to_verify=tuple(f for f in open_findings if f.state == FindingState.EVIDENCE_SUBMITTED),
        due=tuple(due),
    )


def review_queue(reading: Reading) -> ReviewQueue:
    """Return what waits for a technical reviewer: reports, those longest here first, and disputed findings."""
    audits = reading.session.exec(
        select(Audit)
        .where(col(Audit.state).in_((AuditState.SUBMITTED, AuditState.TECHNICAL_REVIEW, AuditState.AWAITING_ACTION)))
        .order_by(col(Audit.reported_at), col(Audit.id))
    ).all()
    return ReviewQueue(
        audits=_lines(reading, audits), disputes=_views(reading, col(Finding.state) == FindingState.DISPUTED)
    )


def decision_queue(reading: Reading) -> tuple[AuditLine, ...]:
    """Return the audits that wait for a decision, those longest here first."""
    audits = reading.session.exec(
        select(Audit)
        .where(col(Audit.state) == AuditState.DECISION_PENDING)
        .order_by(col(Audit.reported_at), col(Audit.id))
    ).all()
    return _lines(reading, audits)


def closing_queue(reading: Reading) -> tuple[AuditLine, ...]:
    """Return the decided audits that are not closed yet."""
    audits = reading.session.exec(
        select(Audit).where(col(Audit.state) == AuditState.DECIDED).order_by(col(Audit.id))
    ).all()
    return _lines(reading, audits)


def decided_audits(reading: Reading) -> tuple[str, ...]:
    """Return the references of decided audits that are not closed yet: one query."""
    return tuple(
        reading.session.exec(select(Audit.ref).where(col(Audit.state) == AuditState.DECIDED).order_by(col(Audit.id)))
    )


def issued_findings(reading: Reading) -> tuple[str, ...]:
    """Return the references of findings that their firms have neither acknowledged nor disputed: one query."""
    return tuple(
        reading.session.exec(
            select(Finding.ref).where(col(Finding.state) == FindingState.ISSUED).order_by(col(Finding.id))
        )
    )


def stop_asked(reading: Reading, audit_ref: str) -> str:
    """Return why somebody asked to stop an audit; empty where nobody did: one query."""
    asked = stop_word(reading, audit_ref)
    return asked.reason if asked is not None else ""


def stop_moves(reading: Reading, audit_ref: str) -> frozenset[str]:
    """Return what a planner or administrator can do to stop an audit now: ``ask_stop``, ``stop``, or nothing."""
    audit = find_audit(reading, audit_ref)
    facts = AuditFacts(tier=audit.tier, today=day_of(reading.at), **stop_facts(reading, audit))
    if GUARDS["stop_by_two"](facts) is None:
        return frozenset({"stop"})
    may_ask = not facts.lead_at_work and facts.stop_asked_office not in COORDINATORS
    return frozenset({"ask_stop"}) if may_ask else frozenset()


def took_part(reading: Reading, audit_id: int, person_id: int) -> bool:
    """Tell whether a person is or was in the team of an audit."""
    found = reading.session.exec(
        select(AuditMember.id).where(col(AuditMember.audit_id) == audit_id, col(AuditMember.person_id) == person_id)
    ).first()
    return found is not None


def has_audited(reading: Reading, deployment_id: int, person_id: int) -> bool:
    """Tell whether a person is or was in the team of an audit of a deployment."""
    found = reading.session.exec(
        select(AuditMember.id)
        .join(AuditParticipant, col(AuditParticipant.audit_id) == col(AuditMember.audit_id))
        .where(col(AuditParticipant.deployment_id) == deployment_id, col(AuditMember.person_id) == person_id)
    ).first()
    return found is not None


def graders_of(reading: Reading, deployment_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return, by deployment, the auditors of every team one of whose findings is open there; one query."""
    rows = reading.session.exec(
        select(Finding.deployment_id, AuditMember.auditor_id)
        .join(AuditMember, col(AuditMember.audit_id) == col(Finding.audit_id))
        .where(
            col(Finding.deployment_id).in_(list(deployment_ids)),
            col(Finding.released).is_(True),
            col(Finding.grade).in_(sorted(DEMANDING)),
            col(Finding.state).not_in((FindingState.VERIFIED_CLOSED, FindingState.WITHDRAWN)),
        )
    )
    found: dict[int, set[int]] = {}
    for deployment_id, auditor_id in rows:
        found.setdefault(deployment_id, set()).add(auditor_id)
    return {deployment_id: frozenset(auditors) for deployment_id, auditors in found.items()}


__all__ = [
    "audit_file",
    "audit_progress_facts",
    "audits_at_work_of",
    "audits_of",
    "closing_queue",
    "decided_audits",
    "decision_queue",
    "evidence",
    "evidence_of",
    "finding",
    "finding_facts",
    "findings_of_deployment",
    "findings_of_firm",
    "graders_of",
    "has_audited",
    "issued_findings",
    "members_without_sight",
    "my_desk",
    "next_due",
    "persons_with_sight",
    "review_queue",
    "stop_asked",
    "stop_moves",
    "took_part",
]
