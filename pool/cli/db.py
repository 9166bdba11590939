"""``audit-pool db``: the form of the database."""

from __future__ import annotations

import os

import click

from pool.cli.acting import open_database
from pool.cli.answers import print_json
from pool.kernel.refusals import Conflict


class OldForm(Conflict):
    """The database has not the form this program expects."""


@click.group(name="db")
def group() -> None:
    """Bring the database to its present form; check it."""


@group.command()
def upgrade() -> None:
    """Bring the database to the present form; safe to call at every start."""
    from pool import schema

    database = open_database()
    schema.upgrade(os.environ["POOL_DATABASE_URL"])
    print_json({"at_head": schema.is_at_head(database)})


@group.command()
def check() -> None:
    """Tell whether the database has the form this program expects; exit 2 where not."""
    from pool import schema

    if not schema.is_at_head(open_database()):
        raise OldForm(
            "The database has not the form this program expects.",
            field="POOL_DATABASE_URL",
            next_step="Run audit-pool db upgrade.",
        )
    print_json({"at_head": True})
