"""What the clock does every day: whatever is due by itself is one job of its own, in a transaction of its own.

A row nobody can work with leaves its own job failed, with the reason; everything else is done. Nothing is held while
other rows are worked on, least of all the lock of the gapless numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from auditors.casework import queries as casework
from auditors.casework.states import AuditState
from pool.bookings import queries as bookings
from pool.journeys import book, conclude, remedy, standing
from pool.kernel.clock import day_of, start_of_day
from pool.kernel.storage import Reading, Work, takes_numbers
from pool.members import service as members
from pool.registry import queries as registry
from scheduling import jobs


@dataclass(frozen=True, slots=True)
class DailyStep:
    """One thing due on a day: which kind of step, and the reference of what it concerns (none for the house)."""

    kind: str
    field: str = ""
    ref: str = ""

    @property
    def payload(self) -> dict[str, str]:
        """Return what the step's journey is called with."""
        return {self.field: self.ref} if self.field else {}

    def key_on(self, day: date) -> str:
        """Return the name under which the step is made due once a day."""
        return ":".join(part for part in (self.kind, self.ref, day.isoformat()) if part)


def due_steps(reading: Reading) -> tuple[DailyStep, ...]:
    """Return what is due by itself on the day of reading: five queries. Standings come last, after what moves them.

    Only references are read here: what is wrong with a row shows in its own step and in no other.
    """
    return (
        *(DailyStep("daily.expire_quote", "booking", ref) for ref in bookings.quotes_run_out(reading)),
        *(DailyStep("daily.start_audit", "booking", ref) for ref in bookings.audits_to_begin(reading)),
        *(DailyStep("daily.take_silence", "finding_ref", ref) for ref in casework.issued_findings(reading)),
        *(DailyStep("daily.close_audit", "audit_ref", ref) for ref in casework.decided_audits(reading)),
        *(DailyStep("daily.refresh_standing", "deployment", ref) for ref in registry.deployment_refs(reading)),
        DailyStep("daily.forget"),
    )


def make_due(work: Work) -> int:
    """Make the steps of this day due as jobs; return how many are new. A second call on a day adds what came since."""
    day = day_of(work.at)
    return jobs.enqueue_all(
        work,
        [jobs.NewJob(step.kind, step.key_on(day), step.payload) for step in due_steps(work)],
        due_at=start_of_day(day),
    )


@takes_numbers
def close_audit(work: Work, *, audit_ref: str) -> None:
    """Close a decided audit; one that somebody closed meanwhile stays as it is."""
    if casework.audit_file(work, audit_ref).state == AuditState.DECIDED:
        conclude.close(work, audit_ref=audit_ref)


@takes_numbers
def refresh_standing(work: Work, *, deployment: str) -> None:
    """Derive the standing of one deployment anew: days pass, and with them deadlines."""
    standing.refresh(work, deployment_id=registry.deployment(work, deployment).id)


def forget(work: Work, *, swept: int = 0) -> None:
    """Remove what nobody needs any more: old sessions, failed sign-ins, and the done jobs of days long past.

    ``swept`` is how many files went before, outside the transaction.
    """
    members.forget_sessions(work)
    if swept:
        work.note("files.swept", subject_kind="house", subject_ref="files", after={"files": swept})
    jobs.forget_done(work, kinds=STEPS)


#: Kind -> the journey that has its effect on one subject. Names are stored in rows.
STEPS: dict[str, Callable[..., Any]] = {
    "daily.expire_quote": book.expire_quote,
    "daily.start_audit": book.start_audit,
    "daily.take_silence": remedy.take_silence,
    "daily.close_audit": close_audit,
    "daily.refresh_standing": refresh_standing,
    "daily.forget": forget,
}
