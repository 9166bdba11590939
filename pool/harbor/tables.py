"""Rows of the participation record: entries, private documents, enrolment, and the projected standing."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlmodel import Field

from pool.kernel.rows import BIGINT, Fenced, Row, bigint, binary, check, json_value, one_of, owned
from pool.kernel.tenancy import CATALOGUE, Visibility


class RecordEntry(Fenced, table=True):
    """One entry of the record: its gapless number and its exact bytes (RFC 8785). Holds no name of anybody."""

    __tablename__ = "record_entry"
    __table_args__ = (
        check("seq >= 0", "number_not_negative"),
        check("length(data) BETWEEN 2 AND 65535", "entry_fits_bundle"),
        check("length(leaf_hash) = 32", "leaf_hash_is_sha256"),
    )
    visibility: ClassVar[Visibility] = CATALOGUE
    append_only: ClassVar[bool] = True

    seq: int = Field(primary_key=True, sa_type=BIGINT)
    data: bytes = binary()
    leaf_hash: bytes = binary()
    recorded_at: datetime


class RecordHead(Fenced, table=True):
    """How many entries there are: one row, updated in the transaction that appends."""

    __tablename__ = "record_head"
    __table_args__ = (check("id = 1", "one_row"), check("entries >= 0", "count_not_negative"))
    visibility: ClassVar[Visibility] = CATALOGUE
    append_only: ClassVar[bool] = False

    id: int = Field(primary_key=True, sa_type=BIGINT)
    entries: int = bigint(0)


class RecordDocument(Row, table=True):
    """The private document behind an entry with the salt of its digest. Erasing both leaves the entry valid."""

    __tablename__ = "record_document"
    __table_args__ = (owned("deployment", "deployment_id"),)
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", deployment="deployment_id", pool_writes=True)

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    seq: int = bigint(foreign_key="record_entry.seq", unique=True)
    kind: str = Field(max_length=40)
    body: dict[str, Any] = json_value()
    salt: bytes = binary()
    valid_from: date
    recorded_at: datetime


class Enrolment(Row, table=True):
    """An application of a deployment to the participation record, or its withdrawal."""

    __tablename__ = "enrolment"
    __table_args__ = (owned("deployment", "deployment_id"), one_of("kind", ("applied", "withdrawn")))
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", deployment="deployment_id")
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    kind: str = Field(max_length=20)
    terms_version: str = Field(default="", max_length=40)
    valid_from: date
    recorded_at: datetime
    person_id: int | None = bigint(None)


class Standing(Row, table=True):
    """The standing of a deployment from a day on, as known from an instant on. A projection: it can be rebuilt."""

    __tablename__ = "standing"
    __table_args__ = (
        owned("deployment", "deployment_id"),
        one_of(
            "state",
            ("not_enrolled", "pending", "good_standing", "at_risk", "suspended", "lapsed", "revoked", "withdrawn"),
        ),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", deployment="deployment_id", pool_writes=True)

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    state: str = Field(max_length=20)
    since: date
    due_state: str | None = Field(default=None, max_length=20)
    due_since: date | None = None
    valid_until: date | None = None
    basis: list[Any] = json_value(list)
    deemed: bool = False
    computed_for: date
    computed_at: datetime
    entry_seq: int | None = bigint(None)
    current: bool = Field(default=True, index=True)


class RegisterEntry(Row, table=True):
    """What the public register shows of a deployment: a copy, rewritten whenever its sources change."""

    __tablename__ = "register_entry"
    __table_args__ = (owned("deployment", "deployment_id"),)
    visibility: ClassVar[Visibility] = CATALOGUE

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(unique=True)
    deployment_ref: str = Field(max_length=20, unique=True)
    deployment_name: str = Field(max_length=200)
    firm_ref: str = Field(max_length=20)
    firm_name: str = Field(max_length=200, index=True)
    model_name: str = Field(max_length=200)
    foundation_name: str = Field(default="", max_length=400)
    purpose: str = Field(max_length=500)
    context: str = Field(max_length=60)
    markets: list[str] = json_value(list)
    tier: str = Field(max_length=10, index=True)
    state: str = Field(max_length=20, index=True)
    since: date
    deemed: bool = False
    last_audit_on: date | None = None
    is_demo: bool = False
    updated_at: datetime
