"""Rows of time: plans, booked half-days and due jobs."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field

from pool.kernel.rows import BIGINT, Fenced, Row, bigint, check, json_value, one_of
from pool.kernel.tenancy import OFFICES_ONLY, Visibility


class PlanRow(Row, table=True):
    """A solved plan with the problem it answers; both are kept, so the checker can be run again at any time."""

    __tablename__ = "plan"
    __table_args__ = (
        one_of("state", ("solved", "published", "discarded")),
        one_of("status", ("optimal", "feasible")),
    )
    visibility: ClassVar[Visibility] = OFFICES_ONLY

    ref: str = Field(max_length=20, unique=True)
    problem: dict[str, Any] = json_value()
    problem_digest: str = Field(max_length=71)
    plan: dict[str, Any] = json_value()
    objective: dict[str, Any] = json_value()
    status: str = Field(max_length=20)
    state: str = Field(default="solved", max_length=20)
    made_by: int | None = bigint(None)
    published_at: datetime | None = None


class HalfDay(Fenced, table=True):
    """One half-day of one auditor given to one audit. The primary key is what keeps it from being given twice."""

    __tablename__ = "half_day"
    __table_args__ = (one_of("state", ("held", "booked")), check("half_day >= 0", "half_day_on_grid"))
    visibility: ClassVar[Visibility] = Visibility(auditor="auditor_id", audit="audit_id", pool_writes=True)
    append_only: ClassVar[bool] = False

    auditor_id: int = Field(primary_key=True, sa_type=BIGINT, foreign_key="auditor.id")
    half_day: int = Field(primary_key=True, sa_type=BIGINT)
    audit_id: int = bigint(foreign_key="audit.id", index=True)
    audit_ref: str = Field(max_length=20)
    state: str = Field(default="held", max_length=10)
    booked_at: datetime


class Job(Row, table=True):
    """A thing due at an instant, done once. The clock only looks for rows; losing the clock loses nothing."""

    __tablename__ = "job"
    __table_args__ = (one_of("state", ("due", "claimed", "done", "dead")), check("attempts >= 0", "attempts_counted"))
    visibility: ClassVar[Visibility] = OFFICES_ONLY

    kind: str = Field(max_length=60, index=True)
    dedupe_key: str = Field(max_length=120, unique=True)
    payload: dict[str, Any] = json_value()
    due_at: datetime = Field(index=True)
    state: str = Field(default="due", max_length=10, index=True)
    attempts: int = 0
    claimed_by: str = Field(default="", max_length=80)
    lease_until: datetime | None = None
    last_error: str = Field(default="", max_length=2000)
    done_at: datetime | None = None
