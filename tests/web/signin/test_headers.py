"""Headers and faults: the same protection on every answer, errors included."""

from __future__ import annotations

import re

import pytest
from werkzeug.datastructures import Headers

from tests.support.html_checks import check_html
from tests.support.web import checked, post, proofs
from tests.web.signin.conftest import House

ANSWERS = ("/", "/sign-in", "/register", "/verify", "/no/such/page", "/account", "/sign-out", "/register/none")


def sound(headers: Headers) -> bool:
    get = headers.get
    policy = get("Content-Security-Policy", "")
    return (
        (("default-src 'none'" in policy and "frame-ancestors 'none'" in policy) or "sandbox" in policy)
        and "unsafe-inline" not in policy
        and "unsafe-eval" not in policy
        and get("X-Content-Type-Options") == "nosniff"
        and get("Referrer-Policy") == "same-origin"
        and get("Cross-Origin-Opener-Policy") == "same-origin"
        and re.fullmatch(r"[0-9a-f]{16}", get("X-Request-Id", "")) is not None
    )


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_has_its_headers(house: House, path: str) -> None:
    answer = house.browser().get(path)
    assert sound(answer.headers), answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    if answer.mimetype == "text/html" and answer.status_code != 303:
        assert check_html(answer.text, path) == []


def test_nonce_is_new_on_every_answer(house: House) -> None:
    policies = {house.browser().get("/sign-in").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/sign-out", 405), ("POST", "/register", 405), ("DELETE", "/sign-in", 405), ("POST", "/sign-in", 400)],
)
def test_wrong_method_or_missing_proof_is_told_with_headers(house: House, method: str, path: str, status: int) -> None:
    answer = house.browser().open(path, method=method)
    assert answer.status_code == status and sound(answer.headers)
    assert check_html(answer.text, path) == []


def test_fault_of_our_own_tells_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.app.config["PROPAGATE_EXCEPTIONS"] = False
    house.app.config["TESTING"] = False

    def broken() -> None:
        raise RuntimeError("secret words of the machine")

    monkeypatch.setitem(house.app.view_functions, "signin.sign_in", broken)
    answer = house.browser().get("/sign-in")
    assert answer.status_code == 500 and sound(answer.headers)
    assert "secret words" not in answer.text and check_html(answer.text, "/sign-in") == []


def test_foreign_host_is_refused(house: House) -> None:
    answer = house.browser().get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400 and sound(answer.headers)


def test_programs_are_answered_in_json(house: House) -> None:
    answer = house.browser().get("/no/such/page", headers={"Accept": "application/json"})
    assert answer.status_code == 404 and answer.mimetype == "application/problem+json"
    assert answer.json is not None and set(answer.json["error"]) == {"field", "reason", "next_step"}


def test_too_large_a_form_is_refused(house: House) -> None:
    client = house.browser()
    form = {**proofs(client.get("/sign-in").text), "email": "x" * 3_000_000, "password": "y"}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 413 and sound(answer.headers)


def test_static_files_are_cached_by_their_digest(house: House) -> None:
    text = house.browser().get("/sign-in").text
    (address,) = set(re.findall(r'href="(/static/pool\.css[^"]*)"', text))
    answer = house.browser().get(address)
    assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"] and sound(answer.headers)
    assert "Set-Cookie" not in answer.headers
    answer.close()


def test_visitor_of_the_register_gets_no_cookie(house: House) -> None:
    assert "Set-Cookie" not in house.browser().get("/register").headers


def test_unknown_inputs_are_refused(house: House) -> None:
    answer = post(house.browser(), "/sign-in", {"email": "a@b.example", "password": "x" * 12, "is_demo": "1"})
    assert answer.status_code == 422 and "does not belong to it" in answer.text


def test_page_that_is_not_there_is_short_and_shows_the_way(house: House) -> None:
    visitor, mara = house.browser(), house.signed_in()
    for path in ("/nowhere", "/register/DEP-2026-9999"):
        text = checked(visitor.get(path), path)
        assert "not here, or not yours" in text and ">Sign in</a>" in text and "Why this rule exists" not in text
    text = checked(mara.get("/nowhere"), "/nowhere")
    main = text[text.index("<main") : text.index("</main>")]
    assert "To the start page" in main and "Sign in" not in main
