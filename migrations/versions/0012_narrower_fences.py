"""A grant opens one firm's part of an audit; nonces, sessions and the record are written by whom they concern.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

from alembic import op

from pool.kernel.fences import refence
from pool.kernel.tenancy import CATALOGUE, EVERYONE, OFFICES_ONLY, Visibility

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OWN = Visibility(firm="firm_id", audit="audit_id")
#: Declared as before; what changed is the rule that a declaration with ``firm`` and ``audit`` stands for.
BY_PART = (
    ("activity", Visibility(firm="firm_id", audit="audit_id", person="person_id")),
    ("booking", _OWN),
    ("booking_event", _OWN),
    ("proposal", _OWN),
    ("proposal_member", Visibility(firm="firm_id", audit="audit_id", auditor="auditor_id")),
    ("audit_refusal", Visibility(firm="firm_id", audit="audit_id", pool_writes=True)),
    ("audit_participant", _OWN),
    ("workpaper", Visibility(firm="firm_id", firm_if="released", audit="audit_id")),
    ("finding", Visibility(firm="firm_id", firm_if="released", audit="audit_id")),
    ("remedy", _OWN),
    (
        "evidence_file",
        Visibility(firm="firm_id", firm_if="released", audit="audit_id", deployment="deployment_id"),
    ),
    ("decision", Visibility(firm="firm_id", audit="audit_id", pool_writes=True)),
)
#: Table, visibility before and after.
NARROWED = (
    ("once_key", EVERYONE, Visibility(acting="person_id")),
    ("sign_in_session", EVERYONE, Visibility(acting="person_id")),
    ("sign_in_attempt", EVERYONE, OFFICES_ONLY),
    ("record_entry", EVERYONE, CATALOGUE),
    ("record_head", EVERYONE, CATALOGUE),
    (
        "record_document",
        Visibility(firm="firm_id", deployment="deployment_id"),
        Visibility(firm="firm_id", deployment="deployment_id", pool_writes=True),
    ),
)


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Replace the policies."""
    for table, visibility in (*BY_PART, *((table, after) for table, _before, after in NARROWED)):
        refence(op.execute, table, visibility, postgresql=postgresql())


def downgrade() -> None:
    """Put the wider policies back."""
    for table, visibility in (*BY_PART, *((table, before) for table, before, _after in NARROWED)):
        refence(op.execute, table, visibility, postgresql=postgresql())
