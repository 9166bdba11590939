"""The checker and the solver share values and documents, and no rule: neither imports the other's code."""

from __future__ import annotations

import ast
from pathlib import Path

import scheduling

ROOM = Path(scheduling.__file__).parent
CHECKER = ("case", "certificate", "constraints", "verify")


def imports_of(module: str) -> dict[str, set[str]]:
    """Return what a module of the room imports from the room: module to names."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "scheduling":
            found.setdefault(node.module, set()).update(alias.name for alias in node.names)
    return found


def test_checker_when_followed_through_its_imports_reaches_no_solver_code() -> None:
    reached, waiting = set(), {f"scheduling.{name}" for name in CHECKER}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= set(imports_of(module.removeprefix("scheduling."))) - reached
    shared = {
        "scheduling.interval",
        "scheduling.plan",
        "scheduling.problem",
        "scheduling.problem_json",
        "scheduling.reading",
    }
    assert reached == shared | {f"scheduling.{name}" for name in CHECKER}


def test_checker_when_it_needs_a_calendar_builds_its_own() -> None:
    taken = {name for module in CHECKER for name in imports_of(module).get("scheduling.interval", set())}
    assert taken == {"HalfDay"}


def test_solver_when_it_places_does_not_ask_the_checker() -> None:
    modules = [f"solver/{path.stem}" for path in (ROOM / "solver").glob("*.py")] + ["planning", "funnel", "alternative"]
    taken = {module for name in modules for module in imports_of(name)}
    assert not taken & {f"scheduling.{name}" for name in CHECKER}
