"""Readings, explanations and exact sums as pure values."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pool.costs.drivers import (
    CONTACT_UNIT,
    DAY_UNIT,
    EXPOSURE_UNIT,
    FIRM_UNIT,
    MICRO,
    AuditUse,
    DriverValue,
    ExposureUse,
    driver_values,
)
from pool.costs.splitting import FacilityCost, lines_of_members, problem_document, split
from pool.costs.statements import ShareLine, exact_total, explain, shown_exact, statement_content
from pool.costs.wording import part_words, quantity_words


def line(**values: object) -> ShareLine:
    """Return a line of three equal users, changed where asked."""
    whole: dict[str, Any] = {
        "facility": "administration", "name": "Administration", "kind": "administration", "driver": "equal",
        "unit": "firm", "source": "", "weight": 1, "total_weight": 3, "users": 3, "facility_cost_minor": 100,
        "amount_minor": 34, "exact": Fraction(100, 3),
    }  # fmt: skip
    return ShareLine(**{**whole, **values})


def test_readings_when_a_firm_has_several_audits_are_summed_before_they_are_rounded() -> None:
    third = Fraction(1, 3)
    values = driver_values(
        audits=[AuditUse(f"BKG-2026-000{n}", 7, {"X-HEA": third}) for n in (1, 2, 3)],
        exposures=[ExposureUse("DEP-2026-0001", 8, Fraction(0))],
    )
    assert values == (
        DriverValue("X-HEA", 7, MICRO, "day_micro", "BKG-2026-0001: 1/3; BKG-2026-0002: 1/3; BKG-2026-0003: 1/3"),
        DriverValue("administration", 7, 1, "firm", ""),
        DriverValue("administration", 8, 1, "firm", ""),
        DriverValue("methodology", 8, 0, "exposure_micro", "DEP-2026-0001: 0"),
    )


def test_source_when_it_grows_long_is_cut_and_says_how_much_is_left_out() -> None:
    audits = [AuditUse(f"BKG-2026-{n:04d}", 1, {"X-GEN": Fraction(1)}) for n in range(200)]
    source = next(value.source for value in driver_values(audits=audits, exposures=()) if value.facility == "X-GEN")
    assert len(source) <= 500
    kept = source.count("BKG-")
    assert source.endswith(f"; + {200 - kept}")


@given(st.lists(st.fractions(0, 50, max_denominator=97), min_size=1, max_size=20), st.integers(1, 19))
def test_readings_when_a_firm_is_parted_in_two_sum_to_the_same(days: list[Fraction], cut: int) -> None:
    def total(owners: list[int]) -> int:
        audits = [
            AuditUse(f"B{n}", owner, {"X-GEN": day}) for n, (owner, day) in enumerate(zip(owners, days, strict=True))
        ]
        return sum(value.weight for value in driver_values(audits=audits, exposures=()) if value.facility == "X-GEN")

    assert abs(total([1] * len(days)) - total([1 if n < cut else 2 for n in range(len(days))])) <= 1


def test_line_when_two_firms_used_a_facility_tells_neither_of_the_other() -> None:
    assert line(users=3).is_open
    assert not line(users=2).is_open
    assert line(users=1, weight=5).is_open
    assert not line(users=1, weight=0).is_open
    assert line(users=1, kind="direct").is_open
    assert exact_total([line(), line(users=2)]) is None
    assert exact_total([line(), line()]) == Fraction(200, 3)


def test_exact_when_it_is_long_is_shown_with_four_decimals() -> None:
    assert shown_exact(Fraction(400, 3)) == "400/3"
    assert shown_exact(Fraction(10**30 + 1, 3 * 10**25)) == "≈ 33333.3333"
    assert shown_exact(Fraction(-(10**30) - 1, 3 * 10**25)) == "≈ -33333.3333"


def test_explanation_when_a_line_is_direct_shared_or_hidden_says_why() -> None:
    from datetime import date

    content = statement_content(
        ref="STM-2026-0001", period_ref="PER-2026-0001", from_on=date(2026, 7, 1), until_on=date(2026, 9, 30),
        closed_on=date(2026, 10, 5), currency="EUR", firm_ref="FIRM-2026-0001", firm_name="Orchid Health",
        lines=[line(), line(users=2), line(kind="direct", amount_minor=-5, exact=Fraction(-5))], estimate_minor=None,
        allocation_digest="sha256:00",
    )  # fmt: skip
    said = [explain(one, currency="EUR") for one in content["lines"]]
    assert said == [
        "One equal part for each of 3 firms, which is 33.3\u00a0%. That part of the cost of 1.00\u00a0EUR is "
        "0.34\u00a0EUR.",
        "One equal part: 0.34\u00a0EUR. How much all used and what all cost stays unshown: with "
        "fewer than 3 users it would give away another firm's amount.",
        "\u22120.05\u00a0EUR, caused by this firm alone.",
    ]
    assert (content["total_minor"], content["exact_total"]) == (63, None)


def test_quantity_when_it_is_kept_in_millionths_is_said_in_days() -> None:
    assert quantity_words(4_404_984, DAY_UNIT) == "4.40"
    assert quantity_words(18_000_000, CONTACT_UNIT) == "18"
    assert quantity_words(7, FIRM_UNIT) == "7"
    assert quantity_words(3, EXPOSURE_UNIT) == "less than 0.01"
    assert quantity_words(4_404_984, DAY_UNIT, places=6) == "4.404984"
    assert [part_words(1, 7), part_words(1, 2), part_words(1, 5000)] == [
        "14.3\u00a0%", "50\u00a0%", "less than 0.1\u00a0%",
    ]  # fmt: skip


def facility(**values: object) -> FacilityCost:
    """Return a facility with one cost of 100, changed where asked."""
    whole: dict[str, Any] = {
        "code": "trips", "name": "Trips", "kind": "trip", "driver": "days", "cost_minor": 100, "lines": 1,
        "member": None, "weights": {"b": 1, "a": 2}, "unit": "", "sources": {},
    }  # fmt: skip
    return FacilityCost(**{**whole, **values})


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=6))
def test_lines_when_a_period_is_split_sum_to_its_costs(cost: int, weights: list[int]) -> None:
    shared = facility(cost_minor=cost, weights={f"m{n}": weight for n, weight in enumerate([1, *weights])})
    direct = facility(code="direct-m0", kind="direct", member="m0", weights={}, cost_minor=7)
    unused = facility(code="X-GEN", cost_minor=0, lines=0, weights={"z": 3})
    problem = problem_document("EUR", [shared, direct, unused])
    result = split(problem)
    lines = lines_of_members(problem, result, [shared, direct, unused])
    assert [one["id"] for one in problem["facilities"]] == ["trips"] and "z" in problem["members"]
    assert sum(one.amount_minor for own in lines.values() for one in own) == cost + 7 == result["sum"]
    assert {member: sum(one.amount_minor for one in own) for member, own in lines.items()} == result["totals"]
    assert {m: str(sum((one.exact for one in own), Fraction(0))) for m, own in lines.items()} == result["exact_totals"]
