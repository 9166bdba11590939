"""Half-days, windows and the calendar of working half-days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pool.kernel.refusals import Invalid
from scheduling.interval import HalfDay, Window, WorkingCalendar, parse_half_day, positions_of, starts_of_runs


@given(st.integers(0, 2 * date.max.toordinal() + 1).filter(lambda ordinal: ordinal >= 2))
def test_half_day_when_written_and_read_is_the_same(ordinal: int) -> None:
    assert parse_half_day(str(HalfDay(ordinal))) == HalfDay(ordinal)


def test_half_day_when_written_is_readable_and_sorts_as_text() -> None:
    morning, afternoon = HalfDay.morning(date(2026, 12, 1)), HalfDay.afternoon(date(2026, 12, 1))
    following = afternoon.next()
    assert [str(morning), str(afternoon), str(following)] == ["2026-12-01am", "2026-12-01pm", "2026-12-02am"]
    assert morning < afternoon < following


@pytest.mark.parametrize(
    "text", ["", "2026-12-01", "2026-12-01AM", "2026-02-30am", "2026-1-1am", "2026-12-01am\n", "٢٠٢٦-12-01am"]
)
def test_half_day_when_malformed_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_half_day(text, field="window.from")
    assert refused.value.field == "window.from"


def test_window_when_it_ends_before_it_begins_is_refused() -> None:
    noon = HalfDay.afternoon(date(2026, 12, 1))
    with pytest.raises(Invalid):
        Window(noon, noon)


def test_window_is_half_open() -> None:
    window = Window.of_days(date(2026, 12, 1), date(2026, 12, 1))
    assert HalfDay.morning(date(2026, 12, 1)) in window
    assert HalfDay.morning(date(2026, 12, 2)) not in window
    assert not window.meets(Window.of_days(date(2026, 12, 2), date(2026, 12, 3)))


def test_calendar_when_built_leaves_out_weekends_and_holidays() -> None:
    calendar = WorkingCalendar(date(2026, 12, 24), date(2026, 12, 29), [date(2026, 12, 25)])
    assert [str(half_day) for half_day in calendar.half_days] == [
        "2026-12-24am",
        "2026-12-24pm",
        "2026-12-28am",
        "2026-12-28pm",
        "2026-12-29am",
        "2026-12-29pm",
    ]
    assert calendar.index_of(HalfDay.morning(date(2026, 12, 26))) is None
    assert calendar.mask_of_days(date(2026, 12, 26), date(2026, 12, 29)) == 0b001100
    assert calendar.mask_of_days(date(2020, 1, 1), None) == 0b111111


def test_calendar_when_too_long_is_refused() -> None:
    with pytest.raises(Invalid):
        WorkingCalendar(date(2026, 1, 1), date(2029, 1, 1))


@given(st.integers(0, 2**40), st.integers(1, 12))
def test_starts_of_runs_are_where_enough_bits_follow(mask: int, length: int) -> None:
    expected = [n for n in range(41) if all(mask >> (n + step) & 1 for step in range(length))]
    assert list(positions_of(starts_of_runs(mask, length))) == expected
