"""Every migration, both directions, with rows in the tables, on both databases. Source: securedrop's method."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from pool import schema
from pool.kernel.storage import Database
from tests.migrations.describing import description, without_fences
from tests.migrations.filling import contents, fill, shapes

Rows = dict[str, list[tuple[tuple[str, object], ...]]]


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    """Give an empty database that may be filled without the fences of a session."""
    database = Database(empty_database_url)
    yield database
    database.dispose()


def revisions(database: Database) -> list[str]:
    """Return every revision, oldest first."""
    script = ScriptDirectory.from_config(schema.alembic_config(database))
    return [step.revision for step in reversed(list(script.walk_revisions()))]


def form(database: Database) -> dict[str, str]:
    """Return the database's form."""
    with database.engine.connect() as connection:
        return description(connection)


def filled(database: Database) -> Rows:
    """Fill what is empty; return all rows."""
    with database.engine.begin() as connection:
        fill(connection)
    with database.engine.connect() as connection:
        return contents(connection)


def shared(rows: Rows, other: Rows) -> Rows:
    """Return rows with the columns that both have: a step may add a column or move one to another table."""
    return {
        name: sorted((tuple((key, value) for key, value in row if key in names) for row in rows[name]), key=repr)
        for name in rows.keys() & other.keys()
        for names in [{key for key, _value in other[name][0]} & {key for key, _value in rows[name][0]}]
    }


def test_revisions_when_read_are_numbered_and_stand_in_one_line(empty: Database) -> None:
    script = ScriptDirectory.from_config(schema.alembic_config(empty))
    found = revisions(empty)
    assert found == [f"{n:04d}" for n in range(1, len(found) + 1)]
    assert script.get_heads() == [found[-1]]


def test_each_revision_when_taken_up_down_and_up_keeps_form_and_rows(empty: Database) -> None:
    url, before = empty.url, form(empty)
    kept: Rows = {}
    last = "base"
    for revision in revisions(empty):
        schema.upgrade(url, revision)
        made = form(empty)
        full = filled(empty)
        assert {name for name, rows in full.items() if not rows} == set(), "a table was left empty"
        assert shared(full, kept) == shared(kept, full), f"{revision} changed rows of earlier tables"

        schema.downgrade(url, last)
        assert form(empty) == before, f"going back from {revision} leaves something or takes too much"
        with empty.engine.connect() as connection:
            assert contents(connection) == kept, f"going back from {revision} changed rows of earlier tables"

        schema.upgrade(url, revision)
        assert form(empty) == made, f"{revision} is another one the second time"
        kept = filled(empty)
        assert kept == full
        before, last = made, revision


def test_database_when_taken_back_to_the_base_is_empty_and_can_be_built_again(empty: Database) -> None:
    schema.upgrade(empty.url)
    whole = form(empty)
    filled(empty)
    schema.downgrade(empty.url, "base")
    assert form(empty) == {}
    schema.upgrade(empty.url)
    assert form(empty) == whole
    assert schema.is_at_head(empty)


def test_upgrade_when_repeated_changes_nothing(empty: Database) -> None:
    schema.upgrade(empty.url)
    kept = filled(empty)
    schema.upgrade(empty.url)
    with empty.engine.connect() as connection:
        assert contents(connection) == kept


def test_migrated_schema_equals_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []


def test_migrated_tables_equal_those_made_from_the_models(empty: Database) -> None:
    """Compare every rule too: Alembic's own comparison looks neither at CHECKs nor at names."""
    schema.upgrade(empty.url)
    migrated = without_fences(form(empty))
    schema.downgrade(empty.url, "base")
    with empty.engine.begin() as connection:
        schema.metadata.create_all(connection)
    assert without_fences(form(empty)) == migrated


def test_rows_when_every_table_is_filled_fit_the_declarations(database: Database) -> None:
    """Hold that the generator reaches every declared table, so that the tests above mean something."""
    filled(database)
    with database.engine.connect() as connection:
        assert {shape.table.name for shape in shapes(connection)} == set(schema.metadata.tables)


def test_downgrade_when_a_later_step_fails_leaves_the_database_as_it_was(empty: Database) -> None:
    """Hold that a broken migration is not half done: all steps of one call are one transaction."""
    schema.upgrade(empty.url, "0001")
    before = form(empty)

    def fail(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "CREATE TABLE audit_grant" in statement:
            raise RuntimeError("the machine went away")

    target = Database(empty.url)
    event.listen(target.engine, "before_cursor_execute", fail)
    from alembic import command

    with pytest.raises(RuntimeError, match="went away"):
        command.upgrade(schema.alembic_config(target), "head")
    target.dispose()
    assert form(empty) == before
