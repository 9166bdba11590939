"""Costs on the command line: split a file; walk a period from its first cost to its statements; check the ledger."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from pool.cli.acting import acting, open_database, seat_options
from pool.cli.answers import print_json, read_document
from pool.cli.values import DAY
from pool.costs import queries
from pool.costs.allocation import allocate
from pool.costs.problem_files import document_of, problem_of
from pool.journeys import settle
from pool.kernel.clock import now
from pool.kernel.listing import LARGEST_SIZE, ListRequest
from pool.kernel.money import parse_money
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database


@click.group("costs")
def group() -> None:
    """Split shared costs among members."""


@group.command("allocate")
@click.argument("file", type=click.Path(path_type=Path))
def allocate_file(file: Path) -> None:
    """Split the costs in FILE (JSON) and print lines, totals, stand-alone cost and saving."""
    print_json(document_of(allocate(problem_of(read_document(file)))))


@group.group("period")
def period_group() -> None:
    """Walk a cost period: open, add costs, read drivers, split, review, close."""


@group.group("ledger")
def ledger_group() -> None:
    """Look at the ledger."""


def _database() -> Database:
    """Open the database until the command ends."""
    database = open_database()
    click.get_current_context().call_on_close(database.dispose)
    return database


def _run(journey: Any, email: str, office: str | None, **values: Any) -> Any:
    database = _database()
    return database.run_work(journey, actor=acting(database, email, office), at=now(), **values)


@period_group.command("open")
@click.option("--from", "from_on", required=True, type=DAY, help="First day.")
@click.option("--until", "until_on", required=True, type=DAY, help="Last day.")
@click.option("--currency", default="EUR", show_default=True)
@seat_options
def open_(from_on: date, until_on: date, currency: str, email: str, office: str | None) -> None:
    """Open a period with its facilities (treasurer)."""
    done = _run(settle.open_period, email, office, from_on=from_on, until_on=until_on, currency=currency)
    print_json({"ref": done.ref, "public_id": done.public_id})


@period_group.command("add")
@click.argument("period")
@click.option("--facility", required=True, help="administration, methodology, a domain (X-...), trips or direct.")
@click.option("--amount", required=True, help="For example 1234.50; a correction may be negative.")
@click.option("--document", required=True, help="The document the amount comes from.")
@click.option("--incurred", "incurred_on", required=True, type=DAY)
@click.option("--note", default="")
@click.option("--firm", help="With --facility direct: the firm that caused the cost.")
@click.option("--audit", "audit_ref", default="", help="The audit the cost belongs to.")
@seat_options
def add(period: str, amount: str, email: str, office: str | None, **values: Any) -> None:
    """Add a cost, or a correction of one, to PERIOD (treasurer)."""
    database = _database()
    actor, at = acting(database, email, office), now()
    with database.reading(actor, at) as reading:
        currency = queries.period_days(reading, period).currency
    money = parse_money(amount, currency, field="amount")
    done = database.run_work(
        settle.add_cost, actor=actor, at=at, period=period, amount_minor=money.amount_minor, **values
    )
    print_json({"period": done.ref, "cost": done.public_id, "amount_minor": money.amount_minor})


@period_group.command("drivers")
@click.argument("period")
@seat_options
def drivers(period: str, email: str, office: str | None) -> None:
    """Read the drivers of PERIOD from bookings and registrations as they are now (treasurer)."""
    changed = _run(settle.prepare, email, office, period=period)
    view = _period(period, email, office)
    print_json({"period": view.ref, "changed": changed, "readings": [asdict(one) for one in view.readings]})


@period_group.command("allocate-period")
@click.argument("period")
@seat_options
def allocate_period(period: str, email: str, office: str | None) -> None:
    """Read the drivers of PERIOD and split its costs (treasurer)."""
    digest = _run(settle.allocate, email, office, period=period)
    view = _period(period, email, office)
    print_json(
        {
            "period": view.ref,
            "digest": digest,
            "sum": view.shared_minor,
            "totals": {one.firm_ref: one.total_minor for one in view.shares},
        }
    )


@period_group.command("review")
@click.argument("period")
@click.option("--digest", help="The digest of the split you looked at; another one is refused.")
@seat_options
def review(period: str, digest: str | None, email: str, office: str | None) -> None:
    """Approve the split of PERIOD, as a second person (administrator or another treasurer)."""
    _run(settle.review, email, office, period=period, digest=digest)
    view = _period(period, email, office)
    print_json({"period": view.ref, "state": view.state, "digest": view.allocation_digest})


@period_group.command("send-back")
@click.argument("period")
@click.option("--why", required=True)
@seat_options
def send_back(period: str, why: str, email: str, office: str | None) -> None:
    """Bring the split of PERIOD back to open (treasurer or administrator)."""
    _run(settle.send_back, email, office, period=period, why=why)
    view = _period(period, email, office)
    print_json({"period": view.ref, "state": view.state})


@period_group.command("close")
@click.argument("period")
@seat_options
def close(period: str, email: str, office: str | None) -> None:
    """Close PERIOD: post every firm's share and issue its statement (treasurer)."""
    refs = _run(settle.close, email, office, period=period)
    print_json({"period": period, "state": "closed", "statements": list(refs)})


@period_group.command("show")
@click.argument("period")
@seat_options
def show(period: str, email: str, office: str | None) -> None:
    """Show PERIOD with its costs, readings, shares, and what each step still needs."""
    view = _period(period, email, office)
    print_json(
        {
            "period": view.ref,
            "from_on": view.from_on,
            "until_on": view.until_on,
            "currency": view.currency,
            "state": view.state,
            "version": view.version,
            "digest": view.allocation_digest or None,
            "cost_minor": view.cost_minor,
            "facilities": [
                {"code": one.code, "name": one.name, "driver": one.driver, "cost_minor": one.cost_minor}
                for one in view.facilities
            ],
            "costs": [asdict(one) for one in view.costs],
            "readings": [asdict(one) for one in view.readings],
            "shares": [_share(one) for one in view.shares],
            "checks": [{"id": one.id, "met": one.met, "text": one.text} for one in view.checks],
            "moves": {move: list(offices) for move, offices in view.moves},
            "statements": list(view.statements),
        }
    )


def _period(period: str, email: str, office: str | None) -> queries.PeriodView:
    database = _database()
    with database.reading(acting(database, email, office), now()) as reading:
        return queries.period(reading, period)


def _share(share: queries.FirmShare) -> dict[str, Any]:
    return {
        "firm": share.firm_ref,
        "name": share.firm_name,
        "total_minor": share.total_minor,
        "exact_total": share.exact_total,
        "stand_alone_minor": share.stand_alone_minor,
        "lines": [
            {
                "facility": line.facility,
                "weight": line.weight,
                "total_weight": line.total_weight,
                "amount_minor": line.amount_minor,
                "exact": str(Fraction(line.exact)),
            }
            for line in share.lines
        ],
    }


@period_group.command("list")
@seat_options
def list_(email: str, office: str | None) -> None:
    """List the periods."""
    database = _database()
    with database.reading(acting(database, email, office), now()) as reading:
        page = queries.periods(reading, ListRequest(size=LARGEST_SIZE))
    print_json(
        [
            {
                "period": one.ref,
                "from_on": one.from_on,
                "until_on": one.until_on,
                "currency": one.currency,
                "state": one.state,
                "cost_minor": one.cost_minor,
            }
            for one in page.items
        ]
    )


@group.command("statements")
@seat_options
def statements(email: str, office: str | None) -> None:
    """List the cost statements within sight of the seat, with the reason of every line."""
    database = _database()
    with database.reading(acting(database, email, office), now()) as reading:
        page = queries.statements(reading, ListRequest(size=LARGEST_SIZE))
    print_json(
        [
            {
                "statement": one.ref,
                "period": one.period_ref,
                "firm": one.firm_ref,
                "currency": one.currency,
                "total_minor": one.total_minor,
                "estimate_minor": one.estimate_minor,
                "digest": one.content_digest,
                "lines": [
                    {"facility": line["facility"], "amount_minor": line["amount_minor"], "why": why}
                    for line, why in zip(one.lines, one.reasons(), strict=True)
                ],
            }
            for one in page.items
        ]
    )


@ledger_group.command("check")
def check() -> None:
    """Check the ledger and every closed period; exit 1 where something is wrong."""
    database = _database()
    with database.reading(SYSTEM, now()) as reading:
        faults = queries.ledger_faults(reading)
        balance = queries.trial_balance(reading)
    print_json(
        {
            "valid": not faults,
            "faults": [asdict(one) for one in faults],
            "trial_balance": [asdict(one) for one in balance],
            "sum": sum(one.balance_minor for one in balance),
        }
    )
    if faults:
        raise click.exceptions.Exit(1)
