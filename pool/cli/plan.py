"""The command group ``plan``: planning problems and plans as open files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pool.cli.answers import print_json, read_document
from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _
from scheduling.plan import plan_to_json
from scheduling.problem_json import problem_from_json
from scheduling.schema import plan_schema, problem_schema
from scheduling.verify import verify

FILE = click.Path(path_type=Path)


class UnwritableFile(Invalid):
    """The file to write to cannot be written."""


@click.group("plan", help=_("Plans: solve a problem, check a plan, print the schemas."))
def group() -> None:
    """Hold the commands on plans."""


@group.command(
    "solve",
    help=_(
        "Solve the planning problem in the file PROBLEM and write the plan. Every legal plan is a success, "
        "also one with audits left unplaced; each of those carries its funnel."
    ),
)
@click.argument("problem", type=FILE)
@click.option("-o", "output", type=FILE, help=_("Write the plan to this file; left out, it is printed."))
def solve_command(problem: Path, output: Path | None) -> None:
    """Write the plan of a problem; with ``-o`` print what it amounts to.

    Raises: Invalid for a malformed or too large problem, UnwritableFile.
    """
    from scheduling.planning import solve

    plan = solve(problem_from_json(read_document(problem)))
    document = plan_to_json(plan)
    if output is None:
        print_json(document)
        return
    write_document(output, document)
    print_json(
        {
            "problem_digest": plan.problem_digest,
            "status": plan.status,
            "placed": len(plan.assignments),
            "unplaced": len(plan.unplaced),
            "objective": document["objective"],
        }
    )


@group.command(
    "verify",
    help=_("Check the file PLAN by the file PROBLEM without the solver; exit 0 if it is legal, 1 if it is not."),
)
@click.argument("problem", type=FILE)
@click.argument("plan", type=FILE)
def verify_command(problem: Path, plan: Path) -> int:
    """Print the verdict and every violation.

    Raises: Invalid where one of the files does not have the shape of its schema.
    """
    verdict = verify(read_document(problem), read_document(plan))
    print_json(verdict)
    return 0 if verdict["valid"] else 1


@group.command("schema", help=_("Print the JSON Schema of a problem or of a plan."))
@click.argument("document", type=click.Choice(["problem", "plan"]))
def schema_command(document: str) -> None:
    """Print a JSON Schema (2020-12)."""
    print_json(problem_schema() if document == "problem" else plan_schema())


# `plan export -o PROBLEM.json` stands here: it asks pool.journeys.plan for the open problem of the database as a
# `scheduling.problem.Problem`, and writes `problem_to_json(problem)` with `write_document`.


def write_document(path: Path, document: Any) -> None:
    """Write a JSON document: two spaces of indent, UTF-8, a line end at the end; equal documents give equal bytes.

    Raises: UnwritableFile.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UnwritableFile(
            _("The file cannot be written: %(reason)s.", reason=error.strerror or ""),
            field=str(path),
            next_step=_("Name a file in a folder you may write to."),
        ) from error
