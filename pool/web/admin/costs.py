"""Costs: the periods, opening one, adding a cost to one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for

from pool.costs import queries
from pool.costs.drivers import DIRECT
from pool.costs.queries import PeriodLine, PeriodView
from pool.costs.wording import state_words
from pool.journeys import settle
from pool.kernel.clock import day_of
from pool.kernel.listing import ListRequest
from pool.kernel.money import EXPONENTS, Money
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members.queries import firms
from pool.web import display
from pool.web.admin import blueprint
from pool.web.fields import Choice, DateField, LongText, MoneyField, Text
from pool.web.forms import Form, Section
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb, Tab
from pool.web.requests import actor, at, attachment, attempt, form_of, page, perform, reading, settings

STATES = (
    ("open", _l("Open")),
    ("allocated", _l("Split")),
    ("reviewed", _l("Reviewed")),
    ("closed", _l("Closed")),
)
SPEC = ListSpec(
    name="periods",
    columns=(
        Column("ref", _l("Period"), "ref", sort=True, primary=True),
        Column("from_on", _l("From"), "date", sort=True),
        Column("until_on", _l("Until"), "date"),
        Column("state", _l("State"), sort=True),
        Column("cost", _l("Costs"), "money"),
        Column("cost_lines", _l("Documents"), "number"),
        Column("closed_at", _l("Closed"), "instant", hidden_on_phone=True),
    ),
    filters=(Filter("state", _l("State"), STATES),),
    search=_l("Reference"),
    default_sort="-from_on",
)
OPEN = Form(
    "period",
    sections=(
        Section(
            "",
            fields=(
                DateField(name="from_on", label=_l("First day")),
                DateField(name="until_on", label=_l("Last day"), help=_l("It closes after this day, never before.")),
                Choice(
                    name="currency",
                    label=_l("Currency"),
                    choices=[(code, code) for code in sorted(EXPONENTS)],
                    default="EUR",
                ),
            ),
        ),
    ),
)
#: What the form takes; the room refuses slips of the keyboard well below it.
LARGEST_TYPED = 10**14
_MEANINGS = {"open": "neutral", "allocated": "due_soon", "reviewed": "due_soon", "closed": "good"}


def is_treasurer() -> bool:
    """Tell whether the active seat enters costs, splits and closes."""
    return actor().office is Office.TREASURER


def period_word(state: str) -> str:
    """Return the short word for a state of a period."""
    return str(dict(STATES).get(state, state))


def period_meaning(state: str) -> str:
    """Return which of the five meanings a state of a period carries."""
    return _MEANINGS.get(state, "neutral")


def cost_tabs(current: str) -> list[Tab]:
    """Return the views of the pool's money."""
    return [
        Tab(label=_("Periods"), url=url_for("admin.costs"), current=current == "periods"),
        Tab(label=_("Ledger"), url=url_for("admin.ledger"), current=current == "ledger"),
    ]


@blueprint.get("/pool/costs")
def costs() -> Any:
    """List the periods."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda part: queries.periods(reading(), part), asked)
        return attachment(csv_of(SPEC, rows, cell=_cell), name="periods.csv", media_type="text/csv")
    return page(
        "admin/costs.html",
        view=list_view(SPEC, queries.periods(reading(), asked), path=request.path),
        tabs=cost_tabs("periods"),
        new=Action(label=_("Open a period"), url=url_for("admin.open_period")) if is_treasurer() else None,
        money=lambda line: Money(line.cost_minor, line.currency),
        word=period_word,
        meaning=period_meaning,
        sentence=state_words,
    )


def _cell(item: object, column: Column) -> object:
    assert isinstance(item, PeriodLine)
    if column.key == "cost":
        return display.money(Money(item.cost_minor, item.currency))
    return period_word(item.state) if column.key == "state" else column.value_of(item)


@blueprint.route("/pool/costs/open", methods=["GET", "POST"])
def open_period() -> Any:
    """Open a period with its facilities."""
    bound = form_of(OPEN, _next_days())
    answer = attempt(
        bound,
        lambda: perform(
            settle.open_period,
            **bound.cleaned,
            then=lambda made: url_for("admin.period", period=made.ref),
        ),
        beyond={"forbidden"},
    )
    if answer is not None:
        return answer
    return page(
        "shared/form.html",
        bound.status,
        form_title=_("Open a period"),
        form_lead=_(
            "It gets a facility for administration, one for methodology, one per competence domain, one for trips. "
            "Each day belongs to one period, so that no audit is paid for twice."
        ),
        bound=bound,
        form_action=request.path,
        submit_label=_("Open"),
        cancel_url=url_for("admin.costs"),
        crumbs=[Crumb(label=_("Costs"), url=url_for("admin.costs")), Crumb(label=_("Open a period"))],
    )


def _next_days() -> dict[str, Any]:
    """Return the quarter after the last period, or the present one."""
    last = queries.periods(reading(), ListRequest(sort="from_on", descending=True, size=1)).items
    if not last:
        today = day_of(at())
        return {"from_on": today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), "currency": settings().currency}
    begins = last[0].until_on + timedelta(days=1)
    length = last[0].until_on - last[0].from_on
    return {"from_on": begins, "until_on": begins + length, "currency": last[0].currency}


# --------------------------------------------------------------------------------------------------
# A cost


def _cost_form(found: PeriodView) -> Form:
    shared = [(one.code, one.name) for one in found.facilities if one.member is None]
    return Form(
        "cost",
        sections=(
            Section(
                "",
                fields=(
                    Choice(
                        name="facility",
                        label=_("Facility"),
                        choices=[*shared, (DIRECT, _("Direct: one firm caused it"))],
                        help=_("Where the cost lies. It is split among those who used the facility."),
                    ),
                    Choice(
                        name="firm",
                        label=_("Firm"),
                        required=False,
                        blank=_("No single firm"),
                        choices=[(firm.ref, firm.name) for firm in firms(reading())],
                        help=_("Only with a direct cost."),
                    ),
                    MoneyField(
                        name="amount",
                        label=_("Amount"),
                        currency=found.currency,
                        least_minor=-LARGEST_TYPED,
                        most_minor=LARGEST_TYPED,
                        help=_("A correction is a further line, negative where too much was entered."),
                    ),
                    Text(
                        name="document",
                        label=_("Document"),
                        most=200,
                        example=_("invoice 2026-114 of Halden Travel"),
                        help=_("The paper the amount comes from."),
                    ),
                    DateField(name="incurred_on", label=_("Incurred on"), most=found.until_on),
                    Text(name="audit_ref", label=_("Audit"), most=20, required=False, example="AUD-2026-0007"),
                    LongText(name="note", label=_("Note"), most=1000, rows=2, required=False),
                ),
            ),
        ),
    )


@blueprint.route("/pool/costs/<period>/cost", methods=["GET", "POST"])
def add_cost(period: str) -> Any:
    """Add a cost to a facility of a period that is not closed."""
    found = queries.period(reading(), period)
    form = _cost_form(found)
    bound = form.fresh({"incurred_on": min(day_of(at()), found.until_on)})
    if request.method == "POST":
        bound = form.bind(request.form, request.files)
        if bound.valid:
            amount: Money = bound["amount"]
            try:
                return perform(
                    settle.add_cost,
                    period=found.ref,
                    facility=bound["facility"],
                    amount_minor=amount.amount_minor,
                    document=bound["document"],
                    incurred_on=bound["incurred_on"],
                    note=bound["note"],
                    firm=bound["firm"] or None,
                    audit_ref=bound["audit_ref"],
                    then=lambda _made: url_for("admin.period", period=found.ref) + "#costs",
                )
            except Refusal as refusal:
                if refusal.kind == "forbidden":
                    raise
                refusal.field = "amount" if refusal.field == "amount_minor" else refusal.field
                bound.add_refusal(refusal)
    lead = _("The ledger learns of it at once. What was entered is never changed.")
    if found.state in ("allocated", "reviewed"):
        lead += " " + _("The split that stands no longer counts after this; the costs are split anew.")
    return page(
        "shared/form.html",
        bound.status,
        form_title=_("Add a cost to %(ref)s", ref=found.ref),
        form_lead=lead,
        bound=bound,
        form_action=request.path,
        submit_label=_("Add the cost"),
        cancel_url=url_for("admin.period", period=found.ref),
        crumbs=[
            Crumb(label=_("Costs"), url=url_for("admin.costs")),
            Crumb(label=found.ref, url=url_for("admin.period", period=found.ref)),
            Crumb(label=_("Add a cost")),
        ],
    )
