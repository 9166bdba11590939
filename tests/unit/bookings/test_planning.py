"""From waiting bookings to proposed teams: the exported problem, publication, the waiting list, the next best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from auditors.casework.lookup import AuditMissing
from auditors.casework.queries import audit_file
from auditors.casework.tables import AuditGrant, Workpaper
from pool.bookings import queries, service
from pool.bookings.rules import NOTICE_DAYS
from pool.bookings.tables import Booking
from pool.journeys import asking, book, plan, roster
from pool.journeys.plan import LEAST_NOTICE_DAYS, PlanStale
from pool.kernel.clock import day_of
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database
from pool.registry.tables import IndicatorFact
from scheduling import service as scheduling
from scheduling.interval import HalfDay, Window
from scheduling.jobs import open_jobs
from scheduling.plan import plan_to_json
from scheduling.planning import solve
from scheduling.problem import Problem
from scheduling.problem_json import problem_from_json, problem_to_json
from scheduling.queries import half_days_of_audit, plans, taken_half_days
from scheduling.service import HalfDayTaken, PlanNotLegal, PlanSettled
from scheduling.verify import verify
from tests.support import people
from tests.unit.bookings.story import START, WINDOW, Story

Open = Callable[[str], Story]


def problem_of(story: Story) -> Problem:
    found = story.ask("pia", plan.export_problem)
    assert isinstance(found, Problem)
    return found


def held(story: Story) -> dict[str, set[str]]:
    """Return who holds which half-days for the booking's audit, by first name."""
    names = {value: key for key, value in story.pool.auditor_ids.items()}
    found: dict[str, set[str]] = {}
    for one in story.ask("pia", half_days_of_audit, story.file.line.audit_id):
        found.setdefault(names[one.auditor_id], set()).add(f"{one.half_day} {one.state}")
    return found


def second_booking(story: Story, *, kind: str = "special") -> str:
    """Take one more booking of the same deployment to accepted; return its reference."""
    story.requested(kind=kind)
    story.go_to("accepted")
    return story.booking


# --------------------------------------------------------------------------------------------------
# Export


def test_export_holds_waiting_bookings_and_auditors_by_reference(at_state: Open) -> None:
    story = at_state("accepted")
    problem, line = problem_of(story), story.file.line
    (audit,) = problem.audits
    assert (audit.id, audit.firm, audit.tier) == (line.audit_ref, line.firm_ref, "medium")
    assert (audit.people, audit.half_days, audit.language) == (line.people, line.half_days, "en")
    assert [auditor.id for auditor in problem.auditors] == ["AUR-2026-0001", "AUR-2026-0002", "AUR-2026-0003"]
    assert problem.first_day == day_of(story.at) + timedelta(days=NOTICE_DAYS)
    assert audit.window == Window.of_days(*WINDOW)
    assert audit.lead.code == "F1" and {need.code for need in audit.needs} >= {"F2", "X-HEA"}


def test_export_survives_its_file_form(at_state: Open) -> None:
    problem = problem_of(at_state("accepted"))
    assert problem_from_json(problem_to_json(problem)) == problem


def test_export_leaves_out_bookings_that_do_not_wait(at_state: Open) -> None:
    for state in ("quoted", "proposed", "confirmed"):
        assert problem_of(at_state(state)).audits == ()


def test_export_shows_confirmed_work_and_leave_as_half_days_that_are_not_free(at_state: Open) -> None:
    story = at_state("confirmed")
    team = story.team()
    monday = HalfDay.morning(date(2026, 10, 5))
    story.do("ada", roster.set_leave, auditor="AUR-2026-0001", first=monday, last=monday.next())
    second_booking(story)
    problem = problem_of(story)
    by_ref = {f"AUR-2026-000{number}": key for number, key in enumerate(("ada", "bruno", "chen"), start=1)}
    taken = {name: sorted(text.split()[0] for text in texts) for name, texts in held_of(story, "BKG-2026-0001").items()}
    for auditor in problem.auditors:
        name = by_ref[auditor.id]
        blocked = {str(half) for window in auditor.unavailable for half in halves(window)}
        assert set(taken.get(name, [])) <= blocked
        assert (name in team) == bool(taken.get(name))
    ada = problem.auditors[0]
    assert any(monday in window for window in ada.unavailable)


def held_of(story: Story, booking: str) -> dict[str, set[str]]:
    story.booking, before = booking, story.booking
    found = held(story)
    story.booking = before
    return found


def halves(window: Window) -> list[HalfDay]:
    return [HalfDay(ordinal) for ordinal in range(window.begins.ordinal, window.ends.ordinal)]


def test_export_lists_interests_with_their_blocking_days(at_state: Open) -> None:
    story = at_state("accepted")
    tie = story.do(
        "ada", roster.declare_interest, firm_name="orchid health", kind="employment", from_on=date(2020, 1, 1),
        until_on=date(2024, 12, 31),
    )  # fmt: skip
    (found,) = problem_of(story).interests
    assert (found.auditor, found.firm, found.blocks, found.ends) == ("AUR-2026-0001", "FIRM-2026-0001", True, None)
    story.do("ivo", roster.assess_interest, interest=tie.public_id, verdict="prohibit", reason="worked there")
    (found,) = problem_of(story).interests
    assert (found.begins, found.ends) == (date(2020, 1, 1), date(2027, 1, 1))
    story.do("ivo", roster.assess_interest, interest=tie.public_id, verdict="manage", reason="long ago")
    (found,) = problem_of(story).interests
    assert found.blocks is False


def test_export_orders_by_the_waiting_list_instant(at_state: Open) -> None:
    story = at_state("accepted")
    first = story.booking
    second = second_booking(story)
    refs = [audit.id for audit in problem_of(story).audits]
    audit_of = {line.ref: line.audit_ref for line in story.ask("pia", queries.board)["accepted"]}
    assert refs == [audit_of[first], audit_of[second]]


# --------------------------------------------------------------------------------------------------
# Publication


def test_published_plan_asks_the_team_holds_its_half_days_and_opens_nothing_yet(at_state: Open) -> None:
    story = at_state("accepted")
    published = story.planned()
    assert (len(published.proposals), published.waitlisted) == (1, ())
    file = story.file
    assert file.line.state == "proposed" and file.standing is not None
    team = story.team()
    assert len(team) == file.line.people and file.standing.members[0].role == "lead"
    assert set(held(story)) == set(team)
    for name in team:
        assert held(story)[name] == {f"{half} held" for half in file.standing.half_days}
        (asked,) = story.ask(name, asking.waiting_for_answer)
        assert (asked.booking_ref, asked.firm_name, asked.domains, asked.markets) == (
            story.booking,
            "Orchid Health",
            ("Health care",),
            ("CN",),
        )


def seen_of_the_firm(story: Story, name: str) -> tuple[int, ...]:
    """Return how many workpapers, indicator facts, bookings and sights of its audit somebody holds."""
    tables: tuple[Any, ...] = (Workpaper, IndicatorFact, Booking, AuditGrant)
    with story.database.reading(story.pool.actors[name], story.at) as reading:
        return tuple(len(reading.session.exec(select(table)).all()) for table in tables)


def test_asked_auditor_sees_nothing_of_the_audit_before_it_is_confirmed_and_all_of_it_after(told: Story) -> None:
    told.go_to("proposed")
    name, audit_ref = told.team()[0], told.file.line.audit_ref
    told.do(name, plan.answer_proposal, proposal=told.proposal, answer="accepted")
    assert seen_of_the_firm(told, name) == (0, 0, 0, 0)
    with pytest.raises(AuditMissing):
        told.ask(name, audit_file, audit_ref)
    assert told.ask(name, asking.asked, told.proposal).answer == "accepted"
    told.do(told.team()[1], plan.answer_proposal, proposal=told.proposal, answer="accepted")
    told.do("mara", book.show_offer, booking=told.booking)
    told.do("mara", book.waive_objection, booking=told.booking)
    told.do("pia", book.confirm, booking=told.booking)
    assert told.ask(name, audit_file, audit_ref).state == "planned"
    assert all(seen_of_the_firm(told, name))


def test_sight_ends_with_the_dates_of_a_confirmed_audit(told: Story) -> None:
    told.go_to("confirmed")
    name = told.team()[0]
    told.do(
        name,
        book.reschedule,
        booking=told.booking,
        reason="Illness.",
        window_from=WINDOW[0],
        window_until=WINDOW[1],
    )
    told.later(seconds=1)
    assert seen_of_the_firm(told, name)[:3] == (0, 0, 0)


def test_auditor_who_was_not_asked_sees_nothing(at_state: Open) -> None:
    story = at_state("proposed")
    (other,) = {"ada", "bruno", "chen"} - set(story.team())
    assert story.ask(other, asking.standing_proposals) == ()
    with pytest.raises(AuditMissing):
        story.ask(other, audit_file, story.file.line.audit_ref)


def test_plan_is_published_once(at_state: Open) -> None:
    story = at_state("proposed")
    (line,) = story.ask("pia", plans).items
    with pytest.raises(PlanSettled):
        story.do("pia", plan.publish_plan, plan=line.ref)


def test_plan_changed_by_hand_does_not_pass_the_checker(at_state: Open) -> None:
    story = at_state("accepted")
    document = problem_to_json(problem_of(story))
    answer = plan_to_json(solve(problem_from_json(document)))
    answer["assignments"][0]["team"] = answer["assignments"][0]["team"][:1]
    kept = story.do("pia", plan.keep_plan, problem=document, plan=answer)
    with pytest.raises(PlanNotLegal) as caught:
        story.do("pia", plan.publish_plan, plan=kept.ref)
    assert {one["rule"] for one in caught.value.facts["violations"]} >= {"team-size"}
    assert story.state == "accepted"
    assert [line.state for line in story.ask("pia", plans).items] == ["solved"]


def test_unplaced_booking_waits_with_its_funnel_and_its_place(at_state: Open) -> None:
    story = at_state("accepted")
    requested_at = story.file.line.requested_at
    for number in (1, 2, 3):
        story.do("pia", roster.change_auditor, auditor=f"AUR-2026-000{number}", languages=["fr"])
    published = story.planned()
    assert (published.proposals, published.waitlisted) == ((), (story.booking,))
    file = story.file
    assert (file.line.state, file.line.requested_at) == ("waitlisted", requested_at)
    assert file.waitlist_reasons[0] == ("all", 3) and file.waitlist_reasons[-1] == ("language", 0)


def test_waiting_booking_is_proposed_once_somebody_can(at_state: Open) -> None:
    story = at_state("accepted")
    for number in (1, 2, 3):
        story.do("pia", roster.change_auditor, auditor=f"AUR-2026-000{number}", languages=["fr"])
    story.planned()
    for number in (1, 2, 3):
        story.do("pia", roster.change_auditor, auditor=f"AUR-2026-000{number}", languages=["en", "fr"])
    story.planned()
    assert (story.state, story.file.waitlist_reasons) == ("proposed", ())


def test_window_that_has_passed_waits_for_another_and_keeps_its_place(at_state: Open) -> None:
    story = at_state("accepted")
    requested_at = story.file.line.requested_at
    story.at = story.at.replace(month=11, day=19)
    assert problem_of(story).audits == ()
    story.planned()
    assert (story.state, story.file.waitlist_reasons[-1]) == ("waitlisted", ("window", 0))
    story.do(
        "mara", book.change_window, booking=story.booking, window_from=date(2026, 12, 7), window_until=date(2027, 1, 29)
    )
    story.planned()
    assert (story.state, story.file.line.requested_at) == ("proposed", requested_at)


@pytest.mark.parametrize("what", ["leave", "interest", "withdrawn", "competence"])
def test_plan_made_before_something_changed_is_stale(at_state: Open, what: str) -> None:
    story = at_state("accepted")
    problem = problem_of(story)
    solved = solve(problem)
    kept = story.do("pia", plan.keep_plan, problem=problem_to_json(problem), plan=plan_to_json(solved))
    placed = solved.assignments[0]
    lead = placed.team[0].auditor
    if what == "leave":
        story.do("pia", roster.set_leave, auditor=lead, first=placed.half_days[0], last=placed.half_days[0])
    elif what == "interest":
        story.do(
            "ivo", roster.declare_interest, auditor=lead, firm_name="Orchid Health", kind="family",
            from_on=date(2026, 9, 1),
        )  # fmt: skip
    elif what == "competence":
        from auditors.roster.queries import profile

        for held_one in story.ask("pia", profile, lead).competences:
            story.do("pia", roster.end_competence, competence=held_one.public_id, reason="withdrawn")
    else:
        story.do("mara", book.cancel, booking=story.booking, reason="We stop.")
    with pytest.raises(PlanStale) as caught:
        story.do("pia", plan.publish_plan, plan=kept.ref)
    assert caught.value.facts["audits"] == [placed.audit]
    assert story.ask("pia", taken_half_days, first=HalfDay(0), last=HalfDay(10**7)) == ()


def test_plan_that_lay_too_long_is_stale_and_a_little_while_is_fine(at_state: Open) -> None:
    story = at_state("accepted")
    problem = problem_of(story)
    solved = solve(problem)
    kept = story.do("pia", plan.keep_plan, problem=problem_to_json(problem), plan=plan_to_json(solved))
    begins = solved.assignments[0].half_days[0].day
    story.at = story.at + timedelta(days=(begins - day_of(story.at)).days - LEAST_NOTICE_DAYS + 1)
    with pytest.raises(PlanStale):
        story.do("pia", plan.publish_plan, plan=kept.ref)
    story.at -= timedelta(days=1)
    assert story.do("pia", plan.publish_plan, plan=kept.ref).proposals


# --------------------------------------------------------------------------------------------------
# On both databases


def test_two_plans_for_the_same_half_days_are_not_both_published(told: Story) -> None:
    told.go_to("accepted")
    first = told.booking
    problem = problem_of(told)
    solved = plan_to_json(solve(problem))
    kept = [told.do("pia", plan.keep_plan, problem=problem_to_json(problem), plan=solved) for _ in range(2)]
    told.do("pia", plan.publish_plan, plan=kept[0].ref)
    with pytest.raises(PlanStale):
        told.do("pia", plan.publish_plan, plan=kept[1].ref)
    # The database refuses it too, whoever asks: the half-days are given.
    second = second_booking(told)
    line = told.ask("pia", queries.booking, second).line
    (taken, *_others) = told.ask("pia", taken_half_days, first=HalfDay(0), last=HalfDay(10**7))
    with pytest.raises(HalfDayTaken):
        told.do(
            SYSTEM,
            scheduling.hold,
            audit_id=line.audit_id,
            audit_ref=line.audit_ref,
            auditor_ids=[taken.auditor_id],
            half_days=[taken.half_day],
        )
    told.booking = first
    assert {state for texts in held(told).values() for state in (text.split()[1] for text in texts)} == {"held"}


def test_decline_gives_the_half_days_back_and_the_next_best_team_is_asked(told: Story) -> None:
    told.go_to("proposed")
    before = told.file.standing
    assert before is not None
    team, days = told.team(), before.half_days
    gone = team[0]
    audit_ref = told.file.line.audit_ref
    told.do(gone, plan.answer_proposal, proposal=told.proposal, answer="declined", reason="A course in that week.")
    file = told.file
    assert (file.line.state, file.standing) == ("accepted", None)
    assert (file.proposals[0].state, file.proposals[0].ended_at) == ("declined", told.at)
    assert held(told) == {}
    with pytest.raises(AuditMissing):
        told.ask(gone, audit_file, audit_ref)
    ((kind, _key, _due, state, _attempts, _error),) = told.ask(SYSTEM, open_jobs)
    assert (kind, state) == ("plan.replan_one", "due")

    found = told.do(SYSTEM, plan.replan_one, booking=told.booking)
    assert len(found.proposals) == 1
    standing = told.file.standing
    assert standing is not None and standing.ref == found.proposals[0]
    assert gone not in told.team() and set(team) - {gone} <= set(told.team())
    assert standing.half_days == days, "the others keep their days where that is possible"
    assert set(held(told)) == set(told.team())
    kept = told.ask("pia", plans).items
    assert [line.state for line in kept] == ["published", "published"]


def test_decline_when_nobody_else_can_puts_the_booking_on_the_waiting_list(told: Story) -> None:
    told.go_to("proposed")
    while told.state == "proposed":
        told.do(told.team()[0], plan.answer_proposal, proposal=told.proposal, answer="declined", reason="Illness.")
        told.do("pia", plan.replan_one, booking=told.booking)
    file = told.file
    assert file.line.state == "waitlisted"
    assert file.waitlist_reasons[-1][1] == 0
    assert held(told) == {}


def test_replan_by_the_clock_of_a_booking_that_moved_on_does_nothing(at_state: Open) -> None:
    story = at_state("confirmed")
    before = story.file
    assert story.do(SYSTEM, plan.replan_one, booking=story.booking).proposals == ()
    assert story.file == before


def test_verify_agrees_with_what_was_kept(at_state: Open) -> None:
    story = at_state("proposed")
    from scheduling.queries import plan_file

    (line,) = story.ask("pia", plans).items
    file = story.ask("pia", plan_file, line.ref)
    verdict: dict[str, Any] = verify(file.problem, file.plan)
    assert verdict == {"valid": True, "violations": [], "objective": dict(line.objective)}
    assert replace(line, placed=1) == line


def sole_auditor(database: Database) -> Story:
    """Tell a booking that Ada alone can do at first: one person was fixed at screening."""
    story = Story(database, people.seed(database, at=START), START)
    story.registered()
    story.requested()
    story.go_to("proposed")
    assert (story.team(), story.file.line.people) == (["ada"], 1)
    return story


def test_sole_capable_auditor_who_declines_is_followed_by_a_team_with_roles_fixed_anew(database: Database) -> None:
    story = sole_auditor(database)
    before = story.file
    story.do("ada", plan.answer_proposal, proposal=story.proposal, answer="declined", reason="Illness.")
    published = story.do("pia", plan.replan_one, booking=story.booking)
    assert len(published.proposals) == 1
    assert sorted(story.team()) == ["bruno", "chen"]
    after = story.file
    assert after.line.people == 2 and after.line.half_days < before.line.half_days
    assert after.line.exact_days == before.line.exact_days
    assert after.brief_digest == before.brief_digest, "what the audit is held against stays"
    figures = {step["id"]: step["figure"] for step in after.effort_steps}
    assert (figures["people"], figures["half_days"]) == ("2", str(after.line.half_days))


def test_roles_stay_where_the_rest_of_the_roster_still_fills_them(at_state: Open) -> None:
    story = at_state("proposed")
    needs = story.file.needs
    lead = story.team()[0]
    story.do(lead, plan.answer_proposal, proposal=story.proposal, answer="declined", reason="Illness.")
    assert story.do("pia", service.fix_roles_anew, booking=story.booking) is False
    assert story.file.needs == needs


def test_roles_that_nobody_can_fill_stay_and_the_waiting_list_says_why(database: Database) -> None:
    story = sole_auditor(database)
    story.do("pia", roster.change_auditor, auditor="AUR-2026-0002", state="paused")
    story.do("ada", plan.answer_proposal, proposal=story.proposal, answer="declined", reason="Illness.")
    assert story.do("pia", plan.replan_one, booking=story.booking).waitlisted == (story.booking,)
    assert (story.file.line.people, story.state) == (1, "waitlisted")
    assert story.file.waitlist_reasons[-1][1] == 0
