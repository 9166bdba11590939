"""What waits in the registry, as the pool's office reads it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlmodel import col, func, select

from pool.kernel.storage import Reading
from pool.registry.ethics import EthicsView, ethics_statement, ethics_view
from pool.registry.incidents import IncidentView, incident_view
from pool.registry.tables import (
    ConditionMet,
    Deployment,
    EthicsOutcome,
    EthicsRequest,
    FoundationModel,
    Incident,
    TunedModel,
)


def ethics_waiting(reading: Reading) -> tuple[EthicsView, ...]:
    """Return the ethics requests without an outcome, the earliest due first; one query."""
    rows = reading.session.exec(
        ethics_statement().where(EthicsRequest.state == "requested").order_by(col(EthicsRequest.due_on))
    )
    return tuple(ethics_view(*row) for row in rows)


def conditions_waiting(reading: Reading) -> tuple[EthicsView, ...]:
    """Return the ethics requests whose conditions nobody has seen met yet, the earliest due first; one query."""
    rows = reading.session.exec(
        ethics_statement()
        .where(col(EthicsOutcome.conditions_due_on).is_not(None), col(ConditionMet.id).is_(None))
        .order_by(col(EthicsOutcome.conditions_due_on))
    )
    return tuple(ethics_view(*row) for row in rows)


def open_incidents(reading: Reading) -> tuple[IncidentView, ...]:
    """Return the incidents that are not closed, the earliest report first; one query."""
    rows: Any = reading.session.exec(
        select(Incident, Deployment)
        .join(Deployment, col(Deployment.id) == col(Incident.deployment_id))
        .where(col(Incident.closed_at).is_(None))
        .order_by(col(Incident.report_due_at))
    )
    return tuple(incident_view(*row) for row in rows)


def unlinked_models(reading: Reading) -> tuple[tuple[str, str, str], ...]:
    """Return reference, name and stated base of each fine-tuned model that names no foundation model; one query."""
    rows = reading.session.exec(
        select(TunedModel).where(col(TunedModel.foundation_model_id).is_(None)).order_by(col(TunedModel.id))
    )
    return tuple((row.ref, row.name, row.stated_base) for row in rows)


def built_on(reading: Reading, foundation_model_id: int) -> int:
    """Return how many fine-tuned models are linked to a foundation model; one query."""
    statement = select(func.count()).select_from(TunedModel)
    return int(reading.session.exec(statement.where(TunedModel.foundation_model_id == foundation_model_id)).one())


def names_of(reading: Reading, deployment_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return reference and name of deployments by their internal keys; one query."""
    rows = reading.session.exec(select(Deployment).where(col(Deployment.id).in_(deployment_ids)))
    return {row.id or 0: (row.ref, row.name) for row in rows}


def providers(reading: Reading) -> tuple[str, ...]:
    """Return the providers of the catalogue, for a filter; one query."""
    return tuple(reading.session.exec(select(FoundationModel.provider).distinct().order_by(FoundationModel.provider)))
