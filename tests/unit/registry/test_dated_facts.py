"""Dated facts of the registry: what was reported last holds now, and conditions are confirmed once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pool.journeys import submit
from pool.journeys.standing import standing_on
from pool.kernel.clock import day_of
from pool.kernel.listing import ListRequest
from pool.kernel.refusals import Invalid
from pool.kernel.storage import Database
from pool.registry.queries import deployment_for_booking, ethics_of, ethics_requests
from pool.registry.service import WrongState
from tests.support import people
from tests.support.world import World, build, indicators


@pytest.fixture
def world(database: Database) -> World:
    return build(people.seed(database))


def test_change_reported_for_an_earlier_day_than_the_registration_holds_now(world: World) -> None:
    ref = world.made["Orchid Health"]["deployment"]
    values = indicators() | {"query_volume": 900_000}
    world.do(
        world.pool.mara,
        submit.change_indicators,
        deployment=ref,
        indicators=values,
        changed_on=day_of(world.at) - timedelta(days=20),
        what="more users than declared",
    )
    found = world.read(world.pool.mara, deployment_for_booking, ref)
    assert found.indicators["query_volume"] == "900000"


def test_conditions_of_a_review_are_confirmed_once(world: World) -> None:
    ref = world.made["Orchid Health"]["ethics_decided"]
    world.do(world.pool.edda, submit.meet_ethics_conditions, request=ref, note="seen")
    with pytest.raises(WrongState, match="confirmed already"):
        world.do(world.pool.edda, submit.meet_ethics_conditions, request=ref, note="seen again")
    deployment_id = world.read(world.pool.mara, deployment_for_booking, world.made["Orchid Health"]["deployment"]).id
    assert [one.ref for one in world.read(world.pool.mara, ethics_of, deployment_id)].count(ref) == 1


def test_record_that_lapsed_is_applied_for_again_by_the_next_attestation(world: World) -> None:
    mara = world.pool.mara
    ref = world.do(
        mara,
        submit.register_deployment,
        model=world.made["Orchid Health"]["model"],
        name="Third guide",
        purpose="Answers.",
        context="health_information",
        markets=["EU"],
        indicators=indicators(),
    ).ref
    deployment_id = world.read(mara, deployment_for_booking, ref).id

    def state() -> str:
        day = day_of(world.at)
        found = world.read(mara, standing_on, deployment_id=deployment_id, on=day, known=day)
        return str(found.state)

    world.do(mara, submit.attest, deployment=ref, signed_name=mara.name)
    assert state() == "pending"
    world.at += timedelta(days=200)
    assert state() == "lapsed"
    world.do(mara, submit.attest, deployment=ref, signed_name=mara.name)
    assert state() == "pending"
    world.do(mara, submit.end_deployment, deployment=ref, reason="replaced")
    assert state() == "withdrawn"


@pytest.mark.parametrize("answers", [{}, {"harm": ""}, {"harm": "", "stop": []}])
@pytest.mark.parametrize("level", [None, 1, 3])
def test_ethics_form_without_an_answer_is_refused_at_every_level(
    world: World, answers: dict[str, Any], level: int | None
) -> None:
    ref = world.made["Orchid Health"]["deployment"]
    before = len(world.read(world.pool.mara, ethics_requests, ListRequest(size=50)).items)
    with pytest.raises(Invalid) as caught:
        world.do(world.pool.mara, submit.request_ethics, deployment=ref, answers=answers, level=level)
    assert (caught.value.field, bool(caught.value.reason), bool(caught.value.next_step)) == ("answers", True, True)
    assert len(world.read(world.pool.mara, ethics_requests, ListRequest(size=50)).items) == before
