"""The roster: the list of auditors, taking one in with an invitation, and changing load limit, rate or state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, request, url_for

from auditors.roster import lists, queries
from auditors.roster.rules import MAX_RATE_MINOR, MOST_HALF_DAYS, ROSTER_OFFICES
from auditors.roster.values import AuditorLine, AuditorView
from pool.journeys import roster as journeys
from pool.journeys.roster import AdmittedAuditor
from pool.kernel.money import Money
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office
from pool.kernel.storage import AlreadyDone
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.policy.loading import load_edition
from pool.web.admin import blueprint
from pool.web.fields import Email, Integer, MoneyField, Radio, Text
from pool.web.forms import Bound, Form, Option, Section
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb, Tab
from pool.web.requests import actor, at, attachment, close_reading, database, go, once_of, page, perform, reading
from pool.web.states import state_word

STATES = (("active", _l("Active")), ("paused", _l("Paused")), ("left", _l("Left")))
SPEC = ListSpec(
    name="roster",
    columns=(
        Column("name", _l("Auditor"), sort=True, primary=True),
        Column("ref", _l("Reference"), "ref", sort=True, hidden_on_phone=True),
        Column("region", _l("Region"), sort=True),
        Column("languages", _l("Languages")),
        Column("competences", _l("Competence today")),
        Column("load", _l("Next 30 days")),
        Column("expiring_on", _l("First to end")),
        Column("state", _l("State"), "state"),
    ),
    filters=(
        Filter("code", _l("Competence"), ()),
        Filter("language", _l("Language"), ()),
        Filter("region", _l("Region"), ()),
        Filter("ends", _l("Validity"), (("soon", _l("Ends within 60 days")),)),
        Filter("state", _l("State"), STATES),
    ),
    search=_l("Name or reference"),
    default_sort="name",
)
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


def may_keep() -> bool:
    """Tell whether the active seat keeps the roster."""
    return actor().office in ROSTER_OFFICES


def competence_names() -> dict[str, str]:
    """Return the name of each competence of the edition by its code."""
    rules = load_edition().effort.competence
    return {**rules.functions, **rules.sectors}


def spoken(text: str) -> tuple[str, ...]:
    """Return the language codes of a typed list."""
    return tuple(part for part in text.replace(";", ",").replace(" ", ",").split(",") if part)


def roster_tabs(current: str) -> list[Tab]:
    """Return the views of the roster: auditors, and interests with how many wait."""
    found = [Tab(label=_("Auditors"), url=url_for("admin.roster"), current=current == "auditors")]
    if may_see_interests():
        waiting = lists.unassessed(reading())
        found.append(
            Tab(
                label=_("Interests"),
                url=url_for("admin.interests"),
                current=current == "interests",
                count=waiting or None,
            )
        )
    return found


def may_see_interests() -> bool:
    """Tell whether the active seat reads declared interests: personal facts, for those who must act on them."""
    return actor().office in {Office.PLANNER, Office.ADMINISTRATOR, Office.IMPARTIALITY_OFFICER}


@blueprint.get("/pool/roster")
def roster() -> Any:
    """List the auditors with competence and load."""
    names = competence_names()
    spec = (
        SPEC.with_choices("code", [(code, f"{code} {name}") for code, name in names.items()])
        .with_choices("region", [(one, one) for one in lists.regions(reading())])
        .with_choices("language", [(one, one) for one in lists.languages(reading())])
    )
    asked = spec.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda part: lists.auditors_listed(reading(), part), asked)
        return attachment(csv_of(spec, rows, cell=_cell), name="roster.csv", media_type="text/csv")
    found = lists.auditors_listed(reading(), asked)
    return page(
        "admin/roster.html",
        view=list_view(spec, found, path=request.path),
        tabs=roster_tabs("auditors"),
        names=names,
        soon=lists.EXPIRING_DAYS,
        new=Action(label=_("Take an auditor in"), url=url_for("admin.add_auditor")) if may_keep() else None,
    )


def _cell(item: object, column: Column) -> object:
    assert isinstance(item, AuditorLine)
    one = item.auditor
    values: dict[str, object] = {
        "languages": " ".join(one.languages),
        "competences": " ".join(f"{code}:{level}" for code, level in item.competences),
        "load": f"{item.load}/{one.max_half_days}",
        "expiring_on": item.expiring_on,
        "state": state_word(one.state),
    }
    return values[column.key] if column.key in values else getattr(one, column.key)


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
        if bound.valid:
            try:
                return perform(
                    journeys.change_auditor,
                    auditor=found.ref,
                    max_half_days=bound["max_half_days"],
                    day_rate_minor=bound["day_rate"].amount_minor,
                    languages=spoken(bound["languages"]),
                    region=bound["region"],
                    state=bound["state"],
                    then=lambda view: url_for("admin.auditor", ref=view.ref),
                )
            except Refusal as refusal:
                if refusal.kind == "forbidden":
                    raise
                bound.add_refusal(refusal)
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
        422 if bound.is_bound else 200,
        form_title=title,
        form_lead=lead,
        bound=bound,
        form_action=action,
        submit_label=label,
        cancel_url=back,
        crumbs=[*way, Crumb(label=title)],
    )
