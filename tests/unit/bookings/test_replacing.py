"""A member of a confirmed or running team is replaced, and an audit whose lead lost the seat goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import select

from auditors.casework import queries as casework
from auditors.casework.fields import BadField
from auditors.casework.lifecycle import NotReady
from auditors.casework.lookup import AuditMissing
from auditors.casework.opening import TeamFixed
from auditors.casework.tables import Audit
from auditors.roster.queries import lead_runs
from pool.bookings import queries
from pool.bookings.rules import ReasonMissing
from pool.journeys import audit, people, plan, roster
from pool.journeys.replacing import replace_member
from pool.kernel.history import activity_of
from pool.kernel.roles import Office
from pool.kernel.storage import Work
from pool.members import queries as members
from pool.members import service as seats
from scheduling.interval import HalfDay
from scheduling.queries import half_days_of_audit
from scheduling.service import book as book_held
from scheduling.service import hold
from tests.unit.bookings.story import Story

Open = Callable[[str], Story]
REFS = {"ada": "AUR-2026-0001", "bruno": "AUR-2026-0002", "chen": "AUR-2026-0003"}


def swap(story: Story, out: str, new: str, reason: str = "Ill for long.") -> None:
    story.do("pia", replace_member, booking=story.booking, leaves=REFS[out], comes=REFS[new], reason=reason)


def lead_and_stand_in(story: Story) -> tuple[str, str]:
    """Return who leads and who else could: Ada and Bruno, whichever way the plan chose."""
    lead = story.team()[0]
    return lead, "bruno" if lead == "ada" else "ada"


def held(story: Story) -> dict[str, list[HalfDay]]:
    names = {key: name for name, key in story.pool.auditor_ids.items()}
    audit_id = story.file.line.audit_id
    found: dict[str, list[HalfDay]] = {}
    for one in story.ask("pia", half_days_of_audit, audit_id):
        assert one.state == "booked"
        found.setdefault(names[one.auditor_id], []).append(one.half_day)
    return found


def end_seat(story: Story, name: str) -> None:
    actor = story.pool.actors[name]
    seat = next(one.public_id for one in story.ask("amos", members.pool_seats) if one.id == actor.seat_id)
    story.do("amos", people.end_seat, seat=seat, reason="left the pool")


def give_seat(story: Story, name: str) -> None:
    actor = story.pool.actors[name]
    made = story.do("amos", seats.give_seat, person_id=actor.person_id, office=Office.AUDITOR,
                    auditor_id=actor.auditor_id)  # fmt: skip
    story.pool.actors[name] = replace(actor, seat_id=made.id)


@pytest.fixture
def told_confirmed(told: Story) -> Story:
    told.go_to("confirmed")
    return told


def test_lead_is_replaced_with_half_days_sight_and_term(told_confirmed: Story) -> None:
    story = told_confirmed
    (lead, other), audit_ref = lead_and_stand_in(story), story.file.line.audit_ref
    before = held(story)
    swap(story, lead, other)
    assert story.team() == [other, "chen"]
    assert held(story) == {other: before[lead], "chen": before["chen"]}
    with pytest.raises(AuditMissing):
        story.ask(lead, casework.audit_file, audit_ref)
    seen = story.ask(other, casework.audit_file, audit_ref)
    assert [(one.role, one.left_at is None) for one in seen.team if one.role == "lead"] == [
        ("lead", False),
        ("lead", True),
    ]
    assert [run.auditor_id for run in story.ask("pia", lead_runs)] == [story.pool.auditor_ids[other]]
    story.do(other, audit.seal, audit_ref=audit_ref, criteria="C", sample="S", thresholds="T")


def test_replacement_is_told_to_the_firm_and_confirms_nothing_anew(told_confirmed: Story) -> None:
    story = told_confirmed
    lead, other = lead_and_stand_in(story)
    deployment_id = story.ask("pia", queries.deployment_ids, story.booking)[0]
    before = story.ask("pia", queries.engagement_facts, deployment_id)
    swap(story, lead, other)
    file = story.ask("mara", queries.booking, story.booking)
    gone, new = story.pool.actors[lead].name, story.pool.actors[other].name
    last = file.steps[-1]
    assert (last.name, last.reason) == ("Pia Duarte", f"{gone} leaves, {new} comes: Ill for long.")
    assert new in [one.name for one in file.standing.members] and gone not in [
        one.name for one in file.standing.members
    ]
    verbs = [one.verb for one in story.ask("pia", activity_of, story.file.line.audit_ref)]
    assert {"audit.member_left", "audit.member_joined"} <= set(verbs)
    assert story.ask("pia", queries.engagement_facts, deployment_id) == before


def test_past_half_days_stay_with_who_gave_them(at_state: Open) -> None:
    story = at_state("in_audit")
    lead, other = lead_and_stand_in(story)
    before = held(story)[lead]
    today = before[0].day
    swap(story, lead, other)
    after = held(story)
    assert after.get(lead, []) == [one for one in before if one.day <= today]
    assert after.get(other, []) == [one for one in before if one.day > today]


def test_lead_without_seat_comes_back_and_the_audit_goes_on(told_confirmed: Story) -> None:
    story = told_confirmed
    lead, audit_ref = story.team()[0], story.file.line.audit_ref
    with pytest.raises(NotReady):
        swap(story, lead, lead)
    end_seat(story, lead)
    with pytest.raises(NotReady):
        swap(story, lead, lead)
    give_seat(story, lead)
    with pytest.raises(AuditMissing):
        story.ask(lead, casework.audit_file, audit_ref)
    before = held(story)
    swap(story, lead, lead, "The seat was ended by mistake.")
    assert held(story) == before
    story.do(lead, audit.seal, audit_ref=audit_ref, criteria="C", sample="S", thresholds="T")


def test_who_does_not_cover_the_needs_is_refused(at_state: Open) -> None:
    story = at_state("confirmed")
    lead, other = lead_and_stand_in(story)
    before = story.file
    with pytest.raises(NotReady, match="in the team already"):
        swap(story, lead, "chen")
    with pytest.raises(NotReady, match="would not cover"):
        swap(story, "chen", other)
    assert story.file == before


def test_who_is_away_or_paused_is_refused(at_state: Open) -> None:
    story = at_state("confirmed")
    lead, other = lead_and_stand_in(story)
    first = held(story)[lead][0]
    story.do("pia", roster.set_leave, auditor=REFS[other], first=first, last=first, kind="training")
    with pytest.raises(NotReady, match="away or booked"):
        swap(story, lead, other)
    story.do("pia", roster.change_auditor, auditor=REFS[other], state="paused")
    with pytest.raises(NotReady, match="active auditor"):
        swap(story, lead, other)


def test_who_is_booked_elsewhere_is_refused(at_state: Open) -> None:
    story = at_state("confirmed")
    lead, other = lead_and_stand_in(story)
    line, first = story.file.line, held(story)[lead][0]
    story.do("pia", hold, audit_id=line.audit_id, audit_ref="AUD-2026-0099",
             auditor_ids=[story.pool.auditor_ids[other]], half_days=[first])  # fmt: skip
    story.do("pia", book_held, audit_id=line.audit_id)
    with pytest.raises(NotReady, match="away or booked"):
        swap(story, lead, other)


def test_interest_keeps_who_comes_away(at_state: Open) -> None:
    story = at_state("confirmed")
    lead, other = lead_and_stand_in(story)
    story.do(other, roster.declare_interest, auditor=REFS[other], firm=story.pool.firm_refs["Orchid Health"],
             kind="family", from_on=story.at.date(), note="A cousin works there.")  # fmt: skip
    with pytest.raises(NotReady, match="interest"):
        swap(story, lead, other)


def test_who_said_no_to_this_audit_does_not_come(at_state: Open) -> None:
    story = at_state("proposed")
    lead, other = lead_and_stand_in(story)
    story.do(lead, plan.answer_proposal, proposal=story.proposal, answer="declined", reason="Away.")
    story.do("pia", plan.replan_one, booking=story.booking)
    story._confirm()
    assert story.team()[0] == other
    with pytest.raises(NotReady, match="said no"):
        swap(story, other, lead)


def test_replacement_needs_a_reason_and_somebody_of_the_team(at_state: Open) -> None:
    story = at_state("confirmed")
    lead, other = lead_and_stand_in(story)
    with pytest.raises(ReasonMissing):
        swap(story, lead, other, " ")
    with pytest.raises(BadField):
        swap(story, other, lead)
    assert held(story).keys() == {lead, "chen"}


def test_team_that_has_done_its_work_stays(at_state: Open) -> None:
    story = at_state("in_audit")
    lead, other = lead_and_stand_in(story)
    story.do("pia", _put, state="decision_pending")
    with pytest.raises(TeamFixed):
        swap(story, lead, other)
    story.do("pia", _put, state="stage2")
    swap(story, lead, other)


def _put(work: Work, state: str) -> None:
    work.session.exec(select(Audit)).one().state = state
