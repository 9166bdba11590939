"""The planning problem: frozen values that check themselves. Their JSON form stands in ``problem_json``.

All stretches of time are half-open: ``from`` belongs to it, ``until`` does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pool.kernel.money import exponent_of
from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _
from scheduling.interval import MAX_CALENDAR_DAYS, HalfDay, Window, WorkingCalendar

TIERS = ("high", "medium", "low")
ROLES = ("lead", "member")
MAX_LEVEL = 3
MAX_PEOPLE = 4
MAX_HALF_DAYS = 240
MAX_RATE_MINOR = 10**9
MAX_LISTED = 10_000
MAX_NEEDS = 16
MAX_SEED = 2**31 - 1
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,63}\Z", re.ASCII)


class BadProblem(Invalid):
    """A value of the planning problem breaks a stated bound."""


def _demand(holds: bool, reason: str, at: str) -> None:
    if not holds:
        raise BadProblem(reason, field=at, next_step=_("See the schema of the problem."))


def _bounded(value: int, low: int, high: int, at: str) -> None:
    _demand(low <= value <= high, _("The value lies outside %(low)s to %(high)s.", low=low, high=high), at)


def _once(values: Iterable[object], at: str) -> None:
    seen: set[object] = set()
    for value in values:
        _demand(value not in seen, _("%(value)s stands here twice.", value=value), at)
        seen.add(value)


@dataclass(frozen=True, slots=True)
class Competence:
    """What an auditor can do, from ``valid_from`` on and before ``valid_until`` (None: open).

    Levels: 1 assists, 2 works alone, 3 leads. Source: effort.yaml, competence.
    """

    code: str
    level: int
    valid_from: date
    valid_until: date | None = None

    def __post_init__(self) -> None:
        _bounded(self.level, 1, MAX_LEVEL, "level")
        open_end = self.valid_until is None or self.valid_until > self.valid_from
        _demand(open_end, _("The competence ends before it begins."), "valid_until")


@dataclass(frozen=True, slots=True)
class Need:
    """A competence at a level that somebody in the team must hold, or one of ``alternatives`` in its place."""

    code: str
    min_level: int
    alternatives: tuple[Need, ...] = ()

    def __post_init__(self) -> None:
        _bounded(self.min_level, 1, MAX_LEVEL, "min_level")
        _bounded(len(self.alternatives), 0, MAX_NEEDS, "or")
        _demand(not any(other.alternatives for other in self.alternatives), _("Alternatives do not nest."), "or")

    def is_met_by(self, competence: Competence) -> bool:
        """Tell whether a competence is one of the asked ones, at its level."""
        return any(
            competence.code == option.code and competence.level >= option.min_level
            for option in (self, *self.alternatives)
        )


#: The lead of a team. Source: effort.yaml, competence.levels.
LEAD_NEED = Need("F1", 3)


@dataclass(frozen=True, slots=True)
class Auditor:
    """A person of the pool; ``max_half_days`` is what may still be planned in the horizon.

    ``unavailable`` holds leave and what is booked already. ``region`` None: no home region is stated.
    """

    id: str
    competences: tuple[Competence, ...]
    languages: tuple[str, ...]
    max_half_days: int
    day_rate_minor: int
    region: str | None = None
    unavailable: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        _bounded(self.max_half_days, 0, 2 * MAX_CALENDAR_DAYS, "max_half_days")
        _bounded(self.day_rate_minor, 0, MAX_RATE_MINOR, "day_rate_minor")


@dataclass(frozen=True, slots=True)
class Member:
    """A seat in a team: ``role`` is ``lead`` or ``member``."""

    auditor: str
    role: str

    def __post_init__(self) -> None:
        _demand(self.role in ROLES, _("The role is lead or member."), "role")


@dataclass(frozen=True, slots=True)
class Pin:
    """What is fixed already: the start, and seats that must be in the team in these roles."""

    start: HalfDay | None = None
    team: tuple[Member, ...] = ()

    def __post_init__(self) -> None:
        _once((seat.auditor for seat in self.team), "team")
        _demand(sum(seat.role == "lead" for seat in self.team) <= 1, _("A team has one lead."), "team")


@dataclass(frozen=True, slots=True)
class Audit:
    """A booked audit to be placed: ``people`` work the same ``half_days`` consecutive working half-days.

    ``language`` None: any. ``region`` None: remote, nobody travels. ``excluded``: auditors who declined, were
    objected to, or judged it before.
    """

    id: str
    firm: str
    tier: str
    needs: tuple[Need, ...]
    half_days: int
    window: Window
    people: int
    lead: Need = LEAD_NEED
    language: str | None = None
    region: str | None = None
    pinned: Pin | None = None
    excluded: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _demand(self.tier in TIERS, _("The tier is high, medium or low."), "tier")
        _bounded(self.half_days, 1, MAX_HALF_DAYS, "half_days")
        _bounded(self.people, 1, MAX_PEOPLE, "people")
        _bounded(len(self.needs), 0, MAX_NEEDS, "needs")
        _once((need.code for need in self.needs), "needs")
        if self.pinned is not None:
            _demand(
                len(self.pinned.team) <= self.people,
                _("More people are pinned than work here."),
                "pinned.team",
            )
            room_for_lead = len(self.pinned.team) < self.people or any(m.role == "lead" for m in self.pinned.team)
            _demand(room_for_lead, _("The pinned team leaves no seat for a lead."), "pinned.team")


@dataclass(frozen=True, slots=True)
class Interest:
    """A relation between an auditor and a firm; ``ends`` is the end of its cooling-off (None: open).

    ``kind`` is a word such as employment, consultancy, ownership, family, competitor, reciprocity, ethics_review or
    help_desk. Only those that block keep the auditor away.
    """

    auditor: str
    firm: str
    kind: str
    begins: date | None = None
    ends: date | None = None
    blocks: bool = True

    def __post_init__(self) -> None:
        _demand(bool(_SLUG.match(self.kind)), _("The kind is a word in small letters."), "kind")
        if self.begins is not None and self.ends is not None:
            _demand(self.ends > self.begins, _("The interest ends before it begins."), "until")


@dataclass(frozen=True, slots=True)
class LeadRow:
    """How often and how long an auditor has led at a firm in a row; a cycle off ends the row, then it is not listed."""

    auditor: str
    firm: str
    lead_audits: int
    lead_years: int

    def __post_init__(self) -> None:
        _bounded(self.lead_audits, 0, 100, "lead_audits")
        _bounded(self.lead_years, 0, 100, "lead_years")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the rules and of the search; ``effort`` is CP-SAT deterministic time, about a second each.

    Source: policy/DECISIONS.md 11 (one to four people) and 12 (three audits or four years in a row).
    """

    lead_audits_in_a_row: int = 3
    lead_years_in_a_row: int = 4
    max_people: int = MAX_PEOPLE
    effort: int = 7

    def __post_init__(self) -> None:
        _bounded(self.lead_audits_in_a_row, 1, 100, "lead_audits_in_a_row")
        _bounded(self.lead_years_in_a_row, 1, 100, "lead_years_in_a_row")
        _bounded(self.max_people, 1, MAX_PEOPLE, "max_people")
        _bounded(self.effort, 0, 3600, "effort")


@dataclass(frozen=True)
class Problem:
    """Everything a plan depends on. ``digest`` names the document it was read from; empty when it was not read."""

    first_day: date
    last_day: date
    currency: str
    auditors: tuple[Auditor, ...]
    audits: tuple[Audit, ...]
    interests: tuple[Interest, ...] = ()
    rotation: tuple[LeadRow, ...] = ()
    holidays: tuple[date, ...] = ()
    travel_minor: int = 0
    seed: int = 0
    limits: Limits = Limits()
    digest: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        WorkingCalendar(self.first_day, self.last_day)
        exponent_of(self.currency)
        _bounded(self.seed, 0, MAX_SEED, "seed")
        _bounded(self.travel_minor, 0, MAX_RATE_MINOR, "travel_minor")
        self._check_identities()
        self._check_references()

    def _check_identities(self) -> None:
        for name, listed in (("auditors", self.auditors), ("audits", self.audits)):
            _bounded(len(listed), 0, MAX_LISTED, name)
        _once((auditor.id for auditor in self.auditors), "auditors")
        _once((audit.id for audit in self.audits), "audits")
        _once(self.holidays, "holidays")
        _once(((row.auditor, row.firm) for row in self.rotation), "rotation")

    def _check_references(self) -> None:
        known = {auditor.id for auditor in self.auditors}

        def check(auditor: str, at: str) -> None:
            _demand(auditor in known, _("No auditor %(auditor)s is listed.", auditor=auditor), at)

        for number, audit in enumerate(self.audits):
            at = f"audits[{number}]"
            _bounded(audit.people, 1, self.limits.max_people, f"{at}.people")
            for excluded in audit.excluded:
                check(excluded, f"{at}.excluded")
            for seat in audit.pinned.team if audit.pinned else ():
                check(seat.auditor, f"{at}.pinned.team")
        for number, interest in enumerate(self.interests):
            check(interest.auditor, f"interests[{number}].auditor")
        for number, row in enumerate(self.rotation):
            check(row.auditor, f"rotation[{number}].auditor")
