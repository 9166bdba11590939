"""Evidence: files handed in, kept by their digest. The row is written after the bytes are safe, never before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from auditors.casework.fields import NAME, Checks
from auditors.casework.file_names import shown_name
from auditors.casework.file_store import BytesMissing, FileStore, StoredBytes, TooLarge
from auditors.casework.lifecycle import NotOfTeam, WrongState
from auditors.casework.lookup import (
    PointMissing,
    find_audit,
    find_finding,
    key_of,
    participant_of,
    place_of,
    workpapers_of,
)
from auditors.casework.rules import WORKING
from auditors.casework.states import FindingState
from auditors.casework.tables import EvidenceFile, Finding
from pool.kernel.refusals import Missing
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _

_OVER = frozenset({FindingState.VERIFIED_CLOSED, FindingState.WITHDRAWN, FindingState.DISCARDED})


class EvidenceMissing(Missing):
    """There is no such file, or the seat may not see it."""


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A file as it is shown: name, digest, size, label, who handed it in and when."""

    public_id: str
    name: str
    sha256: str
    size_bytes: int
    media_type: str
    purpose: str
    subject_kind: str
    subject_ref: str
    uploader_name: str
    at: datetime
    released: bool


def attach(
    work: Work,
    stored: StoredBytes,
    *,
    name: str,
    firm_id: int,
    subject_kind: str,
    subject_ref: str,
    purpose: str = "",
    audit_id: int | None = None,
    deployment_id: int | None = None,
    released: bool = True,
) -> str:
    """Write down that a stored file belongs to a subject; return its public id.

    ``released`` opens it to the firm; :func:`release_with` does so later. The row is never changed afterwards. The
    digest stands in the activity.
    """
    checks = Checks()
    words = checks.text("purpose", purpose, limit=500)
    checks.done()
    row = work.add(
        EvidenceFile(
            firm_id=firm_id,
            audit_id=audit_id,
            deployment_id=deployment_id,
            subject_kind=subject_kind,
            subject_ref=subject_ref,
            sha256=stored.sha256,
            size_bytes=stored.size,
            media_type=stored.media_type,
            name=shown_name(name),
            purpose=words,
            uploaded_by=work.actor.person_id,
            uploader_name=work.actor.name[:NAME],
            released=released,
        )
    )
    work.note(
        "evidence.attached",
        subject_kind=subject_kind,
        subject_ref=subject_ref,
        firm_id=firm_id if released else None,
        audit_id=audit_id,
        after={"name": row.name, "sha256": stored.sha256, "size": stored.size},
    )
    return row.public_id


def attach_to_finding(work: Work, stored: StoredBytes, *, finding_ref: str, name: str, purpose: str = "") -> str:
    """Attach a file to a finding, as its firm or as an auditor of its audit.

    Raises: NotOfTeam, WrongState where the finding is over.
    """
    finding = find_finding(work, finding_ref)
    is_firm = work.actor.office in FIRM_OFFICES
    place = place_of(work, finding.audit_id)
    if not is_firm and not (work.actor.office is Office.AUDITOR and (place.is_member or place.has_grant)):
        raise NotOfTeam(_("Only the firm and auditors of the audit hand in evidence."), next_step=_("Ask one of them."))
    if finding.state in _OVER:
        raise WrongState(_("This finding is closed."), next_step=_("Evidence is handed in while it is open."))
    return attach(
        work,
        stored,
        name=name,
        firm_id=finding.firm_id,
        audit_id=finding.audit_id,
        deployment_id=finding.deployment_id,
        subject_kind="finding",
        subject_ref=finding.ref,
        purpose=purpose,
        released=finding.released,
    )


def release_with(work: Work, finding: Finding) -> None:
    """Open a finding's files to its firm, when the finding is issued to it.

    Rows are never changed: each file gets a second row that the firm may see, with whoever handed it in.
    """
    rows = work.session.exec(
        select(EvidenceFile)
        .where(col(EvidenceFile.subject_kind) == "finding", col(EvidenceFile.subject_ref) == finding.ref)
        .order_by(col(EvidenceFile.id))
    ).all()
    kept = {"id", "public_id", "created_at", "released"}
    for row in _newest_of_each(rows):
        if not row.released:
            work.add(EvidenceFile(**row.model_dump(exclude=kept), released=True))
            work.note(
                "evidence.released",
                subject_kind="finding",
                subject_ref=finding.ref,
                firm_id=finding.firm_id,
                audit_id=finding.audit_id,
                after={"name": row.name, "sha256": row.sha256, "size": row.size_bytes},
            )


def _newest_of_each(rows: Iterable[EvidenceFile]) -> tuple[EvidenceFile, ...]:
    """Return one row per file: a file that was released has a row from before, which only the team sees."""
    files: dict[tuple[str, str, str, int | None, bool], EvidenceFile] = {}
    for row in rows:
        of_team = (row.subject_ref, row.sha256, row.name, row.uploaded_by, False)
        if row.released:
            files.pop(of_team, None)
            files[(*of_team[:4], True)] = row
        else:
            files.setdefault(of_team, row)
    return tuple(files.values())


def attach_to_point(
    work: Work,
    stored: StoredBytes,
    *,
    audit_ref: str,
    point_id: str,
    deployment: str | None = None,
    name: str,
    purpose: str = "",
) -> str:
    """Attach a file to a test point, as a member of the team; it stays the team's. Raises: NotOfTeam, WrongState."""
    audit = find_audit(work, audit_ref)
    participant = participant_of(work, audit, deployment)
    if work.actor.office is not Office.AUDITOR or not place_of(work, key_of(audit)).is_member:
        raise NotOfTeam(_("Only a member of this audit's team hands in working papers."), next_step=_("Ask the lead."))
    if audit.state not in WORKING:
        raise WrongState(_("The audit is not in fieldwork."), next_step=_("Look at the present state."))
    known = {(paper.deployment_id, paper.point_id) for paper in workpapers_of(work, key_of(audit))}
    if (participant.deployment_id, point_id) not in known:
        raise PointMissing(_("This audit has no such test point."), field="point_id", next_step=_("Look at its list."))
    return attach(
        work,
        stored,
        name=name,
        firm_id=participant.firm_id,
        audit_id=key_of(audit),
        deployment_id=participant.deployment_id,
        subject_kind="workpaper",
        subject_ref=f"{audit.ref}/{point_id}",
        purpose=purpose,
        released=False,
    )


def evidence(reading: Reading, public_id: str) -> EvidenceView:
    """Return one file's row, to show or to send its bytes. Raises: EvidenceMissing."""
    row = reading.session.exec(select(EvidenceFile).where(col(EvidenceFile.public_id) == public_id)).one_or_none()
    if row is None:
        raise EvidenceMissing(_("There is no such file."), field="file", next_step=_("Look at the list of files."))
    return evidence_view(row)


def evidence_of(reading: Reading, *, subject_kind: str, subject_ref: str) -> tuple[EvidenceView, ...]:
    """Return the files of a subject that the scope may see, oldest first."""
    rows = reading.session.exec(
        select(EvidenceFile)
        .where(col(EvidenceFile.subject_kind) == subject_kind, col(EvidenceFile.subject_ref) == subject_ref)
        .order_by(col(EvidenceFile.id))
    )
    return evidence_views(rows)


def evidence_views(rows: Iterable[EvidenceFile]) -> tuple[EvidenceView, ...]:
    """Return what is shown of rows in their order, one of each file."""
    return tuple(evidence_view(row) for row in _newest_of_each(rows))


def evidence_view(row: EvidenceFile) -> EvidenceView:
    """Return the value that is shown of a row."""
    return EvidenceView(
        public_id=row.public_id,
        name=row.name,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        media_type=row.media_type,
        purpose=row.purpose,
        subject_kind=row.subject_kind,
        subject_ref=row.subject_ref,
        uploader_name=row.uploader_name,
        at=row.created_at,
        released=row.released,
    )


__all__ = [
    "BytesMissing",
    "EvidenceMissing",
    "EvidenceView",
    "FileStore",
    "StoredBytes",
    "TooLarge",
    "attach",
    "attach_to_finding",
    "attach_to_point",
    "evidence",
    "evidence_of",
    "evidence_view",
    "evidence_views",
    "release_with",
]
