"""Pages of the pool's offices."""

from __future__ import annotations

from flask import Blueprint

from pool.web.guards import guard

blueprint = Blueprint("admin", __name__)
blueprint.before_request(guard)

from pool.web.admin import (  # noqa: E402
    activity,
    bookings,
    decisions,
    decisions_disputes,
    deployments,
    ethics,
    foundation,
    home,
    jobs,
    members,
    people,
    record,
)

__all__ = [
    "activity",
    "blueprint",
    "bookings",
    "decisions",
    "decisions_disputes",
    "deployments",
    "ethics",
    "foundation",
    "home",
    "jobs",
    "members",
    "people",
    "record",
]
