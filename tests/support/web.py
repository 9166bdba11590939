"""Pages in tests: the application over a database of one's own, people who are signed in, pages that are looked at.

``app``, ``client`` and ``pool`` are fixtures (``tests/web/conftest.py`` offers them). A page test reads like this::

    def test_home_of_a_manager(pool, client):
        sign_in(client, pool.mara)
        assert "Home" in get_page(client, "/firm")
        answer = post(client, "/firm/models/new", {"name": "Triage"}, on="/firm/models/new")
        assert answer.status_code == 303
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM, Actor
from pool.kernel.settings import Settings, read_settings
from pool.kernel.storage import Database
from pool.members import service
from pool.web.app import create_app
from pool.web.session import DatabaseSessions
from tests.support import people, sharing
from tests.support.html_checks import check_html

SECRET = "a secret of the tests, forty characters!"
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_KEY = re.compile(r'name="request_key" value="([^"]+)"')
_NONCES = (
    re.compile(r'(nonce=")[^"]+'),
    re.compile(r'(hx-nonce=")[^"]+'),
    re.compile(r'(name="(?:csrf_token|request_key)" value=")[^"]+'),
    re.compile(r"(<code[^>]*>)[0-9a-f]{16}"),
    re.compile(r"()\b[0-9a-f]{16}\b"),
)

#: A file as it is sent: its name and its bytes.
Sent = tuple[str, bytes]


def _settings(url: str, folder: Path, *, demo: bool = True) -> Settings:
    return read_settings({}, database_url=url, files_dir=str(folder / "files"), secret=SECRET, demo=str(int(demo)))


def make_app(url: str, folder: Path, *, demo: bool = True) -> Flask:
    """Make the application over the database at ``url``; files go under ``folder``."""
    made = create_app(_settings(url, folder, demo=demo))
    made.config.update(TESTING=True)
    made.jinja_env.bytecode_cache = sharing.TEMPLATES
    return made


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Give the application over a migrated SQLite database of this test's own."""
    made = _laid_over(sqlite_url, tmp_path)
    config = dict(made.config)
    yield made
    made.config.clear()
    made.config.update(config)
    made.extensions["pool_database"].dispose()


_kept: list[Flask] = []


def _laid_over(url: str, folder: Path) -> Flask:
    """Return this process's one application with another database and another folder: its routes are bound once."""
    if not _kept:
        _kept.append(make_app(url, folder))
        return _kept[0]
    made, settings = _kept[0], _settings(url, folder)
    database = Database(settings.database_url)
    made.extensions.update(pool_database=database, pool_settings=settings)
    made.extensions.pop("pool_record_check", None)
    made.session_interface = DatabaseSessions(database, secure=settings.secure)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a browser without cookies."""
    return app.test_client()


@pytest.fixture
def pool(app: Flask) -> people.Pool:
    """Give the named people of ``tests/support/people.py`` in the application's database."""
    return people.seed(database_of(app))


def database_of(app: Flask) -> Database:
    """Return the application's database."""
    found: Database = app.extensions["pool_database"]
    return found


def sign_in(client: FlaskClient, person: Actor) -> FlaskClient:
    """Sign a person in, in the seat of the given actor, with a session as the sign-in makes it; return the client."""
    at = now()
    token = database_of(client.application).run_work(
        service.start_session,
        person_id=person.person_id,
        seat_id=person.seat_id,
        data={},
        second_factor_at=at,
        actor=SYSTEM,
        at=at,
    )
    client.set_cookie("pool", token, domain="localhost")
    return client


def get_page(client: FlaskClient, url: str, *, status: int = 200) -> str:
    """Fetch a page, assert its status and that it is sound HTML, and return its text."""
    answer = client.get(url)
    assert answer.status_code == status, f"{url}: {answer.status_code}, not {status}"
    return checked(answer, url)


def checked(answer: TestResponse, url: str = "") -> str:
    """Assert that an answer is a sound page and return its text."""
    text = answer.get_data(as_text=True)
    problems = check_html(text, url or answer.request.path)
    assert problems == [], "\n".join(problems)
    return text


def proofs(text: str) -> dict[str, str]:
    """Return the proof of origin and the one-time key of the last form of a page."""
    csrf, keys = _CSRF.findall(text), _KEY.findall(text)
    assert csrf and keys, "the page has no form to send"
    return {"csrf_token": csrf[-1], "request_key": keys[-1]}


def post(
    client: FlaskClient,
    url: str,
    data: Mapping[str, Any] | None = None,
    *,
    on: str = "",
    files: Mapping[str, Sequence[Sent] | Sent] | None = None,
    action: str = "submit",
) -> TestResponse:
    """Send a form as its page would: open the page ``on`` (default: ``url``), take its proofs, send ``data``.

    ``files`` maps fields to one (name, bytes) or several. Answers of 422 are checked as pages.
    """
    form = {**proofs(client.get(on or url).get_data(as_text=True)), "action": action, **(data or {})}
    return send(client, url, form, files=files)


def send(
    client: FlaskClient,
    url: str,
    form: Mapping[str, Any],
    *,
    files: Mapping[str, Sequence[Sent] | Sent] | None = None,
) -> TestResponse:
    """Send exactly these inputs."""
    whole: dict[str, Any] = dict(form)
    for name, sent in (files or {}).items():
        several: Any = [sent] if sent and isinstance(sent[0], str) else list(sent)
        whole[name] = [(io.BytesIO(content), filename) for filename, content in several]
    kind = {"content_type": "multipart/form-data"} if files is not None else {}
    answer = client.post(url, data=whole, **kind)
    if answer.status_code == 422 and answer.mimetype == "text/html":
        checked(answer, url)
    return answer


def arrived(client: FlaskClient, answer: TestResponse) -> str:
    """Follow an answer that sends the browser on, and return the checked page it leads to."""
    assert answer.status_code == 303, f"{answer.status_code}: {answer.get_data(as_text=True)[:2000]}"
    return get_page(client, answer.headers["Location"])


def same_for_all(text: str, *own: str) -> str:
    """Return a page without what differs on every answer, and without the references it echoes.

    Foreign and absent objects must give equal results.
    """
    for pattern in _NONCES:
        text = pattern.sub(r"\1*", text)
    for word in own:
        text = text.replace(word, "*")
    return text
