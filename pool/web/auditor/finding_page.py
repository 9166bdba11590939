"""The page of one finding for auditors: three parts, grade, remedy and its verdict, clock, files, the story."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from auditors.casework import queries
from auditors.casework.states import FindingState
from auditors.casework.values import FindingFile
from pool.journeys import remedy as remedies
from pool.kernel.refusals import Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.auditor import blueprint, vocabulary
from pool.web.auditor.findings_view import crumbs_of, due_facts, next_word, story, who_acts
from pool.web.auditor.workpapers import FILE_FORM, attach_file
from pool.web.fields import Check, Hidden, LongText
from pool.web.forms import Bound, Form, Section
from pool.web.requests import attempt, page, perform, reading

_ANSWER = LongText(name="answer", label=_l("Your words to the firm"), rows=4, most=20_000, required=False,
                   help=_l("What you looked at, and what carries or does not. Needed where you send something back or "
                           "verify it."))  # fmt: skip
VERDICT = Form(
    "verdict",
    [
        Section(
            "",
            [
                _ANSWER,
                Check(
                    name="on_plan",
                    label=_l("Close this minor on its plan; the next audit looks whether it was carried out"),
                ),
                Hidden(name="version", most=12, pattern="[0-9]+"),
            ],
        )
    ],
)
_VERDICTS = {
    "accept": remedies.accept,
    "send_back": remedies.send_back,
    "verify": remedies.verify,
    "insufficient": remedies.find_insufficient,
}


@blueprint.get("/findings/<ref>")
def finding(ref: str) -> Any:
    """Show a finding: three parts, grade by rule, remedy, clock, files, both sides' story."""
    return _finding_page(queries.finding(reading(), ref))


def _finding_page(
    found: FindingFile, *, verdict: Bound | None = None, file_form: Bound | None = None, status: int = 200
) -> Any:
    moves = {move.move: move for move in found.moves}
    one = found.finding
    live = found.remedies[-1] if found.remedies else None
    judge = "accept" if "accept" in moves else "verify" if "verify" in moves else ""
    why_not = moves[judge].reasons if judge else ()
    issue = moves.get("issue" if one.grade in vocabulary.DEMANDING else "note")
    form = VERDICT if judge == "accept" and one.grade == "minor" else VERDICT.without("on_plan")
    return page(
        "auditor/finding.html",
        status,
        found=found,
        finding=one,
        live=live,
        judge=judge if not why_not else "",
        why_not=why_not,
        issue_move=issue,
        may_edit="edit" in moves and not moves["edit"].reasons,
        sentence=next_word(one, live),
        must_act=who_acts(one),
        clock=due_facts(one),
        story=story(found),
        verdict=verdict or form.fresh({"version": one.version}),
        file_form=file_form or FILE_FORM.fresh(),
        may_attach=one.state not in (FindingState.VERIFIED_CLOSED, FindingState.WITHDRAWN, FindingState.DISCARDED),
        words=vocabulary,
        crumbs=crumbs_of(one),
    )


@blueprint.post("/findings/<ref>/remedy")
def answer_remedy(ref: str) -> Any:
    """Accept a remedy or send it back; verify its evidence or find it insufficient."""
    found = queries.finding(reading(), ref)
    action = request.form.get("action", "")
    is_plan = action in ("accept", "send_back") and found.finding.grade == "minor"
    form = VERDICT if is_plan else VERDICT.without("on_plan")
    bound = form.bind(request.form)
    journey = _VERDICTS.get(action)
    if journey is None:
        bound.add_error(None, _("Choose one of the buttons of the form."))
    if bound.valid and journey is not None:
        named: dict[str, Any] = {"answer": bound["answer"], "version": int(bound["version"])}
        if action == "accept" and is_plan:
            named["on_plan"] = bound["on_plan"]
        answer = attempt(
            bound,
            lambda: perform(journey, finding_ref=ref, **named, then=lambda _n: url_for("auditor.finding", ref=ref)),
        )
        if answer is not None:
            return answer
    found = queries.finding(reading(), ref)
    return _finding_page(found, verdict=bound, status=422)


@blueprint.post("/findings/<ref>/files")
def add_finding_file(ref: str) -> Any:
    """Attach a file to a finding, as an auditor of its audit."""
    bound = FILE_FORM.bind(request.form, request.files)
    if bound.valid:
        try:
            target = url_for("auditor.finding", ref=ref) + "#files"
            return attach_file(bound, remedies.attach, finding_ref=ref, then=target)
        except Refusal as refusal:
            bound.add_refusal(refusal)
    return _finding_page(queries.finding(reading(), ref), file_form=bound, status=422)
