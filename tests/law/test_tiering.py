"""Sentences of the article about tiers and thresholds, held against the edition in force.

Source: L. Zhang, When Compliance Becomes Exclusion, parts III, IV.A, VI.A and VI.B.
"""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

import pytest

from pool.policy import (
    assessment,
    checklist,
    deadlines,
    duties,
    effort,
    exposure,
    inputs,
    overlays,
    team,
    tiers,
)
from pool.policy.assessment import assess
from pool.policy.inputs import InputRefused
from tests.unit.policy.cases import CASES, EDITION, JULY_2026, assessed

COMPUTING = (assessment, checklist, deadlines, duties, effort, exposure, inputs, overlays, team, tiers)
SIZE_WORDS = (
    *EDITION.indicators.never_inputs,
    "headcount",
    "turnover",
    "employees",
    "balance",
    "funding",
    "firm",
    "member",
    "company",
    "size",
    "sme",
    "parameter_count",
    "tokens",
)


def _parameters(module: ModuleType) -> list[tuple[str, str]]:
    return [
        (f"{module.__name__}.{name}", parameter)
        for name, value in inspect.getmembers(module, callable)
        if getattr(value, "__module__", "") == module.__name__
        for parameter in _signature(value)
    ]


def _signature(value: Any) -> list[str]:
    try:
        return list(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return []


@pytest.mark.parametrize("module", COMPUTING, ids=lambda module: module.__name__)
def test_intensity_varies_with_deployment_risk_not_with_organizational_characteristics(module: ModuleType) -> None:
    # VI.A: "the intensity of governance obligations must vary with deployment risk, not with organizational
    # characteristics."
    found = [(place, name) for place, name in _parameters(module) if any(word in name for word in SIZE_WORDS)]
    assert found == []


@pytest.mark.parametrize("name", EDITION.indicators.never_inputs)
def test_fourteen_facts_about_the_firm_are_refused_as_unknown(name: str) -> None:
    assert len(EDITION.indicators.never_inputs) == 14
    for place in ("indicators", "facts"):
        given: dict[str, Any] = {"indicators": dict(CASES["V07"]["indicators"]), "facts": {}}
        given[place][name] = 1
        with pytest.raises(InputRefused) as caught:
            assess(EDITION, given["indicators"], facts=given["facts"], on=JULY_2026)
        assert caught.value.field == f"{place}.{name}"


def test_same_firm_gets_another_tier_when_the_function_moves_and_never_when_it_grows() -> None:
    # VI.A: "this differentiation should not operate as an organizational size exemption." The cases name the
    # headcount only to show that nothing reads it: three people in V02 and V03, forty in V07 and V08.
    for before, after in (("V02", "V03"), ("V07", "V08")):
        assert CASES[before]["firm_facts_ignored"] == CASES[after]["firm_facts_ignored"]
        assert (assessed(before).tier, assessed(after).tier) == ("medium", "high")


def test_small_firms_with_high_risk_systems_bear_the_full_suite() -> None:
    # VI.A: "SMEs deploying high-risk systems must bear the governance obligations appropriate to those systems."
    three_people = assessed("V03")
    assert (CASES["V03"]["firm_facts_ignored"]["headcount"], three_people.tier) == (3, "high")
    assert [duty.level for duty in three_people.duties] == [
        duty.tier_levels["high"] for duty in EDITION.duty_catalogue.duties.values()
    ]


@pytest.mark.parametrize("context", list(EDITION.indicators.contexts))
def test_sector_labels_decide_nothing(context: str) -> None:
    # VI.A: not satisfied by "nominal use cases or sector labels".
    for name in ("V01", "V07", "V14"):
        case = CASES[name]
        labelled = assess(EDITION, case["indicators"], context=context, on=JULY_2026)
        bare = assess(EDITION, case["indicators"], on=JULY_2026)
        assert (labelled.intensity, labelled.tier, labelled.reasons) == (bare.intensity, bare.tier, bare.reasons)


@pytest.mark.parametrize("name", ["V03", "V06", "V10", "V16"])
def test_listed_high_risk_deployments_face_the_full_suite(name: str) -> None:
    # VI.A: "critical infrastructure, healthcare decision-support, law enforcement, or large-scale consumer-facing
    # applications with significant autonomy".
    assert assessed(name).tier == "high"


@pytest.mark.parametrize("name", ["V02", "V07", "V12"])
def test_consequential_but_bounded_applications_are_medium(name: str) -> None:
    assert assessed(name).tier == "medium"


@pytest.mark.parametrize("name", ["V01", "V04", "V05", "V11"])
def test_narrow_limited_and_controllable_deployments_face_simplified_obligations(name: str) -> None:
    # VI.A: "narrow application boundaries, limited and identifiable user populations, and controllable harm".
    result = assessed(name)
    assert result.tier == "low"
    assert all(duty.level <= 2 for duty in result.duties)
    assert {duty.id for duty in result.duties if duty.level == 2} == {"D04", "D22"}


def test_the_named_application_side_thresholds_are_indicators() -> None:
    # VI.B: "user scale, deployment criticality, revenue dependence, query volume, accessibility to vulnerable
    # populations".
    named = {one["id"] for one in EDITION.documents["indicators.yaml"]["indicators"] if one["named_in_seed"]}
    assert named >= {
        "affected_persons",
        "domain_consequence",
        "output_role",
        "revenue_dependence",
        "query_volume",
        "vulnerable_access",
    }


@pytest.mark.parametrize("metric", ["parameter_count", "training_tokens", "training_spend"])
def test_development_side_metrics_are_no_inputs(metric: str) -> None:
    # VI.B: "increasingly unreliable proxies in the fine-tuning context."
    assert metric in EDITION.indicators.never_inputs


def test_development_side_metrics_serve_at_most_as_secondary_triggers() -> None:
    # Note 18: "with development-side metrics serving at most as secondary triggers."
    everything = {"triggers": list(EDITION.indicators.triggers)}
    for name, case in CASES.items():
        plain = assessed(name)
        pushed = assess(EDITION, case["indicators"], facts=everything, on=JULY_2026)
        assert (pushed.intensity, pushed.tier, pushed.reasons) == (plain.intensity, plain.tier, plain.reasons)
        for duty in pushed.duties:
            assert duty.secondary_raise <= 1


def test_collaborative_tuning_meets_a_trigger_of_its_own() -> None:
    # VI.B: "without any single actor incurring the development-side indicators".
    result = assess(EDITION, CASES["V07"]["indicators"], facts={"tuning_parties": 3}, on=JULY_2026)
    assert result.triggers == ("S7",)


def test_life_critical_function_that_informs_is_high_whatever_the_scale() -> None:
    result = assessed("V10", affected_persons=1, query_volume=1, output_role=2, profiling=0, vulnerable_access=0)
    assert result.tier == "high"
