"""What the firm bears: its statements, each line with its reason, and the paper."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from pool.bookings import queries as bookings
from pool.costs import queries
from pool.costs.queries import StatementView
from pool.costs.wording import per_unit, quantity_words, unit_words
from pool.journeys.report import statement_paper as paper_of
from pool.kernel.money import Money
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.reports.statement import render_statement
from pool.web.charts import Part, stacked_bar
from pool.web.display import money
from pool.web.firm import blueprint
from pool.web.paging import Column, ListSpec, csv_of, every_item, list_view
from pool.web.papers import paper
from pool.web.parts import Crumb
from pool.web.requests import attachment, page, reading

#: Bookings named in the sources of a statement's lines.
_BOOKING = re.compile(r"\bBKG-[0-9]{4}-[0-9]+")


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the way from the estimate to what is payable."""

    label: str
    note: str
    estimate: Money
    payable: Money

    @property
    def difference(self) -> Money:
        """Return by how much the payable amount lies above the estimate."""
        return self.payable - self.estimate


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
        compared=compared_lines(found),
        exact=[(str(line["name"]), *_exact_of(line)) for line in found.lines],
        chart=chart,
        crumbs=[Crumb(label=_("Statements"), url=url_for("firm.statements")), Crumb(label=found.ref)],
    )


def compared_lines(found: StatementView) -> tuple[Compared, ...]:
    """Return how the estimates of the audits became the payable sum; empty where their steps do not explain it.

    An estimate has two parts: auditor-days at the mean day rate, and a flat part for all shared facilities. The first
    stands against what the fields cost, the second against everything else.
    """
    if found.estimate_minor is None:
        return ()
    told: dict[str, int] = defaultdict(int)
    refs = {ref for line in found.lines for ref in _BOOKING.findall(str(line["source"]))}
    for ref in sorted(refs):
        for step in bookings.booking(reading(), ref).price_steps:
            told[str(step["id"])] += int(step["amount_minor"]) if step["adds"] else 0
    # Why: sources are cut where they are long; a table that leaves bookings out would explain another sum.
    if sum(told.values()) != found.estimate_minor:
        return ()
    fields = sum(int(line["amount_minor"]) for line in found.lines if line["kind"] == "domain")
    fees = told["auditor_days"]
    return tuple(
        Compared(label, note, Money(before, found.currency), Money(after, found.currency))
        for label, note, before, after in (
            (
                _("Auditors of your field"),
                _(
                    "The estimate took your auditor-days at a mean day rate. Payable is your part of what the field "
                    "really cost in the period, split among those who used it."
                ),
                fees,
                fields,
            ),
            (
                _("Everything that is shared"),
                _(
                    "The estimate took a flat part of the auditor-days. Payable is your part of the real cost of "
                    "administration, methodology and trips, and what you alone caused."
                ),
                found.estimate_minor - fees,
                found.total_minor - fields,
            ),
        )
    )


def _exact_of(line: Any) -> tuple[str, str]:
    """Return the exact weight and the exact share of a line: what the plain sentence rounds."""
    if line["kind"] == "direct":
        return "", str(line["exact"] or "")
    unit = str(line["unit"])
    places = len(str(per_unit(unit))) - 1
    shown = [one for one in (line["weight"], line["total_weight"]) if one is not None]
    weights = _(" of ").join(quantity_words(one, unit, places) for one in shown)
    return f"{weights} {unit_words(unit)}", str(line["exact"] or "")


def _money(amount_minor: int, currency: str) -> str:
    return money(Money(amount_minor, currency))


@blueprint.get("/statements/<ref>/paper.pdf")
def statement_paper(ref: str) -> Any:
    """Hand out the statement as a paper."""
    found = queries.statement(reading(), ref)
    return paper(render_statement, paper_of(reading(), found.ref), name=f"{found.ref}.pdf")
