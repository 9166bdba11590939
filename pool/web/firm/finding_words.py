"""A finding in the firm's words: where it stands and until when, what the firm may do, and its clock."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for

from auditors.casework.states import DEMANDING, FindingState, Grade
from auditors.casework.values import FindingFile, FindingView
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.auditor.vocabulary import grade_word
from pool.web.display import day
from pool.web.forms import Form
from pool.web.parts import Action, Explanation, Fact

_F = FindingState
#: While the finding is in one of these, its clock stands still: somebody else has to act.
_PAUSED = frozenset({_F.DISPUTED, _F.EVIDENCE_SUBMITTED})
_DONE = frozenset({_F.VERIFIED_CLOSED, _F.WITHDRAWN, _F.NOTED, _F.CLOSED_ON_PLAN})
#: Until one of these is reached, a remedy is still to be proposed.
_UNANSWERED = frozenset({_F.ISSUED, _F.ACKNOWLEDGED, _F.RESPONSE_REJECTED, _F.DISPUTED})

#: move -> (page, button, the method of its address), in the order in which they are offered.
_ACTS = {
    "contain": ("firm.contain_finding", _l("Say what contains the harm"), "get"),
    "acknowledge": ("firm.acknowledge_finding", _l("Accept the finding"), "post"),
    "respond": ("firm.answer_finding", _l("Propose a remedy"), "get"),
    "implement": ("firm.implement_remedy", _l("Report it done"), "get"),
    "dispute": ("firm.dispute_finding", _l("Dispute it"), "get"),
}


def moves_of(found: FindingFile) -> tuple[str, ...]:
    """Return what the firm may do now, the most pressing first; what a rule stands against is left out."""
    one = found.finding
    moves = {move.move for move in found.moves if not move.reasons}
    if one.state == _F.ISSUED:
        moves.add("respond")
    if one.grade == Grade.CRITICAL and one.contained_at is None and one.closed_at is None and one.state != _F.DRAFT:
        moves.add("contain")
    return tuple(move for move in _ACTS if move in moves)


def acts_of(found: FindingFile) -> list[Action]:
    """Return the buttons of the finding's page; the first is the one that waits for the firm."""
    acts: list[Action] = []
    for move in moves_of(found):
        endpoint, label, method = _ACTS[move]
        # Why: a minor closed on its plan waits for the next audit; showing it earlier is offered, never asked.
        quiet = bool(acts) or move == "dispute" or found.finding.state == _F.CLOSED_ON_PLAN
        url = url_for(endpoint, ref=found.finding.ref)
        acts.append(Action(label=str(label), url=url, method=method, style="quiet" if quiet else "primary"))
    return acts


def sentence_of(found: FindingFile, *, today: date) -> str:
    """Return one sentence on where the finding stands, to the firm."""
    one = found.finding
    if one.grade == Grade.CRITICAL and one.contained_at is None and one.closed_at is None and one.contain_by:
        return _("Critical: contain the harm at once, and say here what you did.")
    plan, close = day(one.plan_by), day(one.close_by)
    may_dispute = any(move.move == "dispute" and not move.reasons for move in found.moves)
    issued = (
        _("Issued. Accept it, or dispute it with a reason. A remedy is due by %(day)s.", day=plan)
        if may_dispute
        else _("Issued. The time to dispute is over; accept it. A remedy is due by %(day)s.", day=plan)
    )
    words = {
        _F.ISSUED: issued,
        _F.NOTED: _("A remark. Nothing is asked of you; the next audit looks at it."),
        _F.DISPUTED: _("Disputed. Somebody outside the audit team decides; the clock stands still."),
        _F.ACKNOWLEDGED: _("Accepted. A remedy was due on %(day)s: propose it now.", day=plan)
        if one.plan_by is not None and one.plan_by < today
        else _("Accepted. Propose a remedy by %(day)s: correction, root cause and action.", day=plan),
        _F.RESPONDED: _("Your remedy is with the auditor."),
        _F.RESPONSE_REJECTED: _("Sent back: the remedy does not reach the cause yet. Propose another by %(day)s.",
                                day=plan),
        _F.RESPONSE_ACCEPTED: _("The remedy is agreed. It was due on %(day)s: carry it out and show it.", day=close)
        if one.close_by is not None and one.close_by < today
        else _("The remedy is agreed. Carry it out and show it by %(day)s.", day=close),
        _F.EVIDENCE_SUBMITTED: _("Waiting for the auditor to verify; these days do not count against you."),
        _F.CLOSED_ON_PLAN: _("Closed on its plan; the next audit looks whether it was carried out."),
        _F.VERIFIED_CLOSED: _("Verified and closed."),
        _F.WITHDRAWN: _("Withdrawn after your dispute. The original words stay readable."),
    }  # fmt: skip
    return words.get(FindingState(one.state), "")


def facts_of(found: FindingFile) -> list[Fact]:
    """Return where the finding belongs and its clock; a day that is still to be kept says how far it is."""
    one = found.finding
    facts = [
        Fact(label=_("Deployment"), value=one.deployment_name, url=url_for("firm.deployment", ref=one.deployment_ref)),
        Fact(label=_("Audit"), value=one.audit_ref, kind="ref", url=url_for("firm.audit", ref=one.audit_ref)),
        Fact(label=_("Test point"), value=one.point_id, hint=_("duty %(duty)s", duty=one.duty_id)
             if one.duty_id else ""),
        Fact(label=_("Issued"), value=one.issued_at, kind="instant"),
    ]  # fmt: skip
    if one.repeats_ref:
        facts.append(Fact(label=_("Repeats"), value=one.repeats_ref, kind="ref"))
    return facts + _clock(one) if one.grade in DEMANDING else facts


def _clock(one: FindingView) -> list[Fact]:
    is_open = one.state not in _DONE and one.state not in _PAUSED
    facts = []
    if one.contain_by is not None:
        done = one.contained_at is not None
        facts.append(
            Fact(
                label=_("Contained") if done else _("Contain by"),
                value=one.contained_at or one.contain_by,
                kind="instant",
                hint=one.contained_note,
            )
        )
    facts += [
        _day(_("Propose a remedy by"), one.plan_by, runs=is_open and one.state in _UNANSWERED),
        _day(_("Close by"), one.close_by, runs=is_open, explain=_rule(one)),
    ]
    if one.state in _PAUSED:
        facts[-1] = Fact(
            label=_("Close by"), value=one.close_by, kind="date", explain=_rule(one),
            hint=_("the clock stands still; the days of waiting are added"),
        )  # fmt: skip
    if one.closed_at is not None:
        facts.append(Fact(label=_("Closed"), value=one.closed_at, kind="instant"))
    return facts


def _day(label: str, on: date | None, *, runs: bool, explain: Explanation | None = None) -> Fact:
    return Fact(label=label, value=on, kind="due" if runs else "date", explain=explain)


def _rule(one: FindingView) -> Explanation:
    return Explanation(
        rule=_("Days come from the edition in force at booking, by grade and tier, counted from the issue. While the "
               "pool verifies or settles a dispute the clock stands still; no day is ever shortened."),
        inputs=[(_("Grade"), grade_word(one.grade)),
                (_("Issued"), day(day_of(one.issued_at)) if one.issued_at else "")],
        source="safe_harbor.yaml, remediation",
    )  # fmt: skip


def start_values(found: FindingFile, form: Form, *, name: str) -> dict[str, Any]:
    """Return what a form begins with: the remedy that was sent back, so that nothing is typed twice."""
    names = {field.name for field in form.fields()}
    values: dict[str, Any] = {"owner": name}
    if found.finding.state == _F.RESPONSE_REJECTED and found.remedies:
        last = found.remedies[-1]
        values = {
            "correction": last.correction,
            "root_cause": last.root_cause,
            "measure": last.action,
            "owner": last.owner,
            "due_on": last.due_on,
        }
    return {key: value for key, value in values.items() if key in names}
