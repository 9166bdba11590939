"""Time of the plan: half-days, half-open windows of them, and the calendar of working half-days.

A half-day is written ``2026-12-01am`` or ``2026-12-01pm``: readable, and it sorts as text in the order of time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _

HALF_DAY_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}(am|pm)$"
DATE_PATTERN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
SATURDAY = 5
#: Longest stretch of days a calendar is built for: two years.
MAX_CALENDAR_DAYS = 732

_HALF_DAY = re.compile(HALF_DAY_PATTERN.rstrip("$") + r"\Z", re.ASCII)
_DATE = re.compile(DATE_PATTERN.rstrip("$") + r"\Z", re.ASCII)


class NotAHalfDay(Invalid):
    """The text is not a half-day such as ``2026-12-01am``."""


class NotADate(Invalid):
    """The text is not a calendar date such as ``2026-12-01``."""


class EmptyWindow(Invalid):
    """A window must end after it begins."""


@dataclass(frozen=True, slots=True, order=True)
class HalfDay:
    """A morning or an afternoon. ``ordinal`` is twice the ordinal of the day, plus one after noon."""

    ordinal: int

    @classmethod
    def morning(cls, day: date) -> HalfDay:
        """Return the morning of ``day``."""
        return cls(day.toordinal() * 2)

    @classmethod
    def afternoon(cls, day: date) -> HalfDay:
        """Return the afternoon of ``day``."""
        return cls(day.toordinal() * 2 + 1)

    @property
    def day(self) -> date:
        """Return the calendar day this half-day lies in."""
        return date.fromordinal(self.ordinal // 2)

    def next(self) -> HalfDay:
        """Return the half-day that follows, weekends and holidays included."""
        return HalfDay(self.ordinal + 1)

    def __str__(self) -> str:
        return f"{self.day.isoformat()}{'pm' if self.ordinal % 2 else 'am'}"


def parse_date(text: str, *, field: str | None = None) -> date:
    """Read a date of the form ``2026-12-01``.

    Raises: NotADate.
    """
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise NotADate(
        _("%(text)r is not a calendar date.", text=text[:40]),
        field=field,
        next_step=_("Write a date as year-month-day, for example 2026-12-01."),
    )


def parse_half_day(text: str, *, field: str | None = None) -> HalfDay:
    """Read a half-day of the form ``2026-12-01am``.

    Raises: NotAHalfDay.
    """
    if _HALF_DAY.match(text):
        try:
            day = date.fromisoformat(text[:10])
        except ValueError:
            pass
        else:
            return HalfDay.afternoon(day) if text.endswith("pm") else HalfDay.morning(day)
    raise NotAHalfDay(
        _("%(text)r is not a half-day.", text=text[:40]),
        field=field,
        next_step=_("Write a half-day as date and am or pm, for example 2026-12-01am."),
    )


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open stretch of half-days: ``begins`` belongs to it, ``ends`` does not."""

    begins: HalfDay
    ends: HalfDay

    def __post_init__(self) -> None:
        if self.ends <= self.begins:
            raise EmptyWindow(
                _("The window ends before it begins."),
                field="until",
                next_step=_("Give an 'until' after 'from'; 'until' itself is outside the window."),
            )

    @classmethod
    def of_days(cls, first: date, last: date) -> Window:
        """Return the window that holds every half-day from ``first`` to ``last``, both included."""
        return cls(HalfDay.morning(first), HalfDay.morning(last + timedelta(days=1)))

    def __contains__(self, half_day: HalfDay) -> bool:
        return self.begins <= half_day < self.ends

    def meets(self, other: Window) -> bool:
        """Tell whether the two windows share a half-day."""
        return self.begins < other.ends and other.begins < self.ends


class WorkingCalendar:
    """The working half-days of a horizon, numbered from 0; sets of them are bit masks (bit i = half-day i)."""

    def __init__(self, first_day: date, last_day: date, holidays: Iterable[date] = ()) -> None:
        days = (last_day - first_day).days + 1
        if not 1 <= days <= MAX_CALENDAR_DAYS:
            raise Invalid(
                _("The horizon has %(days)s days.", days=days),
                field="horizon.last_day",
                next_step=_("Give between 1 and %(most)s days.", most=MAX_CALENDAR_DAYS),
            )
        off = frozenset(holidays)
        working = [
            day
            for day in (first_day + timedelta(days=n) for n in range(days))
            if day.weekday() < SATURDAY and day not in off
        ]
        self.half_days: tuple[HalfDay, ...] = tuple(
            half for day in working for half in (HalfDay.morning(day), HalfDay.afternoon(day))
        )
        self._index = {half: number for number, half in enumerate(self.half_days)}
        self.everything = (1 << len(self.half_days)) - 1

    def __len__(self) -> int:
        return len(self.half_days)

    def index_of(self, half_day: HalfDay) -> int | None:
        """Return the number of ``half_day``, or ``None`` when it is not a working half-day of the horizon."""
        return self._index.get(half_day)

    def run_from(self, start: int, length: int) -> tuple[HalfDay, ...]:
        """Return ``length`` consecutive working half-days from number ``start`` on."""
        return self.half_days[start : start + length]

    def mask_of(self, begins: HalfDay, ends: HalfDay) -> int:
        """Return the working half-days in the half-open stretch from ``begins`` to ``ends``."""
        return self.mask_before(ends) & ~self.mask_before(begins)

    def mask_of_days(self, valid_from: date, valid_until: date | None) -> int:
        """Return the working half-days of the days from ``valid_from`` on and before ``valid_until`` (None: open)."""
        before = self.everything if valid_until is None else self.mask_before(HalfDay.morning(valid_until))
        return before & ~self.mask_before(HalfDay.morning(valid_from))

    def mask_before(self, end: HalfDay) -> int:
        """Return the working half-days that lie before ``end``."""
        low, high = 0, len(self.half_days)
        while low < high:
            middle = (low + high) // 2
            if self.half_days[middle] < end:
                low = middle + 1
            else:
                high = middle
        return (1 << low) - 1


def starts_of_runs(mask: int, length: int) -> int:
    """Return the mask of positions at which ``mask`` holds ``length`` set bits in a row.

    Doubling: a run of n is a run of n//2 followed by a run of the rest, so about log2(length) shifts are needed.
    """
    starts, have = mask, 1
    while have < length and starts:
        step = min(have, length - have)
        starts &= starts >> step
        have += step
    return starts


def positions_of(mask: int) -> Iterator[int]:
    """Yield the positions of the set bits of ``mask``, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
