"""``audit-pool foundation``: the catalogue of foundation models."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from pool.cli.acting import acting, open_database, seat_options
from pool.cli.answers import print_json
from pool.cli.values import DAY
from pool.journeys import submit
from pool.kernel.clock import now
from pool.kernel.roles import PUBLIC
from pool.registry import queries


@click.group(name="foundation")
def group() -> None:
    """Keep the catalogue of foundation models."""


@group.command()
@click.option("--provider", required=True)
@click.option("--name", required=True)
@click.option("--version", required=True)
@click.option("--licence", default="")
@click.option("--digest", default="", help="sha256:... of the weights, where known.")
@click.option("--alias", "aliases", multiple=True, help="Another name under which files mention it.")
@seat_options
def add(email: str, office: str | None, **values: Any) -> None:
    """Put a foundation model into the catalogue (registrar)."""
    database = open_database()
    done = database.run_work(submit.add_foundation, actor=acting(database, email, office), at=now(), **values)
    print_json({"ref": done.ref, "public_id": done.public_id})


@group.command()
@click.argument("foundation")
@click.option("--market", required=True)
@click.option("--status", required=True, type=click.Choice(["registered", "deregistered", "unregistered"]))
@click.option("--from", "valid_from", required=True, type=DAY)
@click.option("--evidence", "evidence_note", required=True, help="What shows it, e.g. the register extract.")
@seat_options
def status(email: str, office: str | None, valid_from: date, **values: Any) -> None:
    """Record the registration status of a foundation model in a market (registrar)."""
    database = open_database()
    done = database.run_work(
        submit.record_foundation_status,
        valid_from=valid_from,
        actor=acting(database, email, office),
        at=now(),
        **values,
    )
    print_json({"ref": done.ref, "public_id": done.public_id})


@group.command(name="list")
def list_() -> None:
    """List the catalogue with each model's present status per market."""
    database = open_database()
    with database.reading(PUBLIC, now()) as reading:
        print_json(
            [
                {
                    "ref": one.ref,
                    "provider": one.provider,
                    "name": one.name,
                    "version": one.version,
                    "aliases": list(one.aliases),
                    "status": dict(one.statuses),
                }
                for one in queries.foundations(reading).items
            ]
        )
