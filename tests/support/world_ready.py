"""Fixtures that give every test its own copy of the world, which is built once per run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from pool.kernel.storage import Database
from tests.support import people, world
from tests.support.databases import copied
from tests.support.web import database_of
from tests.support.world import World


@pytest.fixture(scope="session")
def world_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """Build the world once; give its database file and what was made."""
    folder = tmp_path_factory.mktemp("world")
    database = Database(copied(sqlite_template, folder))
    built = world.build(people.seed(database))
    with database.engine.connect() as connection:
        connection.commit()
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return folder / "pool.sqlite", built


@pytest.fixture
def sqlite_url(world_file: tuple[Path, World], tmp_path: Path) -> str:
    """Give the URL of a copy of the world's database."""
    return copied(world_file[0], tmp_path)


@pytest.fixture
def built(app: Flask, world_file: tuple[Path, World]) -> World:
    """Give the world in the application's database."""
    made = world_file[1]
    return replace(made, pool=replace(made.pool, database=database_of(app)))


@pytest.fixture
def pool(built: World) -> people.Pool:
    """Give the named people of the world."""
    return built.pool
