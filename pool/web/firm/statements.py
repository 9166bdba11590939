"""What the firm bears: its statements, each line with its reason, and the paper."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from pool.costs import queries
from pool.journeys.report import statement_paper as paper_of
from pool.kernel.money import Money
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.reports.statement import render_statement
from pool.web.charts import Part, stacked_bar
from pool.web.display import money
from pool.web.firm import blueprint
from pool.web.paging import Column, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Crumb
from pool.web.requests import attachment, page, reading

SPEC = ListSpec(
    name="statements",
    columns=(
        Column("ref", _l("Statement"), "ref", sort=True, primary=True),
        Column("period", _l("Period"), attr="period_ref"),
        Column("from_on", _l("From"), "date", sort=True),
        Column("until_on", _l("Until"), "date"),
        Column("total", _l("Your share"), "money", sort=True),
        Column("issued", _l("Issued"), "date", attr="issued_at"),
    ),
    search=_l("Reference or period"),
    default_sort="-from_on",
)


@blueprint.get("/statements")
def statements() -> Any:
    """List the firm's statements."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        items = every_item(lambda part: queries.statements(reading(), part), asked)
        return attachment(csv_of(SPEC, items, cell=_cell), name="statements.csv", media_type="text/csv")
    view = list_view(SPEC, queries.statements(reading(), asked), path=request.path)
    return page("firm/statements.html", view=view, totals=lambda item: Money(item.total_minor, item.currency))


def _cell(item: Any, column: Column) -> object:
    return Money(item.total_minor, item.currency) if column.key == "total" else column.value_of(item)


@blueprint.get("/statements/<ref>")
def statement(ref: str) -> Any:
    """Show one statement: the share, its bar of facilities, and why each line is what it is."""
    found = queries.statement(reading(), ref)
    parts = [
        Part(str(line["name"]), int(line["amount_minor"]), _money(int(line["amount_minor"]), found.currency))
        for line in found.lines
    ]
    chart = stacked_bar(
        "share", title=_("What is your share made of?"), parts=parts, head=(_("Facility"), _("Your share"))
    )
    return page(
        "firm/statement.html",
        statement=found,
        total=Money(found.total_minor, found.currency),
        estimate=Money(found.estimate_minor, found.currency) if found.estimate_minor is not None else None,
        rows=[
            (line, Money(int(line["amount_minor"]), found.currency), why, mark)
            for line, why, mark in zip(found.lines, found.reasons(), chart.marks, strict=True)
        ],
        chart=chart,
        crumbs=[Crumb(label=_("Statements"), url=url_for("firm.statements")), Crumb(label=found.ref)],
    )


def _money(amount_minor: int, currency: str) -> str:
    return money(Money(amount_minor, currency))


@blueprint.get("/statements/<ref>/paper.pdf")
def statement_paper(ref: str) -> Any:
    """Hand out the statement as a paper."""
    found = queries.statement(reading(), ref)
    paper = render_statement(paper_of(reading(), found.ref))
    return attachment(paper.pdf, name=f"{found.ref}.pdf", media_type="application/pdf")
