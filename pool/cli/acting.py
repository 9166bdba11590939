"""Acting from the command line: which database, and in whose seat."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from pool.kernel.clock import now
from pool.kernel.refusals import Conflict, Invalid
from pool.kernel.roles import SYSTEM, Actor
from pool.kernel.storage import Database
from pool.members.queries import actor_of

F = TypeVar("F", bound=Callable[..., Any])


class NoDatabase(Invalid):
    """``POOL_DATABASE_URL`` does not name a database."""


class OldForm(Conflict):
    """The database has not the form this program expects."""


def open_database(*, in_any_form: bool = False) -> Database:
    """Open the database that ``POOL_DATABASE_URL`` names; ``in_any_form`` also one that is empty or of an older form.

    Raises: NoDatabase, OldForm.
    """
    url = os.environ.get("POOL_DATABASE_URL", "")
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise NoDatabase(
            "POOL_DATABASE_URL names no database."
            if not url
            else "POOL_DATABASE_URL is neither SQLite nor PostgreSQL.",
            field="POOL_DATABASE_URL",
            next_step="Set it to sqlite:///PATH or postgresql://USER@HOST/DATABASE.",
        )
    file = make_url(url).database if url.startswith("sqlite:") else None
    if file and not in_any_form and not Path(file).is_file():
        # Why before it is opened: SQLite makes an empty file of every slip in a path.
        raise NoDatabase(
            "There is no database at this path.",
            field="POOL_DATABASE_URL",
            next_step="Correct the path, or run audit-pool db upgrade to make a new one.",
        )
    database = Database(url)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(database.dispose)
    if not in_any_form:
        check_form(database)
    return database


def check_form(database: Database) -> None:
    """Hold that a database can be reached and has the form this program expects.

    Raises: NoDatabase, OldForm.
    """
    from pool import schema

    try:
        at_head = schema.is_at_head(database)
    except SQLAlchemyError as error:
        raise NoDatabase(
            "The database that POOL_DATABASE_URL names cannot be reached.",
            field="POOL_DATABASE_URL",
            next_step="Check the address and whether the server runs.",
        ) from error
    if not at_head:
        raise OldForm(
            "The database has not the form this program expects.",
            field="POOL_DATABASE_URL",
            next_step="Run audit-pool db upgrade.",
        )


def acting(database: Database, email: str, office: str | None = None) -> Actor:
    """Return the actor of the seat that ``email`` holds now; ``office`` chooses among several.

    Raises: Invalid where there is no such person, no running seat, or more than one and no ``office``.
    """
    at = now()
    with database.reading(SYSTEM, at) as reading:
        return actor_of(reading, email=email, office=office)


def seat_options(command: F) -> F:
    """Give a command ``--as EMAIL`` and ``--office OFFICE`` (parameters ``email`` and ``office``)."""
    command = click.option("--office", default=None, help="The seat to use where the person holds several.")(command)
    return click.option("--as", "email", required=True, metavar="EMAIL", help="Whose seat to act in.")(command)
