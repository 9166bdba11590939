"""Stories of a booking: on SQLite as a copied file stopped at a state, on both databases where a test asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pool.kernel.storage import Database
from tests.unit.bookings import story as stories
from tests.unit.bookings.story import Chapter, Story


@pytest.fixture(scope="session")
def chapters(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chapter]:
    """Give the story as files, one per state."""
    return stories.chapters(sqlite_template, tmp_path_factory.mktemp("chapters"))


@pytest.fixture
def at_state(chapters: dict[str, Chapter], tmp_path: Path) -> Iterator[Callable[[str], Story]]:
    """Give a function that opens the story at a state; ``start`` is before the first request."""
    opened: list[Story] = []

    def open_at(state: str) -> Story:
        folder = tmp_path / f"{state}-{len(opened)}"
        folder.mkdir()
        opened.append(chapters[state].opened(folder))
        return opened[-1]

    yield open_at
    for told in opened:
        told.database.dispose()


@pytest.fixture
def told(database: Database) -> Story:
    """Give a story before its first request: once on SQLite, once on PostgreSQL."""
    return stories.build(database)
