"""Bookings in the firm's pages: the list, a request, and every step that the firm takes."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask.testing import FlaskClient

from pool.journeys import book
from pool.kernel.clock import day_of, now
from pool.web import display
from tests.support import booking_way as way
from tests.support.firm_stage import Stage
from tests.support.people import Pool
from tests.support.queries import counted
from tests.support.web import arrived, get_page, post, proofs, same_for_all, send, sign_in


def _asked(**more: Any) -> dict[str, Any]:
    first, last = way.window()
    return {
        "deployments": [], "kind": "initial", "window_from": way.iso(first), "window_until": way.iso(last),
        "language": "en", "note": "Ward round on Mondays", **more,
    }  # fmt: skip


def _bookings(pool: Pool, client: FlaskClient) -> list[str]:
    rows = csv.DictReader(io.StringIO(client.get("/firm/bookings?format=csv").get_data(as_text=True).lstrip("\ufeff")))
    return [row["Booking"] for row in rows]


# --------------------------------------------------------------------------------------------------
# List


def test_empty_list_teaches(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    assert "counts as engaged" in get_page(client, "/firm/bookings")
    assert "Nothing can be audited yet" in get_page(client, "/firm/bookings/new")


def test_list_is_narrowed_searched_and_saved(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    first = way.submitted(stage, deployment=way.signed(stage, name="Wärme desk"))
    second = way.drafted(stage)
    foreign = way.submitted(stage, who=pool.ben)
    sign_in(client, pool.milo)
    text = get_page(client, "/firm/bookings")
    assert first in text and second in text and foreign not in text
    assert text.index(second) < text.index(first), "the newest stands first"
    narrowed = get_page(client, "/firm/bookings?state=draft")
    assert second in narrowed and first not in narrowed
    assert first in get_page(client, "/firm/bookings?q=wärme")
    assert "Nothing fits" in get_page(client, "/firm/bookings?q=nowhere")
    assert _bookings(pool, client) == [second, first]
    assert "Birch" not in client.get("/firm/bookings?format=csv").get_data(as_text=True)
    sign_in(client, pool.pia)
    assert foreign in get_page(client, "/pool/bookings?q=birch credit")


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_whatever_its_length(pool: Pool, client: FlaskClient, stage: Stage, rows: int) -> None:
    for _n in range(rows):
        way.submitted(stage)
    sign_in(client, pool.mara)
    with counted(pool.database) as sent:
        assert get_page(client, "/firm/bookings").count("Ward desk") == rows
    assert len(sent) == 1


# --------------------------------------------------------------------------------------------------
# A request


def test_request_with_a_slip_comes_back_with_what_was_typed(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    deployment = way.signed(stage)
    sign_in(client, pool.milo)
    assert "checked" in get_page(client, "/firm/bookings/new"), "the only deployment is chosen"
    past = way.iso(day_of(now()) - timedelta(days=3))
    slip = _asked(deployments=[deployment], window_until=past)
    answer = post(client, "/firm/bookings/new", slip)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and f"The last day, {past}, has passed." in text
    assert f"The last day, {past}, comes before the first" in text
    long = _asked(deployments=[deployment], window_until=way.iso(day_of(now()) + timedelta(days=900)))
    assert "days long; it may be 366" in post(client, "/firm/bookings/new", long).text
    assert "Ward round on Mondays" in text and f'value="{past}"' in text
    empty = post(client, "/firm/bookings/new", {**slip, "window_from": ""})
    assert empty.status_code == 422
    assert _bookings(pool, client) == []


def test_request_is_drafted_once(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    deployment = way.signed(stage)
    sign_in(client, pool.milo)
    form = {**proofs(get_page(client, "/firm/bookings/new")), "action": "submit", **_asked(deployments=[deployment])}
    first, second = (send(client, "/firm/bookings/new", form) for _click in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    text = arrived(client, first)
    assert "A draft. It counts from the moment you ask" in text and "Ward round on Mondays" in text
    assert len(_bookings(pool, client)) == 1


def test_deployment_of_another_firm_cannot_be_asked_for(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    way.signed(stage)
    foreign = way.signed(stage, who=pool.ben)
    sign_in(client, pool.mara)
    answer = post(client, "/firm/bookings/new", _asked(deployments=[foreign]))
    assert answer.status_code == 422


# --------------------------------------------------------------------------------------------------
# The firm's steps


def _act(client: FlaskClient, booking: str, move: str, **values: Any) -> str:
    """Open a step from the booking's page, as a person does, and take it; return the page it leads to."""
    page = get_page(client, f"/firm/bookings/{booking}")
    address = f"/firm/bookings/{booking}/{move}"
    assert address in page, f"{move} is not offered"
    form = get_page(client, address)
    version = form.partition('name="version" value="')[2].partition('"')[0]
    data = {**values, **({"version": version} if version else {})}
    return arrived(client, post(client, address, data))


def test_submit_window_and_withdraw(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.drafted(stage)
    sign_in(client, pool.milo)
    first, last = way.window()
    later = first + timedelta(days=5)
    text = _act(client, booking, "window", window_from=way.iso(later), window_until=way.iso(last))
    assert way.file_of(stage, booking).line.window_from == later and "A draft." in text
    assert "Asked for." in _act(client, booking, "submit")
    assert "Withdrawn" in _act(client, booking, "withdraw", reason="The pilot ends.")
    text = get_page(client, f"/firm/bookings/{booking}")
    assert "The pilot ends." in text and "Must act" not in text


def test_window_with_a_slip_comes_back(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.drafted(stage)
    sign_in(client, pool.mara)
    address = f"/firm/bookings/{booking}/window"
    answer = post(client, address, {"window_from": "2031-01-05", "window_until": "2031-01-01"})
    assert answer.status_code == 422 and 'value="2031-01-05"' in answer.get_data(as_text=True)
    assert post(client, address, {"window_from": "soon", "window_until": ""}).status_code == 422


def test_returned_request_says_what_is_missing(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.submitted(stage)
    stage.act(book.return_booking, pool.pia, booking=booking, items="The list of sites")
    sign_in(client, pool.milo)
    text = get_page(client, f"/firm/bookings/{booking}")
    assert "The list of sites" in text and "Your place on the waiting list stays" in text
    assert "Asked for." in _act(client, booking, "submit")


def test_estimate_opens_with_its_steps_and_is_signed(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.quoted(stage)
    sign_in(client, pool.mara)
    text = get_page(client, f"/firm/bookings/{booking}")
    assert "How the days came about" in text and "How the estimate came about" in text
    assert "Auditor-days in all" in text and "Lead auditor" in text
    days = Fraction(way.file_of(stage, booking).line.exact_days)
    words = display.auditor_days(days)
    assert words.startswith("about ") and words in re.sub("<details.*?</details>", "", text, flags=re.S)
    assert f"(exactly {days})" in "".join(re.findall("<details.*?</details>", text, flags=re.S))
    address = f"/firm/bookings/{booking}/accept"
    form = get_page(client, address)
    assert f"{words} (" in form, "the same words stand where they are signed for"
    assert "EUR" in form and "Valid until" in form, "what is signed stands above the name"
    wrong = post(client, address, {"signed_name": "Somebody Else"})
    assert wrong.status_code == 422
    assert "The typed name is not yours." in wrong.get_data(as_text=True)
    assert 'value="Somebody Else"' in wrong.get_data(as_text=True)
    data = {**proofs(form), "action": "submit", "signed_name": "Mara Voss"}
    first, second = (send(client, address, data) for _click in range(2))
    assert first.status_code == second.status_code == 303
    assert "Engaged." in arrived(client, first)
    assert [step.to_state for step in way.file_of(stage, booking).steps].count("accepted") == 1


def test_estimate_that_changed_meanwhile_is_not_signed_unseen(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.drafted(stage)
    sign_in(client, pool.mara)
    first, last = way.window()
    address = f"/firm/bookings/{booking}/window"
    form = get_page(client, address)
    seen = form.partition('name="version" value="')[2].partition('"')[0]
    stage.act(book.change_window, pool.milo, booking=booking, window_from=first + timedelta(days=9), window_until=last)
    data = {**proofs(form), "action": "submit", "window_from": way.iso(first), "window_until": way.iso(last)}
    answer = send(client, address, {**data, "version": seen})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    fresh = text.partition('name="version" value="')[2].partition('"')[0]
    assert fresh != seen, "the next try is about what is shown now"
    again = send(client, address, {**data, **proofs(text), "version": fresh})
    assert again.status_code == 303
    assert way.file_of(stage, booking).line.window_from == first


def test_member_prepares_and_manager_binds(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.quoted(stage)
    sign_in(client, pool.milo)
    page = get_page(client, f"/firm/bookings/{booking}")
    assert f"/firm/bookings/{booking}/accept" not in page and "Must act: Firm manager" in page
    assert client.get(f"/firm/bookings/{booking}/accept").status_code == 409
    form = {**proofs(get_page(client, f"/firm/bookings/{booking}/withdraw")), "action": "submit"}
    assert send(client, f"/firm/bookings/{booking}/accept", {**form, "signed_name": "Milo Brandt"}).status_code == 422
    assert way.state_of(stage, booking) == "quoted"
    stage.act(book.accept, pool.mara, booking=booking, signed_name="Mara Voss")
    page = get_page(client, f"/firm/bookings/{booking}")
    assert "/cancel" not in page and f"/firm/bookings/{booking}/window" in page
    sign_in(client, pool.mara)
    assert f"/firm/bookings/{booking}/cancel" in get_page(client, f"/firm/bookings/{booking}")


# --------------------------------------------------------------------------------------------------
# Offer, objection, dates


def test_offer_is_hidden_until_it_is_opened_once(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.proposed(stage)
    sign_in(client, pool.milo)
    asked = get_page(client, f"/firm/bookings/{booking}")
    assert "A team is being asked." in asked and "Team and dates</h2>" not in asked
    lead = way.answer(stage, booking)
    closed = get_page(client, f"/firm/bookings/{booking}")
    assert lead not in closed and "Open the offer" in closed
    form = proofs(closed)
    first, second = (send(client, f"/firm/bookings/{booking}/open-offer", form) for _click in range(2))
    assert first.status_code == second.status_code == 303
    opened = arrived(client, first)
    assert lead in opened and "Team and dates" in opened and "silence counts as yes" in opened
    assert "Must act: Firm manager" in opened and "/waive" not in opened and "/object" not in opened


def test_agreement_of_the_manager(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.shown(stage)
    sign_in(client, pool.mara)
    page = get_page(client, f"/firm/bookings/{booking}")
    assert page.index("Agree to team and dates") < page.index("Object to the team")
    text = _act(client, booking, "waive")
    assert "The firm agreed to team and dates" in text and "Must act: Planner" in text
    proposal = way.file_of(stage, booking).standing
    assert proposal is not None and proposal.waived_at is not None
    assert client.get(f"/firm/bookings/{booking}/object").status_code == 409


def test_objection_needs_a_reason(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.shown(stage)
    sign_in(client, pool.mara)
    assert post(client, f"/firm/bookings/{booking}/object", {"reason": ""}).status_code == 422
    text = _act(client, booking, "object", reason="She advised our rival.")
    assert "You objected to the team" in text and "She advised our rival." in text
    assert "Must act: Impartiality officer" in text
    stage.act(book.decide_objection, pool.ivo, booking=booking, upheld=False, reason="That ended six years ago.")
    text = get_page(client, f"/firm/bookings/{booking}")
    assert "the team stays" in text and "That ended six years ago." in text and "Not upheld" in text


def test_confirmed_dates_are_moved_and_cancelled(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.confirmed(stage)
    sign_in(client, pool.mara)
    page = get_page(client, f"/firm/bookings/{booking}")
    assert "The audit begins on" in page and "Dates</dt>" in page
    first, last = way.window()
    moved = {"window_from": way.iso(first + timedelta(days=10)), "window_until": way.iso(last)}
    slip = post(client, f"/firm/bookings/{booking}/reschedule", {**moved, "reason": ""})
    assert slip.status_code == 422 and moved["window_from"] in slip.get_data(as_text=True)
    text = _act(client, booking, "reschedule", **moved, reason="A release freeze")
    assert "Engaged." in text and "Other dates asked for" in text and "A release freeze" in text
    assert "Cancelled" in _act(client, booking, "cancel", reason="The product is given up")
    assert way.state_of(stage, booking) == "cancelled"


def test_an_asked_auditors_no_stays_with_the_pool(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.proposed(stage)
    name = way.answer(stage, booking, with_no=True, reason="quillsecret: my sister works there")
    sign_in(client, pool.mara)
    text = get_page(client, f"/firm/bookings/{booking}")
    assert "quillsecret" not in text and name not in text and "The proposed team fell away" in text
    sign_in(client, pool.pia)
    assert "quillsecret" in get_page(client, f"/pool/bookings/{booking}")


def test_waiting_list_says_why_no_team_fits(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    from pool.bookings import service

    booking = way.accepted(stage)
    reasons = [{"rule": "all", "left": 3}, {"rule": "competence-cover:F4", "left": 0}]
    stage.act(service.waitlist, pool.pia, booking=booking, reasons=reasons)
    sign_in(client, pool.mara)
    text = get_page(client, f"/firm/bookings/{booking}")
    assert "Engaged, waiting for the pool" in text and "AI security and red teaming" in text
    assert "Must act: Planner" in text and "competence-cover" not in text


def test_step_that_says_something_without_a_figure_is_shown(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    from pool.web.booking_numbers import figure

    assert (figure("", ""), figure("1", "people"), figure("9", "half-days")) == ("", "1 person", "9 half-days")
    assert (figure("5/2", "days"), figure("20", "percent"), figure("844121/1000000", "factor")) == (
        "2.5 days",
        "20 %",
        "× 0.8441",
    )


# --------------------------------------------------------------------------------------------------
# Doors that stay shut


def test_foreign_and_absent_bookings_look_the_same(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    foreign, absent = way.shown(stage, who=pool.ben), "BKG-2026-0999"
    own = way.drafted(stage)
    sign_in(client, pool.mara)
    for tail in ("", *(f"/{move}" for move in ("submit", "window", "accept", "withdraw", "object", "waive", "cancel"))):
        seen = [client.get(f"/firm/bookings/{ref}{tail}") for ref in (foreign, absent)]
        assert [one.status_code for one in seen] == [404, 404]
        texts = {same_for_all(one.get_data(as_text=True), foreign, absent) for one in seen}
        assert len(texts) == 1, tail
    key = proofs(get_page(client, f"/firm/bookings/{own}/withdraw"))
    for tail in ("open-offer", "waive", "withdraw"):
        answers = [
            client.post(f"/firm/bookings/{ref}/{tail}", data={**key, "reason": "no"}) for ref in (foreign, absent)
        ]
        assert [one.status_code for one in answers] == [404, 404]
        assert len({same_for_all(one.get_data(as_text=True), foreign, absent) for one in answers}) == 1


def test_unknown_step_and_step_of_the_pool(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.submitted(stage)
    sign_in(client, pool.mara)
    assert client.get(f"/firm/bookings/{booking}/nonsense").status_code == 404
    for move in ("screen", "quote", "confirm", "decide_objection", "replan", "deliver"):
        answer = client.get(f"/firm/bookings/{booking}/{move}")
        assert answer.status_code == 409, move
        assert "not open to you now" in answer.get_data(as_text=True)
    form = {**proofs(get_page(client, f"/firm/bookings/{booking}/withdraw")), "action": "submit", "releases": "0"}
    assert send(client, f"/firm/bookings/{booking}/screen", form).status_code == 422
    assert way.state_of(stage, booking) == "submitted"
