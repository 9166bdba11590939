"""Teams and dates: proposing, the auditors' answers, the offer to the firm, objections, and confirmation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from auditors.casework.fields import Checks
from auditors.roster.queries import blocking_interests
from pool.bookings.lookup import (
    booking_by_id,
    find_booking,
    find_proposal,
    key_of,
    members_of,
    standing_proposal,
    the_proposal,
)
from pool.bookings.moves import TURN_DOWN, move_booking, move_proposal
from pool.bookings.requests import BookingRef, ref_of
from pool.bookings.rules import ANSWER_WORKING_DAYS, BookingFacts, objection_until, working_days_later
from pool.bookings.separation import separated_auditors
from pool.bookings.states import ProposalState
from pool.bookings.tables import Booking, Proposal, ProposalMember
from pool.kernel.clock import day_of
from pool.kernel.refusals import Conflict, Forbidden
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.storage import Reading, Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _
from scheduling.interval import HalfDay

ANSWERS = ("accepted", "declined")


class AnsweredBefore(Conflict):
    """The auditor has answered this proposal."""


class NoOffer(Conflict):
    """There is nothing to show: an offer is made once every auditor has accepted."""


class NotOffered(Forbidden):
    """Only the firm opens its offer; the planner may note how it was delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedMember:
    """An auditor to be asked, in a role: lead or auditor."""

    auditor_id: int
    person_id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class MadeProposal:
    """A proposal that was made."""

    id: int
    ref: str
    booking_id: int
    firm_id: int
    audit_id: int
    audit_ref: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer led to. ``state`` is the proposal's; ``members`` are the persons who were asked."""

    proposal_ref: str
    state: str
    booking_ref: str
    booking_id: int
    audit_id: int
    audit_ref: str
    members: tuple[AskedMember, ...]
    starts_on: date
    ends_on: date


# --------------------------------------------------------------------------------------------------
# Proposing


def waitlist(work: Work, *, booking: str, reasons: Sequence[Mapping[str, Any]]) -> BookingRef:
    """Put a booking on the waiting list with the counts per rule that say why; a later call renews the reasons.

    Raises: BookingMissing, WrongOffice, WrongState, NotReady without reasons.
    """
    row = find_booking(work, booking)
    listed = [{"rule": str(one["rule"]), "left": int(one["left"])} for one in reasons]
    row.waitlist_reasons = listed
    last = listed[-1]["rule"] if listed else ""
    facts = BookingFacts(today=day_of(work.at), has_funnel=bool(listed), reason=str(last))
    move_booking(work, row, "waitlist", facts=facts)
    return ref_of(row)


def propose(
    work: Work,
    *,
    booking: str,
    half_days: Sequence[HalfDay],
    members: Sequence[AskedMember],
    plan_id: int | None = None,
) -> MadeProposal:
    """Propose a team and dates for a booking: every member is asked. The journey holds the half-days.

    Raises: BookingMissing, WrongOffice, WrongState, NotReady where the team does not fit what screening fixed or an
    interest keeps a member away.
    """
    row = find_booking(work, booking)
    facts = BookingFacts(
        today=day_of(work.at),
        team_faults=(*_team_faults(row, half_days, members), *_judged_before(work, row, members)),
        interests=_interests(work, row, members, half_days),
    )
    move_booking(work, row, "propose", facts=facts)
    row.waitlist_reasons = []
    proposal = work.add(
        Proposal(
            ref=work.next_reference("PRP"),
            firm_id=row.firm_id,
            booking_id=key_of(row),
            audit_id=row.audit_id or 0,
            plan_id=plan_id,
            half_days=[half_day.ordinal for half_day in half_days],
            starts_on=half_days[0].day,
            ends_on=half_days[-1].day,
            state=ProposalState.PUBLISHED,
            published_at=work.at,
            answers_due_on=working_days_later(day_of(work.at), ANSWER_WORKING_DAYS),
        )
    )
    for member in sorted(members, key=lambda one: one.role != "lead"):
        work.add(
            ProposalMember(
                firm_id=row.firm_id,
                audit_id=row.audit_id or 0,
                proposal_id=key_of(proposal),
                auditor_id=member.auditor_id,
                person_id=member.person_id,
                name=member.name,
                role=member.role,
            )
        )
    work.note(
        "proposal.published",
        subject_kind="proposal",
        subject_ref=proposal.ref,
        audit_id=row.audit_id,
        after={
            "team": [f"{one.name} ({one.role})" for one in members],
            "starts_on": str(proposal.starts_on),
            "ends_on": str(proposal.ends_on),
        },
    )
    return MadeProposal(key_of(proposal), proposal.ref, key_of(row), row.firm_id, row.audit_id or 0, row.audit_ref)


def _team_faults(row: Booking, half_days: Sequence[HalfDay], members: Sequence[AskedMember]) -> list[str]:
    faults = []
    if len(members) != row.people:
        faults.append(_("Screening fixed %(n)s people.", n=row.people))
    if len({one.auditor_id for one in members}) != len(members):
        faults.append(_("Somebody stands in the team twice."))
    if [one.role for one in members].count("lead") != 1:
        faults.append(_("A team has exactly one lead auditor."))
    if len(half_days) != row.half_days or list(half_days) != sorted(set(half_days)):
        faults.append(_("Screening fixed %(n)s half-days.", n=row.half_days))
    elif not row.window_from <= half_days[0].day <= half_days[-1].day <= row.window_until:
        faults.append(_("The days lie outside the firm's window."))
    return faults


def _judged_before(reading: Reading, row: Booking, members: Sequence[AskedMember]) -> list[str]:
    kept = separated_auditors(reading, [row])[key_of(row)]
    return [
        _("%(name)s judged this deployment before, as ethics reviewer or in the team that graded.", name=one.name)
        for one in members
        if one.auditor_id in kept
    ]


def _interests(
    reading: Reading, row: Booking, members: Sequence[AskedMember], half_days: Sequence[HalfDay]
) -> tuple[str, ...]:
    if not half_days:
        return ()
    found = blocking_interests(
        reading,
        auditor_ids=[one.auditor_id for one in members],
        firm_id=row.firm_id,
        first=half_days[0].day,
        last=half_days[-1].day,
    )
    return tuple(f"{tie.auditor_name}: {tie.kind} ({tie.verdict})" for tie in found)


# --------------------------------------------------------------------------------------------------
# Auditors answer


def answer(work: Work, *, proposal: str, answer: str, reason: str = "") -> Answered:
    """Accept or decline a proposal as one of the auditors asked. Declining needs a reason and may come later too.

    Once all have accepted, the offer can be shown to the firm. A decline ends the proposal: the booking waits for the
    next best team. Raises: ProposalMissing, NotAsked, AnsweredBefore, WrongState, BadField, ReasonMissing.
    """
    row = find_proposal(work, proposal)
    checks = Checks()
    checks.one_of("answer", answer, ANSWERS)
    words = checks.text("reason", reason, limit=2000)
    checks.done()
    members = members_of(work, [row])[key_of(row)]
    own = next((one for one in members if one.auditor_id == work.actor.auditor_id), None)
    booking = booking_by_id(work, row.booking_id)
    if own is not None and answer == own.answer:
        raise AnsweredBefore(
            _("You have answered this before."), field="answer", next_step=_("Look at your desk for what comes next.")
        )
    if answer == "declined":
        _decline(work, row, booking, own, words)
    else:
        _accept(work, row, members, own)
    return answered(row, booking, members)


def _accept(work: Work, row: Proposal, members: Sequence[ProposalMember], own: ProposalMember | None) -> None:
    others = [one for one in members if own is None or one.id != own.id]
    facts = BookingFacts(
        today=day_of(work.at),
        is_asked=_is_auditor(work, own),
        all_accepted=all(one.answer == "accepted" for one in others),
    )
    move_proposal(work, row, "complete" if facts.all_accepted else "agree", facts=facts)
    assert own is not None, "the guard refused whoever was not asked"
    own.answer, own.answered_at = "accepted", work.at
    if facts.all_accepted:
        row.all_accepted_at = work.at
        for one in (row, *members):
            one.released = True
    work.flush()


def _decline(work: Work, row: Proposal, booking: Booking, own: ProposalMember | None, words: str) -> None:
    facts = BookingFacts(today=day_of(work.at), is_asked=_is_auditor(work, own), reason=words)
    move_proposal(work, row, TURN_DOWN, facts=facts)
    move_booking(work, booking, TURN_DOWN, facts=facts)
    assert own is not None, "the guard refused whoever was not asked"
    own.answer, own.answered_at, own.reason, own.released = "declined", work.at, words, False
    work.flush()


def _is_auditor(work: Work, own: ProposalMember | None) -> bool:
    return own is not None and work.actor.office is Office.AUDITOR


def answered(row: Proposal, booking: Booking, members: Sequence[ProposalMember]) -> Answered:
    """Return what journeys need after a step of a proposal."""
    return Answered(
        proposal_ref=row.ref,
        state=str(row.state),
        booking_ref=booking.ref,
        booking_id=key_of(booking),
        audit_id=row.audit_id,
        audit_ref=booking.audit_ref,
        members=tuple(
            AskedMember(auditor_id=one.auditor_id, person_id=one.person_id, name=one.name, role=one.role)
            for one in members
        ),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def take_back(work: Work, *, booking: str, reason: str, version: int | None = None) -> Answered:
    """Take a proposal back, for example because answers are overdue; the booking waits for the next best team.

    Who has not answered by the due day is counted as having declined, so that somebody else is asked.
    Raises: BookingMissing, Moved, ProposalMissing, WrongOffice, WrongState, ReasonMissing.
    """
    row = find_booking(work, booking)
    seen(row, version)
    proposal = the_proposal(work, row)
    checks = Checks()
    words = checks.text("reason", reason, limit=5000)
    checks.done()
    facts = BookingFacts(today=day_of(work.at), reason=words)
    move_proposal(work, proposal, "take_back", facts=facts)
    move_booking(work, row, "take_back", facts=facts)
    members = members_of(work, [proposal])[key_of(proposal)]
    if day_of(work.at) > proposal.answers_due_on:
        for member in members:
            if member.answer == "asked":
                member.answer, member.answered_at = "declined", work.at
                member.reason = _("No answer by the due day")
    work.flush()
    return answered(proposal, row, members)


# --------------------------------------------------------------------------------------------------
# The offer to the firm


def show_offer(work: Work, *, booking: str, note: str = "") -> Answered:
    """Note that the firm was shown team and dates: from this instant it is an offer, and the objection window runs.

    The firm opens it; where it does not, the planner may note with ``note`` how it was delivered. A second call
    changes nothing. Raises: BookingMissing, NotOffered, NoOffer before every auditor has accepted, BadField.
    """
    row = find_booking(work, booking)
    is_firm = work.actor.office in FIRM_OFFICES
    if not is_firm and work.actor.office is not Office.PLANNER:
        raise NotOffered(_("The offer is the firm's to open."), next_step=_("Ask the firm, or the planner."))
    checks = Checks()
    words = checks.text("note", note, limit=2000, required=not is_firm)
    checks.done()
    proposal = standing_proposal(work, row)
    if proposal is None or proposal.state == ProposalState.PUBLISHED:
        raise NoOffer(
            _("The auditors have not all accepted yet."), next_step=_("You will be told once there is an offer.")
        )
    if proposal.shown_at is None:
        proposal.shown_at = work.at
        proposal.version += 1
        work.flush()
        work.note(
            "proposal.shown",
            subject_kind="proposal",
            subject_ref=proposal.ref,
            firm_id=row.firm_id,
            audit_id=row.audit_id,
            after={"starts_on": str(proposal.starts_on), "objection_until": str(objection_until(work.at))},
            reason=words or None,
        )
    return answered(proposal, row, members_of(work, [proposal])[key_of(proposal)])


def object_to(work: Work, *, booking: str, reason: str, version: int | None = None) -> Answered:
    """Object to the team, justified and within five working days; somebody independent decides.

    Source: ISO/IEC 17021-1, 9.2.3. Raises: BookingMissing, Moved, ProposalMissing, WrongOffice, WrongState, NotReady.
    """
    row = find_booking(work, booking)
    seen(row, version)
    proposal = the_proposal(work, row)
    checks = Checks()
    words = checks.text("reason", reason, limit=5000)
    checks.done()
    move_proposal(work, proposal, "object", facts=_offer_facts(work, proposal, reason=words))
    proposal.objection, proposal.objected_at = words, work.at
    proposal.objection_verdict = proposal.objection_answer = ""
    work.flush()
    return answered(proposal, row, members_of(work, [proposal])[key_of(proposal)])


def waive_objection(work: Work, *, booking: str, version: int | None = None) -> Answered:
    """Give up the rest of the objection window, so that the audit can be confirmed at once.

    Raises: BookingMissing, Moved, ProposalMissing, WrongOffice, WrongState, NotReady.
    """
    row = find_booking(work, booking)
    seen(row, version)
    proposal = the_proposal(work, row)
    move_proposal(work, proposal, "waive", facts=_offer_facts(work, proposal))
    proposal.waived_at = work.at
    work.flush()
    return answered(proposal, row, members_of(work, [proposal])[key_of(proposal)])


def decide_objection(
    work: Work, *, booking: str, upheld: bool, reason: str, auditors: Sequence[int] = (), version: int | None = None
) -> Answered:
    """Decide a firm's objection, as impartiality officer. Upheld: another team is planned without ``auditors``.

    ``auditors`` are keys of those the objection is right about; with none given, the whole team is left out next time.
    Raises: BookingMissing, Moved, ProposalMissing, WrongOffice, WrongState, NotReady, ReasonMissing.
    """
    row = find_booking(work, booking)
    seen(row, version)
    proposal = the_proposal(work, row)
    members = members_of(work, [proposal])[key_of(proposal)]
    checks = Checks()
    words = checks.text("reason", reason, limit=5000)
    if set(auditors) - {one.auditor_id for one in members}:
        checks.refuse("auditors", _("Somebody named is not in this team."), _("Choose among the team."))
    checks.done()
    facts = _offer_facts(work, proposal, reason=words)
    move_proposal(work, proposal, "uphold_objection" if upheld else "reject_objection", facts=facts)
    proposal.objection_verdict = "upheld" if upheld else "rejected"
    proposal.objection_answer = words
    if upheld:
        for member in members:
            member.objected = not auditors or member.auditor_id in auditors
        move_booking(work, row, "uphold_objection", facts=facts)
    work.flush()
    return answered(proposal, row, members)


def _offer_facts(
    reading: Reading, proposal: Proposal, *, reason: str = "", interests: tuple[str, ...] = ()
) -> BookingFacts:
    return BookingFacts(
        today=day_of(reading.at),
        reason=reason,
        all_accepted=proposal.all_accepted_at is not None,
        shown_at=proposal.shown_at,
        has_waived=proposal.waived_at is not None or proposal.objection_verdict == "rejected",
        objection_open=proposal.state == ProposalState.OBJECTED,
        interests=interests,
        starts_on=proposal.starts_on,
    )


def confirm(work: Work, *, booking: str, version: int | None = None) -> Answered:
    """Confirm team and dates: all accepted, the firm shown, its window over or given up, and no interest since.

    The journey books the half-days, seats the team and notes the lead.
    Raises: BookingMissing, Moved, ProposalMissing, WrongOffice, WrongState, NotReady.
    """
    row = find_booking(work, booking)
    seen(row, version)
    proposal = the_proposal(work, row)
    members = members_of(work, [proposal])[key_of(proposal)]
    asked = [AskedMember(auditor_id=m.auditor_id, person_id=m.person_id, name=m.name, role=m.role) for m in members]
    half_days = [HalfDay(ordinal) for ordinal in proposal.half_days]
    facts = _offer_facts(work, proposal, interests=_interests(work, row, asked, half_days))
    move_booking(work, row, "confirm", facts=facts)
    move_proposal(work, proposal, "confirm", facts=facts)
    row.confirmed_at = work.at
    row.starts_on, row.ends_on = proposal.starts_on, proposal.ends_on
    work.flush()
    return answered(proposal, row, members)
