"""Bookings of the firm: the list, a new request, one booking and what can be done with it."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from pool.bookings.rules import KINDS
from pool.journeys import book
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.registry import queries as registry
from pool.web.auditor.vocabulary import KINDS as KINDS_IN_WORDS
from pool.web.booking_lists import bookings_page
from pool.web.booking_view import LANGUAGES, act_page, booking_page
from pool.web.fields import Choice, DateField, LongText, MultiChoice, Option
from pool.web.firm import blueprint
from pool.web.forms import Form, Section
from pool.web.parts import Action
from pool.web.requests import actor, attempt, form_of, page, perform, reading

NEW = Form(
    name="booking",
    sections=(
        Section(
            title=_l("What is to be audited"),
            fields=(
                MultiChoice(
                    name="deployments",
                    label=_l("Deployments"),
                    help=_l("Several deployments of the same model share a part of the audit."),
                    choices=(),
                ),
                Choice(
                    name="kind",
                    label=_l("Kind of audit"),
                    choices=tuple(Option(one, KINDS_IN_WORDS[one]) for one in KINDS),
                    default="initial",
                ),
            ),
        ),
        Section(
            title=_l("When and how"),
            fields=(
                DateField(name="window_from", label=_l("Earliest day")),
                DateField(
                    name="window_until",
                    label=_l("Latest day"),
                    help=_l("A wider window finds a team sooner. Delay on the pool's side never counts against you."),
                ),
                Choice(
                    name="language",
                    label=_l("Language of the audit"),
                    choices=tuple(Option(code, word) for code, word in LANGUAGES.items()),
                    default="en",
                ),
                LongText(name="note", label=_l("Anything we should know"), required=False, rows=3),
            ),
        ),
    ),
)


@blueprint.get("/bookings")
def bookings() -> Any:
    """List the firm's bookings."""
    return bookings_page(audience="firm", new=Action(label=_("Ask for an audit"), url=url_for("firm.new_booking")))


@blueprint.route("/bookings/new", methods=["GET", "POST"])
def new_booking() -> Any:
    """Ask for an audit of registered deployments."""
    own = registry.deployments_of_firm(reading(), actor().firm_id or 0)
    signed = [one for one in own if one.state == "registered"]
    form = NEW.with_choices("deployments", [Option(one.ref, f"{one.name} ({one.ref})") for one in signed])
    asked = request.args.getlist("deployment") if len(signed) > 1 else [one.ref for one in signed]
    chosen = tuple(one.ref for one in signed if one.ref in asked)
    bound = form_of(form, {"deployments": chosen} if chosen else None)
    answer = attempt(
        bound,
        lambda: perform(book.request_booking, then=lambda done: url_for("firm.booking", ref=done.ref), **bound.cleaned),
    )
    if answer is not None:
        return answer
    if not signed:
        draft = next((one for one in own if one.state == "draft"), None)
        return page("firm/new_booking_empty.html", bound.status, draft=draft)
    return page(
        "shared/form.html",
        bound.status,
        form_title=_("Ask for an audit"),
        form_lead=_(
            "Saving sends nothing. Once you have sent it, the pool works out days, people and an estimate; nothing "
            "binds you before you accept them."
        ),
        bound=bound,
        form_action=url_for("firm.new_booking"),
        submit_label=_("Save and look at it"),
        cancel_url=url_for("firm.bookings"),
    )


@blueprint.get("/bookings/<ref>")
def booking(ref: str) -> Any:
    """Show one booking of the firm."""
    return booking_page(ref, audience="firm")


@blueprint.post("/bookings/<ref>/open-offer")
def open_offer(ref: str) -> Any:
    """Open the offer of team and dates: from this instant it counts as made."""
    return perform(book.show_offer, booking=ref, then=lambda done: url_for("firm.booking", ref=done.booking_ref))


@blueprint.route("/bookings/<ref>/<move>", methods=["GET", "POST"])
def booking_act(ref: str, move: str) -> Any:
    """Take one step with a booking."""
    return act_page(ref, move, audience="firm")
