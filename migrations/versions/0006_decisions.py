"""Technical review and decision, independent of the team by the database itself.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pool.kernel.fences import drop_refusal, keep_rows, refuse_when

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("technical_review", "decision", "standing_decision")
APPEND_ONLY = ("technical_review", "decision", "standing_decision")
REFUSALS = (
    (
        "review_outside_team",
        "technical_review",
        "BEFORE INSERT",
        "EXISTS (SELECT 1 FROM audit_member m WHERE m.audit_id = NEW.audit_id AND m.person_id = NEW.reviewer_id)",
        "a member of the audit team may not review the audit",
    ),
    (
        "decision_outside_team",
        "decision",
        "BEFORE INSERT",
        "EXISTS (SELECT 1 FROM audit_member m WHERE m.audit_id = NEW.audit_id AND m.person_id = NEW.decider_id)",
        "a member of the audit team may not decide on the audit",
    ),
    (
        "decision_apart_from_review",
        "decision",
        "BEFORE INSERT",
        "EXISTS (SELECT 1 FROM technical_review r WHERE r.audit_id = NEW.audit_id AND r.reviewer_id = NEW.decider_id)",
        "who reviewed the audit may not decide on it",
    ),
    (
        "decision_after_review",
        "decision",
        "BEFORE INSERT",
        "NOT EXISTS (SELECT 1 FROM technical_review r WHERE r.audit_id = NEW.audit_id AND r.verdict = 'recommend')",
        "a decision needs a technical review that recommends one",
    ),
    (
        "member_apart_from_review",
        "audit_member",
        "BEFORE INSERT",
        "EXISTS (SELECT 1 FROM technical_review r WHERE r.audit_id = NEW.audit_id AND r.reviewer_id = NEW.person_id)",
        "who reviewed the audit may not join its team",
    ),
    (
        "review_apart_from_decision",
        "technical_review",
        "BEFORE INSERT",
        "EXISTS (SELECT 1 FROM decision d WHERE d.audit_id = NEW.audit_id AND d.decider_id = NEW.reviewer_id)",
        "who decided on the audit may not review it",
    ),
    (
        "member_apart_from_decision",
        "audit_member",
        "BEFORE INSERT",
        "EXISTS (SELECT 1 FROM decision d WHERE d.audit_id = NEW.audit_id AND d.decider_id = NEW.person_id)",
        "who decided on the audit may not join its team",
    ),
    ("member_row_stays", "audit_member", "BEFORE DELETE", "1 = 1", "who took part in an audit stays in its file"),
    (
        "member_keeps_person",
        "audit_member",
        "BEFORE UPDATE",
        "NEW.person_id <> OLD.person_id OR NEW.audit_id <> OLD.audit_id",
        "a member row stays with its person and audit",
    ),
    (
        "audit_decided_by_decision",
        "audit",
        "BEFORE UPDATE",
        "NEW.state IN ('decided', 'closed') AND OLD.state NOT IN ('decided', 'closed') AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.audit_id = NEW.id)",
        "an audit is decided by a decision",
    ),
)


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Make the tables and the rules that the database holds itself."""
    op.create_table(
        "technical_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reviewer_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("verdict", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("recommendation", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('clarify', 'await_action', 'recommend')", name=op.f("ck_technical_review_verdict_known")
        ),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_technical_review_audit_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_technical_review_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technical_review")),
        sa.UniqueConstraint("public_id", name=op.f("uq_technical_review_public_id")),
    )
    op.create_index(op.f("ix_technical_review_audit_id"), "technical_review", ["audit_id"], unique=False)
    op.create_index(op.f("ix_technical_review_reviewer_id"), "technical_review", ["reviewer_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("audit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(length=30), nullable=False),
        sa.Column("reasons", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("decider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decider_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("audited_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("content_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("supersedes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('conforming', 'conforming_with_minors', 'restricted', 'not_conforming', 'special_audit')",
            name=op.f("ck_decision_outcome_known"),
        ),
        sa.CheckConstraint("length(reasons) > 0", name=op.f("ck_decision_decision_has_reasons")),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_decision_audit_id")),
        sa.ForeignKeyConstraint(["decider_id"], ["person.id"], name=op.f("fk_decision_decider_id")),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_decision_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_decision_firm_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint(
            "audit_id", "deployment_id", "supersedes", name=op.f("uq_decision_audit_id_deployment_id_supersedes")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_decision_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_decision_ref")),
    )
    op.create_index(op.f("ix_decision_audit_id"), "decision", ["audit_id"], unique=False)
    op.create_index(op.f("ix_decision_decider_id"), "decision", ["decider_id"], unique=False)
    op.create_index(op.f("ix_decision_deployment_id"), "decision", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_decision_firm_id"), "decision", ["firm_id"], unique=False)
    op.create_table(
        "standing_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reasons", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=False),
        sa.Column("basis", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("first_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("second_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "to_state IN ('suspended', 'revoked', 'good_standing', 'at_risk', 'lapsed')",
            name=op.f("ck_standing_decision_to_state_known"),
        ),
        sa.CheckConstraint(
            "second_person_id <> first_person_id", name=op.f("ck_standing_decision_two_different_persons")
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "deployment_id"],
            ["deployment.firm_id", "deployment.id"],
            name=op.f("fk_standing_decision_firm_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_standing_decision_firm_id")),
        sa.ForeignKeyConstraint(["first_person_id"], ["person.id"], name=op.f("fk_standing_decision_first_person_id")),
        sa.ForeignKeyConstraint(
            ["second_person_id"], ["person.id"], name=op.f("fk_standing_decision_second_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_decision")),
        sa.UniqueConstraint("public_id", name=op.f("uq_standing_decision_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_standing_decision_ref")),
    )
    op.create_index(op.f("ix_standing_decision_deployment_id"), "standing_decision", ["deployment_id"], unique=False)
    op.create_index(op.f("ix_standing_decision_firm_id"), "standing_decision", ["firm_id"], unique=False)
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
