"""Exposure of registered deployments over a span of days: what the shared methodology is paid by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col, or_, select

from pool.kernel.clock import end_of_day
from pool.kernel.storage import Reading
from pool.registry.tables import Deployment, TierAssessment


@dataclass(frozen=True, slots=True)
class DeploymentExposure:
    """A deployment that was registered in a span of days. ``base_load`` is exact text of a number, six decimals."""

    deployment_ref: str
    firm_id: int
    base_load: str
    as_of: date


def exposures(reading: Reading, *, from_on: date, until_on: date) -> tuple[DeploymentExposure, ...]:
    """Return the deployments registered at any time between two days, with the last tiering until the second.

    One query; by reference. A deployment that was never tiered is left out.
    """
    latest = (
        select(col(TierAssessment.id))
        .where(TierAssessment.deployment_id == Deployment.id, col(TierAssessment.as_of) <= until_on)
        .order_by(col(TierAssessment.as_of).desc(), col(TierAssessment.id).desc())
        .limit(1)
        .correlate(Deployment)
        .scalar_subquery()
    )
    rows: Any = reading.session.exec(
        select(Deployment, TierAssessment)
        .join(TierAssessment, col(TierAssessment.id) == latest)
        .where(
            col(Deployment.registered_at) <= end_of_day(until_on),
            or_(col(Deployment.ended_on).is_(None), col(Deployment.ended_on) >= from_on),
        )
        .order_by(col(Deployment.ref))
    )
    return tuple(
        DeploymentExposure(deployment.ref, deployment.firm_id, kept.base, kept.as_of) for deployment, kept in rows
    )
