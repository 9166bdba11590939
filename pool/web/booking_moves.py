"""What can be done with a booking in a page: each step with its form, its words and the journey that takes it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pool.bookings.values import BookingFile
from pool.journeys import book, plan
from pool.journeys.replacing import replace_member
from pool.journeys.stopping import ask_to_stop_booking, stop_booking
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.words import lazy as _l
from pool.web.booking_words import ASKED, OBJECTED, TO_AGREE, TO_CONFIRM, TO_OPEN, stage_of
from pool.web.fields import (
    Check,
    Choice,
    DateField,
    DecimalField,
    Hidden,
    Integer,
    LongText,
    MultiChoice,
    Option,
    Radio,
    Text,
)
from pool.web.forms import Form, Section


@dataclass(frozen=True, slots=True)
class Act:
    """One act: ``move`` in the address, words, journey, and what is to be said with it.

    ``shows`` names what stands above the form because it is agreed to: ``price``, ``team``, ``objection`` or ``stop``.
    """

    move: str
    label: Any
    title: Any
    lead: Any
    journey: Callable[..., Any]
    fields: tuple[Any, ...] = ()
    style: str = "quiet"
    shows: str = ""

    @property
    def form(self) -> Form:
        """Return the form; where the journey takes it, the version that the person saw goes along."""
        fields = self.fields
        if "version" in inspect.signature(self.journey).parameters:
            fields = (*fields, Hidden(name="version", required=False, most=12, pattern="[0-9]*"))
        return Form(name=self.move, sections=(Section(title="", fields=fields),))


def _reason(label: Any, help_text: Any = "") -> LongText:
    return LongText(name="reason", label=label, help=help_text, rows=3, most=2000)


WINDOW = (
    DateField(name="window_from", label=_l("Earliest day")),
    DateField(name="window_until", label=_l("Latest day")),
)
SIGNED = Text(
    name="signed_name",
    label=_l("Type your full name to sign"),
    help=_l("You sign the engagement and the terms of access to data for exactly what is shown here."),
    autocomplete="name",
)

ACTS: tuple[Act, ...] = (
    Act(
        "submit",
        _l("Ask for this audit"),
        _l("Ask for this audit"),
        _l("From this instant the request stands on the waiting list, and your record counts as engaged."),
        book.submit,
        style="primary",
    ),
    Act(
        "window",
        _l("Choose another window"),
        _l("Choose another window"),
        _l("Your place on the waiting list stays as it is."),
        book.change_window,
        WINDOW,
    ),
    Act(
        "accept",
        _l("Accept the estimate"),
        _l("Accept the estimate and engage"),
        _l("After this the pool looks for a team and dates."),
        book.accept,
        (SIGNED,),
        "primary",
        "price",
    ),
    Act(
        "withdraw",
        _l("Withdraw"),
        _l("Withdraw this request"),
        _l("The request ends. You can ask again at any time."),
        book.withdraw,
        (_reason(_l("Why do you withdraw?")),),
        "danger",
    ),
    Act(
        "object",
        _l("Object to the team"),
        _l("Object to the proposed team"),
        _l("An objection needs a reason, such as an interest we do not know of. An independent person decides."),
        book.object_to,
        (_reason(_l("What speaks against the team?")),),
        shows="team",
    ),
    Act(
        "waive",
        _l("Agree to team and dates"),
        _l("Agree to team and dates"),
        _l("You give up the rest of the time to object, so that the planner can confirm at once."),
        book.waive_objection,
        style="primary",
        shows="team",
    ),
    Act(
        "reschedule",
        _l("Ask for other dates"),
        _l("Ask for other dates"),
        _l("In notice this costs nothing and never counts as a refusal."),
        book.reschedule,
        (*WINDOW, _reason(_l("Why other dates?"))),
    ),
    Act(
        "cancel",
        _l("Cancel"),
        _l("Cancel this booking"),
        _l("Team and dates are given back. Costs already made for it are shared by the rules of the period."),
        book.cancel,
        (_reason(_l("Why is it cancelled?"), _l("It stays on record, and the other side reads it.")),),
        "danger",
    ),
    Act(
        "screen",
        _l("Screen"),
        _l("Screen the application"),
        _l("Days, people and needs follow from the edition; what only you can know is asked here."),
        book.screen,
        (
            Integer(name="releases", label=_l("Model releases in the period"), default="0", least=0, most=1000),
            Check(name="logs_incomplete", label=_l("Logs are incomplete, so that tests must be rerun"), required=False),
            Check(name="tools_with_write_access", label=_l("Tools with write access"), required=False),
            Check(name="remote_sites", label=_l("Sampled sites are examined from afar"), required=False),
            MultiChoice(
                name="reductions",
                label=_l("Reductions of the edition that hold here"),
                help=_l("Each needs evidence that you have seen. Together they count up to the edition's cap."),
                required=False,
                choices=(),
            ),
            LongText(
                name="reason",
                label=_l("Evidence for the reductions"),
                help=_l("Needed where one is ticked: which evidence you saw for each. The firm reads it."),
                required=False,
                rows=3,
                most=2000,
            ),
        ),
        "primary",
    ),
    Act(
        "return",
        _l("Send back"),
        _l("Send back for completion"),
        _l("The waiting-list instant stays."),
        book.return_booking,
        (LongText(name="items", label=_l("What is missing?"), rows=4, most=5000),),
    ),
    Act(
        "decline",
        _l("Decline"),
        _l("Decline the application"),
        _l("Only where the pool lacks competence or independence. It never counts against the firm."),
        book.decline,
        (_reason(_l("Reason, told to the firm")),),
        "danger",
    ),
    Act(
        "quote",
        _l("Make the estimate"),
        _l("Make the estimate"),
        _l("From the exact auditor-days and the rates of auditors who could come."),
        book.quote,
        (
            DecimalField(name="overhead_percent", label=_l("Share of the facilities"), unit="%", default="20"),
            Integer(name="valid_days", label=_l("Valid for"), unit=_l("days"), default="30", least=1, most=180),
        ),
        "primary",
    ),
    Act(
        "deliver",
        _l("Note a delivered offer"),
        _l("Note how the offer was delivered"),
        _l(
            "For a firm that does not open its offer: from this instant it counts as made, and the time to object runs."
        ),
        book.show_offer,
        (LongText(name="note", label=_l("How, to whom and when?"), rows=3, most=2000),),
        shows="team",
    ),
    Act(
        "confirm",
        _l("Confirm"),
        _l("Confirm team and dates"),
        _l("Half-days are booked, the team gets sight of the firm's facts, and the estimate is held."),
        book.confirm,
        style="primary",
        shows="team",
    ),
    Act(
        "take_back",
        _l("Take the proposal back"),
        _l("Take the proposal back"),
        _l("Half-days are given back and the next best team is looked for."),
        plan.take_back_proposal,
        (_reason(_l("Why?"), _l("The firm reads it.")),),
        "danger",
        "team",
    ),
    Act(
        "replan",
        _l("Look for the next best team"),
        _l("Look for the next best team"),
        _l("As little as can be is changed. A team that is found is asked at once; else the reasons are kept."),
        plan.replan_one,
        style="primary",
    ),
    Act(
        "replace_member",
        _l("Replace a member"),
        _l("Replace a member of the team"),
        _l(
            "Half-days after today and sight of the firm's facts change hands at once. The firm reads who comes and "
            "why."
        ),
        replace_member,
        (
            Choice(name="leaves", label=_l("Who leaves?"), choices=()),
            Choice(
                name="comes",
                label=_l("Who comes?"),
                help=_l(
                    "Somebody who has said yes to you. Competence, calendar, interests and separation are checked as "
                    "for a proposal. Whoever lost the seat and has it again may come back to the own place."
                ),
                choices=(),
            ),
            _reason(_l("Why?"), _l("The firm reads it.")),
        ),
        shows="team",
    ),
    Act(
        "ask_stop",
        _l("Ask to stop the audit"),
        _l("Ask to stop an audit that nobody leads"),
        _l(
            "Nobody leads this audit with sight of it any more. Planner and administrator stop it together: you ask, "
            "the other of the two stops it. Where somebody can come, replace the lead instead."
        ),
        ask_to_stop_booking,
        (_reason(_l("Why must it stop?"), _l("The firm reads it once the audit is stopped.")),),
        "danger",
        "team",
    ),
    Act(
        "stop",
        _l("Stop the audit"),
        _l("Stop the audit as the second person"),
        _l("Somebody asked for it. The facts so far stay on record, team and half-days are given back."),
        stop_booking,
        (
            Radio(
                name="by_pool",
                label=_l("Whose doing is it?"),
                help=_l(
                    "What the pool does never counts against the firm. A refusal is decided apart, after a hearing."
                ),
                choices=(
                    Option("yes", _l("The pool's: the firm stays engaged in its record")),
                    Option("no", _l("The firm's: it broke off")),
                ),
            ),
        ),
        "danger",
        "stop",
    ),
    Act(
        "decide_objection",
        _l("Decide on the objection"),
        _l("Decide on the objection"),
        _l("Upheld, whoever it is right about is left out of the next team."),
        book.decide_objection,
        (
            Radio(
                name="upheld",
                label=_l("Decision"),
                choices=(
                    Option("yes", _l("Upheld: another team is looked for")),
                    Option("no", _l("Not upheld: the team stays")),
                ),
            ),
            MultiChoice(
                name="auditors",
                label=_l("About whom is it right?"),
                help=_l("Only where it is upheld. Nobody chosen means the whole team."),
                required=False,
                choices=(),
            ),
            _reason(_l("Reasons, told to the firm")),
        ),
        "primary",
        "objection",
    ),
)
BY_MOVE: Mapping[str, Act] = {act.move: act for act in ACTS}
_FIRM = {"submit", "window", "accept", "withdraw", "object", "waive", "reschedule", "cancel"}
#: A member prepares; what binds the firm is the manager's.
_MANAGER_ONLY = {"accept", "cancel", "object", "waive"}
_WINDOW_OPEN = {"draft", "returned", "accepted", "waitlisted"}
_ORDER = {"primary": 0, "quiet": 1, "danger": 2}


def acts_for(file: BookingFile, office: Office, *, today: date, stopping: Collection[str] = ()) -> list[Act]:
    """Return the acts that the seat may try now, the foremost first; the services still check every guard.

    ``stopping`` is what the seat can do to stop the audit: it asks where nobody leads, or is the second person.
    """
    moves = {one.move for one in file.moves}
    proposal = file.standing
    stage = stage_of(proposal, today=today) if proposal is not None and file.line.state == "proposed" else ""
    if office in FIRM_OFFICES:
        moves &= _FIRM
        moves |= {"window"} if file.line.state in _WINDOW_OPEN else set()
        moves |= {"object", "waive"} if stage == TO_AGREE else set()
        moves -= _MANAGER_ONLY if office is not Office.FIRM_MANAGER else set()
    elif office is Office.PLANNER:
        moves |= {"replan"} if file.line.state in {"accepted", "waitlisted"} else set()
        moves |= {"deliver"} if stage == TO_OPEN else set()
        moves -= {"confirm"} if stage != TO_CONFIRM else set()
        moves -= {"replace_member"} if proposal is None else set()
    elif office is Office.IMPARTIALITY_OFFICER:
        moves = {"decide_objection"} if stage == OBJECTED else set()
    moves = (moves - {"stop"}) | set(stopping)
    found = [act for act in ACTS if act.move in moves]
    return sorted(found, key=lambda act: _ORDER[act.style])


def offer_is_hidden(file: BookingFile, *, today: date) -> bool:
    """Tell whether team and dates stay unshown to the firm, because it has not opened the offer."""
    proposal = file.standing
    if proposal is None or file.line.state != "proposed":
        return False
    return proposal.shown_at is None or stage_of(proposal, today=today) == ASKED


def values_of(move: str, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the named values of the journey from what a form gave."""
    values = dict(cleaned)
    if "version" in values:
        values["version"] = int(values["version"]) if values["version"] else None
    if move == "decide_objection":
        values["upheld"] = values["upheld"] == "yes"
        values["auditors"] = values["auditors"] or ()
    if move == "screen":
        values["reductions"] = dict.fromkeys(values["reductions"] or (), 1)
    if move == "stop":
        values["by_pool"] = values["by_pool"] == "yes"
    if move == "quote":
        values["overhead_percent"] = str(values["overhead_percent"])
    return values
