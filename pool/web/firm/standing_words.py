"""What the participation record says, in words: state, since, until, what threatens it, what counts as deemed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pool.harbor.queries import StandingView
from pool.harbor.standing import Standing, Threat
from pool.harbor.transitions import Event
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.web import display
from pool.web.states import due_word, meaning_of, state_word


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition of the record as a row: its word and meaning, its facts, and when they were recorded."""

    id: str
    name: str
    word: str
    meaning: str
    facts: tuple[tuple[str, str], ...]
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A standing as a dated mark: word, meaning, days, and what is due but not decided."""

    word: str
    meaning: str
    since: date | None = None
    until: date | None = None
    due_word: str = ""
    due_since: date | None = None
    note: str = ""


def mark_of(standing: StandingView | None) -> Mark:
    """Return the mark of a kept standing; none is not enrolled."""
    if standing is None:
        return Mark(state_word("not_enrolled"), "neutral")
    deemed = standing.deemed and standing.state == "good_standing"
    is_booked = any(one["deemed"] and booked_word(one, on=standing.computed_for) for one in standing.basis)
    since = deemed_since(standing.basis) if standing.deemed and not is_booked else None
    return Mark(
        word=short_word(standing),
        meaning="due_soon" if deemed else meaning_of(standing.state),
        since=standing.since if standing.state != "not_enrolled" else None,
        until=standing.valid_until,
        due_word=due_word(standing.due_state) if standing.due_state else "",
        due_since=standing.due_since,
        note=_("waiting since %(day)s", day=display.day(since)) if since else "",
    )


def short_word(standing: StandingView) -> str:
    """Return the word of a standing; a deemed one is never called met. Source: decision 6 of the edition."""
    if standing.deemed and standing.state == "good_standing":
        deemed = [one for one in standing.basis if one["deemed"]]
        booked = (booked_word(one, on=standing.computed_for) for one in deemed)
        return next(filter(None, booked), "") or deemed_word([str(one["condition"]) for one in deemed])
    return state_word(standing.state)


def deemed_word(conditions: Sequence[str]) -> str:
    """Return the word of a record that stands because somebody other than the firm is late."""
    if "C4" in conditions:
        return _("Engaged, waiting for the pool, not audited")
    if "C3" in conditions:
        return _("Engaged, waiting for the pool, not reviewed")
    return _("Engaged, time to replace the base model")


def booked_word(one: Mapping[str, Any], *, on: date) -> str:
    """Return the word of a condition that counts because its audit is booked; empty where it is not.

    ``on`` is the day for which the facts of the condition were read: they count days from it.
    """
    facts = one["facts"]
    if not facts.get("audit_booked"):
        return ""
    ahead = facts.get("audit_booked_within_days")
    if not isinstance(ahead, int):
        return _("Engaged, audit booked, not audited yet")
    if ahead == 0:
        return _("Engaged, the booked audit has begun, not decided yet")
    return _("Engaged, audit booked for %(day)s, not audited yet", day=display.day(on + timedelta(days=ahead)))


def deemed_since(basis: Any) -> date | None:
    """Return since when a record counts as engaged because somebody other than the firm is late."""
    instants = [_instant(one["recorded_at"]) for one in basis if one["deemed"] and one["recorded_at"]]
    return day_of(min(instants)) if instants else None


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def condition_word(*, condition: str, met: bool, deemed: bool) -> tuple[str, str]:
    """Return the word and the meaning of one condition. Source: decision 6 of the edition."""
    if not deemed:
        return (_("Met"), "good") if met else (_("Not met"), "overdue")
    return deemed_word([condition]), "due_soon"


def lines_of(standing: Standing, *, on: date) -> list[ConditionLine]:
    """Return the basis of a standing derived for a day as rows."""
    lines = []
    for one in standing.basis:
        word, meaning = condition_word(condition=one.condition, met=one.met, deemed=one.deemed)
        if one.deemed:
            word = booked_word({"facts": one.facts}, on=on) or word
        facts = tuple((fact_word(name), display.plain(value)) for name, value in one.facts.items())
        lines.append(ConditionLine(one.condition, _(one.name), word, meaning, facts, one.recorded_at))
    return lines


def unmet_of(standing: StandingView, names: Mapping[str, str]) -> list[str]:
    """Return the names of the conditions of a kept standing that are not met."""
    return [
        f"{one['condition']} {names.get(str(one['condition']), '')}".strip() for one in standing.basis if not one["met"]
    ]


def threat_words(threat: Threat) -> str:
    """Return what happens on a day if nothing is done."""
    if threat.event is Event.APPLICATION_TIMEOUT:
        return _("the application lapses because its conditions were not met in time")
    if threat.event is Event.VALIDITY_ENDED:
        return _("the validity of the record ends and it is at risk")
    if threat.event is Event.CURE_DEADLINE_PASSED:
        return _(
            "the time to cure condition %(condition)s is over and a suspension is due", condition=threat.condition or ""
        )
    return _("%(state)s", state=due_word(threat.state))


def fact_word(name: str) -> str:
    """Return a fact of the record in words."""
    words = {
        "base_model_status": _("Status of the base model"),
        "base_model_fault_of_firm": _("Lost by fault of the firm"),
        "base_model_deregistered_days": _("Days since it lost its status"),
        "registration_status": _("Registration"),
        "attestation_age_days": _("Age of the signature, days"),
        "attestation_limit_days": _("Signature valid for, days"),
        "unreported_change_days": _("Longest unreported change, days"),
        "ethics_level_done": _("Level of ethics review done"),
        "ethics_level_required": _("Level of ethics review asked for"),
        "ethics_outcome": _("Outcome of the ethics review"),
        "ethics_age_days": _("Age of the ethics review, days"),
        "ethics_limit_days": _("Ethics review valid for, days"),
        "ethics_conditions_overdue": _("Conditions of it overdue"),
        "ethics_requested_on_time": _("Ethics review asked for in time"),
        "ethics_service_overdue": _("The pool is late with it"),
        "audit_refusals": _("Audits refused"),
        "audit_age_days": _("Age of the last audit, days"),
        "audit_limit_days": _("Audit valid for, days"),
        "audit_requested_on_time": _("Audit asked for in time"),
        "audit_offer_made": _("Dates offered by the pool"),
        "audit_booked": _("Audit booked"),
        "critical_overdue": _("Critical findings overdue"),
        "major_overdue": _("Major findings overdue"),
        "minor_overdue": _("Minor findings overdue"),
        "harm_measures_overdue": _("Measures after harm overdue"),
        "incidents_late_open": _("Incidents reported late"),
        "misstatement": _("Misstatement"),
        "monitoring_level": _("Level of monitoring"),
        "monitoring_required": _("Level of monitoring asked for"),
    }
    return words.get(name, name.replace("_", " ").capitalize())
