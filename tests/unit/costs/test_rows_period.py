"""A period from its first cost to the statements: numbers worked out by hand, two persons, nothing changed between."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from pool.bookings.tables import Booking
from pool.costs import queries, service
from pool.costs.periods import TRANSITIONS, Move, NotTheirOffice, PeriodStands, PeriodState, next_state
from pool.costs.service import BadPeriod, PeriodMoved, PeriodRuns, PeriodsOverlap, SamePerson
from pool.costs.splitting import NobodyToBear, NothingToShare
from pool.costs.tables import AllocationLine, CostPeriod, Statement
from pool.journeys import settle
from pool.kernel.clock import utc
from pool.kernel.digest import digest_of
from pool.kernel.listing import ListRequest
from pool.kernel.refusals import Refusal
from pool.kernel.roles import SYSTEM, Office
from pool.kernel.storage import Database, Work
from pool.kernel.versions import Moved
from tests.unit.costs.three_firms import (
    ALL,
    AT,
    BIRCH,
    CEDAR,
    FROM_ON,
    LINES,
    ORCHID,
    TOTALS,
    UNTIL_ON,
    Quarter,
    closed,
    quarter,
    with_costs,
)


def _period(made: Quarter, ref: str) -> queries.PeriodView:
    with made.pool.database.reading(made.pool.tess, AT) as reading:
        return queries.period(reading, ref)


def test_period_when_walked_to_its_end_splits_every_cost_to_the_cent(database: Database) -> None:
    made = quarter(database)
    ref, statements = closed(made)
    view = _period(made, ref)
    lines = {
        one.code: {share.firm_ref: line.amount_minor for share in view.shares for line in share.lines
                   if line.facility == one.code}
        for one in view.facilities if one.lines
    }  # fmt: skip
    assert lines == LINES
    assert {one.firm_ref: one.total_minor for one in view.shares} == TOTALS
    assert (view.cost_minor, view.shared_minor, view.state) == (ALL, ALL, "closed")
    assert [check.met for check in view.checks] == [True] * 6
    assert statements == view.statements == ("STM-2026-0001", "STM-2026-0002", "STM-2026-0003")
    assert [step.verb for step in view.history] == [
        "period.opened",
        *["period.cost_added"] * 7,
        "period.readings_taken",
        "period.allocated",
        "period.reviewed",
        "period.closed",
    ]
    assert [(step.name, step.office) for step in view.history[-2:]] == [
        ("Amos Berg", "administrator"),
        ("Tess Okafor", "treasurer"),
    ]


def test_readings_when_taken_hold_exact_amounts_with_their_sources(database: Database) -> None:
    made = quarter(database)
    ref = with_costs(made)
    assert made.run(settle.prepare, made.pool.tess, period=ref) is True
    assert made.run(settle.prepare, made.pool.tess, period=ref) is False
    found = {(one.facility, one.firm_ref): (one.weight, one.source) for one in _period(made, ref).readings}
    first, second, third = (made.bookings[name] for name in (
        "Clinic Desk/in_audit", "Loan Letter/fulfilled", "Leaflet/fulfilled"))  # fmt: skip
    assert found == {
        ("administration", ORCHID): (1, ""),
        ("administration", BIRCH): (1, ""),
        ("administration", CEDAR): (1, ""),
        ("methodology", ORCHID): (1_500_000, "DEP-2026-0001: 3/2"),
        ("methodology", BIRCH): (750_000, "DEP-2026-0002: 3/4"),
        ("methodology", CEDAR): (250_000, "DEP-2026-0003: 1/4"),
        ("X-HEA", ORCHID): (6_000_000, f"{first}: 6"),
        ("X-HEA", CEDAR): (1_500_000, f"{third}: 3/2"),
        ("X-FIN", BIRCH): (3_333_333, f"{second}: 10/3"),
        ("trips", ORCHID): (4_500_000, f"{first}: 9/2"),
        ("trips", BIRCH): (2_500_000, f"{second}: 5/2"),
    }


def test_statement_when_issued_is_frozen_with_its_digest_and_hides_what_two_users_would_give_away(
    database: Database,
) -> None:
    made = quarter(database)
    closed(made)
    with database.reading(made.pool.mara, AT) as reading:
        (own,) = queries.statements_of(reading, made.pool.firm_ids["Orchid Health"])
        row = reading.session.exec(select(Statement)).one()
        assert digest_of(row.content) == row.content_digest == own.content_digest
    assert (own.firm_ref, own.total_minor, own.estimate_minor, own.exact_total) == (ORCHID, 682_619, 650_000, "")
    assert own.closed_on == date(2026, 10, 5)
    shown = {line["facility"]: (line["users"], line["total_weight"], line["facility_cost_minor"], line["exact"])
             for line in own.lines}  # fmt: skip
    assert shown == {
        "administration": (3, 3, 10_000, "10000/3"),
        "methodology": (3, 2_500_000, 25_000, "15000"),
        "X-HEA": (2, None, None, None),
        "trips": (2, None, None, None),
    }
    assert own.reasons()[0] == (
        "One equal part for each of 3 firms, which is 33.3\u00a0%. That part of the cost of 100.00\u00a0EUR is "
        "33.34\u00a0EUR."
    )
    assert "750" not in own.reasons()[2] and "unshown" in own.reasons()[2]


def test_statement_when_another_firm_asks_is_missing_in_the_same_words(database: Database) -> None:
    made = quarter(database)
    closed(made)
    with database.reading(made.pool.ben, AT) as reading:
        (own,) = queries.statements_of(reading, made.pool.firm_ids["Birch Credit"])
        assert queries.statements_of(reading, made.pool.firm_ids["Orchid Health"]) == ()
        assert [one.firm_ref for one in queries.statements(reading, ListRequest()).items] == [BIRCH]
        assert {one.description for one in queries.transactions(reading, ListRequest()).items} == {
            f"Share of PER-2026-0001 for {BIRCH}"
        }
        foreign = "STM-2026-0001" if own.ref != "STM-2026-0001" else "STM-2026-0002"
        said = []
        for key in (foreign, "STM-2026-0099"):
            with pytest.raises(queries.NoSuchStatement) as refused:
                queries.statement(reading, key)
            said.append(refused.value.reason.replace(key, "KEY"))
        assert said[0] == said[1]
        with pytest.raises(service.NoSuchPeriod):
            queries.period(reading, "PER-2026-0001")


def test_change_when_it_comes_after_the_split_opens_the_period_again(database: Database) -> None:
    made = quarter(database)
    tess, amos = made.pool.tess, made.pool.amos
    ref = with_costs(made)
    before = made.run(settle.allocate, tess, period=ref)
    made.run(settle.review, amos, period=ref)
    made.run(settle.add_cost, tess, period=ref, facility="administration", amount_minor=2, document="Stamp",
             incurred_on=UNTIL_ON)  # fmt: skip
    view = _period(made, ref)
    assert (view.state, view.allocation_digest, view.shares) == ("open", "", ())
    with pytest.raises(PeriodStands):
        made.run(settle.close, tess, period=ref)
    after = made.run(settle.allocate, tess, period=ref)
    assert after != before
    made.run(settle.review, amos, period=ref)
    made.run(settle.close, tess, period=ref)
    assert _period(made, ref).shared_minor == ALL + 2


def test_split_when_a_booking_moved_meanwhile_is_neither_reviewed_nor_closed(database: Database) -> None:
    made = quarter(database)
    tess, amos = made.pool.tess, made.pool.amos
    ref = with_costs(made)

    def cancel(work: Work, booking: str) -> None:
        row = work.session.exec(select(Booking).where(Booking.ref == booking)).one()
        row.state = "cancelled"

    made.run(settle.allocate, tess, period=ref)
    made.run(settle.review, amos, period=ref)
    database.run_work(cancel, made.bookings["Leaflet/fulfilled"], actor=SYSTEM, at=AT)
    with pytest.raises(PeriodMoved):
        made.run(settle.close, tess, period=ref)
    made.run(settle.send_back, amos, period=ref, why="One audit was cancelled.")
    made.run(settle.allocate, tess, period=ref)
    database.run_work(cancel, made.bookings["Loan Letter/fulfilled"], actor=SYSTEM, at=AT)
    with pytest.raises(PeriodMoved):
        made.run(settle.review, amos, period=ref)


def test_review_when_it_is_the_same_person_or_another_split_is_refused(database: Database) -> None:
    made = quarter(database)
    tess = made.pool.tess
    ref = with_costs(made)
    digest = made.run(settle.allocate, tess, period=ref)
    with pytest.raises(SamePerson):
        made.run(settle.review, tess, period=ref)
    with pytest.raises(PeriodMoved):
        made.run(settle.review, made.second_treasurer, period=ref, digest="sha256:" + "0" * 64)
    with pytest.raises(NotTheirOffice):
        made.run(settle.review, made.pool.pia, period=ref)
    made.run(settle.review, made.second_treasurer, period=ref, digest=digest)
    assert _period(made, ref).state == "reviewed"


def test_close_when_the_quarter_still_runs_is_refused(database: Database) -> None:
    made = quarter(database)
    ref = with_costs(made)
    made.run(settle.allocate, made.pool.tess, period=ref)
    made.run(settle.review, made.pool.amos, period=ref)
    with pytest.raises(PeriodRuns):
        database.run_work(settle.close, actor=made.pool.tess, at=utc(2026, 9, 30, 23), period=ref)


def test_close_when_rows_were_changed_by_hand_is_refused(database: Database) -> None:
    made = quarter(database)
    ref = with_costs(made)
    made.run(settle.allocate, made.pool.tess, period=ref)
    made.run(settle.review, made.pool.amos, period=ref)

    def falsify(work: Work) -> None:
        row = work.session.exec(select(CostPeriod)).one()
        lines = {**row.result["lines"]["X-HEA"], ORCHID: 599_999, CEDAR: 150_001}
        row.result = {**row.result, "lines": {**row.result["lines"], "X-HEA": lines}}

    database.run_work(falsify, actor=SYSTEM, at=AT)
    with pytest.raises(PeriodMoved):
        made.run(settle.close, made.pool.tess, period=ref)


def test_closed_period_when_anything_is_done_to_it_stays(database: Database) -> None:
    made = quarter(database)
    ref, _statements = closed(made)
    for journey, actor, values in (
        (settle.add_cost, made.pool.tess, {"facility": "trips", "amount_minor": 1, "document": "x",
                                           "incurred_on": FROM_ON}),
        (settle.allocate, made.pool.tess, {}),
        (settle.review, made.pool.amos, {}),
        (settle.send_back, made.pool.amos, {"why": "x"}),
        (settle.close, made.pool.tess, {}),
    ):  # fmt: skip
        with pytest.raises(PeriodStands):
            made.run(journey, actor, period=ref, **values)
    with database.reading(SYSTEM, AT) as reading:
        assert len(reading.session.exec(select(AllocationLine)).all()) == 12
    for statement in (
        "UPDATE statement SET total_minor = 1",
        "UPDATE allocation_line SET amount_minor = 1",
        "DELETE FROM cost_line",
        "UPDATE cost_period SET state = 'open'",
        "DELETE FROM cost_period",
        "INSERT INTO cost_line (public_id, created_at, period_id, facility_id, amount_minor, currency, document, note, "
        "incurred_on, audit_ref) VALUES ('f', '2026-10-05 00:00:00', 1, 1, 5, 'EUR', 'x', '', '2026-09-01', '')",
    ):
        with pytest.raises(sa.exc.DBAPIError), database.engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_table_when_every_state_move_and_office_is_tried_allows_its_lines_only() -> None:
    allowed = set()
    for state, move, office in product(PeriodState, Move, Office):
        try:
            allowed.add((state, move, office, next_state(move, state=state, office=office)))
        except Refusal:
            continue
    assert allowed == {
        (one.from_state, one.move, office, one.to_state) for one in TRANSITIONS for office in one.offices
    }
    assert {office for _state, _move, office, _to in allowed} == {Office.TREASURER, Office.ADMINISTRATOR}
    assert not any(one.from_state is PeriodState.CLOSED for one in TRANSITIONS)


def test_every_step_when_another_office_tries_it_is_refused(database: Database) -> None:
    made = quarter(database)
    ref = with_costs(made)
    cost: dict[str, Any] = {"facility": "trips", "amount_minor": 1, "document": "x", "incurred_on": FROM_ON}
    for actor in (made.pool.amos, made.pool.pia, made.pool.dora, SYSTEM):
        for journey, values in ((settle.add_cost, cost), (settle.prepare, {}), (settle.allocate, {})):
            with pytest.raises(NotTheirOffice):
                made.run(journey, actor, period=ref, **values)
        with pytest.raises(NotTheirOffice):
            made.run(settle.open_period, actor, from_on=date(2027, 1, 1), until_on=date(2027, 3, 31))
    for actor in (made.pool.mara, made.cedar, made.pool.ada):
        for journey, values in ((settle.add_cost, cost), (settle.prepare, {}), (settle.allocate, {})):
            with pytest.raises(service.NoSuchPeriod):
                made.run(journey, actor, period=ref, **values)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": 10**12 + 1}, "amount_minor"),
        ({"amount_minor": 12.5}, "amount_minor"),
        ({"document": " "}, "document"),
        ({"document": "a\x00b"}, "document"),
        ({"note": "n" * 1001}, "note"),
        ({"incurred_on": date(2026, 10, 1)}, "incurred_on"),
        ({"facility": "X-NOT"}, "facility"),
        ({"facility": "direct"}, "firm"),
        ({"firm": BIRCH}, "firm"),
    ],
)
def test_cost_when_it_breaks_a_rule_is_refused_with_its_field(
    sqlite_url: str, values: dict[str, Any], field: str
) -> None:
    made = quarter(Database(sqlite_url))
    ref = made.run(settle.open_period, made.pool.tess, from_on=FROM_ON, until_on=UNTIL_ON).ref
    good = {"facility": "trips", "amount_minor": 1, "document": "x", "incurred_on": FROM_ON}
    with pytest.raises(Refusal) as refused:
        made.run(settle.add_cost, made.pool.tess, period=ref, **{**good, **values})
    assert refused.value.field == field
    made.pool.database.dispose()


def test_period_when_its_days_are_taken_or_turned_round_is_refused(sqlite_url: str) -> None:
    made = quarter(Database(sqlite_url))
    tess = made.pool.tess
    made.run(settle.open_period, tess, from_on=FROM_ON, until_on=UNTIL_ON)
    with pytest.raises(PeriodsOverlap):
        made.run(settle.open_period, tess, from_on=UNTIL_ON, until_on=date(2026, 12, 31))
    with pytest.raises(BadPeriod):
        made.run(settle.open_period, tess, from_on=date(2027, 1, 1), until_on=date(2027, 1, 1))
    made.run(settle.open_period, tess, from_on=date(2026, 10, 1), until_on=date(2026, 12, 31), currency="JPY")
    with made.pool.database.reading(tess, AT) as reading:
        page = queries.periods(reading, ListRequest())
    assert [(one.ref, one.currency, one.cost_minor) for one in page.items] == [
        ("PER-2026-0001", "EUR", 0),
        ("PER-2026-0002", "JPY", 0),
    ]
    made.pool.database.dispose()


def test_split_when_nobody_could_bear_a_cost_says_which(sqlite_url: str) -> None:
    made = quarter(Database(sqlite_url))
    tess = made.pool.tess
    ref = made.run(settle.open_period, tess, from_on=FROM_ON, until_on=UNTIL_ON).ref
    with pytest.raises(NothingToShare):
        made.run(settle.allocate, tess, period=ref)
    made.run(settle.add_cost, tess, period=ref, facility="X-EDU", amount_minor=500, document="Course",
             incurred_on=FROM_ON)  # fmt: skip
    with pytest.raises(NobodyToBear) as refused:
        made.run(settle.allocate, tess, period=ref)
    assert refused.value.field == "facility.X-EDU"
    made.run(settle.add_cost, tess, period=ref, facility="X-EDU", amount_minor=-500, document="Moved",
             incurred_on=FROM_ON)  # fmt: skip
    made.run(settle.add_cost, tess, period=ref, facility="administration", amount_minor=500, document="Moved",
             incurred_on=FROM_ON)  # fmt: skip
    made.run(settle.allocate, tess, period=ref)
    assert {one.firm_ref: one.total_minor for one in _period(made, ref).shares} == {
        ORCHID: 167,
        BIRCH: 167,
        CEDAR: 166,
    }
    made.pool.database.dispose()


def test_split_when_the_period_was_changed_since_it_was_seen_is_refused(sqlite_url: str) -> None:
    made = quarter(Database(sqlite_url))
    ref = with_costs(made)
    seen = _period(made, ref).version
    made.run(settle.add_cost, made.pool.tess, period=ref, facility="trips", amount_minor=1, document="x",
             incurred_on=FROM_ON)  # fmt: skip
    with pytest.raises(Moved):
        made.run(settle.allocate, made.pool.tess, period=ref, version=seen)
    made.pool.database.dispose()
