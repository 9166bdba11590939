"""The firm asks: draft, submit with frozen facts, returned and completed, withdrawn, another window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from auditors.casework.fields import BadField
from auditors.casework.lifecycle import NotReady
from pool.bookings import queries
from pool.bookings.lookup import BookingMissing
from pool.bookings.requests import WindowFixed
from pool.bookings.rules import ReasonMissing
from pool.journeys import book, submit
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.listing import ListRequest
from pool.kernel.versions import Moved
from pool.registry.rules import NotYourFirm
from pool.registry.service import NoSuchDeployment
from tests.unit.bookings.story import WINDOW, Story

Open = Callable[[str], Story]


def test_request_is_a_draft_with_its_facts_and_no_waiting_list_instant(at_state: Open) -> None:
    story = at_state("start")
    story.requested(note="Please in autumn.")
    line = story.file.line
    assert (line.state, line.kind, line.requested_at, line.firm_name) == ("draft", "initial", None, "Orchid Health")
    assert line.deployments == (("DEP-2026-0001", "Visit guide"),)
    assert (line.window_from, line.window_until) == WINDOW


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "surprise"}, "kind"),
        ({"language": "English"}, "language"),
        ({"window_from": date(2026, 11, 21)}, "window_until"),
        ({"window_until": date(2027, 12, 1)}, "window_from"),
        ({"window_from": date(2026, 8, 1), "window_until": date(2026, 8, 31)}, "window_until"),
        ({"deployments": ["  "]}, "deployments"),
        ({"note": "x" * 5001}, "note"),
        ({"note": "bell \a"}, "note"),
    ],
)
def test_request_when_a_field_is_wrong_names_it(at_state: Open, changed: dict[str, Any], field: str) -> None:
    story = at_state("start")
    with pytest.raises(BadField) as caught:
        story.requested(**changed)
    assert caught.value.field == field


def test_request_when_several_fields_are_wrong_names_all(at_state: Open) -> None:
    with pytest.raises(BadField) as caught:
        at_state("start").requested(kind="surprise", language="?")
    assert [one.field for one in caught.value.all()] == ["kind", "language"]


def test_request_of_a_foreign_and_of_an_absent_deployment_is_the_same_refusal(at_state: Open) -> None:
    story = at_state("start")
    refusals = []
    for key in (story.deployments["Visit guide"], "DEP-2026-0001x"):
        with pytest.raises(NoSuchDeployment) as caught:
            story.requested(firm="ben", deployments=[key])
        refusals.append(caught.value.reason.replace(key, "KEY"))
    assert refusals[0] == refusals[1]


@pytest.mark.parametrize("who", ["pia", "amos", "ada", "ivo"])
def test_request_when_the_seat_is_no_firms_is_refused(at_state: Open, who: str) -> None:
    with pytest.raises(NotYourFirm):
        at_state("start").requested(firm=who)


def test_submit_freezes_the_facts_and_starts_the_waiting_list_clock(at_state: Open) -> None:
    story = at_state("draft")
    story.do("milo", book.submit, booking=story.booking)
    file = story.file
    assert (file.line.state, file.line.requested_at) == ("submitted", story.at)
    frozen = dict(file.snapshot)
    digest = frozen.pop("digest")
    assert digest == digest_of(frozen)
    assert frozen["taken_on"] == "2026-09-01"
    assert frozen["deployments"][0]["tier"] == "medium"
    assert len(frozen["deployments"][0]["indicators"]) == 15


def test_submit_keeps_the_facts_when_the_deployment_changes_afterwards(at_state: Open) -> None:
    story = at_state("submitted")
    before = story.file.snapshot
    indicators = {name: float(value) for name, value in before["deployments"][0]["indicators"].items()}
    story.do(
        "mara",
        submit.change_indicators,
        deployment=story.deployments["Visit guide"],
        indicators=indicators | {"query_volume": 900_000},
        changed_on=day_of(story.at),
        what="more users",
    )
    assert story.file.snapshot == before


def test_submit_when_the_deployment_is_not_attested_says_so_and_nothing_moves(at_state: Open) -> None:
    story = at_state("start")
    made = story.do(
        "mara",
        submit.register_deployment,
        model="MOD-2026-0001",
        name="Second guide",
        purpose="Answers.",
        context="health_information",
        markets=["EU"],
        indicators={name: float(v) for name, v in _indicators(story).items()},
    )
    story.requested(deployments=[made.ref])
    with pytest.raises(NotReady) as caught:
        story.do("mara", book.submit, booking=story.booking)
    assert caught.value.facts["missing"] == (f"{made.ref} is not registered.", f"{made.ref} is not attested.")
    assert (story.state, story.file.line.requested_at) == ("draft", None)


def _indicators(story: Story) -> dict[str, str]:
    story.requested()
    return dict(story.file.snapshot["deployments"][0]["indicators"])


def test_submit_when_another_request_of_the_deployment_is_open_names_it(at_state: Open) -> None:
    story = at_state("submitted")
    first = story.booking
    story.requested()
    with pytest.raises(NotReady) as caught:
        story.do("mara", book.submit, booking=story.booking)
    assert caught.value.facts["missing"] == (f"DEP-2026-0001 has the open request {first} already.",)


def test_submit_when_a_special_audit_is_asked_beside_is_taken(at_state: Open) -> None:
    story = at_state("submitted")
    story.requested(kind="special")
    story.do("mara", book.submit, booking=story.booking)
    assert story.state == "submitted"


def test_returned_request_comes_back_with_its_first_waiting_list_instant(at_state: Open) -> None:
    story = at_state("submitted")
    requested_at = story.file.line.requested_at
    story.do("pia", book.return_booking, booking=story.booking, items="Name the sites.")
    assert (story.state, story.file.returned_items) == ("returned", "Name the sites.")
    assert story.file.line.requested_at == requested_at
    story.later(days=30)
    story.do("mara", book.submit, booking=story.booking)
    assert (story.state, story.file.returned_items) == ("submitted", "")
    assert story.file.line.requested_at == requested_at
    assert story.file.snapshot["taken_on"] == "2026-10-01"


def test_return_without_items_is_refused(at_state: Open) -> None:
    story = at_state("submitted")
    with pytest.raises(ReasonMissing):
        story.do("pia", book.return_booking, booking=story.booking, items=" ")


def test_withdrawn_request_is_over(at_state: Open) -> None:
    story = at_state("quoted")
    story.do("mara", book.withdraw, booking=story.booking, reason="We stop the product.")
    assert (story.state, story.file.moves) == ("withdrawn", ())


def test_window_changes_while_no_team_is_proposed_and_not_later(at_state: Open) -> None:
    story = at_state("accepted")
    until = WINDOW[1] + timedelta(days=10)
    requested_at = story.file.line.requested_at
    story.do("mara", book.change_window, booking=story.booking, window_from=WINDOW[0], window_until=until)
    assert (story.file.line.window_until, story.file.line.requested_at) == (until, requested_at)
    story = at_state("proposed")
    with pytest.raises(WindowFixed):
        story.do("mara", book.change_window, booking=story.booking, window_from=WINDOW[0], window_until=until)


def test_step_on_a_version_that_moved_is_refused(at_state: Open) -> None:
    story = at_state("submitted")
    seen = story.file.line.version
    story.do("pia", book.return_booking, booking=story.booking, items="Sites", version=seen)
    with pytest.raises(Moved):
        story.do("mara", book.submit, booking=story.booking, version=seen)


def test_foreign_and_absent_booking_are_the_same_refusal(at_state: Open) -> None:
    story = at_state("quoted")
    refusals = []
    for key in (story.booking, "BKG-2026-9999"):
        with pytest.raises(BookingMissing) as caught:
            story.do("ben", book.withdraw, booking=key)
        refusals.append((caught.value.reason, caught.value.next_step))
    assert refusals[0] == refusals[1]


def test_every_step_stands_in_the_history_with_who_and_in_which_seat(at_state: Open) -> None:
    steps = at_state("quoted").file.steps
    assert [(one.from_state, one.to_state, one.name, one.office) for one in steps] == [
        ("", "draft", "Mara Voss", "firm_manager"),
        ("draft", "submitted", "Mara Voss", "firm_manager"),
        ("submitted", "screened", "Pia Duarte", "planner"),
        ("screened", "quoted", "Amos Berg", "administrator"),
    ]


def test_list_costs_one_query_whatever_its_length(at_state: Open) -> None:
    story = at_state("start")
    story.requested()
    assert len(story.ask("mara", queries.bookings_of, ListRequest()).items) == 1
    story.requested(kind="special")
    story.requested(kind="renewal")
    page = story.ask("mara", queries.bookings_of, ListRequest(search="BKG-2026-0002"))
    assert [line.ref for line in page.items] == ["BKG-2026-0002"]
    assert len(story.ask("pia", queries.bookings_of, ListRequest(filters=(("state", ("draft",)),))).items) == 3
    assert story.ask("ben", queries.bookings_of, ListRequest()).items == ()


def test_board_lists_open_bookings_by_state(at_state: Open) -> None:
    story = at_state("accepted")
    story.requested(kind="special")
    found = story.ask("pia", queries.board)
    assert list(found) == [
        "draft", "submitted", "returned", "screened", "quoted", "accepted", "waitlisted", "proposed", "confirmed",
        "in_audit",
    ]  # fmt: skip
    assert {state: len(lines) for state, lines in found.items() if lines} == {"draft": 1, "accepted": 1}
