"""Funnels of hand-made cases: the counts per rule, and the last entry that says why."""

from __future__ import annotations

import pytest

from scheduling.funnel import funnel_of
from scheduling.planning import solve
from scheduling.problem_json import problem_from_json
from scheduling.solver.board import Board, Place
from scheduling.solver.candidates import Candidates
from tests.unit.scheduling.cases import Document, audit, auditor, held, need, problem

LEAD = held("F1", 3)
AWAY = {"from": "2027-02-01am", "until": "2027-04-01am"}
UPTO_ROTATION = [("lead-qualified", 2), ("competence-valid", 2), ("language", 2), ("interest", 2), ("rotation", 2)]


def funnel(document: Document, *, name: str = "wanted") -> list[tuple[str, int]]:
    """Return the funnel of the audit that the solver leaves over."""
    document["limits"]["effort"] = 0
    plan = solve(problem_from_json(document))
    (left,) = [left for left in plan.unplaced if left.audit == name]
    return [(step.rule, step.left) for step in left.funnel]


def test_funnel_when_every_rule_takes_one_counts_down_to_none() -> None:
    people = [
        auditor("nobody", held("F7", 3)),
        auditor("junior", held("F1", 2)),
        auditor("expired", held("F1", 3, valid_until="2026-01-01")),
        auditor("foreign", LEAD, languages=["de"]),
        auditor("conflicted", LEAD),
        auditor("rotated", LEAD),
        auditor("away", LEAD, unavailable=[AWAY]),
        auditor("full", LEAD, max_half_days=1),
        auditor("busy", LEAD),
    ]
    busy = audit(
        "other",
        "beta",
        [need("F1")],
        tier="high",
        half_days=18,
        pinned={"start": "2027-03-01am", "team": [{"auditor": "busy", "role": "lead"}]},
    )
    asked = problem(
        people,
        [busy, audit("wanted", "acme", [need("F1")])],
        interests=[{"auditor": "conflicted", "firm": "acme", "kind": "consultancy"}],
        rotation=[{"auditor": "rotated", "firm": "acme", "lead_audits": 3, "lead_years": 2}],
    )
    assert funnel(asked) == [
        ("all", 9),
        ("competence-cover", 8),
        ("lead-qualified", 7),
        ("competence-valid", 6),
        ("language", 5),
        ("interest", 4),
        ("rotation", 3),
        ("calendar", 2),
        ("load-limit", 1),
        ("double-booking", 0),
    ]


def test_funnel_when_nobody_covers_a_need_names_it() -> None:
    asked = problem(
        [auditor("ada", LEAD), auditor("ben", LEAD)], [audit("wanted", "a", [need("F1"), need("F4")], people=2)]
    )
    assert funnel(asked) == [("all", 2), ("competence-cover", 2), ("competence-cover:F4", 0)]


def test_funnel_when_the_only_one_with_a_need_is_away_names_rule_and_need() -> None:
    asked = problem(
        [auditor("ada", LEAD), auditor("ben", held("F4", 2), unavailable=[AWAY])],
        [audit("wanted", "a", [need("F1"), need("F4")], people=2)],
    )
    assert funnel(asked) == [
        ("all", 2),
        ("competence-cover", 2),
        *UPTO_ROTATION,
        ("calendar", 1),
        ("competence-cover:F4", 0),
    ]


def test_funnel_when_the_lead_is_rotated_out_of_a_team_says_a_lead_is_missing() -> None:
    asked = problem(
        [auditor("ada", LEAD), auditor("ben", held("F4", 2))],
        [audit("wanted", "a", [need("F1"), need("F4")], people=2)],
        rotation=[{"auditor": "ada", "firm": "a", "lead_audits": 3, "lead_years": 2}],
    )
    assert funnel(asked) == [("all", 2), ("competence-cover", 2), *UPTO_ROTATION, ("lead-qualified", 0)]


def test_funnel_when_two_are_never_free_together_says_no_team() -> None:
    asked = problem(
        [
            auditor("ada", LEAD, unavailable=[{"from": "2027-03-01am", "until": "2027-03-08am"}]),
            auditor("ben", held("F4", 2), unavailable=[{"from": "2027-03-08am", "until": "2027-03-20am"}]),
        ],
        [audit("wanted", "a", [need("F1"), need("F4")], people=2)],
    )
    assert funnel(asked) == [("all", 2), ("competence-cover", 2), *UPTO_ROTATION, ("calendar", 2), ("team-size", 0)]


def test_funnel_when_the_team_would_be_too_small_to_cover_all_says_no_team() -> None:
    asked = problem(
        [auditor("ada", LEAD), auditor("ben", held("F4", 2)), auditor("cleo", held("F5", 2))],
        [audit("wanted", "a", [need("F1"), need("F4"), need("F5")], people=2)],
    )
    assert funnel(asked) == [("all", 3), ("competence-cover", 3), ("team-size", 0)]


def test_funnel_when_the_window_is_too_short_says_so() -> None:
    short = audit("wanted", "a", [need("F1")], half_days=3, window={"from": "2027-03-05am", "until": "2027-03-08am"})
    assert funnel(problem([auditor("ada", LEAD)], [short])) == [("all", 1), ("window", 0)]


def test_funnel_when_all_declined_says_so() -> None:
    asked = problem([auditor("ada", LEAD)], [audit("wanted", "a", [need("F1")], excluded=["ada"])])
    assert funnel(asked) == [("all", 1), ("excluded", 0)]


def test_funnel_when_the_pin_is_a_holiday_says_so() -> None:
    asked = problem([auditor("ada", LEAD)], [audit("wanted", "a", [need("F1")], pinned={"start": "2027-03-10am"})])
    assert funnel(asked) == [("all", 1), ("pin", 0)]


def test_funnel_when_a_pinned_person_is_away_says_no_team() -> None:
    pinned = {"team": [{"auditor": "ben", "role": "lead"}]}
    asked = problem(
        [auditor("ada", LEAD), auditor("ben", LEAD, unavailable=[AWAY])],
        [audit("wanted", "a", [need("F1")], pinned=pinned)],
    )
    assert funnel(asked)[-2:] == [("rotation", 1), ("calendar", 0)]


def test_funnel_when_a_high_tier_takes_the_only_days_blames_double_booking() -> None:
    window = {"from": "2027-03-01am", "until": "2027-03-02am"}
    asked = problem(
        [auditor("ada", LEAD)],
        [
            audit("wanted", "a", [need("F1")], tier="low", window=window),
            audit("high", "b", [need("F1")], tier="high", window=window),
        ],
    )
    assert funnel(asked)[-2:] == [("load-limit", 1), ("double-booking", 0)]


def test_funnel_when_there_are_no_auditors_ends_at_once() -> None:
    assert funnel(problem([], [audit("wanted", "a", [need("F1")])])) == [("all", 0)]


@pytest.mark.parametrize("leading", [0, 1])
def test_funnel_when_the_plan_fills_a_row_blames_rotation(leading: int) -> None:
    document = problem(
        [auditor("ada", LEAD)],
        [audit("first", "a", [need("F1")]), audit("wanted", "a", [need("F1")])],
        rotation=[{"auditor": "ada", "firm": "a", "lead_audits": 2, "lead_years": 1}],
    )
    board = Board(Candidates(problem_from_json(document)))
    board.put(leading, Place(0, 0, ()))
    steps = [(step.rule, step.left) for step in funnel_of(board, 1 - leading)]
    assert steps[-1] == ("rotation", 0)
