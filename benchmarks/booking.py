"""Booking half-days: the product's transaction beside looking first and inserting then, without its key."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bootstrap import postgres

from benchmarks.lines import Line
from tests.soak.booking_checks import Findings
from tests.soak.test_double_booking import run
from tests.support import databases

ATTEMPTS = 1_000
ROUNDS = 3


def measure() -> Iterator[Line]:
    """Yield one line per database; the rounds of both ways take turns."""
    with tempfile.TemporaryDirectory() as name:
        template = databases.migrated_file(Path(name))
        yield _line("SQLite", lambda: _copied(template))
    with postgres.cluster(postgres.acquire()) as server, databases.migrated_template(server) as made:
        yield _line("PostgreSQL", lambda: databases.fresh(server, template=made))


@contextmanager
def _copied(template: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield databases.copied(template, Path(folder))


def _line(database: str, fresh: Callable[[], AbstractContextManager[str]]) -> Line:
    ours: list[float] = []
    naive: list[float] = []
    doubles = [0, 0]
    for _ in range(ROUNDS):
        for place, (way, speeds) in enumerate((("service", ours), ("after a look", naive))):
            with fresh() as url, tempfile.TemporaryDirectory() as folder:
                begun = time.monotonic()
                found: Findings = run(url, way, Path(folder), attempts=ATTEMPTS, kills=0)
                speeds.append(ATTEMPTS / (time.monotonic() - begun))
            doubles[place] += found.double
    first, second = statistics.median(ours), statistics.median(naive)
    return Line(
        f"booking requests, 8 processes, {database}",
        f"{first:.0f} a second, {doubles[0]} half-days given twice",
        f"{second:.0f} a second, {doubles[1]} given twice",
        f"{first / second:.2f}",
        "looking first and inserting then, the table's key dropped; the product also writes ledger, trace and nonce",
    )
