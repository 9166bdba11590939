"""Kinds of values on the command line: days and instants."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click

from pool.kernel.refusals import Invalid


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


class NotYet(Invalid):
    """The day has not come."""


def refuse_to_come(*, today: date, **days: date | None) -> None:
    """Refuse days after ``today``, each under the name of its option: what is not there yet is not foretold.

    Raises: NotYet, with the others of several.
    """
    refused = [
        NotYet("The day has not come yet.", field=name, next_step="Give today or an earlier day.")
        for name, day in days.items()
        if day is not None and day > today
    ]
    if refused:
        head, *others = refused
        head.others = tuple(others)
        raise head


DAY = Day()
INSTANT = Instant()
