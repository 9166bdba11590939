"""The request itself: a database that is away, and a one-time key that names exactly what was sent."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder

from pool.kernel.refusals import Conflict, Forbidden, Invalid
from pool.web.fields import Text
from pool.web.forms import Form, Section
from pool.web.requests import attempt, form_of, once_of
from tests.support.web import make_app

NOWHERE = "postgresql://nobody@127.0.0.1:1/nowhere?connect_timeout=2"


@pytest.mark.parametrize("cookie", ["", "a" * 43])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/register"])
def test_page_when_the_database_is_away_answers_503(tmp_path: Path, cookie: str, path: str) -> None:
    app = make_app(NOWHERE, tmp_path, demo=True)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = app.test_client()
    if cookie:
        client.set_cookie("pool", cookie)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "nothing was changed" in answer.text


def _fingerprint(tmp_path: Path, content: bytes) -> str:
    app = make_app(f"sqlite:///{tmp_path / 'none.db'}", tmp_path, demo=False)
    data = {"request_key": "k" * 20, "file": (BytesIO(content), "same.json")}
    builder = EnvironBuilder(path="/x", method="POST", data=data)
    with app.request_context(builder.get_environ()):
        return once_of(str).fingerprint


def test_fingerprint_names_the_content_of_files(tmp_path: Path) -> None:
    assert _fingerprint(tmp_path, b"one") == _fingerprint(tmp_path, b"one")
    assert _fingerprint(tmp_path, b"one") != _fingerprint(tmp_path, b"two")


NAME = Form("one", [Section("", [Text(name="name", label="Name", most=5)])])


@pytest.mark.parametrize(
    ("method", "typed", "status", "answer", "shown"),
    [
        ("GET", "", 200, None, "offer"),
        ("POST", "Zoë", 422, "done", "Zoë"),
        ("POST", "far too long", 422, None, "far too long"),
        ("POST", "", 422, None, ""),
    ],
)
def test_form_page_does_what_was_asked_only_where_it_was_sent_and_right(
    tmp_path: Path, method: str, typed: str, status: int, answer: str | None, shown: str
) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'none.db'}", tmp_path, demo=False)
    done: list[str] = []

    def act(name: str) -> str:
        done.append(name)
        return "done"

    builder = EnvironBuilder(path="/x", method=method, data={"name": typed} if method == "POST" else None)
    with app.request_context(builder.get_environ()):
        bound = form_of(NAME, {"name": "offer"})
        got = attempt(bound, lambda: act(bound["name"]))
    assert (got, bound.status, bound.values["name"]) == (answer, status, shown)
    assert done == ([typed] if answer else [])


def test_refusal_stands_in_the_form_unless_it_is_beyond_it() -> None:
    def refuse(refusal: Exception) -> None:
        raise refusal

    bound = NAME.bind({"name": "Zoë"})
    fault = Invalid("Taken.", field="name", next_step="Choose another.", others=[Conflict("Too late.")])
    assert attempt(bound, lambda: refuse(fault)) is None
    assert bound.errors_of("name") == ["Taken. Choose another."] and bound.form_errors == ["Too late."]
    with pytest.raises(Forbidden):
        attempt(NAME.bind({"name": "Zoë"}), lambda: refuse(Forbidden("No.")), beyond={"forbidden"})
