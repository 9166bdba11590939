"""Deadlines of findings, validity of attestation, ethics review and audit, clocks and service levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pool.policy.loading import Edition
from pool.policy.numbers import exact, half_up
from pool.policy.schedule import DAYS_PER_MONTH


@dataclass(frozen=True, slots=True)
class FindingDeadlines:
    """Deadlines of one finding, counted from its issue; ``None`` where none runs. They are never shortened later."""

    severity: str
    contain_hours: int | None
    plan_days: int | None
    close_days: int | None
    may_be_extended: bool
    extension_days: int


@dataclass(frozen=True, slots=True)
class ValidityLimits:
    """How old an attestation, an ethics review and an audit may be, in days."""

    attestation_days: int
    ethics_days: int
    audit_days: int
    grace_days: int


@dataclass(frozen=True, slots=True)
class IncidentClocks:
    """The pool's own clocks for an incident; statutory ones run beside, unchanged."""

    serious_hours: int
    other_hours: int
    full_report_days: int


def finding_deadlines(edition: Edition, *, severity: str, tier: str) -> FindingDeadlines:
    """Return the deadlines of a finding of ``severity`` at ``tier``.

    Source: ``remediation.severities`` of safe_harbor.yaml.
    """
    rules = edition.schedule
    found = rules.severities[severity]
    close = _of(found.close_days, tier)
    extendable = close is not None and severity not in rules.extension_not_for
    return FindingDeadlines(
        severity=severity,
        contain_hours=_of(found.contain_hours, tier),
        plan_days=_of(found.plan_days, tier),
        close_days=close,
        may_be_extended=extendable,
        extension_days=int(close * rules.extension_share) if extendable and close is not None else 0,
    )


def _of(numbers: Mapping[str, int] | None, tier: str) -> int | None:
    return None if numbers is None else numbers[tier]


def validity_limits(
    edition: Edition, *, levels: Mapping[str, Fraction], intensity: int | float | Fraction
) -> ValidityLimits:
    """Return the limits at the levels of the duties and the held intensity, linear between levels.

    ``levels`` maps duty ids to levels; it must hold the duties of attestation and ethics.
    """
    rules = edition.schedule
    return ValidityLimits(
        attestation_days=_days(rules.attestation_days.at(levels[rules.attestation_duty])),
        ethics_days=_days(rules.ethics_days.at(levels[rules.ethics_duty])),
        audit_days=_days(rules.interval_months.at(exact(intensity)) * DAYS_PER_MONTH),
        grace_days=rules.grace_days,
    )


def _days(value: Fraction) -> int:
    return int(half_up(value, 0))


def incident_clocks(edition: Edition, tier: str) -> IncidentClocks:
    """Return the pool's clocks for incidents at ``tier``."""
    hours = edition.schedule.incident_hours[tier]
    return IncidentClocks(hours["serious"], hours["other"], edition.schedule.incident_report_days[tier])


def service_level_days(edition: Edition) -> Mapping[str, int]:
    """Return the days within which the pool itself answers; its delay is never a breach of a firm."""
    return edition.schedule.service_levels
