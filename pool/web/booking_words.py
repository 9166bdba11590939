"""A booking in words: where it stands, who must act until when, what happened; for the firm's or the pool's eyes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pool.bookings.values import BookingFile, MemberView, ProposalView, StepView
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.booking_numbers import step_words
from pool.web.display import day
from pool.web.parts import Event
from pool.web.states import meaning_of, office_word, state_word

#: Stages of a proposed team: what has to happen next.
ASKED, TO_OPEN, TO_AGREE, OBJECTED, TO_CONFIRM, TOO_LATE = (
    "asked",
    "to_open",
    "to_agree",
    "objected",
    "to_confirm",
    "late",
)


@dataclass(frozen=True, slots=True)
class Now:
    """Where a booking stands: one sentence, and who must act (in words; empty when nobody must)."""

    sentence: str
    who: str


def stage_of(proposal: ProposalView, *, today: date) -> str:
    """Return at which stage a proposal that is not confirmed stands. Source: process.md 2.1, ISO/IEC 17021-1, 9.2.3."""
    if proposal.all_accepted_at is None:
        return ASKED
    if today > proposal.starts_on:
        return TOO_LATE
    if proposal.shown_at is None:
        return TO_OPEN
    if proposal.objected_at is not None and not proposal.objection_verdict:
        return OBJECTED
    window_over = proposal.objection_until is not None and today > proposal.objection_until
    settled = proposal.waived_at is not None or proposal.objection_verdict == "rejected" or window_over
    return TO_CONFIRM if settled else TO_AGREE


def now_of(file: BookingFile, *, is_firm: bool, today: date) -> Now:
    """Return where the booking stands today, to the firm in the second person."""
    line = file.line
    if line.state == "proposed":
        return _proposed(file, is_firm=is_firm, today=today)
    sentence = _for_firm(file) if is_firm else ""
    who = ", ".join(dict.fromkeys(office_word(one) for one in line.acts if one != "system"))
    if line.state == "confirmed":
        who = _("the team, on the first day")
    return Now(sentence or _plain(file), office_word("planner") if line.state == "waitlisted" else who)


def _plain(file: BookingFile) -> str:
    line = file.line
    if line.state == "quoted":
        return _("The estimate waits for the firm's word until %(day)s.", day=day(line.quote_valid_until))
    if line.state == "confirmed":
        return _("Team and dates are confirmed. The audit begins on %(day)s.", day=day(line.starts_on))
    return str(_SENTENCES[line.state])


_SENTENCES = {
    "draft": _l("A draft. It counts from the moment you ask for the audit."),
    "submitted": _l("Asked for. The planner looks at it next; the waiting-list instant is on record."),
    "returned": _l("Sent back: something is missing. The waiting-list instant stays."),
    "screened": _l("Screened. The administrator makes the estimate next."),
    "declined": _l("Declined by the pool. This never counts against the firm."),
    "accepted": _l("Engaged. The planner looks for a team and dates."),
    "withdrawn": _l("Withdrawn by the firm."),
    "expired": _l("The estimate ran out without an answer."),
    "waitlisted": _l("Engaged, waiting for the pool: no team fits yet. The firm counts as engaged."),
    "in_audit": _l("The audit is under way."),
    "fulfilled": _l("Done: the audit is decided."),
    "cancelled": _l("Cancelled. Team and dates were given back."),
}


def _for_firm(file: BookingFile) -> str:
    line = file.line
    words = {
        "returned": _("Sent back: complete what is missing and send it again. Your place on the waiting list stays."),
        "declined": _("Declined by the pool. This never counts against you."),
        "quoted": _("Your estimate stands until %(day)s. Accept it to be engaged.", day=day(line.quote_valid_until)),
        "withdrawn": _("Withdrawn. You can ask again at any time."),
        "expired": _("The estimate ran out without an answer. You can ask again at any time."),
        "waitlisted": _("Engaged, waiting for the pool: no team fits yet. The delay never counts against you."),
        "cancelled": _("Cancelled by the pool. You stay engaged in your record.") if file.ended_by_pool else "",
    }
    return words.get(line.state, "")


def _proposed(file: BookingFile, *, is_firm: bool, today: date) -> Now:
    proposal = file.standing
    if proposal is None:
        return Now(_("A team is being asked. Once all have accepted you see team and dates."), _("auditors"))
    stage = stage_of(proposal, today=today)
    until = day(proposal.objection_until)
    if stage == ASKED:
        return _asked(proposal, today=today)
    firm, planner = office_word("firm_manager"), office_word("planner")
    if stage == TO_OPEN:
        own = _("Every auditor accepted. Open the offer to see who would come and when.")
        return Now(own if is_firm else _("Every auditor accepted. The firm has not opened the offer yet."),
                   _("anybody of the firm"))  # fmt: skip
    if stage == OBJECTED:
        own = _("You objected to the team; an independent person decides.")
        theirs = _("The firm objected to the team; an independent person decides.")
        return Now(own if is_firm else theirs, office_word("impartiality_officer"))
    if stage == TO_AGREE:
        own = _(
            "All auditors accepted. Agree, or object with a reason until %(day)s; silence counts as yes.", day=until
        )
        theirs = _("The firm may agree, or object with a reason until %(day)s; silence counts as yes.", day=until)
        return Now(own if is_firm else theirs, firm)
    if stage == TOO_LATE:
        return Now(_("The proposed days have begun or passed without being confirmed; others are planned."), planner)
    if proposal.waived_at is not None:
        return Now(_("The firm agreed to team and dates. The planner confirms next."), planner)
    if proposal.objection_verdict == "rejected":
        return Now(_("The objection was not upheld, so the team stays. The planner confirms next."), planner)
    return Now(_("The time to object ended on %(day)s. The planner confirms next.", day=until), planner)


def _asked(proposal: ProposalView, *, today: date) -> Now:
    yes, total = sum(1 for one in proposal.members if one.answer == "accepted"), len(proposal.members)
    due = day(proposal.answers_due_on)
    is_late = today > proposal.answers_due_on
    if total == 1:
        sentence = _("One auditor is asked; the answer was due by %(day)s.", day=due) if is_late else _(
            "One auditor is asked; the answer is due by %(day)s.", day=due)  # fmt: skip
    elif is_late:
        sentence = _("%(yes)s of %(n)s auditors accepted; answers were due by %(day)s.", yes=yes, n=total, day=due)
    else:
        sentence = _("%(yes)s of %(n)s auditors accepted; answers are due by %(day)s.", yes=yes, n=total, day=due)
    return Now(sentence, ", ".join(one.name for one in proposal.members if one.answer == "asked"))


# --------------------------------------------------------------------------------------------------
# History

#: (state before, state after) -> words; the first state has "" before it, "*" stands for any.
_STEPS = {
    ("", "draft"): _l("Request drafted"),
    ("draft", "submitted"): _l("Audit asked for"),
    ("returned", "submitted"): _l("Completed and sent again"),
    ("*", "returned"): _l("Sent back for completion"),
    ("*", "screened"): _l("Screened: days, people and needs are fixed"),
    ("*", "declined"): _l("Declined by the pool"),
    ("*", "quoted"): _l("Estimate made"),
    ("quoted", "accepted"): _l("Estimate accepted: engaged"),
    ("proposed", "accepted"): _l("The proposed team fell away"),
    ("confirmed", "accepted"): _l("Other dates asked for"),
    ("*", "waitlisted"): _l("No team fits yet: on the waiting list"),
    ("*", "proposed"): _l("A team was asked"),
    ("confirmed", "confirmed"): _l("A member of the team was replaced"),
    ("in_audit", "in_audit"): _l("A member of the team was replaced"),
    ("*", "confirmed"): _l("Team and dates confirmed"),
    ("*", "in_audit"): _l("The audit began"),
    ("*", "fulfilled"): _l("The audit was decided"),
    ("*", "cancelled"): _l("Cancelled"),
    ("*", "withdrawn"): _l("Withdrawn"),
    ("*", "expired"): _l("The estimate ran out"),
}


def events_of(file: BookingFile, *, is_firm: bool) -> list[Event]:
    """Return the steps of the booking, newest first; an asked auditor's no stays with the pool.

    Its step is stored without who and why. Pool offices see the proposals' answers and get both from there.
    """
    answers = {
        one.answered_at: one for proposal in file.proposals for one in proposal.members if one.answer == "declined"
    }
    return [_event(step, None if is_firm else answers.get(step.at), is_firm=is_firm) for step in reversed(file.steps)]


def _event(step: StepView, refuser: MemberView | None, *, is_firm: bool) -> Event:
    # Why: who was asked and said no, and for what reason, is between that auditor and the pool.
    is_no = step.office == "auditor" and step.from_state == "proposed"
    is_private = is_firm and is_no
    name, reason = (refuser.name, refuser.reason) if refuser is not None and is_no else (step.name, _why(step))
    words = _STEPS.get((step.from_state, step.to_state)) or _STEPS.get(("*", step.to_state))
    ended = step.to_state in {"fulfilled", "confirmed", "declined", "expired"}
    return Event(
        at=step.at,
        who=_("An auditor") if is_private else name or _("Audit Pool"),
        what=str(words) if words else state_word(step.to_state),
        seat="" if is_private or not step.office else office_word(step.office),
        why="" if is_private else reason,
        meaning=meaning_of(step.to_state) if ended else "neutral",
        before={_("State"): state_word(step.from_state)} if step.from_state else {},
        after={_("State"): state_word(step.to_state)},
    )


def _why(step: StepView) -> str:
    """Return the reason of a step; the waiting list's is the rule that left nobody."""
    return step_words(step.reason) if step.to_state == "waitlisted" and step.reason else step.reason
