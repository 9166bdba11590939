"""The steps of an audit from its sealed plan through fieldwork.

Every step of an audit goes through :func:`move_audit` and the table of ``rules``; there is no other way.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sqlmodel import col, select

from auditors.casework.fields import SHORT, Checks
from auditors.casework.lifecycle import NotLead
from auditors.casework.lookup import audit_facts, find_audit, key_of, place_of, report_of, workpapers_of
from auditors.casework.rules import AUDIT_CYCLE, READINESS, is_enough
from auditors.casework.states import WRITING
from auditors.casework.tables import Audit, AuditEvent, AuditMember
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.roles import Office
from pool.kernel.storage import Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _


def move_audit(
    work: Work, audit: Audit, move: str, *, note: str = "", shown: str = "", recommendation: str = ""
) -> str:
    """Make one step of an audit; ``note`` feeds the guards, ``shown`` is written into the history. Return the state."""
    facts = audit_facts(work, audit, note=note, recommendation=recommendation)
    step = AUDIT_CYCLE.step(move, state=audit.state, office=work.actor.office, facts=facts)
    before = audit.state
    audit.state = step.to_state
    audit.version += 1
    report = report_of(work, key_of(audit))
    if report is not None:
        # Why not by the state alone: an audit that is stopped before the report was sent shows no half-written one.
        report.released = move == "send_report" or (report.released and step.to_state not in WRITING)
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
    move_audit(work, audit, "seal", shown=digest)
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
    return move_audit(work, audit, "start_stage1")


def report_stage1(work: Work, *, audit_ref: str, readiness: str, note: str, version: int | None = None) -> str:
    """End stage 1 with a word on readiness (ready, ready_with_concerns, not_ready) and why."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    checks = Checks()
    checks.one_of("readiness", readiness, READINESS)
    words = checks.text("note", note, limit=SHORT, required=True)
    checks.done()
    audit.readiness = readiness
    return move_audit(work, audit, "report_stage1", shown=words)


def start_stage2(work: Work, *, audit_ref: str, note: str = "", version: int | None = None) -> str:
    """Start stage 2. ``note`` says how the concerns of stage 1 were settled, where there were any."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    checks = Checks()
    words = checks.text("note", note, limit=SHORT)
    checks.done()
    return move_audit(work, audit, "start_stage2", note=words, shown=words)


def end_fieldwork(work: Work, *, audit_ref: str, version: int | None = None) -> str:
    """End fieldwork and begin the report; every point has a rating, and there may be no finding at all."""
    audit = find_audit(work, audit_ref)
    seen(audit, version)
    state = move_audit(work, audit, "end_fieldwork")
    audit.fieldwork_ended_on = day_of(work.at)
    work.flush()
    return state


def require_lead(work: Work, audit: Audit) -> None:
    """Check that the lead auditor of the audit acts, in an auditor's seat. Raises: NotLead."""
    if work.actor.office is not Office.AUDITOR or not place_of(work, key_of(audit)).is_lead:
        raise NotLead(_("Only the lead auditor of this audit may do this."), next_step=_("Ask the lead auditor."))
