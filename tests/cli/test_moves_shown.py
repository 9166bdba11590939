"""The steps that ``show`` offers: those of the seat that a command takes, each with that command."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from auditors.casework.finding_rules import FINDING_CYCLE
from auditors.casework.rules import AUDIT_CYCLE
from pool.bookings.rules import BOOKING_CYCLE
from pool.cli import audit, book, findings, run, top
from pool.kernel.storage import Database
from tests.support import casework


@pytest.fixture
def audit_ref(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give an audit of Orchid Health that has not begun."""
    monkeypatch.setenv("POOL_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("POOL_FILES_DIR", str(tmp_path))
    monkeypatch.setenv("POOL_SECRET", "a secret of the tests, forty characters!")
    world = casework.build(Database(sqlite_url))
    ref = casework.open_audit(world)
    world.database.dispose()
    return ref


def shown(ref: str, who: str) -> list[dict[str, Any]]:
    code, told = run(["audit", "show", ref, "--as", f"{who}@pool.example"])
    assert code == 0, told
    moves: list[dict[str, Any]] = json.loads(told)["moves"]
    return moves


def test_manager_of_a_planned_audit_is_offered_no_step_without_a_command(audit_ref: str) -> None:
    assert shown(audit_ref, "mara") == []


def test_lead_is_offered_the_seal_with_its_command(audit_ref: str) -> None:
    assert shown(audit_ref, "ada") == [{"move": "seal", "to": "plan_sealed", "command": "audit seal", "reasons": []}]


@pytest.mark.parametrize(
    ("cycle", "commands"),
    [(AUDIT_CYCLE, audit.COMMANDS), (FINDING_CYCLE, findings.COMMANDS), (BOOKING_CYCLE, book.COMMANDS)],
    ids=["audit", "finding", "booking"],
)
def test_every_step_of_a_life_cycle_has_its_command_or_is_known_to_have_none(
    cycle: Any, commands: Mapping[str, str | None]
) -> None:
    assert set(commands) == {step.move for step in cycle.transitions}
    for words in filter(None, commands.values()):
        found: click.Command | None = top
        for word in words.split():
            assert isinstance(found, click.Group), words
            found = found.get_command(click.Context(found), word)
        assert found is not None, words
