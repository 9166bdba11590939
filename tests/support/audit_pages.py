"""The small world of audits behind the application's pages; its audits lie a few days back from the present."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from pool.kernel.clock import day_of, now
from pool.kernel.roles import SYSTEM
from tests.support import casework, people
from tests.support.casework import World
from tests.support.web import database_of


@pytest.fixture
def world(app: Flask) -> World:
    """Give the world in the application's database: Orchid Health and Birch Credit, audited by Ada and Bruno."""
    database = database_of(app)
    made = World(database, people.seed(database, at=now() - timedelta(days=30)), at=now() - timedelta(days=5))
    for number, (firm, name) in enumerate((("Orchid Health", "Triage helper"), ("Birch Credit", "Scoring aid")), 1):
        made.run(SYSTEM, casework._deploy, made, firm, name, number)
    return made


def remedy(world: World) -> dict[str, Any]:
    """Return the words of a remedy that is due after the present."""
    return {**casework.REMEDY, "due_on": due_day(world)}


def due_day(world: World) -> date:
    """Return a day that a remedy may be due on."""
    return day_of(world.at) + timedelta(days=40)


def answered(world: World, ref: str, *, grade: str = "minor") -> str:
    """Let Bruno write, Ada issue and Mara answer a finding with a remedy; return its reference."""
    from auditors.casework import service

    finding = casework.issue(world, ref, grade=grade)
    world.run("mara", service.propose_remedy, finding_ref=finding, **remedy(world))
    return finding


def implemented(world: World, ref: str, *, grade: str = "major") -> str:
    """Let a finding's remedy be accepted and carried out; return its reference."""
    from auditors.casework import service

    finding = answered(world, ref, grade=grade)
    world.run("ada", service.accept_remedy, finding_ref=finding, answer="Good.")
    world.run("mara", service.implement_remedy, finding_ref=finding, evidence_note="The new sheet is attached.")
    return finding
