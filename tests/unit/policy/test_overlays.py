"""Statutory classes, floors by date, and obligations ahead."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pool.policy.assessment import assess
from tests.unit.policy.cases import CASES, EDITION, JULY_2026, assessed


def classes(name: str, *, markets: list[str] | None = None, **facts: Any) -> set[str]:
    case = CASES[name]
    chosen = case["markets"] if markets is None else markets
    result = assess(EDITION, case["indicators"], context=case["context"], markets=chosen, facts=facts, on=JULY_2026)
    return {found.id for found in result.classes}


def test_predicate_on_an_unknown_fact_is_false() -> None:
    assert "EU-HR1" not in classes("V16")
    assert "EU-HR1" in classes("V16", annex_i_product=True)
    assert "EU-HR1" not in classes("V16", annex_i_product=False)


def test_federal_class_fires_in_every_state() -> None:
    assert "US-ALL" in classes("V05", markets=["US-NYC"])
    assert "US-ALL" in classes("V05", markets=["US"])
    assert "US-ALL" not in classes("V05", markets=["EU"])


def test_exception_of_annex_three_needs_a_low_role_without_profiling() -> None:
    case = {**CASES["V12"]["indicators"], "output_role": 1, "profiling": 0}
    found = assess(EDITION, case, context="education_grading", markets=["EU"], on=JULY_2026).classes
    assert {"EU-EX3"} == {one.id for one in found} & {"EU-EX3", "EU-HR3"}


def test_modifier_class_follows_the_trigger() -> None:
    assert "EU-MOD" in classes("V09", triggers=["S1"])
    assert "EU-MOD" in classes("V09", modification_flop=5e22)
    assert "EU-MOD" not in classes("V09")


def test_without_context_no_class_of_a_context_fires() -> None:
    found = assess(EDITION, CASES["V07"]["indicators"], markets=["EU", "US-CO"], on=JULY_2026).classes
    assert {one.id for one in found} == {"EU-ALL", "EU-T50", "US-ALL"}


@pytest.mark.parametrize(("day", "floor"), [(date(2027, 12, 1), 0), (date(2027, 12, 2), 3)])
def test_floor_begins_on_its_day(day: date, floor: int) -> None:
    duty = next(duty for duty in assessed("V12", on=day).duties if duty.id == "D06")
    assert duty.legal_floor == floor


def test_obligations_ahead_are_listed_soonest_first() -> None:
    ahead = assessed("V07").ahead
    assert [one.applies_from for one in ahead] == sorted(one.applies_from for one in ahead)
    assert {one.ref for one in ahead} >= {"EU:9", "EU:27", "US-CO-26189:1704"}
    assert assessed("V07", on=date(2030, 1, 1)).ahead == ()


def test_floor_names_the_articles_that_set_it() -> None:
    duty = next(duty for duty in assessed("V07", on=date(2028, 1, 1)).duties if duty.id == "D23")
    assert (duty.legal_floor, duty.refs) == (3, ("EU:26(11)", "US-CO-26189:1704"))


@pytest.mark.parametrize("name", CASES)
def test_overlays_never_change_intensity_tier_or_target(name: str) -> None:
    case, everywhere = CASES[name], EDITION.markets
    bare = assess(EDITION, case["indicators"], on=JULY_2026)
    full = assess(EDITION, case["indicators"], context=case["context"], markets=everywhere, on=date(2030, 1, 1))
    assert (full.intensity, full.tier) == (bare.intensity, bare.tier)
    assert [duty.level for duty in full.duties] == [duty.level for duty in bare.duties]
    assert all(after.required >= before.required for before, after in zip(bare.duties, full.duties, strict=True))


@pytest.mark.parametrize("overlay", EDITION.overlays.values(), ids=lambda overlay: overlay.id)
def test_jurisdiction_claims_no_legal_effect_without_a_named_lawyer(overlay: Any) -> None:
    assert overlay.legal_effect["shown"] == "no recognised effect known"
    assert overlay.legal_effect["wording"] is None
