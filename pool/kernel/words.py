"""Words for people: every one goes through gettext, so that a catalogue can replace it.

The kernel knows no web framework; the web door installs the translator of the present request here.
"""

from __future__ import annotations

import gettext as _gettext
from contextvars import ContextVar
from decimal import Decimal

_translations: ContextVar[_gettext.NullTranslations] = ContextVar("translations")
_source = _gettext.NullTranslations()

#: What sets thousands apart in every number people read, money and counts alike: a narrow space, never a break.
GROUP = "\u202f"


def use_translations(translations: _gettext.NullTranslations) -> None:
    """Speak the given catalogue in the present context (a request, a paper)."""
    _translations.set(translations)


def gettext(message: str, **values: object) -> str:
    """Return ``message`` in the language of the present context, with ``%(name)s`` filled from ``values``."""
    text = _translations.get(_source).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """Return the form for ``n`` in the language of the present context; ``%(n)s`` is filled."""
    return _translations.get(_source).ngettext(singular, plural, n) % {"n": grouped(n), **values}


def plural(singular: str, many: str, n: int) -> str:
    """Return the form for ``n`` with its values still to be filled in (a template fills them in, escaped)."""
    return _translations.get(_source).ngettext(singular, many, n)


def grouped(number: int | float | Decimal, places: int | None = None) -> str:
    """Return a number with its thousands set apart, with a fixed number of decimals where ``places`` is given."""
    return format(number, "," if places is None else f",.{places}f").replace(",", GROUP)


class LazyText(str):
    """A word looked up when it is shown; until then it is its English source."""

    __slots__ = ()

    def __str__(self) -> str:
        return _translations.get(_source).gettext(str.__str__(self))

    def __html__(self) -> str:
        from html import escape

        return escape(str(self))


def lazy(message: str) -> LazyText:
    """Mark ``message`` for the catalogue now and translate it when shown."""
    return LazyText(message)
