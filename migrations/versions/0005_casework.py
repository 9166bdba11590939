"""Workpapers, findings, remedies, evidence and jobs.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pool.kernel.fences import drop_refusal, keep_rows, refuse_when

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("workpaper", "finding", "remedy", "evidence_file", "job")
APPEND_ONLY = ("evidence_file",)
REFUSALS = (
    (
        "remedy_verified_by_auditor",
        "remedy",
        "BEFORE UPDATE",
        "NEW.verified_by IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_member m WHERE m.audit_id = NEW.audit_id AND m.person_id = NEW.verified_by) AND NOT EXISTS (SELECT 1 FROM audit_grant g WHERE g.audit_id = NEW.audit_id AND g.person_id = NEW.verified_by)",
        "a remedy is verified by an auditor of the audit",
    ),
    (
        "remedy_starts_unverified",
        "remedy",
        "BEFORE INSERT",
        "NEW.verified_by IS NOT NULL",
        "a remedy begins unverified",
    ),
)


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Make the tables and the rules that the database holds itself."""
    op.create_table(
        "workpaper",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("point_id", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("point", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("procedure", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("sample", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("result", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("conclusion", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("rating", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
        sa.Column("rating_reason", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("preparer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("preparer_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("prepared_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "rating IN ('conforming', 'observation', 'minor', 'major', 'not_applicable', 'not_tested')",
            name=op.f("ck_workpaper_rating_known"),
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_workpaper_audit_id")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_workpaper_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_workpaper_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workpaper")),
        sa.UniqueConstraint(
            "audit_id", "deployment_id", "point_id", name=op.f("uq_workpaper_audit_id_deployment_id_point_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_workpaper_public_id")),
    )
    op.create_index(op.f("ix_workpaper_audit_id"), "workpaper", ["audit_id"], unique=False)
    op.create_index(op.f("ix_workpaper_firm_id"), "workpaper", ["firm_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("point_id", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("duty_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("grade", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("requirement", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("statement", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("evidence", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("acknowledged_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("contain_by", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("contained_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("contained_note", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("plan_by", sa.Date(), nullable=True),
        sa.Column("close_by", sa.Date(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("repeats_ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("dispute_reason", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "grade IN ('critical', 'major', 'minor', 'observation', 'opportunity', 'good_practice')",
            name=op.f("ck_finding_grade_known"),
        ),
        sa.CheckConstraint("released = false OR state <> 'draft'", name=op.f("ck_finding_draft_is_not_released")),
        sa.CheckConstraint(
            "state = 'draft' OR state = 'discarded' OR (length(requirement) > 0 AND length(statement) > 0 AND length(evidence) > 0)",
            name=op.f("ck_finding_issued_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'discarded', 'issued', 'noted', 'disputed', 'acknowledged', 'responded', 'response_rejected', 'response_accepted', 'evidence_submitted', 'closed_on_plan', 'verified_closed', 'withdrawn')",
            name=op.f("ck_finding_state_known"),
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_finding_audit_id")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_finding_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_finding_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_finding_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_finding_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_finding_ref")),
    )
    op.create_index(op.f("ix_finding_audit_id"), "finding", ["audit_id"], unique=False)
    op.create_index(op.f("ix_finding_deployment_id"), "finding", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_finding_firm_id"), "finding", ["firm_id"], unique=False)
    op.create_index(op.f("ix_finding_state"), "finding", ["state"], unique=False)
    op.create_table(
        "remedy",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("finding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("correction", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("root_cause", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("owner", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("proposed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("evidence_note", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("implemented_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("verified_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verified_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("verified_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_at IS NOT NULL)", name=op.f("ck_remedy_verified_has_instant")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'sent_back', 'accepted', 'implemented', 'insufficient', 'verified')",
            name=op.f("ck_remedy_state_known"),
        ),
        sa.CheckConstraint(
            "verified_by IS NULL OR verified_by <> proposed_by", name=op.f("ck_remedy_verified_by_somebody_else")
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_remedy_audit_id")),
        sa.ForeignKeyConstraint(
            ["firm_id", "finding_id"], ["finding.firm_id", "finding.id"], name=op.f("fk_remedy_firm_id_finding_id")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_remedy_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remedy")),
        sa.UniqueConstraint("public_id", name=op.f("uq_remedy_public_id")),
    )
    op.create_index(op.f("ix_remedy_audit_id"), "remedy", ["audit_id"], unique=False)
    op.create_index(op.f("ix_remedy_finding_id"), "remedy", ["finding_id"], unique=False)
    op.create_index(op.f("ix_remedy_firm_id"), "remedy", ["firm_id"], unique=False)
    op.create_table(
        "evidence_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject_kind", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("subject_ref", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("uploaded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("uploader_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_evidence_file_digest_is_sha256")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_evidence_file_size_not_negative")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_evidence_file_audit_id")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_evidence_file_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_evidence_file_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_evidence_file_public_id")),
    )
    op.create_index(op.f("ix_evidence_file_audit_id"), "evidence_file", ["audit_id"], unique=False)
    op.create_index(op.f("ix_evidence_file_deployment_id"), "evidence_file", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_evidence_file_firm_id"), "evidence_file", ["firm_id"], unique=False)
    op.create_index(op.f("ix_evidence_file_sha256"), "evidence_file", ["sha256"], unique=False)
    op.create_index(op.f("ix_evidence_file_subject_ref"), "evidence_file", ["subject_ref"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("dedupe_key", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("lease_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("last_error", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("done_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('due', 'claimed', 'done', 'dead')", name=op.f("ck_job_state_known")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_job_attempts_counted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_job_dedupe_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_job_public_id")),
    )
    op.create_index(op.f("ix_job_due_at"), "job", ["due_at"], unique=False)
    op.create_index(op.f("ix_job_kind"), "job", ["kind"], unique=False)
    op.create_index(op.f("ix_job_state"), "job", ["state"], unique=False)
    for table in APPEND_ONLY:
        keep_rows(op.execute, table, postgresql=postgresql())
    for name, table, event, condition, message in REFUSALS:
        refuse_when(
            op.execute,
            name=name,
            table=table,
            event=event,
            condition=condition,
            message=message,
            postgresql=postgresql(),
        )


def downgrade() -> None:
    """Remove what the upgrade made."""
    for name, table, _event, _condition, _message in REFUSALS:
        drop_refusal(op.execute, name=name, table=table, postgresql=postgresql())
    for table in reversed(TABLES):
        op.drop_table(table)
