"""The steps of an audit as its lead makes them: sealing, stages, report, comments, asking to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for

from auditors.casework import queries
from auditors.casework.states import AuditState
from auditors.casework.values import AuditFile
from pool.journeys import audit as journeys
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.auditor import blueprint
from pool.web.auditor.frame import days_words
from pool.web.fields import Hidden, LongText, Radio, Text
from pool.web.forms import Bound, Form, Option, Section
from pool.web.parts import Crumb, Fact
from pool.web.requests import attempt, form_of, page, perform, reading, with_values

VERSION = Hidden(name="version", most=12, pattern="[0-9]+")
PLAN = Form(
    "plan",
    [
        Section(
            "",
            [
                LongText(name="criteria", label=_l("Criteria"), rows=4, most=20_000,
                         help=_l("What the firm is held against.")),
                LongText(name="sample", label=_l("Sample"), rows=4, most=20_000,
                         help=_l("What is looked at, how much of it and how it is drawn.")),
                LongText(name="thresholds", label=_l("Thresholds"), rows=4, most=20_000,
                         help=_l("From when on something is a finding, and of which grade.")),
                Text(name="days", label=_l("Auditor-days planned"), required=False, most=40, example="2.5",
                     help=_l("As in the brief where you leave it empty. Shorter days need a reason.")),
                Text(name="days_reason", label=_l("Why fewer days suffice"), required=False, most=2000),
                VERSION,
            ],
        )
    ],
)  # fmt: skip
STAGE1 = Form(
    "stage1",
    [
        Section(
            "",
            [
                Radio(
                    name="readiness",
                    label=_l("Is the firm ready for fieldwork?"),
                    cards=True,
                    choices=[
                        Option("ready", _l("Ready"), _l("Documents, access and people are in place.")),
                        Option("ready_with_concerns", _l("Ready, with concerns"),
                               _l("Something could become a major finding; say what. It is settled before fieldwork.")),
                        Option("not_ready", _l("Not ready"), _l("Fieldwork would not find what it needs.")),
                    ],
                ),
                LongText(name="note", label=_l("Reasons"), rows=5, most=2000,
                         help=_l("What you saw, and what is missing. The firm reads this.")),
                VERSION,
            ],
        )
    ],
)  # fmt: skip
CONCERNS = Form(
    "concerns",
    [
        Section(
            "",
            [
                LongText(name="note", label=_l("How the concerns were settled"), rows=5, most=2000,
                         help=_l("Or why fieldwork can begin although they stand.")),
                VERSION,
            ],
        )
    ],
)  # fmt: skip
STOP = Form(
    "stop",
    [
        Section(
            "",
            [
                LongText(name="reason", label=_l("Why the audit must stop"), rows=5, most=2000,
                         help=_l("The firm broke off, it is unsafe to go on, or something was falsified. "
                                 "Write what you saw, not what somebody meant."))
            ],
        )
    ],
)  # fmt: skip


def _ask(
    file: AuditFile, bound: Bound, journey: Callable[..., Any], *, then: str, title: str, lead: str, label: str
) -> Any:
    """Do what was asked and go on to the address ``then``; else show the form with its words."""
    back = _back(file.ref)
    answer = attempt(bound, lambda: perform(journey, audit_ref=file.ref, **named(bound), then=lambda _result: then))
    if answer is not None:
        return answer
    return page(
        "shared/form.html",
        bound.status,
        form_title=title,
        form_lead=lead,
        bound=bound,
        form_action=request.path,
        submit_label=label,
        cancel_url=back,
        crumbs=[
            Crumb(label=_("Audits"), url=url_for("auditor.audits")),
            Crumb(label=file.ref, url=back),
            Crumb(label=title),
        ],
    )


def _back(ref: str) -> str:
    return url_for("auditor.audit", ref=ref)


def named(bound: Bound) -> dict[str, Any]:
    """Return what was typed, with the version as a number."""
    return {**bound.cleaned, "version": int(bound["version"])}


# --------------------------------------------------------------------------------------------------
# Plan and stages


@blueprint.route("/audits/<ref>/plan/seal", methods=["GET", "POST"])
def seal_plan(ref: str) -> Any:
    """Write the plan and seal it."""
    file = queries.audit_file(reading(), ref)
    told = days_words(str(file.brief.get("exact_days", "")))
    form = PLAN.changed(
        "days", help=_("The brief says %(days)s; they count exactly where you leave this empty.", days=told)
    )
    return _ask(
        file,
        form_of(form, {**_plan_defaults(file), "version": file.version}),
        journeys.seal,
        then=url_for("auditor.audit_plan", ref=file.ref),
        title=_("Seal the plan"),
        lead=_("From then on criteria, sample, thresholds, team and days are fixed; the report shows where fieldwork "
               "left them."),
        label=_("Seal the plan"),
    )  # fmt: skip


def _plan_defaults(file: AuditFile) -> dict[str, str]:
    brief = file.brief
    duties = ", ".join(duty.id for duty in file.duties)
    return {
        "criteria": _("The brief of this audit: edition %(edition)s, duties %(duties)s at the levels stated there.",
                      edition=file.edition, duties=duties),
        "sample": _("Records: max(5, k × √N) of N with k = %(k)s, at least a quarter at random, the rest by risk. "
                    "Outputs: %(n)s at random. Draws use the seed of this audit.",
                    k=brief.get("sampling_factor", "1"), n=brief.get("outputs_sampled", 0)),
        "thresholds": _("A point is major where its condition under “Major if” holds, the duty is absent, or two of "
                        "three samples fail; minor where a single lapse leaves the duty working."),
    }  # fmt: skip


@blueprint.route("/audits/<ref>/stage-1", methods=["GET", "POST"])
def report_stage1(ref: str) -> Any:
    """Report the result of stage 1."""
    file = queries.audit_file(reading(), ref)
    return _ask(
        file,
        form_of(STAGE1, {"version": file.version}),
        journeys.report_stage1,
        then=_back(file.ref),
        title=_("Report stage 1"),
        lead=_("Stage 1 ends with a word on readiness. Fieldwork follows within six months."),
        label=_("Report"),
    )


@blueprint.route("/audits/<ref>/fieldwork", methods=["GET", "POST"])
def start_fieldwork(ref: str) -> Any:
    """Begin fieldwork although stage 1 left concerns, saying how they were settled."""
    file = queries.audit_file(reading(), ref)
    concerns = next((e.reason for e in reversed(file.events) if e.to_state == AuditState.STAGE1_REPORTED), "")
    return _ask(
        file,
        form_of(CONCERNS, {"version": file.version}),
        journeys.start_stage2,
        then=_back(file.ref),
        title=_("Begin fieldwork"),
        lead=_("Stage 1 left concerns: %(words)s", words=concerns) if concerns else _("Stage 1 left concerns."),
        label=_("Begin fieldwork"),
    )


@blueprint.post("/audits/<ref>/step")
def audit_step(ref: str) -> Any:
    """Make a step that asks nothing more than the click."""
    version = request.form.get("version", "")
    return perform(
        journeys.advance,
        audit_ref=ref,
        to=request.form.get("to", ""),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 12 else None,
        then=lambda _state: _back(ref),
    )


@blueprint.route("/audits/<ref>/stop", methods=["GET", "POST"])
def ask_to_stop(ref: str) -> Any:
    """Ask for the audit to be stopped; a second person of the pool stops it."""
    file = queries.audit_file(reading(), ref)
    bound = form_of(STOP)
    answer = attempt(
        bound,
        lambda: perform(
            with_values(journeys.ask_to_stop, audit_ref=ref, reason=bound["reason"]),
            then=lambda _n: url_for("auditor.audit_history", ref=ref),
        ),
    )
    if answer is not None:
        return answer
    return page(
        "shared/confirm.html",
        bound.status,
        confirm_title=_("Ask to stop this audit"),
        confirm_text=_(
            "A planner or an administrator stops it after your word; two persons are needed. The facts so far stay, "
            "and the firm is told the reason."
        ),
        confirm_facts=[Fact(label=_("Asked for already"), value=file.stop_asked_at, kind="instant")]
        if file.stop_asked_at
        else [],
        confirm_action=request.path,
        confirm_label=_("Ask to stop"),
        back_url=url_for("auditor.audit", ref=ref),
        bound=bound,
        crumbs=[Crumb(label=_("Audits"), url=url_for("auditor.audits")), Crumb(label=file.ref, url=_back(ref))],
    )
