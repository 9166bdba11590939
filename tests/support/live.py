"""The application as it is served: on a port of this machine, over a database of its own, with a clock a test moves.

- ``demo_template``: the demo pool's database, told once and kept under a key of the sources it is told from.
- ``live_demo``: the application over a copy of the demo; ``live_empty``: over the named people of
  ``tests/support/people.py`` and nothing else.

The tests' folder ``browser`` and ``demo`` take the fixtures from here (their ``conftest.py`` import them).
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from pool import jobs
from pool.kernel import clock as kernel_clock
from pool.kernel.clock import day_of
from pool.kernel.settings import read_settings
from pool.kernel.storage import Database
from pool.web.app import create_app
from tests.support import people, sharing
from tests.support.databases import copied, migrated_file, sqlite_url
from tests.support.web import SECRET

ROOT = Path(__file__).parent.parent.parent
#: What the demo's story is told from; pages and commands are not part of it.
TOLD_FROM = ("pool", "auditors", "scheduling", "migrations", "tests/samples")
NOT_TOLD_FROM = ("pool/web", "pool/cli", "pool/reports", "pool/demo/check.py")
KEPT_TEMPLATES = 2


class LiveClock:
    """The clock of a served application: it runs as the real one does, from an instant that the test chooses."""

    def __init__(self, start: datetime | None = None) -> None:
        self._ahead = (start - kernel_clock.now()) if start is not None else timedelta()

    def __call__(self) -> datetime:
        """Return the present instant of the application."""
        return kernel_clock.now() + self._ahead

    def wait(self, *, days: int = 0, hours: int = 0) -> None:
        """Let days and hours pass."""
        self._ahead += timedelta(days=days, hours=hours)

    def go_to(self, instant: datetime) -> None:
        """Let the time pass until ``instant``; going back is refused, as it is everywhere in the product."""
        assert instant >= self(), f"the clock stands at {self()} and cannot go back to {instant}"
        self._ahead += instant - self()


@dataclass
class Live:
    """A served application."""

    url: str
    app: Flask
    database: Database
    clock: LiveClock
    folder: Path

    def let_the_clock_act(self) -> None:
        """Do what became due, as the clock beside the pages does."""
        jobs.plan_day(self.database, self.clock())
        jobs.run_due(self.database, worker="test", clock=self.clock)


class _Quiet(WSGIRequestHandler):
    """A request handler that writes no log: the tests look at answers, not at lines."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write nothing."""


@contextmanager
def served(url: str, folder: Path, *, clock: LiveClock | None = None) -> Iterator[Live]:
    """Serve the application over the database at ``url`` as a demo for the length of the block; files go to ``folder``.

    The clock is set where the application reads it: at its door, without a change to the product.
    """
    clock = clock or LiveClock()
    with socket.socket() as door, pytest.MonkeyPatch.context() as patched:
        door.bind(("127.0.0.1", 0))
        door.listen(64)
        port = door.getsockname()[1]
        settings = read_settings(
            {},
            database_url=url,
            files_dir=str(folder / "files"),
            secret=SECRET,
            demo="1",
            base_url=f"http://127.0.0.1:{port}",
        )
        for module in ("pool.web.requests", "pool.web.session"):
            patched.setattr(f"{module}.now", clock)
        app = create_app(settings)
        app.jinja_env.bytecode_cache = sharing.TEMPLATES
        database: Database = app.extensions["pool_database"]
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet, fd=door.fileno())
        with _running(server):
            yield Live(f"http://127.0.0.1:{port}", app, database, clock, folder)
        database.dispose()


@contextmanager
def _running(server: BaseWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# --------------------------------------------------------------------------------------------------
# The demo, told once


def demo_key() -> str:
    """Return a name for the demo that today's sources tell today."""
    content = hashlib.sha256(day_of(kernel_clock.now()).isoformat().encode())
    left_out = tuple(str(ROOT / name) for name in NOT_TOLD_FROM)
    for name in TOLD_FROM:
        for path in sorted((ROOT / name).rglob("*")):
            if path.is_file() and path.suffix != ".pyc" and not str(path).startswith(left_out):
                content.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return content.hexdigest()[:20]


def demo_database(folder: Path) -> Path:
    """Return the folder of the told demo below ``folder``; the first who asks for it tells the story, others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = folder / demo_key()
        if not kept.exists():
            shutil.rmtree(folder / "making", ignore_errors=True)
            tell_demo(folder / "making")
            (folder / "making").rename(kept)
        kept.touch()
        told = [one for one in folder.iterdir() if one.is_dir()]
        for old in sorted(told, key=lambda one: one.stat().st_mtime)[:-KEPT_TEMPLATES]:
            shutil.rmtree(old)
    return kept


def tell_demo(folder: Path) -> None:
    """Tell the demo's story into a new folder, database and files, and leave nothing of it in a side file."""
    from pool.demo.story import tell
    from pool.schema import upgrade

    folder.mkdir()
    url = sqlite_url(folder / "pool.sqlite")
    upgrade(url)
    database = Database(url)
    tell(database, day_of(kernel_clock.now()), files=folder / "files")
    settle(database)
    database.dispose()


def copied_demo(template: Path, folder: Path) -> str:
    """Copy the told demo, database and files, into ``folder``; return the copy's URL."""
    shutil.copytree(template / "files", folder / "files")
    return copied(template / "pool.sqlite", folder)


def settle(database: Database) -> None:
    """Move everything written to the database file itself, so that a copy of the file is whole."""
    with database.engine.connect() as connection:
        connection.commit()
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture(scope="session")
def demo_template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the told demo to copy: kept between runs where pytest keeps a cache, shared by all workers."""
    cache = getattr(request.config, "cache", None)
    if cache is not None:
        return demo_database(Path(cache.mkdir("demo")))
    base = tmp_path_factory.getbasetemp()
    return demo_database((base.parent if hasattr(request.config, "workerinput") else base) / "demo")


@pytest.fixture
def live_demo(demo_template: Path, tmp_path: Path) -> Iterator[Live]:
    """Give the application served over a copy of the demo."""
    with served(copied_demo(demo_template, tmp_path), tmp_path) as live:
        yield live


@pytest.fixture
def live_empty(tmp_path: Path) -> Iterator[Live]:
    """Give the application served over an empty pool with its named people, on the day they were seeded."""
    url = sqlite_url(migrated_file(tmp_path))
    database = Database(url)
    people.seed(database)
    settle(database)
    database.dispose()
    with served(url, tmp_path, clock=LiveClock(people.START + timedelta(hours=1))) as live:
        yield live
