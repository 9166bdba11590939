"""The worked tables of the algorithm pages are what the code works out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pool.policy.effort import audit_effort, calendar_half_days
from pool.policy.numbers import shown
from tests.support.samples import CHECKOUT
from tests.unit.policy.cases import CASES, EDITION, assessed

PAGES = CHECKOUT / "docs" / "algorithms"


def rows(page: Path) -> dict[str, list[str]]:
    lines = page.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")]
    return {row[0]: row[1:] for row in cells}


@pytest.mark.parametrize("name", CASES)
def test_tiering_page_shows_what_comes_out(name: str) -> None:
    result = assessed(name)
    assert rows(PAGES / "tiering.md")[name] == [
        CASES[name]["title"],
        f"{shown(result.criticality, 2):.2f}",
        f"{shown(result.load, 4):.4f}",
        f"{shown(result.intensity, 4):.4f}",
        result.tier,
        " ".join(reason.id for reason in result.reasons) or "–",
        result.nearest.text if result.nearest else "–",
    ]


def test_tiering_page_shows_the_parts_of_the_base_load() -> None:
    shown_rows = rows(PAGES / "tiering.md")
    for part in assessed("V07").exposure.contributions:
        assert shown_rows[part.indicator] == [
            f"{float(part.weight):.2f}",
            f"{shown(part.u, 4):.4f}",
            f"{shown(part.amount, 4):.4f}",
        ]


@pytest.mark.parametrize("case", EDITION.documents["golden.yaml"]["effort"], ids=lambda case: case["id"])
def test_effort_page_shows_what_comes_out(case: Any) -> None:
    days = audit_effort(
        EDITION,
        intensity=case["held"],
        load=case["b"],
        audit_type=case["type"],
        breadth=case["breadth"],
        increases=case["increases"],
        reductions=case["reductions"],
        sampled_sites=case["sampled_sites"],
    ).days
    half_days = " / ".join(str(calendar_half_days(days, people)) for people in (1, 2, 3, 4))
    assert rows(PAGES / "effort.md")[case["id"]][-2:] == [f"{shown(days, 4):.4f}", half_days]


def test_effort_page_names_every_adjustment() -> None:
    listed = rows(PAGES / "effort.md")
    assert {*EDITION.effort.increases, *EDITION.effort.reductions} <= set(listed)
