"""Forms that stood open until their proof of origin ended: shown again as typed, sent with one more press."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from pool.journeys import reset as resets
from pool.kernel.clock import now
from pool.kernel.roles import Actor, Office
from pool.kernel.storage import Database
from pool.members import service
from pool.web import session
from pool.web.origin import SHOWN_AGAIN
from pool.web.permissions import TABLE
from tests.support.web import checked, post, proofs, send
from tests.web.signin.conftest import PASSWORD, House

NEW = "nine grey geese over the marsh"
WORDS = "This page was open too long, so nothing was sent."


@pytest.fixture
def an_hour_passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Give the passing of a visitor's hour."""
    later = now() + session.VISIT + timedelta(minutes=1)
    return lambda: monkeypatch.setattr(session, "now", lambda: later)


def invited(house: House) -> str:
    token = house.do(service.invite, name="Nova", email="nova@pool.example", office=Office.PLANNER, firm_id=None)
    return f"/invitation/{token}"


def late(client: FlaskClient, url: str, values: dict[str, str], wait: Callable[[], None]) -> str:
    """Open a form, send it when its hour is over, and return the page that answers."""
    form = {**proofs(client.get(url).text), **values, "action": "submit"}
    wait()
    answer = send(client, url, form)
    assert answer.status_code == 400
    text = checked(answer)
    assert WORDS in text
    return text


def test_sign_in_that_stood_open_keeps_the_address_and_goes_on_with_one_press(
    house: House, an_hour_passes: Callable[[], None]
) -> None:
    client = house.browser()
    typed = {"email": "mara@orchid.example", "password": PASSWORD}
    text = late(client, "/sign-in?next=/account", typed, an_hour_passes)
    assert 'value="mara@orchid.example"' in text and PASSWORD not in text
    assert 'action="/sign-in?next=/account"' in text
    answer = send(client, "/sign-in?next=/account", {**proofs(text), **typed, "action": "submit"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/code")


def test_invitation_that_stood_open_keeps_the_name(house: House, an_hour_passes: Callable[[], None]) -> None:
    client, place = house.browser(), invited(house)
    typed = {"name": "Nova Person", "password": NEW}
    text = late(client, place, typed, an_hour_passes)
    assert 'value="Nova Person"' in text and NEW not in text
    assert send(client, place, {**proofs(text), **typed, "action": "submit"}).headers["Location"] == "/sign-in/enrol"


def test_reset_that_stood_open_is_taken_with_one_more_press(house: House, an_hour_passes: Callable[[], None]) -> None:
    client, place = house.browser(), f"/sign-in/reset/{given_reset(house)}"
    text = late(client, place, {"password": NEW}, an_hour_passes)
    assert NEW not in text
    answer = send(client, place, {**proofs(text), "password": NEW, "action": "submit"})
    assert answer.headers["Location"] == "/sign-in/enrol"


def given_reset(house: House) -> str:
    """Return the token of a reset that two administrators gave to Mara."""
    seats = []
    for name in ("amos", "vera"):
        person = house.do(service.add_person, name=name, email=f"{name}@pool.example", password=PASSWORD)
        seat = house.do(service.give_seat, person_id=person.id, office=Office.ADMINISTRATOR)
        seats.append(Actor(person.id, seat.id, Office.ADMINISTRATOR, name=name))
    amos, vera = seats
    run = house.database.run_work
    asked = run(resets.ask_reset, email="mara@orchid.example", reason="called back", actor=amos, at=now())
    return str(run(resets.confirm_reset, reset=asked.public_id, seen=asked.content_digest, actor=vera, at=now()))


def test_entry_that_stood_open_before_it_was_compared_keeps_its_text(
    house: House, an_hour_passes: Callable[[], None]
) -> None:
    client = house.browser()
    text = late(client, "/verify", {"entry": "{}", "number": ""}, an_hour_passes)
    assert ">\n{}</textarea>" in text
    assert send(client, "/verify", {**proofs(text), "entry": "{}", "number": ""}).status_code == 200


def test_code_is_asked_again_while_the_session_lives(house: House) -> None:
    client = house.browser()
    typed = {"email": "mara@orchid.example", "password": PASSWORD}
    post(client, "/sign-in", typed)
    old = proofs(client.get("/sign-in/code").text)
    post(client, "/sign-in", typed)  # in another tab
    answer = send(client, "/sign-in/code", {**old, "code": house.code(), "action": "submit"})
    assert answer.status_code == 400 and WORDS in checked(answer)
    again = send(client, "/sign-in/code", {**proofs(answer.text), "code": house.code(), "action": "submit"})
    assert (again.status_code, again.headers["Location"]) == (303, "/")


def test_code_after_the_session_ended_leads_to_a_sign_in_that_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = house.browser()
    post(client, "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD})
    form = {**proofs(client.get("/sign-in/code").text), "code": house.code(), "action": "submit"}
    later = now() + timedelta(minutes=31)
    monkeypatch.setattr(session, "now", lambda: later)
    answer = send(client, "/sign-in/code", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?unfinished=1")
    assert "the sign-in ended" in checked(client.get(answer.headers["Location"]))


def test_invitation_to_an_account_is_shown_again_after_a_change_of_seat_elsewhere(house: House) -> None:
    token = house.do(
        service.invite, name="Rita", email="rita@pool.example", office=Office.TECHNICAL_REVIEWER, firm_id=None
    )
    rita, place = house.signed_in("rita@pool.example"), f"/invitation/{token}"
    old = proofs(rita.get(place).text)
    post(rita, f"/seats/{house.seats['rita-planner']}", on="/seats")
    answer = send(rita, place, {**old, "action": "submit"})
    assert answer.status_code == 400 and WORDS in checked(answer)
    assert send(rita, place, {**proofs(answer.text), "action": "submit"}).headers["Location"] == "/seats"


@pytest.mark.parametrize("endpoint", sorted(SHOWN_AGAIN))
def test_form_with_the_proof_of_another_has_no_effect(
    house: House, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is sent with it, also from another site, a page that shows its form again writes nothing."""
    place = {
        "signin.sign_in": "/sign-in",
        "signin.demo": "/sign-in/demo",
        "signin.second_factor": "/sign-in/code",
        "signin.enrol_second_factor": "/sign-in/enrol",
        "signin.invitation": invited(house),
        "signin.reset": f"/sign-in/reset/{given_reset(house)}",
        "registry.verify": "/verify",
    }[endpoint]
    client = house.browser()
    if TABLE[endpoint].person:
        who = "nils" if endpoint == "signin.enrol_second_factor" else "mara"
        post(client, "/sign-in", {"email": f"{who}@orchid.example", "password": PASSWORD})
    stranger = proofs(house.browser().get("/sign-in").text)
    written = writes_of(house.database, monkeypatch)
    form = {**stranger, "email": "mara@orchid.example", "password": PASSWORD, "name": "Mara", "code": house.code()}
    form |= {"entry": "{}", "seat": house.seats["mara"], "action": "submit"}
    before = client.get_cookie("pool", domain="localhost")
    answer = send(client, place, form)
    assert answer.status_code == 400 and WORDS in checked(answer) and PASSWORD not in answer.text
    assert written == []
    if TABLE[endpoint].person:
        assert client.get_cookie("pool", domain="localhost") == before
    made_up = send(client, place, {**form, "csrf_token": "made-up"})
    assert made_up.status_code == 400 and WORDS not in made_up.text and "proof of origin" in made_up.text
    program = client.post(place, data=form, headers={"Accept": "application/json"})
    assert (program.status_code, program.mimetype) == (400, "application/problem+json")
    crossing = client.post(place, data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossing.status_code == 403
    assert written == []


def writes_of(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the list in which every later write of the database is noted."""
    written: list[Any] = []
    run = database.run_work

    def noting(journey: Any, *given: Any, **named: Any) -> Any:
        written.append(journey)
        return run(journey, *given, **named)

    monkeypatch.setattr(database, "run_work", noting)
    return written


def test_proof_that_ended_elsewhere_than_at_a_form_of_visitors_is_refused(house: House) -> None:
    mara = house.signed_in()
    stranger = proofs(house.browser().get("/sign-in").text)
    answer = send(mara, "/account/password", {**stranger, "old": PASSWORD, "new": NEW, "action": "submit"})
    assert answer.status_code == 400 and WORDS not in answer.text
