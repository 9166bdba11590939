"""The brief: frozen, exact, the same digest everywhere."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from auditors.casework.brief import (
    AuditBrief,
    BadBrief,
    BriefPart,
    BriefPoint,
    Deadlines,
    brief_from_json,
    deadlines_of,
    duties_of,
)

DEADLINES = {
    "critical": Deadlines(contain_hours=24, plan_days=5, close_days=21),
    "major": Deadlines(plan_days=14, close_days=60),
    "minor": Deadlines(plan_days=30, close_days=120),
}


def make(**changed: Any) -> AuditBrief:
    values: dict[str, Any] = {
        "booking_ref": "BKG-2026-0001",
        "edition": "2026.1",
        "edition_digest": "sha256:" + "a" * 64,
        "kind": "initial",
        "tier": "high",
        "intensity": "2.4",
        "exact_days": "17/3",
        "duties": (),
        "points": (BriefPoint(id="TP-01", question="Is it so?", duties=("D01",)),),
        "deadlines": DEADLINES,
        "parts": (BriefPart(firm_id=1, firm_name="Orchid Health", deployment_id=7, facts={"markets": ["EU"]}),),
    }
    return AuditBrief(**(values | changed))


def test_brief_comes_back_from_json_as_it_was() -> None:
    brief = make()
    again = brief_from_json(json.loads(json.dumps(brief.as_json())))
    assert again == brief
    assert again.digest == brief.digest


def test_digest_changes_with_any_field() -> None:
    digests = {make().digest, make(tier="medium").digest, make(exact_days="6").digest, make(comment_days=7).digest}
    assert len(digests) == 4


def test_common_json_holds_nothing_of_a_participant() -> None:
    brief = make()
    assert "Orchid Health" not in json.dumps(brief.common_json())
    assert "BKG" not in json.dumps(brief.common_json())
    assert brief.part_json(7)["firm_name"] == "Orchid Health"
    assert deadlines_of(brief.common_json()) == DEADLINES
    assert duties_of(brief.common_json()) == ()


def test_points_of_a_deployment_are_the_common_ones_then_its_own() -> None:
    own = BriefPart(firm_id=1, deployment_id=7, points=(BriefPoint(id="X-1", question="?"), make().points[0]))
    assert [point.id for point in make(parts=(own,)).points_of(7)] == ["TP-01", "X-1"]


def test_brief_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        make().tier = "low"  # type: ignore[misc]  # refused, and so it shall be
    with pytest.raises(TypeError):
        make().deadlines["minor"] = Deadlines()  # type: ignore[index]  # the same


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("booking_ref", ""),
        ("edition", ""),
        ("edition_digest", ""),
        ("tier", "medium-high"),
        ("kind", "surprise"),
        ("exact_days", 2.5),
        ("exact_days", "two"),
        ("exact_days", "-1"),
        ("exact_days", "1/0"),
        ("intensity", "nan"),
        ("points", ()),
        ("parts", ()),
        ("parts", (BriefPart(firm_id=1, deployment_id=7), BriefPart(firm_id=2, deployment_id=7))),
        ("deadlines", {"minor": Deadlines()}),
    ],
)
def test_brief_that_cannot_be_is_refused_by_field(field: str, value: Any) -> None:
    with pytest.raises(BadBrief) as refused:
        make(**{field: value})
    assert refused.value.field == f"brief.{field}"


@pytest.mark.parametrize("broken", [{}, {"parts": []}, make().as_json() | {"surprise": 1}])
def test_unreadable_brief_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(BadBrief):
        brief_from_json(broken)
