"""The people of a firm: who holds which seat since when, invitations, and the end of a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request, url_for

from pool.journeys import people as journeys
from pool.kernel.refusals import Missing
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members import queries
from pool.members.queries import SeatView
from pool.web.fields import Email, LongText, Option, Radio, Text
from pool.web.firm import blueprint
from pool.web.forms import Bound, Form, Section
from pool.web.parts import Crumb, Fact
from pool.web.requests import actor, at, attempt, form_of, page, perform, reading, with_values
from pool.web.states import office_word

INVITE = Form(
    "invite",
    (
        Section(
            "",
            (
                Text(name="name", label=_l("Name"), autocomplete="off", most=200),
                Email(name="email", label=_l("E-mail"), autocomplete="off"),
                Radio(
                    name="office",
                    label=_l("Seat"),
                    cards=True,
                    choices=(
                        Option(
                            "firm_member",
                            _l("Firm member"),
                            _l("Registers models and deployments, signs, books, answers findings."),
                        ),
                        Option(
                            "firm_manager",
                            _l("Firm manager"),
                            _l("All of that, and invites people, ends seats and deployments."),
                        ),
                    ),
                ),
            ),
        ),
    ),
)
END = Form(
    "end-seat",
    (Section("", (LongText(name="reason", label=_l("Why does the seat end?"), rows=3, most=500),)),),
)


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat as a row: whether it runs, and the address that ends it for whoever may."""

    seat: SeatView
    runs: bool
    end_url: str


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation and what became of it."""

    name: str
    email: str
    office: str
    ends_at: datetime
    state: str


def _may_act() -> bool:
    return actor().office is Office.FIRM_MANAGER


@blueprint.get("/people")
def people() -> Any:
    """List seats and invitations; a manager finds the form of an invitation beside them."""
    return _people(INVITE.fresh({"office": "firm_member"}), 200, is_repeated="invited" in request.args)


def _people(bound: Bound, status: int, *, link: str = "", invited: str = "", is_repeated: bool = False) -> Any:
    firm_id = actor().firm_id or 0
    seats = queries.seats_of_firm(reading(), firm_id)
    rows = [_row(seat) for seat in seats]
    invitations = [_invited(*one) for one in queries.invitations_of_firm(reading(), firm_id)]
    return page(
        "firm/people.html",
        status,
        bound=bound if _may_act() else None,
        running=[row for row in rows if row.runs],
        ended=[row for row in rows if not row.runs],
        invitations=invitations,
        link=link,
        # Why the newest: an address that named somebody could tell a manager of anybody's invitation.
        invited=invitations[0].name if is_repeated and invitations else invited,
        own=actor().seat_id,
    )


def _row(seat: SeatView) -> SeatRow:
    runs = seat.valid_from <= at() and (seat.valid_until is None or seat.valid_until > at())
    end_url = url_for("firm.end_seat", public_id=seat.public_id) if runs and _may_act() else ""
    return SeatRow(seat, runs, end_url)


def _invited(name: str, email: str, office: str, ends_at: datetime, taken_at: datetime | None) -> Invited:
    state = "accepted" if taken_at else "expired" if ends_at <= at() else "invited"
    return Invited(name, email, office_word(office), ends_at, state)


@blueprint.post("/people/invite")
def invite() -> Any:
    """Invite somebody to a seat of one's own firm, and show the link once."""
    bound = form_of(INVITE)
    answer = attempt(
        bound,
        lambda: perform(
            journeys.invite,
            **bound.cleaned,
            # Why not the link: it is a secret and is stored nowhere, so a second click finds only that it was done.
            then=lambda _token: url_for("firm.people", invited="yes"),
            show=lambda token: _people(
                INVITE.fresh(),
                200,
                link=url_for("signin.invitation", token=token, _external=True),
                invited=bound["name"],
            ),
        ),
    )
    return answer if answer is not None else _people(bound, 422)


@blueprint.route("/people/<public_id>/end", methods=["GET", "POST"])
def end_seat(public_id: str) -> Any:
    """End somebody's seat at one's own firm, with a reason."""
    seats = {one.seat.public_id: one for one in map(_row, queries.seats_of_firm(reading(), actor().firm_id or 0))}
    row = seats.get(public_id)
    if row is None or not row.runs:
        raise Missing(_("There is no such seat."), field="seat", next_step=_("Look at the list of people."))
    bound = form_of(END)
    answer = attempt(
        bound,
        lambda: perform(
            with_values(journeys.end_seat, seat=public_id, reason=bound["reason"]),
            then=lambda _none: url_for("firm.people"),
        ),
    )
    if answer is not None:
        return answer
    seat = row.seat
    return page(
        "shared/confirm.html",
        bound.status,
        confirm_title=_("End the seat of %(name)s", name=seat.person_name),
        confirm_text=_(
            "From the next click on this person no longer acts for your firm. What they did stays with their name. An "
            "account remains and may hold other seats."
        ),
        confirm_facts=[
            Fact(label=_("Seat"), value=office_word(seat.office)),
            Fact(label=_("E-mail"), value=seat.person_email),
            Fact(label=_("Since"), value=seat.valid_from, kind="instant"),
        ],
        confirm_action=url_for("firm.end_seat", public_id=public_id),
        confirm_label=_("End the seat"),
        back_url=url_for("firm.people"),
        bound=bound,
        crumbs=[Crumb(label=_("People"), url=url_for("firm.people")), Crumb(label=seat.person_name)],
    )
