"""Bookings as the pool's offices see them: the list, one booking, and the steps of planner and administrator."""

from __future__ import annotations

from typing import Any

from pool.web.admin import blueprint
from pool.web.booking_lists import bookings_page
from pool.web.booking_view import act_page, booking_page


@blueprint.get("/pool/bookings")
def bookings() -> Any:
    """List every booking of the pool."""
    return bookings_page(audience="admin", new=None)


@blueprint.get("/pool/bookings/<ref>")
def booking(ref: str) -> Any:
    """Show one booking."""
    return booking_page(ref, audience="admin")


@blueprint.route("/pool/bookings/<ref>/<move>", methods=["GET", "POST"])
def booking_act(ref: str, move: str) -> Any:
    """Take one step with a booking."""
    return act_page(ref, move, audience="admin")
