"""``audit-pool serve``: one process on SQLite with the clock inside."""

from __future__ import annotations

from pathlib import Path

import click

from pool.cli.serving import local_settings, serve_threads


@click.command(name="serve")
@click.option("--data", default=".pool", help="Folder of the database and files, unless POOL_* says otherwise.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def group(data: str, port: int) -> None:
    """Serve the pages on loopback, with the clock inside, until stopped."""
    from pool.schema import upgrade

    settings = local_settings(Path(data), port=port)
    upgrade(settings.database_url)
    click.echo(f"Audit Pool is at {settings.base_url} (Ctrl-C stops it)", err=True)
    serve_threads(settings, host="127.0.0.1", port=port, with_clock=True)
