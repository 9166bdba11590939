"""A pool of three firms in a quarter, small enough to be worked out by hand.

Orchid Health (high tier, 6 days in health), Birch Credit (medium tier, 10/3 days in finance) and Cedar Clinic (low
tier, 3/2 days in health) were audited between July and September 2026.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pool.bookings.tables import Booking, BookingDeployment
from pool.journeys import settle
from pool.kernel.clock import utc
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Database, Work
from pool.members import service as members
from pool.registry.tables import Deployment, TierAssessment
from tests.support.models import tuned_model
from tests.support.people import PASSWORD, Pool, seed

FROM_ON, UNTIL_ON = date(2026, 7, 1), date(2026, 9, 30)
AT = utc(2026, 10, 5, 9)
REGISTERED_AT = utc(2026, 3, 1)
ORCHID, BIRCH, CEDAR = "FIRM-2026-0001", "FIRM-2026-0002", "FIRM-2026-0003"

#: (facility, amount in cents, document, firm of a direct cost)
COSTS: tuple[tuple[str, int, str, str | None], ...] = (
    ("administration", 10_000, "Rent, third quarter", None),
    ("methodology", 25_000, "Test sets", None),
    ("X-HEA", 800_000, "Auditors in health", None),
    ("X-HEA", -50_000, "Correction: one day was booked twice", None),
    ("X-FIN", 100_001, "Auditors in finance", None),
    ("trips", 99_999, "Trains and rooms", None),
    ("direct", 48_000, "Follow-up of a finding", BIRCH),
)
#: Worked out by hand; trips by contact days 4.5 and 2.5, so 64285.07 and 35713.93 cents.
LINES = {
    "administration": {ORCHID: 3_334, BIRCH: 3_333, CEDAR: 3_333},
    "methodology": {ORCHID: 15_000, BIRCH: 7_500, CEDAR: 2_500},
    "X-HEA": {ORCHID: 600_000, CEDAR: 150_000},
    "X-FIN": {BIRCH: 100_001},
    "trips": {ORCHID: 64_285, BIRCH: 35_714},
    f"direct-{BIRCH}": {BIRCH: 48_000},
}
TOTALS = {ORCHID: 682_619, BIRCH: 194_548, CEDAR: 155_833}
ALL = 1_033_000


@dataclass
class Quarter:
    """The seeded pool with what was made in it."""

    pool: Pool
    cedar: Actor
    second_treasurer: Actor
    deployments: dict[str, int] = field(default_factory=dict)
    bookings: dict[str, str] = field(default_factory=dict)

    def run(self, journey: Any, actor: Actor, **values: Any) -> Any:
        """Run a journey on the day after the quarter."""
        return self.pool.database.run_work(journey, actor=actor, at=AT, **values)


def quarter(database: Database) -> Quarter:
    """Return the pool after its quarter: firms, deployments and bookings, no period yet."""
    pool = seed(database)
    made = Quarter(pool, pool.mara, pool.tess)
    database.run_work(_fill, made, actor=SYSTEM, at=utc(2026, 9, 1, 10))
    return made


def _fill(work: Work, made: Quarter) -> None:
    cedar = members.admit_firm(
        work,
        name="Cedar Clinic",
        country="FR",
        contact_email="office@cedar.example",
        joined_on=date(2026, 2, 1),
        is_demo=True,
    )
    made.pool.firm_ids["Cedar Clinic"], made.pool.firm_refs["Cedar Clinic"] = cedar.id, cedar.ref
    made.cedar = _seated(work, "Cleo Faure", "cleo", Office.FIRM_MANAGER, firm_id=cedar.id)
    made.second_treasurer = _seated(work, "Timo Aalto", "timo", Office.TREASURER)
    orchid, birch = (made.pool.firm_ids[name] for name in ("Orchid Health", "Birch Credit"))
    for name, firm_id, context, base in (
        ("Clinic Desk", orchid, "clinical_decision_support", "1.500000"),
        ("Loan Letter", birch, "credit_scoring", "0.750000"),
        ("Leaflet", cedar.id, "health_information", "0.250000"),
    ):
        made.deployments[name] = _deployment(work, name=name, firm_id=firm_id, context=context, base=base)
    _deployment(work, name="Ended", firm_id=birch, context="gaming", base="9.000000", ended_on=date(2026, 6, 30))
    _deployment(
        work, name="Came later", firm_id=birch, context="gaming", base="9.000000", registered_at=utc(2026, 10, 1)
    )
    for deployment, firm_id, tier, days, state, starts_on, estimate in (
        ("Clinic Desk", orchid, "high", "6", "in_audit", date(2026, 9, 28), 650_000),
        ("Loan Letter", birch, "medium", "10/3", "fulfilled", date(2026, 7, 1), None),
        ("Leaflet", cedar.id, "low", "1.5", "fulfilled", date(2026, 9, 30), 140_000),
        ("Loan Letter", birch, "medium", "4", "confirmed", date(2026, 10, 1), 400_000),
        ("Clinic Desk", orchid, "high", "8", "cancelled", date(2026, 8, 3), 800_000),
    ):
        ref = _booking(work, firm_id=firm_id, deployment_id=made.deployments[deployment], tier=tier, days=days,
                       state=state, starts_on=starts_on, estimate=estimate)  # fmt: skip
        made.bookings.setdefault(f"{deployment}/{state}", ref)


def _seated(work: Work, name: str, key: str, office: Office, *, firm_id: int | None = None) -> Actor:
    person = members.add_person(work, name=name, email=f"{key}@pool.example", password=PASSWORD, is_demo=True)
    return members.give_seat(work, person_id=person.id, office=office, firm_id=firm_id).actor()


def _deployment(
    work: Work,
    *,
    name: str,
    firm_id: int,
    context: str,
    base: str,
    registered_at: datetime = REGISTERED_AT,
    ended_on: date | None = None,
) -> int:
    model = tuned_model(work, firm_id, f"{name} model", method="lora")
    row = work.add(
        Deployment(
            ref=work.next_reference("DEP"),
            firm_id=firm_id,
            model_id=model.id or 0,
            name=name,
            purpose=f"What {name} is for.",
            context=context,
            markets=["EU"],
            state="ended" if ended_on else "registered",
            registered_at=registered_at,
            ended_on=ended_on,
            pseudonym=work.next_reference("PSEU"),
        )
    )
    # The later of the two counts, the one after the quarter does not.
    for as_of, load in ((date(2026, 3, 1), "7.000000"), (date(2026, 5, 1), base), (date(2026, 10, 2), "8.000000")):
        work.add(
            TierAssessment(
                firm_id=firm_id,
                deployment_id=row.id or 0,
                as_of=as_of,
                recorded_at=registered_at,
                edition="2026.1",
                edition_digest="sha256:" + "0" * 64,
                base=load,
                intensity="0.5000",
                tier="medium",
            )
        )
    return row.id or 0


def _booking(
    work: Work,
    *,
    firm_id: int,
    deployment_id: int,
    tier: str,
    days: str,
    state: str,
    starts_on: date,
    estimate: int | None,
) -> str:
    row = work.add(
        Booking(
            ref=work.next_reference("BKG"),
            firm_id=firm_id,
            kind="initial",
            state=state,
            tier=tier,
            window_from=starts_on,
            window_until=starts_on,
            requested_at=utc(2026, 5, 4),
            exact_days=days,
            estimate_minor=estimate,
            starts_on=starts_on,
            ends_on=starts_on,
        )
    )
    work.add(BookingDeployment(firm_id=firm_id, booking_id=row.id or 0, deployment_id=deployment_id))
    return row.ref


def with_costs(made: Quarter) -> str:
    """Open the quarter's period and add its costs; return the period's reference."""
    tess = made.pool.tess
    ref: str = made.run(settle.open_period, tess, from_on=FROM_ON, until_on=UNTIL_ON).ref
    for facility, amount, document, firm in COSTS:
        made.run(
            settle.add_cost,
            tess,
            period=ref,
            facility=facility,
            amount_minor=amount,
            document=document,
            incurred_on=date(2026, 9, 15),
            firm=firm,
        )
    return ref


def closed(made: Quarter) -> tuple[str, tuple[str, ...]]:
    """Walk the whole period to its end; return its reference and those of the statements."""
    ref = with_costs(made)
    made.run(settle.allocate, made.pool.tess, period=ref)
    made.run(settle.review, made.pool.amos, period=ref)
    return ref, made.run(settle.close, made.pool.tess, period=ref)
