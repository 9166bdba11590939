"""Timed jobs: what becomes due every day, and which journey does it."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any

from auditors.casework.file_store import FileStore
from pool.journeys import book, daily, plan, planning
from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database, Work
from pool.schema import named_digests
from scheduling import jobs
from scheduling.jobs import DueJob

log = logging.getLogger("pool.jobs")

Preparation = Callable[..., dict[str, Any]]
#: Kind -> the journey that has its effect. Names are stored in rows: a renamed kind keeps its old name here too.
HANDLERS: dict[str, Callable[..., Any]] = {
    **daily.STEPS,
    # The two jobs that did a whole day at once: one that is still due makes the day's single steps due.
    "daily.let_pass": daily.make_due,
    "daily.refresh_all_standings": daily.make_due,
    book.REPLAN_JOB: plan.replan_one,
    planning.PLAN_JOB: planning.keep_asked,
}
#: Kind -> what is worked out before the effect, outside any transaction because it takes long; it gives further values.
PREPARATIONS: dict[str, Preparation] = {planning.PLAN_JOB: planning.work_out_asked}


class LostLease(Exception):
    """Another worker has the job by now; this one's effect is rolled back."""


def worker_name() -> str:
    """Return a name for this process."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def plan_day(database: Database, at: datetime) -> None:
    """Make the steps of this day due, each as its own job; calling it again adds only what became due meanwhile."""
    database.run_work(daily.make_due, actor=SYSTEM, at=at)
    database.forget_once_keys(at)


def run_due(
    database: Database,
    *,
    worker: str,
    clock: Callable[[], datetime] = now,
    most: int = 100,
    preparations: Mapping[str, Preparation] = PREPARATIONS,
) -> int:
    """Do due jobs until none is left or ``most`` are done; return how many had their effect."""
    done = 0
    for _ in range(most):
        job = database.run_work(jobs.claim, worker=worker, actor=SYSTEM, at=clock())
        if job is None:
            break
        done += _do(database, job, worker=worker, at=clock(), prepare=preparations.get(job.kind))
    return done


def _do(database: Database, job: DueJob, *, worker: str, at: datetime, prepare: Preparation | None = None) -> int:
    handler = HANDLERS.get(job.kind)
    try:
        if handler is None:
            raise LookupError(f"no handler for jobs of kind {job.kind}")
        chosen = handler
        prepared = prepare(database, at=at, **job.payload) if prepare is not None else {}

        @wraps(chosen)  # whether it takes numbers is told by its mark
        def effect(work: Work) -> None:
            chosen(work, **job.payload, **prepared)
            if not jobs.finish(work, job=job, worker=worker):
                raise LostLease(job.dedupe_key)

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


def look(database: Database, files: Path) -> None:
    """Do what is due now; the clock calls this every few seconds. ``files`` holds the evidence, to be swept daily."""
    sweeping = partial(sweep_files, store=FileStore(files))
    run_due(database, worker=worker_name(), preparations={**PREPARATIONS, "daily.forget": sweeping})


def sweep_files(database: Database, *, store: FileStore, at: datetime) -> dict[str, int]:
    """Remove half-written files, and files that no row names, older than a day; return how many for the day's trace."""
    with database.reading(SYSTEM, at) as reading:
        named = named_digests(reading)
    return {"swept": store.sweep(at=at, known=named)}
