"""Being asked to take part in an audit: what an auditor reads before the answer, and no more than the answer needs.

Sight of the firm's part of an audit (indicators, workpapers, evidence) is given with the seat in the team, when the
audit is confirmed. Who is only asked reads a summary that the pool itself looks up: which firm, so that a tie can be
declared; the domains and markets, the days, the role, and who else is asked.
"""

from __future__ import annotations

from pool.bookings import queries
from pool.bookings.values import AskedView
from pool.kernel.storage import Reading


def waiting_for_answer(reading: Reading) -> tuple[AskedView, ...]:
    """Return the proposals that wait for the answer of the auditor who reads: two queries."""
    with reading.as_pool():
        return queries.asked_of_auditor(reading, reading.actor.auditor_id or 0)


def standing_proposals(reading: Reading) -> tuple[AskedView, ...]:
    """Return the standing proposals in which the auditor who reads was asked: two queries."""
    with reading.as_pool():
        return queries.proposals_for_auditor(reading, reading.actor.auditor_id or 0)


def asked(reading: Reading, proposal: str) -> AskedView:
    """Return one proposal as the asked auditor reads it. Raises: ProposalMissing, also for whoever was not asked."""
    with reading.as_pool():
        return queries.asked(reading, proposal)
