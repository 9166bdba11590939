"""Booking: from the firm's request over screening, estimate and signed acceptance to a confirmed, begun audit.

Whatever counts for the participation record is appended to it in the transaction that writes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from auditors.casework import service as casework
from auditors.roster import service as roster
from pool.bookings import queries, service
from pool.bookings.service import (
    Answered,
    BookingRef,
    Released,
    change_window,
    object_to,
    quote,
    return_booking,
    screen,
    waive_objection,
)
from pool.journeys import settle
from pool.journeys.recording import record_fact
from pool.kernel.clock import day_of
from pool.kernel.storage import Work, takes_numbers
from pool.kernel.words import gettext as _
from pool.registry import queries as registry
from scheduling import jobs
from scheduling import service as scheduling

#: What the room's own service does without another room stands here as the use case it is.
__all__ = [
    "ENGAGED",
    "REPLAN_JOB",
    "accept",
    "cancel",
    "change_window",
    "confirm",
    "decide_objection",
    "decide_refusal",
    "decline",
    "expire_quote",
    "give_way",
    "object_to",
    "quote",
    "release",
    "request_booking",
    "reschedule",
    "return_booking",
    "screen",
    "show_offer",
    "start_audit",
    "submit",
    "waive_objection",
    "withdraw",
]

ENGAGED = "audit-engaged"
#: The job by which the clock looks for the next best team; ``pool.jobs`` names its handler.
REPLAN_JOB = "plan.replan_one"

#: Takes a gapless number, like every journey marked so.
request_booking = takes_numbers(service.request_booking)


@takes_numbers
def submit(work: Work, *, booking: str, version: int | None = None) -> BookingRef:
    """Submit a request, or one that was returned; the waiting-list instant goes on record the first time."""
    before = queries.booking(work, booking).line.requested_at
    found = service.submit(work, booking=booking, version=version)
    if before is None:
        _record(work, found.ref, {"step": "requested", "requested_at": work.at})
    return found


@takes_numbers
def withdraw(work: Work, *, booking: str, reason: str = "", version: int | None = None) -> BookingRef:
    """Withdraw a request that is not accepted yet; the record learns of it where it knew of the request."""
    was_requested = queries.booking(work, booking).line.requested_at is not None
    found = service.withdraw(work, booking=booking, reason=reason, version=version)
    if was_requested:
        _record(work, found.ref, {"step": "withdrawn"})
    return found


@takes_numbers
def decline(work: Work, *, booking: str, reason: str, version: int | None = None) -> BookingRef:
    """Decline a request for want of competence or impartiality; the firm stays engaged in its record."""
    found = service.decline(work, booking=booking, reason=reason, version=version)
    _record(work, found.ref, {"step": "declined by the pool"})
    return found


@takes_numbers
def accept(work: Work, *, booking: str, signed_name: str, version: int | None = None) -> BookingRef:
    """Accept the estimate by typed name: the audit is opened, held against the brief that was frozen."""
    engaged = service.accept(work, booking=booking, signed_name=signed_name, version=version)
    with work.as_pool():
        opened = casework.open_audit(
            work,
            brief=engaged.brief,
            participants=[
                casework.Participant(
                    firm_id=engaged.firm_id, deployment_id=part.deployment_id, booking_id=engaged.booking_id
                )
                for part in engaged.brief.parts
            ],
            kind=engaged.kind,
            tier=engaged.tier,
            edition=engaged.brief.edition,
        )
    found = service.attach_audit(work, booking=engaged.ref, audit_id=opened.id, audit_ref=opened.ref)
    _record(work, found.ref, {"step": "accepted", "audit": opened.ref})
    return found


@takes_numbers
def expire_quote(work: Work, *, booking: str) -> BookingRef | None:
    """Let an estimate run out whose last day has passed; the clock does it daily."""
    found = service.expire_quote(work, booking=booking)
    if found is not None:
        _record(work, found.ref, {"step": "estimate expired"})
    return found


# --------------------------------------------------------------------------------------------------
# Offer, objection, confirmation


@takes_numbers
def show_offer(work: Work, *, booking: str, note: str = "") -> Answered:
    """Show team and dates to the firm: from now on it is an offer, on record with both instants."""
    standing = queries.booking(work, booking).standing
    was_shown = standing is not None and standing.shown_at is not None
    found = service.show_offer(work, booking=booking, note=note)
    if not was_shown:
        _record(
            work, found.booking_ref, {"step": "offered", "proposal": found.proposal_ref, "starts_on": found.starts_on}
        )
    return found


@takes_numbers
def decide_objection(
    work: Work, *, booking: str, upheld: bool, reason: str, auditors: Sequence[str] = (), version: int | None = None
) -> Answered:
    """Decide an objection, as impartiality officer; ``auditors`` are names or keys of members it is right about."""
    standing = queries.booking(work, booking).standing
    members = standing.members if standing is not None else ()
    named = [one.auditor_id for one in members if one.name in auditors or str(one.auditor_id) in auditors]
    found = service.decide_objection(
        work, booking=booking, upheld=upheld, reason=reason, auditors=named, version=version
    )
    if upheld:
        give_way(work, found, step="objection upheld")
    return found


@takes_numbers
def confirm(work: Work, *, booking: str, version: int | None = None) -> Answered:
    """Confirm team and dates: half-days are booked, the team is seated, the lead's term is noted.

    Raises: as ``bookings.confirm``; NoHalfDays, TeamFixed.
    """
    found = service.confirm(work, booking=booking, version=version)
    firm_id = queries.booking(work, booking).line.firm_id
    with work.as_pool():
        scheduling.book(work, audit_id=found.audit_id)
        casework.join_team(
            work,
            audit_id=found.audit_id,
            members=[
                casework.TeamMember(auditor_id=one.auditor_id, person_id=one.person_id, name=one.name, role=one.role)
                for one in found.members
            ],
            starts_on=found.starts_on,
            ends_on=found.ends_on,
        )
        lead = next(one for one in found.members if one.role == "lead")
        roster.note_lead(
            work,
            auditor_id=lead.auditor_id,
            firm_id=firm_id,
            audit_ref=found.audit_ref,
            led_on=found.starts_on,
        )
    settle.hold_estimate(work, booking=found.booking_ref)
    _record(
        work,
        found.booking_ref,
        {"step": "confirmed", "audit": found.audit_ref, "starts_on": found.starts_on, "ends_on": found.ends_on},
    )
    return found


def release(work: Work, found: Answered, *, reason: str = "") -> None:
    """Give back what a proposal held: half-days, sight of the firm's facts, seats in the team, the lead's term."""
    with work.as_pool():
        scheduling.free(work, audit_id=found.audit_id)
        roster.drop_lead(work, audit_ref=found.audit_ref)
        for one in found.members:
            casework.leave_team(
                work, audit_id=found.audit_id, person_id=one.person_id, reason=reason or _("The dates fell away")
            )


def give_way(work: Work, found: Answered, *, step: str) -> None:
    """Release what a fallen proposal held, note it on the record, and have the clock look for the next best team."""
    release(work, found)
    with work.as_pool():
        jobs.enqueue(
            work,
            kind=REPLAN_JOB,
            dedupe_key=f"{REPLAN_JOB}:{found.proposal_ref}",
            due_at=work.at,
            payload={"booking": found.booking_ref},
        )
    _record(work, found.booking_ref, {"proposal": found.proposal_ref, "step": step})


# --------------------------------------------------------------------------------------------------
# After confirmation


@takes_numbers
def reschedule(
    work: Work, *, booking: str, reason: str, window_from: date, window_until: date, version: int | None = None
) -> BookingRef:
    """Ask for other dates; team and half-days are released and the booking is planned anew. Never a refusal."""
    found = service.reschedule(
        work, booking=booking, reason=reason, window_from=window_from, window_until=window_until, version=version
    )
    return _released(work, found, {"step": "rescheduled"}, reason)


@takes_numbers
def cancel(work: Work, *, booking: str, reason: str, version: int | None = None) -> BookingRef:
    """Cancel an accepted booking. Where the pool cancels, the firm stays engaged in its record."""
    ref = queries.booking(work, booking).line.ref
    # Why the pool: a team that is no offer yet falls away too, and the firm does not see it.
    with work.as_pool():
        found = service.cancel(work, booking=ref, reason=reason, version=version)
        by_pool = queries.booking(work, ref).ended_by_pool
    ended = _released(work, found, {"step": "cancelled by the pool" if by_pool else "cancelled by the firm"}, reason)
    if found.audit_id is not None:
        with work.as_pool():
            if not queries.is_audit_booked(work, found.audit_id):
                casework.call_off(work, audit_id=found.audit_id, reason=reason[:500])
    return ended


def _released(work: Work, found: Released, body: Mapping[str, Any], reason: str) -> BookingRef:
    if found.proposal is not None:
        release(work, found.proposal, reason=reason[:500])
    settle.release_hold(work, booking=found.booking.ref, performed=False)
    _record(work, found.booking.ref, body)
    return found.booking


@takes_numbers
def start_audit(work: Work, *, booking: str) -> BookingRef | None:
    """Begin a booking's audit whose first day has come; the clock does it daily."""
    found = service.start_audit(work, booking=booking)
    if found is not None:
        _record(work, found.ref, {"step": "begun", "audit": found.audit_ref})
    return found


@takes_numbers
def decide_refusal(
    work: Work, *, booking: str, deployment: str, reason_given: str, heard_on: date, reasons: str
) -> BookingRef:
    """Decide, as decision maker, that a firm refused an offered audit. Raises: as ``bookings.decide_refusal``."""
    view = registry.deployment(work, deployment)
    found = service.decide_refusal(
        work, booking=booking, deployment_id=view.id, reason_given=reason_given, heard_on=heard_on, reasons=reasons
    )
    record_fact(
        work,
        deployment_id=view.id,
        kind=ENGAGED,
        body={"booking": found.ref, "step": "refusal decided", "reasons": reasons},
        valid_from=day_of(work.at),
    )
    return found


def _record(work: Work, booking: str, body: Mapping[str, Any]) -> None:
    """Put a step of a booking on the record of every deployment it covers."""
    with work.as_pool():
        deployments = queries.deployment_ids(work, booking)
    for deployment_id in deployments:
        record_fact(
            work,
            deployment_id=deployment_id,
            kind=ENGAGED,
            body={"booking": booking, **body},
            valid_from=day_of(work.at),
        )
