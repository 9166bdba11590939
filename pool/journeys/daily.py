"""What the clock does every day: look at every standing anew, and let what is due by itself happen."""

from __future__ import annotations

from pool.journeys import book, conclude, remedy, standing
from pool.kernel.storage import Work, takes_numbers
from pool.members import service as members
from pool.registry import queries as registry


@takes_numbers
def refresh_all_standings(work: Work) -> None:
    """Derive the standing of every deployment anew: days pass, and with them deadlines."""
    for view in registry.all_deployments(work):
        standing.refresh(work, deployment_id=view.id)


@takes_numbers
def let_pass(work: Work) -> None:
    """End estimates that ran out, begin audits whose day has come, take silence as such, close decided audits.

    Sessions and failed sign-ins that nobody needs any more go too.
    """
    book.expire_quotes(work)
    book.start_audits(work)
    remedy.acknowledge_by_silence(work)
    conclude.close_decided(work)
    members.forget_sessions(work)
