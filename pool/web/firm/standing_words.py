"""What the participation record says, in words: state, since, until, what threatens it, what counts as deemed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pool.harbor.queries import StandingView
from pool.harbor.standing import Standing, Threat
from pool.harbor.transitions import Event
from pool.harbor.wording import fact_word
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.web import display
from pool.web.states import due_word, meaning_of, state_word
from pool.web.wording import booked_word, condition_state, is_deemed, standing_word


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
    is_booked = any(one["deemed"] and booked_word(one["facts"], on=standing.computed_for) for one in standing.basis)
    since = deemed_since(standing.basis) if standing.deemed and not is_booked else None
    return Mark(
        word=standing_word(standing),
        meaning="due_soon" if is_deemed(standing) else meaning_of(standing.state),
        since=standing.since if standing.state != "not_enrolled" else None,
        until=standing.valid_until,
        due_word=due_word(standing.due_state) if standing.due_state else "",
        due_since=standing.due_since,
        note=_("waiting since %(day)s", day=display.day(since)) if since else "",
    )


def deemed_since(basis: Any) -> date | None:
    """Return since when a record counts as engaged because somebody other than the firm is late."""
    instants = [_instant(one["recorded_at"]) for one in basis if one["deemed"] and one["recorded_at"]]
    return day_of(min(instants)) if instants else None


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def lines_of(standing: Standing, *, on: date) -> list[ConditionLine]:
    """Return the basis of a standing derived for a day as rows."""
    lines = []
    for one in standing.basis:
        line = {"condition": one.condition, "met": one.met, "deemed": one.deemed, "facts": one.facts}
        meaning, word = condition_state(line, on=on)
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
