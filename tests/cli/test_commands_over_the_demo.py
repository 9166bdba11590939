"""The commands over a pool with a history: an open problem goes out as a file and comes back as a plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pool.cli import run
from pool.kernel.storage import Database
from tests.support.live import copied_demo


@pytest.fixture(scope="module")
def demo(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give a copy of the demo's database that all tests of this module read."""
    database = Database(copied_demo(demo_template, tmp_path_factory.mktemp("commands")))
    yield database
    database.dispose()


@pytest.fixture(autouse=True)
def commands(demo: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands of every test work over the demo."""
    monkeypatch.setenv("POOL_DATABASE_URL", demo.url)


def answered(*argv: str) -> Any:
    code, out = run(argv)
    assert code == 0, out
    return json.loads(out)


def test_an_open_problem_is_exported_solved_and_verified(tmp_path: Path) -> None:
    problem, plan = str(tmp_path / "problem.json"), str(tmp_path / "plan.json")
    exported = answered("plan", "export", "-o", problem)
    solved = answered("plan", "solve", problem, "-o", plan)
    verified = answered("plan", "verify", problem, plan)
    assert exported["audits"] >= 1 and exported["auditors"] >= 10
    assert solved["problem_digest"] == exported["problem_digest"]
    assert verified["valid"] is True and verified["violations"] == []
    altered = json.loads(Path(plan).read_text(encoding="utf-8"))
    altered["problem_digest"] = "sha256:" + "0" * 64
    Path(plan).write_text(json.dumps(altered), encoding="utf-8")
    assert run(["plan", "verify", problem, plan])[0] != 0
