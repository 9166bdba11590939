"""The brief of an audit: what it is held against, frozen when the audit was booked.

A booking makes the brief from the edition in force and hands it to casework. Later editions do not change it: an audit
is held against the duties in force at its booking. Exact numbers travel as text (``"5/2"``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from auditors.casework.states import Grade
from pool.kernel.digest import digest_of, plain
from pool.kernel.refusals import Invalid

TIERS = ("low", "medium", "high")
KINDS = ("initial", "surveillance", "renewal", "special", "follow_up")
#: How long the firm may comment on the facts of a draft report, where the edition names no other number.
COMMENT_DAYS = 5
#: How long the firm may dispute a finding. Source: appeals.file_within_days of safe_harbor.yaml.
DISPUTE_DAYS = 30


class BadBrief(Invalid):
    """A brief that cannot be what an audit is held against."""


def _wrong(name: str, reason: str) -> BadBrief:
    return BadBrief(reason, field=f"brief.{name}", next_step="Make the brief again from the edition and the booking.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefDuty:
    """A duty: ``level`` is the target at the intensity, ``required`` the whole level that counts."""

    id: str
    name: str = ""
    level: str
    required: int = 0
    legal_floor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefPoint:
    """A test point: what is asked, what to look at, how many, and when it is a major finding."""

    id: str
    group: str = ""
    duties: tuple[str, ...] = ()
    question: str
    objective: str = ""
    evidence: tuple[str, ...] = ()
    sampling: str = ""
    major_if: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Deadlines of a grade of finding, counted from its issue; ``None`` where none runs.

    Source: remediation.severities of safe_harbor.yaml.
    """

    contain_hours: int | None = None
    plan_days: int | None = None
    close_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefPart:
    """One firm's part: the deployment, its facts and names as they were, and test points of its own."""

    firm_id: int
    firm_ref: str = ""
    firm_name: str = ""
    deployment_id: int
    deployment_ref: str = ""
    deployment_name: str = ""
    tier: str = ""
    intensity: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    points: tuple[BriefPoint, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditBrief:
    """What one audit is held against.

    ``points`` are tested for every deployment, ``parts[n].points`` only for that one. ``common`` holds facts of the
    part that all participants share (a base model audited once). ``exact_days`` is exact text of auditor-days.
    ``deadlines`` has the grades critical, major and minor. ``sampling_factor`` is k of ``max(5, ceil(k sqrt N))``.

    Raises: BadBrief.
    """

    booking_ref: str
    edition: str
    edition_digest: str
    kind: str
    tier: str
    intensity: str
    exact_days: str
    people: int = 1
    half_days: int = 0
    duties: tuple[BriefDuty, ...]
    points: tuple[BriefPoint, ...]
    deadlines: Mapping[str, Deadlines]
    sampling_factor: str = "1"
    outputs_sampled: int = 0
    common: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[BriefPart, ...]
    comment_days: int = COMMENT_DAYS
    dispute_days: int = DISPUTE_DAYS

    def __post_init__(self) -> None:
        _check(self)

    @property
    def digest(self) -> str:
        """Return ``sha256:<hex>`` of the whole brief."""
        return digest_of(self.as_json())

    def part_of(self, deployment_id: int) -> BriefPart:
        """Return the part of one deployment. Raises: BadBrief."""
        for part in self.parts:
            if part.deployment_id == deployment_id:
                return part
        raise _wrong("parts", f"The brief has no part for deployment {deployment_id}.")

    def points_of(self, deployment_id: int) -> tuple[BriefPoint, ...]:
        """Return the test points of one deployment in order: the common ones, then its own."""
        own = self.part_of(deployment_id).points
        known = {point.id for point in self.points}
        return (*self.points, *(point for point in own if point.id not in known))

    def as_json(self) -> dict[str, Any]:
        """Return the brief as plain JSON values, the form in which it is kept."""
        return {
            "booking_ref": self.booking_ref,
            "edition": self.edition,
            "edition_digest": self.edition_digest,
            "kind": self.kind,
            "tier": self.tier,
            "intensity": self.intensity,
            "exact_days": self.exact_days,
            "people": self.people,
            "half_days": self.half_days,
            "duties": [_plain(duty) for duty in self.duties],
            "points": [_plain(point) for point in self.points],
            "deadlines": {grade: _plain(days) for grade, days in sorted(self.deadlines.items())},
            "sampling_factor": self.sampling_factor,
            "outputs_sampled": self.outputs_sampled,
            "common": plain(self.common),
            "parts": [{**_plain(part), "points": [_plain(point) for point in part.points]} for part in self.parts],
            "comment_days": self.comment_days,
            "dispute_days": self.dispute_days,
        }

    def common_json(self) -> dict[str, Any]:
        """Return what every participant of a joint audit may read: the brief without the parts and the booking."""
        return {name: value for name, value in self.as_json().items() if name not in ("parts", "booking_ref")}

    def part_json(self, deployment_id: int) -> dict[str, Any]:
        """Return what one participant's own part holds, kept with the participant. Raises: BadBrief."""
        part = self.part_of(deployment_id)
        return {**_plain(part), "points": [_plain(point) for point in part.points], "booking_ref": self.booking_ref}


def deadlines_of(value: Mapping[str, Any]) -> Mapping[str, Deadlines]:
    """Return the deadlines per grade of a kept brief, whole or common."""
    return {str(grade): Deadlines(**days) for grade, days in value["deadlines"].items()}


def duties_of(value: Mapping[str, Any]) -> tuple[BriefDuty, ...]:
    """Return the duties of a kept brief, whole or common."""
    return tuple(BriefDuty(**duty) for duty in value["duties"])


def brief_from_json(value: Mapping[str, Any]) -> AuditBrief:
    """Read a brief back from the form it is kept in. Raises: BadBrief."""
    try:
        own = dict(value)
        own["duties"] = duties_of(own)
        own["points"] = _points(own["points"])
        own["deadlines"] = deadlines_of(own)
        own["parts"] = tuple(BriefPart(**{**part, "points": _points(part["points"])}) for part in own["parts"])
        return AuditBrief(**own)
    except (KeyError, TypeError, AttributeError) as error:
        raise _wrong("", f"The brief cannot be read: {error}.") from error


def _points(values: Any) -> tuple[BriefPoint, ...]:
    listed = ("duties", "evidence", "sources")
    return tuple(BriefPoint(**{**point, **{name: tuple(point.get(name, ())) for name in listed}}) for point in values)


def _plain(value: Any) -> dict[str, Any]:
    return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}


def _check(brief: AuditBrief) -> None:
    for name in ("booking_ref", "edition", "edition_digest"):
        if not getattr(brief, name):
            raise _wrong(name, f"The brief has no {name}.")
    if brief.tier not in TIERS:
        raise _wrong("tier", f"{brief.tier!r} is not a tier.")
    if brief.kind not in KINDS:
        raise _wrong("kind", f"{brief.kind!r} is not a kind of audit.")
    for name in ("exact_days", "intensity", "sampling_factor"):
        _check_exact(name, getattr(brief, name))
    if not brief.points:
        raise _wrong("points", "A brief without test points tests nothing.")
    if not brief.parts:
        raise _wrong("parts", "A brief needs at least one participant.")
    if len({part.deployment_id for part in brief.parts}) != len(brief.parts):
        raise _wrong("parts", "A deployment stands twice.")
    missing = {Grade.CRITICAL, Grade.MAJOR, Grade.MINOR} - set(brief.deadlines)
    if missing:
        raise _wrong("deadlines", f"No deadlines for {', '.join(sorted(missing))}.")
    object.__setattr__(brief, "deadlines", MappingProxyType(dict(brief.deadlines)))
    object.__setattr__(brief, "common", MappingProxyType(dict(brief.common)))


def _check_exact(name: str, value: str) -> None:
    # Why text: a float would not give the same digest everywhere, and cost shares are cut from exact days.
    try:
        if not isinstance(value, str) or Fraction(value) < 0:
            raise ValueError
    except (ValueError, ZeroDivisionError) as error:
        raise _wrong(name, f"{name} must be the text of an exact number, 0 or more.") from error
