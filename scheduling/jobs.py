"""Due jobs: rows with a due time, claimed once, done in the transaction of their effect.

The clock only looks; a clock that stops, starts twice or jumps changes nothing, because the row says what is due and
who has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, delete, func, select

from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.storage import Reading, Work
from scheduling.tables import Job

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
#: Daily jobs are kept so long after their day, for whoever asks what happened.
KEPT = timedelta(days=30)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class DueJob:
    """A claimed job."""

    id: int
    kind: str
    dedupe_key: str
    payload: dict[str, Any]
    due_at: datetime
    attempts: int


def enqueue(work: Work, *, kind: str, dedupe_key: str, due_at: datetime, payload: dict[str, Any] | None = None) -> bool:
    """Make a job due; a key that is there already changes nothing. Return whether it was new."""
    if work.session.exec(select(Job.id).where(Job.dedupe_key == dedupe_key)).first() is not None:
        return False
    work.add(Job(kind=kind, dedupe_key=dedupe_key, payload=payload or {}, due_at=due_at))
    return True


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be made due."""

    kind: str
    dedupe_key: str
    payload: dict[str, Any]


def enqueue_all(work: Work, asked: Sequence[NewJob], *, due_at: datetime) -> int:
    """Make many jobs due at once, those whose key is not there; return how many were new. One query per 500."""
    made = 0
    for begin in range(0, len(asked), _AT_ONCE):
        some = asked[begin : begin + _AT_ONCE]
        keys = [one.dedupe_key for one in some]
        known = set(work.session.exec(select(Job.dedupe_key).where(col(Job.dedupe_key).in_(keys))))
        for one in some:
            if one.dedupe_key not in known:
                work.add(Job(kind=one.kind, dedupe_key=one.dedupe_key, payload=one.payload, due_at=due_at))
                made += 1
    return made


def forget_done(work: Work, *, kinds: Iterable[str]) -> int:
    """Remove jobs of these kinds that were done or given up a month ago; return how many. Their effects stay."""
    gone: Any = work.session.execute(
        delete(Job).where(
            col(Job.kind).in_(list(kinds)),
            col(Job.state).in_(("done", "dead")),
            col(Job.due_at) < work.at - KEPT,
        )
    )
    return int(gone.rowcount)


def claim(work: Work, *, worker: str) -> DueJob | None:
    """Claim the oldest due job, or one whose lease ran out; ``None`` where nothing is due.

    A job whose worker died eight times is given up: it would go on killing workers.
    """
    statement = (
        select(Job)
        .where(
            (col(Job.state) == "due") & (col(Job.due_at) <= work.at)
            | (col(Job.state) == "claimed") & (col(Job.lease_until) <= work.at)
        )
        .order_by(col(Job.due_at), col(Job.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while (job := work.session.exec(statement).first()) is not None and job.attempts >= MAX_ATTEMPTS:
        job.state = "dead"
        job.last_error = job.last_error or "its workers died"
        work.flush()
    if job is None:
        return None
    job.state = "claimed"
    job.claimed_by = worker
    job.attempts += 1
    job.lease_until = work.at + LEASE
    work.flush()
    return DueJob(job.id or 0, job.kind, job.dedupe_key, dict(job.payload), job.due_at, job.attempts)


def finish(work: Work, *, job: DueJob, worker: str) -> bool:
    """Mark a job done, in the transaction of its effect.

    Return ``False`` where the lease went to another worker meanwhile: the caller must then let its effect go.
    """
    row = _held(work, job, worker)
    if row is None:
        return False
    row.state = "done"
    row.done_at = work.at
    work.flush()
    return True


def fail(work: Work, *, job: DueJob, worker: str, error: str) -> bool:
    """Note that a job failed: it becomes due again later, or dead after eight attempts.

    Return ``False`` and change nothing where the lease went to another worker meanwhile, who may have done it.
    """
    row = _held(work, job, worker)
    if row is None:
        return False
    row.last_error = error[:2000]
    row.state = "dead" if row.attempts >= MAX_ATTEMPTS else "due"
    row.due_at = work.at + timedelta(seconds=30 * 2**row.attempts)
    row.lease_until = None
    work.flush()
    return True


def _held(work: Work, job: DueJob, worker: str) -> Job | None:
    row = work.session.exec(select(Job).where(Job.id == job.id)).one()
    return row if (row.state, row.claimed_by, row.attempts) == ("claimed", worker, job.attempts) else None


def open_jobs(reading: Reading) -> tuple[tuple[str, str, datetime, str, int, str], ...]:
    """Return the jobs that are not done: kind, key, due instant, state, attempts, last error."""
    rows = reading.session.exec(select(Job).where(col(Job.state) != "done").order_by(col(Job.due_at)).limit(500))
    return tuple((r.kind, r.dedupe_key, r.due_at, r.state, r.attempts, r.last_error) for r in rows)


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as a list shows it."""

    public_id: str
    kind: str
    dedupe_key: str
    due_at: datetime
    state: str
    attempts: int
    claimed_by: str
    last_error: str
    done_at: datetime | None


def job_of(reading: Reading, dedupe_key: str) -> JobLine | None:
    """Return the job with this key, or ``None``; one query."""
    row = reading.session.exec(select(Job).where(Job.dedupe_key == dedupe_key)).one_or_none()
    return _line(row) if row is not None else None


def _line(row: Job) -> JobLine:
    return JobLine(
        row.public_id,
        row.kind,
        row.dedupe_key,
        row.due_at,
        row.state,
        row.attempts,
        row.claimed_by,
        row.last_error,
        row.done_at,
    )


def jobs_listed(reading: Reading, request: ListRequest) -> Page[JobLine]:
    """Return a page of jobs, done ones too; one query."""
    columns = ListColumns(
        key=Job.id,
        sorts={"due_at": Job.due_at, "kind": Job.kind, "attempts": Job.attempts},
        filters={"state": Job.state, "kind": Job.kind},
        search=(Job.kind, Job.dedupe_key, Job.last_error),
    )
    return read_page(reading.session, select(Job), request, columns=columns, make=_line)


def open_counts(reading: Reading) -> dict[str, int]:
    """Return how many jobs stand in each state other than done; one query."""
    rows = reading.session.exec(
        select(Job.state, func.count()).where(col(Job.state) != "done").group_by(col(Job.state))
    )
    return {state: int(count) for state, count in rows}
