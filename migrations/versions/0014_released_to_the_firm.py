"""What is not the firm's to read is kept from it by the fences too: unsent reports, teams that are no offer, who said no.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
import sqlmodel
from alembic import op

from pool.kernel.fences import fence, keep_rows, refence, unfence
from pool.kernel.reshaping import reshape
from pool.kernel.tenancy import Visibility

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

REPORT = Visibility(participant="audit_id", firm_if="released", audit="audit_id")
_OWN = Visibility(firm="firm_id", audit="audit_id")
#: Table, visibility before and after, which rows were the firm's to read, and the column that ``released`` stands behind.
RELEASED = (
    (
        "proposal",
        _OWN,
        Visibility(firm="firm_id", firm_if="released", audit="audit_id"),
        "all_accepted_at IS NOT NULL",
        "objection_answer VARCHAR(5000) NOT NULL",
    ),
    (
        "proposal_member",
        Visibility(firm="firm_id", audit="audit_id", auditor="auditor_id"),
        Visibility(firm="firm_id", firm_if="released", audit="audit_id", auditor="auditor_id"),
        "answer <> 'declined' AND EXISTS (SELECT 1 FROM proposal p WHERE p.id = proposal_id"
        " AND p.all_accepted_at IS NOT NULL)",
        "reason VARCHAR(2000) NOT NULL",
    ),
)
#: An asked auditor's no: who and why stand in the activity and with the proposal's member, both closed to the firm.
NO = "from_state = 'proposed' AND office = 'auditor'"
#: A report that was sent, and was not taken back to be written anew; a stop opens none.
SENT = (
    "(a.state NOT IN ('stage2', 'draft_report') AND EXISTS ("
    "SELECT 1 FROM audit_event e WHERE e.audit_id = a.id AND e.to_state = 'factual_check'))"
)
#: Those who were only asked hold no grant; one of the time before ends with the step.
ASKED = (
    "until_at IS NULL AND EXISTS (SELECT 1 FROM proposal_member m"
    " WHERE m.audit_id = audit_grant.audit_id AND m.person_id = audit_grant.person_id)"
    " AND NOT EXISTS (SELECT 1 FROM audit_member t"
    " WHERE t.audit_id = audit_grant.audit_id AND t.person_id = audit_grant.person_id)"
)


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


@contextmanager
def changing_events() -> Iterator[None]:
    """Let the append-only history of bookings be changed by this migration."""
    if postgresql():
        op.execute("ALTER TABLE booking_event DISABLE TRIGGER booking_event_append_only")
        yield
        op.execute("ALTER TABLE booking_event ENABLE TRIGGER booking_event_append_only")
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER booking_event_no_{verb}")
    yield
    keep_rows(op.execute, "booking_event", postgresql=False)


def see_all() -> None:
    """Let the statements of this migration see every row: row-level security binds the owner too."""
    if postgresql():
        op.execute("SELECT set_config('pool.scope', 'office', true)")


def upgrade() -> None:
    """Move the reports to a table of their own, mark what the firm may read, and empty what it may not."""
    see_all()
    _make_reports()
    op.execute(f"UPDATE audit_grant SET until_at = CURRENT_TIMESTAMP WHERE from_at < CURRENT_TIMESTAMP AND {ASKED}")
    for table, _before, after, rule, column in RELEASED:
        if postgresql():
            op.add_column(table, sa.Column("released", sa.Boolean()))
            op.execute(f"UPDATE {table} SET released = ({rule})")
            op.alter_column(table, "released", nullable=False)
        else:
            change = (column, f"{column}, \n\treleased BOOLEAN NOT NULL")
            reshape(op.get_bind(), table, change, filled={"released": f"({rule})"})
        refence(op.execute, table, after, postgresql=postgresql())
    with changing_events():
        op.execute(f"UPDATE booking_event SET person_id = NULL, name = '', reason = '' WHERE {NO}")


def _make_reports() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "audit_report",
        sa.Column("id", key, nullable=False),
        sa.Column("public_id", text(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("audit_id", key, nullable=False),
        sa.Column("words", text(length=20000), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_report_audit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_report")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_report_audit_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audit_report_public_id")),
    )
    fence(op.execute, "audit_report", REPORT, append_only=False, postgresql=postgresql())
    written = op.get_bind().execute(
        sa.text(f"SELECT id, public_id, created_at, report_note, {SENT} FROM audit a WHERE report_note <> ''")
    )
    add = sa.text(
        "INSERT INTO audit_report (public_id, created_at, audit_id, words, released)"
        " VALUES (:public_id, :created_at, :audit_id, :words, :released)"
    )
    # Why the audit's public id: the step gives the same rows whenever it is taken.
    for audit_id, public_id, created_at, words, released in written.all():
        values = {"created_at": created_at, "audit_id": audit_id, "words": words, "released": bool(released)}
        op.get_bind().execute(add, {"public_id": public_id, **values})
    if postgresql():
        op.drop_column("audit", "report_note")
    else:
        reshape(op.get_bind(), "audit", ("report_note VARCHAR(20000) NOT NULL, \n\t", ""))


def downgrade() -> None:
    """Put everything back where code alone kept it from the firm."""
    see_all()
    said = "(SELECT {} FROM activity a JOIN booking b ON b.ref = a.subject_ref WHERE b.id = booking_id"
    said += " AND a.verb = 'booking.turn_down' AND a.at = booking_event.at)"
    with changing_events():
        op.execute(
            f"UPDATE booking_event SET person_id = {said.format('min(a.person_id)')},"
            f" name = coalesce({said.format('min(a.name)')}, ''), reason = coalesce({said.format('min(a.reason)')}, '')"
            f" WHERE {NO} AND name = ''"
        )
    for table, before, _after, _rule, column in reversed(RELEASED):
        refence(op.execute, table, before, postgresql=postgresql())
        if postgresql():
            op.drop_column(table, "released")
        else:
            reshape(op.get_bind(), table, (f"{column}, \n\treleased BOOLEAN NOT NULL", column))
    told = "coalesce((SELECT r.words FROM audit_report r WHERE r.audit_id = {}.id), '')"
    if postgresql():
        op.add_column("audit", sa.Column("report_note", sqlmodel.sql.sqltypes.AutoString(length=20000)))
        op.execute(f"UPDATE audit SET report_note = {told.format('audit')}")
        op.alter_column("audit", "report_note", nullable=False)
    else:
        change = ("closed_at DATETIME", "report_note VARCHAR(20000) NOT NULL, \n\tclosed_at DATETIME")
        reshape(op.get_bind(), "audit", change, filled={"report_note": told.format("kept")})
    unfence(op.execute, "audit_report", REPORT, postgresql=postgresql())
    op.drop_table("audit_report")
