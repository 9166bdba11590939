"""Periods, facilities, allocations, the ledger and statements.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pool.kernel.fences import drop_refusal, keep_rows, refuse_when

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    "cost_period",
    "facility",
    "cost_line",
    "driver_reading",
    "allocation_line",
    "ledger_transaction",
    "ledger_entry",
    "statement",
)
APPEND_ONLY = ("cost_line", "allocation_line", "ledger_entry", "statement")
REFUSALS = (
    (
        "entry_while_draft",
        "ledger_entry",
        "BEFORE INSERT",
        "(SELECT t.state FROM ledger_transaction t WHERE t.id = NEW.transaction_id) <> 'draft'",
        "entries join a transaction only while it is a draft",
    ),
    (
        "entry_currency",
        "ledger_entry",
        "BEFORE INSERT",
        "(SELECT t.currency FROM ledger_transaction t WHERE t.id = NEW.transaction_id) <> NEW.currency",
        "an entry has the currency of its transaction",
    ),
    (
        "posting_balances",
        "ledger_transaction",
        "BEFORE UPDATE",
        "NEW.state = 'posted' AND (SELECT count(*) FROM ledger_entry e WHERE e.transaction_id = NEW.id) < 2 OR coalesce((SELECT sum(e.amount_minor) FROM ledger_entry e WHERE e.transaction_id = NEW.id), 0) <> 0",
        "the entries of a transaction sum to zero",
    ),
    (
        "posted_stays",
        "ledger_transaction",
        "BEFORE UPDATE",
        "OLD.state = 'posted'",
        "a posted transaction is never changed",
    ),
    (
        "transaction_starts_as_draft",
        "ledger_transaction",
        "BEFORE INSERT",
        "NEW.state <> 'draft'",
        "a transaction begins as a draft",
    ),
    ("transaction_remains", "ledger_transaction", "BEFORE DELETE", "1 = 1", "a ledger transaction is never removed"),
    (
        "cost_line_while_not_closed",
        "cost_line",
        "BEFORE INSERT",
        "(SELECT p.state FROM cost_period p WHERE p.id = NEW.period_id) = 'closed'",
        "a closed period takes no more costs",
    ),
    (
        "reading_while_not_closed",
        "driver_reading",
        "BEFORE INSERT",
        "(SELECT p.state FROM cost_period p WHERE p.id = NEW.period_id) = 'closed'",
        "a closed period takes no more readings",
    ),
    ("closed_period_stays", "cost_period", "BEFORE UPDATE", "OLD.state = 'closed'", "a closed period is never changed"),
    ("period_remains", "cost_period", "BEFORE DELETE", "1 = 1", "a period is never removed"),
)


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Make the tables and the rules that the database holds itself."""
    op.create_table(
        "cost_period",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("allocated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("allocated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reviewed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reviewed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("allocation_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("problem", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("result", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'allocated', 'reviewed', 'closed')", name=op.f("ck_cost_period_state_known")
        ),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_cost_period_period_runs_forward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_period")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cost_period_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_cost_period_ref")),
    )
    op.create_table(
        "facility",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("driver", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("driver IN ('equal', 'days', 'exposure', 'direct')", name=op.f("ck_facility_driver_known")),
        sa.CheckConstraint(
            "kind IN ('administration', 'methodology', 'domain', 'trip', 'direct')", name=op.f("ck_facility_kind_known")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_facility_firm_id")),
        sa.ForeignKeyConstraint(["period_id"], ["cost_period.id"], name=op.f("fk_facility_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        sa.UniqueConstraint("period_id", "code", name=op.f("uq_facility_period_id_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_facility_public_id")),
    )
    op.create_index(op.f("ix_facility_period_id"), "facility", ["period_id"], unique=False)
    op.create_table(
        "cost_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("document", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("incurred_on", sa.Date(), nullable=False),
        sa.Column("audit_ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_cost_line_amount_not_zero")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_cost_line_facility_id")),
        sa.ForeignKeyConstraint(["period_id"], ["cost_period.id"], name=op.f("fk_cost_line_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_line")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cost_line_public_id")),
    )
    op.create_index(op.f("ix_cost_line_facility_id"), "cost_line", ["facility_id"], unique=False)
    op.create_index(op.f("ix_cost_line_period_id"), "cost_line", ["period_id"], unique=False)
    op.create_table(
        "driver_reading",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weight", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_driver_reading_weight_not_negative")),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_driver_reading_facility_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_driver_reading_firm_id")),
        sa.ForeignKeyConstraint(["period_id"], ["cost_period.id"], name=op.f("fk_driver_reading_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver_reading")),
        sa.UniqueConstraint(
            "period_id", "facility_id", "firm_id", name=op.f("uq_driver_reading_period_id_facility_id_firm_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_driver_reading_public_id")),
    )
    op.create_index(op.f("ix_driver_reading_facility_id"), "driver_reading", ["facility_id"], unique=False)
    op.create_index(op.f("ix_driver_reading_firm_id"), "driver_reading", ["firm_id"], unique=False)
    op.create_index(op.f("ix_driver_reading_period_id"), "driver_reading", ["period_id"], unique=False)
    op.create_table(
        "allocation_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facility_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("facility_code", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("facility_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("driver", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("weight", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("total_weight", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("users", sa.Integer(), nullable=False),
        sa.Column("facility_cost_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exact", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.ForeignKeyConstraint(["facility_id"], ["facility.id"], name=op.f("fk_allocation_line_facility_id")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_allocation_line_firm_id")),
        sa.ForeignKeyConstraint(["period_id"], ["cost_period.id"], name=op.f("fk_allocation_line_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_line")),
        sa.UniqueConstraint(
            "period_id", "facility_id", "firm_id", name=op.f("uq_allocation_line_period_id_facility_id_firm_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_allocation_line_public_id")),
    )
    op.create_index(op.f("ix_allocation_line_facility_id"), "allocation_line", ["facility_id"], unique=False)
    op.create_index(op.f("ix_allocation_line_firm_id"), "allocation_line", ["firm_id"], unique=False)
    op.create_index(op.f("ix_allocation_line_period_id"), "allocation_line", ["period_id"], unique=False)
    op.create_table(
        "ledger_transaction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("idempotency_key", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("description", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("resolves_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("posted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'posted') = (posted_at IS NOT NULL)", name=op.f("ck_ledger_transaction_posted_has_instant")
        ),
        sa.CheckConstraint("kind IN ('pending', 'post', 'void')", name=op.f("ck_ledger_transaction_kind_known")),
        sa.CheckConstraint("state IN ('draft', 'posted')", name=op.f("ck_ledger_transaction_state_known")),
        sa.ForeignKeyConstraint(
            ["firm_id", "resolves_id"],
            ["ledger_transaction.firm_id", "ledger_transaction.id"],
            name=op.f("fk_ledger_transaction_firm_id_resolves_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_ledger_transaction_firm_id")),
        sa.ForeignKeyConstraint(["period_id"], ["cost_period.id"], name=op.f("fk_ledger_transaction_period_id")),
        sa.ForeignKeyConstraint(
            ["resolves_id"], ["ledger_transaction.id"], name=op.f("fk_ledger_transaction_resolves_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("firm_id", "id", name=op.f("uq_ledger_transaction_firm_id_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ledger_transaction_idempotency_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ledger_transaction_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_ledger_transaction_ref")),
        sa.UniqueConstraint("resolves_id", name=op.f("uq_ledger_transaction_resolves_id")),
    )
    op.create_index(op.f("ix_ledger_transaction_firm_id"), "ledger_transaction", ["firm_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_entry_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["firm_id", "transaction_id"],
            ["ledger_transaction.firm_id", "ledger_transaction.id"],
            name=op.f("fk_ledger_entry_firm_id_transaction_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_ledger_entry_firm_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["ledger_transaction.id"], name=op.f("fk_ledger_entry_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ledger_entry_public_id")),
    )
    op.create_index(op.f("ix_ledger_entry_account"), "ledger_entry", ["account"], unique=False)
    op.create_index(op.f("ix_ledger_entry_firm_id"), "ledger_entry", ["firm_id"], unique=False)
    op.create_index(op.f("ix_ledger_entry_transaction_id"), "ledger_entry", ["transaction_id"], unique=False)
    op.create_table(
        "statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period_ref", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("exact_total", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("estimate_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("content", sa.JSON().with_variant(pg.JSONB(), "postgresql"), nullable=False),
        sa.Column("content_digest", sqlmodel.sql.sqltypes.AutoString(length=71), nullable=False),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["firm_id", "transaction_id"],
            ["ledger_transaction.firm_id", "ledger_transaction.id"],
            name=op.f("fk_statement_firm_id_transaction_id"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_statement_firm_id")),
        sa.ForeignKeyConstraint(["period_id"], ["cost_period.id"], name=op.f("fk_statement_period_id")),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["ledger_transaction.id"], name=op.f("fk_statement_transaction_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("period_id", "firm_id", name=op.f("uq_statement_period_id_firm_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_statement_public_id")),
        sa.UniqueConstraint("ref", name=op.f("uq_statement_ref")),
    )
    op.create_index(op.f("ix_statement_firm_id"), "statement", ["firm_id"], unique=False)
    op.create_index(op.f("ix_statement_period_id"), "statement", ["period_id"], unique=False)
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
