"""From a period's costs and readings to the problem that is split, and from its answer to the lines of each firm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pool.costs.allocation import allocate, exact_shares
from pool.costs.drivers import DIRECT_UNIT
from pool.costs.problem_files import document_of, problem_of
from pool.costs.statements import ShareLine
from pool.kernel.refusals import Conflict
from pool.kernel.words import gettext as _


class NobodyToBear(Conflict):
    """A facility has costs, and no firm used it in the period."""


class NothingToShare(Conflict):
    """The period has no costs yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityCost:
    """A facility with the sum of its costs. ``member`` is set where one firm alone caused them.

    ``weights``, ``unit`` and ``sources`` are the readings of its driver by member.
    """

    code: str
    name: str
    kind: str
    driver: str
    cost_minor: int
    lines: int
    member: str | None
    weights: Mapping[str, int]
    unit: str
    sources: Mapping[str, str]


def problem_document(currency: str, facilities: Sequence[FacilityCost]) -> dict[str, Any]:
    """Return the cost problem of a period in the form that ``audit-pool costs allocate`` reads.

    Facilities without any cost stay out. Members are all firms with a reading or a direct cost.

    Raises: NothingToShare, NobodyToBear.
    """
    costly = [one for one in facilities if one.lines]
    if not costly:
        raise NothingToShare(
            _("The period has no costs yet."), field="period", next_step=_("Add the costs first, with their documents.")
        )
    for one in costly:
        if one.cost_minor and one.member is None and not any(one.weights.values()):
            raise NobodyToBear(
                _("%(name)s has costs, and no firm used it in this period.", name=one.name),
                field=f"facility.{one.code}",
                next_step=_(
                    "Move the amount with a correction to a facility that was used, or take the readings anew."
                ),
            )
    members = {member for one in facilities for member in one.weights}
    members |= {one.member for one in costly if one.member is not None}
    return {
        "currency": currency,
        "members": sorted(members),
        "facilities": [
            {"id": one.code, "cost": one.cost_minor, "weights": dict(sorted(one.weights.items()))}
            for one in costly
            if one.member is None
        ],
        "direct": [
            {"id": one.code, "member": one.member, "cost": one.cost_minor} for one in costly if one.member is not None
        ],
    }


def split(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of ``audit-pool costs allocate`` to a problem document."""
    return document_of(allocate(problem_of(problem)))


def lines_of_members(
    problem: Mapping[str, Any], result: Mapping[str, Any], facilities: Sequence[FacilityCost]
) -> dict[str, list[ShareLine]]:
    """Return the lines of each member in the order of the facilities; the sum of all is the sum of all costs."""
    known = {one.code: one for one in facilities}
    found: dict[str, list[ShareLine]] = {member: [] for member in problem["members"]}
    for shared in problem["facilities"]:
        one, weights = known[shared["id"]], dict(shared["weights"])
        exact = exact_shares(shared["cost"], weights)
        for member, weight in weights.items():
            found[member].append(
                ShareLine(
                    facility=one.code,
                    name=one.name,
                    kind=one.kind,
                    driver=one.driver,
                    unit=one.unit,
                    source=one.sources.get(member, ""),
                    weight=weight,
                    total_weight=sum(weights.values()),
                    users=sum(1 for value in weights.values() if value > 0),
                    facility_cost_minor=shared["cost"],
                    amount_minor=result["lines"][one.code][member],
                    exact=exact[member],
                )
            )
    for cost in problem["direct"]:
        one, member = known[cost["id"]], cost["member"]
        found[member].append(
            ShareLine(
                facility=one.code,
                name=one.name,
                kind=one.kind,
                driver=one.driver,
                unit=DIRECT_UNIT,
                source="",
                weight=1,
                total_weight=1,
                users=1,
                facility_cost_minor=cost["cost"],
                amount_minor=cost["cost"],
                exact=Fraction(cost["cost"]),
            )
        )
    return found
