"""The standing of one deployment: replayed from dated rows and decisions, day by day, by one pure function.

What the pool learns later acts forward only: a row counts from the day it was recorded. Only a revocation for
deception and a restoration change earlier days. docs/algorithms/standing.md tells the steps with a worked
table.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import floor
from typing import Any

from pool.harbor.change_days import days_of_change
from pool.harbor.conditions import ConditionResult, evaluate_conditions
from pool.harbor.facts import (
    Facts,
    Moment,
    base_valid_until,
    facts_on,
    open_audit_request,
    open_ethics_request,
    recorded_of,
    values_of,
)
from pool.harbor.limits import Waits, cure_days, waits_of
from pool.harbor.sources import Enrolment, HarborSources, StandingDecision
from pool.harbor.transitions import TABLE, Circumstances, Event, Settled, State, circumstances_of, settle
from pool.kernel.clock import day_of, end_of_day

_DAY = timedelta(days=1)
_SHIELDED = frozenset({State.GOOD_STANDING, State.AT_RISK})
_DROPPED_BY_RESTORATION = frozenset({"suspended", "revoked", "lapsed"})
#: Each part of a record's validity: its condition, its age and its limit. Source: safe_harbor.yaml, validity.
_VALIDITY = (
    ("C2", "attestation_age_days", "attestation_limit_days"),
    ("C3", "ethics_age_days", "ethics_limit_days"),
    ("C4", "audit_age_days", "audit_limit_days"),
)


@dataclass(frozen=True, slots=True)
class Due:
    """A state that two persons have to decide about, and the day since which it is due."""

    state: State
    since: date


@dataclass(frozen=True, slots=True)
class Threat:
    """What happens on a day if nothing is done; ``state`` is what the record becomes or what becomes due."""

    state: State
    on: date
    event: Event
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of a record: the day, the event, where it led, and what was due after it."""

    on: date
    event: Event | None
    state: State
    due: State | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The standing at the end of a day, as known at the end of a day.

    ``valid_until`` is the last day of validity (``None`` while the record is not in standing or nothing
    limits it); ``cure_until`` the earliest deadline by which a failed condition must be cured; ``basis``
    every condition in order.
    """

    state: State
    since: date | None
    due: Due | None
    valid_until: date | None
    basis: tuple[ConditionResult, ...]
    cure_until: date | None
    threats: tuple[Threat, ...]
    turns: tuple[Turn, ...]
    tier: str | None

    @property
    def deemed(self) -> bool:
        """Tell whether the record stands only because somebody other than the firm is late."""
        return self.state in _SHIELDED and any(result.deemed for result in self.basis)


def derive_standing(
    *, safe_harbor: Mapping[str, Any], sources: HarborSources, on: date, known: date | None = None
) -> Standing:
    """Return the standing at the end of day ``on``, from what was recorded by the end of ``known``.

    ``known`` is ``on`` unless given; both days end at 24:00 UTC.

    Raises: FactNotStated, FactOfWrongKind, ConditionNotReadable, EditionNotReadable.
    """
    known = on if known is None else known
    replay = _Replay(safe_harbor, sources, known)
    replay.run(on)
    facts = facts_on(sources, on, known=known)
    basis = evaluate_conditions(safe_harbor, values_of(facts), recorded=recorded_of(facts))
    return replay.standing(on, facts, basis)


@dataclass(slots=True)
class _Replay:
    """The walk over the days of change.

    Every field is the state of the walk after the last day it looked at.
    """

    safe_harbor: Mapping[str, Any]
    sources: HarborSources
    known: date
    waits: Waits = field(init=False)
    state: State = State.NOT_ENROLLED
    since: date | None = None
    due: Due | None = None
    turns: list[Turn] = field(default_factory=list)
    clocks: dict[str, date] = field(default_factory=dict)
    validity_lost_on: date | None = None
    last_day: date | None = None
    is_waiting: bool = False
    pending_days: int = 0
    suspended_until: date | None = None
    closed_until: date | None = None
    circumstances: Circumstances = field(default_factory=lambda: Circumstances(()))
    is_valid: bool = True
    tier: str = "low"

    def __post_init__(self) -> None:
        self.waits = waits_of(self.safe_harbor)

    def run(self, until: date) -> None:
        """Walk from the first enrolment to ``until``."""
        acts = self._acts()
        if not acts:
            return
        start = min(acts)
        changes = {day for day in days_of_change(self.safe_harbor, self.sources) if start <= day <= until}
        changes.update(day for day in acts if day <= until)
        ahead = sorted(changes)
        seen: set[date] = set()
        while ahead:
            day = heapq.heappop(ahead)
            if day in seen or day > until:
                continue
            seen.add(day)
            self._live(day, acts.get(day, ()), look=day in changes)
            for timer in self._timers():
                if timer > day:
                    heapq.heappush(ahead, timer)

    def standing(self, on: date, facts: Facts, basis: tuple[ConditionResult, ...]) -> Standing:
        """Return the standing on the day up to which the walk went."""
        in_standing = self.state in _SHIELDED
        lost = self.validity_lost_on
        until = lost - _DAY if lost else self._valid_until(on, facts, basis)
        tier = facts["tier"].value
        return Standing(
            state=self.state,
            since=self.since,
            due=self.due,
            valid_until=until if in_standing else None,
            basis=basis,
            cure_until=min(self.clocks.values(), default=None),
            threats=tuple(sorted(self._threats(until), key=lambda threat: threat.on)),
            turns=tuple(self.turns),
            tier=tier if isinstance(tier, str) else None,
        )

    def _acts(self) -> dict[date, list[Enrolment | StandingDecision]]:
        """Return what people did, per day on which it takes effect, in the order in which it was recorded."""
        cut = end_of_day(self.known)
        enrolments = [row for row in self.sources.enrolments if row.recorded_at <= cut]
        if not enrolments:
            return {}
        first = min(max(row.valid_from, day_of(row.recorded_at)) for row in enrolments)
        decisions = [row for row in self.sources.decisions if row.recorded_at <= cut]
        kept = [row for row in decisions if not _is_undone(row, decisions)]
        acts: dict[date, list[Enrolment | StandingDecision]] = {}
        rows: list[Enrolment | StandingDecision] = [*enrolments, *kept]
        for row in sorted(rows, key=lambda row: row.recorded_at):
            if isinstance(row, Enrolment):
                day = max(row.valid_from, day_of(row.recorded_at))
            else:
                day = max(row.in_force_on, first)
            acts.setdefault(day, []).append(row)
        return acts

    def _live(self, day: date, acts: tuple[()] | list[Enrolment | StandingDecision], *, look: bool) -> None:
        if look:
            facts = facts_on(self.sources, day, known=self.known)
            self.circumstances = circumstances_of(self.safe_harbor, values_of(facts))
            stated = facts["tier"].value
            self.tier = stated if isinstance(stated, str) else "low"
        self._count_pending_days(day, look=look)
        for act in acts:
            self._act(day, act)
        if look:
            self.is_valid = not self._validity_is_lost(day, facts)
        self._mark_validity(day)
        timers = self._run_out(day)
        settled = settle(self.state, replace(self.circumstances, timers=timers))
        self._rest(day, settled)
        self._keep_clocks(day)

    def _act(self, day: date, act: Enrolment | StandingDecision) -> None:
        if isinstance(act, Enrolment):
            self._enrol(day, Event.APPLICATION_FILED if act.kind == "applied" else Event.WITHDRAWAL)
        elif act.is_restoration:
            if (self.state, Event.APPEAL_UPHELD) in TABLE:
                self._move(day, Event.APPEAL_UPHELD, State(act.to_state))
        elif act.to_state == "suspended":
            if self.state in _SHIELDED:
                self.suspended_until = day + timedelta(days=self.waits.suspension_days[self.tier])
                self._move(day, None, State.SUSPENDED)
        elif act.to_state == "revoked":
            if (self.state, Event.HARD_BREACH) in TABLE:
                self.closed_until = day_of(act.recorded_at) + timedelta(days=self._days_closed(act))
                self._move(day, None, State.REVOKED)
        elif self.state is State.SUSPENDED:
            self._move(day, None, State.LAPSED)

    def _days_closed(self, act: StandingDecision) -> int:
        if act.basis and set(act.basis) == {"B3"}:
            return self.waits.after_obstruction_days
        return self.waits.after_revocation_days

    def _enrol(self, day: date, event: Event) -> None:
        goal = TABLE.get((self.state, event))
        too_early = self.state is State.REVOKED and self.closed_until is not None and day < self.closed_until
        if goal is None or too_early:
            return
        self._move(day, event, goal)
        self.pending_days = 0

    def _move(self, day: date, event: Event | None, state: State) -> None:
        self.state, self.since = state, day
        self.turns.append(Turn(day, event, state))
        if state not in _SHIELDED:
            self.clocks.clear()
            self.validity_lost_on = None

    def _rest(self, day: date, settled: Settled) -> None:
        for event, state in settled.moves:
            self._move(day, event, state)
        if settled.due is None:
            self.due = None
        elif self.due is None or self.due.state is not settled.due:
            self.due = Due(settled.due, day)
            self.turns.append(Turn(day, None, self.state, settled.due))

    def _count_pending_days(self, day: date, *, look: bool) -> None:
        """Count the days of a pending application on which nobody but the firm kept it waiting."""
        if self.state is State.PENDING and self.last_day is not None:
            if not self.is_waiting:
                self.pending_days += (day - self.last_day).days - 1
            if look:
                self.is_waiting = self._service_is_awaited(day)
            if not self.is_waiting:
                self.pending_days += 1
        elif look:
            self.is_waiting = self._service_is_awaited(day)
        self.last_day = day

    def _service_is_awaited(self, day: date) -> bool:
        moment = Moment.of(day, self.known)
        request = open_audit_request(self.sources, moment)
        audit_awaited = request is not None and not moment.knows(request.offered_at)
        return audit_awaited or open_ethics_request(self.sources, moment) is not None

    def _validity_is_lost(self, day: date, facts: Facts) -> bool:
        ends = self._validity_ends(day, facts)
        return any(ends[c.condition] < day for c in self.circumstances.conditions if c.condition in ends and not c.met)

    def _validity_ends(self, day: date, facts: Facts) -> dict[str, date]:
        """Return, per condition, the last day of the part of validity that hangs on it."""
        ends: dict[str, date] = {}
        for condition, age_name, limit_name in _VALIDITY:
            age, limit = facts[age_name].value, facts[limit_name].value
            if isinstance(age, int) and isinstance(limit, int | float):
                ends[condition] = day + timedelta(days=floor(limit) - age)
        base = base_valid_until(self.sources, Moment.of(day, self.known))
        if base is not None:
            ends["C1"] = base
        return ends

    def _valid_until(self, day: date, facts: Facts, basis: tuple[ConditionResult, ...]) -> date | None:
        """Return the earliest end of validity; a deemed condition has none while somebody else is late."""
        deemed = {result.condition for result in basis if result.deemed}
        ends = self._validity_ends(day, facts)
        return min((end for condition, end in ends.items() if condition not in deemed), default=None)

    def _mark_validity(self, day: date) -> None:
        if self.is_valid:
            self.validity_lost_on = None
        elif self.state in _SHIELDED and self.validity_lost_on is None:
            self.validity_lost_on = day

    def _run_out(self, day: date) -> frozenset[Event]:
        """Return the timers that have run out by the end of ``day``."""
        unmet = {result.condition for result in self.circumstances.conditions if not result.met}
        run_out: set[Event] = set()
        if self.state is State.PENDING and self.pending_days > self.waits.application_days:
            run_out.add(Event.APPLICATION_TIMEOUT)
        if self.state is State.SUSPENDED and self.suspended_until is not None and day > self.suspended_until:
            run_out.add(Event.SUSPENSION_TIMEOUT)
        if self.validity_lost_on is not None:
            run_out.add(Event.VALIDITY_ENDED)
            if day >= self._lapses_on(self.validity_lost_on):
                run_out.add(Event.GRACE_ENDED)
        if any(deadline < day for condition, deadline in self.clocks.items() if condition in unmet):
            run_out.add(Event.CURE_DEADLINE_PASSED)
        return frozenset(run_out)

    def _lapses_on(self, lost_on: date) -> date:
        return lost_on + timedelta(days=self.waits.grace_days)

    def _keep_clocks(self, day: date) -> None:
        """Start the clock of each condition that has failed and stop it where cured.

        None is ever shortened.
        """
        if self.state is not State.AT_RISK:
            self.clocks.clear()
            return
        for result in self.circumstances.conditions:
            if result.met:
                self.clocks.pop(result.condition, None)
            elif result.condition not in self.clocks:
                days = cure_days(self.safe_harbor, result.condition, self.tier)
                self.clocks[result.condition] = day + timedelta(days=days)

    def _timers(self) -> list[date]:
        return [threat.on for threat in self._threats(None)]

    def _threats(self, valid_until: date | None) -> list[Threat]:
        """Return what the clocks that are running will do, and on which day."""
        threats: list[Threat] = []
        if self.state is State.PENDING and not self.is_waiting and self.last_day is not None:
            left = self.waits.application_days - self.pending_days
            on = self.last_day + timedelta(days=left + 1)
            threats.append(Threat(State.LAPSED, on, Event.APPLICATION_TIMEOUT))
        if self.state is State.GOOD_STANDING and valid_until is not None:
            threats.append(Threat(State.AT_RISK, valid_until + _DAY, Event.VALIDITY_ENDED))
        if self.state is State.AT_RISK:
            threats += [
                Threat(State.SUSPENDED, deadline + _DAY, Event.CURE_DEADLINE_PASSED, condition)
                for condition, deadline in self.clocks.items()
            ]
            if self.validity_lost_on is not None:
                threats.append(Threat(State.LAPSED, self._lapses_on(self.validity_lost_on), Event.GRACE_ENDED))
        if self.state is State.SUSPENDED and self.suspended_until is not None:
            threats.append(Threat(State.LAPSED, self.suspended_until + _DAY, Event.SUSPENSION_TIMEOUT))
        return threats


def _is_undone(decision: StandingDecision, decisions: list[StandingDecision]) -> bool:
    """Tell whether a later restoration reaches back to ``decision``: then it counts as never taken."""
    return decision.to_state in _DROPPED_BY_RESTORATION and any(
        other.is_restoration and other.recorded_at > decision.recorded_at and other.effective_on <= decision.in_force_on
        for other in decisions
    )
