"""A new sign-in for whoever lost password or second factor: asked by one administrator, confirmed by another."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from pool.journeys import reset as journeys
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members.resets import LINK_LIFE, ResetView
from pool.members.resets import reset as find
from pool.web.admin import blueprint
from pool.web.fields import Email, LongText
from pool.web.forms import Form, Section
from pool.web.parts import Action, Crumb, Fact, Signature
from pool.web.requests import actor, attempt, form_of, page, perform, reading, with_values

ASK = Form(
    "reset",
    sections=(
        Section(
            "",
            fields=(
                Email(name="email", label=_l("E-mail of the account")),
                LongText(
                    name="reason",
                    label=_l("How do you know who asks?"),
                    help=_l("A mail alone is no proof. Call back under a number that you had before."),
                    example=_l("Called back under the number in the agreement; the phone was stolen."),
                    most=500,
                    rows=3,
                ),
            ),
        ),
    ),
)


@blueprint.route("/pool/people/reset", methods=["GET", "POST"])
def ask_reset() -> Any:
    """Ask for a new sign-in of somebody: the first of two words."""
    bound = form_of(ASK)
    answer = attempt(
        bound,
        lambda: perform(
            with_values(journeys.ask_reset, **bound.cleaned),
            then=lambda made: url_for("admin.reset", reset=made.public_id),
        ),
    )
    if answer is not None:
        return answer
    return page(
        "shared/form.html",
        bound.status,
        form_title=_("Give somebody a new sign-in"),
        form_lead=_(
            "For a lost password or a lost phone. Another administrator confirms it; then a link sets a new password "
            "and a new second factor. Until it is used the old ones go on working."
        ),
        bound=bound,
        form_action=url_for("admin.ask_reset"),
        submit_label=_("Ask for it"),
        cancel_url=url_for("admin.people"),
    )


@blueprint.get("/pool/people/resets/<reset>")
def reset(reset: str) -> Any:
    """Show one reset: for whom, why, and whose word is missing."""
    return _page(find(reading(), reset))


@blueprint.post("/pool/people/resets/<reset>/confirm")
def confirm_reset(reset: str) -> Any:
    """Give the second word for exactly what was shown, and show the link once."""
    here = url_for("admin.reset", reset=reset)
    return perform(
        journeys.confirm_reset,
        reset=reset,
        seen=request.form.get("content", ""),
        then=lambda _token: here,
        show=lambda token: _page(find(reading(), reset), link=url_for("signin.reset", token=token, _external=True)),
    )


@blueprint.post("/pool/people/resets/<reset>/withdraw")
def withdraw_reset(reset: str) -> Any:
    """Withdraw a reset or its link."""
    return perform(journeys.withdraw_reset, reset=reset, then=lambda _none: url_for("admin.reset", reset=reset))


def _page(found: ResetView, *, link: str = "") -> Any:
    why_not = _why_not(found)
    confirm = Action(
        label=_("Confirm, and make the link"),
        url=url_for("admin.confirm_reset", reset=found.public_id),
        method="post",
        fields={"content": found.content_digest},
    )
    withdraw = Action(
        label=_("Withdraw it"),
        url=url_for("admin.withdraw_reset", reset=found.public_id),
        method="post",
        style="quiet",
    )
    return page(
        "admin/reset.html",
        found=found,
        sentence=_sentence(found),
        link=link,
        hours=int(LINK_LIFE.total_seconds() // 3600),
        facts=[
            Fact(label=_("Person"), value=found.person_name),
            Fact(label=_("Account"), value=found.person_email),
            Fact(label=_("How it is known who asks"), value=found.reason),
            Fact(label=_("Open until"), value=found.ends_at, kind="instant"),
        ],
        signatures=(
            Signature(role=_("Asked by"), who=found.asked_by_name, at=found.asked_at),
            Signature(role=_("Confirmed by"), who=found.confirmed_by_name, at=found.confirmed_at, why_not=why_not),
        ),
        confirm=confirm if found.state == "requested" and not why_not else None,
        withdraw=withdraw if found.state in ("requested", "confirmed") else None,
        crumbs=[Crumb(label=_("People"), url=url_for("admin.people")), Crumb(label=found.person_name)],
    )


def _why_not(found: ResetView) -> str:
    if found.state != "requested":
        return ""
    if actor().person_id == found.asked_by:
        return _("You asked; another administrator confirms it.")
    if actor().person_id == found.person_id:
        return _("It is your own account; another administrator confirms it.")
    return ""


def _sentence(found: ResetView) -> str:
    return {
        "requested": _("Another administrator has to confirm this."),
        "confirmed": _("The link was given out and was not used yet."),
        "used": _("A new password and a new second factor were set."),
        "withdrawn": _("Withdrawn: nothing was changed."),
        "expired": _("Nobody confirmed it, or used its link, in time. It can be asked for anew."),
    }[found.state]
