"""A party of a fine-tuned model sees it and deploys it; granted seats see the models they audit and no others.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

from pool.kernel.fences import build_reach, drop_reach, refence
from pool.kernel.ids import new_public_id
from pool.kernel.reshaping import reshape
from pool.kernel.tenancy import Visibility

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = "fk_deployment_firm_id_model_id"
#: Table, visibility before and after.
FENCES = (
    (
        "tuned_model",
        Visibility(firm="firm_id", granted_firm="firm_id"),
        Visibility(firm="firm_id", party="id", granted_model="id"),
    ),
    (
        "model_party",
        Visibility(firm="firm_id", granted_firm="firm_id"),
        Visibility(firm="firm_id", party="model_id", granted_model="model_id", pool_writes=True),
    ),
    (
        "model_file",
        Visibility(firm="firm_id", granted_firm="firm_id"),
        Visibility(firm="firm_id", party="model_id", granted_model="model_id"),
    ),
)
COPIES = ("firm_ref", sa.String(20)), ("firm_name", sa.String(200))


def postgresql() -> bool:
    """Tell whether this runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def see_all() -> None:
    """Let the statements of this migration see every row: row-level security binds the owner too."""
    if postgresql():
        op.execute("SELECT set_config('pool.scope', 'office', true)")


def upgrade() -> None:
    """Name every model's tuner as a party, copy the firms' names, and point deployments at their party."""
    see_all()
    if postgresql():
        for name, kind in COPIES:
            op.add_column("model_party", sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=kind.length)))
        op.execute(
            "UPDATE model_party SET firm_ref = f.ref, firm_name = f.name FROM firm f WHERE f.id = model_party.firm_id"
        )
        for name, _kind in COPIES:
            op.alter_column("model_party", name, nullable=False)
    else:
        copied = "(SELECT f.{} FROM firm f WHERE f.id = kept.firm_id)"
        reshape(
            op.get_bind(),
            "model_party",
            (
                "role VARCHAR(20) NOT NULL",
                "role VARCHAR(20) NOT NULL, \n\tfirm_ref VARCHAR(20) NOT NULL, \n\tfirm_name VARCHAR(200) NOT NULL",
            ),
            filled={"firm_ref": copied.format("ref"), "firm_name": copied.format("name")},
        )
    _name_tuners()
    _point("tuned_model (firm_id, id)", "model_party (firm_id, model_id)")
    build_reach(op.execute, postgresql=postgresql())
    for table, _before, after in FENCES:
        refence(op.execute, table, after, postgresql=postgresql())


def _name_tuners() -> None:
    lacking = op.get_bind().execute(
        sa.text(
            "SELECT m.id, m.created_at, m.firm_id, f.ref, f.name FROM tuned_model m JOIN firm f ON f.id = m.firm_id "
            "WHERE NOT EXISTS (SELECT 1 FROM model_party p WHERE p.model_id = m.id AND p.firm_id = m.firm_id)"
        )
    )
    add = sa.text(
        "INSERT INTO model_party (public_id, created_at, model_id, firm_id, role, firm_ref, firm_name) "
        "VALUES (:public_id, :created_at, :model_id, :firm_id, 'tuner', :ref, :name)"
    )
    for model_id, created_at, firm_id, ref, name in lacking.all():
        values = {"public_id": new_public_id(), "created_at": created_at, "model_id": model_id, "firm_id": firm_id}
        op.get_bind().execute(add, {**values, "ref": ref, "name": name})


def _point(before: str, after: str) -> None:
    """Let the composite key of deployments point at ``after`` instead of ``before``."""
    if postgresql():
        op.execute(f"ALTER TABLE deployment DROP CONSTRAINT {KEY}")
        op.execute(f"ALTER TABLE deployment ADD CONSTRAINT {KEY} FOREIGN KEY (firm_id, model_id) REFERENCES {after}")
    else:
        reshape(op.get_bind(), "deployment", (f"REFERENCES {before}", f"REFERENCES {after}"))


def downgrade() -> None:
    """Let deployments point at their own firm's model again.

    Raises: RuntimeError where a party other than the tuner deployed a model: the older form cannot hold that.
    """
    see_all()
    foreign = sa.text(
        "SELECT count(*) FROM deployment d JOIN tuned_model m ON m.id = d.model_id WHERE m.firm_id <> d.firm_id"
    )
    if op.get_bind().execute(foreign).scalar_one():
        raise RuntimeError("a model is deployed by another party than its tuner: the older schema cannot hold that")
    for table, before, _after in FENCES:
        refence(op.execute, table, before, postgresql=postgresql())
    drop_reach(op.execute, postgresql=postgresql())
    _point("model_party (firm_id, model_id)", "tuned_model (firm_id, id)")
    if postgresql():
        for name, _kind in COPIES:
            op.drop_column("model_party", name)
    else:
        reshape(
            op.get_bind(),
            "model_party",
            ("firm_ref VARCHAR(20) NOT NULL, \n\t", ""),
            ("firm_name VARCHAR(200) NOT NULL, \n\t", ""),
        )
