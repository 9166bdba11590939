"""The words of drivers and units: ids in rows, words on pages and papers."""

from __future__ import annotations

from fractions import Fraction

from pool.costs.drivers import CONTACT_UNIT, DAY_UNIT, EXPOSURE_UNIT, FIRM_UNIT, MICRO
from pool.kernel.words import gettext as _
from pool.kernel.words import grouped

#: How many of a unit's whole numbers make one of what people count in.
_PER_UNIT = {EXPOSURE_UNIT: MICRO, DAY_UNIT: MICRO, CONTACT_UNIT: MICRO}


def unit_words(unit: str) -> str:
    """Return the words of a unit of weights."""
    return {
        FIRM_UNIT: _("equal parts, one for each firm"),
        EXPOSURE_UNIT: _("points of base load of registered deployments"),
        DAY_UNIT: _("auditor-days in this field"),
        CONTACT_UNIT: _("days of audits on site"),
    }.get(unit, unit)


def per_unit(unit: str) -> int:
    """Return how many of a unit's whole numbers make one of what people count in: days, parts, points."""
    return _PER_UNIT.get(unit, 1)


def quantity_words(weight: int, unit: str, places: int = 2) -> str:
    """Return a weight in what people count in: 4.83 of a day, 1 of a part. A weight above nothing never reads 0."""
    value = Fraction(weight, per_unit(unit))
    if value.denominator == 1:
        return grouped(value.numerator)
    if 0 < value < Fraction(1, 10**places):
        return _("less than %(least)s", least=f"{10**-places:.{places}f}")
    return grouped(float(round(value, places)), places)


def part_words(weight: int, total: int) -> str:
    """Return which part of a whole a weight is, in percent with one decimal."""
    part = Fraction(weight * 100, total)
    if 0 < part < Fraction(1, 10):
        return _("less than 0.1\u00a0%")
    return f"{float(round(part, 1)):.1f}".removesuffix(".0") + "\u00a0%"


def kind_words(kind: str) -> str:
    """Return the words of a kind of facility."""
    return {
        "administration": _("Administration"),
        "methodology": _("Methodology"),
        "domain": _("Competence domain"),
        "trip": _("Trips"),
        "direct": _("Direct cost"),
    }.get(kind, kind)


def state_words(state: str) -> str:
    """Return the words of a state of a period."""
    return {
        "open": _("Open: costs are gathered"),
        "allocated": _("Split, waits for a second person"),
        "reviewed": _("Reviewed, may be closed"),
        "closed": _("Closed"),
    }.get(state, state)
