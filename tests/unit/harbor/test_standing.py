"""Each transition of the edition, replayed from dated rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pool.harbor.sources import (
    Attestation,
    AuditDecided,
    AuditRefused,
    AuditRequest,
    BaseStatus,
    DecisionNotTaken,
    Enrolment,
    EthicsOutcome,
    EthicsRequest,
    Finding,
    HarborSources,
    Incident,
    MonitoringReport,
    StandingDecision,
)
from pool.harbor.standing import Due, Threat
from pool.harbor.transitions import Event, State
from tests.unit.harbor.story import IN_ORDER, at, day, decided, due, record, standing, state, stated, with_fact


def states(sources: HarborSources, *days: int) -> list[str]:
    return [state(sources, on) for on in days]


OVERDUE_MAJOR = Finding("major", at(5), day(20))
WITHDRAWN = Enrolment("withdrawn", day(50), at(50))


# --- into and out of pending


def test_not_enrolled_before_the_application() -> None:
    found = standing(record(), -1)
    assert (found.state, found.since, found.due, found.valid_until, found.cure_until) == (
        State.NOT_ENROLLED, None, None, None, None,
    )  # fmt: skip
    assert [result.condition for result in found.basis] == [f"C{number}" for number in range(1, 9)]


def test_not_enrolled_without_any_row() -> None:
    assert state(HarborSources(), 100) == "not_enrolled"


def test_application_filed_makes_pending() -> None:
    incomplete = record(attestations=())
    found = standing(incomplete, 0)
    assert (found.state, found.since) == (State.PENDING, day(0))


def test_core_conditions_met_give_good_standing_on_the_day_of_the_last() -> None:
    late = record(attestations=(Attestation(day(9), at(9)),))
    assert states(late, 8, 9) == ["pending", "good_standing"]
    assert standing(late, 30).since == day(9)


def test_core_conditions_met_before_the_application_count_from_the_application() -> None:
    late = record(enrolments=(Enrolment("applied", day(40), at(40)),))
    assert standing(late, 60).since == day(40)


def test_core_conditions_met_without_monitoring_enter_at_risk() -> None:
    assert state(record(reports=()), 0) == "at_risk"


def test_application_recorded_late_counts_from_its_recording() -> None:
    late = record(enrolments=(Enrolment("applied", day(0), at(7)),))
    assert states(late, 6, 7) == ["not_enrolled", "good_standing"]


def test_application_timeout_after_180_days() -> None:
    incomplete = record(attestations=())
    assert states(incomplete, 180, 181) == ["pending", "lapsed"]
    assert standing(incomplete, 10).threats == (Threat(State.LAPSED, day(181), Event.APPLICATION_TIMEOUT),)


def test_application_timeout_does_not_count_days_waiting_for_the_ethics_service() -> None:
    request = EthicsRequest(2, at(10), day(25), ended_at=at(20))
    waiting = record(attestations=(), ethics_outcomes=(), ethics_requests=(request,))
    # Days 10 to 19 are the service's: the application lapses ten days later.
    assert states(waiting, 190, 191) == ["pending", "lapsed"]


def test_application_timeout_does_not_count_days_without_an_offer() -> None:
    waiting = record(attestations=(), audits=(), audit_requests=(AuditRequest(at(100), offered_at=at(130)),))
    assert states(waiting, 210, 211) == ["pending", "lapsed"]
    assert standing(waiting, 110).threats == ()


def test_withdrawal_from_pending() -> None:
    assert states(record(attestations=(), enrolments=(*IN_ORDER.enrolments, WITHDRAWN)), 49, 50) == [
        "pending", "withdrawn",
    ]  # fmt: skip


def test_hard_breach_in_pending_stays_pending_and_is_due() -> None:
    sources = replace(with_fact("misstatement", "intentional", since=5), attestations=())
    assert state(sources, 5) == "pending"
    assert due(sources, 9) == ("revoked", day(5))


@pytest.mark.parametrize("start", ["lapsed", "withdrawn"])
def test_application_filed_again(start: str) -> None:
    again = Enrolment("applied", day(300), at(300))
    before = () if start == "lapsed" else (WITHDRAWN,)
    attested = () if start == "lapsed" else IN_ORDER.attestations
    sources = record(attestations=attested, enrolments=(*IN_ORDER.enrolments, *before, again))
    assert states(sources, 299, 300) == [start, "pending" if start == "lapsed" else "good_standing"]


def test_application_filed_again_counts_its_180_days_anew() -> None:
    sources = record(attestations=(), enrolments=(*IN_ORDER.enrolments, Enrolment("applied", day(300), at(300))))
    assert states(sources, 480, 481) == ["pending", "lapsed"]


# --- good standing and at risk


def test_condition_failed_makes_at_risk_on_the_day_after_the_deadline() -> None:
    sources = record(findings=(OVERDUE_MAJOR,))
    assert states(sources, 20, 21) == ["good_standing", "at_risk"]
    found = standing(sources, 21)
    assert (found.due, found.cure_until) == (None, day(42))
    assert Threat(State.SUSPENDED, day(43), Event.CURE_DEADLINE_PASSED, "C5") in found.threats


def test_finding_in_time_never_changes_standing() -> None:
    assert state(record(findings=(replace(OVERDUE_MAJOR, closed_at=at(20)),)), 400) == "good_standing"


def test_all_conditions_met_brings_back_good_standing() -> None:
    sources = record(findings=(replace(OVERDUE_MAJOR, closed_at=at(30)),))
    assert states(sources, 29, 30) == ["at_risk", "good_standing"]
    assert standing(sources, 31).cure_until is None


def test_cure_deadline_passed_stays_at_risk_with_suspension_due() -> None:
    sources = record(findings=(OVERDUE_MAJOR,))
    assert states(sources, 42, 43, 300) == ["at_risk", "at_risk", "at_risk"]
    assert due(sources, 42) is None
    assert due(sources, 43) == ("suspended", day(43))
    assert due(sources, 300) == ("suspended", day(43))


def test_cure_after_the_deadline_takes_back_what_was_due() -> None:
    sources = record(findings=(replace(OVERDUE_MAJOR, closed_at=at(60)),))
    assert due(sources, 59) == ("suspended", day(43))
    assert (state(sources, 60), due(sources, 60)) == ("good_standing", None)


def test_cure_days_follow_the_tier_of_the_failure_and_are_not_shortened() -> None:
    raised = replace(with_fact("tier", "high", since=30), findings=(OVERDUE_MAJOR,))
    assert standing(raised, 40).cure_until == day(42)


def test_each_failed_condition_has_its_own_clock() -> None:
    sources = replace(with_fact("misstatement", "negligent", since=25), findings=(OVERDUE_MAJOR,))
    assert {(threat.condition, threat.on) for threat in standing(sources, 26).threats} == {
        ("C5", day(43)),
        ("C7", day(56)),
    }


def test_safety_breach_puts_at_risk_with_suspension_due() -> None:
    sources = record(findings=(Finding("critical", at(5), day(60), contain_by=at(7)),))
    assert states(sources, 6, 7) == ["good_standing", "at_risk"]
    assert due(sources, 9) == ("suspended", day(7))


def test_safety_breach_at_risk_is_due_at_once() -> None:
    late = Finding("critical", at(22), day(60), contain_by=at(25))
    assert due(record(findings=(OVERDUE_MAJOR, late)), 25) == ("suspended", day(25))


def test_hard_breach_puts_at_risk_with_revocation_due() -> None:
    sources = with_fact("misstatement", "intentional", since=9)
    assert states(sources, 8, 9) == ["good_standing", "at_risk"]
    assert due(sources, 50) == ("revoked", day(9))


def test_hard_breach_at_risk_takes_the_place_of_a_due_suspension() -> None:
    refusals = (AuditRefused(day(30), at(30)), AuditRefused(day(50), at(50)))
    sources = record(findings=(OVERDUE_MAJOR,), refusals=refusals)
    assert due(sources, 49) == ("suspended", day(43))
    assert due(sources, 50) == ("revoked", day(50))


def test_concealed_incident_is_a_hard_breach() -> None:
    sources = record(incidents=(Incident(at(1), at(3), reported_at=at(2), concealed_on=day(70)),))
    assert due(sources, 70) == ("revoked", day(70))


def test_validity_ended_then_grace_ended() -> None:
    sources = record(attestations=(Attestation(day(0), at(0)),))
    assert states(sources, 183, 184, 213, 214) == ["good_standing", "at_risk", "at_risk", "lapsed"]
    assert [standing(sources, on).valid_until for on in (100, 200)] == [day(183), day(183)]
    assert Threat(State.AT_RISK, day(184), Event.VALIDITY_ENDED) in standing(sources, 100).threats
    assert Threat(State.LAPSED, day(214), Event.GRACE_ENDED) in standing(sources, 200).threats


def test_renewal_in_grace_keeps_the_record() -> None:
    sources = record(attestations=(Attestation(day(0), at(0)), Attestation(day(213), at(213))))
    assert states(sources, 212, 213, 214) == ["at_risk", "good_standing", "good_standing"]


def test_validity_is_the_earliest_of_its_parts() -> None:
    sources = record(
        ethics_outcomes=(EthicsOutcome(2, "approved", day(0), at(0)),),
        audits=(AuditDecided(day(20), at(0)), AuditDecided(day(20), at(20))),
        base=(BaseStatus("EU", "registered", day(0), at(0), valid_until=day(120)),),
    )
    assert standing(sources, 30).valid_until == day(120)
    assert states(sources, 120, 121, 151) == ["good_standing", "at_risk", "lapsed"]


def test_upstream_withdrawal_gives_180_days_and_is_deemed() -> None:
    sources = record(base=(*IN_ORDER.base, BaseStatus("EU", "deregistered", day(10), at(10))))
    assert states(sources, 190, 191) == ["good_standing", "at_risk"]
    assert [standing(sources, on).deemed for on in (9, 10, 190, 191)] == [False, True, True, False]


def test_withdrawal_from_good_standing() -> None:
    assert states(record(enrolments=(*IN_ORDER.enrolments, WITHDRAWN)), 49, 50) == ["good_standing", "withdrawn"]


def test_withdrawal_from_at_risk() -> None:
    sources = record(enrolments=(*IN_ORDER.enrolments, WITHDRAWN), findings=(OVERDUE_MAJOR,))
    assert states(sources, 49, 50) == ["at_risk", "withdrawn"]
    assert (due(sources, 50), standing(sources, 50).cure_until) == (None, None)


# --- engagement where available


def test_audit_never_offered_keeps_good_standing_and_is_deemed() -> None:
    sources = record(audits=(), audit_requests=(AuditRequest(at(0)),))
    found = standing(sources, 900)
    assert (found.state, found.deemed) == (State.GOOD_STANDING, True)
    assert [result.deemed for result in found.basis] == [False, False, False, True, False, False, False, False]


def test_audit_offer_not_taken_puts_at_risk_after_30_days() -> None:
    sources = record(audits=(), audit_requests=(AuditRequest(at(0), offered_at=at(10)),))
    assert states(sources, 40, 41) == ["good_standing", "at_risk"]


def test_audit_booked_within_60_days_is_engaged_until_decided() -> None:
    request = AuditRequest(at(0), at(10), at(20), booked_for=day(70), ended_at=at(110))
    sources = record(audits=(AuditDecided(day(110), at(110)),), audit_requests=(request,))
    assert states(sources, 40, 69, 109, 110) == ["good_standing"] * 4
    assert [standing(sources, on).deemed for on in (109, 110)] == [True, False]


def test_audit_overdue_while_the_pool_owes_an_offer_does_not_end_validity() -> None:
    sources = record(audits=(AuditDecided(day(0), at(0)),), audit_requests=(AuditRequest(at(360), at(500)),))
    assert states(sources, 366, 530, 531) == ["good_standing", "good_standing", "at_risk"]
    # The grace runs from the day on which the delay became the firm's, not from the old limit.
    assert states(sources, 560, 561) == ["at_risk", "lapsed"]


def test_ethics_service_late_does_not_keep_the_firm_waiting() -> None:
    request = EthicsRequest(2, at(0), day(15))
    sources = record(ethics_outcomes=(), ethics_requests=(request,))
    assert states(sources, 15, 16) == ["pending", "good_standing"]
    assert standing(sources, 16).deemed


def test_refused_audit_puts_at_risk_until_the_next_date_is_taken() -> None:
    sources = record(refusals=(AuditRefused(day(30), at(30), cured_at=at(40)),))
    assert states(sources, 29, 30, 40) == ["good_standing", "at_risk", "good_standing"]


def test_arrears_move_nothing() -> None:
    assert state(with_fact("contribution_overdue_days", 900, since=5), 400) == "good_standing"


def test_incident_late_puts_at_risk() -> None:
    sources = record(incidents=(Incident(at(1), at(3), reported_at=at(6)),))
    assert states(sources, 2, 3, 6) == ["good_standing", "at_risk", "good_standing"]


def test_monitoring_gap_puts_at_risk_until_the_next_report() -> None:
    reports = (MonitoringReport(2.0, day(0), at(0)), MonitoringReport(2.0, day(100), at(100)))
    assert states(record(reports=reports), 93, 94, 100) == ["good_standing", "at_risk", "good_standing"]


# --- decisions of two persons


def test_suspension_takes_effect_on_the_day_it_is_recorded() -> None:
    sources = record(findings=(OVERDUE_MAJOR,), decisions=(decided("suspended", on=50, effective=43),))
    assert states(sources, 43, 49, 50) == ["at_risk", "at_risk", "suspended"]
    assert due(sources, 50) is None


def test_suspended_record_comes_back_when_all_conditions_are_met() -> None:
    sources = record(findings=(replace(OVERDUE_MAJOR, closed_at=at(80)),), decisions=(decided("suspended", on=50),))
    assert states(sources, 79, 80) == ["suspended", "good_standing"]


@pytest.mark.parametrize(("tier", "days"), [("low", 180), ("medium", 150), ("high", 120)])
def test_suspension_timeout_lapses_after_its_days(tier: str, days: int) -> None:
    sources = replace(with_fact("tier", tier), findings=(OVERDUE_MAJOR,), decisions=(decided("suspended", on=60),))
    assert states(sources, 60 + days, 61 + days) == ["suspended", "lapsed"]


def test_withdrawal_from_suspended() -> None:
    sources = record(
        enrolments=(*IN_ORDER.enrolments, replace(WITHDRAWN, valid_from=day(70), recorded_at=at(70))),
        findings=(OVERDUE_MAJOR,),
        decisions=(decided("suspended", on=50),),
    )
    assert states(sources, 69, 70) == ["suspended", "withdrawn"]


def test_hard_breach_in_suspension_is_due() -> None:
    sources = replace(
        with_fact("misstatement", "intentional", since=70),
        findings=(OVERDUE_MAJOR,),
        decisions=(decided("suspended", on=50),),
    )
    assert (state(sources, 70), due(sources, 71)) == ("suspended", ("revoked", day(70)))


@pytest.mark.parametrize("start", ["withdrawn", "lapsed"])
def test_hard_breach_found_later_is_due_after_the_end(start: str) -> None:
    base = with_fact("misstatement", "intentional", since=400)
    sources = (
        replace(base, enrolments=(*IN_ORDER.enrolments, WITHDRAWN))
        if start == "withdrawn"
        else replace(base, attestations=IN_ORDER.attestations[:1])
    )
    assert (state(sources, 399), state(sources, 400)) == (start, start)
    assert due(sources, 400) == ("revoked", day(400))


@pytest.mark.parametrize(
    ("start", "changes"),
    [
        ("pending", {"attestations": ()}),
        ("good_standing", {}),
        ("at_risk", {"findings": (OVERDUE_MAJOR,)}),
        ("suspended", {"findings": (OVERDUE_MAJOR,), "decisions": (decided("suspended", on=50),)}),
        ("lapsed", {"attestations": IN_ORDER.attestations[:1]}),
        ("withdrawn", {"enrolments": (*IN_ORDER.enrolments, WITHDRAWN)}),
    ],
)
def test_revocation_by_decision_from_every_state_the_edition_names(start: str, changes: dict[str, object]) -> None:
    on = 300 if start == "lapsed" else 170
    before = record(**changes)
    sources = replace(before, decisions=(*before.decisions, decided("revoked", on=on, basis=("B3",))))
    assert states(sources, on - 1, on) == [start, "revoked"]


@pytest.mark.parametrize(("basis", "days"), [(("B1",), 730), (("B3",), 365), (("B1", "B3"), 730), ((), 730)])
def test_application_after_a_revocation_waits(basis: tuple[str, ...], days: int) -> None:
    def applied(number: int) -> HarborSources:
        return record(
            enrolments=(*IN_ORDER.enrolments, Enrolment("applied", day(number), at(number))),
            decisions=(decided("revoked", on=100, basis=basis),),
        )

    assert state(applied(99 + days), 120 + days) == "revoked"
    assert state(applied(100 + days), 100 + days) == "good_standing"


def test_revocation_for_deception_reaches_back_once_it_is_known() -> None:
    sources = record(decisions=(decided("revoked", on=200, effective=20, basis=("B1",)),))
    assert [state(sources, 110, known=150), state(sources, 110, known=250)] == ["good_standing", "revoked"]
    assert [state(sources, 19, known=250), state(sources, 20, known=250)] == ["good_standing", "revoked"]


def test_revocation_for_obstruction_does_not_reach_back() -> None:
    sources = record(decisions=(decided("revoked", on=200, effective=20, basis=("B3",)),))
    assert state(sources, 199, known=250) == "good_standing"


def test_revocation_reaching_back_before_the_application_counts_from_the_application() -> None:
    sources = record(decisions=(decided("revoked", on=200, effective=-50, basis=("B2",)),))
    assert [state(sources, -1, known=250), state(sources, 0, known=250)] == ["not_enrolled", "revoked"]


@pytest.mark.parametrize("what", ["suspended", "revoked"])
def test_appeal_upheld_restores_as_if_never_taken(what: str) -> None:
    taken = decided(what, on=60)
    sources = record(
        findings=(replace(OVERDUE_MAJOR, due_on=day(55), closed_at=at(58)),),
        decisions=(taken, decided("good_standing", on=120, effective=60)),
    )
    if what == "suspended":
        sources = replace(sources, findings=(replace(OVERDUE_MAJOR, due_on=day(55), closed_at=at(100)),))
        assert [state(sources, 80, known=90), state(sources, 80, known=130)] == ["suspended", "at_risk"]
    else:
        assert [state(sources, 80, known=100), state(sources, 80, known=130)] == ["revoked", "good_standing"]


def test_restoration_of_today_lifts_a_suspension_from_today() -> None:
    sources = record(
        findings=(OVERDUE_MAJOR,),
        decisions=(decided("suspended", on=50), decided("at_risk", on=70)),
    )
    assert [state(sources, on, known=100) for on in (69, 70)] == ["suspended", "at_risk"]
    assert standing(sources, 70).cure_until == day(91)


def test_suspension_of_a_record_that_is_not_in_standing_moves_nothing() -> None:
    sources = record(attestations=(), decisions=(decided("suspended", on=50),))
    assert state(sources, 60) == "pending"


@pytest.mark.parametrize("persons", [(), ("dora",), ("dora", "dora")])
def test_decision_needs_two_different_persons(persons: tuple[str, ...]) -> None:
    with pytest.raises(DecisionNotTaken):
        StandingDecision("suspended", day(1), at(1), persons)


def test_decision_is_never_recorded_ahead() -> None:
    with pytest.raises(DecisionNotTaken):
        StandingDecision("suspended", day(2), at(1), ("dora", "emil"))


# --- two times


def test_knowledge_before_the_application_shows_no_record() -> None:
    found = standing(record(), 50, known=-1)
    assert (found.state, found.basis[0].recorded_at) == (State.NOT_ENROLLED, None)


def test_knowledge_of_an_earlier_day_runs_the_clocks_on_without_later_rows() -> None:
    sources = record(findings=(replace(OVERDUE_MAJOR, closed_at=at(30)),))
    assert state(sources, 60, known=30) == "good_standing"
    assert (state(sources, 60, known=25), state(sources, 20, known=25)) == ("at_risk", "good_standing")


def test_late_knowledge_acts_forward_only() -> None:
    plain = (*IN_ORDER.plain, stated("misstatement", "negligent", since=10, recorded=100))
    sources = record(plain=plain)
    assert [state(sources, on, known=300) for on in (50, 99, 100)] == ["good_standing", "good_standing", "at_risk"]


def test_basis_shows_values_and_the_latest_recording() -> None:
    basis = {result.condition: result for result in standing(record(), 10).basis}
    assert basis["C2"].facts == {
        "registration_status": "complete",
        "attestation_age_days": 10,
        "attestation_limit_days": 183,
        "unreported_change_days": 0,
    }
    assert basis["C2"].recorded_at == at(0)
    assert basis["C5"].recorded_at is None


def test_turns_tell_the_history() -> None:
    sources = record(findings=(replace(OVERDUE_MAJOR, closed_at=at(60)),))
    assert [(turn.on, turn.event, turn.state, turn.due) for turn in standing(sources, 70).turns] == [
        (day(0), Event.APPLICATION_FILED, State.PENDING, None),
        (day(0), Event.CORE_CONDITIONS_MET, State.GOOD_STANDING, None),
        (day(21), Event.CONDITION_FAILED, State.AT_RISK, None),
        (day(43), None, State.AT_RISK, State.SUSPENDED),
        (day(60), Event.ALL_CONDITIONS_MET, State.GOOD_STANDING, None),
    ]


def test_due_is_a_value_of_its_own() -> None:
    assert standing(record(findings=(OVERDUE_MAJOR,)), 43).due == Due(State.SUSPENDED, day(43))
