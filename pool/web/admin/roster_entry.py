"""Auditors entering and changing: taking one in with an invitation, inviting again, load limit, rate, state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, request, url_for

from auditors.roster import queries
from auditors.roster.rules import MAX_RATE_MINOR, MOST_HALF_DAYS
from auditors.roster.values import AuditorView
from pool.journeys import roster as journeys
from pool.journeys.roster import AdmittedAuditor
from pool.kernel.money import Money
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office
from pool.kernel.storage import AlreadyDone
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.admin import blueprint
from pool.web.fields import Email, Integer, MoneyField, Radio, Text
from pool.web.forms import Bound, Form, Option, Section
from pool.web.parts import Action, Crumb
from pool.web.requests import actor, at, attempt, close_reading, database, go, once_of, page, perform, reading

_LANGUAGES = Text(
    name="languages",
    label=_l("Languages"),
    most=100,
    example="en, de",
    help=_l("Codes, the strongest first. Everybody in a team speaks the language of the audit."),
)
_REGION = Text(
    name="region",
    label=_l("Region"),
    most=14,
    example="EU",
    help=_l("A country or market code, such as EU, CN or US-CA."),
)
_LOAD = Integer(
    name="max_half_days",
    label=_l("Load limit"),
    unit=_l("half-days in 30 days"),
    least=1,
    most=MOST_HALF_DAYS,
    default="30",
    help=_l("Planning never goes beyond it."),
)


def _rate(currency: str) -> MoneyField:
    return MoneyField(
        name="day_rate",
        label=_l("Day rate"),
        currency=currency,
        most_minor=MAX_RATE_MINOR,
        help=_l("For a whole day; a half-day is half of it, rounded up."),
    )


ADD = Form(
    "auditor",
    sections=(
        Section(
            _l("The person"),
            intro=_l(
                "They get a link, choose a password and set up a second factor. Competence is confirmed afterwards."
            ),
            fields=(Text(name="name", label=_l("Name"), most=200), Email(name="email", label=_l("E-mail"))),
        ),
        Section(
            _l("What planning needs"),
            fields=(
                _LANGUAGES,
                _REGION,
                _LOAD,
                _rate("EUR"),
                Text(
                    name="time_zone",
                    label=_l("Time zone"),
                    most=60,
                    required=False,
                    default="UTC",
                    example="Europe/Berlin",
                ),
            ),
        ),
    ),
)
INVITE = Form(
    "invite-auditor",
    sections=(
        Section("", fields=(Text(name="name", label=_l("Name"), most=200), Email(name="email", label=_l("E-mail")))),
    ),
)


def spoken(text: str) -> tuple[str, ...]:
    """Return the language codes of a typed list."""
    return tuple(part for part in text.replace(";", ",").replace(" ", ",").split(",") if part)


# --------------------------------------------------------------------------------------------------
# Taking in


@blueprint.route("/pool/roster/add", methods=["GET", "POST"])
def add_auditor() -> Any:
    """Take an auditor into the roster; the link of the invitation is shown once and kept nowhere."""
    bound = ADD.fresh()
    if request.method == "POST":
        bound = ADD.bind(request.form, request.files)
        if bound.valid:
            rate: Money = bound["day_rate"]
            try:
                return _admitted(
                    bound,
                    journeys.admit_auditor,
                    name=bound["name"],
                    email=bound["email"],
                    region=bound["region"],
                    languages=spoken(bound["languages"]),
                    day_rate_minor=rate.amount_minor,
                    currency=rate.currency,
                    time_zone=bound["time_zone"] or "UTC",
                    max_half_days=bound["max_half_days"],
                )
            except Refusal as refusal:
                if refusal.kind == "forbidden" and refusal.field is None:
                    raise
                bound.add_refusal(refusal)
    return _form_page(
        bound,
        title=_("Take an auditor in"),
        lead=_("Planning may ask them once competence is confirmed. An auditor holds no office of the pool."),
        action=url_for("admin.add_auditor"),
        label=_("Take in and invite"),
        back=url_for("admin.roster"),
    )  # fmt: skip


@blueprint.route("/pool/roster/<ref>/invite", methods=["GET", "POST"])
def invite_auditor(ref: str) -> Any:
    """Invite the person of an auditor without a seat once more."""
    found = queries.auditor(reading(), ref)
    bound = INVITE.fresh({"name": found.name})
    if request.method == "POST":
        bound = INVITE.bind(request.form, request.files)
        if bound.valid:
            try:
                return _admitted(bound, journeys.invite_auditor, auditor=found.ref, **bound.cleaned)
            except Refusal as refusal:
                if refusal.kind == "forbidden" and refusal.field is None:
                    raise
                bound.add_refusal(refusal)
    return _form_page(
        bound,
        title=_("Invite %(name)s to the seat", name=found.name),
        lead=_("You get a link to hand over. It opens once and ends after 14 days. Links given before keep working."),
        action=request.path,
        label=_("Invite"),
        back=url_for("admin.auditor", ref=found.ref),
        auditor=found,
    )


def _admitted(bound: Bound, journey: Callable[..., AdmittedAuditor], **values: Any) -> Any:
    close_reading()
    try:
        # Why not perform(): the answer carries a token, and what is kept of a one-time key must not.
        made = database().run_work(
            journey,
            **values,
            actor=actor(),
            at=at(),
            request_id=str(g.get("request_id", "")),
            once=once_of(lambda done: url_for("admin.auditor", ref=done.ref)),
        )
    except AlreadyDone as done:
        return go(done.answer)
    back = Action(label=_("To the auditor"), url=url_for("admin.auditor", ref=made.ref))
    if not made.invitation:
        return go(back.url)
    return page(
        "admin/invited.html",
        invited_title=_("%(name)s is in the roster", name=bound["name"]),
        name=bound["name"],
        email=bound["email"],
        office=Office.AUDITOR,
        link=url_for("signin.invitation", token=made.invitation, _external=True),
        back=back,
    )


# --------------------------------------------------------------------------------------------------
# Changing


def _change_form(found: AuditorView) -> Form:
    return Form(
        "change-auditor",
        sections=(
            Section(
                "",
                fields=(
                    _LOAD,
                    _rate(found.currency),
                    _LANGUAGES,
                    _REGION,
                    Radio(
                        name="state",
                        label=_l("State"),
                        choices=(
                            Option("active", _l("Active"), _l("Planning may ask them.")),
                            Option("paused", _l("Paused"), _l("Planning leaves them out; what is booked stays.")),
                            Option("left", _l("Left"), _l("Planning leaves them out for good; the history stays.")),
                        ),
                    ),
                ),
            ),
        ),
    )


@blueprint.route("/pool/roster/<ref>/change", methods=["GET", "POST"])
def change_auditor(ref: str) -> Any:
    """Change load limit, rate, languages, region or state of an auditor."""
    found = queries.auditor(reading(), ref)
    form = _change_form(found)
    bound = form.fresh(
        {
            "max_half_days": found.max_half_days,
            "day_rate": Money(found.day_rate_minor, found.currency),
            "languages": ", ".join(found.languages),
            "region": found.region,
            "state": found.state,
        }
    )
    if request.method == "POST":
        bound = form.bind(request.form, request.files)
        answer = attempt(
            bound,
            lambda: perform(
                journeys.change_auditor,
                auditor=found.ref,
                max_half_days=bound["max_half_days"],
                day_rate_minor=bound["day_rate"].amount_minor,
                languages=spoken(bound["languages"]),
                region=bound["region"],
                state=bound["state"],
                then=lambda view: url_for("admin.auditor", ref=view.ref),
            ),
            beyond={"forbidden"},
        )
        if answer is not None:
            return answer
    return _form_page(
        bound,
        title=_("Change %(name)s", name=found.name),
        lead=_("Plans made from now on use these values; proposals that stand are not touched."),
        action=request.path,
        label=_("Save"),
        back=url_for("admin.auditor", ref=found.ref),
        auditor=found,
    )


def _form_page(
    bound: Bound, *, title: str, lead: str, action: str, label: str, back: str, auditor: AuditorView | None = None
) -> Any:
    way = [Crumb(label=_("Roster"), url=url_for("admin.roster"))]
    if auditor is not None:
        way.append(Crumb(label=auditor.name, url=back))
    return page(
        "shared/form.html",
        bound.status,
        form_title=title,
        form_lead=lead,
        bound=bound,
        form_action=action,
        submit_label=label,
        cancel_url=back,
        crumbs=[*way, Crumb(label=title)],
    )
