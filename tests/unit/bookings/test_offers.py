"""Answers, offer, objection, confirmation and what comes after; and the dated facts that the record reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from auditors.casework import queries as casework
from auditors.casework.lifecycle import NotReady, WrongOffice, WrongState
from auditors.casework.lookup import AuditMissing
from auditors.roster.queries import profile
from pool.bookings import queries, service
from pool.bookings.lookup import BookingMissing, ProposalMissing
from pool.bookings.proposals import AnsweredBefore, NoOffer, NotOffered
from pool.bookings.rules import ReasonMissing
from pool.bookings.running import NothingOffered
from pool.bookings.values import AuditRequestFact, EngagementFacts
from pool.harbor.standing import Standing
from pool.journeys import book, plan, roster, standing
from pool.kernel.clock import day_of
from pool.kernel.refusals import Invalid, Refusal
from pool.kernel.roles import SYSTEM
from pool.registry import queries as registry
from scheduling.queries import half_days_of_audit
from tests.unit.bookings.story import Story

Open = Callable[[str], Story]
LATER = {"window_from": date(2026, 12, 1), "window_until": date(2027, 1, 31)}


def engagement(story: Story) -> EngagementFacts:
    view = story.ask("pia", registry.deployment, story.deployments["Visit guide"])
    found = story.ask("pia", queries.engagement_facts, view.id)
    assert isinstance(found, EngagementFacts)
    return found


def requests(story: Story) -> tuple[AuditRequestFact, ...]:
    return engagement(story).requests


def standing_of(story: Story) -> Standing:
    view = story.ask("pia", registry.deployment, story.deployments["Visit guide"])
    today = day_of(story.at)
    found = story.ask("pia", standing.standing_on, deployment_id=view.id, on=today, known=today)
    assert isinstance(found, Standing)
    return found


def met(story: Story) -> set[str]:
    """Return the conditions of the record that are met today."""
    return {one.condition for one in standing_of(story).basis if one.met}


# --------------------------------------------------------------------------------------------------
# Auditors


def test_proposal_is_complete_once_all_have_accepted(at_state: Open) -> None:
    story = at_state("proposed")
    *first, last = story.team()
    for name in first:
        found = story.do(name, plan.answer_proposal, proposal=story.proposal, answer="accepted")
        assert found.state == "published"
    found = story.do(last, plan.answer_proposal, proposal=story.proposal, answer="accepted")
    file = story.file
    assert found.state == "accepted" and file.standing is not None
    assert file.standing.all_accepted_at == story.at
    assert {member.answer for member in file.standing.members} == {"accepted"}


def test_answer_twice_is_refused(at_state: Open) -> None:
    story = at_state("proposed")
    name = story.team()[0]
    story.do(name, plan.answer_proposal, proposal=story.proposal, answer="accepted")
    with pytest.raises(AnsweredBefore):
        story.do(name, plan.answer_proposal, proposal=story.proposal, answer="accepted")


def test_decline_needs_a_reason(at_state: Open) -> None:
    story = at_state("proposed")
    with pytest.raises(ReasonMissing):
        story.do(story.team()[0], plan.answer_proposal, proposal=story.proposal, answer="declined")
    assert story.state == "proposed"


def test_answer_of_somebody_who_was_not_asked_finds_no_proposal(at_state: Open) -> None:
    story = at_state("proposed")
    (other,) = {"ada", "bruno", "chen"} - set(story.team())
    refusals = []
    for key in (story.proposal, "PRP-2026-9999"):
        with pytest.raises(ProposalMissing) as caught:
            story.do(other, plan.answer_proposal, proposal=key, answer="accepted")
        refusals.append(caught.value.reason)
    assert refusals[0] == refusals[1]


@pytest.mark.parametrize(
    ("who", "refusal"), [("pia", WrongOffice), ("amos", WrongOffice), ("ivo", WrongOffice), ("mara", ProposalMissing)]
)
def test_nobody_answers_for_an_auditor(at_state: Open, who: str, refusal: type[Refusal]) -> None:
    """Hold that the firm does not even find a proposal that is no offer yet."""
    story = at_state("proposed")
    with pytest.raises(refusal):
        story.do(who, plan.answer_proposal, proposal=story.proposal, answer="accepted")
    with pytest.raises(refusal):
        story.do(who, plan.answer_proposal, proposal=story.proposal, answer="declined", reason="no")


def test_auditor_who_accepted_may_still_decline_before_confirmation(at_state: Open) -> None:
    story = at_state("proposed")
    story.all_accept()
    name = story.team()[0]
    story.do(name, plan.answer_proposal, proposal=story.proposal, answer="declined", reason="Illness.")
    assert (story.state, story.file.standing) == ("accepted", None)


def test_overdue_answers_are_taken_back_and_silence_asks_somebody_else(at_state: Open) -> None:
    story = at_state("proposed")
    silent = story.team()[0]
    story.later(days=8)
    story.do("pia", plan.take_back_proposal, booking=story.booking, reason="No answer.")
    assert story.state == "accepted"
    story.do("pia", plan.replan_one, booking=story.booking)
    assert story.state in ("proposed", "waitlisted")
    if story.state == "proposed":
        assert silent not in story.team()


# --------------------------------------------------------------------------------------------------
# The offer


def test_firm_sees_no_team_before_all_have_accepted(at_state: Open) -> None:
    story = at_state("proposed")
    assert story.ask("mara", queries.booking, story.booking).proposals == ()
    with pytest.raises(NoOffer):
        story.do("mara", book.show_offer, booking=story.booking)
    assert story.file.standing is not None and story.file.standing.shown_at is None


def test_offer_is_made_when_the_firm_opens_it_and_only_the_first_time_counts(at_state: Open) -> None:
    story = at_state("proposed")
    story.all_accept()
    accepted_at = story.at
    story.later(days=2)
    story.do("mara", book.show_offer, booking=story.booking)
    shown_at = story.at
    story.later(days=1)
    story.do("milo", book.show_offer, booking=story.booking)
    offer = story.ask("mara", queries.booking, story.booking).standing
    assert (offer.all_accepted_at, offer.shown_at, offer.is_offer) == (accepted_at, shown_at, True)
    (fact,) = engagement(story).offers
    assert (fact.all_accepted_at, fact.shown_at, fact.ended_at) == (accepted_at, shown_at, None)


def test_planner_may_note_how_the_offer_was_delivered_and_nobody_else(at_state: Open) -> None:
    story = at_state("proposed")
    story.all_accept()
    with pytest.raises(Invalid):
        story.do("pia", book.show_offer, booking=story.booking)
    for who in ("amos", "ivo"):
        with pytest.raises(NotOffered):
            story.do(who, book.show_offer, booking=story.booking, note="by phone")
    with pytest.raises(BookingMissing):
        story.do(story.team()[0], book.show_offer, booking=story.booking, note="by phone")
    story.do("pia", book.show_offer, booking=story.booking, note="read to Mara Voss by phone")
    assert story.file.standing is not None and story.file.standing.shown_at == story.at


def test_objection_is_decided_by_the_impartiality_officer_and_upheld_leads_to_another_team(told: Story) -> None:
    told.go_to("proposed")
    told.offered()
    named = told.team()[-1]
    told.do("mara", book.object_to, booking=told.booking, reason="Worked for our competitor last year.")
    with pytest.raises((WrongState, NotReady)):
        told.do("pia", book.confirm, booking=told.booking)
    for who in ("pia", "amos", "dora", "mara"):
        with pytest.raises(WrongOffice):
            told.do(who, book.decide_objection, booking=told.booking, upheld=False, reason="no")
    told.do(
        "ivo",
        book.decide_objection,
        booking=told.booking,
        upheld=True,
        reason="The employment is on record.",
        auditors=[told.pool.actors[named].name],
    )
    file = told.file
    assert (file.line.state, file.proposals[0].state, file.proposals[0].objection_verdict) == (
        "accepted",
        "superseded",
        "upheld",
    )
    told.do(SYSTEM, plan.replan_one, booking=told.booking)
    assert told.state == "waitlisted" or named not in told.team()


def test_rejected_objection_leaves_the_offer_standing_and_ends_the_window(at_state: Open) -> None:
    story = at_state("proposed")
    story.offered()
    story.do("mara", book.object_to, booking=story.booking, reason="We would like others.")
    story.do("ivo", book.decide_objection, booking=story.booking, upheld=False, reason="No conflict is named.")
    assert story.state == "proposed"
    with pytest.raises(NotReady):
        story.do("mara", book.object_to, booking=story.booking, reason="Again.")
    story.do("pia", book.confirm, booking=story.booking)
    assert story.state == "confirmed"


def test_objection_after_five_working_days_is_too_late(at_state: Open) -> None:
    story = at_state("proposed")
    story.offered()
    until = story.ask("mara", queries.booking, story.booking).standing.objection_until
    story.at = story.at.replace(month=until.month, day=until.day)
    story.later(days=1)
    with pytest.raises(NotReady):
        story.do("mara", book.object_to, booking=story.booking, reason="Too late.")


# --------------------------------------------------------------------------------------------------
# Confirmation


def test_confirm_waits_for_answers_offer_and_window(at_state: Open) -> None:
    story = at_state("proposed")
    for step in (lambda: None, story.all_accept, lambda: story.do("mara", book.show_offer, booking=story.booking)):
        step()
        with pytest.raises(NotReady):
            story.do("pia", book.confirm, booking=story.booking)
    story.later(days=8)
    story.do("pia", book.confirm, booking=story.booking)
    assert story.state == "confirmed"


def test_days_that_have_begun_are_not_confirmed(at_state: Open) -> None:
    story = at_state("proposed")
    story.offered()
    starts_on = story.file.proposals[0].starts_on
    story.at += timedelta(days=(starts_on - day_of(story.at)).days + 1)
    with pytest.raises(NotReady) as caught:
        story.do("pia", book.confirm, booking=story.booking)
    assert "passed" in caught.value.reason
    story.do("pia", plan.take_back_proposal, booking=story.booking, reason="The days have passed.")
    assert story.state == "accepted"


def test_confirmation_books_half_days_seats_the_team_and_counts_the_lead(told: Story) -> None:
    told.go_to("confirmed")
    line = told.file.line
    rows = told.ask("pia", half_days_of_audit, line.audit_id)
    assert {row.state for row in rows} == {"booked"}
    assert len(rows) == line.half_days * line.people
    audit = told.ask("pia", casework.audit_file, line.audit_ref)
    assert (audit.starts_on, audit.ends_on) == (line.starts_on, line.ends_on)
    assert [member.role for member in audit.team].count("lead") == 1
    lead = told.team()[0]
    (term,) = told.ask("pia", profile, f"AUR-2026-000{told.pool.auditor_ids[lead]}").leads
    assert (term.audit_ref, term.led_on) == (line.audit_ref, line.starts_on)


def test_interest_that_came_up_after_the_proposal_stops_the_confirmation(at_state: Open) -> None:
    story = at_state("proposed")
    story.offered()
    story.do("mara", book.waive_objection, booking=story.booking)
    lead = story.team()[0]
    tie = story.do(lead, roster.declare_interest, firm_name="Orchid Health", kind="family", from_on=date(2026, 9, 1))
    with pytest.raises(NotReady) as caught:
        story.do("pia", book.confirm, booking=story.booking)
    assert "family" in caught.value.reason
    story.do("ivo", roster.assess_interest, interest=tie.public_id, verdict="manage", reason="A cousin, far away.")
    story.do("pia", book.confirm, booking=story.booking)
    assert story.state == "confirmed"


# --------------------------------------------------------------------------------------------------
# Afterwards


def test_reschedule_gives_everything_back_and_keeps_the_place(told: Story) -> None:
    told.go_to("confirmed")
    requested_at, audit_id = told.file.line.requested_at, told.file.line.audit_id
    lead = told.team()[0]
    told.do("mara", book.reschedule, booking=told.booking, reason="Release freeze.", **LATER)
    file = told.file
    assert (file.line.state, file.line.requested_at, file.line.starts_on) == ("accepted", requested_at, None)
    assert (file.line.window_from, file.line.window_until) == (LATER["window_from"], LATER["window_until"])
    assert told.ask("pia", half_days_of_audit, audit_id) == ()
    assert told.ask("pia", profile, f"AUR-2026-000{told.pool.auditor_ids[lead]}").leads == ()
    with pytest.raises(AuditMissing):
        told.ask(lead, casework.audit_file, file.line.audit_ref)
    told.planned()
    told._confirm()
    assert told.state == "confirmed"


def test_reschedule_by_somebody_of_the_team_and_by_nobody_else(at_state: Open) -> None:
    story = at_state("confirmed")
    (other,) = {"ada", "bruno", "chen"} - set(story.team())
    for who in (other, "pia", "amos", "ben"):
        with pytest.raises(Exception, match=r".") as caught:
            story.do(who, book.reschedule, booking=story.booking, reason="no", **LATER)
        assert caught.value.__class__.__name__ in {"BookingMissing", "WrongOffice", "NotInTeam"}
    story.do(story.team()[0], book.reschedule, booking=story.booking, reason="Illness.", **LATER)
    assert story.state == "accepted"


def test_cancel_by_the_pool_never_hurts_the_record_and_by_the_firm_ends_the_engagement(at_state: Open) -> None:
    story = at_state("confirmed")
    story.do("amos", book.cancel, booking=story.booking, reason="The lead left.")
    assert (story.state, story.file.ended_by_pool) == ("cancelled", True)
    assert requests(story)[-1].ended_at is None
    assert "C4" in met(story)
    story = at_state("confirmed")
    story.do("mara", book.cancel, booking=story.booking, reason="We stop the product.")
    assert (story.state, story.file.ended_by_pool) == ("cancelled", False)
    assert [one.ended_at for one in requests(story)] == [story.at, story.at]
    assert "C4" not in met(story)


@pytest.mark.parametrize(("state", "who"), [("accepted", "mara"), ("proposed", "amos"), ("confirmed", "mara")])
def test_cancelled_booking_ends_its_audit_that_has_not_begun(at_state: Open, state: str, who: str) -> None:
    story = at_state(state)
    audit_ref = story.file.line.audit_ref
    story.do(who, book.cancel, booking=story.booking, reason="We stop the product.")
    file = story.ask("rita", casework.audit_file, audit_ref)
    assert (file.state, file.events[-1].reason) == ("aborted", "We stop the product.")
    assert story.ask(SYSTEM, queries.is_audit_booked, file.id) is False


def test_audit_begins_on_its_first_day_and_not_before(at_state: Open) -> None:
    story = at_state("confirmed")
    line = story.file.line
    assert line.starts_on is not None
    story.at = story.at + timedelta(days=(line.starts_on - day_of(story.at)).days - 1)
    with pytest.raises(NotReady):
        story.do(SYSTEM, book.start_audit, booking=story.booking)
    assert story.ask(SYSTEM, queries.audits_to_begin) == ()
    story.later(days=1)
    assert story.ask(SYSTEM, queries.audits_to_begin) == (story.booking,)
    assert story.do(SYSTEM, book.start_audit, booking=story.booking).ref == story.booking
    assert story.state == "in_audit"
    assert story.do(SYSTEM, book.start_audit, booking=story.booking) is None


def test_booking_is_fulfilled_by_a_decided_audit_only(at_state: Open) -> None:
    story = at_state("in_audit")
    with pytest.raises(NotReady):
        story.do("dora", service.fulfil, audit_id=story.file.line.audit_id)
    assert story.state == "in_audit"


def test_booking_is_stopped_by_a_stopped_audit_only(at_state: Open) -> None:
    story = at_state("in_audit")
    with pytest.raises(NotReady):
        story.do("pia", service.stop, audit_id=story.file.line.audit_id, reason="unsafe", by_pool=True)
    assert story.state == "in_audit"


# --------------------------------------------------------------------------------------------------
# Facts for the record


def test_request_is_engagement_from_its_instant_on(at_state: Open) -> None:
    story = at_state("submitted")
    (fact,) = requests(story)
    assert (fact.requested_at, fact.offered_at, fact.booked_at, fact.ended_at) == (
        story.file.line.requested_at,
        None,
        None,
        None,
    )
    assert "C4" in met(story)


def test_drafts_and_special_audits_are_no_engagement(at_state: Open) -> None:
    story = at_state("draft")
    assert requests(story) == ()
    story = at_state("start")
    story.requested(kind="special")
    story.do("mara", book.submit, booking=story.booking)
    assert requests(story) == ()


def test_offer_counts_when_accepted_by_all_and_shown(at_state: Open) -> None:
    story = at_state("proposed")
    assert [one.offered_at for one in requests(story)] == [None]
    story.all_accept()
    assert [one.offered_at for one in requests(story)] == [None], "accepted, but not shown"
    story.do("mara", book.show_offer, booking=story.booking)
    assert [(one.offered_at, one.booked_at) for one in requests(story)] == [(story.at, None)]


def test_confirmed_booking_counts_with_its_day(at_state: Open) -> None:
    story = at_state("confirmed")
    (fact,) = requests(story)
    assert fact.booked_at is not None and fact.booked_for == story.file.line.starts_on


def test_offer_that_an_auditor_broke_is_no_offer_from_then_on_and_was_one_before(at_state: Open) -> None:
    story = at_state("proposed")
    story.offered()
    shown_at = story.at
    story.later(days=1)
    story.do(story.team()[0], plan.answer_proposal, proposal=story.proposal, answer="declined", reason="Illness.")
    first, second = requests(story)
    assert (first.offered_at, first.ended_at) == (shown_at, story.at)
    assert (second.requested_at, second.offered_at, second.ended_at) == (first.requested_at, None, None)
    story.later(days=90)
    assert "C4" in met(story), "the pool owes the next offer"


def test_declined_request_leaves_the_firm_engaged(at_state: Open) -> None:
    story = at_state("screened")
    story.do("pia", book.decline, booking=story.booking, reason="No competence.")
    story.later(days=200)
    assert [one.ended_at for one in requests(story)] == [None]


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_engagement_ends_when_the_firm_ends_it(at_state: Open, end: str) -> None:
    story = at_state("quoted")
    if end == "withdrawn":
        story.do("mara", book.withdraw, booking=story.booking)
    else:
        story.later(days=31)
        story.do(SYSTEM, book.expire_quote, booking=story.booking)
    assert [one.ended_at for one in requests(story)] == [story.at]


def test_refusal_is_a_decided_fact_after_an_offer_and_the_next_confirmed_date_cures_it(at_state: Open) -> None:
    story = at_state("proposed")
    decided = {
        "booking": story.booking,
        "deployment": story.deployments["Visit guide"],
        "reason_given": "No time.",
        "heard_on": date(2026, 9, 1),
        "reasons": "Two dates were offered and not taken.",
    }
    with pytest.raises(NothingOffered):
        story.do("dora", book.decide_refusal, **decided)
    story.offered()
    with pytest.raises(Exception, match="decision maker"):
        story.do("pia", book.decide_refusal, **decided)
    story.do("dora", book.decide_refusal, **decided)
    (fact,) = engagement(story).refusals
    assert (fact.decided_on, fact.recorded_at, fact.cured_at) == (day_of(story.at), story.at, None)
    assert "C4" not in met(story)
    story.do("mara", book.waive_objection, booking=story.booking)
    story.do("pia", book.confirm, booking=story.booking)
    (fact,) = engagement(story).refusals
    assert fact.cured_at == story.at
    assert "C4" in met(story)


def test_days_facts_for_cost_shares_are_exact_and_only_of_confirmed_audits(at_state: Open) -> None:
    assert at_state("proposed").ask("tess", queries.days_facts) == ()
    story = at_state("confirmed")
    (fact,) = story.ask("tess", queries.days_facts)
    assert (fact.booking_ref, fact.exact_days) == (story.booking, story.file.line.exact_days)


def test_no_of_an_auditor_stands_in_the_history_without_who_and_why(at_state: Open) -> None:
    story = at_state("proposed")
    assert story.ask("mara", queries.booking, story.booking).proposals == ()
    story.all_accept()
    name = story.team()[0]
    assert len(story.ask("mara", queries.booking, story.booking).proposals[0].members) == len(story.team())
    story.do(name, plan.answer_proposal, proposal=story.proposal, answer="declined", reason="Illness.")
    for who, told in (("mara", []), ("pia", [("declined", "Illness.")])):
        file = story.ask(who, queries.booking, story.booking)
        assert [(one.answer, one.reason) for one in file.proposals[0].members if one.answer == "declined"] == told
        (no,) = [one for one in file.steps if one.from_state == "proposed"]
        assert (no.office, no.name, no.reason) == ("auditor", "", "")


def test_firm_that_cancels_ends_a_proposal_it_has_not_been_shown(at_state: Open) -> None:
    story = at_state("proposed")
    audit_id = story.file.line.audit_id or 0
    assert story.ask("pia", half_days_of_audit, audit_id) != ()
    story.do("mara", book.cancel, booking=story.booking, reason="we stop")
    assert (story.state, story.file.standing) == ("cancelled", None)
    assert story.ask("pia", half_days_of_audit, audit_id) == ()
