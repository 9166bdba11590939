"""Everything dated that the registry knows of one deployment, for the participation record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import select

from pool.kernel.storage import Reading
from pool.registry.catalogue import StatusFact, statuses_of
from pool.registry.deployments import DeploymentView, deployment_by_id
from pool.registry.ethics import EthicsView, ethics_of
from pool.registry.facts import AssessmentView, AttestationView, assessments_of, attestations_of, changes_of
from pool.registry.incidents import IncidentView, MonitoringView, incidents_of, monitoring_of
from pool.registry.lookup import deployment_row
from pool.registry.tables import TunedModel


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
