"""What the serving commands share: settings with safe defaults, the application, the clock."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from pool.kernel.clock import now
from pool.kernel.settings import Settings, read_settings
from pool.kernel.storage import Database


def kept_secret(folder: Path) -> str:
    """Return the secret kept in ``folder``, making it at the first call; readable by the owner only."""
    file = folder / "secret"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
    return file.read_text().strip()


def local_settings(folder: Path, *, port: int, **more: str) -> Settings:
    """Return settings for one process on loopback that keeps its files in ``folder``; the environment still wins."""
    given: dict[str, Any] = {
        "database_url": f"sqlite:///{folder.resolve() / 'pool.sqlite'}",
        "files_dir": str(folder / "files"),
        "base_url": f"http://127.0.0.1:{port}",
        **more,
    }
    for name in list(given):
        if name not in more and os.environ.get("POOL_" + name.upper()):
            del given[name]
    if not os.environ.get("POOL_SECRET"):
        given["secret"] = kept_secret(folder)
    return read_settings(**given)


def clock_for(database: Database, *, files: Path, blocking: bool) -> Any:
    """Return the clock of this process over its jobs; ``files`` is the folder of evidence."""
    from pool import jobs
    from scheduling.clockwork import clock

    jobs.plan_day(database, now())
    return clock(lambda: jobs.look(database, files), lambda: jobs.plan_day(database, now()), blocking=blocking)


def serve_threads(settings: Settings, *, host: str, port: int, with_clock: bool) -> None:
    """Serve with one process and several threads until stopped, the clock inside where asked for."""
    from gunicorn.app.base import BaseApplication

    class OneProcess(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
        """Gunicorn with one worker process: SQLite serves one process only."""

        def load_config(self) -> None:
            for key, value in {
                "bind": f"{host}:{port}",
                "workers": 1,
                "worker_class": "gthread",
                "threads": 8,
                "timeout": 60,
                "graceful_timeout": 10,
                "accesslog": None,
                "loglevel": "warning",
                "control_socket_disable": True,
            }.items():
                if key in self.cfg.settings:
                    self.cfg.set(key, value)

        def load(self) -> Any:
            from pool.web.app import create_app

            app = create_app(settings)
            if with_clock:
                clock_for(app.extensions["pool_database"], files=settings.files_dir, blocking=False).start()
            return app

    OneProcess().run()
