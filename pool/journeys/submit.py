"""Submitting: foundation models, fine-tuned models, deployments, and the facts that the record rests on.

Every fact that counts for the participation record is appended to it, and the standing is derived anew, in the
transaction that writes the fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from auditors.casework import queries as casework
from pool.harbor import service as harbor
from pool.harbor.transitions import State
from pool.journeys import standing
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.refusals import Conflict, Forbidden, Invalid
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.storage import Reading, Work, takes_numbers
from pool.kernel.words import gettext as _
from pool.policy.assessment import Assessment, assess
from pool.policy.deadlines import incident_clocks, service_level_days
from pool.policy.loading import load_edition
from pool.registry import queries, service
from pool.registry.inspection import Inspection
from pool.registry.queries import DeploymentView

#: States in which a record has to be applied for.
OUT = frozenset({State.NOT_ENROLLED, State.WITHDRAWN, State.LAPSED, State.REVOKED})
#: What a person signs when attesting; the version is part of the digest.
STATEMENT = (
    "The registration of this deployment is complete and true to my knowledge. "
    "I know that changes are reported within 30 days. (statement 2026.1)"
)


class NotYourFirm(Forbidden):
    """Only a firm's own seat does this."""


class NotRegistrar(Forbidden):
    """Only the registrar keeps the catalogue."""


class NotReady(Conflict):
    """Something is missing before this can be done."""


class AuditedIt(Forbidden):
    """Who audited a deployment never reviews its ethics, nor the other way round."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a submission answers: the new object's reference and public id."""

    ref: str
    public_id: str


def _firm(work: Work) -> int:
    if work.actor.office not in FIRM_OFFICES or work.actor.firm_id is None:
        raise NotYourFirm(_("Only a firm's own seat may do this."), next_step=_("Change to your seat at the firm."))
    return work.actor.firm_id


def _registrar(work: Work) -> None:
    if work.actor.office is not Office.REGISTRAR:
        raise NotRegistrar(_("Only the registrar keeps the catalogue."), next_step=_("Ask the registrar."))


# --- foundation models -----------------------------------------------------------------------------------------------


@takes_numbers
def add_foundation(
    work: Work,
    *,
    provider: str,
    name: str,
    version: str,
    licence: str = "",
    digest: str = "",
    aliases: Sequence[str] = (),
    is_demo: bool = False,
) -> Reference:
    """Put a foundation model into the pool's catalogue. Raises: NotRegistrar and the registry's refusals."""
    _registrar(work)
    row = service.add_foundation(
        work,
        provider=provider,
        name=name,
        version=version,
        licence=licence,
        digest=digest,
        aliases=aliases,
        is_demo=is_demo,
    )
    return Reference(row.ref, row.public_id)


@takes_numbers
def record_foundation_status(
    work: Work,
    *,
    foundation: str,
    market: str,
    status: str,
    valid_from: date,
    evidence_note: str,
    evidence_digest: str = "",
) -> Reference:
    """Record a foundation model's status in a market; every deployment built on it is looked at anew."""
    _registrar(work)
    known = load_edition().markets
    if market not in known:
        raise Invalid(
            _("The market %(market)s is not known.", market=repr(market)),
            field="market",
            next_step=_("Use one of: %(known)s.", known=", ".join(sorted(known))),
        )
    row = service.record_foundation_status(
        work,
        foundation=foundation,
        market=market,
        status=status,
        valid_from=valid_from,
        evidence_note=evidence_note,
        evidence_digest=evidence_digest,
    )
    for view in queries.all_deployments(work):
        facts = queries.deployment_for_booking(work, view.ref)
        if facts.foundation_model_id == row.foundation_model_id:
            standing.refresh(work, deployment_id=view.id)
    found, _facts = queries.foundation(work, foundation)
    return Reference(found.ref, found.public_id)


def file_of(inspection: Inspection, size_bytes: int) -> dict[str, Any]:
    """Return the row of an inspected file: its name, digest, size, format and what was understood."""
    own = next(one.value for one in inspection.digests if one.alg == "sha256" and one.file == inspection.file)
    return {
        "name": inspection.file,
        "sha256": own,
        "size_bytes": size_bytes,
        "format": inspection.format,
        "understood": inspection.as_json(),
    }


# --- fine-tuned models -----------------------------------------------------------------------------------------------


@takes_numbers
def register_model(
    work: Work,
    *,
    name: str,
    foundation: str | None,
    version: str = "",
    method: str = "",
    licence: str = "",
    datasets: Sequence[str] = (),
    stated_base: str = "",
    description: str = "",
    hosted: bool = False,
    host_provider: str = "",
    host_job: str = "",
    host_snapshot: str = "",
    host_endpoint: str = "",
    contradictions: Sequence[Mapping[str, Any]] = (),
    contradictions_settled: str = "",
    files: Sequence[Mapping[str, Any]] = (),
) -> Reference:
    """Register a fine-tuned model of one's own firm.

    ``files`` are dicts with ``name, sha256, size_bytes, format, understood`` of inspected files.
    Raises: NotYourFirm and the registry's refusals.
    """
    row = service.add_model(
        work,
        firm_id=_firm(work),
        name=name,
        foundation=foundation,
        version=version,
        method=method,
        licence=licence,
        datasets=datasets,
        stated_base=stated_base,
        description=description,
        hosted=hosted,
        host_provider=host_provider,
        host_job=host_job,
        host_snapshot=host_snapshot,
        host_endpoint=host_endpoint,
        contradictions=contradictions,
        contradictions_settled=contradictions_settled,
        files=files,
    )
    return Reference(row.ref, row.public_id)


@takes_numbers
def link_foundation(work: Work, *, model: str, foundation: str, version_no: int, reason: str) -> Reference:
    """Link one's own model to the catalogue's foundation model, and look at its deployments anew."""
    _firm(work)
    row = service.link_foundation(work, model=model, foundation=foundation, version_no=version_no, reason=reason)
    for view in queries.deployments_of_model(work, row.id or 0):
        standing.refresh(work, deployment_id=view.id)
    return Reference(row.ref, row.public_id)


# --- deployments -----------------------------------------------------------------------------------------------------


def tier_of(
    *, indicators: Mapping[str, Any], context: str, markets: Sequence[str], facts: Mapping[str, Any], on: date
) -> Assessment:
    """Assess a deployment under the present edition. Raises: the policy's refusals, with their fields."""
    return assess(load_edition(), indicators, context=context, markets=tuple(markets), facts=facts, on=on)


@takes_numbers
def register_deployment(
    work: Work,
    *,
    model: str,
    name: str,
    purpose: str,
    context: str,
    markets: Sequence[str],
    indicators: Mapping[str, Any],
    languages: Sequence[str] = ("en",),
    sites: int = 1,
    facts: Mapping[str, Any] | None = None,
    live_on: date | None = None,
    evidence_digest: str = "",
) -> Reference:
    """Register a deployment of one's own model with its fifteen indicators; it is tiered at once.

    Raises: NotYourFirm, the policy's refusals with the field, the registry's refusals.
    """
    firm_id = _firm(work)
    stated = dict(facts or {})
    assessed = tier_of(indicators=indicators, context=context, markets=markets, facts=stated, on=day_of(work.at))
    row = service.add_deployment(
        work,
        firm_id=firm_id,
        model=model,
        name=name,
        purpose=purpose,
        context=context,
        markets=markets,
        languages=languages,
        sites=sites,
        facts=stated,
        live_on=live_on,
    )
    service.declare_indicators(
        work,
        deployment=row.ref,
        values=_exact(indicators),
        valid_from=day_of(work.at),
        evidence_digest=evidence_digest,
    )
    _keep(work, row.ref, assessed)
    return Reference(row.ref, row.public_id)


def _exact(indicators: Mapping[str, Any]) -> dict[str, str]:
    """Return indicator values as exact text, without a float's noise."""
    return {
        name: str(int(value)) if isinstance(value, bool) or float(value) == int(float(value)) else repr(value)
        for name, value in indicators.items()
    }


def _plain(value: Any) -> Any:
    """Return a checked fact as JSON can hold it: exact numbers as text."""
    if isinstance(value, Fraction):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _keep(work: Work, deployment: str, assessed: Assessment) -> None:
    service.keep_assessment(
        work,
        deployment=deployment,
        as_of=assessed.on,
        edition=assessed.edition,
        edition_digest=assessed.edition_digest,
        inputs={
            "indicators": {name: str(value) for name, value in assessed.values.items()},
            "context": assessed.context,
            "markets": list(assessed.markets),
            "facts": {name: _plain(value) for name, value in assessed.facts.items()},
        },
        base=f"{float(assessed.load):.6f}",
        intensity=f"{float(assessed.intensity):.4f}",
        tier=assessed.tier,
        result=assessed.as_json() | {"nearest": assessed.nearest.text if assessed.nearest else None},
    )


@takes_numbers
def change_indicators(
    work: Work,
    *,
    deployment: str,
    indicators: Mapping[str, Any],
    changed_on: date,
    what: str,
    evidence_digest: str = "",
) -> Reference:
    """Report a change of indicators of one's own deployment; it is tiered anew and the change is on record.

    ``indicators`` are all fifteen, as they are now.
    """
    _firm(work)
    view = queries.deployment(work, deployment)
    assessed = tier_of(
        indicators=indicators,
        context=view.context,
        markets=view.markets,
        facts=view.facts,
        on=day_of(work.at),
    )
    changed = service.declare_indicators(
        work, deployment=view.ref, values=_exact(indicators), valid_from=changed_on, evidence_digest=evidence_digest
    )
    if not changed:
        raise Invalid(
            _("No indicator differs from its present value."), field="indicators", next_step=_("Change what changed.")
        )
    service.report_change(work, deployment=view.ref, what=what, changed_on=changed_on)
    _keep(work, view.ref, assessed)
    _record(work, view, kind="registration", body={"changed": list(changed), "what": what}, valid_from=changed_on)
    return Reference(view.ref, view.public_id)


def attestation_content(reading: Reading, deployment: str) -> dict[str, Any]:
    """Return exactly what an attestation of the deployment signs, as of now."""
    facts = queries.deployment_for_booking(reading, deployment)
    return {
        "deployment": facts.ref,
        "model": facts.model_ref,
        "foundation": facts.foundation_name,
        "purpose": facts.purpose,
        "context": facts.context,
        "markets": list(facts.markets),
        "sites": facts.sites,
        "facts": dict(facts.facts),
        "indicators": dict(facts.indicators),
        "tier": facts.tier,
        "intensity": facts.intensity,
        "edition": facts.edition_digest,
        "statement": STATEMENT,
    }


@takes_numbers
def attest(work: Work, *, deployment: str, signed_name: str) -> Reference:
    """Sign that the registration of one's own deployment is complete and true; enrols it in the record.

    The first attestation applies for the participation record and, at low tier, counts as ethics screening. One that
    is signed after the record lapsed, was left or revoked applies again.
    Raises: NotYourFirm, NotReady where the model has no foundation model, the registry's refusals.
    """
    _firm(work)
    facts = queries.deployment_for_booking(work, deployment)
    if facts.foundation_model_id is None:
        raise NotReady(
            _("The model is not linked to a foundation model of the catalogue."),
            field="deployment",
            next_step=_("Link the model first; ask the registrar to add a foundation model that is missing."),
        )
    content = attestation_content(work, facts.ref)
    service.attest(
        work,
        deployment=facts.ref,
        signed_name=signed_name,
        statement=STATEMENT,
        content_digest=digest_of(content),
    )
    view = queries.deployment(work, facts.ref)
    if _is_out(work, view.id):
        harbor.enrol(work, deployment_id=view.id, firm_id=view.firm_id, deployment_ref=view.ref)
    _record(work, view, kind="registration", body=content, valid_from=day_of(work.at))
    return Reference(view.ref, view.public_id)


def _is_out(reading: Reading, deployment_id: int) -> bool:
    """Tell whether the record of a deployment waits for an application: never applied for, left, lapsed or revoked."""
    today = day_of(reading.at)
    return standing.standing_on(reading, deployment_id=deployment_id, on=today, known=today).state in OUT


def _record(work: Work, view: DeploymentView, *, kind: str, body: Mapping[str, Any], valid_from: date) -> None:
    """Append a fact to the participation record and derive the standing anew."""
    harbor.append_entry(
        work,
        deployment_id=view.id,
        firm_id=view.firm_id,
        pseudonym=view.pseudonym,
        kind=kind,
        body=dict(body),
        valid_from=valid_from,
    )
    standing.refresh(work, deployment_id=view.id)


@takes_numbers
def end_deployment(work: Work, *, deployment: str, reason: str) -> Reference:
    """End one's own deployment: it leaves the record, its history stays."""
    _firm(work)
    if not reason.strip():
        raise Invalid(_("Say why it ends."), field="reason", next_step=_("Write a short reason."))
    row = service.end_deployment(work, deployment=deployment, reason=reason)
    view = queries.deployment(work, row.ref)
    if not _is_out(work, view.id):
        harbor.withdraw(work, deployment_id=view.id, firm_id=view.firm_id, deployment_ref=view.ref)
    _record(work, view, kind="registration", body={"ended": True, "reason": reason}, valid_from=day_of(work.at))
    return Reference(view.ref, view.public_id)


# --- ethics ----------------------------------------------------------------------------------------------------------


def ethics_level_of(tier: str) -> int:
    """Return the level of ethics review a tier asks for: screening, simplified, full."""
    return {"low": 1, "medium": 2, "high": 3}[tier]


@takes_numbers
def request_ethics(work: Work, *, deployment: str, answers: Mapping[str, Any], level: int | None = None) -> Reference:
    """Ask for an ethics review of one's own deployment, at the level its tier asks for or a higher one.

    Raises: Invalid where no question is answered, at any level: reviewers cannot judge an empty form.
    """
    _firm(work)
    view = queries.deployment(work, deployment)
    if not any(answers.values()):
        raise Invalid(
            _("No question is answered, so nobody can review it."),
            field="answers",
            next_step=_("Answer at least who could lose by it and how it is stopped."),
        )
    if not view.tier:
        raise NotReady(
            _("The deployment is not tiered yet."), field="deployment", next_step=_("Declare its indicators.")
        )
    wanted = max(level or 0, ethics_level_of(view.tier))
    days = service_level_days(load_edition())
    promised = days[{1: "ethics_screening_days", 2: "ethics_simplified_days", 3: "ethics_full_days"}[wanted]]
    row = service.request_ethics(
        work,
        deployment=view.ref,
        level=wanted,
        answers=answers,
        due_on=day_of(work.at) + timedelta(days=promised),
    )
    _record(
        work,
        view,
        kind="ethics-review",
        body={"request": row.ref, "level": wanted, "due_on": row.due_on.isoformat()},
        valid_from=day_of(work.at),
    )
    return Reference(row.ref, row.public_id)


@takes_numbers
def decide_ethics(
    work: Work,
    *,
    request: str,
    outcome: str,
    reasons: str,
    conditions: Sequence[str] = (),
    conditions_due_on: date | None = None,
) -> Reference:
    """Give the outcome of an ethics review, as ethics reviewer who never audited the deployment."""
    _refuse_its_auditor(work, request)
    decided = service.decide_ethics(
        work,
        request=request,
        outcome=outcome,
        reasons=reasons,
        conditions=conditions,
        conditions_due_on=conditions_due_on,
    )
    view = queries.deployment_by_id(work, decided.deployment_id)
    _record(
        work,
        view,
        kind="ethics-review",
        body={"request": request, "outcome": outcome, "level": decided.level, "conditions": list(decided.conditions)},
        valid_from=day_of(work.at),
    )
    found = queries.ethics_request(work, request)
    return Reference(found.ref, found.public_id)


def _refuse_its_auditor(work: Work, request: str) -> None:
    """Refuse whoever is or was in a team that audited the deployment. Source: effort.yaml, separation.rules."""
    deployment_id = queries.ethics_request(work, request).deployment_id
    if casework.has_audited(work, deployment_id, work.actor.person_id or 0):
        raise AuditedIt(
            _("You audited this deployment, so somebody else reviews its ethics."),
            next_step=_("Hand it to another ethics reviewer."),
        )


@takes_numbers
def meet_ethics_conditions(work: Work, *, request: str, note: str) -> Reference:
    """Confirm, as ethics reviewer who never audited the deployment, that the conditions of an outcome are met."""
    _refuse_its_auditor(work, request)
    met = service.meet_condition(work, request=request, note=note)
    view = queries.deployment_by_id(work, met.deployment_id)
    _record(
        work, view, kind="ethics-review", body={"request": request, "conditions_met": True}, valid_from=day_of(work.at)
    )
    found = queries.ethics_request(work, request)
    return Reference(found.ref, found.public_id)


# --- incidents and monitoring ----------------------------------------------------------------------------------------


@takes_numbers
def report_incident(
    work: Work, *, deployment: str, severity: str, description: str, occurred_at: datetime, known_at: datetime
) -> Reference:
    """Report an incident of one's own deployment; the clock runs from when the firm knew."""
    _firm(work)
    view = queries.deployment(work, deployment)
    clocks = incident_clocks(load_edition(), view.tier or "high")
    row = service.report_incident(
        work,
        deployment=view.ref,
        severity=severity,
        description=description,
        occurred_at=occurred_at,
        known_at=known_at,
        report_hours=clocks.serious_hours if severity == "serious" else clocks.other_hours,
        full_report_days=clocks.full_report_days,
    )
    _record(
        work,
        view,
        kind="assessment",
        body={"incident": row.ref, "severity": severity, "known_at": known_at.isoformat()},
        valid_from=day_of(known_at),
    )
    return Reference(row.ref, row.public_id)


@takes_numbers
def complete_incident(
    work: Work, *, incident: str, full_report: str, containment: str, measures_due_on: date | None = None
) -> Reference:
    """Add the full report of an incident of one's own deployment."""
    _firm(work)
    row = service.complete_incident(
        work, incident=incident, full_report=full_report, containment=containment, measures_due_on=measures_due_on
    )
    view = queries.deployment_by_id(work, row.deployment_id)
    _record(work, view, kind="assessment", body={"incident": row.ref, "full_report": True}, valid_from=day_of(work.at))
    return Reference(row.ref, row.public_id)


@takes_numbers
def close_incident(work: Work, *, incident: str, reason: str) -> Reference:
    """Close an incident, as registrar, once its measures are seen to be in place."""
    _registrar(work)
    row = service.close_incident(work, incident=incident, reason=reason)
    view = queries.deployment_by_id(work, row.deployment_id)
    _record(work, view, kind="assessment", body={"incident": row.ref, "closed": True}, valid_from=day_of(work.at))
    return Reference(row.ref, row.public_id)


@takes_numbers
def add_monitoring(
    work: Work,
    *,
    deployment: str,
    period_from: date,
    period_until: date,
    level: int,
    sample_outputs: int,
    off_scope_outputs: int,
    complaints: int,
    summary: str,
    evidence_digest: str = "",
) -> Reference:
    """Hand in a monitoring report of one's own deployment."""
    _firm(work)
    view = queries.deployment(work, deployment)
    row = service.add_monitoring(
        work,
        deployment=view.ref,
        period_from=period_from,
        period_until=period_until,
        level=level,
        sample_outputs=sample_outputs,
        off_scope_outputs=off_scope_outputs,
        complaints=complaints,
        summary=summary,
        evidence_digest=evidence_digest,
    )
    _record(
        work,
        view,
        kind="assessment",
        body={"monitoring": row.public_id, "level": level, "period_until": period_until.isoformat()},
        valid_from=day_of(work.at),
    )
    return Reference(view.ref, row.public_id)
