"""Findings: drafted by the team, issued by the lead, acknowledged or disputed by the firm, settled outside the team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from auditors.casework.brief import deadlines_of
from auditors.casework.evidence import release_with
from auditors.casework.fields import NAME, Checks
from auditors.casework.finding_rules import FINDING_CYCLE, Due, due_of, never_shorter
from auditors.casework.lifecycle import NotOfTeam, NotReady, WrongState
from auditors.casework.lookup import (
    audit_by_id,
    find_audit,
    find_finding,
    finding_facts,
    findings_of,
    key_of,
    participant_of,
    person_of,
    place_of,
    workpapers_of,
)
from auditors.casework.rules import WORKING
from auditors.casework.states import DEMANDING, FindingState, Grade
from auditors.casework.tables import Audit, Finding, Remedy
from pool.kernel.refusals import Forbidden
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.storage import Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _

VERDICTS = ("upheld", "regraded", "withdrawn")


class NotContainable(NotReady):
    """Only an open critical finding has something to contain."""


class NotYourFinding(Forbidden):
    """Only the firm the finding was issued to may answer it."""


def snapshot(finding: Finding) -> dict[str, Any]:
    """Return what a step could change of a finding, as plain values for the activity."""
    return {
        "state": finding.state,
        "grade": finding.grade,
        "contain_by": finding.contain_by.isoformat() if finding.contain_by else None,
        "plan_by": str(finding.plan_by) if finding.plan_by else None,
        "close_by": str(finding.close_by) if finding.close_by else None,
    }


def move_finding(
    work: Work,
    finding: Finding,
    move: str,
    *,
    remedy: Remedy | None = None,
    new_grade: str = "",
    due: Due | None = None,
    reason: str = "",
    closed_at: datetime | None = None,
) -> None:
    """Make one step of a finding by its table, and leave before and after in the activity.

    While a finding is a draft, its activity names the audit only, so that the firm does not read of it.
    """
    facts = finding_facts(work, finding, remedy=remedy, new_grade=new_grade)
    step = FINDING_CYCLE.step(move, state=finding.state, office=work.actor.office, facts=facts)
    before = snapshot(finding)
    finding.state = step.to_state
    if new_grade:
        finding.grade = new_grade
    if due is not None:
        finding.contain_by, finding.plan_by, finding.close_by = due.contain_by, due.plan_by, due.close_by
    if closed_at is not None:
        finding.closed_at = closed_at
    finding.version += 1
    if step.to_state in (FindingState.ISSUED, FindingState.NOTED):
        finding.released = True
    if step.to_state == FindingState.ACKNOWLEDGED:
        finding.acknowledged_at = work.at
    work.flush()
    work.note(
        f"finding.{move}",
        subject_kind="finding",
        subject_ref=finding.ref,
        firm_id=finding.firm_id if finding.released else None,
        audit_id=finding.audit_id,
        before=before,
        after=snapshot(finding),
        reason=reason or None,
    )


def draft_finding(
    work: Work,
    *,
    audit_ref: str,
    grade: str,
    point_id: str,
    deployment: str | None = None,
    duty_id: str = "",
    requirement: str = "",
    statement: str = "",
    evidence: str = "",
    repeats: str = "",
) -> str:
    """Draft a finding at a test point; return its reference. ``repeats`` names an earlier finding found again.

    Raises: NotOfTeam, WrongState outside fieldwork and reporting, BadField.
    """
    audit = find_audit(work, audit_ref)
    participant = participant_of(work, audit, deployment)
    if work.actor.office is not Office.AUDITOR or not place_of(work, key_of(audit)).is_member:
        raise NotOfTeam(_("Only a member of this audit's team writes findings."), next_step=_("Ask the lead auditor."))
    if audit.state not in WORKING:
        raise WrongState(_("The audit is not in fieldwork or reporting."), next_step=_("Findings are written then."))
    checks = Checks()
    checks.one_of("grade", grade, Grade)
    words = _words(checks, requirement=requirement, statement=statement, evidence=evidence)
    duties = _duties_at(work, audit, participant.deployment_id, point_id)
    if duties is None:
        checks.refuse("point_id", _("This audit has no such test point."), _("Choose one of its list."))
    elif duty_id and duty_id not in duties:
        checks.refuse("duty_id", _("The point does not test this duty."), _("Choose: %(d)s.", d=", ".join(duties)))
    checks.text("repeats", repeats, limit=20)
    checks.done()
    finding = work.add(
        Finding(
            ref=work.next_reference("FIN"),
            audit_id=key_of(audit),
            firm_id=participant.firm_id,
            deployment_id=participant.deployment_id,
            point_id=point_id,
            duty_id=duty_id or (duties[0] if duties else ""),
            grade=grade,
            state=FindingState.DRAFT,
            author_id=person_of(work),
            author_name=work.actor.name[:NAME],
            repeats_ref=_repeated(work, repeats, participant.deployment_id),
            **words,
        )
    )
    work.note("finding.drafted", subject_kind="finding", subject_ref=finding.ref, audit_id=key_of(audit),
              after={"grade": grade, "point": point_id})  # fmt: skip
    return finding.ref


def _words(checks: Checks, **words: str) -> dict[str, Any]:
    return {name: checks.text(name, value) for name, value in words.items()}


def _duties_at(work: Work, audit: Audit, deployment_id: int, point_id: str) -> list[str] | None:
    for paper in workpapers_of(work, key_of(audit)):
        if paper.deployment_id == deployment_id and paper.point_id == point_id:
            return [str(duty) for duty in paper.point.get("duties", [])]
    return None


def _repeated(work: Work, repeats: str, deployment_id: int) -> str:
    if not repeats:
        return ""
    earlier = find_finding(work, repeats)
    if earlier.deployment_id != deployment_id or not earlier.released:
        raise NotReady(_("The earlier finding is of another deployment."), field="repeats",
                       next_step=_("Name a finding of this deployment."))  # fmt: skip
    return earlier.ref


def edit_finding(
    work: Work,
    *,
    finding_ref: str,
    grade: str,
    requirement: str,
    statement: str,
    evidence: str,
    version: int | None = None,
) -> int:
    """Change a draft; return its new version. An issued finding is never changed."""
    finding = find_finding(work, finding_ref)
    seen(finding, version)
    checks = Checks()
    checks.one_of("grade", grade, Grade)
    words = _words(checks, requirement=requirement, statement=statement, evidence=evidence)
    checks.done()
    move_finding(work, finding, "edit", new_grade=grade)
    for name, value in words.items():
        setattr(finding, name, value)
    work.flush()
    return finding.version


def discard_finding(work: Work, *, finding_ref: str, reason: str = "", version: int | None = None) -> None:
    """Discard a draft; it stays in the team's papers."""
    finding = find_finding(work, finding_ref)
    seen(finding, version)
    move_finding(work, finding, "discard", reason=reason)


def issue_findings(work: Work, *, audit_ref: str, finding_refs: Sequence[str] | None = None) -> tuple[str, ...]:
    """Issue drafts to their firms, all of them where none are named; return the references.

    Deadlines come from the brief, so from the edition at booking. Observations, opportunities and good practice are
    noted: they ask no answer.
    """
    audit = find_audit(work, audit_ref)
    chosen = [
        finding
        for finding in findings_of(work, key_of(audit))
        if (finding.state == FindingState.DRAFT if finding_refs is None else finding.ref in set(finding_refs))
    ]
    missing = set(finding_refs or ()) - {finding.ref for finding in chosen}
    for ref in sorted(missing):
        find_finding(work, ref)  # raises what a foreign or absent one raises
    deadlines = deadlines_of(audit.brief)
    for finding in chosen:
        finding.issued_at = work.at
        due = due_of(deadlines.get(finding.grade), issued_at=work.at)
        move_finding(work, finding, "issue" if finding.grade in DEMANDING else "note", due=due)
        release_with(work, finding)
    return tuple(finding.ref for finding in chosen)


def acknowledge_finding(work: Work, *, finding_ref: str, version: int | None = None) -> None:
    """Acknowledge an issued finding, as the firm."""
    finding = find_finding(work, finding_ref)
    seen(finding, version)
    move_finding(work, finding, "acknowledge")


def acknowledge_by_silence(work: Work, *, finding_ref: str) -> bool:
    """Acknowledge, as the clock, an issued finding whose time to dispute is over; tell whether it was."""
    finding = find_finding(work, finding_ref)
    step = next(s for s in FINDING_CYCLE.transitions if s.move == "acknowledge_by_silence")
    if finding.state != FindingState.ISSUED or FINDING_CYCLE.refusals(step, finding_facts(work, finding)):
        return False
    move_finding(work, finding, "acknowledge_by_silence", reason=_("No answer in time counts as agreement."))
    return True


def dispute_finding(work: Work, *, finding_ref: str, reason: str = "", version: int | None = None) -> None:
    """Dispute an issued finding in time, as the firm; somebody outside the team settles it."""
    finding = find_finding(work, finding_ref)
    seen(finding, version)
    checks = Checks()
    words = checks.text("reason", reason or work.reason, required=True)
    checks.done()
    move_finding(work, finding, "dispute")
    finding.dispute_reason = words
    work.flush()


def settle_dispute(
    work: Work, *, finding_ref: str, verdict: str, reason: str = "", grade: str = "", version: int | None = None
) -> None:
    """Uphold, regrade or withdraw a disputed finding, as a reviewer outside the team; the original stays.

    A new grade counts its deadlines from now, and none of them becomes earlier than it was.
    """
    finding = find_finding(work, finding_ref)
    seen(finding, version)
    checks = Checks()
    checks.one_of("verdict", verdict, VERDICTS)
    words = checks.text("reason", reason or work.reason, limit=2000, required=True)
    if verdict == "regraded":
        checks.one_of("grade", grade, Grade)
    checks.done()
    if verdict == "upheld":
        move_finding(work, finding, "uphold", reason=words)
    elif verdict == "withdrawn":
        move_finding(work, finding, "withdraw", reason=words, closed_at=work.at)
    else:
        _regrade(work, finding, grade=grade, reason=words)


def _regrade(work: Work, finding: Finding, *, grade: str, reason: str) -> None:
    if grade not in DEMANDING:
        move_finding(work, finding, "regrade_to_remark", new_grade=grade, due=Due(), reason=reason, closed_at=work.at)
        return
    deadlines = deadlines_of(audit_by_id(work, finding.audit_id).brief)
    before = Due(contain_by=finding.contain_by, plan_by=finding.plan_by, close_by=finding.close_by)
    due = never_shorter(before, due_of(deadlines.get(grade), issued_at=work.at))
    move_finding(work, finding, "regrade", new_grade=grade, due=due, reason=reason)


def contain_finding(work: Work, *, finding_ref: str, note: str, version: int | None = None) -> None:
    """Record what the firm did at once so that a critical finding harms nobody further.

    Raises: NotYourFinding, NotContainable.
    """
    finding = find_finding(work, finding_ref)
    seen(finding, version)
    checks = Checks()
    words = checks.text("note", note, required=True)
    checks.done()
    if work.actor.office not in FIRM_OFFICES:
        raise NotYourFinding(_("Only the firm says what it did."), next_step=_("Use the firm's seat."))
    if finding.grade != Grade.CRITICAL or finding.contained_at is not None or finding.closed_at is not None:
        raise NotContainable(_("There is nothing to contain here."), next_step=_("Look at the finding's state."))
    finding.contained_note, finding.contained_at = words, work.at
    finding.version += 1
    work.flush()
    work.note("finding.contained", subject_kind="finding", subject_ref=finding.ref, firm_id=finding.firm_id,
              audit_id=finding.audit_id, after={"contained_at": work.at.isoformat()})  # fmt: skip
