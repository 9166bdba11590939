"""The solver: best on tiny problems, the same bytes twice, pins and rows kept, too much refused."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from scheduling.case import Case
from scheduling.certificate import objective_of
from scheduling.constraints import RULES
from scheduling.instances import made_up_problem
from scheduling.interval import HalfDay, Window
from scheduling.plan import LEVELS, Assignment, Plan, Unplaced, plan_to_json
from scheduling.planning import MOST_AUDITS, TooLarge, solve
from scheduling.problem import Audit, Auditor, Competence, Interest, LeadRow, Limits, Member, Need, Pin, Problem
from scheduling.problem_json import digest_of_problem, problem_from_json, problem_to_json
from scheduling.verify import violations_of
from tests.support.counts import count
from tests.unit.scheduling.cases import audit, auditor, held, need, problem

MONDAY = date(2027, 3, 1)
LEAD = held("F1", 3)


def tiny_problem(seed: int) -> Problem:
    """Return a problem small enough to try everything: three audits, four auditors, four half-days each."""
    made = made_up_problem(seed, audits=3, auditors=4, days=2, effort=2)
    held_levels = ({"F1": 2, "F2": 2}, {"F1": 3, "F2": 2}, {"F1": 3}, {"F2": 3})
    auditors = tuple(
        replace(
            person,
            competences=tuple(Competence(c, n, date(2024, 1, 1)) for c, n in held_levels[number].items()),
            languages=("en", "de", "zh"),
            max_half_days=2 + number % 2 + seed % 2,
            unavailable=person.unavailable if seed % 4 == 0 else (),
        )
        for number, person in enumerate(made.auditors)
    )
    audits = tuple(
        replace(
            wanted,
            firm=f"firm-{(seed + number) % 2}",
            half_days=1 + (seed + number) % 3,
            people=1 + (number + seed // 2) % 2,
            needs=(Need("F1", 2), Need("F2", 2)),
            window=Window.of_days(made.first_day, made.last_day),
        )
        for number, wanted in enumerate(made.audits)
    )
    rotation = (LeadRow(auditors[1].id, "firm-0", 2, 1),) if seed % 3 == 0 else ()
    interests = (Interest(auditors[(seed // 3) % 4].id, "firm-1", "family"),)
    return replace(
        made, auditors=auditors, audits=audits, rotation=rotation, interests=interests, holidays=(), digest=""
    )


def every_place(asked: Problem, wanted: Audit) -> Iterator[Assignment]:
    """Yield every placement of one audit that the checker finds legal when it stands alone."""
    halves = [HalfDay(HalfDay.morning(asked.first_day).ordinal + n) for n in range(4)]
    for start in range(len(halves) - wanted.half_days + 1):
        for team in itertools.permutations([person.id for person in asked.auditors], wanted.people):
            if list(team[1:]) != sorted(team[1:]):
                continue
            seats = tuple(Member(name, "member" if number else "lead") for number, name in enumerate(team))
            found = Assignment(wanted.id, seats, tuple(halves[start : start + wanted.half_days]))
            if not broken(asked, plan_with(asked, [found])) - {"objective"}:
                yield found


def plan_with(asked: Problem, placed: list[Assignment]) -> Plan:
    left = {wanted.id for wanted in asked.audits} - {found.audit for found in placed}
    unplaced = tuple(Unplaced(name, ()) for name in sorted(left))
    return Plan(digest_of_problem(asked), "feasible", tuple(placed), unplaced, dict.fromkeys(LEVELS, 0))


def broken(asked: Problem, plan: Plan) -> set[str]:
    return {violation.rule for violation in violations_of(asked, plan)}


def best_by_trying_everything(asked: Problem) -> dict[str, int]:
    choices: list[list[Assignment | None]] = [[None, *every_place(asked, wanted)] for wanted in asked.audits]
    best: dict[str, int] | None = None
    for combination in itertools.product(*choices):
        plan = plan_with(asked, [found for found in combination if found is not None])
        objective = objective_of(Case(asked, plan))
        better = best is None or tuple(objective.values()) < tuple(best.values())
        if better and not broken(asked, plan) - {"objective"}:
            best = objective
    assert best is not None
    return best


@pytest.mark.soak_part("planning")
@pytest.mark.parametrize("seed", range(count(test=8, soak=60)))
def test_plan_when_the_problem_is_tiny_is_as_good_as_trying_everything(seed: int) -> None:
    asked = tiny_problem(seed)
    plan = solve(asked)
    assert (plan.status, dict(plan.objective)) == ("optimal", best_by_trying_everything(asked))
    assert broken(asked, plan) == set()


@pytest.mark.parametrize("seed", [1, 2])
def test_plan_when_solved_twice_has_the_same_bytes(seed: int) -> None:
    document = problem_to_json(made_up_problem(seed, audits=14, auditors=8, days=30, effort=1))
    first, second = (json.dumps(plan_to_json(solve(problem_from_json(document)))) for _ in range(2))
    assert first == second


def test_plan_when_the_effort_is_none_is_legal_and_not_called_optimal() -> None:
    asked = made_up_problem(5, audits=30, auditors=10, days=40, effort=0)
    plan = solve(asked)
    assert plan.status == "feasible"
    assert broken(asked, plan) == set()


def test_plan_when_there_is_nothing_to_plan_is_empty_and_optimal() -> None:
    asked = problem_from_json(problem([], []))
    plan = solve(asked)
    assert (plan.status, plan.assignments, plan.unplaced) == ("optimal", (), ())
    assert set(plan.objective.values()) == {0}


def test_problem_when_too_large_is_refused_with_the_next_step() -> None:
    with pytest.raises(TooLarge) as refused:
        solve(made_up_problem(1, audits=MOST_AUDITS + 1, auditors=2, days=20))
    assert refused.value.field == "audits"
    assert str(MOST_AUDITS) in refused.value.next_step


def test_high_tier_when_it_competes_comes_first_though_many_low_ones_are_lost() -> None:
    window = {"from": "2027-03-01am", "until": "2027-03-02am"}
    small = [audit(f"low{number}", "a", [need("F1")], tier="low", half_days=1, window=window) for number in range(2)]
    large = audit("high", "b", [need("F1")], tier="high", half_days=2, window=window)
    plan = solve(problem_from_json(problem([auditor("ada", LEAD)], [*small, large])))
    assert [found.audit for found in plan.assignments] == ["high"]
    assert plan.objective["unplaced_low"] == 2


def test_pinned_audit_when_it_competes_comes_before_every_tier() -> None:
    window = {"from": "2027-03-01am", "until": "2027-03-02am"}
    pinned = audit("low", "a", [need("F1")], tier="low", half_days=1, window=window, pinned={"start": "2027-03-01pm"})
    large = audit("high", "b", [need("F1")], tier="high", half_days=2, window=window)
    plan = solve(problem_from_json(problem([auditor("ada", LEAD)], [large, pinned])))
    assert [found.audit for found in plan.assignments] == ["low"]
    assert str(plan.assignments[0].half_days[0]) == "2027-03-01pm"


def test_pinned_team_when_partly_fixed_is_completed_at_the_lowest_price() -> None:
    people = [
        auditor("ada", LEAD, day_rate_minor=90_000),
        auditor("ben", held("F4", 2), day_rate_minor=90_000),
        auditor("cleo", LEAD, held("F4", 2), day_rate_minor=50_000),
        auditor("dan", held("F4", 2), day_rate_minor=60_000),
    ]
    wanted = audit(
        "wanted",
        "a",
        [need("F1"), need("F4")],
        people=2,
        pinned={"team": [{"auditor": "ada", "role": "lead"}]},
    )
    plan = solve(problem_from_json(problem(people, [wanted])))
    assert plan.assignments[0].team == (Member("ada", "lead"), Member("cleo", "member"))


def test_rotation_when_the_plan_itself_fills_the_row_takes_another_lead() -> None:
    people = [auditor("ada", LEAD, day_rate_minor=50_000), auditor("cleo", LEAD)]
    wanted = [audit(f"audit{number}", "a", [need("F1")]) for number in range(4)]
    rotation = [{"auditor": "ada", "firm": "a", "lead_audits": 1, "lead_years": 1}]
    plan = solve(problem_from_json(problem(people, wanted, rotation=rotation)))
    leads = sorted(found.team[0].auditor for found in plan.assignments)
    assert (plan.status, leads) == ("optimal", ["ada", "ada", "cleo", "cleo"])


def test_load_when_prices_are_equal_is_spread_evenly() -> None:
    people = [auditor(name, LEAD) for name in ("ada", "cleo", "finn")]
    wanted = [audit(f"audit{number}", f"firm{number}", [need("F1")]) for number in range(3)]
    plan = solve(problem_from_json(problem(people, wanted)))
    assert sorted(found.team[0].auditor for found in plan.assignments) == ["ada", "cleo", "finn"]
    assert plan.objective["load_squares"] == 12
    assert plan.objective["start_half_days"] == 0


def test_travel_when_it_costs_more_than_the_dearer_neighbour_is_avoided() -> None:
    people = [
        auditor("near", LEAD, day_rate_minor=100_000, region="north"),
        auditor("far", LEAD, day_rate_minor=80_000, region="south"),
    ]
    plan = solve(problem_from_json(problem(people, [audit("wanted", "a", [need("F1")], region="north")])))
    assert plan.assignments[0].team[0].auditor == "near"
    assert plan.objective["money_minor"] == 100_000


def test_validity_when_it_depends_on_the_day_moves_the_audit() -> None:
    people = [auditor("ada", held("F1", 3, valid_from="2027-03-09"))]
    plan = solve(problem_from_json(problem(people, [audit("wanted", "a", [need("F1")])])))
    assert [str(half_day) for half_day in plan.assignments[0].half_days] == ["2027-03-09am", "2027-03-09pm"]


def test_half_day_price_when_odd_is_rounded_up_to_a_whole_unit() -> None:
    person = Auditor("ada", (Competence("F1", 3, MONDAY),), (), 10, 101)
    window = Window.of_days(MONDAY, MONDAY)
    asked = Problem(
        MONDAY, MONDAY, "EUR", (person,), (Audit("a", "b", "low", (), 1, window, 1),), limits=Limits(effort=0)
    )
    plan = solve(asked)
    assert plan.objective["money_minor"] == 51
    assert broken(asked, plan) == set()


def test_rules_when_the_pin_cannot_be_kept_leave_the_audit_unplaced() -> None:
    person = Auditor("ada", (Competence("F1", 3, MONDAY),), (), 10, 100)
    window = Window.of_days(MONDAY, MONDAY)
    away = replace(person, unavailable=(window,))
    pinned = Audit("a", "b", "low", (), 1, window, 1, pinned=Pin(HalfDay.morning(MONDAY), (Member("ada", "lead"),)))
    asked = Problem(MONDAY, MONDAY, "EUR", (away,), (pinned,))
    plan = solve(asked)
    assert plan.objective["unplaced_pinned"] == 1
    assert [(step.rule, step.left) for step in plan.unplaced[0].funnel][-1] == ("calendar", 0)
    assert set(RULES) > broken(asked, plan) == set()
