"""The reads of the registry: what journeys, pages and other rooms' queries call."""

from __future__ import annotations

from pool.registry.catalogue import (
    FoundationView,
    StatusFact,
    foundation,
    foundation_named,
    foundations,
    statuses_of,
)
from pool.registry.deployments import (
    DeploymentFacts,
    DeploymentView,
    all_deployments,
    deployment,
    deployment_by_id,
    deployment_for_booking,
    deployment_refs,
    deployments,
    deployments_built_on,
    deployments_of_firm,
    deployments_of_model,
)
from pool.registry.ethics import (
    EthicsView,
    ethics_of,
    ethics_request,
    ethics_requests,
    ethics_reviewers,
)
from pool.registry.facts import (
    AssessmentView,
    AttestationView,
    DatedValue,
    assessments_of,
    attestations_of,
    changes_of,
    indicator_history,
    present_indicators,
)
from pool.registry.incidents import (
    IncidentView,
    MonitoringView,
    incident,
    incidents_of,
    monitoring_of,
)
from pool.registry.models import (
    FileView,
    ModelView,
    PartyView,
    model,
    models,
    tuned_by,
)
from pool.registry.record_facts import RegistryFacts, registry_facts

__all__ = [
    "AssessmentView",
    "AttestationView",
    "DatedValue",
    "DeploymentFacts",
    "DeploymentView",
    "EthicsView",
    "FileView",
    "FoundationView",
    "IncidentView",
    "ModelView",
    "MonitoringView",
    "PartyView",
    "RegistryFacts",
    "StatusFact",
    "all_deployments",
    "assessments_of",
    "attestations_of",
    "changes_of",
    "deployment",
    "deployment_by_id",
    "deployment_for_booking",
    "deployment_refs",
    "deployments",
    "deployments_built_on",
    "deployments_of_firm",
    "deployments_of_model",
    "ethics_of",
    "ethics_request",
    "ethics_requests",
    "ethics_reviewers",
    "foundation",
    "foundation_named",
    "foundations",
    "incident",
    "incidents_of",
    "indicator_history",
    "model",
    "models",
    "monitoring_of",
    "present_indicators",
    "registry_facts",
    "statuses_of",
    "tuned_by",
]
