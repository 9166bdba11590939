"""Sessions and seats: listed, ended, changed; rights that end do so at the next request."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Work
from pool.members import queries, service
from pool.members.tables import SignInSession
from tests.support.web import arrived, get_page, post, proofs, same_for_all, send
from tests.web.signin.conftest import PASSWORD, House


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("pool", domain="localhost")
    return str(cookie.value) if cookie else ""


def with_token(house: House, token: str) -> FlaskClient:
    client = house.browser()
    client.set_cookie("pool", token, domain="localhost")
    return client


def session_ids(house: House, person_id: int) -> list[str]:
    with house.database.reading(SYSTEM, now()) as reading:
        return [one[0] for one in queries.sessions_of_person(reading, person_id)]


def test_sign_out_ends_the_session_on_the_server(house: House) -> None:
    client = house.signed_in()
    token = token_of(client)
    answer = post(client, "/sign-out", on="/account")
    assert answer.status_code == 303 and answer.headers["Clear-Site-Data"]
    assert with_token(house, token).get("/account").status_code == 303


def test_account_lists_sessions_and_ends_another(house: House) -> None:
    here, there = house.signed_in(step=0), house.signed_in(step=1)
    text = get_page(here, "/account")
    ids = session_ids(house, house.mara.id)
    assert len(ids) == 2
    other = next(one for one in ids if f"/account/sessions/{one}/end" in text)
    assert arrived(here, post(here, f"/account/sessions/{other}/end", on="/account"))
    assert there.get("/account").headers["Location"].startswith("/sign-in")
    assert here.get("/account").status_code == 200
    assert session_ids(house, house.mara.id) == [one for one in ids if one != other]


def test_session_of_somebody_else_is_answered_like_an_absent_one(house: House) -> None:
    mine = house.signed_in()
    theirs = house.signed_in("rita@pool.example")
    (foreign,) = session_ids(house, house.rita.id)
    absent = "0" * 32
    answers = {key: post(mine, f"/account/sessions/{key}/end", on="/account") for key in (foreign, absent)}
    assert {one.status_code for one in answers.values()} == {404}
    assert len({same_for_all(one.text, key) for key, one in answers.items()}) == 1
    assert theirs.get("/account").status_code == 200


def test_seat_change_gives_a_new_token_and_the_old_one_ends(house: House) -> None:
    client = house.signed_in("rita@pool.example")
    text = get_page(client, "/seats")
    assert "Registrar" in text and "Planner" in text
    before = token_of(client)
    answer = post(client, f"/seats/{house.seats['rita']}", on="/seats")
    assert answer.status_code == 303 and token_of(client) != before
    assert with_token(house, before).get("/seats").status_code == 303
    assert "Registrar" in get_page(client, "/account")
    second = token_of(client)
    post(client, f"/seats/{house.seats['rita-planner']}", on="/seats")
    assert token_of(client) not in {before, second}
    assert client.get("/pool/members").status_code == 200


def test_seat_of_somebody_else_cannot_be_taken(house: House) -> None:
    client = house.signed_in("rita@pool.example")
    foreign = post(client, f"/seats/{house.seats['mara']}", on="/seats")
    absent = post(client, f"/seats/{'0' * 32}", on="/seats")
    assert foreign.status_code == absent.status_code == 404
    assert same_for_all(foreign.text) == same_for_all(absent.text)


def test_ended_seat_is_refused_at_the_next_request(house: House) -> None:
    client = house.signed_in("rita@pool.example")
    post(client, f"/seats/{house.seats['rita']}", on="/seats")
    form = proofs(client.get("/pool/admit").text)
    assert client.get("/pool/members").status_code == 200
    house.do(service.end_seat, public_id=house.seats["rita"], reason="moved on")
    assert client.get("/pool/members").headers["Location"] == "/seats"
    late = send(client, "/pool/admit", {**form, "name": "Late Firm"})
    assert late.status_code == 303 and late.headers["Location"] == "/seats"
    assert "Registrar" not in get_page(client, "/seats")


def test_disabled_person_is_refused_at_the_next_request(house: House) -> None:
    client = house.signed_in()
    assert client.get("/account").status_code == 200
    house.do(service.disable_person, public_id=house.mara.public_id, reason="left")
    assert client.get("/account").headers["Location"].startswith("/sign-in")


def test_session_ends_after_thirty_idle_minutes_and_after_twelve_hours(house: House) -> None:
    client = house.signed_in()
    digest = service.token_digest(token_of(client))
    for later, lives in ((timedelta(minutes=29), True), (timedelta(minutes=31), False)):
        with house.database.reading(SYSTEM, now() + later) as reading:
            assert (queries.signed_in(reading, digest) is not None) is lives

    def keep_awake(work: Work) -> None:
        row = work.session.exec(select(SignInSession).where(SignInSession.token_digest == digest)).one()
        row.last_seen_at = now() + timedelta(hours=12, minutes=1)
        work.flush()

    house.do(keep_awake)
    with house.database.reading(SYSTEM, now() + timedelta(hours=12, minutes=2)) as reading:
        assert queries.signed_in(reading, digest) is None, "twelve hours, however busy"


def test_password_change_ends_every_session_and_happens_once(house: House) -> None:
    here, there = house.signed_in(step=0), house.signed_in(step=1)
    wrong = post(
        here, "/account/password", {"old": "not the password", "new": "another long password here"}, on="/account"
    )
    assert wrong.status_code == 422 and "not your present password" in wrong.text
    weak = post(here, "/account/password", {"old": PASSWORD, "new": "short"}, on="/account")
    assert weak.status_code == 422
    form = {
        **proofs(here.get("/account").text),
        "old": PASSWORD,
        "new": "another long password here",
        "action": "submit",
    }
    assert send(here, "/account/password", form).headers["Location"] == "/sign-in"
    for client in (here, there):
        assert client.get("/account").headers["Location"].startswith("/sign-in")
    old = post(house.browser(), "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD})
    new = post(house.browser(), "/sign-in", {"email": "mara@orchid.example", "password": "another long password here"})
    assert (old.status_code, new.status_code) == (422, 303)


def test_person_without_a_seat_can_change_the_password(house: House) -> None:
    client = house.signed_in("rita@pool.example")
    get_page(client, "/account")
    form = {
        **proofs(client.get("/account").text),
        "old": PASSWORD,
        "new": "another long password here",
        "action": "submit",
    }
    assert send(client, "/account/password", form).headers["Location"] == "/sign-in"


def test_double_click_ends_a_session_once(house: House) -> None:
    here = house.signed_in(step=0)
    house.signed_in(step=1)
    text = here.get("/account").text
    other = next(one for one in session_ids(house, house.mara.id) if f"/account/sessions/{one}/end" in text)
    form = proofs(text)
    first = send(here, f"/account/sessions/{other}/end", form)
    second = send(here, f"/account/sessions/{other}/end", form)
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])


def test_one_key_for_two_different_forms_is_refused(house: House) -> None:
    here = house.signed_in(step=0)
    house.signed_in(step=1)
    form = proofs(here.get("/account").text)
    ids = session_ids(house, house.mara.id)
    answers = [send(here, f"/account/sessions/{one}/end", form).status_code for one in sorted(ids, reverse=True)]
    assert 409 in answers or answers[0] == 303


@pytest.mark.parametrize("secure", [False, True])
def test_cookie_has_its_flags(sqlite_url: str, tmp_path: object, secure: bool) -> None:
    from pool.kernel.settings import read_settings
    from pool.web.app import create_app
    from tests.support.web import SECRET

    base = "https://pool.example" if secure else "http://127.0.0.1:8000"
    app = create_app(
        read_settings(
            {},
            database_url=sqlite_url,
            files_dir=str(tmp_path),
            secret=SECRET,
            base_url=base,
            trusted_hosts="pool.example,localhost",
        )
    )
    answer = app.test_client().get("/sign-in", base_url="https://pool.example" if secure else "http://localhost")
    cookie = answer.headers["Set-Cookie"]
    parts = [part.strip() for part in cookie.split(";")]
    assert parts[0].startswith("__Host-pool=" if secure else "pool=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)
    assert ("Secure" in parts) is secure
    assert not any(part.startswith("Domain=") for part in parts)
    assert ("Strict-Transport-Security" in answer.headers) is secure
    app.extensions["pool_database"].dispose()
