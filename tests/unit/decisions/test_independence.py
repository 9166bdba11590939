"""Independence of team, review and decision: in the code for every office, and in the database against bare SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from auditors.casework import queries as casework_queries
from auditors.casework import service as casework_service
from auditors.casework.lifecycle import InTeam, WrongOffice
from pool.decisions import service
from pool.decisions.rules import Judge, ReviewedIt, refuse_decider, refuse_reviewer
from pool.decisions.service import Outcome
from pool.kernel.clock import utc
from pool.kernel.refusals import Refusal
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Work
from tests.support import casework
from tests.support.casework import World


def in_review(world: World) -> str:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    world.run("theo", casework_service.take_review, audit_ref=ref)
    return ref


def recommended(world: World) -> str:
    ref = in_review(world)
    world.run("theo", review_and_move, ref)
    return ref


def review_and_move(work: Work, ref: str) -> None:
    service.record_review(work, audit_ref=ref, verdict="recommend", recommendation="conforming", notes="In order.")
    casework_service.apply_verdict(work, audit_ref=ref, verdict="recommend", recommendation="conforming")


def outcome(world: World, value: str = "conforming") -> list[Outcome]:
    return [Outcome(deployment_id=world.deployments["Orchid Health"], outcome=value, reasons="As recommended.")]


def seated(actor: Actor, office: Office) -> Actor:
    """Return the same person in another office."""
    return Actor(actor.person_id, 500, office, name=actor.name)


def test_second_auditor_outside_the_team_reviews_at_low_tier_in_the_reviewers_seat(world: World) -> None:
    ref = casework.open_audit(world, tier="low")
    casework.seal(world, ref)
    world.run("ada", casework_service.start_stage2, audit_ref=ref)
    casework.rate_all(world, ref)
    casework.to_submitted(world, ref)
    with pytest.raises(InTeam):
        world.run(seated(world.bruno, Office.TECHNICAL_REVIEWER), casework_service.take_review, audit_ref=ref)
    with pytest.raises(WrongOffice):
        world.run("theo", service.decide, audit_ref=ref, outcomes=outcome(world))
    second = seated(world.chen, Office.TECHNICAL_REVIEWER)
    world.run(second, casework_service.take_review, audit_ref=ref)
    world.run(second, review_and_move, ref)
    assert world.ask("rita", casework_queries.audit_file, ref).state == "decision_pending"


# --- in code ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", list(Office))
def test_only_a_technical_reviewer_reviews(world: World, office: Office) -> None:
    ref = in_review(world)
    actor = casework.in_office(world, office)
    named: dict[str, Any] = {
        "audit_ref": ref,
        "verdict": "recommend",
        "recommendation": "conforming",
        "notes": "In order.",
    }
    if office is Office.TECHNICAL_REVIEWER:
        assert world.run(actor, service.record_review, **named)
        return
    with pytest.raises(Refusal) as refused:
        world.run(actor, service.record_review, **named)
    assert refused.value.kind in ("forbidden", "missing")


@pytest.mark.parametrize("office", list(Office))
def test_only_a_decision_maker_decides(world: World, office: Office) -> None:
    ref = recommended(world)
    actor = casework.in_office(world, office)
    if office is Office.DECISION_MAKER:
        assert world.run(actor, service.decide, audit_ref=ref, outcomes=outcome(world))[0].outcome == "conforming"
        return
    with pytest.raises(Refusal) as refused:
        world.run(actor, service.decide, audit_ref=ref, outcomes=outcome(world))
    assert refused.value.kind in ("forbidden", "missing")


@pytest.mark.parametrize("name", ["ada", "bruno"])
def test_team_neither_reviews_nor_decides_in_any_seat(world: World, name: str) -> None:
    ref = in_review(world)
    person = world.pool.actors[name]
    with pytest.raises(InTeam):
        world.run(
            seated(person, Office.TECHNICAL_REVIEWER),
            service.record_review,
            audit_ref=ref,
            verdict="recommend",
            recommendation="conforming",
            notes="Mine.",
        )
    world.run("theo", review_and_move, ref)
    with pytest.raises(InTeam):
        world.run(seated(person, Office.DECISION_MAKER), service.decide, audit_ref=ref, outcomes=outcome(world))


def test_member_who_left_the_team_still_may_not_review(world: World) -> None:
    ref = in_review(world)
    audit_id = world.ask("theo", casework_queries.audit_file, ref).id
    world.run(SYSTEM, casework_service.leave_team, audit_id=audit_id, person_id=world.bruno.person_id)
    with pytest.raises(InTeam):
        world.run(
            seated(world.bruno, Office.TECHNICAL_REVIEWER),
            service.record_review,
            audit_ref=ref,
            verdict="clarify",
            notes="Mine.",
        )


def test_reviewer_does_not_decide_in_another_seat(world: World) -> None:
    ref = recommended(world)
    with pytest.raises(ReviewedIt):
        world.run(seated(world.theo, Office.DECISION_MAKER), service.decide, audit_ref=ref, outcomes=outcome(world))


def test_earlier_reviewer_of_the_audit_does_not_decide_either(world: World) -> None:
    ref = in_review(world)
    second = seated(world.dora, Office.TECHNICAL_REVIEWER)
    world.run(second, service.record_review, audit_ref=ref, verdict="clarify", notes="Say more about the sample.")
    world.run("theo", review_and_move, ref)
    with pytest.raises(ReviewedIt):
        world.run("dora", service.decide, audit_ref=ref, outcomes=outcome(world))


TIES = [
    {"took_part": True},
    {"has_reviewed": True},
    {"has_decided": True},
]


@pytest.mark.parametrize("office", list(Office))
@pytest.mark.parametrize("ties", [{}, *TIES])
def test_rules_let_only_free_people_in_the_right_office_judge(office: Office, ties: dict[str, bool]) -> None:
    whole: dict[str, Any] = {"office": office, "took_part": False, "has_reviewed": False, "has_decided": False} | ties
    judge = Judge(**whole)
    reviews = office is Office.TECHNICAL_REVIEWER and not (judge.took_part or judge.has_decided)
    decides = office is Office.DECISION_MAKER and not (judge.took_part or judge.has_reviewed)
    assert (refuse_reviewer(judge) is None) == reviews
    assert (refuse_decider(judge) is None) == decides


def test_administrator_cannot_make_any_step_of_judging(world: World) -> None:
    ref = in_review(world)
    steps: tuple[tuple[Any, dict[str, Any]], ...] = (
        (casework_service.apply_verdict, {"verdict": "recommend", "recommendation": "conforming"}),
        (casework_service.apply_verdict, {"verdict": "clarify"}),
        (casework_service.mark_decided, {}),
    )
    for step, named in steps:
        with pytest.raises(WrongOffice):
            world.run("amos", step, audit_ref=ref, **named)


# --- in the database --------------------------------------------------------------------------------------------------

AT = utc(2026, 9, 7, 9)


def insert(work: Work, table: str, values: Mapping[str, Any]) -> None:
    """Insert a row by bare SQL, past every service and every mapped class."""
    names = ", ".join(values)
    slots = ", ".join(f":{name}" for name in values)
    work.session.connection().execute(text(f"INSERT INTO {table} ({names}) VALUES ({slots})"), dict(values))


def review_row(audit_id: int, person: int | None) -> dict[str, Any]:
    return {
        "public_id": f"{person:032x}",
        "created_at": AT,
        "audit_id": audit_id,
        "reviewer_id": person,
        "reviewer_name": "X",
        "verdict": "recommend",
        "recommendation": "conforming",
        "notes": "By force.",
        "at": AT,
    }


def decision_row(world: World, audit_id: int, person: int | None) -> dict[str, Any]:
    return {
        "public_id": f"{person:032x}",
        "created_at": AT,
        "ref": "DEC-2026-9999",
        "audit_id": audit_id,
        "firm_id": world.pool.firm_ids["Orchid Health"],
        "deployment_id": world.deployments["Orchid Health"],
        "outcome": "conforming",
        "reasons": "By force.",
        "decider_id": person,
        "decider_name": "X",
        "audited_on": AT.date(),
        "decided_on": AT.date(),
        "recorded_at": AT,
        "content": "{}",
        "content_digest": "sha256:0",
        "supersedes": 0,
    }


def member_row(world: World, audit_id: int, person: int | None) -> dict[str, Any]:
    return {
        "public_id": f"{person:032x}",
        "created_at": AT,
        "audit_id": audit_id,
        "auditor_id": world.chen.auditor_id,
        "person_id": person,
        "name": "X",
        "role": "auditor",
        "joined_at": AT,
    }


def refused_by(world: World, what: Any, *arguments: Any, rule: str) -> None:
    """Check that the database itself refuses, naming its rule."""
    with pytest.raises((DBAPIError, Refusal)) as refused:
        world.run(SYSTEM, what, *arguments)
    told = str(refused.value) + str(getattr(refused.value, "facts", "")) + str(refused.value.__cause__)
    assert rule in told, told


@pytest.mark.parametrize("name", ["ada", "bruno"])
def test_database_refuses_a_review_by_the_team(any_world: World, name: str) -> None:
    world = any_world
    ref = in_review(world)
    audit_id = world.ask("theo", casework_queries.audit_file, ref).id
    person = world.pool.actors[name].person_id
    refused_by(world, insert, "technical_review", review_row(audit_id, person), rule="review_outside_team")
    world.run(SYSTEM, insert, "technical_review", review_row(audit_id, world.theo.person_id))


def test_database_refuses_a_decision_by_team_or_reviewer(any_world: World) -> None:
    world = any_world
    ref = recommended(world)
    audit_id = world.ask("theo", casework_queries.audit_file, ref).id
    for name, rule in (("ada", "decision_outside_team"), ("theo", "decision_apart_from_review")):
        row = decision_row(world, audit_id, world.pool.actors[name].person_id)
        refused_by(world, insert, "decision", row, rule=rule)
    world.run(SYSTEM, insert, "decision", decision_row(world, audit_id, world.dora.person_id))


def test_database_refuses_a_decision_that_no_review_recommends(any_world: World) -> None:
    world = any_world
    ref = in_review(world)
    audit_id = world.ask("theo", casework_queries.audit_file, ref).id
    row = decision_row(world, audit_id, world.dora.person_id)
    refused_by(world, insert, "decision", row, rule="decision_after_review")


def test_database_keeps_judges_out_of_the_team_afterwards(any_world: World) -> None:
    world = any_world
    ref = recommended(world)
    audit_id = world.ask("theo", casework_queries.audit_file, ref).id
    world.run("dora", service.decide, audit_ref=ref, outcomes=outcome(world))
    for name, rule in (("theo", "member_apart_from_review"), ("dora", "member_apart_from_decision")):
        row = member_row(world, audit_id, world.pool.actors[name].person_id)
        refused_by(world, insert, "audit_member", row, rule=rule)
    row = review_row(audit_id, world.dora.person_id)
    refused_by(world, insert, "technical_review", row, rule="review_apart_from_decision")


def statement(work: Work, sql: str) -> None:
    work.session.connection().execute(text(sql))


def test_database_keeps_who_took_part(any_world: World) -> None:
    world = any_world
    ref = in_review(world)
    audit_id = world.ask("theo", casework_queries.audit_file, ref).id
    refused_by(world, statement, f"DELETE FROM audit_member WHERE audit_id = {audit_id}", rule="member_row_stays")
    refused_by(
        world,
        statement,
        f"UPDATE audit_member SET person_id = {world.chen.person_id} WHERE person_id = {world.ada.person_id}",
        rule="member_keeps_person",
    )


@pytest.mark.parametrize("table", ["technical_review", "decision"])
def test_reviews_and_decisions_are_never_changed_or_removed(any_world: World, table: str) -> None:
    world = any_world
    ref = recommended(world)
    world.run("dora", service.decide, audit_ref=ref, outcomes=outcome(world))
    name = "notes" if table == "technical_review" else "reasons"
    for sql in (f"UPDATE {table} SET {name} = 'changed'", f"DELETE FROM {table}"):
        with pytest.raises((DBAPIError, Refusal)):
            world.run(SYSTEM, statement, sql)
