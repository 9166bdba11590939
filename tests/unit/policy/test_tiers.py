"""Tier, reasons, rounding and the nearest next rule."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pool.policy.numbers import Curve, ceil_scaled_root, exact, half_up, log10, round_up
from tests.unit.policy.cases import CASES, EDITION, assessed


def test_reasons_carry_the_floor_and_the_words_of_the_rule() -> None:
    reasons = assessed("V20").reasons
    assert [(one.id, float(one.value)) for one in reasons] == [("H1", 0.9)]
    reasons = assessed("V18").reasons
    assert [(one.id, float(one.value)) for one in reasons] == [("H4", 0.45), ("M1", 0.6)]
    assert reasons[0].text == "Reaches many vulnerable people (45 000 persons, level 2) without prior human check"


def test_shares_in_reasons_are_percent() -> None:
    # V04 with four fifths of the drift ramp: the share lifts it to medium and is shown as a percentage.
    result = assessed("V04", observed_offscope_share=0.18)
    assert [one.text for one in result.reasons] == ["Observed use departs from the declared purpose (18 %)"]


def test_low_tier_has_no_reasons() -> None:
    assert assessed("V01").reasons == ()


def test_binding_term_and_largest_contributions_are_named() -> None:
    exposure = assessed("V07").exposure
    assert exposure.binding == "H1"
    assert [part.indicator for part in exposure.largest_contributions()] == [
        "criticality",
        "irreversibility",
        "affected_persons",
    ]
    assert assessed("V01").exposure.binding == "base"


def test_nearest_rule_of_the_credit_union_is_scale() -> None:
    nearest = assessed("V07").nearest
    assert nearest is not None
    assert nearest.text == "becomes high through H5 at 113 676 persons a month"
    assert (nearest.limiting, nearest.by_growth) == ("affected_persons", True)
    assert [(one.indicator, int(one.now), int(one.needed)) for one in nearest.changes] == [
        ("affected_persons", 3500, 113_676)
    ]


def test_nearest_rule_may_be_a_declared_change() -> None:
    nearest = assessed("V02").nearest
    assert nearest is not None
    assert nearest.text == "becomes high through H1 at output role level 2"
    assert not nearest.by_growth


def test_nearest_rule_of_the_retailer_is_the_shorter_way_of_growth() -> None:
    nearest = assessed("V05").nearest
    assert nearest is not None
    assert nearest.text == "becomes medium through M12 at 215 527 persons a month"


def test_high_tier_has_no_next_rule() -> None:
    assert assessed("V06").next_rules == ()
    assert assessed("V06").nearest is None


@pytest.mark.parametrize("name", [name for name in CASES if assessed(name).tier != "high"])
def test_every_counterfactual_lifts_the_tier_when_applied(name: str) -> None:
    result = assessed(name)
    order = ("low", "medium", "high")
    for rule in result.next_rules:
        changed: dict[str, Any] = {one.indicator: one.needed for one in rule.changes}
        lifted = assessed(name, **changed)
        assert order.index(lifted.tier) > order.index(result.tier), rule
        assert rule.rule in [reason.id for reason in lifted.reasons]


@pytest.mark.parametrize("name", [name for name in CASES if assessed(name).tier != "high"])
def test_growth_counterfactual_is_the_least_that_lifts(name: str) -> None:
    result = assessed(name)
    for rule in result.next_rules:
        for change in rule.changes:
            if change.indicator != "affected_persons" or len(rule.changes) > 1:
                continue
            below = assessed(name, affected_persons=int(change.needed * Fraction(99, 100)))
            assert rule.rule not in [one.id for one in below.reasons] or below.tier == result.tier


def test_profiling_makes_an_informing_role_in_serious_domains() -> None:
    # Source: EU AI Act Art. 6(3).
    plain = assessed("V12", output_role=1, profiling=0).criticality
    profiled = assessed("V12", output_role=1, profiling=1).criticality
    assert (float(plain), float(profiled)) == (0.25, 0.5)
    assert assessed("V05", output_role=1, profiling=1).criticality == assessed("V05", output_role=1).criticality


def test_rounding_is_half_up_and_exact() -> None:
    assert half_up(Fraction("0.00005"), 4) == Fraction("0.0001")
    assert half_up(Fraction("0.000049999"), 4) == 0
    assert half_up(exact(0.285), 2) == Fraction("0.29")
    assert round_up(Fraction("1.00001"), 4) == Fraction("1.0001")
    assert round_up(Fraction(2)) == 2


def test_tie_at_the_threshold_is_rounded_before_the_comparison() -> None:
    # Four times (share - 0.05) is the floor of M7: 0.14999 gives 0.39996, which rounds to 0.4000 and so is medium.
    assert assessed("V04", observed_offscope_share=0.14999).tier == "medium"
    assert assessed("V04", observed_offscope_share=0.14998).tier == "low"
    assert assessed("V04", observed_offscope_share=0.1499875).tier == "medium"


def test_logarithm_is_exact_at_powers_of_ten_and_nothing_below_one() -> None:
    assert [log10(Fraction(10) ** power) for power in (0, 3, 6)] == [0, 3, 6]
    assert log10(Fraction(0)) == log10(Fraction(1, 2)) == 0


def test_curve_is_flat_outside_and_linear_inside() -> None:
    curve = Curve.of([[0.2, 1.0], [0.4, 1.5]])
    assert [curve.at(exact(x)) for x in (0, 0.2, 0.3, 0.4, 9)] == [1, 1, Fraction(5, 4), Fraction(3, 2), Fraction(3, 2)]


@pytest.mark.parametrize(("number", "expected"), [(25, 5), (26, 6), (0, 0), (1, 1)])
def test_root_is_rounded_up_without_floats(number: int, expected: int) -> None:
    assert ceil_scaled_root(Fraction(1), number) == expected


def test_criticality_spans_the_whole_scale_within_life_and_health() -> None:
    matrix = EDITION.indicators.matrix
    assert (float(matrix[4][0]), float(matrix[4][4])) == (0.1, 1.0)
