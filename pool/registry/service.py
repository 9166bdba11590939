"""Writes of the registry: foundation models, fine-tuned models, deployments and dated facts about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.ids import new_public_id
from pool.kernel.refusals import Conflict, Invalid, Missing
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.registry.rules import Checker, ethics_may_be_decided_by, next_versions
from pool.registry.tables import (
    Attestation,
    ChangeReport,
    ConditionMet,
    Deployment,
    EthicsOutcome,
    EthicsRequest,
    FoundationModel,
    FoundationStatus,
    Incident,
    IndicatorFact,
    ModelFile,
    ModelParty,
    MonitoringReport,
    TierAssessment,
    TunedModel,
)

METHODS = ("lora", "qlora", "adapter", "prefix", "prompt", "full", "merge", "distillation", "dpo", "rlhf", "other")


class NoSuchModel(Missing):
    """No fine-tuned model of that name is within sight."""


class NoSuchDeployment(Missing):
    """No deployment of that name is within sight."""


class NoSuchFoundation(Missing):
    """The catalogue has no such foundation model."""


class NoSuchRequest(Missing):
    """No ethics request of that name is within sight."""


class NoSuchIncident(Missing):
    """No incident of that name is within sight."""


class Contradicted(Conflict):
    """The files of a model contradict each other, and nobody has settled it."""


class WrongState(Conflict):
    """The present state does not allow this."""


def _sought(name: str, key: str, kind: type[Missing]) -> Missing:
    return kind(_("There is no %(what)s %(key)s.", what=name, key=key), field=name, next_step=_("Check the reference."))


def model_row(reading: Reading, key: str) -> TunedModel:
    """Return the row of a fine-tuned model by reference or public id. Raises: NoSuchModel."""
    found = reading.session.exec(
        select(TunedModel).where((col(TunedModel.ref) == key) | (col(TunedModel.public_id) == key))
    ).one_or_none()
    if found is None:
        raise _sought(_("model"), key, NoSuchModel)
    return found


def deployment_row(reading: Reading, key: str) -> Deployment:
    """Return the row of a deployment by reference or public id. Raises: NoSuchDeployment."""
    found = reading.session.exec(
        select(Deployment).where((col(Deployment.ref) == key) | (col(Deployment.public_id) == key))
    ).one_or_none()
    if found is None:
        raise _sought(_("deployment"), key, NoSuchDeployment)
    return found


def foundation_row(reading: Reading, key: str) -> FoundationModel:
    """Return the row of a foundation model by reference or public id. Raises: NoSuchFoundation."""
    found = reading.session.exec(
        select(FoundationModel).where((col(FoundationModel.ref) == key) | (col(FoundationModel.public_id) == key))
    ).one_or_none()
    if found is None:
        raise _sought(_("foundation model"), key, NoSuchFoundation)
    return found


def request_row(reading: Reading, key: str) -> EthicsRequest:
    """Return the row of an ethics request. Raises: NoSuchRequest."""
    found = reading.session.exec(
        select(EthicsRequest).where((col(EthicsRequest.ref) == key) | (col(EthicsRequest.public_id) == key))
    ).one_or_none()
    if found is None:
        raise _sought(_("ethics request"), key, NoSuchRequest)
    return found


def incident_row(reading: Reading, key: str) -> Incident:
    """Return the row of an incident. Raises: NoSuchIncident."""
    found = reading.session.exec(
        select(Incident).where((col(Incident.ref) == key) | (col(Incident.public_id) == key))
    ).one_or_none()
    if found is None:
        raise _sought(_("incident"), key, NoSuchIncident)
    return found


# --- foundation models -----------------------------------------------------------------------------------------------


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
) -> FoundationModel:
    """Put a foundation model into the catalogue.

    Raises: Invalid per field; Conflict where provider, name and version are there already.
    """
    check = Checker()
    provider = check.line("provider", provider, most=200)
    name = check.line("name", name, most=200)
    version = check.line("version", version, most=100)
    licence = check.line("licence", licence, most=100, least=0)
    digest = check.digest("digest", digest)
    names = [check.line("aliases", alias, most=200) for alias in aliases if alias.strip()]
    check.done()
    same = select(FoundationModel).where(
        FoundationModel.provider == provider, FoundationModel.name == name, FoundationModel.version == version
    )
    if work.session.exec(same).first() is not None:
        raise Conflict(
            _("This version is in the catalogue already."), field="version", next_step=_("Record its status instead.")
        )
    row = work.add(
        FoundationModel(
            ref=work.next_reference("FND"),
            provider=provider,
            name=name,
            version=version,
            licence=licence,
            digest=digest,
            aliases=names,
            is_demo=is_demo,
        )
    )
    work.note(
        "add",
        subject_kind="foundation_model",
        subject_ref=row.ref,
        after={"provider": provider, "name": name, "version": version},
    )
    return row


def record_foundation_status(
    work: Work,
    *,
    foundation: str,
    market: str,
    status: str,
    valid_from: date,
    evidence_note: str,
    evidence_digest: str = "",
    fault_of_firm: bool = False,
) -> FoundationStatus:
    """Record the registration status of a foundation model in a market from a day on, with its evidence.

    Raises: NoSuchFoundation; Invalid per field, also for a day that has not come.
    """
    check = Checker()
    note = check.line("evidence_note", evidence_note, most=500)
    market = check.line("market", market, most=10)
    status = check.one_of("status", status, ("registered", "deregistered", "unregistered"))
    check.not_ahead("valid_from", valid_from, day_of(work.at))
    check.done()
    model = foundation_row(work, foundation)
    row = work.add(
        FoundationStatus(
            foundation_model_id=model.id or 0,
            market=market,
            status=status,
            fault_of_firm=fault_of_firm,
            valid_from=valid_from,
            recorded_at=work.at,
            evidence_digest=evidence_digest or digest_of({"note": note, "market": market, "status": status}),
            evidence_note=note,
            recorded_by=work.actor.person_id,
        )
    )
    work.note(
        "record_status",
        subject_kind="foundation_model",
        subject_ref=model.ref,
        after={"market": market, "status": status, "valid_from": valid_from.isoformat()},
    )
    return row


# --- fine-tuned models -----------------------------------------------------------------------------------------------


def add_model(
    work: Work,
    *,
    firm_id: int,
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
    parties: Mapping[int, str] | None = None,
) -> TunedModel:
    """Register a fine-tuned model with its parties and what its files were understood to say.

    A hosted fine-tune names its provider and job or snapshot instead of files.
    Raises: Invalid per field, NoSuchFoundation, Contradicted.
    """
    check = Checker()
    name = check.line("name", name, most=200)
    version = check.line("version", version, most=100, least=0)
    method = check.line("method", method, most=60, least=0).lower()
    licence = check.line("licence", licence, most=100, least=0)
    stated_base = check.line("stated_base", stated_base, most=300, least=0)
    description = check.text("description", description, most=5000, least=0)
    names = [check.line("datasets", one, most=300) for one in datasets if one.strip()]
    host: dict[str, Any] = {
        "host_provider": check.line("host_provider", host_provider, most=200, least=0),
        "host_job": check.line("host_job", host_job, most=200, least=0),
        "host_snapshot": check.line("host_snapshot", host_snapshot, most=200, least=0),
        "host_endpoint": check.line("host_endpoint", host_endpoint, most=300, least=0),
    }
    if hosted and not host["host_provider"]:
        check.refuse("host_provider", _("A hosted fine-tune names its provider."), _("Write who hosts it."))
    if hosted and not (host["host_job"] or host["host_snapshot"]):
        check.refuse(
            "host_job", _("A hosted fine-tune names its job or snapshot."), _("Copy it from the provider's console.")
        )
    settled = check.text("contradictions_settled", contradictions_settled, most=2000, least=0)
    check.done()
    if contradictions and not settled:
        raise Contradicted(
            _("The files contradict each other."),
            field="contradictions_settled",
            next_step=_("Say which value is right and why."),
            facts={"contradictions": list(contradictions)},
        )
    base = foundation_row(work, foundation) if foundation else None
    row = work.add(
        TunedModel(
            ref=work.next_reference("MOD"),
            firm_id=firm_id,
            foundation_model_id=base.id if base else None,
            name=name,
            version=version,
            method=method,
            licence=licence,
            datasets=names,
            stated_base=stated_base,
            contradictions=[dict(one) for one in contradictions],
            contradictions_settled=settled,
            hosted=hosted,
            description=description,
            **host,
        )
    )
    for party, role in (parties or {firm_id: "tuner"}).items():
        work.add(ModelParty(model_id=row.id or 0, firm_id=party, role=role))
    for file in files:
        work.add(ModelFile(firm_id=firm_id, model_id=row.id or 0, **file))
    work.note(
        "register",
        subject_kind="model",
        subject_ref=row.ref,
        firm_id=firm_id,
        after={"name": name, "version": version, "foundation": base.ref if base else None, "files": len(files)},
    )
    return row


def link_foundation(work: Work, *, model: str, foundation: str, version_no: int, reason: str) -> TunedModel:
    """Link a fine-tuned model to the catalogue's foundation model.

    Raises: NoSuchModel, NoSuchFoundation, Conflict where somebody changed the model meanwhile.
    """
    row = model_row(work, model)
    base = foundation_row(work, foundation)
    next_versions(row, "version_no", version_no)
    before = row.foundation_model_id
    row.foundation_model_id = base.id
    work.note(
        "link_foundation",
        subject_kind="model",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        before={"foundation_model_id": before},
        after={"foundation": base.ref},
        reason=reason,
    )
    work.flush()
    return row


# --- deployments -----------------------------------------------------------------------------------------------------


def add_deployment(
    work: Work,
    *,
    firm_id: int,
    model: str,
    name: str,
    purpose: str,
    context: str,
    markets: Sequence[str],
    languages: Sequence[str] = ("en",),
    sites: int = 1,
    facts: Mapping[str, Any] | None = None,
    live_on: date | None = None,
) -> Deployment:
    """Make a deployment of a fine-tuned model in state ``draft``. ``context`` and ``markets`` were checked before.

    Raises: Invalid per field, NoSuchModel.
    """
    check = Checker()
    name = check.line("name", name, most=200)
    purpose = check.text("purpose", purpose, most=5000)
    if not markets:
        check.refuse("markets", _("Name at least one market."), _("Choose where people use it."))
    if not 1 <= sites <= 100_000:
        check.refuse("sites", _("The number of sites is 1 to 100 000."), _("Count places with one configuration."))
    check.done()
    parent = model_row(work, model)
    row = work.add(
        Deployment(
            ref=work.next_reference("DEP"),
            firm_id=firm_id,
            model_id=parent.id or 0,
            name=name,
            purpose=purpose,
            context=context,
            markets=sorted(set(markets)),
            languages=list(languages) or ["en"],
            sites=sites,
            facts=dict(facts or {}),
            live_on=live_on,
            pseudonym=new_public_id(),
        )
    )
    work.note(
        "add",
        subject_kind="deployment",
        subject_ref=row.ref,
        firm_id=firm_id,
        after={"name": name, "context": context, "markets": row.markets},
    )
    return row


def declare_indicators(
    work: Work,
    *,
    deployment: str,
    values: Mapping[str, str],
    valid_from: date,
    source: str = "declared",
    evidence_digest: str = "",
) -> tuple[str, ...]:
    """Add one dated value per indicator that changed; return which. Values are exact text, checked before.

    A value counts from ``valid_from`` on, but never before the one it replaces: it is what holds now.

    Raises: NoSuchDeployment; Invalid for a day that has not come.
    """
    check = Checker()
    check.not_ahead("valid_from", valid_from, day_of(work.at))
    check.done()
    row = deployment_row(work, deployment)
    since = _latest_values(work, row.id or 0)
    known = {name: value for name, (value, _day) in since.items()}
    changed = tuple(sorted(name for name, value in values.items() if known.get(name) != value))
    for name in changed:
        work.add(
            IndicatorFact(
                firm_id=row.firm_id,
                deployment_id=row.id or 0,
                indicator=name,
                value=values[name],
                valid_from=max(valid_from, since[name][1]) if name in since else valid_from,
                recorded_at=work.at,
                evidence_digest=evidence_digest,
                source=source,
                person_id=work.actor.person_id,
            )
        )
    if changed:
        row.version += 1
        work.note(
            "declare_indicators",
            subject_kind="deployment",
            subject_ref=row.ref,
            firm_id=row.firm_id,
            before={name: known.get(name) for name in changed},
            after={name: values[name] for name in changed},
        )
        work.flush()
    return changed


def _latest_values(reading: Reading, deployment_id: int) -> dict[str, tuple[str, date]]:
    rows = reading.session.exec(
        select(IndicatorFact)
        .where(IndicatorFact.deployment_id == deployment_id)
        .order_by(col(IndicatorFact.valid_from), col(IndicatorFact.id))
    )
    return {row.indicator: (row.value, row.valid_from) for row in rows}


def keep_assessment(
    work: Work,
    *,
    deployment: str,
    as_of: date,
    edition: str,
    edition_digest: str,
    inputs: Mapping[str, Any],
    base: str,
    intensity: str,
    tier: str,
    result: Mapping[str, Any],
) -> TierAssessment:
    """Keep a tiering with all its inputs under its edition. Raises: NoSuchDeployment."""
    row = deployment_row(work, deployment)
    kept = work.add(
        TierAssessment(
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            as_of=as_of,
            recorded_at=work.at,
            edition=edition,
            edition_digest=edition_digest,
            inputs=dict(inputs),
            base=base,
            intensity=intensity,
            tier=tier,
            result=dict(result),
        )
    )
    work.note(
        "assess",
        subject_kind="deployment",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        after={"tier": tier, "intensity": intensity, "edition": edition},
    )
    return kept


def attest(work: Work, *, deployment: str, signed_name: str, statement: str, content_digest: str) -> Attestation:
    """Sign that the registration is complete and true; the first attestation registers the deployment.

    The typed name must be the signer's own.
    Raises: NoSuchDeployment, Invalid.
    """
    row = deployment_row(work, deployment)
    if " ".join(signed_name.split()).casefold() != work.actor.name.casefold():
        raise Invalid(
            _("The typed name is not yours."),
            field="signed_name",
            next_step=_("Type your name as it stands at the top of the page: %(name)s.", name=work.actor.name),
        )
    if row.state == "ended":
        raise WrongState(_("This deployment has ended."), field="deployment", next_step=_("Register a new deployment."))
    signed = work.add(
        Attestation(
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            person_id=work.actor.person_id or 0,
            signed_name=" ".join(signed_name.split()),
            statement=statement,
            content_digest=content_digest,
            valid_from=day_of(work.at),
            recorded_at=work.at,
        )
    )
    if row.state == "draft":
        row.state = "registered"
        row.registered_at = work.at
    row.version += 1
    work.note(
        "attest",
        subject_kind="deployment",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        after={"signed_name": signed.signed_name, "content": content_digest},
    )
    work.flush()
    return signed


def report_change(work: Work, *, deployment: str, what: str, changed_on: date) -> ChangeReport:
    """Tell the pool of a change of a deployment's facts. Raises: NoSuchDeployment, Invalid."""
    check = Checker()
    what = check.text("what", what, most=5000)
    check.not_ahead("changed_on", changed_on, day_of(work.at))
    check.done()
    row = deployment_row(work, deployment)
    report = work.add(
        ChangeReport(
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            what=what,
            changed_on=changed_on,
            recorded_at=work.at,
            person_id=work.actor.person_id,
        )
    )
    work.note(
        "report_change",
        subject_kind="deployment",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        after={"changed_on": changed_on.isoformat()},
    )
    return report


def end_deployment(work: Work, *, deployment: str, reason: str) -> Deployment:
    """End a deployment. Raises: NoSuchDeployment, WrongState."""
    row = deployment_row(work, deployment)
    if row.state == "ended":
        raise WrongState(
            _("This deployment has ended already."), field="deployment", next_step=_("Nothing is left to do.")
        )
    row.state = "ended"
    row.ended_on = day_of(work.at)
    row.version += 1
    work.note("end", subject_kind="deployment", subject_ref=row.ref, firm_id=row.firm_id, reason=reason)
    work.flush()
    return row


# --- ethics review ---------------------------------------------------------------------------------------------------


def request_ethics(
    work: Work, *, deployment: str, level: int, answers: Mapping[str, Any], due_on: date
) -> EthicsRequest:
    """Ask for an ethics review at a level; ``due_on`` is the pool's own service level.

    Raises: NoSuchDeployment, Invalid, WrongState where one is open.
    """
    row = deployment_row(work, deployment)
    if level not in (1, 2, 3):
        raise Invalid(_("The level is 1, 2 or 3."), field="level", next_step=_("Choose one of the three levels."))
    open_one = select(EthicsRequest).where(EthicsRequest.deployment_id == row.id, EthicsRequest.state == "requested")
    if work.session.exec(open_one).first() is not None:
        raise WrongState(
            _("A review of this deployment is already asked for."),
            field="deployment",
            next_step=_("Wait for its outcome."),
        )
    request = work.add(
        EthicsRequest(
            ref=work.next_reference("ETH"),
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            level=level,
            answers=dict(answers),
            requested_at=work.at,
            due_on=due_on,
            requested_by=work.actor.person_id,
        )
    )
    work.note("request", subject_kind="ethics", subject_ref=request.ref, firm_id=row.firm_id, after={"level": level})
    return request


def decide_ethics(
    work: Work,
    *,
    request: str,
    outcome: str,
    reasons: str,
    conditions: Sequence[str] = (),
    conditions_due_on: date | None = None,
) -> EthicsOutcome:
    """Give the outcome of an ethics review.

    Raises: NoSuchRequest, WrongState, Invalid, Forbidden for whoever is not an ethics reviewer.
    """
    ethics_may_be_decided_by(work.actor)
    check = Checker()
    outcome = check.one_of("outcome", outcome, ("approved", "approved_with_conditions", "refused"))
    reasons = check.text("reasons", reasons, most=20000)
    listed = [check.line("conditions", one, most=1000) for one in conditions if one.strip()]
    if (outcome == "approved_with_conditions") != bool(listed):
        check.refuse(
            "conditions", _("Conditions belong to an approval with conditions, and to nothing else."), _("Correct one.")
        )
    if listed and conditions_due_on is None:
        check.refuse("conditions_due_on", _("Say by when the conditions are to be met."), _("Choose a day."))
    check.done()
    row = request_row(work, request)
    if row.state != "requested":
        raise WrongState(
            _("This review has its outcome already."), field="request", next_step=_("Look at the outcome.")
        )
    row.state = "decided"
    decided = work.add(
        EthicsOutcome(
            firm_id=row.firm_id,
            deployment_id=row.deployment_id,
            request_id=row.id or 0,
            level=row.level,
            outcome=outcome,
            conditions=listed,
            conditions_due_on=conditions_due_on,
            reasons=reasons,
            reviewer_id=work.actor.person_id or 0,
            reviewer_name=work.actor.name,
            valid_from=day_of(work.at),
            recorded_at=work.at,
        )
    )
    work.note("decide", subject_kind="ethics", subject_ref=row.ref, firm_id=row.firm_id, after={"outcome": outcome})
    return decided


def meet_condition(work: Work, *, request: str, note: str) -> ConditionMet:
    """Confirm that the conditions of an ethics outcome are met, seen by a reviewer.

    Raises: NoSuchRequest, WrongState, Forbidden.
    """
    ethics_may_be_decided_by(work.actor)
    row = request_row(work, request)
    outcome = work.session.exec(select(EthicsOutcome).where(EthicsOutcome.request_id == row.id)).one_or_none()
    if outcome is None or not outcome.conditions:
        raise WrongState(_("This review set no conditions."), field="request", next_step=_("Nothing is left to do."))
    if work.session.exec(select(ConditionMet.id).where(ConditionMet.outcome_id == outcome.id)).first() is not None:
        raise WrongState(
            _("These conditions are confirmed already."), field="request", next_step=_("Nothing is left to do.")
        )
    met = work.add(
        ConditionMet(
            firm_id=row.firm_id,
            deployment_id=row.deployment_id,
            outcome_id=outcome.id or 0,
            note=note.strip() or "met",
            valid_from=day_of(work.at),
            recorded_at=work.at,
            person_id=work.actor.person_id,
        )
    )
    work.note("meet_conditions", subject_kind="ethics", subject_ref=row.ref, firm_id=row.firm_id)
    return met


# --- incidents and monitoring ----------------------------------------------------------------------------------------


def report_incident(
    work: Work,
    *,
    deployment: str,
    severity: str,
    description: str,
    occurred_at: datetime,
    known_at: datetime,
    report_hours: int,
    full_report_days: int,
) -> Incident:
    """Report an incident; its clock is the edition's, from the instant the firm knew.

    Raises: NoSuchDeployment, Invalid.
    """
    check = Checker()
    severity = check.one_of("severity", severity, ("serious", "other"))
    description = check.text("description", description, most=20000)
    if occurred_at > known_at:
        check.refuse("known_at", _("It cannot be known before it happened."), _("Correct one of the instants."))
    if known_at > work.at:
        check.refuse("known_at", _("This instant has not come."), _("Correct the instant."))
    check.done()
    row = deployment_row(work, deployment)
    incident = work.add(
        Incident(
            ref=work.next_reference("INC"),
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            severity=severity,
            description=description,
            occurred_at=occurred_at,
            known_at=known_at,
            report_due_at=known_at + timedelta(hours=report_hours),
            reported_at=work.at,
            full_report_due_on=day_of(known_at) + timedelta(days=full_report_days),
            recorded_at=work.at,
        )
    )
    work.note(
        "report",
        subject_kind="incident",
        subject_ref=incident.ref,
        firm_id=row.firm_id,
        after={"severity": severity, "known_at": known_at.isoformat()},
    )
    return incident


def complete_incident(
    work: Work, *, incident: str, full_report: str, containment: str, measures_due_on: date | None = None
) -> Incident:
    """Add the full report and what was done at once. Raises: NoSuchIncident, Invalid, WrongState."""
    check = Checker()
    full_report = check.text("full_report", full_report, most=20000)
    containment = check.text("containment", containment, most=20000, least=0)
    check.done()
    row = incident_row(work, incident)
    if row.closed_at is not None:
        raise WrongState(_("This incident is closed."), field="incident", next_step=_("Report a new one."))
    row.full_report = full_report
    row.full_report_at = row.full_report_at or work.at
    if containment:
        row.containment = containment
        row.contained_at = row.contained_at or work.at
    row.measures_due_on = row.measures_due_on or measures_due_on
    work.note("complete", subject_kind="incident", subject_ref=row.ref, firm_id=row.firm_id)
    work.flush()
    return row


def close_incident(work: Work, *, incident: str, reason: str) -> Incident:
    """Close an incident once its measures are seen to be in place. Raises: NoSuchIncident, WrongState."""
    row = incident_row(work, incident)
    if row.full_report_at is None or row.closed_at is not None:
        raise WrongState(
            _("An incident is closed once, after its full report."),
            field="incident",
            next_step=_("Add the full report."),
        )
    row.closed_at = work.at
    work.note("close", subject_kind="incident", subject_ref=row.ref, firm_id=row.firm_id, reason=reason)
    work.flush()
    return row


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
) -> MonitoringReport:
    """Hand in a monitoring report. Raises: NoSuchDeployment, Invalid per field."""
    check = Checker()
    summary = check.text("summary", summary, most=20000)
    if period_until < period_from:
        check.refuse("period_until", _("The period ends before it begins."), _("Correct one of the days."))
    check.not_ahead("period_until", period_until, day_of(work.at))
    if level not in (1, 2, 3):
        check.refuse("level", _("The level is 1, 2 or 3."), _("Choose the level at which you monitored."))
    for name, value in (("sample_outputs", sample_outputs), ("complaints", complaints)):
        if not 0 <= value <= 10**9:
            check.refuse(name, _("A count is 0 or more."), _("Correct the count."))
    if not 0 <= off_scope_outputs <= sample_outputs:
        check.refuse("off_scope_outputs", _("This is part of the sample."), _("Write at most the sample's size."))
    check.done()
    row = deployment_row(work, deployment)
    report = work.add(
        MonitoringReport(
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            period_from=period_from,
            period_until=period_until,
            level=level,
            sample_outputs=sample_outputs,
            off_scope_outputs=off_scope_outputs,
            complaints=complaints,
            summary=summary,
            evidence_digest=evidence_digest,
            valid_from=day_of(work.at),
            recorded_at=work.at,
            person_id=work.actor.person_id,
        )
    )
    work.note(
        "monitor",
        subject_kind="deployment",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        after={"period_until": period_until.isoformat(), "level": level},
    )
    return report
