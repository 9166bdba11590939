"""Dated facts of engagement for the participation record: what was known when, never a present state alone.

An offer is a proposal with dates that its auditors accepted and the firm was shown; booked means confirmed. A request
counts from its waiting-list instant on, and no delay of the pool ends it. Source: policy/DECISIONS.md 2 and 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from pool.bookings.lookup import key_of
from pool.bookings.requests import ENGAGING
from pool.bookings.states import BookingState, ProposalState
from pool.bookings.tables import Booking, BookingDeployment, BookingEvent, Proposal, Refusal
from pool.bookings.values import AuditRequestFact, EngagementFacts, OfferFact, RefusalFact
from pool.kernel.storage import Reading

#: Ends of a booking that are the firm's own or its fulfilment. A pool that declines or cancels ends no engagement.
_ENDS = frozenset({BookingState.WITHDRAWN, BookingState.EXPIRED, BookingState.FULFILLED, BookingState.CANCELLED})


def audit_requests(reading: Reading, deployment_id: int) -> tuple[AuditRequestFact, ...]:
    """Return the requests for audits of a deployment as dated facts: three queries."""
    return engagement_facts(reading, deployment_id, with_refusals=False).requests


def audit_refusals(reading: Reading, deployment_id: int) -> tuple[RefusalFact, ...]:
    """Return the decided refusals of a deployment with the instant that cured them."""
    bookings = _bookings(reading, deployment_id)
    events = _by_booking(_events(reading, bookings))
    return _refusals(reading, deployment_id, events)


def engagement_facts(reading: Reading, deployment_id: int, *, with_refusals: bool = True) -> EngagementFacts:
    """Return requests, offers and refusals of a deployment as dated facts: four queries."""
    bookings = _bookings(reading, deployment_id)
    events = _by_booking(_events(reading, bookings))
    proposals = _by_booking(
        reading.session.exec(
            select(Proposal)
            .where(col(Proposal.booking_id).in_([key_of(row) for row in bookings]))
            .order_by(col(Proposal.id))
        )
    )
    return EngagementFacts(
        requests=tuple(
            fact
            for row in bookings
            if row.kind in ENGAGING and row.requested_at is not None
            for fact in _requests(row, events.get(key_of(row), []), proposals.get(key_of(row), []))
        ),
        offers=tuple(
            OfferFact(one.ref, one.all_accepted_at, one.shown_at, str(one.state), one.starts_on, one.ended_at)
            for row in bookings
            for one in proposals.get(key_of(row), [])
        ),
        refusals=_refusals(reading, deployment_id, events) if with_refusals else (),
    )


def _bookings(reading: Reading, deployment_id: int) -> list[Booking]:
    return list(
        reading.session.exec(
            select(Booking)
            .join(BookingDeployment, col(BookingDeployment.booking_id) == col(Booking.id))
            .where(col(BookingDeployment.deployment_id) == deployment_id)
            .order_by(col(Booking.id))
        )
    )


def _events(reading: Reading, bookings: Sequence[Booking]) -> list[BookingEvent]:
    return list(
        reading.session.exec(
            select(BookingEvent)
            .where(
                col(BookingEvent.booking_id).in_([key_of(row) for row in bookings]),
                # Why: a member who is replaced in a confirmed team confirms nothing anew.
                col(BookingEvent.from_state) != col(BookingEvent.to_state),
            )
            .order_by(col(BookingEvent.id))
        )
    )


def _by_booking(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.booking_id, []).append(row)
    return found


def _requests(row: Booking, events: Sequence[BookingEvent], proposals: Sequence[Proposal]) -> list[AuditRequestFact]:
    assert row.requested_at is not None, "only submitted requests are facts"
    ended_at = _ended_at(row, events)
    facts = []
    waits = True
    for proposal in proposals:
        if proposal.shown_at is None:
            continue
        waits = proposal.ended_at is not None
        facts.append(
            AuditRequestFact(
                booking_ref=row.ref,
                requested_at=row.requested_at,
                offered_at=proposal.shown_at,
                booked_at=_confirmed_at(events, proposal),
                booked_for=proposal.starts_on if _confirmed_at(events, proposal) is not None else None,
                ended_at=_earliest(proposal.ended_at, ended_at),
            )
        )
    if waits:
        facts.append(AuditRequestFact(row.ref, row.requested_at, None, None, None, ended_at))
    return facts


def _ended_at(row: Booking, events: Sequence[BookingEvent]) -> datetime | None:
    if row.ended_by_pool:
        return None
    return next((one.at for one in events if one.to_state in _ENDS), None)


def _confirmed_at(events: Sequence[BookingEvent], proposal: Proposal) -> datetime | None:
    if proposal.all_accepted_at is None or proposal.state == ProposalState.DECLINED:
        return None
    return next(
        (
            one.at
            for one in events
            if one.to_state == BookingState.CONFIRMED
            and one.at >= proposal.all_accepted_at
            and (proposal.ended_at is None or one.at <= proposal.ended_at)
        ),
        None,
    )


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((one for one in instants if one is not None), default=None)


def _refusals(reading: Reading, deployment_id: int, events: dict[int, list[BookingEvent]]) -> tuple[RefusalFact, ...]:
    rows: Any = reading.session.exec(
        select(Refusal, Booking.ref)
        .join(Booking, col(Booking.id) == col(Refusal.booking_id))
        .where(col(Refusal.deployment_id) == deployment_id)
        .order_by(col(Refusal.id))
    )
    taken = sorted(one.at for listed in events.values() for one in listed if one.to_state == BookingState.CONFIRMED)
    return tuple(
        RefusalFact(ref, row.decided_on, row.recorded_at, next((at for at in taken if at > row.recorded_at), None))
        for row, ref in rows
    )
