"""Foundation models, fine-tuned models, deployments and dated facts.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pool.kernel.fences import keep_rows

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "foundation_model",
    "foundation_status",
    "tuned_model",
    "model_party",
    "model_file",
    "deployment",
    "indicator_fact",
    "tier_assessment",
    "attestation",
    "ethics_request",
    "ethics_outcome",
    "ethics_condition_met",
    "incident",
    "monitoring_report",
    "change_report",
)
APPEND_ONLY = (
    "foundation_status",
    "model_file",
    "indicator_fact",
    "tier_assessment",
    "attestation",
    "ethics_outcome",
    "ethics_condition_met",
    "monitoring_report",
    "change_report",
)


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Make the tables and the rules that the database holds itself."""
    op.create_table(
        "foundation_model",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("licence", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("aliases", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foundation_model")),
        sa.UniqueConstraint("provider", "name", "version", name=op.f("uq_foundation_model_provider_name_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_foundation_model_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_foundation_model_ref")),
    )
    op.create_index(op.f("ix_foundation_model_name"), "foundation_model", ["name"], unique=False)
    op.create_table(
        "foundation_status",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("foundation_model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("market", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("fault_of_firm", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("evidence_digest", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("evidence_note", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "status IN ('registered', 'deregistered', 'unregistered')", name=op.f("ck_foundation_status_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["foundation_model_id"], ["foundation_model.id"], name=op.f("fk_foundation_status_foundation_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foundation_status")),
        sa.UniqueConstraint("public_id", name=op.f("uq_foundation_status_public_id")),
    )
    op.create_index(
        op.f("ix_foundation_status_foundation_model_id"), "foundation_status", ["foundation_model_id"], unique=False
    )
    op.create_table(
        "tuned_model",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("foundation_model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("version", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("method", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("licence", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("datasets", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("stated_base", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("contradictions", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("contradictions_settled", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("hosted", sa.Boolean(), nullable=False),
        sa.Column("host_provider", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("host_job", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("host_snapshot", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("host_endpoint", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("description", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "hosted = false OR length(host_provider) > 0", name=op.f("ck_tuned_model_hosted_names_provider")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_tuned_model_firm_id")),
        sa.ForeignKeyConstraint(
            ["foundation_model_id"], ["foundation_model.id"], name=op.f("fk_tuned_model_foundation_model_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tuned_model")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_tuned_model_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tuned_model_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_tuned_model_ref")),
    )
    op.create_index(op.f("ix_tuned_model_firm_id"), "tuned_model", ["firm_id"], unique=False)
    op.create_index(op.f("ix_tuned_model_foundation_model_id"), "tuned_model", ["foundation_model_id"], unique=False)
    op.create_table(
        "model_party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.CheckConstraint("role IN ('tuner', 'co_tuner', 'data', 'host')", name=op.f("ck_model_party_role_known")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_model_party_firm_id")),
        sa.ForeignKeyConstraint(["model_id"], ["tuned_model.id"], name=op.f("fk_model_party_model_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_party")),
        sa.UniqueConstraint("model_id", "firm_id", name=op.f("uq_model_party_model_id_firm_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_model_party_public_id")),
    )
    op.create_index(op.f("ix_model_party_firm_id"), "model_party", ["firm_id"], unique=False)
    op.create_index(op.f("ix_model_party_model_id"), "model_party", ["model_id"], unique=False)
    op.create_table(
        "model_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("format", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("understood", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id", "model_id"],
            ["tuned_model.firm_id", "tuned_model.id"],
            name=op.f("fk_model_file_firm_id_model_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_model_file_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_model_file_public_id")),
    )
    op.create_index(op.f("ix_model_file_firm_id"), "model_file", ["firm_id"], unique=False)
    op.create_index(op.f("ix_model_file_model_id"), "model_file", ["model_id"], unique=False)
    op.create_table(
        "deployment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("context", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("markets", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("languages", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("sites", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("registered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("live_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("pseudonym", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'registered', 'ended')", name=op.f("ck_deployment_state_known")),
        sa.ForeignKeyConstraint(
            ["firm_id", "model_id"],
            ["tuned_model.firm_id", "tuned_model.id"],
            name=op.f("fk_deployment_firm_id_model_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_deployment_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_deployment_firm_id_id")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_deployment_pseudonym")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deployment_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_deployment_ref")),
    )
    op.create_index(op.f("ix_deployment_firm_id"), "deployment", ["firm_id"], unique=False)
    op.create_index(op.f("ix_deployment_model_id"), "deployment", ["model_id"], unique=False)
    op.create_table(
        "indicator_fact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("indicator", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("evidence_digest", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "source IN ('declared', 'metered', 'observed', 'corrected')", name=op.f("ck_indicator_fact_source_known")
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_indicator_fact_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_indicator_fact_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_fact")),
        sa.UniqueConstraint("public_id", name=op.f("uq_indicator_fact_public_id")),
    )
    op.create_index(op.f("ix_indicator_fact_deployment_id"), "indicator_fact", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_indicator_fact_firm_id"), "indicator_fact", ["firm_id"], unique=False)
    op.create_table(
        "tier_assessment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("edition", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("edition_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("inputs", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("base", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("intensity", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("tier", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("result", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("tier IN ('low', 'medium', 'high')", name=op.f("ck_tier_assessment_tier_known")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_tier_assessment_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_tier_assessment_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_assessment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tier_assessment_public_id")),
    )
    op.create_index(op.f("ix_tier_assessment_deployment_id"), "tier_assessment", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_tier_assessment_firm_id"), "tier_assessment", ["firm_id"], unique=False)
    op.create_table(
        "attestation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("signed_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("statement", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("content_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_attestation_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_attestation_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attestation_public_id")),
    )
    op.create_index(op.f("ix_attestation_deployment_id"), "attestation", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_attestation_firm_id"), "attestation", ["firm_id"], unique=False)
    op.create_table(
        "ethics_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("requested_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("requested_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "state IN ('requested', 'decided', 'withdrawn')", name=op.f("ck_ethics_request_state_known")
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_ethics_request_level_in_range")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_ethics_request_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_ethics_request_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ethics_request")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_ethics_request_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ethics_request_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_ethics_request_ref")),
    )
    op.create_index(op.f("ix_ethics_request_deployment_id"), "ethics_request", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_ethics_request_firm_id"), "ethics_request", ["firm_id"], unique=False)
    op.create_table(
        "ethics_outcome",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("conditions", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("conditions_due_on", sa.Date(), nullable=True),
        sa.Column("reasons", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reviewer_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('approved', 'approved_with_conditions', 'refused')",
            name=op.f("ck_ethics_outcome_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_ethics_outcome_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "request_id"],
            ["ethics_request.firm_id", "ethics_request.id"],
            name=op.f("fk_ethics_outcome_firm_id_request_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_ethics_outcome_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ethics_outcome")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_ethics_outcome_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ethics_outcome_public_id")),
    )
    op.create_index(op.f("ix_ethics_outcome_deployment_id"), "ethics_outcome", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_ethics_outcome_firm_id"), "ethics_outcome", ["firm_id"], unique=False)
    op.create_index(op.f("ix_ethics_outcome_request_id"), "ethics_outcome", ["request_id"], unique=False)
    op.create_table(
        "ethics_condition_met",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_ethics_condition_met_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "outcome_id"],
            ["ethics_outcome.firm_id", "ethics_outcome.id"],
            name=op.f("fk_ethics_condition_met_firm_id_outcome_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_ethics_condition_met_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ethics_condition_met")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ethics_condition_met_public_id")),
    )
    op.create_index(
        op.f("ix_ethics_condition_met_deployment_id"), "ethics_condition_met", ["deployment_id"], unique=False
    )
    op.create_index(op.f("ix_ethics_condition_met_firm_id"), "ethics_condition_met", ["firm_id"], unique=False)
    op.create_index(op.f("ix_ethics_condition_met_outcome_id"), "ethics_condition_met", ["outcome_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("severity", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("description", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("occurred_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("known_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("report_due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("reported_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("full_report_due_on", sa.Date(), nullable=True),
        sa.Column("full_report", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("full_report_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("containment", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("contained_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("measures_due_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("severity IN ('serious', 'other')", name=op.f("ck_incident_severity_known")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_incident_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_incident_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("public_id", name=op.f("uq_incident_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_incident_ref")),
    )
    op.create_index(op.f("ix_incident_deployment_id"), "incident", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_incident_firm_id"), "incident", ["firm_id"], unique=False)
    op.create_table(
        "monitoring_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_until", sa.Date(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("sample_outputs", sa.Integer(), nullable=False),
        sa.Column("off_scope_outputs", sa.Integer(), nullable=False),
        sa.Column("complaints", sa.Integer(), nullable=False),
        sa.Column("summary", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("evidence_digest", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("level BETWEEN 0 AND 3", name=op.f("ck_monitoring_report_level_in_range")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_monitoring_report_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_monitoring_report_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_monitoring_report_public_id")),
    )
    op.create_index(op.f("ix_monitoring_report_deployment_id"), "monitoring_report", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_monitoring_report_firm_id"), "monitoring_report", ["firm_id"], unique=False)
    op.create_table(
        "change_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_change_report_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_change_report_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_change_report_public_id")),
    )
    op.create_index(op.f("ix_change_report_deployment_id"), "change_report", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_change_report_firm_id"), "change_report", ["firm_id"], unique=False)
    for table in APPEND_ONLY:
        keep_rows(op.execute, table, postgresql=postgresql())


def downgrade() -> None:
    """Remove what the upgrade made."""
    for table in reversed(TABLES):
        op.drop_table(table)
