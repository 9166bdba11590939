"""How often and how deeply a deployment is audited, and the test points of its checklist."""

from __future__ import annotations

from fractions import Fraction

from pool.policy.audit_points import LEAST_RECORDS, TestPoint
from pool.policy.loading import Edition
from pool.policy.numbers import ceil_scaled_root, exact, half_up
from pool.policy.rulebook import TIERS
from pool.policy.team import sector_of

# Source: the line sector_modules of the audit templates: 0 points at low, 2 at medium, 4 at high.
_SECTOR_STEP = 2


def audit_interval_months(edition: Edition, intensity: int | float | Fraction) -> Fraction:
    """Return the longest time between two audits by the pool, in months."""
    return edition.schedule.interval_months.at(exact(intensity))


def point_count(edition: Edition, intensity: int | float | Fraction) -> int:
    """Return how many points of the catalogue are tested, sector module not counted: 12 to 60."""
    return int(half_up(edition.schedule.test_points.at(exact(intensity)), 0))


def sector_point_count(edition: Edition, intensity: int | float | Fraction) -> int:
    """Return how many points of the sector module are added; between tiers they come first."""
    count, points = point_count(edition, intensity), 0
    for tier in TIERS[:-1]:
        beyond = count - edition.tests.templates[tier].nominal_points
        points += min(_SECTOR_STEP, max(0, beyond))
    return points


def test_points_for(
    edition: Edition, intensity: int | float | Fraction, *, context: str | None = None
) -> tuple[TestPoint, ...]:
    """Return the test points of an audit in catalogue order, the sector module last.

    A longer list always holds a shorter one: points are only added as the intensity rises.
    """
    catalogue = tuple(edition.tests.points.values())[: point_count(edition, intensity)]
    module = edition.tests.modules.get(sector_of(edition, context), ())
    return (*catalogue, *module[: sector_point_count(edition, intensity)])


def records_to_sample(edition: Edition, *, records: int, tier: str) -> int:
    """Return how many of ``records`` are looked at: ``min(N, max(5, ceil(k sqrt N)))``."""
    return min(records, max(LEAST_RECORDS, ceil_scaled_root(edition.tests.record_factors[tier], records)))


def outputs_to_sample(edition: Edition, tier: str) -> int:
    """Return how many random outputs are looked at; they find fault rates of about 10, 3 and 1 percent.

    Source: the rule of three (about 95 percent probability).
    """
    return edition.tests.outputs[tier]


# pytest must not take this function for a test when a test module imports it.
vars(test_points_for)["__test__"] = False
