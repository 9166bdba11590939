"""The README's commands do what it says, with the files it names."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.asking import answer

ROOT = Path(__file__).parent.parent.parent
PROGRAM = "    .venv/bin/audit-pool "
COMMANDS = [
    line.removeprefix(PROGRAM)
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    if line.startswith(PROGRAM) and (".json" in line or ".yaml" in line)
]


def test_commands_of_the_readme_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("docs", "tests"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    found = {command: answer(*shlex.split(command)) for command in COMMANDS}
    assert len(found) == 5
    values = list(found.values())
    assert values[1]["tier"] == "medium" and len(values[1]["duties"]) == 34
    assert values[3]["valid"] is True and values[3]["objective"] == values[2]["objective"]
    assert values[4]["sum"] == sum(values[4]["totals"].values())
