"""Alembic's door: run the migrations on the database that was handed over, one writer at a time."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import text

import pool.schema
from pool.kernel.storage import Database

MIGRATION_LOCK = 0x4D494752_41544500


def _include(obj: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    return not (kind == "table" and name == "alembic_version")


def run() -> None:
    """Run the asked-for steps in one transaction, under an advisory lock on PostgreSQL."""
    database: Database = context.config.attributes["database"]
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # Why off: SQLite rebuilds a table to change it, and the rebuild must not cascade.
            # On the raw connection, since the pragma has no effect inside a transaction.
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=pool.schema.metadata,
            render_as_batch=True,
            # Why: both databases roll DDL back; without the word an upgrade that dies leaves half of its tables.
            transactional_ddl=True,
            compare_type=True,
            include_object=_include,
        )
        with context.begin_transaction():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            context.run_migrations()


run()
