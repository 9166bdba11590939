"""The page on planning names every rule, level and funnel step there is."""

from __future__ import annotations

import re
from pathlib import Path

from scheduling.constraints import RULES
from scheduling.plan import FUNNEL_STEPS, LEVELS

PAGE = (Path(__file__).parents[3] / "docs" / "algorithms" / "planning.md").read_text(encoding="utf-8")


def first_column(heading: str) -> set[str]:
    """Return the names in the first column of the table under a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return set(re.findall(r"`([^`]+)`", " ".join(rows)))


def test_page_when_read_lists_the_rules_and_levels_of_the_code() -> None:
    assert first_column("The hard rules") == set(RULES)
    assert first_column("The objective") == set(LEVELS)


def test_page_when_read_explains_every_step_of_a_funnel() -> None:
    section = PAGE.split("## The funnel\n")[1].split("\n## ")[0]
    assert set(FUNNEL_STEPS) <= set(re.findall(r"`([^`]+)`", section))
