"""The words of casework: states, grades and ratings. Source: ISO/IEC 17021-1 9.4-9.6."""

from __future__ import annotations

from enum import StrEnum


class AuditState(StrEnum):
    """Where an audit stands."""

    PLANNED = "planned"
    PLAN_SEALED = "plan_sealed"
    STAGE1 = "stage1"
    STAGE1_REPORTED = "stage1_reported"
    STAGE2 = "stage2"
    DRAFT_REPORT = "draft_report"
    FACTUAL_CHECK = "factual_check"
    SUBMITTED = "submitted"
    TECHNICAL_REVIEW = "technical_review"
    AWAITING_ACTION = "awaiting_action"
    DECISION_PENDING = "decision_pending"
    DECIDED = "decided"
    CLOSED = "closed"
    ABORTED = "aborted"


class Grade(StrEnum):
    """How grave a finding is; good practice is none at all."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    OBSERVATION = "observation"
    OPPORTUNITY = "opportunity"
    GOOD_PRACTICE = "good_practice"


class FindingState(StrEnum):
    """Where a finding stands."""

    DRAFT = "draft"
    DISCARDED = "discarded"
    ISSUED = "issued"
    NOTED = "noted"
    DISPUTED = "disputed"
    ACKNOWLEDGED = "acknowledged"
    RESPONDED = "responded"
    RESPONSE_REJECTED = "response_rejected"
    RESPONSE_ACCEPTED = "response_accepted"
    EVIDENCE_SUBMITTED = "evidence_submitted"
    CLOSED_ON_PLAN = "closed_on_plan"
    VERIFIED_CLOSED = "verified_closed"
    WITHDRAWN = "withdrawn"


class RemedyState(StrEnum):
    """Where a corrective action stands."""

    PROPOSED = "proposed"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    IMPLEMENTED = "implemented"
    INSUFFICIENT = "insufficient"
    VERIFIED = "verified"


class Rating(StrEnum):
    """What an auditor found at a test point. Source: rating_scale of the edition's test_points.yaml."""

    CONFORMING = "conforming"
    OBSERVATION = "observation"
    MINOR = "minor"
    MAJOR = "major"
    NOT_APPLICABLE = "not_applicable"
    NOT_TESTED = "not_tested"


#: States in which the report's words are the team's alone.
WRITING = frozenset({AuditState.STAGE2, AuditState.DRAFT_REPORT})
#: Grades that ask something of the firm.
DEMANDING = frozenset({Grade.CRITICAL, Grade.MAJOR, Grade.MINOR})
