"""A new sign-in for whoever lost password or second factor: two administrators, one link.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

from pool.kernel.fences import fence, unfence
from pool.kernel.tenancy import Visibility

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLE = "credential_reset"
OFFICES_ONLY = Visibility()


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Make the table, the rules that the database holds itself, and its fence."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    text = sqlmodel.sql.sqltypes.AutoString
    instant = sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        TABLE,
        sa.Column("id", key, nullable=False),
        sa.Column("public_id", text(length=32), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("person_id", key, nullable=False),
        sa.Column("asked_by", key, nullable=False),
        sa.Column("reason", text(length=500), nullable=False),
        sa.Column("content_digest", text(length=71), nullable=False),
        sa.Column("ends_at", instant(), nullable=False),
        sa.Column("confirmed_by", key, nullable=True),
        sa.Column("confirmed_at", instant(), nullable=True),
        sa.Column("token_digest", text(length=64), nullable=True),
        sa.Column("used_at", instant(), nullable=True),
        sa.Column("withdrawn_at", instant(), nullable=True),
        sa.CheckConstraint("asked_by <> person_id", name=op.f("ck_credential_reset_not_asked_for_oneself")),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by NOT IN (asked_by, person_id)",
            name=op.f("ck_credential_reset_second_word_of_another"),
        ),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_credential_reset_confirmed_by_somebody")
        ),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (token_digest IS NULL)", name=op.f("ck_credential_reset_link_needs_second_word")
        ),
        sa.CheckConstraint(
            "used_at IS NULL OR confirmed_at IS NOT NULL", name=op.f("ck_credential_reset_used_after_confirmed")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_reset_person_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_credential_reset_asked_by")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_credential_reset_confirmed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_reset")),
        sa.UniqueConstraint("public_id", name=op.f("uq_credential_reset_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_credential_reset_token_digest")),
    )
    op.create_index(op.f("ix_credential_reset_person_id"), TABLE, ["person_id"], unique=False)
    fence(op.execute, TABLE, OFFICES_ONLY, append_only=False, postgresql=postgresql())


def downgrade() -> None:
    """Remove the table."""
    unfence(op.execute, TABLE, OFFICES_ONLY, postgresql=postgresql())
    op.drop_table(TABLE)
