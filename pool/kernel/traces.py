"""Traces that every write leaves: activity entries, once-keys, reference series and two-person approvals."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Field

from pool.kernel.rows import BIGINT, JSON_VALUE, Fenced, Row, bigint, check, unique
from pool.kernel.tenancy import EVERYONE, Visibility

#: In characters; longer words belong into a row of their own.
LONGEST_REASON = 2000


class Activity(Row, table=True):
    """Who did what, in which seat, when and why, with digests of the state before and after."""

    __tablename__ = "activity"
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", audit="audit_id", person="person_id")
    append_only: ClassVar[bool] = True

    at: datetime = Field(index=True)
    person_id: int | None = bigint(None, index=True)
    seat_id: int | None = bigint(None)
    office: str = Field(max_length=40)
    name: str = Field(max_length=200)
    verb: str = Field(max_length=60, index=True)
    subject_kind: str = Field(max_length=40)
    subject_ref: str = Field(max_length=60, index=True)
    firm_id: int | None = bigint(None, index=True)
    audit_id: int | None = bigint(None, index=True)
    reason: str = Field(default="", max_length=LONGEST_REASON)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON_VALUE)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON_VALUE)
    before_digest: str | None = Field(default=None, max_length=71)
    after_digest: str | None = Field(default=None, max_length=71)
    request_id: str = Field(default="", max_length=64)


class OnceKey(Fenced, table=True):
    """A nonce of an unsafe request, written in the transaction of its effect: a second use finds the first answer."""

    __tablename__ = "once_key"
    visibility: ClassVar[Visibility] = Visibility(acting="person_id")
    append_only: ClassVar[bool] = False

    person_id: int = Field(primary_key=True, sa_type=BIGINT)
    key: str = Field(primary_key=True, max_length=64)
    fingerprint: str = Field(max_length=64)
    answer: str = Field(max_length=2000)
    at: datetime = Field(index=True)


class Series(Fenced, table=True):
    """The last number given out per prefix and year; numbers have no gaps.

    Open to every seat for writing too, since every seat makes rows with references; it tells nothing but how many.
    """

    __tablename__ = "series"
    __table_args__ = (check("last >= 0", "last_not_negative"),)
    visibility: ClassVar[Visibility] = EVERYONE
    append_only: ClassVar[bool] = False

    prefix: str = Field(primary_key=True, max_length=8)
    year: int = Field(primary_key=True)
    last: int = bigint(0)


class Approval(Row, table=True):
    """One of the two words that a two-person rule needs, over the digest of exactly what is approved.

    Two positions per content and one word per person: the database itself keeps one person from giving both.
    """

    __tablename__ = "approval"
    __table_args__ = (
        unique("rule", "subject_ref", "content_digest", "position"),
        unique("rule", "subject_ref", "content_digest", "person_id"),
        check("position IN (1, 2)", "position_is_first_or_second"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", person="person_id")
    append_only: ClassVar[bool] = True

    rule: str = Field(max_length=40)
    subject_ref: str = Field(max_length=60, index=True)
    content_digest: str = Field(max_length=71)
    position: int
    firm_id: int | None = bigint(None)
    person_id: int = bigint()
    seat_id: int = bigint()
    office: str = Field(max_length=40)
    at: datetime
    reason: str = Field(default="", max_length=2000)
