"""The life-cycle as a table: exactly the listed moves exist, each guard holds, and no office gets round one."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import pool.bookings
from auditors.casework.lifecycle import LifeCycle, Transition, WrongOffice, WrongState
from pool.bookings.rules import (
    BOOKING_CYCLE,
    ENDED,
    GUARDS,
    PROPOSAL_CYCLE,
    BookingFacts,
    objection_until,
    window_faults,
    working_days_later,
)
from pool.bookings.states import BookingState, ProposalState
from pool.kernel.clock import utc
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office

TODAY = date(2026, 9, 10)
#: The life-cycle as process.md 2.1 lists it: move, from, to, offices.
LISTED = """
submit draft submitted | firm_manager firm_member
return submitted returned | planner
submit returned submitted | firm_manager firm_member
screen submitted screened | planner
decline screened declined | planner
quote screened quoted | administrator
accept quoted accepted | firm_manager
expire quoted expired | system
withdraw draft withdrawn | firm_manager firm_member
withdraw submitted withdrawn | firm_manager firm_member
withdraw returned withdrawn | firm_manager firm_member
withdraw screened withdrawn | firm_manager firm_member
withdraw quoted withdrawn | firm_manager firm_member
waitlist accepted waitlisted | planner system
waitlist waitlisted waitlisted | planner system
propose accepted proposed | planner system
propose waitlisted proposed | planner system
turn_down proposed accepted | auditor
uphold_objection proposed accepted | impartiality_officer
take_back proposed accepted | planner system
confirm proposed confirmed | planner
reschedule confirmed accepted | auditor firm_manager firm_member
cancel accepted cancelled | administrator firm_manager
cancel waitlisted cancelled | administrator firm_manager
cancel proposed cancelled | administrator firm_manager
cancel confirmed cancelled | administrator firm_manager
replace_member confirmed confirmed | planner
replace_member in_audit in_audit | planner
begin confirmed in_audit | system
begin confirmed in_audit | auditor
fulfil in_audit fulfilled | administrator decision_maker system
stop confirmed cancelled | administrator planner
stop in_audit cancelled | administrator planner
"""
#: Facts under which every guard is content; the pairs that exclude each other are set per move.
GOOD = BookingFacts(
    today=TODAY,
    reason="because",
    has_effort=True,
    has_price=True,
    valid_until=date(2026, 9, 30),
    is_signed=True,
    has_funnel=True,
    is_asked=True,
    all_accepted=True,
    shown_at=utc(2026, 9, 1),
    window=(date(2026, 9, 20), date(2026, 12, 20)),
    starts_on=date(2026, 9, 10),
    is_involved=True,
    audit_is_done=True,
    audit_is_stopped=True,
)
#: What a guard wants where it is not what ``GOOD`` has, and what makes it refuse.
WANTS: dict[str, dict[str, Any]] = {
    "validity_over": {"valid_until": date(2026, 9, 9)},
    "objection_open": {"objection_open": True},
    "in_objection_window": {"shown_at": utc(2026, 9, 8)},
}
REFUSES: dict[str, dict[str, Any]] = {
    "reasoned": {"reason": "  "},
    "ready": {"missing": ("DEP-1 is not attested.",)},
    "effort_known": {"has_effort": False},
    "priced": {"has_price": False},
    "in_validity": {"valid_until": date(2026, 9, 9)},
    "validity_over": {"valid_until": TODAY},
    "signed": {"is_signed": False},
    "funnel_given": {"has_funnel": False},
    "team_stands": {"team_faults": ("too few",)},
    "member_fits": {"member_faults": ("no lead",)},
    "no_interest": {"interests": ("Ada: employment",)},
    "asked": {"is_asked": False},
    "all_accepted": {"all_accepted": False},
    "offer_shown": {"shown_at": None},
    "objection_settled": {"shown_at": utc(2026, 9, 8)},
    "days_ahead": {"starts_on": date(2026, 9, 9)},
    "in_objection_window": {"shown_at": utc(2026, 9, 1)},
    "not_waived": {"has_waived": True},
    "objection_open": {"objection_open": False},
    "window_fits": {"window": (date(2026, 9, 20), date(2026, 9, 19))},
    "day_come": {"starts_on": date(2026, 9, 11)},
    "involved": {"is_involved": False},
    "plan_open": {"plan_is_sealed": True},
    "audit_done": {"audit_is_done": False},
    "audit_stopped": {"audit_is_stopped": False},
}
CASES = [
    pytest.param(cycle, step, id=f"{cycle.name}-{step.move}-{step.from_state}-{sorted(step.offices)[0]}")
    for cycle in (BOOKING_CYCLE, PROPOSAL_CYCLE)
    for step in cycle.transitions
]
Cycle = LifeCycle[BookingFacts]


def good_for(step: Transition) -> BookingFacts:
    facts = GOOD
    for guard in step.guards:
        facts = replace(facts, **WANTS.get(guard, {}))
    return facts


def test_table_is_the_listed_one() -> None:
    listed = set()
    for line in LISTED.strip().splitlines():
        step, offices = line.split(" | ")
        listed.add((*step.split(), tuple(sorted(offices.split()))))
    table = {
        (step.move, str(step.from_state), str(step.to_state), tuple(sorted(str(office) for office in step.offices)))
        for step in BOOKING_CYCLE.transitions
    }
    assert table == listed


@pytest.mark.parametrize(("cycle", "step"), CASES)
def test_transition_when_all_holds_is_made(cycle: Cycle, step: Transition) -> None:
    for office in step.offices:
        assert cycle.step(step.move, state=step.from_state, office=office, facts=good_for(step)) == step


@pytest.mark.parametrize(("cycle", "step"), CASES)
def test_transition_when_one_guard_refuses_is_refused_to_every_office(cycle: Cycle, step: Transition) -> None:
    for guard in step.guards:
        facts = replace(good_for(step), **REFUSES[guard])
        for office in step.offices:
            with pytest.raises(Refusal) as caught:
                cycle.step(step.move, state=step.from_state, office=office, facts=facts)
            assert caught.value.next_step, f"{guard} says no next step"


def test_guards_are_all_used_and_all_tried() -> None:
    used = {guard for cycle in (BOOKING_CYCLE, PROPOSAL_CYCLE) for step in cycle.transitions for guard in step.guards}
    assert used == set(GUARDS) == set(REFUSES)


@pytest.mark.parametrize("cycle", [BOOKING_CYCLE, PROPOSAL_CYCLE], ids=lambda cycle: cycle.name)
def test_every_state_office_and_move_beside_the_table_is_refused(cycle: Cycle) -> None:
    states = list(BookingState if cycle is BOOKING_CYCLE else ProposalState)
    moves = sorted({step.move for step in cycle.transitions})
    made = refused = 0
    for state, office, move in product(states, Office, moves):
        steps = [s for s in cycle.transitions if (s.move, s.from_state) == (move, state) and office in s.offices]
        if steps:
            assert cycle.step(move, state=state, office=office, facts=good_for(steps[0])) is steps[0]
            made += 1
        else:
            with pytest.raises((WrongOffice, WrongState)):
                cycle.step(move, state=state, office=office, facts=GOOD)
            refused += 1
    assert made == len({(s.move, s.from_state, office) for s in cycle.transitions for office in s.offices})
    assert made + refused == len(states) * len(Office) * len(moves)


def test_ended_states_lead_nowhere() -> None:
    assert {step.from_state for step in BOOKING_CYCLE.transitions} == set(BookingState) - ENDED


def test_no_guard_reads_money() -> None:
    assert not [name for name in BookingFacts.__dataclass_fields__ if "paid" in name or "arrear" in name]


def test_states_are_written_by_the_mover_alone() -> None:
    """Hold that no file of the room but ``moves`` assigns a state."""
    folder = Path(str(pool.bookings.__file__)).parent
    writers = {
        path.name
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "state"
    }
    assert writers == {"moves.py"}


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 9, 7), 5, date(2026, 9, 14)),  # Monday to Monday
        (date(2026, 9, 11), 1, date(2026, 9, 14)),  # Friday to Monday
        (date(2026, 9, 12), 1, date(2026, 9, 14)),  # Saturday
        (date(2026, 9, 7), 0, date(2026, 9, 7)),
    ],
)
def test_working_days_leave_weekends_out(day: date, count: int, expected: date) -> None:
    assert working_days_later(day, count) == expected


def test_objection_window_is_five_working_days_after_the_offer_was_shown() -> None:
    assert objection_until(utc(2026, 9, 3, 23)) == date(2026, 9, 10)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ((2026, 9, 10), (2026, 9, 10), []),
        ((2026, 9, 1), (2026, 9, 10), []),
        ((2026, 9, 10), (2027, 9, 11), []),
        ((2026, 9, 20), (2026, 9, 19), [("window_until", "before the first")]),
        ((2026, 9, 1), (2026, 9, 9), [("window_until", "has passed")]),
        ((2026, 9, 10), (2027, 9, 12), [("window_from", "367 days long")]),
        ((2026, 9, 9), (2026, 9, 8), [("window_until", "before the first"), ("window_until", "has passed")]),
    ],
)
def test_each_fault_of_a_window_names_its_field_and_reason(
    first: tuple[int, int, int], last: tuple[int, int, int], found: list[tuple[str, str]]
) -> None:
    faults = window_faults(date(*first), date(*last), today=TODAY)
    assert [one.field for one in faults] == [field for field, _words in found]
    assert all(words in one.reason for one, (_field, words) in zip(faults, found, strict=True))
