"""No office gets round a guard: every journey in every seat at every state, beside those the table lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pool.bookings.rules import BOOKING_CYCLE
from pool.journeys import book, plan
from pool.journeys.replacing import replace_member
from pool.kernel.refusals import Refusal
from pool.kernel.roles import SYSTEM, Actor
from tests.unit.bookings.story import STATES, Story

LATER = {"window_from": date(2026, 12, 1), "window_until": date(2026, 12, 31)}
#: Moves of the table by the journey that makes them, with what a person would type.
JOURNEYS: dict[str, tuple[Any, dict[str, Any]]] = {
    "submit": (book.submit, {}),
    "return": (book.return_booking, {"items": "all"}),
    "screen": (book.screen, {}),
    "decline": (book.decline, {"reason": "because"}),
    "quote": (book.quote, {}),
    "accept": (book.accept, {"signed_name": None}),
    "withdraw": (book.withdraw, {"reason": "because"}),
    "take_back": (plan.take_back_proposal, {"reason": "because"}),
    "uphold_objection": (book.decide_objection, {"upheld": True, "reason": "because"}),
    "confirm": (book.confirm, {}),
    "reschedule": (book.reschedule, {"reason": "because", **LATER}),
    "cancel": (book.cancel, {"reason": "because"}),
    "replace_member": (
        replace_member,
        {"leaves": "AUR-2026-0001", "comes": "AUR-2026-0002", "reason": "because"},
    ),
}
#: What a firm's offer and an auditor's proposal let somebody do, asked in every seat too.
OTHERS: dict[str, tuple[Any, dict[str, Any], frozenset[tuple[str, str]]]] = {
    "show_offer": (book.show_offer, {"note": "by phone"}, frozenset()),
    "object": (book.object_to, {"reason": "because"}, frozenset()),
    "waive": (book.waive_objection, {}, frozenset()),
    # The clock finds nothing left to plan where somebody was faster; that is no refusal and changes nothing.
    "replan": (
        plan.replan_one,
        {},
        frozenset({("accepted", "planner"), *((state, "system") for state in STATES)}),
    ),
}


def in_table(move: str, state: str, actor: Actor) -> bool:
    return any(
        step.move == move and step.from_state == state and actor.office in step.offices
        for step in BOOKING_CYCLE.transitions
    )


@pytest.mark.parametrize("state", STATES)
def test_moves_beside_the_table_are_refused_in_every_seat_and_change_nothing(
    at_state: Callable[[str], Story], state: str
) -> None:
    story = at_state(state)
    before = story.file
    for actor in [*story.pool.actors.values(), SYSTEM]:
        for move, (journey, typed) in JOURNEYS.items():
            if in_table(move, state, actor):
                continue
            named = {key: actor.name if value is None else value for key, value in typed.items()}
            with pytest.raises(Refusal):
                story.do(actor, journey, booking=story.booking, **named)
        for move, (journey, typed, allowed) in OTHERS.items():
            if state in ("proposed", "confirmed", "in_audit") and move == "show_offer":
                continue  # tried in test_offers
            if (state, str(actor.office)) not in allowed:
                with pytest.raises(Refusal):
                    story.do(actor, journey, booking=story.booking, **typed)
    assert story.file == before


def test_moves_of_another_firm_are_refused_at_every_state(at_state: Callable[[str], Story]) -> None:
    for state in STATES:
        story = at_state(state)
        for journey, typed in JOURNEYS.values():
            named = {key: "Ben Osei" if value is None else value for key, value in typed.items()}
            with pytest.raises(Refusal):
                story.do("ben", journey, booking=story.booking, **named)
        assert story.state == state
