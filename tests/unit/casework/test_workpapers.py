"""Sampling: how many are looked at, and which, so that anybody can repeat the draw."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditors.casework.workpapers import draw, records_to_sample


@pytest.mark.parametrize(
    ("records", "factor", "wanted"),
    [
        (0, "1", 0),
        (3, "1", 3),
        (5, "3/5", 5),
        (25, "1", 5),
        (26, "1", 6),
        (100, "3/5", 6),
        (100, "1", 10),
        (100, "7/5", 14),
        (101, "1", 11),
        (10_000, "7/5", 140),
        (10_001, "7/5", 141),
    ],
)
def test_records_follow_the_rule_of_the_edition(records: int, factor: str, wanted: int) -> None:
    assert records_to_sample(records, factor=factor) == wanted


@given(st.integers(0, 10**12))
def test_records_are_the_exact_ceiling(records: int) -> None:
    root = math.isqrt(records)
    exact = root if root * root == records else root + 1
    assert records_to_sample(records, factor="1") == min(records, max(5, exact))


def test_draw_is_the_same_for_everybody_and_whatever_the_order() -> None:
    items = [f"record {number}" for number in range(200)]
    first = draw(items, 10, seed="sha256:abc", point_id="TP-06")
    assert draw(items[::-1], 10, seed="sha256:abc", point_id="TP-06") == first
    assert len(set(first)) == 10
    assert draw(items, 10, seed="sha256:abd", point_id="TP-06") != first
    assert draw(items, 10, seed="sha256:abc", point_id="TP-07") != first


def test_draw_is_pinned() -> None:
    # Pinned: a change of the rule would make sealed plans unrepeatable.
    assert draw(["a", "b", "c", "d", "e"], 3, seed="s", point_id="p") == ("c", "e", "d")


def test_larger_draw_holds_the_smaller_one() -> None:
    items = [str(number) for number in range(50)]
    assert draw(items, 20, seed="s", point_id="p")[:10] == draw(items, 10, seed="s", point_id="p")
