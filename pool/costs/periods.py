"""The life-cycle of a cost period as a table. Source: process.md 2.6 of the design.

A period closes only after a second person reviewed exactly what is then posted; any change before brings it back to
open, and a closed one never changes: corrections are costs of the next period.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pool.kernel.refusals import Conflict, Forbidden
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _

CLOSE_RULE = "close_period"


class PeriodState(StrEnum):
    """Where a period stands."""

    OPEN = "open"
    ALLOCATED = "allocated"
    REVIEWED = "reviewed"
    CLOSED = "closed"


class Move(StrEnum):
    """What can be done to a period."""

    ADD_COST = "add_cost"
    TAKE_READINGS = "take_readings"
    ALLOCATE = "allocate"
    REVIEW = "review"
    SEND_BACK = "send_back"
    CLOSE = "close"


class NotTheirOffice(Forbidden):
    """The seat in use has no part in this step of a period."""


class PeriodStands(Conflict):
    """The state of the period does not allow this step."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table. ``guard`` names what else must hold; the service checks it."""

    from_state: PeriodState
    to_state: PeriodState
    move: Move
    offices: frozenset[Office]
    guard: str = ""


_TREASURER = frozenset({Office.TREASURER})
_SECOND = frozenset({Office.TREASURER, Office.ADMINISTRATOR})
_OPEN, _ALLOCATED, _REVIEWED, _CLOSED = PeriodState

TRANSITIONS: tuple[Transition, ...] = (
    *(Transition(state, _OPEN, Move.ADD_COST, _TREASURER) for state in (_OPEN, _ALLOCATED, _REVIEWED)),
    *(Transition(state, _OPEN, Move.TAKE_READINGS, _TREASURER) for state in (_OPEN, _ALLOCATED, _REVIEWED)),
    Transition(_OPEN, _ALLOCATED, Move.ALLOCATE, _TREASURER, "every cost has users"),
    Transition(_ALLOCATED, _REVIEWED, Move.REVIEW, _SECOND, "another person, nothing changed"),
    Transition(_ALLOCATED, _OPEN, Move.SEND_BACK, _SECOND),
    Transition(_REVIEWED, _OPEN, Move.SEND_BACK, _SECOND),
    Transition(_REVIEWED, _CLOSED, Move.CLOSE, _TREASURER, "two words, period over, nothing changed"),
)


def next_state(move: Move, *, state: str, office: Office) -> PeriodState:
    """Return where a move leads.

    Raises: PeriodStands, NotTheirOffice.
    """
    found = next((one for one in TRANSITIONS if one.move is move and one.from_state == state), None)
    if found is None:
        raise PeriodStands(
            _("A period that is %(state)s does not allow this.", state=state), field="period", next_step=_way_on(state)
        )
    if office not in found.offices:
        names = ", ".join(sorted(str(one) for one in found.offices))
        raise NotTheirOffice(
            _("This is for: %(offices)s.", offices=names), field="period", next_step=_("Ask one of them.")
        )
    return found.to_state


def moves_from(state: str) -> tuple[Transition, ...]:
    """Return the moves that a state allows, in the order of the table."""
    return tuple(one for one in TRANSITIONS if one.from_state == state)


def _way_on(state: str) -> str:
    return {
        PeriodState.OPEN: _("Split the costs first."),
        PeriodState.ALLOCATED: _("A second person reviews the split next."),
        PeriodState.REVIEWED: _("Close the period, or send it back."),
        PeriodState.CLOSED: _("A closed period never changes; enter the correction in the next period."),
    }[PeriodState(state)]
