"""Rules of the roster: which seats keep what, what a typed value may be, and when an interest keeps somebody away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pool.kernel.refusals import Forbidden, Invalid, first_of
from pool.kernel.roles import Actor, Office
from pool.kernel.words import gettext as _

#: Who keeps the roster: adds auditors, confirms competence.
ROSTER_OFFICES = frozenset({Office.PLANNER, Office.ADMINISTRATOR})
#: Who may enter an interest that was not declared but found out.
DETECTING_OFFICES = frozenset({Office.IMPARTIALITY_OFFICER, Office.PLANNER})
INTEREST_KINDS = (
    "employment",
    "consultancy",
    "help_desk",
    "ownership",
    "competitor",
    "family",
    "supplier",
    "reciprocity",
    "other",
)
#: Advice to a firm. Who sat at the template help desk counts as adviser of the firms they helped; for advice the
#: cooling-off is never shorter than the edition's. Source: separation rules of the edition's effort.yaml.
ADVICE_KINDS = frozenset({"consultancy", "help_desk"})
VERDICTS = ("none", "manage", "prohibit")
STATES = ("active", "paused", "left")
LEAVE_KINDS = ("leave", "illness", "training", "other_work")
#: Source: separation rules of the edition's effort.yaml (the last 24 months); ISO/IEC 17021-1, 5.2.
COOLING_OFF_MONTHS = 24
MOST_COOLING_OFF_MONTHS = 120
MOST_HALF_DAYS = 62
MAX_RATE_MINOR = 10**9
_CODE = re.compile(r"(F[1-9]|X-[A-Z]{3})\Z", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?\Z", re.ASCII)
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,10})?\Z", re.ASCII)


class BadRosterValue(Invalid):
    """A value of the roster breaks the rule of its field."""


class NotYourRoster(Forbidden):
    """The seat in use may not change this part of the roster."""


class Faults:
    """Collects what is wrong with the fields of one command, so that a person hears of everything at once."""

    def __init__(self) -> None:
        self._found: list[Invalid] = []

    def refuse(self, field: str, reason: str, next_step: str) -> None:
        """Note that ``field`` is wrong."""
        self._found.append(BadRosterValue(reason, field=field, next_step=next_step))

    def line(self, field: str, value: str, *, most: int, required: bool = True) -> str:
        """Return a text of one line with single spaces."""
        clean = " ".join(unicodedata.normalize("NFC", value).split())
        if required and not clean:
            self.refuse(field, _("This is empty."), _("Fill it in."))
        elif len(clean) > most:
            self.refuse(field, _("This is longer than %(n)s characters.", n=most), _("Shorten it."))
        elif any(unicodedata.category(char) in ("Cc", "Cs") for char in clean):
            self.refuse(field, _("This holds characters that cannot be shown."), _("Type it again without them."))
        return clean

    def one_of(self, field: str, value: str, known: Iterable[str]) -> str:
        """Return ``value`` where it is one of ``known``."""
        names = tuple(known)
        if value not in names:
            self.refuse(
                field,
                _("%(value)s is not known here.", value=repr(value[:40])),
                _("Choose one of: %(names)s.", names=", ".join(names)),
            )
        return value

    def whole(self, field: str, value: int, low: int, high: int) -> int:
        """Return ``value`` where it lies from ``low`` to ``high``."""
        if type(value) is not int or not low <= value <= high:
            self.refuse(
                field, _("A whole number from %(low)s to %(high)s is needed.", low=low, high=high), _("Correct it.")
            )
        return value

    def code(self, field: str, value: str) -> str:
        """Return a competence code: a function such as F2 or a sector such as X-HEA."""
        if not _CODE.match(value):
            self.refuse(
                field, _("This is no competence code."), _("Write a function such as F2 or a sector such as X-HEA.")
            )
        return value

    def languages(self, field: str, values: Iterable[str]) -> list[str]:
        """Return language codes, each once."""
        listed = list(dict.fromkeys(value.strip() for value in values))
        if not listed or any(not _LANGUAGE.match(value) for value in listed):
            self.refuse(field, _("A list of language codes is needed."), _("Write codes such as en, de or zh."))
        return listed

    def region(self, field: str, value: str) -> str:
        """Return a region: a country or market code."""
        if not _REGION.match(value):
            self.refuse(field, _("This is no region."), _("Write a code such as EU, CN or US-CA."))
        return value

    def forwards(self, field: str, first: date, last: date | None) -> None:
        """Refuse a span that ends before it begins."""
        if last is not None and last < first:
            self.refuse(field, _("This ends before it begins."), _("Correct one of the days."))

    def done(self) -> None:
        """Raise what was noted. Raises: BadRosterValue, with further ones in ``others``."""
        if self._found:
            raise first_of(self._found)


def require_keeper(actor: Actor) -> None:
    """Refuse everybody but those who keep the roster. Raises: NotYourRoster."""
    if actor.office not in ROSTER_OFFICES:
        raise NotYourRoster(
            _("Only the planner or an administrator keeps the roster."), next_step=_("Ask one of them.")
        )


def require_self_or(actor: Actor, auditor_id: int, offices: frozenset[Office]) -> None:
    """Refuse everybody but the auditor concerned and the given offices. Raises: NotYourRoster."""
    is_self = actor.office is Office.AUDITOR and actor.auditor_id == auditor_id
    if not is_self and actor.office not in offices:
        raise NotYourRoster(_("This is another auditor's to say."), next_step=_("Ask that auditor or the planner."))


def require_impartiality_officer(actor: Actor) -> None:
    """Refuse everybody but the impartiality officer; no other office unpins an interest. Raises: NotYourRoster."""
    if actor.office is not Office.IMPARTIALITY_OFFICER:
        raise NotYourRoster(
            _("Only the impartiality officer assesses interests."), next_step=_("Ask the impartiality officer.")
        )


def months_later(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last day of that month where it is shorter."""
    number = day.month - 1 + months
    year, month = day.year + number // 12, number % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


@dataclass(frozen=True, slots=True)
class Block:
    """The days on which an interest keeps an auditor away: from ``begins`` on and before ``ends`` (None: open)."""

    begins: date
    ends: date | None

    def meets(self, first: date, last: date) -> bool:
        """Tell whether the block touches a day from ``first`` to ``last``, both included."""
        return self.begins <= last and (self.ends is None or first < self.ends)


def block_of(*, verdict: str, from_on: date, until_on: date | None, cooling_off_months: int) -> Block | None:
    """Return the days on which an interest blocks; ``None`` where the impartiality officer let it through.

    An interest that nobody has assessed blocks from its beginning without an end: unseen is not harmless.
    A prohibited one blocks while it runs and for its cooling-off; the day after the last day of both is free.
    """
    if verdict in ("none", "manage"):
        return None
    if verdict == "unassessed" or until_on is None:
        return Block(from_on, None)
    return Block(from_on, months_later(until_on, cooling_off_months) + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class LeadRun:
    """How long an auditor has led at a firm without a break: the audits and the day of the first of them."""

    auditor_id: int
    firm_id: int
    audits: int
    since: date

    def years_on(self, day: date) -> int:
        """Return the whole years from the first of these audits to ``day``."""
        years = day.year - self.since.year - ((day.month, day.day) < (self.since.month, self.since.day))
        return max(0, years)


def present_runs(terms: Iterable[tuple[int, int, date]]) -> tuple[LeadRun, ...]:
    """Return the run that still lasts at each firm, from ``(auditor, firm, day led)`` in any order.

    Only the lead of a firm's latest audits has a run there: another lead in between is the cycle off that ends it.
    Source: policy/DECISIONS.md 12.
    """
    by_firm: dict[int, list[tuple[date, int]]] = {}
    for auditor, firm, led_on in terms:
        by_firm.setdefault(firm, []).append((led_on, auditor))
    runs = []
    for firm, led in sorted(by_firm.items()):
        led.sort()
        last = led[-1][1]
        count = next((n for n, (_day, auditor) in enumerate(reversed(led)) if auditor != last), len(led))
        runs.append(LeadRun(last, firm, count, led[-count][0]))
    return tuple(runs)
