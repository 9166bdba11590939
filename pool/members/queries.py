"""Reads of firms, people, seats and sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, func, select

from pool.kernel.refusals import Invalid, Missing
from pool.kernel.roles import Actor, Office
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.members.rules import name_skeleton, runs
from pool.members.tables import Firm, InvitationRow, Person, Seat, SignInAttempt, SignInSession

IDLE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class FirmView:
    """A firm as others may see it."""

    id: int
    public_id: str
    ref: str
    name: str
    country: str
    state: str
    joined_on: date
    contact_email: str
    agreement_signed_at: datetime | None
    is_demo: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person, without secrets."""

    id: int
    public_id: str
    name: str
    email: str
    state: str
    is_demo: bool
    has_second_factor: bool
    locale: str


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat with the words that a header shows."""

    id: int
    public_id: str
    person_id: int
    person_name: str
    person_email: str
    office: Office
    firm_id: int | None
    firm_name: str
    auditor_id: int | None
    valid_from: datetime
    valid_until: datetime | None

    def actor(self) -> Actor:
        """Return the actor who acts in this seat."""
        return Actor(self.person_id, self.id, self.office, self.firm_id, self.auditor_id, self.person_name)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A running session with its person and its active seat, read afresh on every request."""

    session_id: int
    public_id: str
    token_digest: str
    data: dict[str, Any]
    person: PersonView | None
    seat: SeatView | None
    second_factor_at: datetime | None
    last_seen_at: datetime
    expires_at: datetime
    user_agent: str = ""

    @property
    def lacks_second_factor(self) -> bool:
        """Tell whether a password was given and the second factor is still asked for; demo accounts have none."""
        return self.person is not None and not self.person.is_demo and self.second_factor_at is None


class NoSuchFirm(Missing):
    """No firm of that name is within sight."""


class NoSeat(Invalid):
    """The person holds no running seat, or several and none was chosen."""


class NoSuchPerson(Invalid):
    """There is no such account."""


def _firm_view(firm: Firm) -> FirmView:
    return FirmView(
        firm.id or 0,
        firm.public_id,
        firm.ref,
        firm.name,
        firm.country,
        firm.state,
        firm.joined_on,
        firm.contact_email,
        firm.agreement_signed_at,
        firm.is_demo,
    )


def _person_view(person: Person) -> PersonView:
    return PersonView(
        person.id or 0,
        person.public_id,
        person.name,
        person.email,
        person.state,
        person.is_demo,
        person.totp_confirmed_at is not None,
        person.locale,
    )


def _seat_view(seat: Seat, firm_name: str | None) -> SeatView:
    return SeatView(
        seat.id or 0,
        seat.public_id,
        seat.person_id,
        seat.person_name,
        seat.person_email,
        Office(seat.office),
        seat.firm_id,
        firm_name or "",
        seat.auditor_id,
        seat.valid_from,
        seat.valid_until,
    )


def firm_of(reading: Reading, key: str) -> FirmView:
    """Return the firm with this reference or public id.

    Raises: NoSuchFirm, in the same words for an absent firm and one out of sight.
    """
    statement = select(Firm).where((col(Firm.ref) == key) | (col(Firm.public_id) == key))
    firm = reading.session.exec(statement).one_or_none()
    if firm is None:
        raise NoSuchFirm(_("There is no firm %(key)s.", key=key), field="firm", next_step=_("Check the reference."))
    return _firm_view(firm)


def firm_known_as(reading: Reading, key: str) -> FirmView | None:
    """Return the firm with this reference, public id or name, written in whatever way; ``None`` for an unknown one."""
    statement = select(Firm).where(
        (col(Firm.ref) == key.strip()) | (col(Firm.public_id) == key.strip()) | (Firm.name_key == name_skeleton(key))
    )
    firm = reading.session.exec(statement).first()
    return _firm_view(firm) if firm else None


def firm_by_id(reading: Reading, firm_id: int) -> FirmView:
    """Return the firm with this internal key.

    Raises: NoSuchFirm.
    """
    firm = reading.session.exec(select(Firm).where(Firm.id == firm_id)).one_or_none()
    if firm is None:
        raise NoSuchFirm(_("There is no such firm."), field="firm", next_step=_("Check the reference."))
    return _firm_view(firm)


def firms(reading: Reading) -> tuple[FirmView, ...]:
    """Return the firms within sight by reference."""
    return tuple(_firm_view(firm) for firm in reading.session.exec(select(Firm).order_by(col(Firm.ref))))


def person_by_email(reading: Reading, email: str) -> PersonView | None:
    """Return the person with this address, or ``None``."""
    person = reading.session.exec(select(Person).where(Person.email == email.strip().lower())).one_or_none()
    return _person_view(person) if person else None


def email_of(reading: Reading, person_id: int) -> str:
    """Return a person's address."""
    return reading.session.exec(select(Person.email).where(Person.id == person_id)).one()


def credentials_of(reading: Reading, email: str) -> tuple[PersonView, str, str | None, int | None] | None:
    """Return person, password hash, second-factor secret and its last used step, for the sign-in journey."""
    person = reading.session.exec(select(Person).where(Person.email == email.strip().lower())).one_or_none()
    return (_person_view(person), person.password_hash, person.totp_secret, person.totp_step) if person else None


def second_factor_of(reading: Reading, person_id: int) -> tuple[str | None, int | None, bool]:
    """Return a person's second-factor secret, the last used step and whether it was confirmed."""
    person = reading.session.exec(select(Person).where(Person.id == person_id)).one()
    return person.totp_secret, person.totp_step, person.totp_confirmed_at is not None


def seats_of_person(reading: Reading, person_id: int) -> tuple[SeatView, ...]:
    """Return the seats a person holds at the reading's instant, in the order they were given."""
    statement = (
        select(Seat, Firm.name)
        .join(Firm, col(Firm.id) == col(Seat.firm_id), isouter=True)
        .where(Seat.person_id == person_id)
        .order_by(col(Seat.id))
    )
    rows: Sequence[Any] = reading.session.exec(statement).all()
    return tuple(_seat_view(s, name) for s, name in rows if runs(s.valid_from, s.valid_until, reading.at))


def seats_of_firm(reading: Reading, firm_id: int) -> tuple[SeatView, ...]:
    """Return every seat of a firm, ended ones too."""
    rows = reading.session.exec(select(Seat).where(Seat.firm_id == firm_id).order_by(col(Seat.id)))
    return tuple(_seat_view(seat, "") for seat in rows)


def pool_seats(reading: Reading) -> tuple[SeatView, ...]:
    """Return every seat outside the firms."""
    rows = reading.session.exec(select(Seat).where(col(Seat.firm_id).is_(None)).order_by(col(Seat.id)))
    return tuple(_seat_view(seat, "") for seat in rows)


def person_of_auditor(reading: Reading, auditor_id: int) -> SeatView | None:
    """Return the running seat of an auditor, or ``None``."""
    rows = reading.session.exec(select(Seat).where(Seat.auditor_id == auditor_id))
    return next((_seat_view(s, "") for s in rows if runs(s.valid_from, s.valid_until, reading.at)), None)


def people_of_auditors(reading: Reading) -> dict[int, SeatView]:
    """Return the running auditor seats by auditor."""
    rows = reading.session.exec(select(Seat).where(col(Seat.auditor_id).is_not(None)))
    return {
        s.auditor_id: _seat_view(s, "") for s in rows if s.auditor_id and runs(s.valid_from, s.valid_until, reading.at)
    }


def invitations_of_firm(reading: Reading, firm_id: int) -> tuple[tuple[str, str, str, datetime, datetime | None], ...]:
    """Return the invitations of a firm: name, address, office, end, taken."""
    rows = reading.session.exec(
        select(InvitationRow).where(InvitationRow.firm_id == firm_id).order_by(col(InvitationRow.id).desc())
    )
    return tuple((r.name, r.email, r.office, r.ends_at, r.taken_at) for r in rows)


def actor_of(reading: Reading, *, email: str, office: str | None = None) -> Actor:
    """Return the actor of the seat that the person with ``email`` holds now.

    Raises: NoSuchPerson, NoSeat.
    """
    person = person_by_email(reading, email)
    if person is None or person.state != "active":
        raise NoSuchPerson(f"There is no account {email}.", field="as", next_step="Check the address.")
    seats = [s for s in seats_of_person(reading, person.id) if office is None or str(s.office) == office]
    if len(seats) != 1:
        held = ", ".join(str(s.office) for s in seats_of_person(reading, person.id)) or "none"
        raise NoSeat(
            f"{email} holds these seats: {held}.", field="office", next_step="Choose one of them with --office."
        )
    return seats[0].actor()


def signed_in(reading: Reading, token_digest: str) -> SignedIn | None:
    """Return the running session of a token with person and seat as they are now; ``None`` where it has ended."""
    statement = (
        select(SignInSession, Person, Seat, Firm.name)
        .join(Person, col(Person.id) == col(SignInSession.person_id), isouter=True)
        .join(Seat, col(Seat.id) == col(SignInSession.seat_id), isouter=True)
        .join(Firm, col(Firm.id) == col(Seat.firm_id), isouter=True)
        .where(SignInSession.token_digest == token_digest)
    )
    row: Any = reading.session.exec(statement).one_or_none()
    if row is None:
        return None
    session, person, seat, firm_name = row
    if session.ended_at is not None or session.expires_at <= reading.at or session.last_seen_at + IDLE <= reading.at:
        return None
    if person is not None and person.state != "active":
        return None
    running = seat is not None and runs(seat.valid_from, seat.valid_until, reading.at)
    return SignedIn(
        session.id,
        session.public_id,
        token_digest,
        dict(session.data),
        _person_view(person) if person else None,
        _seat_view(seat, firm_name) if running else None,
        session.second_factor_at,
        session.last_seen_at,
        session.expires_at,
        session.user_agent,
    )


def sessions_of_person(reading: Reading, person_id: int) -> tuple[tuple[str, str, datetime, datetime], ...]:
    """Return a person's running sessions: public id, browser, begun, last seen."""
    rows = reading.session.exec(
        select(SignInSession)
        .where(SignInSession.person_id == person_id, col(SignInSession.ended_at).is_(None))
        .order_by(col(SignInSession.last_seen_at).desc())
    )
    return tuple(
        (r.public_id, r.user_agent, r.created_at, r.last_seen_at)
        for r in rows
        if r.expires_at > reading.at and r.last_seen_at + IDLE > reading.at
    )


def attempts_since(reading: Reading, key: str, since: datetime) -> int:
    """Return how many failed sign-ins ``key`` had since an instant."""
    statement = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.key == key)
    return int(reading.session.exec(statement.where(col(SignInAttempt.at) > since)).one())


def demo_cards(reading: Reading) -> tuple[SeatView, ...]:
    """Return every running seat of the demo's people, for its sign-in cards."""
    statement = (
        select(Seat, Firm.name)
        .join(Person, col(Person.id) == col(Seat.person_id))
        .join(Firm, col(Firm.id) == col(Seat.firm_id), isouter=True)
        .where(col(Person.is_demo).is_(True), Person.state == "active")
        .order_by(col(Seat.id))
    )
    rows: Sequence[Any] = reading.session.exec(statement).all()
    return tuple(_seat_view(s, name) for s, name in rows if runs(s.valid_from, s.valid_until, reading.at))
