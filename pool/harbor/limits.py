"""Numbers of the edition that a record needs: limits at a level, waiting times, days of service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _

#: Mean length of a month in days. Source: safe_harbor.yaml, validity.limits_days.audit.
DAYS_PER_MONTH = Fraction("30.44")
#: Longest calendar month: a report filed on the same day of every month is always in date.
LONGEST_MONTH_DAYS = 31
#: Duties whose level decides a limit. Source: safe_harbor.yaml, validity; duties.yaml D27.
ATTESTATION_DUTY, ETHICS_DUTY, MONITORING_DUTY = "D01", "D08", "D27"
_SERVICE_OF_LEVEL = {1: "ethics_screening_days", 2: "ethics_simplified_days", 3: "ethics_full_days"}
#: Months between monitoring reports at levels 1, 2, 3. Source: transitions.yaml, staged.monitoring.
_MONITORING_MONTHS = {1: 6, 2: 3, 3: 1}

Level = int | float | str | Decimal | Fraction


class EditionNotReadable(Invalid):
    """The edition words a waiting time in a way that cannot be read."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The waiting times of the life-cycle, in days, as the edition's guards word them."""

    application_days: int
    grace_days: int
    suspension_days: Mapping[str, int]
    after_revocation_days: int
    after_obstruction_days: int


def waits_of(safe_harbor: Mapping[str, Any]) -> Waits:
    """Read the waiting times of the edition.

    Raises: EditionNotReadable.
    """
    application = _guard_numbers(safe_harbor, event="application_timeout", start="pending")
    worded = _guard(safe_harbor, "suspension_timeout", "suspended")
    suspension = re.findall(r"(low|medium|high) ([0-9]+)", worded)
    revocation = _guard_numbers(safe_harbor, event="application_filed", start="revoked")
    if len(application) != 1 or len(suspension) != 3 or len(revocation) < 2:
        raise EditionNotReadable(
            _("The edition does not word its waiting times as expected."),
            field="transitions",
            next_step=_("Mend the guards of application_timeout, suspension_timeout and application_filed."),
        )
    return Waits(
        application_days=application[0],
        grace_days=int(safe_harbor["validity"]["grace_days"]),
        suspension_days={tier: int(days) for tier, days in suspension},
        after_revocation_days=revocation[0],
        after_obstruction_days=revocation[1],
    )


def limits_of(
    safe_harbor: Mapping[str, Any], *, levels: Mapping[str, Level], audit_interval_months: Level
) -> dict[str, int | float]:
    """Return the plain facts that follow from a tiering, ready to be stated as dated facts.

    ``levels`` holds the effective level (0 to 3, perhaps between) of duties D01, D08 and D27. Limits run
    linearly between the levels of the edition and are rounded half up to whole days, so that none jumps at
    a boundary.
    """
    limits = safe_harbor["validity"]["limits_days"]
    ethics, monitoring = _exact(levels[ETHICS_DUTY]), _exact(levels[MONITORING_DUTY])
    return {
        "attestation_limit_days": _at_level(limits["attestation"]["by_level"], levels[ATTESTATION_DUTY]),
        "ethics_limit_days": _at_level(limits["ethics"]["by_level"], levels[ETHICS_DUTY]),
        "audit_limit_days": _whole(_exact(audit_interval_months) * DAYS_PER_MONTH),
        # A review has whole levels: the one that is due is the highest that the effective level has reached.
        "ethics_level_required": int(ethics),
        "monitoring_required": float(round(monitoring, 4)),
        "monitoring_interval_days": _at_level(
            {level: months * LONGEST_MONTH_DAYS for level, months in _MONITORING_MONTHS.items()}, monitoring
        ),
    }


def ethics_answer_due(safe_harbor: Mapping[str, Any], *, level: int, requested_on: date) -> date:
    """Return the last day on which the ethics service answers in its own time."""
    days = safe_harbor["service_levels_of_the_pool"][_SERVICE_OF_LEVEL[level]]
    return requested_on + timedelta(days=int(days))


def cure_days(safe_harbor: Mapping[str, Any], condition: str, tier: str) -> int:
    """Return the days in which a failed condition may be cured at ``tier``."""
    row = next(item for item in safe_harbor["conditions"] if item["id"] == condition)
    return int(row["cure_days"][tier])


def _at_level(by_level: Mapping[int, int], level: Level) -> int:
    """Return the value at ``level`` on the line through the edition's levels; below the first, the first."""
    knots = sorted((Fraction(key), Fraction(value)) for key, value in by_level.items())
    at = min(max(_exact(level), knots[0][0]), knots[-1][0])
    for (low, start), (high, end) in pairwise(knots):
        if at <= high:
            return _whole(start + (end - start) * (at - low) / (high - low))
    return _whole(knots[-1][1])


def _whole(value: Fraction) -> int:
    return int((Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1), ROUND_HALF_UP))


def _exact(value: Level) -> Fraction:
    # A float such as 1.4 means the number a person reads, not its binary neighbour.
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def _guard(safe_harbor: Mapping[str, Any], event: str, start: str) -> str:
    for row in safe_harbor["transitions"]:
        if row["event"] == event and row["from"] == start:
            return str(row["guard"])
    return ""


def _guard_numbers(safe_harbor: Mapping[str, Any], *, event: str, start: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]+", _guard(safe_harbor, event, start))]
