"""A due job has its effect once, with four workers by mistake and workers that are killed. Source: trust.md R17."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.soak import due_jobs
from tests.support.counts import count
from tests.support.crowd import Crowd

JOBS = count(test=100, soak=2_000)
KILLS = count(test=4, soak=40)
PROCESSES = 4

pytestmark = [pytest.mark.soak_part("jobs"), pytest.mark.slow]


def test_jobs_when_four_workers_do_them_and_are_killed_have_one_effect_each(database_url: str, tmp_path: Path) -> None:
    due_jobs.prepare(database_url, JOBS)
    crowd = Crowd(due_jobs.worker, (database_url, time.time(), tmp_path), tmp_path, processes=PROCESSES)
    crowd.run(kills=KILLS, lines=JOBS)
    assert due_jobs.states(database_url) == {"done": JOBS}
    assert due_jobs.effects(database_url) == {f"J-{n}": 1 for n in range(JOBS)}


def test_control_when_jobs_are_not_claimed_has_effects_twice(database_url: str, tmp_path: Path) -> None:
    due_jobs.prepare(database_url, JOBS)
    crowd = Crowd(due_jobs.careless_worker, (database_url, time.time(), tmp_path), tmp_path, processes=PROCESSES)
    crowd.run(kills=0, lines=JOBS)
    found = due_jobs.effects(database_url)
    assert set(found) == {f"J-{n}" for n in range(JOBS)}
    assert found.total() > JOBS, "the control found no effect twice: it proves nothing"
