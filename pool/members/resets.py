"""A new sign-in for somebody who lost password or second factor: two administrators give one link that opens once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from pool.kernel.approvals import give_word
from pool.kernel.digest import digest_of
from pool.kernel.refusals import Conflict, Forbidden, Invalid, Missing
from pool.kernel.roles import Office
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.members.queries import NoSuchPerson, PersonView, _person_view
from pool.members.rules import check_password, runs
from pool.members.service import _end_sessions, hash_password, token_digest
from pool.members.tables import CredentialReset, Person, Seat

RULE = "reset_sign_in"
#: How long the second word may wait for, and how long the link opens.
ASKED_LIFE = timedelta(days=3)
LINK_LIFE = timedelta(hours=24)
MOST_SHOWN = 50


class ResetGone(Missing):
    """The link was used, was withdrawn, has ended or never was."""


class NoSuchReset(Missing):
    """No reset of this id is within sight."""


class ResetMoved(Conflict):
    """The reset does not stand as the person saw it."""


class SamePerson(Forbidden):
    """The second word is another administrator's, and never that of the person concerned."""


@dataclass(frozen=True, slots=True)
class ResetView:
    """A reset as administrators see it.

    ``state`` is requested, confirmed (the link can be used), used, withdrawn or expired.
    """

    public_id: str
    person_id: int
    person_name: str
    person_email: str
    reason: str
    content_digest: str
    asked_by: int
    asked_by_name: str
    asked_at: datetime
    confirmed_by_name: str
    confirmed_at: datetime | None
    ends_at: datetime
    state: str


def ask_reset(work: Work, *, email: str, reason: str) -> ResetView:
    """Give the first word for a new sign-in of the person with this address.

    Raises: NoSuchPerson, Invalid without a reason, SamePerson for oneself, ResetMoved while another one is open.
    """
    person = work.session.exec(select(Person).where(Person.email == email.strip().lower())).one_or_none()
    if person is None or person.state != "active":
        raise NoSuchPerson(
            _("There is no account %(email)s.", email=email), field="email", next_step=_("Check the address.")
        )
    if not 1 <= len(reason.strip()) <= 500:
        raise Invalid(
            _("Say in at most 500 characters how you know that it is this person who asks."),
            field="reason",
            next_step=_("For example: called back under the number in the agreement."),
        )
    if person.id == work.actor.person_id:
        raise SamePerson(
            _("Nobody resets their own sign-in."), field="email", next_step=_("Ask two other administrators.")
        )
    if any(_state(row, work.at) in ("requested", "confirmed") for row in _rows_of(work, person.id or 0)):
        raise ResetMoved(
            _("A reset for this person is open already."),
            field="email",
            next_step=_("Have it confirmed, or withdraw it first."),
        )
    row = work.add(
        CredentialReset(
            person_id=person.id or 0,
            asked_by=work.actor.person_id or 0,
            reason=reason.strip(),
            content_digest="",
            ends_at=work.at + ASKED_LIFE,
        )
    )
    row.content_digest = _digest(row, person)
    give_word(work, rule=RULE, subject_ref=row.public_id, content_digest=row.content_digest, position=1)
    _note(work, "ask_reset", person, row.reason)
    work.flush()
    return reset(work, row.public_id)


def confirm_reset(work: Work, *, public_id: str, seen: str) -> str:
    """Give the second word for exactly what was shown (``seen`` is its digest); return the link's token.

    The token is shown once and stored only as its digest. Every session of the person ends.
    Raises: NoSuchReset, ResetMoved, SamePerson.
    """
    row, person = _find(work, public_id)
    if _state(row, work.at) != "requested" or not row.content_digest == seen == _digest(row, person):
        raise ResetMoved(
            _("This reset is not open, or not what you were shown."), next_step=_("Look at it again, or ask anew.")
        )
    if work.actor.person_id in (row.asked_by, row.person_id):
        raise SamePerson(_("The second word is another administrator's."), next_step=_("Ask one of them."))
    if not _is_administrator(work, row.asked_by):
        raise ResetMoved(_("Whoever asked is no administrator any more."), next_step=_("Withdraw it, and ask anew."))
    token = secrets.token_urlsafe(32)
    row.token_digest = token_digest(token)
    row.confirmed_by, row.confirmed_at = work.actor.person_id, work.at
    row.ends_at = work.at + LINK_LIFE
    give_word(work, rule=RULE, subject_ref=row.public_id, content_digest=row.content_digest, position=2)
    _end_sessions(work, row.person_id)
    _note(work, "confirm_reset", person, row.reason)
    work.flush()
    return token


def withdraw_reset(work: Work, *, public_id: str) -> None:
    """Withdraw a reset that is open: from now on its link, if there is one, opens nothing.

    Raises: NoSuchReset, ResetMoved.
    """
    row, person = _find(work, public_id)
    if _state(row, work.at) not in ("requested", "confirmed"):
        raise ResetMoved(_("This reset is not open any more."), next_step=_("Look at it again."))
    row.withdrawn_at = work.at
    _note(work, "withdraw_reset", person, None)
    work.flush()


def open_reset(reading: Reading, token: str) -> tuple[CredentialReset, Person]:
    """Return the reset whose link can be used now and its person. Raises: ResetGone, in the same words for all."""
    row = reading.session.exec(
        select(CredentialReset).where(CredentialReset.token_digest == token_digest(token))
    ).one_or_none()
    person = reading.session.exec(select(Person).where(Person.id == row.person_id)).one() if row else None
    if row is None or person is None or _state(row, reading.at) != "confirmed" or person.state != "active":
        raise ResetGone(
            _("This link was used or has ended."), next_step=_("Ask an administrator of the pool for a new one.")
        )
    return row, person


def take_reset(work: Work, *, token: str, password: str) -> PersonView:
    """Set a new password by a link and forget the second factor, which is set up anew at once; every session ends.

    Raises: ResetGone, WeakPassword.
    """
    row, person = open_reset(work, token)
    check_password(password, email=person.email)
    person.password_hash = hash_password(password, demo=person.is_demo)
    person.totp_secret = person.totp_step = person.totp_confirmed_at = None
    row.used_at = work.at
    _end_sessions(work, row.person_id)
    work.note("take_reset", subject_kind="person", subject_ref=person.public_id, reason="")
    work.flush()
    return _person_view(person)


def reset(reading: Reading, public_id: str) -> ResetView:
    """Return one reset. Raises: NoSuchReset."""
    found = _views(reading, CredentialReset.public_id == public_id)
    if not found:
        raise _no_such()
    return found[0]


def resets(reading: Reading) -> tuple[ResetView, ...]:
    """Return the latest resets, newest first; one query."""
    return _views(reading)


def _views(reading: Reading, *where: Any) -> tuple[ResetView, ...]:
    asker, confirmer = aliased(Person), aliased(Person)
    statement: Any = (
        select(CredentialReset, Person, asker.name, confirmer.name)
        .join(Person, col(Person.id) == col(CredentialReset.person_id))
        .join(asker, col(asker.id) == col(CredentialReset.asked_by))
        .outerjoin(confirmer, col(confirmer.id) == col(CredentialReset.confirmed_by))
        .where(*where)
        .order_by(col(CredentialReset.id).desc())
        .limit(MOST_SHOWN)
    )
    return tuple(
        ResetView(
            row.public_id,
            row.person_id,
            person.name,
            person.email,
            row.reason,
            row.content_digest,
            row.asked_by,
            asked_by_name,
            row.created_at,
            confirmed_by_name or "",
            row.confirmed_at,
            row.ends_at,
            _state(row, reading.at),
        )
        for row, person, asked_by_name, confirmed_by_name in reading.session.exec(statement)
    )


def _state(row: CredentialReset, at: datetime) -> str:
    if row.used_at is not None:
        return "used"
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.ends_at <= at:
        return "expired"
    return "requested" if row.confirmed_at is None else "confirmed"


def _rows_of(work: Work, person_id: int) -> Any:
    return work.session.exec(select(CredentialReset).where(CredentialReset.person_id == person_id))


def _find(work: Work, public_id: str) -> tuple[CredentialReset, Person]:
    row = work.session.exec(select(CredentialReset).where(CredentialReset.public_id == public_id)).one_or_none()
    if row is None:
        raise _no_such()
    return row, work.session.exec(select(Person).where(Person.id == row.person_id)).one()


def _no_such() -> NoSuchReset:
    return NoSuchReset(_("There is no such reset."), next_step=_("Look at the list of people."))


def _is_administrator(work: Work, person_id: int) -> bool:
    seats = work.session.exec(select(Seat).where(Seat.person_id == person_id, Seat.office == str(Office.ADMINISTRATOR)))
    return any(runs(seat.valid_from, seat.valid_until, work.at) for seat in seats)


def _digest(row: CredentialReset, person: Person) -> str:
    """Return the digest of what both words are given for: this reset of this account, for this reason."""
    return digest_of(
        {
            "reset": row.public_id,
            "person": person.public_id,
            "email": person.email,
            "reason": row.reason,
            "asked_by": row.asked_by,
            "asked_at": row.created_at,
        }
    )


def _note(work: Work, verb: str, person: Person, reason: str | None) -> None:
    work.note(verb, subject_kind="person", subject_ref=person.public_id, after={"person": person.name}, reason=reason)
