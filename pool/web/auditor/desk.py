"""The desk of an auditor: what is due, worst first, then what was asked, what is in work, what comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask import url_for

from auditors.casework import queries
from auditors.casework.rules import GRAVE
from auditors.casework.values import AuditLine, Desk, FindingView
from auditors.roster import queries as roster
from auditors.roster.values import Profile
from pool.bookings.values import AskedView
from pool.journeys.asking import waiting_for_answer
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.web.auditor import blueprint, vocabulary
from pool.web.auditor.steps import next_words
from pool.web.auditor.time import month_of, taken_marks
from pool.web.boards import calendar_strip
from pool.web.parts import Due
from pool.web.requests import actor, at, page, reading

#: Competence that ends within so many days is shown on the desk.
EXPIRY_DAYS = 60
WEEKS_AHEAD = 4
#: States in which the lead auditor makes the next step and nobody is waited for.
_LEADS_TURN = frozenset({"planned", "plan_sealed", "stage1", "stage1_reported", "stage2", "draft_report"})


@blueprint.get("/")
def desk() -> Any:
    """Show what waits for the auditor."""
    person, auditor_id = actor().person_id or 0, actor().auditor_id or 0
    today = day_of(at())
    waiting = queries.my_desk(reading(), person)
    asked = waiting_for_answer(reading())
    profile = roster.profile_of(reading(), auditor_id)
    marks = taken_marks(reading(), auditor_id, first=today, last=today + timedelta(days=7 * WEEKS_AHEAD + 6),
                        leave=profile.leave)  # fmt: skip
    return page(
        "auditor/desk.html",
        due=due_items(waiting, asked, profile, today=today),
        desk=waiting,
        asked=asked,
        coming=[f for f in waiting.due if f.due_on is not None and f.due_on <= today + timedelta(days=30)],
        calendar=calendar_strip(
            "coming",
            title=_("When am I where in the coming weeks?"),
            month=month_of(today, WEEKS_AHEAD + 1, marks),
            today=today,
        ),
        me=actor().name,
        words=vocabulary,
        next_words=next_words,
    )


def due_items(waiting: Desk, asked: Iterable[AskedView], profile: Profile, *, today: date) -> list[Due]:
    """Return what is due, ordered by the harm of missing it.

    People who could be harmed come first (critical findings), then firms whose clock stands still because the pool must
    speak, then firms that wait for an audit, then the auditor's own steps and papers.
    """
    found: list[tuple[int, date, Due]] = []
    found += [_finding_due(finding, verify=True) for finding in waiting.to_verify]
    found += [_finding_due(finding, verify=False) for finding in waiting.to_answer]
    found += [_asked_due(one) for one in asked]
    found += [_audit_due(audit, today) for audit in waiting.in_work if _is_my_turn(audit)]
    found += _expiring(profile, today)
    return [due for _rank, _day, due in sorted(found, key=lambda item: (item[0], item[1]))]


def _finding_due(finding: FindingView, *, verify: bool) -> tuple[int, date, Due]:
    rank = 0 if finding.grade == "critical" else 1 if finding.grade in GRAVE else 2
    grade = vocabulary.grade_word(finding.grade)
    label = _("Verify the remedy of %(ref)s", ref=finding.ref) if verify else _("Answer the remedy of %(ref)s",
                                                                                ref=finding.ref)  # fmt: skip
    why = f"{grade} · {finding.firm_name} · {finding.audit_ref}"
    due = Due(
        label=label,
        url=url_for("auditor.finding", ref=finding.ref),
        meaning="overdue" if rank == 0 else "due_soon",
        word=_("their clock waits for you") if verify else _("the firm waits"),
        why=why,
    )
    return rank, finding.close_by or date.max, due


def _asked_due(one: AskedView) -> tuple[int, date, Due]:
    due = Due(
        label=_("Answer: %(firm)s, %(role)s", firm=one.firm_name, role=vocabulary.role_word(one.role).lower()),
        url=url_for("auditor.proposal", ref=one.proposal_ref),
        due_on=one.answers_due_on,
        why=f"{vocabulary.kind_word(one.kind)} · {', '.join(_(name) for name in one.domains)}",
    )
    return 3, one.answers_due_on, due


def _is_my_turn(audit: AuditLine) -> bool:
    return audit.lead == actor().name and (
        audit.state in _LEADS_TURN or (audit.state in ("factual_check", "awaiting_action") and "auditor" in audit.acts)
    )


def _audit_due(audit: AuditLine, today: date) -> tuple[int, date, Due]:
    day = audit.starts_on if audit.state in ("planned", "plan_sealed") else None
    due = Due(
        label=f"{next_words(audit.state, tier=audit.tier)}: {audit.ref}",
        url=url_for("auditor.audit", ref=audit.ref),
        due_on=day,
        meaning="neutral",
        word=_("in work"),
        why=", ".join(audit.firms),
    )
    return 4, day or today + timedelta(days=30), due


def _expiring(profile: Profile, today: date) -> list[tuple[int, date, Due]]:
    last: dict[str, date] = {}
    for held in profile.competences:
        if held.ended_at is None:
            last[held.code] = max(held.valid_until, last.get(held.code, held.valid_until))
    soon = {code: day for code, day in last.items() if today <= day <= today + timedelta(days=EXPIRY_DAYS)}
    return [
        (
            5,
            day,
            Due(
                label=_("Renew the competence %(code)s", code=code),
                url=url_for("auditor.competence"),
                due_on=day,
                why=_("Without it you are no longer planned where it is needed."),
            ),
        )
        for code, day in soon.items()
    ]
