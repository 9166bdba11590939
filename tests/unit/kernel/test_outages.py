"""A database that is away or busy: nothing was changed, it is said, and the next work is a transaction again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from pool.kernel import storage
from pool.kernel.clock import utc
from pool.kernel.roles import PUBLIC, SYSTEM
from pool.kernel.storage import NUMBERS_LOCK, Database, Unavailable, Work, takes_numbers

AT = utc(2026, 9, 2)
NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere?connect_timeout=2"


class Failed(Exception):
    """What a driver raises, with the state the server gave."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.sqlstate = state


@takes_numbers
def _number(work: Work) -> int:
    return work.next_number("TST", 2026)


@pytest.fixture
def taken(postgres_url: str) -> Iterator[None]:
    """Hold the lock of the numbers elsewhere."""
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (NUMBERS_LOCK,))
        yield


@pytest.mark.postgres
def test_work_when_the_lock_of_numbers_stays_taken_is_refused_and_leaves_a_clean_connection(
    postgres_url: str, taken: None
) -> None:
    database = Database(postgres_url)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SET lock_timeout = '50ms'")
        connection.commit()
    with pytest.raises(Unavailable):
        database.run_work(_number, actor=SYSTEM, at=AT)

    def fails(work: Work) -> None:
        work.next_number("TST", 2026)
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        database.run_work(fails, actor=SYSTEM, at=AT)
    # Why: after the failed wait this connection was left without transactions, so that nothing was rolled back.
    assert database.run_work(lambda work: work.next_number("TST", 2026), actor=SYSTEM, at=AT) == 1
    database.dispose()


def test_reading_when_there_is_no_database_says_that_it_is_unavailable() -> None:
    database = Database(NOWHERE)
    with pytest.raises(Unavailable), database.reading(PUBLIC, AT):
        pass
    with pytest.raises(Unavailable):
        database.run_work(_number, actor=SYSTEM, at=AT)


@pytest.mark.parametrize(
    ("error", "patience", "tries"),
    [
        (OperationalError("", {}, sqlite3.OperationalError("database is locked")), 20.0, 1),
        (DBAPIError("", {}, Failed("40001")), 20.0, 3),
        (DBAPIError("", {}, Failed("40P01")), 20.0, 3),
        (DBAPIError("", {}, Failed("40001")), -1.0, 1),
    ],
)
def test_work_is_tried_again_after_a_serialization_failure_only_and_not_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch, error: DBAPIError, patience: float, tries: int
) -> None:
    monkeypatch.setattr(storage, "MAX_TRIES", 3)
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", patience)
    seen: list[int] = []

    def fails(work: Work) -> None:
        seen.append(work.next_number("TST", 2026))
        raise error

    with pytest.raises(Unavailable):
        database.run_work(fails, actor=SYSTEM, at=AT)
    assert seen == [1] * tries


def test_work_when_another_writer_holds_the_file_is_refused_after_one_wait(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(sqlite_url)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=20")
        connection.rollback()
    waits: list[str] = []
    attempt = database._attempt

    def counted(*given: Any) -> Any:
        waits.append("one")
        return attempt(*given)

    monkeypatch.setattr(database, "_attempt", counted)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        database.run_work(_number, actor=SYSTEM, at=AT)
    assert waits == ["one"]
    other.execute("ROLLBACK")
    assert database.run_work(_number, actor=SYSTEM, at=AT) == 1
    other.close()
    database.dispose()
