"""Incidents and monitoring reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NotRequired, TypedDict, Unpack

from sqlmodel import col, select

from pool.kernel.clock import day_of
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.registry.lookup import WrongState, deployment_row, incident_row, running_row
from pool.registry.rules import Checker
from pool.registry.tables import Deployment, Incident, MonitoringReport


class NewIncident(TypedDict):
    """What a firm tells of an incident at first."""

    deployment: str
    severity: str
    description: str
    occurred_at: datetime
    known_at: datetime


class FullReport(TypedDict):
    """The full report of an incident."""

    incident: str
    full_report: str
    containment: str
    measures_due_on: NotRequired[date | None]


class NewMonitoring(TypedDict):
    """A monitoring report."""

    deployment: str
    period_from: date
    period_until: date
    level: int
    sample_outputs: int
    off_scope_outputs: int
    complaints: int
    summary: str
    evidence_digest: NotRequired[str]


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


def report_incident(work: Work, *, report_hours: int, full_report_days: int, **given: Unpack[NewIncident]) -> Incident:
    """Report an incident; its clock is the edition's, from the instant the firm knew.

    Raises: NoSuchDeployment, Invalid; WrongState for one that happened after the deployment had ended.
    """
    occurred_at, known_at = given["occurred_at"], given["known_at"]
    check = Checker()
    severity = check.one_of("severity", given["severity"], ("serious", "other"))
    description = check.text("description", given["description"], most=20000)
    if occurred_at > known_at:
        check.refuse("known_at", _("It cannot be known before it happened."), _("Correct one of the instants."))
    if known_at > work.at:
        check.refuse("known_at", _("This instant has not come."), _("Correct the instant."))
    check.done()
    row = deployment_row(work, given["deployment"])
    if row.ended_on is not None and day_of(occurred_at) > row.ended_on:
        raise WrongState(
            _("This deployment had ended when it happened."),
            field="occurred_at",
            next_step=_("Report it for the deployment that was in use then, or correct the instant."),
        )
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


def complete_incident(work: Work, **given: Unpack[FullReport]) -> Incident:
    """Add the full report and what was done at once. Raises: NoSuchIncident, Invalid, WrongState."""
    check = Checker()
    full_report = check.text("full_report", given["full_report"], most=20000)
    containment = check.text("containment", given["containment"], most=20000, least=0)
    check.done()
    row = incident_row(work, given["incident"])
    if row.closed_at is not None:
        raise WrongState(_("This incident is closed."), field="incident", next_step=_("Report a new one."))
    row.full_report = full_report
    row.full_report_at = row.full_report_at or work.at
    if containment:
        row.containment = containment
        row.contained_at = row.contained_at or work.at
    row.measures_due_on = row.measures_due_on or given.get("measures_due_on")
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


def add_monitoring(work: Work, **given: Unpack[NewMonitoring]) -> MonitoringReport:
    """Hand in a monitoring report. Raises: NoSuchDeployment, WrongState, Invalid per field."""
    period_from, period_until, level = given["period_from"], given["period_until"], given["level"]
    check = Checker()
    summary = check.text("summary", given["summary"], most=20000)
    if period_until < period_from:
        check.refuse("period_until", _("The period ends before it begins."), _("Correct one of the days."))
    check.not_ahead("period_until", period_until, day_of(work.at))
    if level not in (1, 2, 3):
        check.refuse("level", _("The level is 1, 2 or 3."), _("Choose the level at which you monitored."))
    sample, off_scope, complaints = given["sample_outputs"], given["off_scope_outputs"], given["complaints"]
    for name, value in (("sample_outputs", sample), ("complaints", complaints)):
        if not 0 <= value <= 10**9:
            check.refuse(name, _("A count is 0 or more."), _("Correct the count."))
    if not 0 <= off_scope <= sample:
        check.refuse("off_scope_outputs", _("This is part of the sample."), _("Write at most the sample's size."))
    check.done()
    row = running_row(work, given["deployment"])
    report = work.add(
        MonitoringReport(
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            period_from=period_from,
            period_until=period_until,
            level=level,
            sample_outputs=sample,
            off_scope_outputs=off_scope,
            complaints=complaints,
            summary=summary,
            evidence_digest=given.get("evidence_digest", ""),
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


def incident_view(row: Incident, deployment: Deployment) -> IncidentView:
    """Return an incident's value."""
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
    return tuple(incident_view(*row) for row in rows)


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
