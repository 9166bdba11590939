"""The participation record, enrolment, standing and the public register.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pool.kernel.fences import keep_rows

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("record_entry", "record_head", "record_document", "enrolment", "standing", "register_entry")
APPEND_ONLY = ("record_entry", "enrolment")


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Make the tables and the rules that the database holds itself."""
    op.create_table(
        "record_entry",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(data) BETWEEN 2 AND 65535", name=op.f("ck_record_entry_entry_fits_bundle")),
        sa.CheckConstraint("length(leaf_hash) = 32", name=op.f("ck_record_entry_leaf_hash_is_sha256")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_record_entry_number_not_negative")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_record_entry")),
    )
    op.create_table(
        "record_head",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entries", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("entries >= 0", name=op.f("ck_record_head_count_not_negative")),
        sa.CheckConstraint("id = 1", name=op.f("ck_record_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_head")),
    )
    op.create_table(
        "record_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("body", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_record_document_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_record_document_firm_id")),
        sa.ForeignKeyConstraint(["seq"], ["record_entry.seq"], name=op.f("fk_record_document_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_document")),
        sa.UniqueConstraint("public_id", name=op.f("uq_record_document_public_id")),
        sa.UniqueConstraint("seq", name=op.f("uq_record_document_seq")),
    )
    op.create_index(op.f("ix_record_document_deployment_id"), "record_document", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_record_document_firm_id"), "record_document", ["firm_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("terms_version", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("kind IN ('applied', 'withdrawn')", name=op.f("ck_enrolment_kind_known")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_enrolment_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_enrolment_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_enrolment_public_id")),
    )
    op.create_index(op.f("ix_enrolment_deployment_id"), "enrolment", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_enrolment_firm_id"), "enrolment", ["firm_id"], unique=False)
    op.create_table(
        "standing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("due_state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
        sa.Column("due_since", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("basis", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("deemed", sa.Boolean(), nullable=False),
        sa.Column("computed_for", sa.Date(), nullable=False),
        sa.Column("computed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("entry_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('not_enrolled', 'pending', 'good_standing', 'at_risk', 'suspended', 'lapsed', 'revoked', 'withdrawn')",
            name=op.f("ck_standing_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_standing_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_standing_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
        sa.UniqueConstraint("public_id", name=op.f("uq_standing_public_id")),
    )
    op.create_index(op.f("ix_standing_current"), "standing", ["current"], unique=False)
    op.create_index(op.f("ix_standing_deployment_id"), "standing", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_standing_firm_id"), "standing", ["firm_id"], unique=False)
    op.create_table(
        "register_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("deployment_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("firm_ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("firm_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("model_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("foundation_name", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("context", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("markets", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("tier", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("deemed", sa.Boolean(), nullable=False),
        sa.Column("last_audit_on", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_register_entry_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_register_entry_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("deployment_id", name=op.f("uq_register_entry_deployment_id")),
        sa.UniqueConstraint("deployment_ref", name=op.f("uq_register_entry_deployment_ref")),
        sa.UniqueConstraint("public_id", name=op.f("uq_register_entry_public_id")),
    )
    op.create_index(op.f("ix_register_entry_firm_id"), "register_entry", ["firm_id"], unique=False)
    op.create_index(op.f("ix_register_entry_firm_name"), "register_entry", ["firm_name"], unique=False)
    op.create_index(op.f("ix_register_entry_state"), "register_entry", ["state"], unique=False)
    op.create_index(op.f("ix_register_entry_tier"), "register_entry", ["tier"], unique=False)
    for table in APPEND_ONLY:
        keep_rows(op.execute, table, postgresql=postgresql())
    op.execute("INSERT INTO record_head (id, entries) VALUES (1, 0)")


def downgrade() -> None:
    """Remove what the upgrade made."""
    for table in reversed(TABLES):
        op.drop_table(table)
