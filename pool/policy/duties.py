"""Target level of each duty at an intensity, what law adds to it, and the items that are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.policy.duty_catalogue import Duty, DutyItem
from pool.policy.loading import Edition

FULL = 3


@dataclass(frozen=True, slots=True)
class DutyTarget:
    """One duty of one deployment.

    ``level`` is the target at the intensity (no ramp), ``legal_floor`` 0 where none, ``secondary_raise`` 0 or 1,
    ``required`` what the three make together. ``applies`` is false where the duty names a condition that the
    deployment does not meet; its test points are then rated not applicable.
    """

    id: str
    name: str
    group: str
    level: Fraction
    legal_floor: int
    secondary_raise: int
    required: Fraction
    applies: bool
    refs: tuple[str, ...] = ()


def target_level(edition: Edition, duty: Duty, intensity: Fraction) -> Fraction:
    """Return the target level of ``duty``: linear over the band above each threshold, flat between.

    Source: ``level_rule`` of duties.yaml.
    """
    book = edition.rulebook
    low, medium, high = (Fraction(duty.tier_levels[tier]) for tier in ("low", "medium", "high"))
    risen = low + (medium - low) * _progress(intensity, book.medium, book.band)
    return risen + (high - medium) * _progress(intensity, book.high, book.band)


def _progress(intensity: Fraction, start: Fraction, width: Fraction) -> Fraction:
    return min(Fraction(1), max(Fraction(0), (intensity - start) / width))


def secondary_raises(edition: Edition, triggers: Iterable[str]) -> dict[str, int]:
    """Return how many levels the active triggers add per duty, at most the edition's cap in total."""
    raises: dict[str, int] = {}
    for trigger in triggers:
        for duty, step in edition.indicators.triggers[trigger].raises.items():
            raises[duty] = min(edition.indicators.max_raise, raises.get(duty, 0) + step)
    return raises


def required_level(level: Fraction, legal_floor: int, secondary_raise: int) -> Fraction:
    """Return ``min(3, max(level, floor) + raise)``. Source: ``required_rule`` of duties.yaml."""
    return min(Fraction(FULL), max(level, Fraction(legal_floor)) + secondary_raise)


def due_items(duty: Duty, level: Fraction) -> tuple[DutyItem, ...]:
    """Return the items of ``duty`` that are due at ``level``."""
    return tuple(item for item in duty.items if item.at <= level)


def hours_at(duty: Duty, level: Fraction) -> Fraction:
    """Return the planned hours a year at ``level``, linear between the sums at whole levels."""
    below = int(level)
    low = _hours_due(duty, below)
    return low if level == below else low + (_hours_due(duty, below + 1) - low) * (level - below)


def _hours_due(duty: Duty, level: int) -> Fraction:
    return sum((item.hours for item in due_items(duty, Fraction(level))), Fraction(0))


def hours_per_year(edition: Edition, levels: Mapping[str, Fraction]) -> Fraction:
    """Return the planned hours a year of all duties at the given levels."""
    return sum((hours_at(edition.duty_catalogue.duties[name], level) for name, level in levels.items()), Fraction(0))
