"""Rows that count their changes, so that nobody writes over what they did not see."""

from __future__ import annotations

from typing import Protocol

from pool.kernel.refusals import Conflict
from pool.kernel.words import gettext as _


class Moved(Conflict):
    """Somebody changed the row since the person saw it."""


class Versioned(Protocol):
    """A row that counts its changes."""

    version: int


def seen(row: Versioned, version: int | None) -> None:
    """Check that nobody changed ``row`` since the person saw ``version``; ``None`` asks nothing. Raises: Moved."""
    if version is not None and version != row.version:
        raise Moved(
            _("Somebody changed this meanwhile."),
            field="version",
            next_step=_("Open it again; your words are kept in the form."),
            facts={"version": row.version},
        )
