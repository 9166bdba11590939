"""An audit as the firm sees it: team, days, duties held against, report to comment on, findings, decision."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from auditors.casework import queries
from auditors.casework.states import AuditState
from auditors.casework.values import AuditFile
from pool.decisions import queries as decisions
from pool.journeys import audit as journeys
from pool.kernel.refusals import Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.display import day
from pool.web.fields import LongText
from pool.web.firm import blueprint
from pool.web.forms import Form, Section
from pool.web.parts import Action, Crumb, Event, Fact
from pool.web.requests import page, perform, reading
from pool.web.states import state_word

COMMENT = Form(
    name="comment",
    sections=(
        Section(
            title="",
            fields=(
                LongText(
                    name="comment",
                    label=_l("Comment on the facts"),
                    help=_l("What is stated wrongly? Silence means that you have no comment."),
                ),
            ),
        ),
    ),
)


@blueprint.get("/audits/<ref>")
def audit(ref: str) -> Any:
    """Show one audit that the firm takes part in."""
    file = queries.audit_file(reading(), ref)
    comment = Action(label=_("Comment on the facts"), url=url_for("firm.comment_report", ref=file.ref))
    return page(
        "firm/audit.html",
        file=file,
        sentence=_sentence(file),
        act=comment if file.state == AuditState.FACTUAL_CHECK else None,
        facts=_facts(file),
        decisions=decisions.decisions_of(reading(), file.id),
        events=[
            Event(at=one.at, who=one.name or _("Audit Pool"), what=state_word(one.to_state), why=one.reason)
            for one in reversed(file.events)
        ],
        crumbs=[Crumb(label=_("Bookings"), url=url_for("firm.bookings")), Crumb(label=file.ref)],
    )


_SENTENCES = {
    "planned": lambda: _("Team and dates are being settled, or the audit has not begun."),
    "plan_sealed": lambda: _("The plan is sealed. Prepare what it lists."),
    "stage1": lambda: _("Documents and readiness are examined."),
    "stage1_reported": lambda: _("Readiness is reported; fieldwork follows."),
    "stage2": lambda: _("Fieldwork is under way."),
    "draft_report": lambda: _("The lead auditor writes the report."),
    "factual_check": lambda: _("Read the report's facts and comment on what is wrong."),
    "submitted": lambda: _("The report is with the technical review."),
    "technical_review": lambda: _("The report is in technical review."),
    "awaiting_action": lambda: _("Open findings have to be verified before a decision."),
    "decision_pending": lambda: _("The decision is pending, by somebody outside team and review."),
    "decided": lambda: _("Decided."),
    "closed": lambda: _("Decided and closed."),
    "aborted": lambda: _("Broken off; what was seen so far is reported."),
}


def _sentence(file: AuditFile) -> str:
    return _SENTENCES[file.state]()


def _facts(file: AuditFile) -> list[Fact]:
    return [
        Fact(label=_("Deployments"), value=tuple(part.deployment_name for part in file.participants)),
        Fact(label=_("Kind of audit"), value=state_word(file.kind)),
        Fact(
            label=_("Dates"),
            value=_("%(a)s to %(b)s", a=day(file.starts_on), b=day(file.ends_on)) if file.starts_on else "",
        ),
        Fact(label=_("Team"), value=tuple(f"{one.name} ({state_word(one.role)})" for one in file.team)),
        Fact(label=_("Held against"), value=_("edition %(edition)s, as in force at booking", edition=file.edition)),
        Fact(label=_("Seed of the sample"), value=file.seed, kind="digest"),
        Fact(label=_("Summary of the report"), value=file.summary if file.reported_at else ""),
    ]


@blueprint.route("/audits/<ref>/comment", methods=["GET", "POST"])
def comment_report(ref: str) -> Any:
    """Comment on the facts of a report."""
    file = queries.audit_file(reading(), ref)
    bound = COMMENT.fresh()
    if request.method == "POST":
        bound = COMMENT.bind(request.form, request.files)
        if bound.valid:
            try:
                return perform(
                    journeys.comment_report,
                    audit_ref=file.ref,
                    comment=bound["comment"],
                    then=lambda _none: url_for("firm.audit", ref=file.ref),
                )
            except Refusal as refusal:
                bound.add_refusal(refusal)
    return page(
        "shared/form.html",
        422 if bound.is_bound else 200,
        form_title=_("Comment on the facts"),
        form_lead=file.summary or None,
        bound=bound,
        form_action=request.path,
        submit_label=_("Send the comment"),
        cancel_url=url_for("firm.audit", ref=file.ref),
    )
