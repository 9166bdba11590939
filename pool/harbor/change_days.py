"""The days on which something can change: the replay looks at these days only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from math import floor
from typing import Any

from pool.harbor.conditions import enabled_conditions, leaves_of
from pool.harbor.sources import HarborSources
from pool.kernel.clock import day_of

_DAY = timedelta(days=1)


def days_of_change(safe_harbor: Mapping[str, Any], sources: HarborSources) -> frozenset[date]:
    """Return every day on which a fact can change whether a condition, a breach or a limit holds.

    These are the days of all rows, the days after them (a deadline is missed on the day after it), and the
    days on which a counter crosses a limit that the edition or a dated fact sets. Days outside the replay
    may be among them.
    """
    days: set[date] = set()
    for row in _rows(sources):
        for day in _days_in(row):
            days.update((day, day + _DAY))
    limits = _limits(safe_harbor, sources)
    for counter, origins in _origins(sources).items():
        for limit in limits.get(counter, ()):
            days.update(origin + timedelta(days=floor(limit) + 1) for origin in origins)
    # The only counter that runs down: it reaches its limit before the day it counts to.
    for row in sources.audit_requests:
        if row.booked_for is not None:
            ahead = limits.get("audit_booked_within_days", set())
            days.update(row.booked_for - timedelta(days=floor(limit)) for limit in ahead)
    intervals = _stated(sources, "monitoring_interval_days")
    for report in sources.reports:
        days.update(report.filed_on + timedelta(days=floor(limit) + 1) for limit in intervals)
    return frozenset(days)


def _rows(sources: HarborSources) -> Iterator[object]:
    for field in fields(sources):
        if field.name != "markets":
            yield from getattr(sources, field.name)


def _days_in(row: Any) -> Iterator[date]:
    for field in fields(row):
        value = getattr(row, field.name)
        if isinstance(value, datetime):
            yield day_of(value)
        elif isinstance(value, date):
            yield value


def _origins(sources: HarborSources) -> dict[str, list[date]]:
    return {
        "base_model_deregistered_days": [row.valid_from for row in sources.base],
        "attestation_age_days": [row.attested_on for row in sources.attestations],
        "unreported_change_days": [row.changed_on for row in sources.changes],
        "ethics_age_days": [row.decided_on for row in sources.ethics_outcomes],
        "audit_age_days": [row.decided_on for row in sources.audits],
        "audit_offer_age_days": [day_of(row.offered_at) for row in sources.audit_requests if row.offered_at],
    }


def _limits(safe_harbor: Mapping[str, Any], sources: HarborSources) -> dict[str, set[float]]:
    """Return, per fact, the numbers with which an expression of the edition compares it."""
    found: dict[str, set[float]] = {}
    for expression in _expressions(safe_harbor):
        for leaf in leaves_of(expression):
            wanted = leaf["value"]
            numbers = _stated(sources, wanted["fact"]) if isinstance(wanted, Mapping) else _numbers([wanted])
            found.setdefault(leaf["fact"], set()).update(numbers)
    return found


def _expressions(safe_harbor: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for item in (*enabled_conditions(safe_harbor), *safe_harbor["hard_breaches"], *safe_harbor["safety_breaches"]):
        yield item["expr"]


def _stated(sources: HarborSources, name: str) -> set[float]:
    return _numbers(row.value for row in sources.plain if row.name == name)


def _numbers(values: Iterable[object]) -> set[float]:
    return {value for value in values if isinstance(value, int | float) and not isinstance(value, bool)}
