"""The split of shared cost: each facility among its users by their driver, to the last minor unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.kernel.money import INT64_MAX, exponent_of
from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _

INT64_MIN = -INT64_MAX - 1


class NotACostProblem(Invalid):
    """The cost problem breaks a stated rule of its form."""


class CostWithoutUsers(NotACostProblem):
    """A facility has a cost and nobody with a positive weight to bear it."""


class UnknownMember(NotACostProblem):
    """A facility or a direct cost names somebody who is not a member of the period."""


class IdUsedTwice(NotACostProblem):
    """An id stands twice where each must stand once."""


@dataclass(frozen=True, slots=True)
class Facility:
    """A shared cost and the driver of each of its users.

    ``cost`` is in minor units and may be negative (a refund). ``weights`` are whole numbers of one additive
    driver, such as planned half-days; a user is a member with a positive weight.
    """

    id: str
    cost: int
    weights: Mapping[str, int]

    def users(self) -> frozenset[str]:
        """Return the members with a positive weight."""
        return frozenset(member for member, weight in self.weights.items() if weight > 0)


@dataclass(frozen=True, slots=True)
class DirectCost:
    """A cost that one member bears alone. ``cost`` is in minor units and may be negative."""

    id: str
    member: str
    cost: int


@dataclass(frozen=True, slots=True)
class CostProblem:
    """Everything that one split needs; it checks itself and refuses what it cannot split.

    Raises: NotACostProblem, CostWithoutUsers, UnknownMember, IdUsedTwice, UnknownCurrency.
    """

    currency: str
    members: tuple[str, ...]
    facilities: tuple[Facility, ...] = ()
    direct: tuple[DirectCost, ...] = ()

    def __post_init__(self) -> None:
        exponent_of(self.currency)
        known: set[str] = set()
        for index, member in enumerate(self.members):
            _refuse_repeated(member, known, field=f"members[{index}]")
        seen: set[str] = set()
        for index, facility in enumerate(self.facilities):
            self._check_facility(facility, known, seen, at=f"facilities[{index}]")
        for index, cost in enumerate(self.direct):
            at = f"direct[{index}]"
            _refuse_repeated(cost.id, seen, field=f"{at}.id")
            _refuse_unknown(cost.member, known, field=f"{at}.member")
            _require_minor_units(cost.cost, field=f"{at}.cost")

    @staticmethod
    def _check_facility(facility: Facility, known: set[str], seen: set[str], *, at: str) -> None:
        _refuse_repeated(facility.id, seen, field=f"{at}.id")
        _require_minor_units(facility.cost, field=f"{at}.cost")
        for member, weight in facility.weights.items():
            field = f"{at}.weights.{member}"
            _refuse_unknown(member, known, field=field)
            _require_weight(weight, field=field)
        if facility.cost != 0 and not facility.users():
            raise CostWithoutUsers(
                _("The facility %(id)s has a cost and no member with a positive weight.", id=facility.id),
                field=f"{at}.weights",
                next_step=_("Give at least one member a weight above 0, or set the cost to 0."),
            )


@dataclass(frozen=True, slots=True)
class Allocation:
    """The split of one problem. All amounts are in minor units of ``currency``.

    ``lines`` hold the members named in a facility's weights (0 at weight 0) and each direct cost under its
    id; the other maps hold every member. ``stand_alone`` is the full cost of every facility a member
    uses, plus its direct costs; ``saving`` is ``stand_alone`` less ``totals``.
    """

    currency: str
    lines: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]
    exact_totals: Mapping[str, Fraction]
    stand_alone: Mapping[str, int]

    @property
    def saving(self) -> dict[str, int]:
        """Return, per member, what bearing the same facilities alone would cost more."""
        return {member: alone - self.totals[member] for member, alone in self.stand_alone.items()}

    @property
    def sum(self) -> int:
        """Return the sum of all lines, which equals the sum of all costs."""
        return sum(self.totals.values())


def split_exactly(cost: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Split ``cost`` by largest remainder in proportion to ``weights``; the parts sum to ``cost``.

    Left-over units go to the largest exact remainders, ties to the lower id by code point. A member of weight
    0 gets 0 and a negative cost mirrors the positive one. Weights are not negative; one is positive unless
    ``cost`` is 0.
    Source: largest remainder (Hamilton) method, in whole numbers throughout.
    """
    whole = sum(weights.values())
    if whole == 0:
        return dict.fromkeys(weights, 0)
    size, sign = abs(cost), -1 if cost < 0 else 1
    parts: dict[str, int] = {}
    remainders: dict[str, int] = {}
    for member, weight in weights.items():
        parts[member], remainders[member] = divmod(size * weight, whole)
    left_over = size - sum(parts.values())
    # At most (members with a remainder above 0) - 1 units are left, so weight 0 never receives one.
    for member in sorted(weights, key=lambda name: (-remainders[name], name))[:left_over]:
        parts[member] += 1
    return {member: sign * part for member, part in parts.items()}


def exact_shares(cost: int, weights: Mapping[str, int]) -> dict[str, Fraction]:
    """Return each member's share of ``cost`` before any rounding."""
    whole = sum(weights.values())
    if whole == 0:
        return {member: Fraction(0) for member in weights}
    return {member: Fraction(cost * weight, whole) for member, weight in weights.items()}


def allocate(problem: CostProblem) -> Allocation:
    """Split every facility among its users and add the direct costs.

    Source: facility-wise proportional rule, dual weighted Shapley value of a fixed-cost game (Dehez 2011).
    """
    lines: dict[str, Mapping[str, int]] = {}
    totals = dict.fromkeys(problem.members, 0)
    exact = {member: Fraction(0) for member in problem.members}
    alone = dict.fromkeys(problem.members, 0)
    for facility in problem.facilities:
        lines[facility.id] = parts = split_exactly(facility.cost, facility.weights)
        for member, share in exact_shares(facility.cost, facility.weights).items():
            totals[member] += parts[member]
            exact[member] += share
        for member in facility.users():
            alone[member] += facility.cost
    for cost in problem.direct:
        lines[cost.id] = {cost.member: cost.cost}
        for sums in (totals, alone):
            sums[cost.member] += cost.cost
        exact[cost.member] += cost.cost
    return Allocation(problem.currency, lines, totals, exact, alone)


def _refuse_repeated(name: str, seen: set[str], *, field: str) -> None:
    if name in seen:
        raise IdUsedTwice(
            _("The id %(id)s is used twice.", id=name),
            field=field,
            next_step=_("Give each member, and each facility and direct cost together, an id of its own."),
        )
    seen.add(name)


def _refuse_unknown(member: str, known: set[str], *, field: str) -> None:
    if member not in known:
        raise UnknownMember(
            _("%(member)s is not among the members.", member=member),
            field=field,
            next_step=_("Add the member to members, or take the name out here."),
        )


def _require_minor_units(value: object, *, field: str) -> None:
    # bool is an int to Python, and 3.0 equals 3: only the exact type is money.
    if type(value) is not int or not INT64_MIN <= value <= INT64_MAX:
        raise NotACostProblem(
            _("A cost is a whole number of minor units within 64 bits."),
            field=field,
            next_step=_("Write the amount in minor units without a point, for example 1250 for 12.50."),
        )


def _require_weight(value: object, *, field: str) -> None:
    if type(value) is not int or not 0 <= value <= INT64_MAX:
        raise NotACostProblem(
            _("A weight is a whole number of 0 or more within 64 bits."),
            field=field,
            next_step=_("Write the driver as a whole number, for example 4 half-days as 4."),
        )
