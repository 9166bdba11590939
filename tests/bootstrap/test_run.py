"""``run.py`` answers without an environment, and the soak's table and marks agree."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from bootstrap import soak
from bootstrap.processes import ROOT

RUN = ROOT / "run.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``run.py`` as a person would."""
    return subprocess.run(
        [sys.executable, "-I", str(RUN), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("command", ["demo", "test", "check", "fmt", "serve", "soak"])
def test_help_when_asked_names_and_explains_the_command(command: str) -> None:
    assert command in run("--help").stdout
    assert run(command, "--help").returncode == 0


def test_soak_when_listed_shows_every_part_within_its_limits() -> None:
    listed = run("soak", "--list")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(soak.PARTS)
    assert all(part.minutes <= soak.PART_MINUTES for part in soak.PARTS.values())
    assert sum(part.minutes for part in soak.PARTS.values()) <= 180


def test_soak_when_asked_for_an_unknown_part_names_the_known_ones() -> None:
    refused = run("soak", "nonsense")
    assert refused.returncode != 0
    assert all(name in refused.stderr for name in soak.PARTS)


def test_soak_marks_when_collected_name_parts_and_every_part_has_a_test() -> None:
    marked = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.soak_part":
                marked.add(ast.literal_eval(node.args[0]))
    assert marked | {"properties"} == set(soak.PARTS)
