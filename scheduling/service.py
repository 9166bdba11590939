"""Writes of plans and half-days: a half-day of an auditor is given once, and only a legal plan is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from pool.kernel.refusals import Conflict, Forbidden
from pool.kernel.roles import Office
from pool.kernel.storage import Work
from pool.kernel.words import gettext as _
from scheduling.interval import HalfDay
from scheduling.plan import Plan, plan_from_json
from scheduling.problem import Problem
from scheduling.problem_json import problem_from_json
from scheduling.queries import PlanLine, plan_line, plan_row
from scheduling.tables import HalfDay as HalfDayRow
from scheduling.tables import PlanRow
from scheduling.verify import verify

#: The clock may plan one audit again after a decline; everything else is the planner's.
PLANNING_OFFICES = frozenset({Office.PLANNER, Office.SYSTEM})


class NotPlanner(Forbidden):
    """Only the planner keeps, publishes and discards plans."""


class HalfDayTaken(Conflict):
    """A half-day is given to another audit already; the database itself holds this rule."""


class NoHalfDays(Conflict):
    """The audit holds no half-days, so there is nothing to book."""


class PlanNotLegal(Conflict):
    """The independent checker found that the plan breaks rules; ``facts["violations"]`` lists them."""


class PlanSettled(Conflict):
    """The plan was published or discarded before."""


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """A plan that the checker found legal and that is now published."""

    line: PlanLine
    problem: Problem
    plan: Plan


# --------------------------------------------------------------------------------------------------
# Half-days


def hold(
    work: Work, *, audit_id: int, audit_ref: str, auditor_ids: Sequence[int], half_days: Sequence[HalfDay]
) -> None:
    """Hold the same half-days of several auditors for one audit. Call it in the pool's scope.

    Raises: HalfDayTaken where one of them is given away, also when somebody else took it this instant.
    """
    ordinals = [half_day.ordinal for half_day in half_days]
    taken = work.session.exec(
        select(HalfDayRow)
        .where(col(HalfDayRow.auditor_id).in_(list(auditor_ids)), col(HalfDayRow.half_day).in_(ordinals))
        .order_by(col(HalfDayRow.half_day))
    ).all()
    if taken:
        raise _taken((row.auditor_id, HalfDay(row.half_day), row.audit_ref) for row in taken)
    work.session.add_all(
        HalfDayRow(
            auditor_id=auditor,
            half_day=ordinal,
            audit_id=audit_id,
            audit_ref=audit_ref,
            state="held",
            booked_at=work.at,
        )
        for auditor in auditor_ids
        for ordinal in ordinals
    )
    try:
        work.flush()
    except IntegrityError as error:
        # Why here too: another transaction may have taken it since the look above; the primary key decides.
        if "half_day" in str(error.orig) and _is_double(error):
            raise _taken(()) from error
        raise


def _is_double(error: IntegrityError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE" in str(error.orig)


def _taken(found: Iterable[tuple[int, HalfDay, str]]) -> HalfDayTaken:
    listed = [{"auditor_id": auditor, "half_day": str(half), "audit": audit} for auditor, half, audit in found]
    first = listed[0] if listed else None
    return HalfDayTaken(
        _("The half-day %(at)s is given to %(audit)s already.", at=first["half_day"], audit=first["audit"])
        if first
        else _("One of the half-days was given to another audit this instant."),
        field="half_days",
        next_step=_("Export the problem again and make a new plan."),
        facts={"taken": listed},
    )


def free(work: Work, *, audit_id: int) -> int:
    """Give the half-days of an audit back; return how many there were. Call it in the pool's scope."""
    rows = work.session.exec(select(HalfDayRow).where(col(HalfDayRow.audit_id) == audit_id)).all()
    for row in rows:
        work.session.delete(row)
    work.flush()
    return len(rows)


def hand_over(
    work: Work, *, audit_id: int, audit_ref: str, leaves: int, comes: int, half_days: Sequence[HalfDay]
) -> None:
    """Give one auditor's half-days of an audit to another, in the state they are in. Call it in the pool's scope.

    Raises: HalfDayTaken where one of them is given away in the calendar of who comes.
    """
    if leaves == comes or not half_days:
        return
    rows = work.session.exec(
        select(HalfDayRow).where(
            col(HalfDayRow.audit_id) == audit_id,
            col(HalfDayRow.auditor_id) == leaves,
            col(HalfDayRow.half_day).in_([half_day.ordinal for half_day in half_days]),
        )
    ).all()
    states = {row.half_day: row.state for row in rows}
    for row in rows:
        work.session.delete(row)
    work.flush()
    hold(work, audit_id=audit_id, audit_ref=audit_ref, auditor_ids=[comes], half_days=half_days)
    for row in work.session.exec(
        select(HalfDayRow).where(
            col(HalfDayRow.audit_id) == audit_id,
            col(HalfDayRow.auditor_id) == comes,
            col(HalfDayRow.half_day).in_(list(states)),
        )
    ).all():
        row.state = states[row.half_day]
    work.flush()


def book(work: Work, *, audit_id: int) -> int:
    """Turn the held half-days of an audit into booked ones; return how many. Call it in the pool's scope.

    Raises: NoHalfDays.
    """
    rows = work.session.exec(select(HalfDayRow).where(col(HalfDayRow.audit_id) == audit_id)).all()
    if not rows:
        raise NoHalfDays(_("No half-days are held for this audit."), next_step=_("Publish a plan that places it."))
    for row in rows:
        row.state, row.booked_at = "booked", work.at
    work.flush()
    return len(rows)


# --------------------------------------------------------------------------------------------------
# Plans


def keep_plan(work: Work, *, problem: Mapping[str, Any], plan: Mapping[str, Any]) -> PlanLine:
    """Keep a plan beside the problem it answers, both as documents; whether it is legal is asked at publication.

    Raises: NotPlanner; Invalid where a document does not have the shape of its schema; PlanNotLegal where the plan
    names another problem.
    """
    _require_planner(work)
    asked, answer = problem_from_json(problem), plan_from_json(plan)
    if answer.problem_digest != asked.digest:
        raise PlanNotLegal(
            _("The plan was made for another problem."),
            field="plan.problem_digest",
            next_step=_("Give the problem the plan was made for."),
        )
    row = work.add(
        PlanRow(
            ref=work.next_reference("PLN"),
            problem=dict(problem),
            problem_digest=asked.digest,
            plan=dict(plan),
            objective=dict(answer.objective),
            status=answer.status,
            state="solved",
            made_by=work.actor.person_id,
        )
    )
    work.note(
        "plan.kept",
        subject_kind="plan",
        subject_ref=row.ref,
        after={
            "problem": row.problem_digest,
            "status": row.status,
            "placed": len(answer.assignments),
            "unplaced": len(answer.unplaced),
        },
    )
    return plan_line(row)


def publish_plan(work: Work, *, plan: str) -> PublishedPlan:
    """Publish a kept plan after the independent checker, which shares no code with the solver, found it legal.

    Raises: NotPlanner, PlanMissing, PlanSettled, PlanNotLegal with the violations.
    """
    _require_planner(work)
    row = plan_row(work, plan)
    _require_open(row)
    verdict = verify(row.problem, row.plan)
    if not verdict["valid"]:
        raise PlanNotLegal(
            _("The plan breaks %(n)s rules, the first: %(text)s", n=len(verdict["violations"]),
              text=verdict["violations"][0]["text"]),
            field="plan",
            next_step=_("Solve the problem again; a plan that was changed by hand must pass the checker."),
            facts={"violations": verdict["violations"]},
        )  # fmt: skip
    row.state, row.published_at = "published", work.at
    work.flush()
    work.note("plan.published", subject_kind="plan", subject_ref=row.ref, after={"objective": verdict["objective"]})
    return PublishedPlan(plan_line(row), problem_from_json(row.problem), plan_from_json(row.plan))


def discard_plan(work: Work, *, plan: str, reason: str) -> PlanLine:
    """Put a kept plan aside; it stays readable. Raises: NotPlanner, PlanMissing, PlanSettled."""
    _require_planner(work)
    row = plan_row(work, plan)
    _require_open(row)
    row.state = "discarded"
    work.flush()
    work.note("plan.discarded", subject_kind="plan", subject_ref=row.ref, reason=reason.strip()[:2000])
    return plan_line(row)


def _require_planner(work: Work) -> None:
    if work.actor.office not in PLANNING_OFFICES:
        raise NotPlanner(_("Only the planner works on plans."), next_step=_("Ask the planner."))


def _require_open(row: PlanRow) -> None:
    if row.state != "solved":
        raise PlanSettled(
            _("This plan was %(state)s before.", state=row.state),
            field="plan",
            next_step=_("Export the problem again and make a new plan."),
            facts={"state": row.state},
        )
