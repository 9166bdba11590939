"""Rows for any table, made from what the database itself says about the table.

Row ``n`` of every table points at row ``n`` of every other, so keys that carry the firm fit by themselves. What the
database demands beyond types, keys and lists of words stands in ``EXACT``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    inspect,
    select,
)

ROWS = 3
ONE_ROW = {"record_head"}
BOOKKEEPING = "alembic_version"


def _next(n: int) -> int:
    return n % ROWS + 1


#: Values that a rule of the database asks for: who reviews is not in the team, who decides did not review.
EXACT: dict[tuple[str, str], Callable[[int], Any]] = {
    ("approval", "position"): lambda n: 1,
    ("booking", "people"): lambda n: 1,
    ("credential_reset", "asked_by"): _next,
    ("credential_reset", "confirmed_by"): lambda n: None if n % 2 == 0 else _next(_next(n)),
    ("decision", "decider_id"): lambda n: _next(_next(n)),
    ("evidence_file", "sha256"): lambda n: f"{n:064x}",
    ("model_file", "sha256"): lambda n: f"{n:064x}",
    ("finding", "released"): lambda n: False,
    ("ledger_transaction", "firm_id"): lambda n: n,
    ("ledger_transaction", "posted_at"): lambda n: None,
    ("record_head", "id"): lambda n: 1,
    ("remedy", "verified_at"): lambda n: None,
    ("remedy", "verified_by"): lambda n: None,
    ("seat", "office"): lambda n: ("auditor", "firm_manager", "planner")[n - 1],
    ("seat", "auditor_id"): lambda n: n if n == 1 else None,
    ("seat", "firm_id"): lambda n: n if n == 2 else None,
    ("standing_decision", "second_person_id"): _next,
    ("technical_review", "reviewer_id"): _next,
    ("technical_review", "verdict"): lambda n: "recommend",
}
_WORDS = re.compile(r"'((?:[^']|'')*)'")
_LISTED = re.compile(r"\(*\"?(\w+)\"?\)*(?:::text)? (?:IN \(|= ANY \()")


@dataclass(frozen=True)
class Shape:
    """One table as the database describes it. ``words`` holds the listed values per column."""

    table: Table
    words: dict[str, list[str]]


def shapes(connection: Connection) -> list[Shape]:
    """Return every table of the database, those pointed at before those that point."""
    metadata = MetaData()
    metadata.reflect(connection)
    inspector = inspect(connection)
    found = []
    for table in metadata.sorted_tables:
        if table.name != BOOKKEEPING:
            texts = [str(check["sqltext"]) for check in inspector.get_check_constraints(table.name)]
            found.append(Shape(table, dict(_listed(texts))))
    return found


def _listed(checks: Iterable[str]) -> Iterable[tuple[str, list[str]]]:
    for text in checks:
        start = _LISTED.match(text)
        words = _WORDS.findall(text)
        if start and words and " OR " not in text:
            yield start[1], words


def fill(connection: Connection, names: Iterable[str] | None = None) -> dict[str, int]:
    """Put rows into the empty tables (of ``names``, else all); return how many each table got."""
    wanted = None if names is None else set(names)
    counts = {}
    for shape in shapes(connection):
        if wanted is not None and shape.table.name not in wanted:
            continue
        if connection.execute(select(shape.table).limit(1)).first() is None:
            rows = [row(shape, n) for n in range(1, (1 if shape.table.name in ONE_ROW else ROWS) + 1)]
            connection.execute(shape.table.insert(), rows)
            counts[shape.table.name] = len(rows)
    return counts


def row(shape: Shape, n: int) -> dict[str, Any]:
    """Return row ``n``: odd rows are full, even rows leave out what may be left out."""
    values: dict[str, Any] = {}
    for column in shape.table.c:
        if (exact := EXACT.get((shape.table.name, column.name))) is not None:
            values[column.name] = exact(n)
        elif column.nullable and (n % 2 == 0 or _points_home(column)):
            values[column.name] = None
        elif column.name in shape.words:
            values[column.name] = shape.words[column.name][0]
        else:
            values[column.name] = _value(column, n)
    return values


def _points_home(column: Column[Any]) -> bool:
    return bool(column.foreign_keys) and all(key.column.table is column.table for key in column.foreign_keys)


def _value(column: Column[Any], n: int) -> Any:
    kind, later = column.type, any(part in column.name for part in ("until", "end", "last"))
    if column.foreign_keys or isinstance(kind, Integer):
        return n
    if isinstance(kind, Boolean):
        return n % 2 == 1
    if isinstance(kind, DateTime):
        return datetime(2027 if later else 2026, 9, n, 8, 30, tzinfo=UTC)
    if isinstance(kind, Date):
        return date(2027 if later else 2026, 9, n)
    if isinstance(kind, JSON):
        return {"row": n, "text": "Å Ω Ж 漢"}
    if isinstance(kind, LargeBinary):
        return bytes([n]) * 32
    if isinstance(kind, String):
        return "EUR" if column.name == "currency" else f"{n}-{column.name}"[: kind.length or 100]
    raise AssertionError(f"no value for {column.table.name}.{column.name} of type {kind!r}")


def contents(connection: Connection) -> dict[str, list[tuple[tuple[str, Any], ...]]]:
    """Return every row of every table, as pairs of column and value, in a fixed order."""
    found = {}
    for name in inspect(connection).get_table_names():
        if name != BOOKKEEPING:
            rows = connection.exec_driver_sql(f"SELECT * FROM {name}").mappings()
            found[name] = sorted((tuple(sorted((str(k), v) for k, v in row.items())) for row in rows), key=repr)
    return found
