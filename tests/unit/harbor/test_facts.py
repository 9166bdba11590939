from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pool.harbor.conditions import Value
from pool.harbor.facts import facts_on
from pool.harbor.sources import (
    Attestation,
    AuditDecided,
    AuditRefused,
    AuditRequest,
    BaseStatus,
    Change,
    DatedFact,
    EthicsCondition,
    EthicsOutcome,
    EthicsRequest,
    Finding,
    HarborSources,
    Incident,
    MonitoringReport,
    UnknownFact,
)
from tests.unit.harbor.story import at, day, record, safe_harbor, stated

BASELINE = safe_harbor()["safe_harbor_scenarios"]["baseline_facts"]
NOTHING = HarborSources()


def value(sources: HarborSources, name: str, on: int, *, known: int | None = None) -> Value:
    return facts_on(sources, day(on), known=None if known is None else day(known))[name].value


def over(sources: HarborSources, name: str, days: tuple[int, ...]) -> list[Value]:
    return [value(sources, name, on) for on in days]


def test_facts_are_those_of_the_edition_and_two_that_the_replay_needs() -> None:
    names = set(facts_on(NOTHING, day(0)))
    assert names - set(BASELINE) == {"tier", "monitoring_interval_days"}
    assert set(BASELINE) <= names
    assert len(BASELINE) == 37


def test_facts_of_a_record_in_order_have_the_kinds_of_the_baseline() -> None:
    facts = facts_on(record(), day(10))
    for name, expected in BASELINE.items():
        found = facts[name].value
        if found is not None:
            assert isinstance(found, bool) == isinstance(expected, bool), name
            assert isinstance(found, str) == isinstance(expected, str), name


# --- C1


def test_base_model_status_is_the_last_one_in_force() -> None:
    rows = (BaseStatus("EU", "registered", day(0), at(0)), BaseStatus("EU", "deregistered", day(5), at(5)))
    assert over(HarborSources(base=rows), "base_model_status", (0, 4, 5)) == [
        "registered",
        "registered",
        "deregistered",
    ]


def test_base_model_status_without_any_row_is_unregistered() -> None:
    assert value(NOTHING, "base_model_status", 0) == "unregistered"


def test_base_model_status_is_the_worst_of_the_markets() -> None:
    rows = (BaseStatus("EU", "registered", day(0), at(0)),)
    sources = HarborSources(base=rows, markets=("EU", "CN"))
    assert value(sources, "base_model_status", 0) == "unregistered"
    both = replace(sources, base=(*rows, BaseStatus("CN", "registered", day(3), at(3))))
    assert over(both, "base_model_status", (2, 3)) == ["unregistered", "registered"]


def test_base_model_status_expires_with_the_register_extract() -> None:
    rows = (BaseStatus("EU", "registered", day(0), at(0), valid_until=day(7)),)
    assert over(HarborSources(base=rows), "base_model_status", (7, 8)) == ["registered", "expired"]


def test_base_model_fault_of_firm_is_that_of_the_deregistration() -> None:
    rows = (BaseStatus("EU", "deregistered", day(2), at(2), fault_of_firm=True),)
    assert over(HarborSources(base=rows), "base_model_fault_of_firm", (1, 2)) == [False, True]


def test_base_model_deregistered_days_count_from_the_first_row_of_the_withdrawal() -> None:
    rows = (
        BaseStatus("EU", "registered", day(0), at(0)),
        BaseStatus("EU", "deregistered", day(5), at(5)),
        BaseStatus("EU", "deregistered", day(9), at(9)),
    )
    assert over(HarborSources(base=rows), "base_model_deregistered_days", (4, 5, 12)) == [None, 0, 7]


# --- C2


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("registration_status", "incomplete", "complete"),
        ("attestation_limit_days", None, 183),
        ("ethics_level_required", None, 2),
        ("ethics_limit_days", None, 365),
        ("audit_limit_days", None, 365),
        ("monitoring_required", None, 2.0),
        ("misstatement", "none", "negligent"),
        ("authority_order_breached", False, True),
        ("contribution_overdue_days", 0, 12),
        ("hardship_pending", False, True),
    ],
)
def test_plain_fact_holds_from_its_day_on(name: str, before: Value, after: Value) -> None:
    sources = HarborSources(plain=(stated(name, after, since=3),))
    assert over(sources, name, (2, 3, 9)) == [before, after, after]


def test_plain_fact_recorded_late_counts_from_its_recording() -> None:
    sources = HarborSources(plain=(stated("registration_status", "complete", since=3, recorded=6),))
    assert over(sources, "registration_status", (5, 6)) == ["incomplete", "complete"]


def test_plain_fact_stated_again_is_overridden_by_the_later_validity() -> None:
    rows = (stated("misstatement", "negligent", since=2), stated("misstatement", "corrected", since=8))
    assert over(HarborSources(plain=rows), "misstatement", (2, 7, 8)) == ["negligent", "negligent", "corrected"]


def test_plain_fact_of_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownFact):
        DatedFact("headcount", 3, day(0), at(0))


def test_attestation_age_days_count_from_the_last_attestation() -> None:
    rows = (Attestation(day(2), at(2)), Attestation(day(10), at(10)))
    assert over(HarborSources(attestations=rows), "attestation_age_days", (1, 2, 9, 10)) == [None, 0, 7, 0]


def test_unreported_change_days_run_until_the_report() -> None:
    rows = (Change(day(2), at(6), reported_at=at(9)),)
    assert over(HarborSources(changes=rows), "unreported_change_days", (5, 6, 8, 9)) == [0, 4, 6, 0]


# --- C3


def test_ethics_level_done_is_that_of_the_outcome_that_counts() -> None:
    rows = (EthicsOutcome(1, "approved", day(1), at(1)), EthicsOutcome(2, "approved", day(4), at(4)))
    sources = HarborSources(ethics_outcomes=rows, plain=(stated("ethics_level_required", 2),))
    assert over(sources, "ethics_level_done", (0, 1, 4)) == [0, 1, 2]


def test_ethics_level_done_is_not_lowered_by_a_later_screening() -> None:
    rows = (EthicsOutcome(2, "approved", day(1), at(1)), EthicsOutcome(1, "approved", day(4), at(4)))
    sources = HarborSources(ethics_outcomes=rows, plain=(stated("ethics_level_required", 2),))
    assert value(sources, "ethics_level_done", 9) == 2


def test_ethics_outcome_is_the_latest_at_the_required_level() -> None:
    rows = (EthicsOutcome(2, "approved", day(1), at(1)), EthicsOutcome(2, "refused", day(4), at(4)))
    sources = HarborSources(ethics_outcomes=rows, plain=(stated("ethics_level_required", 2),))
    assert over(sources, "ethics_outcome", (0, 1, 4)) == [None, "approved", "refused"]


def test_ethics_age_days_count_from_the_decision() -> None:
    rows = (EthicsOutcome(2, "approved", day(1), at(1)),)
    assert over(HarborSources(ethics_outcomes=rows), "ethics_age_days", (0, 1, 8)) == [None, 0, 7]


def test_ethics_conditions_overdue_count_after_their_day_until_met() -> None:
    rows = (EthicsCondition(day(5), at(1), met_at=at(8)), EthicsCondition(day(6), at(1)))
    assert over(HarborSources(ethics_conditions=rows), "ethics_conditions_overdue", (5, 6, 7, 8)) == [0, 1, 2, 1]


def test_ethics_requested_on_time_needs_an_open_request_before_the_old_review_runs_out() -> None:
    old = (EthicsOutcome(2, "approved", day(0), at(0)),)
    limit = (stated("ethics_limit_days", 10), stated("ethics_level_required", 2))

    def asked(number: int) -> HarborSources:
        return HarborSources(ethics_outcomes=old, ethics_requests=(EthicsRequest(2, at(number), day(30)),), plain=limit)

    assert over(asked(10), "ethics_requested_on_time", (9, 10)) == [False, True]
    assert value(asked(11), "ethics_requested_on_time", 12) is False


def test_ethics_service_overdue_is_the_day_after_its_time_until_it_answers() -> None:
    rows = (EthicsRequest(2, at(1), day(16), ended_at=at(20)),)
    assert over(HarborSources(ethics_requests=rows), "ethics_service_overdue", (16, 17, 19, 20)) == [
        False, True, True, False,
    ]  # fmt: skip


# --- C4


def test_audit_refusals_count_until_cured() -> None:
    rows = (AuditRefused(day(3), at(3), cured_at=at(7)), AuditRefused(day(5), at(5)))
    assert over(HarborSources(refusals=rows), "audit_refusals", (2, 3, 5, 7)) == [0, 1, 2, 1]


def test_audit_age_days_count_from_the_last_decided_audit() -> None:
    rows = (AuditDecided(day(3), at(3)), AuditDecided(day(9), at(9)))
    assert over(HarborSources(audits=rows), "audit_age_days", (2, 3, 8, 9)) == [None, 0, 5, 0]


def test_audit_requested_on_time_needs_an_open_request_within_the_limit() -> None:
    def asked(number: int) -> HarborSources:
        return HarborSources(
            audits=(AuditDecided(day(0), at(0)),),
            plain=(stated("audit_limit_days", 10),),
            audit_requests=(AuditRequest(at(number), ended_at=at(30)),),
        )

    assert over(asked(10), "audit_requested_on_time", (9, 10, 29, 30)) == [False, True, True, False]
    assert value(asked(11), "audit_requested_on_time", 12) is False


def test_audit_requested_on_time_is_true_for_a_first_request() -> None:
    assert value(HarborSources(audit_requests=(AuditRequest(at(4)),)), "audit_requested_on_time", 4) is True


OFFERED = HarborSources(audit_requests=(AuditRequest(at(1), at(5), at(8), day(40)),))


def test_audit_offer_made_from_the_day_it_was_shown() -> None:
    assert over(OFFERED, "audit_offer_made", (0, 1, 4, 5)) == [False, False, False, True]


def test_audit_offer_age_days_count_from_the_day_it_was_shown() -> None:
    assert over(OFFERED, "audit_offer_age_days", (4, 5, 12)) == [None, 0, 7]


def test_audit_booked_from_the_confirmation() -> None:
    assert over(OFFERED, "audit_booked", (7, 8)) == [False, True]


def test_audit_booked_within_days_run_down_to_the_day_and_stay_at_zero() -> None:
    assert over(OFFERED, "audit_booked_within_days", (7, 8, 39, 40, 60)) == [None, 32, 1, 0, 0]


def test_of_two_open_requests_the_furthest_counts() -> None:
    both = HarborSources(audit_requests=(AuditRequest(at(0)), AuditRequest(at(1), at(2), at(3), day(20))))
    assert value(both, "audit_booked", 5) is True


# --- C5


@pytest.mark.parametrize("grade", ["critical", "major", "minor"])
def test_overdue_findings_count_by_grade_until_closed(grade: str) -> None:
    rows = (Finding(grade, at(1), day(10), closed_at=at(13)), Finding("observation", at(1), None))
    sources = HarborSources(findings=rows)
    for other in ("critical", "major", "minor"):
        expected: list[Value] = [0, 1, 1, 0] if other == grade else [0, 0, 0, 0]
        assert over(sources, f"{other}_overdue", (10, 11, 12, 13)) == expected


def test_harm_measures_overdue_count_until_done() -> None:
    rows = (Incident(at(1), at(3), reported_at=at(2), measures_due_on=day(10), measures_done_at=at(12)),)
    assert over(HarborSources(incidents=rows), "harm_measures_overdue", (10, 11, 12)) == [0, 1, 0]


# --- C6, C7, C8


def test_incidents_late_open_count_from_the_missed_hour_until_reported() -> None:
    rows = (Incident(at(1), at(3, 9), reported_at=at(6)),)
    assert over(HarborSources(incidents=rows), "incidents_late_open", (2, 3, 5, 6)) == [0, 1, 1, 0]


def test_monitoring_level_is_that_of_the_reports_in_date() -> None:
    rows = (MonitoringReport(2.0, day(1), at(1)), MonitoringReport(1.0, day(5), at(5)))
    sources = HarborSources(reports=rows, plain=(stated("monitoring_interval_days", 10),))
    assert over(sources, "monitoring_level", (0, 1, 11, 12, 15, 16)) == [0, 2.0, 2.0, 1.0, 1.0, 0]


# --- breaches


def test_incidents_concealed_count_from_the_finding_of_fact() -> None:
    rows = (Incident(at(1), at(3), reported_at=at(9), concealed_on=day(20)),)
    assert over(HarborSources(incidents=rows), "incidents_concealed", (19, 20)) == [0, 1]


def test_containment_overdue_counts_findings_and_incidents_until_contained() -> None:
    rows = (Finding("critical", at(1), day(30), contain_by=at(3), contained_at=at(5)),)
    incidents = (Incident(at(1), at(9), contain_by=at(4), contained_at=at(5)),)
    sources = HarborSources(findings=rows, incidents=incidents)
    assert over(sources, "containment_overdue", (2, 3, 4, 5)) == [0, 1, 2, 0]


def test_repeated_major_counts_until_closed() -> None:
    rows = (Finding("major", at(1), day(30), closed_at=at(9), repeats=True),)
    assert over(HarborSources(findings=rows), "repeated_major", (0, 1, 8, 9)) == [0, 1, 1, 0]


# --- knowledge


def test_a_day_sees_nothing_that_was_recorded_after_it() -> None:
    sources = HarborSources(attestations=(Attestation(day(1), at(6)),))
    assert value(sources, "attestation_age_days", 5, known=100) is None


def test_an_earlier_knowledge_hides_what_came_after_it() -> None:
    sources = HarborSources(findings=(Finding("major", at(1), day(10), closed_at=at(12)),))
    assert value(sources, "major_overdue", 20, known=11) == 1
    assert value(sources, "major_overdue", 20, known=12) == 0


def test_fact_carries_the_latest_instant_of_its_rows() -> None:
    findings = (Finding("major", at(1), day(10), closed_at=at(12)), Finding("major", at(2), day(30)))
    facts = facts_on(HarborSources(findings=findings), day(20))
    assert facts["major_overdue"].recorded_at == at(12)
    assert facts["critical_overdue"].recorded_at is None


def test_documentation_names_room_rows_and_dates_of_every_fact() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "standing.md"
    rows = [line.split("|") for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    told = {cells[1].strip().strip("`"): cells for cells in rows}
    assert set(BASELINE) <= set(told)
    for name in BASELINE:
        assert all(cell.strip() for cell in told[name][1:5]), name
