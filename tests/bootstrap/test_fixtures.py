"""The tests' own tools do what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from tests.support import databases
from tests.support.samples import sample_params

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from pool.kernel.storage import Database


def test_database_when_opened_is_migrated_and_empty(database: Database) -> None:
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
        assert connection.execute(text("SELECT count(*) FROM person")).scalar_one() == 0


@pytest.mark.postgres
def test_fresh_database_when_left_is_removed(postgres_server: str) -> None:
    with databases.fresh(postgres_server) as url:
        databases.execute(url, "SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        databases.execute(url, "SELECT 1")


@pytest.mark.browser
def test_page_when_filled_shows_its_text(page: Page) -> None:
    page.set_content("<main><h1>Half-day</h1></main>")
    assert page.get_by_role("heading").inner_text() == "Half-day"


@pytest.mark.parametrize("path", sample_params("nowhere/*.json"))
def test_absent_samples_when_collected_give_no_test(path: object) -> None:
    raise AssertionError(f"{path} should not be there")
