"""What the clock does every day: look at every standing anew, end quotes that ran out, begin audits that are due."""

from __future__ import annotations

from pool.bookings import service as bookings
from pool.journeys import standing
from pool.kernel.storage import Work, takes_numbers
from pool.registry import queries as registry


@takes_numbers
def refresh_all_standings(work: Work) -> None:
    """Derive the standing of every deployment anew: days pass, and with them deadlines."""
    for view in registry.all_deployments(work):
        standing.refresh(work, deployment_id=view.id)


def expire_quotes(work: Work) -> None:
    """End the quotes whose validity has passed."""
    bookings.expire_quotes(work)


@takes_numbers
def start_audits(work: Work) -> None:
    """Begin the audits whose first day has come."""
    bookings.start_due(work)
