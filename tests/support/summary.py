"""The closing summary of a run: the steps before the tests, and what was skipped and why."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pytest


def skips_by_reason(reports: Iterable[Any]) -> dict[str, list[str]]:
    """Return the skipped tests' names under the reason each of them gave."""
    found: dict[str, list[str]] = defaultdict(list)
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        found[reason.removeprefix("Skipped: ")].append(report.nodeid)
    return dict(found)


def write_summary(reporter: pytest.TerminalReporter, *, skips_allowed: bool) -> None:
    """Print the steps that ran before the tests, and every skip under its reason."""
    steps = json.loads(os.environ.get("AUDIT_POOL_STEPS", "[]"))
    skips = skips_by_reason(reporter.stats.get("skipped", []))
    if steps:
        reporter.write_sep("=", "steps before the tests")
        for step in steps:
            word = "passed" if step["passed"] else "FAILED"
            reporter.write_line(f"{step['name']}: {word} ({step['seconds']} s)")
    if skips:
        verdict = "" if skips_allowed else ", which fails this strict run"
        reporter.write_sep("=", f"skipped, and why{verdict}")
        for reason, names in sorted(skips.items()):
            reporter.write_line(f"{len(names)} skipped: {reason}")
            for name in names[:5]:
                reporter.write_line(f"    {name}")
            if len(names) > 5:
                reporter.write_line(f"    and {len(names) - 5} more")
