"""A deployment that has ended takes nothing new, and it does not end while an audit of it is booked or runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from pool.journeys import book, submit
from pool.kernel.clock import day_of
from pool.kernel.refusals import Refusal
from pool.kernel.storage import Database, Work
from pool.registry import queries
from pool.registry.lookup import WrongState
from tests.support import people
from tests.support.world import World, build, indicators


@pytest.fixture
def world(database: Database) -> World:
    return build(people.seed(database))


def ref_of(world: World) -> str:
    """Return the deployment that Orchid Health signed."""
    return world.made["Orchid Health"]["deployment"]


def end(world: World) -> None:
    world.do(world.pool.mara, submit.end_deployment, deployment=ref_of(world), reason="replaced")


def request(world: World) -> str:
    first = day_of(world.at) + timedelta(days=60)
    made = world.do(
        world.pool.mara,
        book.request_booking,
        deployments=[ref_of(world)],
        window_from=first,
        window_until=first + timedelta(days=60),
    )
    return str(made.ref)


def change(world: World) -> None:
    values = indicators() | {"query_volume": 900_000}
    world.do(
        world.pool.mara,
        submit.change_indicators,
        deployment=ref_of(world),
        indicators=values,
        changed_on=day_of(world.at),
        what="more users",
    )


def attest(world: World) -> None:
    world.do(world.pool.mara, submit.attest, deployment=ref_of(world), signed_name=world.pool.mara.name)


def ask_ethics(world: World) -> None:
    world.do(world.pool.mara, submit.request_ethics, deployment=ref_of(world), answers={"harm": "none"})


def monitor(world: World) -> None:
    world.do(
        world.pool.mara,
        submit.add_monitoring,
        deployment=ref_of(world),
        period_from=day_of(world.at),
        period_until=day_of(world.at),
        level=1,
        sample_outputs=1,
        off_scope_outputs=0,
        complaints=0,
        summary="fine",
    )


@pytest.mark.parametrize(
    ("act", "field"),
    [(change, "deployment"), (attest, "deployment"), (ask_ethics, "deployment"), (monitor, "deployment"),
     (request, "deployments"), (end, "deployment")],
)  # fmt: skip
def test_ended_deployment_takes_nothing_new(world: World, act: Callable[[World], Any], field: str) -> None:
    end(world)
    with pytest.raises(Refusal) as caught:
        act(world)
    assert (caught.value.field, caught.value.kind in ("conflict", "invalid")) == (field, True)
    assert "ended" in caught.value.reason
    assert caught.value.next_step


def incident(world: World, **happened: Any) -> str:
    made = world.do(
        world.pool.mara,
        submit.report_incident,
        deployment=ref_of(world),
        severity="serious",
        description="an answer that harmed",
        known_at=world.at,
        **happened,
    )
    return str(made.ref)


def test_incident_is_still_reported_where_it_happened_before_the_end_and_not_where_after(world: World) -> None:
    end(world)
    world.at += timedelta(days=3)
    with pytest.raises(WrongState) as caught:
        incident(world, occurred_at=world.at - timedelta(days=1))
    assert (caught.value.field, bool(caught.value.next_step)) == ("occurred_at", True)
    late = incident(world, occurred_at=world.at - timedelta(days=5))
    world.do(world.pool.mara, submit.complete_incident, incident=late, full_report="all of it", containment="off")
    assert world.read(world.pool.mara, queries.incident, late).full_report == "all of it"


@pytest.mark.parametrize(
    ("state", "reason", "step"),
    [
        ("draft", "is open", "Withdraw"),
        ("quoted", "is open", "Withdraw"),
        ("waitlisted", "is open", "Cancel"),
        ("confirmed", "is open", "Cancel"),
        ("in_audit", "is running", "decided"),
    ],
)
def test_deployment_does_not_end_while_it_is_booked_or_audited(
    world: World, state: str, reason: str, step: str
) -> None:
    ref = request(world)
    _put(world, ref, state)
    with pytest.raises(submit.StillBooked) as caught:
        end(world)
    named = "AUD-2026-0001" if state == "in_audit" else ref
    assert caught.value.field == "deployment"
    assert named in caught.value.reason and reason in caught.value.reason
    assert named in caught.value.next_step and step in caught.value.next_step
    assert world.read(world.pool.mara, queries.deployment, ref_of(world)).state == "registered"
    _put(world, ref, "cancelled")
    end(world)
    assert world.read(world.pool.mara, queries.deployment, ref_of(world)).ended_on == day_of(world.at)


def _put(world: World, ref: str, state: str) -> None:
    from pool.bookings.lookup import find_booking

    def write(work: Work) -> None:
        row = find_booking(work, ref)
        row.state, row.requested_at, row.audit_ref = state, work.at, "AUD-2026-0001"
        row.starts_on = date(2026, 12, 1)
        work.flush()

    world.do(world.pool.amos, write)
