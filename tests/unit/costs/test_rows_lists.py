"""Lists of costs ask the database as often for three rows as for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from pool.costs import queries
from pool.kernel.listing import ListRequest
from pool.kernel.storage import Database
from tests.unit.costs.three_firms import AT, closed, quarter


@pytest.mark.parametrize(
    ("ask", "count"),
    [
        (lambda reading, size: queries.periods(reading, ListRequest(size=size)), 1),
        (lambda reading, size: queries.statements(reading, ListRequest(size=size)), 1),
        (lambda reading, size: queries.transactions(reading, ListRequest(size=size)), 2),
        (lambda reading, _size: queries.period(reading, "PER-2026-0001"), 10),
    ],
)
def test_list_when_it_grows_asks_as_often(sqlite_url: str, ask: Callable[..., Any], count: int) -> None:
    database = Database(sqlite_url)
    made = quarter(database)
    closed(made)
    for size in (1, 3):
        asked: list[str] = []
        with database.reading(made.pool.tess, AT) as reading:

            def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any, into: list[str] = asked) -> None:
                into.append(statement)

            sa.event.listen(database.engine, "before_cursor_execute", note)
            ask(reading, size)
            sa.event.remove(database.engine, "before_cursor_execute", note)
        assert len([one for one in asked if one.lstrip().startswith("SELECT")]) == count, asked
    database.dispose()
