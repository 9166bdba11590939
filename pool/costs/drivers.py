"""Drivers: how much of each shared facility a firm used, as whole numbers made from exact ones.

Every driver is additive, so that splitting a firm or joining two changes nobody's sum. The exception is the equal part
of administration, which is kept small. docs/algorithms/cost-sharing.md tells the steps with a worked table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

ADMINISTRATION = "administration"
METHODOLOGY = "methodology"
TRIPS = "trips"
DIRECT = "direct"

#: Units of the weights; words for them are in `pool.costs.wording`.
FIRM_UNIT = "firm"
EXPOSURE_UNIT = "exposure_micro"
DAY_UNIT = "day_micro"
CONTACT_UNIT = "contact_day_micro"
DIRECT_UNIT = ""

#: Exact amounts are counted in millionths: what is rounded away is below the smallest unit of any money.
MICRO = 1_000_000
LONGEST_SOURCE = 500


@dataclass(frozen=True, slots=True)
class AuditUse:
    """What one booked audit used: exact auditor-days per competence domain, and contact days that need a journey."""

    booking_ref: str
    firm_id: int
    domain_days: Mapping[str, Fraction] = field(default_factory=dict)
    contact_days: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class ExposureUse:
    """The base load of one registered deployment, exact."""

    deployment_ref: str
    firm_id: int
    load: Fraction


@dataclass(frozen=True, slots=True)
class DriverValue:
    """One reading: ``weight`` whole units that a firm has of a facility's driver, and where they come from."""

    facility: str
    firm_id: int
    weight: int
    unit: str
    source: str


def driver_values(*, audits: Iterable[AuditUse], exposures: Iterable[ExposureUse]) -> tuple[DriverValue, ...]:
    """Return the readings of a period, ordered by facility and firm.

    Administration: one part for each firm with a registered deployment or an audit. Methodology: base load. Domains:
    exact auditor-days. Trips: contact days of audits that need a journey.
    """
    audits, exposures = tuple(audits), tuple(exposures)
    methodology = _Sums(METHODOLOGY, EXPOSURE_UNIT)
    for one in exposures:
        methodology.add(one.firm_id, one.load, one.deployment_ref)
    trips = _Sums(TRIPS, CONTACT_UNIT)
    domains: dict[str, _Sums] = {}
    for use in audits:
        for code, days in sorted(use.domain_days.items()):
            domains.setdefault(code, _Sums(code, DAY_UNIT)).add(use.firm_id, days, use.booking_ref)
        if use.contact_days:
            trips.add(use.firm_id, use.contact_days, use.booking_ref)
    firms = sorted({one.firm_id for one in exposures} | {use.firm_id for use in audits})
    equal = tuple(DriverValue(ADMINISTRATION, firm, 1, FIRM_UNIT, "") for firm in firms)
    sums = (methodology, trips, *domains.values())
    found = (*equal, *(value for one in sums for value in one.values()))
    return tuple(sorted(found, key=lambda value: (value.facility, value.firm_id)))


class _Sums:
    """Exact sums of one driver per firm, with the references they came from; rounded once at the end."""

    def __init__(self, facility: str, unit: str) -> None:
        self.facility, self.unit = facility, unit
        self._sums: dict[int, Fraction] = defaultdict(Fraction)
        self._sources: dict[int, list[str]] = defaultdict(list)

    def add(self, firm_id: int, amount: Fraction, ref: str) -> None:
        self._sums[firm_id] += amount
        self._sources[firm_id].append(f"{ref}: {amount}")

    def values(self) -> tuple[DriverValue, ...]:
        return tuple(
            DriverValue(self.facility, firm, round(total * MICRO), self.unit, _cut(self._sources[firm]))
            for firm, total in self._sums.items()
        )


def _cut(sources: list[str]) -> str:
    """Return the sources as one text of bounded length that says how many it leaves out."""
    text = "; ".join(sources)
    if len(text) <= LONGEST_SOURCE:
        return text
    kept: list[str] = []
    for source in sources:
        if len("; ".join([*kept, source])) > LONGEST_SOURCE - 12:
            break
        kept.append(source)
    return "; ".join([*kept, f"+ {len(sources) - len(kept)}"])
