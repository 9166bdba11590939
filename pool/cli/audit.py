"""Audits on the command line: the team's work, technical review, decision and closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from auditors.casework import queries
from auditors.casework.values import AuditFile, AuditLine
from pool.cli.acting import acting, open_database, seat_options
from pool.cli.answers import moves_shown, print_json, read_document
from pool.decisions import queries as decisions
from pool.journeys import audit as journeys
from pool.journeys import conclude
from pool.kernel.clock import now
from pool.kernel.listing import LARGEST_SIZE, ListRequest
from pool.kernel.refusals import Invalid
from pool.kernel.storage import Reading

_RATING_KEYS = {
    "point", "deployment", "rating", "procedure", "sample", "result", "conclusion", "rating_reason", "version",
}  # fmt: skip


#: The command that takes each step; ``None`` where none does: the step is taken on a page, by the clock, or follows.
COMMANDS: Mapping[str, str | None] = {
    "seal": "audit seal",
    **dict.fromkeys(("start_stage1", "report_stage1", "start_stage2", "end_fieldwork", "send_report"), "audit advance"),
    "return_to_review": "audit advance",
    "submit": "audit submit",
    **dict.fromkeys(("take_review", "clarify", "await_action", "recommend"), "audit review"),
    "decide": "audit decide",
    "close": "audit close",
    "stop": "audit stop",
    "repeat_fieldwork": None,
    "call_off": None,  # an audit that has not begun ends with its bookings
}


class BadRatings(Invalid):
    """A file of ratings does not have the form that is read."""


def run_as(email: str, office: str | None, journey: Callable[..., Any], **named: Any) -> Any:
    """Run a journey in the seat of ``email`` now and return its answer."""
    database = open_database()
    try:
        return database.run_work(journey, actor=acting(database, email, office), at=now(), **named)
    finally:
        database.dispose()


def read_as(email: str, office: str | None, question: Callable[[Reading], Any]) -> Any:
    """Ask a question in the scope of the seat of ``email`` and return the answer."""
    database = open_database()
    try:
        with database.reading(acting(database, email, office), now()) as reading:
            return question(reading)
    finally:
        database.dispose()


def whole_list(question: Callable[[Reading, ListRequest], Any], reading: Reading, request: ListRequest) -> list[Any]:
    """Return every row of a list, page after page."""
    found: list[Any] = []
    while True:
        page = question(reading, request)
        found += page.items
        if page.next_cursor is None:
            return found
        request = ListRequest(filters=request.filters, search=request.search, at=page.next_cursor, size=request.size)


@click.group("audit")
def group() -> None:
    """Work on an audit, review it and decide."""


@group.command("list")
@click.option("--state", "states", multiple=True, help="Only audits in this state; may be given several times.")
@seat_options
def list_audits(states: tuple[str, ...], email: str, office: str | None) -> None:
    """List the audits that the seat may see."""
    filters = (("state", states),) if states else ()
    request = ListRequest(filters=filters, size=LARGEST_SIZE)
    lines = read_as(email, office, lambda reading: whole_list(queries.audits_of, reading, request))
    print_json([_line(line) for line in lines])


def _line(line: AuditLine) -> dict[str, Any]:
    return {name: value for name, value in asdict(line).items() if name not in ("id", "public_id")}


@group.command("show")
@click.argument("audit_ref")
@seat_options
def show(audit_ref: str, email: str, office: str | None) -> None:
    """Show everything of one audit that the seat may see."""

    def ask(reading: Reading) -> dict[str, Any]:
        file = queries.audit_file(reading, audit_ref)
        found = decisions.decisions_of(reading, file.id)
        return _file(file) | {
            "decisions": [
                {"ref": d.ref, "outcome": d.outcome, "reasons": d.reasons, "decided_on": d.decided_on} for d in found
            ]
        }

    print_json(read_as(email, office, ask))


def _file(file: AuditFile) -> dict[str, Any]:
    return {
        "ref": file.ref,
        "kind": file.kind,
        "state": file.state,
        "tier": file.tier,
        "edition": file.edition,
        "brief_digest": file.brief_digest,
        "plan_digest": file.plan_digest,
        "plan": file.sealed_plan,
        "starts_on": file.starts_on,
        "ends_on": file.ends_on,
        "readiness": file.readiness,
        "summary": file.summary,
        "acts": list(file.acts),
        "moves": moves_shown(file.moves, COMMANDS),
        "participants": [
            {"firm": part.firm_name, "deployment": part.deployment_ref, "comment": part.comment, "answer": part.answer}
            for part in file.participants
        ],
        "team": [{"name": member.name, "role": member.role} for member in file.team if member.left_at is None],
        "points": [
            {
                "point": point.point_id,
                "deployment": point.deployment_ref,
                "question": point.point.get("question", ""),
                "rating": point.rating,
                "version": point.version,
            }
            for point in file.points
        ],
        "findings": [
            {"ref": f.ref, "grade": f.grade, "state": f.state, "point": f.point_id, "close_by": f.close_by}
            for f in file.findings
        ],
        "events": [{"from": e.from_state, "to": e.to_state, "at": e.at, "by": e.name} for e in file.events],
        "evidence": [{"name": e.name, "sha256": e.sha256, "size": e.size_bytes} for e in file.evidence],
    }


@group.command("seal")
@click.argument("audit_ref")
@click.option("--criteria", required=True, help="What the audit is held against.")
@click.option("--sample", required=True, help="What is sampled, and how.")
@click.option("--thresholds", required=True, help="From when on something is a finding.")
@click.option("--days", default="", help="Exact auditor-days; those of the brief where left out.")
@click.option("--days-reason", default="", help="Why fewer days than the brief has.")
@seat_options
def seal(audit_ref: str, email: str, office: str | None, **plan: str) -> None:
    """Seal the plan before fieldwork."""
    digest = run_as(email, office, journeys.seal, audit_ref=audit_ref, **plan)
    print_json({"audit": audit_ref, "state": "plan_sealed", "plan_digest": digest})


@group.command("advance")
@click.argument("audit_ref")
@click.option("--to", required=True, help="stage1, stage1_reported, stage2, draft_report, factual_check, submitted ...")
@click.option("--readiness", default="", help="With stage1_reported: ready, ready_with_concerns, not_ready.")
@click.option("--note", default="", help="Why, or how concerns were settled.")
@seat_options
def advance(audit_ref: str, to: str, readiness: str, note: str, email: str, office: str | None) -> None:
    """Make the lead auditor's step to a state."""
    state = run_as(email, office, journeys.advance, audit_ref=audit_ref, to=to, readiness=readiness, note=note)
    print_json({"audit": audit_ref, "state": state})


@group.command("rate")
@click.argument("audit_ref")
@click.argument("point_id", required=False)
@click.option("--from", "file", type=click.Path(path_type=Path), help="Read several ratings from a YAML or JSON list.")
@click.option("--deployment", default=None, help="Which deployment, where the audit has several.")
@click.option("--rating", default="", help="conforming, observation, minor, major, not_applicable, not_tested.")
@click.option("--procedure", default="")
@click.option("--sample", default="")
@click.option("--result", default="")
@click.option("--conclusion", default="")
@click.option("--reason", "rating_reason", default="")
@seat_options
def rate(audit_ref: str, point_id: str | None, file: Path | None, email: str, office: str | None, **words: Any) -> None:
    """Rate one test point, or several from a file."""
    if (point_id is None) == (file is None):
        raise BadRatings("Name one test point, or a file with --from.", field="point_id", next_step="Give one of both.")
    ratings = _ratings(file) if file is not None else [{"point_id": point_id, **words}]
    count = run_as(email, office, journeys.rate_many, audit_ref=audit_ref, ratings=ratings)
    print_json({"audit": audit_ref, "rated": count})


def _ratings(file: Path) -> list[dict[str, Any]]:
    document = read_document(file)
    if isinstance(document, Mapping):
        document = document.get("ratings")
    if not isinstance(document, list) or not document:
        raise BadRatings("The file holds no list of ratings.", field=str(file), next_step="Write a list of mappings.")
    return [_rating(file, number, entry) for number, entry in enumerate(document)]


def _rating(file: Path, number: int, entry: Any) -> dict[str, Any]:
    where = f"{file}: ratings[{number}]"
    if not isinstance(entry, dict) or not isinstance(entry.get("point"), str):
        raise BadRatings("A rating is a mapping with a point.", field=where, next_step="Name the test point.")
    unknown = sorted(set(entry) - _RATING_KEYS)
    if unknown:
        raise BadRatings(
            f"Unknown key {unknown[0]!r}.", field=where, next_step="Known: " + ", ".join(sorted(_RATING_KEYS))
        )
    for key, value in entry.items():
        if not isinstance(value, int if key == "version" else str):
            raise BadRatings(f"{key} has the wrong type.", field=where, next_step="Write text.")
    return {"point_id": entry["point"], **{key: value for key, value in entry.items() if key != "point"}}


@group.group("finding")
def finding() -> None:
    """Write and issue findings."""


@finding.command("draft")
@click.argument("audit_ref")
@click.option("--point", "point_id", required=True, help="The test point it was found at.")
@click.option("--grade", required=True, help="critical, major, minor, observation, opportunity, good_practice.")
@click.option("--requirement", default="", help="What is required.")
@click.option("--statement", default="", help="What is the case.")
@click.option("--evidence", default="", help="What shows it.")
@click.option("--deployment", default=None)
@click.option("--duty", "duty_id", default="")
@click.option("--repeats", default="", help="The earlier finding that was found again.")
@seat_options
def draft(audit_ref: str, email: str, office: str | None, **words: Any) -> None:
    """Draft a finding at a test point."""
    print_json({"finding": run_as(email, office, journeys.draft_finding, audit_ref=audit_ref, **words)})


@finding.command("edit")
@click.argument("finding_ref")
@click.option("--grade", required=True)
@click.option("--requirement", required=True)
@click.option("--statement", required=True)
@click.option("--evidence", required=True)
@seat_options
def edit(finding_ref: str, email: str, office: str | None, **words: Any) -> None:
    """Change a draft."""
    version = run_as(email, office, journeys.edit_finding, finding_ref=finding_ref, **words)
    print_json({"finding": finding_ref, "version": version})


@finding.command("discard")
@click.argument("finding_ref")
@click.option("--reason", default="")
@seat_options
def discard(finding_ref: str, reason: str, email: str, office: str | None) -> None:
    """Discard a draft."""
    run_as(email, office, journeys.discard_finding, finding_ref=finding_ref, reason=reason)
    print_json({"finding": finding_ref, "state": "discarded"})


@finding.command("issue")
@click.argument("audit_ref")
@click.argument("finding_refs", nargs=-1)
@seat_options
def issue(audit_ref: str, finding_refs: tuple[str, ...], email: str, office: str | None) -> None:
    """Issue drafts to the firm, all of them where none are named."""
    issued = run_as(email, office, journeys.issue, audit_ref=audit_ref, finding_refs=finding_refs or None)
    print_json({"audit": audit_ref, "issued": list(issued)})


@group.command("report")
@click.argument("audit_ref")
@click.option("--summary", required=True, help="The report's summary.")
@seat_options
def report(audit_ref: str, summary: str, email: str, office: str | None) -> None:
    """Write the report's summary."""
    run_as(email, office, journeys.write_report, audit_ref=audit_ref, summary=summary)
    print_json({"audit": audit_ref, "state": "draft_report"})


@group.command("comment")
@click.argument("audit_ref")
@click.option("--comment", default="", help="What is wrong in the facts; left out, they are right.")
@seat_options
def comment(audit_ref: str, comment: str, email: str, office: str | None) -> None:
    """Comment on the facts of a draft report, as the firm."""
    run_as(email, office, journeys.comment_report, audit_ref=audit_ref, comment=comment)
    print_json({"audit": audit_ref, "commented": True})


@group.command("answer")
@click.argument("audit_ref")
@click.option("--answer", required=True)
@click.option("--deployment", default=None)
@seat_options
def answer(audit_ref: str, answer: str, deployment: str | None, email: str, office: str | None) -> None:
    """Answer a firm's comment."""
    run_as(email, office, journeys.answer_comment, audit_ref=audit_ref, answer=answer, deployment=deployment)
    print_json({"audit": audit_ref, "answered": True})


@group.command("submit")
@click.argument("audit_ref")
@seat_options
def submit(audit_ref: str, email: str, office: str | None) -> None:
    """Submit the report for technical review."""
    print_json({"audit": audit_ref, "state": run_as(email, office, journeys.submit_report, audit_ref=audit_ref)})


@group.command("review")
@click.argument("audit_ref")
@click.option("--verdict", required=True, help="clarify, await_action, recommend.")
@click.option("--notes", required=True)
@click.option("--recommend", "recommendation", default="", help="The outcome that is recommended.")
@seat_options
def review(audit_ref: str, verdict: str, notes: str, recommendation: str, email: str, office: str | None) -> None:
    """Review a submitted audit, outside its team."""
    state = run_as(
        email,
        office,
        conclude.review,
        audit_ref=audit_ref,
        verdict=verdict,
        notes=notes,
        recommendation=recommendation,
    )
    print_json({"audit": audit_ref, "state": state})


@group.command("decide")
@click.argument("audit_ref")
@click.option(
    "--outcome", required=True,
    help="conforming, conforming_with_minors, restricted, not_conforming, special_audit; or DEPLOYMENT=OUTCOME, ...",
)  # fmt: skip
@click.option("--reasons", required=True)
@seat_options
def decide(audit_ref: str, outcome: str, reasons: str, email: str, office: str | None) -> None:
    """Decide on an audit, outside its team and its review."""
    outcomes: Mapping[str, str] | str = outcome
    if "=" in outcome:
        pairs = [part.partition("=") for part in outcome.split(",")]
        outcomes = {name.strip(): value.strip() for name, _sign, value in pairs}
    decided = run_as(email, office, conclude.decide, audit_ref=audit_ref, outcomes=outcomes, reasons=reasons)
    print_json(
        {
            "audit": audit_ref,
            "state": "decided",
            "decisions": [{"ref": d.ref, "outcome": d.outcome, "decided_on": d.decided_on} for d in decided],
        }
    )


@group.command("close")
@click.argument("audit_ref")
@seat_options
def close(audit_ref: str, email: str, office: str | None) -> None:
    """Close a decided audit."""
    print_json({"audit": audit_ref, "state": run_as(email, office, conclude.close, audit_ref=audit_ref)})


@group.command("ask-stop")
@click.argument("audit_ref")
@click.option("--reason", required=True)
@seat_options
def ask_stop(audit_ref: str, reason: str, email: str, office: str | None) -> None:
    """Ask to stop an audit, as lead auditor; where nobody leads it, as planner or administrator."""
    run_as(email, office, journeys.ask_to_stop, audit_ref=audit_ref, reason=reason)
    print_json({"audit": audit_ref, "stop_asked": True})


@group.command("stop")
@click.argument("audit_ref")
@click.option("--by-firm", is_flag=True, help="The firm broke off; else it was the pool's doing.")
@seat_options
def stop(audit_ref: str, by_firm: bool, email: str, office: str | None) -> None:
    """Stop an audit as the second person."""
    state = run_as(email, office, journeys.stop, audit_ref=audit_ref, by_pool=not by_firm)
    print_json({"audit": audit_ref, "state": state})
