"""The eight states of a record and the moves between them, as one explicit table.

Suspension and revocation are never shown by a function alone: where the edition's table leads there, the
record stays (or becomes) at risk and says what is due; only a recorded decision of two persons makes the
move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pool.harbor.conditions import ConditionResult, Value, breaches_in, evaluate_conditions


class State(StrEnum):
    """The states of a record. Source: safe_harbor.yaml, statuses."""

    NOT_ENROLLED = "not_enrolled"
    PENDING = "pending"
    GOOD_STANDING = "good_standing"
    AT_RISK = "at_risk"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


class Event(StrEnum):
    """What moves a record. Source: safe_harbor.yaml, transitions."""

    APPLICATION_FILED = "application_filed"
    WITHDRAWAL = "withdrawal"
    APPEAL_UPHELD = "appeal_upheld"
    HARD_BREACH = "hard_breach"
    SAFETY_BREACH = "safety_breach"
    GRACE_ENDED = "grace_ended"
    SUSPENSION_TIMEOUT = "suspension_timeout"
    APPLICATION_TIMEOUT = "application_timeout"
    VALIDITY_ENDED = "validity_ended"
    CURE_DEADLINE_PASSED = "cure_deadline_passed"
    CORE_CONDITIONS_MET = "core_conditions_met"
    CONDITION_FAILED = "condition_failed"
    ALL_CONDITIONS_MET = "all_conditions_met"


TIMERS = frozenset(
    {
        Event.GRACE_ENDED,
        Event.SUSPENSION_TIMEOUT,
        Event.APPLICATION_TIMEOUT,
        Event.VALIDITY_ENDED,
        Event.CURE_DEADLINE_PASSED,
    }
)

#: The edition's table: (state, event) -> state. Its last two rows restore whatever stood before (``None``).
TABLE: dict[tuple[State, Event], State | None] = {
    (State.NOT_ENROLLED, Event.APPLICATION_FILED): State.PENDING,
    (State.LAPSED, Event.APPLICATION_FILED): State.PENDING,
    (State.WITHDRAWN, Event.APPLICATION_FILED): State.PENDING,
    (State.REVOKED, Event.APPLICATION_FILED): State.PENDING,
    (State.PENDING, Event.CORE_CONDITIONS_MET): State.GOOD_STANDING,
    (State.PENDING, Event.APPLICATION_TIMEOUT): State.LAPSED,
    (State.PENDING, Event.HARD_BREACH): State.REVOKED,
    (State.PENDING, Event.WITHDRAWAL): State.WITHDRAWN,
    (State.GOOD_STANDING, Event.CONDITION_FAILED): State.AT_RISK,
    (State.GOOD_STANDING, Event.SAFETY_BREACH): State.SUSPENDED,
    (State.GOOD_STANDING, Event.HARD_BREACH): State.REVOKED,
    (State.GOOD_STANDING, Event.WITHDRAWAL): State.WITHDRAWN,
    (State.GOOD_STANDING, Event.VALIDITY_ENDED): State.AT_RISK,
    (State.AT_RISK, Event.ALL_CONDITIONS_MET): State.GOOD_STANDING,
    (State.AT_RISK, Event.CURE_DEADLINE_PASSED): State.SUSPENDED,
    (State.AT_RISK, Event.GRACE_ENDED): State.LAPSED,
    (State.AT_RISK, Event.SAFETY_BREACH): State.SUSPENDED,
    (State.AT_RISK, Event.HARD_BREACH): State.REVOKED,
    (State.AT_RISK, Event.WITHDRAWAL): State.WITHDRAWN,
    (State.SUSPENDED, Event.ALL_CONDITIONS_MET): State.GOOD_STANDING,
    (State.SUSPENDED, Event.SUSPENSION_TIMEOUT): State.LAPSED,
    (State.SUSPENDED, Event.HARD_BREACH): State.REVOKED,
    (State.SUSPENDED, Event.WITHDRAWAL): State.WITHDRAWN,
    (State.LAPSED, Event.HARD_BREACH): State.REVOKED,
    (State.WITHDRAWN, Event.HARD_BREACH): State.REVOKED,
    (State.REVOKED, Event.APPEAL_UPHELD): None,
    (State.SUSPENDED, Event.APPEAL_UPHELD): None,
}

#: States to which only a recorded decision leads.
BY_DECISION = frozenset({State.SUSPENDED, State.REVOKED})

#: In this order a function looks for what has happened. Source: safe_harbor.yaml, evaluation_order.
_ORDER = (
    Event.HARD_BREACH,
    Event.SAFETY_BREACH,
    Event.GRACE_ENDED,
    Event.SUSPENSION_TIMEOUT,
    Event.APPLICATION_TIMEOUT,
    Event.VALIDITY_ENDED,
    Event.CURE_DEADLINE_PASSED,
    Event.CORE_CONDITIONS_MET,
    Event.CONDITION_FAILED,
    Event.ALL_CONDITIONS_MET,
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds at the end of a day: conditions, breaches (ids), and the timers that have run out."""

    conditions: tuple[ConditionResult, ...]
    hard: tuple[str, ...] = ()
    safety: tuple[str, ...] = ()
    timers: frozenset[Event] = frozenset()

    @property
    def events(self) -> tuple[Event, ...]:
        """Return what has happened, in the order in which it is looked at."""
        clean = not self.hard and not self.safety
        all_met = all(result.met for result in self.conditions)
        core_met = all(result.met for result in self.conditions if result.core)
        happened = set(self.timers)
        if self.hard:
            happened.add(Event.HARD_BREACH)
        if self.safety:
            happened.add(Event.SAFETY_BREACH)
        if core_met and clean:
            happened.add(Event.CORE_CONDITIONS_MET)
        if not all_met:
            happened.add(Event.CONDITION_FAILED)
        if all_met and clean and Event.VALIDITY_ENDED not in self.timers:
            happened.add(Event.ALL_CONDITIONS_MET)
        return tuple(event for event in _ORDER if event in happened)


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a record rests at the end of a day, what is due by decision, and the events that moved it."""

    state: State
    due: State | None
    moves: tuple[tuple[Event, State], ...] = ()


def circumstances_of(
    safe_harbor: Mapping[str, Any], facts: Mapping[str, Value], *, timers: frozenset[Event] = frozenset()
) -> Circumstances:
    """Evaluate conditions and breaches of the edition over ``facts``.

    Raises: FactNotStated, FactOfWrongKind, ConditionNotReadable.
    """
    return Circumstances(
        conditions=evaluate_conditions(safe_harbor, facts),
        hard=breaches_in(safe_harbor["hard_breaches"], facts),
        safety=breaches_in(safe_harbor["safety_breaches"], facts),
        timers=timers,
    )


def settle(state: State, circumstances: Circumstances) -> Settled:
    """Move a record until it rests, without ever entering a state that needs a decision."""
    moves: list[tuple[Event, State]] = []
    happened = circumstances.events
    while (move := _next_move(state, happened)) is not None and move not in moves:
        moves.append(move)
        state = move[1]
    return Settled(state, due_of(state, happened), tuple(moves))


def due_of(state: State, happened: Sequence[Event]) -> State | None:
    """Return the state that is due by decision: revocation before suspension, or none."""
    goals = {TABLE[state, event] for event in happened if (state, event) in TABLE}
    for due in (State.REVOKED, State.SUSPENDED):
        if due in goals:
            return due
    return None


def _next_move(state: State, happened: Sequence[Event]) -> tuple[Event, State] | None:
    for event in happened:
        goal = TABLE.get((state, event))
        if goal in BY_DECISION and state is State.GOOD_STANDING:
            # What would suspend or revoke a record in good standing puts it at risk until two persons decide.
            return event, State.AT_RISK
        if goal is not None and goal not in BY_DECISION:
            return event, goal
    return None
