"""A new sign-in by two administrators, as people do it in their browsers; and what a visitor leaves behind."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask.testing import FlaskClient

from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM, Office
from pool.members import queries, service
from tests.support.web import arrived, get_page, post, proofs, same_for_all, send
from tests.web.signin.conftest import PASSWORD, House

NEW = "nine grey geese over the marsh"
LINK = re.compile(r"http://localhost(/sign-in/reset/[A-Za-z0-9_-]{40,})")


@pytest.fixture
def administrators(house: House) -> tuple[FlaskClient, FlaskClient]:
    """Give the browsers of two administrators."""
    clients = []
    for name in ("Amos Idowu", "Vera Lind"):
        email = f"{name.split()[0].lower()}@pool.example"
        person = house.do(service.add_person, name=name, email=email, password=PASSWORD, totp_secret=house.secret)
        house.do(service.give_seat, person_id=person.id, office=Office.ADMINISTRATOR)
        clients.append(house.signed_in(email))
    return clients[0], clients[1]


def ask(client: FlaskClient, email: str = "mara@orchid.example") -> str:
    answer = post(client, "/pool/people/reset", {"email": email, "reason": "called back, phone was stolen"})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def confirm(client: FlaskClient, place: str) -> str:
    text = get_page(client, place)
    content = re.search(r'name="content" value="([^"]+)"', text)
    assert content, "the second administrator finds the button"
    found = LINK.findall(post(client, f"{place}/confirm", {"content": content[1]}, on=place).text)
    assert len(found) == 1
    return str(found[0])


def test_two_administrators_give_a_link_that_sets_both_anew(
    house: House, administrators: tuple[FlaskClient, FlaskClient]
) -> None:
    amos, vera = administrators
    mara = house.signed_in()
    place = ask(amos)
    assert "another administrator confirms it" in get_page(amos, place)
    assert post(amos, f"{place}/confirm", {"content": "sha256:0"}, on=place).status_code == 409
    link = confirm(vera, place)
    assert link not in get_page(vera, place), "shown once"
    assert mara.get("/account").headers["Location"].startswith("/sign-in"), "her sessions ended"
    browser = house.browser()
    assert "Mara Voss" in get_page(browser, link)
    assert post(browser, link, {"password": "short"}).status_code == 422
    answer = post(browser, link, {"password": NEW})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/enrol")
    assert browser.get("/account").headers["Location"] == "/sign-in/enrol", "nothing opens before the second factor"
    with house.database.reading(SYSTEM, now()) as reading:
        secret, _step, confirmed = queries.second_factor_of(reading, house.mara.id)
    assert secret and secret != house.secret and not confirmed
    assert secret in get_page(browser, "/sign-in/enrol")
    assert post(browser, "/sign-in/enrol", {"code": pyotp.TOTP(secret).now()}).status_code == 303
    assert browser.get("/account").status_code == 200
    old = post(house.browser(), "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD})
    assert old.status_code == 422
    assert "A new password and a new second factor were set" in get_page(vera, place)
    listed = get_page(vera, "/pool/people")
    assert "mara@orchid.example" in listed and "Used" in listed


def test_link_that_was_used_or_withdrawn_is_answered_like_one_that_never_was(
    house: House, administrators: tuple[FlaskClient, FlaskClient]
) -> None:
    amos, vera = administrators
    place = ask(amos)
    withdrawn = confirm(vera, place)
    assert arrived(amos, post(amos, f"{place}/withdraw", on=place))
    used = confirm(vera, ask(amos))
    assert post(house.browser(), used, {"password": NEW}).status_code == 303
    browser = house.browser()
    answers = [browser.get(path) for path in (withdrawn, used, "/sign-in/reset/" + "a" * 43)]
    assert {one.status_code for one in answers} == {404}
    assert len({same_for_all(one.text) for one in answers}) == 1


def test_second_click_of_the_second_word_shows_no_link_again(
    house: House, administrators: tuple[FlaskClient, FlaskClient]
) -> None:
    amos, vera = administrators
    place = ask(amos)
    text = get_page(vera, place)
    content = re.search(r'name="content" value="([^"]+)"', text)
    assert content
    form = {**proofs(text), "content": content[1]}
    first = send(vera, f"{place}/confirm", form)
    second = send(vera, f"{place}/confirm", form)
    assert LINK.search(first.text) and (second.status_code, second.headers["Location"]) == (303, place)


def test_asking_for_nobody_or_oneself_keeps_what_was_typed(administrators: tuple[FlaskClient, FlaskClient]) -> None:
    amos, _vera = administrators
    for email, words in (("nobody@x.example", "no account"), ("amos@pool.example", "Nobody resets their own")):
        wrong = post(amos, "/pool/people/reset", {"email": email, "reason": "called back"})
        assert wrong.status_code == 422 and words in wrong.text and "called back" in wrong.text and email in wrong.text


def test_visitor_who_looks_at_a_form_writes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    token = str(house.do(service.invite, name="Nova", email="n@pool.example", office=Office.PLANNER, firm_id=None))
    written: list[object] = []
    monkeypatch.setattr(house.database, "run_work", lambda *all, **named: written.append(all))
    for path in ("/", "/sign-in", f"/invitation/{token}", "/register", "/verify", "/invitation/none"):
        assert house.browser().get(path).status_code in (200, 404)
    assert written == []


def test_visitors_form_is_refused_with_a_cookie_of_another_visitor_or_a_changed_one(house: House) -> None:
    form = {"email": "mara@orchid.example", "password": PASSWORD, "action": "submit"}
    own, other = house.browser(), house.browser()
    mine = {**proofs(own.get("/sign-in").text), **form}
    other.get("/sign-in")
    assert other.post("/sign-in", data=mine).status_code == 400
    cookie = own.get_cookie("pool", domain="localhost")
    assert cookie is not None
    other.set_cookie("pool", cookie.value[:-2] + "xx", domain="localhost")
    assert other.post("/sign-in", data=mine).status_code == 400
    assert own.post("/sign-in", data=mine).status_code == 303


def test_visitors_cookie_ends_after_an_hour(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from pool.web import session

    client = house.browser()
    form = {**proofs(client.get("/sign-in").text), "email": "x@x.example", "password": PASSWORD, "action": "submit"}
    later = now() + session.VISIT
    monkeypatch.setattr(session, "now", lambda: later)
    assert client.post("/sign-in", data=form).status_code == 400


def test_first_page_after_the_sign_in_keeps_nothing_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pages opened side by side would each keep a proof of origin of their own, and only the later would count."""
    client = house.signed_in()
    written: list[object] = []
    monkeypatch.setattr(house.database, "run_work", lambda *all, **named: written.append(all))
    get_page(client, "/account")
    assert written == []


def test_present_password_is_throttled_like_a_sign_in(house: House) -> None:
    client = house.signed_in()
    wrong = {"old": "wrong again and again", "new": NEW}
    answers = [post(client, "/account/password", wrong, on="/account") for _ in range(11)]
    assert [one.status_code for one in answers] == [422] * 10 + [429]
    assert "There were too many failed sign-ins." in answers[-1].text
    right = post(client, "/account/password", {"old": PASSWORD, "new": NEW}, on="/account")
    assert right.status_code == 429, "the right one opens nothing while the account is throttled"
    assert post(house.browser(), "/sign-in", {"email": "mara@orchid.example", "password": PASSWORD}).status_code == 429
    other = house.signed_in("rita@pool.example")
    assert post(other, "/account/password", {"old": "wrong", "new": NEW}, on="/account").status_code == 422
