"""The one mover: every step of a booking and of a proposal goes through the tables of ``rules`` here."""

from __future__ import annotations

from pool.bookings.lookup import key_of
from pool.bookings.rules import BOOKING_CYCLE, PROPOSAL_CYCLE, BookingFacts
from pool.bookings.states import BookingState, ProposalState
from pool.bookings.tables import Booking, BookingEvent, Proposal
from pool.kernel.storage import Work

_LONGEST_REASON = 5000
#: The step by which an asked auditor says no.
TURN_DOWN = "turn_down"


def move_booking(work: Work, booking: Booking, move: str, *, facts: BookingFacts) -> None:
    """Make one step of a booking and write it into its history.

    An asked auditor's no is not the firm's to read; the history tells it without who and why; they stand in
    the activity and with the proposal.
    Raises: WrongOffice, WrongState, or what the guards refuse.
    """
    step = BOOKING_CYCLE.step(move, state=booking.state, office=work.actor.office, facts=facts)
    before = booking.state
    booking.state = BookingState(step.to_state)
    booking.version += 1
    note_step(work, booking, before, reason=facts.reason, is_private=move == TURN_DOWN)
    work.note(
        f"booking.{move}",
        subject_kind="booking",
        subject_ref=booking.ref,
        firm_id=None if move == TURN_DOWN else booking.firm_id,
        audit_id=booking.audit_id,
        before={"state": str(before)},
        after={"state": str(step.to_state)},
        reason=facts.reason[:2000] or None,
    )
    work.flush()


def note_step(work: Work, booking: Booking, before: str, *, reason: str = "", is_private: bool = False) -> None:
    """Write a step into the history of a booking, a private one without who and why; its rows are never changed."""
    work.add(
        BookingEvent(
            firm_id=booking.firm_id,
            audit_id=booking.audit_id,
            booking_id=key_of(booking),
            from_state=str(before),
            to_state=str(booking.state),
            at=work.at,
            person_id=None if is_private else work.actor.person_id,
            name="" if is_private else work.actor.name,
            office=str(work.actor.office),
            reason="" if is_private else reason[:_LONGEST_REASON],
        )
    )


def move_proposal(work: Work, proposal: Proposal, move: str, *, facts: BookingFacts) -> None:
    """Make one step of a proposal; one that no longer stands gets its end. Raises: as :func:`move_booking`.

    The firm reads of an offer, so of a proposal that every auditor has accepted, and never of a no of one of them.
    """
    step = PROPOSAL_CYCLE.step(move, state=proposal.state, office=work.actor.office, facts=facts)
    before = proposal.state
    proposal.state = ProposalState(step.to_state)
    proposal.version += 1
    if step.to_state in (ProposalState.DECLINED, ProposalState.SUPERSEDED):
        proposal.ended_at = work.at
    is_offer = proposal.all_accepted_at is not None and move != TURN_DOWN
    work.note(
        f"proposal.{move}",
        subject_kind="proposal",
        subject_ref=proposal.ref,
        firm_id=proposal.firm_id if is_offer else None,
        audit_id=proposal.audit_id,
        before={"state": str(before)},
        after={"state": str(step.to_state)},
        reason=facts.reason[:2000] or None,
    )
    work.flush()
