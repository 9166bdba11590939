"""Refusals of what people state: each names the field, and nothing is guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from pool.policy.assessment import assess, assess_document
from pool.policy.inputs import InputRefused
from tests.unit.policy.cases import CASES, EDITION, JULY_2026, document_of

TODAY = date(2026, 7, 15)


def fields_refused(document: Any) -> list[str | None]:
    with pytest.raises(InputRefused) as caught:
        assess_document(document, today=TODAY)
    assert all(one.reason and one.next_step for one in caught.value.all())
    return [one.field for one in caught.value.all()]


WRONG: list[tuple[str, Any]] = [
    ("autonomy", True),
    ("autonomy", "3"),
    ("autonomy", 2.5),
    ("autonomy", 5),
    ("autonomy", -1),
    ("autonomy", [2]),
    ("autonomy", None),
    ("autonomy", float("nan")),
    ("harm_history", float("inf")),
    ("profiling", 2),
    ("profiling", "yes"),
    ("profiling", 0.5),
    ("affected_persons", -1),
    ("affected_persons", True),
    ("affected_persons", "many"),
    ("affected_persons", float("nan")),
    ("affected_persons", float("-inf")),
    ("affected_persons", 10**16),
    ("query_volume", -0.5),
    ("revenue_dependence", 1.01),
    ("revenue_dependence", -0.01),
    ("revenue_dependence", False),
    ("observed_offscope_share", 12),
    ("observed_offscope_share", {"share": 0.1}),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_indicator_off_its_scale_or_kind_is_refused_by_name(name: str, value: Any) -> None:
    document = document_of("V07")
    document["indicators"][name] = value
    assert fields_refused(document) == [f"indicators.{name}"]


@pytest.mark.parametrize("name", CASES["V07"]["indicators"])
def test_missing_indicator_is_refused_by_name(name: str) -> None:
    document = document_of("V07")
    del document["indicators"][name]
    assert fields_refused(document) == [f"indicators.{name}"]


@pytest.mark.parametrize("name", EDITION.indicators.never_inputs)
@pytest.mark.parametrize("place", ["", "indicators", "facts"])
def test_fact_about_the_firm_is_refused_wherever_it_stands(name: str, place: str) -> None:
    document = document_of("V07", facts={})
    (document[place] if place else document)[name] = 40
    with pytest.raises(InputRefused, match="never read") as caught:
        assess_document(document, today=TODAY)
    assert caught.value.field == (f"{place}.{name}" if place else name)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"context": "astrology"}, "context"),
        ({"context": 3}, "context"),
        ({"context": ["credit_scoring"]}, "context"),
        ({"markets": ["EU", "MARS"]}, "markets"),
        ({"markets": "EU"}, "markets"),
        ({"markets": {"EU": True}}, "markets"),
        ({"markets": [1]}, "markets"),
        ({"markets": ["INTL"]}, "markets"),
        ({"markets": 7}, "markets"),
        ({"facts": {"moon_phase": 1}}, "facts.moon_phase"),
        ({"facts": {"public_body": "yes"}}, "facts.public_body"),
        ({"facts": {"public_body": None}}, "facts.public_body"),
        ({"facts": {"generative": 1}}, "facts.generative"),
        ({"facts": {"registered_users_cn": -1}}, "facts.registered_users_cn"),
        ({"facts": {"registered_users_cn": True}}, "facts.registered_users_cn"),
        ({"facts": {"refusal_rate_drop": 1.5}}, "facts.refusal_rate_drop"),
        ({"facts": {"triggers": ["S9"]}}, "facts.triggers"),
        ({"facts": {"triggers": "S1"}}, "facts.triggers"),
        ({"facts": {"autonomy": 3}}, "facts.autonomy"),
        ({"facts": ["public_body"]}, "facts"),
        ({"on": "15.07.2026"}, "on"),
        ({"on": "2026-02-30"}, "on"),
        ({"on": "20260715"}, "on"),
        ({"on": "2026-W29-3"}, "on"),
        ({"on": 20260715}, "on"),
        ({"on": datetime(2026, 7, 15)}, "on"),
        ({"indicators": [1, 2]}, "indicators"),
        ({"indicators": "all"}, "indicators"),
    ],
)
def test_wrong_part_of_the_document_is_refused_by_name(more: dict[str, Any], field: str) -> None:
    refused = fields_refused(document_of("V07", **more))
    assert refused[0] == field


def test_indicators_left_out_are_refused() -> None:
    assert fields_refused({"context": "gaming"}) == ["indicators"]


@pytest.mark.parametrize("document", [None, [], "text", 7])
def test_document_that_is_no_mapping_is_refused(document: Any) -> None:
    assert fields_refused(document) == [None]


def test_every_fault_is_named_at_once() -> None:
    document = document_of("V07", context="astrology", on="never", colour="red")
    document["indicators"].update(autonomy=9, headcount=3)
    del document["indicators"]["profiling"]
    assert set(fields_refused(document)) == {
        "colour",
        "context",
        "on",
        "indicators.autonomy",
        "indicators.headcount",
        "indicators.profiling",
    }


def test_day_defaults_to_today_and_the_yaml_key_on_is_understood() -> None:
    document = document_of("V07")
    del document["on"]
    assert assess_document(document, today=date(2030, 1, 1)).on == date(2030, 1, 1)
    read_by_yaml: dict[object, Any] = {str(key): value for key, value in document.items()}
    read_by_yaml[True] = "2028-01-01"
    assert assess_document(read_by_yaml, today=TODAY).on == date(2028, 1, 1)
    assert assess_document({**document, "on": date(2027, 5, 1)}, today=TODAY).on == date(2027, 5, 1)


def test_blank_optional_keys_count_as_not_given() -> None:
    document = document_of("V07", context=None, markets=None, facts=None, on=None)
    result = assess_document(document, today=TODAY)
    assert (result.context, result.markets, result.facts, result.on) == (None, (), {}, TODAY)


def test_flag_may_be_true_and_whole_floats_are_levels() -> None:
    indicators = {**CASES["V07"]["indicators"], "profiling": True, "autonomy": 1.0, "affected_persons": Decimal("3500")}
    result = assess(EDITION, indicators, context="credit_scoring", markets=["EU"], on=JULY_2026)
    assert (
        result.intensity
        == assess(EDITION, CASES["V07"]["indicators"], context="credit_scoring", markets=["EU"], on=JULY_2026).intensity
    )


def test_market_named_twice_counts_once() -> None:
    assert assess_document(document_of("V07", markets=["EU", "EU"]), today=TODAY).markets == ("EU",)


def test_generative_is_true_unless_denied() -> None:
    given = [found.id for found in assess_document(document_of("V07"), today=TODAY).classes]
    denied = assess_document(document_of("V07", facts={"generative": False}), today=TODAY).classes
    assert "EU-T50" in given
    assert "EU-T50" not in [found.id for found in denied]
