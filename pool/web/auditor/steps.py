"""What an audit waits for, who must act and how: the head of the audit file and the lines of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from auditors.casework.rules import GRAVE, HARD_STOP_MONTHS, is_open, months_later
from auditors.casework.states import AuditState
from auditors.casework.values import AuditFile, FindingView
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.kernel.words import ngettext
from pool.web import display
from pool.web.parts import Action, Step
from pool.web.states import office_word

_S = AuditState
#: What the next step is, in few words, for lists.
_NEXT = {
    _S.PLANNED: _l("Seal the plan"),
    _S.PLAN_SEALED: _l("Begin stage 1"),
    _S.STAGE1: _l("Report readiness"),
    _S.STAGE1_REPORTED: _l("Begin fieldwork"),
    _S.STAGE2: _l("Rate the test points"),
    _S.DRAFT_REPORT: _l("Write the report"),
    _S.FACTUAL_CHECK: _l("The firm checks the facts"),
    _S.SUBMITTED: _l("Waits for a technical reviewer"),
    _S.TECHNICAL_REVIEW: _l("Is being reviewed"),
    _S.AWAITING_ACTION: _l("Verify the remedies"),
    _S.DECISION_PENDING: _l("Waits for a decision"),
    _S.DECIDED: _l("Decided, being closed"),
    _S.CLOSED: _l("Nothing is left to do"),
    _S.ABORTED: _l("Stopped"),
}
#: The way of an audit as people see it: label and the states that belong to it.
_WAY = (
    (_l("Plan"), (_S.PLANNED, _S.PLAN_SEALED)),
    (_l("Stage 1"), (_S.STAGE1, _S.STAGE1_REPORTED)),
    (_l("Fieldwork"), (_S.STAGE2,)),
    (_l("Report"), (_S.DRAFT_REPORT, _S.FACTUAL_CHECK)),
    (_l("Review"), (_S.SUBMITTED, _S.TECHNICAL_REVIEW, _S.AWAITING_ACTION)),
    (_l("Decision"), (_S.DECISION_PENDING, _S.DECIDED)),
)
_SIMPLE = {
    "start_stage1": _l("Begin stage 1"),
    "start_stage2": _l("Begin fieldwork"),
    "end_fieldwork": _l("End fieldwork"),
    "send_report": _l("Send for the check of facts"),
    "submit": _l("Submit for review"),
    "return_to_review": _l("Hand back to review"),
}


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """What an audit waits for. ``primary`` is offered only to who may act; ``blockers`` say what is in the way."""

    sentence: str
    must_act: str
    primary: Action | None = None
    others: tuple[Action, ...] = ()
    blockers: tuple[str, ...] = ()


def next_words(state: str, *, tier: str = "") -> str:
    """Return the next step of an audit in few words."""
    if state == _S.PLAN_SEALED and tier == "low":
        return _("Begin the desk audit")
    known = _NEXT.get(AuditState(state)) if state in set(AuditState) else None
    return str(known) if known else state


def way(file: AuditFile) -> list[Step]:
    """Return the way of an audit with where it stands now."""
    stations = [(label, states) for label, states in _WAY if file.tier != "low" or states[0] != _S.STAGE1]
    if file.state == _S.ABORTED:
        return [Step(label=str(label), state="blocked") for label, _states in stations]
    at = next((n for n, (_label, states) in enumerate(stations) if file.state in states), len(stations))
    words = ["done" if n < at else "current" if n == at else "open" for n in range(len(stations))]
    return [Step(label=str(label), state=word) for (label, _states), word in zip(stations, words, strict=True)]


def open_grave(file: AuditFile) -> list[FindingView]:
    """Return the critical and major findings that are not verified."""
    return [finding for finding in file.findings if finding.grade in GRAVE and is_open(finding.grade, finding.state)]


def comment_until(file: AuditFile) -> date | None:
    """Return the last day on which the firm may comment on the facts."""
    sent = [event.at for event in file.events if event.to_state == _S.FACTUAL_CHECK]
    return day_of(sent[-1]) + timedelta(days=int(file.brief.get("comment_days", 0))) if sent else None


def action_until(file: AuditFile) -> date | None:
    """Return the day after which open majors lead back to fieldwork."""
    return months_later(file.fieldwork_ended_on, HARD_STOP_MONTHS) if file.fieldwork_ended_on else None


def who_acts(file: AuditFile) -> str:
    """Return who must make the next step: the lead by name, other seats by office."""
    lead = next((m.name for m in file.team if m.role == "lead" and m.left_at is None), "")
    if file.state == _S.FACTUAL_CHECK:
        waiting = [p.firm_name for p in file.participants if p.commented_at is None]
        if waiting:
            return ", ".join(dict.fromkeys(waiting))
    names = [
        lead if office == "auditor" and lead else office_word(office) for office in file.acts if office != "system"
    ]
    return ", ".join(dict.fromkeys(names)) or (_("the pool's clock") if file.acts else "")


def next_step(file: AuditFile) -> NextStep:
    """Return what the audit waits for, with the buttons of the person who looks."""
    moves = {move.move: move for move in file.moves}
    primary, others, blockers = None, [], []
    if file.is_lead:
        for name in ("seal", "report_stage1", "start_stage1", "start_stage2", *list(_SIMPLE)[2:]):
            move = moves.pop(name, None)
            if move is None:
                continue
            action = _action(file, name, to=move.to_state)
            reasons = [r for r in move.reasons if not (name in ("report_stage1", "start_stage2") and _asks(file, name))]
            if reasons:
                blockers += reasons
            elif primary is None and not (name == "report_stage1" and file.state == _S.STAGE1_REPORTED):
                primary = action
            else:
                others.append(_quiet(action))
        if file.state == _S.DRAFT_REPORT and not file.summary:
            primary = Action(label=_("Write the report"), url=url_for("auditor.audit_report", ref=file.ref))
    return NextStep(
        sentence=_sentence(file),
        must_act=who_acts(file),
        primary=primary,
        others=tuple(others),
        blockers=tuple(dict.fromkeys(blockers)),
    )


def _asks(file: AuditFile, name: str) -> bool:
    """Tell whether the step has a form of its own in which what its guard misses is asked for."""
    return name == "report_stage1" or file.readiness == "ready_with_concerns"


def _action(file: AuditFile, name: str, *, to: str) -> Action:
    if name == "seal":
        return Action(label=_("Seal the plan"), url=url_for("auditor.seal_plan", ref=file.ref))
    if name == "report_stage1":
        again = file.state == _S.STAGE1_REPORTED
        label = _("Report stage 1 again") if again else _("Report readiness")
        return Action(label=label, url=url_for("auditor.report_stage1", ref=file.ref))
    if name == "start_stage2" and file.readiness == "ready_with_concerns":
        return Action(label=_("Begin fieldwork"), url=url_for("auditor.start_fieldwork", ref=file.ref))
    label = _("Begin the desk audit") if name == "start_stage2" and file.tier == "low" else str(_SIMPLE[name])
    url = url_for("auditor.audit_step", ref=file.ref)
    return Action(label=label, url=url, method="post", fields={"to": to, "version": str(file.version)})


def _quiet(action: Action) -> Action:
    return Action(label=action.label, url=action.url, method=action.method, style="quiet", fields=action.fields)


def _sentence(file: AuditFile) -> str:
    if file.state == _S.PLANNED:
        if file.starts_on is None:
            return _("No team is confirmed yet.")
        return _(
            "The visit is planned from %(first)s. Seal the plan before it begins.", first=display.day(file.starts_on)
        )
    if file.state == _S.PLAN_SEALED:
        return _("The plan is sealed. Its criteria, sample and thresholds no longer change.")
    if file.state == _S.STAGE1:
        return _("Stage 1 looks at whether the firm is ready. It ends with a word on readiness.")
    if file.state == _S.STAGE1_REPORTED:
        return _stage1_sentence(file)
    if file.state == _S.STAGE2:
        return _("Fieldwork: %(done)s of %(all)s test points are rated.", done=file.rated(), all=len(file.points))
    return _late_sentence(file)


def _stage1_sentence(file: AuditFile) -> str:
    if file.readiness == "not_ready":
        return _("Stage 1 found the firm not ready. Report it again once that has changed.")
    if file.readiness == "ready_with_concerns":
        return _("The firm is ready, with concerns. Say how they were settled when fieldwork begins.")
    return _("The firm is ready. Fieldwork can begin.")


def _late_sentence(file: AuditFile) -> str:
    if file.state == _S.DRAFT_REPORT:
        if file.summary:
            return _("The report is written. The firm checks its facts next.")
        return _("Fieldwork is over. Write the report's summary.")
    if file.state == _S.FACTUAL_CHECK:
        unanswered = [p.firm_name for p in file.participants if p.comment and not p.answer]
        if unanswered:
            return _("Answer the comment of %(firms)s.", firms=", ".join(dict.fromkeys(unanswered)))
        if all(p.commented_at is not None for p in file.participants):
            return _("The firm has spoken. Submit the report for review.")
        return _("The firm may comment on the facts until %(day)s; silence counts as none.",
                 day=display.day(comment_until(file)))  # fmt: skip
    if file.state == _S.AWAITING_ACTION:
        return _action_sentence(file)
    words = {
        _S.SUBMITTED: _("The report waits for a technical reviewer outside the team."),
        _S.TECHNICAL_REVIEW: _("A technical reviewer outside the team reads the file."),
        _S.DECISION_PENDING: _("A decision maker outside the team and the review decides."),
        _S.DECIDED: _("The decision is made. The pool closes the file."),
        _S.CLOSED: _("The audit is closed; nothing in it changes any more."),
        _S.ABORTED: _("The audit was stopped. The facts so far stay."),
    }
    return words.get(AuditState(file.state), "")


def _action_sentence(file: AuditFile) -> str:
    count, until = len(open_grave(file)), action_until(file)
    if not count:
        return _("All critical and major findings are verified. Hand the file back to review.")
    return ngettext(
        "%(n)s critical or major finding must be verified by %(day)s.",
        "%(n)s critical or major findings must be verified by %(day)s.",
        count,
        day=display.day(until),
    )
