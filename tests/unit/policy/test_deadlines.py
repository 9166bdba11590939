"""Deadlines of findings, validity, clocks and service levels."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pool.policy.deadlines import finding_deadlines, incident_clocks, service_level_days, validity_limits
from pool.policy.rulebook import TIERS
from pool.policy.schedule import SEVERITIES
from tests.unit.policy.cases import EDITION


@pytest.mark.parametrize(
    ("severity", "tier", "contain", "plan", "close", "extension"),
    [
        ("critical", "low", 72, 10, 45, 0),
        ("critical", "high", 24, 5, 21, 0),
        ("major", "medium", None, 21, 90, 45),
        ("minor", "high", None, 30, 120, 60),
        ("observation", "high", None, None, None, 0),
        ("opportunity", "low", None, None, None, 0),
        ("good_practice", "low", None, None, None, 0),
    ],
)
def test_finding_has_the_deadlines_of_its_severity(
    severity: str, tier: str, contain: int | None, plan: int | None, close: int | None, extension: int
) -> None:
    found = finding_deadlines(EDITION, severity=severity, tier=tier)
    assert (found.contain_hours, found.plan_days, found.close_days) == (contain, plan, close)
    assert (found.extension_days, found.may_be_extended) == (extension, extension > 0)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_deadlines_never_grow_with_the_tier(severity: str) -> None:
    found = [finding_deadlines(EDITION, severity=severity, tier=tier) for tier in TIERS]
    closing = [one.close_days for one in found if one.close_days is not None]
    assert closing == sorted(closing, reverse=True)


@pytest.mark.parametrize(
    ("level", "intensity", "attestation", "ethics", "audit"),
    [("1", 0.1, 365, 730, 731), ("1.5", 0.475, 274, 548, 548), ("2", 0.6, 183, 365, 365), ("3", 0.9, 92, 365, 183)],
)
def test_validity_is_linear_between_levels(
    level: str, intensity: float, attestation: int, ethics: int, audit: int
) -> None:
    limits = validity_limits(EDITION, levels={"D01": Fraction(level), "D08": Fraction(level)}, intensity=intensity)
    assert (limits.attestation_days, limits.ethics_days, limits.audit_days) == (attestation, ethics, audit)
    assert limits.grace_days == 30


def test_incident_clocks_are_shorter_at_high_tier() -> None:
    low, high = incident_clocks(EDITION, "low"), incident_clocks(EDITION, "high")
    assert (low.serious_hours, low.other_hours, low.full_report_days) == (120, 720, 30)
    assert (high.serious_hours, high.other_hours, high.full_report_days) == (48, 240, 15)


def test_the_pool_has_deadlines_of_its_own() -> None:
    assert service_level_days(EDITION)["audit_offer_days"] == 60
    assert service_level_days(EDITION)["verification_of_cure_days"] == 10
