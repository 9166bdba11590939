"""Member firms: the list, one firm, and admitting a firm with the invitation of its first manager."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from pool.harbor.queries import standings
from pool.journeys import people
from pool.kernel.history import activity_of
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members import lists
from pool.members.queries import FirmView, firm_of, seats_of_firm
from pool.members.rules import runs
from pool.registry.queries import deployments_of_firm
from pool.web.admin import blueprint
from pool.web.fields import Email, Text
from pool.web.forms import Bound, Form, Section
from pool.web.history import events_of
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb, Fact
from pool.web.requests import actor, at, attachment, attempt, form_of, page, perform, reading
from pool.web.states import state_word
from pool.web.wording import public_state, standing_word

SPEC = ListSpec(
    name="firms",
    columns=(
        Column("name", _l("Firm"), sort=True, primary=True),
        Column("ref", _l("Reference"), "ref", sort=True),
        Column("country", _l("Country"), sort=True),
        Column("joined_on", _l("Member since"), "date", sort=True),
        Column("state", _l("State"), "state"),
    ),
    filters=(
        Filter(
            "state",
            _l("State"),
            (
                ("applicant", _l("Applicant")),
                ("member", _l("Member")),
                ("leaving", _l("Leaving")),
                ("left", _l("Left")),
            ),
        ),
        Filter("country", _l("Country"), ()),
    ),
    search=_l("Name or reference"),
    default_sort="name",
)

ADMIT = Form(
    "admit",
    sections=(
        Section(
            _l("The firm"),
            fields=(
                Text(name="name", label=_l("Name"), most=200, help=_l("As it stands in the membership agreement.")),
                Text(
                    name="country",
                    label=_l("Country"),
                    most=2,
                    pattern="[A-Z]{2}",
                    pattern_words=_l("Write the two-letter code in capitals."),
                    example="DE",
                    help=_l("Two-letter code of the country where the firm has its seat."),
                ),
                Email(name="contact_email", label=_l("Address for letters of the pool")),
            ),
        ),
        Section(
            _l("Its first manager"),
            intro=_l("The manager gets an invitation, and invites everybody else of the firm."),
            fields=(
                Text(name="manager_name", label=_l("Name"), most=200),
                Email(name="manager_email", label=_l("E-mail")),
            ),
        ),
    ),
)


def may_admit() -> bool:
    """Tell whether the active seat admits firms."""
    return actor().office in {Office.REGISTRAR, Office.ADMINISTRATOR}


@blueprint.get("/pool/members")
def members() -> Any:
    """List the member firms."""
    spec = SPEC.with_choices("country", [(code, code) for code in lists.countries(reading())])
    wanted = spec.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda one: lists.firms_listed(reading(), one), wanted)
        return attachment(csv_of(spec, rows), name="members.csv", media_type="text/csv")
    found = lists.firms_listed(reading(), wanted)
    new = Action(label=_("Admit a firm"), url=url_for("admin.admit_firm")) if may_admit() else None
    return page("admin/members.html", view=list_view(spec, found, path=request.path), new=new)


@blueprint.get("/pool/members/<firm>")
def member(firm: str) -> Any:
    """Show one firm with its people, its deployments and what happened."""
    found = firm_of(reading(), firm)
    seats = seats_of_firm(reading(), found.id)
    deployments = deployments_of_firm(reading(), found.id)
    return page(
        "admin/member.html",
        firm=found,
        facts=_facts(found),
        seats=[(s, runs(s.valid_from, s.valid_until, at())) for s in seats],
        invitations=[one for one in lists.invitations(reading(), found.id) if one.state == "invited"],
        deployments=deployments,
        standings={
            key: (public_state(one.state, deemed=one.deemed), standing_word(one))
            for key, one in standings(reading(), [one.id for one in deployments]).items()
        },
        events=events_of(activity_of(reading(), found.ref, *(seat.public_id for seat in seats))),
        crumbs=[Crumb(label=_("Members"), url=url_for("admin.members")), Crumb(label=found.name)],
    )


def _facts(firm: FirmView) -> list[Fact]:
    return [
        Fact(label=_("State"), value=state_word(firm.state)),
        Fact(label=_("Country"), value=firm.country),
        Fact(label=_("Member since"), value=firm.joined_on, kind="date"),
        Fact(label=_("Agreement signed"), value=firm.agreement_signed_at, kind="instant"),
        Fact(label=_("Address for letters"), value=firm.contact_email),
        Fact(label=_("Public id"), value=firm.public_id, kind="digest"),
    ]


@blueprint.route("/pool/admit", methods=["GET", "POST"])
def admit_firm() -> Any:
    """Admit a firm; the link of its manager's invitation is shown once and kept nowhere."""
    bound = form_of(ADMIT)
    answer = attempt(bound, lambda: _admit(bound), beyond={"forbidden"})
    if answer is not None:
        return answer
    return page(
        "shared/form.html",
        bound.status,
        form_title=_("Admit a firm"),
        form_lead=_("The firm is a member from the moment you send this. Its agreement must be signed before."),
        bound=bound,
        form_action=url_for("admin.admit_firm"),
        submit_label=_("Admit the firm"),
        cancel_url=url_for("admin.members"),
    )


def _admit(bound: Bound) -> Any:
    return perform(
        people.admit_firm,
        **bound.cleaned,
        then=lambda done: url_for("admin.member", firm=done.ref),
        show=lambda done: page(
            "admin/invited.html",
            invited_title=_("%(firm)s is a member", firm=bound["name"]),
            name=bound["manager_name"],
            email=bound["manager_email"],
            office=Office.FIRM_MANAGER,
            link=url_for("signin.invitation", token=done.invitation, _external=True),
            back=Action(label=_("To the firm"), url=url_for("admin.member", firm=done.ref)),
        ),
    )
