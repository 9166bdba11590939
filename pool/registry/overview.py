"""Reads of the registry over all deployments within sight, for home pages: one query each."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, func, select

from pool.kernel.storage import Reading
from pool.registry.ethics import EthicsView, ethics_statement, ethics_view
from pool.registry.incidents import IncidentView, incident_view
from pool.registry.tables import Deployment, Incident, TunedModel


@dataclass(frozen=True, slots=True)
class Counts:
    """How many models there are, and how many of the firm's own are not linked to the catalogue."""

    models: int
    unlinked: int


def open_incidents(reading: Reading) -> tuple[IncidentView, ...]:
    """Return the incidents that are not closed, the soonest full report first."""
    rows = reading.session.exec(
        select(Incident, Deployment)
        .join(Deployment, col(Deployment.id) == col(Incident.deployment_id))
        .where(col(Incident.closed_at).is_(None))
        .order_by(col(Incident.full_report_due_on), col(Incident.id))
    )
    return tuple(incident_view(*row) for row in rows)


def ethics_in_sight(reading: Reading) -> tuple[EthicsView, ...]:
    """Return every ethics request, oldest first."""
    return tuple(ethics_view(*row) for row in reading.session.exec(ethics_statement()))


def model_counts(reading: Reading) -> Counts:
    """Return how many fine-tuned models are within sight, and how many of its own the firm has still to link."""
    own = (col(TunedModel.firm_id) == reading.actor.firm_id, col(TunedModel.foundation_model_id).is_(None))
    everything, unlinked = reading.session.exec(
        select(func.count(col(TunedModel.id)), func.count(col(TunedModel.id)).filter(*own))
    ).one()
    return Counts(everything, unlinked)
