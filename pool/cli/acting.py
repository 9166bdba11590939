"""Acting from the command line: which database, and in whose seat."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from pool.kernel.clock import now
from pool.kernel.refusals import Invalid
from pool.kernel.roles import SYSTEM, Actor
from pool.kernel.storage import Database
from pool.members.queries import actor_of

F = TypeVar("F", bound=Callable[..., Any])


class NoDatabase(Invalid):
    """``POOL_DATABASE_URL`` does not name a database."""


def open_database() -> Database:
    """Open the database that ``POOL_DATABASE_URL`` names.

    Raises: NoDatabase.
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
    database = Database(url)
    context = click.get_current_context(silent=True)
    if context is not None:
        context.call_on_close(database.dispose)
    return database


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
