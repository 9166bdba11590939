"""A new sign-in by the command line: two administrators, one link, errors as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pool.cli import run
from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM, Office
from pool.kernel.storage import Database, Work
from pool.members import service
from tests.support.people import PASSWORD, Pool, seed

AMOS, VERA = "amos@pool.example", "vera@pool.example"


@pytest.fixture
def pool(database: Database, monkeypatch: pytest.MonkeyPatch) -> Pool:
    made = seed(database)

    def second(work: Work) -> None:
        person = service.add_person(work, name="Vera Lind", email=VERA, password=PASSWORD, is_demo=True)
        service.give_seat(work, person_id=person.id, office=Office.ADMINISTRATOR)

    database.run_work(second, actor=SYSTEM, at=now())
    monkeypatch.setenv("POOL_DATABASE_URL", database.url)
    monkeypatch.setenv("POOL_BASE_URL", "https://pool.example/")
    return made


def told(*arguments: str, code: int = 0) -> Any:
    given, text = run(["people", *arguments])
    assert given == code, text
    return json.loads(text)


def test_reset_is_asked_confirmed_and_withdrawn(pool: Pool) -> None:
    asked = told("reset", "--email", "milo@pool.example", "--reason", "called back", "--as", AMOS)
    confirm = ("confirm-reset", asked["reset"], "--content", asked["content"])
    assert "another administrator" in told(*confirm, "--as", AMOS, code=2)["error"]["reason"]
    link = told(*confirm, "--as", VERA)["link"]
    assert link.startswith("https://pool.example/sign-in/reset/") and len(link) > 70
    (line,) = told("resets", "--as", AMOS)
    assert (line["state"], line["email"], line["content"]) == ("confirmed", "milo@pool.example", asked["content"])
    told("withdraw-reset", asked["reset"], "--as", AMOS)
    assert told("resets", "--as", VERA)[0]["state"] == "withdrawn"


@pytest.mark.parametrize(
    "arguments",
    [
        ("reset", "--email", "milo@pool.example", "--reason", "x", "--as", "mara@pool.example"),
        ("reset", "--email", "nobody@pool.example", "--reason", "x", "--as", AMOS),
        ("confirm-reset", "0" * 32, "--content", "sha256:0", "--as", VERA),
        ("withdraw-reset", "0" * 32, "--as", VERA),
        ("resets", "--as", "rita@pool.example"),
    ],
)
def test_reset_that_is_refused_says_why(pool: Pool, arguments: tuple[str, ...]) -> None:
    assert set(told(*arguments, code=2)["error"]) == {"field", "reason", "next_step"}
