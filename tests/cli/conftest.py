"""The told demo as the database that the commands read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.databases import sqlite_url
from tests.support.live import demo_template

__all__ = ["demo_template"]


@pytest.fixture
def demo_url(demo_template: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name the demo's database to every command of the test; the commands of these tests only read."""
    url = sqlite_url(demo_template / "pool.sqlite")
    monkeypatch.setenv("POOL_DATABASE_URL", url)
    return url
