"""What happens to a confirmed booking: rescheduled, cancelled, begun, fulfilled, stopped; and decided refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auditors.casework.fields import Checks
from auditors.casework.queries import audit_file
from auditors.casework.record_facts import audit_progress_facts
from auditors.casework.states import AuditState
from auditors.casework.values import AuditProgress
from pool.bookings.lookup import (
    bookings_of_audit,
    deployment_ids_of,
    find_booking,
    key_of,
    members_of,
    proposals_of,
    standing_proposal,
)
from pool.bookings.moves import move_booking, move_proposal
from pool.bookings.proposals import Answered, answered
from pool.bookings.requests import BookingRef, ref_of
from pool.bookings.rules import BookingFacts
from pool.bookings.states import BookingState
from pool.bookings.tables import Booking, Proposal, Refusal
from pool.kernel.clock import day_of
from pool.kernel.refusals import Conflict, Forbidden
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.storage import Reading, Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _


class NotDecider(Forbidden):
    """Only a decision maker decides that an audit was refused."""


class NothingOffered(Conflict):
    """Nobody can refuse what was not offered to them."""


@dataclass(frozen=True, slots=True)
class Released:
    """A booking whose team and dates fell away; ``proposal`` is what stood, if anything did."""

    booking: BookingRef
    booking_id: int
    audit_id: int | None
    proposal: Answered | None


def reschedule(
    work: Work, *, booking: str, reason: str, window_from: date, window_until: date, version: int | None = None
) -> Released:
    """Ask for other dates, as the firm or as somebody of the team; the booking is planned anew in the new window.

    Rescheduling is never a refusal. Raises: BookingMissing, Moved, WrongOffice, WrongState, NotInTeam, ReasonMissing,
    Invalid for the window.
    """
    row = find_booking(work, booking)
    seen(row, version)
    words = _words(reason)
    proposal = standing_proposal(work, row)
    facts = BookingFacts(
        today=day_of(work.at),
        reason=words,
        is_involved=_is_involved(work, row, proposal),
        window=(window_from, window_until),
        plan_is_sealed=bool(row.audit_ref) and audit_file(work, row.audit_ref).state != AuditState.PLANNED,
    )
    move_booking(work, row, "reschedule", facts=facts)
    ended = _end(work, row, proposal, "reschedule", facts)
    row.window_from, row.window_until = window_from, window_until
    row.confirmed_at = row.starts_on = row.ends_on = None
    work.flush()
    return Released(ref_of(row), key_of(row), row.audit_id, ended)


def cancel(work: Work, *, booking: str, reason: str, version: int | None = None) -> Released:
    """Cancel an accepted booking, as the firm's manager or as the pool's administrator.

    Where the pool cancels, the firm's engagement goes on: a cancellation by the pool never hurts the record.
    Raises: BookingMissing, Moved, WrongOffice, WrongState, ReasonMissing.
    """
    row = find_booking(work, booking)
    seen(row, version)
    facts = BookingFacts(today=day_of(work.at), reason=_words(reason))
    proposal = standing_proposal(work, row)
    move_booking(work, row, "cancel", facts=facts)
    ended = _end(work, row, proposal, "cancel", facts)
    row.ended_by_pool = work.actor.office not in FIRM_OFFICES
    work.flush()
    return Released(ref_of(row), key_of(row), row.audit_id, ended)


def _end(work: Work, row: Booking, proposal: Proposal | None, move: str, facts: BookingFacts) -> Answered | None:
    if proposal is None:
        return None
    move_proposal(work, proposal, move, facts=facts)
    return answered(proposal, row, members_of(work, [proposal])[key_of(proposal)])


def _is_involved(reading: Reading, row: Booking, proposal: Proposal | None) -> bool:
    actor = reading.actor
    if actor.office in FIRM_OFFICES:
        return actor.firm_id == row.firm_id
    if actor.office is not Office.AUDITOR or proposal is None:
        return False
    return any(one.auditor_id == actor.auditor_id for one in members_of(reading, [proposal])[key_of(proposal)])


def begin_audit(work: Work, *, audit_id: int) -> tuple[BookingRef, ...]:
    """Note that the work on an audit has begun: its confirmed bookings are in audit. Begun ones stay as they are.

    Raises: WrongOffice, WrongState, NotInTeam, NotReady where the clock asks before the first day.
    """
    done = []
    for row in bookings_of_audit(work, audit_id):
        if row.state == BookingState.IN_AUDIT:
            continue
        facts = BookingFacts(
            today=day_of(work.at),
            starts_on=row.starts_on,
            is_involved=_is_involved(work, row, standing_proposal(work, row)),
        )
        move_booking(work, row, "begin", facts=facts)
        done.append(ref_of(row))
    return tuple(done)


def start_audit(work: Work, *, booking: str) -> BookingRef | None:
    """Begin a confirmed booking on its first day, as the clock; ``None`` where it moved on. Raises: NotReady."""
    row = find_booking(work, booking)
    if row.state != BookingState.CONFIRMED:
        return None
    move_booking(work, row, "begin", facts=BookingFacts(today=day_of(work.at), starts_on=row.starts_on))
    return ref_of(row)


def fulfil(work: Work, *, audit_id: int) -> tuple[BookingRef, ...]:
    """Note that the audit of bookings is decided: they are fulfilled. Fulfilled ones stay as they are.

    Raises: WrongOffice, WrongState, NotReady before the decision.
    """
    done = []
    for row in bookings_of_audit(work, audit_id):
        if row.state == BookingState.FULFILLED:
            continue
        progress = _progress(work, row)
        facts = BookingFacts(
            today=day_of(work.at), audit_is_done=progress is not None and progress.decided_at is not None
        )
        move_booking(work, row, "fulfil", facts=facts)
        done.append(ref_of(row))
    return tuple(done)


def stop(work: Work, *, audit_id: int, reason: str, by_pool: bool) -> tuple[Released, ...]:
    """Note that an audit was stopped by lead and planner together; ``by_pool`` says whose doing it was.

    Raises: WrongOffice, WrongState, NotReady while the audit runs, ReasonMissing.
    """
    words, done = _words(reason), []
    for row in bookings_of_audit(work, audit_id):
        progress = _progress(work, row)
        facts = BookingFacts(
            today=day_of(work.at),
            reason=words,
            audit_is_stopped=progress is not None and progress.aborted_at is not None,
        )
        proposal = standing_proposal(work, row)
        move_booking(work, row, "stop", facts=facts)
        ended = _end(work, row, proposal, "stop", facts)
        row.ended_by_pool = by_pool
        done.append(Released(ref_of(row), key_of(row), row.audit_id, ended))
    work.flush()
    return tuple(done)


def _progress(reading: Reading, row: Booking) -> AuditProgress | None:
    found = [
        progress
        for deployment_id in deployment_ids_of(reading, row)
        for progress in audit_progress_facts(reading, deployment_id)
        if progress.audit_ref == row.audit_ref
    ]
    return found[0] if found else None


def decide_refusal(
    work: Work, *, booking: str, deployment_id: int, reason_given: str, heard_on: date, reasons: str
) -> BookingRef:
    """Decide, as decision maker, that a firm refused an offered audit: reason asked, heard, reasoned.

    Illness, bereavement, a release freeze, a justified objection and rescheduling are no refusals.
    Source: policy/DECISIONS.md 3. Raises: NotDecider, BookingMissing, NothingOffered, BadField.
    """
    if work.actor.office is not Office.DECISION_MAKER:
        raise NotDecider(_("Only a decision maker decides this."), next_step=_("Ask a decision maker."))
    row = find_booking(work, booking)
    checks = Checks()
    given = checks.text("reason_given", reason_given, limit=5000, required=True)
    words = checks.text("reasons", reasons, limit=5000, required=True)
    if heard_on > day_of(work.at):
        checks.refuse("heard_on", _("The hearing has not taken place."), _("Hear the firm first."))
    if deployment_id not in deployment_ids_of(work, row):
        checks.refuse("deployment_id", _("The booking does not cover this deployment."), _("Choose one of its own."))
    checks.done()
    if not any(proposal.shown_at is not None for proposal in proposals_of(work, row)):
        raise NothingOffered(_("No offer was shown to the firm."), next_step=_("Offer a team and dates first."))
    work.add(
        Refusal(
            firm_id=row.firm_id,
            audit_id=row.audit_id,
            booking_id=key_of(row),
            deployment_id=deployment_id,
            reason_given=given,
            heard_on=heard_on,
            decided_on=day_of(work.at),
            decided_by=work.actor.person_id or 0,
            reasons=words,
            recorded_at=work.at,
        )
    )
    work.note(
        "booking.refusal_decided",
        subject_kind="booking",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        audit_id=row.audit_id,
        after={"deployment_id": deployment_id, "heard_on": str(heard_on)},
        reason=words[:2000],
    )
    return ref_of(row)


def _words(reason: str) -> str:
    checks = Checks()
    clean = checks.text("reason", reason, limit=5000)
    checks.done()
    return clean
