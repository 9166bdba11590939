"""Competence needs, and the fewest people who cover them."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest

from pool.policy.overlays import FiredClass
from pool.policy.team import Need, competence_needs, fix_roles, sector_of
from tests.unit.policy.cases import EDITION, JULY_2026, assessed

FULL = {"F1": 3, "F2": 2, "F3": 2, "F4": 2, "F5": 2, "F6": 2, "X-HEA": 2}


def needs(
    tier: str, context: str | None = "clinical_decision_support", classes: tuple[Any, ...] = ()
) -> tuple[Need, ...]:
    return competence_needs(EDITION, tier=tier, context=context, classes=classes, on=JULY_2026)


def options(found: tuple[Need, ...]) -> list[tuple[tuple[str, int], ...]]:
    return [need.options for need in found]


def test_low_needs_one_lead_of_either_kind() -> None:
    found = needs("low")
    assert options(found) == [(("F1", 3), ("F2", 2))]
    assert found[0].lead


def test_medium_adds_the_sector_and_high_every_function() -> None:
    assert options(needs("medium")) == [(("F1", 3),), (("F2", 2),), (("X-HEA", 1),)]
    codes = [option[0] for need in needs("high") for option in need.options]
    assert codes == ["F1", "F2", "F3", "F4", "F5", "F6", "X-HEA"]
    assert options(needs("high"))[-1] == (("X-HEA", 2),)


def test_statutory_class_in_force_asks_for_law_once() -> None:
    result = assessed("V12")
    found = needs("medium", "education_grading", result.classes)
    law = [need for need in found if need.for_classes]
    assert [(need.options, need.for_classes) for need in law] == [((("F5", 1),), ("EU-ALL",))]
    assert [need.for_classes for need in needs("high", "education_grading", result.classes) if need.for_classes] == [
        ("EU-ALL",)
    ]


def test_class_without_an_obligation_in_force_asks_for_nothing() -> None:
    assert len(needs("medium", classes=(FiredClass("US-ALL", "", "US"), FiredClass("CO-ADMT", "", "US-CO")))) == 3


def test_sector_follows_the_context() -> None:
    assert sector_of(EDITION, "credit_scoring") == "X-FIN"
    assert sector_of(EDITION, None) == "X-GEN"


def test_every_context_has_one_sector() -> None:
    assert set(EDITION.effort.competence.sector_of_context) == set(EDITION.indicators.contexts)


def test_one_person_who_knows_all_is_a_team_of_one() -> None:
    plan = fix_roles(EDITION, needs("high"), [FULL])
    assert (plan.people, plan.covered, plan.roles[0].name) == (1, True, "lead")


def test_fewest_people_are_found_and_the_lead_comes_first() -> None:
    half = {"F1": 3, "F2": 2, "F5": 2}
    other = {"F3": 2, "F4": 2, "F6": 2, "X-HEA": 2}
    plan = fix_roles(EDITION, needs("high"), [half, other, {"F1": 3}])
    assert (plan.people, plan.covered) == (2, True)
    assert plan.roles[0].may_be_held_by(half)
    assert plan.roles[1].may_be_held_by(other)
    assert sorted(str(need) for role in plan.roles for need in role.needs) == sorted(map(str, needs("high")))


def test_scarcest_role_is_kept_as_easy_to_fill_as_can_be() -> None:
    # F2 can go to the lead (one person) or to a second role that three people can hold: people need be two anyway.
    people = [{"F1": 3, "F2": 2}, {"F1": 3}, {"F1": 3}, *[{"F2": 2, "X-HEA": 1}] * 3]
    plan = fix_roles(EDITION, needs("medium"), people)
    assert [[need.options[0][0] for need in role.needs] for role in plan.roles] == [["F1"], ["F2", "X-HEA"]]


def test_two_roles_are_never_filled_by_one_person() -> None:
    both = {"F1": 3, "F2": 2, "F3": 2, "F4": 2, "F6": 2}
    law = {"F5": 2, "X-HEA": 2}
    assert fix_roles(EDITION, needs("high"), [both, law]).people == 2
    assert not fix_roles(EDITION, needs("high"), [both]).covered


def test_short_pool_names_what_is_missing() -> None:
    plan = fix_roles(EDITION, needs("high"), [{"F1": 3, "F2": 2, "F3": 2, "F4": 2, "F5": 2, "F6": 2}])
    assert not plan.covered
    assert [need.options for need in plan.uncovered] == [(("X-HEA", 2),)]
    assert plan.people <= 4


def test_five_specialists_are_more_than_a_team_may_have() -> None:
    people = [{"F1": 3}, {"F2": 2}, {"F3": 2}, {"F4": 2}, {"F5": 2}, {"F6": 2}, {"X-HEA": 2}]
    plan = fix_roles(EDITION, needs("high"), people)
    assert (plan.covered, plan.uncovered, plan.people) == (False, (), 4)


@pytest.mark.parametrize("seed", range(6))
def test_team_is_as_small_as_brute_force_says(seed: int) -> None:
    codes = ["F1", "F2", "F3", "F4", "F5", "F6", "X-HEA"]
    people = [
        {code: 3 for place, code in enumerate(codes) if (seed * 7 + number * 5 + place * place) % 3 != 0}
        for number in range(5)
    ]
    wanted = needs("high")
    smallest = next(
        (
            size
            for size in range(1, 5)
            for team in itertools.combinations(people, size)
            if all(any(need.is_met_by(person) for person in team) for need in wanted)
        ),
        None,
    )
    plan = fix_roles(EDITION, wanted, people)
    assert plan.covered is (smallest is not None)
    assert smallest is None or plan.people == smallest


def test_team_size_feeds_the_calendar() -> None:
    from pool.policy.effort import calendar_half_days

    assert calendar_half_days(Fraction("9.8639"), fix_roles(EDITION, needs("high"), [FULL]).people) == 20
