"""Who could sit in which audit from which start, before any audit is placed: the solver's side of the hard rules.

Sets of working half-days, and of starts, are bit masks (bit i = half-day i of the calendar). A start is in a mask when
the whole run of the audit from it on is allowed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from scheduling.interval import WorkingCalendar, starts_of_runs
from scheduling.problem import Audit, Auditor, Need, Problem


@dataclass(frozen=True, slots=True)
class Candidate:
    """An auditor who could sit in an audit. ``auditor`` is an index; the rest are masks of starts.

    ``attend`` is any seat, ``lead`` and ``member`` the two seats, ``covers`` one mask per need of the audit.
    """

    auditor: int
    price_minor: int
    attend: int
    lead: int
    member: int
    covers: tuple[int, ...]
    is_pinned: bool

    @property
    def is_any(self) -> bool:
        """Tell whether there is any start for this person."""
        return bool(self.attend)


@dataclass(frozen=True, slots=True)
class Choice:
    """An audit with its possible starts and the people who could sit in it."""

    number: int
    audit: Audit
    starts: int
    candidates: tuple[Candidate, ...]


class Candidates:
    """The tables of one problem: masks per auditor and rule, and the choices of every audit."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.calendar = WorkingCalendar(problem.first_day, problem.last_day, problem.holidays)
        self.free = [self._free(auditor) for auditor in problem.auditors]
        self._valid: dict[tuple[int, Need], int] = {}
        self._blocked: dict[tuple[str, str], int] = defaultdict(int)
        for interest in problem.interests:
            if interest.blocks:
                begins = interest.begins or problem.first_day
                self._blocked[interest.auditor, interest.firm] |= self.calendar.mask_of_days(begins, interest.ends)
        self._rows = {(row.auditor, row.firm): row for row in problem.rotation}

    def _free(self, auditor: Auditor) -> int:
        away = 0
        for window in auditor.unavailable:
            away |= self.calendar.mask_of(window.begins, window.ends)
        return self.calendar.everything & ~away

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """Return the choice of every audit, in the order of the problem."""
        return tuple(self._choice(number, audit) for number, audit in enumerate(self.problem.audits))

    def window_starts(self, audit: Audit) -> int:
        """Return the starts from which the audit ends within its window and the horizon."""
        inside = self.calendar.mask_of(audit.window.begins, audit.window.ends)
        return starts_of_runs(inside, audit.half_days)

    def pinned_starts(self, audit: Audit) -> int:
        """Return the starts that the pin of the audit allows."""
        if audit.pinned is None or audit.pinned.start is None:
            return self.calendar.everything
        index = self.calendar.index_of(audit.pinned.start)
        return 0 if index is None else 1 << index

    def free_starts(self, auditor: int, half_days: int, busy: int = 0) -> int:
        """Return the starts at which the auditor is free throughout, ``busy`` left out too."""
        return starts_of_runs(self.free[auditor] & ~busy, half_days)

    def clear_starts(self, auditor: int, audit: Audit) -> int:
        """Return the starts at which no interest of the auditor in the firm blocks on any day."""
        name = self.problem.auditors[auditor].id
        blocked = self._blocked.get((name, audit.firm), 0)
        return starts_of_runs(self.calendar.everything & ~blocked, audit.half_days)

    def valid_starts(self, auditor: int, need: Need, half_days: int) -> int:
        """Return the starts at which the auditor holds ``need`` at its level on every day."""
        key = (auditor, need)
        if key not in self._valid:
            mask = 0
            for held in self.problem.auditors[auditor].competences:
                if need.is_met_by(held):
                    mask |= self.calendar.mask_of_days(held.valid_from, held.valid_until)
            self._valid[key] = mask
        return starts_of_runs(self._valid[key], half_days)

    def speaks(self, auditor: int, audit: Audit) -> bool:
        """Tell whether the auditor speaks the language of the audit."""
        return audit.language is None or audit.language in self.problem.auditors[auditor].languages

    def leads_left(self, auditor: int, firm: str) -> int:
        """Return how many more audits in a row the auditor may lead at ``firm``."""
        limits = self.problem.limits
        row = self._rows.get((self.problem.auditors[auditor].id, firm))
        if row is None:
            return limits.lead_audits_in_a_row
        if row.lead_years >= limits.lead_years_in_a_row:
            return 0
        return max(0, limits.lead_audits_in_a_row - row.lead_audits)

    def price_minor(self, auditor: int, audit: Audit) -> int:
        """Return what one seat of the audit costs when this auditor takes it."""
        person = self.problem.auditors[auditor]
        travels = audit.region is not None and audit.region != person.region
        return (person.day_rate_minor * audit.half_days + 1) // 2 + travels * self.problem.travel_minor

    def _choice(self, number: int, audit: Audit) -> Choice:
        starts = self.window_starts(audit) & self.pinned_starts(audit)
        found = (self._candidate(auditor, audit, starts) for auditor in range(len(self.problem.auditors)))
        return Choice(number, audit, starts, tuple(candidate for candidate in found if candidate is not None))

    def _candidate(self, auditor: int, audit: Audit, starts: int) -> Candidate | None:
        person = self.problem.auditors[auditor]
        allowed = person.id not in audit.excluded and person.max_half_days >= audit.half_days
        if not starts or not allowed or not self.speaks(auditor, audit):
            return None
        attend = starts & self.free_starts(auditor, audit.half_days) & self.clear_starts(auditor, audit)
        covers = tuple(attend & self.valid_starts(auditor, need, audit.half_days) for need in audit.needs)
        member = 0
        for mask in covers:
            member |= mask
        if not audit.needs:
            member = attend
        lead = attend & self.valid_starts(auditor, audit.lead, audit.half_days)
        if not self.leads_left(auditor, audit.firm):
            lead = 0
        seat = pinned_seat(audit, person.id)
        lead = lead if seat in ("lead", "any") else 0
        member = member if seat in ("member", "any") and audit.people > 1 else 0
        if audit.people > 1 and lead_is_pinned(audit) and seat == "any":
            lead = 0
        attend = lead | member
        if not attend:
            return None
        covers = tuple(mask & attend for mask in covers)
        price = self.price_minor(auditor, audit)
        return Candidate(auditor, price, attend, lead, member, covers, is_pinned=seat in ("lead", "member"))


def pinned_seat(audit: Audit, auditor: str) -> str:
    """Return ``lead`` or ``member`` for a pinned seat, ``any`` for a free one, ``none`` when the team is full."""
    if audit.pinned is None:
        return "any"
    for seat in audit.pinned.team:
        if seat.auditor == auditor:
            return seat.role
    return "none" if len(audit.pinned.team) == audit.people else "any"


def lead_is_pinned(audit: Audit) -> bool:
    return audit.pinned is not None and any(seat.role == "lead" for seat in audit.pinned.team)
