"""Reviews and decisions: what waits for somebody outside the team, the whole file to read, and their word on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from auditors.casework import queries as casework
from auditors.casework.states import AuditState
from auditors.casework.values import AuditFile, AuditLine, PointView
from auditors.roster import queries as roster
from auditors.roster.values import InterestView
from pool.decisions import queries as decisions
from pool.journeys import conclude
from pool.kernel.listing import ListRequest
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.admin import blueprint
from pool.web.auditor import vocabulary
from pool.web.auditor.files import send_file
from pool.web.auditor.frame import exact_number
from pool.web.auditor.reports import comments_of
from pool.web.auditor.steps import action_until, next_step, open_grave, way
from pool.web.fields import Choice, LongText, Radio
from pool.web.forms import Bound, Form, Option, Section
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb
from pool.web.requests import actor, attachment, attempt, page, perform, reading

_OUTCOMES = [Option(name, word, hint) for name, (_m, word, hint) in vocabulary.OUTCOMES.items()]
REVIEW = Form(
    "review",
    [
        Section(
            "",
            [
                Radio(
                    name="verdict",
                    label=_l("Your verdict"),
                    cards=True,
                    choices=[
                        Option("recommend", _l("Recommend a decision"),
                               _l("The file carries a decision. Say which outcome you recommend.")),
                        Option("await_action", _l("Wait for the firm's action"),
                               _l("Critical or major findings are open; their clock runs, six months at most.")),
                        Option("clarify", _l("Ask the team to clarify"),
                               _l("Something is missing or unclear. The report goes back to the lead auditor.")),
                    ],
                ),
                Choice(name="recommendation", label=_l("Recommended outcome"), required=False, choices=_OUTCOMES,
                       help=_l("Only where you recommend a decision.")),
                LongText(name="notes", label=_l("Notes"), rows=6, most=20_000,
                         help=_l("What you read, what carries, what is missing. Team and decision maker read this.")),
            ],
        )
    ],
)  # fmt: skip
SPEC = ListSpec(
    name="decided",
    columns=(
        Column("ref", _l("Decision"), "ref", sort=True, primary=True),
        Column("audit", _l("Audit")),
        Column("outcome", _l("Outcome"), sort=True),
        Column("decider_name", _l("Decided by")),
        Column("audited_on", _l("Audited"), "date", hidden_on_phone=True),
        Column("decided_on", _l("Decided"), "date", sort=True),
    ),
    filters=(
        Filter("outcome", _l("Outcome"), tuple((name, word) for name, (_m, word, _h) in vocabulary.OUTCOMES.items())),
    ),
    search=_l("Reference, reasons or person"),
    default_sort="-decided_on",
)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Audits that wait for the same thing."""

    key: str
    title: str
    empty: str
    lines: tuple[AuditLine, ...]
    is_mine: bool


# --------------------------------------------------------------------------------------------------
# Queues


@blueprint.get("/pool/decisions", endpoint="decisions")
def decisions_page() -> Any:
    """Show what waits for review, for the firm, for a decision and for closing, and what was decided."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda wanted: decisions.decisions_listed(reading(), wanted), asked)
        return attachment(csv_of(SPEC, rows, cell=_csv_cell), name="decisions.csv", media_type="text/csv")
    found = decisions.decisions_listed(reading(), asked)
    waiting = casework.review_queue(reading())
    queues = _queues(waiting.audits)
    return page(
        "admin/decisions.html",
        queues=queues,
        disputes=waiting.disputes,
        may_settle=actor().office is Office.TECHNICAL_REVIEWER,
        view=list_view(SPEC, found, path=request.path),
        words=vocabulary,
    )


def _csv_cell(item: object, column: Column) -> object:
    if column.key == "audit":
        return getattr(item, "content", {}).get("audit", "")
    return column.value_of(item)


def _queues(submitted: Sequence[AuditLine]) -> list[Queue]:
    office = actor().office
    to_review = tuple(a for a in submitted if a.state in (AuditState.SUBMITTED, AuditState.TECHNICAL_REVIEW))
    found = [
        Queue(
            key="review",
            title=_("To review"),
            empty=_("No report waits for a review."),
            lines=to_review,
            is_mine=office is Office.TECHNICAL_REVIEWER,
        ),
        Queue(
            key="decide",
            title=_("To decide"),
            empty=_("No audit waits for a decision."),
            lines=casework.decision_queue(reading()),
            is_mine=office is Office.DECISION_MAKER,
        ),
        Queue(
            key="action",
            title=_("Waiting for the firm's action"),
            empty=_("No audit waits for open majors to be verified."),
            lines=tuple(audit for audit in submitted if audit.state == AuditState.AWAITING_ACTION),
            is_mine=False,
        ),
        Queue(
            key="close",
            title=_("To close"),
            empty=_("Every decided audit is closed. The clock closes them daily."),
            lines=casework.closing_queue(reading()),
            is_mine=office is Office.ADMINISTRATOR,
        ),
    ]
    return sorted(found, key=lambda queue: not queue.is_mine)


# --------------------------------------------------------------------------------------------------
# The whole file


@blueprint.get("/pool/decisions/<audit_ref>")
def audit_review(audit_ref: str) -> Any:
    """Show a whole audit to read, with the form of whoever may judge it."""
    return _file_page(casework.audit_file(reading(), audit_ref))


def _file_page(file: AuditFile, *, review: Bound | None = None, decide: Bound | None = None, status: int = 200) -> Any:
    moves = {move.move: move for move in file.moves}
    office, refused = actor().office, conclude.why_not_judge(reading(), file.id)
    reviews, decided = decisions.reviews_of(reading(), file.id), decisions.decisions_of(reading(), file.id)
    may_review = office is Office.TECHNICAL_REVIEWER and file.state in (
        AuditState.SUBMITTED,
        AuditState.TECHNICAL_REVIEW,
    )
    may_decide = office is Office.DECISION_MAKER and file.state == AuditState.DECISION_PENDING
    repeat = moves.get("repeat_fieldwork")
    judge = None
    if refused is None and (may_review or may_decide):
        # The form stands at the end: first the file is read, then judged.
        judge = Action(label=_("To your review") if may_review else _("To your decision"), url="#judge")
    close = Action(label=_("Close the audit"), url=url_for("admin.close_audit", audit_ref=file.ref), method="post")
    return page(
        "admin/review_audit.html",
        status,
        file=file,
        step=next_step(file),
        way=way(file),
        intensity=exact_number(str(file.brief.get("intensity", ""))),
        firms=list(dict.fromkeys(part.firm_name for part in file.participants)),
        papers=_papers(file),
        comments=comments_of(file),
        interests=_interests(file),
        grave=open_grave(file),
        until=action_until(file),
        reviews=reviews,
        decided=decided,
        refused=refused if may_review or may_decide else None,
        review_form=(review or REVIEW.fresh()) if may_review and refused is None else None,
        decide_form=(decide or _decide_form(file).fresh()) if may_decide and refused is None else None,
        recommended=next((one.recommendation for one in reversed(reviews) if one.verdict == "recommend"), ""),
        repeat=repeat if repeat is not None and refused is None else None,
        judge=judge,
        close=close if "close" in moves and office is Office.ADMINISTRATOR else None,
        words=vocabulary,
        crumbs=[Crumb(label=_("Decisions"), url=url_for("admin.decisions")), Crumb(label=file.ref)],
    )


def _papers(file: AuditFile) -> list[tuple[str, list[tuple[PointView, int]]]]:
    """Return the workpapers by deployment, each with how many findings it has."""
    counts: dict[tuple[int, str], int] = {}
    for finding in file.findings:
        if finding.released:
            key = (finding.deployment_id, finding.point_id)
            counts[key] = counts.get(key, 0) + 1
    return [
        (
            part.deployment_name,
            [
                (point, counts.get((point.deployment_id, point.point_id), 0))
                for point in file.points
                if point.deployment_id == part.deployment_id
            ],
        )
        for part in file.participants
    ]


def _interests(file: AuditFile) -> list[InterestView]:
    """Return what the team declared at the audited firms and the impartiality officer let through: to be seen here."""
    team, firms = {member.auditor_id for member in file.team}, {part.firm_id for part in file.participants}
    listed = roster.interests(reading(), ListRequest(filters=(("verdict", ("manage",)),), sort="declared", size=200))
    return [tie for tie in listed.items if tie.auditor_id in team and tie.firm_id in firms]


@blueprint.get("/pool/decisions/files/<public_id>")
def audit_file(public_id: str) -> Response:
    """Send a file of evidence."""
    return send_file(public_id)


def _here(audit_ref: str) -> str:
    return url_for("admin.audit_review", audit_ref=audit_ref)


@blueprint.post("/pool/decisions/<audit_ref>/review")
def review_audit(audit_ref: str) -> Any:
    """Write a technical review."""
    bound = REVIEW.bind(request.form)
    if bound.valid:
        values = {**bound.cleaned, "recommendation": bound["recommendation"] or ""}
        answer = attempt(
            bound,
            lambda: perform(conclude.review, audit_ref=audit_ref, **values, then=lambda _state: _here(audit_ref)),
        )
        if answer is not None:
            return answer
    return _file_page(casework.audit_file(reading(), audit_ref), review=bound, status=422)


@blueprint.post("/pool/decisions/<audit_ref>/repeat")
def repeat_fieldwork(audit_ref: str) -> Any:
    """Send an audit back to fieldwork after the time for action ran out."""
    return perform(conclude.repeat_fieldwork, audit_ref=audit_ref, then=lambda _state: _here(audit_ref))


def _decide_form(file: AuditFile) -> Form:
    """Return the form of a decision: outcome and reasons for each deployment."""
    several = len(file.participants) > 1
    return Form(
        "decide",
        [
            Section(
                part.deployment_name if several else "",
                [
                    Radio(name=f"outcome_{part.deployment_ref}", label=_("Outcome"), cards=True, choices=_OUTCOMES),
                    LongText(name=f"reasons_{part.deployment_ref}", label=_("Reasons"), rows=5, most=20_000,
                             help=_("The firm reads them; they stand in the record.")),
                ],
            )
            for part in file.participants
        ],
    )  # fmt: skip


@blueprint.post("/pool/decisions/<audit_ref>/decide")
def decide_audit(audit_ref: str) -> Any:
    """Decide on every deployment of an audit."""
    file = casework.audit_file(reading(), audit_ref)
    bound = _decide_form(file).bind(request.form)
    refs = [part.deployment_ref for part in file.participants]
    if bound.valid:
        try:
            return perform(
                conclude.decide,
                audit_ref=audit_ref,
                outcomes={ref: bound[f"outcome_{ref}"] for ref in refs},
                reasons={ref: bound[f"reasons_{ref}"] for ref in refs},
                then=lambda _decided: _here(audit_ref),
            )
        except Refusal as refusal:
            for one in refusal.all():
                # With one deployment the refusal's field is known; with several the words name the findings.
                name = f"{one.field}_{refs[0]}" if len(refs) == 1 and one.field in ("outcome", "reasons") else one.field
                bound.add_error(name, " ".join(part for part in (one.reason, one.next_step) if part))
    return _file_page(casework.audit_file(reading(), audit_ref), decide=bound, status=422)


@blueprint.post("/pool/decisions/<audit_ref>/close")
def close_audit(audit_ref: str) -> Any:
    """Close a decided audit; the clock does the same daily."""
    return perform(conclude.close, audit_ref=audit_ref, then=lambda _state: _here(audit_ref))
