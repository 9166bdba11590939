"""Reads of plans and of half-days that are given to audits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, or_, select

from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.refusals import Missing
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from scheduling.interval import HalfDay
from scheduling.tables import HalfDay as HalfDayRow
from scheduling.tables import PlanRow


class PlanMissing(Missing):
    """There is no such plan, or the seat may not see it."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A kept plan in a list. ``objective`` holds every level; smaller is better."""

    id: int
    ref: str
    public_id: str
    state: str
    status: str
    problem_digest: str
    placed: int
    unplaced: int
    objective: Mapping[str, int]
    made_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A kept plan with the two documents it consists of, as they were given."""

    line: PlanLine
    problem: Mapping[str, Any]
    plan: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TakenHalfDay:
    """A half-day that an auditor gives to an audit; ``state`` is held or booked."""

    auditor_id: int
    half_day: HalfDay
    audit_id: int
    audit_ref: str
    state: str


PLAN_COLUMNS = ListColumns(
    key=col(PlanRow.id),
    sorts={
        "made": col(PlanRow.created_at),
        "published": col(PlanRow.published_at),
        "ref": col(PlanRow.ref),
        "state": col(PlanRow.state),
    },
    filters={"state": col(PlanRow.state), "status": col(PlanRow.status)},
    search=(col(PlanRow.ref), col(PlanRow.problem_digest)),
)


def plan_row(reading: Reading, key: str) -> PlanRow:
    """Return the row of a plan by reference or public id. Raises: PlanMissing."""
    found = reading.session.exec(
        select(PlanRow).where(or_(col(PlanRow.ref) == key, col(PlanRow.public_id) == key))
    ).one_or_none()
    if found is None:
        raise PlanMissing(_("There is no such plan."), field="plan", next_step=_("Look at the list of plans."))
    return found


def plan_line(row: PlanRow) -> PlanLine:
    """Return a plan's value for lists."""
    return PlanLine(
        id=row.id or 0,
        ref=row.ref,
        public_id=row.public_id,
        state=row.state,
        status=row.status,
        problem_digest=row.problem_digest,
        placed=len(row.plan.get("assignments", ())),
        unplaced=len(row.plan.get("unplaced", ())),
        objective={str(level): int(value) for level, value in row.objective.items()},
        made_at=row.created_at,
        published_at=row.published_at,
    )


def plans(reading: Reading, request: ListRequest | None = None) -> Page[PlanLine]:
    """Return one page of the kept plans: one query."""
    asked = request or ListRequest(descending=True)
    return read_page(reading.session, select(PlanRow), asked, columns=PLAN_COLUMNS, make=plan_line)


def plan_file(reading: Reading, key: str) -> PlanFile:
    """Return a plan with its problem. Raises: PlanMissing."""
    row = plan_row(reading, key)
    return PlanFile(plan_line(row), row.problem, row.plan)


def taken_half_days(
    reading: Reading, *, first: HalfDay, last: HalfDay, auditor_ids: Iterable[int] | None = None
) -> tuple[TakenHalfDay, ...]:
    """Return the half-days given away from ``first`` to ``last``, both included, in order of person and time."""
    statement = select(HalfDayRow).where(
        col(HalfDayRow.half_day) >= first.ordinal, col(HalfDayRow.half_day) <= last.ordinal
    )
    if auditor_ids is not None:
        statement = statement.where(col(HalfDayRow.auditor_id).in_(list(auditor_ids)))
    rows = reading.session.exec(statement.order_by(col(HalfDayRow.auditor_id), col(HalfDayRow.half_day)))
    return tuple(_taken(row) for row in rows)


def half_days_of_audit(reading: Reading, audit_id: int) -> tuple[TakenHalfDay, ...]:
    """Return the half-days that an audit holds, in order of person and time."""
    rows = reading.session.exec(
        select(HalfDayRow)
        .where(col(HalfDayRow.audit_id) == audit_id)
        .order_by(col(HalfDayRow.auditor_id), col(HalfDayRow.half_day))
    )
    return tuple(_taken(row) for row in rows)


def _taken(row: HalfDayRow) -> TakenHalfDay:
    return TakenHalfDay(row.auditor_id, HalfDay(row.half_day), row.audit_id, row.audit_ref, row.state)
