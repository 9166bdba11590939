"""No half-day of an auditor is given twice, whoever dies when. Source: trust.md R4 of the design."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database
from tests.soak import booking
from tests.soak.booking_checks import Findings, findings, unbalanced
from tests.support.counts import count
from tests.support.crowd import Crowd, acknowledged

ATTEMPTS = count(test=2_000, soak=10_000)
KILLS = count(test=8, soak=20)
#: A control needs only so many requests to find what it must find.
CONTROL_ATTEMPTS = count(test=480, soak=4_000)
LOOK_SECONDS = 0.2

pytestmark = [pytest.mark.soak_part("booking"), pytest.mark.slow]


def run(
    url: str, way: str, folder: Path, *, attempts: int, kills: int, look: Callable[[], None] | None = None
) -> Findings:
    """Let eight processes send the requests in one way; return what is found afterwards."""
    pool = booking.prepare(url, attempts)
    if way != "service":
        booking.drop_the_key(url)
    crowd = Crowd(booking.worker, (pool, way, folder, attempts), folder, processes=booking.PROCESSES)
    crowd.run(kills=kills, lines=attempts, look=look)
    lines = acknowledged(folder)
    assert sorted(int(line.split(" ")[0]) for line in lines) == list(range(attempts)), "every request has one answer"
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        found = findings(connection, pool, lines)
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    engine.dispose()
    return found


@contextmanager
def reading_now_and_then(url: str, seen: list[int]) -> Iterator[Callable[[], None]]:
    """Give a function that looks at the ledger a few times a second and notes what is unbalanced."""
    reader = Database(url)
    last = [0.0]

    def look() -> None:
        if time.monotonic() - last[0] > LOOK_SECONDS:
            with reader.reading(SYSTEM, booking.AT) as reading:
                seen.append(unbalanced(reading.session.connection()))
            last[0] = time.monotonic()

    try:
        yield look
    finally:
        reader.dispose()


def test_half_days_when_eight_processes_book_and_are_killed_are_given_once(database_url: str, tmp_path: Path) -> None:
    seen: list[int] = []
    with reading_now_and_then(database_url, seen) as look:
        found = run(database_url, "service", tmp_path, attempts=ATTEMPTS, kills=KILLS, look=look)
    right = replace(found, double=0, double_by_word=0, lost=0, not_once=0, told_differently=0, unbalanced=0)
    assert found == right
    assert len(seen) > 5 and set(seen) == {0}, "a reader saw an unbalanced ledger meanwhile"
    assert found.booked > ATTEMPTS // 10 and found.again > ATTEMPTS // 20 and found.taken > ATTEMPTS // 10, (
        f"too little happened for the zeros to mean anything: {found}"
    )


@pytest.mark.parametrize("way", ["without asking", "after a look and some work"])
def test_control_when_the_key_is_dropped_and_nobody_holds_the_rule_finds_doubles(
    database_url: str, tmp_path: Path, way: str
) -> None:
    """Hold that the test above can fail: the same requests, the same checks, the defence taken away."""
    found = run(database_url, way, tmp_path, attempts=CONTROL_ATTEMPTS, kills=0)
    assert found.double > 0 and found.double_by_word > 0, f"the control found nothing: {found}"
