"""Read JSON values strictly: unknown keys refused, every error names the field it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _
from scheduling.interval import HalfDay, parse_date, parse_half_day

Value = TypeVar("Value")
_MISSING: Any = object()
#: Whole numbers beyond this are not exact in every JSON reader. Source: RFC 8785, I-JSON.
LARGEST_NUMBER = 2**53 - 1


class WrongShape(Invalid):
    """The document does not have the shape its schema states."""


class Fields:
    """The keys of one JSON object, taken one by one; ``done`` refuses what was not taken.

    ``path`` is the place in the document, such as ``audits[3]``; it is empty at the top.
    """

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise WrongShape(_("An object is needed here."), field=path or None, next_step=_("See the schema."))
        self._left: dict[str, Any] = dict(value)
        self.path = path

    def at(self, key: str) -> str:
        """Return the full path of ``key``."""
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str, default: Any = _MISSING) -> Any:
        """Return the value of ``key`` as it stands, or ``default``."""
        if key in self._left:
            return self._left.pop(key)
        if default is _MISSING:
            raise WrongShape(_("This field is missing."), field=self.at(key), next_step=_("See the schema."))
        return default

    def text(self, key: str, default: Any = _MISSING) -> str:
        """Return a text of 1 to 200 characters."""
        return as_text(self.take(key, default), self.at(key))

    def text_or_null(self, key: str, default: Any = None) -> str | None:
        """Return a text or ``None``."""
        value = self.take(key, default)
        return None if value is None else as_text(value, self.at(key))

    def whole(self, key: str, default: Any = _MISSING) -> int:
        """Return a whole number; true, false and numbers with a point are refused."""
        return as_whole(self.take(key, default), self.at(key))

    def flag(self, key: str, default: Any = _MISSING) -> bool:
        """Return true or false."""
        value = self.take(key, default)
        if not isinstance(value, bool):
            raise WrongShape(_("true or false is needed here."), field=self.at(key), next_step=_("See the schema."))
        return value

    def day(self, key: str) -> date:
        """Return a date."""
        return parse_date(self.text(key), field=self.at(key))

    def day_or_null(self, key: str) -> date | None:
        """Return a date or ``None``."""
        text = self.text_or_null(key)
        return None if text is None else parse_date(text, field=self.at(key))

    def half_day(self, key: str) -> HalfDay:
        """Return a half-day."""
        return parse_half_day(self.text(key), field=self.at(key))

    def half_day_or_null(self, key: str) -> HalfDay | None:
        """Return a half-day or ``None``."""
        text = self.text_or_null(key)
        return None if text is None else parse_half_day(text, field=self.at(key))

    def many(self, key: str, read: Callable[[Any, str], Value], default: Any = _MISSING) -> tuple[Value, ...]:
        """Return what ``read`` makes of each element of a list; ``read`` gets the element and its path."""
        value = self.take(key, default)
        if not isinstance(value, (list, tuple)):
            raise WrongShape(_("A list is needed here."), field=self.at(key), next_step=_("See the schema."))
        return tuple(read(item, f"{self.at(key)}[{number}]") for number, item in enumerate(value))

    def done(self) -> None:
        """Refuse keys that nobody asked for.

        Raises: WrongShape.
        """
        for key in self._left:
            raise WrongShape(
                _("This field is not known."),
                field=self.at(str(key)),
                next_step=_("Remove it, or see the schema."),
            )


def as_text(value: object, path: str) -> str:
    """Return ``value`` if it is a text of 1 to 200 characters without control characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= 200 or not value.isprintable():
        raise WrongShape(
            _("A text of 1 to 200 printable characters is needed here."), field=path, next_step=_("See the schema.")
        )
    return value


def as_whole(value: object, path: str) -> int:
    """Return ``value`` if it is a whole number that every JSON reader keeps exact."""
    if type(value) is not int or abs(value) > LARGEST_NUMBER:
        raise WrongShape(_("A whole number is needed here."), field=path, next_step=_("See the schema."))
    return value


def built(path: str, make: Callable[[], Value]) -> Value:
    """Return what ``make`` builds; a refusal of a self-checking value gets the path of its object."""
    try:
        return make()
    except Invalid as refusal:
        if path:
            refusal.field = f"{path}.{refusal.field}" if refusal.field else path
        raise
