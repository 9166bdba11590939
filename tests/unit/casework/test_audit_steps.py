"""An audit's steps through the service: each writes its event, its activity and its effects."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from auditors.casework import queries, service
from auditors.casework.conduct import move_audit
from auditors.casework.fields import BadField
from auditors.casework.lifecycle import InTeam, NotLead, NotOfTeam, NotReady, WrongOffice, WrongState
from auditors.casework.lookup import AuditMissing, find_audit
from auditors.casework.opening import ReviewedBefore
from auditors.casework.rules import AUDIT_CYCLE
from auditors.casework.states import AuditState
from auditors.casework.tables import Audit
from pool.decisions.tables import Decision, TechnicalReview
from pool.kernel.refusals import Refusal
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Work
from pool.kernel.tenancy import scope_of
from pool.kernel.versions import Moved
from tests.support import casework
from tests.support.casework import World


def state_of(world: World, ref: str) -> str:
    return str(world.ask("theo", queries.audit_file, ref).state)


def test_sealed_plan_is_hashed_and_names_team_days_and_seed(world: World) -> None:
    ref = casework.open_audit(world)
    digest = world.run("ada", service.seal_plan, audit_ref=ref, **casework.PLAN)
    file = world.ask("ada", queries.audit_file, ref)
    assert file.plan_digest == digest
    assert file.sealed_plan["days"] == "5/2"
    assert file.sealed_plan["team"] == [
        {"name": "Ada Lindqvist", "role": "lead"},
        {"name": "Bruno Keller", "role": "auditor"},
    ]
    assert file.sealed_plan["seed"] == file.seed
    assert file.sealed_at == world.at


def test_plan_with_fewer_days_needs_a_reason(world: World) -> None:
    ref = casework.open_audit(world)
    with pytest.raises(BadField) as refused:
        world.run("ada", service.seal_plan, audit_ref=ref, days="2", **casework.PLAN)
    assert refused.value.field == "days_reason"
    world.run("ada", service.seal_plan, audit_ref=ref, days="2", days_reason="Pool service.", **casework.PLAN)
    assert state_of(world, ref) == "plan_sealed"


def test_empty_plan_is_refused_with_every_field(world: World) -> None:
    ref = casework.open_audit(world)
    with pytest.raises(BadField) as refused:
        world.run("ada", service.seal_plan, audit_ref=ref, criteria="", sample=" ", thresholds="\n", days="x")
    assert [error.field for error in refused.value.all()] == ["criteria", "sample", "thresholds", "days"]


def test_stage_one_and_two_lead_to_the_report(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    file = world.ask("mara", queries.audit_file, ref)
    assert [(event.from_state, event.to_state) for event in file.events] == [
        ("", "planned"),
        ("planned", "plan_sealed"),
        ("plan_sealed", "stage1"),
        ("stage1", "stage1_reported"),
        ("stage1_reported", "stage2"),
    ]
    assert file.readiness == "ready"


def test_low_tier_is_a_desk_audit_without_stage_one(world: World) -> None:
    ref = casework.open_audit(world, tier="low")
    casework.seal(world, ref)
    with pytest.raises(NotReady):
        world.run("ada", service.start_stage1, audit_ref=ref)
    assert world.run("ada", service.start_stage2, audit_ref=ref) == "stage2"


def test_not_ready_firm_waits_for_a_new_stage_one_report(world: World) -> None:
    ref = casework.open_audit(world)
    casework.seal(world, ref)
    world.run("ada", service.start_stage1, audit_ref=ref)
    world.run("ada", service.report_stage1, audit_ref=ref, readiness="not_ready", note="No data sheet.")
    with pytest.raises(NotReady):
        world.run("ada", service.start_stage2, audit_ref=ref)
    world.run("ada", service.report_stage1, audit_ref=ref, readiness="ready_with_concerns", note="Sheet came.")
    with pytest.raises(NotReady):
        world.run("ada", service.start_stage2, audit_ref=ref)
    assert world.run("ada", service.start_stage2, audit_ref=ref, note="Sheet is complete now.") == "stage2"


def test_stage_two_long_after_stage_one_is_refused(world: World) -> None:
    ref = casework.open_audit(world)
    casework.seal(world, ref)
    world.run("ada", service.start_stage1, audit_ref=ref)
    world.run("ada", service.report_stage1, audit_ref=ref, readiness="ready", note="Fine.")
    world.later(days=182)
    with pytest.raises(NotReady):
        world.run("ada", service.start_stage2, audit_ref=ref)


def test_fieldwork_ends_only_when_every_point_is_rated(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    with pytest.raises(NotReady) as refused:
        world.run("ada", service.end_fieldwork, audit_ref=ref)
    assert refused.value.facts["points"] == ("TP-01", "TP-02", "TP-06")
    casework.rate_all(world, ref)
    assert world.run("ada", service.end_fieldwork, audit_ref=ref) == "draft_report"


def test_points_not_tested_with_reason_are_enough(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    for name in casework.POINTS:
        world.run(
            "bruno", service.rate_point, audit_ref=ref, point_id=name, rating="not_tested", rating_reason="No test bed."
        )
    assert world.run("ada", service.end_fieldwork, audit_ref=ref) == "draft_report"


def test_audit_with_no_finding_closes(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    _decide(world, ref)
    assert world.run("amos", service.close_audit, audit_ref=ref) == "closed"
    world.later(seconds=1)
    file = world.ask("mara", queries.audit_file, ref)
    assert (file.state, file.findings) == ("closed", ())
    assert [point.rating for point in file.points] == ["conforming"] * 3
    with pytest.raises(AuditMissing):
        world.ask("ada", queries.audit_file, ref)


def _decide(world: World, ref: str, *, recommendation: str = "conforming") -> None:
    world.run("theo", service.take_review, audit_ref=ref)
    world.run("theo", _review, ref)
    world.run("theo", service.apply_verdict, audit_ref=ref, verdict="recommend", recommendation=recommendation)
    world.run("dora", _decision, ref)
    world.run("dora", service.mark_decided, audit_ref=ref)


def _review(work: Work, ref: str) -> None:
    work.add(
        TechnicalReview(
            audit_id=find_audit(work, ref).id or 0,
            reviewer_id=work.actor.person_id or 0,
            reviewer_name="Theo",
            verdict="recommend",
            notes="Fine.",
            at=work.at,
        )
    )


def _decision(work: Work, ref: str) -> None:
    file = queries.audit_file(work, ref)
    for part in file.participants:
        work.add(
            Decision(
                ref=work.next_reference("DEC"),
                audit_id=file.id,
                firm_id=part.firm_id,
                deployment_id=part.deployment_id,
                outcome="conforming",
                reasons="As recommended.",
                decider_id=work.actor.person_id or 0,
                decider_name=work.actor.name,
                audited_on=date(2026, 9, 7),
                decided_on=date(2026, 9, 7),
                recorded_at=work.at,
                content_digest="sha256:" + "0" * 64,
            )
        )


def test_workpapers_stay_the_teams_until_the_audit_is_closed(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    assert world.ask("mara", queries.audit_file, ref).points == ()
    casework.to_submitted(world, ref)
    _decide(world, ref)
    assert world.ask("mara", queries.audit_file, ref).points == ()
    world.run(SYSTEM, service.close_audit, audit_ref=ref)
    assert len(world.ask("mara", queries.audit_file, ref).points) == 3


def test_sight_after_closing_lasts_while_a_minor_must_be_verified(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    finding = casework.issue(world, ref, grade="minor")
    casework.to_submitted(world, ref)
    _decide(world, ref, recommendation="conforming_with_minors")
    world.run("amos", service.close_audit, audit_ref=ref)
    world.later(days=30)
    assert [f.ref for f in world.ask("bruno", queries.audit_file, ref).findings] == [finding]
    world.run("mara", service.acknowledge_finding, finding_ref=finding)
    casework.remedied(world, finding) if world.at.date() <= date(2026, 10, 1) else _remedied_late(world, finding)
    audit_id = world.ask("theo", queries.audit_file, ref).id
    assert world.run(SYSTEM, service.end_sight_when_done, audit_id=audit_id) is True
    world.later(seconds=1)
    with pytest.raises(AuditMissing):
        world.ask("bruno", queries.audit_file, ref)


def _remedied_late(world: World, finding: str) -> None:
    world.run("mara", service.propose_remedy, finding_ref=finding, **(casework.REMEDY | {"due_on": date(2026, 12, 1)}))
    world.run("ada", service.accept_remedy, finding_ref=finding)
    world.run("mara", service.implement_remedy, finding_ref=finding, evidence_note="Done.")
    world.run("bruno", service.verify_remedy, finding_ref=finding, answer="Seen.")


def test_sight_after_closing_ends_by_itself_after_the_last_deadline(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    casework.issue(world, ref, grade="minor")
    casework.to_submitted(world, ref)
    _decide(world, ref, recommendation="conforming_with_minors")
    world.run("amos", service.close_audit, audit_ref=ref)
    world.later(days=189)
    assert world.ask("bruno", queries.audit_file, ref).ref == ref
    world.later(days=3)
    with pytest.raises(AuditMissing):
        world.ask("bruno", queries.audit_file, ref)


def test_point_rated_major_needs_a_finding(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-06", rating="major", **casework.RATED)
    with pytest.raises(NotReady) as refused:
        world.run("ada", service.end_fieldwork, audit_ref=ref)
    assert refused.value.facts["points"] == ("TP-06",)
    casework.issue(world, ref, grade="major")
    assert world.run("ada", service.end_fieldwork, audit_ref=ref) == "draft_report"


def test_firm_reads_the_report_only_once_it_was_sent(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    world.run("ada", service.end_fieldwork, audit_ref=ref)
    world.run("ada", service.write_report, audit_ref=ref, summary="What we saw.")
    assert world.ask("mara", queries.audit_file, ref).summary == ""
    assert world.ask("ada", queries.audit_file, ref).summary == "What we saw."
    world.run("ada", service.send_report, audit_ref=ref)
    assert world.ask("mara", queries.audit_file, ref).summary == "What we saw."


def test_report_waits_for_the_firms_comment_or_its_silence(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    world.run("ada", service.end_fieldwork, audit_ref=ref)
    world.run("ada", service.write_report, audit_ref=ref, summary="What we saw.")
    world.run("ada", service.send_report, audit_ref=ref)
    with pytest.raises(NotReady):
        world.run("ada", service.submit_report, audit_ref=ref)
    world.later(days=5, seconds=1)
    assert world.run("ada", service.submit_report, audit_ref=ref) == "submitted"


def test_comment_must_be_answered_and_is_made_once(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    world.run("ada", service.end_fieldwork, audit_ref=ref)
    world.run("ada", service.write_report, audit_ref=ref, summary="What we saw.")
    world.run("ada", service.send_report, audit_ref=ref)
    world.run("milo", service.comment_report, audit_ref=ref, comment="The date is wrong.")
    with pytest.raises(WrongState):
        world.run("mara", service.comment_report, audit_ref=ref, comment="Another.")
    with pytest.raises(NotReady):
        world.run("ada", service.submit_report, audit_ref=ref)
    with pytest.raises(NotLead):
        world.run("bruno", service.answer_comment, audit_ref=ref, answer="Corrected.")
    world.run("ada", service.answer_comment, audit_ref=ref, answer="Corrected.")
    assert world.run("ada", service.submit_report, audit_ref=ref) == "submitted"
    part = world.ask("mara", queries.audit_file, ref).participants[0]
    assert (part.comment, part.answer) == ("The date is wrong.", "Corrected.")


def test_foreign_firm_cannot_comment(world: World) -> None:
    ref = casework.open_audit(world)
    with pytest.raises(AuditMissing):
        world.run("ben", service.comment_report, audit_ref=ref, comment="Hello")


def test_clarified_audit_goes_back_and_asks_the_firm_again(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    world.run("theo", service.take_review, audit_ref=ref)
    assert world.run("theo", service.apply_verdict, audit_ref=ref, verdict="clarify") == "draft_report"
    world.run("ada", service.write_report, audit_ref=ref, summary="Clearer.")
    assert world.ask("mara", queries.audit_file, ref).summary == ""
    world.run("ada", service.send_report, audit_ref=ref)
    assert world.ask("mara", queries.audit_file, ref).participants[0].commented_at is None


def test_open_major_waits_for_action_and_returns_verified(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    finding = casework.issue(world, ref, grade="major")
    casework.to_submitted(world, ref)
    world.run("theo", service.take_review, audit_ref=ref)
    assert world.run("theo", service.apply_verdict, audit_ref=ref, verdict="await_action") == "awaiting_action"
    with pytest.raises(NotReady):
        world.run("ada", service.return_to_review, audit_ref=ref)
    casework.remedied(world, finding)
    assert world.run("ada", service.return_to_review, audit_ref=ref) == "technical_review"


def test_fieldwork_is_repeated_when_the_time_for_action_ran_out(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    casework.issue(world, ref, grade="major")
    casework.to_submitted(world, ref)
    world.run("theo", service.take_review, audit_ref=ref)
    world.run("theo", service.apply_verdict, audit_ref=ref, verdict="await_action")
    world.later(days=150)
    with pytest.raises(NotReady):
        world.run("theo", service.repeat_fieldwork, audit_ref=ref)
    world.later(days=32)
    assert world.run(SYSTEM, service.repeat_fieldwork, audit_ref=ref) == "stage2"


def test_stopping_takes_the_lead_and_somebody_else(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    with pytest.raises(NotReady):
        world.run("amos", service.stop_audit, audit_ref=ref)
    with pytest.raises(NotLead):
        world.run("bruno", service.ask_to_stop, audit_ref=ref, reason="The firm broke off.")
    world.run("ada", service.ask_to_stop, audit_ref=ref, reason="The firm broke off.")
    with pytest.raises(WrongOffice):
        world.run("ada", service.stop_audit, audit_ref=ref)
    assert world.run("pia", service.stop_audit, audit_ref=ref) == "aborted"
    assert world.ask("mara", queries.audit_file, ref).events[-1].reason == "The firm broke off."


def test_audit_that_nobody_leads_is_stopped_by_planner_and_administrator(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    for who in ("pia", "amos"):
        with pytest.raises(NotLead):
            world.run(who, service.ask_to_stop, audit_ref=ref, reason="Nobody leads.")
    world.later(hours=1)
    world.run(SYSTEM, service.end_grants_of_seat, person_id=world.ada.person_id, office=Office.AUDITOR)
    with pytest.raises(NotReady, match="planner and administrator"):
        world.run("amos", service.stop_audit, audit_ref=ref)
    with pytest.raises(NotLead):
        world.run("bruno", service.ask_to_stop, audit_ref=ref, reason="Nobody leads.")
    world.run("pia", service.ask_to_stop, audit_ref=ref, reason="Nobody leads.")
    other_planner = Actor(world.tess.person_id, 78, Office.PLANNER, name=world.tess.name)
    pia_as_administrator = Actor(world.pia.person_id, 79, Office.ADMINISTRATOR, name=world.pia.name)
    for actor in (world.pia, other_planner, pia_as_administrator):
        with pytest.raises(NotReady):
            world.run(actor, service.stop_audit, audit_ref=ref)
    assert world.run("amos", service.stop_audit, audit_ref=ref) == "aborted"
    assert world.ask("mara", queries.audit_file, ref).events[-1].reason == "Nobody leads."


def test_word_of_the_planner_falls_away_once_somebody_leads_again(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    world.later(hours=1)
    world.run(SYSTEM, service.end_grants_of_seat, person_id=world.ada.person_id, office=Office.AUDITOR)
    world.run("pia", service.ask_to_stop, audit_ref=ref, reason="Nobody leads.")
    audit_id = world.ask("pia", queries.audit_file, ref).id
    world.run(
        SYSTEM, service.replace_member, audit_id=audit_id, leaves=world.ada.person_id,
        member=world.member("chen", "lead"), reason="Chen comes.",
    )  # fmt: skip
    world.later(hours=1)
    with pytest.raises(NotReady, match="lead auditor first"):
        world.run("amos", service.stop_audit, audit_ref=ref)
    world.run("chen", service.ask_to_stop, audit_ref=ref, reason="Unsafe.")
    assert world.run("amos", service.stop_audit, audit_ref=ref) == "aborted"


def test_who_reviewed_an_audit_does_not_join_its_team(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    chen_as_reviewer = Actor(world.chen.person_id, 80, Office.TECHNICAL_REVIEWER, name=world.chen.name)
    world.run(chen_as_reviewer, service.take_review, audit_ref=ref)
    audit_id = world.ask("pia", queries.audit_file, ref).id
    with pytest.raises(ReviewedBefore):
        world.run(
            SYSTEM, service.replace_member, audit_id=audit_id, leaves=world.ada.person_id,
            member=world.member("chen", "lead"), reason="Chen comes.",
        )  # fmt: skip


def test_stop_asked_and_confirmed_by_one_person_in_two_seats_is_refused(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    world.run("ada", service.ask_to_stop, audit_ref=ref, reason="Unsafe.")
    ada_as_planner = Actor(world.ada.person_id, 77, Office.PLANNER, name=world.ada.name)
    with pytest.raises(NotReady):
        world.run(ada_as_planner, service.stop_audit, audit_ref=ref)


def test_step_seen_in_an_older_version_is_refused(world: World) -> None:
    ref = casework.open_audit(world)
    version = world.ask("ada", queries.audit_file, ref).version
    casework.seal(world, ref)
    with pytest.raises(Moved):
        world.run("ada", service.start_stage1, audit_ref=ref, version=version)


def test_second_auditor_is_not_the_lead(world: World) -> None:
    ref = casework.open_audit(world)
    with pytest.raises(NotLead):
        world.run("bruno", service.seal_plan, audit_ref=ref, **casework.PLAN)


def test_lead_who_left_leads_no_more(world: World) -> None:
    ref = casework.open_audit(world)
    audit_id = world.ask("ada", queries.audit_file, ref).id

    def swap(work: Work) -> None:
        service.leave_team(work, audit_id=audit_id, person_id=world.ada.person_id or 0, reason="Away")
        service.add_member(work, audit_id=audit_id, member=replace(world.member("bruno", "lead")))

    world.later(hours=1)
    world.run(SYSTEM, swap)
    with pytest.raises(AuditMissing):
        world.run("ada", service.seal_plan, audit_ref=ref, **casework.PLAN)
    assert world.run("bruno", service.seal_plan, audit_ref=ref, **casework.PLAN)


def test_rating_needs_words_or_a_reason(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    with pytest.raises(BadField) as refused:
        world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-01", rating="conforming")
    assert [e.field for e in refused.value.all()] == ["procedure", "sample", "result", "conclusion"]
    with pytest.raises(BadField) as refused:
        world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-01", rating="not_applicable")
    assert refused.value.field == "rating_reason"
    with pytest.raises(BadField):
        world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-01", rating="splendid")


def test_words_without_a_rating_are_kept(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    version = world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-01", procedure="Half done.")
    point = world.ask("ada", queries.audit_file, ref).points[0]
    assert (point.procedure, point.rating, point.preparer_name, point.version) == (
        "Half done.",
        None,
        "Bruno Keller",
        version,
    )


def test_two_auditors_on_one_point_do_not_overwrite_each_other(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    seen = world.ask("ada", queries.audit_file, ref).points[0].version
    world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-01", version=seen, procedure="Bruno's words.")
    with pytest.raises(Moved):
        world.run("ada", service.rate_point, audit_ref=ref, point_id="TP-01", version=seen, procedure="Ada's words.")


@pytest.mark.parametrize("name", ["mara", "theo", "amos", "dora"])
def test_nobody_outside_the_team_rates_or_writes_findings(world: World, name: str) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    with pytest.raises((NotOfTeam, Refusal)):
        world.run(name, service.rate_point, audit_ref=ref, point_id="TP-01", rating="conforming", **casework.RATED)
    with pytest.raises((NotOfTeam, Refusal)):
        world.run(name, service.draft_finding, audit_ref=ref, grade="minor", point_id="TP-01", **casework.WORDS)


def test_trainee_does_not_rate(world: World) -> None:
    ref = casework.open_audit(world)
    audit_id = world.ask("ada", queries.audit_file, ref).id
    world.run(SYSTEM, service.add_member, audit_id=audit_id, member=world.member("chen", "trainee"))
    casework.to_stage2(world, ref)
    with pytest.raises(NotOfTeam):
        world.run("chen", service.rate_point, audit_ref=ref, point_id="TP-01", rating="conforming", **casework.RATED)


def test_points_are_not_rated_before_fieldwork_or_after_submission(world: World) -> None:
    ref = casework.open_audit(world)
    with pytest.raises(WrongState):
        world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-01", procedure="Early.")
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    with pytest.raises(WrongState):
        world.run("bruno", service.rate_point, audit_ref=ref, point_id="TP-01", procedure="Late.")


def test_former_member_with_a_reviewer_seat_may_not_review(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    bruno_as_reviewer = Actor(world.bruno.person_id, 88, Office.TECHNICAL_REVIEWER, name=world.bruno.name)
    with pytest.raises(InTeam):
        world.run(bruno_as_reviewer, service.take_review, audit_ref=ref)


# --- every state x office x move, through the service and the database ------------------------------------------------

CALLS: dict[str, Any] = {
    "seal": lambda work, ref: service.seal_plan(work, audit_ref=ref, **casework.PLAN),
    "start_stage1": lambda work, ref: service.start_stage1(work, audit_ref=ref),
    "report_stage1": lambda work, ref: service.report_stage1(work, audit_ref=ref, readiness="ready", note="Fine."),
    "start_stage2": lambda work, ref: service.start_stage2(work, audit_ref=ref),
    "end_fieldwork": lambda work, ref: service.end_fieldwork(work, audit_ref=ref),
    "send_report": lambda work, ref: service.send_report(work, audit_ref=ref),
    "submit": lambda work, ref: service.submit_report(work, audit_ref=ref),
    "take_review": lambda work, ref: service.take_review(work, audit_ref=ref),
    "clarify": lambda work, ref: service.apply_verdict(work, audit_ref=ref, verdict="clarify"),
    "await_action": lambda work, ref: service.apply_verdict(work, audit_ref=ref, verdict="await_action"),
    "recommend": lambda work, ref: service.apply_verdict(
        work, audit_ref=ref, verdict="recommend", recommendation="not_conforming"
    ),
    "return_to_review": lambda work, ref: service.return_to_review(work, audit_ref=ref),
    "repeat_fieldwork": lambda work, ref: service.repeat_fieldwork(work, audit_ref=ref),
    "decide": lambda work, ref: service.mark_decided(work, audit_ref=ref),
    "close": lambda work, ref: service.close_audit(work, audit_ref=ref),
    "stop": lambda work, ref: service.stop_audit(work, audit_ref=ref),
    "call_off": lambda work, ref: move_audit(work, find_audit(work, ref), "call_off"),
}


@pytest.mark.slow
def test_service_makes_exactly_the_tables_moves_for_every_state_office_and_move(world: World) -> None:
    refs = _two_finished_audits(world)
    steps = {(step.move, str(step.from_state)): step for step in AUDIT_CYCLE.transitions}
    assert set(CALLS) == {step.move for step in AUDIT_CYCLE.transitions}

    def walk(work: Work) -> list[tuple[str, str, str, bool]]:
        return [
            (move, str(state), str(office), _tried(work, world, refs[move in _NEEDS_GRAVE], move, state, office))
            for move in CALLS
            for state in AuditState
            for office in Office
        ]  # fmt: skip

    results: list[tuple[str, str, str, bool]] = []
    with contextlib.suppress(_Undo):
        world.run(SYSTEM, _undone, walk, results)
    assert len(results) == len(CALLS) * len(AuditState) * len(Office)
    for move, state, office, done in results:
        step = steps.get((move, state))
        is_low_only = (move, state) == ("start_stage2", "plan_sealed")
        wanted = step is not None and office in step.offices and not is_low_only
        assert done == wanted, (move, state, office)


_NEEDS_GRAVE = ("await_action", "repeat_fieldwork")


class _Undo(Exception):
    pass


def _undone(work: Work, walk: Any, results: list[Any]) -> None:
    results += walk(work)
    raise _Undo


def _two_finished_audits(world: World) -> tuple[str, str]:
    refs = []
    for grade in ("", "major"):
        ref = casework.open_audit(world)
        casework.to_stage2(world, ref)
        casework.rate_all(world, ref)
        if grade:
            casework.issue(world, ref, grade=grade)
        casework.to_submitted(world, ref)
        world.run("ada", service.ask_to_stop, audit_ref=ref, reason="If it must be.")
        world.run("theo", _review, ref)
        world.run("dora", _decision, ref)
        refs.append(ref)
    return refs[0], refs[1]


def _tried(work: Work, world: World, ref: str, move: str, state: AuditState, office: Office) -> bool:
    """Try one move in one state as one office and take it back; tell whether it was made."""
    actor = casework.in_office(world, office)
    # A repetition of fieldwork waits for six months.
    at = world.at.replace(year=2027) if move == "repeat_fieldwork" else world.at
    savepoint = work.session.begin_nested()
    try:
        audit = find_audit(work, ref)
        audit.state = state
        work.flush()
        mine = replace(work, actor=actor, at=at)
        with mine.in_scope(scope_of(actor, at)):
            CALLS[move](mine, ref)
        return True
    except Refusal:
        return False
    finally:
        savepoint.rollback()
        work.session.expire_all()


def test_state_cannot_jump_to_decided_without_a_decision(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)

    def jump(work: Work) -> None:
        audit: Audit = find_audit(work, ref)
        audit.state = "decided"
        work.flush()

    with pytest.raises(Exception, match="refused this"):
        world.run(SYSTEM, jump)
