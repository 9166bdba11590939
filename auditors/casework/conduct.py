"""The steps of an audit: sealing the plan, stages, report, factual check, review, decision, closing, stopping.

Every step goes through the table of :mod:`auditors.casework.rules`; there is no other way to move an audit.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlmodel import col, select

from auditors.casework.fields import SHORT, Checks
from auditors.casework.lifecycle import NotLead, WrongState
from auditors.casework.lookup import (
    STOP_RULE,
    audit_by_id,
    audit_facts,
    find_audit,
    findings_of,
    key_of,
    participant_of,
    participants_of,
    place_of,
    seen,
    workpapers_of,
)
from auditors.casework.opening import end_grants
from auditors.casework.rules import AUDIT_CYCLE, READINESS, is_enough
from auditors.casework.states import DEMANDING, AuditState, FindingState
from auditors.casework.tables import Audit, AuditEvent, AuditMember
from pool.kernel.clock import day_of, end_of_day
from pool.kernel.digest import digest_of
from pool.kernel.refusals import Forbidden
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.storage import Work
from pool.kernel.traces import Approval
from pool.kernel.words import gettext as _

#: Days for verifying a remedy after its deadline. Source: service_levels_of_the_pool.verification_of_cure_days.
VERIFICATION_DAYS = 10


class NotFirm(Forbidden):
    """Only the audited firm comments on the facts."""


def _move(work: Work, audit: Audit, move: str, *, note: str = "", shown: str = "", recommendation: str = "") -> str:
    """Make one step of an audit; ``note`` feeds the guards, ``shown`` is written into the history. Return the state."""
    facts = audit_facts(work, audit, note=note, recommendation=recommendation)
    step = AUDIT_CYCLE.step(move, state=audit.state, office=work.actor.office, facts=facts)
    before = audit.state
    audit.state = step.to_state
    audit.version += 1
    work.add(
        AuditEvent(
            audit_id=key_of(audit),
            from_state=before,
            to_state=step.to_state,
            at=work.at,
            person_id=work.actor.person_id,
            name=work.actor.name,
            reason=shown[:SHORT],
        )
    )
    work.note(
        f"audit.{move}",
        subject_kind="audit",
        subject_ref=audit.ref,
        audit_id=key_of(audit),
        before={"state": before},
        after={"state": step.to_state},
        reason=shown[:SHORT] or None,
    )
    return step.to_state


def seal_plan(
    work: Work,
    *,
    audit_ref: str,
    criteria: str,
    sample: str,
    thresholds: str,
    days: str = "",
    days_reason: str = "",
    version: int | None = None,
) -> str:
    """Seal the plan of an audit before fieldwork; return the digest over everything in it.

    ``days`` are exact auditor-days, as in the brief where empty; fewer need ``days_reason``. Afterwards criteria,
    sample, thresholds, team and days are fixed, and the report shows where fieldwork left them.
    """
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    checks = Checks()
    words = {
        name: checks.text(name, value, required=True)
        for name, value in (("criteria", criteria), ("sample", sample), ("thresholds", thresholds))
    }
    needed = str(audit.brief["exact_days"])
    planned = checks.text("days", days, limit=40) or needed
    reason = checks.text("days_reason", days_reason, limit=SHORT)
    if not _is_exact(planned):
        checks.refuse("days", _("This is not a number of days."), _("Write days such as 2.5 or 5/2."))
    elif not is_enough(planned, needed) and not reason:
        checks.refuse("days_reason", _("The plan has fewer days than the %(n)s of the brief.", n=needed),
                      _("Give the reason, or plan the days of the brief."))  # fmt: skip
    checks.done()
    plan = _plan_of(work, audit, words=words, days=planned, days_reason=reason)
    digest = digest_of(plan)
    _move(work, audit, "seal", shown=digest)
    audit.sealed_at = work.at
    audit.sealed_plan = {"plan": plan, "digest": digest}
    work.flush()
    return digest


def _is_exact(days: str) -> bool:
    try:
        return Fraction(days) > 0
    except (ValueError, ZeroDivisionError):
        return False


def _plan_of(work: Work, audit: Audit, *, words: dict[str, str], days: str, days_reason: str) -> dict[str, Any]:
    members = work.session.exec(
        select(AuditMember)
        .where(col(AuditMember.audit_id) == key_of(audit), col(AuditMember.left_at).is_(None))
        .order_by(col(AuditMember.id))
    )
    # Why a digest: in a joint audit every participant reads the plan, and a point may belong to one firm alone.
    points = [[paper.deployment_id, paper.point_id] for paper in workpapers_of(work, key_of(audit))]
    return {
        **words,
        "days": days,
        "days_reason": days_reason,
        "team": [{"name": row.name, "role": row.role} for row in members],
        "starts_on": str(audit.starts_on or ""),
        "ends_on": str(audit.ends_on or ""),
        "points": len(points),
        "points_digest": digest_of(points),
        "seed": audit.seed,
        "brief_digest": audit.brief_digest,
    }


def start_stage1(work: Work, *, audit_ref: str, version: int | None = None) -> str:
    """Start stage 1, the look at whether the firm is ready; above low tier only."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    return _move(work, audit, "start_stage1")


def report_stage1(work: Work, *, audit_ref: str, readiness: str, note: str, version: int | None = None) -> str:
    """End stage 1 with a word on readiness (ready, ready_with_concerns, not_ready) and why."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    checks = Checks()
    checks.one_of("readiness", readiness, READINESS)
    words = checks.text("note", note, limit=SHORT, required=True)
    checks.done()
    audit.readiness = readiness
    return _move(work, audit, "report_stage1", shown=words)


def start_stage2(work: Work, *, audit_ref: str, note: str = "", version: int | None = None) -> str:
    """Start stage 2. ``note`` says how the concerns of stage 1 were settled, where there were any."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    checks = Checks()
    words = checks.text("note", note, limit=SHORT)
    checks.done()
    return _move(work, audit, "start_stage2", note=words, shown=words)


def end_fieldwork(work: Work, *, audit_ref: str, version: int | None = None) -> str:
    """End fieldwork and begin the report; every point has a rating, and there may be no finding at all."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    state = _move(work, audit, "end_fieldwork")
    audit.fieldwork_ended_on = day_of(work.at)
    work.flush()
    return state


def write_report(work: Work, *, audit_ref: str, summary: str, version: int | None = None) -> None:
    """Write the report's summary. Raises: WrongState outside reporting, NotLead."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    checks = Checks()
    words = checks.text("summary", summary, required=True)
    checks.done()
    if audit.state != AuditState.DRAFT_REPORT:
        raise WrongState(_("The report is not being written now."), next_step=_("Look at the present state."))
    _require_lead(work, audit)
    audit.report_note = words
    audit.version += 1
    work.flush()
    work.note("audit.report_written", subject_kind="audit", subject_ref=audit.ref, audit_id=key_of(audit),
              after={"digest": digest_of(words)})  # fmt: skip


def _require_lead(work: Work, audit: Audit) -> None:
    if work.actor.office is not Office.AUDITOR or not place_of(work, key_of(audit)).is_lead:
        raise NotLead(_("Only the lead auditor of this audit may do this."), next_step=_("Ask the lead auditor."))


def send_report(work: Work, *, audit_ref: str, version: int | None = None) -> str:
    """Send the draft report to the firms for comment on its facts; an earlier round of comments becomes history."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    for row in participants_of(work, key_of(audit)):
        if row.commented_at is not None:
            work.note(
                "audit.comment_round_over",
                subject_kind="audit",
                subject_ref=audit.ref,
                firm_id=row.firm_id,
                audit_id=key_of(audit),
                before={"comment": row.firm_comment, "answer": row.comment_answer},
            )
        row.firm_comment, row.commented_at, row.comment_answer = "", None, ""
    return _move(work, audit, "send_report")


def comment_report(work: Work, *, audit_ref: str, comment: str) -> None:
    """Record the firm's comment on the facts; an empty one says that the facts are right.

    Raises: NotFirm, WrongState outside the factual check or after a comment.
    """
    audit = find_audit(work, audit_ref)
    checks = Checks()
    words = checks.text("comment", comment)
    checks.done()
    if work.actor.office not in FIRM_OFFICES:
        raise NotFirm(_("Only the audited firm comments on the facts."), next_step=_("Use your firm's seat."))
    own = [row for row in participants_of(work, key_of(audit)) if row.firm_id == work.actor.firm_id]
    if audit.state != AuditState.FACTUAL_CHECK or any(row.commented_at is not None for row in own):
        raise WrongState(_("The report does not wait for your comment."), next_step=_("Look at the present state."))
    for row in own:
        row.firm_comment, row.commented_at = words, work.at
    work.flush()
    work.note("audit.commented", subject_kind="audit", subject_ref=audit.ref, audit_id=key_of(audit),
              after={"comment": words})  # fmt: skip


def answer_comment(work: Work, *, audit_ref: str, answer: str, deployment: str | None = None) -> None:
    """Answer a firm's comment. Raises: NotLead, WrongState outside the factual check."""
    audit = find_audit(work, audit_ref)
    checks = Checks()
    words = checks.text("answer", answer, required=True)
    checks.done()
    _require_lead(work, audit)
    if audit.state != AuditState.FACTUAL_CHECK:
        raise WrongState(
            _("Comments are answered during the factual check."), next_step=_("Look at the present state.")
        )
    row = participant_of(work, audit, deployment)
    # A firm with two deployments comments once; its comment is answered once.
    for other in participants_of(work, key_of(audit)):
        if other.firm_id == row.firm_id:
            other.comment_answer = words
    work.flush()
    work.note("audit.comment_answered", subject_kind="audit", subject_ref=audit.ref, audit_id=key_of(audit),
              firm_id=row.firm_id, after={"answer": words})  # fmt: skip


def submit_report(work: Work, *, audit_ref: str, version: int | None = None) -> str:
    """Submit the report for technical review, once comments are in and answered."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    state = _move(work, audit, "submit")
    audit.reported_at = work.at
    work.flush()
    return state


def take_review(work: Work, *, audit_ref: str) -> str:
    """Take a submitted audit into technical review."""
    return _move(work, find_audit(work, audit_ref), "take_review")


def apply_verdict(work: Work, *, audit_ref: str, verdict: str, recommendation: str = "") -> str:
    """Move a reviewed audit by the verdict of its review: clarify, await_action or recommend.

    The review itself is a row of the decisions room; its notes are the team's to read and stay out of the history.
    """
    return _move(work, find_audit(work, audit_ref), verdict, recommendation=recommendation)


def return_to_review(work: Work, *, audit_ref: str) -> str:
    """Hand the audit back to review after the critical and major findings were verified."""
    return _move(work, find_audit(work, audit_ref), "return_to_review")


def repeat_fieldwork(work: Work, *, audit_ref: str) -> str:
    """Go back to stage 2 after the time for action ran out."""
    return _move(work, find_audit(work, audit_ref), "repeat_fieldwork")


def mark_decided(work: Work, *, audit_ref: str) -> str:
    """Move an audit to decided, after the decision rows were written in the same work."""
    return _move(work, find_audit(work, audit_ref), "decide")


def close_audit(work: Work, *, audit_ref: str) -> str:
    """Close a decided audit: its workpapers open to their firms, and the team's sight ends.

    Where findings are still open, sight ends only after the last of them could be verified: somebody must look.
    """
    audit = find_audit(work, audit_ref)
    state = _move(work, audit, "close")
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


def ask_to_stop(work: Work, *, audit_ref: str, reason: str = "") -> None:
    """Ask, as lead auditor, to stop an audit: the firm broke off, it is unsafe, or something was falsified."""
    audit = find_audit(work, audit_ref)
    checks = Checks()
    words = checks.text("reason", reason or work.reason, limit=SHORT, required=True)
    checks.done()
    _require_lead(work, audit)
    _write_word(work, audit, words, position=1)
    work.note("audit.stop_asked", subject_kind="audit", subject_ref=audit.ref, audit_id=key_of(audit), reason=words)


def stop_audit(work: Work, *, audit_ref: str) -> str:
    """Stop an audit as the second person, for the reason the lead auditor gave; the facts so far stay."""
    audit = find_audit(work, audit_ref)
    asked = work.session.exec(
        select(Approval)
        .where(col(Approval.rule) == STOP_RULE, col(Approval.subject_ref) == audit.ref, col(Approval.position) == 1)
        .order_by(col(Approval.id).desc())
        .limit(1)
    ).first()
    words = asked.reason if asked is not None else ""
    state = _move(work, audit, "stop", shown=words)
    _write_word(work, audit, words, position=2)
    end_grants(work, audit_id=key_of(audit))
    return state


def _write_word(work: Work, audit: Audit, reason: str, *, position: int) -> None:
    work.add(
        Approval(
            rule=STOP_RULE,
            subject_ref=audit.ref,
            content_digest=digest_of({"audit": audit.ref, "reason": reason}),
            position=position,
            person_id=work.actor.person_id or 0,
            seat_id=work.actor.seat_id or 0,
            office=str(work.actor.office),
            at=work.at,
            reason=reason,
        )
    )
