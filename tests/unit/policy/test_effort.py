"""Audit days, adjustments, breadth, sites, calendar, rotation of leads, estimate inputs."""

from __future__ import annotations

import inspect
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from pool.policy import effort
from pool.policy.effort import (
    EffortRefused,
    Family,
    adjustments_seen,
    audit_effort,
    breadth_of,
    calendar_half_days,
    estimate_inputs,
    may_lead_again,
    sites_to_sample,
)
from tests.unit.policy.cases import EDITION, assessed


def days(**given: Any) -> Fraction:
    return audit_effort(EDITION, **{"intensity": 0.6, "load": 0.36, **given}).days


def test_days_are_exact_fractions() -> None:
    # 4 days at 0.60, load factor 0.93: 3.72 without a remainder.
    assert days() == Fraction("3.72")
    assert isinstance(days(), Fraction)


def test_desk_and_contact_time_add_up() -> None:
    found = audit_effort(EDITION, intensity=0.9, load=0.5)
    assert found.desk_days == found.days / 4
    assert found.desk_days + found.contact_days == found.days


def test_increases_and_reductions_are_capped() -> None:
    everything = {"I1": 1, "I2": 9, "I3": 9, "I4": 1, "I5": 1, "I7": 1, "I8": 1, "I9": 1, "I10": 1}
    assert days(increases=everything) == 2 * days()
    assert days(reductions={"R1": 1, "R2": 1, "R6": 1, "R7": 1}) == days() * Fraction(70, 100)


def test_repeated_increase_stops_at_its_own_cap() -> None:
    found = audit_effort(EDITION, intensity=0.6, load=0.36, increases={"I2": 7})
    assert [(line.id, line.count, line.percent) for line in found.increases] == [("I2", 7, Fraction(30))]
    assert days(increases={"I5": 4}) == days(increases={"I5": 1})


def test_days_never_fall_below_the_floor() -> None:
    assert days(intensity=0, load=0, audit_type="follow_up_of_major") == Fraction(1, 2)


def test_remote_sites_and_their_reduction() -> None:
    assert days(sampled_sites=2) - days() == 2
    assert days(sampled_sites=2, remote_sites=True) - days() == Fraction("1.2")
    assert days(sampled_sites=2, site_reduction_percent=90) - days() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"audit_type": "surprise"}, "audit_type"),
        ({"increases": {"I6": 1}}, "increases.I6"),
        ({"reductions": {"R4": 1}}, "reductions.R4"),
        ({"increases": {"I1": -1}}, "increases.I1"),
        ({"increases": {"I1": True}}, "increases.I1"),
    ],
)
def test_unknown_type_or_adjustment_is_refused_by_name(given: dict[str, Any], field: str) -> None:
    with pytest.raises(EffortRefused) as caught:
        days(**given)
    assert caught.value.field == field


def test_increases_follow_from_the_assessment_and_the_scope() -> None:
    result = assessed("V16")
    seen = adjustments_seen(EDITION, values=result.values, triggers=("S2",), markets=3, languages=2, releases=13)
    assert seen == {"I1": 1, "I4": 1, "I8": 1, "I2": 2, "I3": 1, "I7": 1}
    assert adjustments_seen(EDITION, values=assessed("V04").values) == {}
    assert adjustments_seen(EDITION, values=assessed("V04").values, tools_with_write_access=True) == {"I4": 1}
    assert adjustments_seen(EDITION, values=assessed("V13").values) == {"I5": 1, "I10": 1}


@pytest.mark.parametrize(
    ("families", "expected"),
    [
        ([("a", "x")], "1"),
        ([("a", "x"), ("a", "x")], "1.35"),
        ([("a", "x"), ("a", "y"), ("a", "x")], "1.95"),
        ([("a", "x"), ("b", "x")], "2"),
        ([], "0"),
    ],
)
def test_breadth_counts_families_in_any_order(families: list[tuple[str, str]], expected: str) -> None:
    members = [Family(*one) for one in families]
    assert breadth_of(EDITION, members) == breadth_of(EDITION, members[::-1]) == Fraction(expected)


@pytest.mark.parametrize(
    ("sites", "audit_type", "expected"),
    [
        (0, "initial", 0),
        (1, "initial", 0),
        (2, "initial", 2),
        (100, "initial", 10),
        (101, "surveillance", 7),
        (9, "special", 0),
    ],
)
def test_sites_are_sampled_by_their_root(sites: int, audit_type: str, expected: int) -> None:
    assert sites_to_sample(EDITION, sites=sites, audit_type=audit_type) == expected


@pytest.mark.parametrize(
    ("exact_days", "people", "half_days"), [("3.72", 1, 8), ("3.72", 2, 4), ("3.72", 4, 2), ("4", 2, 4), ("0.5", 4, 1)]
)
def test_calendar_rounds_up_to_half_days(exact_days: str, people: int, half_days: int) -> None:
    assert calendar_half_days(Fraction(exact_days), people) == half_days


def test_team_without_people_is_refused() -> None:
    with pytest.raises(EffortRefused) as caught:
        calendar_half_days(1, 0)
    assert caught.value.field == "people"


def test_calendar_of_thirds_is_not_disturbed_by_floats() -> None:
    assert calendar_half_days(Fraction(3, 2), 3) == 1
    assert calendar_half_days(1.5, 3) == 1


@pytest.mark.parametrize(
    ("led", "on", "may"),
    [
        ([], date(2026, 1, 1), True),
        ([date(2024, 1, 1), date(2025, 1, 1)], date(2026, 1, 1), True),
        ([date(2023, 1, 1), date(2024, 1, 1), date(2025, 1, 1)], date(2026, 1, 1), False),
        ([date(2022, 1, 1), date(2024, 1, 1)], date(2025, 12, 31), True),
        ([date(2022, 1, 1), date(2024, 1, 1)], date(2026, 1, 1), False),
        ([date(2024, 2, 29)], date(2028, 2, 29), False),
        ([date(2024, 2, 29)], date(2028, 2, 28), True),
    ],
)
def test_lead_leads_three_audits_or_four_years_in_a_row_at_most(led: list[date], on: date, may: bool) -> None:
    assert may_lead_again(EDITION, led_in_a_row=led, on=on) is may


@pytest.mark.parametrize("row", EDITION.documents["golden.yaml"]["lead_rotation"])
def test_rotation_holds_the_golden_rows(row: Any) -> None:
    first = date(2020, 1, 1)
    led = [date(2020, 1, 1 + number) for number in range(row["led"])]
    assert may_lead_again(EDITION, led_in_a_row=led, on=first.replace(year=2020 + row["years"])) is row["may_lead"]


def test_estimate_names_every_figure_it_is_made_of() -> None:
    found = audit_effort(EDITION, intensity=0.6, load=0.36, increases={"I5": 1}, reductions={"R1": 1})
    inputs = estimate_inputs(found, people=2)
    assert (inputs.people, inputs.half_days) == (2, 4)
    assert ("I5: data_sensitivity >= 3", "+10 %") in inputs.key
    assert inputs.key[-1][1] == "3.4782"


def test_effort_asks_neither_verdicts_nor_firms() -> None:
    words = ("finding", "verdict", "certificate", "firm", "member", "headcount", "turnover", "size", "cycle")
    named = {
        name
        for _name, value in inspect.getmembers(effort, inspect.isfunction)
        for name in inspect.signature(value).parameters
    }
    assert not [name for name in named if any(word in name for word in words)]
