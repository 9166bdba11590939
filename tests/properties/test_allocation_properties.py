from __future__ import annotations

import itertools
import random
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from pool.costs.allocation import CostProblem, DirectCost, Facility, allocate, exact_shares, split_exactly
from pool.costs.ledger_rules import balances_of, entries_of_allocation
from pool.kernel.money import INT64_MAX

MEMBERS = ("anna", "boris", "chen", "dora", "emil")
COSTS = st.integers(-INT64_MAX, INT64_MAX) | st.integers(-2_000, 2_000)
WEIGHTS = st.dictionaries(st.sampled_from(MEMBERS), st.integers(0, 12) | st.integers(0, INT64_MAX), min_size=1).filter(
    lambda weights: sum(weights.values()) > 0
)


@st.composite
def problems(draw: st.DrawFn, *, least_cost: int = -5_000) -> CostProblem:
    costs = st.integers(least_cost, 5_000)
    facilities = tuple(
        Facility(f"facility-{index}", draw(costs), draw(WEIGHTS)) for index in range(draw(st.integers(0, 5)))
    )
    direct = tuple(
        DirectCost(f"direct-{index}", draw(st.sampled_from(MEMBERS)), draw(costs))
        for index in range(draw(st.integers(0, 3)))
    )
    return CostProblem("EUR", MEMBERS, facilities, direct)


@given(COSTS, WEIGHTS)
def test_parts_sum_to_the_cost_and_stay_within_one_unit(cost: int, weights: dict[str, int]) -> None:
    parts, exact = split_exactly(cost, weights), exact_shares(cost, weights)
    assert sum(parts.values()) == cost
    assert all(abs(parts[member] - exact[member]) < 1 for member in weights)
    assert all(parts[member] == 0 for member, weight in weights.items() if weight == 0)


@given(COSTS, WEIGHTS)
def test_a_negative_cost_mirrors(cost: int, weights: dict[str, int]) -> None:
    assert split_exactly(-cost, weights) == {member: -part for member, part in split_exactly(cost, weights).items()}


@given(COSTS, WEIGHTS, st.randoms())
def test_the_order_of_members_is_irrelevant(cost: int, weights: dict[str, int], shuffle: random.Random) -> None:
    items = list(weights.items())
    shuffle.shuffle(items)
    assert split_exactly(cost, dict(items)) == split_exactly(cost, weights)


@given(COSTS, WEIGHTS, st.integers(1, 1_000))
def test_the_unit_of_the_driver_is_irrelevant(cost: int, weights: dict[str, int], factor: int) -> None:
    scaled = {member: weight * factor for member, weight in weights.items()}
    assert split_exactly(cost, scaled) == split_exactly(cost, weights)


@given(problems())
def test_the_whole_problem_sums_and_its_entries_balance(problem: CostProblem) -> None:
    split = allocate(problem)
    costs = sum(item.cost for item in problem.facilities) + sum(item.cost for item in problem.direct)
    assert split.sum == costs == sum(split.exact_totals.values())
    assert sum(balances_of(entries_of_allocation(split)).values()) == 0
    for member in MEMBERS:
        lines = [parts[member] for parts in split.lines.values() if member in parts]
        assert split.totals[member] == sum(lines)
        assert abs(split.totals[member] - split.exact_totals[member]) <= max(len(lines), 1)
        assert split.saving[member] == split.stand_alone[member] - split.totals[member]


@given(problems(), st.randoms())
def test_the_order_of_facilities_is_irrelevant(problem: CostProblem, shuffle: random.Random) -> None:
    facilities, members = list(problem.facilities), list(problem.members)
    shuffle.shuffle(facilities)
    shuffle.shuffle(members)
    other = allocate(CostProblem("EUR", tuple(members), tuple(facilities), problem.direct))
    split = allocate(problem)
    assert (other.lines, other.totals, other.exact_totals) == (split.lines, split.totals, split.exact_totals)


def cost_of_coalition(problem: CostProblem, coalition: frozenset[str]) -> int:
    shared = sum(item.cost for item in problem.facilities if item.users() & coalition)
    return shared + sum(item.cost for item in problem.direct if item.member in coalition)


@settings(max_examples=60)
@given(problems(least_cost=0))
def test_no_coalition_pays_more_than_it_would_alone(problem: CostProblem) -> None:
    split = allocate(problem)
    for size in range(1, len(MEMBERS) + 1):
        for names in itertools.combinations(MEMBERS, size):
            coalition = frozenset(names)
            alone = cost_of_coalition(problem, coalition)
            assert sum(split.totals[member] for member in coalition) <= alone
            assert sum(split.exact_totals[member] for member in coalition) <= alone


@given(st.integers(0, INT64_MAX), WEIGHTS, st.integers(1, 1_000))
def test_a_joiner_raises_nobody_elses_exact_share(cost: int, weights: dict[str, int], weight: int) -> None:
    before = exact_shares(cost, weights)
    after = exact_shares(cost, weights | {"joiner": weight})
    assert all(after[member] <= before[member] for member in weights)
    assert sum(after.values(), Fraction(0)) == cost
