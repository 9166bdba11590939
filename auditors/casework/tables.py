"""Rows of audits: participants, team, grants, workpapers, findings and remedies."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlmodel import Field

from auditors.casework.states import AuditState, FindingState, Grade, Rating, RemedyState
from pool.kernel.rows import Row, bigint, check, json_value, one_of, ownable, owned, unique
from pool.kernel.tenancy import Visibility


class Audit(Row, table=True):
    """One audit. ``brief`` is frozen at booking: an audit is held against the duties in force then."""

    __tablename__ = "audit"
    __table_args__ = (
        one_of("state", AuditState),
        one_of("kind", ("initial", "surveillance", "renewal", "special", "follow_up")),
        one_of("tier", ("low", "medium", "high")),
        one_of("readiness", ("", "ready", "ready_with_concerns", "not_ready")),
    )
    visibility: ClassVar[Visibility] = Visibility(participant="id", audit="id")

    ref: str = Field(max_length=20, unique=True)
    kind: str = Field(max_length=20)
    state: str = Field(default=AuditState.PLANNED, max_length=30, index=True)
    tier: str = Field(max_length=10)
    edition: str = Field(max_length=20)
    brief: dict[str, Any] = json_value()
    brief_digest: str = Field(max_length=71)
    seed: str = Field(max_length=71)
    starts_on: date | None = None
    ends_on: date | None = None
    sealed_at: datetime | None = None
    sealed_plan: dict[str, Any] = json_value()
    readiness: str = Field(default="", max_length=30)
    fieldwork_ended_on: date | None = None
    reported_at: datetime | None = None
    closed_at: datetime | None = None
    version: int = 1


class AuditReport(Row, table=True):
    """The summary of an audit's report. ``released`` opens it to the firms while it is sent to them."""

    __tablename__ = "audit_report"
    visibility: ClassVar[Visibility] = Visibility(participant="audit_id", firm_if="released", audit="audit_id")

    audit_id: int = bigint(foreign_key="audit.id", unique=True)
    words: str = Field(max_length=20000)
    released: bool = False


class AuditParticipant(Row, table=True):
    """A firm's part of an audit: its deployment and the booking it came from. The audit's own brief is common.

    ``ratings`` are those of its test points as the draft report that was sent last showed them to the firm.
    """

    __tablename__ = "audit_participant"
    __table_args__ = (
        unique("audit_id", "deployment_id"),
        owned("booking", "booking_id"),
        owned("deployment", "deployment_id"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", audit="audit_id")

    audit_id: int = bigint(foreign_key="audit.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    booking_id: int = bigint(index=True)
    part: dict[str, Any] = json_value()
    firm_comment: str = Field(default="", max_length=20000)
    commented_at: datetime | None = None
    comment_answer: str = Field(default="", max_length=20000)
    ratings: list[dict[str, Any]] = json_value(list)


class AuditMember(Row, table=True):
    """A person in the team of an audit. Rows stay when somebody leaves: who took part may never review or decide."""

    __tablename__ = "audit_member"
    __table_args__ = (
        unique("audit_id", "person_id"),
        one_of("role", ("lead", "auditor", "expert", "trainee", "observer")),
    )
    visibility: ClassVar[Visibility] = Visibility(
        participant="audit_id", audit="audit_id", person="person_id", pool_writes=True
    )

    audit_id: int = bigint(foreign_key="audit.id", index=True)
    auditor_id: int = bigint(foreign_key="auditor.id", index=True)
    person_id: int = bigint(index=True)
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)
    joined_at: datetime
    left_at: datetime | None = None


class AuditGrant(Row, table=True):
    """That a person may see one firm's part of one audit, from an instant, perhaps until one. The fences read it."""

    __tablename__ = "audit_grant"
    __table_args__ = (
        owned("deployment", "deployment_id"),
        check("until_at IS NULL OR until_at > from_at", "grant_runs_forward"),
    )
    visibility: ClassVar[Visibility] = Visibility(person="person_id", pool_writes=True)

    person_id: int = bigint(index=True)
    audit_id: int = bigint(foreign_key="audit.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    from_at: datetime
    until_at: datetime | None = None
    reason: str = Field(default="", max_length=500)


class AuditEvent(Row, table=True):
    """One step of an audit's life-cycle; the steps are its history."""

    __tablename__ = "audit_event"
    visibility: ClassVar[Visibility] = Visibility(participant="audit_id", audit="audit_id")
    append_only: ClassVar[bool] = True

    audit_id: int = bigint(foreign_key="audit.id", index=True)
    from_state: str = Field(max_length=30)
    to_state: str = Field(max_length=30)
    at: datetime
    person_id: int | None = bigint(None)
    name: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=2000)


class Workpaper(Row, table=True):
    """The work on one test point for one deployment. ``released`` opens it to the firm once the audit is decided."""

    __tablename__ = "workpaper"
    __table_args__ = (
        unique("audit_id", "deployment_id", "point_id"),
        one_of("rating", Rating, name="rating_known"),
        owned("deployment", "deployment_id"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", firm_if="released", audit="audit_id")

    audit_id: int = bigint(foreign_key="audit.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint()
    position: int
    point_id: str = Field(max_length=20)
    point: dict[str, Any] = json_value()
    procedure: str = Field(default="", max_length=20000)
    sample: str = Field(default="", max_length=20000)
    result: str = Field(default="", max_length=20000)
    conclusion: str = Field(default="", max_length=20000)
    rating: str | None = Field(default=None, max_length=20)
    rating_reason: str = Field(default="", max_length=2000)
    preparer_id: int | None = bigint(None)
    preparer_name: str = Field(default="", max_length=200)
    prepared_at: datetime | None = None
    version: int = 1
    released: bool = False


class Finding(Row, table=True):
    """A finding of an audit. A draft is the team's; ``released`` is set when it is issued to the firm."""

    __tablename__ = "finding"
    __table_args__ = (
        ownable(),
        one_of("grade", Grade),
        one_of("state", FindingState),
        owned("deployment", "deployment_id"),
        check(
            "state = 'draft' OR state = 'discarded' OR "
            "(length(requirement) > 0 AND length(statement) > 0 AND length(evidence) > 0)",
            "issued_is_complete",
        ),
        check("released = false OR state <> 'draft'", "draft_is_not_released"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", firm_if="released", audit="audit_id")

    ref: str = Field(max_length=20, unique=True)
    audit_id: int = bigint(foreign_key="audit.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    point_id: str = Field(default="", max_length=20)
    duty_id: str = Field(default="", max_length=10)
    grade: str = Field(max_length=20)
    requirement: str = Field(default="", max_length=20000)
    statement: str = Field(default="", max_length=20000)
    evidence: str = Field(default="", max_length=20000)
    state: str = Field(default=FindingState.DRAFT, max_length=30, index=True)
    author_id: int = bigint()
    author_name: str = Field(default="", max_length=200)
    issued_at: datetime | None = None
    acknowledged_at: datetime | None = None
    contain_by: datetime | None = None
    contained_at: datetime | None = None
    contained_note: str = Field(default="", max_length=20000)
    plan_by: date | None = None
    close_by: date | None = None
    closed_at: datetime | None = None
    repeats_ref: str = Field(default="", max_length=20)
    dispute_reason: str = Field(default="", max_length=20000)
    released: bool = False
    version: int = 1


class Remedy(Row, table=True):
    """What a firm does about a finding: correction, root cause, corrective action; verified by somebody else."""

    __tablename__ = "remedy"
    __table_args__ = (
        owned("finding", "finding_id"),
        one_of("state", RemedyState),
        check("verified_by IS NULL OR verified_by <> proposed_by", "verified_by_somebody_else"),
        check("(state = 'verified') = (verified_at IS NOT NULL)", "verified_has_instant"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", audit="audit_id")

    finding_id: int = bigint(index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    audit_id: int = bigint(foreign_key="audit.id", index=True)
    correction: str = Field(default="", max_length=20000)
    root_cause: str = Field(default="", max_length=20000)
    action: str = Field(default="", max_length=20000)
    owner: str = Field(default="", max_length=200)
    due_on: date | None = None
    state: str = Field(default=RemedyState.PROPOSED, max_length=20)
    proposed_by: int = bigint()
    proposed_at: datetime
    evidence_note: str = Field(default="", max_length=20000)
    implemented_at: datetime | None = None
    answer: str = Field(default="", max_length=20000)
    answered_by: int | None = bigint(None)
    answered_at: datetime | None = None
    verified_by: int | None = bigint(None)
    verified_name: str = Field(default="", max_length=200)
    verified_at: datetime | None = None
    version: int = 1


class EvidenceFile(Row, table=True):
    """A file somebody handed in, kept by its digest and never opened by a program. Written after the bytes are safe."""

    __tablename__ = "evidence_file"
    __table_args__ = (
        owned("deployment", "deployment_id"),
        check("size_bytes >= 0", "size_not_negative"),
        check("length(sha256) = 64", "digest_is_sha256"),
    )
    visibility: ClassVar[Visibility] = Visibility(
        firm="firm_id", firm_if="released", audit="audit_id", deployment="deployment_id"
    )
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    audit_id: int | None = bigint(None, foreign_key="audit.id", index=True)
    deployment_id: int | None = bigint(None, index=True)
    subject_kind: str = Field(max_length=30)
    subject_ref: str = Field(max_length=40, index=True)
    sha256: str = Field(max_length=64, index=True)
    size_bytes: int = bigint()
    media_type: str = Field(default="application/octet-stream", max_length=100)
    name: str = Field(max_length=255)
    purpose: str = Field(default="", max_length=500)
    uploaded_by: int | None = bigint(None)
    uploader_name: str = Field(default="", max_length=200)
    released: bool = True
