"""Timing: an unknown account takes as long as a wrong password. Source: trust.md X17 and R21, with fewer pairs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import sqrt
from time import perf_counter
from typing import Any

import pytest
from argon2 import PasswordHasher

from pool.journeys import signin
from pool.kernel.clock import now
from pool.kernel.roles import PUBLIC, SYSTEM
from pool.kernel.storage import Database
from pool.members import service
from tests.web.signin.conftest import PASSWORD

#: Slow enough to be seen beside the database's noise, quick enough for a test.
VISIBLE = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
PAIRS = 30


def mann_whitney_z(first: Sequence[float], second: Sequence[float]) -> float:
    """Return how many standard deviations the rank sum of ``first`` lies from chance."""
    order = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks = sum(rank for rank, (_value, which) in enumerate(order, 1) if which == 0)
    n, m = len(first), len(second)
    return (ranks - n * (n + m + 1) / 2) / sqrt(n * m * (n + m + 1) / 12)


def measured(database: Database, *, run: int = 0) -> float:
    """Return z of the times of wrong passwords for a known and for unknown accounts, taken in turn."""
    at = now() + timedelta(days=run)
    known: list[float] = []
    unknown: list[float] = []
    for pair in range(PAIRS):
        at += timedelta(minutes=6)
        for times, email in ((known, "mara@orchid.example"), (unknown, f"n{pair}@nowhere.example")):
            begun = perf_counter()
            database.run_work(
                signin.sign_in, email=email, password="wrong password", address_digest="a" * 64, actor=PUBLIC, at=at
            )
            times.append(perf_counter() - begun)
    return abs(mann_whitney_z(known, unknown))


@pytest.fixture
def known(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(service, "_HASHER", VISIBLE)
    monkeypatch.setattr(service, "_NOBODY", VISIBLE.hash("nobody's password"))
    database = Database(sqlite_url)
    database.run_work(
        service.add_person, name="Mara Voss", email="mara@orchid.example", password=PASSWORD, actor=SYSTEM, at=now()
    )
    yield database
    database.dispose()


def test_unknown_account_takes_as_long_as_a_wrong_password(known: Database) -> None:
    # Why up to three tries: chance alone passes 3 once in four hundred runs, and a gate must not fail by chance.
    assert min(measured(known, run=run) for run in range(3)) < 3


def test_the_measure_sees_a_sign_in_without_the_dummy_hash(known: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    careful = service.verify_password
    monkeypatch.setattr(service, "verify_password", lambda stored, given: stored is not None and careful(stored, given))
    assert measured(known) > 3
