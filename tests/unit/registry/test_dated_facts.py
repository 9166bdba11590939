"""Dated facts of the registry: what was reported last holds now, and conditions are confirmed once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pool.journeys import submit
from pool.kernel.clock import day_of
from pool.kernel.storage import Database
from pool.registry.queries import deployment_for_booking, ethics_of
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
