from __future__ import annotations

from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pool.harbor import standing as standing_module
from pool.harbor.bitemporal import StateEvent, state_at
from pool.harbor.change_days import days_of_change
from pool.harbor.conditions import Value, evaluate_conditions
from pool.harbor.facts import facts_on, values_of
from pool.harbor.sources import (
    Attestation,
    AuditDecided,
    AuditRefused,
    AuditRequest,
    BaseStatus,
    Change,
    DatedFact,
    Enrolment,
    EthicsCondition,
    EthicsOutcome,
    EthicsRequest,
    Finding,
    HarborSources,
    Incident,
    MonitoringReport,
)
from pool.harbor.transitions import BY_DECISION
from tests.support.counts import count
from tests.unit.harbor.story import IN_ORDER, at, day, decided, record, safe_harbor, standing

pytestmark = pytest.mark.soak_part("standing")

HORIZON = 420
NUMBERS = st.integers(0, HORIZON)


@st.composite
def later(draw: st.DrawFn, start: int) -> Any:
    """Return an instant at or after a day, or none."""
    number = draw(st.none() | st.integers(start, HORIZON))
    return None if number is None else at(number)


PLAIN: list[tuple[str, Value]] = [
    ("tier", "low"),
    ("tier", "high"),
    ("registration_status", "incomplete"),
    ("registration_status", "complete"),
    ("attestation_limit_days", 92),
    ("ethics_level_required", 3),
    ("ethics_level_required", 1),
    ("ethics_limit_days", 200),
    ("audit_limit_days", 183),
    ("monitoring_required", 1.5),
    ("monitoring_interval_days", 31),
    ("misstatement", "negligent"),
    ("misstatement", "corrected"),
    ("misstatement", "intentional"),
    ("authority_order_breached", True),
]


@st.composite
def plain_facts(draw: st.DrawFn) -> DatedFact:
    name, value = draw(st.sampled_from(PLAIN))
    start = draw(NUMBERS)
    return DatedFact(name, value, day(start), at(draw(st.integers(start, HORIZON))))


@st.composite
def histories(draw: st.DrawFn) -> HarborSources:
    """Return a record in order up to a point, with a handful of things that go another way."""

    def few(strategy: st.SearchStrategy[Any], most: int = 2) -> tuple[Any, ...]:
        return tuple(draw(st.lists(strategy, max_size=most)))

    @st.composite
    def from_start(draw: st.DrawFn, make: Any) -> Any:
        start = draw(NUMBERS)
        return make(draw, start)

    level = st.sampled_from([1, 2, 3])
    outcome = st.sampled_from(["approved", "approved_with_conditions", "refused"])
    status = st.sampled_from(["registered", "deregistered", "unregistered"])
    grade = st.sampled_from(["critical", "major", "minor", "observation"])
    kept = draw(st.integers(0, 3))
    ends = few(st.sampled_from(["withdrawn", "applied"]).flatmap(lambda kind: from_start(
        lambda _draw, start: Enrolment(kind, day(start), at(start)))))  # fmt: skip
    decisions = few(from_start(lambda d, s: decided(
        d(st.sampled_from(["suspended", "revoked", "good_standing", "at_risk", "lapsed"])), on=s,
        effective=max(0, s - d(st.integers(0, 90))), basis=d(st.sampled_from([(), ("B1",), ("B3",)])))))  # fmt: skip
    return HarborSources(
        enrolments=(*IN_ORDER.enrolments, *ends),
        decisions=decisions,
        plain=(*IN_ORDER.plain, *few(plain_facts(), 3)),
        base=(*IN_ORDER.base, *few(from_start(lambda d, s: BaseStatus(
            "EU", d(status), day(s), at(s), d(st.booleans()), d(st.none() | st.just(day(s + 60))))))),
        attestations=(*IN_ORDER.attestations[:kept], *few(from_start(lambda _d, s: Attestation(day(s), at(s))))),
        changes=few(from_start(lambda d, s: Change(day(s), at(s), d(later(s))))),
        ethics_requests=few(from_start(lambda d, s: EthicsRequest(d(level), at(s), day(s + 15), d(later(s))))),
        ethics_outcomes=(*IN_ORDER.ethics_outcomes[:kept], *few(from_start(
            lambda d, s: EthicsOutcome(d(level), d(outcome), day(s), at(s))))),
        ethics_conditions=few(from_start(lambda d, s: EthicsCondition(day(s + 20), at(s), d(later(s))))),
        audit_requests=few(from_start(lambda d, s: AuditRequest(
            at(s), d(later(s)), d(later(s)), d(st.none() | st.just(day(s + 130))), d(later(s))))),
        audits=(*IN_ORDER.audits[:kept], *few(from_start(lambda _d, s: AuditDecided(day(s), at(s))))),
        refusals=few(from_start(lambda d, s: AuditRefused(day(s), at(s), d(later(s))))),
        findings=few(from_start(lambda d, s: Finding(
            d(grade), at(s), day(s + 30), d(later(s)), d(st.booleans()), d(st.none() | st.just(at(s + 2))),
            d(later(s))))),
        incidents=few(from_start(lambda d, s: Incident(
            at(s), at(s + 3), d(later(s)), d(st.none() | st.just(day(s + 40))), day(s + 50), d(later(s))))),
        reports=(*IN_ORDER.reports[: kept * 2], *few(from_start(lambda d, s: MonitoringReport(
            float(d(level)), day(s), at(s))))),
    )  # fmt: skip


def every_day(_safe_harbor: object, _sources: object) -> frozenset[date]:
    return frozenset(day(number) for number in range(HORIZON + 1))


@settings(max_examples=count(test=60, soak=1_000))
@given(histories(), NUMBERS, NUMBERS)
def test_days_of_change_are_enough(sources: HarborSources, on: int, known: int) -> None:
    quick = standing(sources, on, known=known)
    with patch.object(standing_module, "days_of_change", every_day):
        slow = standing(sources, on, known=known)
    assert quick == slow


@settings(max_examples=count(test=60, soak=3_000))
@given(histories(), NUMBERS)
def test_suspension_and_revocation_come_by_decision_only(sources: HarborSources, on: int) -> None:
    found = standing(sources, on)
    told = {decision.to_state for decision in sources.decisions}
    assert found.state not in BY_DECISION or found.state.value in told
    assert all(turn.event is None for turn in found.turns if turn.state in BY_DECISION and turn.due is None)


@settings(max_examples=count(test=60, soak=3_000))
@given(histories(), NUMBERS, NUMBERS)
def test_late_knowledge_changes_no_earlier_day_without_a_decision(sources: HarborSources, on: int, more: int) -> None:
    undecided = record(**{name: getattr(sources, name) for name in sources.__slots__ if name != "decisions"})
    assert standing(undecided, on, known=on + more) == standing(undecided, on)


@settings(max_examples=count(test=60, soak=3_000))
@given(histories(), NUMBERS)
def test_good_standing_means_that_every_condition_is_met(sources: HarborSources, on: int) -> None:
    found = standing(sources, on)
    if found.state.value == "good_standing":
        assert found.due is None
        assert all(result.met for result in found.basis)
    facts = values_of(facts_on(sources, day(on)))
    again = evaluate_conditions(safe_harbor(), facts)
    assert [(r.condition, r.met, r.facts) for r in found.basis] == [(r.condition, r.met, r.facts) for r in again]


EVENTS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["good_standing", "at_risk", "revoked"])),
    max_size=8,
)


@given(EVENTS, st.integers(0, 130), st.integers(0, 130))
@example([(5, 0, "good_standing"), (5, 0, "at_risk")], 9, 9)
def test_state_at_equals_a_timeline_written_over_day_by_day(
    told: list[tuple[int, int, str]], on: int, known: int
) -> None:
    events = [
        StateEvent(day(effective), day(effective + delay), state, index)
        for index, (effective, delay, state) in enumerate(told)
    ]
    timeline = ["not_enrolled"] * 131
    for event in sorted(events, key=lambda event: (event.recorded, event.effective, event.index)):
        if event.recorded <= day(known):
            start = (event.effective - day(0)).days
            timeline[start:] = [event.state] * (131 - start)
    assert state_at(events, on=day(on), known=day(known)) == timeline[on]


def test_busy_record_of_years_is_derived_from_its_days_of_change_alone() -> None:
    years = 5
    sources = record(
        findings=tuple(Finding("minor", at(n), day(n + 60), at(n + 50)) for n in range(0, 365 * years, 30)),
        incidents=tuple(Incident(at(n), at(n + 3), at(n + 1)) for n in range(0, 365 * years, 60)),
        changes=tuple(Change(day(n), at(n), at(n)) for n in range(0, 365 * years, 45)),
    )
    with patch.object(standing_module, "facts_on", wraps=facts_on) as asked:
        found = standing(sources, 365 * years)
    assert found.state.value == "good_standing"
    days = [one for one in days_of_change(safe_harbor(), sources) if day(0) <= one <= day(365 * years)]
    assert 0 < asked.call_count <= len(days) + 2 < 365 * years / 2
