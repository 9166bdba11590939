"""The life-cycles of findings and remedies. Source: ISO/IEC 17021-1:2015, 9.4.9 and 9.4.10.

Grades, disputes and remedies are never lost: a step writes what was before it into the activity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from auditors.casework.brief import Deadlines
from auditors.casework.lifecycle import InTeam, LifeCycle, NotLead, NotOfTeam, Transition, not_ready
from auditors.casework.rules import GRAVE
from auditors.casework.states import DEMANDING, FindingState, RemedyState
from pool.kernel.clock import day_of
from pool.kernel.refusals import Forbidden, Refusal
from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.words import gettext as _


class OwnRemedy(Forbidden):
    """Nobody verifies a remedy they proposed."""


class NotAuthor(Forbidden):
    """Only its author, or the lead auditor, changes a draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFacts:
    """What the guards of a finding's and a remedy's steps look at. ``now`` is the instant of the work."""

    grade: str
    now: datetime
    is_lead: bool = False
    is_auditor_of_audit: bool = False
    took_part: bool = False
    is_author: bool = False
    is_complete: bool = True
    audit_is_working: bool = True
    issued_at: datetime | None = None
    dispute_days: int = 0
    is_proposer: bool = False
    new_grade: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a finding must be contained, planned and closed."""

    contain_by: datetime | None = None
    plan_by: date | None = None
    close_by: date | None = None


def due_of(deadlines: Deadlines | None, *, issued_at: datetime) -> Due:
    """Return the deadlines of a finding issued at ``issued_at``; none where its grade asks nothing of the firm."""
    if deadlines is None:
        return Due()
    day = day_of(issued_at)
    hours, plan, close = deadlines.contain_hours, deadlines.plan_days, deadlines.close_days
    return Due(
        contain_by=None if hours is None else issued_at + timedelta(hours=hours),
        plan_by=None if plan is None else day + timedelta(days=plan),
        close_by=None if close is None else day + timedelta(days=close),
    )


def never_shorter(before: Due, after: Due) -> Due:
    """Return ``after`` with no day earlier than ``before`` had it. A critical's containment stays as it was set.

    Source: remediation.rule of safe_harbor.yaml ("never shortened later").
    """
    return replace(
        after,
        plan_by=_later(before.plan_by, after.plan_by),
        close_by=_later(before.close_by, after.close_by),
    )


def _later(before: date | None, after: date | None) -> date | None:
    return after if before is None or after is None else max(before, after)


# --------------------------------------------------------------------------------------------------
# Guards


def _lead(facts: FindingFacts) -> Refusal | None:
    if facts.is_lead:
        return None
    return NotLead(_("Only the lead auditor of this audit may do this."), next_step=_("Ask the lead auditor."))


def _author(facts: FindingFacts) -> Refusal | None:
    if facts.is_author or facts.is_lead:
        return None
    return NotAuthor(_("Only its author or the lead auditor changes a draft."), next_step=_("Ask the author."))


def _of_audit(facts: FindingFacts) -> Refusal | None:
    if facts.is_auditor_of_audit:
        return None
    return NotOfTeam(_("Only an auditor of this audit may do this."), next_step=_("Ask the lead auditor."))


def _outside_team(facts: FindingFacts) -> Refusal | None:
    if not facts.took_part:
        return None
    return InTeam(_("You took part in this audit, so you may not settle its disputes."),
                  next_step=_("Hand it to a reviewer outside the team."))  # fmt: skip


def _complete(facts: FindingFacts) -> Refusal | None:
    if facts.is_complete:
        return None
    return not_ready(_("A finding needs its requirement, its statement and its evidence."), _("Complete the draft."))


def _working(facts: FindingFacts) -> Refusal | None:
    if facts.audit_is_working:
        return None
    return not_ready(_("The audit is not in fieldwork or reporting."), _("Findings are written then."))


def _demanding(facts: FindingFacts) -> Refusal | None:
    if facts.grade in DEMANDING:
        return None
    return not_ready(_("This grade asks no answer of the firm."), _("It is noted instead."))


def _remark(facts: FindingFacts) -> Refusal | None:
    if facts.grade not in DEMANDING:
        return None
    return not_ready(_("This grade asks an answer of the firm."), _("Issue it."))


def _in_window(facts: FindingFacts) -> Refusal | None:
    if facts.issued_at is not None and facts.now <= facts.issued_at + timedelta(days=facts.dispute_days):
        return None
    return not_ready(_("The time to dispute this finding is over."), _("Answer it with a remedy."))


def _window_over(facts: FindingFacts) -> Refusal | None:
    if facts.issued_at is not None and facts.now > facts.issued_at + timedelta(days=facts.dispute_days):
        return None
    return not_ready(_("The firm may still answer."), _("Silence counts only when the time to answer is over."))


def _minor(facts: FindingFacts) -> Refusal | None:
    if facts.grade not in GRAVE:
        return None
    return not_ready(_("A critical or major finding is closed by evidence, never on a plan."), _("Verify the remedy."))


def _somebody_else(facts: FindingFacts) -> Refusal | None:
    if not facts.is_proposer:
        return None
    return OwnRemedy(_("You proposed this remedy, so somebody else verifies it."),
                     next_step=_("Ask another auditor of the audit."))  # fmt: skip


def _to_demanding(facts: FindingFacts) -> Refusal | None:
    if facts.new_grade in DEMANDING and facts.new_grade != facts.grade:
        return None
    return not_ready(_("Choose another grade that asks an answer."), _("Choose critical, major or minor."))


def _to_remark(facts: FindingFacts) -> Refusal | None:
    if facts.new_grade not in DEMANDING and facts.new_grade:
        return None
    return not_ready(_("Choose a grade that asks no answer."), _("Choose observation, opportunity or good practice."))


GUARDS = {
    "lead": _lead,
    "author": _author,
    "of_audit": _of_audit,
    "outside_team": _outside_team,
    "complete": _complete,
    "working": _working,
    "demanding": _demanding,
    "remark": _remark,
    "in_window": _in_window,
    "window_over": _window_over,
    "minor": _minor,
    "somebody_else": _somebody_else,
    "to_demanding": _to_demanding,
    "to_remark": _to_remark,
}

_AUDITOR = frozenset({Office.AUDITOR})
_REVIEWER = frozenset({Office.TECHNICAL_REVIEWER})
_SYSTEM = frozenset({Office.SYSTEM})
_F = FindingState

FINDING_CYCLE: LifeCycle[FindingFacts] = LifeCycle(
    "finding",
    (
        Transition("edit", _F.DRAFT, _F.DRAFT, _AUDITOR, ("author", "working")),
        Transition("discard", _F.DRAFT, _F.DISCARDED, _AUDITOR, ("author",)),
        Transition("issue", _F.DRAFT, _F.ISSUED, _AUDITOR, ("lead", "complete", "working", "demanding")),
        Transition("note", _F.DRAFT, _F.NOTED, _AUDITOR, ("lead", "complete", "working", "remark")),
        Transition("acknowledge", _F.ISSUED, _F.ACKNOWLEDGED, FIRM_OFFICES),
        Transition("acknowledge_by_silence", _F.ISSUED, _F.ACKNOWLEDGED, _SYSTEM, ("window_over",)),
        Transition("dispute", _F.ISSUED, _F.DISPUTED, FIRM_OFFICES, ("in_window",)),
        Transition("uphold", _F.DISPUTED, _F.ACKNOWLEDGED, _REVIEWER, ("outside_team",)),
        Transition("regrade", _F.DISPUTED, _F.ACKNOWLEDGED, _REVIEWER, ("outside_team", "to_demanding")),
        Transition("regrade_to_remark", _F.DISPUTED, _F.NOTED, _REVIEWER, ("outside_team", "to_remark")),
        Transition("withdraw", _F.DISPUTED, _F.WITHDRAWN, _REVIEWER, ("outside_team",)),
        Transition("respond", _F.ACKNOWLEDGED, _F.RESPONDED, FIRM_OFFICES),
        Transition("respond", _F.RESPONSE_REJECTED, _F.RESPONDED, FIRM_OFFICES),
        Transition("accept", _F.RESPONDED, _F.RESPONSE_ACCEPTED, _AUDITOR, ("lead",)),
        Transition("send_back", _F.RESPONDED, _F.RESPONSE_REJECTED, _AUDITOR, ("lead",)),
        Transition("implement", _F.RESPONSE_ACCEPTED, _F.EVIDENCE_SUBMITTED, FIRM_OFFICES),
        Transition("implement", _F.CLOSED_ON_PLAN, _F.EVIDENCE_SUBMITTED, FIRM_OFFICES),
        Transition("close_on_plan", _F.RESPONSE_ACCEPTED, _F.CLOSED_ON_PLAN, _AUDITOR, ("lead", "minor")),
        Transition("verify", _F.EVIDENCE_SUBMITTED, _F.VERIFIED_CLOSED, _AUDITOR, ("of_audit", "somebody_else")),
        Transition("find_insufficient", _F.EVIDENCE_SUBMITTED, _F.RESPONSE_ACCEPTED, _AUDITOR,
                   ("of_audit", "somebody_else")),
    ),
    GUARDS,
)  # fmt: skip

_R = RemedyState

REMEDY_CYCLE: LifeCycle[FindingFacts] = LifeCycle(
    "remedy",
    (
        Transition("accept", _R.PROPOSED, _R.ACCEPTED, _AUDITOR, ("lead",)),
        Transition("send_back", _R.PROPOSED, _R.SENT_BACK, _AUDITOR, ("lead",)),
        Transition("implement", _R.ACCEPTED, _R.IMPLEMENTED, FIRM_OFFICES),
        Transition("implement", _R.INSUFFICIENT, _R.IMPLEMENTED, FIRM_OFFICES),
        Transition("verify", _R.IMPLEMENTED, _R.VERIFIED, _AUDITOR, ("of_audit", "somebody_else")),
        Transition("find_insufficient", _R.IMPLEMENTED, _R.INSUFFICIENT, _AUDITOR, ("of_audit", "somebody_else")),
    ),
    GUARDS,
)
