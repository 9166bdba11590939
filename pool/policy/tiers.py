"""Tier with its reasons, and what would have to change before the next tier begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from pool.kernel.words import GROUP, grouped
from pool.kernel.words import gettext as _
from pool.policy.exposure import INTENSITY_PLACES, Exposure, Values, criticality_of
from pool.policy.indicators import CRITICALITY
from pool.policy.loading import Edition
from pool.policy.numbers import half_up, power_of_ten, round_up, shown
from pool.policy.rulebook import TIERS, Either, Ramp, Rule

# Half a step of the rounding on top of the threshold, so that the value named lifts the tier whatever is rounded.
_MARGIN = Fraction(1, 2 * 10**INTENSITY_PLACES)


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule whose floor reaches the tier, with its floor at four decimals and its words filled in."""

    id: str
    name: str
    value: Fraction
    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One indicator and the value it would need."""

    indicator: str
    now: Fraction
    needed: Fraction


@dataclass(frozen=True, slots=True)
class NextRule:
    """A rule of the next tier and the least that would fire it.

    ``limiting`` names the indicator (or criticality) of its weakest condition. ``by_growth`` is true when only growth
    indicators would have to move, that is when it can happen without anyone deciding it. ``distance`` is the way still
    to go, in widths of the ramps.
    """

    rule: str
    name: str
    tier: str
    floor: Fraction
    limiting: str
    changes: tuple[Change, ...]
    distance: Fraction
    by_growth: bool
    text: str


def reasons_for(edition: Edition, exposure: Exposure, values: Values) -> tuple[Reason, ...]:
    """Return the rules at or above the threshold of the tier, in catalogue order; none at low."""
    tier = edition.rulebook.tier_of(exposure.intensity)
    if tier == "low":
        return ()
    threshold = edition.rulebook.threshold(tier)
    words = words_of(edition, values, exposure.criticality)
    return tuple(
        Reason(rule.id, rule.name, half_up(floor, INTENSITY_PLACES), rule.reason.format(**words), rule.sources)
        for rule, floor in ((rule, exposure.floors[rule.id]) for rule in edition.rulebook.rules.values())
        if half_up(floor, INTENSITY_PLACES) >= threshold
    )


def words_of(edition: Edition, values: Values, criticality: Fraction) -> dict[str, str]:
    """Return every indicator value as people read it."""
    words = {name: worded(edition, name, value) for name, value in values.items()}
    return {**words, CRITICALITY: f"{shown(criticality, 2):.2f}"}


def worded(edition: Edition, name: str, value: Fraction) -> str:
    """Return one indicator value in the words of an assessment: 113 676, 18 %, 3.

    Thousands stand apart by a plain space: these words are kept and handed on as data, not only shown.
    """
    if edition.indicators.all[name].is_share:
        return f"{shown(value * 100, 2):g} %"
    number = half_up(value, 1)
    return grouped(number.numerator if number.denominator == 1 else float(number)).replace(GROUP, " ")


def next_rules(edition: Edition, exposure: Exposure, values: Values) -> tuple[NextRule, ...]:
    """Return the rules that could lift the deployment into the next tier, nearest first; none at high.

    Nearest means: first what growth alone can bring about, then the fewest indicators to move, then the
    shortest way, counted in widths of the ramps.
    """
    tier = edition.rulebook.tier_of(exposure.intensity)
    if tier == TIERS[-1]:
        return ()
    following = TIERS[TIERS.index(tier) + 1]
    goal = edition.rulebook.threshold(following) + _MARGIN
    found = [
        candidate
        for rule in edition.rulebook.rules.values()
        if rule.target_tier == following
        for candidate in _counterfactual(edition, rule, goal, exposure, values)
    ]
    return tuple(sorted(found, key=lambda rule: (not rule.by_growth, len(rule.changes), rule.distance)))


def _counterfactual(
    edition: Edition, rule: Rule, goal: Fraction, exposure: Exposure, values: Values
) -> Iterator[NextRule]:
    degree = goal / rule.cap
    if degree > 1:
        return
    seen = {**values, CRITICALITY: exposure.criticality}
    changes: dict[str, Fraction] = {}
    weakest, limiting, distance = Fraction(2), "", Fraction(0)
    for condition in rule.conditions:
        have = condition.at(seen)
        ramp = condition if isinstance(condition, Ramp) else _easiest(edition, condition, seen)
        if have < weakest:
            weakest, limiting = have, ramp.indicator
        if have >= degree:
            continue
        needed = _needed(edition, ramp, degree, values)
        if needed is None:
            return
        distance += (ramp.position_for(degree) - ramp.position(seen)) / (ramp.full - ramp.start)
        for name, value in needed.items():
            changes[name] = max(value, changes.get(name, value))
    listed = tuple(Change(name, values[name], value) for name, value in changes.items())
    yield NextRule(
        rule=rule.id,
        name=rule.name,
        tier=rule.target_tier,
        floor=half_up(exposure.floors[rule.id], INTENSITY_PLACES),
        limiting=limiting,
        changes=listed,
        distance=distance,
        by_growth=all(edition.indicators.all[change.indicator].growth for change in listed),
        text=_sentence(edition, rule, listed),
    )


def _easiest(edition: Edition, either: Either, seen: Mapping[str, Fraction]) -> Ramp:
    def distance(ramp: Ramp) -> tuple[bool, Fraction]:
        declared = ramp.indicator == CRITICALITY or not edition.indicators.all[ramp.indicator].growth
        return declared, -ramp.at(seen)

    return min(either.members, key=distance)


def _needed(edition: Edition, ramp: Ramp, degree: Fraction, values: Values) -> dict[str, Fraction] | None:
    """Return the least values at which ``ramp`` reaches ``degree``, or ``None`` where the scale ends before."""
    position = ramp.position_for(degree)
    if ramp.indicator == CRITICALITY:
        return _needed_roles(edition, position, values)
    indicator = edition.indicators.all[ramp.indicator]
    if ramp.scale == "log10":
        return {ramp.indicator: round_up(power_of_ten(position))}
    if indicator.kind == "continuous":
        value = round_up(position, INTENSITY_PLACES)
        return {ramp.indicator: value} if value <= 1 else None
    level = round_up(position)
    top = indicator.levels[-1].value if indicator.levels else 1
    return {ramp.indicator: level} if level <= top else None


def _needed_roles(edition: Edition, criticality: Fraction, values: Values) -> dict[str, Fraction] | None:
    """Return the smallest step in role, consequence or both that reaches ``criticality``."""
    domain, role = int(values["domain_consequence"]), int(values["output_role"])
    best: tuple[int, int, dict[str, Fraction]] | None = None
    for new_domain, new_role in product(range(domain, 5), range(role, 5)):
        trial = {**values, "domain_consequence": Fraction(new_domain), "output_role": Fraction(new_role)}
        if criticality_of(edition.indicators, trial) < criticality:
            continue
        change = {name: trial[name] for name in ("output_role", "domain_consequence") if trial[name] != values[name]}
        rank = (new_domain - domain + new_role - role, new_domain - domain, change)
        if best is None or rank[:2] < best[:2]:
            best = rank
    return best[2] if best else None


def _sentence(edition: Edition, rule: Rule, changes: tuple[Change, ...]) -> str:
    parts = [_PHRASES[change.indicator](worded(edition, change.indicator, change.needed)) for change in changes]
    return _(
        "becomes %(tier)s through %(rule)s at %(change)s",
        tier=rule.target_tier,
        rule=rule.id,
        change=_(" and ").join(parts),
    )


_PHRASES: Mapping[str, Callable[[str], str]] = {
    "affected_persons": lambda n: _("%(n)s persons a month", n=n),
    "query_volume": lambda n: _("%(n)s outputs in 30 days", n=n),
    "revenue_dependence": lambda n: _("a dependence of the service of %(n)s", n=n),
    "observed_offscope_share": lambda n: _("%(n)s of outputs outside the purpose", n=n),
    "domain_consequence": lambda n: _("consequence level %(n)s", n=n),
    "output_role": lambda n: _("output role level %(n)s", n=n),
    "profiling": lambda _n: _("profiling of people"),
    "population_indeterminacy": lambda n: _("openness of the user group level %(n)s", n=n),
    "vulnerable_access": lambda n: _("access of vulnerable people level %(n)s", n=n),
    "data_sensitivity": lambda n: _("data sensitivity level %(n)s", n=n),
    "autonomy": lambda n: _("autonomy level %(n)s", n=n),
    "irreversibility": lambda n: _("irreversibility level %(n)s", n=n),
    "oversight_gap": lambda n: _("oversight gap level %(n)s", n=n),
    "boundary_openness": lambda n: _("boundary openness level %(n)s", n=n),
    "harm_history": lambda n: _("harm history level %(n)s", n=n),
}
