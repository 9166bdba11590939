"""The words and meanings of ids that papers print: states, grades, steps of a finding, levels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from pool.kernel.money import Money, format_money
from pool.kernel.words import gettext as _
from pool.reports.values import BasisLine, StandingView


def state_word(state: str) -> str:
    """Return the public word of a state of the record."""
    words = {
        "not_enrolled": _("Not enrolled"),
        "pending": _("Pending"),
        "good_standing": _("Conditions met"),
        "at_risk": _("At risk"),
        "suspended": _("Suspended"),
        "lapsed": _("Lapsed"),
        "revoked": _("Revoked"),
        "withdrawn": _("Withdrawn"),
    }
    return words.get(state, spoken(state))


def state_meaning(state: str, *, deemed: bool = False) -> str:
    """Return the meaning that gives a state its colour and shape."""
    if state == "good_standing" and deemed:
        return "soon"
    meanings = {"good_standing": "good", "at_risk": "soon", "suspended": "overdue", "revoked": "blocked"}
    return meanings.get(state, "neutral")


def standing_word(standing: StandingView) -> str:
    """Return the short word of a standing; a deemed one is never called met."""
    if standing.state == "good_standing" and standing.booked_for:
        return booked_word(standing.booked_for)
    if standing.state == "good_standing" and standing.deemed_since:
        return _("Engaged, waiting for the pool since %(since)s, not audited", since=standing.deemed_since.isoformat())
    return state_word(standing.state)


def booked_word(day: date) -> str:
    """Return the word of what counts because an audit is confirmed for a day."""
    return _("Engaged, audit booked for %(day)s, not audited yet", day=day.isoformat())


def standing_sentences(standing: StandingView) -> tuple[str, ...]:
    """Return what the record says, in whole sentences."""
    said = [
        _("On %(on)s, as known on %(known)s.", on=standing.on.isoformat(), known=standing.known.isoformat()),
    ]
    if standing.since:
        said.append(_("In this state since %(since)s.", since=standing.since.isoformat()))
    if standing.until:
        said.append(_("The record has to be renewed by %(until)s.", until=standing.until.isoformat()))
    if standing.booked_for:
        said.append(_("The firm asked in time and the audit is confirmed; nobody has looked yet."))
    elif standing.deemed_since:
        said.append(_("The firm asked in time; the pool has not audited yet, so nobody has looked."))
    if standing.due_state:
        since = standing.due_since.isoformat() if standing.due_since else _("an unrecorded day")
        said.append(
            _(
                "By the rules “%(state)s” is due since %(since)s; it takes effect only by a reasoned "
                "decision of two people.",
                state=state_word(standing.due_state),
                since=since,
            )
        )
    return tuple(said)


def condition_result(line: BasisLine) -> tuple[str, str]:
    """Return the word and meaning of one condition; what is deemed is never called met.

    Source: DECISIONS 6. C1 is deemed for reasons upstream, not because the pool is late.
    """
    if not line.deemed:
        return (_("Met"), "good") if line.met else (_("Not met"), "overdue")
    if line.booked_for:
        return booked_word(line.booked_for), "soon"
    since = line.deemed_since.isoformat() if line.deemed_since else _("an unrecorded day")
    words = {
        "C3": _("Engaged, waiting for the pool since %(since)s, not reviewed", since=since),
        "C4": _("Engaged, waiting for the pool since %(since)s, not audited", since=since),
    }
    return words.get(line.condition, _("Deemed met: time to mend what the firm did not cause")), "soon"


def grade_word(grade: str) -> str:
    """Return the word of a grade of finding."""
    words = {
        "critical": _("Critical"),
        "major": _("Major"),
        "minor": _("Minor"),
        "observation": _("Observation"),
        "opportunity": _("Opportunity"),
        "good_practice": _("Good practice"),
    }
    return words.get(grade, spoken(grade))


def grade_meaning(grade: str) -> str:
    """Return the meaning that gives a grade its colour and shape."""
    return {"critical": "blocked", "major": "overdue", "minor": "soon", "good_practice": "good"}.get(grade, "neutral")


def rating_word(rating: str) -> str:
    """Return the word of the rating of a test point."""
    words = {
        "conforming": _("Conforming"),
        "observation": _("Observation"),
        "minor": _("Minor"),
        "major": _("Major"),
        "not_applicable": _("Not applicable"),
        "not_tested": _("Not tested"),
    }
    return words.get(rating, spoken(rating))


def rating_meaning(rating: str) -> str:
    """Return the meaning that gives a rating its colour and shape."""
    return "good" if rating == "conforming" else grade_meaning(rating)


def finding_word(state: str) -> str:
    """Return the word of a finding's state."""
    words = {
        "draft": _("Draft"),
        "discarded": _("Discarded"),
        "issued": _("Issued"),
        "noted": _("Noted"),
        "disputed": _("Disputed"),
        "acknowledged": _("Acknowledged, answer due"),
        "responded": _("Answered, to be looked at"),
        "response_rejected": _("Answer sent back"),
        "response_accepted": _("Answer accepted, remedy due"),
        "evidence_submitted": _("Remedy done, to be verified"),
        "closed_on_plan": _("Closed on plan, verified at the next audit"),
        "verified_closed": _("Verified and closed"),
        "withdrawn": _("Withdrawn"),
    }
    return words.get(state, spoken(state))


def finding_meaning(state: str) -> str:
    """Return the meaning that gives a finding's state its colour and shape."""
    if state == "verified_closed":
        return "good"
    return "neutral" if is_settled(state) else "soon"


def is_settled(state: str) -> bool:
    """Tell whether nothing more has to be done about a finding."""
    return state in ("verified_closed", "closed_on_plan", "noted", "withdrawn", "discarded")


def spoken(identity: str) -> str:
    """Return an unknown id as words, so that a new one never stops a paper."""
    text = identity.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def level_figure(level: Decimal) -> str:
    """Return a level, 0 to 3, with at most two decimals."""
    return f"{Decimal(level):.2f}".rstrip("0").rstrip(".") or "0"


def money_in(currency: str) -> Callable[[int], str]:
    """Return a writer of amounts of one currency."""
    return lambda amount_minor: format_money(Money(amount_minor, currency))
