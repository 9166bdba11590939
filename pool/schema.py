"""Schema: every table imported once, and the way of a database from empty to the present form."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, union
from sqlmodel import SQLModel

import auditors.casework.tables as _casework
import auditors.roster.tables as _roster
import pool.bookings.tables as _bookings
import pool.costs.tables as _costs
import pool.decisions.tables as _decisions
import pool.harbor.tables as _harbor
import pool.kernel.traces as _traces
import pool.members.tables as _members
import pool.registry.tables as _registry
import scheduling.tables as _scheduling
from pool.kernel.storage import Database, Reading

#: Every module that holds tables; importing it here is what makes them known.
TABLES = (
    _traces, _members, _roster, _registry, _bookings, _scheduling, _casework, _decisions, _harbor, _costs,
)  # fmt: skip
metadata = SQLModel.metadata


def named_digests(reading: Reading) -> frozenset[str]:
    """Return the digest of every file that any row names, in hexadecimal: what a sweep of the files must keep.

    Such a column is called ``sha256`` or ``evidence_digest``, in whatever table.
    """
    columns = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name in ("sha256", "evidence_digest")
    ]
    named = union(*(select(column).where(column.is_not(None), column != "") for column in columns))
    return frozenset(str(value).removeprefix("sha256:") for value in reading.session.execute(named).scalars())


def migrations_folder() -> Path:
    """Return the folder of the migrations: inside the installed package, else at the top of the checkout."""
    packed = Path(__file__).parent / "_migrations"
    return packed if packed.is_dir() else Path(__file__).parent.parent / "migrations"


def alembic_config(database: Database) -> Config:
    """Return Alembic's configuration for one database; nothing is read from a file."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["database"] = database
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision``; safe to call at every start."""
    database = Database(url)
    try:
        command.upgrade(alembic_config(database), revision)
    finally:
        database.dispose()


def downgrade(url: str, revision: str) -> None:
    """Take the database at ``url`` back to ``revision`` (``base`` empties it)."""
    database = Database(url)
    try:
        command.downgrade(alembic_config(database), revision)
    finally:
        database.dispose()


def is_at_head(database: Database) -> bool:
    """Tell whether the database has the form this program expects."""
    head = ScriptDirectory.from_config(alembic_config(database)).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
