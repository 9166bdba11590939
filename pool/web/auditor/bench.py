"""The workbench of an audit: the list of test points, the chosen one, and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import url_for

from auditors.casework.evidence import EvidenceView
from auditors.casework.rules import WORKING
from auditors.casework.states import FindingState
from auditors.casework.values import AuditFile, FindingView, PointView
from auditors.casework.workpapers import RATING_ROLES
from pool.kernel.refusals import Missing
from pool.kernel.roles import Actor
from pool.kernel.words import gettext as _
from pool.web.auditor import vocabulary

SHOWN = ("all", "open", "findings")
#: States of a finding in which the team waits for the firm.
FIRM_TURN = frozenset(
    {
        FindingState.ISSUED,
        FindingState.ACKNOWLEDGED,
        FindingState.RESPONSE_REJECTED,
        FindingState.RESPONSE_ACCEPTED,
        FindingState.CLOSED_ON_PLAN,
    }
)
#: Findings that are no longer anybody's matter.
_GONE = frozenset({FindingState.DISCARDED, FindingState.WITHDRAWN})


class NoSuchPoint(Missing):
    """The audit has no such test point, or the seat may not see it."""


@dataclass(frozen=True, kw_only=True)
class PointLine:
    """A test point in the list at the left."""

    id: str
    url: str
    question: str
    rating: str | None
    is_current: bool
    is_begun: bool
    findings: int

    @property
    def word(self) -> str:
        """Return how far the point is, in words."""
        if self.rating:
            return vocabulary.rating_word(self.rating)
        return _("Begun, no rating yet") if self.is_begun else _("No rating yet")

    @property
    def meaning(self) -> str:
        """Return which of the five meanings its rating carries."""
        return vocabulary.rating_meaning(self.rating)


@dataclass(frozen=True, kw_only=True)
class PointGroup:
    """The test points of one deployment."""

    deployment: str
    name: str
    lines: tuple[PointLine, ...]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Everything the workbench shows besides the form."""

    point: PointView | None
    groups: tuple[PointGroup, ...]
    shown: str
    counts: dict[str, int]
    previous_url: str | None
    next_url: str | None
    place: tuple[int, int]
    findings_here: tuple[FindingView, ...]
    findings: tuple[FindingView, ...]
    waiting: tuple[FindingView, ...]
    drafts: tuple[FindingView, ...]
    files: tuple[EvidenceView, ...]
    may_work: bool
    why_not: str


def find_point(file: AuditFile, deployment: str, point_id: str) -> PointView:
    """Return a test point of an audit. Raises: NoSuchPoint."""
    for point in file.points:
        if (point.deployment_ref, point.point_id) == (deployment, point_id):
            return point
    raise NoSuchPoint(_("This audit has no such test point."), next_step=_("Look at its list."))


def first_point(file: AuditFile) -> PointView | None:
    """Return the point to begin with: the first without a rating, else the first."""
    return next((point for point in file.points if not point.rating), file.points[0] if file.points else None)


def bench_of(file: AuditFile, point: PointView | None, *, actor: Actor, shown: str = "all") -> Bench:
    """Return the workbench of an audit with one point chosen; ``shown`` narrows the list (all, open, findings)."""
    shown = shown if shown in SHOWN else "all"
    alive = tuple(finding for finding in file.findings if finding.state not in _GONE)
    marked = {(finding.deployment_ref, finding.point_id) for finding in alive}
    fits: dict[str, Callable[[PointView], bool]] = {
        "all": lambda _one: True,
        "open": lambda one: not one.rating,
        "findings": lambda one: (one.deployment_ref, one.point_id) in marked,
    }
    points = [one for one in file.points if fits[shown](one) or one is point]
    at = points.index(point) if point in points else 0
    why_not = _why_not(file, actor)
    return Bench(
        point=point,
        groups=_groups(file, points, point, alive, shown),
        shown=shown,
        counts={name: sum(1 for one in file.points if test(one)) for name, test in fits.items()},
        previous_url=_url(file, points[at - 1], shown) if point and at > 0 else None,
        next_url=_url(file, points[at + 1], shown) if point and at + 1 < len(points) else None,
        place=(at + 1, len(points)),
        findings_here=tuple(f for f in alive if point and _is_at(f, point)),
        findings=tuple(f for f in alive if not (point and _is_at(f, point))),
        waiting=tuple(f for f in alive if f.state in FIRM_TURN and f.due_on is not None),
        drafts=tuple(f for f in alive if f.state == FindingState.DRAFT),
        files=files_of(file, point),
        may_work=not why_not,
        why_not=why_not,
    )


def _is_at(finding: FindingView, point: PointView) -> bool:
    return (finding.deployment_id, finding.point_id) == (point.deployment_id, point.point_id)


def files_of(file: AuditFile, point: PointView | None) -> tuple[EvidenceView, ...]:
    """Return the files of a test point."""
    if point is None:
        return ()
    subject = f"{file.ref}/{point.point_id}"
    return tuple(one for one in file.evidence if (one.subject_kind, one.subject_ref) == ("workpaper", subject))


def _why_not(file: AuditFile, actor: Actor) -> str:
    if file.state not in WORKING:
        return _("Workpapers are open from stage 1 until the report is sent; now they are read only.")
    own = next((m for m in file.team if m.person_id == actor.person_id and m.left_at is None), None)
    if own is None or own.role not in RATING_ROLES:
        return _("Your role in this team reads the workpapers and does not rate.")
    return ""


def _url(file: AuditFile, point: PointView, shown: str) -> str:
    return url_for(
        "auditor.point",
        ref=file.ref,
        deployment=point.deployment_ref,
        point_id=point.point_id,
        show=None if shown == "all" else shown,
    )


def _groups(
    file: AuditFile,
    points: Sequence[PointView],
    chosen: PointView | None,
    findings: Sequence[FindingView],
    shown: str,
) -> tuple[PointGroup, ...]:
    names = {part.deployment_ref: part.deployment_name for part in file.participants}
    return tuple(
        PointGroup(
            deployment=deployment,
            name=names.get(deployment, deployment),
            lines=tuple(_line(file, point, chosen, findings, shown) for point in own),
        )
        for deployment, own in groupby(points, key=lambda point: point.deployment_ref)
    )


def _line(
    file: AuditFile, point: PointView, chosen: PointView | None, findings: Sequence[FindingView], shown: str
) -> PointLine:
    return PointLine(
        id=point.point_id,
        url=_url(file, point, shown),
        question=str(point.point.get("question", "")),
        rating=point.rating,
        is_current=point is chosen,
        is_begun=bool(point.procedure or point.sample or point.result or point.conclusion),
        findings=sum(1 for finding in findings if _is_at(finding, point)),
    )


def missing_parts(values: dict[str, Any]) -> list[str]:
    """Return which parts of a workpaper are still empty although its rating needs them."""
    names = {
        "procedure": _("procedure"),
        "sample": _("sample"),
        "result": _("result"),
        "conclusion": _("conclusion"),
    }
    rating = str(values.get("rating") or "")
    if rating in vocabulary.TESTED:
        return [word for name, word in names.items() if not str(values.get(name) or "").strip()]
    if rating and not str(values.get("rating_reason") or "").strip():
        return [_("reason")]
    return []
