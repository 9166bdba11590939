"""The states of a booking. Source: process.md 2.1 of the design; ISO/IEC 17021-1 9.1.2 for the application review."""

from __future__ import annotations

from enum import StrEnum


class BookingState(StrEnum):
    """Where a booking stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SCREENED = "screened"
    DECLINED = "declined"
    QUOTED = "quoted"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    WAITLISTED = "waitlisted"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    IN_AUDIT = "in_audit"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class ProposalState(StrEnum):
    """Where a proposal of a team and dates stands."""

    PUBLISHED = "published"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OBJECTED = "objected"
    CONFIRMED = "confirmed"
    SUPERSEDED = "superseded"
