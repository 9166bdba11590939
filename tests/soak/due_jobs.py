"""Workers that do due jobs under a clock that runs fast, so that leases of the dead run out while we watch."""

from __future__ import annotations

import logging
import os
import random
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from pool import jobs as door
from pool.kernel.clock import utc
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database, Work
from scheduling import jobs
from tests.support.crowd import Log, log_path

AT = utc(2026, 9, 2, 6)
KIND = "test.effect"
DONE = "test.done"
#: Seconds of the jobs' clock in one of ours: a lease of five minutes runs out in little more than one second.
SPEED = 250
#: Some jobs fail now and then, so that failing, waiting and trying again happen beside the killing.
FAILS = 0.1


def effect(work: Work, *, subject: str) -> None:
    """Leave one trace, in some time, and fail sometimes."""
    work.note(DONE, subject_kind="test", subject_ref=subject)
    work.flush()
    time.sleep(random.uniform(0, 0.01))
    if random.random() < FAILS:
        raise RuntimeError("not today")


def prepare(url: str, count: int) -> None:
    """Make jobs due."""

    def make_due(work: Work) -> None:
        for n in range(count):
            jobs.enqueue(work, kind=KIND, dedupe_key=f"J-{n}", due_at=AT, payload={"subject": f"J-{n}"})

    database = Database(url)
    database.run_work(make_due, actor=SYSTEM, at=AT)
    database.dispose()


def worker(share: int, url: str, begun: float, folder: Path) -> None:
    """Do due jobs until none is open; write a line for each that was done."""
    logging.disable(logging.CRITICAL)
    door.HANDLERS[KIND] = effect
    database, log = Database(url), Log(log_path(folder, share))
    name = f"{share}:{os.getpid()}"

    def clock() -> datetime:
        return AT + timedelta(seconds=(time.time() - begun) * SPEED)

    while is_open(database):
        for _ in range(door.run_due(database, worker=name, clock=clock, most=1)):
            log.append(f"{share} done")
        time.sleep(0.001)
    log.close()
    database.dispose()


def careless_worker(share: int, url: str, begun: float, folder: Path) -> None:
    """Do due jobs as a control: look, do, and only then mark, each in a transaction of its own."""
    database, log = Database(url), Log(log_path(folder, share))
    pick = sa.text("SELECT dedupe_key FROM job WHERE state = 'due' ORDER BY due_at, id LIMIT 1")
    mark = sa.text("UPDATE job SET state = 'done' WHERE dedupe_key = :key")

    def have_effect(work: Work, subject: str) -> None:
        work.note(DONE, subject_kind="test", subject_ref=subject)

    while True:
        with database.reading(SYSTEM, AT) as reading:
            key = reading.session.connection().execute(pick).scalar_one_or_none()
        if key is None:
            break
        database.run_work(have_effect, key, actor=SYSTEM, at=AT)
        database.run_work(
            lambda work, key=key: work.session.connection().execute(mark, {"key": key}), actor=SYSTEM, at=AT
        )
        log.append(f"{share} done")
    log.close()
    database.dispose()


def is_open(database: Database) -> bool:
    """Tell whether a job is left, due or claimed by somebody, perhaps by a dead one."""
    with database.reading(SYSTEM, AT) as reading:
        query = sa.text("SELECT 1 FROM job WHERE state IN ('due', 'claimed') LIMIT 1")
        return reading.session.connection().execute(query).first() is not None


def effects(url: str) -> Counter[str]:
    """Return how often each job had its effect."""
    database = Database(url)
    with database.engine.connect().execution_options(pool_reading=True) as connection:
        rows = connection.execute(sa.text("SELECT subject_ref FROM activity WHERE verb = :verb"), {"verb": DONE})
        found = Counter(rows.scalars())
    database.dispose()
    return found


def states(url: str) -> Counter[str]:
    """Return how many jobs stand in each state."""
    database = Database(url)
    with database.engine.connect().execution_options(pool_reading=True) as connection:
        found = Counter(connection.execute(sa.text("SELECT state FROM job")).scalars())
    database.dispose()
    return found
