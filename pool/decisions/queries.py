"""Reads of reviews and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import col, or_, select

from pool.decisions.tables import Decision, StandingDecision, TechnicalReview
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.refusals import Missing
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _


class DecisionMissing(Missing):
    """There is no such decision, or the seat may not see it."""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A technical review. Only the team and the pool's offices read it."""

    public_id: str
    audit_id: int
    reviewer_id: int
    reviewer_name: str
    verdict: str
    recommendation: str
    notes: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision on one deployment's part of an audit. ``content`` is what was decided on, as it was then."""

    id: int
    public_id: str
    ref: str
    audit_id: int
    firm_id: int
    deployment_id: int
    outcome: str
    reasons: str
    decider_id: int
    decider_name: str
    audited_on: date
    decided_on: date
    recorded_at: datetime
    content: Mapping[str, Any]
    content_digest: str
    supersedes: int


@dataclass(frozen=True, slots=True)
class AuditFact:
    """A decided audit as the record needs it."""

    decision_ref: str
    audit_id: int
    audited_on: date
    decided_on: date
    outcome: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StandingFact:
    """A decision of two persons about a deployment's standing. ``decided_by`` are the keys of the two."""

    ref: str
    to_state: str
    effective_on: date
    recorded_at: datetime
    reasons: str
    decided_by: tuple[str, str]
    basis: tuple[str, ...] = ()


DECISION_COLUMNS = ListColumns(
    key=col(Decision.id),
    sorts={
        "decided_on": col(Decision.decided_on),
        "ref": col(Decision.ref),
        "outcome": col(Decision.outcome),
    },
    filters={"outcome": col(Decision.outcome)},
    search=(col(Decision.ref), col(Decision.reasons), col(Decision.decider_name)),
)


def _review_view(row: TechnicalReview) -> ReviewView:
    return ReviewView(
        row.public_id,
        row.audit_id,
        row.reviewer_id,
        row.reviewer_name,
        row.verdict,
        row.recommendation,
        row.notes,
        row.at,
    )


def _decision_view(row: Decision) -> DecisionView:
    assert row.id is not None, "the row was not stored"
    return DecisionView(
        id=row.id,
        public_id=row.public_id,
        ref=row.ref,
        audit_id=row.audit_id,
        firm_id=row.firm_id,
        deployment_id=row.deployment_id,
        outcome=row.outcome,
        reasons=row.reasons,
        decider_id=row.decider_id,
        decider_name=row.decider_name,
        audited_on=row.audited_on,
        decided_on=row.decided_on,
        recorded_at=row.recorded_at,
        content=dict(row.content),
        content_digest=row.content_digest,
        supersedes=row.supersedes,
    )


def reviews_of(reading: Reading, audit_id: int) -> tuple[ReviewView, ...]:
    """Return the reviews of an audit, oldest first."""
    rows = reading.session.exec(
        select(TechnicalReview).where(col(TechnicalReview.audit_id) == audit_id).order_by(col(TechnicalReview.id))
    )
    return tuple(_review_view(row) for row in rows)


def decisions_of(reading: Reading, audit_id: int) -> tuple[DecisionView, ...]:
    """Return the decisions on an audit that the scope may see, oldest first; none of them disappears."""
    rows = reading.session.exec(select(Decision).where(col(Decision.audit_id) == audit_id).order_by(col(Decision.id)))
    return tuple(_decision_view(row) for row in rows)


def decisions_of_deployment(reading: Reading, deployment_id: int) -> tuple[DecisionView, ...]:
    """Return the decisions on a deployment, oldest first."""
    rows = reading.session.exec(
        select(Decision).where(col(Decision.deployment_id) == deployment_id).order_by(col(Decision.id))
    )
    return tuple(_decision_view(row) for row in rows)


def decision(reading: Reading, decision_ref: str) -> DecisionView:
    """Return the decision with this reference or public id. Raises: DecisionMissing."""
    row = reading.session.exec(
        select(Decision).where(or_(col(Decision.ref) == decision_ref, col(Decision.public_id) == decision_ref))
    ).one_or_none()
    if row is None:
        raise DecisionMissing(
            _("There is no such decision."), field="decision_ref", next_step=_("Look at the list of decisions.")
        )
    return _decision_view(row)


def decisions_listed(reading: Reading, request: ListRequest) -> Page[DecisionView]:
    """Return one page of the decisions that the scope may see."""
    return read_page(reading.session, select(Decision), request, columns=DECISION_COLUMNS, make=_decision_view)


def audit_facts(reading: Reading, deployment_id: int) -> tuple[AuditFact, ...]:
    """Return the decided audits of a deployment as dated facts, oldest first, superseded decisions left out."""
    rows = decisions_of_deployment(reading, deployment_id)
    superseded = {row.supersedes for row in rows if row.supersedes}
    return tuple(
        AuditFact(row.ref, row.audit_id, row.audited_on, row.decided_on, row.outcome, row.recorded_at)
        for row in rows
        if row.id not in superseded
    )


def standing_decisions(reading: Reading, deployment_id: int) -> tuple[StandingFact, ...]:
    """Return the decisions about a deployment's standing, oldest first."""
    rows = reading.session.exec(
        select(StandingDecision)
        .where(col(StandingDecision.deployment_id) == deployment_id)
        .order_by(col(StandingDecision.id))
    )
    return tuple(
        StandingFact(
            ref=row.ref,
            to_state=row.to_state,
            effective_on=row.effective_on,
            recorded_at=row.recorded_at,
            reasons=row.reasons,
            decided_by=(str(row.first_person_id), str(row.second_person_id)),
        )
        for row in rows
    )
