"""Reads for the plan board: bookings that wait for a team with their reasons, and bookings by the audit they serve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select

from pool.bookings.queries import booking_line
from pool.bookings.rules import OPEN_FOR_PLANNING
from pool.bookings.tables import Booking
from pool.bookings.values import BookingLine
from pool.kernel.storage import Reading


@dataclass(frozen=True, slots=True)
class WaitingBooking:
    """A booking without a team. ``reasons`` are pairs of a rule and how many auditors it left; empty before a plan."""

    line: BookingLine
    reasons: tuple[tuple[str, int], ...]


def waiting_bookings(reading: Reading) -> tuple[WaitingBooking, ...]:
    """Return the bookings that wait for a team, the oldest request first: one query."""
    rows = reading.session.exec(
        select(Booking)
        .where(col(Booking.state).in_([str(state) for state in OPEN_FOR_PLANNING]))
        .order_by(col(Booking.requested_at), col(Booking.id))
    )
    return tuple(
        WaitingBooking(
            booking_line(row, reading),
            tuple((str(one["rule"]), int(one["left"])) for one in row.waitlist_reasons),
        )
        for row in rows
    )


def lines_of_audits(reading: Reading, audit_refs: Iterable[str]) -> dict[str, BookingLine]:
    """Return the booking of each audit by the audit's reference: one query."""
    wanted = sorted({ref for ref in audit_refs if ref})
    if not wanted:
        return {}
    rows = reading.session.exec(select(Booking).where(col(Booking.audit_ref).in_(wanted)).order_by(col(Booking.id)))
    return {row.audit_ref: booking_line(row, reading) for row in rows}
