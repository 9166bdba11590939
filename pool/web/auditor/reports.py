"""The report of an audit: its summary, the firm's comments and their answers, review and decision."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import jsonify, request, url_for

from auditors.casework import queries
from auditors.casework.states import AuditState
from auditors.casework.values import AuditFile, ParticipantView
from pool.decisions import queries as decisions
from pool.journeys import audit as journeys
from pool.kernel.refusals import Forbidden, Refusal
from pool.kernel.storage import AlreadyDone
from pool.kernel.words import lazy as _l
from pool.web.auditor import blueprint
from pool.web.auditor.conduct import VERSION, named
from pool.web.auditor.frame import frame_of
from pool.web.fields import Hidden, LongText
from pool.web.forms import Bound, Form, Section
from pool.web.requests import actor, at, attempt, close_reading, database, once_of, page, perform, reading

REPORT = Form(
    "report",
    [
        Section(
            "",
            [
                LongText(name="summary", label=_l("Summary"), rows=16, most=20_000,
                         help=_l("What was audited, what was found, what works, and how far the evidence carries. "
                                 "Findings, ratings and deviations from the sealed plan are added by themselves.")),
                VERSION,
            ],
        )
    ],
)  # fmt: skip
ANSWER = Form(
    "answer",
    [Section("", [LongText(name="answer", label=_l("Your answer"), rows=4, most=20_000),
                  Hidden(name="deployment", most=40)])],
)  # fmt: skip


@blueprint.route("/audits/<ref>/report", methods=["GET", "POST"])
def audit_report(ref: str) -> Any:
    """Show the report with the firm's comments, the reviews and the decision; write its summary."""
    file = queries.audit_file(reading(), ref)
    if request.method == "GET":
        return _report_page(file)
    bound = REPORT.bind(request.form)
    if request.form.get("action") == "autosave":
        return _autosave(bound, ref)
    answer = attempt(
        bound,
        lambda: perform(journeys.write_report, audit_ref=ref, **named(bound), then=lambda _n: request.path),
    )
    if answer is not None:
        return answer
    return _report_page(queries.audit_file(reading(), ref), bound=bound, status=422)


def _report_page(file: AuditFile, *, bound: Bound | None = None, answer: Bound | None = None, status: int = 200) -> Any:
    may_write = file.is_lead and file.state == AuditState.DRAFT_REPORT
    may_answer = file.is_lead and file.state == AuditState.FACTUAL_CHECK
    comments = comments_of(file)
    return page(
        "auditor/audit_report.html",
        status,
        **frame_of(file, "auditor.audit_report"),
        form=(bound or REPORT.fresh({"summary": file.summary, "version": file.version})) if may_write else None,
        comments=comments,
        answer_forms={part.deployment_ref: _answer_form(part, answer) for part in comments} if may_answer else {},
        reviews=decisions.reviews_of(reading(), file.id),
        decided=decisions.decisions_of(reading(), file.id),
    )


def comments_of(file: AuditFile) -> list[ParticipantView]:
    """Return who has commented on the facts; a firm with several deployments comments once."""
    first: dict[int, ParticipantView] = {}
    for part in file.participants:
        if part.commented_at is not None:
            first.setdefault(part.firm_id, part)
    return list(first.values())


def _answer_form(part: ParticipantView, answer: Bound | None) -> Bound:
    """Return the form in which a comment is answered: as typed where this one was sent, else with the answer so far."""
    form = replace(ANSWER, name=f"answer-{part.deployment_ref}")
    if answer is not None and answer.values.get("deployment") == part.deployment_ref:
        return replace(answer, form=form)
    return form.fresh({"answer": part.answer, "deployment": part.deployment_ref})


def _autosave(bound: Bound, ref: str) -> Any:
    if not bound.valid:
        words = [*bound.form_errors, *(word for errors in bound.errors.values() for word in errors)]
        return jsonify({"saved": False, "reason": " ".join(words)}), 422
    once = once_of(str)
    close_reading()
    with suppress(AlreadyDone):
        database().run_work(journeys.write_report, audit_ref=ref, **named(bound), actor=actor(), at=at(), once=once)
    return jsonify({"saved": True, "version": queries.audit_file(reading(), ref).version})


@blueprint.post("/audits/<ref>/answer")
def answer_comment(ref: str) -> Any:
    """Answer a firm's comment on the facts."""
    bound = ANSWER.bind(request.form)
    if bound.valid:
        try:
            return perform(
                journeys.answer_comment,
                audit_ref=ref,
                answer=bound["answer"],
                deployment=bound["deployment"],
                then=lambda _n: url_for("auditor.audit_report", ref=ref),
            )
        except Forbidden:
            raise
        except Refusal as refusal:
            bound.add_refusal(refusal)
    return _report_page(queries.audit_file(reading(), ref), answer=bound, status=422)
