"""The table of an audit's steps: exactly its moves exist, for every state, office and move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from auditors.casework.lifecycle import InTeam, NotLead, NotReady, WrongOffice, WrongState
from auditors.casework.rules import AUDIT_CYCLE, AuditFacts, is_open, months_later
from auditors.casework.states import AuditState, FindingState, Grade
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office

READY = AuditFacts(
    tier="medium",
    today=date(2026, 9, 20),
    is_lead=True,
    has_lead=True,
    readiness="ready",
    stage1_reported_on=date(2026, 9, 14),
    points=12,
    has_report=True,
    recommendation="conforming",
    stop_asked_by=1,
    person_id=2,
)
GRAVE: dict[str, Any] = {"open_grave": ("FIN-2026-0001",), "fieldwork_ended_on": date(2026, 1, 5)}
TABLE = {
    ("seal", "planned"): ("plan_sealed", {"auditor"}),
    ("start_stage1", "plan_sealed"): ("stage1", {"auditor"}),
    ("report_stage1", "stage1"): ("stage1_reported", {"auditor"}),
    ("report_stage1", "stage1_reported"): ("stage1_reported", {"auditor"}),
    ("start_stage2", "plan_sealed"): ("stage2", {"auditor"}),
    ("start_stage2", "stage1_reported"): ("stage2", {"auditor"}),
    ("end_fieldwork", "stage2"): ("draft_report", {"auditor"}),
    ("send_report", "draft_report"): ("factual_check", {"auditor"}),
    ("submit", "factual_check"): ("submitted", {"auditor"}),
    ("take_review", "submitted"): ("technical_review", {"technical_reviewer"}),
    ("clarify", "technical_review"): ("draft_report", {"technical_reviewer"}),
    ("await_action", "technical_review"): ("awaiting_action", {"technical_reviewer"}),
    ("return_to_review", "awaiting_action"): ("technical_review", {"auditor"}),
    ("repeat_fieldwork", "awaiting_action"): ("stage2", {"technical_reviewer", "system"}),
    ("recommend", "technical_review"): ("decision_pending", {"technical_reviewer"}),
    ("decide", "decision_pending"): ("decided", {"decision_maker"}),
    ("close", "decided"): ("closed", {"system", "administrator"}),
    ("call_off", "planned"): ("aborted", {"firm_manager", "administrator"}),
    ("call_off", "plan_sealed"): ("aborted", {"firm_manager", "administrator"}),
    **{
        ("stop", str(state)): ("aborted", {"planner", "administrator"})
        for state in AuditState
        if state not in ("decided", "closed", "aborted")
    },
}
MOVES = sorted({move for move, _state in TABLE})


def facts_for(move: str, state: str) -> AuditFacts:
    """Return facts under which every guard of a move lets it pass."""
    if move in ("await_action", "repeat_fieldwork"):
        return replace(READY, **GRAVE)
    if (move, state) == ("start_stage2", "plan_sealed"):
        return replace(READY, tier="low")
    return READY


@pytest.mark.parametrize("move", MOVES)
def test_exactly_the_tables_moves_succeed_for_every_state_and_office(move: str) -> None:
    for state in AuditState:
        for office in Office:
            wanted = TABLE.get((move, str(state)))
            try:
                step = AUDIT_CYCLE.step(move, state=state, office=office, facts=facts_for(move, state))
            except (WrongOffice, WrongState):
                assert wanted is None or str(office) not in wanted[1], (move, state, office)
            else:
                assert wanted is not None and str(office) in wanted[1], (move, state, office)
                assert step.to_state == wanted[0]


def test_table_has_no_other_move() -> None:
    assert {(step.move, str(step.from_state)) for step in AUDIT_CYCLE.transitions} == set(TABLE)


GUARDED: list[tuple[str, str, dict[str, Any], type[Refusal]]] = [
    ("seal", "planned", {"is_lead": False}, NotLead),
    ("seal", "planned", {"has_lead": False}, NotReady),
    ("start_stage1", "plan_sealed", {"is_lead": False}, NotLead),
    ("start_stage1", "plan_sealed", {"tier": "low"}, NotReady),
    ("report_stage1", "stage1", {"readiness": ""}, NotReady),
    ("start_stage2", "plan_sealed", {"tier": "medium"}, NotReady),
    ("start_stage2", "stage1_reported", {"readiness": "not_ready"}, NotReady),
    ("start_stage2", "stage1_reported", {"readiness": "ready_with_concerns"}, NotReady),
    ("start_stage2", "stage1_reported", {"stage1_reported_on": date(2026, 3, 1)}, NotReady),
    ("end_fieldwork", "stage2", {"unrated": ("TP-01",)}, NotReady),
    ("end_fieldwork", "stage2", {"points": 0}, NotReady),
    ("end_fieldwork", "stage2", {"without_finding": ("TP-01",)}, NotReady),
    ("end_fieldwork", "stage2", {"drafts": ("FIN-1",)}, NotReady),
    ("end_fieldwork", "stage2", {"is_lead": False}, NotLead),
    ("send_report", "draft_report", {"has_report": False}, NotReady),
    ("send_report", "draft_report", {"unrated": ("TP-01",)}, NotReady),
    ("send_report", "draft_report", {"drafts": ("FIN-1",)}, NotReady),
    ("submit", "factual_check", {"comments_awaited": ("Orchid Health",)}, NotReady),
    ("submit", "factual_check", {"comments_unanswered": ("Orchid Health",)}, NotReady),
    ("take_review", "submitted", {"took_part": True}, InTeam),
    ("clarify", "technical_review", {"took_part": True}, InTeam),
    ("await_action", "technical_review", {"took_part": True, **GRAVE}, InTeam),
    ("await_action", "technical_review", {"open_grave": ()}, NotReady),
    ("return_to_review", "awaiting_action", GRAVE, NotReady),
    ("repeat_fieldwork", "awaiting_action", GRAVE | {"fieldwork_ended_on": date(2026, 9, 1)}, NotReady),
    ("repeat_fieldwork", "awaiting_action", GRAVE | {"open_grave": ()}, NotReady),
    ("recommend", "technical_review", {"took_part": True}, InTeam),
    ("recommend", "technical_review", {"disputed": ("FIN-1",)}, NotReady),
    ("recommend", "technical_review", {"open_demanding": ("FIN-1",)}, NotReady),
    ("recommend", "technical_review", {"recommendation": "conforming_with_minors"} | GRAVE, NotReady),
    ("decide", "decision_pending", {"took_part": True}, InTeam),
    ("decide", "decision_pending", {"disputed": ("FIN-1",)}, NotReady),
    ("stop", "stage2", {"stop_asked_by": None}, NotReady),
    ("stop", "stage2", {"stop_asked_by": 2}, NotReady),
    ("stop", "stage2", {"stop_asked_office": "planner"}, NotReady),
]


@pytest.mark.parametrize(("move", "state", "facts", "refusal"), GUARDED)
def test_guard_stops_the_step_for_every_office_that_may_make_it(
    move: str, state: str, facts: dict[str, Any], refusal: type[Refusal]
) -> None:
    for office in TABLE[move, state][1]:
        with pytest.raises(refusal):
            AUDIT_CYCLE.step(move, state=state, office=Office(office), facts=replace(facts_for(move, state), **facts))


def test_every_guard_is_named_and_tried() -> None:
    named = {guard for step in AUDIT_CYCLE.transitions for guard in step.guards}
    assert named == set(AUDIT_CYCLE.guards)


def test_all_refusals_of_a_step_are_told_at_once() -> None:
    facts = replace(READY, unrated=("TP-01",), drafts=("FIN-1",))
    with pytest.raises(NotReady) as refused:
        AUDIT_CYCLE.step("end_fieldwork", state="stage2", office=Office.AUDITOR, facts=facts)
    assert len(list(refused.value.all())) == 2


def test_recommendation_with_open_majors_may_be_not_conforming() -> None:
    facts = replace(READY, recommendation="not_conforming", open_demanding=("FIN-1",), **GRAVE)
    assert AUDIT_CYCLE.step("recommend", state="technical_review", office=Office.TECHNICAL_REVIEWER, facts=facts)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 9, 14), 6, date(2027, 3, 14)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_later_ends_in_the_right_month(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@pytest.mark.parametrize("grade", list(Grade))
@pytest.mark.parametrize("state", list(FindingState))
def test_open_findings_are_those_that_ask_something(grade: Grade, state: FindingState) -> None:
    demanding = grade in ("critical", "major", "minor")
    over = state in ("draft", "discarded", "noted", "withdrawn", "verified_closed")
    on_plan = state == "closed_on_plan" and grade == "minor"
    assert is_open(grade, state) == (demanding and not over and not on_plan)
