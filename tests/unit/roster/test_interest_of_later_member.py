"""An interest in a firm that joins later blocks from its first day; names tell nobody who is a member."""

from __future__ import annotations

from datetime import date

from sqlmodel import select

from auditors.roster.tables import Interest
from pool.journeys import people, roster
from pool.kernel.clock import utc
from pool.kernel.storage import Database
from tests.support.people import seed

AT = utc(2026, 9, 2, 9)


def test_interest_when_the_firm_joins_later_is_tied_to_it(database: Database) -> None:
    pool = seed(database)
    database.run_work(
        roster.declare_interest,
        kind="employment",
        from_on=date(2024, 1, 1),
        firm_name="Cedar Tools",
        actor=pool.ada,
        at=AT,
    )
    admitted = database.run_work(
        people.admit_firm,
        name="CEDAR  Tools",
        country="DE",
        contact_email="a@cedar.example",
        manager_name="Cleo Ward",
        manager_email="cleo@cedar.example",
        actor=pool.rita,
        at=AT,
    )
    with database.reading(pool.ivo, AT) as reading:
        (tie,) = reading.session.exec(select(Interest)).all()
    assert (tie.firm_id, tie.firm_name) == (admitted.firm_id, "Cedar Tools")


def test_interest_in_a_member_keeps_the_name_as_typed(database: Database) -> None:
    pool = seed(database)
    view = database.run_work(
        roster.declare_interest,
        kind="family",
        from_on=date(2024, 1, 1),
        firm_name="orchid health",
        actor=pool.ada,
        at=AT,
    )
    assert view.firm_name == "orchid health"
    with database.reading(pool.ivo, AT) as reading:
        assert reading.session.exec(select(Interest.firm_id)).one() == pool.firm_ids["Orchid Health"]
