"""The gate: formatter, linter, types, import contracts and the tests; all run, then one answer."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from bootstrap import chromium, environment, postgres
from bootstrap.processes import Failed, run, say

STEPS_VARIABLE = "AUDIT_POOL_STEPS"
#: One more than the processors: a test that waits for a browser or a server leaves its own idle.
WORKERS = 3
QUICK = "not browser and not postgres and not slow"


@dataclass(frozen=True)
class Step:
    """One finished step before the tests; tests/conftest.py prints it in the closing summary."""

    name: str
    passed: bool
    seconds: float


def _commands() -> dict[str, list[str]]:
    programs = environment.VENV / "bin"
    return {
        "formatter": [f"{programs}/ruff", "format", "--check", "--output-format", "concise", "."],
        "linter": [f"{programs}/ruff", "check", "--output-format", "concise", "."],
        "types": [f"{programs}/mypy"],
        "import contracts": [f"{programs}/lint-imports", "--no-cache"],
    }


def static_steps() -> list[Step]:
    """Run what looks at the code without running it; every step runs, whatever the others say."""
    steps = []
    for name, command in _commands().items():
        say(f"== {name}")
        begun = time.monotonic()
        passed = run(command) == 0
        steps.append(Step(name, passed, round(time.monotonic() - begun, 1)))
    return steps


@contextlib.contextmanager
def services() -> Iterator[dict[str, str]]:
    """Give the variables that lead the tests to a PostgreSQL and a Chromium, or say why there is none."""
    found = dict(os.environ)
    try:
        found |= chromium.ready_driver()
        found[chromium.PATH_VARIABLE] = chromium.acquire()
    except Failed as reason:
        found.pop(chromium.PATH_VARIABLE, None)
        found[chromium.REASON_VARIABLE] = str(reason)
    with contextlib.ExitStack() as running:
        if not found.get(postgres.URL_VARIABLE):
            try:
                url = running.enter_context(postgres.cluster(postgres.acquire()))
                found[postgres.URL_VARIABLE] = url
            except Failed as reason:
                found[postgres.REASON_VARIABLE] = str(reason)
        yield found


def test(arguments: Sequence[str], *, strict: bool) -> int:
    """Run the whole gate; return 0 when everything passed (and, when ``strict``, nothing was skipped)."""
    environment.ensure("dev")
    steps = static_steps()
    say("== services")
    with services() as variables:
        say(f"PostgreSQL: {variables.get(postgres.URL_VARIABLE) or variables[postgres.REASON_VARIABLE]}")
        say(f"Chromium: {variables.get(chromium.PATH_VARIABLE) or variables[chromium.REASON_VARIABLE]}")
        options = ["--no-skips"] if strict else []
        return _pytest([*options, *_workers(arguments), *arguments], steps=steps, variables=variables)


def check(arguments: Sequence[str]) -> int:
    """Run the quick part of the gate: all static steps, and the tests that need no server and no browser."""
    environment.ensure("dev")
    steps = static_steps()
    return _pytest(["-m", QUICK, *_workers(arguments), *arguments], steps=steps, variables=dict(os.environ))


def fmt() -> int:
    """Write every file as the formatter and the linter's safe repairs want it."""
    environment.ensure("dev")
    ruff = f"{environment.VENV}/bin/ruff"
    repaired = run([ruff, "check", "--fix", "."])
    return max(run([ruff, "format", "."]), repaired)


def _workers(arguments: Sequence[str]) -> list[str]:
    own = any(argument.startswith(("-n", "--pdb", "--dist")) for argument in arguments)
    # Why by file: fixtures of a module are made once, and tests of one file never race each other. Why no reordering:
    # by count the few long tests would come last, one worker idle; tests/conftest.py puts them first.
    return [] if own else ["-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]


def _pytest(arguments: Sequence[str], *, steps: Sequence[Step], variables: dict[str, str]) -> int:
    say("== tests")
    variables[STEPS_VARIABLE] = json.dumps([asdict(step) for step in steps])
    code = run([str(environment.PYTHON), "-m", "pytest", *arguments], env=variables)
    return code or int(not all(step.passed for step in steps))
