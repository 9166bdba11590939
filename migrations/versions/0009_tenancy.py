"""Row-level security on every table: firm, audit grant, pool office, public.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from alembic import op

from pool.kernel.fences import fence, unfence
from pool.kernel.tenancy import Visibility

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FENCES = (
    ("activity", Visibility(firm="firm_id", audit="audit_id", person="person_id"), True),
    ("once_key", Visibility(everyone=True), False),
    ("series", Visibility(everyone=True), False),
    ("approval", Visibility(firm="firm_id", person="person_id"), True),
    ("firm", Visibility(firm="id", granted_firm="id"), False),
    ("person", Visibility(person="id"), False),
    ("auditor", Visibility(auditor="id"), False),
    ("competence", Visibility(auditor="auditor_id"), False),
    ("auditor_leave", Visibility(auditor="auditor_id"), False),
    ("interest", Visibility(auditor="auditor_id"), False),
    ("lead_term", Visibility(auditor="auditor_id"), False),
    ("seat", Visibility(firm="firm_id", person="person_id", pool_writes=True), False),
    ("sign_in_session", Visibility(everyone=True), False),
    ("sign_in_attempt", Visibility(everyone=True), False),
    ("invitation", Visibility(firm="firm_id"), False),
    ("foundation_model", Visibility(everyone=True, pool_writes=True), False),
    ("foundation_status", Visibility(everyone=True, pool_writes=True), True),
    ("tuned_model", Visibility(firm="firm_id", granted_firm="firm_id"), False),
    ("model_party", Visibility(firm="firm_id", granted_firm="firm_id"), False),
    ("model_file", Visibility(firm="firm_id", granted_firm="firm_id"), True),
    ("deployment", Visibility(firm="firm_id", deployment="id"), False),
    ("indicator_fact", Visibility(firm="firm_id", deployment="deployment_id"), True),
    ("tier_assessment", Visibility(firm="firm_id", deployment="deployment_id"), True),
    ("attestation", Visibility(firm="firm_id", deployment="deployment_id"), True),
    ("ethics_request", Visibility(firm="firm_id", deployment="deployment_id"), False),
    ("ethics_outcome", Visibility(firm="firm_id", deployment="deployment_id", pool_writes=True), True),
    ("ethics_condition_met", Visibility(firm="firm_id", deployment="deployment_id", pool_writes=True), True),
    ("incident", Visibility(firm="firm_id", deployment="deployment_id"), False),
    ("monitoring_report", Visibility(firm="firm_id", deployment="deployment_id"), True),
    ("change_report", Visibility(firm="firm_id", deployment="deployment_id"), True),
    ("audit", Visibility(participant="id", audit="id"), False),
    ("plan", Visibility(), False),
    ("booking", Visibility(firm="firm_id", audit="audit_id"), False),
    ("booking_deployment", Visibility(firm="firm_id", deployment="deployment_id"), False),
    ("booking_event", Visibility(firm="firm_id", audit="audit_id"), True),
    ("proposal", Visibility(firm="firm_id", audit="audit_id"), False),
    ("proposal_member", Visibility(firm="firm_id", audit="audit_id", auditor="auditor_id"), False),
    ("audit_refusal", Visibility(firm="firm_id", audit="audit_id", pool_writes=True), True),
    ("audit_participant", Visibility(firm="firm_id", audit="audit_id"), False),
    ("audit_member", Visibility(participant="audit_id", audit="audit_id", person="person_id", pool_writes=True), False),
    ("audit_grant", Visibility(person="person_id", pool_writes=True), False),
    ("audit_event", Visibility(participant="audit_id", audit="audit_id"), True),
    ("half_day", Visibility(audit="audit_id", auditor="auditor_id", pool_writes=True), False),
    ("workpaper", Visibility(firm="firm_id", firm_if="released", audit="audit_id"), False),
    ("finding", Visibility(firm="firm_id", firm_if="released", audit="audit_id"), False),
    ("remedy", Visibility(firm="firm_id", audit="audit_id"), False),
    (
        "evidence_file",
        Visibility(firm="firm_id", firm_if="released", audit="audit_id", deployment="deployment_id"),
        True,
    ),
    ("job", Visibility(), False),
    ("technical_review", Visibility(audit="audit_id", pool_writes=True), True),
    ("decision", Visibility(firm="firm_id", audit="audit_id", pool_writes=True), True),
    ("standing_decision", Visibility(firm="firm_id", pool_writes=True), True),
    ("record_entry", Visibility(everyone=True), True),
    ("record_head", Visibility(everyone=True), False),
    ("record_document", Visibility(firm="firm_id", deployment="deployment_id"), False),
    ("enrolment", Visibility(firm="firm_id", deployment="deployment_id"), True),
    ("standing", Visibility(firm="firm_id", deployment="deployment_id", pool_writes=True), False),
    ("register_entry", Visibility(everyone=True, pool_writes=True), False),
    ("cost_period", Visibility(), False),
    ("facility", Visibility(), False),
    ("cost_line", Visibility(), True),
    ("driver_reading", Visibility(firm="firm_id", pool_writes=True), False),
    ("allocation_line", Visibility(firm="firm_id", pool_writes=True), True),
    ("ledger_transaction", Visibility(firm="firm_id", pool_writes=True), False),
    ("ledger_entry", Visibility(firm="firm_id", pool_writes=True), True),
    ("statement", Visibility(firm="firm_id", pool_writes=True), True),
)


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    """Fence every table after its declaration."""
    for table, visibility, append_only in FENCES:
        fence(op.execute, table, visibility, append_only=append_only, postgresql=postgresql())


def downgrade() -> None:
    """Take the fences down."""
    for table, visibility, _append_only in reversed(FENCES):
        unfence(op.execute, table, visibility, postgresql=postgresql())
