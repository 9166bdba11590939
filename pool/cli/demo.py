"""``audit-pool demo``: a living pool of invented firms, made through the journeys users take, and served."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from pool.cli.serving import local_settings, serve_threads
from pool.kernel.clock import day_of, now
from pool.kernel.refusals import Conflict
from pool.kernel.storage import Database

#: Written before the story begins: what lies in a folder with this mark was made here and may be made anew.
BEGUN = "demo"
#: Written when the story was told to its end; a folder without it is made anew.
DONE = "made"


class NotADemo(Conflict):
    """The folder holds something else than a demo."""


@click.command(name="demo")
@click.option("--check", "check_only", is_flag=True, help="Make it, ask every seat's pages, write a report and leave.")
@click.option("--data", default=".demo", show_default=True, help="Folder that keeps the demo.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def group(check_only: bool, data: str, port: int) -> None:
    """Make a demo pool and serve it with a sign-in card for every seat, until stopped."""
    folder = Path(data)
    refuse_strange(folder)
    # Why: the demo never touches another database; what the environment names is somebody's real pool.
    for name in ("POOL_DATABASE_URL", "POOL_FILES_DIR", "POOL_DEMO"):
        os.environ.pop(name, None)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BEGUN).touch()
    settings = local_settings(folder, port=port, demo="1")
    _make(folder, settings.database_url)
    if check_only:
        from pool.demo.check import ask_every_seat, write_report
        from pool.web.app import create_app

        app = create_app(settings)
        database = app.extensions["pool_database"]
        pages = ask_every_seat(app, database)
        click.echo(f"{pages} pages answered", err=True)
        click.echo(str(write_report(database, folder)))
        database.dispose()
        return
    click.echo(f"The demo is at {settings.base_url} (Ctrl-C stops it)", err=True)
    serve_threads(settings, host="127.0.0.1", port=port, with_clock=True)


def refuse_strange(folder: Path) -> None:
    """Refuse a folder that holds anything but a demo: a real pool's database has the same name as a demo's.

    Raises: NotADemo.
    """
    next_step = "Name an empty folder, or one that does not exist."
    if folder.exists() and not folder.is_dir():
        raise NotADemo(f"{folder} is not a folder.", field="data", next_step=next_step)
    found = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    if found and not {BEGUN, DONE} & set(found):
        raise NotADemo(
            f"The folder {folder} holds other things: {', '.join(found[:3])}.", field="data", next_step=next_step
        )


def _make(folder: Path, url: str) -> None:
    from pool.schema import upgrade

    if (folder / DONE).exists() and (folder / "pool.sqlite").exists():
        upgrade(url)
        return
    for name in ("pool.sqlite", "pool.sqlite-wal", "pool.sqlite-shm", DONE):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "files", ignore_errors=True)
    from pool.demo.story import tell

    click.echo(f"Making a demo pool in {folder} (about a minute)", err=True)
    upgrade(url)
    database = Database(url)
    tell(database, day_of(now()), say=lambda words: click.echo(f"  {words}", err=True), files=folder / "files")
    database.dispose()
    (folder / DONE).touch()
