"""The life-cycle of an audit and what stands in the way of each step. Source: ISO/IEC 17021-1:2015, 9.3 to 9.5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from auditors.casework.lifecycle import InTeam, LifeCycle, NotLead, Transition, not_ready
from auditors.casework.states import DEMANDING, AuditState, FindingState, Grade
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _

READINESS = ("ready", "ready_with_concerns", "not_ready")
#: Months between stage 1 and stage 2, and within which majors must be verified. Source: ISO/IEC 17021-1:2015, 9.5.3.2.
STAGE_GAP_MONTHS = 6
HARD_STOP_MONTHS = 6
#: States in which the team works on test points and findings.
WORKING = frozenset({AuditState.STAGE1, AuditState.STAGE1_REPORTED, AuditState.STAGE2, AuditState.DRAFT_REPORT})
BEFORE_DECISION = tuple(
    state for state in AuditState if state not in (AuditState.DECIDED, AuditState.CLOSED, AuditState.ABORTED)
)
#: States in which the team may still have to act: a review can send the report back to it.
REPLACEABLE = frozenset(BEFORE_DECISION) - {AuditState.DECISION_PENDING}
BEFORE_FIELDWORK = (AuditState.PLANNED, AuditState.PLAN_SEALED)
#: Findings that ask nothing more of the firm. A minor closed on its plan is looked at by the next audit.
SETTLED = frozenset(
    {
        FindingState.DISCARDED,
        FindingState.NOTED,
        FindingState.WITHDRAWN,
        FindingState.VERIFIED_CLOSED,
        FindingState.CLOSED_ON_PLAN,
    }
)
GRAVE = frozenset({Grade.CRITICAL, Grade.MAJOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFacts:
    """What the guards of an audit's steps look at. Lists hold references or test points, to be named in a refusal."""

    tier: str
    today: date
    is_lead: bool = False
    took_part: bool = False
    has_lead: bool = False
    sealed: bool = False
    readiness: str = ""
    concerns_settled: bool = False
    stage1_reported_on: date | None = None
    points: int = 0
    unrated: tuple[str, ...] = ()
    without_finding: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    open_grave: tuple[str, ...] = ()
    open_demanding: tuple[str, ...] = ()
    has_report: bool = False
    comments_awaited: tuple[str, ...] = ()
    comments_unanswered: tuple[str, ...] = ()
    fieldwork_ended_on: date | None = None
    recommendation: str = ""
    stop_asked_by: int | None = None
    stop_asked_at: datetime | None = None
    stop_asked_office: str = ""
    lead_at_work: bool = True
    office: str = ""
    person_id: int | None = None


def months_later(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last day of that month where it is shorter."""
    number = day.month - 1 + months
    year, month = day.year + number // 12, number % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def is_enough(planned_days: str, needed_days: str) -> bool:
    """Tell whether exact ``planned_days`` reach ``needed_days``."""
    return Fraction(planned_days) >= Fraction(needed_days)


def is_open(grade: str, state: str) -> bool:
    """Tell whether a finding still asks something of the firm; a grave one is never closed on a plan."""
    if grade not in DEMANDING or state == FindingState.DRAFT:
        return False
    return state not in SETTLED or (state == FindingState.CLOSED_ON_PLAN and grade in GRAVE)


# --------------------------------------------------------------------------------------------------
# Guards


def _lead(facts: AuditFacts) -> Refusal | None:
    if facts.is_lead:
        return None
    return NotLead(_("Only the lead auditor of this audit may do this."), next_step=_("Ask the lead auditor."))


def _outside_team(facts: AuditFacts) -> Refusal | None:
    if not facts.took_part:
        return None
    return InTeam(_("You took part in this audit, so you may not judge it."),
                  next_step=_("Hand it to somebody outside the team."))  # fmt: skip


def _team_complete(facts: AuditFacts) -> Refusal | None:
    return None if facts.has_lead else not_ready(_("The team has no lead auditor."), _("Confirm a team first."))


def _above_low(facts: AuditFacts) -> Refusal | None:
    if facts.tier != "low":
        return None
    return not_ready(_("An audit at low tier is a desk audit without stage 1."), _("Start stage 2."))


def _low(facts: AuditFacts) -> Refusal | None:
    if facts.tier == "low":
        return None
    return not_ready(_("Above low tier, stage 1 comes before stage 2."), _("Start stage 1."))


def _readiness_said(facts: AuditFacts) -> Refusal | None:
    if facts.readiness in READINESS:
        return None
    return not_ready(_("Stage 1 ends with a word on readiness."), _("Say: ready, ready with concerns or not ready."))


def _ready_for_stage2(facts: AuditFacts) -> Refusal | None:
    if facts.readiness == "ready" or (facts.readiness == "ready_with_concerns" and facts.concerns_settled):
        return None
    return not_ready(_("Stage 1 found the firm not ready, or left concerns open."),
                     _("Report stage 1 again, or write how the concerns were settled."))  # fmt: skip


def _stage1_fresh(facts: AuditFacts) -> Refusal | None:
    begun = facts.stage1_reported_on
    if begun is not None and facts.today <= months_later(begun, STAGE_GAP_MONTHS):
        return None
    return not_ready(_("Stage 1 is older than %(n)s months.", n=STAGE_GAP_MONTHS), _("Report stage 1 again."))


def _points_rated(facts: AuditFacts) -> Refusal | None:
    if facts.points and not facts.unrated:
        return None
    return not_ready(
        _("Some test points have no rating: %(points)s.", points=", ".join(facts.unrated[:10]) or "-"),
        _("Rate them, or mark them as not tested with the reason."),
        points=facts.unrated,
    )


def _ratings_have_findings(facts: AuditFacts) -> Refusal | None:
    if not facts.without_finding:
        return None
    return not_ready(
        _("These points are rated minor or major without a finding: %(points)s.",
          points=", ".join(facts.without_finding[:10])),
        _("Write and issue the findings, or correct the ratings."),
        points=facts.without_finding,
    )  # fmt: skip


def _no_drafts(facts: AuditFacts) -> Refusal | None:
    if not facts.drafts:
        return None
    return not_ready(
        _("Findings are still drafts: %(refs)s.", refs=", ".join(facts.drafts[:10])),
        _("Issue or discard them."),
        findings=facts.drafts,
    )


def _report_written(facts: AuditFacts) -> Refusal | None:
    return None if facts.has_report else not_ready(_("The report is empty."), _("Write the report's summary."))


def _comments_in(facts: AuditFacts) -> Refusal | None:
    if not facts.comments_awaited:
        return None
    return not_ready(
        _("The firm may still comment on the facts: %(firms)s.", firms=", ".join(facts.comments_awaited)),
        _("Wait for the comment or the end of the window; silence counts as none."),
    )


def _comments_answered(facts: AuditFacts) -> Refusal | None:
    if not facts.comments_unanswered:
        return None
    return not_ready(_("Comments are not answered: %(firms)s.", firms=", ".join(facts.comments_unanswered)),
                     _("Answer each comment."))  # fmt: skip


def _grave_open(facts: AuditFacts) -> Refusal | None:
    if facts.open_grave:
        return None
    return not_ready(_("No critical or major finding is open."), _("Recommend a decision."))


def _grave_closed(facts: AuditFacts) -> Refusal | None:
    if not facts.open_grave:
        return None
    return not_ready(
        _("Critical or major findings are not verified: %(refs)s.", refs=", ".join(facts.open_grave)),
        _("Have the remedies verified first."),
        findings=facts.open_grave,
    )


def _disputes_settled(facts: AuditFacts) -> Refusal | None:
    if not facts.disputed:
        return None
    return not_ready(_("Findings are disputed: %(refs)s.", refs=", ".join(facts.disputed)),
                     _("A reviewer outside the team settles them first."))  # fmt: skip


def _recommendation_fits(facts: AuditFacts) -> Refusal | None:
    if facts.recommendation == "conforming" and facts.open_demanding:
        return not_ready(_("Findings are open: %(refs)s.", refs=", ".join(facts.open_demanding)),
                         _("Choose an outcome that names them."))  # fmt: skip
    if facts.recommendation == "conforming_with_minors":
        return _grave_closed(facts)
    return None


def _hard_stop_passed(facts: AuditFacts) -> Refusal | None:
    ended = facts.fieldwork_ended_on
    if facts.open_grave and ended is not None and facts.today > months_later(ended, HARD_STOP_MONTHS):
        return None
    return not_ready(_("The time for action has not run out."), _("Wait for the remedies."))


def _stop_by_two(facts: AuditFacts) -> Refusal | None:
    if facts.stop_asked_by is not None and facts.stop_asked_by != facts.person_id:
        if facts.stop_asked_office not in COORDINATORS:
            return None
        if not facts.lead_at_work and facts.office != facts.stop_asked_office:
            return None
    if not facts.lead_at_work:
        return not_ready(_("No lead auditor is at work here, so planner and administrator stop the audit together."),
                         _("One of them asks for it and gives the reason; the other stops it."))  # fmt: skip
    return not_ready(_("Stopping an audit takes two persons, the lead auditor first."),
                     _("The lead auditor asks for it and gives the reason."))  # fmt: skip


#: Who stops an audit as the second person; where no lead is at work, one of them is the first and the other the second.
COORDINATORS = frozenset({Office.PLANNER, Office.ADMINISTRATOR})

GUARDS = {
    "lead": _lead,
    "outside_team": _outside_team,
    "team_complete": _team_complete,
    "above_low": _above_low,
    "low": _low,
    "readiness_said": _readiness_said,
    "ready_for_stage2": _ready_for_stage2,
    "stage1_fresh": _stage1_fresh,
    "points_rated": _points_rated,
    "ratings_have_findings": _ratings_have_findings,
    "no_drafts": _no_drafts,
    "report_written": _report_written,
    "comments_in": _comments_in,
    "comments_answered": _comments_answered,
    "grave_open": _grave_open,
    "grave_closed": _grave_closed,
    "disputes_settled": _disputes_settled,
    "recommendation_fits": _recommendation_fits,
    "hard_stop_passed": _hard_stop_passed,
    "stop_by_two": _stop_by_two,
}

_AUDITOR = frozenset({Office.AUDITOR})
_REVIEWER = frozenset({Office.TECHNICAL_REVIEWER})
_DECIDER = frozenset({Office.DECISION_MAKER})
_CLOSER = frozenset({Office.SYSTEM, Office.ADMINISTRATOR})
_S = AuditState

AUDIT_CYCLE: LifeCycle[AuditFacts] = LifeCycle(
    "audit",
    (
        Transition("seal", _S.PLANNED, _S.PLAN_SEALED, _AUDITOR, ("lead", "team_complete")),
        Transition("start_stage1", _S.PLAN_SEALED, _S.STAGE1, _AUDITOR, ("lead", "above_low")),
        Transition("report_stage1", _S.STAGE1, _S.STAGE1_REPORTED, _AUDITOR, ("lead", "readiness_said")),
        Transition("report_stage1", _S.STAGE1_REPORTED, _S.STAGE1_REPORTED, _AUDITOR, ("lead", "readiness_said")),
        Transition("start_stage2", _S.PLAN_SEALED, _S.STAGE2, _AUDITOR, ("lead", "low")),
        Transition("start_stage2", _S.STAGE1_REPORTED, _S.STAGE2, _AUDITOR,
                   ("lead", "ready_for_stage2", "stage1_fresh")),
        # Zero findings are allowed: an audit that finds nothing is a good audit.
        Transition("end_fieldwork", _S.STAGE2, _S.DRAFT_REPORT, _AUDITOR,
                   ("lead", "points_rated", "ratings_have_findings", "no_drafts")),
        Transition("send_report", _S.DRAFT_REPORT, _S.FACTUAL_CHECK, _AUDITOR,
                   ("lead", "report_written", "points_rated", "ratings_have_findings", "no_drafts")),
        Transition("submit", _S.FACTUAL_CHECK, _S.SUBMITTED, _AUDITOR, ("lead", "comments_in", "comments_answered")),
        Transition("take_review", _S.SUBMITTED, _S.TECHNICAL_REVIEW, _REVIEWER, ("outside_team",)),
        Transition("clarify", _S.TECHNICAL_REVIEW, _S.DRAFT_REPORT, _REVIEWER, ("outside_team",)),
        Transition("await_action", _S.TECHNICAL_REVIEW, _S.AWAITING_ACTION, _REVIEWER, ("outside_team", "grave_open")),
        Transition("return_to_review", _S.AWAITING_ACTION, _S.TECHNICAL_REVIEW, _AUDITOR, ("lead", "grave_closed")),
        Transition("repeat_fieldwork", _S.AWAITING_ACTION, _S.STAGE2, _REVIEWER | {Office.SYSTEM},
                   ("outside_team", "hard_stop_passed")),
        Transition("recommend", _S.TECHNICAL_REVIEW, _S.DECISION_PENDING, _REVIEWER,
                   ("outside_team", "disputes_settled", "recommendation_fits")),
        Transition("decide", _S.DECISION_PENDING, _S.DECIDED, _DECIDER, ("outside_team", "disputes_settled")),
        Transition("close", _S.DECIDED, _S.CLOSED, _CLOSER),
        *(Transition("stop", state, _S.ABORTED, COORDINATORS, ("stop_by_two",)) for state in BEFORE_DECISION),
        # Before fieldwork nothing was seen that anybody could hide by ending it: the end of the bookings ends it too.
        *(
            Transition("call_off", state, _S.ABORTED, frozenset({Office.FIRM_MANAGER, Office.ADMINISTRATOR}))
            for state in BEFORE_FIELDWORK
        ),
    ),
    GUARDS,
)  # fmt: skip
