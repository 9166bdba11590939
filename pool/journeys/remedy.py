"""Findings after their issue: the firm's answer, disputes, remedies and their verification."""

from __future__ import annotations

from auditors.casework import queries, service
from auditors.casework.evidence import StoredBytes
from pool.journeys.audit import finding_body
from pool.journeys.recording import record_fact
from pool.kernel.clock import day_of
from pool.kernel.storage import Work, takes_numbers
from pool.kernel.words import gettext as _

#: Steps that concern casework alone; the last is the clock's.
acknowledge = service.acknowledge_finding
dispute = service.dispute_finding
propose = service.propose_remedy
accept = service.accept_remedy
send_back = service.send_back_remedy
attach = service.attach_to_finding
take_silence = service.acknowledge_by_silence


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


@takes_numbers
def implement(work: Work, *, finding_ref: str, evidence_note: str, version: int | None = None) -> None:
    """Say that the remedy is carried out and what shows it; the finding's clock waits for the pool from now on."""
    service.implement_remedy(work, finding_ref=finding_ref, evidence_note=evidence_note, version=version)
    _record(work, finding_ref, kind="remediation")


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
