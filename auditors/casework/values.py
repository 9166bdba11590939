"""Frozen values that casework hands out: what pages, papers and the record see of audits and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from auditors.casework.brief import BriefDuty, Deadlines
from auditors.casework.evidence import EvidenceView
from auditors.casework.states import WRITING


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An audit in a list. ``acts`` are the offices that can make the next step."""

    id: int
    public_id: str
    ref: str
    kind: str
    state: str
    tier: str
    firms: tuple[str, ...]
    deployments: tuple[str, ...]
    lead: str
    starts_on: date | None
    ends_on: date | None
    reported_at: datetime | None
    acts: tuple[str, ...]
    may_act: bool = True


@dataclass(frozen=True, slots=True)
class ShownRating:
    """The rating of one test point as a firm was shown it with the report."""

    deployment_ref: str
    point_id: str
    question: str
    rating: str


@dataclass(frozen=True, slots=True)
class ParticipantView:
    """A firm's part of an audit."""

    firm_id: int
    firm_ref: str
    firm_name: str
    deployment_id: int
    deployment_ref: str
    deployment_name: str
    booking_id: int
    tier: str
    intensity: str
    facts: Mapping[str, Any]
    comment: str
    commented_at: datetime | None
    answer: str
    ratings: tuple[ShownRating, ...]


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody in the team, or who was."""

    person_id: int
    auditor_id: int
    name: str
    role: str
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class PointView:
    """A test point of one deployment with the work on it. ``point`` is the frozen text of the edition."""

    id: int
    deployment_id: int
    deployment_ref: str
    position: int
    point_id: str
    point: Mapping[str, Any]
    procedure: str
    sample: str
    result: str
    conclusion: str
    rating: str | None
    rating_reason: str
    preparer_name: str
    prepared_at: datetime | None
    version: int
    released: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """One step of an audit's history."""

    from_state: str
    to_state: str
    at: datetime
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One step in the story of a finding. ``before`` and ``after`` keep grades and deadlines as they were."""

    at: datetime
    name: str
    office: str
    verb: str
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RemedyView:
    """What the firm does about a finding."""

    public_id: str
    correction: str
    root_cause: str
    action: str
    owner: str
    due_on: date | None
    state: str
    proposed_at: datetime
    evidence_note: str
    implemented_at: datetime | None
    answer: str
    answered_at: datetime | None
    verified_name: str
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding. ``due_on`` is the next day the firm must keep, ``acts`` the offices that can make the next step."""

    id: int
    public_id: str
    ref: str
    audit_id: int
    audit_ref: str
    firm_id: int
    firm_name: str
    deployment_id: int
    deployment_ref: str
    deployment_name: str
    point_id: str
    duty_id: str
    grade: str
    requirement: str
    statement: str
    evidence: str
    state: str
    author_name: str
    issued_at: datetime | None
    acknowledged_at: datetime | None
    contain_by: datetime | None
    contained_at: datetime | None
    contained_note: str
    plan_by: date | None
    close_by: date | None
    closed_at: datetime | None
    repeats_ref: str
    dispute_reason: str
    released: bool
    version: int
    due_on: date | None
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoveView:
    """A step that the acting seat could make; ``reasons`` say what is in the way, empty when nothing is."""

    move: str
    to_state: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFile:
    """Everything of one audit that the scope may see."""

    id: int
    public_id: str
    ref: str
    kind: str
    state: str
    tier: str
    edition: str
    brief: Mapping[str, Any]
    brief_digest: str
    duties: tuple[BriefDuty, ...]
    deadlines: Mapping[str, Deadlines]
    seed: str
    starts_on: date | None
    ends_on: date | None
    sealed_at: datetime | None
    sealed_plan: Mapping[str, Any]
    plan_digest: str
    readiness: str
    fieldwork_ended_on: date | None
    reported_at: datetime | None
    summary: str
    closed_at: datetime | None
    version: int
    participants: tuple[ParticipantView, ...]
    team: tuple[MemberView, ...]
    points: tuple[PointView, ...]
    findings: tuple[FindingView, ...]
    remedies: Mapping[str, tuple[RemedyView, ...]]
    events: tuple[EventView, ...]
    evidence: tuple[EvidenceView, ...]
    moves: tuple[MoveView, ...]
    acts: tuple[str, ...]
    stop_asked_at: datetime | None
    is_lead: bool
    is_member: bool

    def ratings_shown_to(self, firm_id: int | None) -> tuple[ShownRating, ...]:
        """Return the ratings that the firm was sent with the report; none while the report is written anew."""
        if self.state in WRITING:
            return ()
        return tuple(one for part in self.participants if part.firm_id == firm_id for one in part.ratings)

    def rated(self) -> int:
        """Return how many points have a rating."""
        return sum(1 for point in self.points if point.rating)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFile:
    """A finding with its remedies, story, files and what the acting seat could do."""

    finding: FindingView
    remedies: tuple[RemedyView, ...]
    thread: tuple[ThreadEntry, ...]
    evidence: tuple[EvidenceView, ...]
    moves: tuple[MoveView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What waits for an auditor. What they were asked to take part in is the bookings' to tell."""

    in_work: tuple[AuditLine, ...]
    to_answer: tuple[FindingView, ...]
    to_verify: tuple[FindingView, ...]
    due: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueue:
    """What waits for a technical reviewer."""

    audits: tuple[AuditLine, ...]
    disputes: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a finding's clock stood still: the pool had to verify or to settle a dispute."""

    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingFact:
    """A finding as the record needs it: one fact per grade it had, each dated from when it was known.

    A regraded finding gives two: the first ends (``closed_at``) when the second begins (``issued_at``).
    """

    ref: str
    audit_ref: str
    grade: str
    issued_at: datetime
    contain_by: datetime | None = None
    contained_at: datetime | None = None
    plan_by: date | None = None
    close_by: date | None = None
    closed_at: datetime | None = None
    repeats: bool = False
    pauses: tuple[Pause, ...] = field(default=())

    def due_on(self, at: datetime) -> date | None:
        """Return the day to close it by, as it stood at ``at``: days of waiting for the pool do not count.

        Source: remediation.clock_pause of safe_harbor.yaml.
        """
        if self.close_by is None:
            return None
        due = self.close_by
        for pause in sorted(self.pauses, key=lambda item: item.from_at):
            # A pause that begins after the deadline cannot mend that it was missed.
            if pause.from_at.date() <= due and pause.from_at <= at:
                end = at if pause.until_at is None or pause.until_at > at else pause.until_at
                due += timedelta(days=(end.date() - pause.from_at.date()).days)
        return due


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditProgress:
    """How far an audit of a deployment is, dated: engagement lasts as long as no delay is the firm's."""

    audit_ref: str
    booking_id: int
    opened_at: datetime
    fieldwork_from_at: datetime | None
    submitted_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    aborted_at: datetime | None
    fieldwork_ended_on: date | None
