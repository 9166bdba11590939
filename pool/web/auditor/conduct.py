"""The steps of an audit as its lead makes them: sealing, stages, report, comments, asking to stop."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from auditors.casework import queries
from auditors.casework.states import AuditState
from auditors.casework.values import AuditFile
from pool.journeys import audit as journeys
from pool.kernel.refusals import Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.auditor import blueprint
from pool.web.fields import Hidden, LongText, Radio, Text
from pool.web.forms import Bound, Form, Option, Section
from pool.web.parts import Crumb
from pool.web.requests import page, perform, reading, with_values

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


def _form_page(file: AuditFile, bound: Bound, *, title: str, lead: str, label: str, status: int) -> Any:
    back = url_for("auditor.audit", ref=file.ref)
    return page(
        "shared/form.html",
        status,
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
    form = PLAN.changed(
        "days", help=_("%(n)s in the brief; it counts where you leave this empty.", n=file.brief.get("exact_days", ""))
    )
    status = 200
    if request.method == "GET":
        bound = form.fresh({**_plan_defaults(file), "version": file.version})
    else:
        bound, status = form.bind(request.form), 422
        if bound.valid:
            try:
                return perform(journeys.seal, audit_ref=ref, **named(bound), then=lambda _d: _plan_url(ref))
            except Refusal as refusal:
                bound.add_refusal(refusal)
    return _form_page(
        file,
        bound,
        title=_("Seal the plan"),
        lead=_("From then on criteria, sample, thresholds, team and days are fixed; the report shows where fieldwork "
               "left them."),
        label=_("Seal the plan"),
        status=status,
    )  # fmt: skip


def _plan_url(ref: str) -> str:
    return url_for("auditor.audit_plan", ref=ref)


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
    status = 200
    if request.method == "GET":
        bound = STAGE1.fresh({"version": file.version})
    else:
        bound, status = STAGE1.bind(request.form), 422
        if bound.valid:
            try:
                return perform(journeys.report_stage1, audit_ref=ref, **named(bound), then=lambda _s: _back(ref))
            except Refusal as refusal:
                bound.add_refusal(refusal)
    return _form_page(
        file,
        bound,
        title=_("Report stage 1"),
        lead=_("Stage 1 ends with a word on readiness. Fieldwork follows within six months."),
        label=_("Report"),
        status=status,
    )


@blueprint.route("/audits/<ref>/fieldwork", methods=["GET", "POST"])
def start_fieldwork(ref: str) -> Any:
    """Begin fieldwork although stage 1 left concerns, saying how they were settled."""
    file = queries.audit_file(reading(), ref)
    status = 200
    if request.method == "GET":
        bound = CONCERNS.fresh({"version": file.version})
    else:
        bound, status = CONCERNS.bind(request.form), 422
        if bound.valid:
            try:
                return perform(journeys.start_stage2, audit_ref=ref, **named(bound), then=lambda _s: _back(ref))
            except Refusal as refusal:
                bound.add_refusal(refusal)
    concerns = next((e.reason for e in reversed(file.events) if e.to_state == AuditState.STAGE1_REPORTED), "")
    return _form_page(
        file,
        bound,
        title=_("Begin fieldwork"),
        lead=_("Stage 1 left concerns: %(words)s", words=concerns) if concerns else _("Stage 1 left concerns."),
        label=_("Begin fieldwork"),
        status=status,
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
    status = 200
    bound = STOP.fresh()
    if request.method == "POST":
        bound, status = STOP.bind(request.form), 422
        if bound.valid:
            try:
                return perform(
                    with_values(journeys.ask_to_stop, audit_ref=ref, reason=bound["reason"]),
                    then=lambda _n: url_for("auditor.audit_history", ref=ref),
                )
            except Refusal as refusal:
                bound.add_refusal(refusal)
    return page(
        "shared/confirm.html",
        status,
        confirm_title=_("Ask to stop this audit"),
        confirm_text=_(
            "A planner or an administrator stops it after your word; two persons are needed. The facts so far stay, "
            "and the firm is told the reason."
        ),
        confirm_facts=[],
        confirm_action=request.path,
        confirm_label=_("Ask to stop"),
        back_url=url_for("auditor.audit", ref=ref),
        bound=bound,
        crumbs=[Crumb(label=_("Audits"), url=url_for("auditor.audits")), Crumb(label=file.ref, url=_back(ref))],
    )
