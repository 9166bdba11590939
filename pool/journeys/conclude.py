"""Concluding an audit: technical review, decision, closing. Reviewer, decider and team are different people."""

from __future__ import annotations

from collections.abc import Mapping

from auditors.casework import queries as casework
from auditors.casework import service
from auditors.casework.fields import BadField
from auditors.casework.states import AuditState
from auditors.casework.values import AuditFile
from pool.bookings import service as bookings
from pool.decisions import service as decisions
from pool.decisions.rules import refuse_decider, refuse_reviewer
from pool.decisions.service import Decided, Outcome, judge_of
from pool.journeys import settle
from pool.journeys.recording import record_fact
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office
from pool.kernel.storage import Reading, Work, takes_numbers
from pool.kernel.words import gettext as _


def review(work: Work, *, audit_ref: str, verdict: str, notes: str, recommendation: str = "") -> str:
    """Review a submitted audit: clarify, await_action or recommend an outcome; return the audit's state."""
    _refuse(refuse_reviewer(judge_of(work, casework.audit_file(work, audit_ref).id)))
    if casework.audit_file(work, audit_ref).state == AuditState.SUBMITTED:
        service.take_review(work, audit_ref=audit_ref)
    decisions.record_review(work, audit_ref=audit_ref, verdict=verdict, notes=notes, recommendation=recommendation)
    return service.apply_verdict(work, audit_ref=audit_ref, verdict=verdict, recommendation=recommendation)


def why_not_judge(reading: Reading, audit_id: int) -> Refusal | None:
    """Return why the person of a reviewer's or decision maker's seat may not judge an audit; ``None`` otherwise."""
    judge = judge_of(reading, audit_id)
    if judge.office is Office.TECHNICAL_REVIEWER:
        return refuse_reviewer(judge)
    return refuse_decider(judge) if judge.office is Office.DECISION_MAKER else None


def _refuse(refusal: Exception | None) -> None:
    if refusal is not None:
        raise refusal


def repeat_fieldwork(work: Work, *, audit_ref: str) -> str:
    """Send an audit back to stage 2 after the time for action ran out."""
    return service.repeat_fieldwork(work, audit_ref=audit_ref)


@takes_numbers
def decide(
    work: Work, *, audit_ref: str, outcomes: Mapping[str, str] | str, reasons: Mapping[str, str] | str
) -> tuple[Decided, ...]:
    """Decide on every deployment of an audit; the bookings are fulfilled and the record learns of it.

    ``outcomes`` and ``reasons`` are per deployment reference, or one text for all of them.
    """
    file = casework.audit_file(work, audit_ref)
    _refuse(refuse_decider(judge_of(work, file.id)))
    decided = decisions.decide(work, audit_ref=audit_ref, outcomes=_outcomes(file, outcomes, reasons))
    service.mark_decided(work, audit_ref=audit_ref)
    with work.as_pool():
        bookings.fulfil(work, audit_id=file.id)
    settle.release_holds_of_audit(work, audit_id=file.id, performed=True)
    for decision in decided:
        record_fact(
            work,
            deployment_id=decision.deployment_id,
            kind="assessment",
            body={
                "decision": decision.ref,
                "audit": file.ref,
                "outcome": decision.outcome,
                "audited_on": str(decision.audited_on),
                "content": decision.content_digest,
            },
            valid_from=decision.decided_on,
        )
    return decided


def _outcomes(
    file: AuditFile, outcomes: Mapping[str, str] | str, reasons: Mapping[str, str] | str
) -> tuple[Outcome, ...]:
    known = {part.deployment_ref: part.deployment_id for part in file.participants}
    by_ref = dict.fromkeys(known, outcomes) if isinstance(outcomes, str) else dict(outcomes)
    why = dict.fromkeys(known, reasons) if isinstance(reasons, str) else dict(reasons)
    if set(by_ref) != set(known):
        raise BadField(
            _("Every deployment of the audit needs one decision."),
            field="outcomes",
            next_step=_("Decide on each of: %(refs)s.", refs=", ".join(known)),
        )
    return tuple(
        Outcome(deployment_id=known[ref], outcome=outcome, reasons=why.get(ref, "")) for ref, outcome in by_ref.items()
    )


def close(work: Work, *, audit_ref: str) -> str:
    """Close a decided audit, as the clock or an administrator: papers open to their firms, sight ends."""
    return service.close_audit(work, audit_ref=audit_ref)
