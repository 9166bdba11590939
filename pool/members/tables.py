"""Rows of firms, people, their seats and their signed-in sessions."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlmodel import Field

from pool.kernel.roles import FIRM_OFFICES, SEATABLE_OFFICES
from pool.kernel.rows import Row, bigint, check, json_value, one_of, unique
from pool.kernel.tenancy import OFFICES_ONLY, Visibility

_FIRM_SEATS = ", ".join(sorted(f"'{office}'" for office in FIRM_OFFICES))


class Firm(Row, table=True):
    """A member firm. ``name_key`` is the skeleton that keeps look-alike names apart."""

    __tablename__ = "firm"
    __table_args__ = (
        one_of("state", ("applicant", "member", "leaving", "left")),
        check("length(name) BETWEEN 2 AND 200", "name_has_length"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="id", granted_firm="id")

    ref: str = Field(max_length=20, unique=True)
    name: str = Field(max_length=200)
    name_key: str = Field(max_length=200, unique=True)
    country: str = Field(max_length=2)
    state: str = Field(default="member", max_length=20)
    joined_on: date
    agreement_signed_at: datetime | None = None
    agreement_version: str | None = Field(default=None, max_length=40)
    contact_email: str = Field(max_length=254)
    is_demo: bool = False


class Person(Row, table=True):
    """A person, apart from the seats they hold. ``totp_step`` is the last step used: a code works once."""

    __tablename__ = "person"
    __table_args__ = (one_of("state", ("active", "disabled")),)
    visibility: ClassVar[Visibility] = Visibility(person="id")

    name: str = Field(max_length=200)
    email: str = Field(max_length=254, unique=True)
    password_hash: str = Field(max_length=200)
    totp_secret: str | None = Field(default=None, max_length=64)
    totp_step: int | None = bigint(None)
    totp_confirmed_at: datetime | None = None
    locale: str = Field(default="en", max_length=10)
    state: str = Field(default="active", max_length=20)
    is_demo: bool = False


class Seat(Row, table=True):
    """One office a person holds, in one firm, as an auditor or in the pool, from a date, perhaps until a date.

    ``person_name`` and ``person_email`` are copies that let a firm list its people without reading person rows.
    """

    __tablename__ = "seat"
    __table_args__ = (
        one_of("office", sorted(SEATABLE_OFFICES)),
        check(f"(office IN ({_FIRM_SEATS})) = (firm_id IS NOT NULL)", "firm_seat_names_firm"),
        check("(office = 'auditor') = (auditor_id IS NOT NULL)", "auditor_seat_names_auditor"),
        check("valid_until IS NULL OR valid_until > valid_from", "validity_runs_forward"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", person="person_id", pool_writes=True)

    person_id: int = bigint(foreign_key="person.id", index=True)
    person_name: str = Field(max_length=200)
    person_email: str = Field(max_length=254)
    office: str = Field(max_length=40, index=True)
    firm_id: int | None = bigint(None, foreign_key="firm.id", index=True)
    auditor_id: int | None = bigint(None, foreign_key="auditor.id", index=True)
    scope: dict[str, Any] = json_value()
    valid_from: datetime
    valid_until: datetime | None = None
    granted_by: int | None = bigint(None, foreign_key="person.id")
    reason: str = Field(default="", max_length=500)


class SignInSession(Row, table=True):
    """A signed-in browser. Only the digest of its token is kept; ``data`` is what a page may remember for it."""

    __tablename__ = "sign_in_session"
    visibility: ClassVar[Visibility] = Visibility(acting="person_id")

    token_digest: str = Field(max_length=64, unique=True)
    person_id: int | None = bigint(None, foreign_key="person.id", index=True)
    seat_id: int | None = bigint(None, foreign_key="seat.id")
    second_factor_at: datetime | None = None
    data: dict[str, Any] = json_value()
    last_seen_at: datetime
    expires_at: datetime = Field(index=True)
    ended_at: datetime | None = None
    user_agent: str = Field(default="", max_length=200)
    address_digest: str = Field(default="", max_length=64)


class SignInAttempt(Row, table=True):
    """A failed sign-in, counted per account and per address; keys are digests."""

    __tablename__ = "sign_in_attempt"
    visibility: ClassVar[Visibility] = OFFICES_ONLY

    key: str = Field(max_length=80, index=True)
    at: datetime = Field(index=True)


class InvitationRow(Row, table=True):
    """An invitation to a seat, taken up once with its token before it ends."""

    __tablename__ = "invitation"
    __table_args__ = (unique("token_digest"), one_of("office", sorted(SEATABLE_OFFICES)))
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id")

    token_digest: str = Field(max_length=64)
    email: str = Field(max_length=254)
    name: str = Field(max_length=200)
    office: str = Field(max_length=40)
    firm_id: int | None = bigint(None, foreign_key="firm.id", index=True)
    auditor_id: int | None = bigint(None, foreign_key="auditor.id")
    ends_at: datetime
    taken_at: datetime | None = None
    invited_by: int | None = bigint(None, foreign_key="person.id")


class CredentialReset(Row, table=True):
    """A new sign-in for somebody who lost password or second factor: asked by one administrator, given by another.

    Only the digest of the link's token is kept. ``ends_at`` is until when the second word may be given, and after it
    until when the link opens.
    """

    __tablename__ = "credential_reset"
    __table_args__ = (
        unique("token_digest"),
        check("asked_by <> person_id", "not_asked_for_oneself"),
        check("confirmed_by IS NULL OR confirmed_by NOT IN (asked_by, person_id)", "second_word_of_another"),
        check("(confirmed_by IS NULL) = (confirmed_at IS NULL)", "confirmed_by_somebody"),
        check("(confirmed_by IS NULL) = (token_digest IS NULL)", "link_needs_second_word"),
        check("used_at IS NULL OR confirmed_at IS NOT NULL", "used_after_confirmed"),
    )
    visibility: ClassVar[Visibility] = OFFICES_ONLY

    person_id: int = bigint(foreign_key="person.id", index=True)
    asked_by: int = bigint(foreign_key="person.id")
    reason: str = Field(max_length=500)
    content_digest: str = Field(max_length=71)
    ends_at: datetime
    confirmed_by: int | None = bigint(None, foreign_key="person.id")
    confirmed_at: datetime | None = None
    token_digest: str | None = Field(default=None, max_length=64)
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None
