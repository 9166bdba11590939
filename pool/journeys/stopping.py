"""Stopping from the booking's side: the lead auditor asked for it, the planner or an administrator is the second."""

from __future__ import annotations

from pool.bookings import queries
from pool.journeys import audit
from pool.kernel.storage import Work, takes_numbers


@takes_numbers
def stop_booking(work: Work, *, booking: str, by_pool: bool = True) -> str:
    """Stop the audit of a booking as the second person; return its state. Raises: as ``audit.stop``, BookingMissing."""
    line = queries.booking(work, booking).line
    return audit.stop(work, audit_ref=line.audit_ref, by_pool=by_pool)
