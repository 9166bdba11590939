"""Stopping from the booking's side: two persons, the lead auditor first; without a lead, planner and administrator."""

from __future__ import annotations

from pool.bookings import queries
from pool.journeys import audit
from pool.kernel.storage import Work, takes_numbers


@takes_numbers
def stop_booking(work: Work, *, booking: str, by_pool: bool = True) -> str:
    """Stop the audit of a booking as the second person; return its state. Raises: as ``audit.stop``, BookingMissing."""
    line = queries.booking(work, booking).line
    return audit.stop(work, audit_ref=line.audit_ref, by_pool=by_pool)


def ask_to_stop_booking(work: Work, *, booking: str, reason: str) -> None:
    """Ask to stop the audit of a booking whose team has no lead at work. Raises: as ``audit.ask_to_stop``."""
    line = queries.booking(work, booking).line
    audit.ask_to_stop(work, audit_ref=line.audit_ref, reason=reason)
