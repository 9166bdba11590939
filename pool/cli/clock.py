"""``audit-pool clock``: timed jobs, beside the web processes; several may stand by."""

from __future__ import annotations

import time

import click
from sqlalchemy import text

from pool.cli.serving import clock_for
from pool.kernel.settings import read_settings
from pool.kernel.storage import Database

LEADER_LOCK = 0x434C4F43_4B000000
WAIT_SECONDS = 2.0


@click.command(name="clock")
def group() -> None:
    """Run timed jobs until stopped; on PostgreSQL only the leader does, the others wait."""
    settings = read_settings()
    database, files = Database(settings.database_url), settings.files_dir
    if database.is_sqlite:
        clock_for(database, files=files, blocking=True).start()
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as leader:
        while not leader.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK}).scalar_one():
            time.sleep(WAIT_SECONDS)
        clock = clock_for(database, files=files, blocking=False)
        clock.start()
        # Why: whoever loses the connection has lost the lock, and another clock may run by now.
        while True:
            time.sleep(WAIT_SECONDS)
            leader.execute(text("SELECT 1"))
