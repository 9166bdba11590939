"""Frozen values that bookings hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pool.kernel.money import Money
from scheduling.interval import HalfDay, Window


@dataclass(frozen=True, slots=True)
class BookingLine:
    """A booking in a list. ``deployments`` are ``(reference, name)``; ``acts`` are the offices of the next step."""

    id: int
    public_id: str
    ref: str
    firm_id: int
    firm_ref: str
    firm_name: str
    deployments: tuple[tuple[str, str], ...]
    kind: str
    state: str
    tier: str
    language: str
    window_from: date
    window_until: date
    requested_at: datetime | None
    exact_days: str
    people: int
    half_days: int
    estimate: Money | None
    quote_valid_until: date | None
    starts_on: date | None
    ends_on: date | None
    audit_id: int | None
    audit_ref: str
    acts: tuple[str, ...]
    may_act: bool
    version: int


@dataclass(frozen=True, slots=True)
class StepView:
    """One step in a booking's history."""

    at: datetime
    from_state: str
    to_state: str
    name: str
    office: str
    reason: str


@dataclass(frozen=True, slots=True)
class MoveView:
    """A step the seat could make, with what is in its way; empty when nothing is known to be."""

    move: str
    to_state: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberView:
    """An auditor who was asked, and the answer."""

    auditor_id: int
    person_id: int
    name: str
    role: str
    answer: str
    answered_at: datetime | None
    reason: str
    objected: bool


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A team and dates that were proposed. It is an offer once all accepted and the firm was shown."""

    id: int
    public_id: str
    ref: str
    state: str
    starts_on: date
    ends_on: date
    half_days: tuple[HalfDay, ...]
    published_at: datetime
    answers_due_on: date
    all_accepted_at: datetime | None
    shown_at: datetime | None
    objection_until: date | None
    waived_at: datetime | None
    objection: str
    objected_at: datetime | None
    objection_verdict: str
    objection_answer: str
    ended_at: datetime | None
    members: tuple[MemberView, ...]
    version: int

    @property
    def is_offer(self) -> bool:
        """Tell whether the firm was made this offer."""
        return self.all_accepted_at is not None and self.shown_at is not None


@dataclass(frozen=True, slots=True)
class BookingFile:
    """Everything of one booking that the scope may see."""

    line: BookingLine
    note: str
    returned_items: str
    snapshot: Mapping[str, Any]
    effort_steps: tuple[Mapping[str, Any], ...]
    needs: tuple[Mapping[str, Any], ...]
    brief: Mapping[str, Any]
    brief_digest: str
    price_steps: tuple[Mapping[str, Any], ...]
    estimate_low: Money | None
    estimate_high: Money | None
    estimate_key: str
    quoted_at: datetime | None
    accepted_at: datetime | None
    accepted_digest: str
    waitlist_reasons: tuple[tuple[str, int], ...]
    confirmed_at: datetime | None
    ended_by_pool: bool
    steps: tuple[StepView, ...]
    proposals: tuple[ProposalView, ...]
    moves: tuple[MoveView, ...]

    @property
    def standing(self) -> ProposalView | None:
        """Return the proposal that stands, or ``None``."""
        return next((one for one in reversed(self.proposals) if one.ended_at is None), None)


@dataclass(frozen=True, slots=True)
class AskedView:
    """A proposal as an asked auditor sees it: what the answer needs, and nothing else of the firm.

    ``domains`` are names of the edition's competence domains; ``team`` are triples of name, role and answer.
    """

    proposal_ref: str
    proposal_public_id: str
    booking_ref: str
    audit_ref: str
    firm_name: str
    domains: tuple[str, ...]
    markets: tuple[str, ...]
    language: str
    kind: str
    tier: str
    role: str
    answer: str
    state: str
    starts_on: date
    ends_on: date
    half_days: int
    answers_due_on: date
    published_at: datetime
    team: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class AuditRequestFact:
    """A stretch of a request for the participation record, dated by what the pool knew when.

    A request whose offer fell away gives one fact that ends there and another that waits on, both from the same
    request: so what was true while the offer stood stays true of those days.
    """

    booking_ref: str
    requested_at: datetime
    offered_at: datetime | None
    booked_at: datetime | None
    booked_for: date | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefusalFact:
    """A decided refusal; ``cured_at`` is when the deployment's next audit was confirmed."""

    booking_ref: str
    decided_on: date
    recorded_at: datetime
    cured_at: datetime | None


@dataclass(frozen=True, slots=True)
class OfferFact:
    """An offer: the instants at which all had accepted, the firm was shown, and it stopped standing."""

    proposal_ref: str
    all_accepted_at: datetime | None
    shown_at: datetime | None
    state: str
    starts_on: date
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class EngagementFacts:
    """Everything dated about the engagement of one deployment."""

    requests: tuple[AuditRequestFact, ...]
    offers: tuple[OfferFact, ...]
    refusals: tuple[RefusalFact, ...]


@dataclass(frozen=True, slots=True)
class OpenBooking:
    """A booking that waits for a team, as planning needs it.

    ``excluded`` auditors said no, were objected to, or judged the same deployments before.
    """

    ref: str
    state: str
    audit_id: int
    audit_ref: str
    firm_id: int
    tier: str
    language: str
    people: int
    half_days: int
    needs: tuple[tuple[str, int, bool], ...]
    window: Window
    requested_at: datetime
    excluded: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DaysFact:
    """Exact auditor-days of a booking for cost shares: whose, for which audit, and when it takes place."""

    booking_ref: str
    firm_id: int
    audit_id: int | None
    audit_ref: str
    state: str
    tier: str
    kind: str
    exact_days: str
    needs: tuple[tuple[str, int], ...]
    starts_on: date | None
    ends_on: date | None
