"""Kinds of values on the command line: days and instants."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click


class Day(click.ParamType[date]):
    """A calendar day, YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or fail naming the option."""
        if isinstance(value, date):
            return value
        try:
            if len(str(value)) != 10:
                raise ValueError
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write YYYY-MM-DD", param, ctx)


class Instant(click.ParamType[datetime]):
    """An instant with its offset, e.g. 2026-11-24T15:00Z."""

    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the aware instant in UTC, or fail naming the option."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an instant; write 2026-11-24T15:00Z", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no offset; end it with Z for UTC", param, ctx)
        return instant.astimezone(UTC)


DAY = Day()
INSTANT = Instant()
