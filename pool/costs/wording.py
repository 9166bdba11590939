"""The words of drivers and units: ids in rows, words on pages and papers."""

from __future__ import annotations

from pool.costs.drivers import CONTACT_UNIT, DAY_UNIT, EXPOSURE_UNIT, FIRM_UNIT
from pool.kernel.words import gettext as _


def unit_words(unit: str) -> str:
    """Return the words of a unit of weights."""
    return {
        FIRM_UNIT: _("one part per member firm"),
        EXPOSURE_UNIT: _("base load of registered deployments, in millionths"),
        DAY_UNIT: _("exact auditor-days in this domain, in millionths"),
        CONTACT_UNIT: _("days of audits on site, in millionths"),
    }.get(unit, unit)


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
