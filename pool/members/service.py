"""Writes of firms, people, seats and sessions."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlmodel import col, delete, select

from pool.kernel.clock import day_of
from pool.kernel.refusals import Conflict, Forbidden, Invalid, Missing
from pool.kernel.roles import FIRM_OFFICES, SEATABLE_OFFICES, Office
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.members.queries import FirmView, PersonView, SeatView, _firm_view, _person_view, _seat_view
from pool.members.rules import check_email, check_name, check_password, name_skeleton, refuse_excluded, runs
from pool.members.tables import Firm, InvitationRow, Person, Seat, SignInAttempt, SignInSession

SESSION_LIFE = timedelta(hours=12)
INVITATION_LIFE = timedelta(days=14)
SESSIONS_KEPT = timedelta(days=30)
ATTEMPTS_KEPT = timedelta(days=1)
#: RFC 9106, second recommended option (64 MiB); demo accounts use the least the library allows, they protect nothing.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)
_DEMO_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
#: A hash nobody knows the password of: an unknown account costs as much time as a wrong password.
_NOBODY = _HASHER.hash(secrets.token_urlsafe(32))


class NameTaken(Conflict):
    """A firm of this or a look-alike name is already a member."""


class EmailTaken(Conflict):
    """There is already an account with this address."""


class InvitationGone(Missing):
    """The invitation was taken, has ended or never was."""


class NotYours(Forbidden):
    """The seat in use may not change this."""


def hash_password(password: str, *, demo: bool = False) -> str:
    """Return the Argon2id hash of a password. Source: RFC 9106."""
    return (_DEMO_HASHER if demo else _HASHER).hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Tell whether ``password`` matches; takes as long where there is no stored hash."""
    try:
        _HASHER.verify(stored or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def token_digest(token: str) -> str:
    """Return what is stored of a bearer token."""
    return hashlib.sha256(token.encode()).hexdigest()


def admit_firm(
    work: Work, *, name: str, country: str, contact_email: str, joined_on: date | None = None, is_demo: bool = False
) -> FirmView:
    """Make a firm a member.

    Raises: BadName, BadEmail, NameTaken, Invalid for a country that is no two-letter code.
    """
    cleaned = check_name(name)
    if not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        raise Invalid(_("A country is a two-letter code."), field="country", next_step=_("For example DE, US or CN."))
    key = name_skeleton(cleaned)
    if work.session.exec(select(Firm).where(Firm.name_key == key)).first() is not None:
        raise NameTaken(
            _("A firm with this name, or one that looks the same, is already a member."),
            field="name",
            next_step=_("Add a word that tells the firms apart."),
        )
    firm = work.add(
        Firm(
            ref=work.next_reference("FIRM"),
            name=cleaned,
            name_key=key,
            country=country,
            joined_on=joined_on or day_of(work.at),
            agreement_signed_at=work.at,
            agreement_version="2026.1",
            contact_email=check_email(contact_email, field="contact_email"),
            is_demo=is_demo,
        )
    )
    work.note("admit", subject_kind="firm", subject_ref=firm.ref, firm_id=firm.id, after={"name": cleaned})
    return _firm_view(firm)


def add_person(
    work: Work, *, name: str, email: str, password: str, is_demo: bool = False, totp_secret: str | None = None
) -> PersonView:
    """Make an account. A demo account has no second factor; every other must confirm one at the first sign-in.

    Raises: BadName, BadEmail, WeakPassword, EmailTaken.
    """
    address = check_email(email)
    cleaned = check_name(name)
    check_password(password, email=address)
    if work.session.exec(select(Person).where(Person.email == address)).first() is not None:
        raise EmailTaken(
            _("There is already an account with this address."),
            field="email",
            next_step=_("Give that person the seat."),
        )
    person = work.add(
        Person(
            name=cleaned,
            email=address,
            password_hash=hash_password(password, demo=is_demo),
            totp_secret=totp_secret,
            totp_confirmed_at=work.at if totp_secret else None,
            is_demo=is_demo,
        )
    )
    work.note("add", subject_kind="person", subject_ref=person.public_id, after={"name": cleaned, "email": address})
    return _person_view(person)


def give_seat(
    work: Work,
    *,
    person_id: int,
    office: Office,
    firm_id: int | None = None,
    auditor_id: int | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    reason: str = "",
) -> SeatView:
    """Give a person a seat.

    Raises: SeatExcluded where another running seat excludes it; Invalid where the seat lacks its firm or auditor;
    Conflict where the person holds it already.
    """
    if office not in SEATABLE_OFFICES or (office in FIRM_OFFICES) != (firm_id is not None):
        raise Invalid(
            _("This office cannot be given like this."), field="office", next_step=_("Choose another office.")
        )
    person = work.session.exec(select(Person).where(Person.id == person_id)).one()
    start = valid_from or work.at
    held = [
        s
        for s in work.session.exec(select(Seat).where(Seat.person_id == person_id))
        if s.valid_until is None or s.valid_until > start
    ]
    refuse_excluded((Office(s.office) for s in held), office)
    if any(s.office == office and s.firm_id == firm_id for s in held):
        raise Conflict(
            _("This person already holds this seat."), field="office", next_step=_("End the other seat first.")
        )
    seat = work.add(
        Seat(
            person_id=person_id,
            person_name=person.name,
            person_email=person.email,
            office=str(office),
            firm_id=firm_id,
            auditor_id=auditor_id,
            valid_from=start,
            valid_until=valid_until,
            granted_by=work.actor.person_id,
            reason=reason,
        )
    )
    work.note(
        "give_seat",
        subject_kind="seat",
        subject_ref=seat.public_id,
        firm_id=firm_id,
        after={"person": person.name, "office": str(office)},
        reason=reason or None,
    )
    return _seat_view(seat, "")


def end_seat(work: Work, *, public_id: str, reason: str) -> None:
    """End a seat now. The next request of whoever sits in it is refused.

    Raises: Missing for a seat out of sight; Conflict for one's own last manager seat.
    """
    seat = work.session.exec(select(Seat).where(Seat.public_id == public_id)).one_or_none()
    # Why the firm too: the pool's administrator sees every seat and ends those of the pool only.
    if seat is None or seat.firm_id != work.actor.firm_id or not runs(seat.valid_from, seat.valid_until, work.at):
        raise Missing(_("There is no such seat."), field="seat", next_step=_("Look at the list of people."))
    if seat.office in {Office.FIRM_MANAGER, Office.ADMINISTRATOR}:
        others = work.session.exec(
            select(Seat).where(
                col(Seat.firm_id).is_not_distinct_from(seat.firm_id),
                Seat.office == seat.office,
                col(Seat.id) != seat.id,
            )
        )
        if not any(runs(s.valid_from, s.valid_until, work.at) for s in others):
            raise Conflict(
                _("This is the firm's last manager.") if seat.firm_id else _("This is the pool's last administrator."),
                field="seat",
                next_step=_("Give another person the seat first."),
            )
    seat.valid_until = work.at if work.at > seat.valid_from else seat.valid_from + timedelta(microseconds=1)
    work.note(
        "end_seat",
        subject_kind="seat",
        subject_ref=seat.public_id,
        firm_id=seat.firm_id,
        before={"person": seat.person_name, "office": seat.office},
        reason=reason,
    )
    work.flush()


def disable_person(work: Work, *, public_id: str, reason: str) -> None:
    """Close an account: every session of it ends with this transaction."""
    person = work.session.exec(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None:
        raise Missing(_("There is no such account."), field="person", next_step=_("Look at the list of people."))
    person.state = "disabled"
    _end_sessions(work, person.id or 0)
    work.note("disable", subject_kind="person", subject_ref=public_id, reason=reason)
    work.flush()


def invite(
    work: Work, *, name: str, email: str, office: Office, firm_id: int | None, auditor_id: int | None = None
) -> str:
    """Invite somebody to a seat; return the token, which is shown once and stored only as its digest."""
    token = secrets.token_urlsafe(32)
    row = work.add(
        InvitationRow(
            token_digest=token_digest(token),
            email=check_email(email),
            name=check_name(name),
            office=str(office),
            firm_id=firm_id,
            auditor_id=auditor_id,
            ends_at=work.at + INVITATION_LIFE,
            invited_by=work.actor.person_id,
        )
    )
    work.note("invite", subject_kind="seat", subject_ref=row.public_id, firm_id=firm_id, after={"office": str(office)})
    return token


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An open invitation."""

    name: str
    email: str
    office: Office
    firm_id: int | None
    firm_name: str


def open_invitation(reading: Reading, token: str) -> tuple[InvitationRow, InvitationView]:
    """Return an invitation that can still be taken.

    Raises: InvitationGone.
    """
    row = reading.session.exec(
        select(InvitationRow).where(InvitationRow.token_digest == token_digest(token))
    ).one_or_none()
    if row is None or row.taken_at is not None or row.ends_at <= reading.at:
        raise InvitationGone(
            _("This invitation was taken or has ended."),
            next_step=_("Ask for a new one at your firm or the pool office."),
        )
    firm = reading.session.exec(select(Firm).where(Firm.id == row.firm_id)).one_or_none()
    return row, InvitationView(row.name, row.email, Office(row.office), row.firm_id, firm.name if firm else "")


def take_invitation(work: Work, *, token: str, name: str, password: str) -> PersonView:
    """Take up an invitation: make the account where there is none, and give the seat.

    An account that exists is never given a new password this way: its owner signs in and takes the seat.
    """
    row, view = open_invitation(work, token)
    if work.session.exec(select(Person).where(Person.email == view.email)).first() is not None:
        raise EmailTaken(
            _("There is already an account with this address."),
            field="email",
            next_step=_("Sign in with that account, then open this link again."),
        )
    person = add_person(work, name=name or view.name, email=view.email, password=password)
    give_seat(work, person_id=person.id, office=view.office, firm_id=view.firm_id, auditor_id=row.auditor_id)
    row.taken_at = work.at
    work.flush()
    return person


def accept_invitation(work: Work, *, token: str) -> SeatView:
    """Give the seat of an invitation to the acting person, to whose address it was sent.

    Raises: InvitationGone; NotYours for another address; SeatExcluded, Conflict as ``give_seat``.
    """
    row, view = open_invitation(work, token)
    person = work.session.exec(select(Person).where(Person.id == work.actor.person_id)).one_or_none()
    if person is None or person.email != view.email:
        raise NotYours(_("This invitation is for another address."), next_step=_("Sign in with that account."))
    seat = give_seat(
        work, person_id=person.id or 0, office=view.office, firm_id=view.firm_id, auditor_id=row.auditor_id
    )
    row.taken_at = work.at
    work.flush()
    return seat


def start_session(
    work: Work,
    *,
    person_id: int | None,
    seat_id: int | None,
    data: dict[str, Any],
    user_agent: str = "",
    address_digest: str = "",
    second_factor_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Start a session and return its token; a sign-in and a change of seat always start a new one."""
    token = secrets.token_urlsafe(32)
    row = work.add(
        SignInSession(
            token_digest=token_digest(token),
            person_id=person_id,
            seat_id=seat_id,
            data=data,
            second_factor_at=second_factor_at,
            last_seen_at=work.at,
            expires_at=expires_at or work.at + SESSION_LIFE,
            user_agent=user_agent[:200],
            address_digest=address_digest,
        )
    )
    if person_id is not None:
        after = {"second_factor": second_factor_at is not None}
        work.note("begin", subject_kind="session", subject_ref=row.public_id, after=after)
    return token


def keep_session(work: Work, *, digest: str, data: dict[str, Any] | None) -> None:
    """Note that a session was used now, and keep its data where they changed."""
    row = work.session.exec(select(SignInSession).where(SignInSession.token_digest == digest)).one_or_none()
    if row is not None and row.ended_at is None:
        row.last_seen_at = work.at
        if data is not None:
            row.data = data
        work.flush()


def end_session(work: Work, *, digest: str | None = None, public_id: str | None = None) -> None:
    """End one session, by its token's digest or, in a list of one's own sessions, by its public id."""
    column = SignInSession.token_digest == digest if digest else SignInSession.public_id == public_id
    row = work.session.exec(select(SignInSession).where(column)).one_or_none()
    if row is None or (public_id is not None and row.person_id != work.actor.person_id):
        raise Missing(_("There is no such session."), next_step=_("Look at the list of your sessions."))
    if row.ended_at is None:
        row.ended_at = work.at
        if row.person_id is not None:
            work.note("end", subject_kind="session", subject_ref=row.public_id)
        work.flush()


def forget_sessions(work: Work) -> int:
    """Remove what nobody needs any more: sessions that ran out a month ago, failed sign-ins of the day before.

    Return how many rows went. What people did in a session stands in the activity.
    """
    sessions: Any = work.session.execute(
        delete(SignInSession).where(col(SignInSession.expires_at) < work.at - SESSIONS_KEPT)
    )
    attempts: Any = work.session.execute(delete(SignInAttempt).where(col(SignInAttempt.at) < work.at - ATTEMPTS_KEPT))
    return int(sessions.rowcount) + int(attempts.rowcount)


def _end_sessions(work: Work, person_id: int) -> None:
    for row in work.session.exec(
        select(SignInSession).where(SignInSession.person_id == person_id, col(SignInSession.ended_at).is_(None))
    ):
        row.ended_at = work.at


def change_password(work: Work, *, old: str, new: str) -> bool:
    """Change one's own password; every session ends. Tell whether ``old`` was right: else nothing is changed.

    Raises: WeakPassword.
    """
    person = work.session.exec(select(Person).where(Person.id == work.actor.person_id)).one()
    if not verify_password(person.password_hash, old):
        return False
    check_password(new, email=person.email, field="new")
    person.password_hash = hash_password(new, demo=person.is_demo)
    _end_sessions(work, person.id or 0)
    work.note("change_password", subject_kind="person", subject_ref=person.public_id)
    work.flush()
    return True


def failed_sign_in(work: Work, *, keys: tuple[str, ...]) -> None:
    """Count a failed sign-in under each key."""
    for key in keys:
        work.add(SignInAttempt(key=key, at=work.at))


def prepare_second_factor(work: Work, *, person_id: int) -> str:
    """Give a person a new second-factor secret that is not yet confirmed, and return it.

    It is another one at every sign-in until it is confirmed: whoever saw an earlier one holds nothing.
    """
    person = work.session.exec(select(Person).where(Person.id == person_id)).one()
    if person.totp_confirmed_at is None:
        person.totp_secret = pyotp.random_base32()
        work.flush()
    return person.totp_secret or ""


def use_second_factor(work: Work, *, person_id: int, code: str) -> bool:
    """Check a TOTP code and use up its step, so that it works once; confirms a new secret. Source: RFC 6238 5.2."""
    person = work.session.exec(select(Person).where(Person.id == person_id)).one()
    if person.totp_secret is None or not (code.isascii() and code.isdigit() and len(code) == 6):
        return False
    totp = pyotp.TOTP(person.totp_secret)
    step_now = int(work.at.timestamp()) // 30
    for step in (step_now, step_now - 1, step_now + 1):
        if (person.totp_step is None or step > person.totp_step) and secrets.compare_digest(totp.at(step * 30), code):
            person.totp_step = step
            if person.totp_confirmed_at is None:
                person.totp_confirmed_at = work.at
                work.note("confirm_second_factor", subject_kind="person", subject_ref=person.public_id)
            work.flush()
            return True
    return False
