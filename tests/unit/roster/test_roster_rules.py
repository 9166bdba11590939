"""Pure rules of the roster: when an interest blocks, how long a lead has led, windows of half-days."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditors.roster.queries import windows_of
from auditors.roster.rules import LeadRun, block_of, months_later, present_runs
from scheduling.interval import HalfDay

FROM, UNTIL = date(2024, 3, 1), date(2025, 8, 31)


@pytest.mark.parametrize("verdict", ["none", "manage"])
def test_interest_that_was_let_through_never_blocks(verdict: str) -> None:
    assert block_of(verdict=verdict, from_on=FROM, until_on=None, cooling_off_months=24) is None


def test_unassessed_interest_blocks_without_an_end() -> None:
    block = block_of(verdict="unassessed", from_on=FROM, until_on=UNTIL, cooling_off_months=0)
    assert block is not None and block.ends is None
    assert block.meets(date(2040, 1, 1), date(2040, 1, 1))
    assert not block.meets(date(2024, 2, 1), date(2024, 2, 29))


def test_prohibited_interest_blocks_while_it_runs_and_for_its_cooling_off() -> None:
    block = block_of(verdict="prohibit", from_on=FROM, until_on=UNTIL, cooling_off_months=24)
    assert block is not None
    last = date(2027, 8, 31)
    assert block.ends == last + timedelta(days=1)
    assert block.meets(last, last)
    assert not block.meets(block.ends, block.ends)


def test_prohibited_interest_that_runs_has_no_end() -> None:
    block = block_of(verdict="prohibit", from_on=FROM, until_on=None, cooling_off_months=24)
    assert block is not None and block.ends is None


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2025, 11, 15), 2, date(2026, 1, 15)),
        (date(2025, 12, 31), 0, date(2025, 12, 31)),
    ],
)
def test_months_later_ends_with_its_month(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


def test_run_counts_the_latest_audits_of_one_lead_and_another_lead_ends_it() -> None:
    year = [date(number, 5, 1) for number in range(2020, 2027)]
    assert present_runs([(1, 9, year[0]), (1, 9, year[1])]) == (LeadRun(1, 9, 2, year[0]),)
    assert present_runs([(1, 9, year[0]), (2, 9, year[1]), (1, 9, year[2])]) == (LeadRun(1, 9, 1, year[2]),)
    assert present_runs([(1, 9, year[3]), (2, 8, year[4]), (1, 9, year[0])]) == (
        LeadRun(2, 8, 1, year[4]),
        LeadRun(1, 9, 2, year[0]),
    )
    assert present_runs([]) == ()


@pytest.mark.parametrize(
    ("on", "years"), [(date(2024, 5, 1), 0), (date(2025, 4, 30), 0), (date(2025, 5, 1), 1), (date(2028, 6, 1), 4)]
)
def test_run_counts_whole_years(on: date, years: int) -> None:
    assert LeadRun(1, 9, 3, date(2024, 5, 1)).years_on(on) == years


@given(st.sets(st.integers(1_480_000, 1_480_060), max_size=40))
def test_windows_hold_exactly_the_half_days(ordinals: set[int]) -> None:
    windows = windows_of(HalfDay(number) for number in ordinals)
    assert {n for window in windows for n in range(window.begins.ordinal, window.ends.ordinal)} == ordinals
    assert all(one.ends < two.begins for one, two in pairwise(windows))
