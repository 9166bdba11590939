"""``audit-pool book``: request, screen, quote, accept and confirm audits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import click

from pool.bookings import queries
from pool.bookings.rules import KINDS
from pool.bookings.service import Answered, BookingRef
from pool.bookings.values import BookingFile, BookingLine, ProposalView
from pool.cli.acting import seat_options
from pool.cli.answers import moves_shown, print_json
from pool.cli.audit import read_as, run_as, whole_list
from pool.cli.steps import Journey, Parameter, add_step
from pool.cli.values import DAY
from pool.journeys import book
from pool.journeys.replacing import replace_member
from pool.kernel.listing import LARGEST_SIZE, ListRequest
from pool.kernel.money import Money
from pool.kernel.refusals import Invalid

#: The command that takes each step; ``None`` where none does: the step is taken on a page, by the clock, or follows.
COMMANDS: Mapping[str, str | None] = {
    "submit": "book submit",
    "return": "book return",
    "screen": "book screen",
    "decline": "book decline",
    "quote": "book quote",
    "accept": "book accept",
    "expire": None,
    "withdraw": "book withdraw",
    **dict.fromkeys(("waitlist", "propose"), "plan publish"),
    "turn_down": "auditors answer",
    "uphold_objection": "book decide-objection",
    "take_back": None,
    "confirm": "book confirm",
    "reschedule": "book reschedule",
    "cancel": "book cancel",
    "replace_member": "book replace-member",
    **dict.fromkeys(("begin", "fulfil", "stop"), None),  # they follow the audit
}


class BadReduction(Invalid):
    """A reduction is written as ID or ID=COUNT."""


@click.group("book")
def group() -> None:
    """Request, screen, quote and accept audits."""


def _print_ref(found: BookingRef) -> None:
    answer = {"ref": found.ref, "public_id": found.public_id, "state": found.state}
    print_json(answer | ({"audit": found.audit_ref} if found.audit_ref else {}))


def _print_proposal(found: Answered) -> None:
    print_json(
        {
            "booking": found.booking_ref,
            "proposal": found.proposal_ref,
            "state": found.state,
            "audit": found.audit_ref,
            "team": [{"name": one.name, "role": one.role} for one in found.members],
            "starts_on": found.starts_on,
            "ends_on": found.ends_on,
        }
    )


# --------------------------------------------------------------------------------------------------
# Looking


@group.command("list")
@click.option("--state", "states", multiple=True, help="Only bookings in this state; may be given several times.")
@seat_options
def list_bookings(states: tuple[str, ...], email: str, office: str | None) -> None:
    """List the bookings that the seat may see."""
    request = ListRequest(filters=(("state", states),) if states else (), size=LARGEST_SIZE)
    lines = read_as(email, office, lambda reading: whole_list(queries.bookings_of, reading, request))
    print_json([_line(line) for line in lines])


def _line(line: BookingLine) -> dict[str, Any]:
    return {
        "ref": line.ref,
        "firm": line.firm_ref,
        "firm_name": line.firm_name,
        "deployments": [ref for ref, _name in line.deployments],
        "kind": line.kind,
        "state": line.state,
        "tier": line.tier,
        "window": [line.window_from, line.window_until],
        "requested_at": line.requested_at,
        "exact_days": line.exact_days,
        "people": line.people,
        "half_days": line.half_days,
        "estimate": _money(line.estimate),
        "starts_on": line.starts_on,
        "ends_on": line.ends_on,
        "audit": line.audit_ref or None,
        "acts": list(line.acts),
        "version": line.version,
    }


def _money(amount: Money | None) -> dict[str, Any] | None:
    return None if amount is None else {"amount_minor": amount.amount_minor, "currency": amount.currency}


@group.command("show")
@click.argument("booking")
@seat_options
def show(booking: str, email: str, office: str | None) -> None:
    """Show everything of one booking that the seat may see."""
    print_json(_file(read_as(email, office, lambda reading: queries.booking(reading, booking))))


def _file(file: BookingFile) -> dict[str, Any]:
    return _line(file.line) | {
        "note": file.note,
        "returned_items": file.returned_items,
        "effort_steps": list(file.effort_steps),
        "needs": list(file.needs),
        "brief_digest": file.brief_digest,
        "price_steps": list(file.price_steps),
        "estimate_low": _money(file.estimate_low),
        "estimate_high": _money(file.estimate_high),
        "estimate_key": file.estimate_key,
        "quote_valid_until": file.line.quote_valid_until,
        "waitlist_reasons": [{"rule": rule, "left": left} for rule, left in file.waitlist_reasons],
        "proposals": [_proposal(one) for one in file.proposals],
        "moves": moves_shown(file.moves, COMMANDS),
        "events": [asdict(one) for one in file.steps],
    }


def _proposal(one: ProposalView) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "state": one.state,
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "half_days": [str(half_day) for half_day in one.half_days],
        "answers_due_on": one.answers_due_on,
        "all_accepted_at": one.all_accepted_at,
        "shown_at": one.shown_at,
        "objection_until": one.objection_until,
        "objection": one.objection,
        "objection_verdict": one.objection_verdict,
        "team": [{"name": member.name, "role": member.role, "answer": member.answer} for member in one.members],
    }


# --------------------------------------------------------------------------------------------------
# The firm


@group.command("request")
@click.argument("deployments", nargs=-1, required=True)
@click.option("--from", "window_from", type=DAY, required=True, help="First day of the window.")
@click.option("--until", "window_until", type=DAY, required=True, help="Last day of the window.")
@click.option("--kind", type=click.Choice(KINDS), default="initial", show_default=True)
@click.option("--language", default="en", show_default=True, help="The language of the audit.")
@click.option("--note", default="")
@seat_options
def request(
    deployments: tuple[str, ...],
    window_from: date,
    window_until: date,
    kind: str,
    language: str,
    note: str,
    email: str,
    office: str | None,
) -> None:
    """Draft a request for an audit of one or more DEPLOYMENTS."""
    _print_ref(
        run_as(
            email,
            office,
            book.request_booking,
            deployments=deployments,
            window_from=window_from,
            window_until=window_until,
            kind=kind,
            language=language,
            note=note,
        )
    )


def _step(
    name: str, journey: Journey, words: str, *options: Parameter, shows: Callable[[Any], None] = _print_ref
) -> None:
    """Add the command that takes one step with a BOOKING."""
    add_step(group, name, journey, words, click.argument("booking"), *options, shows=shows)


_WINDOW = (
    click.option("--from", "window_from", type=DAY, required=True),
    click.option("--until", "window_until", type=DAY, required=True),
)
_REASON = click.option("--reason", required=True)

_step(
    "window",
    book.change_window,
    "Choose another window for a request without a team; its place in the waiting list stays.",
    *_WINDOW,
)
_step("submit", book.submit, "Submit a draft, or a returned request again; the waiting-list instant is evidence.")
_step("withdraw", book.withdraw, "Withdraw a request that is not accepted yet.", click.option("--reason", default=""))
_step(
    "accept",
    book.accept,
    "Accept the estimate and engage the pool; the audit is opened.",
    click.option("--signed-name", required=True, help="Your name, typed in full."),
)
_step(
    "offer",
    book.show_offer,
    "Open the offer of team and dates; from now on it is made, and the objection window runs.",
    click.option("--note", default="", help="For the planner: how the offer was delivered."),
    shows=_print_proposal,
)
_step(
    "object",
    book.object_to,
    "Object to the proposed team, with the reason, within five working days.",
    _REASON,
    shows=_print_proposal,
)
_step(
    "waive",
    book.waive_objection,
    "Give up the rest of the objection window, so that the audit can be confirmed at once.",
    shows=_print_proposal,
)
_step(
    "reschedule",
    book.reschedule,
    "Ask for other dates of a confirmed audit; it is never a refusal.",
    _REASON,
    *_WINDOW,
)
_step(
    "cancel",
    book.cancel,
    "Cancel an accepted booking, as the firm's manager or the pool's administrator.",
    _REASON,
)
_step(
    "replace-member",
    replace_member,
    "Replace a member of a confirmed or running team, as planner; who comes has said yes to you.",
    click.option("--leaves", required=True, help="The auditor who leaves, by reference."),
    click.option("--comes", required=True, help="The auditor who comes, by reference."),
    _REASON,
    shows=_print_proposal,
)


# --------------------------------------------------------------------------------------------------
# The pool


def _reductions(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, int]:
    return dict(_reduction(text) for text in texts)


def _reduction(text: str) -> tuple[str, int]:
    name, _equals, count = text.partition("=")
    if count and not count.isdecimal():
        raise BadReduction(f"{text!r} is no reduction.", field="reduction", next_step="Write R2 or R2=1.")
    return name, int(count or 1)


_step(
    "return",
    book.return_booking,
    "Return a request with what is missing; its waiting-list clock runs on.",
    click.option("--items", required=True, help="What is missing."),
)
_step(
    "screen",
    book.screen,
    "Screen a request: exact days with every step, roles, needs and brief.",
    click.option("--releases", type=int, default=0, show_default=True, help="Model releases in the period."),
    click.option("--logs-incomplete", is_flag=True, help="Tests must be rerun because logs are incomplete."),
    click.option("--tools-with-write-access", is_flag=True),
    click.option("--remote-sites", is_flag=True),
    click.option(
        "--reduction",
        "reductions",
        multiple=True,
        metavar="ID",
        callback=_reductions,
        help="A reduction of effort.yaml, e.g. R2.",
    ),
    click.option("--reason", default="", help="Which evidence you saw for the reductions."),
)
_step("decline", book.decline, "Decline a screened request for want of competence or impartiality.", _REASON)
_step(
    "quote",
    book.quote,
    "Give the estimate with range, key and last day of validity, as administrator.",
    click.option("--currency", default="EUR", show_default=True),
    click.option("--overhead-percent", default="20", show_default=True, help="Share of the common facilities."),
    click.option("--valid-days", type=int, default=30, show_default=True),
)
_step(
    "decide-objection",
    book.decide_objection,
    "Decide a firm's objection, as impartiality officer.",
    click.option("--upheld/--rejected", required=True),
    _REASON,
    click.option("--auditor", "auditors", multiple=True, help="Name of a member it is right about; left out: all."),
    shows=_print_proposal,
)
_step(
    "confirm",
    book.confirm,
    "Confirm team and dates: the held half-days are booked and the team is seated.",
    shows=_print_proposal,
)
