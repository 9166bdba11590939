from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from pool.harbor.limits import EditionNotReadable, Level, cure_days, ethics_answer_due, limits_of, waits_of
from tests.unit.harbor.story import day, safe_harbor


def limits(level: Level, months: Level = 12) -> dict[str, int | float]:
    return limits_of(safe_harbor(), levels={"D01": level, "D08": level, "D27": level}, audit_interval_months=months)


@pytest.mark.parametrize(
    ("level", "expected"),
    [(1, (365, 730, 1, 186)), (2, (183, 365, 2, 93)), (3, (92, 365, 3, 31))],
)
def test_limits_at_whole_levels_are_those_of_the_edition(level: int, expected: tuple[int, int, int, int]) -> None:
    found = limits(level)
    assert (
        found["attestation_limit_days"],
        found["ethics_limit_days"],
        found["ethics_level_required"],
        found["monitoring_interval_days"],
    ) == expected


def test_limits_run_linearly_between_levels() -> None:
    # 365 - 0.5 * 182 = 274; 730 - 0.5 * 365 = 547.5, half up.
    found = limits(1.5)
    assert (found["attestation_limit_days"], found["ethics_limit_days"]) == (274, 548)
    assert (found["ethics_level_required"], found["monitoring_required"]) == (1, 1.5)


def test_limits_below_the_first_level_are_those_of_the_first() -> None:
    assert limits(0)["attestation_limit_days"] == 365
    assert limits(0)["ethics_level_required"] == 0


def test_limits_are_the_same_for_every_way_to_write_a_level() -> None:
    assert limits(1.4) == limits("1.4") == limits(Decimal("1.4")) == limits(Fraction(7, 5))


@pytest.mark.parametrize(("months", "days"), [(24, 731), (12, 365), (6, 183)])
def test_audit_limit_is_the_interval_in_days(months: int, days: int) -> None:
    assert limits(2, months)["audit_limit_days"] == days


@pytest.mark.parametrize(("level", "due"), [(1, 5), (2, 15), (3, 30)])
def test_ethics_service_has_its_days(level: int, due: int) -> None:
    assert ethics_answer_due(safe_harbor(), level=level, requested_on=day(0)) == day(due)


def test_cure_days_follow_condition_and_tier() -> None:
    assert [cure_days(safe_harbor(), "C5", tier) for tier in ("low", "medium", "high")] == [30, 21, 14]
    assert cure_days(safe_harbor(), "C4", "high") == 45


def test_edition_with_other_words_in_its_guards_is_refused() -> None:
    rows = [row | {"guard": ""} for row in safe_harbor()["transitions"]]
    with pytest.raises(EditionNotReadable):
        waits_of(safe_harbor() | {"transitions": rows})
