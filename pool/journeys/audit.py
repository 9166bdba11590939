"""An audit from its sealed plan to the submitted report: what the team does, and the firm's word on the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditors.casework import queries, service
from auditors.casework.fields import BadField
from auditors.casework.states import AuditState
from auditors.casework.values import FindingView
from pool.bookings import service as bookings
from pool.journeys import settle
from pool.journeys.book import release
from pool.journeys.recording import record_fact
from pool.kernel.clock import day_of
from pool.kernel.storage import Work, takes_numbers
from pool.kernel.words import gettext as _

#: The step that leads to a state, where the lead auditor makes it.
_STEPS = {
    AuditState.STAGE1: "start_stage1",
    AuditState.STAGE1_REPORTED: "report_stage1",
    AuditState.STAGE2: "start_stage2",
    AuditState.DRAFT_REPORT: "end_fieldwork",
    AuditState.FACTUAL_CHECK: "send_report",
    AuditState.SUBMITTED: "submit",
    AuditState.TECHNICAL_REVIEW: "return_to_review",
}


#: Steps that concern casework alone.
seal = service.seal_plan
report_stage1 = service.report_stage1
end_fieldwork = service.end_fieldwork
write_report = service.write_report
send_report = service.send_report
comment_report = service.comment_report
answer_comment = service.answer_comment
submit_report = service.submit_report
return_to_review = service.return_to_review
rate = service.rate_point
draft_finding = takes_numbers(service.draft_finding)
edit_finding = service.edit_finding
discard_finding = service.discard_finding
attach_to_point = service.attach_to_point
ask_to_stop = service.ask_to_stop


@takes_numbers
def start_stage1(work: Work, *, audit_ref: str, version: int | None = None) -> str:
    """Start stage 1; the booking is in audit from now on."""
    state = service.start_stage1(work, audit_ref=audit_ref, version=version)
    _begin(work, audit_ref)
    return state


def _begin(work: Work, audit_ref: str) -> None:
    file = queries.audit_file(work, audit_ref)
    with work.as_pool():
        bookings.begin_audit(work, audit_id=file.id)
    for part in file.participants:
        record_fact(
            work,
            deployment_id=part.deployment_id,
            kind="audit-engaged",
            body={"audit": file.ref, "step": "fieldwork begun"},
            valid_from=day_of(work.at),
        )


@takes_numbers
def start_stage2(work: Work, *, audit_ref: str, note: str = "", version: int | None = None) -> str:
    """Start stage 2; at low tier the booking is in audit from now on."""
    is_first = queries.audit_file(work, audit_ref).state == AuditState.PLAN_SEALED
    state = service.start_stage2(work, audit_ref=audit_ref, note=note, version=version)
    if is_first:
        _begin(work, audit_ref)
    return state


@takes_numbers
def advance(
    work: Work, *, audit_ref: str, to: str, readiness: str = "", note: str = "", version: int | None = None
) -> str:
    """Make the lead auditor's step that leads to state ``to``; return the state.

    Raises: BadField where no step of the lead leads there, and what the step itself refuses.
    """
    step = _STEPS.get(AuditState(to)) if to in set(AuditState) else None
    if step is None:
        raise BadField(
            _("The lead auditor makes no step to %(state)s.", state=repr(to[:40])),
            field="to",
            next_step=_("Choose one of: %(states)s.", states=", ".join(_STEPS)),
        )
    if step == "start_stage1":
        return start_stage1(work, audit_ref=audit_ref, version=version)
    if step == "report_stage1":
        return report_stage1(work, audit_ref=audit_ref, readiness=readiness, note=note, version=version)
    if step == "start_stage2":
        return start_stage2(work, audit_ref=audit_ref, note=note, version=version)
    if step == "end_fieldwork":
        return end_fieldwork(work, audit_ref=audit_ref, version=version)
    if step == "send_report":
        return send_report(work, audit_ref=audit_ref, version=version)
    if step == "submit":
        return submit_report(work, audit_ref=audit_ref, version=version)
    return return_to_review(work, audit_ref=audit_ref)


def rate_many(work: Work, *, audit_ref: str, ratings: Sequence[Mapping[str, Any]]) -> int:
    """Rate several test points in one transaction; return how many. Each mapping has the names of :func:`rate`."""
    for rating in ratings:
        rate(work, audit_ref=audit_ref, **rating)
    return len(ratings)


@takes_numbers
def issue(work: Work, *, audit_ref: str, finding_refs: Sequence[str] | None = None) -> tuple[str, ...]:
    """Issue drafts to their firms, all of them where none are named; each goes on the record."""
    refs = service.issue_findings(work, audit_ref=audit_ref, finding_refs=finding_refs)
    file = queries.audit_file(work, audit_ref)
    issued = [finding for finding in file.findings if finding.ref in set(refs)]
    for finding in issued:
        record_fact(
            work,
            deployment_id=finding.deployment_id,
            kind="finding",
            body=finding_body(finding),
            valid_from=day_of(work.at),
            refresh=finding is _last_of(issued, finding.deployment_id),
        )
    return refs


def _last_of(findings: Sequence[FindingView], deployment_id: int) -> FindingView:
    return [finding for finding in findings if finding.deployment_id == deployment_id][-1]


def finding_body(finding: FindingView) -> dict[str, Any]:
    """Return what the record's private document holds of a finding."""
    return {
        "finding": finding.ref,
        "audit": finding.audit_ref,
        "grade": finding.grade,
        "state": finding.state,
        "duty": finding.duty_id,
        "contain_by": finding.contain_by.isoformat() if finding.contain_by else None,
        "plan_by": str(finding.plan_by) if finding.plan_by else None,
        "close_by": str(finding.close_by) if finding.close_by else None,
    }


@takes_numbers
def stop(work: Work, *, audit_ref: str, by_pool: bool = True) -> str:
    """Stop an audit as the second person; ``by_pool`` is false where the firm broke off.

    Whether that counts as a refusal is decided apart from this, after a hearing.
    """
    state = service.stop_audit(work, audit_ref=audit_ref)
    file = queries.audit_file(work, audit_ref)
    words = file.events[-1].reason
    with work.as_pool():
        ended = bookings.stop(work, audit_id=file.id, reason=words, by_pool=by_pool)
    for one in ended:
        if one.proposal is not None:
            release(work, one.proposal, reason=words[:500])
    settle.release_holds_of_audit(work, audit_id=file.id, performed=False)
    for part in file.participants:
        record_fact(
            work,
            deployment_id=part.deployment_id,
            kind="audit-engaged",
            body={"audit": file.ref, "step": "stopped", "by_pool": by_pool},
            valid_from=day_of(work.at),
        )
    return state
