"""What can be done with a booking in a page: each step with its form, its words and the journey that takes it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pool.bookings.values import BookingFile
from pool.journeys import book, plan
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.words import lazy as _l
from pool.web.booking_words import ASKED, OBJECTED, TO_AGREE, TO_CONFIRM, TO_OPEN, stage_of
from pool.web.fields import Check, DateField, DecimalField, Hidden, Integer, LongText, MultiChoice, Option, Radio, Text
from pool.web.forms import Form, Section


@dataclass(frozen=True, slots=True)
class Act:
    """One act: ``move`` in the address, words, journey, and what is to be said with it.

    ``shows`` names what stands above the form because it is agreed to: ``price`` or ``team``.
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
    help=_l("You sign the engagement and the terms of access to data for exactly what is shown on the booking."),
    autocomplete="name",
)

ACTS: tuple[Act, ...] = (
    Act("submit", _l("Ask for this audit"), _l("Ask for this audit"), "", book.submit, style="primary"),
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
    ),
    Act(
        "object",
        _l("Object to the team"),
        _l("Object to the proposed team"),
        _l(
            "An objection needs a reason, such as an interest we do not know of. An independent person decides."
        ),
        book.object_to,
        (_reason(_l("What speaks against the team?")),),
    ),
    Act("waive", _l("Agree to team and dates"), _l("Agree"), "", book.waive_objection, style="primary"),
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
        (_reason(_l("Why is it cancelled?")),),
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
    Act("confirm", _l("Confirm"), _l("Confirm team and dates"), "", book.confirm, style="primary"),
    Act(
        "take_back",
        _l("Take the proposal back"),
        _l("Take the proposal back"),
        _l("Half-days are given back and the next best team is looked for."),
        plan.take_back_proposal,
        (_reason(_l("Why?")),),
    ),
    Act("replan", _l("Look for the next best team"), _l("Plan again"), "", plan.replan_one, style="primary"),
    Act(
        "decide_objection",
        _l("Decide on the objection"),
        _l("Decide on the objection"),
        "",
        book.decide_objection,
        (
            Choice(
                name="upheld",
                label=_l("Decision"),
                choices=(
                    Option("yes", _l("Upheld: another team is looked for")),
                    Option("no", _l("Not upheld: the team stays")),
                ),
            ),
            _reason(_l("Reasons, told to the firm")),
        ),
        "primary",
    ),
)
BY_MOVE: Mapping[str, Act] = {act.move: act for act in ACTS}
_FIRM = {"submit", "window", "accept", "withdraw", "object", "waive", "reschedule", "cancel"}
_MANAGER_ONLY = {"accept", "cancel"}


def acts_for(file: BookingFile, office: Office) -> list[Act]:
    """Return the acts that the seat may try now, the foremost first; the services still check every guard."""
    moves = {one.move for one in file.moves}
    proposal = file.standing
    open_offer = proposal is not None and proposal.all_accepted_at is not None and file.line.state == "proposed"
    undecided = open_offer and proposal is not None and not proposal.waived_at and not proposal.objected_at
    if office in FIRM_OFFICES:
        moves &= _FIRM
        if file.line.state in {"draft", "returned", "waitlisted", "accepted"}:
            moves.add("window")
        if undecided:
            moves |= {"object", "waive"}
        if office is not Office.FIRM_MANAGER:
            moves -= _MANAGER_ONLY
    elif office is Office.PLANNER and file.line.state in {"accepted", "waitlisted"}:
        moves.add("replan")
    elif office is Office.IMPARTIALITY_OFFICER:
        waiting = proposal is not None and proposal.objected_at is not None and not proposal.objection_verdict
        moves = {"decide_objection"} if waiting else set()
    return [act for act in ACTS if act.move in moves]


def values_of(move: str, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the named values of the journey from what a form gave."""
    values = dict(cleaned)
    if move == "decide_objection":
        values["upheld"] = values["upheld"] == "yes"
    if move == "quote":
        values["overhead_percent"] = str(values["overhead_percent"])
    return values
