"""Depth and frequency of audits, the points of a checklist, and samples."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from pool.policy.checklist import (
    audit_interval_months,
    outputs_to_sample,
    point_count,
    records_to_sample,
    sector_point_count,
    test_points_for,
)
from tests.unit.policy.cases import EDITION


@pytest.mark.parametrize(
    ("intensity", "catalogue", "sector", "months"),
    [
        (0.1, 12, 0, 24),
        (0.4, 12, 0, 24),
        (0.41, 13, 1, "23.2"),
        (0.475, 21, 2, 18),
        (0.55, 30, 2, 12),
        (0.7, 30, 2, 12),
        (0.71, 32, 4, "11.6"),
        (0.85, 60, 4, 6),
        (1.0, 60, 4, 6),
    ],
)
def test_depth_and_interval_follow_the_intensity(
    intensity: float, catalogue: int, sector: int, months: int | str
) -> None:
    assert point_count(EDITION, intensity) == catalogue
    assert sector_point_count(EDITION, intensity) == sector
    assert audit_interval_months(EDITION, intensity) == Fraction(months)
    assert len(test_points_for(EDITION, intensity, context="credit_scoring")) == catalogue + sector


def test_checklist_is_in_catalogue_order_with_the_sector_last() -> None:
    points = test_points_for(EDITION, 0.6, context="credit_scoring")
    assert [point.id for point in points[:2]] == ["TP-01", "TP-02"]
    assert [point.id for point in points[-2:]] == ["X-FIN-1", "X-FIN-2"]
    assert {point.sector for point in points} == {"", "X-FIN"}


def test_longer_checklist_holds_every_shorter_one() -> None:
    lists = [{p.id for p in test_points_for(EDITION, step / 100, context="tutoring")} for step in range(101)]
    assert all(shorter <= longer for shorter, longer in pairwise(lists))


def test_every_point_says_what_to_ask_see_and_draw() -> None:
    for context in EDITION.indicators.contexts:
        for point in test_points_for(EDITION, 1, context=context):
            assert point.question and point.objective and point.evidence and point.sampling and point.major_if
            assert point.duties and point.sources and point.group


@pytest.mark.parametrize("tier", ["medium", "high"])
def test_every_duty_is_tested_from_medium_up(tier: str) -> None:
    points = EDITION.tests.templates[tier].points
    assert {duty for name in points for duty in EDITION.tests.points[name].duties} == set(EDITION.duty_catalogue.duties)


@pytest.mark.parametrize(("tier", "outputs"), [("low", 30), ("medium", 100), ("high", 300)])
def test_outputs_sampled_agree_with_the_template(tier: str, outputs: int) -> None:
    assert outputs_to_sample(EDITION, tier) == EDITION.tests.templates[tier].outputs_sampled == outputs


@pytest.mark.parametrize(
    ("records", "tier", "expected"), [(0, "high", 0), (3, "low", 3), (10_000, "low", 60), (10_001, "low", 61)]
)
def test_records_are_sampled_by_their_root(records: int, tier: str, expected: int) -> None:
    assert records_to_sample(EDITION, records=records, tier=tier) == expected
