"""Rows of auditors: profile, competence with dates, leave and interests."""

from datetime import date, datetime
from typing import ClassVar

from sqlmodel import Field

from auditors.roster.rules import INTEREST_KINDS
from pool.kernel.rows import Row, bigint, check, json_value, one_of, unique
from pool.kernel.tenancy import Visibility


class Auditor(Row, table=True):
    """An auditor of the pool. ``max_half_days`` is the load limit per 30 days."""

    __tablename__ = "auditor"
    __table_args__ = (
        one_of("state", ("active", "paused", "left")),
        check("max_half_days BETWEEN 1 AND 62", "load_limit_in_range"),
        check("day_rate_minor >= 0", "rate_not_negative"),
    )
    visibility: ClassVar[Visibility] = Visibility(auditor="id")

    ref: str = Field(max_length=20, unique=True)
    name: str = Field(max_length=200)
    region: str = Field(max_length=40)
    languages: list[str] = json_value(list)
    time_zone: str = Field(default="UTC", max_length=60)
    day_rate_minor: int = bigint()
    currency: str = Field(max_length=3)
    max_half_days: int = Field(default=30)
    state: str = Field(default="active", max_length=20)
    is_demo: bool = False


class Competence(Row, table=True):
    """One competence (function F1..F7 or sector X-...) at a level 1..3, valid between two days, with evidence."""

    __tablename__ = "competence"
    __table_args__ = (
        check("level BETWEEN 1 AND 3", "level_in_range"),
        check("valid_until >= valid_from", "validity_runs_forward"),
    )
    visibility: ClassVar[Visibility] = Visibility(auditor="auditor_id")
    append_only: ClassVar[bool] = False

    auditor_id: int = bigint(foreign_key="auditor.id", index=True)
    code: str = Field(max_length=20)
    level: int
    valid_from: date
    valid_until: date
    evidence_digest: str | None = Field(default=None, max_length=71)
    evidence_note: str = Field(default="", max_length=500)
    confirmed_by: int | None = bigint(None)
    ended_at: datetime | None = None


class Leave(Row, table=True):
    """A span of half-days an auditor cannot work, first and last included (grid of scheduling.interval)."""

    __tablename__ = "auditor_leave"
    __table_args__ = (check("last_half_day >= first_half_day", "span_runs_forward"),)
    visibility: ClassVar[Visibility] = Visibility(auditor="auditor_id")

    auditor_id: int = bigint(foreign_key="auditor.id", index=True)
    first_half_day: int = bigint()
    last_half_day: int = bigint()
    kind: str = Field(default="leave", max_length=20)
    note: str = Field(default="", max_length=500)
    cancelled_at: datetime | None = None


class Interest(Row, table=True):
    """A tie between an auditor and a firm. It blocks while it runs and for the cooling-off that follows it.

    ``verdict`` is the impartiality officer's: none, manage or prohibit; ``unassessed`` blocks until it is given.
    """

    __tablename__ = "interest"
    __table_args__ = (
        one_of("kind", INTEREST_KINDS),
        one_of("verdict", ("unassessed", "none", "manage", "prohibit")),
        check("until_on IS NULL OR until_on >= from_on", "span_runs_forward"),
        check("cooling_off_months BETWEEN 0 AND 120", "cooling_off_in_range"),
    )
    visibility: ClassVar[Visibility] = Visibility(auditor="auditor_id")

    auditor_id: int = bigint(foreign_key="auditor.id", index=True)
    firm_id: int | None = bigint(None, foreign_key="firm.id", index=True)
    firm_name: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    from_on: date
    until_on: date | None = None
    cooling_off_months: int = 24
    note: str = Field(default="", max_length=2000)
    verdict: str = Field(default="unassessed", max_length=20)
    assessed_by: int | None = bigint(None)
    assessed_at: datetime | None = None
    verdict_reason: str = Field(default="", max_length=2000)
    source: str = Field(default="declared", max_length=20)


class LeadTerm(Row, table=True):
    """That an auditor led an audit at a firm, which the rotation rule counts."""

    __tablename__ = "lead_term"
    __table_args__ = (unique("auditor_id", "audit_ref"),)
    visibility: ClassVar[Visibility] = Visibility(auditor="auditor_id")

    auditor_id: int = bigint(foreign_key="auditor.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    audit_ref: str = Field(max_length=20)
    led_on: date
