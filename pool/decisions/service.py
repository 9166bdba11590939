"""Writes of reviews and decisions. Both rows are never changed; triggers in the database hold independence too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col, select

from auditors.casework import queries as casework
from auditors.casework.fields import NAME, Checks
from auditors.casework.rules import GRAVE, is_open
from auditors.casework.values import AuditFile
from pool.decisions.rules import VERDICTS, Judge, NotRecommended, refuse_decider, refuse_outcome, refuse_reviewer
from pool.decisions.tables import OUTCOMES, Decision, TechnicalReview
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.refusals import Conflict
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _


class NotDecidable(Conflict):
    """The audit does not wait for this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is decided for one deployment, and why."""

    deployment_id: int
    outcome: str
    reasons: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was written."""

    ref: str
    firm_id: int
    deployment_id: int
    outcome: str
    decided_on: date
    audited_on: date
    content_digest: str


def judge_of(work: Reading, audit_id: int) -> Judge:
    """Return what ties the acting person to an audit. A person who is nobody has taken part in nothing."""
    person = work.actor.person_id
    reviewed = work.session.exec(
        select(TechnicalReview.id).where(
            col(TechnicalReview.audit_id) == audit_id, col(TechnicalReview.reviewer_id) == person
        )
    ).first()
    decided = work.session.exec(
        select(Decision.id).where(col(Decision.audit_id) == audit_id, col(Decision.decider_id) == person)
    ).first()
    return Judge(
        office=work.actor.office,
        took_part=person is not None and casework.took_part(work, audit_id, person),
        has_reviewed=reviewed is not None,
        has_decided=decided is not None,
    )


def record_review(work: Work, *, audit_ref: str, verdict: str, notes: str, recommendation: str = "") -> str:
    """Write a technical review; return its public id. The journey moves the audit by the verdict.

    ``recommendation`` is the outcome that the reviewer recommends, with verdict ``recommend`` only.

    Raises: Forbidden for the team and for who decided, NotDecidable outside review, BadField.
    """
    audit = casework.audit_file(work, audit_ref)
    refused = refuse_reviewer(judge_of(work, audit.id))
    if refused is not None:
        raise refused
    if audit.state != "technical_review":
        raise NotDecidable(_("This audit is not in technical review."), next_step=_("Look at its state."))
    checks = Checks()
    checks.one_of("verdict", verdict, VERDICTS)
    words = checks.text("notes", notes, required=True)
    if verdict == "recommend":
        checks.one_of("recommendation", recommendation, OUTCOMES)
    elif recommendation:
        checks.refuse("recommendation", _("Only a recommendation names an outcome."), _("Leave it empty."))
    checks.done()
    row = work.add(
        TechnicalReview(
            audit_id=audit.id,
            reviewer_id=work.actor.person_id or 0,
            reviewer_name=work.actor.name[:NAME],
            verdict=verdict,
            recommendation=recommendation,
            notes=words,
            at=work.at,
        )
    )
    work.note(
        "review.recorded",
        subject_kind="audit",
        subject_ref=audit.ref,
        audit_id=audit.id,
        after={"verdict": verdict, "recommendation": recommendation, "notes": digest_of(words)},
    )
    return row.public_id


def decide(work: Work, *, audit_ref: str, outcomes: Sequence[Outcome]) -> tuple[Decided, ...]:
    """Decide on every participant's part of an audit; return the decisions. The journey moves the audit.

    What was decided on (brief, ratings, findings with their states) is frozen in the row with its digest.

    Raises: Forbidden for the team and for reviewers, NotDecidable, NotRecommended, OutcomeDoesNotFit, BadField.
    """
    audit = casework.audit_file(work, audit_ref)
    refused = refuse_decider(judge_of(work, audit.id))
    if refused is not None:
        raise refused
    if audit.state != "decision_pending":
        raise NotDecidable(_("This audit does not wait for a decision."), next_step=_("Look at its state."))
    recommended = work.session.exec(
        select(TechnicalReview.public_id)
        .where(col(TechnicalReview.audit_id) == audit.id, col(TechnicalReview.verdict) == "recommend")
        .order_by(col(TechnicalReview.id).desc())
        .limit(1)
    ).first()
    if recommended is None:
        raise NotRecommended(_("No review recommends a decision."), next_step=_("Ask a technical reviewer."))
    chosen = _checked(audit, outcomes)
    return tuple(_write(work, audit, outcome, review=recommended) for outcome in chosen)


def _checked(audit: AuditFile, outcomes: Sequence[Outcome]) -> list[Outcome]:
    checks = Checks()
    wanted = {part.deployment_id for part in audit.participants}
    if {outcome.deployment_id for outcome in outcomes} != wanted or len(outcomes) != len(wanted):
        checks.refuse("outcomes", _("Every deployment of the audit needs one decision."), _("Decide on each."))
    chosen = []
    for outcome in outcomes:
        checks.one_of("outcome", outcome.outcome, OUTCOMES)
        words = checks.text("reasons", outcome.reasons, required=True)
        chosen.append(Outcome(deployment_id=outcome.deployment_id, outcome=outcome.outcome, reasons=words))
    checks.done()
    for outcome in chosen:
        findings = [f for f in audit.findings if f.deployment_id == outcome.deployment_id and is_open(f.grade, f.state)]
        refused = refuse_outcome(
            outcome.outcome,
            open_grave=[finding.ref for finding in findings if finding.grade in GRAVE],
            open_demanding=[finding.ref for finding in findings],
        )
        if refused is not None:
            raise refused
    return chosen


def _write(work: Work, audit: AuditFile, outcome: Outcome, *, review: str) -> Decided:
    part = next(part for part in audit.participants if part.deployment_id == outcome.deployment_id)
    content = _content(audit, outcome, review=review)
    ended = audit.fieldwork_ended_on or day_of(work.at)
    row = work.add(
        Decision(
            ref=work.next_reference("DEC"),
            audit_id=audit.id,
            firm_id=part.firm_id,
            deployment_id=outcome.deployment_id,
            outcome=outcome.outcome,
            reasons=outcome.reasons,
            decider_id=work.actor.person_id or 0,
            decider_name=work.actor.name[:NAME],
            audited_on=ended,
            decided_on=day_of(work.at),
            recorded_at=work.at,
            content=content,
            content_digest=digest_of(content),
        )
    )
    work.note(
        "decision.made",
        subject_kind="decision",
        subject_ref=row.ref,
        firm_id=part.firm_id,
        audit_id=audit.id,
        after={"outcome": row.outcome, "content": row.content_digest},
    )
    return Decided(
        row.ref, row.firm_id, row.deployment_id, row.outcome, row.decided_on, row.audited_on, row.content_digest
    )


def _content(audit: AuditFile, outcome: Outcome, *, review: str) -> dict[str, Any]:
    own = [finding for finding in audit.findings if finding.deployment_id == outcome.deployment_id]
    points = [point for point in audit.points if point.deployment_id == outcome.deployment_id]
    return {
        "audit": audit.ref,
        "edition": audit.edition,
        "brief_digest": audit.brief_digest,
        "plan_digest": audit.plan_digest,
        "review": review,
        "outcome": outcome.outcome,
        "reasons": outcome.reasons,
        "summary_digest": digest_of(audit.summary),
        "ratings": {point.point_id: point.rating for point in points},
        "findings": [
            {"ref": finding.ref, "grade": finding.grade, "state": finding.state, "point": finding.point_id}
            for finding in own
            if finding.state not in ("draft", "discarded")
        ],
    }
