"""People of the pool: their seats, inviting to a seat, ending a seat."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from auditors.casework.queries import audits_at_work_of
from pool.journeys import people as journeys
from pool.journeys.reset import listed as resets_listed
from pool.kernel.refusals import Missing
from pool.kernel.roles import POOL_OFFICES, SEATABLE_OFFICES, Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members import lists
from pool.members.queries import person_by_email
from pool.web.admin import blueprint
from pool.web.fields import Choice, Email, LongText, Text
from pool.web.forms import Bound, Form, Section
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb, Fact
from pool.web.requests import (
    actor,
    attachment,
    attempt,
    form_of,
    page,
    perform,
    pool_session,
    reading,
    with_values,
)
from pool.web.states import office_word

SPEC = ListSpec(
    name="people",
    columns=(
        Column("name", _l("Person"), attr="person_name", sort=True, primary=True),
        Column("office", _l("Seat"), sort=True),
        Column("email", _l("E-mail"), attr="person_email"),
        Column("valid_from", _l("Since"), "date", sort=True),
        Column("second_factor", _l("Second factor"), hidden_on_phone=True),
        Column("state", _l("State"), "state"),
        Column("act", _l("Action")),
    ),
    filters=(
        Filter("state", _l("State"), (("active", _l("Active")), ("ended", _l("Ended")))),
        Filter("office", _l("Seat"), ()),
    ),
    search=_l("Name or e-mail"),
    default_sort="name",
)

INVITE = Form(
    "invite",
    sections=(
        Section(
            "",
            fields=(
                Text(name="name", label=_l("Name"), most=200),
                Email(name="email", label=_l("E-mail")),
                Choice(
                    name="office",
                    label=_l("Seat"),
                    help=_l("Some seats exclude each other: who audits does not plan, who decides sets no prices."),
                ),
            ),
        ),
    ),
)
END = Form(
    "end-seat",
    sections=(Section("", fields=(LongText(name="reason", label=_l("Why does the seat end?"), most=500, rows=3),)),),
)


class NoSuchSeat(Missing):
    """No running seat of the pool has this id."""


def office_choices(offices: frozenset[Office]) -> list[tuple[str, str]]:
    """Return offices with their words, by their words."""
    return sorted(((str(one), office_word(one)) for one in offices), key=lambda pair: pair[1])


def may_change() -> bool:
    """Tell whether the active seat invites people and ends seats."""
    return actor().office is Office.ADMINISTRATOR


@blueprint.get("/pool/people")
def people() -> Any:
    """List the seats of the pool."""
    spec = SPEC.with_choices("office", office_choices(SEATABLE_OFFICES - {Office.FIRM_MANAGER, Office.FIRM_MEMBER}))
    wanted = spec.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda one: lists.pool_seats_listed(reading(), one), wanted)
        return attachment(csv_of(spec, rows), name="people.csv", media_type="text/csv")
    present = pool_session().signed_in
    actions = _actions() if may_change() else []
    return page(
        "admin/people.html",
        view=list_view(spec, lists.pool_seats_listed(reading(), wanted), path=request.path),
        invitations=[
            (one.name, office_word(one.office), one.email, one.ends_at, one.state)
            for one in lists.invitations(reading(), None)
            if one.state != "done"
        ],
        new=actions[0] if actions else None,
        actions=actions,
        resets=resets_listed(reading()) if may_change() else (),
        may_change=may_change(),
        own=present.seat.public_id if present is not None and present.seat is not None else "",
    )


def _actions() -> list[Action]:
    return [
        Action(label=_("Invite a person"), url=url_for("admin.invite_person")),
        Action(label=_("Give a new sign-in"), url=url_for("admin.ask_reset"), style="quiet"),
    ]


@blueprint.route("/pool/people/invite", methods=["GET", "POST"])
def invite_person() -> Any:
    """Invite somebody to a seat of the pool; the link is shown once and kept nowhere."""
    bound = form_of(INVITE.with_choices("office", office_choices(POOL_OFFICES | {Office.REGULATOR})))
    answer = attempt(bound, lambda: _invite(bound), beyond={"forbidden"})
    if answer is not None:
        return answer
    return page(
        "shared/form.html",
        bound.status,
        form_title=_("Invite a person to a seat of the pool"),
        form_lead=_(
            "You get a link to hand over. It opens once and ends after 14 days. Auditors join through the roster."
        ),
        bound=bound,
        form_action=url_for("admin.invite_person"),
        submit_label=_("Invite"),
        cancel_url=url_for("admin.people"),
    )


def _invite(bound: Bound) -> Any:
    return perform(
        journeys.invite,
        **bound.cleaned,
        then=lambda _token: url_for("admin.people"),
        show=lambda token: page(
            "admin/invited.html",
            invited_title=_("%(name)s is invited", name=bound["name"]),
            name=bound["name"],
            email=bound["email"],
            office=bound["office"],
            link=url_for("signin.invitation", token=token, _external=True),
            back=Action(label=_("To the people"), url=url_for("admin.people")),
        ),
    )


@blueprint.route("/pool/people/<seat>/end", methods=["GET", "POST"])
def end_seat(seat: str) -> Any:
    """Ask why a seat ends, and end it; the next request of whoever sits in it is refused."""
    found = lists.seat_line(reading(), seat)
    if found is None:
        raise NoSuchSeat(_("There is no such seat."), next_step=_("Look at the list of people."))
    bound = form_of(END)
    answer = attempt(
        bound,
        lambda: perform(
            with_values(journeys.end_seat, seat=seat, reason=bound["reason"]),
            then=lambda _none: url_for("admin.people"),
        ),
        beyond={"forbidden"},
    )
    if answer is not None:
        return answer
    return page(
        "shared/confirm.html",
        bound.status,
        confirm_title=_("End the seat of %(name)s", name=found.person_name),
        confirm_text=_(
            "The seat ends at once: the next request of this person in this seat is refused. What was done stays on "
            "record. Other seats of the person stay."
        ),
        confirm_facts=[
            Fact(label=_("Person"), value=f"{found.person_name} ({found.person_email})"),
            Fact(label=_("Seat"), value=office_word(found.office)),
            Fact(label=_("Since"), value=found.valid_from, kind="date"),
            *_audits_left(found),
        ],
        confirm_action=url_for("admin.end_seat", seat=seat),
        confirm_label=_("End the seat"),
        back_url=url_for("admin.people"),
        bound=bound,
        crumbs=[Crumb(label=_("People"), url=url_for("admin.people")), Crumb(label=_("End a seat"))],
    )


def _audits_left(found: lists.SeatLine) -> list[Fact]:
    """Return the audits at work that lose a member when an auditor's seat ends; ending it is not refused for them."""
    person = person_by_email(reading(), found.person_email) if found.office is Office.AUDITOR else None
    refs = audits_at_work_of(reading(), person.id) if person is not None else ()
    hint = _("The planner replaces them: “Replace a member of the team” on each booking.")
    return [Fact(label=_("In the team of"), value=refs, kind="ref", hint=hint)] if refs else []
