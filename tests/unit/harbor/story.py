"""One deployment whose record is in order, told in days from its application; tests change one thing each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pool.harbor.conditions import Value
from pool.harbor.sources import (
    Attestation,
    AuditDecided,
    BaseStatus,
    DatedFact,
    Enrolment,
    EthicsOutcome,
    HarborSources,
    MonitoringReport,
    StandingDecision,
)
from pool.harbor.standing import Standing, derive_standing

EDITION = Path(__file__).resolve().parents[3] / "pool" / "policy" / "editions" / "2026.1" / "safe_harbor.yaml"
START = date(2026, 1, 1)


@cache
def safe_harbor() -> dict[str, Any]:
    """Return the standing rules of the edition that ships with the product."""
    content = yaml.safe_load(EDITION.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def day(number: int) -> date:
    """Return the day that is ``number`` days after the application."""
    return START + timedelta(days=number)


def at(number: int, hour: int = 12) -> datetime:
    """Return an instant on that day."""
    return datetime.fromisoformat(f"{day(number).isoformat()}T{hour:02d}:00:00+00:00")


def stated(name: str, value: Value, *, since: int = 0, recorded: int | None = None) -> DatedFact:
    """Return a plain fact, recorded on its day unless told otherwise."""
    return DatedFact(name, value, day(since), at(since if recorded is None else recorded))


#: At medium tier: attestation for 183 days, ethics and audit for 365, monitoring for 93, cure days of C2 45.
IN_ORDER = HarborSources(
    enrolments=(Enrolment("applied", day(0), at(0)),),
    plain=(
        stated("tier", "medium"),
        stated("registration_status", "complete"),
        stated("attestation_limit_days", 183),
        stated("ethics_level_required", 2),
        stated("ethics_limit_days", 365),
        stated("audit_limit_days", 365),
        stated("monitoring_required", 2.0),
        stated("monitoring_interval_days", 93),
    ),
    base=(BaseStatus("EU", "registered", day(0), at(0)),),
    attestations=tuple(Attestation(day(number), at(number)) for number in range(0, 2000, 180)),
    ethics_outcomes=tuple(EthicsOutcome(2, "approved", day(number), at(number)) for number in range(0, 2000, 360)),
    audits=tuple(AuditDecided(day(number), at(number)) for number in range(0, 2000, 360)),
    reports=tuple(MonitoringReport(2.0, day(number), at(number)) for number in range(0, 2000, 90)),
)


def record(**changes: Any) -> HarborSources:
    """Return the record in order with whole fields replaced."""
    return replace(IN_ORDER, **changes)


def with_fact(name: str, value: Value, *, since: int = 0, recorded: int | None = None) -> HarborSources:
    """Return the record in order with one more plain fact."""
    return record(plain=(*IN_ORDER.plain, stated(name, value, since=since, recorded=recorded)))


def decided(to_state: str, *, on: int, effective: int | None = None, basis: tuple[str, ...] = ()) -> StandingDecision:
    """Return a decision of two persons, recorded on a day."""
    return StandingDecision(to_state, day(on if effective is None else effective), at(on), ("dora", "emil"), basis)


def standing(sources: HarborSources, on: int, *, known: int | None = None) -> Standing:
    """Return the standing on a day, as known on a day."""
    return derive_standing(
        safe_harbor=safe_harbor(), sources=sources, on=day(on), known=None if known is None else day(known)
    )


def state(sources: HarborSources, on: int, *, known: int | None = None) -> str:
    """Return the bare state on a day."""
    return standing(sources, on, known=known).state.value


def due(sources: HarborSources, on: int) -> tuple[str, date] | None:
    """Return what is due on a day, and since when."""
    found = standing(sources, on).due
    return None if found is None else (found.state.value, found.since)
