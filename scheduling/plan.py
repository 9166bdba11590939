"""The plan: frozen values and their JSON form, the names of its rules, levels and funnel steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy
from scheduling.interval import HalfDay, parse_half_day
from scheduling.problem import Member
from scheduling.problem_json import read_seat, seat_json
from scheduling.reading import Fields, WrongShape, as_text, as_whole, built

OPTIMAL, FEASIBLE = "optimal", "feasible"
STATUSES = (OPTIMAL, FEASIBLE)

#: Levels of the objective, the weightiest first; each is an exact whole number and smaller is better.
LEVELS: Mapping[str, str] = {
    "unplaced_pinned": lazy("Audits not placed though a part of them was fixed already."),
    "unplaced_high": lazy("Other audits of the high tier not placed."),
    "unplaced_medium": lazy("Other audits of the medium tier not placed."),
    "unplaced_low": lazy("Other audits of the low tier not placed."),
    "money_minor": lazy(
        "Price in minor units: per person day rate x half-days / 2, rounded up, and travel where the audit "
        "has a region that is not the person's."
    ),
    "load_squares": lazy("Sum over the auditors of the square of their planned half-days: lower is more even."),
    "start_half_days": lazy("Sum over the placed audits of the working half-days of the horizon before their start."),
}

#: Steps of a funnel in their order; see ``scheduling.funnel``. A step ``competence-cover:CODE`` names a need that none
#: of those left covers.
FUNNEL_STEPS: Mapping[str, str] = {
    "all": lazy("All auditors of the problem."),
    "window": lazy("The window holds too few working half-days in a row."),
    "excluded": lazy("Left after those who declined, were objected to, or judged it before."),
    "pin": lazy("Left where what is fixed already allows."),
    "competence-cover": lazy("Left that hold a needed competence at its level (of a team of one: all of them)."),
    "competence-valid": lazy("Left whose competence is valid on every day of some start in the window."),
    "lead-qualified": lazy("Left that may lead (team of one), or left while somebody among them may lead."),
    "language": lazy("Left that speak the language of the audit."),
    "interest": lazy("Left without a blocking interest in the firm on the days of some start."),
    "rotation": lazy("Left after leads whose row at this firm is full."),
    "calendar": lazy("Left whose calendar is free for the whole length of some start in the window."),
    "load-limit": lazy("Left with enough half-days below their load limit beside the rest of this plan."),
    "double-booking": lazy("Left who are not booked by the rest of this plan on all their starts."),
    "team-size": lazy("No start is left at which a whole team that covers every need is free together."),
}
_NEED_STEP = re.compile(r"competence-cover:.{1,200}\Z")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A placed audit: its team and the half-days all of it works."""

    audit: str
    team: tuple[Member, ...]
    half_days: tuple[HalfDay, ...]


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """How many auditors are left after a rule."""

    rule: str
    left: int

    def __post_init__(self) -> None:
        if self.rule not in FUNNEL_STEPS and not _NEED_STEP.match(self.rule):
            raise Invalid(_("%(rule)s is no step of a funnel.", rule=self.rule), field="rule")
        if self.left < 0:
            raise Invalid(_("A count is not negative."), field="left")


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An audit that is not placed, and why."""

    audit: str
    funnel: tuple[FunnelStep, ...]


@dataclass(frozen=True)
class Plan:
    """A legal plan for the problem named by ``problem_digest``; ``objective`` holds every level of ``LEVELS``."""

    problem_digest: str
    status: str
    assignments: tuple[Assignment, ...]
    unplaced: tuple[Unplaced, ...]
    objective: Mapping[str, int]

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise Invalid(_("The status is optimal or feasible."), field="status")
        if set(self.objective) != set(LEVELS):
            raise Invalid(
                _("The objective does not hold the levels of this format."),
                field="objective",
                next_step=_("Give exactly: %(levels)s.", levels=", ".join(LEVELS)),
            )

    def assignment_of(self, audit: str) -> Assignment | None:
        """Return the assignment of ``audit``, or ``None`` when it is not placed."""
        return next((placed for placed in self.assignments if placed.audit == audit), None)


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Return the JSON value of ``plan``."""
    return {
        "problem_digest": plan.problem_digest,
        "status": plan.status,
        "assignments": [
            {
                "audit": placed.audit,
                "team": [seat_json(seat) for seat in placed.team],
                "half_days": [str(half_day) for half_day in placed.half_days],
            }
            for placed in plan.assignments
        ],
        "unplaced": [
            {"audit": left.audit, "funnel": [{"rule": step.rule, "left": step.left} for step in left.funnel]}
            for left in plan.unplaced
        ],
        "objective": {level: plan.objective[level] for level in LEVELS},
    }


def plan_from_json(value: object) -> Plan:
    """Read a plan from a JSON value; whether it is legal is for ``scheduling.verify`` to say.

    Raises: Invalid naming the field, for anything the schema does not allow.
    """
    fields = Fields(value)
    make = partial(
        Plan,
        problem_digest=fields.text("problem_digest"),
        status=fields.text("status"),
        assignments=fields.many("assignments", _assignment),
        unplaced=fields.many("unplaced", _unplaced),
        objective=_objective(fields.take("objective")),
    )
    fields.done()
    return make()


def _assignment(value: object, path: str) -> Assignment:
    fields = Fields(value, path)
    assignment = Assignment(
        audit=fields.text("audit"),
        team=fields.many("team", read_seat),
        half_days=fields.many("half_days", lambda item, at: parse_half_day(as_text(item, at), field=at)),
    )
    fields.done()
    return assignment


def _unplaced(value: object, path: str) -> Unplaced:
    fields = Fields(value, path)
    unplaced = Unplaced(audit=fields.text("audit"), funnel=fields.many("funnel", _step))
    fields.done()
    return unplaced


def _step(value: object, path: str) -> FunnelStep:
    fields = Fields(value, path)
    make = partial(FunnelStep, rule=fields.text("rule"), left=fields.whole("left"))
    fields.done()
    return built(path, make)


def _objective(value: object) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise WrongShape(_("An object is needed here."), field="objective")
    return {str(level): as_whole(figure, f"objective.{level}") for level, figure in value.items()}
