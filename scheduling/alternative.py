"""After a decline: find another team for one audit while every other placed audit stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from pool.kernel.refusals import Missing
from pool.kernel.words import gettext as _
from scheduling.plan import Assignment, Plan
from scheduling.planning import solve_pinned
from scheduling.problem import Audit, Pin, Problem


class UnknownAudit(Missing):
    """The problem has no such audit."""


@dataclass(frozen=True)
class Alternative:
    """Another place for one audit. ``plan`` is a legal plan of ``problem``, in which all else is pinned.

    ``kept`` says what stayed: ``days-and-team`` (only those who left are replaced), ``days``, or ``nothing``; when no
    place was found ``assignment`` is ``None`` and the plan holds the funnel of the audit.
    """

    problem: Problem
    plan: Plan
    assignment: Assignment | None
    kept: str


def propose_alternative(problem: Problem, plan: Plan, audit: str, excluding: Collection[str]) -> Alternative:
    """Plan one audit again without the auditors ``excluding``; change as little as can be.

    First the same half-days with the rest of the team, then the same half-days, then any place in the window. Audits
    that ``plan`` leaves unplaced are left out of the new problem.

    Raises: UnknownAudit.
    """
    asked = next((known for known in problem.audits if known.id == audit), None)
    if asked is None:
        raise UnknownAudit(_("The problem has no audit %(audit)s.", audit=audit), field="audit")
    excluded = tuple(dict.fromkeys((*asked.excluded, *sorted(excluding))))
    for kept, pin in _pins(asked, plan.assignment_of(audit), frozenset(excluded)):
        changed = _with_pins(problem, plan, replace(asked, excluded=excluded, pinned=pin))
        new_plan = solve_pinned(changed, audit)
        assignment = new_plan.assignment_of(audit)
        if assignment is not None or kept == "nothing":
            return Alternative(changed, new_plan, assignment, kept)
    raise AssertionError("the last attempt always returns")


def _pins(asked: Audit, old: Assignment | None, excluded: frozenset[str]) -> Iterator[tuple[str, Pin | None]]:
    """Yield what may be kept, the most first; a pin of the audit itself holds, without those who left."""
    own = asked.pinned or Pin()
    own_team = tuple(seat for seat in own.team if seat.auditor not in excluded)
    if old is not None:
        stay = tuple(seat for seat in old.team if seat.auditor not in excluded)
        yield "days-and-team", Pin(old.half_days[0], stay)
        yield "days", Pin(old.half_days[0], own_team)
    yield "nothing", Pin(own.start, own_team) if own.start or own_team else None


def _with_pins(problem: Problem, plan: Plan, asked: Audit) -> Problem:
    audits = []
    for audit in problem.audits:
        placed = plan.assignment_of(audit.id)
        if audit.id == asked.id:
            audits.append(asked)
        elif placed is not None:
            audits.append(replace(audit, pinned=Pin(placed.half_days[0], placed.team)))
    return replace(problem, audits=tuple(audits), digest="")
