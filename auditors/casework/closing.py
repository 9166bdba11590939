"""The end of an audit: closed after its decision, or stopped by two persons before it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from auditors.casework.conduct import move_audit, require_lead
from auditors.casework.fields import SHORT, Checks
from auditors.casework.lookup import (
    STOP_RULE,
    audit_by_id,
    find_audit,
    findings_of,
    is_without_lead,
    key_of,
    stop_word,
    workpapers_of,
)
from auditors.casework.opening import end_grants
from auditors.casework.rules import BEFORE_FIELDWORK, COORDINATORS
from auditors.casework.states import DEMANDING, AuditState, FindingState
from auditors.casework.tables import Audit
from pool.kernel.approvals import give_word
from pool.kernel.clock import day_of, end_of_day
from pool.kernel.digest import digest_of
from pool.kernel.storage import Work

#: Days for verifying a remedy after its deadline. Source: service_levels_of_the_pool.verification_of_cure_days.
VERIFICATION_DAYS = 10


def close_audit(work: Work, *, audit_ref: str) -> str:
    """Close a decided audit: its workpapers open to their firms, and the team's sight ends.

    Where findings are still open, sight ends only after the last of them could be verified: somebody must look.
    """
    audit = find_audit(work, audit_ref)
    state = move_audit(work, audit, "close")
    audit.closed_at = work.at
    for paper in workpapers_of(work, key_of(audit)):
        paper.released = True
    until = _last_look(work, key_of(audit))
    end_grants(work, audit_id=key_of(audit), at=until)
    return state


def _last_look(work: Work, audit_id: int) -> datetime | None:
    """Return until when somebody may have to verify a remedy; ``None`` where no finding is open."""
    days = [row.close_by for row in _unverified(work, audit_id)]
    if not days:
        return None
    latest = max((day for day in days if day is not None), default=day_of(work.at))
    return end_of_day(max(latest, day_of(work.at)) + timedelta(days=VERIFICATION_DAYS))


def _unverified(work: Work, audit_id: int) -> list[Any]:
    done = (FindingState.VERIFIED_CLOSED, FindingState.WITHDRAWN, FindingState.DISCARDED, FindingState.DRAFT)
    return [row for row in findings_of(work, audit_id) if row.grade in DEMANDING and row.state not in done]


def end_sight_when_done(work: Work, *, audit_id: int) -> bool:
    """End the grants of a closed audit once no finding is open; tell whether that was so. In the pool's scope, last."""
    audit = audit_by_id(work, audit_id)
    if audit.state != AuditState.CLOSED or _unverified(work, audit_id):
        return False
    end_grants(work, audit_id=audit_id)
    return True


def call_off(work: Work, *, audit_id: int, reason: str = "") -> bool:
    """End an audit whose bookings were all cancelled before fieldwork; tell whether it was.

    In the pool's scope, last in a journey.
    """
    audit = audit_by_id(work, audit_id)
    if audit.state not in BEFORE_FIELDWORK:
        return False
    move_audit(work, audit, "call_off", shown=reason)
    end_grants(work, audit_id=audit_id)
    return True


def ask_to_stop(work: Work, *, audit_ref: str, reason: str = "") -> None:
    """Ask, as lead auditor, to stop an audit: the firm broke off, it is unsafe, or something was falsified.

    Where nobody leads it with sight of it any more, the planner or an administrator asks; the other of them stops it.
    """
    audit = find_audit(work, audit_ref)
    checks = Checks()
    words = checks.text("reason", reason or work.reason, limit=SHORT, required=True)
    checks.done()
    if work.actor.office not in COORDINATORS or not is_without_lead(work, key_of(audit)):
        require_lead(work, audit)
    _write_word(work, audit, words, position=1)
    work.note("audit.stop_asked", subject_kind="audit", subject_ref=audit.ref, audit_id=key_of(audit), reason=words)


def stop_audit(work: Work, *, audit_ref: str) -> str:
    """Stop an audit as the second person, for the reason the first gave; the facts so far stay."""
    audit = find_audit(work, audit_ref)
    asked = stop_word(work, audit.ref)
    words = asked.reason if asked is not None else ""
    state = move_audit(work, audit, "stop", shown=words)
    _write_word(work, audit, words, position=2)
    end_grants(work, audit_id=key_of(audit))
    return state


def _write_word(work: Work, audit: Audit, reason: str, *, position: int) -> None:
    give_word(
        work,
        rule=STOP_RULE,
        subject_ref=audit.ref,
        content_digest=digest_of({"audit": audit.ref, "reason": reason}),
        position=position,
        reason=reason,
    )
