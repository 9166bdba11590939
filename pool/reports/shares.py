"""The firm's share of the cost: a drawing, and the same numbers in a table with why each line is what it is."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reportlab.platypus.flowables import Flowable

from pool.kernel.words import gettext as _
from pool.reports.blocks import Grid
from pool.reports.charts import Bar, ShareBars
from pool.reports.desk import Desk
from pool.reports.ink import BODY, QUIET, SMALL, WASH, Colour
from pool.reports.lines import Span
from pool.reports.values import FEWEST_USERS_SHOWN, CostLine, CostSection
from pool.reports.vocabulary import money_in


def share_chart(desk: Desk, cost: CostSection, *, row: float = 21.0) -> Iterator[Flowable]:
    """Yield the bars, largest first, under the question that they answer."""
    if not cost.lines:
        return
    yield from desk.subheading(_("Where does the share come from?"), keep=90)
    money = money_in(cost.currency)
    ordered = sorted(cost.lines, key=lambda line: (-line.amount_minor, line.facility_id))
    yield ShareBars(
        desk.press,
        row=row,
        bars=[Bar(name=line.name, amount=line.amount_minor, figure=money(line.amount_minor)) for line in ordered],
    )


def share_table(desk: Desk, cost: CostSection, *, compact: bool = False) -> Iterator[Flowable]:
    """Yield one row per facility and the sum; ``compact`` leaves out the ids of the facilities."""
    yield from desk.subheading(_("Line by line"), keep=90)
    if not cost.lines:
        yield desk.text(_("The firm used no facility in this period."), BODY)
        return
    money = money_in(cost.currency)
    columns = [
        desk.column(0.29, _("Facility")),
        desk.column(0.35, _("Shared by")),
        desk.column(0.20, _("Own part of all"), right=True),
        desk.column(0.16, _("Share"), right=True),
    ]
    rows = [
        (
            desk.cell(_facility(line, compact=compact)),
            desk.cell(_("Caused by this firm alone.") if line.direct else line.driver),
            desk.right(_weights(line)),
            desk.right(money(line.amount_minor)),
        )
        for line in cost.lines
    ]
    total = (
        desk.cell(Span(_("Sum"), bold=True)),
        desk.cell(""),
        desk.cell(""),
        desk.right(money(cost.total_minor), bold=True),
    )
    last = len(rows)

    def wash(index: int) -> Colour | None:
        return WASH if index == last else None

    yield Grid(columns, [*rows, total], wash=wash, pad=2.4 if compact else 3.6)
    yield desk.note(_weights_note(cost))


def _facility(line: CostLine, *, compact: bool) -> list[Span]:
    name = Span(line.name, bold=True)
    return [name] if compact else [name, Span("\n"), Span(line.facility_id, ink=QUIET, size=7.2)]


def _weights(line: CostLine) -> str:
    """Return the firm's weight beside the weight of all, where that tells nobody another's weight."""
    if line.direct or line.weight is None:
        return "–"
    if line.shown_total_weight is None:
        return _("%(own)s of a total not shown", own=_counted(line.weight, line))
    total = _counted(line.shown_total_weight, line)
    return _("%(own)s of %(total)s", own=_counted(line.weight, line), total=total)


def _counted(weight: int, line: CostLine) -> str:
    """Return a weight in what people count in, with two decimals where it is no whole number."""
    value = Decimal(weight) / line.per_unit
    return str(int(value)) if value == int(value) else f"{value:.2f}"


def _weights_note(cost: CostSection) -> str:
    said = [_("Every facility is split among its users in proportion to what drives its cost, to the last unit.")]
    if any(not line.direct and line.weight is not None and line.shown_total_weight is None for line in cost.lines):
        said.append(
            _(
                "The total stays unshown where fewer than %(n)s members used a facility, because it would "
                "give away the "
                "amount of another member.",
                n=FEWEST_USERS_SHOWN,
            )
        )
    return " ".join(said)


def share_facts(desk: Desk, cost: CostSection, *, total: bool = True) -> Iterator[Flowable]:
    """Yield the total where asked, the exact share, the estimate and, where one exists, the market comparison."""
    money = money_in(cost.currency)
    pairs: list[tuple[str, str]] = [(_("Share of the period"), money(cost.total_minor))] if total else []
    if cost.exact_total:
        pairs.append(
            (
                _("Before rounding"),
                _("%(exact)s in the smallest unit of %(currency)s", exact=cost.exact_total, currency=cost.currency),
            )
        )
    if cost.estimate_minor is not None:
        difference = cost.total_minor - cost.estimate_minor
        pairs.append(
            (
                _("Estimate before"),
                _(
                    "%(estimate)s; the share differs from it by %(difference)s, because an estimate is a price before "
                    "the work and the share is a part of the real cost, with administration, methodology and trips",
                    estimate=money(cost.estimate_minor),
                    difference=money(difference),
                ),
            )
        )
    if cost.market_comparison:
        quote = cost.market_comparison
        pairs.append(
            (
                _("Market comparison"),
                _(
                    "%(amount)s for the same scope (%(source)s, dated %(day)s)",
                    amount=money(quote.amount_minor),
                    source=quote.source,
                    day=quote.dated.isoformat(),
                ),
            )
        )
    if pairs:
        yield desk.pairs(pairs, label=0.24)


def cost_chapter(desk: Desk, cost: CostSection | None) -> Iterator[Flowable]:
    """Yield the chapter of the firm report."""
    title = _("Share of the cost")
    yield from desk.heading(title, key="cost", title=title)
    if cost is None:
        yield desk.text(_("No period was closed for this firm yet, so there is no share to show."), BODY)
        return
    closed = _(", closed on %(day)s", day=cost.closed_on.isoformat()) if cost.closed_on else ""
    yield desk.text(_("Period %(period)s", period=cost.period) + closed + ".", SMALL.but(ink=QUIET, after=6))
    yield from share_facts(desk, cost)
    yield from share_chart(desk, cost)
    yield from share_table(desk, cost)
