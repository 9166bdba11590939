"""Findings after their issue: the firm's answer, disputes, remedies and their verification."""

from __future__ import annotations

from datetime import date

from auditors.casework import queries, service
from auditors.casework.evidence import StoredBytes
from pool.journeys.audit import finding_body
from pool.journeys.recording import record_fact
from pool.kernel.clock import day_of
from pool.kernel.storage import Work, takes_numbers
from pool.kernel.words import gettext as _


def acknowledge(work: Work, *, finding_ref: str, version: int | None = None) -> None:
    """Acknowledge an issued finding, as the firm."""
    service.acknowledge_finding(work, finding_ref=finding_ref, version=version)


def acknowledge_by_silence(work: Work) -> tuple[str, ...]:
    """Acknowledge, as the clock, every finding whose time to dispute is over; return the references."""
    return service.acknowledge_by_silence(work)


def dispute(work: Work, *, finding_ref: str, reason: str = "", version: int | None = None) -> None:
    """Dispute an issued finding in time, as the firm."""
    service.dispute_finding(work, finding_ref=finding_ref, reason=reason, version=version)


@takes_numbers
def settle_dispute(
    work: Work, *, finding_ref: str, verdict: str, reason: str = "", grade: str = "", version: int | None = None
) -> None:
    """Uphold, regrade or withdraw a disputed finding, outside the team; the record learns of a change."""
    service.settle_dispute(work, finding_ref=finding_ref, verdict=verdict, reason=reason, grade=grade, version=version)
    if verdict != "upheld":
        _record(work, finding_ref, kind="finding")


def _record(work: Work, finding_ref: str, *, kind: str) -> None:
    finding = queries.finding(work, finding_ref).finding
    record_fact(
        work,
        deployment_id=finding.deployment_id,
        kind=kind,
        body=finding_body(finding),
        valid_from=day_of(work.at),
    )


@takes_numbers
def contain(work: Work, *, finding_ref: str, note: str, version: int | None = None) -> None:
    """Record what the firm did at once about a critical finding."""
    service.contain_finding(work, finding_ref=finding_ref, note=note, version=version)
    _record(work, finding_ref, kind="remediation")


def propose(
    work: Work,
    *,
    finding_ref: str,
    correction: str,
    root_cause: str,
    action: str,
    owner: str,
    due_on: date,
    version: int | None = None,
) -> None:
    """Propose a remedy, as the firm: correction, root cause, action, owner and date."""
    service.propose_remedy(
        work,
        finding_ref=finding_ref,
        correction=correction,
        root_cause=root_cause,
        action=action,
        owner=owner,
        due_on=due_on,
        version=version,
    )


def accept(
    work: Work, *, finding_ref: str, answer: str = "", on_plan: bool = False, version: int | None = None
) -> None:
    """Accept a proposed remedy, as lead auditor; ``on_plan`` closes a minor on its plan."""
    service.accept_remedy(work, finding_ref=finding_ref, answer=answer, on_plan=on_plan, version=version)


def send_back(work: Work, *, finding_ref: str, answer: str, version: int | None = None) -> None:
    """Send a proposed remedy back with the reason, as lead auditor."""
    service.send_back_remedy(work, finding_ref=finding_ref, answer=answer, version=version)


@takes_numbers
def implement(work: Work, *, finding_ref: str, evidence_note: str, version: int | None = None) -> None:
    """Say that the remedy is carried out and what shows it; the finding's clock waits for the pool from now on."""
    service.implement_remedy(work, finding_ref=finding_ref, evidence_note=evidence_note, version=version)
    _record(work, finding_ref, kind="remediation")


def attach(work: Work, *, stored: StoredBytes, finding_ref: str, name: str, purpose: str = "") -> str:
    """Attach a stored file to a finding; return the file's public id."""
    return service.attach_to_finding(work, stored, finding_ref=finding_ref, name=name, purpose=purpose)


@takes_numbers
def verify(work: Work, *, finding_ref: str, answer: str, version: int | None = None) -> None:
    """Verify a remedy and close its finding; in a closed audit the last closure ends the auditors' sight."""
    service.verify_remedy(work, finding_ref=finding_ref, answer=answer, version=version)
    audit_id = queries.finding(work, finding_ref).finding.audit_id
    _record(work, finding_ref, kind="remediation")
    with work.as_pool():
        service.end_sight_when_done(work, audit_id=audit_id)


@takes_numbers
def find_insufficient(work: Work, *, finding_ref: str, answer: str, version: int | None = None) -> None:
    """Say what the evidence does not show; the finding's clock runs again."""
    service.find_insufficient(work, finding_ref=finding_ref, answer=answer, version=version)
    _record(work, finding_ref, kind="remediation")


@takes_numbers
def report_done(
    work: Work, *, finding_ref: str, evidence_note: str, stored: StoredBytes | None = None, name: str = ""
) -> None:
    """Report a remedy as carried out, with a file that shows it where there is one; both or neither."""
    if stored is not None:
        attach(work, stored=stored, finding_ref=finding_ref, name=name, purpose=_("shows the remedy"))
    implement(work, finding_ref=finding_ref, evidence_note=evidence_note)
