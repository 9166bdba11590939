"""Exact numbers of the policy: what was typed is what is computed, and rounding is half up."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import isqrt

# 28 digits: far beyond the four that decide, and small enough to stay fast.
_LOGARITHMS = Context(prec=28)


def exact(value: int | float | str | Fraction | Decimal) -> Fraction:
    """Return ``value`` as the fraction that its shortest decimal form names (0.1 is 1/10, not its binary neighbour)."""
    if isinstance(value, float):
        return Fraction(repr(value))
    return Fraction(value)


def half_up(value: Fraction, places: int) -> Fraction:
    """Round a number of at least zero to ``places`` decimals, ties upwards."""
    scale = 10**places
    return Fraction((value * scale * 2 + 1) // 2, scale)


def round_up(value: Fraction, places: int = 0) -> Fraction:
    """Return the smallest number with ``places`` decimals that is not below ``value``."""
    scale = 10**places
    return Fraction(-((-value * scale) // 1), scale)


def shown(value: Fraction, places: int) -> float:
    """Return ``value`` rounded half up as a JSON number."""
    return float(half_up(value, places))


@lru_cache(maxsize=65536)
def log10(value: Fraction) -> Fraction:
    """Return the decimal logarithm of ``max(value, 1)``, correctly rounded at 28 digits and so the same everywhere."""
    if value <= 1:
        return Fraction(0)
    quotient = _LOGARITHMS.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Fraction(_LOGARITHMS.log10(quotient))


def power_of_ten(exponent: Fraction) -> Fraction:
    """Return ten to the power ``exponent`` at 28 digits."""
    decimal = _LOGARITHMS.divide(Decimal(exponent.numerator), Decimal(exponent.denominator))
    return Fraction(_LOGARITHMS.power(Decimal(10), decimal))


def ceil_scaled_root(factor: Fraction, number: int) -> int:
    """Return ``ceil(factor * sqrt(number))`` without a float in between."""
    square = factor * factor * number
    root = isqrt(square.numerator // square.denominator)
    return root if root * root == square else root + 1


@dataclass(frozen=True, slots=True)
class Curve:
    """A piecewise linear, non-decreasing or non-increasing curve, flat outside its points."""

    points: tuple[tuple[Fraction, Fraction], ...]

    @classmethod
    def of(cls, points: Sequence[Sequence[int | float]]) -> Curve:
        """Make a curve from ``[[x, y], ...]`` with rising x."""
        return cls(tuple((exact(x), exact(y)) for x, y in points))

    def at(self, x: Fraction) -> Fraction:
        """Return the exact height at ``x``."""
        first, last = self.points[0], self.points[-1]
        if x <= first[0]:
            return first[1]
        if x >= last[0]:
            return last[1]
        for (left, low), (right, high) in zip(self.points, self.points[1:], strict=False):
            if x <= right:
                return low + (high - low) * (x - left) / (right - left)
        raise AssertionError("the points of a curve are in order")

    def is_rising(self) -> bool:
        """Say whether the curve never falls."""
        heights = [y for _, y in self.points]
        return all(low <= high for low, high in itertools.pairwise(heights))

    def is_falling(self) -> bool:
        """Say whether the curve never rises."""
        heights = [y for _, y in self.points]
        return all(high >= low for high, low in itertools.pairwise(heights))
