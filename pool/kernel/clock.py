"""The clock: the only place that asks the system what time it is. Doors read it once and hand the instant on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def now() -> datetime:
    """Return the present instant, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return an aware instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def start_of_day(day: date) -> datetime:
    """Return the first instant of ``day`` in UTC."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def end_of_day(day: date) -> datetime:
    """Return the last microsecond of ``day`` in UTC."""
    return datetime.combine(day, time.max, tzinfo=UTC)


def day_of(instant: datetime) -> date:
    """Return the UTC calendar day of an aware instant."""
    return instant.astimezone(UTC).date()
