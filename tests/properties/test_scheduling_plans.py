"""Whatever the problem: the plan is legal, complete and explained, and a planted fault is found."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.alternative import propose_alternative
from scheduling.instances import made_up_problem
from scheduling.plan import plan_from_json, plan_to_json
from scheduling.planning import solve
from scheduling.problem import Problem
from scheduling.problem_json import problem_from_json, problem_to_json
from scheduling.verify import verify, violations_of
from tests.support.counts import count

Document = dict[str, Any]
SEEDS = st.integers(0, 2**31 - 1)

pytestmark = pytest.mark.soak_part("planning")


def made(seed: int, effort: int) -> Problem:
    """Return a made-up problem of a size that the seed decides, some of its audits pinned by an earlier plan."""
    dice = random.Random(seed)
    problem = made_up_problem(
        seed, audits=dice.randint(1, 10), auditors=dice.randint(1, 8), days=dice.randint(5, 30), effort=effort
    )
    document = problem_to_json(problem)
    if dice.random() < 0.5:
        for placed in plan_to_json(solve(made_up_for_pins(problem)))["assignments"]:
            if dice.random() < 0.4:
                pinned = {"start": placed["half_days"][0] if dice.random() < 0.7 else None, "team": placed["team"]}
                pinned["team"] = [seat for seat in pinned["team"] if seat["role"] == "lead" or dice.random() < 0.5]
                next(a for a in document["audits"] if a["id"] == placed["audit"])["pinned"] = pinned
    return problem_from_json(document)


def made_up_for_pins(problem: Problem) -> Problem:
    document = problem_to_json(problem)
    document["limits"]["effort"] = 0
    document["seed"] = (document["seed"] + 1) % 2**31
    document["audits"].reverse()
    return problem_from_json(document)


def check_plan(problem: Problem) -> None:
    document = problem_to_json(problem)
    problem = problem_from_json(document)
    plan = plan_to_json(solve(problem))
    assert verify(document, plan) == {"valid": True, "violations": [], "objective": plan["objective"]}
    named = [entry["audit"] for entry in plan["assignments"] + plan["unplaced"]]
    assert sorted(named) == sorted(audit.id for audit in problem.audits)
    for left in plan["unplaced"]:
        counts = [step["left"] for step in left["funnel"]]
        assert counts == sorted(counts, reverse=True)
        assert (counts[0], counts[-1]) == (len(problem.auditors), 0)


@settings(max_examples=count(test=40, soak=2_000))
@given(SEEDS)
def test_plan_of_the_search_is_legal_complete_and_explained(seed: int) -> None:
    check_plan(made(seed, effort=0))


@settings(max_examples=count(test=6, soak=100))
@given(SEEDS)
def test_plan_of_the_exact_layer_is_legal_complete_and_explained(seed: int) -> None:
    problem = made(seed, effort=1)
    check_plan(problem)
    assert solve(problem).objective["unplaced_pinned"] == 0


@settings(max_examples=count(test=25, soak=700))
@given(SEEDS)
def test_alternative_is_legal_and_moves_nothing_else(seed: int) -> None:
    problem = made(seed, effort=0)
    plan = solve(problem)
    for placed in plan.assignments[:2]:
        declined = placed.team[seed % len(placed.team)].auditor
        found = propose_alternative(problem, plan, placed.audit, [declined])
        assert violations_of(found.problem, found.plan) == []
        others = [other for other in plan.assignments if other.audit != placed.audit]
        assert [other for other in found.plan.assignments if other.audit != placed.audit] == others
        assert found.assignment is None or declined not in {seat.auditor for seat in found.assignment.team}


@settings(max_examples=count(test=40, soak=1_000))
@given(SEEDS, st.integers(0, 2**32 - 1))
def test_plan_when_one_value_is_changed_is_never_still_called_the_same_legal_plan(seed: int, where: int) -> None:
    problem = made(seed, effort=0)
    document, plan = problem_to_json(problem), plan_to_json(solve(problem))
    if not plan["assignments"]:
        return
    dice = random.Random(where)
    changed = deepcopy(plan)
    placed = dice.choice(changed["assignments"])
    match dice.randrange(5):
        case 0:
            placed["half_days"].pop(dice.randrange(len(placed["half_days"])))
        case 1:
            placed["team"].pop(dice.randrange(len(placed["team"])))
        case 2:
            placed["team"].append(deepcopy(dice.choice(placed["team"])))
        case 3:
            changed["assignments"].remove(placed)
        case _:
            changed["objective"][dice.choice(list(changed["objective"]))] += dice.choice((-1, 1))
    assert plan_from_json(changed) is not None
    assert verify(document, changed)["valid"] is False
