"""Deployments: registered, listed, frozen for a booking, ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict, Unpack

from sqlmodel import col, select

from pool.kernel.clock import day_of
from pool.kernel.ids import new_public_id
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.registry.facts import assessments_of, attestations_of, present_indicators
from pool.registry.lookup import deployment_row, model_row, running_row
from pool.registry.rules import Checker
from pool.registry.tables import Deployment, FoundationModel, TierAssessment, TunedModel


class NewDeployment(TypedDict):
    """What a firm tells of a deployment."""

    model: str
    name: str
    purpose: str
    context: str
    markets: Sequence[str]
    languages: NotRequired[Sequence[str]]
    sites: NotRequired[int]
    facts: NotRequired[Mapping[str, Any] | None]
    live_on: NotRequired[date | None]


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


def add_deployment(work: Work, *, firm_id: int, **given: Unpack[NewDeployment]) -> Deployment:
    """Make a deployment of a model the firm is a party of, in state ``draft``.

    ``context`` and ``markets`` were checked before. Raises: Invalid per field, NoSuchModel.
    """
    check = Checker()
    name = check.line("name", given["name"], most=200)
    purpose = check.text("purpose", given["purpose"], most=5000)
    sites = given.get("sites", 1)
    if not given["markets"]:
        check.refuse("markets", _("Name at least one market."), _("Choose where people use it."))
    if not 1 <= sites <= 100_000:
        check.refuse("sites", _("The number of sites is 1 to 100\u202f000."), _("Count places with one configuration."))
    check.done()
    parent = model_row(work, given["model"])
    row = work.add(
        Deployment(
            ref=work.next_reference("DEP"),
            firm_id=firm_id,
            model_id=parent.id or 0,
            name=name,
            purpose=purpose,
            context=given["context"],
            markets=sorted(set(given["markets"])),
            languages=list(given.get("languages") or ["en"]),
            sites=sites,
            facts=dict(given.get("facts") or {}),
            live_on=given.get("live_on"),
            pseudonym=new_public_id(),
        )
    )
    work.note(
        "add",
        subject_kind="deployment",
        subject_ref=row.ref,
        firm_id=firm_id,
        after={"name": name, "context": row.context, "markets": row.markets},
    )
    return row


def end_deployment(work: Work, *, deployment: str, reason: str) -> Deployment:
    """End a deployment. Raises: NoSuchDeployment, WrongState."""
    row = running_row(work, deployment)
    row.state = "ended"
    row.ended_on = day_of(work.at)
    row.version += 1
    work.note("end", subject_kind="deployment", subject_ref=row.ref, firm_id=row.firm_id, reason=reason)
    work.flush()
    return row


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


def deployments_built_on(reading: Reading, foundation_model_id: int) -> tuple[int, ...]:
    """Return the keys of the deployments whose model was tuned from a foundation model; one query."""
    rows = reading.session.exec(
        select(col(Deployment.id))
        .join(TunedModel, col(TunedModel.id) == col(Deployment.model_id))
        .where(TunedModel.foundation_model_id == foundation_model_id)
        .order_by(col(Deployment.id))
    )
    return tuple(key or 0 for key in rows)


def deployment_refs(reading: Reading) -> tuple[str, ...]:
    """Return the references of every deployment within sight; one query."""
    return tuple(reading.session.exec(select(Deployment.ref).order_by(col(Deployment.id))))


def deployment(reading: Reading, key: str) -> DeploymentView:
    """Return a deployment by reference or public id. Raises: NoSuchDeployment."""
    row = deployment_row(reading, key)
    return _deployment(*reading.session.exec(_deployments().where(Deployment.id == row.id)).one())


def deployment_by_id(reading: Reading, deployment_id: int) -> DeploymentView:
    """Return a deployment by its internal key. Raises: NoSuchDeployment."""
    found = reading.session.exec(_deployments().where(Deployment.id == deployment_id)).one_or_none()
    return _deployment(*found) if found else deployment(reading, str(deployment_id))


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
