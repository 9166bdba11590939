"""Settling: from a period's costs to each firm's share. What other rooms know is gathered here and handed on as values.

Costs lie in facilities; each is split among its users in proportion to its driver. The treasurer splits, a second
person reviews exactly that split, then it is posted and told to the firms.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pool.bookings import billing
from pool.bookings.billing import BillableAudit
from pool.costs import queries, service
from pool.costs.drivers import AuditUse, DriverValue, ExposureUse, driver_values
from pool.costs.ledger_rules import TransactionKind
from pool.kernel.storage import Reading, Work, takes_numbers
from pool.members.queries import firm_by_id
from pool.policy.loading import load_edition
from pool.policy.team import sector_of
from pool.registry import exposures
from pool.registry import queries as registry

#: A low-tier audit is a desk audit: nobody travels.
_TRAVELLING_TIERS = frozenset({"medium", "high"})


@dataclass(frozen=True, slots=True)
class Reference:
    """The names of what a journey made or changed."""

    ref: str
    public_id: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a period's costs follow, and what firms were told before, in minor units by firm."""

    values: tuple[DriverValue, ...]
    estimates: dict[int, int]


@takes_numbers
def open_period(work: Work, *, from_on: date, until_on: date, currency: str = "EUR") -> Reference:
    """Open a period, both days included, with a facility per competence domain of the edition, as treasurer."""
    sectors = load_edition().effort.competence.sectors
    row = service.open_period(work, from_on=from_on, until_on=until_on, currency=currency, domains=sectors)
    return Reference(row.ref, row.public_id)


@takes_numbers
def add_cost(
    work: Work,
    *,
    period: str,
    facility: str,
    amount_minor: int,
    document: str,
    incurred_on: date,
    note: str = "",
    firm: str | None = None,
    audit_ref: str = "",
) -> Reference:
    """Add a cost, or a correction of one, to a facility of a period that is not closed, as treasurer."""
    line = service.add_cost(
        work,
        period=period,
        facility=facility,
        amount_minor=amount_minor,
        document=document,
        incurred_on=incurred_on,
        note=note,
        firm=firm,
        audit_ref=audit_ref,
    )
    return Reference(queries.period_days(work, period).ref, line.public_id)


def gather(reading: Reading, *, from_on: date, until_on: date, currency: str) -> Gathered:
    """Return what the firms used between two days, both included, as the rooms know it now. Needs the pool's scope."""
    audits = billing.billable_audits(reading, from_on=from_on, until_on=until_on)
    contexts = {one.id: one.context for one in registry.all_deployments(reading)} if audits else {}
    estimates: dict[int, int] = defaultdict(int)
    for audit in audits:
        if audit.estimate_minor is not None and audit.currency == currency:
            estimates[audit.firm_id] += audit.estimate_minor
    loads = exposures.exposures(reading, from_on=from_on, until_on=until_on)
    return Gathered(
        driver_values(
            audits=[_use(audit, contexts) for audit in audits],
            exposures=[ExposureUse(one.deployment_ref, one.firm_id, Fraction(one.base_load)) for one in loads],
        ),
        dict(estimates),
    )


def _use(audit: BillableAudit, contexts: dict[int, str]) -> AuditUse:
    """Return what an audit used: its exact days, in equal parts for the domain of each deployment it covers."""
    edition = load_edition()
    days = Fraction(audit.exact_days or 0)
    domains: dict[str, Fraction] = defaultdict(Fraction)
    for deployment_id in audit.deployment_ids:
        domains[sector_of(edition, contexts.get(deployment_id))] += days / len(audit.deployment_ids)
    if not audit.deployment_ids:
        domains[sector_of(edition, None)] = days
    travels = audit.tier in _TRAVELLING_TIERS
    contact = days * (1 - edition.effort.desk_share) if travels else Fraction(0)
    return AuditUse(audit.booking_ref, audit.firm_id, dict(domains), contact)


def _gathered_for(work: Work, period: str) -> Gathered:
    row = queries.period_days(work, period)
    with work.as_pool():
        return gather(work, from_on=row.from_on, until_on=row.until_on, currency=row.currency)


def prepare(work: Work, *, period: str) -> bool:
    """Take the readings of a period's drivers as the rooms know them now, as treasurer; tell whether any changed."""
    return service.take_readings(work, period=period, values=_gathered_for(work, period).values)


def allocate(work: Work, *, period: str, version: int | None = None) -> str:
    """Take the readings and split the costs, as treasurer; return the digest of the split."""
    service.refuse_moved_period(work, period=period, version=version)
    prepare(work, period=period)
    return service.allocate_period(work, period=period)


def review(work: Work, *, period: str, digest: str | None = None) -> None:
    """Approve exactly the split that stands, as a second person. Raises: SamePerson, PeriodMoved."""
    service.review_period(work, period=period, values=_gathered_for(work, period).values, digest=digest)


def send_back(work: Work, *, period: str, why: str) -> None:
    """Bring a split period back to open, as treasurer or administrator, and say why."""
    service.send_back(work, period=period, why=why)


@takes_numbers
def close(work: Work, *, period: str) -> tuple[str, ...]:
    """Close a reviewed period, as treasurer: shares are posted, statements issued; return their references."""
    gathered = _gathered_for(work, period)
    return service.close_period(work, period=period, values=gathered.values, estimates=gathered.estimates)


@takes_numbers
def hold_estimate(work: Work, *, booking: str) -> str | None:
    """Hold the estimate of a booking in the ledger when it is confirmed; call it in the journey that confirms."""
    with work.as_pool():
        found = billing.booking_estimate(work, booking)
        return service.hold_estimate(
            work,
            booking_ref=found.booking_ref,
            firm_id=found.firm_id,
            firm_ref=firm_by_id(work, found.firm_id).ref,
            amount_minor=found.estimate_minor,
            currency=found.currency,
        )


@takes_numbers
def release_hold(work: Work, *, booking: str, performed: bool) -> str | None:
    """End the hold of a booking, when it was fulfilled (``performed``) or cancelled; nothing where nothing is held."""
    with work.as_pool():
        found = billing.booking_estimate(work, booking)
        return service.release_hold(
            work,
            booking_ref=found.booking_ref,
            firm_ref=firm_by_id(work, found.firm_id).ref,
            kind=TransactionKind.POST if performed else TransactionKind.VOID,
        )


@takes_numbers
def release_holds_of_audit(work: Work, *, audit_id: int, performed: bool) -> tuple[str, ...]:
    """End the holds of every booking that an audit serves; call it in the journey that decides or ends the audit."""
    with work.as_pool():
        bookings = billing.bookings_of_audit(work, audit_id)
    ended = (release_hold(work, booking=one.booking_ref, performed=performed) for one in bookings)
    return tuple(ref for ref in ended if ref is not None)
