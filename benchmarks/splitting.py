"""Splitting a cost: exact largest remainders beside multiplying by a float and rounding."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping

from benchmarks.lines import Line
from pool.costs.allocation import split_exactly

CASES = 3_000


def measure() -> Iterator[Line]:
    """Yield one line per size of the group."""
    for members in (12, 100, 500):
        yield _line(members)


def _line(members: int) -> Line:
    chance = random.Random(members)
    count = CASES * 12 // members
    cases = [
        (chance.randint(1, 10**9), {f"firm-{n:03d}": chance.randint(1, 10_000) for n in range(members)})
        for _ in range(count)
    ]
    exact, off_exactly = _timed(split_exactly, cases)
    naive, off_naively = _timed(_by_floats, cases)
    return Line(
        f"split among {members} firms",
        f"{exact * 1e6:.0f} µs a split, {off_exactly} minor units off in {count}",
        f"{naive * 1e6:.0f} µs, {off_naively} off",
        f"{exact / naive:.1f}",
        "a float product for each firm, rounded",
    )


def _timed(
    split: Callable[[int, Mapping[str, int]], Mapping[str, int]], cases: list[tuple[int, dict[str, int]]]
) -> tuple[float, int]:
    begun = time.process_time()
    parts = [split(cost, weights) for cost, weights in cases]
    seconds = (time.process_time() - begun) / len(cases)
    return seconds, sum(abs(cost - sum(part.values())) for (cost, _), part in zip(cases, parts, strict=True))


def _by_floats(cost: int, weights: Mapping[str, int]) -> dict[str, int]:
    total = sum(weights.values())
    return {member: round(cost * (weight / total)) for member, weight in weights.items()}
