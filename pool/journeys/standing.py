"""Standing: gather the dated facts of every room about a deployment and derive where its record stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from auditors.casework import record_facts as casework
from pool.bookings import queries as bookings
from pool.decisions import queries as decisions
from pool.harbor import queries as harbor
from pool.harbor import service, sources
from pool.harbor.limits import limits_of
from pool.harbor.sources import HarborSources
from pool.harbor.standing import Standing, derive_standing
from pool.kernel.clock import day_of, end_of_day
from pool.kernel.storage import Reading, Work, takes_numbers
from pool.members import queries as members
from pool.policy.checklist import audit_interval_months
from pool.policy.loading import Edition, load_edition
from pool.registry import queries as registry
from pool.registry.queries import AssessmentView, RegistryFacts

ETHICS_SCREENING = 1


def sources_of(reading: Reading, *, deployment_id: int) -> HarborSources:
    """Return everything from which the standing of a deployment is derived. Needs the pool's scope or the firm's."""
    edition = load_edition()
    facts = registry.registry_facts(reading, deployment_id)
    return HarborSources(
        enrolments=harbor.enrolments_of(reading, deployment_id),
        decisions=tuple(
            sources.StandingDecision(one.to_state, one.effective_on, one.recorded_at, one.decided_by, one.basis)
            for one in decisions.standing_decisions(reading, deployment_id)
        ),
        plain=tuple(_plain_facts(edition, facts)),
        markets=facts.deployment.markets,
        base=tuple(
            sources.BaseStatus(one.market, one.status, one.valid_from, one.recorded_at, one.fault_of_firm)
            for one in facts.foundation_statuses
        ),
        attestations=tuple(sources.Attestation(one.valid_from, one.recorded_at) for one in facts.attestations),
        changes=tuple(sources.Change(changed, told, told) for changed, told in facts.changes),
        ethics_requests=tuple(
            sources.EthicsRequest(one.level, one.requested_at, one.due_on, one.outcome_recorded_at)
            for one in facts.ethics
        ),
        ethics_outcomes=tuple(_ethics_outcomes(facts)),
        ethics_conditions=tuple(
            sources.EthicsCondition(one.conditions_due_on, one.outcome_recorded_at, one.conditions_met_recorded_at)
            for one in facts.ethics
            if one.conditions_due_on is not None and one.outcome_recorded_at is not None
        ),
        audit_requests=tuple(
            sources.AuditRequest(one.requested_at, one.offered_at, one.booked_at, one.booked_for, one.ended_at)
            for one in bookings.audit_requests(reading, deployment_id)
        ),
        audits=tuple(
            sources.AuditDecided(one.decided_on, one.recorded_at)
            for one in decisions.audit_facts(reading, deployment_id)
        ),
        refusals=tuple(
            sources.AuditRefused(one.decided_on, one.recorded_at, one.cured_at)
            for one in bookings.audit_refusals(reading, deployment_id)
        ),
        findings=tuple(_findings(reading, deployment_id)),
        incidents=tuple(
            sources.Incident(
                recorded_at=one.recorded_at,
                report_due_at=one.report_due_at,
                reported_at=one.reported_at,
                measures_due_on=one.measures_due_on,
                measures_done_at=one.closed_at,
            )
            for one in facts.incidents
        ),
        reports=tuple(sources.MonitoringReport(one.level, one.valid_from, one.recorded_at) for one in facts.monitoring),
    )


def _ethics_outcomes(facts: RegistryFacts) -> Iterable[sources.EthicsOutcome]:
    for one in facts.ethics:
        if one.outcome and one.outcome_on and one.outcome_recorded_at and one.outcome_level is not None:
            yield sources.EthicsOutcome(one.outcome_level, one.outcome, one.outcome_on, one.outcome_recorded_at)
    # Why: screening is a part of the registration form, so each signed registration is an outcome of level 1.
    for signed in facts.attestations:
        yield sources.EthicsOutcome(ETHICS_SCREENING, "approved", signed.valid_from, signed.recorded_at)


def _plain_facts(edition: Edition, facts: RegistryFacts) -> Iterable[sources.DatedFact]:
    if facts.attestations:
        first = facts.attestations[0]
        yield sources.DatedFact("registration_status", "complete", first.valid_from, first.recorded_at)
    for kept in facts.assessments:
        for name, value in _limits(edition, kept).items():
            yield sources.DatedFact(name, value, kept.as_of, kept.recorded_at)


def _limits(edition: Edition, kept: AssessmentView) -> dict[str, Any]:
    levels = {duty["id"]: duty["level"] for duty in kept.result["duties"]}
    months = audit_interval_months(edition, Fraction(kept.intensity))
    return {"tier": kept.tier, **limits_of(edition.safe_harbor, levels=levels, audit_interval_months=months)}


def _findings(reading: Reading, deployment_id: int) -> Iterable[sources.Finding]:
    for one in casework.finding_facts(reading, deployment_id):
        if one.grade in sources.GRADES:
            yield sources.Finding(
                grade=one.grade,
                issued_at=one.issued_at,
                due_on=one.due_on(reading.at),
                closed_at=one.closed_at,
                repeats=one.repeats,
                contain_by=one.contain_by,
                contained_at=one.contained_at,
            )


def standing_on(reading: Reading, *, deployment_id: int, on: date, known: date) -> Standing:
    """Return the standing of a deployment on a day, as known at the end of another."""
    found = sources_of(reading, deployment_id=deployment_id)
    return derive_standing(safe_harbor=load_edition().safe_harbor, sources=found, on=on, known=known)


def refresh(work: Work, *, deployment_id: int) -> None:
    """Derive the standing of a deployment as of now, keep it, and rewrite its entry in the public register."""
    with work.as_pool():
        today = day_of(work.at)
        derived = standing_on(work, deployment_id=deployment_id, on=today, known=day_of(end_of_day(today)))
        view = registry.deployment_by_id(work, deployment_id)
        service.keep_standing(
            work, deployment_id=view.id, firm_id=view.firm_id, pseudonym=view.pseudonym, derived=derived
        )
        _keep_register_entry(work, deployment_ref=view.ref, derived=derived)


def _keep_register_entry(work: Work, *, deployment_ref: str, derived: Standing) -> None:
    facts = registry.deployment_for_booking(work, deployment_ref)
    firm = members.firm_by_id(work, facts.firm_id)
    decided = [one.decided_on for one in decisions.audit_facts(work, facts.id)]
    service.keep_register_entry(
        work,
        deployment_id=facts.id,
        shown=derived.since is not None,
        firm_id=facts.firm_id,
        deployment_ref=facts.ref,
        deployment_name=facts.name,
        firm_ref=firm.ref,
        firm_name=firm.name,
        model_name=facts.model_name,
        foundation_name=facts.foundation_name,
        purpose=facts.purpose[:500],
        context=facts.context,
        markets=list(facts.markets),
        tier=facts.tier,
        state=str(derived.state),
        since=derived.since,
        deemed=derived.deemed,
        last_audit_on=max(decided) if decided else None,
        is_demo=firm.is_demo,
    )


@takes_numbers
def rebuild(work: Work, *, deployment_id: int) -> None:
    """Forget the projected standing of a deployment and derive it anew; the record's entries stay as they are."""
    with work.as_pool():
        service.forget_projection(work, deployment_id=deployment_id)
    refresh(work, deployment_id=deployment_id)
