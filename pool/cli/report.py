"""``audit-pool report``: the report of a firm as PDF."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pool.cli.acting import acting, open_database, seat_options
from pool.cli.answers import print_json
from pool.cli.values import DAY, refuse_to_come
from pool.journeys.report import firm_report
from pool.kernel.clock import day_of, end_of_day, now
from pool.kernel.digest import sha256_hex
from pool.kernel.refusals import Invalid
from pool.reports.firm_report import render_firm_report
from pool.reports.values import digest_of_facts


class NotWritable(Invalid):
    """The file cannot be written."""


@click.command(name="report")
@click.argument("firm")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The PDF to write.")
@click.option("--on", type=DAY, help="What was known at the end of this day (UTC); now unless given.")
@seat_options
def group(firm: str, output: Path, on: date | None, email: str, office: str | None) -> None:
    """Write the report of FIRM (reference or public id): deployments, audits, record, share of the cost."""
    at = now()
    refuse_to_come(on=on, today=day_of(at))
    database = open_database()
    try:
        with database.reading(acting(database, email, office), at) as reading:
            report = firm_report(reading, firm, at if on is None else end_of_day(on))
    finally:
        database.dispose()
    rendered = render_firm_report(report)
    try:
        output.write_bytes(rendered.pdf)
    except OSError as error:
        raise NotWritable(
            f"The file cannot be written: {error.strerror}.",
            field="output",
            next_step="Name a file in a folder of yours.",
        ) from error
    print_json(
        {
            "firm": report.firm_ref,
            "number": report.number,
            "as_of": day_of(report.as_of),
            "file": str(output),
            "pages": rendered.pages,
            "sha256": sha256_hex(rendered.pdf),
            "facts": digest_of_facts(report),
            "demo": report.demo,
            "warnings": [{"kind": one.kind, "text": one.text} for one in rendered.warnings],
        }
    )
