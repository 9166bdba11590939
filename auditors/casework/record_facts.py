"""Dated facts of casework for the participation record: what was known when, never a present state alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select

from auditors.casework.states import AuditState
from auditors.casework.tables import Audit, AuditEvent, AuditParticipant, Finding
from auditors.casework.values import AuditProgress, FindingFact, Pause
from pool.kernel.storage import Reading
from pool.kernel.traces import Activity

_REGRADED = ("finding.regrade", "finding.regrade_to_remark")
#: Steps that hand the next word to the pool, and those by which the pool has spoken.
_WAIT_BEGINS = ("remedy.implemented", "finding.dispute")
_WAIT_ENDS = ("remedy.verified", "remedy.insufficient", "finding.uphold", "finding.withdraw", *_REGRADED)


def finding_facts(reading: Reading, deployment_id: int) -> tuple[FindingFact, ...]:
    """Return the issued findings of a deployment as dated facts: deadlines, grade by grade, pauses and closing."""
    rows = reading.session.execute(
        select(Finding, Audit.ref)
        .join(Audit, col(Audit.id) == col(Finding.audit_id))
        .where(col(Finding.deployment_id) == deployment_id, col(Finding.released).is_(True))
        .order_by(col(Finding.id))
    ).all()
    steps = _steps(reading, [row[0].ref for row in rows])
    return tuple(fact for row, audit_ref in rows for fact in _facts(row, audit_ref, steps.get(row.ref, [])))


def _steps(reading: Reading, refs: Sequence[str]) -> dict[str, list[Activity]]:
    found: dict[str, list[Activity]] = {}
    if refs:
        entries = reading.session.exec(
            select(Activity)
            .where(
                col(Activity.subject_ref).in_(refs),
                col(Activity.verb).in_((*_WAIT_BEGINS, *_WAIT_ENDS)),
            )
            .order_by(col(Activity.id))
        )
        for entry in entries:
            found.setdefault(entry.subject_ref, []).append(entry)
    return found


def _facts(finding: Finding, audit_ref: str, steps: Sequence[Activity]) -> list[FindingFact]:
    assert finding.issued_at is not None, "a released finding was issued"
    pauses = _pauses(steps)
    facts: list[FindingFact] = []
    since = finding.issued_at
    for step in (step for step in steps if step.verb in _REGRADED):
        facts.append(_fact(finding, audit_ref, step.before or {}, since=since, until=step.at, pauses=pauses))
        since = step.at
    now = {
        "grade": finding.grade,
        "contain_by": finding.contain_by,
        "plan_by": finding.plan_by,
        "close_by": finding.close_by,
    }
    facts.append(_fact(finding, audit_ref, now, since=since, until=finding.closed_at, pauses=pauses))
    return facts


def _fact(
    finding: Finding,
    audit_ref: str,
    values: dict[str, Any],
    *,
    since: datetime,
    until: datetime | None,
    pauses: tuple[Pause, ...],
) -> FindingFact:
    return FindingFact(
        ref=finding.ref,
        audit_ref=audit_ref,
        grade=str(values["grade"]),
        issued_at=since,
        contain_by=_instant(values.get("contain_by")),
        contained_at=finding.contained_at,
        plan_by=_day(values.get("plan_by")),
        close_by=_day(values.get("close_by")),
        closed_at=until,
        repeats=bool(finding.repeats_ref),
        pauses=pauses,
    )


def _pauses(steps: Sequence[Activity]) -> tuple[Pause, ...]:
    pauses: list[Pause] = []
    begun: datetime | None = None
    for step in steps:
        if step.verb in _WAIT_BEGINS and begun is None:
            begun = step.at
        elif step.verb in _WAIT_ENDS and begun is not None:
            pauses.append(Pause(begun, step.at))
            begun = None
    return (*pauses, Pause(begun)) if begun is not None else tuple(pauses)


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def audit_progress_facts(reading: Reading, deployment_id: int) -> tuple[AuditProgress, ...]:
    """Return how far each audit of a deployment came and when, oldest first."""
    rows = reading.session.execute(
        select(Audit, AuditParticipant.booking_id)
        .join(AuditParticipant, col(AuditParticipant.audit_id) == col(Audit.id))
        .where(col(AuditParticipant.deployment_id) == deployment_id)
        .order_by(col(Audit.id))
    ).all()
    reached: dict[tuple[int, str], datetime] = {}
    events = reading.session.exec(
        select(AuditEvent).where(col(AuditEvent.audit_id).in_([row[0].id for row in rows])).order_by(col(AuditEvent.id))
    )
    for event in events:
        reached.setdefault((event.audit_id, event.to_state), event.at)
    return tuple(_progress(audit, booking_id, reached) for audit, booking_id in rows)


def _progress(audit: Audit, booking_id: int, reached: dict[tuple[int, str], datetime]) -> AuditProgress:
    def at(state: AuditState) -> datetime | None:
        return reached.get((audit.id or 0, state))

    return AuditProgress(
        audit_ref=audit.ref,
        booking_id=booking_id,
        opened_at=audit.created_at,
        fieldwork_from_at=at(AuditState.STAGE1) or at(AuditState.STAGE2),
        submitted_at=at(AuditState.SUBMITTED),
        decided_at=at(AuditState.DECIDED),
        closed_at=at(AuditState.CLOSED),
        aborted_at=at(AuditState.ABORTED),
        fieldwork_ended_on=audit.fieldwork_ended_on,
    )
