"""Disputed findings: both sides' words, and the word of a technical reviewer outside the team."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from auditors.casework import queries as casework
from auditors.casework.states import Grade
from auditors.casework.values import FindingFile, FindingView
from pool.journeys import remedy
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.admin import blueprint
from pool.web.auditor import vocabulary
from pool.web.auditor.findings_view import due_facts, next_word, story, who_acts
from pool.web.fields import Choice, LongText, Radio
from pool.web.forms import Bound, Form, Option, Section
from pool.web.parts import Crumb
from pool.web.requests import attempt, page, perform, reading, with_values

DISPUTE = Form(
    "dispute",
    [
        Section(
            "",
            [
                Radio(
                    name="verdict",
                    label=_l("How is the dispute settled?"),
                    cards=True,
                    choices=[
                        Option("upheld", _l("The finding stands"), _l("Grade and words stay; the firm answers it.")),
                        Option("regraded", _l("Another grade"),
                               _l("The new grade counts its deadlines from now; none becomes earlier than it was.")),
                        Option("withdrawn", _l("Withdrawn"),
                               _l("The finding falls away, also in the record. The original stays readable.")),
                    ],
                ),
                Choice(name="grade", label=_l("New grade"), required=False,
                       choices=[(name, word) for name, (word, _rule) in vocabulary.GRADES.items()],
                       help=_l("Only where the grade changes.")),
                LongText(name="reason", label=_l("Reasons"), rows=5, most=2000,
                         help=_l("The firm and the team read them.")),
            ],
        )
    ],
)  # fmt: skip


@blueprint.get("/pool/disputes/<finding_ref>")
def dispute(finding_ref: str) -> Any:
    """Show a disputed finding with both sides' words."""
    return _dispute_page(casework.finding(reading(), finding_ref))


def _dispute_page(found: FindingFile, *, bound: Bound | None = None, status: int = 200) -> Any:
    finding = found.finding
    settle = next((move for move in found.moves if move.move == "uphold"), None)
    return page(
        "admin/review_dispute.html",
        status,
        found=found,
        finding=finding,
        sentence=next_word(finding, found.remedies[-1] if found.remedies else None),
        must_act=who_acts(finding),
        clock=due_facts(finding),
        story=story(found),
        form=(bound or DISPUTE.fresh()) if settle is not None and not settle.reasons else None,
        why_not=settle.reasons if settle is not None else (),
        words=vocabulary,
        crumbs=[
            Crumb(label=_("Decisions"), url=url_for("admin.decisions")),
            Crumb(label=finding.audit_ref, url=url_for("admin.audit_review", audit_ref=finding.audit_ref)),
            Crumb(label=finding.ref),
        ],
    )


@blueprint.post("/pool/disputes/<finding_ref>")
def decide_dispute(finding_ref: str) -> Any:
    """Uphold, regrade or withdraw a disputed finding, outside the team, with reasons."""
    found = casework.finding(reading(), finding_ref)
    bound = DISPUTE.bind(request.form)
    if bound.valid and bound["verdict"] == "regraded" and not _is_new(bound["grade"], found.finding):
        bound.add_error("grade", _("Choose a grade other than the present one."))
    answer = attempt(
        bound,
        lambda: perform(
            with_values(
                remedy.settle_dispute,
                finding_ref=finding_ref,
                verdict=bound["verdict"],
                reason=bound["reason"],
                grade=(bound["grade"] or "") if bound["verdict"] == "regraded" else "",
                version=found.finding.version,
            ),
            then=lambda _n: url_for("admin.dispute", finding_ref=finding_ref),
        ),
    )
    if answer is not None:
        return answer
    return _dispute_page(casework.finding(reading(), finding_ref), bound=bound, status=422)


def _is_new(grade: str | None, finding: FindingView) -> bool:
    return grade in set(Grade) and grade != finding.grade
