"""The exact rule of two times: the state on a day in the world, as the pool knew it on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _


class RecordedAhead(Invalid):
    """An event is recorded before the day on which it takes effect."""


@dataclass(frozen=True, slots=True)
class StateEvent:
    """A state from ``effective`` on, recorded on ``recorded``. ``index`` is its number in the record.

    Raises: RecordedAhead.
    """

    effective: date
    recorded: date
    state: str
    index: int = 0

    def __post_init__(self) -> None:
        if self.effective > self.recorded:
            raise RecordedAhead(
                _("An event is never recorded ahead of its day."),
                field="recorded",
                next_step=_("Record it on the day on which it takes effect, or later."),
            )


def state_at(events: Iterable[StateEvent], *, on: date, known: date) -> str:
    """Return the state at the end of ``on``, using only what was recorded by the end of ``known``.

    Of the events in effect by ``on`` and recorded by ``known`` the last recorded counts: it overwrites the
    timeline from its effective day on. Ties go to the greatest effective day, then to the greatest index.
    Without any, ``not_enrolled``. Source: safe_harbor.yaml, bitemporal_rule; DECISIONS 1 (log index).
    """
    seen = [event for event in events if event.effective <= on and event.recorded <= known]
    last = max(seen, key=lambda event: (event.recorded, event.effective, event.index), default=None)
    return "not_enrolled" if last is None else last.state
