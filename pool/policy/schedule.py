"""Times of an edition: audit interval and depth, deadlines of findings, validity, clocks, service levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.policy.numbers import Curve
from pool.policy.reader import Node
from pool.policy.rulebook import TIERS

SEVERITIES = ("critical", "major", "minor", "observation", "opportunity", "good_practice")
# Source: the rule validity.limits_days.audit of safe_harbor.yaml (mean month).
DAYS_PER_MONTH = Fraction(3044, 100)


@dataclass(frozen=True, slots=True)
class SeverityDeadlines:
    """Definition of a severity and its deadlines per tier; ``None`` where none runs."""

    definition: str
    contain_hours: Mapping[str, int] | None
    plan_days: Mapping[str, int] | None
    close_days: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """All times of ``transitions.yaml`` and ``safe_harbor.yaml`` that this room computes with."""

    interval_months: Curve
    test_points: Curve
    severities: Mapping[str, SeverityDeadlines]
    extension_share: Fraction
    extension_not_for: tuple[str, ...]
    attestation_duty: str
    attestation_days: Curve
    ethics_duty: str
    ethics_days: Curve
    grace_days: int
    incident_hours: Mapping[str, Mapping[str, int]]
    incident_report_days: Mapping[str, int]
    service_levels: Mapping[str, int]
    change_notice_days: int


def read_schedule(transitions: Node, harbor: Node, manifest: Node, duties: Mapping[str, object]) -> Schedule:
    """Read the times out of ``transitions.yaml`` and ``safe_harbor.yaml``."""
    quantities = transitions.mapping("audit_quantities")
    interval, points = quantities.curve("interval_months"), quantities.curve("test_points")
    if not interval.is_falling():
        quantities.fault("must not rise", key="interval_months")
    if not points.is_rising():
        quantities.fault("must not fall", key="test_points")
    remediation, validity = harbor.mapping("remediation"), harbor.mapping("validity")
    limits, incidents = validity.mapping("limits_days"), harbor.mapping("incident_clocks_hours")
    attestation, ethics = limits.mapping("attestation"), limits.mapping("ethics")
    levels = harbor.mapping("service_levels_of_the_pool")
    return Schedule(
        interval_months=interval,
        test_points=points,
        severities=_read_severities(remediation.mapping("severities")),
        extension_share=remediation.mapping("extension").number("max_share"),
        extension_not_for=remediation.mapping("extension").texts("not_for"),
        attestation_duty=attestation.one_of("duty", tuple(duties)),
        attestation_days=_by_level(attestation),
        ethics_duty=ethics.one_of("duty", tuple(duties)),
        ethics_days=_by_level(ethics),
        grace_days=validity.whole("grace_days"),
        incident_hours=_read_incidents(incidents.mapping("notify_pool")),
        incident_report_days=_per_tier(incidents.mapping("full_report_days"), falling=True),
        service_levels={key: levels.whole(key) for key in levels.value if key != "source"},
        change_notice_days=manifest.mapping("versioning").whole("change_notice_days"),
    )


def _per_tier(node: Node, *, falling: bool) -> dict[str, int]:
    numbers = {tier: node.whole(tier) for tier in TIERS}
    steps = list(numbers.values())
    if falling and steps != sorted(steps, reverse=True):
        node.fault("must not grow from tier to tier")
    return numbers


def _read_severities(node: Node) -> dict[str, SeverityDeadlines]:
    found: dict[str, SeverityDeadlines] = {}
    for name in SEVERITIES:
        severity = node.mapping(name)
        found[name] = SeverityDeadlines(
            definition=severity.text("definition"),
            contain_hours=_optional(severity, "contain_hours"),
            plan_days=_optional(severity, "plan_days"),
            close_days=_optional(severity, "close_days"),
        )
    return found


def _optional(node: Node, key: str) -> dict[str, int] | None:
    if not isinstance(node.value, Mapping) or node.value.get(key) is None:
        return None
    return _per_tier(node.mapping(key), falling=True)


def _by_level(node: Node) -> Curve:
    days = node.mapping("by_level")
    points = []
    for level in (1, 2, 3):
        value = days.value.get(level)
        if type(value) is not int or value < 1:
            days.fault(f"is {value!r}; a number of days is needed", key=str(level))
            value = 1
        points.append((level, value))
    curve = Curve.of(points)
    if not curve.is_falling():
        days.fault("must not grow with the level")
    return curve


def _read_incidents(node: Node) -> dict[str, dict[str, int]]:
    found = {tier: {kind: node.mapping(tier).whole(kind) for kind in ("serious", "other")} for tier in TIERS}
    for kind in ("serious", "other"):
        steps = [found[tier][kind] for tier in TIERS]
        if steps != sorted(steps, reverse=True):
            node.fault("must not grow from tier to tier", key=kind)
    return found
