"""Rows: the base of every table and the column kinds they are made of.

SQLModel tables do not validate what they are given, so every rule that matters is repeated as a CHECK constraint, and
rows are built in services from values that were checked before.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from pool.kernel.ids import new_public_id
from pool.kernel.tenancy import OFFICES_ONLY, ScopeKind, Visibility, criterion

#: SQLite gives row ids to INTEGER primary keys only; everywhere else keys are 64 bits wide by declaration.
BIGINT: Any = BigInteger().with_variant(Integer(), "sqlite")
JSON_VALUE: Any = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class Fenced(SQLModel):
    """What every table's class has: who sees its rows, and the criteria that follow."""

    visibility: ClassVar[Visibility] = OFFICES_ONLY
    #: True where rows are never changed nor removed; triggers in the database hold it.
    append_only: ClassVar[bool] = False

    # Why methods: the ORM calls them on an alias of the class where one is asked, so that the alias is fenced.
    # Source: "Adding criteria to all subclasses of a base" in the ORM's documentation of ``with_loader_criteria``.

    @classmethod
    def of_firm(cls) -> ColumnElement[bool]:
        """Return the criterion of this table in a firm's scope."""
        return criterion(cls, cls.visibility, ScopeKind.FIRM)

    @classmethod
    def of_grant(cls) -> ColumnElement[bool]:
        """Return the criterion of this table in a granted scope."""
        return criterion(cls, cls.visibility, ScopeKind.GRANT)

    @classmethod
    def of_public(cls) -> ColumnElement[bool]:
        """Return the criterion of this table in the public scope."""
        return criterion(cls, cls.visibility, ScopeKind.PUBLIC)


class Row(Fenced):
    """A table's base: internal bigint key, random public id, instant of recording.

    ``created_at`` is filled from the work's instant when the row is added.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=BIGINT)
    public_id: str = Field(default_factory=new_public_id, max_length=32, unique=True)
    created_at: datetime = Field(default=None)


def bigint(default: Any = ..., *, foreign_key: str | None = None, index: bool = False, unique: bool = False) -> Any:
    """Return a 64-bit integer column; pass ``default=None`` for one that may be empty."""
    extra: dict[str, Any] = {"foreign_key": foreign_key} if foreign_key else {}
    nullable = default is None
    if default is ...:
        return Field(sa_type=BIGINT, index=index, unique=unique, nullable=False, **extra)
    return Field(default=default, sa_type=BIGINT, index=index, unique=unique, nullable=nullable, **extra)


def json_value(default_factory: Any = dict) -> Any:
    """Return a JSON column. Replace its value, never change it in place: in-place changes are not saved."""
    return Field(default_factory=default_factory, sa_type=JSON_VALUE, nullable=False)


def binary(default: Any = ...) -> Any:
    """Return a column of bytes; pass ``default=None`` for one that may be empty."""
    if default is ...:
        return Field(sa_type=LargeBinary, nullable=False)
    return Field(default=default, sa_type=LargeBinary, nullable=default is None)


def one_of(column: str, values: Any, *, name: str | None = None) -> CheckConstraint:
    """Return a CHECK that ``column`` holds one of ``values`` (an iterable of texts or a StrEnum class)."""
    listed = ", ".join(f"'{value!s}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name or f"{column}_known")


def check(expression: str, name: str) -> CheckConstraint:
    """Return a named CHECK constraint; the name is what a refusal is looked up by."""
    return CheckConstraint(expression, name=name)


def owned(table: str, column: str, *, key: str = "id") -> ForeignKeyConstraint:
    """Return a composite foreign key ``(firm_id, column) -> table(firm_id, key)``.

    It keeps a firm's row from pointing at another firm's row, which row-level security does not see: referential
    checks bypass it.
    """
    return ForeignKeyConstraint(["firm_id", column], [f"{table}.firm_id", f"{table}.{key}"])


def ownable(owner: str = "firm_id") -> UniqueConstraint:
    """Return the unique pair ``(firm_id, id)`` that composite foreign keys point at."""
    return UniqueConstraint(owner, "id")


def unique(*columns: str, name: str | None = None) -> UniqueConstraint:
    """Return a unique constraint over ``columns``."""
    return UniqueConstraint(*columns, name=name)
