"""Reads of the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select

from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.storage import Reading
from pool.registry.service import deployment_row, foundation_row, incident_row, model_row, request_row
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


@dataclass(frozen=True, slots=True)
class FoundationView:
    """A foundation model with its present status per market."""

    id: int
    ref: str
    public_id: str
    provider: str
    name: str
    version: str
    licence: str
    digest: str
    aliases: tuple[str, ...]
    statuses: Mapping[str, str]

    @property
    def title(self) -> str:
        """Return provider, name and version as one text."""
        return f"{self.provider} {self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class StatusFact:
    """The status of a foundation model in a market from a day on, as recorded at an instant."""

    foundation_model_id: int
    market: str
    status: str
    fault_of_firm: bool
    valid_from: date
    recorded_at: datetime
    evidence_digest: str
    evidence_note: str


@dataclass(frozen=True, slots=True)
class ModelView:
    """A fine-tuned model."""

    id: int
    ref: str
    public_id: str
    firm_id: int
    name: str
    version: str
    method: str
    licence: str
    datasets: tuple[str, ...]
    stated_base: str
    foundation_model_id: int | None
    foundation: str
    foundation_ref: str
    hosted: bool
    host_provider: str
    host_job: str
    host_snapshot: str
    host_endpoint: str
    description: str
    contradictions: tuple[Mapping[str, Any], ...]
    contradictions_settled: str
    created_at: datetime
    version_no: int


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that described a model."""

    name: str
    sha256: str
    size_bytes: int
    format: str
    understood: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """A kept tiering."""

    as_of: date
    recorded_at: datetime
    edition: str
    edition_digest: str
    inputs: Mapping[str, Any]
    base: str
    intensity: str
    tier: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """A deployment as a list or page shows it."""

    id: int
    ref: str
    public_id: str
    firm_id: int
    name: str
    purpose: str
    context: str
    markets: tuple[str, ...]
    languages: tuple[str, ...]
    sites: int
    facts: Mapping[str, Any]
    state: str
    model_name: str
    model_ref: str
    tier: str
    intensity: str
    registered_at: datetime | None
    live_on: date | None
    ended_on: date | None
    pseudonym: str
    version: int


@dataclass(frozen=True, slots=True)
class DeploymentFacts:
    """Everything about a deployment that a booking freezes."""

    id: int
    firm_id: int
    ref: str
    public_id: str
    name: str
    model_name: str
    model_ref: str
    foundation_model_id: int | None
    foundation_name: str
    purpose: str
    context: str
    markets: tuple[str, ...]
    languages: tuple[str, ...]
    sites: int
    facts: Mapping[str, Any]
    indicators: Mapping[str, str]
    tier: str
    intensity: str
    base: str
    edition: str
    edition_digest: str
    assessment_result: Mapping[str, Any]
    state: str
    pseudonym: str
    live_on: date | None
    attested: bool


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of one indicator, with its two dates and its evidence."""

    indicator: str
    value: str
    valid_from: date
    recorded_at: datetime
    source: str
    evidence_digest: str


@dataclass(frozen=True, slots=True)
class AttestationView:
    """A signed attestation."""

    signed_name: str
    statement: str
    content_digest: str
    valid_from: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class EthicsView:
    """An ethics request with its outcome, where there is one."""

    ref: str
    public_id: str
    firm_id: int
    deployment_id: int
    deployment_ref: str
    deployment_name: str
    level: int
    answers: Mapping[str, Any]
    requested_at: datetime
    due_on: date
    state: str
    outcome: str | None
    outcome_on: date | None
    outcome_recorded_at: datetime | None
    outcome_level: int | None
    reasons: str
    reviewer_name: str
    conditions: tuple[str, ...]
    conditions_due_on: date | None
    conditions_met_on: date | None
    conditions_met_recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with its clocks."""

    ref: str
    public_id: str
    deployment_id: int
    deployment_ref: str
    deployment_name: str
    severity: str
    description: str
    occurred_at: datetime
    known_at: datetime
    report_due_at: datetime
    reported_at: datetime | None
    full_report_due_on: date | None
    full_report: str
    full_report_at: datetime | None
    containment: str
    contained_at: datetime | None
    measures_due_on: date | None
    closed_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class MonitoringView:
    """A monitoring report."""

    public_id: str
    period_from: date
    period_until: date
    level: int
    sample_outputs: int
    off_scope_outputs: int
    complaints: int
    summary: str
    valid_from: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RegistryFacts:
    """The dated facts of the registry about one deployment, from which the participation record is derived."""

    deployment: DeploymentView
    foundation_statuses: tuple[StatusFact, ...]
    attestations: tuple[AttestationView, ...]
    assessments: tuple[AssessmentView, ...]
    changes: tuple[tuple[date, datetime], ...]
    ethics: tuple[EthicsView, ...]
    incidents: tuple[IncidentView, ...]
    monitoring: tuple[MonitoringView, ...]


# --- foundation models -----------------------------------------------------------------------------------------------


def foundations(reading: Reading, request: ListRequest | None = None) -> Page[FoundationView]:
    """Return a page of the catalogue of foundation models with their present statuses; two queries."""
    columns = ListColumns(
        key=FoundationModel.id,
        sorts={"ref": FoundationModel.ref, "name": FoundationModel.name, "provider": FoundationModel.provider},
        filters={"provider": FoundationModel.provider},
        search=(FoundationModel.name, FoundationModel.provider, FoundationModel.version),
    )
    page: Page[FoundationModel] = read_page(
        reading.session,
        select(FoundationModel),
        request or ListRequest(size=200),
        columns=columns,
        make=lambda row: row,
    )
    statuses = _present_statuses(reading, [row.id or 0 for row in page.items])
    return Page(
        tuple(_foundation(row, statuses.get(row.id or 0, {})) for row in page.items),
        page.request,
        page.next_cursor,
        page.previous_cursor,
    )


def _foundation(row: FoundationModel, statuses: Mapping[str, str]) -> FoundationView:
    return FoundationView(
        row.id or 0,
        row.ref,
        row.public_id,
        row.provider,
        row.name,
        row.version,
        row.licence,
        row.digest,
        tuple(row.aliases),
        dict(statuses),
    )


def _present_statuses(reading: Reading, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    rows = reading.session.exec(
        select(FoundationStatus)
        .where(col(FoundationStatus.foundation_model_id).in_(ids))
        .order_by(col(FoundationStatus.valid_from), col(FoundationStatus.id))
    )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.foundation_model_id, {})[row.market] = row.status
    return found


def foundation(reading: Reading, key: str) -> tuple[FoundationView, tuple[StatusFact, ...]]:
    """Return a foundation model and every status recorded of it, newest first. Raises: NoSuchFoundation."""
    row = foundation_row(reading, key)
    facts = statuses_of(reading, row.id or 0)
    present = _present_statuses(reading, [row.id or 0]).get(row.id or 0, {})
    return _foundation(row, present), tuple(reversed(facts))


def statuses_of(reading: Reading, foundation_model_id: int) -> tuple[StatusFact, ...]:
    """Return the statuses of a foundation model in the order they became valid."""
    rows = reading.session.exec(
        select(FoundationStatus)
        .where(FoundationStatus.foundation_model_id == foundation_model_id)
        .order_by(col(FoundationStatus.valid_from), col(FoundationStatus.id))
    )
    return tuple(
        StatusFact(
            r.foundation_model_id,
            r.market,
            r.status,
            r.fault_of_firm,
            r.valid_from,
            r.recorded_at,
            r.evidence_digest,
            r.evidence_note,
        )
        for r in rows
    )


def foundation_named(reading: Reading, names: Sequence[str]) -> FoundationView | None:
    """Return the one foundation model that any of these names means, by name, provider/name or alias; else ``None``."""
    wanted = {name.casefold() for name in names if name}
    found = [
        row
        for row in reading.session.exec(select(FoundationModel))
        if wanted & {n.casefold() for n in (row.name, f"{row.provider}/{row.name}", *row.aliases)}
    ]
    if len(found) != 1:
        return None
    row = found[0]
    return _foundation(row, _present_statuses(reading, [row.id or 0]).get(row.id or 0, {}))


# --- models ----------------------------------------------------------------------------------------------------------


def _model(row: TunedModel, base: FoundationModel | None) -> ModelView:
    return ModelView(
        row.id or 0,
        row.ref,
        row.public_id,
        row.firm_id,
        row.name,
        row.version,
        row.method,
        row.licence,
        tuple(row.datasets),
        row.stated_base,
        row.foundation_model_id,
        f"{base.provider} {base.name} {base.version}" if base else "",
        base.ref if base else "",
        row.hosted,
        row.host_provider,
        row.host_job,
        row.host_snapshot,
        row.host_endpoint,
        row.description,
        tuple(row.contradictions),
        row.contradictions_settled,
        row.created_at,
        row.version_no,
    )


def models(reading: Reading, request: ListRequest) -> Page[ModelView]:
    """Return a page of fine-tuned models; one query."""
    columns = ListColumns(
        key=TunedModel.id,
        sorts={"ref": TunedModel.ref, "name": TunedModel.name, "created": TunedModel.created_at},
        filters={
            "method": TunedModel.method,
            "hosted": lambda values: col(TunedModel.hosted).in_([v == "yes" for v in values]),
        },
        search=(TunedModel.name, TunedModel.ref, TunedModel.stated_base),
    )
    statement: Any = select(TunedModel, FoundationModel).join(
        FoundationModel, col(FoundationModel.id) == col(TunedModel.foundation_model_id), isouter=True
    )
    return read_page(reading.session, statement, request, columns=columns, make=_model)


def model(reading: Reading, key: str) -> tuple[ModelView, tuple[FileView, ...], tuple[tuple[int, str], ...]]:
    """Return a model, its files and its parties (firm, role). Raises: NoSuchModel."""
    row = model_row(reading, key)
    base = reading.session.exec(
        select(FoundationModel).where(FoundationModel.id == row.foundation_model_id)
    ).one_or_none()
    files = reading.session.exec(select(ModelFile).where(ModelFile.model_id == row.id).order_by(col(ModelFile.id)))
    parties = reading.session.exec(select(ModelParty).where(ModelParty.model_id == row.id))
    return (
        _model(row, base),
        tuple(FileView(f.name, f.sha256, f.size_bytes, f.format, f.understood, f.created_at) for f in files),
        tuple((p.firm_id, p.role) for p in parties),
    )


# --- deployments -----------------------------------------------------------------------------------------------------


def _latest_tier() -> Any:
    newest = (
        select(col(TierAssessment.id))
        .where(TierAssessment.deployment_id == Deployment.id)
        .order_by(col(TierAssessment.as_of).desc(), col(TierAssessment.id).desc())
        .limit(1)
        .correlate(Deployment)
        .scalar_subquery()
    )
    return newest


def _deployment(row: Deployment, model: TunedModel | None, kept: TierAssessment | None) -> DeploymentView:
    return DeploymentView(
        row.id or 0,
        row.ref,
        row.public_id,
        row.firm_id,
        row.name,
        row.purpose,
        row.context,
        tuple(row.markets),
        tuple(row.languages),
        row.sites,
        row.facts,
        row.state,
        model.name if model else "",
        model.ref if model else "",
        kept.tier if kept else "",
        kept.intensity if kept else "",
        row.registered_at,
        row.live_on,
        row.ended_on,
        row.pseudonym,
        row.version,
    )


def _deployments() -> Any:
    return (
        select(Deployment, TunedModel, TierAssessment)
        .join(TunedModel, col(TunedModel.id) == col(Deployment.model_id), isouter=True)
        .join(TierAssessment, col(TierAssessment.id) == _latest_tier(), isouter=True)
    )


def deployments(reading: Reading, request: ListRequest) -> Page[DeploymentView]:
    """Return a page of deployments with their present tier; one query."""
    columns = ListColumns(
        key=Deployment.id,
        sorts={"ref": Deployment.ref, "name": Deployment.name, "intensity": TierAssessment.intensity},
        filters={"state": Deployment.state, "tier": TierAssessment.tier, "context": Deployment.context},
        search=(Deployment.name, Deployment.ref, Deployment.purpose, TunedModel.name),
    )
    return read_page(reading.session, _deployments(), request, columns=columns, make=_deployment)


def deployments_of_firm(reading: Reading, firm_id: int) -> tuple[DeploymentView, ...]:
    """Return every deployment of a firm by reference; one query."""
    rows = reading.session.exec(_deployments().where(Deployment.firm_id == firm_id).order_by(col(Deployment.ref)))
    return tuple(_deployment(*row) for row in rows)


def deployments_of_model(reading: Reading, model_id: int) -> tuple[DeploymentView, ...]:
    """Return the deployments of a model by reference; one query."""
    rows = reading.session.exec(_deployments().where(Deployment.model_id == model_id).order_by(col(Deployment.ref)))
    return tuple(_deployment(*row) for row in rows)


def all_deployments(reading: Reading) -> tuple[DeploymentView, ...]:
    """Return every deployment within sight; one query."""
    return tuple(_deployment(*row) for row in reading.session.exec(_deployments().order_by(col(Deployment.id))))


def deployment(reading: Reading, key: str) -> DeploymentView:
    """Return a deployment by reference or public id. Raises: NoSuchDeployment."""
    row = deployment_row(reading, key)
    return _deployment(*reading.session.exec(_deployments().where(Deployment.id == row.id)).one())


def deployment_by_id(reading: Reading, deployment_id: int) -> DeploymentView:
    """Return a deployment by its internal key. Raises: NoSuchDeployment."""
    found = reading.session.exec(_deployments().where(Deployment.id == deployment_id)).one_or_none()
    return _deployment(*found) if found else deployment(reading, str(deployment_id))


def present_indicators(reading: Reading, deployment_id: int) -> dict[str, DatedValue]:
    """Return the present value of each indicator with its dates."""
    return {value.indicator: value for value in indicator_history(reading, deployment_id)}


def indicator_history(reading: Reading, deployment_id: int) -> tuple[DatedValue, ...]:
    """Return every value of every indicator in the order they became valid."""
    rows = reading.session.exec(
        select(IndicatorFact)
        .where(IndicatorFact.deployment_id == deployment_id)
        .order_by(col(IndicatorFact.valid_from), col(IndicatorFact.id))
    )
    return tuple(
        DatedValue(r.indicator, r.value, r.valid_from, r.recorded_at, r.source, r.evidence_digest) for r in rows
    )


def assessments_of(reading: Reading, deployment_id: int) -> tuple[AssessmentView, ...]:
    """Return the kept tierings of a deployment, oldest first."""
    rows = reading.session.exec(
        select(TierAssessment)
        .where(TierAssessment.deployment_id == deployment_id)
        .order_by(col(TierAssessment.as_of), col(TierAssessment.id))
    )
    return tuple(
        AssessmentView(
            r.as_of, r.recorded_at, r.edition, r.edition_digest, r.inputs, r.base, r.intensity, r.tier, r.result
        )
        for r in rows
    )


def deployment_for_booking(reading: Reading, key: str) -> DeploymentFacts:
    """Return all that a booking freezes of a deployment. Raises: NoSuchDeployment."""
    view = deployment(reading, key)
    row = deployment_row(reading, view.ref)
    owner = reading.session.exec(
        select(TunedModel, FoundationModel)
        .join(FoundationModel, col(FoundationModel.id) == col(TunedModel.foundation_model_id), isouter=True)
        .where(TunedModel.id == row.model_id)
    ).one_or_none()
    base = owner[1] if owner else None
    kept = assessments_of(reading, view.id)
    latest = kept[-1] if kept else None
    return DeploymentFacts(
        id=view.id,
        firm_id=view.firm_id,
        ref=view.ref,
        public_id=view.public_id,
        name=view.name,
        model_name=view.model_name,
        model_ref=view.model_ref,
        foundation_model_id=base.id if base else None,
        foundation_name=f"{base.provider} {base.name} {base.version}" if base else "",
        purpose=view.purpose,
        context=view.context,
        markets=view.markets,
        languages=view.languages,
        sites=view.sites,
        facts=view.facts,
        indicators={name: value.value for name, value in present_indicators(reading, view.id).items()},
        tier=latest.tier if latest else "",
        intensity=latest.intensity if latest else "",
        base=latest.base if latest else "",
        edition=latest.edition if latest else "",
        edition_digest=latest.edition_digest if latest else "",
        assessment_result=latest.result if latest else {},
        state=view.state,
        pseudonym=view.pseudonym,
        live_on=view.live_on,
        attested=bool(attestations_of(reading, view.id)),
    )


def attestations_of(reading: Reading, deployment_id: int) -> tuple[AttestationView, ...]:
    """Return the attestations of a deployment, oldest first."""
    rows = reading.session.exec(
        select(Attestation).where(Attestation.deployment_id == deployment_id).order_by(col(Attestation.id))
    )
    return tuple(
        AttestationView(r.signed_name, r.statement, r.content_digest, r.valid_from, r.recorded_at) for r in rows
    )


def changes_of(reading: Reading, deployment_id: int) -> tuple[tuple[date, datetime, str], ...]:
    """Return the reported changes of a deployment: day of the change, instant of the report, what."""
    rows = reading.session.exec(
        select(ChangeReport).where(ChangeReport.deployment_id == deployment_id).order_by(col(ChangeReport.id))
    )
    return tuple((r.changed_on, r.recorded_at, r.what) for r in rows)


# --- ethics, incidents, monitoring -----------------------------------------------------------------------------------


def _ethics_statement() -> Any:
    return (
        select(EthicsRequest, Deployment, EthicsOutcome, ConditionMet)
        .join(Deployment, col(Deployment.id) == col(EthicsRequest.deployment_id))
        .join(EthicsOutcome, col(EthicsOutcome.request_id) == col(EthicsRequest.id), isouter=True)
        .join(ConditionMet, col(ConditionMet.outcome_id) == col(EthicsOutcome.id), isouter=True)
    )


def _ethics(
    row: EthicsRequest, deployment: Deployment, outcome: EthicsOutcome | None, met: ConditionMet | None
) -> EthicsView:
    return EthicsView(
        row.ref,
        row.public_id,
        row.firm_id,
        row.deployment_id,
        deployment.ref,
        deployment.name,
        row.level,
        row.answers,
        row.requested_at,
        row.due_on,
        row.state,
        outcome.outcome if outcome else None,
        outcome.valid_from if outcome else None,
        outcome.recorded_at if outcome else None,
        outcome.level if outcome else None,
        outcome.reasons if outcome else "",
        outcome.reviewer_name if outcome else "",
        tuple(str(c) for c in outcome.conditions) if outcome else (),
        outcome.conditions_due_on if outcome else None,
        met.valid_from if met else None,
        met.recorded_at if met else None,
    )


def ethics_requests(reading: Reading, request: ListRequest) -> Page[EthicsView]:
    """Return a page of ethics requests; one query."""
    columns = ListColumns(
        key=EthicsRequest.id,
        sorts={"due": EthicsRequest.due_on, "ref": EthicsRequest.ref, "requested": EthicsRequest.requested_at},
        filters={"state": EthicsRequest.state},
        search=(EthicsRequest.ref, Deployment.name, Deployment.ref),
    )
    return read_page(reading.session, _ethics_statement(), request, columns=columns, make=_ethics)


def ethics_request(reading: Reading, key: str) -> EthicsView:
    """Return an ethics request. Raises: NoSuchRequest."""
    row = request_row(reading, key)
    return _ethics(*reading.session.exec(_ethics_statement().where(EthicsRequest.id == row.id)).first())


def ethics_of(reading: Reading, deployment_id: int) -> tuple[EthicsView, ...]:
    """Return the ethics requests of a deployment, oldest first."""
    rows = reading.session.exec(
        _ethics_statement().where(EthicsRequest.deployment_id == deployment_id).order_by(col(EthicsRequest.id))
    )
    return tuple(_ethics(*row) for row in rows)


def ethics_reviewers(reading: Reading, deployment_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return, by deployment, the persons who gave the outcome of an ethics review of it; one query."""
    rows = reading.session.exec(
        select(EthicsOutcome.deployment_id, EthicsOutcome.reviewer_id).where(
            col(EthicsOutcome.deployment_id).in_(list(deployment_ids))
        )
    )
    found: dict[int, set[int]] = {}
    for deployment_id, person_id in rows:
        found.setdefault(deployment_id, set()).add(person_id)
    return {deployment_id: frozenset(people) for deployment_id, people in found.items()}


def _incident(row: Incident, deployment: Deployment) -> IncidentView:
    return IncidentView(
        row.ref,
        row.public_id,
        row.deployment_id,
        deployment.ref,
        deployment.name,
        row.severity,
        row.description,
        row.occurred_at,
        row.known_at,
        row.report_due_at,
        row.reported_at,
        row.full_report_due_on,
        row.full_report,
        row.full_report_at,
        row.containment,
        row.contained_at,
        row.measures_due_on,
        row.closed_at,
        row.recorded_at,
    )


def incidents_of(reading: Reading, deployment_id: int) -> tuple[IncidentView, ...]:
    """Return the incidents of a deployment, oldest first."""
    rows = reading.session.exec(
        select(Incident, Deployment)
        .join(Deployment, col(Deployment.id) == col(Incident.deployment_id))
        .where(Incident.deployment_id == deployment_id)
        .order_by(col(Incident.id))
    )
    return tuple(_incident(*row) for row in rows)


def incident(reading: Reading, key: str) -> IncidentView:
    """Return an incident. Raises: NoSuchIncident."""
    row = incident_row(reading, key)
    return next(view for view in incidents_of(reading, row.deployment_id) if view.ref == row.ref)


def monitoring_of(reading: Reading, deployment_id: int) -> tuple[MonitoringView, ...]:
    """Return the monitoring reports of a deployment, oldest first."""
    rows = reading.session.exec(
        select(MonitoringReport)
        .where(MonitoringReport.deployment_id == deployment_id)
        .order_by(col(MonitoringReport.id))
    )
    return tuple(
        MonitoringView(
            r.public_id,
            r.period_from,
            r.period_until,
            r.level,
            r.sample_outputs,
            r.off_scope_outputs,
            r.complaints,
            r.summary,
            r.valid_from,
            r.recorded_at,
        )
        for r in rows
    )


def registry_facts(reading: Reading, deployment_id: int) -> RegistryFacts:
    """Return the dated facts of the registry about a deployment. Raises: NoSuchDeployment."""
    view = deployment_by_id(reading, deployment_id)
    row = deployment_row(reading, view.ref)
    base_id = reading.session.exec(select(TunedModel.foundation_model_id).where(TunedModel.id == row.model_id)).first()
    return RegistryFacts(
        deployment=view,
        foundation_statuses=statuses_of(reading, base_id) if base_id else (),
        attestations=attestations_of(reading, deployment_id),
        assessments=assessments_of(reading, deployment_id),
        changes=tuple((changed, told) for changed, told, _what in changes_of(reading, deployment_id)),
        ethics=ethics_of(reading, deployment_id),
        incidents=incidents_of(reading, deployment_id),
        monitoring=monitoring_of(reading, deployment_id),
    )
