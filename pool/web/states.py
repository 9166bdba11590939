"""Every state people meet: its word, and which of the five meanings it carries to the eye.

A meaning is one colour and one shape (good, due_soon, overdue, blocked, neutral), and never stands without
the word.
"""

from __future__ import annotations

from typing import Final

from pool.kernel.roles import office_word as office_word
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l

MEANINGS: Final = ("good", "due_soon", "overdue", "blocked", "neutral")

_WORDS_OF_MEANING = {
    "good": _l("In order"),
    "due_soon": _l("Due soon"),
    "overdue": _l("Overdue"),
    "blocked": _l("Blocked"),
    "neutral": _l("Information"),
}

#: Standing of a deployment's record. Source: edition, safe_harbor.yaml, statuses.
STANDING = {
    "not_enrolled": ("neutral", _l("Not enrolled")),
    "pending": ("neutral", _l("Pending")),
    "good_standing": ("good", _l("Conditions met")),
    "at_risk": ("due_soon", _l("At risk")),
    "suspended": ("overdue", _l("Suspended")),
    "lapsed": ("blocked", _l("Lapsed")),
    "revoked": ("blocked", _l("Revoked")),
    "withdrawn": ("neutral", _l("Withdrawn")),
}

#: States of bookings, audits, findings, actions, periods, bills, papers and jobs, by their one id.
STATES = {
    **STANDING,
    # bookings
    "draft": ("neutral", _l("Draft")),
    "submitted": ("neutral", _l("Submitted")),
    "returned": ("due_soon", _l("Returned for completion")),
    "screened": ("neutral", _l("Screened")),
    "declined": ("blocked", _l("Declined")),
    "quoted": ("due_soon", _l("Estimate to accept")),
    "accepted": ("good", _l("Accepted")),
    "waitlisted": ("blocked", _l("On the waiting list")),
    "proposed": ("due_soon", _l("Team proposed")),
    "confirmed": ("good", _l("Confirmed")),
    "rescheduled": ("due_soon", _l("Being rescheduled")),
    "cancelled": ("neutral", _l("Cancelled")),
    "expired": ("overdue", _l("Expired")),
    "in_audit": ("neutral", _l("In audit")),
    "fulfilled": ("good", _l("Fulfilled")),
    # audits
    "planned": ("neutral", _l("Planned")),
    "plan_sealed": ("neutral", _l("Plan sealed")),
    "stage1": ("neutral", _l("Stage 1")),
    "stage1_reported": ("neutral", _l("Stage 1 reported")),
    "stage2": ("neutral", _l("Stage 2")),
    "fieldwork": ("neutral", _l("Fieldwork")),
    "deferred": ("due_soon", _l("Deferred")),
    "closing_meeting": ("neutral", _l("Closing meeting")),
    "draft_report": ("neutral", _l("Draft report")),
    "factual_check": ("due_soon", _l("Factual check")),
    "reported": ("neutral", _l("Reported")),
    "technical_review": ("neutral", _l("Technical review")),
    "awaiting_action": ("due_soon", _l("Waiting for the firm's action")),
    "decision_pending": ("due_soon", _l("Decision pending")),
    "decided": ("good", _l("Decided")),
    "closed": ("good", _l("Closed")),
    "aborted": ("blocked", _l("Stopped")),
    "reopened_by_appeal": ("due_soon", _l("Reopened by appeal")),
    # findings and actions
    "issued": ("due_soon", _l("Issued")),
    "discarded": ("neutral", _l("Discarded")),
    "acknowledged": ("due_soon", _l("Acknowledged")),
    "disputed": ("blocked", _l("Disputed")),
    "upheld": ("neutral", _l("Upheld")),
    "regraded": ("neutral", _l("Regraded")),
    "responded": ("neutral", _l("Responded")),
    "response_accepted": ("neutral", _l("Response accepted")),
    "response_rejected": ("due_soon", _l("Response sent back")),
    "evidence_submitted": ("neutral", _l("Evidence handed in")),
    "verified_closed": ("good", _l("Verified and closed")),
    "verified": ("good", _l("Verified")),
    "closed_on_plan": ("good", _l("Closed on plan")),
    "escalated": ("overdue", _l("Escalated")),
    "reopened": ("due_soon", _l("Reopened")),
    "noted": ("neutral", _l("Noted")),
    "sent_back": ("due_soon", _l("Sent back")),
    "in_progress": ("neutral", _l("In progress")),
    "implemented": ("neutral", _l("Implemented")),
    "effective": ("good", _l("Effective")),
    "ineffective": ("overdue", _l("Not effective")),
    "overdue": ("overdue", _l("Overdue")),
    # money
    "open": ("neutral", _l("Open")),
    "estimated": ("neutral", _l("Estimated")),
    "allocated": ("neutral", _l("Allocated")),
    "reviewed": ("good", _l("Reviewed")),
    "approved": ("good", _l("Approved")),
    "posted": ("good", _l("Posted")),
    "void": ("neutral", _l("Void")),
    "part_paid": ("due_soon", _l("Paid in part")),
    "paid": ("good", _l("Paid")),
    "credited": ("neutral", _l("Credited")),
    # registry, people, interests, papers, jobs
    "registered": ("good", _l("Registered")),
    "deregistered": ("blocked", _l("Deregistered")),
    "not_registered": ("blocked", _l("Not registered")),
    "no_register": ("neutral", _l("No register in this market")),
    "complete": ("good", _l("Complete")),
    "incomplete": ("due_soon", _l("Incomplete")),
    "active": ("good", _l("Active")),
    "inactive": ("neutral", _l("Inactive")),
    "invited": ("due_soon", _l("Invited")),
    "ended": ("neutral", _l("Ended")),
    "used": ("good", _l("Used")),
    "live": ("good", _l("Live")),
    "retired": ("neutral", _l("Retired")),
    "requested": ("due_soon", _l("Requested")),
    "refused": ("blocked", _l("Refused")),
    "granted": ("good", _l("Granted")),
    "declared": ("neutral", _l("Declared")),
    "cooling_off": ("blocked", _l("Cooling off")),
    "prohibit": ("blocked", _l("May not audit")),
    "clear": ("good", _l("No conflict")),
    "queued": ("neutral", _l("Queued")),
    "running": ("neutral", _l("Running")),
    "done": ("good", _l("Done")),
    "failed": ("overdue", _l("Failed")),
    "published": ("good", _l("Published")),
    "superseded": ("neutral", _l("Superseded")),
    # test points and conditions
    "met": ("good", _l("Met")),
    "not_met": ("overdue", _l("Not met")),
    "partly_met": ("due_soon", _l("Partly met")),
    "not_applicable": ("neutral", _l("Not applicable")),
    "not_tested": ("neutral", _l("Not tested yet")),
    "not_sampled": ("neutral", _l("Not sampled")),
    # Why so general: where the basis is not at hand it is not known what is waited for; wording.standing_word says it.
    "deemed": ("due_soon", _l("Engaged, a condition is still open")),
}

#: Grades of findings. Source: ISO/IEC 17021-1:2015, 3.11 to 3.13, with the pool's critical grade.
GRADES = {
    "critical": ("overdue", _l("Critical")),
    "major": ("overdue", _l("Major")),
    "minor": ("due_soon", _l("Minor")),
    "observation": ("neutral", _l("Observation")),
    "opportunity": ("neutral", _l("Opportunity for improvement")),
    "good_practice": ("good", _l("Good practice")),
}

_TIERS = {"low": (1, _l("Low")), "medium": (2, _l("Medium")), "high": (3, _l("High"))}


def state_word(state: object) -> str:
    """Return the word for a state or grade; an unknown id becomes readable, never an error."""
    name = str(state)
    known = STATES.get(name) or GRADES.get(name)
    return str(known[1]) if known else name.replace("_", " ").capitalize()


def due_word(state: object) -> str:
    """Return the word for a state that is due but not decided: a suspension, not "suspended"."""
    known = {"suspended": _("Suspension"), "revoked": _("Revocation"), "lapsed": _("Lapse")}
    return known.get(str(state), state_word(state))


def meaning_of(state: object) -> str:
    """Return which of the five meanings a state or grade carries; neutral when it is not known."""
    known = STATES.get(str(state)) or GRADES.get(str(state))
    return known[0] if known else "neutral"


def meaning_word(meaning: str) -> str:
    """Return the word for one of the five meanings."""
    return str(_WORDS_OF_MEANING[meaning])


def due_meaning(days_left: int | None, *, soon_days: int = 14) -> str:
    """Return the meaning of a deadline by the whole days that are left (negative: missed, None: no
    deadline)."""
    if days_left is None:
        return "neutral"
    if days_left < 0:
        return "overdue"
    return "due_soon" if days_left <= soon_days else "good"


def tier_word(tier: object) -> str:
    """Return the word for a tier."""
    return str(_TIERS[str(tier)][1])


def tier_level(tier: object) -> int:
    """Return 1, 2 or 3 for low, medium or high."""
    return _TIERS[str(tier)][0]


def yes_no(value: object) -> str:
    """Return Yes, No, or a dash where nothing is known."""
    return "–" if value is None else _("Yes") if value else _("No")
