"""The soak: the same assertions as the tests, with full counts, in named parts that run alone.

A test belongs to a part by ``@pytest.mark.soak_part("name")``, those of tests/properties/ without it by their folder,
and takes its counts from ``tests/support/counts.py``. A new part is one line in the table below.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bootstrap import chromium, environment, gate, postgres
from bootstrap.processes import run, say

SOAK_VARIABLE = "AUDIT_POOL_SOAK"
PART_MINUTES = 20


@dataclass(frozen=True)
class Part:
    """One part: what it shows, and how many minutes it takes at most on two cores."""

    shows: str
    minutes: int = PART_MINUTES


PARTS: dict[str, Part] = {
    "booking": Part("no auditor half-day is sold twice: 8 processes, 10,000 attempts, 20 kills, both databases"),
    "evidence": Part("no row of evidence lacks its bytes: 4 processes, 4,000 files, 120 kills, both databases"),
    "histories": Part("histories are serializable and a nonce has one effect: 8 processes, 12,000 transactions"),
    "jobs": Part("a due job has its effect once: 4 processes, 2,000 jobs, 40 kills, leases that run out"),
    "pages": Part("every page of every seat of the demo: links, axe-core, content policy, phone width, light and dark"),
    "planning": Part("plans are legal, complete and explained, over thousands of made-up problems"),
    "properties": Part("the invariants of tier and share, over many thousand generated cases"),
    "standing": Part("the invariants of standing, over many thousand generated histories"),
}


def soak(name: str | None, arguments: Sequence[str]) -> int:
    """Run one part, or all in order; return 0 when every test in them passed."""
    environment.ensure("dev")
    results: dict[str, str] = {}
    failed = False
    with gate.services() as variables:
        variables[SOAK_VARIABLE] = "1"
        for part in [name] if name else list(PARTS):
            say(f"== soak {part}: {PARTS[part].shows}")
            begun = time.monotonic()
            command = [
                str(environment.PYTHON),
                "-m",
                "pytest",
                "--no-skips",
                f"--soak-part={part}",
                *arguments,
            ]
            # Why no time limit per test: a part has one for all of it.
            code = run([*command, "--timeout=0"], env=variables, seconds=60 * PARTS[part].minutes)
            failed |= code != 0
            minutes = (time.monotonic() - begun) / 60
            results[part] = f"{'passed' if code == 0 else f'FAILED ({code})'} in {minutes:.1f} min"
    say("== soak summary")
    say(f"PostgreSQL: {variables.get(postgres.URL_VARIABLE) or variables[postgres.REASON_VARIABLE]}")
    say(f"Chromium: {variables.get(chromium.PATH_VARIABLE) or variables[chromium.REASON_VARIABLE]}")
    for part, result in results.items():
        say(f"{part}: {result}")
    return int(failed)


def show_parts() -> int:
    """Print the table of parts."""
    for name, part in PARTS.items():
        say(f"{name:<16} at most {part.minutes:>2} min  {part.shows}")
    return 0
