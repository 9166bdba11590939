"""A firm is shown the rating of each test point with the draft report, before the audit closes.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from pool.kernel.reshaping import reshape

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE = "audit_participant"
LAST = "comment_answer VARCHAR(20000) NOT NULL"
KIND = sa.JSON().with_variant(pg.JSONB(), "postgresql")
#: Parts of audits whose report was sent, and was not taken back to be written anew.
SENT = sa.text(
    "SELECT p.id, p.audit_id, p.deployment_id FROM audit_participant p JOIN audit a ON a.id = p.audit_id "
    "WHERE a.state NOT IN ('stage2', 'draft_report') AND EXISTS ("
    "SELECT 1 FROM audit_event e WHERE e.audit_id = a.id AND e.to_state = 'factual_check') ORDER BY p.id"
)
PAPER = sa.table(
    "workpaper",
    sa.column("audit_id"),
    sa.column("deployment_id"),
    sa.column("position"),
    sa.column("point_id"),
    sa.column("point", KIND),
    sa.column("rating"),
)
PART = sa.table(TABLE, sa.column("id"), sa.column("ratings", KIND))


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def see_all() -> None:
    """Let the statements of this migration see every row: row-level security binds the owner too."""
    if postgresql():
        op.execute("SELECT set_config('pool.scope', 'office', true)")


def upgrade() -> None:
    """Add the column; where a report was sent, show what the papers say."""
    see_all()
    if postgresql():
        op.add_column(TABLE, sa.Column("ratings", KIND))
        op.execute(f"UPDATE {TABLE} SET ratings = '[]'")
        op.alter_column(TABLE, "ratings", nullable=False)
    else:
        change = (LAST, f"{LAST}, \n\tratings JSON NOT NULL")
        reshape(op.get_bind(), TABLE, change, filled={"ratings": "'[]'"})
    bind = op.get_bind()
    for part_id, audit_id, deployment_id in bind.execute(SENT).all():
        papers = bind.execute(
            sa.select(PAPER.c.point_id, PAPER.c.point, PAPER.c.rating)
            .where(PAPER.c.audit_id == audit_id, PAPER.c.deployment_id == deployment_id)
            .order_by(PAPER.c.position)
        )
        ratings = [
            {"point_id": point_id, "question": str(point.get("question", "")), "rating": rating or ""}
            for point_id, point, rating in papers
        ]
        bind.execute(sa.update(PART).where(PART.c.id == part_id).values(ratings=ratings))


def downgrade() -> None:
    """Take the column away; the papers keep their ratings."""
    if postgresql():
        op.drop_column(TABLE, "ratings")
    else:
        reshape(op.get_bind(), TABLE, (f"{LAST}, \n\tratings JSON NOT NULL", LAST))
