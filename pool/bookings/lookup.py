"""How bookings finds its rows. What is absent and what the seat may not see are the same refusal in the same words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlmodel import col, or_, select

from pool.bookings.rules import ENDED, STANDING
from pool.bookings.tables import Booking, BookingDeployment, BookingEvent, Proposal, ProposalMember
from pool.kernel.refusals import Missing
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _


class BookingMissing(Missing):
    """There is no such booking, or the seat may not see it."""


class ProposalMissing(Missing):
    """There is no such proposal, or the seat may not see it."""


def key_of(row: Any) -> int:
    """Return the key of a row that was stored."""
    assert row.id is not None, "the row was not stored"
    return int(row.id)


def find_booking(reading: Reading, key: str) -> Booking:
    """Return the booking with this reference or public id. Raises: BookingMissing."""
    found = reading.session.exec(
        select(Booking).where(or_(col(Booking.ref) == key, col(Booking.public_id) == key))
    ).one_or_none()
    if found is None:
        raise BookingMissing(
            _("There is no such booking."), field="booking", next_step=_("Look at the list of bookings.")
        )
    return found


def booking_by_id(reading: Reading, booking_id: int) -> Booking:
    """Return the booking with this internal key. Raises: BookingMissing."""
    found = reading.session.exec(select(Booking).where(col(Booking.id) == booking_id)).one_or_none()
    return found if found is not None else find_booking(reading, "")


def bookings_of_audit(reading: Reading, audit_id: int) -> list[Booking]:
    """Return the bookings that led to an audit, in the order they were made."""
    return list(
        reading.session.exec(select(Booking).where(col(Booking.audit_id) == audit_id).order_by(col(Booking.id)))
    )


def find_proposal(reading: Reading, key: str) -> Proposal:
    """Return the proposal with this reference or public id. Raises: ProposalMissing."""
    found = reading.session.exec(
        select(Proposal).where(or_(col(Proposal.ref) == key, col(Proposal.public_id) == key))
    ).one_or_none()
    if found is None:
        raise ProposalMissing(
            _("There is no such proposal."), field="proposal", next_step=_("Look at the list of proposals.")
        )
    return found


def standing_proposal(reading: Reading, booking: Booking) -> Proposal | None:
    """Return the proposal of a booking that stands: published, accepted, objected or confirmed."""
    return reading.session.exec(
        select(Proposal)
        .where(col(Proposal.booking_id) == key_of(booking), col(Proposal.state).in_([str(s) for s in STANDING]))
        .order_by(col(Proposal.id).desc())
        .limit(1)
    ).one_or_none()


def the_proposal(reading: Reading, booking: Booking) -> Proposal:
    """Return the standing proposal of a booking. Raises: ProposalMissing."""
    found = standing_proposal(reading, booking)
    return found if found is not None else find_proposal(reading, "")


def proposals_of(reading: Reading, booking: Booking) -> list[Proposal]:
    """Return the proposals of a booking, oldest first."""
    return list(
        reading.session.exec(
            select(Proposal).where(col(Proposal.booking_id) == key_of(booking)).order_by(col(Proposal.id))
        )
    )


def members_of(reading: Reading, proposals: Iterable[Proposal]) -> dict[int, list[ProposalMember]]:
    """Return the members of proposals by proposal, the lead first; one query."""
    keys = [key_of(proposal) for proposal in proposals]
    found: dict[int, list[ProposalMember]] = {key: [] for key in keys}
    rows = reading.session.exec(
        select(ProposalMember).where(col(ProposalMember.proposal_id).in_(keys)).order_by(col(ProposalMember.id))
    )
    for row in rows:
        found[row.proposal_id].append(row)
    return found


def events_of(reading: Reading, booking: Booking) -> list[BookingEvent]:
    """Return the steps of a booking, oldest first."""
    return list(
        reading.session.exec(
            select(BookingEvent).where(col(BookingEvent.booking_id) == key_of(booking)).order_by(col(BookingEvent.id))
        )
    )


def deployment_ids_of(reading: Reading, booking: Booking) -> list[int]:
    """Return the keys of the deployments that a booking covers, in the order they were named."""
    return list(
        reading.session.exec(
            select(BookingDeployment.deployment_id)
            .where(col(BookingDeployment.booking_id) == key_of(booking))
            .order_by(col(BookingDeployment.id))
        )
    )


def open_bookings_of_deployments(reading: Reading, deployment_ids: Iterable[int]) -> dict[int, list[Booking]]:
    """Return the bookings of deployments that have not ended, by deployment; one query."""
    rows: Any = reading.session.exec(
        select(BookingDeployment.deployment_id, Booking)
        .join(Booking, col(Booking.id) == col(BookingDeployment.booking_id))
        .where(
            col(BookingDeployment.deployment_id).in_(list(deployment_ids)),
            col(Booking.state).not_in([str(state) for state in ENDED]),
        )
        .order_by(col(Booking.id))
    )
    found: dict[int, list[Booking]] = {}
    for deployment_id, booking in rows:
        found.setdefault(deployment_id, []).append(booking)
    return found
