"""Exposure of a deployment: criticality, base load, rule floors and intensity, all exact.

Nothing here can see the firm: the only inputs are the fifteen indicators of the deployment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.policy.indicators import CRITICALITY, Indicators
from pool.policy.loading import Edition
from pool.policy.numbers import half_up

INTENSITY_PLACES = 4
LOAD_PLACES = 6
PROFILING_DOMAIN = 3
PROFILING_ROLE = 2

Values = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one indicator (or criticality) adds to the base load."""

    indicator: str
    weight: Fraction
    u: Fraction

    @property
    def amount(self) -> Fraction:
        """Return weight times u."""
        return self.weight * self.u


@dataclass(frozen=True, slots=True)
class Exposure:
    """The exposure of one deployment.

    ``load`` is the base load at six decimals, ``intensity`` is at four (half up); floors are exact.
    """

    criticality: Fraction
    contributions: tuple[Contribution, ...]
    load: Fraction
    floors: Mapping[str, Fraction]
    intensity: Fraction
    binding: str

    def largest_contributions(self, count: int = 3) -> tuple[Contribution, ...]:
        """Return the contributions that weigh most, greatest first, ties in catalogue order."""
        ranked = sorted(self.contributions, key=lambda part: -part.amount)
        return tuple(part for part in ranked[:count] if part.amount)


def criticality_of(indicators: Indicators, values: Values) -> Fraction:
    """Return the criticality: the matrix of worst consequence by role of the output.

    Source: EU AI Act Art. 6(3): profiling of people in domain 3 or 4 counts as at least an informing role.
    """
    domain, role = int(values["domain_consequence"]), int(values["output_role"])
    if values["profiling"] and domain >= PROFILING_DOMAIN:
        role = max(role, PROFILING_ROLE)
    return indicators.matrix[domain][role]


def exposure_of(edition: Edition, values: Values) -> Exposure:
    """Compute the exposure of a deployment from its checked indicator values."""
    criticality = criticality_of(edition.indicators, values)
    contributions = _contributions(edition, values, criticality)
    base = sum((part.amount for part in contributions), Fraction(0))
    seen = {**values, CRITICALITY: criticality}
    floors = {rule.id: rule.floor(seen) for rule in edition.rulebook.rules.values()}
    binding, peak = "base", base
    for rule_id, floor in floors.items():
        if floor > peak:
            binding, peak = rule_id, floor
    return Exposure(
        criticality=criticality,
        contributions=contributions,
        load=half_up(base, LOAD_PLACES),
        floors=floors,
        intensity=half_up(peak, INTENSITY_PLACES),
        binding=binding,
    )


def _contributions(edition: Edition, values: Values, criticality: Fraction) -> tuple[Contribution, ...]:
    weighed = [
        Contribution(indicator.id, indicator.weight, indicator.u(values[indicator.id]))
        for indicator in edition.indicators.all.values()
        if indicator.weight
    ]
    return (*weighed, Contribution(CRITICALITY, edition.rulebook.criticality_weight, criticality))
