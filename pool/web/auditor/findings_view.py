"""What a finding waits for, who must act, its clock and its story: shared by the pages of auditors and reviewers."""

from __future__ import annotations

from flask import url_for

from auditors.casework.states import FindingState, RemedyState
from auditors.casework.values import FindingFile, FindingView, RemedyView
from pool.kernel.words import gettext as _
from pool.web import display
from pool.web.auditor import vocabulary
from pool.web.parts import Crumb, Event, Explanation, Fact
from pool.web.states import office_word, state_word

_F = FindingState
#: Values of before and after that people read of.
_LABELS = ("state", "grade", "plan_by", "close_by", "contain_by")


def next_word(finding: FindingView, live: RemedyView | None) -> str:
    """Return what a finding waits for, in one sentence."""
    day = display.day(finding.due_on) if finding.due_on else ""
    if finding.state == _F.RESPONSE_ACCEPTED and live is not None and live.state == RemedyState.INSUFFICIENT:
        return _("The evidence was not enough; the firm goes on until %(day)s.", day=day)
    words = {
        _F.DRAFT: _("A draft of the team. The firm does not see it yet."),
        _F.DISCARDED: _("The draft was discarded; the firm never saw it."),
        _F.NOTED: _("Noted. It asks no answer and is looked at next time."),
        _F.ISSUED: _("The firm acknowledges it, disputes it or answers with a remedy until %(day)s.", day=day),
        _F.ACKNOWLEDGED: _("The firm answers with a remedy until %(day)s.", day=day),
        _F.DISPUTED: _("A technical reviewer outside the team settles the dispute; the firm's clock stands still."),
        _F.RESPONDED: _("The lead auditor accepts the remedy or sends it back."),
        _F.RESPONSE_REJECTED: _("The remedy was sent back; the firm proposes another until %(day)s.", day=day),
        _F.RESPONSE_ACCEPTED: _("The firm carries the remedy out until %(day)s.", day=day),
        _F.EVIDENCE_SUBMITTED: _("An auditor verifies the evidence; the firm's clock stands still."),
        _F.CLOSED_ON_PLAN: _("Closed on its plan; the next audit looks whether it was carried out."),
        _F.VERIFIED_CLOSED: _("Verified and closed."),
        _F.WITHDRAWN: _("Withdrawn after a dispute; the original words stay readable."),
    }
    return words.get(FindingState(finding.state), "")


def who_acts(finding: FindingView) -> str:
    """Return who must make the next step: the firm by name, other seats by office."""
    offices = [office for office in finding.acts if office != "system"]
    names = [finding.firm_name if office.startswith("firm_") else office_word(office) for office in offices]
    return ", ".join(dict.fromkeys(names))


def due_facts(finding: FindingView) -> list[Fact]:
    """Return the clock of a finding: every day it has, with the rule by which it came about."""
    if finding.grade not in vocabulary.DEMANDING:
        return []
    rule = Explanation(
        rule=_("Deadlines come from the edition in force at booking, by grade and tier, counted from the issue; while "
               "the pool verifies or settles a dispute the clock stands still, and no day is ever shortened."),
        inputs=[(_("Grade"), vocabulary.grade_word(finding.grade)), (_("Issued"), finding.issued_at)],
        source="safe_harbor.yaml, remediation",
    )  # fmt: skip
    facts = []
    if finding.contain_by is not None:
        done = finding.contained_at is not None
        facts.append(Fact(label=_("Contained") if done else _("Contain by"),
                          value=finding.contained_at or finding.contain_by, kind="instant",
                          hint=finding.contained_note))  # fmt: skip
    if finding.plan_by is not None:
        facts.append(Fact(label=_("Remedy proposed by"), value=finding.plan_by, kind="date"))
    if finding.close_by is not None:
        facts.append(Fact(label=_("Closed by"), value=finding.close_by, kind="date", explain=rule))
    if finding.closed_at is not None:
        facts.append(Fact(label=_("Closed"), value=finding.closed_at, kind="instant"))
    return facts


def story(found: FindingFile) -> list[Event]:
    """Return both sides' story of a finding, newest first; a remedy's own steps stand under their finding's."""
    return [
        Event(
            at=entry.at,
            who=entry.name or _("The pool"),
            seat=office_word(entry.office),
            what=vocabulary.story_word(entry.verb),
            why=entry.reason,
            meaning=vocabulary.story_meaning(entry.verb),
            before=_readable(entry.before, entry.after),
            after=_readable(entry.after, entry.before),
        )
        for entry in reversed(found.thread)
        if not entry.verb.startswith("remedy.")
    ]


def _readable(values: object, other: object) -> dict[str, str]:
    """Return the values of one side that differ from the other, with labels people read."""
    mine = values if isinstance(values, dict) else {}
    theirs = other if isinstance(other, dict) else {}
    labels = {
        "state": _("State"),
        "grade": _("Grade"),
        "plan_by": _("Remedy proposed by"),
        "close_by": _("Closed by"),
        "contain_by": _("Contain by"),
    }
    return {
        labels[name]: state_word(mine[name]) if name in ("state", "grade") and mine[name] else str(mine[name] or "")
        for name in _LABELS
        if name in mine and mine[name] != theirs.get(name)
    }


def crumbs_of(finding: FindingView, last: str = "") -> list[Crumb]:
    """Return the way to an auditor's page of a finding, or to a page below it."""
    crumbs = [
        Crumb(label=_("Audits"), url=url_for("auditor.audits")),
        Crumb(label=finding.audit_ref, url=url_for("auditor.audit", ref=finding.audit_ref)),
        Crumb(label=finding.ref, url=url_for("auditor.finding", ref=finding.ref)),
    ]
    return [*crumbs, Crumb(label=last)] if last else crumbs
