"""What every write leaves: activity, once-keys, series, approvals, and the scope functions.

Revision ID: 0001
Revises: None
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pool.kernel.fences import build_scope, drop_scope, keep_rows

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = ("activity", "once_key", "series", "approval")
APPEND_ONLY = ("activity", "approval")


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Make the tables and the rules that the database holds itself."""
    build_scope(op.execute, postgresql=postgresql())
    op.create_table(
        "activity",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("office", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("verb", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("subject_kind", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("subject_ref", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("before", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=True),
        sa.Column("after", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=True),
        sa.Column("before_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=True),
        sa.Column("after_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=True),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("public_id", name=op.f("uq_activity_public_id")),
    )
    op.create_index(op.f("ix_activity_at"), "activity", ["at"], unique=False)
    op.create_index(op.f("ix_activity_audit_id"), "activity", ["audit_id"], unique=False)
    op.create_index(op.f("ix_activity_firm_id"), "activity", ["firm_id"], unique=False)
    op.create_index(op.f("ix_activity_person_id"), "activity", ["person_id"], unique=False)
    op.create_index(op.f("ix_activity_subject_ref"), "activity", ["subject_ref"], unique=False)
    op.create_index(op.f("ix_activity_verb"), "activity", ["verb"], unique=False)
    op.create_table(
        "once_key",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_once_key")),
    )
    op.create_index(op.f("ix_once_key_at"), "once_key", ["at"], unique=False)
    op.create_table(
        "series",
        sa.Column("prefix", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("last >= 0", name=op.f("ck_series_last_not_negative")),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_series")),
    )
    op.create_table(
        "approval",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("rule", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("subject_ref", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("content_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("office", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.CheckConstraint("position IN (1, 2)", name=op.f("ck_approval_position_is_first_or_second")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("public_id", name=op.f("uq_approval_public_id")),
        sa.UniqueConstraint(
            "rule",
            "subject_ref",
            "content_digest",
            "person_id",
            name=op.f("uq_approval_rule_subject_ref_content_digest_person_id"),
        ),
        sa.UniqueConstraint(
            "rule",
            "subject_ref",
            "content_digest",
            "position",
            name=op.f("uq_approval_rule_subject_ref_content_digest_position"),
        ),
    )
    op.create_index(op.f("ix_approval_subject_ref"), "approval", ["subject_ref"], unique=False)
    for table in APPEND_ONLY:
        keep_rows(op.execute, table, postgresql=postgresql())


def downgrade() -> None:
    """Remove what the upgrade made."""
    for table in reversed(TABLES):
        op.drop_table(table)
    drop_scope(op.execute, postgresql=postgresql())
