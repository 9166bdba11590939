"""The way of a booking in terse steps, as its people take them now; each returns the booking's reference."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from pool.bookings import queries
from pool.bookings.values import BookingFile
from pool.journeys import book, plan, submit
from pool.kernel.clock import day_of, now
from pool.kernel.roles import Actor
from pool.registry import queries as registry
from tests.support.firm_stage import Stage


def window() -> tuple[date, date]:
    """Return a window that holds a team: from three weeks ahead on."""
    today = day_of(now())
    return today + timedelta(days=20), today + timedelta(days=75)


def signed(stage: Stage, *, who: Actor | None = None, name: str = "Ward desk") -> str:
    """Register and sign a deployment on the foundation model that all share; return its reference."""
    actor = who or stage.pool.mara
    with stage.pool.database.reading(stage.pool.rita, now()) as reading:
        known = registry.foundation_named(reading, ["northwind/sextant-8b"])
    model = stage.model(who=actor, foundation=known.ref if known else stage.foundation())
    ref = stage.deployment(model, who=actor, name=name)
    stage.act(submit.attest, actor, deployment=ref, signed_name=actor.name)
    return ref


def drafted(stage: Stage, *, who: Actor | None = None, deployment: str = "") -> str:
    """Draft a request for a signed deployment."""
    actor = who or stage.pool.mara
    first, last = window()
    ref = deployment or signed(stage, who=actor)
    made = stage.act(book.request_booking, actor, deployments=[ref], window_from=first, window_until=last)
    return str(made.ref)


def submitted(stage: Stage, *, who: Actor | None = None, deployment: str = "") -> str:
    """Send a request."""
    ref = drafted(stage, who=who, deployment=deployment)
    stage.act(book.submit, who or stage.pool.mara, booking=ref)
    return ref


def quoted(stage: Stage, *, who: Actor | None = None, deployment: str = "") -> str:
    """Have a request screened and estimated."""
    ref = submitted(stage, who=who, deployment=deployment)
    stage.act(book.screen, stage.pool.pia, booking=ref)
    stage.act(book.quote, stage.pool.amos, booking=ref)
    return ref


def accepted(stage: Stage, *, who: Actor | None = None, deployment: str = "") -> str:
    """Let the manager sign the estimate."""
    actor = who or stage.pool.mara
    ref = quoted(stage, who=who, deployment=deployment)
    stage.act(book.accept, actor, booking=ref, signed_name=actor.name)
    return ref


def proposed(stage: Stage, *, who: Actor | None = None, deployment: str = "") -> str:
    """Have a team asked."""
    ref = accepted(stage, who=who, deployment=deployment)
    stage.act(plan.replan_one, stage.pool.pia, booking=ref)
    assert file_of(stage, ref).standing is not None, "no team was found"
    return ref


def answer(stage: Stage, booking: str, *, with_no: bool = False, reason: str = "") -> str:
    """Let every asked auditor say yes, or the first of them no; return the first one's name."""
    proposal = file_of(stage, booking).standing
    assert proposal is not None
    names = {actor.person_id: actor for actor in stage.pool.actors.values()}
    for member in proposal.members:
        word = "declined" if with_no else "accepted"
        stage.act(plan.answer_proposal, names[member.person_id], proposal=proposal.ref, answer=word, reason=reason)
        if with_no:
            break
    return proposal.members[0].name


def offered(stage: Stage, *, who: Actor | None = None, deployment: str = "") -> str:
    """Have a team that every auditor accepted; the firm has not opened the offer."""
    ref = proposed(stage, who=who, deployment=deployment)
    answer(stage, ref)
    return ref


def shown(stage: Stage, *, who: Actor | None = None, deployment: str = "") -> str:
    """Let the firm open the offer."""
    ref = offered(stage, who=who, deployment=deployment)
    stage.act(book.show_offer, who or stage.pool.mara, booking=ref)
    return ref


def confirmed(stage: Stage, *, who: Actor | None = None, deployment: str = "") -> str:
    """Let the manager agree and the planner confirm."""
    ref = shown(stage, who=who, deployment=deployment)
    stage.act(book.waive_objection, who or stage.pool.mara, booking=ref)
    stage.act(book.confirm, stage.pool.pia, booking=ref)
    return ref


def file_of(stage: Stage, booking: str, *, who: Actor | None = None) -> BookingFile:
    """Return a booking as somebody sees it; by default the planner."""
    with stage.pool.database.reading(who or stage.pool.pia, now()) as reading:
        return queries.booking(reading, booking)


def state_of(stage: Stage, booking: str) -> str:
    """Return the state of a booking."""
    return file_of(stage, booking).line.state


def iso(day: date | Any) -> str:
    """Return a day as a form sends it."""
    return str(day.isoformat())
