"""Rows of bookings: the request, its deployments, its steps, and proposals of teams and dates."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar

from sqlmodel import Field

from pool.bookings.states import BookingState, ProposalState
from pool.kernel.rows import Row, bigint, check, json_value, one_of, ownable, owned, unique
from pool.kernel.tenancy import Visibility

_OWN = Visibility(firm="firm_id", audit="audit_id")


class Booking(Row, table=True):
    """A request for an audit. ``requested_at`` is the waiting-list instant: evidence of engagement.

    ``exact_days`` is exact text of auditor-days (cost shares use it); ``half_days`` are what the calendar holds per
    person and ``people`` how many come. ``brief`` is frozen when the firm submits and the pool screens.
    """

    __tablename__ = "booking"
    __table_args__ = (
        ownable(),
        one_of("state", BookingState),
        one_of("kind", ("initial", "surveillance", "renewal", "special", "follow_up")),
        check("window_until >= window_from", "window_runs_forward"),
        check("people BETWEEN 0 AND 4", "people_in_range"),
        check("estimate_minor IS NULL OR estimate_minor >= 0", "estimate_not_negative"),
        check("state IN ('draft', 'withdrawn', 'cancelled') OR requested_at IS NOT NULL", "requested_has_instant"),
    )
    visibility: ClassVar[Visibility] = _OWN

    ref: str = Field(max_length=20, unique=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    audit_id: int | None = bigint(None, foreign_key="audit.id", index=True)
    audit_ref: str = Field(default="", max_length=20)
    kind: str = Field(max_length=20)
    state: str = Field(default=BookingState.DRAFT, max_length=20, index=True)
    tier: str = Field(default="", max_length=10)
    language: str = Field(default="en", max_length=10)
    window_from: date
    window_until: date
    note: str = Field(default="", max_length=5000)
    requested_at: datetime | None = None
    requested_by: int | None = bigint(None)
    returned_items: str = Field(default="", max_length=5000)
    facts_snapshot: dict[str, Any] = json_value()
    exact_days: str = Field(default="", max_length=60)
    effort_steps: list[Any] = json_value(list)
    people: int = 0
    half_days: int = 0
    needs: list[Any] = json_value(list)
    brief: dict[str, Any] = json_value()
    brief_digest: str = Field(default="", max_length=71)
    estimate_minor: int | None = bigint(None)
    estimate_low_minor: int | None = bigint(None)
    estimate_high_minor: int | None = bigint(None)
    currency: str = Field(default="EUR", max_length=3)
    price_steps: list[Any] = json_value(list)
    estimate_key: str = Field(default="", max_length=2000)
    quoted_at: datetime | None = None
    quote_valid_until: date | None = None
    accepted_at: datetime | None = None
    accepted_by: int | None = bigint(None)
    accepted_digest: str = Field(default="", max_length=71)
    waitlist_reasons: list[Any] = json_value(list)
    confirmed_at: datetime | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ended_by_pool: bool = False
    version: int = 1


class BookingDeployment(Row, table=True):
    """A deployment that a booking covers."""

    __tablename__ = "booking_deployment"
    __table_args__ = (
        unique("booking_id", "deployment_id"),
        owned("booking", "booking_id"),
        owned("deployment", "deployment_id"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", deployment="deployment_id")

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    booking_id: int = bigint(index=True)
    deployment_id: int = bigint(index=True)


class BookingEvent(Row, table=True):
    """One step of a booking's life-cycle."""

    __tablename__ = "booking_event"
    __table_args__ = (owned("booking", "booking_id"),)
    visibility: ClassVar[Visibility] = _OWN
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    audit_id: int | None = bigint(None)
    booking_id: int = bigint(index=True)
    from_state: str = Field(max_length=20)
    to_state: str = Field(max_length=20)
    at: datetime
    person_id: int | None = bigint(None)
    name: str = Field(default="", max_length=200)
    office: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=5000)


class Proposal(Row, table=True):
    """A team and dates proposed for a booking. An offer is one that its auditors accepted and the firm was shown.

    ``released`` opens it to the firm once all have accepted: until then nobody is offered to it.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        ownable(),
        owned("booking", "booking_id"),
        one_of("state", ProposalState),
        check("ends_on >= starts_on", "dates_run_forward"),
    )
    visibility: ClassVar[Visibility] = replace(_OWN, firm_if="released")

    ref: str = Field(max_length=20, unique=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    booking_id: int = bigint(index=True)
    audit_id: int = bigint(foreign_key="audit.id", index=True)
    plan_id: int | None = bigint(None, foreign_key="plan.id")
    half_days: list[int] = json_value(list)
    starts_on: date
    ends_on: date
    state: str = Field(default=ProposalState.PUBLISHED, max_length=20)
    published_at: datetime
    answers_due_on: date
    all_accepted_at: datetime | None = None
    shown_at: datetime | None = None
    waived_at: datetime | None = None
    ended_at: datetime | None = None
    objection: str = Field(default="", max_length=5000)
    objected_at: datetime | None = None
    objection_verdict: str = Field(default="", max_length=20)
    objection_answer: str = Field(default="", max_length=5000)
    released: bool = False
    version: int = 1


class ProposalMember(Row, table=True):
    """One auditor asked to take part, and what they answered. ``released`` opens it to the firm; a no never is."""

    __tablename__ = "proposal_member"
    __table_args__ = (
        unique("proposal_id", "auditor_id"),
        owned("proposal", "proposal_id"),
        one_of("answer", ("asked", "accepted", "declined")),
    )
    visibility: ClassVar[Visibility] = replace(_OWN, firm_if="released", auditor="auditor_id")

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    audit_id: int = bigint(foreign_key="audit.id", index=True)
    proposal_id: int = bigint(index=True)
    auditor_id: int = bigint(foreign_key="auditor.id", index=True)
    person_id: int = bigint()
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)
    answer: str = Field(default="asked", max_length=20)
    answered_at: datetime | None = None
    objected: bool = False
    reason: str = Field(default="", max_length=2000)
    released: bool = False


class Refusal(Row, table=True):
    """A decided refusal of an offered audit: written offer, reason asked, hearing, decision."""

    __tablename__ = "audit_refusal"
    __table_args__ = (owned("booking", "booking_id"), owned("deployment", "deployment_id"))
    visibility: ClassVar[Visibility] = replace(_OWN, pool_writes=True)
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    audit_id: int | None = bigint(None)
    booking_id: int = bigint(index=True)
    deployment_id: int = bigint(index=True)
    reason_given: str = Field(max_length=5000)
    heard_on: date
    decided_on: date
    decided_by: int = bigint()
    reasons: str = Field(max_length=5000)
    cured_on: date | None = None
    recorded_at: datetime
