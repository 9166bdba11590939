"""Firms, people, seats and sessions.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "firm",
    "person",
    "auditor",
    "competence",
    "auditor_leave",
    "interest",
    "lead_term",
    "seat",
    "sign_in_session",
    "sign_in_attempt",
    "invitation",
)


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Make the tables and the rules that the database holds itself."""
    op.create_table(
        "firm",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("country", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("agreement_signed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("agreement_version", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
        sa.Column("contact_email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('applicant', 'member', 'leaving', 'left')", name=op.f("ck_firm_state_known")),
        sa.CheckConstraint("length(name) BETWEEN 2 AND 200", name=op.f("ck_firm_name_has_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm")),
        sa.UniqueConstraint("name_key", name=op.f("uq_firm_name_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_firm_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_firm_ref")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("totp_secret", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("totp_step", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("totp_confirmed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("locale", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'disabled')", name=op.f("ck_person_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "auditor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("region", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("languages", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("time_zone", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("day_rate_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("max_half_days", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused', 'left')", name=op.f("ck_auditor_state_known")),
        sa.CheckConstraint("day_rate_minor >= 0", name=op.f("ck_auditor_rate_not_negative")),
        sa.CheckConstraint("max_half_days BETWEEN 1 AND 62", name=op.f("ck_auditor_load_limit_in_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auditor")),
        sa.UniqueConstraint("public_id", name=op.f("uq_auditor_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_auditor_ref")),
    )
    op.create_table(
        "competence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("auditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("evidence_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=True),
        sa.Column("evidence_note", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_competence_level_in_range")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_competence_validity_runs_forward")),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditor.id"], name=op.f("fk_competence_auditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_competence_public_id")),
    )
    op.create_index(op.f("ix_competence_auditor_id"), "competence", ["auditor_id"], unique=False)
    op.create_table(
        "auditor_leave",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("auditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_half_day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_half_day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("cancelled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("last_half_day >= first_half_day", name=op.f("ck_auditor_leave_span_runs_forward")),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditor.id"], name=op.f("fk_auditor_leave_auditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auditor_leave")),
        sa.UniqueConstraint("public_id", name=op.f("uq_auditor_leave_public_id")),
    )
    op.create_index(op.f("ix_auditor_leave_auditor_id"), "auditor_leave", ["auditor_id"], unique=False)
    op.create_table(
        "interest",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("auditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("firm_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("cooling_off_months", sa.Integer(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("verdict", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("assessed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("assessed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("verdict_reason", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.CheckConstraint(
            "kind IN ('employment', 'consultancy', 'ownership', 'competitor', 'family', 'supplier', 'reciprocity', 'other')",
            name=op.f("ck_interest_kind_known"),
        ),
        sa.CheckConstraint(
            "verdict IN ('unassessed', 'none', 'manage', 'prohibit')", name=op.f("ck_interest_verdict_known")
        ),
        sa.CheckConstraint("cooling_off_months BETWEEN 0 AND 120", name=op.f("ck_interest_cooling_off_in_range")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_interest_span_runs_forward")),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditor.id"], name=op.f("fk_interest_auditor_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_interest_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_interest_public_id")),
    )
    op.create_index(op.f("ix_interest_auditor_id"), "interest", ["auditor_id"], unique=False)
    op.create_index(op.f("ix_interest_firm_id"), "interest", ["firm_id"], unique=False)
    op.create_table(
        "lead_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("auditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("led_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditor.id"], name=op.f("fk_lead_term_auditor_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_lead_term_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_term")),
        sa.UniqueConstraint("auditor_id", "audit_ref", name=op.f("uq_lead_term_auditor_id_audit_ref")),
        sa.UniqueConstraint("public_id", name=op.f("uq_lead_term_public_id")),
    )
    op.create_index(op.f("ix_lead_term_auditor_id"), "lead_term", ["auditor_id"], unique=False)
    op.create_index(op.f("ix_lead_term_firm_id"), "lead_term", ["firm_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("person_email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("office", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("auditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scope", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("valid_from", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("valid_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("granted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.CheckConstraint(
            "(office = 'auditor') = (auditor_id IS NOT NULL)", name=op.f("ck_seat_auditor_seat_names_auditor")
        ),
        sa.CheckConstraint(
            "(office IN ('firm_manager', 'firm_member')) = (firm_id IS NOT NULL)",
            name=op.f("ck_seat_firm_seat_names_firm"),
        ),
        sa.CheckConstraint(
            "office IN ('administrator', 'appeal_panel_member', 'auditor', 'decision_maker', 'ethics_reviewer', 'firm_manager', 'firm_member', 'impartiality_officer', 'planner', 'registrar', 'regulator', 'technical_reviewer', 'treasurer')",
            name=op.f("ck_seat_office_known"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_seat_validity_runs_forward")
        ),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditor.id"], name=op.f("fk_seat_auditor_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_seat_firm_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["person.id"], name=op.f("fk_seat_granted_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_seat_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("public_id", name=op.f("uq_seat_public_id")),
    )
    op.create_index(op.f("ix_seat_auditor_id"), "seat", ["auditor_id"], unique=False)
    op.create_index(op.f("ix_seat_firm_id"), "seat", ["firm_id"], unique=False)
    op.create_index(op.f("ix_seat_office"), "seat", ["office"], unique=False)
    op.create_index(op.f("ix_seat_person_id"), "seat", ["person_id"], unique=False)
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("token_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("seat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("second_factor_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("data", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("last_seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("user_agent", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("address_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_sign_in_session_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_in_session_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_session_token_digest")),
    )
    op.create_index(op.f("ix_sign_in_session_expires_at"), "sign_in_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sign_in_session_person_id"), "sign_in_session", ["person_id"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_in_attempt_public_id")),
    )
    op.create_index(op.f("ix_sign_in_attempt_at"), "sign_in_attempt", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_attempt_key"), "sign_in_attempt", ["key"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("token_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("office", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("auditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("taken_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("invited_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "office IN ('administrator', 'appeal_panel_member', 'auditor', 'decision_maker', 'ethics_reviewer', 'firm_manager', 'firm_member', 'impartiality_officer', 'planner', 'registrar', 'regulator', 'technical_reviewer', 'treasurer')",
            name=op.f("ck_invitation_office_known"),
        ),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditor.id"], name=op.f("fk_invitation_auditor_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_invitation_firm_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["person.id"], name=op.f("fk_invitation_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitation_token_digest")),
    )
    op.create_index(op.f("ix_invitation_firm_id"), "invitation", ["firm_id"], unique=False)


def downgrade() -> None:
    """Remove what the upgrade made."""
    for table in reversed(TABLES):
        op.drop_table(table)
