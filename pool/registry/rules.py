"""Rules of the registry: what a typed text may be, and who may do what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from pool.kernel.refusals import Conflict, Forbidden, Invalid, first_of
from pool.kernel.roles import FIRM_OFFICES, Actor, Office
from pool.kernel.words import gettext as _

_DIGEST = re.compile(r"(sha256|sha384|sha512|blake3):[0-9a-f]{32,128}", re.ASCII)


class BadValue(Invalid):
    """A value breaks a stated rule of its field."""


class NotEthicsReviewer(Forbidden):
    """Only an ethics reviewer gives the outcome of an ethics review."""


class NotYourFirm(Forbidden):
    """Only a firm's own seat does this."""


class NotRegistrar(Forbidden):
    """Only the registrar keeps the catalogue."""


class ChangedMeanwhile(Conflict):
    """Somebody changed the object after it was opened."""


class Checker:
    """Checks the fields of one command and refuses them all at once."""

    def __init__(self) -> None:
        self.faults: list[Invalid] = []

    def refuse(self, field: str, reason: str, next_step: str) -> None:
        """Keep one fault."""
        self.faults.append(BadValue(reason, field=field, next_step=next_step))

    def done(self) -> None:
        """Raise the kept faults, if there are any."""
        if self.faults:
            raise first_of(self.faults)

    def line(self, field: str, value: str, *, most: int, least: int = 1) -> str:
        """Return a text of one line with single spaces."""
        return self._sized(field, " ".join(self._visible(field, value, allowed="").split()), most, least)

    def text(self, field: str, value: str, *, most: int, least: int = 1) -> str:
        """Return a text of several lines."""
        return self._sized(field, self._visible(field, value, allowed="\n\r\t").strip(), most, least)

    def _visible(self, field: str, value: str, *, allowed: str) -> str:
        composed = unicodedata.normalize("NFC", value)
        if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed + " " for c in composed):
            self.refuse(field, _("The text holds control characters."), _("Type it without formatting."))
        return composed

    def _sized(self, field: str, value: str, most: int, least: int) -> str:
        if len(value) < least:
            self.refuse(field, _("This is missing."), _("Fill it in."))
        if len(value) > most:
            self.refuse(field, _("This is longer than %(n)s characters.", n=most), _("Shorten it."))
        return value

    def one_of(self, field: str, value: str, known: Sequence[str]) -> str:
        """Return ``value`` if it is one of ``known``."""
        if value not in known:
            self.refuse(
                field,
                _("%(value)s is not known here.", value=repr(value)),
                _("Use one of: %(known)s.", known=", ".join(known)),
            )
        return value

    def not_ahead(self, field: str, value: date, today: date) -> None:
        """Refuse a day that has not come: facts are recorded, never foretold."""
        if value > today:
            self.refuse(field, _("This day has not come."), _("Record it when it is so."))

    def digest(self, field: str, value: str) -> str:
        """Return a digest in the form ``alg:hex``, or empty."""
        cleaned = value.strip().lower()
        if cleaned and not _DIGEST.fullmatch(cleaned):
            self.refuse(field, _("This is not a digest."), _("Write it like sha256:0a1b..."))
        return cleaned


def ethics_may_be_decided_by(actor: Actor) -> None:
    """Refuse everybody but an ethics reviewer. Raises: NotEthicsReviewer."""
    if actor.office is not Office.ETHICS_REVIEWER:
        raise NotEthicsReviewer(
            _("Only an ethics reviewer decides here."), next_step=_("Ask the ethics reviewers of the pool.")
        )


def own_firm(actor: Actor) -> int:
    """Return the firm in whose seat somebody acts. Raises: NotYourFirm."""
    if actor.office not in FIRM_OFFICES or actor.firm_id is None:
        raise NotYourFirm(_("Only a firm's own seat may do this."), next_step=_("Change to your seat at the firm."))
    return actor.firm_id


def only_registrar(actor: Actor) -> None:
    """Refuse everybody but the registrar. Raises: NotRegistrar."""
    if actor.office is not Office.REGISTRAR:
        raise NotRegistrar(_("Only the registrar keeps the catalogue."), next_step=_("Ask the registrar."))


def next_versions(row: Any, column: str, seen: int) -> None:
    """Count a row's version up, if it is still the one the person saw. Raises: ChangedMeanwhile."""
    if getattr(row, column) != seen:
        raise ChangedMeanwhile(
            _("Somebody changed this after you opened it."), field="version", next_step=_("Open it again and compare.")
        )
    setattr(row, column, seen + 1)
