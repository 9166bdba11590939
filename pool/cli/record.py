"""``audit-pool record``: the participation record."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from pool.cli.acting import open_database
from pool.cli.answers import print_json
from pool.cli.values import DAY
from pool.harbor.queries import record_faults
from pool.harbor.service import basis_json
from pool.harbor.standing import Standing
from pool.journeys import standing
from pool.kernel.clock import day_of, now
from pool.kernel.ids import is_public_id
from pool.kernel.refusals import Invalid
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database, Reading
from pool.kernel.words import gettext as _
from pool.members.queries import NoSuchFirm, firm_of
from pool.policy.loading import load_edition
from pool.registry.queries import DeploymentView, deployment, deployments_of_firm


class AskedOfNothing(Invalid):
    """Neither a firm nor a deployment was named, or both were."""


@click.group(name="record")
def group() -> None:
    """Ask the participation record."""


@group.command()
@click.argument("firm", required=False)
@click.option("--deployment", "deployment_key", metavar="REF", help="One deployment: its reference or public id.")
@click.option(
    "--on",
    type=DAY,
    help="Standing at the end of this day (UTC), today unless given; a later day shows what holds if nothing comes.",
)
@click.option("--known", type=DAY, help="As known at the end of this day (UTC), today unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(firm: str | None, deployment_key: str | None, on: date | None, known: date | None, as_json: bool) -> None:
    """Show where the record of a FIRM's deployments, or of one deployment, stands on a day as known on a day."""
    if (firm is None) == (deployment_key is None):
        raise AskedOfNothing(
            "Name a firm, or one deployment with --deployment.", field="firm", next_step="Give one of the two."
        )
    if firm is not None and firm.startswith("DEP-"):
        raise NoSuchFirm(
            f"{firm} is a deployment, not a firm.", field="firm", next_step=f"Ask with --deployment {firm}."
        )
    today = day_of(now())
    database = open_database()
    answers = _answers(database, firm, deployment_key, on=on or today, known=known or today)
    if as_json:
        print_json(answers[0] if deployment_key is not None else answers)
        return
    if on is not None and on > today:
        click.echo(_("%(day)s has not come: what follows holds then if nothing more is recorded.", day=on))
    for answer in answers:
        click.echo(_words(answer))


def _answers(
    database: Database, firm: str | None, deployment_key: str | None, *, on: date, known: date
) -> list[dict[str, Any]]:
    with database.reading(SYSTEM, now()) as reading:
        if deployment_key is not None:
            views = [deployment(reading, deployment_key)]
        else:
            views = list(deployments_of_firm(reading, _firm_id(reading, firm or "")))
        return [_answer(reading, view, on=on, known=known) for view in views]


def _firm_id(reading: Reading, key: str) -> int:
    if not (is_public_id(key) or key.startswith("FIRM-")):
        raise NoSuchFirm(f"There is no firm {key}.", field="firm", next_step="Give its reference or public id.")
    return firm_of(reading, key).id


def _answer(reading: Reading, view: DeploymentView, *, on: date, known: date) -> dict[str, Any]:
    derived = standing.standing_on(reading, deployment_id=view.id, on=on, known=known)
    return answer_of(view.ref, derived, on=on, known=known)


def answer_of(ref: str, derived: Standing, *, on: date, known: date) -> dict[str, Any]:
    """Return the answer about one deployment, in the order of its keys."""
    return {
        "deployment": ref,
        "on": on.isoformat(),
        "known": known.isoformat(),
        "state": str(derived.state),
        "due": {"state": str(derived.due.state), "since": derived.due.since.isoformat()} if derived.due else None,
        "edition": load_edition().id,
        "basis": [
            {key: one[key] for key in ("condition", "met", "deemed", "facts", "recorded_at")}
            for one in basis_json(derived)
        ],
    }


def _words(answer: dict[str, Any]) -> str:
    lines = [f"{answer['deployment']}  {answer['state']}  on {answer['on']}, as known on {answer['known']}"]
    if answer["due"]:
        lines.append(f"  due: {answer['due']['state']} since {answer['due']['since']}")
    for one in answer["basis"]:
        word = _("deemed met") if one["deemed"] else _("met") if one["met"] else _("not met")
        lines.append(f"  {one['condition']}  {word}")
    return "\n".join(lines)


@group.command()
def check() -> None:
    """Check the record's numbers, bytes and order; exit 1 where something is wrong."""
    database = open_database()
    with database.reading(SYSTEM, now()) as reading:
        faults = record_faults(reading)
    print_json({"valid": not faults, "faults": [{"entry": seq, "reason": reason} for seq, reason in faults]})
    if faults:
        raise click.exceptions.Exit(1)


@group.command()
def rebuild() -> None:
    """Derive every projected standing anew from its sources."""
    database = open_database()
    with database.reading(SYSTEM, now()) as reading:
        from pool.registry.queries import all_deployments

        ids = [view.id for view in all_deployments(reading)]
    for deployment_id in ids:
        database.run_work(
            standing.rebuild, deployment_id=deployment_id, actor=SYSTEM, at=now(), reason="projection rebuilt"
        )
    print_json({"rebuilt": len(ids)})
