"""What the checker can vouch for beside the rules: every level of the objective, recomputed from the plan alone.

Nothing here is shared with the solver.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from scheduling.case import Case, Placed
from scheduling.interval import HalfDay
from scheduling.plan import LEVELS


def objective_of(case: Case) -> dict[str, int]:
    """Return every level of the objective as the plan's own assignments make it."""
    objective = dict.fromkeys(LEVELS, 0)
    for level, audits in _unplaced(case).items():
        objective[level] = audits
    objective["money_minor"] = sum(_price_minor(case, placed) for placed in case.placed)
    load: Counter[str] = Counter()
    for placed in case.placed:
        for auditor in placed.people:
            load[auditor.id] += len(placed.assignment.half_days)
    objective["load_squares"] = sum(half_days * half_days for half_days in load.values())
    objective["start_half_days"] = sum(
        _working_before(case, placed.assignment.half_days[0]) for placed in case.placed if placed.assignment.half_days
    )
    return objective


def _unplaced(case: Case) -> Counter[str]:
    placed = {placed.audit.id for placed in case.placed}
    missing = [audit for audit in case.problem.audits if audit.id not in placed]
    return Counter(f"unplaced_{'pinned' if audit.pinned else audit.tier}" for audit in missing)


def _price_minor(case: Case, placed: Placed) -> int:
    half_days = len(placed.assignment.half_days)
    price = 0
    for auditor in placed.people:
        whole, rest = divmod(auditor.day_rate_minor * half_days, 2)
        price += whole + rest
        if placed.audit.region not in (None, auditor.region):
            price += case.problem.travel_minor
    return price


def _working_before(case: Case, half_day: HalfDay) -> int:
    """Count the working half-days of the horizon before ``half_day``, walking from its first day."""
    count, day = 0, case.problem.first_day
    while day < half_day.day and day <= case.problem.last_day:
        count += 2 * case.is_working(HalfDay.morning(day))
        day += timedelta(days=1)
    if day == half_day.day and day <= case.problem.last_day and case.is_working(half_day):
        count += half_day.ordinal % 2
    return count
