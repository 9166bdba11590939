"""Files attached to a finding while it was a draft are the firm's to read once it is issued.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from pool.kernel.ids import new_public_id

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

#: Files that stayed the team's although their finding was issued, first row of each, without those released since.
WITHHELD = """
SELECT min(e.id) FROM evidence_file e
JOIN finding f ON f.ref = e.subject_ref
WHERE e.subject_kind = 'finding' AND NOT e.released AND f.released
AND NOT EXISTS (
    SELECT 1 FROM evidence_file t
    WHERE t.subject_kind = e.subject_kind AND t.subject_ref = e.subject_ref AND t.sha256 = e.sha256
    AND t.name = e.name AND t.released AND coalesce(t.uploaded_by, 0) = coalesce(e.uploaded_by, 0)
)
GROUP BY e.subject_ref, e.sha256, e.name, e.uploaded_by
ORDER BY 1
"""
COPIED = (
    "firm_id, audit_id, deployment_id, subject_kind, subject_ref, sha256, size_bytes, media_type, name, purpose, "
    "uploaded_by, uploader_name"
)
RELEASE = f"""
INSERT INTO evidence_file (public_id, created_at, released, {COPIED})
SELECT :public_id, coalesce((SELECT f.issued_at FROM finding f WHERE f.ref = subject_ref), created_at), true, {COPIED}
FROM evidence_file WHERE id = :id
"""


def upgrade() -> None:
    """Give each such file a second row that the firm sees; rows of evidence are never changed."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        # Why: row-level security binds the owner too.
        op.execute("SELECT set_config('pool.scope', 'office', true)")
    for key in bind.execute(sa.text(WITHHELD)).scalars().all():
        bind.execute(sa.text(RELEASE), {"id": key, "public_id": new_public_id()})


def downgrade() -> None:
    """Keep the rows: what a firm was shown stays shown, and evidence is never removed."""
