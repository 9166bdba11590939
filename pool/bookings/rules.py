"""The life-cycles of a booking and of a proposal, and what stands in the way of each step.

Source: process.md 2.1 of the design; ISO/IEC 17021-1 9.1.2 (application review) and 9.2.3 (objection to a team).
Money stands in no guard: nothing is refused, delayed or ranked lower for arrears (policy/DECISIONS.md 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from auditors.casework.lifecycle import LifeCycle, Transition, not_ready
from pool.bookings.states import BookingState, ProposalState
from pool.kernel.clock import day_of
from pool.kernel.refusals import Forbidden, Invalid, Refusal
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.words import gettext as _

KINDS = ("initial", "surveillance", "renewal", "special", "follow_up")
#: The firm may object to a team for so long after it was shown. Source: ISO/IEC 17021-1, 9.2.3; process.md 1.7.
OBJECTION_WORKING_DAYS = 5
#: Asked auditors answer within so many working days.
ANSWER_WORKING_DAYS = 5
#: From publication to the first day of an audit: answers, then the firm's objection window, in calendar days.
NOTICE_DAYS = 14
MOST_WINDOW_DAYS = 366
_SATURDAY = 5

#: Nothing more happens to these.
ENDED = frozenset(
    {
        BookingState.DECLINED,
        BookingState.WITHDRAWN,
        BookingState.EXPIRED,
        BookingState.FULFILLED,
        BookingState.CANCELLED,
    }
)
#: Waiting for a team: what planning places.
OPEN_FOR_PLANNING = (BookingState.ACCEPTED, BookingState.WAITLISTED)
#: A proposal that stands: its half-days are held or booked.
STANDING = (ProposalState.PUBLISHED, ProposalState.ACCEPTED, ProposalState.OBJECTED, ProposalState.CONFIRMED)


class NotAsked(Forbidden):
    """Only an auditor who was asked may answer."""


class NotInTeam(Forbidden):
    """Only somebody of the confirmed team, or the firm itself, may do this."""


class ReasonMissing(Invalid):
    """This step needs a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFacts:
    """What the guards of a booking's and a proposal's steps look at. Absent means: not so.

    ``missing`` names what deployments lack, ``interests`` the ties that keep members of the team away.
    """

    today: date
    reason: str = ""
    missing: tuple[str, ...] = ()
    has_effort: bool = False
    has_price: bool = False
    valid_until: date | None = None
    is_signed: bool = False
    has_funnel: bool = False
    team_faults: tuple[str, ...] = ()
    member_faults: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    is_asked: bool = False
    all_accepted: bool = False
    shown_at: datetime | None = None
    has_waived: bool = False
    objection_open: bool = False
    window: tuple[date, date] | None = None
    starts_on: date | None = None
    is_involved: bool = False
    plan_is_sealed: bool = False
    audit_is_done: bool = False
    audit_is_stopped: bool = False


def working_days_later(day: date, count: int) -> date:
    """Return the ``count``-th working day (Monday to Friday) after ``day``. Source: policy/DECISIONS.md 7."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < _SATURDAY
    return day


def objection_until(shown_at: datetime) -> date:
    """Return the last day on which the firm may object to a team it was shown."""
    return working_days_later(day_of(shown_at), OBJECTION_WORKING_DAYS)


# --------------------------------------------------------------------------------------------------
# Guards


def _reasoned(facts: BookingFacts) -> Refusal | None:
    if facts.reason.strip():
        return None
    return ReasonMissing(_("This step needs a reason."), field="reason", next_step=_("Write why; it stays on record."))


def _ready(facts: BookingFacts) -> Refusal | None:
    if not facts.missing:
        return None
    return not_ready(
        _("Something is missing: %(what)s", what=" ".join(facts.missing)),
        _("Complete it, then submit."),
        missing=facts.missing,
    )


def _effort_known(facts: BookingFacts) -> Refusal | None:
    if facts.has_effort:
        return None
    return not_ready(_("The effort is not worked out."), _("Look at the deployment's assessment."))


def _priced(facts: BookingFacts) -> Refusal | None:
    if facts.has_price:
        return None
    return not_ready(
        _("No auditor of the pool has a day rate for this audit in this currency."), _("Complete the roster first.")
    )


def _in_validity(facts: BookingFacts) -> Refusal | None:
    if facts.valid_until is not None and facts.today <= facts.valid_until:
        return None
    return not_ready(_("The estimate is no longer valid."), _("Request the audit again; the request is quick."))


def _validity_over(facts: BookingFacts) -> Refusal | None:
    if facts.valid_until is not None and facts.today > facts.valid_until:
        return None
    return not_ready(_("The estimate is still valid."), _("Wait until its last day has passed."))


def _signed(facts: BookingFacts) -> Refusal | None:
    if facts.is_signed:
        return None
    return Invalid(
        _("The typed name is not yours."),
        field="signed_name",
        next_step=_("Type your name as it stands at the top of the page."),
    )


def _funnel_given(facts: BookingFacts) -> Refusal | None:
    if facts.has_funnel:
        return None
    return not_ready(
        _("A booking waits for stated reasons only."), _("Solve the plan; it says how many remain per rule.")
    )


def _team_stands(facts: BookingFacts) -> Refusal | None:
    if not facts.team_faults:
        return None
    return not_ready(
        _("The team does not stand: %(faults)s", faults=" ".join(facts.team_faults)),
        _("Make a new plan."),
        faults=facts.team_faults,
    )


def _member_fits(facts: BookingFacts) -> Refusal | None:
    if not facts.member_faults:
        return None
    return not_ready(
        _("Who comes does not fit: %(faults)s", faults=" ".join(facts.member_faults)),
        _("Name another auditor."),
        faults=facts.member_faults,
    )


def _no_interest(facts: BookingFacts) -> Refusal | None:
    if not facts.interests:
        return None
    return not_ready(
        _("An interest keeps somebody of the team away: %(who)s.", who="; ".join(facts.interests)),
        _("Have the impartiality officer assess it, or plan another team."),
        interests=facts.interests,
    )


def _asked(facts: BookingFacts) -> Refusal | None:
    if facts.is_asked:
        return None
    return NotAsked(_("You were not asked to take part in this audit."), next_step=_("Look at your desk."))


def _all_accepted(facts: BookingFacts) -> Refusal | None:
    if facts.all_accepted:
        return None
    return not_ready(_("Not every auditor has accepted."), _("Wait for their answers, or take the proposal back."))


def _offer_shown(facts: BookingFacts) -> Refusal | None:
    if facts.shown_at is not None:
        return None
    return not_ready(_("The firm has not seen the team and the dates."), _("Have the firm open the offer."))


def _objection_settled(facts: BookingFacts) -> Refusal | None:
    if facts.objection_open:
        return not_ready(_("The firm's objection is not decided."), _("The impartiality officer decides it first."))
    if facts.has_waived:
        return None
    if facts.shown_at is not None and facts.today > objection_until(facts.shown_at):
        return None
    return not_ready(
        _("The firm may still object to the team."), _("Wait for the end of the window, or for the firm's word.")
    )


def _days_ahead(facts: BookingFacts) -> Refusal | None:
    if facts.starts_on is not None and facts.today <= facts.starts_on:
        return None
    return not_ready(_("The proposed days have begun or passed."), _("Take the proposal back; others are planned."))


def _in_objection_window(facts: BookingFacts) -> Refusal | None:
    if facts.shown_at is not None and not facts.has_waived and facts.today <= objection_until(facts.shown_at):
        return None
    return not_ready(
        _("The time to object is over, or was given up."),
        _("Ask for another date instead; that is never counted against you."),
    )


def _not_waived(facts: BookingFacts) -> Refusal | None:
    if not facts.has_waived:
        return None
    return not_ready(_("The objection window was given up before."), _("Nothing is left to do."))


def _objection_open(facts: BookingFacts) -> Refusal | None:
    if facts.objection_open:
        return None
    return not_ready(_("No objection is open."), _("Nothing is left to decide."))


def _window_fits(facts: BookingFacts) -> Refusal | None:
    first, last = facts.window or (date.min, date.min)
    faults = window_faults(first, last, today=facts.today)
    if not faults:
        return None
    return Invalid(faults[0].reason, field=faults[0].field, next_step=faults[0].next_step, others=faults[1:])


def window_faults(first: date, last: date, *, today: date) -> tuple[Invalid, ...]:
    """Return each fault of a window: it runs forward, ends ahead and lasts a year at most."""
    faults = []
    if last < first:
        faults.append(
            Invalid(
                _("The last day, %(last)s, comes before the first, %(first)s.", last=last, first=first),
                field="window_until",
                next_step=_("Choose a later last day."),
            )
        )
    if last < today:
        faults.append(
            Invalid(
                _("The last day, %(last)s, has passed.", last=last),
                field="window_until",
                next_step=_("Choose days ahead."),
            )
        )
    if last - first > timedelta(days=MOST_WINDOW_DAYS):
        faults.append(
            Invalid(
                _("The window is %(n)s days long; it may be %(most)s.", n=(last - first).days, most=MOST_WINDOW_DAYS),
                field="window_from",
                next_step=_("Choose a later first day, or an earlier last one."),
            )
        )
    return tuple(faults)


def _day_come(facts: BookingFacts) -> Refusal | None:
    if facts.starts_on is not None and facts.today >= facts.starts_on:
        return None
    return not_ready(_("The first day of the audit has not come."), _("Wait for it, or reschedule."))


def _involved(facts: BookingFacts) -> Refusal | None:
    if facts.is_involved:
        return None
    return NotInTeam(_("Only the firm or its confirmed team may do this."), next_step=_("Ask the lead auditor."))


def _plan_open(facts: BookingFacts) -> Refusal | None:
    if not facts.plan_is_sealed:
        return None
    return not_ready(
        _("The plan of this audit is sealed."), _("Lead auditor and planner stop it together; a new request follows.")
    )


def _audit_done(facts: BookingFacts) -> Refusal | None:
    if facts.audit_is_done:
        return None
    return not_ready(_("The audit is not decided."), _("Review and decide it first."))


def _audit_stopped(facts: BookingFacts) -> Refusal | None:
    if facts.audit_is_stopped:
        return None
    return not_ready(_("The audit was not stopped."), _("Lead auditor and planner stop it together first."))


GUARDS = {
    "reasoned": _reasoned,
    "ready": _ready,
    "effort_known": _effort_known,
    "priced": _priced,
    "in_validity": _in_validity,
    "validity_over": _validity_over,
    "signed": _signed,
    "funnel_given": _funnel_given,
    "team_stands": _team_stands,
    "member_fits": _member_fits,
    "no_interest": _no_interest,
    "asked": _asked,
    "all_accepted": _all_accepted,
    "offer_shown": _offer_shown,
    "objection_settled": _objection_settled,
    "days_ahead": _days_ahead,
    "in_objection_window": _in_objection_window,
    "not_waived": _not_waived,
    "objection_open": _objection_open,
    "window_fits": _window_fits,
    "day_come": _day_come,
    "involved": _involved,
    "plan_open": _plan_open,
    "audit_done": _audit_done,
    "audit_stopped": _audit_stopped,
}

_MANAGER = frozenset({Office.FIRM_MANAGER})
_PLANNER = frozenset({Office.PLANNER})
_PLANNING = frozenset({Office.PLANNER, Office.SYSTEM})
_ADMINISTRATOR = frozenset({Office.ADMINISTRATOR})
_AUDITOR = frozenset({Office.AUDITOR})
_IMPARTIALITY = frozenset({Office.IMPARTIALITY_OFFICER})
_SYSTEM = frozenset({Office.SYSTEM})
_B, _P = BookingState, ProposalState

BOOKING_CYCLE: LifeCycle[BookingFacts] = LifeCycle(
    "booking",
    (
        Transition("submit", _B.DRAFT, _B.SUBMITTED, FIRM_OFFICES, ("ready",)),
        # The waiting-list clock keeps running while the firm completes what was missing.
        Transition("return", _B.SUBMITTED, _B.RETURNED, _PLANNER, ("reasoned",)),
        Transition("submit", _B.RETURNED, _B.SUBMITTED, FIRM_OFFICES, ("ready",)),
        Transition("screen", _B.SUBMITTED, _B.SCREENED, _PLANNER, ("effort_known",)),
        Transition("decline", _B.SCREENED, _B.DECLINED, _PLANNER, ("reasoned",)),
        Transition("quote", _B.SCREENED, _B.QUOTED, _ADMINISTRATOR, ("priced",)),
        Transition("accept", _B.QUOTED, _B.ACCEPTED, _MANAGER, ("in_validity", "signed")),
        Transition("expire", _B.QUOTED, _B.EXPIRED, _SYSTEM, ("validity_over",)),
        *(
            Transition("withdraw", state, _B.WITHDRAWN, FIRM_OFFICES)
            for state in (_B.DRAFT, _B.SUBMITTED, _B.RETURNED, _B.SCREENED, _B.QUOTED)
        ),
        *(Transition("waitlist", state, _B.WAITLISTED, _PLANNING, ("funnel_given",)) for state in OPEN_FOR_PLANNING),
        *(
            Transition("propose", state, _B.PROPOSED, _PLANNING, ("team_stands", "no_interest"))
            for state in OPEN_FOR_PLANNING
        ),
        Transition("turn_down", _B.PROPOSED, _B.ACCEPTED, _AUDITOR, ("asked", "reasoned")),
        Transition("uphold_objection", _B.PROPOSED, _B.ACCEPTED, _IMPARTIALITY, ("objection_open", "reasoned")),
        Transition("take_back", _B.PROPOSED, _B.ACCEPTED, _PLANNING, ("reasoned",)),
        Transition("confirm", _B.PROPOSED, _B.CONFIRMED, _PLANNER,
                   ("all_accepted", "offer_shown", "objection_settled", "days_ahead", "no_interest")),
        Transition("reschedule", _B.CONFIRMED, _B.ACCEPTED, FIRM_OFFICES | _AUDITOR,
                   ("involved", "reasoned", "window_fits", "plan_open")),
        *(
            Transition("cancel", state, _B.CANCELLED, _MANAGER | _ADMINISTRATOR, ("reasoned",))
            for state in (_B.ACCEPTED, _B.WAITLISTED, _B.PROPOSED, _B.CONFIRMED)
        ),
        *(
            Transition("replace_member", state, state, _PLANNER, ("reasoned", "member_fits", "no_interest"))
            for state in (_B.CONFIRMED, _B.IN_AUDIT)
        ),
        Transition("begin", _B.CONFIRMED, _B.IN_AUDIT, _SYSTEM, ("day_come",)),
        # The lead may begin with documents before the first day on site; casework lets only the lead do so.
        Transition("begin", _B.CONFIRMED, _B.IN_AUDIT, _AUDITOR, ("involved",)),
        Transition("fulfil", _B.IN_AUDIT, _B.FULFILLED, _SYSTEM | _ADMINISTRATOR | {Office.DECISION_MAKER},
                   ("audit_done",)),
        *(
            Transition("stop", state, _B.CANCELLED, _PLANNER | _ADMINISTRATOR, ("audit_stopped", "reasoned"))
            for state in (_B.CONFIRMED, _B.IN_AUDIT)
        ),
    ),
    GUARDS,
)  # fmt: skip

PROPOSAL_CYCLE: LifeCycle[BookingFacts] = LifeCycle(
    "proposal",
    (
        Transition("agree", _P.PUBLISHED, _P.PUBLISHED, _AUDITOR, ("asked",)),
        Transition("complete", _P.PUBLISHED, _P.ACCEPTED, _AUDITOR, ("asked", "all_accepted")),
        *(
            Transition("turn_down", state, _P.DECLINED, _AUDITOR, ("asked", "reasoned"))
            for state in (_P.PUBLISHED, _P.ACCEPTED, _P.OBJECTED)
        ),
        Transition("object", _P.ACCEPTED, _P.OBJECTED, _MANAGER, ("offer_shown", "in_objection_window", "reasoned")),
        Transition("waive", _P.ACCEPTED, _P.ACCEPTED, _MANAGER, ("offer_shown", "not_waived")),
        Transition("uphold_objection", _P.OBJECTED, _P.SUPERSEDED, _IMPARTIALITY, ("objection_open", "reasoned")),
        Transition("reject_objection", _P.OBJECTED, _P.ACCEPTED, _IMPARTIALITY, ("objection_open", "reasoned")),
        Transition("confirm", _P.ACCEPTED, _P.CONFIRMED, _PLANNER,
                   ("all_accepted", "offer_shown", "objection_settled")),
        *(
            Transition("take_back", state, _P.SUPERSEDED, _PLANNING, ("reasoned",))
            for state in (_P.PUBLISHED, _P.ACCEPTED, _P.OBJECTED)
        ),
        *(
            Transition("cancel", state, _P.SUPERSEDED, _MANAGER | _ADMINISTRATOR, ("reasoned",))
            for state in STANDING
        ),
        Transition("reschedule", _P.CONFIRMED, _P.SUPERSEDED, FIRM_OFFICES | _AUDITOR, ("involved", "reasoned")),
        *(
            Transition("stop", state, _P.SUPERSEDED, _PLANNER | _ADMINISTRATOR, ("audit_stopped", "reasoned"))
            for state in STANDING
        ),
    ),
    GUARDS,
)  # fmt: skip
