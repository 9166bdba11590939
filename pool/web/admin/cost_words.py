"""Costs in words and figures: amounts without their currency, weights in the units people count in, accounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from pool.costs.drivers import (
    ADMINISTRATION,
    CONTACT_UNIT,
    DAY_UNIT,
    EXPOSURE_UNIT,
    FIRM_UNIT,
    METHODOLOGY,
    TRIPS,
)
from pool.costs.ledger_rules import AccountCode
from pool.costs.splitting import FacilityCost
from pool.costs.wording import per_unit
from pool.kernel.money import Money, exponent_of, format_money
from pool.kernel.words import gettext as _
from pool.kernel.words import grouped
from pool.kernel.words import lazy as _l
from pool.policy.loading import load_edition
from pool.web import display
from pool.web.charts import Chart, Part, stacked_bar

#: A bar of more parts than this says nothing; the smallest ones are drawn as one.
MOST_PARTS = 6
_ACCOUNTS = {
    AccountCode.BANK: _l("Bank"),
    AccountCode.MEMBER_RECEIVABLE: _l("Owed by members"),
    AccountCode.SUPPLIER_PAYABLE: _l("Owed to suppliers"),
    AccountCode.MEMBER_ADVANCE: _l("Paid in advance by members"),
    AccountCode.RESTRICTED_FUND: _l("Restricted fund"),
    AccountCode.CARRIED_FORWARD: _l("Carried forward"),
    AccountCode.COST_RECOVERY: _l("Recovered from members"),
    AccountCode.FACILITY_COST: _l("Cost of a facility"),
    AccountCode.HELD_FOR_MEMBER: _l("Held estimates"),
    AccountCode.HELD_CONTRA: _l("Contra of held estimates"),
}


def bare(amount_minor: int, currency: str) -> str:
    """Return an amount without its currency, for tables whose caption names it."""
    return format_money(Money(amount_minor, currency)).rpartition("\u00a0")[0]


def exact_words(value: Fraction, currency: str) -> str:
    """Return an exact amount of minor units in the currency's own unit, with four more decimals and a sign of rounding.

    Empty where the amount is whole: then there is nothing beside it to show.
    """
    if value.denominator == 1:
        return ""
    places = exponent_of(currency) + 4
    scaled = round(abs(value) * 10**4)
    whole, rest = divmod(scaled, 10**places)
    sign = "\u2212" if value < 0 else ""
    cut = "" if Fraction(scaled) == abs(value) * 10**4 else "…"
    return f"{sign}{grouped(whole)}.{rest:0{places}d}{cut}"


def weight_words(weight: int, unit: str) -> str:
    """Return a weight in the unit people count in: millionths become whole units."""
    value = Decimal(weight) / per_unit(unit)
    return display.number(value.quantize(Decimal("0.0001")).normalize() if value % 1 else int(value))


def unit_head(unit: str) -> str:
    """Return the short name of a unit, for the head of a table."""
    return {
        FIRM_UNIT: _("parts"),
        EXPOSURE_UNIT: _("base load"),
        DAY_UNIT: _("auditor-days"),
        CONTACT_UNIT: _("days on site"),
    }.get(unit, "")


def driver_words(facility: FacilityCost) -> str:
    """Return what a facility's costs follow; trips follow only those of the auditor-days that are spent on site."""
    if facility.code == TRIPS:
        return unit_head(CONTACT_UNIT)
    return {
        "equal": _("one part per firm"),
        "exposure": _("base load of deployments"),
        "days": _("auditor-days"),
        "direct": _("the firm that caused it"),
    }.get(facility.driver, facility.driver)


def account_words(account: str) -> str:
    """Return the name of an account, with its facility where it belongs to one."""
    code, _colon, facility = account.partition(":")
    known = {str(one): str(words) for one, words in _ACCOUNTS.items()}
    name = known.get(code, code)
    return f"{name}: {facility_words(facility)}" if facility else name


def facility_words(code: str) -> str:
    """Return the name of a facility by its code; a code that is no standard one stays as it is."""
    standard = {
        ADMINISTRATION: _("Administration"),
        METHODOLOGY: _("Methodology and templates"),
        TRIPS: _("Trips"),
    }
    return standard.get(code) or load_edition().effort.competence.sectors.get(code, code)


def parts_chart(
    key: str, *, title: str, parts: Sequence[tuple[str, int]], currency: str, head: tuple[str, str]
) -> Chart:
    """Draw amounts in minor units as parts of one bar, the largest first; beyond seven, six and the rest as one."""
    ordered = sorted(parts, key=lambda one: -one[1])
    # One left over keeps its name: “1 others” would say less and save no room.
    most = MOST_PARTS if len(ordered) > MOST_PARTS + 1 else len(ordered)
    shown, rest = ordered[:most], ordered[most:]
    if rest:
        shown = [*shown, (_("%(n)s others", n=len(rest)), sum(amount for _name, amount in rest))]
    drawn = [
        Part(label=name, value=float(amount), shown=display.money(Money(amount, currency))) for name, amount in shown
    ]
    return stacked_bar(key, title=title, parts=drawn, head=head)
