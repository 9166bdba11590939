"""Pages of the pool's offices."""

from __future__ import annotations

from flask import Blueprint

from pool.web.guards import guard

blueprint = Blueprint("admin", __name__)
blueprint.before_request(guard)

from pool.web.admin import (  # noqa: E402  (pages register themselves)
    activity,
    auditor_page,
    bookings,
    competences,
    costs,
    decisions,
    decisions_disputes,
    deployments,
    ethics,
    foundation,
    granted,
    home,
    interests,
    jobs,
    ledger,
    members,
    people,
    period_page,
    period_steps,
    plan,
    plan_steps,
    record,
    resets,
    roster,
    roster_entry,
)

__all__ = [
    "activity",
    "auditor_page",
    "blueprint",
    "bookings",
    "competences",
    "costs",
    "decisions",
    "decisions_disputes",
    "deployments",
    "ethics",
    "foundation",
    "granted",
    "home",
    "interests",
    "jobs",
    "ledger",
    "members",
    "people",
    "period_page",
    "period_steps",
    "plan",
    "plan_steps",
    "record",
    "resets",
    "roster",
    "roster_entry",
]
