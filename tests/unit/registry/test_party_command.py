"""``audit-pool models name-party``."""

from __future__ import annotations

import json

import pytest

from pool.cli import run
from pool.journeys import submit
from pool.kernel.storage import Database
from pool.registry import queries
from tests.support import people
from tests.support.world import World, build

SEAT = ("--as", "mara@pool.example")


@pytest.fixture
def world(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("POOL_DATABASE_URL", sqlite_url)
    return build(people.seed(Database(sqlite_url)))


def test_party_is_named_by_command_and_a_refusal_stands_alone(world: World) -> None:
    model = world.made["Orchid Health"]["model"]
    ask = ("models", "name-party", model)
    code, told = run([*ask, "Birch Credit", "--role", "host", *SEAT])
    assert (code, json.loads(told)["ref"]) == (0, model)
    _view, _files, parties = world.read(world.pool.ben, queries.model, model)
    assert [(one.firm_name, one.role) for one in parties] == [("Orchid Health", "tuner"), ("Birch Credit", "host")]
    for firm, role, field in (
        ("Birch Credit", "data", "firm"),
        ("Nobody", "data", "firm"),
        ("Birch Credit", "tuner", "role"),
    ):
        code, told = run([*ask, firm, "--role", role, *SEAT])
        error = json.loads(told)["error"]
        assert (code, error["field"], set(error)) == (2, field, {"field", "reason", "next_step"})
    assert "tuner" not in submit.NAMED_ROLES
    world.database.dispose()
