"""Each test has the world of ``tests/support/world.py`` to itself."""

from __future__ import annotations

from tests.support.world_ready import built, pool, sqlite_url, world_file

__all__ = ["built", "pool", "sqlite_url", "world_file"]
