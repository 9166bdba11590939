"""The edition's own scenarios, its table of transitions and its conditions, each as a test."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from pool.harbor.bitemporal import StateEvent, state_at
from pool.harbor.conditions import ConditionResult, evaluate_conditions
from pool.harbor.limits import waits_of
from pool.harbor.transitions import TABLE, Event, State, circumstances_of, settle
from tests.unit.harbor.story import safe_harbor

SCENARIOS = safe_harbor()["safe_harbor_scenarios"]
BASELINE: dict[str, Any] = SCENARIOS["baseline_facts"]

#: Where the edition's table suspends or revokes, a function alone shows at_risk and what is due (issue 2).
DUE = {"K07": "suspended", "K08": "suspended", "K09": "revoked", "K16": "revoked"}


def met_of(**changes: Any) -> dict[str, ConditionResult]:
    return {result.condition: result for result in evaluate_conditions(safe_harbor(), BASELINE | changes)}


@pytest.mark.parametrize("scenario", SCENARIOS["one_step"], ids=lambda scenario: scenario["id"])
def test_scenario_ends_in_the_expected_state(scenario: dict[str, Any]) -> None:
    facts = dict(scenario["facts"])
    timers = frozenset({Event(facts.pop("_timer"))} if "_timer" in facts else ())
    circumstances = circumstances_of(safe_harbor(), BASELINE | facts, timers=timers)
    settled = settle(State(scenario["start"]), circumstances)
    due = DUE.get(scenario["id"])
    expected = scenario["expect"] if due is None else "at_risk"
    assert (settled.state.value, settled.due and settled.due.value) == (expected, due)


def test_there_are_eighteen_scenarios() -> None:
    assert [scenario["id"] for scenario in SCENARIOS["one_step"]] == [f"K{number:02d}" for number in range(1, 19)]


@pytest.mark.parametrize(
    ("history", "question"),
    [
        pytest.param(history, question, id=f"{history['id']}-D{question['D']}-K{question['K']}")
        for history in SCENARIOS["bitemporal"]
        for question in history["ask"]
    ],
)
def test_bitemporal_question_is_answered(history: dict[str, Any], question: dict[str, Any]) -> None:
    def day(number: int) -> date:
        return date(2026, 1, 1) + timedelta(days=number)

    events = [
        StateEvent(day(event["effective"]), day(event["recorded"]), event["state"], index)
        for index, event in enumerate(history["events"])
    ]
    assert state_at(events, on=day(question["D"]), known=day(question["K"])) == question["expect"]


def test_table_of_moves_is_the_table_of_the_edition() -> None:
    edition = {
        (row["from"], row["event"]): None if row["to"] == "restored" else row["to"]
        for row in safe_harbor()["transitions"]
    }
    ours = {(state.value, event.value): None if goal is None else goal.value for (state, event), goal in TABLE.items()}
    assert ours == edition
    assert len(ours) == len(safe_harbor()["transitions"]) == 27


def test_states_are_the_states_of_the_edition() -> None:
    assert [state.value for state in State] == [
        "not_enrolled", "pending", "good_standing", "at_risk", "suspended", "lapsed", "revoked", "withdrawn",
    ]  # fmt: skip
    assert {state.value for state in State} == {row["id"] for row in safe_harbor()["statuses"]}


def test_waiting_times_are_read_from_the_edition() -> None:
    waits = waits_of(safe_harbor())
    assert (waits.application_days, waits.grace_days) == (180, 30)
    assert waits.suspension_days == {"low": 180, "medium": 150, "high": 120}
    assert (waits.after_revocation_days, waits.after_obstruction_days) == (730, 365)


BREACHES: dict[str, dict[str, Any]] = {
    "B1": {"misstatement": "intentional"},
    "B2": {"incidents_concealed": 1},
    "B3": {"audit_refusals": 2},
    "S1": {"containment_overdue": 1},
    "S2": {"authority_order_breached": True},
    "S3": {"repeated_major": 1},
}


@pytest.mark.parametrize("start", [State.PENDING, State.GOOD_STANDING, State.AT_RISK, State.LAPSED, State.WITHDRAWN])
@pytest.mark.parametrize("facts", BREACHES.values(), ids=BREACHES)
def test_no_function_alone_suspends_or_revokes(start: State, facts: dict[str, Any]) -> None:
    timers = frozenset({Event.CURE_DEADLINE_PASSED})
    settled = settle(start, circumstances_of(safe_harbor(), BASELINE | facts, timers=timers))
    assert settled.state not in {State.SUSPENDED, State.REVOKED}


@pytest.mark.parametrize(
    ("breaches", "due"),
    [
        (("B1",), "revoked"),
        (("B2",), "revoked"),
        (("B3",), "revoked"),
        (("S1",), "suspended"),
        (("S2",), "suspended"),
        (("S3",), "suspended"),
        (("S3", "B2"), "revoked"),
    ],
)
def test_breach_puts_good_standing_at_risk_and_is_due(breaches: tuple[str, ...], due: str) -> None:
    facts = {name: value for breach in breaches for name, value in BREACHES[breach].items()}
    settled = settle(State.GOOD_STANDING, circumstances_of(safe_harbor(), BASELINE | facts))
    assert (settled.state.value, settled.due and settled.due.value) == ("at_risk", due)


def test_conditions_come_in_order_and_c9_is_not_asked() -> None:
    results = evaluate_conditions(safe_harbor(), BASELINE | {"contribution_overdue_days": 900})
    assert [result.condition for result in results] == ["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8"]
    assert [result.core for result in results] == [True] * 5 + [False] * 3
    assert all(result.met and not result.deemed for result in results)


DEREGISTERED = {"base_model_status": "deregistered"}
NOT_IN_DATE = {"audit_age_days": 400}
OFFER_OLD = {**NOT_IN_DATE, "audit_offer_age_days": 31}
SERVICE_LATE = {"ethics_level_done": 1, "ethics_service_overdue": True}


@pytest.mark.parametrize(
    ("condition", "facts", "met", "deemed"),
    [
        ("C1", {"base_model_status": "registered"}, True, False),
        ("C1", {"base_model_status": "unregistered"}, False, False),
        ("C1", {**DEREGISTERED, "base_model_deregistered_days": 180}, True, True),
        ("C1", {**DEREGISTERED, "base_model_deregistered_days": 181}, False, False),
        ("C1", {**DEREGISTERED, "base_model_fault_of_firm": True}, False, False),
        ("C2", {"registration_status": "incomplete"}, False, False),
        ("C2", {"attestation_age_days": 183}, True, False),
        ("C2", {"attestation_age_days": 184}, False, False),
        ("C2", {"attestation_age_days": None}, False, False),
        ("C2", {"attestation_limit_days": 9}, False, False),
        ("C2", {"unreported_change_days": 30}, True, False),
        ("C2", {"unreported_change_days": 31}, False, False),
        ("C3", {"ethics_level_done": 1}, False, False),
        ("C3", {"ethics_level_required": 3}, False, False),
        ("C3", {"ethics_outcome": "refused"}, False, False),
        ("C3", {"ethics_outcome": None}, False, False),
        ("C3", {"ethics_outcome": "approved_with_conditions"}, True, False),
        ("C3", {"ethics_age_days": 365}, True, False),
        ("C3", {"ethics_age_days": 366}, False, False),
        ("C3", {"ethics_limit_days": 19}, False, False),
        ("C3", {"ethics_conditions_overdue": 1}, False, False),
        ("C3", SERVICE_LATE, True, True),
        ("C3", {**SERVICE_LATE, "ethics_requested_on_time": False}, False, False),
        ("C4", {"audit_age_days": 365}, True, False),
        ("C4", {"audit_limit_days": 39, "audit_offer_age_days": 31}, False, False),
        ("C4", {"audit_refusals": 1}, False, False),
        ("C4", {**NOT_IN_DATE, "audit_offer_made": False}, True, True),
        ("C4", {**NOT_IN_DATE, "audit_offer_made": False, "audit_requested_on_time": False}, False, False),
        ("C4", {**NOT_IN_DATE, "audit_offer_age_days": 30}, True, True),
        ("C4", {**NOT_IN_DATE, "audit_offer_age_days": 31}, False, False),
        ("C4", {**OFFER_OLD, "audit_booked": True, "audit_booked_within_days": 60}, True, True),
        ("C4", {**OFFER_OLD, "audit_booked": True, "audit_booked_within_days": 61}, False, False),
        ("C4", {**OFFER_OLD, "audit_booked": False, "audit_booked_within_days": 1}, False, False),
        ("C5", {"critical_overdue": 1}, False, False),
        ("C5", {"major_overdue": 1}, False, False),
        ("C5", {"minor_overdue": 1}, False, False),
        ("C5", {"harm_measures_overdue": 1}, False, False),
        ("C6", {"incidents_late_open": 1}, False, False),
        ("C7", {"misstatement": "negligent"}, False, False),
        ("C7", {"misstatement": "corrected"}, True, False),
        ("C8", {"monitoring_level": 1.9}, False, False),
        ("C8", {"monitoring_level": 2.0}, True, False),
        ("C8", {"monitoring_required": 2.5}, False, False),
    ],
)  # fmt: skip
def test_condition_holds_as_the_edition_says(condition: str, facts: dict[str, Any], met: bool, deemed: bool) -> None:
    result = met_of(**facts)[condition]
    assert (result.met, result.deemed) == (met, deemed)
    others = {name: other.met for name, other in met_of(**facts).items() if name != condition}
    # misstatement and refusals alone are read elsewhere, and there only by breaches.
    assert all(others.values())


@pytest.mark.parametrize("name", ["hardship_pending", "contribution_overdue_days"])
def test_money_moves_no_condition(name: str) -> None:
    value: Any = {"hardship_pending": True, "contribution_overdue_days": 10_000}[name]
    assert evaluate_conditions(safe_harbor(), BASELINE | {name: value}) == evaluate_conditions(safe_harbor(), BASELINE)
