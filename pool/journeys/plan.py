"""Planning: the open problem out of the database, a legal plan back into it, the auditors' answers, the next best.

Solving stands outside: it is pure, may take long, and is checked again by other code before anything is published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from auditors.roster import queries as roster
from auditors.roster.values import PlannableAuditor
from pool.bookings import queries, service
from pool.bookings.rules import NOTICE_DAYS
from pool.bookings.service import Answered, AskedMember, MadeProposal
from pool.bookings.states import BookingState
from pool.bookings.values import OpenBooking
from pool.journeys.asking import asked
from pool.journeys.book import give_way
from pool.kernel.clock import day_of
from pool.kernel.refusals import Conflict
from pool.kernel.roles import Office
from pool.kernel.storage import Reading, Work, takes_numbers
from pool.kernel.words import gettext as _
from pool.members import queries as members
from pool.policy.loading import load_edition
from scheduling import service as scheduling
from scheduling.alternative import propose_alternative
from scheduling.interval import HalfDay, Window
from scheduling.plan import FEASIBLE, LEVELS, Assignment, FunnelStep, Plan, Unplaced, plan_to_json
from scheduling.problem import (
    LEAD_NEED,
    Audit,
    Auditor,
    Competence,
    Interest,
    LeadRow,
    Limits,
    Member,
    Need,
    Problem,
)
from scheduling.problem_json import digest_of_problem, problem_to_json
from scheduling.queries import PlanLine
from scheduling.service import NotPlanner
from scheduling.verify import violations_of

MOST_AUDITS = 100
MOST_DAYS = 366
#: A plan that was kept for a while still gives this much notice when it is published.
LEAST_NOTICE_DAYS = 7
#: Rules that speak of the document a plan was made for, not of the world.
_OF_THE_DOCUMENT = frozenset({"problem-digest", "objective"})
#: What an audit without a working half-day in its window is told.
NO_WINDOW: tuple[dict[str, Any], ...] = ({"rule": "all", "left": 0}, {"rule": "window", "left": 0})


class PlanStale(Conflict):
    """A plan no longer fits what is booked: the problem is to be exported and solved again."""


class NotReplanned(Conflict):
    """There is nothing to plan again for this booking."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication led to: proposals made, bookings put on the waiting list."""

    plan_ref: str
    proposals: tuple[str, ...]
    waitlisted: tuple[str, ...]


# --------------------------------------------------------------------------------------------------
# The problem


def export_problem(
    reading: Reading,
    *,
    currency: str = "EUR",
    refs: Sequence[str] | None = None,
    notice_days: int = NOTICE_DAYS,
    until: date | None = None,
) -> Problem:
    """Return the open problem: waiting bookings in the order of their requests, and what auditors can and may.

    Confirmed and proposed work stands in it as half-days that are not available. Ids are references. At most 100
    bookings are taken, the oldest requests first; bookings whose window has no day left are not in it.
    Raises: NotPlanner outside the pool's planning.
    """
    _require_planning(reading)
    first_day = day_of(reading.at) + timedelta(days=notice_days)
    rules = load_edition().effort
    waiting = [
        (one, window)
        for one in queries.open_bookings(reading, refs=refs)
        if (window := window_ahead(one.window, first_day)) is not None and one.audit_ref
    ][:MOST_AUDITS]
    last_day = until or max((window.ends.day - timedelta(days=1) for _one, window in waiting), default=first_day)
    last_day = max(first_day, min(last_day, first_day + timedelta(days=MOST_DAYS)))
    seated = members.people_of_auditors(reading)
    available = [
        one
        for one in roster.for_problem(reading, first_day=first_day, last_day=last_day)
        if one.auditor.currency == currency and one.auditor.id in seated
    ]
    firms = {firm.id: firm.ref for firm in members.firms(reading)}
    names = {one.auditor.id: one.auditor.ref for one in available}
    return Problem(
        first_day=first_day,
        last_day=last_day,
        currency=currency,
        auditors=tuple(_auditor(one) for one in available),
        audits=tuple(_audit(one, window, firms[one.firm_id], names) for one, window in waiting),
        interests=tuple(_interests(available, firms)),
        rotation=tuple(
            LeadRow(one.auditor.ref, firms[run.firm_id], run.audits, run.years_on(first_day))
            for one in available
            for run in one.runs
            if run.firm_id in firms
        ),
        limits=Limits(
            lead_audits_in_a_row=rules.rotation.max_audits_in_a_row,
            lead_years_in_a_row=rules.rotation.max_years_in_a_row,
            max_people=rules.max_people,
        ),
    )


def _require_planning(reading: Reading) -> None:
    if reading.actor.office not in scheduling.PLANNING_OFFICES:
        raise NotPlanner(_("Only the planner works on plans."), next_step=_("Ask the planner."))


def window_ahead(window: Window, first_day: date) -> Window | None:
    """Return the part of a window from ``first_day`` on, or ``None`` where nothing of it is left."""
    begins = max(window.begins, HalfDay.morning(first_day))
    return Window(begins, window.ends) if begins < window.ends else None


def _auditor(one: PlannableAuditor) -> Auditor:
    return Auditor(
        id=one.auditor.ref,
        competences=tuple(
            Competence(held.code, held.level, held.valid_from, held.valid_until + timedelta(days=1))
            for held in one.competences
            if held.ended_at is None
        ),
        languages=one.auditor.languages,
        max_half_days=one.half_days_left,
        day_rate_minor=one.auditor.day_rate_minor,
        region=one.auditor.region,
        unavailable=one.unavailable,
    )


def _audit(one: OpenBooking, window: Window, firm: str, names: Mapping[int, str]) -> Audit:
    lead = next((Need(code, level) for code, level, is_lead in one.needs if is_lead), LEAD_NEED)
    return Audit(
        id=one.audit_ref,
        firm=firm,
        tier=one.tier,
        needs=tuple(_others(one.needs)),
        half_days=one.half_days,
        window=window,
        people=one.people,
        lead=lead,
        language=one.language,
        excluded=tuple(names[auditor] for auditor in one.excluded if auditor in names),
    )


def _others(needs: Sequence[tuple[str, int, bool]]) -> list[Need]:
    """Return the needs beside the lead's, each code once at its highest level."""
    levels: dict[str, int] = {}
    for code, level, is_lead in needs:
        if not is_lead:
            levels[code] = max(level, levels.get(code, 0))
    return [Need(code, level) for code, level in levels.items()]


def _interests(available: Sequence[PlannableAuditor], firms: Mapping[int, str]) -> list[Interest]:
    return [
        Interest(
            auditor=one.auditor.ref,
            firm=firms[tie.firm_id],
            kind=tie.kind,
            begins=tie.block.begins if tie.block is not None else tie.from_on,
            ends=tie.block.ends if tie.block is not None else None,
            blocks=tie.block is not None,
        )
        for one in available
        for tie in one.interests
        if tie.firm_id is not None and tie.firm_id in firms
    ]


# --------------------------------------------------------------------------------------------------
# The plan


@takes_numbers
def keep_plan(work: Work, *, problem: Mapping[str, Any], plan: Mapping[str, Any]) -> PlanLine:
    """Keep a plan with its problem, both as documents. Raises: as ``scheduling.keep_plan``."""
    return scheduling.keep_plan(work, problem=problem, plan=plan)


def discard_plan(work: Work, *, plan: str, reason: str) -> PlanLine:
    """Put a kept plan aside. Raises: as ``scheduling.discard_plan``."""
    return scheduling.discard_plan(work, plan=plan, reason=reason)


@takes_numbers
def publish_plan(work: Work, *, plan: str) -> Published:
    """Publish a plan the independent checker finds legal: teams are asked, the unplaced wait with their reasons.

    Raises: NotPlanner, PlanMissing, PlanSettled, PlanNotLegal; PlanStale where a booking or an auditor changed since;
    HalfDayTaken; NotReady where an interest came up meanwhile.
    """
    found = scheduling.publish_plan(work, plan=plan)
    waiting = {one.audit_ref: one for one in queries.open_bookings(work)}
    _require_fresh(work, found.problem, found.plan, waiting)
    people = _people(work)
    made = [
        _propose(work, waiting[placed.audit], placed, people=people, plan_id=found.line.id)
        for placed in found.plan.assignments
    ]
    left = [_waitlist(work, waiting[one.audit], one) for one in found.plan.unplaced if one.audit in waiting]
    left += _waitlist_elapsed(work, waiting, found.problem)
    return Published(found.line.ref, tuple(one.ref for one in made), tuple(left))


def _require_fresh(work: Work, problem: Problem, plan: Plan, waiting: Mapping[str, OpenBooking]) -> None:
    """Refuse a plan that is not legal for what is booked, known and free now, by the same independent checker."""
    gone = [placed.audit for placed in plan.assignments if placed.audit not in waiting]
    refs = [waiting[placed.audit].ref for placed in plan.assignments if placed.audit in waiting]
    now = export_problem(
        work, currency=problem.currency, refs=refs, notice_days=LEAST_NOTICE_DAYS, until=problem.last_day
    )
    faults = [
        violation
        for violation in violations_of(now, replace(plan, problem_digest=digest_of_problem(now), unplaced=()))
        if violation.rule not in _OF_THE_DOCUMENT
    ]
    if gone or faults:
        audits = sorted({*gone, *(fault.audit for fault in faults if fault.audit is not None)})
        raise PlanStale(
            _("These audits cannot be placed as planned any more: %(audits)s.", audits=", ".join(audits)),
            field="plan",
            next_step=_("Make a new plan."),
            facts={"audits": audits, "reasons": [fault.text for fault in faults]},
        )


def _people(work: Work) -> dict[str, AskedMember]:
    """Return the auditors with a running seat by reference, as members to be asked."""
    seats = members.people_of_auditors(work)
    return {
        view.ref: AskedMember(
            auditor_id=view.id, person_id=seats[view.id].person_id, name=seats[view.id].person_name, role="auditor"
        )
        for view in roster.auditors_by_id(work).values()
        if view.id in seats and view.state == "active"
    }


def _propose(
    work: Work, booking: OpenBooking, placed: Assignment, *, people: Mapping[str, AskedMember], plan_id: int
) -> MadeProposal:
    gone = [seat.auditor for seat in placed.team if seat.auditor not in people]
    if gone:
        raise PlanStale(
            _("These auditors are not in the roster any more: %(auditors)s.", auditors=", ".join(gone)),
            field="plan",
            next_step=_("Make a new plan."),
            facts={"auditors": gone},
        )
    team = [replace(people[seat.auditor], role="lead" if seat.role == "lead" else "auditor") for seat in placed.team]
    made = service.propose(work, booking=booking.ref, half_days=placed.half_days, members=team, plan_id=plan_id)
    scheduling.hold(
        work,
        audit_id=booking.audit_id,
        audit_ref=booking.audit_ref,
        auditor_ids=[one.auditor_id for one in team],
        half_days=placed.half_days,
    )
    return made


def _waitlist(work: Work, booking: OpenBooking, left: Unplaced) -> str:
    service.waitlist(work, booking=booking.ref, reasons=_reasons(left.funnel))
    return booking.ref


def _reasons(funnel: Sequence[FunnelStep]) -> list[dict[str, Any]]:
    return [{"rule": step.rule, "left": step.left} for step in funnel]


def _waitlist_elapsed(work: Work, waiting: Mapping[str, OpenBooking], problem: Problem) -> list[str]:
    """Put bookings on the waiting list whose window has no day left; the firm chooses another, its place stays."""
    planned = {audit.id for audit in problem.audits}
    left = []
    for ref, one in waiting.items():
        elapsed = ref not in planned and window_ahead(one.window, problem.first_day) is None
        if elapsed and one.state == BookingState.ACCEPTED:
            service.waitlist(work, booking=one.ref, reasons=NO_WINDOW)
            left.append(one.ref)
    return left


# --------------------------------------------------------------------------------------------------
# Answers, and the next best team


@takes_numbers
def answer_proposal(work: Work, *, proposal: str, answer: str, reason: str = "") -> Answered:
    """Accept or decline as an asked auditor. A decline gives the half-days back, and the next best team is looked for.

    Raises: as ``bookings.answer``.
    """
    # Why the pool's own sight: who is asked holds none of the audit yet, and who was not asked finds no proposal.
    if work.actor.office is Office.AUDITOR:
        asked(work, proposal)
    with work.as_pool() if work.actor.office is Office.AUDITOR else nullcontext():
        found = service.answer(work, proposal=proposal, answer=answer, reason=reason)
    if answer == "declined":
        give_way(work, found, step="an auditor declined")
    return found


@takes_numbers
def take_back_proposal(work: Work, *, booking: str, reason: str, version: int | None = None) -> Answered:
    """Take a proposal back, for example for want of answers. Raises: as ``bookings.take_back``."""
    found = service.take_back(work, booking=booking, reason=reason, version=version)
    give_way(work, found, step="the pool took the proposal back")
    return found


@takes_numbers
def replan_one(work: Work, *, booking: str, currency: str = "EUR") -> Published:
    """Look for the next best team of one booking beside all that is planned; publish it, or say why none is left.

    Those who declined, and those an upheld objection named, are left out; where the rest can no longer fill the roles
    that screening fixed, the roles are fixed anew. As little as can be is changed: first the same days with the rest of
    the team, then the same days, then any days of the window. The plan is kept with its problem and passes the
    independent checker like every other. The clock calls it after a decline; the planner may.
    Raises: NotPlanner, NotReplanned.
    """
    _require_planning(work)
    waiting = queries.open_bookings(work, refs=[booking])
    if not waiting:
        if work.actor.office is Office.SYSTEM:
            return Published("", (), ())  # somebody was faster: there is nothing left to plan
        raise NotReplanned(
            _("This booking does not wait for a team."), field="booking", next_step=_("Look at its present state.")
        )
    service.fix_roles_anew(work, booking=booking)
    problem = export_problem(work, currency=currency, refs=[booking])
    if not problem.audits:
        service.waitlist(work, booking=booking, reasons=NO_WINDOW)
        return Published("", (), (booking,))
    audit = problem.audits[0].id
    other = propose_alternative(problem, _former(work, booking, problem), audit, problem.audits[0].excluded)
    kept = scheduling.keep_plan(work, problem=problem_to_json(other.problem), plan=plan_to_json(other.plan))
    return publish_plan(work, plan=kept.ref)


def _former(work: Work, booking: str, problem: Problem) -> Plan:
    """Return the fallen proposal of a booking as a plan, so that as little as can be is changed."""
    file = queries.booking(work, booking)
    names = {view.id: view.ref for view in roster.auditors_by_id(work).values()}
    known = {auditor.id for auditor in problem.auditors}
    assignments: tuple[Assignment, ...] = ()
    if file.proposals:
        last = file.proposals[-1]
        team = tuple(
            Member(names[one.auditor_id], "lead" if one.role == "lead" else "member")
            for one in last.members
            if names.get(one.auditor_id) in known
        )
        if last.half_days and last.half_days[0] >= problem.audits[0].window.begins:
            assignments = (Assignment(problem.audits[0].id, team, last.half_days),)
    objective = dict.fromkeys(LEVELS, 0)
    return Plan(digest_of_problem(problem), FEASIBLE, assignments, (), objective)
