"""The command group ``models``: what model files say, registering models and naming their parties."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pool.cli.acting import acting, open_database, seat_options
from pool.cli.answers import print_json
from pool.journeys import submit
from pool.kernel.clock import now
from pool.kernel.words import gettext as _
from pool.registry import queries
from pool.registry.inspection import inspect_paths, merge, several_as_json


@click.group("models", help=_("Models: inspect the files that describe them, register them, name their parties."))
def group() -> None:
    """Hold the commands on models."""


@group.command(
    "inspect",
    help=_(
        "Print what each FILE says about a model: a CycloneDX ML-BOM, a model card, an adapter_config.json "
        "or the header of a .safetensors file. Several files are also merged, with their contradictions."
    ),
)
@click.argument("files", nargs=-1, required=True)
def inspect_command(files: tuple[str, ...]) -> None:
    """Print one object for one file; for several, each file's object, the merged one and the contradictions.

    Raises: Invalid, naming the file at fault.
    """
    inspections = inspect_paths(files)
    if len(inspections) == 1:
        print_json(inspections[0].as_json())
    else:
        print_json(several_as_json(inspections, merge(inspections)))


@group.command("register", help=_("Register a fine-tuned model of your firm, from its files or as hosted elsewhere."))
@click.argument("files", nargs=-1)
@click.option("--name", help=_("The model's name, unless the files tell it."))
@click.option("--foundation", help=_("Reference of the foundation model in the catalogue, unless the files tell it."))
@click.option("--version", default="")
@click.option("--settled", default="", help=_("Which value is right and why, where the files contradict each other."))
@click.option("--hosted", is_flag=True, help=_("A fine-tune at a provider, without files."))
@click.option("--provider", "host_provider", default="")
@click.option("--job", "host_job", default="")
@click.option("--snapshot", "host_snapshot", default="")
@click.option("--endpoint", "host_endpoint", default="")
@seat_options
def register_command(
    files: tuple[str, ...],
    name: str | None,
    foundation: str | None,
    version: str,
    settled: str,
    email: str,
    office: str | None,
    **host: Any,
) -> None:
    """Register a model; what the files state fills what is not given.

    Raises: Invalid, naming the field or the file at fault.
    """
    database = open_database()
    actor = acting(database, email, office)
    inspections = inspect_paths(files)
    merged = merge(inspections)
    with database.reading(actor, now()) as reading:
        stated = merged.base_model if isinstance(merged.base_model, str) else ""
        known = queries.foundation_named(reading, [stated]) if stated and not foundation else None
    done = database.run_work(
        submit.register_model,
        name=name or merged.name or "",
        foundation=foundation or (known.ref if known else None),
        version=version or merged.version or "",
        method=merged.method or "",
        licence=merged.licence or "",
        datasets=list(merged.datasets or ()),
        stated_base=stated,
        contradictions=[one.as_json() for one in merged.contradictions],
        contradictions_settled=settled,
        files=[submit.file_of(one, Path(path).stat().st_size) for one, path in zip(inspections, files, strict=True)],
        actor=actor,
        at=now(),
        **host,
    )
    print_json({"ref": done.ref, "public_id": done.public_id})


@group.command("name-party", help=_("Name another member FIRM (reference or name) as a party of your MODEL."))
@click.argument("model")
@click.argument("firm")
@click.option("--role", required=True, type=click.Choice(submit.NAMED_ROLES), help=_("Its part in the model."))
@seat_options
def name_party_command(model: str, firm: str, role: str, email: str, office: str | None) -> None:
    """Name a party: it sees the model and may deploy it."""
    database = open_database()
    done = database.run_work(
        submit.name_party, model=model, firm=firm, role=role, actor=acting(database, email, office), at=now()
    )
    print_json({"ref": done.ref, "public_id": done.public_id})
