"""Planning 100 audits: the solver beside placing each audit where it fits first."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from benchmarks.lines import Line
from scheduling.instances import made_up_problem
from scheduling.plan import Plan, plan_to_json
from scheduling.planning import plan_of, solve
from scheduling.problem import Problem
from scheduling.problem_json import problem_to_json
from scheduling.solver.candidates import Candidates
from scheduling.solver.search import greedy_board
from scheduling.verify import verify

SEEDS = (1, 2, 3)


def measure() -> Iterator[Line]:
    """Yield one line per size; each plan is checked by the independent checker."""
    for audits, auditors in ((30, 10), (100, 25)):
        yield _line(audits, auditors)


def _line(audits: int, auditors: int) -> Line:
    ours, first, placed, fitted = [], [], [], []
    for seed in SEEDS:
        problem = made_up_problem(seed, audits=audits, auditors=auditors)
        seconds, plan = _timed(solve, problem)
        ours.append(seconds)
        placed.append(len(plan.assignments))
        assert verify(problem_to_json(problem), plan_to_json(plan))["valid"]
        seconds, plan = _timed(_first_fit, problem)
        first.append(seconds)
        fitted.append(len(plan.assignments))
    return Line(
        f"plan of {audits} audits, {auditors} auditors, 60 days",
        f"{statistics.median(ours):.1f} s, {sum(placed)} of {audits * len(SEEDS)} placed",
        f"{statistics.median(first):.2f} s, {sum(fitted)} placed",
        f"{sum(placed) / sum(fitted):.2f} (placed)",
        "each audit where it fits first, most urgent first",
    )


def _timed(make: Callable[[Problem], Plan], problem: Problem) -> tuple[float, Plan]:
    begun = time.monotonic()
    plan = make(problem)
    return time.monotonic() - begun, plan


def _first_fit(problem: Problem) -> Plan:
    return plan_of(greedy_board(Candidates(problem)), is_proved=False)
