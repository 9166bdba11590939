"""Frozen values that the roster hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from auditors.roster.rules import Block, LeadRun
from scheduling.interval import HalfDay, Window


@dataclass(frozen=True, slots=True)
class AuditorView:
    """An auditor. ``max_half_days`` is the load limit per 30 days."""

    id: int
    ref: str
    public_id: str
    name: str
    region: str
    languages: tuple[str, ...]
    time_zone: str
    day_rate_minor: int
    currency: str
    max_half_days: int
    state: str
    is_demo: bool


@dataclass(frozen=True, slots=True)
class CompetenceView:
    """A competence with its validity, first and last day included."""

    public_id: str
    code: str
    level: int
    valid_from: date
    valid_until: date
    evidence_digest: str | None
    evidence_note: str
    ended_at: datetime | None

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the competence counts on ``day``."""
        return self.ended_at is None and self.valid_from <= day <= self.valid_until


@dataclass(frozen=True, slots=True)
class LeaveView:
    """A span of half-days an auditor cannot work, first and last included."""

    public_id: str
    first: HalfDay
    last: HalfDay
    kind: str
    note: str

    @property
    def window(self) -> Window:
        """Return the span as a half-open window."""
        return Window(self.first, self.last.next())


@dataclass(frozen=True, slots=True)
class InterestView:
    """A tie between an auditor and a firm; ``block`` is when it keeps the auditor away."""

    public_id: str
    auditor_id: int
    auditor_ref: str
    auditor_name: str
    firm_id: int | None
    firm_name: str
    kind: str
    from_on: date
    until_on: date | None
    cooling_off_months: int
    note: str
    verdict: str
    verdict_reason: str
    assessed_at: datetime | None
    source: str
    block: Block | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LeadTermView:
    """That an auditor led, or is booked to lead, an audit at a firm."""

    firm_id: int
    audit_ref: str
    led_on: date


@dataclass(frozen=True, slots=True)
class AuditorLine:
    """An auditor in a list: valid competence today as ``(code, level)`` and half-days taken in the next 30 days."""

    auditor: AuditorView
    competences: tuple[tuple[str, int], ...]
    expiring_on: date | None
    load: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything about one auditor."""

    auditor: AuditorView
    competences: tuple[CompetenceView, ...]
    leave: tuple[LeaveView, ...]
    interests: tuple[InterestView, ...]
    leads: tuple[LeadTermView, ...]


@dataclass(frozen=True, slots=True)
class CalendarSpan:
    """Half-days in a row of one auditor, both ends included: ``kind`` is leave, held or booked."""

    auditor_id: int
    kind: str
    first: HalfDay
    last: HalfDay
    audit_ref: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlannableAuditor:
    """What planning needs of an auditor in a horizon. ``half_days_left`` is what the load limit still allows."""

    auditor: AuditorView
    competences: tuple[CompetenceView, ...]
    unavailable: tuple[Window, ...]
    interests: tuple[InterestView, ...]
    runs: tuple[LeadRun, ...]
    half_days_left: int

    def profile_on(self, day: date) -> dict[str, int]:
        """Return the highest valid level of each competence on ``day``."""
        levels: dict[str, int] = {}
        for held in self.competences:
            if held.is_valid_on(day):
                levels[held.code] = max(held.level, levels.get(held.code, 0))
        return levels

    def is_kept_from(self, firm_id: int, first: date, last: date) -> bool:
        """Tell whether an interest blocks at a firm on a day from ``first`` to ``last``."""
        return any(
            tie.firm_id == firm_id and tie.block is not None and tie.block.meets(first, last) for tie in self.interests
        )
