"""Databases for tests: a migrated template made once per session, and a copy of it for every test.

On SQLite the copy is a file, on PostgreSQL ``CREATE DATABASE ... TEMPLATE`` (about 40 ms).
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from bootstrap import postgres
from bootstrap.processes import Failed
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

#: Key of the advisory lock under which templates are migrated: roles belong to the whole server.
MIGRATION_LOCK = 0x41505F54
#: The parameters of a fixture that gives everything once on each kind of database.
KINDS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.postgres),
]


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of a PostgreSQL server: the one of ``POOL_TEST_PG``, else one from local programs.

    Skips the test, with the reason, where there is none.
    """
    url = os.environ.get(postgres.URL_VARIABLE)
    if url:
        yield url
        return
    reason = os.environ.get(postgres.REASON_VARIABLE)
    programs = None if reason else postgres.find_local()
    if programs is None:
        pytest.skip(f"PostgreSQL: {reason or 'none is installed; `python3 run.py test` fetches one'}")
    try:
        with ExitStack() as running:
            url = running.enter_context(postgres.cluster(programs))
            yield url
    except Failed as failure:
        pytest.skip(f"PostgreSQL: {failure}")


def plain(url: str) -> str:
    """Return ``url`` without SQLAlchemy's driver name, as psycopg reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def named(url: str, database: str) -> str:
    """Return ``url`` with another database in it."""
    return make_url(url).set(database=database).render_as_string(hide_password=False)


def execute(url: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def fresh(url: str, *, template: str | None = None) -> Iterator[str]:
    """Make a database on the server at ``url`` (a copy of ``template`` where given); remove it afterwards."""
    name = f"ap_{secrets.token_hex(8)}"
    execute(url, f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    try:
        yield named(url, name)
    finally:
        execute(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def migrated_template(url: str) -> Iterator[str]:
    """Make and migrate a template database; give its name."""
    from pool.schema import upgrade

    with fresh(url) as template:
        with psycopg.connect(plain(url), autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", (MIGRATION_LOCK,))
            upgrade(template)
        yield str(conninfo_to_dict(plain(template))["dbname"])


def migrated_file(folder: Path) -> Path:
    """Make and migrate an SQLite file in ``folder``; return its path, with nothing left in a side file."""
    from pool.schema import upgrade

    path = folder / "template.sqlite"
    upgrade(sqlite_url(path))
    assert not path.with_name(path.name + "-wal").exists(), "the template is still open"
    return path


def sqlite_url(path: Path) -> str:
    """Return the URL of an SQLite file."""
    return f"sqlite:///{path}"


def copied(template: Path, folder: Path) -> str:
    """Copy the template file into ``folder``; return the copy's URL."""
    return sqlite_url(Path(shutil.copy(template, folder / "pool.sqlite")))
