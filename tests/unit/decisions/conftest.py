"""Worlds for the tests of decisions: on SQLite as a copied file, on both databases where a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pool.kernel.storage import Database
from tests.support import casework


@pytest.fixture(scope="session")
def world_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> casework.Template:
    """Give a seeded SQLite file to copy."""
    path = tmp_path_factory.mktemp("world") / "world.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    world = casework.build(database)
    database.dispose()
    return casework.Template(path, world)


@pytest.fixture
def world(world_template: casework.Template, tmp_path: Path) -> Iterator[casework.World]:
    """Give a seeded world of one's own on SQLite."""
    with world_template.copied(tmp_path) as own:
        yield own


@pytest.fixture
def any_world(database: Database) -> casework.World:
    """Give a seeded world of one's own: once on SQLite, once on PostgreSQL."""
    return casework.build(database)
