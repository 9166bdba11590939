"""``audit-pool deployments``: deployments and the facts about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from pool.cli.acting import acting, open_database, seat_options
from pool.cli.answers import print_json, read_document
from pool.cli.values import DAY, INSTANT
from pool.journeys import submit
from pool.kernel.clock import now
from pool.kernel.listing import ListRequest
from pool.kernel.refusals import Invalid, first_of
from pool.registry import queries

#: Keys of a registration document: what each holds, and how that is said.
_TEXT, _TEXTS, _NAMED = "a text", "a list of texts", "named values"
_REQUIRED = {
    "model": _TEXT,
    "name": _TEXT,
    "purpose": _TEXT,
    "context": _TEXT,
    "markets": _TEXTS,
    "indicators": _NAMED,
}
_OPTIONAL = {"languages": _TEXTS, "sites": "a whole number", "facts": _NAMED, "live_on": "a day like 2026-11-24"}


class BadDocument(Invalid):
    """A registration document has a missing or unknown key, or a value of the wrong kind."""


@click.group(name="deployments")
def group() -> None:
    """Register deployments; declare, attest, ask for ethics review, report incidents, hand in monitoring."""


def _run(journey: Any, email: str, office: str | None, **values: Any) -> None:
    database = open_database()
    done = database.run_work(journey, actor=acting(database, email, office), at=now(), **values)
    print_json({"ref": done.ref, "public_id": done.public_id})


@group.command()
@click.argument("file")
@seat_options
def register(file: str, email: str, office: str | None) -> None:
    """Register the deployment that FILE (YAML or JSON) describes.

    Keys: model, name, purpose, context, markets, indicators (all 15), and optionally languages, sites, facts, live_on.
    """
    document = read_document(file)
    if not isinstance(document, dict):
        raise BadDocument("The file holds no named values.", field=file, next_step="Write a mapping.")
    faults: list[Invalid] = [
        BadDocument(f"The key {key!r} is not known.", field=str(key), next_step="Remove it.")
        for key in document
        if key not in (*_REQUIRED, *_OPTIONAL)
    ]
    faults += [
        BadDocument(f"The key {key!r} is missing.", field=key, next_step="Add it.")
        for key in _REQUIRED
        if key not in document
    ]
    faults += [
        BadDocument(f"The value of {key!r} is not {kind}.", field=key, next_step=f"Write {kind}.")
        for key, kind in (_REQUIRED | _OPTIONAL).items()
        if key in document and not _is_of_kind(document[key], kind)
    ]
    if faults:
        raise first_of(faults)
    if "live_on" in document:
        document["live_on"] = date.fromisoformat(document["live_on"])
    _run(submit.register_deployment, email, office, **document)


def _is_of_kind(value: Any, kind: str) -> bool:
    if kind == _TEXT:
        return isinstance(value, str)
    if kind == _TEXTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind == _NAMED:
        return isinstance(value, dict)
    if kind == _OPTIONAL["sites"]:
        return type(value) is int
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


@group.command()
@click.argument("deployment")
@click.option("--signed-name", required=True, help="Your name, typed in full.")
@seat_options
def attest(deployment: str, signed_name: str, email: str, office: str | None) -> None:
    """Sign that the registration is complete and true; enrols the deployment in the participation record."""
    _run(submit.attest, email, office, deployment=deployment, signed_name=signed_name)


@group.command()
@click.argument("deployment")
@click.argument("file")
@click.option("--changed-on", required=True, type=DAY)
@click.option("--what", required=True)
@seat_options
def change(deployment: str, file: str, changed_on: date, what: str, email: str, office: str | None) -> None:
    """Report changed indicators; FILE holds all fifteen as they are now."""
    document = read_document(file)
    indicators = document.get("indicators") if isinstance(document, dict) else None
    if not isinstance(indicators, dict):
        raise BadDocument("The file holds no indicators.", field="indicators", next_step="Write all fifteen.")
    _run(
        submit.change_indicators,
        email,
        office,
        deployment=deployment,
        indicators=indicators,
        changed_on=changed_on,
        what=what,
    )


@group.command(name="request-ethics")
@click.argument("deployment")
@click.option("--level", type=click.IntRange(1, 3))
@click.option("--answers", "file", help="File with the answers of the form.")
@seat_options
def request_ethics(deployment: str, level: int | None, file: str | None, email: str, office: str | None) -> None:
    """Ask for an ethics review at the level the tier asks for, or a higher one."""
    answers = read_document(file) if file else {}
    if not isinstance(answers, dict):
        raise BadDocument("The file holds no named answers.", field="answers", next_step="Write a mapping.")
    _run(submit.request_ethics, email, office, deployment=deployment, answers=answers, level=level)


@group.command(name="decide-ethics")
@click.argument("request")
@click.option("--outcome", required=True, type=click.Choice(["approved", "approved_with_conditions", "refused"]))
@click.option("--reasons", required=True)
@click.option("--condition", "conditions", multiple=True)
@click.option("--conditions-due", "conditions_due_on", type=DAY)
@seat_options
def decide_ethics(email: str, office: str | None, **values: Any) -> None:
    """Give the outcome of an ethics review (ethics reviewer)."""
    _run(submit.decide_ethics, email, office, **values)


@group.command()
@click.argument("deployment")
@click.option("--severity", required=True, type=click.Choice(["serious", "other"]))
@click.option("--description", required=True)
@click.option("--occurred", "occurred_at", required=True, type=INSTANT)
@click.option("--known", "known_at", required=True, type=INSTANT)
@seat_options
def incident(
    deployment: str,
    severity: str,
    description: str,
    occurred_at: datetime,
    known_at: datetime,
    email: str,
    office: str | None,
) -> None:
    """Report an incident."""
    _run(
        submit.report_incident,
        email,
        office,
        deployment=deployment,
        severity=severity,
        description=description,
        occurred_at=occurred_at,
        known_at=known_at,
    )


@group.command()
@click.argument("deployment")
@click.option("--from", "period_from", required=True, type=DAY)
@click.option("--until", "period_until", required=True, type=DAY)
@click.option("--level", required=True, type=click.IntRange(1, 3))
@click.option("--sample", "sample_outputs", required=True, type=int)
@click.option("--off-scope", "off_scope_outputs", default=0, type=int)
@click.option("--complaints", default=0, type=int)
@click.option("--summary", required=True)
@seat_options
def monitor(email: str, office: str | None, **values: Any) -> None:
    """Hand in a monitoring report."""
    _run(submit.add_monitoring, email, office, **values)


@group.command(name="list")
@seat_options
def list_(email: str, office: str | None) -> None:
    """List the deployments within sight of the seat."""
    database = open_database()
    with database.reading(acting(database, email, office), now()) as reading:
        page = queries.deployments(reading, ListRequest(size=200))
        print_json(
            [
                {
                    "ref": one.ref,
                    "public_id": one.public_id,
                    "name": one.name,
                    "model": one.model_ref,
                    "state": one.state,
                    "tier": one.tier or None,
                    "intensity": float(one.intensity) if one.intensity else None,
                }
                for one in page.items
            ]
        )
