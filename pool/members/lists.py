"""Lists of firms, seats and invitations as the pool's office reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import and_, col, func, not_, select, true

from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.roles import Office
from pool.kernel.storage import Reading
from pool.members.queries import FirmView, _firm_view
from pool.members.tables import Firm, InvitationRow, Person, Seat


@dataclass(frozen=True, slots=True)
class SeatLine:
    """A seat with its holder, as a list of people shows it. ``state`` is active, ended or disabled."""

    public_id: str
    person_name: str
    person_email: str
    office: Office
    valid_from: datetime
    valid_until: datetime | None
    state: str
    second_factor: bool


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation that was sent. ``state`` is invited, done or expired."""

    name: str
    email: str
    office: Office
    ends_at: datetime
    taken_at: datetime | None
    state: str


def firms_listed(reading: Reading, request: ListRequest) -> Page[FirmView]:
    """Return a page of the firms within sight; one query."""
    columns = ListColumns(
        key=Firm.id,
        sorts={"name": Firm.name, "ref": Firm.ref, "country": Firm.country, "joined_on": Firm.joined_on},
        filters={"state": Firm.state, "country": Firm.country},
        search=(Firm.name, Firm.ref),
    )
    return read_page(reading.session, select(Firm), request, columns=columns, make=_firm_view)


def countries(reading: Reading) -> tuple[str, ...]:
    """Return the countries that firms come from, for a filter."""
    return tuple(reading.session.exec(select(Firm.country).distinct().order_by(Firm.country)))


def pool_seats_listed(reading: Reading, request: ListRequest) -> Page[SeatLine]:
    """Return a page of the seats outside the firms with their holders; one query."""
    now = reading.at

    def running(values: tuple[str, ...]) -> Any:
        ended: Any = and_(col(Seat.valid_until).is_not(None), col(Seat.valid_until) <= now)
        if set(values) == {"active", "ended"}:
            return true()
        return ended if "ended" in values else not_(ended)

    columns = ListColumns(
        key=Seat.id,
        sorts={"name": Seat.person_name, "office": Seat.office, "valid_from": Seat.valid_from},
        filters={"office": Seat.office, "state": running},
        search=(Seat.person_name, Seat.person_email),
    )
    statement: Any = (
        select(Seat, Person.state, Person.totp_confirmed_at)
        .join(Person, col(Person.id) == col(Seat.person_id))
        .where(col(Seat.firm_id).is_(None))
    )

    return read_page(
        reading.session,
        statement,
        request,
        columns=columns,
        make=lambda seat, state, confirmed: _seat_line(seat, state, confirmed, now),
    )


def seat_line(reading: Reading, public_id: str) -> SeatLine | None:
    """Return a running seat outside the firms, or ``None``."""
    row: Any = reading.session.exec(
        select(Seat, Person.state, Person.totp_confirmed_at)
        .join(Person, col(Person.id) == col(Seat.person_id))
        .where(Seat.public_id == public_id, col(Seat.firm_id).is_(None))
    ).one_or_none()
    found = _seat_line(row[0], row[1], row[2], reading.at) if row is not None else None
    return found if found is not None and found.state != "ended" else None


def _seat_line(seat: Seat, person_state: str, confirmed: datetime | None, now: datetime) -> SeatLine:
    ended = seat.valid_until is not None and seat.valid_until <= now
    return SeatLine(
        seat.public_id,
        seat.person_name,
        seat.person_email,
        Office(seat.office),
        seat.valid_from,
        seat.valid_until,
        "ended" if ended else "active" if person_state == "active" else "inactive",
        confirmed is not None,
    )


def invitations(reading: Reading, firm_id: int | None) -> tuple[InvitationLine, ...]:
    """Return the invitations of a firm, or with ``None`` of the pool, newest first; the last 100."""
    owner = col(InvitationRow.firm_id).is_(None) if firm_id is None else InvitationRow.firm_id == firm_id
    rows = reading.session.exec(select(InvitationRow).where(owner).order_by(col(InvitationRow.id).desc()).limit(100))
    return tuple(
        InvitationLine(
            row.name,
            row.email,
            Office(row.office),
            row.ends_at,
            row.taken_at,
            "done" if row.taken_at else "expired" if row.ends_at <= reading.at else "invited",
        )
        for row in rows
    )


def open_invitations(reading: Reading) -> int:
    """Return how many invitations wait to be taken; one query."""
    statement = select(func.count()).select_from(InvitationRow).where(col(InvitationRow.taken_at).is_(None))
    return int(reading.session.exec(statement.where(col(InvitationRow.ends_at) > reading.at)).one())
