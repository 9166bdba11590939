"""``audit-pool db``: the form of the database."""

from __future__ import annotations

import os

import click

from pool.cli.acting import open_database
from pool.cli.answers import print_json


@click.group(name="db")
def group() -> None:
    """Bring the database to its present form; check it."""


@group.command()
def upgrade() -> None:
    """Bring the database to the present form; safe to call at every start."""
    from pool import schema

    database = open_database(in_any_form=True)
    schema.upgrade(os.environ["POOL_DATABASE_URL"])
    print_json({"at_head": schema.is_at_head(database)})


@group.command()
def check() -> None:
    """Tell whether the database has the form this program expects; exit 2 where not."""
    open_database()
    print_json({"at_head": True})
