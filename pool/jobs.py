"""Timed jobs: what becomes due every day, and which journey does it."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pool.journeys import book, daily, plan, planning
from pool.kernel.clock import day_of, now, start_of_day
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database, Work
from scheduling import jobs
from scheduling.jobs import DueJob

log = logging.getLogger("pool.jobs")

#: Kind -> the journey that has its effect. Names are stored in rows: a renamed kind keeps its old name here too.
DAILY: dict[str, Callable[..., Any]] = {
    "daily.let_pass": daily.let_pass,
    "daily.refresh_all_standings": daily.refresh_all_standings,
}
HANDLERS: dict[str, Callable[..., Any]] = {
    **DAILY,
    book.REPLAN_JOB: plan.replan_one,
    planning.PLAN_JOB: planning.keep_asked,
}
#: Kind -> what is worked out before the effect, outside any transaction because it takes long; it gives further values.
PREPARATIONS: dict[str, Callable[..., dict[str, Any]]] = {planning.PLAN_JOB: planning.work_out_asked}


class LostLease(Exception):
    """Another worker has the job by now; this one's effect is rolled back."""


def worker_name() -> str:
    """Return a name for this process."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def plan_day(database: Database, at: datetime) -> None:
    """Make the daily jobs of this day due; calling it again changes nothing."""

    def make_due(work: Work) -> None:
        day = day_of(at)
        for kind in DAILY:
            jobs.enqueue(work, kind=kind, dedupe_key=f"{kind}:{day.isoformat()}", due_at=start_of_day(day))

    database.run_work(make_due, actor=SYSTEM, at=at)
    database.forget_once_keys(at)


def run_due(database: Database, *, worker: str, clock: Callable[[], datetime] = now, most: int = 100) -> int:
    """Do due jobs until none is left or ``most`` are done; return how many had their effect."""
    done = 0
    for _ in range(most):
        job = database.run_work(jobs.claim, worker=worker, actor=SYSTEM, at=clock())
        if job is None:
            break
        done += _do(database, job, worker=worker, at=clock())
    return done


def _do(database: Database, job: DueJob, *, worker: str, at: datetime) -> int:
    handler = HANDLERS.get(job.kind)
    try:
        if handler is None:
            raise LookupError(f"no handler for jobs of kind {job.kind}")
        chosen = handler
        prepare = PREPARATIONS.get(job.kind)
        prepared = prepare(database, at=at, **job.payload) if prepare is not None else {}

        def effect(work: Work) -> None:
            chosen(work, **job.payload, **prepared)
            if not jobs.finish(work, job=job, worker=worker):
                raise LostLease(job.dedupe_key)

        effect.takes_numbers = getattr(handler, "takes_numbers", False)  # type: ignore[attr-defined]
        database.run_work(effect, actor=SYSTEM, at=at, reason=f"due {job.due_at.isoformat()}")
    except LostLease:
        log.warning("job %s went to another worker", job.dedupe_key)
        return 0
    except Exception as error:
        # Why so wide: a job that fails in any way must be due again later, and an operator must see why.
        log.exception("job %s failed", job.dedupe_key)
        failed = f"{type(error).__name__}: {error}"
        database.run_work(jobs.fail, job=job, worker=worker, error=failed, actor=SYSTEM, at=at)
        return 0
    return 1


def look(database: Database) -> None:
    """Do what is due now; the clock calls this every few seconds."""
    run_due(database, worker=worker_name())
