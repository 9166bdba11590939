"""Duty levels at an intensity, due items, hours, secondary raises and the required level."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pool.policy.assessment import assess
from pool.policy.duties import due_items, hours_at, required_level, secondary_raises, target_level
from tests.unit.policy.cases import CASES, EDITION, JULY_2026, assessed

DUTIES = EDITION.duty_catalogue.duties


@pytest.mark.parametrize(
    ("intensity", "level"),
    [
        ("0", "1"),
        ("0.4", "1"),
        ("0.475", "1.5"),
        ("0.55", "2"),
        ("0.7", "2"),
        ("0.775", "2.5"),
        ("0.85", "3"),
        ("1", "3"),
    ],
)
def test_target_level_rises_over_the_bands_only(intensity: str, level: str) -> None:
    assert target_level(EDITION, DUTIES["D06"], Fraction(intensity)) == Fraction(level)


def test_assessment_lists_all_duties_in_catalogue_order() -> None:
    assert [duty.id for duty in assessed("V09").duties] == [f"D{number:02}" for number in range(1, 35)]


def test_json_duties_are_numbers_with_four_decimals() -> None:
    # Halfway up the medium band: M1 at criticality 0.25 gives 0.45, a third of the band.
    result = assess(
        EDITION, {**CASES["V05"]["indicators"], "output_role": 4}, context=None, markets=(), on=JULY_2026
    ).as_json()
    assert result["intensity"] == 0.45
    assert result["duties"][5] == {"id": "D06", "level": 1.3333, "legal_floor": 0, "required": 1.3333}
    assert list(result) == ["tier", "intensity", "reasons", "duties", "edition", "edition_digest"]


def test_due_items_are_those_at_or_below_the_level() -> None:
    duty = DUTIES["D01"]
    assert [float(item.at) for item in due_items(duty, Fraction(1))] == [0.5, 1.0]
    assert len(due_items(duty, Fraction(3))) == len(duty.items) == 6


def test_hours_are_linear_between_whole_levels() -> None:
    duty = DUTIES["D01"]
    whole = [hours_at(duty, Fraction(level)) for level in (1, 2, 3)]
    assert whole == [3, 8, 16]
    assert hours_at(duty, Fraction(3, 2)) == Fraction(11, 2)


@pytest.mark.parametrize(
    ("level", "floor", "step", "expected"),
    [("1", 2, 0, "2"), ("2", 1, 1, "3"), ("2.5", 3, 1, "3"), ("1.3333", 0, 0, "1.3333")],
)
def test_required_level_is_the_larger_plus_the_raise_capped_at_full(
    level: str, floor: int, step: int, expected: str
) -> None:
    assert required_level(Fraction(level), floor, step) == Fraction(expected)


def test_two_triggers_raise_a_duty_by_one_level_in_total() -> None:
    # S1 and S7 both name D18.
    assert secondary_raises(EDITION, ["S1", "S7"])["D18"] == 1


@pytest.mark.parametrize(
    ("facts", "trigger"),
    [
        ({"modification_flop": 4e22, "original_training_flop": 1e23}, "S1"),
        ({"modification_flop": 3.4e22}, "S1"),
        ({"modification_flop": 3.4e24, "base_model_systemic_risk": True}, "S1"),
        ({"base_model_systemic_risk": True}, "S2"),
        ({"refusal_rate_drop": 0.1}, "S3"),
        ({"capability_added": True}, "S4"),
        ({"special_category_training": True}, "S5"),
        ({"weights_released": True}, "S6"),
        ({"tuning_parties": 2}, "S7"),
        ({"triggers": ["S4"]}, "S4"),
    ],
)
def test_trigger_raises_its_duties_and_never_the_tier(facts: dict[str, Any], trigger: str) -> None:
    plain = assessed("V07")
    case = CASES["V07"]
    result = assess(
        EDITION, case["indicators"], context=case["context"], markets=case["markets"], facts=facts, on=JULY_2026
    )
    assert trigger in result.triggers
    assert (result.intensity, result.tier) == (plain.intensity, plain.tier)
    raised = {duty.id for duty in result.duties if duty.secondary_raise}
    assert raised >= set(EDITION.indicators.triggers[trigger].raises)
    for before, after in zip(plain.duties, result.duties, strict=True):
        assert after.level == before.level
        assert after.required == min(Fraction(3), max(after.level, Fraction(after.legal_floor)) + after.secondary_raise)
        assert after.required >= before.required


@pytest.mark.parametrize(
    "facts",
    [
        {"modification_flop": 3e22, "original_training_flop": 1e23},
        {"modification_flop": 3.4e22, "base_model_systemic_risk": True},
        {"refusal_rate_drop": 0.0999},
        {"tuning_parties": 1},
        {"capability_added": False},
    ],
)
def test_no_trigger_below_its_condition(facts: dict[str, Any]) -> None:
    case = CASES["V07"]
    result = assess(EDITION, case["indicators"], facts=facts, on=JULY_2026)
    assert set(result.triggers) <= {"S2"}


def test_duty_with_a_condition_says_when_it_does_not_apply() -> None:
    # V15 is preparatory (role 1) and meets professionals only: no notice duty, nobody vulnerable.
    not_applying = {duty.id for duty in assessed("V15").duties if not duty.applies}
    assert not_applying == {"D23", "D26"}
    assert {duty.id for duty in assessed("V12").duties if not duty.applies} == set()
