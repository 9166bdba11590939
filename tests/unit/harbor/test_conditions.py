from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pool.harbor.conditions import (
    ConditionNotReadable,
    FactNotStated,
    FactOfWrongKind,
    evaluate,
    evaluate_conditions,
    facts_read,
)
from tests.unit.harbor.story import safe_harbor

BASELINE = safe_harbor()["safe_harbor_scenarios"]["baseline_facts"]


def leaf(op: str, value: Any, fact: str = "x") -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


@pytest.mark.parametrize(
    ("expression", "facts", "expected"),
    [
        (leaf("eq", 3), {"x": 3}, True),
        (leaf("eq", 3), {"x": 3.0}, True),
        (leaf("eq", 3), {"x": 4}, False),
        (leaf("eq", True), {"x": True}, True),
        (leaf("eq", "a"), {"x": "b"}, False),
        (leaf("le", 3), {"x": 3}, True),
        (leaf("le", 3), {"x": 4}, False),
        (leaf("ge", 3), {"x": 3}, True),
        (leaf("ge", 3), {"x": 2.5}, False),
        (leaf("in", ["a", "b"]), {"x": "b"}, True),
        (leaf("in", ["a", "b"]), {"x": "c"}, False),
        (leaf("in", [1]), {"x": True}, False),
        (leaf("has", "a"), {"x": ("a", "b")}, True),
        (leaf("has", "c"), {"x": ("a", "b")}, False),
        (leaf("le", {"fact": "y"}), {"x": 3, "y": 4}, True),
        (leaf("le", {"fact": "y"}), {"x": 5, "y": 4}, False),
        (leaf("le", {"fact": "y"}), {"x": 5, "y": None}, False),
        (leaf("le", 3), {"x": None}, False),
        (leaf("eq", 3), {"x": None}, False),
        ({"all": [leaf("ge", 1), leaf("le", 3)]}, {"x": 2}, True),
        ({"all": [leaf("ge", 1), leaf("le", 3)]}, {"x": 4}, False),
        ({"any": [leaf("eq", 1), leaf("eq", 2)]}, {"x": 2}, True),
        ({"any": [leaf("eq", 1), leaf("eq", 2)]}, {"x": 3}, False),
        ({"all": []}, {}, True),
    ],
)
def test_expression_is_evaluated(expression: dict[str, Any], facts: dict[str, Any], expected: bool) -> None:
    assert evaluate(expression, facts) is expected


def test_only_the_first_alternative_is_the_ordinary_way() -> None:
    expression = {"any": [leaf("eq", 1), leaf("eq", 2)]}
    assert evaluate(expression, {"x": 2}) and not evaluate(expression, {"x": 2}, first_only=True)


@pytest.mark.parametrize("expression", [leaf("eq", 1), {"any": [leaf("eq", 1, "y"), leaf("eq", 1)]}])
def test_missing_fact_is_refused_by_name(expression: dict[str, Any]) -> None:
    with pytest.raises(FactNotStated) as caught:
        evaluate(expression, {"y": 1})
    assert caught.value.field == "x"
    assert "x" in caught.value.reason


def test_missing_fact_on_the_other_side_is_refused_by_name() -> None:
    with pytest.raises(FactNotStated) as caught:
        evaluate(leaf("le", {"fact": "limit"}), {"x": 1})
    assert caught.value.field == "limit"


@pytest.mark.parametrize("name", sorted(set(BASELINE) - {"contribution_overdue_days", "hardship_pending"}
                                        - {"incidents_concealed", "containment_overdue", "authority_order_breached",
                                           "repeated_major"}))  # fmt: skip
def test_each_fact_of_a_condition_must_be_stated(name: str) -> None:
    facts = {key: value for key, value in BASELINE.items() if key != name}
    with pytest.raises(FactNotStated) as caught:
        evaluate_conditions(safe_harbor(), facts)
    assert caught.value.field == name


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (leaf("eq", 0), False),
        (leaf("eq", True), 1),
        (leaf("eq", "1"), 1),
        (leaf("le", 3), "2"),
        (leaf("ge", 3), True),
        (leaf("in", "abc"), "a"),
        (leaf("has", "a"), "abc"),
    ],
)
def test_value_of_another_kind_is_refused(expression: dict[str, Any], value: Any) -> None:
    with pytest.raises(FactOfWrongKind) as caught:
        evaluate(expression, {"x": value})
    assert caught.value.field == "x"


@pytest.mark.parametrize(
    "expression",
    [
        {},
        {"none": []},
        {"any": []},
        {"all": [], "any": []},
        {"fact": "x", "op": "eq"},
        {"fact": "x", "op": "eq", "value": 1, "more": 2},
        leaf("gt", 1),
        leaf("eq", {"fact": "x", "times": 2}),
    ],
)
def test_expression_outside_the_language_is_refused(expression: dict[str, Any]) -> None:
    with pytest.raises(ConditionNotReadable):
        evaluate(expression, {"x": 1})


def test_result_names_the_facts_it_read_and_the_latest_recording() -> None:
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    recorded = {"attestation_age_days": early, "registration_status": late, "unreported_change_days": None}
    c2 = evaluate_conditions(safe_harbor(), BASELINE, recorded=recorded)[1]
    assert c2.facts == {
        "registration_status": "complete",
        "attestation_age_days": 10,
        "attestation_limit_days": 183,
        "unreported_change_days": 0,
    }
    assert c2.recorded_at == late
    assert evaluate_conditions(safe_harbor(), BASELINE)[1].recorded_at is None


def test_facts_read_keeps_the_order_of_appearance() -> None:
    assert facts_read({"all": [leaf("eq", {"fact": "b"}, "a"), leaf("eq", 1, "b"), leaf("eq", 1, "c")]}) == (
        "a",
        "b",
        "c",
    )
