"""What happens in use: incidents told and completed, and monitoring reports handed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for

from pool.journeys import intake, submit
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.policy.deadlines import incident_clocks
from pool.policy.loading import load_edition
from pool.registry import queries
from pool.registry.queries import DeploymentView, IncidentView
from pool.web import display
from pool.web.fields import DateField, FileField, InstantField, Integer, LongText, Option, Radio
from pool.web.firm import blueprint
from pool.web.firm.deployment import crumbs
from pool.web.firm.uploads import keep_evidence
from pool.web.forms import Bound, Form, Section
from pool.web.requests import at, attempt, form_of, page, perform, reading

INCIDENT = Form(
    "incident",
    (
        Section(
            "",
            (
                Radio(
                    name="severity",
                    label=_l("How grave is it?"),
                    cards=True,
                    choices=(
                        Option(
                            "serious",
                            _l("Serious"),
                            _l("Health, safety, property, basic rights or critical services were harmed, or nearly."),
                        ),
                        Option("other", _l("Other"), _l("Something went wrong that matters to somebody.")),
                    ),
                ),
                LongText(
                    name="description",
                    label=_l("What happened"),
                    help=_l(
                        "Who was affected, is it still going on, what did you do at once. "
                        "A short text now is better than a long one late."
                    ),
                    rows=6,
                    most=20_000,
                ),
                InstantField(name="occurred_at", label=_l("When it happened")),
                InstantField(name="known_at", label=_l("When you came to know"), help=_l("The clock runs from here.")),
            ),
        ),
    ),
)
FULL_REPORT = Form(
    "full-report",
    (
        Section(
            "",
            (
                LongText(
                    name="full_report",
                    label=_l("What was found"),
                    help=_l("Root cause, people affected, how you know, what will keep it from happening again."),
                    rows=8,
                    most=20_000,
                ),
                LongText(
                    name="containment",
                    label=_l("What was done at once to stop the harm"),
                    rows=4,
                    most=20_000,
                    required=False,
                ),
                DateField(name="measures_due_on", label=_l("Measures in place by"), required=False),
            ),
        ),
    ),
)
MONITORING = Form(
    "monitoring",
    (
        Section(
            "",
            (
                DateField(name="period_from", label=_l("Period from")),
                DateField(name="period_until", label=_l("Period until")),
                Radio(
                    name="level",
                    label=_l("How closely you looked"),
                    choices=(
                        Option("1", _l("Level 1"), _l("Complaints and incidents, and a look at a few outputs.")),
                        Option("2", _l("Level 2"), _l("A random sample by two people, and the figures of use.")),
                        Option("3", _l("Level 3"), _l("Level 2, and tests for drift and for groups treated worse.")),
                    ),
                    cards=True,
                ),
                Integer(
                    name="sample_outputs",
                    label=_l("Outputs in the sample"),
                    help=_l("A random sample of 200 a quarter, or all if there are fewer."),
                    most=10**9,
                    unit=_l("outputs"),
                ),
                Integer(
                    name="off_scope_outputs",
                    label=_l("Of these, outside the stated purpose"),
                    most=10**9,
                    unit=_l("outputs"),
                ),
                Integer(name="complaints", label=_l("Complaints in the period"), most=10**9, unit=_l("complaints")),
                LongText(
                    name="summary",
                    label=_l("What you saw and what you did"),
                    rows=5,
                    most=20_000,
                ),
                FileField(
                    name="file",
                    label=_l("The data behind it"),
                    help=_l("Kept as evidence under its SHA-256."),
                    required=False,
                ),
            ),
        ),
    ),
)


@blueprint.route("/deployments/<ref>/incidents/new", methods=["GET", "POST"])
def report_incident(ref: str) -> Any:
    """Report an incident of one's own deployment."""
    view = queries.deployment(reading(), ref)
    bound = form_of(INCIDENT, {"known_at": at()})
    answer = attempt(
        bound,
        lambda: perform(
            submit.report_incident,
            deployment=view.ref,
            **bound.cleaned,
            then=lambda _done: url_for("firm.deployment", ref=view.ref, tab="incidents"),
        ),
    )
    if answer is not None:
        return answer
    clocks = incident_clocks(load_edition(), view.tier or "high")
    return _form_page(
        bound,
        title=_("Report an incident of %(name)s", name=view.name),
        lead=_(
            "The pool's clock: %(serious)s hours from knowing for a serious one, %(other)s hours for others. Duties to "
            "authorities run beside and are yours.",
            serious=clocks.serious_hours,
            other=clocks.other_hours,
        ),
        action=url_for("firm.report_incident", ref=view.ref),
        submit_label=_("Report"),
        view=view,
        tab="incidents",
        last=_("Report an incident"),
    )


@blueprint.route("/incidents/<ref>/report", methods=["GET", "POST"])
def complete_incident(ref: str) -> Any:
    """Add the full report of an incident."""
    incident = queries.incident(reading(), ref)
    view = queries.deployment(reading(), incident.deployment_ref)
    bound = FULL_REPORT.fresh(
        {
            "full_report": incident.full_report,
            "containment": incident.containment,
            "measures_due_on": incident.measures_due_on,
        }
    )
    if request.method == "POST":
        bound = FULL_REPORT.bind(request.form, request.files)
        answer = attempt(
            bound,
            lambda: perform(
                submit.complete_incident,
                incident=incident.ref,
                **bound.cleaned,
                then=lambda _done: url_for("firm.deployment", ref=view.ref, tab="incidents"),
            ),
        )
        if answer is not None:
            return answer
    return _form_page(
        bound,
        title=_("Full report of %(ref)s", ref=incident.ref),
        lead=_report_lead(incident),
        action=url_for("firm.complete_incident", ref=incident.ref),
        submit_label=_("Hand in the report"),
        view=view,
        tab="incidents",
        last=incident.ref,
    )


def _report_lead(incident: IncidentView) -> str:
    return _(
        "Due on %(day)s. What happened: %(text)s",
        day=display.day(incident.full_report_due_on),
        text=incident.description[:300],
    )


@blueprint.route("/deployments/<ref>/monitoring/new", methods=["GET", "POST"])
def add_monitoring(ref: str) -> Any:
    """Hand in a monitoring report of one's own deployment."""
    view = queries.deployment(reading(), ref)
    today = day_of(at())
    bound = MONITORING.fresh({"period_from": today - timedelta(days=90), "period_until": today})
    if request.method == "POST":
        bound = MONITORING.bind(request.form, request.files)
        if bound.valid:
            report = {name: value for name, value in bound.cleaned.items() if name not in ("file", "level")}
            answer = attempt(
                bound,
                lambda: perform(
                    intake.add_monitoring,
                    deployment=view.ref,
                    file=keep_evidence(bound["file"]),
                    level=int(bound["level"]),
                    **report,
                    then=lambda _done: url_for("firm.deployment", ref=view.ref, tab="monitoring"),
                ),
            )
            if answer is not None:
                return answer
    return _form_page(
        bound,
        title=_("Monitoring report of %(name)s", name=view.name),
        lead=_("What a sample of real outputs showed over a period."),
        action=url_for("firm.add_monitoring", ref=view.ref),
        submit_label=_("Hand in the report"),
        view=view,
        tab="monitoring",
        last=_("Monitoring report"),
    )


def _form_page(
    bound: Bound,
    *,
    title: str,
    lead: str,
    action: str,
    submit_label: str,
    view: DeploymentView,
    tab: str,
    last: str,
) -> Any:
    return page(
        "shared/form.html",
        bound.status,
        form_title=title,
        form_lead=lead,
        bound=bound,
        form_action=action,
        submit_label=submit_label,
        cancel_url=url_for("firm.deployment", ref=view.ref, tab=tab),
        crumbs=crumbs(view, last),
    )
