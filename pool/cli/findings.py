"""Findings on the command line: the firm's answers, the auditors' verification, disputes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from auditors.casework import queries
from auditors.casework.evidence import FileStore
from auditors.casework.values import FindingFile, FindingView
from pool.cli.acting import seat_options
from pool.cli.answers import moves_shown, print_json, read_bytes
from pool.cli.audit import read_as, run_as, whole_list
from pool.journeys import remedy
from pool.kernel.listing import LARGEST_SIZE, ListRequest
from pool.kernel.settings import read_settings
from pool.kernel.storage import Reading

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_HIDDEN = frozenset({"id", "public_id", "audit_id", "firm_id", "deployment_id"})

#: The command that takes each step; ``None`` where none does by itself.
COMMANDS: Mapping[str, str | None] = {
    "edit": "audit finding edit",
    "discard": "audit finding discard",
    **dict.fromkeys(("issue", "note"), "audit finding issue"),
    "acknowledge": "findings acknowledge",
    "acknowledge_by_silence": None,
    "dispute": "findings dispute",
    **dict.fromkeys(("uphold", "regrade", "regrade_to_remark", "withdraw"), "findings settle"),
    "respond": "findings propose",
    "accept": "findings accept",
    "send_back": "findings send-back",
    "implement": "findings implement",
    "close_on_plan": None,  # said with the acceptance
    "verify": "findings verify",
    "find_insufficient": "findings insufficient",
}


@click.group("findings")
def group() -> None:
    """Answer findings; verify remedies."""


@group.command("list")
@click.option("--state", "states", multiple=True)
@click.option("--grade", "grades", multiple=True)
@click.option("--audit", "audits", multiple=True, metavar="REF")
@seat_options
def list_findings(
    states: tuple[str, ...], grades: tuple[str, ...], audits: tuple[str, ...], email: str, office: str | None
) -> None:
    """List the findings that the seat may see."""
    chosen = (("state", states), ("grade", grades), ("audit", audits))
    request = ListRequest(filters=tuple(pair for pair in chosen if pair[1]), size=LARGEST_SIZE)
    found = read_as(email, office, lambda reading: whole_list(queries.findings_of_firm, reading, request))
    print_json([_plain(finding) for finding in found])


def _plain(finding: FindingView) -> dict[str, Any]:
    return {name: value for name, value in asdict(finding).items() if name not in _HIDDEN}


@group.command("show")
@click.argument("finding_ref")
@seat_options
def show(finding_ref: str, email: str, office: str | None) -> None:
    """Show a finding with its remedies and its story."""
    print_json(read_as(email, office, lambda reading: _file(reading, finding_ref)))


def _file(reading: Reading, finding_ref: str) -> dict[str, Any]:
    file: FindingFile = queries.finding(reading, finding_ref)
    remedies = [asdict(item) for item in file.remedies]
    return _plain(file.finding) | {
        "remedies": [{name: value for name, value in item.items() if name != "public_id"} for item in remedies],
        "thread": [
            {"at": entry.at, "by": entry.name, "verb": entry.verb, "reason": entry.reason} for entry in file.thread
        ],
        "evidence": [{"name": item.name, "sha256": item.sha256, "size": item.size_bytes} for item in file.evidence],
        "moves": moves_shown(file.moves, COMMANDS),
    }


def _do(email: str, office: str | None, step: str, finding_ref: str, **named: Any) -> None:
    """Run the journey of this name on a finding and print that it was done."""
    run_as(email, office, getattr(remedy, step), finding_ref=finding_ref, **named)
    print_json({"finding": finding_ref, "done": step})


@group.command("acknowledge")
@click.argument("finding_ref")
@seat_options
def acknowledge(finding_ref: str, email: str, office: str | None) -> None:
    """Acknowledge an issued finding, as the firm."""
    _do(email, office, "acknowledge", finding_ref)


@group.command("dispute")
@click.argument("finding_ref")
@click.option("--reason", required=True)
@seat_options
def dispute(finding_ref: str, reason: str, email: str, office: str | None) -> None:
    """Dispute an issued finding, as the firm."""
    _do(email, office, "dispute", finding_ref, reason=reason)


@group.command("settle")
@click.argument("finding_ref")
@click.option("--verdict", required=True, help="upheld, regraded, withdrawn.")
@click.option("--grade", default="", help="With regraded: the new grade.")
@click.option("--reason", required=True)
@seat_options
def settle(finding_ref: str, verdict: str, grade: str, reason: str, email: str, office: str | None) -> None:
    """Settle a disputed finding, as a reviewer outside the team."""
    _do(email, office, "settle_dispute", finding_ref, verdict=verdict, grade=grade, reason=reason)


@group.command("contain")
@click.argument("finding_ref")
@click.option("--note", required=True, help="What was done at once.")
@seat_options
def contain(finding_ref: str, note: str, email: str, office: str | None) -> None:
    """Say how a critical finding was contained, as the firm."""
    _do(email, office, "contain", finding_ref, note=note)


@group.command("propose")
@click.argument("finding_ref")
@click.option("--correction", required=True, help="What is mended now.")
@click.option("--root-cause", required=True, help="Why it could happen.")
@click.option("--action", required=True, help="What removes the cause.")
@click.option("--owner", required=True, help="Who sees to it.")
@click.option("--due", "due", required=True, type=_DAY, help="By when, YYYY-MM-DD.")
@seat_options
def propose(finding_ref: str, due: datetime, email: str, office: str | None, **words: str) -> None:
    """Propose a remedy, as the firm."""
    due_on: date = due.date()
    _do(email, office, "propose", finding_ref, due_on=due_on, **words)


@group.command("accept")
@click.argument("finding_ref")
@click.option("--answer", default="")
@click.option("--on-plan", is_flag=True, help="Close a minor on its plan until the next audit.")
@seat_options
def accept(finding_ref: str, answer: str, on_plan: bool, email: str, office: str | None) -> None:
    """Accept a proposed remedy, as lead auditor."""
    _do(email, office, "accept", finding_ref, answer=answer, on_plan=on_plan)


@group.command("send-back")
@click.argument("finding_ref")
@click.option("--answer", required=True, help="What is missing.")
@seat_options
def send_back(finding_ref: str, answer: str, email: str, office: str | None) -> None:
    """Send a proposed remedy back, as lead auditor."""
    _do(email, office, "send_back", finding_ref, answer=answer)


@group.command("implement")
@click.argument("finding_ref")
@click.option("--evidence", "evidence_note", required=True, help="What shows that it is carried out.")
@seat_options
def implement(finding_ref: str, evidence_note: str, email: str, office: str | None) -> None:
    """Say that a remedy is carried out, as the firm."""
    _do(email, office, "implement", finding_ref, evidence_note=evidence_note)


@group.command("attach")
@click.argument("finding_ref")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--purpose", default="")
@seat_options
def attach(finding_ref: str, file: Path, purpose: str, email: str, office: str | None) -> None:
    """Attach a file to a finding: its bytes first, then the row."""
    settings = read_settings()
    limit = settings.upload_limit_mib * 1024 * 1024
    stored = FileStore(settings.files_dir).put(read_bytes(file, limit=limit), limit)
    run_as(email, office, remedy.attach, stored=stored, finding_ref=finding_ref, name=file.name, purpose=purpose)
    print_json({"finding": finding_ref, "sha256": stored.sha256, "size": stored.size})


@group.command("verify")
@click.argument("finding_ref")
@click.option("--answer", required=True, help="What was looked at and seen.")
@seat_options
def verify(finding_ref: str, answer: str, email: str, office: str | None) -> None:
    """Verify a remedy, as an auditor of the audit who did not propose it."""
    _do(email, office, "verify", finding_ref, answer=answer)


@group.command("insufficient")
@click.argument("finding_ref")
@click.option("--answer", required=True, help="What the evidence does not show.")
@seat_options
def insufficient(finding_ref: str, answer: str, email: str, office: str | None) -> None:
    """Say what the evidence does not show."""
    _do(email, office, "find_insufficient", finding_ref, answer=answer)
