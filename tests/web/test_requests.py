"""The request itself: a database that is away, and a one-time key that names exactly what was sent."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import EnvironBuilder

from pool.web.requests import once_of
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
