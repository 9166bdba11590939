"""Plans and half-days in the database: given once, freed, booked; only a legal plan is published."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest

from auditors.casework.tables import Audit
from pool.kernel.clock import utc
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Database, Work
from scheduling import queries, service
from scheduling.interval import HalfDay
from scheduling.queries import PlanMissing
from scheduling.service import HalfDayTaken, NoHalfDays, NotPlanner, PlanNotLegal, PlanSettled
from tests.support import people
from tests.unit.scheduling.cases import legal_pair

AT = utc(2026, 9, 7, 9)
DAYS = [HalfDay(HalfDay.morning(date(2026, 9, 14)).ordinal + n) for n in range(4)]


def open_audit(work: Work, ref: str) -> int:
    """Add an audit for half-days to be given to; return its key."""
    audit = work.add(Audit(ref=ref, kind="initial", tier="medium", edition="2026.1", brief_digest="", seed=""))
    assert audit.id is not None
    return audit.id


class Calendar:
    """A seeded pool with two audits that ask for half-days."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.pool = people.seed(database)
        self.audits = {ref: self.do(open_audit, ref) for ref in ("AUD-2026-0001", "AUD-2026-0002")}

    def do(self, journey: Any, /, *arguments: Any, actor: Actor = SYSTEM, **named: Any) -> Any:
        return self.database.run_work(journey, *arguments, actor=actor, at=AT, **named)

    def hold(self, ref: str, *names: str, half_days: Any = DAYS) -> Any:
        return self.do(
            service.hold,
            audit_id=self.audits[ref],
            audit_ref=ref,
            auditor_ids=[self.pool.auditor_ids[name] for name in names],
            half_days=half_days,
        )

    def taken(self, actor: Actor = SYSTEM) -> list[tuple[int, str, str, str]]:
        with self.database.reading(actor, AT) as reading:
            found = queries.taken_half_days(reading, first=DAYS[0], last=DAYS[-1])
        return [(one.auditor_id, str(one.half_day), one.audit_ref, one.state) for one in found]


@pytest.fixture
def calendar(database: Database) -> Calendar:
    return Calendar(database)


# --------------------------------------------------------------------------------------------------
# Half-days


def test_held_half_days_stand_for_every_member(calendar: Calendar) -> None:
    calendar.hold("AUD-2026-0001", "ada", "chen")
    assert len(calendar.taken()) == 8
    assert {state for *_rest, state in calendar.taken()} == {"held"}


def test_half_day_is_given_once_and_the_refusal_names_who_has_it(calendar: Calendar) -> None:
    calendar.hold("AUD-2026-0001", "ada")
    with pytest.raises(HalfDayTaken) as caught:
        calendar.hold("AUD-2026-0002", "bruno", "ada", half_days=DAYS[3:])
    assert caught.value.facts["taken"] == [
        {"auditor_id": calendar.pool.auditor_ids["ada"], "half_day": "2026-09-15pm", "audit": "AUD-2026-0001"}
    ]
    assert {audit for _auditor, _half, audit, _state in calendar.taken()} == {"AUD-2026-0001"}, "nothing half done"


def test_half_day_is_given_once_even_where_nobody_looks_before(calendar: Calendar) -> None:
    """Hold that the database refuses by itself: the look in ``hold`` only makes the words better."""
    from scheduling.tables import HalfDay as Row

    calendar.hold("AUD-2026-0001", "ada")

    def insert(work: Work) -> None:
        work.add(
            Row(
                auditor_id=calendar.pool.auditor_ids["ada"],
                half_day=DAYS[0].ordinal,
                audit_id=calendar.audits["AUD-2026-0002"],
                audit_ref="AUD-2026-0002",
                booked_at=AT,
            )
        )

    with pytest.raises(Exception, match="database refused"):
        calendar.do(insert)


def test_half_days_asked_for_at_the_same_time_go_to_one(calendar: Calendar) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def ask(ref: str) -> None:
        start.wait()
        try:
            calendar.hold(ref, "ada")
            outcomes.append("held")
        except HalfDayTaken:
            outcomes.append("taken")

    threads = [threading.Thread(target=ask, args=(f"AUD-2026-000{1 + n % 2}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["held", "taken", "taken", "taken"]
    assert len({audit for _a, _h, audit, _s in calendar.taken()}) == 1


def test_freed_half_days_can_be_given_again(calendar: Calendar) -> None:
    calendar.hold("AUD-2026-0001", "ada")
    assert calendar.do(service.free, audit_id=calendar.audits["AUD-2026-0001"]) == 4
    calendar.hold("AUD-2026-0002", "ada")
    assert calendar.do(service.free, audit_id=calendar.audits["AUD-2026-0001"]) == 0


def test_booked_half_days_are_marked(calendar: Calendar) -> None:
    calendar.hold("AUD-2026-0001", "ada")
    assert calendar.do(service.book, audit_id=calendar.audits["AUD-2026-0001"]) == 4
    assert {state for *_rest, state in calendar.taken()} == {"booked"}
    with pytest.raises(NoHalfDays):
        calendar.do(service.book, audit_id=calendar.audits["AUD-2026-0002"])


def test_auditor_sees_own_half_days_and_a_firm_none(calendar: Calendar) -> None:
    calendar.hold("AUD-2026-0001", "ada", "chen")
    assert {one[0] for one in calendar.taken(calendar.pool.ada)} == {calendar.pool.auditor_ids["ada"]}
    assert calendar.taken(calendar.pool.mara) == []


# --------------------------------------------------------------------------------------------------
# Plans


@pytest.fixture
def documents() -> tuple[dict[str, Any], dict[str, Any]]:
    return legal_pair()


def test_kept_plan_comes_back_as_it_was_given(
    calendar: Calendar, documents: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    problem, plan = documents
    line = calendar.do(service.keep_plan, problem=problem, plan=plan, actor=calendar.pool.pia)
    with calendar.database.reading(calendar.pool.pia, AT) as reading:
        file = queries.plan_file(reading, line.ref)
        (listed,) = queries.plans(reading).items
    assert (file.problem, file.plan) == (problem, plan)
    assert listed == line == file.line
    assert (line.state, line.placed, line.problem_digest) == (
        "solved",
        len(plan["assignments"]),
        plan["problem_digest"],
    )


def test_plan_of_another_problem_is_not_kept(
    calendar: Calendar, documents: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    problem, plan = documents
    with pytest.raises(PlanNotLegal):
        calendar.do(service.keep_plan, problem={**problem, "seed": 8}, plan=plan, actor=calendar.pool.pia)


def test_plan_is_published_once_and_only_when_the_checker_agrees(
    calendar: Calendar, documents: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    problem, plan = documents
    broken = {**plan, "assignments": [{**one, "half_days": one["half_days"][:1] * 2} for one in plan["assignments"]]}
    bad = calendar.do(service.keep_plan, problem=problem, plan=broken, actor=calendar.pool.pia)
    with pytest.raises(PlanNotLegal) as caught:
        calendar.do(service.publish_plan, plan=bad.ref, actor=calendar.pool.pia)
    assert caught.value.facts["violations"]
    good = calendar.do(service.keep_plan, problem=problem, plan=plan, actor=calendar.pool.pia)
    published = calendar.do(service.publish_plan, plan=good.ref, actor=calendar.pool.pia)
    assert (published.line.state, published.line.published_at) == ("published", AT)
    assert len(published.plan.assignments) == good.placed
    with pytest.raises(PlanSettled):
        calendar.do(service.publish_plan, plan=good.ref, actor=calendar.pool.pia)


def test_discarded_plan_is_not_published(calendar: Calendar, documents: tuple[dict[str, Any], dict[str, Any]]) -> None:
    problem, plan = documents
    line = calendar.do(service.keep_plan, problem=problem, plan=plan, actor=calendar.pool.pia)
    gone = calendar.do(service.discard_plan, plan=line.ref, reason="another one is better", actor=calendar.pool.pia)
    assert gone.state == "discarded"
    with pytest.raises(PlanSettled):
        calendar.do(service.publish_plan, plan=line.ref, actor=calendar.pool.pia)


def test_plans_are_the_planners(calendar: Calendar, documents: tuple[dict[str, Any], dict[str, Any]]) -> None:
    problem, plan = documents
    line = calendar.do(service.keep_plan, problem=problem, plan=plan, actor=calendar.pool.pia)
    for name, actor in calendar.pool.actors.items():
        if actor.office is Office.PLANNER:
            continue
        for journey, named in (
            (service.keep_plan, {"problem": problem, "plan": plan}),
            (service.publish_plan, {"plan": line.ref}),
            (service.discard_plan, {"plan": line.ref, "reason": "no"}),
        ):
            with pytest.raises(NotPlanner):
                calendar.do(journey, actor=actor, **named)
        if name in ("mara", "ada"):
            with calendar.database.reading(actor, AT) as reading, pytest.raises(PlanMissing):
                queries.plan_file(reading, line.ref)
