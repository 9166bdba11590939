"""Bookings as the money needs them: what was performed in a span of days, and the estimate of one booking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, or_, select

from pool.bookings.states import BookingState
from pool.bookings.tables import Booking, BookingDeployment
from pool.kernel.refusals import Missing
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _

#: A booking is paid for once it is confirmed and was not ended before the work.
BILLABLE = (BookingState.CONFIRMED, BookingState.IN_AUDIT, BookingState.FULFILLED)


class NoSuchBooking(Missing):
    """No booking of that name is within sight."""


@dataclass(frozen=True, slots=True)
class BillableAudit:
    """A booking whose audit began in a span of days. ``exact_days`` is exact text of auditor-days."""

    booking_ref: str
    firm_id: int
    audit_id: int | None
    deployment_ids: tuple[int, ...]
    kind: str
    tier: str
    state: str
    exact_days: str
    starts_on: date
    ends_on: date | None
    estimate_minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class BookingEstimate:
    """What a booking was estimated at, for the hold in the ledger."""

    booking_ref: str
    firm_id: int
    estimate_minor: int | None
    currency: str
    state: str


def billable_audits(reading: Reading, *, from_on: date, until_on: date) -> tuple[BillableAudit, ...]:
    """Return the confirmed bookings whose audit begins between two days, both included, by reference; two queries."""
    rows = reading.session.exec(
        select(Booking)
        .where(col(Booking.state).in_(BILLABLE), col(Booking.starts_on) >= from_on, col(Booking.starts_on) <= until_on)
        .order_by(col(Booking.ref))
    ).all()
    covered: dict[int, tuple[int, ...]] = {}
    links = reading.session.exec(
        select(BookingDeployment)
        .where(col(BookingDeployment.booking_id).in_([row.id for row in rows]))
        .order_by(col(BookingDeployment.id))
    )
    for link in links:
        covered[link.booking_id] = (*covered.get(link.booking_id, ()), link.deployment_id)
    return tuple(
        BillableAudit(
            row.ref,
            row.firm_id,
            row.audit_id,
            covered.get(row.id or 0, ()),
            row.kind,
            row.tier,
            row.state,
            row.exact_days,
            row.starts_on,
            row.ends_on,
            row.estimate_minor,
            row.currency,
        )
        for row in rows
        if row.starts_on is not None
    )


def _estimate(row: Booking) -> BookingEstimate:
    return BookingEstimate(row.ref, row.firm_id, row.estimate_minor, row.currency, row.state)


def booking_estimate(reading: Reading, booking: str) -> BookingEstimate:
    """Return the estimate of the booking with this reference or public id. Raises: NoSuchBooking."""
    row = reading.session.exec(
        select(Booking).where(or_(col(Booking.ref) == booking, col(Booking.public_id) == booking))
    ).one_or_none()
    if row is None:
        raise NoSuchBooking(
            _("There is no booking %(key)s.", key=booking), field="booking", next_step=_("Check the reference.")
        )
    return _estimate(row)


def bookings_of_audit(reading: Reading, audit_id: int) -> tuple[BookingEstimate, ...]:
    """Return the bookings that one audit serves, by reference."""
    rows = reading.session.exec(select(Booking).where(Booking.audit_id == audit_id).order_by(col(Booking.ref)))
    return tuple(_estimate(row) for row in rows)
