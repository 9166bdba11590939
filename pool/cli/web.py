"""``audit-pool web``: the pages with several processes, on PostgreSQL."""

from __future__ import annotations

from typing import Any

import click

from pool.kernel.refusals import Conflict
from pool.kernel.settings import read_settings
from pool.kernel.storage import Database


class OneProcessOnly(Conflict):
    """SQLite serves one process."""


class UnfencedRole(Conflict):
    """The database role passes row-level security."""


@click.command(name="web")
@click.option("--bind", default="127.0.0.1:8000", show_default=True)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
def group(bind: str, workers: int) -> None:
    """Serve the pages with several processes; run ``audit-pool clock`` beside them."""
    settings = read_settings()
    if settings.database_url.startswith("sqlite"):
        raise OneProcessOnly(
            "SQLite serves one process.", field="POOL_DATABASE_URL", next_step="Use audit-pool serve, or PostgreSQL."
        )
    refuse_unfenced(settings.database_url)
    from gunicorn.app.base import BaseApplication

    class Pages(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
        """Gunicorn over the application; every worker makes its own engine after the fork."""

        def load_config(self) -> None:
            for key, value in {
                "bind": bind,
                "workers": workers,
                "worker_class": "gthread",
                "threads": 4,
                "timeout": 60,
                "graceful_timeout": 30,
                "max_requests": 2000,
                "max_requests_jitter": 200,
                "loglevel": settings.log_level.lower(),
            }.items():
                self.cfg.set(key, value)

        def load(self) -> Any:
            from pool.web.app import create_app

            return create_app(settings)

    Pages().run()


def refuse_unfenced(url: str) -> None:
    """Refuse to serve where the database role would pass row-level security.

    Raises: UnfencedRole.
    """
    from sqlalchemy import text

    database = Database(url)
    try:
        with database.engine.connect() as connection:
            passes = connection.execute(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            ).scalar_one()
            fenced = connection.connection.info.get("app_role")
    finally:
        database.dispose()
    if passes and not fenced:
        raise UnfencedRole(
            "The database role passes row-level security and cannot take the role audit_pool_app.",
            field="POOL_DATABASE_URL",
            next_step="Run audit-pool db upgrade as owner, or connect with an ordinary role.",
        )
