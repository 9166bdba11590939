"""The command group ``plan``: planning problems and plans as open files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pool.cli.acting import acting, open_database, seat_options
from pool.cli.answers import print_json, read_document
from pool.cli.audit import read_as, run_as, whole_list
from pool.kernel.clock import now
from pool.kernel.digest import digest_of
from pool.kernel.listing import LARGEST_SIZE, ListRequest
from pool.kernel.refusals import Invalid
from pool.kernel.roles import SYSTEM
from pool.kernel.words import gettext as _
from scheduling.plan import plan_to_json
from scheduling.problem_json import problem_from_json, problem_to_json
from scheduling.queries import PlanLine, plans
from scheduling.schema import plan_schema, problem_schema
from scheduling.verify import verify

FILE = click.Path(path_type=Path)


class UnwritableFile(Invalid):
    """The file to write to cannot be written."""


@click.group("plan", help=_("Plans: export the open problem, solve it, check, keep and publish plans."))
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


@group.command(
    "export",
    help=_(
        "Write the open problem of the pool to the file PROBLEM.json: waiting bookings, auditors, interests, leads."
    ),
)
@click.option("-o", "output", type=FILE, help=_("Write to this file; left out, the problem is printed."))
@click.option("--currency", default="EUR", show_default=True, help=_("Currency of the day rates."))
@click.option("--as", "email", default=None, metavar="EMAIL", help=_("Whose seat; left out, whoever runs the pool."))
@click.option("--office", default=None, help=_("The seat to use where the person holds several."))
def export_command(output: Path | None, currency: str, email: str | None, office: str | None) -> None:
    """Write the open problem; with ``-o`` print what is in it. Raises: NotPlanner, UnwritableFile."""
    from pool.journeys.plan import export_problem

    database = open_database()
    # Whoever names the database on this machine can read it: the export asks for no seat, what writes does.
    actor = acting(database, email, office) if email else SYSTEM
    with database.reading(actor, now()) as reading:
        problem = export_problem(reading, currency=currency)
    database.dispose()
    document = problem_to_json(problem)
    if output is None:
        print_json(document)
        return
    write_document(output, document)
    print_json(
        {
            "problem_digest": digest_of(document),
            "first_day": problem.first_day,
            "last_day": problem.last_day,
            "audits": len(problem.audits),
            "auditors": len(problem.auditors),
        }
    )


@group.command("keep", help=_("Keep the file PLAN with the file PROBLEM it answers, to be published later."))
@click.argument("problem", type=FILE)
@click.argument("plan", type=FILE)
@seat_options
def keep_command(problem: Path, plan: Path, email: str, office: str | None) -> None:
    """Print the reference of the kept plan. Raises: NotPlanner, Invalid, PlanNotLegal."""
    from pool.journeys.plan import keep_plan

    line = run_as(email, office, keep_plan, problem=_mapping(problem), plan=_mapping(plan))
    print_json(_plan_line(line))


def _mapping(path: Path) -> dict[str, Any]:
    document = read_document(path)
    if not isinstance(document, dict):
        raise Invalid(_("An object is needed here."), field=str(path), next_step=_("See the schema."))
    return document


@group.command("publish", help=_("Publish the kept plan REF after the independent checker; its teams are asked."))
@click.argument("ref")
@seat_options
def publish_command(ref: str, email: str, office: str | None) -> None:
    """Print the proposals made and the bookings that wait.

    Raises: NotPlanner, PlanNotLegal, PlanStale, HalfDayTaken.
    """
    from pool.journeys.plan import publish_plan

    found = run_as(email, office, publish_plan, plan=ref)
    print_json({"plan": found.plan_ref, "proposals": found.proposals, "waitlisted": found.waitlisted})


@group.command("replan", help=_("Look for the next best team of one BOOKING after a decline or an objection."))
@click.argument("booking")
@seat_options
def replan_command(booking: str, email: str, office: str | None) -> None:
    """Print the new proposal, or that the booking waits. Raises: NotPlanner, NotReplanned."""
    from pool.journeys.plan import replan_one

    found = run_as(email, office, replan_one, booking=booking)
    print_json({"plan": found.plan_ref or None, "proposals": found.proposals, "waitlisted": found.waitlisted})


@group.command("discard", help=_("Put the kept plan REF aside."))
@click.argument("ref")
@click.option("--reason", required=True)
@seat_options
def discard_command(ref: str, reason: str, email: str, office: str | None) -> None:
    """Print the plan's new state. Raises: NotPlanner, PlanSettled."""
    from pool.journeys.plan import discard_plan

    print_json(_plan_line(run_as(email, office, discard_plan, plan=ref, reason=reason)))


@group.command("list", help=_("List the kept plans."))
@seat_options
def list_command(email: str, office: str | None) -> None:
    """Print every kept plan, the newest first."""
    request = ListRequest(size=LARGEST_SIZE, descending=True)
    lines = read_as(email, office, lambda reading: whole_list(plans, reading, request))
    print_json([_plan_line(line) for line in sorted(lines, key=lambda line: line.id, reverse=True)])


def _plan_line(line: PlanLine) -> dict[str, Any]:
    return {
        "ref": line.ref,
        "state": line.state,
        "status": line.status,
        "problem_digest": line.problem_digest,
        "placed": line.placed,
        "unplaced": line.unplaced,
        "objective": dict(line.objective),
        "made_at": line.made_at,
        "published_at": line.published_at,
    }


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
