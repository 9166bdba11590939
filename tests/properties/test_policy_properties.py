"""Properties of the model over random deployments: monotone, bounded, indifferent to labels and firms."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pool.policy.assessment import Assessment, assess
from pool.policy.checklist import audit_interval_months, test_points_for
from pool.policy.deadlines import validity_limits
from pool.policy.edition import load_edition
from pool.policy.effort import adjustments_seen, audit_effort, calendar_half_days
from pool.policy.exposure import exposure_of
from pool.policy.inputs import check_indicator
from tests.support.counts import count

EDITION = load_edition()
ON = date(2026, 7, 15)
TIERS = ("low", "medium", "high")
Vector = dict[str, Any]


def _strategy(indicator: Any) -> st.SearchStrategy[Any]:
    if indicator.kind == "flag":
        return st.integers(0, 1)
    if indicator.levels:
        return st.integers(0, indicator.levels[-1].value)
    if indicator.is_share:
        return st.floats(0, 1).map(lambda share: round(share, 5))
    return st.floats(0, 8).map(lambda power: round(10**power))


VECTORS = st.fixed_dictionaries({name: _strategy(one) for name, one in EDITION.indicators.all.items()})
NAMES = st.sampled_from(sorted(EDITION.indicators.all))


def assessed(vector: Vector, **more: Any) -> Assessment:
    return assess(EDITION, vector, on=ON, **more)


def raised(vector: Vector, name: str, chance: random.Random) -> Vector:
    indicator, now = EDITION.indicators.all[name], vector[name]
    if indicator.kind == "flag":
        return {**vector, name: 1}
    if indicator.levels:
        return {**vector, name: chance.randint(now, indicator.levels[-1].value)}
    if indicator.is_share:
        return {**vector, name: round(min(1.0, now + chance.random() * (1 - now)), 5)}
    return {**vector, name: now + round(10 ** (chance.random() * 7))}


def grows(before: Assessment, after: Assessment) -> bool:
    return (
        after.intensity >= before.intensity
        and after.load >= before.load
        and TIERS.index(after.tier) >= TIERS.index(before.tier)
        and all(high.level >= low.level for low, high in zip(before.duties, after.duties, strict=True))
        and after.hours_per_year >= before.hours_per_year
    )


@given(VECTORS, NAMES, st.integers(0, 2**32))
@settings(max_examples=count(test=150, soak=10_000))
def test_raising_one_indicator_never_lowers_anything(vector: Vector, name: str, seed: int) -> None:
    assert grows(assessed(vector), assessed(raised(vector, name, random.Random(seed))))


@given(VECTORS, st.lists(NAMES, min_size=2, max_size=15), st.integers(0, 2**32))
@settings(max_examples=count(test=100, soak=5_000))
def test_raising_several_indicators_never_lowers_anything(vector: Vector, names: list[str], seed: int) -> None:
    chance, higher = random.Random(seed), vector
    for name in names:
        higher = raised(higher, name, chance)
    assert grows(assessed(vector), assessed(higher))


def test_many_random_raises_never_lower_the_intensity() -> None:
    chance = random.Random(20260715)
    checked = {name: EDITION.indicators.all[name] for name in EDITION.indicators.all}
    for _ in range(count(test=1_500, soak=100_000)):
        vector = {name: _drawn(one, chance) for name, one in checked.items()}
        name = chance.choice(sorted(checked))
        higher = raised(vector, name, chance)
        low, high = (
            exposure_of(EDITION, {key: check_indicator(checked[key], value) for key, value in one.items()})
            for one in (vector, higher)
        )
        assert high.intensity >= low.intensity, (vector, name)


def _drawn(indicator: Any, chance: random.Random) -> Any:
    if indicator.kind == "flag":
        return chance.randint(0, 1)
    if indicator.levels:
        return chance.randint(0, indicator.levels[-1].value)
    return round(chance.random(), 4) if indicator.is_share else round(10 ** (chance.random() * 8))


@given(VECTORS)
@settings(max_examples=count(test=150, soak=5_000))
def test_answer_is_within_its_scale_and_states_its_tier(vector: Vector) -> None:
    result = assessed(vector)
    assert 0 <= result.intensity <= 1
    assert result.intensity > result.load - Fraction(1, 10_000)
    assert result.tier == (
        "high" if result.intensity >= Fraction(7, 10) else "medium" if result.intensity >= Fraction(2, 5) else "low"
    )
    assert bool(result.reasons) <= (result.tier != "low")
    assert all(0 <= duty.level <= 3 and 0 <= duty.required <= 3 for duty in result.duties)
    numbers = result.as_json()
    assert numbers["intensity"] == round(numbers["intensity"], 4)


@given(VECTORS)
@settings(max_examples=count(test=150, soak=3_000))
def test_every_counterfactual_lifts_the_tier_when_applied(vector: Vector) -> None:
    result = assessed(vector)
    for rule in result.next_rules:
        lifted = assessed({**vector, **{change.indicator: change.needed for change in rule.changes}})
        assert TIERS.index(lifted.tier) > TIERS.index(result.tier)


@given(VECTORS, st.sampled_from(sorted(EDITION.indicators.contexts)), st.lists(st.sampled_from(EDITION.markets)))
@settings(max_examples=count(test=100, soak=5_000))
def test_context_and_markets_add_floors_and_change_nothing_else(
    vector: Vector, context: str, markets: list[str]
) -> None:
    bare, placed = assessed(vector), assessed(vector, context=context, markets=markets)
    assert (placed.intensity, placed.tier, placed.reasons) == (bare.intensity, bare.tier, bare.reasons)
    for before, after in zip(bare.duties, placed.duties, strict=True):
        assert after.level == before.level
        assert after.required >= before.required


@given(VECTORS, NAMES, st.integers(0, 2**32), st.integers(1, 4))
@settings(max_examples=count(test=100, soak=5_000))
def test_effort_depth_and_frequency_never_fall_with_exposure(vector: Vector, name: str, seed: int, people: int) -> None:
    before, after = assessed(vector), assessed(raised(vector, name, random.Random(seed)))
    efforts = [
        audit_effort(
            EDITION,
            intensity=one.intensity,
            load=one.load,
            increases=adjustments_seen(EDITION, values=one.values),
        )
        for one in (before, after)
    ]
    assert efforts[1].days >= efforts[0].days >= Fraction(1, 2)
    assert calendar_half_days(efforts[1].days, people) >= calendar_half_days(efforts[0].days, people)
    assert calendar_half_days(efforts[0].days, people) * people >= efforts[0].days * 2
    assert audit_interval_months(EDITION, after.intensity) <= audit_interval_months(EDITION, before.intensity)
    shorter, longer = (test_points_for(EDITION, one.intensity) for one in (before, after))
    assert {point.id for point in shorter} <= {point.id for point in longer}
    limits = [
        validity_limits(EDITION, levels={duty.id: duty.level for duty in one.duties}, intensity=one.intensity)
        for one in (before, after)
    ]
    assert limits[1].attestation_days <= limits[0].attestation_days
    assert limits[1].audit_days <= limits[0].audit_days


def test_one_more_decade_of_users_raises_the_intensity_by_at_most_its_constant() -> None:
    # Source: no_cliff.constants.lipschitz_s of transitions.yaml, theorem 4.
    constants = EDITION.documents["transitions.yaml"]["no_cliff"]["constants"]["lipschitz_s"]
    chance = random.Random(7)
    for _ in range(count(test=300, soak=5_000)):
        vector = {name: _drawn(one, chance) for name, one in EDITION.indicators.all.items()}
        persons = max(1, vector["affected_persons"])
        low = assessed({**vector, "affected_persons": persons}).intensity
        high = assessed({**vector, "affected_persons": persons * 10}).intensity
        assert high - low <= Fraction(str(constants["affected_persons_per_decade"])) + Fraction(1, 10_000)


def _completed(fixed: Vector, at_least: Vector, at_most: Vector, chance: random.Random) -> Vector:
    vector: Vector = {}
    for name, one in EDITION.indicators.all.items():
        if name in fixed:
            vector[name] = fixed[name]
        elif one.levels or one.kind == "flag":
            top = one.levels[-1].value if one.levels else 1
            vector[name] = chance.randint(at_least.get(name, 0), at_most.get(name, top))
        else:
            drawn = _drawn(one, chance)
            vector[name] = min(max(drawn, at_least.get(name, 0)), at_most.get(name, float("inf")))
    return vector


@pytest.mark.parametrize(
    ("fixed", "at_least", "at_most", "tier"),
    [
        pytest.param({"domain_consequence": 4}, {"output_role": 2}, {}, "high", id="life-and-informing"),
        pytest.param(
            {},
            {"affected_persons": 1_000_000, "autonomy": 3, "population_indeterminacy": 2},
            {},
            "high",
            id="mass-autonomous-public",
        ),
        pytest.param(
            {"profiling": 0},
            {},
            {
                "affected_persons": 1_000,
                "query_volume": 10_000,
                "domain_consequence": 2,
                "output_role": 1,
                "revenue_dependence": 0.3,
                "population_indeterminacy": 1,
                "vulnerable_access": 1,
                "data_sensitivity": 1,
                "autonomy": 1,
                "irreversibility": 1,
                "oversight_gap": 1,
                "boundary_openness": 1,
                "observed_offscope_share": 0.05,
                "harm_history": 0,
            },
            "low",
            id="narrow-few-identifiable-controllable",
        ),
    ],
)
def test_random_completions_of_a_described_deployment_have_its_tier(
    fixed: Vector, at_least: Vector, at_most: Vector, tier: str
) -> None:
    chance = random.Random(tier)
    for _ in range(count(test=400, soak=5_000)):
        vector = _completed(fixed, at_least, at_most, chance)
        assert assessed(vector).tier == tier, vector
