"""Another form for an SQLite table, which can neither add a filled column nor change a key in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

_DEFINITION = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{}'"
_ATTACHED = "SELECT sql FROM sqlite_master WHERE tbl_name = '{}' AND type <> 'table' AND sql IS NOT NULL"
_COLUMNS = "SELECT name FROM pragma_table_info('{}')"
_KEEP = "CREATE TEMP TABLE kept AS SELECT * FROM {}"
_GIVE_BACK = "INSERT INTO {} ({}) SELECT {} FROM kept ORDER BY rowid"


def reshape(
    connection: Connection, table: str, *changes: tuple[str, str], filled: Mapping[str, str] | None = None
) -> None:
    """Make ``table`` anew with its rows, indexes and triggers, each of ``changes`` (old, new) made in its definition.

    ``filled`` maps a new column to an expression over the old row, whose name is ``kept``. Foreign keys must be off.
    Raises: LookupError where the definition does not hold what is to be changed.
    """
    execute, ask = connection.exec_driver_sql, _asking(connection)
    (definition,) = ask(_DEFINITION.format(table))
    attached = ask(_ATTACHED.format(table))
    for old, new in changes:
        if definition.count(old) != 1:
            raise LookupError(f"the definition of {table} does not hold {old!r} once")
        definition = definition.replace(old, new)
    before = set(ask(_COLUMNS.format(table)))
    # Why no renaming: a renamed table is stored in another spelling, and every trigger of the database is read anew.
    execute(_KEEP.format(table))
    execute(f"DROP TABLE {table}")
    execute(definition)
    same = [name for name in ask(_COLUMNS.format(table)) if name in before]
    values = {**{name: name for name in same}, **(filled or {})}
    execute(_GIVE_BACK.format(table, ", ".join(values), ", ".join(values.values())))
    execute("DROP TABLE kept")
    for statement in attached:
        execute(statement)


def _asking(connection: Connection) -> Callable[[str], list[str]]:
    return lambda query: [str(row[0]) for row in connection.exec_driver_sql(query)]
