"""Findings: writing, changing, discarding and issuing them; the page of one with its remedy and both sides."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request, url_for

from auditors.casework import queries
from auditors.casework.states import FindingState
from auditors.casework.values import AuditFile, FindingView, PointView
from pool.journeys import audit as journeys
from pool.kernel.refusals import Conflict
from pool.kernel.storage import AlreadyDone
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.kernel.words import ngettext
from pool.web.auditor import blueprint, vocabulary
from pool.web.auditor.findings_view import crumbs_of
from pool.web.fields import Choice, Hidden, LongText, Radio, Text
from pool.web.forms import Bound, Form, Option, Section
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Crumb, Fact
from pool.web.requests import (
    actor,
    at,
    attachment,
    attempt,
    close_reading,
    database,
    form_of,
    once_of,
    page,
    perform,
    reading,
    with_values,
)
from pool.web.states import STATES

_GRADES = [Option(name, word, rule) for name, (word, rule) in vocabulary.GRADES.items()]
_TEXTS = [
    LongText(name="requirement", label=_l("Requirement"), rows=3, most=20_000, required=False,
             help=_l("What should be: the duty, at the level that counts here.")),
    LongText(name="statement", label=_l("Statement"), rows=4, most=20_000, required=False,
             help=_l("What is: one lapse, in words that stand by themselves. Never an intent.")),
    LongText(name="evidence", label=_l("Evidence"), rows=4, most=20_000, required=False,
             help=_l("What shows it: items, dates, places, so that somebody else finds them again.")),
]  # fmt: skip
FORM = Form(
    "finding",
    [
        Section(
            "",
            [
                Choice(name="point", label=_l("Test point")),
                Choice(name="duty", label=_l("Duty"), required=False, blank=_l("The first duty of the point")),
                *_TEXTS,
                Radio(name="grade", label=_l("How grave is it?"), cards=True, choices=_GRADES),
                Text(name="repeats", label=_l("Repeats an earlier finding"), required=False, most=20,
                     example="FIN-2026-0003", help=_l("Where the same lapse was found before and not put right.")),
            ],
        )
    ],
)  # fmt: skip
EDIT = Form(
    "finding",
    [
        Section(
            "",
            [
                *_TEXTS,
                Radio(name="grade", label=_l("How grave is it?"), cards=True, choices=_GRADES),
                Hidden(name="version", most=12, pattern="[0-9]+"),
            ],
        )
    ],
)
DISCARD = Form("discard", [Section("", [LongText(name="reason", label=_l("Why"), rows=3, most=2000, required=False)])])
SPEC = ListSpec(
    name="findings",
    columns=(
        Column("ref", _l("Finding"), "ref", sort=True, primary=True),
        Column("grade", _l("Grade"), sort=True),
        Column("statement", _l("Statement")),
        Column("firm_name", _l("Firm")),
        Column("audit_ref", _l("Audit"), "ref"),
        Column("state", _l("State"), "state", sort=True),
        Column("due_on", _l("Due"), "due"),
    ),
    filters=(
        Filter("grade", _l("Grade"), tuple((name, word) for name, (word, _rule) in vocabulary.GRADES.items())),
        Filter(
            "state",
            _l("State"),
            tuple((name, STATES[name][1]) for name in (str(state) for state in FindingState)),
        ),
    ),
    search=_l("Words or reference"),
    default_sort="-ref",
    extra_sorts=("close_by", "issued_at"),
)


@blueprint.get("/findings")
def findings() -> Any:
    """List the findings of the auditor's audits."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda wanted: queries.findings_of_firm(reading(), wanted), asked)
        return attachment(csv_of(SPEC, rows), name="findings.csv", media_type="text/csv")
    found = queries.findings_of_firm(reading(), asked)
    return page("auditor/findings.html", view=list_view(SPEC, found, path=request.path), words=vocabulary)


# --------------------------------------------------------------------------------------------------
# Writing


@blueprint.route("/audits/<ref>/findings/new", methods=["GET", "POST"])
def new_finding(ref: str) -> Any:
    """Write a finding, filled in from the workpaper of the chosen test point."""
    file = queries.audit_file(reading(), ref)
    key = request.form.get("point") or request.args.get("point", "")
    chosen = next((point for point in file.points if _key(point) == key), None)
    form = _form_for(file, chosen)
    status = 200
    if request.method == "GET":
        bound = form.fresh(_first_words(chosen))
    else:
        bound, status = form.bind(request.form), 422
        if bound.valid:
            deployment, _slash, point_id = bound["point"].partition("/")
            answer = attempt(
                bound,
                lambda: perform(
                    journeys.draft_finding,
                    audit_ref=ref,
                    grade=bound["grade"],
                    point_id=point_id,
                    deployment=deployment,
                    duty_id=bound.cleaned.get("duty") or "",
                    requirement=bound["requirement"],
                    statement=bound["statement"],
                    evidence=bound["evidence"],
                    repeats=bound["repeats"],
                    then=lambda found: url_for("auditor.finding", ref=found),
                ),
            )
            if answer is not None:
                return answer
    back = url_for("auditor.audit", ref=ref)
    if chosen is not None:
        back = url_for("auditor.point", ref=ref, deployment=chosen.deployment_ref, point_id=chosen.point_id)
    return page(
        "auditor/finding_form.html",
        status,
        form_title=_("New finding"),
        form_lead=_("It stays the team's draft until the lead auditor issues it; a draft may be incomplete."),
        bound=bound,
        chosen=chosen,
        submit_label=_("Keep as draft"),
        cancel_url=back,
        keep_url=None,
        crumbs=[
            Crumb(label=_("Audits"), url=url_for("auditor.audits")),
            Crumb(label=file.ref, url=back),
            Crumb(label=_("New finding")),
        ],
    )


def _key(point: PointView) -> str:
    return f"{point.deployment_ref}/{point.point_id}"


def _form_for(file: AuditFile, chosen: PointView | None) -> Form:
    several = len(file.participants) > 1
    choices = [
        (
            _key(point),
            f"{point.deployment_ref} · {point.point_id} · " * several
            + f"{point.point_id} · " * (not several)
            + str(point.point.get("question", ""))[:90],
        )
        for point in file.points
    ]
    form = FORM.with_choices("point", choices)
    duties = [str(duty) for duty in chosen.point.get("duties", [])] if chosen else []
    # A duty can only be chosen once the point is known; before that the point's first duty counts.
    return form.with_choices("duty", [(duty, duty) for duty in duties]) if len(duties) > 1 else form.without("duty")


def _first_words(chosen: PointView | None) -> dict[str, Any]:
    """Return what the workpaper already says, so that nobody types it twice."""
    if chosen is None:
        return {}
    duties = ", ".join(str(duty) for duty in chosen.point.get("duties", []))
    grade = chosen.rating if chosen.rating in ("minor", "major", "observation") else ""
    parts = [str(chosen.point.get("question", "")), str(chosen.point.get("objective", ""))]
    return {
        "point": _key(chosen),
        "requirement": f"{duties}: {' '.join(part for part in parts if part)}" if duties else " ".join(parts),
        "evidence": "\n".join(part for part in (chosen.sample, chosen.result) if part),
        "grade": grade,
    }


@blueprint.route("/findings/<ref>/edit", methods=["GET", "POST"])
def edit_finding(ref: str) -> Any:
    """Change a draft."""
    found = queries.finding(reading(), ref)
    finding = found.finding
    status = 200
    if request.method == "GET":
        _require_draft(finding)
        values = {name: getattr(finding, name) for name in ("grade", "requirement", "statement", "evidence", "version")}
        bound = EDIT.fresh(values)
    else:
        bound, status = EDIT.bind(request.form), 422
        if request.form.get("action") == "autosave":
            return _autosave(bound, ref)
        answer = attempt(
            bound,
            lambda: perform(
                journeys.edit_finding,
                finding_ref=ref,
                **_edited(bound),
                then=lambda _version: url_for("auditor.finding", ref=ref),
            ),
        )
        if answer is not None:
            return answer
    return page(
        "auditor/finding_form.html",
        status,
        form_title=_("Change %(ref)s", ref=finding.ref),
        form_lead=_("A draft changes freely; once it is issued its words stay."),
        bound=bound,
        chosen=None,
        submit_label=_("Save"),
        cancel_url=url_for("auditor.finding", ref=ref),
        keep_url=request.path,
        crumbs=crumbs_of(finding, _("Change")),
    )


class NotADraft(Conflict):
    """Only a draft is changed."""


def _require_draft(finding: FindingView) -> None:
    if finding.state != FindingState.DRAFT:
        raise NotADraft(_("Only a draft is changed."), next_step=_("Look at the finding's present state."))


def _edited(bound: Bound) -> dict[str, Any]:
    return {**bound.cleaned, "version": int(bound["version"])}


def _autosave(bound: Bound, ref: str) -> Any:
    if not bound.valid:
        words = [*bound.form_errors, *(word for errors in bound.errors.values() for word in errors)]
        return jsonify({"saved": False, "reason": " ".join(words)}), 422
    once = once_of(str)
    close_reading()
    try:
        version = database().run_work(
            journeys.edit_finding, finding_ref=ref, **_edited(bound), actor=actor(), at=at(), once=once
        )
    except AlreadyDone as done:
        version = int(done.answer)
    return jsonify({"saved": True, "version": version})


@blueprint.route("/findings/<ref>/discard", methods=["GET", "POST"])
def discard_finding(ref: str) -> Any:
    """Discard a draft."""
    finding = queries.finding(reading(), ref).finding
    bound = form_of(DISCARD)
    answer = attempt(
        bound,
        lambda: perform(
            with_values(journeys.discard_finding, finding_ref=ref, reason=bound["reason"]),
            then=lambda _n: url_for("auditor.audit", ref=finding.audit_ref),
        ),
    )
    if answer is not None:
        return answer
    return page(
        "shared/confirm.html",
        bound.status,
        confirm_title=_("Discard %(ref)s", ref=finding.ref),
        confirm_text=_("The draft stays in the team's papers as discarded. The firm never sees it."),
        confirm_facts=[],
        confirm_action=request.path,
        confirm_label=_("Discard the draft"),
        back_url=url_for("auditor.finding", ref=ref),
        bound=bound,
        crumbs=crumbs_of(finding, _("Discard")),
    )


@blueprint.route("/audits/<ref>/findings/issue", methods=["GET", "POST"])
def issue_findings(ref: str) -> Any:
    """Issue one draft (``?finding=``), or all of them, to the firm after a look at what begins with it."""
    chosen = request.args.get("finding", "")
    target = url_for("auditor.finding", ref=chosen) if chosen else url_for("auditor.audit", ref=ref)
    if request.method == "POST":
        return perform(
            journeys.issue,
            audit_ref=ref,
            finding_refs=[chosen] if chosen else None,
            then=lambda _refs: target,
        )
    file = queries.audit_file(reading(), ref)
    drafts = [f for f in file.findings if f.state == FindingState.DRAFT and chosen in ("", f.ref)]
    return page(
        "shared/confirm.html",
        confirm_title=ngettext("Issue %(n)s finding to the firm", "Issue %(n)s findings to the firm", len(drafts)),
        confirm_text=_("From then on the words stay as they are, and the firm's deadlines run."),
        confirm_facts=[_issue_fact(file, draft) for draft in drafts],
        confirm_action=url_for("auditor.issue_findings", ref=ref, finding=chosen or None),
        confirm_label=_("Issue"),
        back_url=target,
        crumbs=[
            Crumb(label=_("Audits"), url=url_for("auditor.audits")),
            Crumb(label=file.ref, url=url_for("auditor.audit", ref=ref)),
            Crumb(label=_("Issue")),
        ],
    )


def _issue_fact(file: AuditFile, draft: FindingView) -> Fact:
    """Return a draft with the deadlines that begin with its issue."""
    days = file.deadlines.get(draft.grade)
    parts = []
    if days is not None and days.contain_hours is not None:
        parts.append(_("contained within %(n)s hours", n=days.contain_hours))
    if days is not None and days.plan_days is not None:
        parts.append(_("remedy proposed within %(n)s days", n=days.plan_days))
    if days is not None and days.close_days is not None:
        parts.append(_("closed within %(n)s days", n=days.close_days))
    return Fact(
        label=draft.ref,
        value=f"{vocabulary.grade_word(draft.grade)}: {draft.statement or draft.requirement}",
        hint=", ".join(parts) or _("It asks no answer."),
        url=url_for("auditor.finding", ref=draft.ref),
    )
