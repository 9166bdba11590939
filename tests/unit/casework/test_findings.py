"""Findings and remedies through the service: drafts are the team's, the rest is the firm's to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from auditors.casework import queries, service
from auditors.casework.fields import BadField
from auditors.casework.finding_rules import NotAuthor, OwnRemedy
from auditors.casework.findings import NotContainable, NotYourFinding
from auditors.casework.lifecycle import InTeam, NotLead, NotOfTeam, NotReady, WrongOffice, WrongState
from auditors.casework.lookup import FindingMissing, WhichDeployment
from auditors.casework.tables import Remedy
from pool.kernel.listing import ListRequest
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import BrokenRule, Work
from pool.kernel.traces import Activity
from pool.kernel.versions import Moved
from tests.support import casework
from tests.support.casework import REMEDY, WORDS, World


@pytest.fixture
def audit_ref(world: World) -> str:
    """Give an audit in stage 2, every point rated."""
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    return ref


def look(world: World, ref: str, who: str = "ada") -> Any:
    return world.ask(who, queries.finding, ref).finding


# --- drafting and issuing ---------------------------------------------------------------------------------------------


def test_draft_is_invisible_to_the_firm_in_every_way(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    canary = "canary-of-the-draft"
    finding = world.run(
        "bruno", service.draft_finding, audit_ref=ref, grade="major", point_id="TP-06", statement=canary
    )
    with pytest.raises(FindingMissing):
        world.ask("mara", queries.finding, finding)
    seen = [
        repr(world.ask("mara", queries.audit_file, ref)),
        repr(world.ask("mara", queries.findings_of_firm, ListRequest())),
        repr(world.ask("mara", lambda reading: reading.session.exec(select(Activity)).all())),
    ]
    assert all(canary not in text and finding not in text for text in seen)


def test_issued_finding_reaches_its_firm_with_deadlines_of_the_brief(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref, grade="critical")
    view = look(world, finding, "mara")
    assert (view.state, view.grade, view.duty_id) == ("issued", "critical", "D10")
    assert view.issued_at == world.at
    assert view.contain_by == world.at + timedelta(hours=48)
    assert (view.plan_by, view.close_by) == (date(2026, 9, 14), date(2026, 10, 7))
    assert view.due_on == view.plan_by
    assert set(view.acts) == {"firm_manager", "firm_member", "system"}


@pytest.mark.parametrize("grade", ["observation", "opportunity", "good_practice"])
def test_remarks_are_noted_and_ask_nothing(world: World, audit_ref: str, grade: str) -> None:
    finding = casework.issue(world, audit_ref, grade=grade)
    view = look(world, finding, "mara")
    assert (view.state, view.plan_by, view.close_by, view.due_on, view.acts) == ("noted", None, None, None, ())


@pytest.mark.parametrize("missing", sorted(WORDS))
def test_issuing_an_incomplete_draft_is_refused_and_nothing_is_issued(
    world: World, audit_ref: str, missing: str
) -> None:
    whole = world.run("bruno", service.draft_finding, audit_ref=audit_ref, grade="minor", point_id="TP-01", **WORDS)
    words = WORDS | {missing: "  "}
    world.run("bruno", service.draft_finding, audit_ref=audit_ref, grade="minor", point_id="TP-02", **words)
    with pytest.raises(NotReady):
        world.run("ada", service.issue_findings, audit_ref=audit_ref)
    assert look(world, whole).state == "draft"


def test_issue_takes_all_drafts_of_the_audit(world: World, audit_ref: str) -> None:
    refs = [
        world.run("bruno", service.draft_finding, audit_ref=audit_ref, grade=grade, point_id="TP-01", **WORDS)
        for grade in ("major", "observation")
    ]
    assert world.run("ada", service.issue_findings, audit_ref=audit_ref) == tuple(refs)
    assert [look(world, ref).state for ref in refs] == ["issued", "noted"]


def test_only_the_lead_issues(world: World, audit_ref: str) -> None:
    world.run("bruno", service.draft_finding, audit_ref=audit_ref, grade="minor", point_id="TP-01", **WORDS)
    with pytest.raises(NotLead):
        world.run("bruno", service.issue_findings, audit_ref=audit_ref)


def test_draft_is_changed_by_its_author_or_the_lead_only(world: World, audit_ref: str) -> None:
    audit_id = world.ask("ada", queries.audit_file, audit_ref).id
    world.run(SYSTEM, service.add_member, audit_id=audit_id, member=world.member("chen", "expert"))
    finding = world.run("bruno", service.draft_finding, audit_ref=audit_ref, grade="minor", point_id="TP-01")
    with pytest.raises(NotAuthor):
        world.run("chen", service.edit_finding, finding_ref=finding, grade="major", **WORDS)
    world.run("bruno", service.edit_finding, finding_ref=finding, grade="major", version=1, **WORDS)
    with pytest.raises(Moved):
        world.run("ada", service.edit_finding, finding_ref=finding, grade="minor", version=1, **WORDS)
    with pytest.raises(NotAuthor):
        world.run("chen", service.discard_finding, finding_ref=finding)
    world.run("ada", service.discard_finding, finding_ref=finding)
    assert look(world, finding).state == "discarded"


def test_issued_finding_is_never_changed_or_discarded(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    with pytest.raises(WrongState):
        world.run("bruno", service.edit_finding, finding_ref=finding, grade="major", **WORDS)
    with pytest.raises(WrongState):
        world.run("bruno", service.discard_finding, finding_ref=finding)


def test_finding_names_a_point_of_its_audit_and_a_duty_of_the_point(world: World, audit_ref: str) -> None:
    with pytest.raises(BadField) as refused:
        world.run("bruno", service.draft_finding, audit_ref=audit_ref, grade="splendid", point_id="TP-99")
    assert [error.field for error in refused.value.all()] == ["grade", "point_id"]
    with pytest.raises(BadField) as refused:
        world.run("bruno", service.draft_finding, audit_ref=audit_ref, grade="minor", point_id="TP-01", duty_id="D30")
    assert refused.value.field == "duty_id"


def test_joint_audit_asks_which_deployment(world: World) -> None:
    ref = casework.open_audit(world, firms=("Orchid Health", "Birch Credit"))
    casework.to_stage2(world, ref)
    with pytest.raises(WhichDeployment):
        world.run("bruno", service.draft_finding, audit_ref=ref, grade="minor", point_id="TP-01")
    finding = casework.issue(world, ref, deployment="DEP-2026-0002")
    assert look(world, finding, "ben").firm_name == "Birch Credit"
    with pytest.raises(FindingMissing):
        world.ask("mara", queries.finding, finding)


def test_control_characters_and_hidden_directions_are_refused(world: World, audit_ref: str) -> None:
    for bad in ("a\x00b", "a\x1b[31m", "abc\u202egnp.exe", "half \ud800"):
        with pytest.raises(BadField):
            world.run(
                "bruno", service.draft_finding, audit_ref=audit_ref, grade="minor", point_id="TP-01", statement=bad
            )


def test_repeated_finding_names_an_earlier_one_of_the_same_deployment(world: World, audit_ref: str) -> None:
    earlier = casework.issue(world, audit_ref, grade="major")
    again = world.run(
        "bruno", service.draft_finding, audit_ref=audit_ref, grade="major", point_id="TP-06", repeats=earlier, **WORDS
    )
    world.run("ada", service.issue_findings, audit_ref=audit_ref)
    facts = world.ask(SYSTEM, queries.finding_facts, world.deployments["Orchid Health"])
    assert [(fact.ref, fact.repeats) for fact in facts] == [(earlier, False), (again, True)]
    with pytest.raises(FindingMissing):
        world.run(
            "bruno",
            service.draft_finding,
            audit_ref=audit_ref,
            grade="major",
            point_id="TP-06",
            repeats="FIN-2026-9999",
        )


# --- each transition of a finding, once -------------------------------------------------------------------------------


def acknowledged(world: World, ref: str) -> None:
    world.run("milo", service.acknowledge_finding, finding_ref=ref)


def disputed(world: World, ref: str) -> None:
    world.run("mara", service.dispute_finding, finding_ref=ref, reason="The set is sourced, see annex 2.")


def settled(verdict: str, grade: str = "") -> Callable[[World, str], None]:
    def settle(world: World, ref: str) -> None:
        disputed(world, ref)
        world.run("theo", service.settle_dispute, finding_ref=ref, verdict=verdict, grade=grade, reason="Seen.")

    return settle


def responded(world: World, ref: str) -> None:
    world.run("mara", service.propose_remedy, finding_ref=ref, **REMEDY)


def sent_back(world: World, ref: str) -> None:
    responded(world, ref)
    world.run("ada", service.send_back_remedy, finding_ref=ref, answer="The cause is not the cause.")


def responded_again(world: World, ref: str) -> None:
    sent_back(world, ref)
    responded(world, ref)


def accepted(world: World, ref: str) -> None:
    responded(world, ref)
    world.run("ada", service.accept_remedy, finding_ref=ref)


def closed_on_plan(world: World, ref: str) -> None:
    responded(world, ref)
    world.run("ada", service.accept_remedy, finding_ref=ref, on_plan=True)


def implemented(world: World, ref: str) -> None:
    accepted(world, ref)
    world.run("mara", service.implement_remedy, finding_ref=ref, evidence_note="The sheet is attached.")


def insufficient(world: World, ref: str) -> None:
    implemented(world, ref)
    world.run("bruno", service.find_insufficient, finding_ref=ref, answer="The sheet has no date.")


def verified(world: World, ref: str) -> None:
    implemented(world, ref)
    world.run("bruno", service.verify_remedy, finding_ref=ref, answer="Seen.")


STEPS: list[tuple[Callable[[World, str], None], str, list[str]]] = [
    (acknowledged, "acknowledged", []),
    (disputed, "disputed", []),
    (settled("upheld"), "acknowledged", []),
    (settled("regraded", "major"), "acknowledged", []),
    (settled("regraded", "observation"), "noted", []),
    (settled("withdrawn"), "withdrawn", []),
    (responded, "responded", ["proposed"]),
    (sent_back, "response_rejected", ["sent_back"]),
    (responded_again, "responded", ["sent_back", "proposed"]),
    (accepted, "response_accepted", ["accepted"]),
    (closed_on_plan, "closed_on_plan", ["accepted"]),
    (implemented, "evidence_submitted", ["implemented"]),
    (insufficient, "response_accepted", ["insufficient"]),
    (verified, "verified_closed", ["verified"]),
]


@pytest.mark.parametrize(("step", "state", "remedies"), STEPS)
def test_each_step_leads_where_it_should(
    world: World, audit_ref: str, step: Callable[[World, str], None], state: str, remedies: list[str]
) -> None:
    finding = casework.issue(world, audit_ref)
    step(world, finding)
    file = world.ask("mara", queries.finding, finding)
    assert file.finding.state == state
    assert [remedy.state for remedy in file.remedies] == remedies
    assert (file.finding.closed_at == world.at) == (state in ("verified_closed", "withdrawn", "noted"))


def test_plan_closed_minor_can_be_carried_out_and_verified_later(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    closed_on_plan(world, finding)
    world.run("mara", service.implement_remedy, finding_ref=finding, evidence_note="Done after all.")
    world.run("bruno", service.verify_remedy, finding_ref=finding, answer="Seen.")
    assert look(world, finding).state == "verified_closed"


def test_major_is_never_closed_on_a_plan(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref, grade="major")
    responded(world, finding)
    with pytest.raises(NotReady):
        world.run("ada", service.accept_remedy, finding_ref=finding, on_plan=True)
    assert look(world, finding).state == "responded"


def test_silence_acknowledges_only_after_the_window(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    world.later(days=30)
    assert world.run(SYSTEM, service.acknowledge_by_silence, finding_ref=finding) is False
    world.later(seconds=1)
    assert world.run(SYSTEM, service.acknowledge_by_silence, finding_ref=finding) is True
    assert world.run(SYSTEM, service.acknowledge_by_silence, finding_ref=finding) is False, "it was before"
    with pytest.raises(WrongState):
        disputed(world, finding)


def test_dispute_after_the_window_is_refused(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    world.later(days=30, seconds=1)
    with pytest.raises(NotReady):
        disputed(world, finding)


@pytest.mark.parametrize("name", ["ada", "bruno", "mara", "amos", "dora"])
def test_nobody_but_a_reviewer_settles_a_dispute(world: World, audit_ref: str, name: str) -> None:
    finding = casework.issue(world, audit_ref)
    disputed(world, finding)
    with pytest.raises(WrongOffice):
        world.run(name, service.settle_dispute, finding_ref=finding, verdict="withdrawn", reason="Please.")


def test_member_in_a_reviewers_seat_does_not_settle_a_dispute(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    disputed(world, finding)
    bruno = Actor(world.bruno.person_id, 88, Office.TECHNICAL_REVIEWER, name=world.bruno.name)
    with pytest.raises(InTeam):
        world.run(bruno, service.settle_dispute, finding_ref=finding, verdict="upheld", reason="It was right.")


def test_regraded_finding_keeps_its_original_and_longer_deadlines(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref, grade="minor")
    issued_on = world.at
    world.later(days=10)
    settled("regraded", "major")(world, finding)
    file = world.ask("mara", queries.finding, finding)
    assert (file.finding.grade, file.finding.plan_by, file.finding.close_by) == (
        "major",
        date(2026, 10, 22),
        date(2027, 3, 6),
    )
    step = next(entry for entry in file.thread if entry.verb == "finding.regrade")
    assert (step.before["grade"], step.after["grade"], step.reason, step.name) == (
        "minor",
        "major",
        "Seen.",
        "Theo Marchetti",
    )
    assert file.finding.issued_at == issued_on


def test_thread_tells_the_whole_story_in_order(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    sent_back(world, finding)
    casework.remedied(world, finding)
    verbs = [entry.verb for entry in world.ask("ada", queries.finding, finding).thread]
    assert verbs == [
        "finding.drafted",
        "finding.issue",
        "finding.acknowledge",
        "finding.respond",
        "remedy.proposed",
        "finding.send_back",
        "remedy.sent_back",
        "finding.respond",
        "remedy.proposed",
        "finding.accept",
        "remedy.accepted",
        "finding.implement",
        "remedy.implemented",
        "finding.verify",
        "remedy.verified",
    ]
    assert [entry.verb for entry in world.ask("mara", queries.finding, finding).thread] == verbs[1:]


# --- remedies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["correction", "root_cause", "action", "owner"])
def test_remedy_needs_every_part(world: World, audit_ref: str, missing: str) -> None:
    finding = casework.issue(world, audit_ref)
    with pytest.raises(BadField) as refused:
        world.run("mara", service.propose_remedy, finding_ref=finding, **(REMEDY | {missing: ""}))
    assert refused.value.field == missing
    assert look(world, finding).state == "issued"


@pytest.mark.parametrize("due_on", [date(2026, 9, 6), date(2036, 9, 7)])
def test_remedy_due_in_the_past_or_far_ahead_is_refused(world: World, audit_ref: str, due_on: date) -> None:
    finding = casework.issue(world, audit_ref)
    with pytest.raises(BadField) as refused:
        world.run("mara", service.propose_remedy, finding_ref=finding, **(REMEDY | {"due_on": due_on}))
    assert refused.value.field == "due_on"


def test_author_cannot_verify_own_remedy_in_another_seat(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    audit_id = look(world, finding).audit_id
    # Chen works for Orchid Health in one seat and audits in another.
    at_orchid = Actor(
        world.chen.person_id, 99, Office.FIRM_MEMBER, firm_id=world.pool.firm_ids["Orchid Health"], name=world.chen.name
    )
    world.run(at_orchid, service.propose_remedy, finding_ref=finding, **REMEDY)
    world.run("ada", service.accept_remedy, finding_ref=finding)
    world.run(at_orchid, service.implement_remedy, finding_ref=finding, evidence_note="Done.")
    world.run(SYSTEM, service.add_member, audit_id=audit_id, member=world.member("chen", "auditor"))
    with pytest.raises(OwnRemedy):
        world.run("chen", service.verify_remedy, finding_ref=finding, answer="Seen by me.")
    world.run("bruno", service.verify_remedy, finding_ref=finding, answer="Seen.")


def test_database_refuses_a_remedy_verified_by_its_author(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    finding = casework.issue(world, ref)
    implemented(world, finding)
    refused = [world.mara.person_id, world.amos.person_id, world.theo.person_id, world.dora.person_id]
    for person in refused:
        with pytest.raises(BrokenRule):
            world.run(SYSTEM, _verify_by_force, finding, person)
    world.run(SYSTEM, _verify_by_force, finding, world.bruno.person_id)


def _verify_by_force(work: Work, finding_ref: str, person: int) -> None:
    finding = queries.finding(work, finding_ref).finding
    remedy = work.session.exec(select(Remedy).where(Remedy.finding_id == finding.id)).one()
    remedy.state, remedy.verified_by, remedy.verified_at = "verified", person, work.at
    work.flush()


@pytest.mark.parametrize("name", ["mara", "milo", "theo", "dora", "amos", "pia", "rita", "edda", "ivo", "tess"])
def test_no_office_verifies_a_remedy_but_an_auditor_of_the_audit(world: World, audit_ref: str, name: str) -> None:
    finding = casework.issue(world, audit_ref)
    implemented(world, finding)
    with pytest.raises(WrongOffice):
        world.run(name, service.verify_remedy, finding_ref=finding, answer="Seen.")


def test_auditor_of_another_audit_does_not_even_see_the_finding(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    implemented(world, finding)
    with pytest.raises(FindingMissing):
        world.run("chen", service.verify_remedy, finding_ref=finding, answer="Seen.")


def test_follow_up_auditor_with_a_grant_verifies(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    implemented(world, finding)
    view = look(world, finding)
    world.run(
        SYSTEM,
        service.grant,
        audit_id=view.audit_id,
        person_id=world.chen.person_id,
        firm_id=view.firm_id,
        deployment_id=view.deployment_id,
    )
    world.run("chen", service.verify_remedy, finding_ref=finding, answer="Seen by a second pair of eyes.")
    assert look(world, finding).state == "verified_closed"


def test_grant_does_not_make_somebody_write_findings(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    view = look(world, finding)
    world.run(
        SYSTEM,
        service.grant,
        audit_id=view.audit_id,
        person_id=world.chen.person_id,
        firm_id=view.firm_id,
        deployment_id=view.deployment_id,
    )
    with pytest.raises(NotOfTeam):
        world.run("chen", service.draft_finding, audit_ref=audit_ref, grade="minor", point_id="TP-01")


def test_foreign_firm_answers_nothing(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    for step in (service.acknowledge_finding, service.dispute_finding, service.propose_remedy):
        named: dict[str, Any] = {"finding_ref": finding}
        if step is service.propose_remedy:
            named |= REMEDY
        with pytest.raises(FindingMissing):
            world.run("ben", step, **named)


# --- critical findings ------------------------------------------------------------------------------------------------


def test_critical_is_contained_once_by_its_firm(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref, grade="critical")
    with pytest.raises(NotYourFinding):
        world.run("ada", service.contain_finding, finding_ref=finding, note="Switched off.")
    world.later(hours=3)
    world.run("mara", service.contain_finding, finding_ref=finding, note="Switched off.")
    view = look(world, finding, "mara")
    assert (view.contained_at, view.contained_note, view.state) == (world.at, "Switched off.", "issued")
    with pytest.raises(NotContainable):
        world.run("mara", service.contain_finding, finding_ref=finding, note="Again.")


def test_minor_has_nothing_to_contain(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    with pytest.raises(NotContainable):
        world.run("mara", service.contain_finding, finding_ref=finding, note="Switched off.")


# --- dated facts for the record ---------------------------------------------------------------------------------------


def facts(world: World) -> Any:
    return world.ask(SYSTEM, queries.finding_facts, world.deployments["Orchid Health"])


def test_facts_of_an_issued_finding_hold_its_deadlines(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref, grade="major")
    (fact,) = facts(world)
    assert (fact.ref, fact.audit_ref, fact.grade, fact.issued_at) == (finding, audit_ref, "major", world.at)
    assert (fact.close_by, fact.closed_at) == (date(2026, 12, 6), None)


def test_drafts_are_no_facts(world: World, audit_ref: str) -> None:
    world.run("bruno", service.draft_finding, audit_ref=audit_ref, grade="major", point_id="TP-01", **WORDS)
    assert facts(world) == ()


def test_regraded_finding_is_two_facts_so_that_the_past_stays(world: World, audit_ref: str) -> None:
    casework.issue(world, audit_ref, grade="major")
    issued_at = world.at
    world.later(days=5)
    settled("regraded", "minor")(world, look(world, "FIN-2026-0001").ref)
    first, second = facts(world)
    assert (first.grade, first.issued_at, first.closed_at, first.close_by) == (
        "major",
        issued_at,
        world.at,
        date(2026, 12, 6),
    )
    assert (second.grade, second.issued_at, second.closed_at, second.close_by) == (
        "minor",
        world.at,
        None,
        date(2027, 3, 11),
    )


def test_days_of_waiting_for_verification_do_not_count(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    accepted(world, finding)
    world.later(days=170)
    world.run("mara", service.implement_remedy, finding_ref=finding, evidence_note="Done.")
    (fact,) = facts(world)
    assert fact.due_on(world.at) == fact.close_by == date(2027, 3, 6)
    world.later(days=40)
    (fact,) = facts(world)
    assert fact.due_on(world.at) == date(2027, 3, 6) + timedelta(days=40)
    world.run("bruno", service.find_insufficient, finding_ref=finding, answer="Not dated.")
    world.later(days=11)
    (fact,) = facts(world)
    assert fact.due_on(world.at) == date(2027, 3, 6) + timedelta(days=40)
    assert world.at.date() > fact.due_on(world.at)


def test_evidence_after_the_deadline_does_not_mend_that_it_was_missed(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    accepted(world, finding)
    world.later(days=200)
    world.run("mara", service.implement_remedy, finding_ref=finding, evidence_note="Done at last.")
    world.later(days=5)
    (fact,) = facts(world)
    assert fact.due_on(world.at) == date(2027, 3, 6)


def test_dispute_stops_the_clock_until_it_is_settled(world: World, audit_ref: str) -> None:
    finding = casework.issue(world, audit_ref)
    disputed(world, finding)
    world.later(days=15)
    world.run("theo", service.settle_dispute, finding_ref=finding, verdict="upheld", reason="It stands.")
    world.later(days=100)
    (fact,) = facts(world)
    assert fact.due_on(world.at) == date(2027, 3, 6) + timedelta(days=15)


def test_foreign_firm_gets_no_facts(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.issue(world, ref)
    deployment = world.deployments["Orchid Health"]
    assert world.ask("ben", queries.finding_facts, deployment) == ()
    assert len(world.ask("mara", queries.finding_facts, deployment)) == 1
    assert len(world.ask("bruno", queries.finding_facts, deployment)) == 1


def test_progress_of_an_audit_is_dated(world: World, audit_ref: str) -> None:
    (progress,) = world.ask("mara", queries.audit_progress_facts, world.deployments["Orchid Health"])
    assert replace(progress, opened_at=world.at, fieldwork_from_at=world.at) == progress
    assert (progress.audit_ref, progress.submitted_at, progress.decided_at) == (audit_ref, None, None)
