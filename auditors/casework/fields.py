"""What people typed, checked before it becomes a row: length, control characters, required or not, one of."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from pool.kernel.refusals import Invalid, first_of
from pool.kernel.words import gettext as _

LONG = 20_000
SHORT = 2_000
NAME = 200


class BadField(Invalid):
    """A field of a form breaks its rule."""


class Checks:
    """Collects what is wrong with the fields of one request, so that a person hears of everything at once."""

    def __init__(self) -> None:
        self._found: list[Invalid] = []

    def text(self, field: str, value: str, *, limit: int = LONG, required: bool = False) -> str:
        """Return ``value`` trimmed and in Unicode's composed form; note what is wrong with it."""
        clean = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()
        if required and not clean:
            self.refuse(field, _("This is empty."), _("Write it down; it will be read as evidence."))
        elif len(clean) > limit:
            self.refuse(field, _("This is longer than %(n)s characters.", n=limit), _("Shorten it, or attach a file."))
        elif _is_unprintable(clean):
            self.refuse(field, _("This holds characters that cannot be shown."), _("Type it again without them."))
        return clean

    def one_of(self, field: str, value: str, known: Iterable[str]) -> str:
        """Return ``value`` where it is one of ``known``; note it otherwise."""
        names = [str(name) for name in known]
        if value not in names:
            self.refuse(field, _("%(value)s is not known here.", value=repr(value[:40])),
                        _("Choose one of: %(names)s.", names=", ".join(names)))  # fmt: skip
        return value

    def refuse(self, field: str, reason: str, next_step: str) -> None:
        """Note that ``field`` is wrong."""
        self._found.append(BadField(reason, field=field, next_step=next_step))

    def done(self) -> None:
        """Raise what was noted.

        Raises: BadField, with further ones in ``others``.
        """
        if self._found:
            raise first_of(self._found)


def _is_unprintable(text: str) -> bool:
    # Cc: control characters; Cs: halves of a surrogate pair, which no database takes; the bidi overrides hide text.
    return any(
        (unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t") or char in "\u202d\u202e" for char in text
    )
