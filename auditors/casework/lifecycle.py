"""Life-cycles as explicit tables: who may make which step, from where to where, and under which guards.

Guards are pure functions over facts that a service gathered. No office passes a guard: a move that the table does not
name does not exist, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pool.kernel.refusals import Conflict, Forbidden, Refusal
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _

F = TypeVar("F")
Guard = Callable[[F], Refusal | None]


class WrongOffice(Forbidden):
    """The seat in use never makes this step."""


class WrongState(Conflict):
    """The step does not start where the thing stands."""


class NotLead(Forbidden):
    """Only the lead auditor of this audit may do this."""


class NotOfTeam(Forbidden):
    """Only a member of this audit's team may do this."""


class InTeam(Forbidden):
    """Who took part in the audit may not judge it."""


class NotReady(Conflict):
    """Something must be done before this step."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of a life-cycle. ``guards`` are names in the guard table beside it."""

    move: str
    from_state: str
    to_state: str
    offices: frozenset[Office]
    guards: tuple[str, ...] = ()


@dataclass(frozen=True)
class LifeCycle(Generic[F]):
    """A table of transitions and the guards they name."""

    name: str
    transitions: tuple[Transition, ...]
    guards: Mapping[str, Guard[F]]

    def moves_from(self, state: str, office: Office) -> tuple[Transition, ...]:
        """Return the steps that ``office`` could make from ``state``, guards not asked."""
        return tuple(step for step in self.transitions if step.from_state == state and office in step.offices)

    def step(self, move: str, *, state: str, office: Office, facts: F) -> Transition:
        """Return the transition of ``move`` from ``state``.

        Raises: WrongOffice, WrongState, or what the guards refuse (all of them, the first in front).
        """
        named = [step for step in self.transitions if step.move == move]
        seated = [step for step in named if office in step.offices]
        if not seated:
            raise WrongOffice(
                _("The seat in use does not make this step."),
                next_step=_("Ask somebody with one of these seats: %(offices)s.", offices=_offices(named)),
                facts={"move": move, "state": state},
            )
        fitting = [step for step in seated if step.from_state == state]
        if not fitting:
            raise WrongState(
                _("This step cannot be made now."),
                next_step=_("Look at the present state; it may have moved meanwhile."),
                facts={"move": move, "state": state, "from": [step.from_state for step in seated]},
            )
        refused = self.refusals(fitting[0], facts)
        if refused:
            raise _with_others(refused)
        return fitting[0]

    def refusals(self, step: Transition, facts: F) -> list[Refusal]:
        """Return what the guards of ``step`` say against it; empty when nothing does."""
        found = [self.guards[name](facts) for name in step.guards]
        return [refusal for refusal in found if refusal is not None]


def _offices(steps: Sequence[Transition]) -> str:
    return ", ".join(sorted({str(office).replace("_", " ") for step in steps for office in step.offices}))


def _with_others(refusals: Sequence[Refusal]) -> Refusal:
    head, *rest = refusals
    head.others = (*head.others, *rest)
    return head


def not_ready(reason: str, next_step: str, **facts: Any) -> NotReady:
    """Return the refusal of a step for which something is missing."""
    return NotReady(reason, next_step=next_step, facts=facts)
