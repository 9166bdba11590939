"""Finding rows of costs, and putting a period's facilities together with their costs and readings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlmodel import col, or_, select

from pool.costs.splitting import FacilityCost
from pool.costs.tables import CostLine, CostPeriod, DriverReading, Facility
from pool.kernel.refusals import Missing
from pool.kernel.rows import Row
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.members.queries import FirmView, firms


class NoSuchPeriod(Missing):
    """No period of that name is within sight."""


class NoSuchFacility(Missing):
    """The period has no such facility."""


def key_of(row: Row) -> int:
    """Return the internal key of a stored row."""
    assert row.id is not None, "the row was not stored"
    return row.id


def period_row(reading: Reading, key: str) -> CostPeriod:
    """Return the period with this reference or public id. Raises: NoSuchPeriod."""
    row = reading.session.exec(
        select(CostPeriod).where(or_(col(CostPeriod.ref) == key, col(CostPeriod.public_id) == key))
    ).one_or_none()
    if row is None:
        raise NoSuchPeriod(
            _("There is no period %(key)s.", key=key), field="period", next_step=_("Check the reference.")
        )
    return row


def facility_row(reading: Reading, period: CostPeriod, code: str) -> Facility:
    """Return a facility of a period. Raises: NoSuchFacility."""
    row = reading.session.exec(
        select(Facility).where(Facility.period_id == period.id, Facility.code == code)
    ).one_or_none()
    if row is None:
        raise NoSuchFacility(
            _("The period has no facility %(code)s.", code=code),
            field="facility",
            next_step=_(
                "Choose one of: %(codes)s.", codes=", ".join(one.code for one in facility_rows(reading, period))
            ),
        )
    return row


def facility_rows(reading: Reading, period: CostPeriod) -> list[Facility]:
    """Return the facilities of a period in the order they were made."""
    return list(
        reading.session.exec(select(Facility).where(Facility.period_id == period.id).order_by(col(Facility.id)))
    )


def cost_rows(reading: Reading, period: CostPeriod) -> list[CostLine]:
    """Return the costs of a period in the order they came."""
    return list(
        reading.session.exec(select(CostLine).where(CostLine.period_id == period.id).order_by(col(CostLine.id)))
    )


def reading_rows(reading: Reading, period: CostPeriod) -> list[DriverReading]:
    """Return the driver readings of a period, facility by facility."""
    return list(
        reading.session.exec(
            select(DriverReading)
            .where(DriverReading.period_id == period.id)
            .order_by(col(DriverReading.facility_id), col(DriverReading.firm_id))
        )
    )


def firms_by_id(reading: Reading) -> dict[int, FirmView]:
    """Return the firms within sight by their internal key; one query."""
    return {one.id: one for one in firms(reading)}


def facility_costs(reading: Reading, period: CostPeriod, known: Mapping[int, FirmView]) -> tuple[FacilityCost, ...]:
    """Return the facilities of a period with their costs and readings; three queries."""
    sums: dict[int, list[int]] = defaultdict(list)
    for line in cost_rows(reading, period):
        sums[line.facility_id].append(line.amount_minor)
    by_facility: dict[int, list[DriverReading]] = defaultdict(list)
    for one in reading_rows(reading, period):
        by_facility[one.facility_id].append(one)
    found = []
    for row in facility_rows(reading, period):
        amounts, readings = sums[row.id or 0], by_facility[row.id or 0]
        found.append(
            FacilityCost(
                code=row.code,
                name=row.name,
                kind=row.kind,
                driver=row.driver,
                cost_minor=sum(amounts),
                lines=len(amounts),
                member=known[row.firm_id].ref if row.firm_id is not None else None,
                weights={known[one.firm_id].ref: one.weight for one in readings},
                unit=readings[0].unit if readings else "",
                sources={known[one.firm_id].ref: one.source for one in readings},
            )
        )
    return tuple(found)
