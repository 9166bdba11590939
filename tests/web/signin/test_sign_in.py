"""Signing in: who gets in, by what, how often, and what an outsider learns."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient

from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM, Office
from pool.members import queries, service
from tests.support import people
from tests.support.web import database_of, get_page, make_app, post, proofs, same_for_all, send
from tests.web.signin.conftest import PASSWORD, House

OPEN_REDIRECTS = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "/\r\nLocation: https://evil.example",
    "evil.example",
    "",
    "https:///evil.example",
    "/%0d%0aSet-Cookie:x=1\n",
)


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("pool", domain="localhost")
    return str(cookie.value) if cookie else ""


def test_sign_in_page_is_sound(house: House) -> None:
    text = get_page(house.browser(), "/sign-in")
    assert "E-mail" in text and "Sit down in a seat of the demo" not in text


@pytest.mark.parametrize(
    "email", ["mara@orchid.example", "nobody@nowhere.example", "not an address", "MARA@ORCHID.EXAMPLE"]
)
def test_wrong_sign_in_says_the_same_whoever_it_is(house: House, email: str) -> None:
    wrong = post(house.browser(), "/sign-in", {"email": email, "password": "wrong password here"})
    other = post(house.browser(), "/sign-in", {"email": "x@x.example", "password": "wrong password here"})
    assert wrong.status_code == other.status_code == 422
    assert same_for_all(wrong.text, email) == same_for_all(other.text, "x@x.example")
    assert "do not belong together" in wrong.text and "wrong password here" not in wrong.text


def test_disabled_account_is_refused_in_the_same_words(house: House) -> None:
    house.do(service.disable_person, public_id=house.mara.public_id, reason="left")
    right = post(house.browser(), "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD})
    other = post(house.browser(), "/sign-in", {"email": "x@x.example", "password": PASSWORD})
    assert right.status_code == 422
    assert same_for_all(right.text, "mara@orchid.example") == same_for_all(other.text, "x@x.example")


@pytest.mark.parametrize("email", ["mara@orchid.example", "nobody@nowhere.example"])
def test_sign_in_is_throttled_after_ten_failures(house: House, email: str) -> None:
    client = house.browser()
    form = {
        **proofs(client.get("/sign-in").text),
        "action": "submit",
        "email": email,
        "password": "wrong again and again",
    }
    answers = [client.post("/sign-in", data={**form, "request_key": f"key-{n:020d}"}) for n in range(11)]
    assert [one.status_code for one in answers] == [422] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) == 300
    right = post(house.browser(), "/sign-in", {"email": email, "password": PASSWORD})
    assert right.status_code == 429, "the right password opens nothing while the account is throttled"


def test_one_address_is_throttled_across_accounts(house: House) -> None:
    client = house.browser()
    form = {**proofs(client.get("/sign-in").text), "action": "submit", "password": "wrong again and again"}
    statuses = [
        client.post("/sign-in", data={**form, "email": f"n{n}@x.example", "request_key": f"key-{n:020d}"}).status_code
        for n in range(31)
    ]
    assert statuses == [422] * 30 + [429]


def test_right_password_leads_to_the_second_factor_and_nowhere_else(house: House) -> None:
    client = house.browser()
    answer = post(client, "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/code")
    for path in ("/firm", "/account", "/seats", "/firm/models"):
        refused = client.get(path)
        assert (refused.status_code, refused.headers["Location"]) == (303, "/sign-in/code"), path
    form = {**proofs(client.get("/sign-in/code").text), "old": PASSWORD, "new": "another long password here"}
    assert client.post("/account/password", data=form).headers["Location"] == "/sign-in/code"
    assert "Firm manager" not in client.get("/sign-in/code").text
    assert "Mara Voss" not in client.get("/register").text or "Change seat" not in client.get("/register").text


def test_token_changes_at_sign_in_and_at_the_second_factor(house: House) -> None:
    client = house.browser()
    client.get("/sign-in")
    tokens = [token_of(client)]
    post(client, "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD})
    tokens.append(token_of(client))
    post(client, "/sign-in/code", {"code": house.code()})
    tokens.append(token_of(client))
    assert len(set(tokens)) == 3 and all(tokens)
    for old in tokens[:2]:
        thief = house.browser()
        thief.set_cookie("pool", old, domain="localhost")
        assert thief.get("/account").headers["Location"] == "/sign-in?next=%2Faccount"
    assert client.get("/account").status_code == 200


def test_code_works_once(house: House) -> None:
    code = house.code()
    first, second = house.browser(), house.browser()
    for client in (first, second):
        post(client, "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD})
    assert post(first, "/sign-in/code", {"code": code}).status_code == 303
    again = post(second, "/sign-in/code", {"code": code})
    assert again.status_code == 422 and "was used already" in again.text
    assert second.get("/account").status_code == 303


def test_wrong_codes_are_throttled(house: House) -> None:
    client = house.browser()
    post(client, "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD})
    statuses = [post(client, "/sign-in/code", {"code": "000000"}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_account_without_second_factor_must_set_one_up(house: House) -> None:
    client = house.browser()
    answer = post(client, "/sign-in", {"email": "nils@orchid.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/sign-in/enrol"
    assert client.get("/account").headers["Location"] == "/sign-in/enrol"
    text = get_page(client, "/sign-in/enrol")
    with house.database.reading(SYSTEM, now()) as reading:
        secret, _step, confirmed = queries.second_factor_of(reading, house.nils.id)
    assert secret is not None and secret in text and not confirmed
    assert get_page(client, "/sign-in/enrol").count(secret) == text.count(secret), "the key stays the same"
    assert post(client, "/sign-in/enrol", {"code": pyotp.TOTP(secret).now()}).status_code == 303
    assert client.get("/account").status_code == 200
    assert client.get("/sign-in/enrol").headers["Location"] == "/sign-in/code", "a set-up key is never shown again"


def test_looking_at_the_enrolment_writes_nothing(house: House) -> None:
    client = house.browser()
    post(client, "/sign-in", {"email": "nils@orchid.example", "password": PASSWORD})
    client.get("/sign-in/enrol")
    with house.database.reading(SYSTEM, now()) as reading:
        before = queries.second_factor_of(reading, house.nils.id)
    client.get("/sign-in/enrol")
    with house.database.reading(SYSTEM, now()) as reading:
        assert queries.second_factor_of(reading, house.nils.id) == before


def test_demo_card_opens_nothing_outside_a_demo(house: House) -> None:
    demo = house.do(service.add_person, name="Dana Demo", email="dana@demo.example", password=PASSWORD, is_demo=True)
    seat = house.do(service.give_seat, person_id=demo.id, office=Office.PLANNER)
    client = house.browser()
    form = {**proofs(client.get("/sign-in").text), "email": "dana@demo.example", "seat": seat.public_id}
    assert client.post("/sign-in/demo", data=form).status_code == 404
    assert client.get("/account").status_code == 303


def test_demo_card_is_for_people_of_the_demo_only(sqlite_url: str, tmp_path: Path, quick: None) -> None:
    app = make_app(sqlite_url, tmp_path, demo=True)
    pool = people.seed(database_of(app))
    at = now()
    real = database_of(app).run_work(
        service.add_person, name="Real Person", email="real@x.example", password=PASSWORD, actor=SYSTEM, at=at
    )
    seat = database_of(app).run_work(service.give_seat, person_id=real.id, office=Office.PLANNER, actor=SYSTEM, at=at)
    client = app.test_client()
    text = client.get("/sign-in").text
    assert "Real Person" not in text and "Mara Voss" in text
    form = {**proofs(text), "email": "real@x.example", "seat": seat.public_id}
    assert client.post("/sign-in/demo", data=form).status_code == 404
    with database_of(app).reading(SYSTEM, at) as reading:
        mine = {one.person_name: one for one in queries.demo_cards(reading)}
    mixed = {**proofs(text), "email": "mara@pool.example", "seat": mine["Rita Sørensen"].public_id}
    assert client.post("/sign-in/demo", data=mixed).status_code == 404, "a seat of somebody else"
    good = {**proofs(text), "email": "mara@pool.example", "seat": mine["Mara Voss"].public_id}
    assert client.post("/sign-in/demo", data=good).headers["Location"] == "/"
    assert client.get("/account").status_code == 200
    assert pool.mara.person_id is not None
    database_of(app).dispose()


@pytest.mark.parametrize("target", OPEN_REDIRECTS)
def test_next_never_leads_elsewhere(house: House, target: str) -> None:
    client = house.browser()
    form = {
        **proofs(client.get("/sign-in").text),
        "email": "mara@orchid.example",
        "password": PASSWORD,
        "action": "submit",
    }
    assert client.post("/sign-in", query_string={"next": target}, data=form).status_code == 303
    answer = post(client, "/sign-in/code", {"code": house.code()})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_next_leads_back_to_the_page_that_was_asked_for(house: House) -> None:
    client = house.browser()
    sent = client.get("/account?x=1")
    assert sent.headers["Location"] == "/sign-in?next=%2Faccount%3Fx%3D1"
    form = {
        **proofs(client.get("/sign-in").text),
        "email": "mara@orchid.example",
        "password": PASSWORD,
        "action": "submit",
    }
    client.post(sent.headers["Location"], data=form)
    answer = post(client, "/sign-in/code", {"code": house.code()})
    assert answer.headers["Location"] == "/account?x=1"


def test_form_without_proof_of_another_session_or_from_another_site_is_refused(house: House) -> None:
    client, other = house.browser(), house.browser()
    own, foreign = proofs(client.get("/sign-in").text), proofs(other.get("/sign-in").text)
    form = {"email": "mara@orchid.example", "password": PASSWORD, "action": "submit", "request_key": own["request_key"]}
    assert send(client, "/sign-in", form).status_code == 400
    assert send(client, "/sign-in", {**form, "csrf_token": foreign["csrf_token"]}).status_code == 400
    assert send(client, "/sign-in", {**form, "csrf_token": "made-up"}).status_code == 400
    crossing = client.post(
        "/sign-in", data={**form, "csrf_token": own["csrf_token"]}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert crossing.status_code == 403
    assert client.get("/account").status_code == 303
    assert send(client, "/sign-in", {**form, "csrf_token": own["csrf_token"]}).status_code == 303


def test_form_without_one_time_key_is_refused(house: House) -> None:
    client = house.browser()
    own = proofs(client.get("/sign-in").text)
    form = {"email": "mara@orchid.example", "password": PASSWORD, "csrf_token": own["csrf_token"]}
    assert send(client, "/sign-in", form).status_code == 422


def test_old_proof_of_origin_ends_with_the_sign_in(house: House) -> None:
    client = house.browser()
    before = proofs(client.get("/sign-in").text)
    post(client, "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD})
    answer = send(client, "/sign-in/code", {"code": house.code(), "action": "submit", **before})
    assert answer.status_code == 400
