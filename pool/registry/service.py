"""The writes of the registry: what journeys call."""

from __future__ import annotations

from pool.registry.catalogue import (
    NewStatus,
    add_foundation,
    record_foundation_status,
)
from pool.registry.deployments import (
    NewDeployment,
    add_deployment,
    end_deployment,
)
from pool.registry.ethics import (
    NewOutcome,
    decide_ethics,
    meet_condition,
    request_ethics,
)
from pool.registry.facts import (
    attest,
    declare_indicators,
    keep_assessment,
    report_change,
)
from pool.registry.incidents import (
    FullReport,
    NewIncident,
    NewMonitoring,
    add_monitoring,
    close_incident,
    complete_incident,
    report_incident,
)
from pool.registry.lookup import (
    NoSuchDeployment,
    NoSuchFoundation,
    NoSuchIncident,
    NoSuchModel,
    NoSuchRequest,
    Reference,
    WrongState,
)
from pool.registry.models import (
    AlreadyParty,
    Contradicted,
    NewModel,
    NotTuner,
    add_model,
    add_party,
    link_foundation,
)
from pool.registry.rules import (
    NotRegistrar,
    NotYourFirm,
    only_registrar,
    own_firm,
)

__all__ = [
    "AlreadyParty",
    "Contradicted",
    "FullReport",
    "NewDeployment",
    "NewIncident",
    "NewModel",
    "NewMonitoring",
    "NewOutcome",
    "NewStatus",
    "NoSuchDeployment",
    "NoSuchFoundation",
    "NoSuchIncident",
    "NoSuchModel",
    "NoSuchRequest",
    "NotRegistrar",
    "NotTuner",
    "NotYourFirm",
    "Reference",
    "WrongState",
    "add_deployment",
    "add_foundation",
    "add_model",
    "add_monitoring",
    "add_party",
    "attest",
    "close_incident",
    "complete_incident",
    "decide_ethics",
    "declare_indicators",
    "end_deployment",
    "keep_assessment",
    "link_foundation",
    "meet_condition",
    "only_registrar",
    "own_firm",
    "record_foundation_status",
    "report_change",
    "report_incident",
    "request_ethics",
]
