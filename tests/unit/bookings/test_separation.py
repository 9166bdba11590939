"""Who judged a deployment before never audits it: ethics reviewers, and for a follow-up the team that graded."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditors.casework.lifecycle import NotReady
from auditors.casework.queries import audit_file
from pool.bookings import service
from pool.journeys import audit, book, plan, submit
from pool.journeys.submit import AuditedIt
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.members.service import give_seat
from scheduling.interval import HalfDay
from tests.unit.bookings.story import WINDOW, Story

Open = Callable[[str], Story]


def as_ethics_reviewer(story: Story, name: str) -> Actor:
    """Give an auditor the ethics reviewer's seat too; return them in it."""
    person = story.pool.actors[name]
    seat = story.do(SYSTEM, give_seat, person_id=person.person_id, office=Office.ETHICS_REVIEWER)
    return Actor(person.person_id, seat.id, Office.ETHICS_REVIEWER, name=person.name)


def asked_for_ethics(story: Story) -> str:
    made = story.do(
        "mara", submit.request_ethics, deployment=story.deployments["Visit guide"], answers={"harm": "none"}
    )
    return str(made.ref)


def test_ethics_reviewer_of_a_deployment_is_never_planned_to_audit_it(at_state: Open) -> None:
    story = at_state("accepted")
    judge = as_ethics_reviewer(story, "bruno")
    story.do(judge, submit.decide_ethics, request=asked_for_ethics(story), outcome="approved", reasons="bounded")
    (asked,) = story.ask("pia", plan.export_problem).audits
    assert asked.excluded == ("AUR-2026-0002",)
    person = story.pool.actors["bruno"]
    member = service.AskedMember(
        auditor_id=person.auditor_id or 0, person_id=person.person_id or 0, name=person.name, role="lead"
    )
    with pytest.raises(NotReady, match="judged this deployment before"):
        story.do(
            "pia", service.propose, booking=story.booking, half_days=[HalfDay.morning(WINDOW[0])], members=[member]
        )


def test_auditor_of_a_deployment_never_reviews_its_ethics(at_state: Open) -> None:
    story = at_state("confirmed")
    request = asked_for_ethics(story)
    with pytest.raises(AuditedIt):
        story.do(
            as_ethics_reviewer(story, story.team()[0]),
            submit.decide_ethics,
            request=request,
            outcome="approved",
            reasons="bounded",
        )
    story.do("edda", submit.decide_ethics, request=request, outcome="approved", reasons="bounded")


def test_follow_up_is_planned_without_the_team_that_graded(at_state: Open) -> None:
    story = at_state("in_audit")
    team, ref = story.team(), story.file.line.audit_ref
    story.do(team[0], audit.seal, audit_ref=ref, criteria="duties", sample="by seed", thresholds="as stated")
    story.do(team[0], audit.start_stage1, audit_ref=ref)
    point = story.ask(team[0], audit_file, ref).points[0].point_id
    story.do(
        team[0],
        audit.draft_finding,
        audit_ref=ref,
        grade="major",
        point_id=point,
        requirement="Each set is shown.",
        statement="One is not.",
        evidence="Sheet of 3 September.",
    )
    story.do(team[0], audit.issue, audit_ref=ref)
    refs = {story.pool.auditor_ids[key]: f"AUR-2026-000{n}" for n, key in enumerate(("ada", "bruno", "chen"), start=1)}
    for kind, left_out in (("special", set()), ("follow_up", {refs[story.pool.auditor_ids[name]] for name in team})):
        story.requested(kind=kind)
        story.go_to("accepted")
        asked = next(one for one in story.ask("pia", plan.export_problem).audits if one.id == story.file.line.audit_ref)
        assert set(asked.excluded) == left_out


def test_screening_says_so_when_only_somebody_who_judged_before_could_complete_the_team(at_state: Open) -> None:
    story = at_state("submitted")
    judge = as_ethics_reviewer(story, "chen")
    story.do(judge, submit.decide_ethics, request=asked_for_ethics(story), outcome="approved", reasons="bounded")
    story.do("pia", book.screen, booking=story.booking)
    (warning,) = [step["label"] for step in story.file.effort_steps if step["id"] == "uncovered"]
    assert "judged a deployment before" in warning


def test_estimate_is_reckoned_without_the_rate_of_whoever_judged_before(at_state: Open) -> None:
    story = at_state("screened")
    judge = as_ethics_reviewer(story, "chen")
    story.do(judge, submit.decide_ethics, request=asked_for_ethics(story), outcome="approved", reasons="bounded")
    story.do("amos", book.quote, booking=story.booking)
    file = story.file
    assert file.estimate_low == file.estimate_high, "Chen alone has another rate"
