"""The tables of findings and remedies: exactly their moves exist, for every state, office and move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from auditors.casework.brief import Deadlines
from auditors.casework.finding_rules import (
    FINDING_CYCLE,
    REMEDY_CYCLE,
    Due,
    FindingFacts,
    NotAuthor,
    OwnRemedy,
    due_of,
    never_shorter,
)
from auditors.casework.lifecycle import InTeam, NotLead, NotOfTeam, NotReady, WrongOffice, WrongState
from auditors.casework.states import FindingState, RemedyState
from pool.kernel.clock import utc
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office

NOW = utc(2026, 9, 7, 9)
READY = FindingFacts(
    grade="minor",
    now=NOW,
    is_lead=True,
    is_auditor_of_audit=True,
    issued_at=NOW - timedelta(days=1),
    dispute_days=30,
    new_grade="major",
)
SILENT = replace(READY, issued_at=NOW - timedelta(days=31))
FIRM = {"firm_member", "firm_manager"}
TABLE = {
    ("edit", "draft"): ("draft", {"auditor"}),
    ("discard", "draft"): ("discarded", {"auditor"}),
    ("issue", "draft"): ("issued", {"auditor"}),
    ("note", "draft"): ("noted", {"auditor"}),
    ("acknowledge", "issued"): ("acknowledged", FIRM),
    ("acknowledge_by_silence", "issued"): ("acknowledged", {"system"}),
    ("dispute", "issued"): ("disputed", FIRM),
    ("uphold", "disputed"): ("acknowledged", {"technical_reviewer"}),
    ("regrade", "disputed"): ("acknowledged", {"technical_reviewer"}),
    ("regrade_to_remark", "disputed"): ("noted", {"technical_reviewer"}),
    ("withdraw", "disputed"): ("withdrawn", {"technical_reviewer"}),
    ("respond", "acknowledged"): ("responded", FIRM),
    ("respond", "response_rejected"): ("responded", FIRM),
    ("accept", "responded"): ("response_accepted", {"auditor"}),
    ("send_back", "responded"): ("response_rejected", {"auditor"}),
    ("implement", "response_accepted"): ("evidence_submitted", FIRM),
    ("implement", "closed_on_plan"): ("evidence_submitted", FIRM),
    ("close_on_plan", "response_accepted"): ("closed_on_plan", {"auditor"}),
    ("verify", "evidence_submitted"): ("verified_closed", {"auditor"}),
    ("find_insufficient", "evidence_submitted"): ("response_accepted", {"auditor"}),
}
REMEDIES = {
    ("accept", "proposed"): ("accepted", {"auditor"}),
    ("send_back", "proposed"): ("sent_back", {"auditor"}),
    ("implement", "accepted"): ("implemented", FIRM),
    ("implement", "insufficient"): ("implemented", FIRM),
    ("verify", "implemented"): ("verified", {"auditor"}),
    ("find_insufficient", "implemented"): ("insufficient", {"auditor"}),
}
FACTS = {
    "note": replace(READY, grade="observation"),
    "acknowledge_by_silence": SILENT,
    "regrade_to_remark": replace(READY, new_grade="observation"),
}


def walk(cycle: Any, table: dict[tuple[str, str], Any], states: Any, move: str) -> None:
    """Try a move from every state by every office: exactly the table's succeed."""
    for state in states:
        for office in Office:
            wanted = table.get((move, str(state)))
            try:
                step = cycle.step(move, state=state, office=office, facts=FACTS.get(move, READY))
            except (WrongOffice, WrongState):
                assert wanted is None or str(office) not in wanted[1], (move, state, office)
            else:
                assert wanted is not None and str(office) in wanted[1], (move, state, office)
                assert step.to_state == wanted[0]


@pytest.mark.parametrize("move", sorted({move for move, _ in TABLE}))
def test_findings_move_exactly_by_their_table(move: str) -> None:
    walk(FINDING_CYCLE, TABLE, FindingState, move)


@pytest.mark.parametrize("move", sorted({move for move, _ in REMEDIES}))
def test_remedies_move_exactly_by_their_table(move: str) -> None:
    walk(REMEDY_CYCLE, REMEDIES, RemedyState, move)


def test_tables_have_no_other_move() -> None:
    assert {(step.move, str(step.from_state)) for step in FINDING_CYCLE.transitions} == set(TABLE)
    assert {(step.move, str(step.from_state)) for step in REMEDY_CYCLE.transitions} == set(REMEDIES)


GUARDED: list[tuple[str, str, dict[str, Any], type[Refusal]]] = [
    ("edit", "draft", {"is_lead": False}, NotAuthor),
    ("edit", "draft", {"audit_is_working": False}, NotReady),
    ("discard", "draft", {"is_lead": False}, NotAuthor),
    ("issue", "draft", {"is_lead": False}, NotLead),
    ("issue", "draft", {"is_complete": False}, NotReady),
    ("issue", "draft", {"audit_is_working": False}, NotReady),
    ("issue", "draft", {"grade": "observation"}, NotReady),
    ("note", "draft", {"grade": "major"}, NotReady),
    ("note", "draft", {"is_lead": False}, NotLead),
    ("acknowledge_by_silence", "issued", {"issued_at": NOW - timedelta(days=30)}, NotReady),
    ("dispute", "issued", {"issued_at": NOW - timedelta(days=30, seconds=1)}, NotReady),
    ("uphold", "disputed", {"took_part": True}, InTeam),
    ("regrade", "disputed", {"took_part": True}, InTeam),
    ("regrade", "disputed", {"new_grade": "minor"}, NotReady),
    ("regrade", "disputed", {"new_grade": "observation"}, NotReady),
    ("regrade_to_remark", "disputed", {"took_part": True}, InTeam),
    ("regrade_to_remark", "disputed", {"new_grade": "major"}, NotReady),
    ("withdraw", "disputed", {"took_part": True}, InTeam),
    ("accept", "responded", {"is_lead": False}, NotLead),
    ("send_back", "responded", {"is_lead": False}, NotLead),
    ("close_on_plan", "response_accepted", {"is_lead": False}, NotLead),
    ("close_on_plan", "response_accepted", {"grade": "major"}, NotReady),
    ("close_on_plan", "response_accepted", {"grade": "critical"}, NotReady),
    ("verify", "evidence_submitted", {"is_auditor_of_audit": False}, NotOfTeam),
    ("verify", "evidence_submitted", {"is_proposer": True}, OwnRemedy),
    ("find_insufficient", "evidence_submitted", {"is_auditor_of_audit": False}, NotOfTeam),
    ("find_insufficient", "evidence_submitted", {"is_proposer": True}, OwnRemedy),
]


@pytest.mark.parametrize(("move", "state", "facts", "refusal"), GUARDED)
def test_guard_stops_a_finding(move: str, state: str, facts: dict[str, Any], refusal: type[Refusal]) -> None:
    for office in TABLE[move, state][1]:
        with pytest.raises(refusal):
            FINDING_CYCLE.step(move, state=state, office=Office(office), facts=replace(FACTS.get(move, READY), **facts))


REMEDY_GUARDED: list[tuple[str, str, dict[str, Any], type[Refusal]]] = [
    ("accept", "proposed", {"is_lead": False}, NotLead),
    ("send_back", "proposed", {"is_lead": False}, NotLead),
    ("verify", "implemented", {"is_auditor_of_audit": False}, NotOfTeam),
    ("verify", "implemented", {"is_proposer": True}, OwnRemedy),
    ("find_insufficient", "implemented", {"is_proposer": True}, OwnRemedy),
]


@pytest.mark.parametrize(("move", "state", "facts", "refusal"), REMEDY_GUARDED)
def test_guard_stops_a_remedy(move: str, state: str, facts: dict[str, Any], refusal: type[Refusal]) -> None:
    for office in REMEDIES[move, state][1]:
        with pytest.raises(refusal):
            REMEDY_CYCLE.step(move, state=state, office=Office(office), facts=replace(READY, **facts))


def test_every_guard_is_named() -> None:
    named = {guard for cycle in (FINDING_CYCLE, REMEDY_CYCLE) for step in cycle.transitions for guard in step.guards}
    assert named == set(FINDING_CYCLE.guards)


@pytest.mark.parametrize(
    ("deadlines", "due"),
    [
        (None, Due()),
        (Deadlines(), Due()),
        (
            Deadlines(contain_hours=24, plan_days=5, close_days=21),
            Due(contain_by=utc(2026, 9, 8, 9), plan_by=date(2026, 9, 12), close_by=date(2026, 9, 28)),
        ),
        (Deadlines(plan_days=45, close_days=180), Due(plan_by=date(2026, 10, 22), close_by=date(2027, 3, 6))),
    ],
)
def test_deadlines_count_from_the_issue(deadlines: Deadlines | None, due: Due) -> None:
    assert due_of(deadlines, issued_at=NOW) == due


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (
            Due(plan_by=date(2026, 10, 1), close_by=date(2027, 3, 1)),
            Due(plan_by=date(2026, 9, 20), close_by=date(2026, 12, 1)),
            Due(plan_by=date(2026, 10, 1), close_by=date(2027, 3, 1)),
        ),
        (
            Due(plan_by=date(2026, 9, 10), close_by=date(2026, 12, 1)),
            Due(plan_by=date(2026, 9, 20), close_by=date(2027, 3, 1)),
            Due(plan_by=date(2026, 9, 20), close_by=date(2027, 3, 1)),
        ),
        (Due(contain_by=NOW, plan_by=date(2026, 9, 10)), Due(), Due()),
    ],
)
def test_deadlines_are_never_shortened(before: Due, after: Due, kept: Due) -> None:
    assert never_shorter(before, after) == kept
