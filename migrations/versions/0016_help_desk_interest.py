"""Help from the template desk is an interest of its own kind: it counts as advice to the firm that was helped.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from alembic import op

from pool.kernel.reshaping import reshape

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BEFORE = (
    "kind IN ('employment', 'consultancy', 'ownership', 'competitor', 'family', 'supplier', 'reciprocity', 'other')"
)
_AFTER = _BEFORE.replace("'consultancy', ", "'consultancy', 'help_desk', ")
_NAME = "ck_interest_kind_known"


def _turn(old: str, new: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(_NAME), "interest", type_="check")
        op.create_check_constraint(op.f(_NAME), "interest", new)
    else:
        reshape(op.get_bind(), "interest", (old, new))


def upgrade() -> None:
    """Let an interest be of the kind help_desk."""
    _turn(_BEFORE, _AFTER)


def downgrade() -> None:
    """Keep such interests as consultancy, which blocks alike."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('pool.scope', 'office', true)")
    op.execute("UPDATE interest SET kind = 'consultancy' WHERE kind = 'help_desk'")
    _turn(_AFTER, _BEFORE)
