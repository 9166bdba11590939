"""Remedies: correction, root cause and action, proposed and carried out by the firm, verified by somebody else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Protocol

from auditors.casework.fields import NAME, Checks
from auditors.casework.finding_rules import REMEDY_CYCLE
from auditors.casework.findings import move_finding
from auditors.casework.lifecycle import WrongState
from auditors.casework.lookup import find_finding, finding_facts, key_of, live_remedy, person_of
from auditors.casework.states import FindingState, RemedyState
from auditors.casework.tables import Finding, Remedy
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.storage import Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _

#: A remedy planned further ahead than this is a slip of the pen.
FURTHEST_DUE = timedelta(days=3 * 366)


def propose_remedy(
    work: Work,
    *,
    finding_ref: str,
    correction: str,
    root_cause: str,
    action: str,
    owner: str,
    due_on: date,
    version: int | None = None,
) -> None:
    """Propose what the firm does: correction (mend now), root cause, action (remove the cause), owner and date.

    Answering an issued finding acknowledges it. After a remedy was sent back, the new one stands beside the old.
    """
    finding = find_finding(work, finding_ref)
    seen(finding, version)
    checks = Checks()
    words: dict[str, Any] = {
        name: checks.text(name, value, required=True)
        for name, value in (("correction", correction), ("root_cause", root_cause), ("action", action))
    }
    words["owner"] = checks.text("owner", owner, limit=NAME, required=True)
    if not day_of(work.at) <= due_on <= day_of(work.at) + FURTHEST_DUE:
        checks.refuse("due_on", _("This day is past or too far ahead."), _("Choose a day from today on."))
    checks.done()
    if finding.state == FindingState.ISSUED:
        move_finding(work, finding, "acknowledge")
    move_finding(work, finding, "respond")
    remedy = work.add(
        Remedy(
            finding_id=key_of(finding),
            firm_id=finding.firm_id,
            audit_id=finding.audit_id,
            due_on=due_on,
            state=RemedyState.PROPOSED,
            proposed_by=person_of(work),
            proposed_at=work.at,
            **words,
        )
    )
    _note(work, finding, remedy, "proposed", before=None)


def _note(work: Work, finding: Finding, remedy: Remedy, what: str, *, before: str | None, reason: str = "") -> None:
    work.note(
        f"remedy.{what}",
        subject_kind="remedy",
        subject_ref=finding.ref,
        firm_id=finding.firm_id,
        audit_id=finding.audit_id,
        before={"state": before} if before else None,
        after={
            "state": remedy.state,
            "digest": digest_of([remedy.correction, remedy.root_cause, remedy.action, remedy.evidence_note]),
        },
        reason=reason or None,
    )


def _live(work: Work, finding: Finding) -> Remedy:
    remedy = live_remedy(work, finding)
    if remedy is None:
        raise WrongState(_("There is no remedy yet."), next_step=_("The firm proposes one."))
    return remedy


def _move(work: Work, finding: Finding, remedy: Remedy, move: str, *, finding_move: str = "", reason: str = "") -> None:
    """Move a remedy and its finding together by their two tables."""
    facts = finding_facts(work, finding, remedy=remedy)
    step = REMEDY_CYCLE.step(move, state=remedy.state, office=work.actor.office, facts=facts)
    before = remedy.state
    closing = move == "verify"
    move_finding(
        work, finding, finding_move or move, remedy=remedy, reason=reason, closed_at=work.at if closing else None
    )
    remedy.state = step.to_state
    remedy.version += 1
    if closing:
        # Together with the state: the database refuses a verified remedy without its instant.
        remedy.verified_by, remedy.verified_name, remedy.verified_at = work.actor.person_id, work.actor.name, work.at
    work.flush()
    _note(work, finding, remedy, step.to_state, before=before, reason=reason)


def accept_remedy(
    work: Work, *, finding_ref: str, answer: str = "", on_plan: bool = False, version: int | None = None
) -> None:
    """Accept a proposed remedy, as lead auditor. ``on_plan`` closes a minor on its plan until the next audit looks."""
    finding = find_finding(work, finding_ref)
    seen(finding, version)
    checks = Checks()
    words = checks.text("answer", answer)
    checks.done()
    remedy = _live(work, finding)
    _move(work, finding, remedy, "accept", reason=words[:2000])
    _answer(work, remedy, words)
    if on_plan:
        move_finding(work, finding, "close_on_plan")


class Answer(Protocol):
    """A step by which an auditor answers a remedy in words."""

    def __call__(self, work: Work, *, finding_ref: str, answer: str, version: int | None = None) -> None:
        """Make the step."""


def _answered_with(move: str, says: str) -> Answer:
    """Return the step ``move`` by which an auditor answers the firm's live remedy, in words that are asked for."""

    def step(work: Work, *, finding_ref: str, answer: str, version: int | None = None) -> None:
        finding = find_finding(work, finding_ref)
        seen(finding, version)
        checks = Checks()
        words = checks.text("answer", answer, required=True)
        checks.done()
        remedy = _live(work, finding)
        _move(work, finding, remedy, move, reason=words[:2000])
        _answer(work, remedy, words)

    step.__doc__ = says
    return step


send_back_remedy = _answered_with("send_back", "Send a proposed remedy back with the reason, as lead auditor.")
verify_remedy = _answered_with(
    "verify", "Verify a remedy and close its finding, as an auditor of the audit who did not propose it."
)
find_insufficient = _answered_with("find_insufficient", "Say what the evidence does not show; the firm carries on.")


def _answer(work: Work, remedy: Remedy, words: str) -> None:
    remedy.answer, remedy.answered_by, remedy.answered_at = words, work.actor.person_id, work.at
    work.flush()


def implement_remedy(work: Work, *, finding_ref: str, evidence_note: str, version: int | None = None) -> None:
    """Say that the remedy is carried out and what shows it, as the firm."""
    finding = find_finding(work, finding_ref)
    seen(finding, version)
    checks = Checks()
    words = checks.text("evidence_note", evidence_note, required=True)
    checks.done()
    remedy = _live(work, finding)
    _move(work, finding, remedy, "implement")
    remedy.evidence_note, remedy.implemented_at = words, work.at
    work.flush()
