"""The audits of a firm: who looked when and what was decided, and each finding with its remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportlab.platypus.flowables import CondPageBreak, Flowable

from pool.kernel.words import gettext as _
from pool.kernel.words import ngettext
from pool.reports.blocks import Column, Grid
from pool.reports.desk import Desk
from pool.reports.ink import BODY, HEADING_SMALL, LABEL, MEANING, NOTE, SUBTITLE
from pool.reports.lines import Span
from pool.reports.values import AuditSection, Deadline, FindingSection, RatedPoint
from pool.reports.vocabulary import (
    finding_meaning,
    finding_word,
    grade_meaning,
    grade_word,
    rating_meaning,
    rating_word,
)


def audit_key(index: int) -> str:
    """Return the anchor of an audit."""
    return f"audit-{index}"


def audit_pages(desk: Desk, item: AuditSection, *, index: int) -> Iterator[Flowable]:
    """Yield one audit."""
    title = f"{item.ref} · {item.kind}"
    yield from desk.heading(title, key=audit_key(index), title=title, level=1, kind=HEADING_SMALL)
    yield desk.text(_dates(item), SUBTITLE.but(size=9.5, leading=13, after=6))
    yield desk.pairs(
        [
            (_("Deployments"), ", ".join(item.deployments) or _("none named")),
            (_("Audit team"), ", ".join(item.team) or _("not yet named")),
            (_("Outcome"), Span(item.outcome, bold=True) if item.outcome else _("No decision yet.")),
            (_("Decided"), _decided(item)),
        ]
    )
    if item.findings:
        yield desk.note(_counted(item.findings))
    else:
        yield desk.text(_("The audit has no finding."), BODY)
    for finding in item.findings:
        yield from _finding(desk, finding)
    if item.points:
        yield from _points(desk, item.points)


def _points(desk: Desk, points: Sequence[RatedPoint]) -> Iterator[Flowable]:
    """Yield the rating of each test point; the deployment is named where there are several."""
    yield from desk.subheading(_("Results per test point"))
    several = any(one.deployment for one in points)
    columns = [
        desk.column(0.1, _("Point")),
        desk.column(0.48 if several else 0.66, _("Question")),
        *([desk.column(0.18, _("Deployment"))] if several else []),
        desk.column(0.24, _("Result")),
    ]
    rows = [
        (
            desk.cell(Span(one.point, bold=True)),
            desk.cell(one.question),
            *([desk.cell(one.deployment)] if several else []),
            desk.mark(rating_word(one.rating), rating_meaning(one.rating)),
        )
        for one in points
    ]
    yield Grid(columns, rows, pad=2.4)


def _dates(item: AuditSection) -> str:
    if item.starts_on and item.ends_on and item.starts_on != item.ends_on:
        return _("%(first)s to %(last)s", first=item.starts_on.isoformat(), last=item.ends_on.isoformat())
    return item.starts_on.isoformat() if item.starts_on else _("No dates yet.")


def _decided(item: AuditSection) -> str:
    if not item.decided_on:
        return _("not yet")
    if item.decided_by:
        return _("%(day)s by %(who)s", day=item.decided_on.isoformat(), who=item.decided_by)
    return item.decided_on.isoformat()


def _counted(findings: Sequence[FindingSection]) -> str:
    """Return how many findings there are, and of which grade."""
    grades: dict[str, int] = {}
    for finding in findings:
        grades[finding.grade] = grades.get(finding.grade, 0) + 1
    parts = ", ".join(f"{grade_word(grade)} {count}" for grade, count in grades.items())
    return ngettext("%(n)s finding: ", "%(n)s findings: ", len(findings)) + parts + "."


def _finding(desk: Desk, finding: FindingSection) -> Iterator[Flowable]:
    """Yield one finding; the rule along its left edge has the colour of its grade, beside the word."""
    meaning = grade_meaning(finding.grade)
    yield CondPageBreak(96)
    yield desk.room(8)
    head = [
        desk.mark(grade_word(finding.grade), meaning, size=9),
        desk.cell(Span(finding.ref, bold=True)),
        desk.mark(finding_word(finding.state), finding_meaning(finding.state)),
    ]
    yield Grid([Column(part=0.2), Column(part=0.4), Column(part=0.4)], [head], pad=2, ruled=False, after=3)
    rows = [
        (desk.cell(label, LABEL.but(leading=11.4)), desk.cell(words))
        for label, words in _told(finding)
        if words.strip()
    ]
    if rows:
        indented = [(desk.room(0), *row) for row in rows]
        columns = [Column(part=0.002), Column(part=0.2), Column(part=0.798)]
        yield Grid(columns, indented, pad=1.6, gap=4, ruled=False, after=6, bar=MEANING[meaning])


def _told(finding: FindingSection) -> Iterator[tuple[str, str]]:
    """Yield each part of a finding under its label; parts without words are left out by the caller."""
    yield _("Requirement"), finding.requirement
    yield _("What was found"), finding.statement
    yield _("Evidence"), finding.evidence
    yield _("Deadlines"), "\n".join(_deadline(item) for item in finding.deadlines)
    if finding.remedy:
        yield _("Correction"), finding.remedy.correction
        yield _("Root cause"), finding.remedy.root_cause
        yield _("Corrective action"), finding.remedy.action
    if finding.verified_by or finding.verified_on:
        yield _("Verified"), _verified(finding)


def _deadline(item: Deadline) -> str:
    """Return one date; a deadline kept is said so."""
    due = _("%(what)s by %(day)s", what=item.what, day=item.due_on.isoformat())
    if item.done_on:
        return due + ", " + _("done %(day)s", day=item.done_on.isoformat())
    return due


def _verified(finding: FindingSection) -> str:
    day = finding.verified_on.isoformat() if finding.verified_on else _("day not recorded")
    return _("%(day)s by %(who)s", day=day, who=finding.verified_by or _("a person not named"))


def no_audits(desk: Desk) -> Flowable:
    """Return what stands in place of audits."""
    return desk.text(_("There was no audit in this period."), NOTE)
