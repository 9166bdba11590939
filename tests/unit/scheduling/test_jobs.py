"""Due jobs: claimed by one, leased, tried again, given up. Source: trust.md 4.3 of the design."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlmodel import select

from pool import jobs as door
from pool.kernel.clock import utc
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database, Work
from pool.kernel.traces import Activity
from scheduling import jobs
from scheduling.jobs import LEASE, MAX_ATTEMPTS, DueJob
from scheduling.tables import Job

AT = utc(2026, 9, 2, 6)
KIND = "test.effect"


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the door two kinds of jobs of our own."""

    def effect(work: Work, *, subject: str) -> None:
        work.note("test.done", subject_kind="test", subject_ref=subject)

    def fails(work: Work) -> None:
        work.note("test.done", subject_kind="test", subject_ref="never")
        raise RuntimeError("the printer is out of ink")

    monkeypatch.setitem(door.HANDLERS, KIND, effect)
    monkeypatch.setitem(door.HANDLERS, "test.fails", fails)


@pytest.fixture
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Keep the tracebacks of jobs that fail on purpose out of the output."""
    with caplog.at_level(logging.CRITICAL, logger="pool.jobs"):
        yield


def enqueue(database: Database, key: str, *, due_at: datetime = AT, kind: str = KIND) -> bool:
    """Make one job due."""
    payload = {"subject": key} if kind == KIND else {}
    return database.run_work(
        jobs.enqueue, kind=kind, dedupe_key=key, due_at=due_at, payload=payload, actor=SYSTEM, at=AT
    )


def claim(database: Database, *, worker: str = "one", at: datetime = AT) -> DueJob | None:
    """Claim a job."""
    return database.run_work(jobs.claim, worker=worker, actor=SYSTEM, at=at)


def run(database: Database, *, worker: str = "one", at: datetime = AT) -> int:
    """Do what is due at an instant."""
    return door.run_due(database, worker=worker, clock=lambda: at)


def row(database: Database, key: str) -> Job:
    """Return the row of a job."""
    with database.reading(SYSTEM, AT) as reading:
        return reading.session.exec(select(Job).where(Job.dedupe_key == key)).one()


def effects(database: Database) -> list[str]:
    """Return what was done, in order."""
    with database.reading(SYSTEM, AT) as reading:
        found = reading.session.exec(
            select(Activity.subject_ref).where(Activity.verb == "test.done").order_by(Activity.subject_ref)
        )
        return list(found)


def test_job_when_its_key_is_there_is_not_made_twice(database: Database) -> None:
    assert enqueue(database, "a") is True
    assert enqueue(database, "a", due_at=AT + timedelta(days=1)) is False
    assert row(database, "a").due_at == AT
    assert run(database) == 1
    assert enqueue(database, "a") is False, "a done job keeps its key"
    assert effects(database) == ["a"]


def test_claim_takes_the_oldest_due_job_and_none_that_is_not_due(database: Database) -> None:
    enqueue(database, "late", due_at=AT - timedelta(hours=1))
    enqueue(database, "early", due_at=AT - timedelta(hours=2))
    enqueue(database, "future", due_at=AT + timedelta(seconds=1))
    claimed = [claim(database), claim(database), claim(database)]
    assert [job.dedupe_key if job else None for job in claimed] == ["early", "late", None]


def test_claimed_job_is_nobody_elses_until_its_lease_runs_out(database: Database) -> None:
    enqueue(database, "a")
    first = claim(database, worker="one")
    assert claim(database, worker="two", at=AT + LEASE - timedelta(seconds=1)) is None
    second = claim(database, worker="two", at=AT + LEASE)
    assert first is not None and second is not None
    assert (first.attempts, second.attempts, second.dedupe_key) == (1, 2, "a")


def test_finish_after_the_lease_was_lost_is_refused(database: Database) -> None:
    enqueue(database, "a")
    first, _second = claim(database, worker="one"), claim(database, worker="two", at=AT + LEASE)
    assert first is not None
    assert database.run_work(jobs.finish, job=first, worker="one", actor=SYSTEM, at=AT + LEASE) is False
    assert row(database, "a").claimed_by == "two"


def test_same_worker_that_lost_its_lease_to_itself_is_refused_too(database: Database) -> None:
    enqueue(database, "a")
    first, _second = claim(database), claim(database, at=AT + LEASE)
    assert first is not None
    assert database.run_work(jobs.finish, job=first, worker="one", actor=SYSTEM, at=AT + LEASE) is False


def test_failure_after_the_lease_was_lost_does_not_make_a_done_job_due_again(database: Database) -> None:
    enqueue(database, "a")
    first = claim(database, worker="one")
    assert first is not None
    assert run(database, worker="two", at=AT + LEASE) == 1
    kept = database.run_work(jobs.fail, job=first, worker="one", error="late", actor=SYSTEM, at=AT + LEASE)
    assert kept is False
    assert (row(database, "a").state, row(database, "a").last_error) == ("done", "")
    assert run(database, at=AT + timedelta(days=9)) == 0
    assert effects(database) == ["a"]


def test_effect_when_the_lease_was_lost_meanwhile_is_rolled_back(database: Database) -> None:
    enqueue(database, "a")
    first = claim(database, worker="one")
    assert first is not None
    assert run(database, worker="two", at=AT + LEASE) == 1
    assert door._do(database, first, worker="one", at=AT + LEASE) == 0
    assert effects(database) == ["a"]


@pytest.mark.usefixtures("_quiet")
def test_failing_job_waits_longer_each_time_and_is_given_up_after_eight_tries(database: Database) -> None:
    enqueue(database, "broken", kind="test.fails")
    at, waits = AT, []
    for _ in range(MAX_ATTEMPTS):
        assert run(database, at=at) == 0
        waits.append((row(database, "broken").due_at - at).total_seconds())
        assert run(database, at=row(database, "broken").due_at - timedelta(seconds=1)) == 0
        at = row(database, "broken").due_at
    assert waits == [60, 120, 240, 480, 960, 1920, 3840, 7680]
    given_up = row(database, "broken")
    assert (given_up.state, given_up.attempts) == ("dead", MAX_ATTEMPTS)
    assert given_up.last_error == "RuntimeError: the printer is out of ink"
    assert run(database, at=AT + timedelta(days=30)) == 0 and row(database, "broken").attempts == MAX_ATTEMPTS
    assert effects(database) == [], "what a failing job wrote is rolled back"


@pytest.mark.usefixtures("_quiet")
def test_job_of_an_unknown_kind_stays_with_its_reason(database: Database) -> None:
    enqueue(database, "stranger", kind="no.such.kind")
    assert run(database) == 0
    assert row(database, "stranger").last_error == "LookupError: no handler for jobs of kind no.such.kind"
    assert row(database, "stranger").state == "due"


@pytest.mark.usefixtures("_quiet")
def test_failing_job_does_not_hold_up_the_others(database: Database) -> None:
    enqueue(database, "broken", kind="test.fails", due_at=AT - timedelta(days=1))
    enqueue(database, "a")
    enqueue(database, "b")
    assert run(database) == 2
    assert effects(database) == ["a", "b"]


def test_day_when_planned_twice_is_planned_once(database: Database) -> None:
    door.plan_day(database, AT)
    door.plan_day(database, AT + timedelta(hours=3))
    with database.reading(SYSTEM, AT) as reading:
        kept = sorted(reading.session.exec(select(Job.dedupe_key)))
    assert kept == ["daily.forget:2026-09-02"], "an empty pool has nothing else to do"
    door.plan_day(database, AT + timedelta(days=1))
    with database.reading(SYSTEM, AT) as reading:
        assert len(reading.session.exec(select(Job)).all()) == 2


def test_day_when_four_clocks_plan_it_at_once_is_planned_once(database: Database) -> None:
    start = Barrier(4)

    def plan(_n: int) -> None:
        start.wait()
        door.plan_day(database, AT)

    with ThreadPoolExecutor(4) as clocks:
        list(clocks.map(plan, range(4)))
    with database.reading(SYSTEM, AT) as reading:
        kept = sorted(reading.session.exec(select(Job.dedupe_key)))
    assert kept == ["daily.forget:2026-09-02"]


def test_daily_jobs_when_due_have_their_effect_on_an_empty_pool(database: Database) -> None:
    door.plan_day(database, AT)
    assert run(database) == 1
    with database.reading(SYSTEM, AT) as reading:
        assert {job.state for job in reading.session.exec(select(Job))} == {"done"}
        assert jobs.open_jobs(reading) == ()
