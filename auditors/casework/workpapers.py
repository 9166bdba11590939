"""Workpapers: the work on one test point for one deployment, and which items are drawn for it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

from sqlmodel import col, select

from auditors.casework.fields import SHORT, Checks
from auditors.casework.lifecycle import NotOfTeam, WrongState
from auditors.casework.lookup import PointMissing, find_audit, key_of, participant_of, place_of
from auditors.casework.rules import WORKING
from auditors.casework.states import Rating
from auditors.casework.tables import Audit, AuditMember, Workpaper
from pool.kernel.digest import digest_of
from pool.kernel.roles import Office
from pool.kernel.storage import Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _

LEAST_RECORDS = 5
#: Roles that may rate; a trainee writes under somebody else's name, an observer only looks.
RATING_ROLES = frozenset({"lead", "auditor", "expert"})
_TESTED = frozenset({Rating.CONFORMING, Rating.OBSERVATION, Rating.MINOR, Rating.MAJOR})


def records_to_sample(records: int, *, factor: str) -> int:
    """Return how many of ``records`` are looked at: ``min(N, max(5, ceil(k sqrt N)))``, k exact text.

    Source: sampling.records of test_points.yaml.
    """
    k = Fraction(factor)
    # ceil(sqrt(x)) of x = k^2 N, in whole numbers.
    wanted = k * k * records
    root = isqrt(wanted.numerator // wanted.denominator)
    if Fraction(root * root) < wanted:
        root += 1
    return min(records, max(LEAST_RECORDS, root))


def draw(items: Sequence[str], count: int, *, seed: str, point_id: str) -> tuple[str, ...]:
    """Return ``count`` of ``items``, drawn so that anybody with the seed draws the same ones.

    Items are ordered by the SHA-256 of seed, point and item; the first ones are taken.
    """

    def rank(item: str) -> tuple[bytes, str]:
        return hashlib.sha256(f"{seed}\n{point_id}\n{item}".encode()).digest(), item

    return tuple(sorted(set(items), key=rank)[:count])


def rate_point(
    work: Work,
    *,
    audit_ref: str,
    point_id: str,
    deployment: str | None = None,
    rating: str = "",
    procedure: str = "",
    sample: str = "",
    result: str = "",
    conclusion: str = "",
    rating_reason: str = "",
    version: int | None = None,
) -> int:
    """Write the work on one test point and, where given, its rating; return the workpaper's new version.

    A tested point needs procedure, sample, result and conclusion; not applicable and not tested need a reason. Without
    a rating the words are kept as far as they are written.

    Raises: PointMissing, NotOfTeam, WrongState, BadField, Moved.
    """
    audit = find_audit(work, audit_ref)
    paper = _paper(work, audit, point_id, deployment)
    seen(paper, version)
    _require_rater(work, audit)
    if audit.state not in WORKING:
        raise WrongState(_("The audit is not in fieldwork."), next_step=_("Look at its state."))
    checks = Checks()
    is_tested = rating in _TESTED
    if rating:
        checks.one_of("rating", rating, Rating)
    written = {"procedure": procedure, "sample": sample, "result": result, "conclusion": conclusion}
    words = {name: checks.text(name, value, required=is_tested) for name, value in written.items()}
    reason = checks.text("rating_reason", rating_reason, limit=SHORT, required=bool(rating) and not is_tested)
    checks.done()
    before = {"rating": paper.rating, "digest": digest_of(_words_of(paper))}
    for name, value in words.items():
        setattr(paper, name, value)
    paper.rating, paper.rating_reason = rating or None, reason
    paper.preparer_id, paper.preparer_name, paper.prepared_at = work.actor.person_id, work.actor.name, work.at
    paper.version += 1
    work.flush()
    work.note(
        "workpaper.rated" if rating else "workpaper.written",
        subject_kind="workpaper",
        subject_ref=f"{audit.ref}/{point_id}",
        audit_id=key_of(audit),
        before=before,
        after={"rating": paper.rating, "digest": digest_of(_words_of(paper))},
    )
    return paper.version


def _words_of(paper: Workpaper) -> list[str]:
    return [paper.procedure, paper.sample, paper.result, paper.conclusion, paper.rating_reason]


def _paper(work: Work, audit: Audit, point_id: str, deployment: str | None) -> Workpaper:
    participant = participant_of(work, audit, deployment)
    paper = work.session.exec(
        select(Workpaper).where(
            col(Workpaper.audit_id) == key_of(audit),
            col(Workpaper.deployment_id) == participant.deployment_id,
            col(Workpaper.point_id) == point_id,
        )
    ).one_or_none()
    if paper is None:
        raise PointMissing(_("This audit has no such test point."), field="point_id", next_step=_("Look at its list."))
    return paper


def _require_rater(work: Work, audit: Audit) -> None:
    place = place_of(work, key_of(audit))
    role = work.session.exec(
        select(AuditMember.role).where(
            col(AuditMember.audit_id) == key_of(audit), col(AuditMember.person_id) == work.actor.person_id
        )
    ).first()
    if work.actor.office is not Office.AUDITOR or not place.is_member or role not in RATING_ROLES:
        raise NotOfTeam(_("Only an auditor of this team rates test points."), next_step=_("Ask the lead auditor."))
