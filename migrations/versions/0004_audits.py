"""Audits, bookings, plans and half-days.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pool.kernel.fences import keep_rows

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "audit",
    "plan",
    "booking",
    "booking_deployment",
    "booking_event",
    "proposal",
    "proposal_member",
    "audit_refusal",
    "audit_participant",
    "audit_member",
    "audit_grant",
    "audit_event",
    "half_day",
)
APPEND_ONLY = ("booking_event", "audit_refusal", "audit_event")


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Make the tables and the rules that the database holds itself."""
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("tier", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("edition", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("brief", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("brief_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("seed", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("sealed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("sealed_plan", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("readiness", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("fieldwork_ended_on", sa.Date(), nullable=True),
        sa.Column("reported_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("report_note", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('initial', 'surveillance', 'renewal', 'special', 'follow_up')", name=op.f("ck_audit_kind_known")
        ),
        sa.CheckConstraint(
            "readiness IN ('', 'ready', 'ready_with_concerns', 'not_ready')", name=op.f("ck_audit_readiness_known")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'plan_sealed', 'stage1', 'stage1_reported', 'stage2', 'draft_report', 'factual_check', 'submitted', 'technical_review', 'awaiting_action', 'decision_pending', 'decided', 'closed', 'aborted')",
            name=op.f("ck_audit_state_known"),
        ),
        sa.CheckConstraint("tier IN ('low', 'medium', 'high')", name=op.f("ck_audit_tier_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_audit_ref")),
    )
    op.create_index(op.f("ix_audit_state"), "audit", ["state"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("problem", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("problem_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("plan", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("objective", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('solved', 'published', 'discarded')", name=op.f("ck_plan_state_known")),
        sa.CheckConstraint("status IN ('optimal', 'feasible')", name=op.f("ck_plan_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("public_id", name=op.f("uq_plan_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_plan_ref")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("audit_ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("tier", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_until", sa.Date(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("requested_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("requested_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("returned_items", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("facts_snapshot", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("exact_days", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("effort_steps", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("half_days", sa.Integer(), nullable=False),
        sa.Column("needs", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("brief", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("brief_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("estimate_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("estimate_low_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("estimate_high_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("price_steps", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("estimate_key", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("quoted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("quote_valid_until", sa.Date(), nullable=True),
        sa.Column("accepted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("accepted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("waitlist_reasons", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("confirmed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_by_pool", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('initial', 'surveillance', 'renewal', 'special', 'follow_up')", name=op.f("ck_booking_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'screened', 'declined', 'quoted', 'accepted', 'withdrawn', 'expired', 'waitlisted', 'proposed', 'confirmed', 'in_audit', 'fulfilled', 'cancelled')",
            name=op.f("ck_booking_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn', 'cancelled') OR requested_at IS NOT NULL",
            name=op.f("ck_booking_requested_has_instant"),
        ),
        sa.CheckConstraint(
            "estimate_minor IS NULL OR estimate_minor >= 0", name=op.f("ck_booking_estimate_not_negative")
        ),
        sa.CheckConstraint("people BETWEEN 0 AND 4", name=op.f("ck_booking_people_in_range")),
        sa.CheckConstraint("window_until >= window_from", name=op.f("ck_booking_window_runs_forward")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_booking_audit_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_booking_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_booking_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_booking_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_booking_ref")),
    )
    op.create_index(op.f("ix_booking_audit_id"), "booking", ["audit_id"], unique=False)
    op.create_index(op.f("ix_booking_firm_id"), "booking", ["firm_id"], unique=False)
    op.create_index(op.f("ix_booking_state"), "booking", ["state"], unique=False)
    op.create_table(
        "booking_deployment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id", "booking_id"],
            ["booking.firm_id", "booking.id"],
            name=op.f("fk_booking_deployment_firm_id_booking_id"),
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_booking_deployment_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_booking_deployment_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_deployment")),
        sa.UniqueConstraint("booking_id", "deployment_id", name=op.f("uq_booking_deployment_booking_id_deployment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_booking_deployment_public_id")),
    )
    op.create_index(op.f("ix_booking_deployment_booking_id"), "booking_deployment", ["booking_id"], unique=False)
    op.create_index(op.f("ix_booking_deployment_deployment_id"), "booking_deployment", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_booking_deployment_firm_id"), "booking_deployment", ["firm_id"], unique=False)
    op.create_table(
        "booking_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("to_state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("office", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id", "booking_id"],
            ["booking.firm_id", "booking.id"],
            name=op.f("fk_booking_event_firm_id_booking_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_booking_event_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_event")),
        sa.UniqueConstraint("public_id", name=op.f("uq_booking_event_public_id")),
    )
    op.create_index(op.f("ix_booking_event_booking_id"), "booking_event", ["booking_id"], unique=False)
    op.create_index(op.f("ix_booking_event_firm_id"), "booking_event", ["firm_id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("half_days", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("published_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("answers_due_on", sa.Date(), nullable=False),
        sa.Column("all_accepted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("shown_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("waived_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("objection", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("objected_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("objection_verdict", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("objection_answer", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('published', 'accepted', 'declined', 'objected', 'confirmed', 'superseded')",
            name=op.f("ck_proposal_state_known"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_proposal_dates_run_forward")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_proposal_audit_id")),
        sa.ForeignKeyConstraint(
            ["firm_id", "booking_id"], ["booking.firm_id", "booking.id"], name=op.f("fk_proposal_firm_id_booking_id")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_proposal_firm_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_proposal_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_proposal_firm_id_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposal_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_proposal_ref")),
    )
    op.create_index(op.f("ix_proposal_audit_id"), "proposal", ["audit_id"], unique=False)
    op.create_index(op.f("ix_proposal_booking_id"), "proposal", ["booking_id"], unique=False)
    op.create_index(op.f("ix_proposal_firm_id"), "proposal", ["firm_id"], unique=False)
    op.create_table(
        "proposal_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("auditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("answered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("objected", sa.Boolean(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.CheckConstraint("answer IN ('asked', 'accepted', 'declined')", name=op.f("ck_proposal_member_answer_known")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_proposal_member_audit_id")),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditor.id"], name=op.f("fk_proposal_member_auditor_id")),
        sa.ForeignKeyConstraint(
            ["firm_id", "proposal_id"],
            ["proposal.firm_id", "proposal.id"],
            name=op.f("fk_proposal_member_firm_id_proposal_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_proposal_member_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_member")),
        sa.UniqueConstraint("proposal_id", "auditor_id", name=op.f("uq_proposal_member_proposal_id_auditor_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_proposal_member_public_id")),
    )
    op.create_index(op.f("ix_proposal_member_audit_id"), "proposal_member", ["audit_id"], unique=False)
    op.create_index(op.f("ix_proposal_member_auditor_id"), "proposal_member", ["auditor_id"], unique=False)
    op.create_index(op.f("ix_proposal_member_firm_id"), "proposal_member", ["firm_id"], unique=False)
    op.create_index(op.f("ix_proposal_member_proposal_id"), "proposal_member", ["proposal_id"], unique=False)
    op.create_table(
        "audit_refusal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason_given", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("heard_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reasons", sqlmodel.sql.sqltypes.AutoString(length=5000), nullable=False),
        sa.Column("cured_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id", "booking_id"],
            ["booking.firm_id", "booking.id"],
            name=op.f("fk_audit_refusal_firm_id_booking_id"),
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_audit_refusal_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_audit_refusal_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_refusal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_refusal_public_id")),
    )
    op.create_index(op.f("ix_audit_refusal_booking_id"), "audit_refusal", ["booking_id"], unique=False)
    op.create_index(op.f("ix_audit_refusal_deployment_id"), "audit_refusal", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_audit_refusal_firm_id"), "audit_refusal", ["firm_id"], unique=False)
    op.create_table(
        "audit_participant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("booking_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("firm_comment", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("commented_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("comment_answer", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_participant_audit_id")),
        sa.ForeignKeyConstraint(
            ["firm_id", "booking_id"],
            ["booking.firm_id", "booking.id"],
            name=op.f("fk_audit_participant_firm_id_booking_id"),
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_audit_participant_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_audit_participant_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_participant")),
        sa.UniqueConstraint("audit_id", "deployment_id", name=op.f("uq_audit_participant_audit_id_deployment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_participant_public_id")),
    )
    op.create_index(op.f("ix_audit_participant_audit_id"), "audit_participant", ["audit_id"], unique=False)
    op.create_index(op.f("ix_audit_participant_booking_id"), "audit_participant", ["booking_id"], unique=False)
    op.create_index(op.f("ix_audit_participant_deployment_id"), "audit_participant", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_audit_participant_firm_id"), "audit_participant", ["firm_id"], unique=False)
    op.create_table(
        "audit_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("auditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("joined_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "role IN ('lead', 'auditor', 'expert', 'trainee', 'observer')", name=op.f("ck_audit_member_role_known")
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_member_audit_id")),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditor.id"], name=op.f("fk_audit_member_auditor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_member")),
        sa.UniqueConstraint("audit_id", "person_id", name=op.f("uq_audit_member_audit_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_member_public_id")),
    )
    op.create_index(op.f("ix_audit_member_audit_id"), "audit_member", ["audit_id"], unique=False)
    op.create_index(op.f("ix_audit_member_auditor_id"), "audit_member", ["auditor_id"], unique=False)
    op.create_index(op.f("ix_audit_member_person_id"), "audit_member", ["person_id"], unique=False)
    op.create_table(
        "audit_grant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("until_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.CheckConstraint("until_at IS NULL OR until_at > from_at", name=op.f("ck_audit_grant_grant_runs_forward")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_grant_audit_id")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_audit_grant_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_audit_grant_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_grant")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_grant_public_id")),
    )
    op.create_index(op.f("ix_audit_grant_audit_id"), "audit_grant", ["audit_id"], unique=False)
    op.create_index(op.f("ix_audit_grant_deployment_id"), "audit_grant", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_audit_grant_firm_id"), "audit_grant", ["firm_id"], unique=False)
    op.create_index(op.f("ix_audit_grant_person_id"), "audit_grant", ["person_id"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_state", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("to_state", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_event_audit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_event_public_id")),
    )
    op.create_index(op.f("ix_audit_event_audit_id"), "audit_event", ["audit_id"], unique=False)
    op.create_table(
        "half_day",
        sa.Column("auditor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("half_day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("audit_ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("booked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('held', 'booked')", name=op.f("ck_half_day_state_known")),
        sa.CheckConstraint("half_day >= 0", name=op.f("ck_half_day_half_day_on_grid")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_half_day_audit_id")),
        sa.ForeignKeyConstraint(["auditor_id"], ["auditor.id"], name=op.f("fk_half_day_auditor_id")),
        sa.PrimaryKeyConstraint("auditor_id", "half_day", name=op.f("pk_half_day")),
    )
    op.create_index(op.f("ix_half_day_audit_id"), "half_day", ["audit_id"], unique=False)
    for table in APPEND_ONLY:
        keep_rows(op.execute, table, postgresql=postgresql())


def downgrade() -> None:
    """Remove what the upgrade made."""
    for table in reversed(TABLES):
        op.drop_table(table)
