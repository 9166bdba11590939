"""Costs on the command line."""

from __future__ import annotations

from pathlib import Path

import click

from pool.cli.answers import print_json, read_document
from pool.costs.allocation import allocate
from pool.costs.problem_files import document_of, problem_of


@click.group("costs")
def group() -> None:
    """Split shared costs among members."""


@group.command("allocate")
@click.argument("file", type=click.Path(path_type=Path))
def allocate_file(file: Path) -> None:
    """Split the costs in FILE (JSON) and print lines, totals, stand-alone cost and saving."""
    print_json(document_of(allocate(problem_of(read_document(file)))))
