"""Incidents and monitoring reports of one's own deployments; each is put on the participation record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Unpack

from pool.journeys.recording import record_fact
from pool.kernel.clock import day_of
from pool.kernel.storage import Work, takes_numbers
from pool.policy.deadlines import incident_clocks
from pool.policy.loading import load_edition
from pool.registry import queries, service
from pool.registry.service import FullReport, NewIncident, NewMonitoring, Reference, only_registrar, own_firm


@takes_numbers
def report_incident(work: Work, **given: Unpack[NewIncident]) -> Reference:
    """Report an incident of one's own deployment; the clock runs from when the firm knew."""
    own_firm(work.actor)
    view = queries.deployment(work, given["deployment"])
    clocks = incident_clocks(load_edition(), view.tier or "high")
    row = service.report_incident(
        work,
        report_hours=clocks.serious_hours if given["severity"] == "serious" else clocks.other_hours,
        full_report_days=clocks.full_report_days,
        **given,
    )
    body = {"incident": row.ref, "severity": row.severity, "known_at": row.known_at.isoformat()}
    _record(work, view.id, body, valid_from=day_of(row.known_at))
    return Reference(row.ref, row.public_id)


@takes_numbers
def complete_incident(work: Work, **given: Unpack[FullReport]) -> Reference:
    """Add the full report of an incident of one's own deployment."""
    own_firm(work.actor)
    row = service.complete_incident(work, **given)
    _record(work, row.deployment_id, {"incident": row.ref, "full_report": True})
    return Reference(row.ref, row.public_id)


@takes_numbers
def close_incident(work: Work, *, incident: str, reason: str) -> Reference:
    """Close an incident, as registrar, once its measures are seen to be in place."""
    only_registrar(work.actor)
    row = service.close_incident(work, incident=incident, reason=reason)
    _record(work, row.deployment_id, {"incident": row.ref, "closed": True})
    return Reference(row.ref, row.public_id)


@takes_numbers
def add_monitoring(work: Work, **given: Unpack[NewMonitoring]) -> Reference:
    """Hand in a monitoring report of one's own deployment."""
    own_firm(work.actor)
    view = queries.deployment(work, given["deployment"])
    row = service.add_monitoring(work, **given)
    body = {"monitoring": row.public_id, "level": row.level, "period_until": row.period_until.isoformat()}
    _record(work, view.id, body)
    return Reference(view.ref, row.public_id)


def _record(work: Work, deployment_id: int, body: Mapping[str, Any], valid_from: date | None = None) -> None:
    record_fact(
        work, deployment_id=deployment_id, kind="assessment", body=body, valid_from=valid_from or day_of(work.at)
    )
