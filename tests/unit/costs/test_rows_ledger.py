"""The ledger: balanced by the database too, posted once, holds that end once, and a check that finds what is amiss."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlmodel import select

from pool.costs import queries
from pool.costs.ledger_rules import AccountCode, AlreadyResolved, Entry, TransactionKind
from pool.costs.ledger_service import post
from pool.costs.tables import LedgerEntry, LedgerTransaction
from pool.journeys import settle
from pool.kernel.clock import utc
from pool.kernel.listing import ListRequest
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import BrokenRule, Database, Work
from tests.unit.costs.three_firms import ALL, AT, BIRCH, TOTALS, Quarter, closed, quarter, with_costs


def _balance(made: Quarter) -> dict[str, int]:
    with made.pool.database.reading(made.pool.tess, AT) as reading:
        return {one.account: one.balance_minor for one in queries.trial_balance(reading)}


def _faults(database: Database) -> list[tuple[str, str]]:
    with database.reading(SYSTEM, AT) as reading:
        return [(one.check, one.subject) for one in queries.ledger_faults(reading)]


def test_balance_when_a_period_closes_recovers_every_cost_from_its_users(database: Database) -> None:
    made = quarter(database)
    with_costs(made)
    costs = {
        "5000:administration": 10_000,
        "5000:methodology": 25_000,
        "5000:X-HEA": 750_000,
        "5000:X-FIN": 100_001,
        "5000:trips": 99_999,
        f"5000:direct-{BIRCH}": 48_000,
        "2000": -ALL,
    }
    assert _balance(made) == costs
    made.run(settle.allocate, made.pool.tess, period="PER-2026-0001")
    made.run(settle.review, made.pool.amos, period="PER-2026-0001")
    assert _balance(made) == costs
    made.run(settle.close, made.pool.tess, period="PER-2026-0001")
    recovered = {account.replace("5000", "4000"): -amount for account, amount in costs.items() if account != "2000"}
    assert _balance(made) == {**costs, **recovered, "1100": ALL}
    with database.reading(made.pool.tess, AT) as reading:
        owed = {
            firm: next(one.balance_minor for one in queries.trial_balance(reading, firm_id=made.pool.firm_ids[name])
                       if one.account == "1100")
            for name, firm in made.pool.firm_refs.items()
        }  # fmt: skip
        assert sum(one.balance_minor for one in queries.trial_balance(reading)) == 0
    assert owed == TOTALS
    assert _faults(database) == []


def _entries(amount: int = 500) -> tuple[Entry, Entry]:
    return Entry(AccountCode.BANK, amount, "EUR"), Entry(AccountCode.CARRIED_FORWARD, -amount, "EUR")


def test_post_when_the_key_was_used_gives_the_first_transaction(database: Database) -> None:
    def twice(work: Work) -> tuple[str, str]:
        first = post(work, key="once", entries=_entries(), description="first")
        return first.ref, post(work, key="once", entries=_entries(7), description="second").ref

    assert database.run_work(twice, actor=SYSTEM, at=AT) == ("LTX-2026-0001", "LTX-2026-0001")
    with database.reading(SYSTEM, AT) as reading:
        (one,) = queries.transactions(reading, ListRequest()).items
    assert [(leg.account, leg.amount_minor) for leg in one.entries] == [("1000", 500), ("3000", -500)]


@pytest.mark.parametrize(
    ("amounts", "currencies"),
    [((500, -499), ("EUR", "EUR")), ((500,), ("EUR",)), ((), ()), ((500, -500), ("EUR", "USD"))],
)
def test_posting_when_entries_do_not_balance_is_refused_by_the_database(
    database: Database, amounts: tuple[int, ...], currencies: tuple[str, ...]
) -> None:
    def around_the_rules(work: Work) -> None:
        row = work.add(
            LedgerTransaction(ref="LTX-X", kind="post", currency="EUR", idempotency_key="x", description="by hand")
        )
        for amount, currency in zip(amounts, currencies, strict=True):
            work.add(LedgerEntry(transaction_id=row.id or 0, account="1000", amount_minor=amount, currency=currency))
        row.state, row.posted_at = "posted", work.at
        work.flush()

    with pytest.raises(BrokenRule):
        database.run_work(around_the_rules, actor=SYSTEM, at=AT)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transaction SET description = 'other'",
        "UPDATE ledger_transaction SET state = 'draft', posted_at = NULL",
        "UPDATE ledger_entry SET amount_minor = amount_minor * 2",
        "DELETE FROM ledger_entry",
        "DELETE FROM ledger_transaction",
        "INSERT INTO ledger_entry (public_id, created_at, transaction_id, account, amount_minor, currency, note) "
        "VALUES ('f', '2026-10-05 00:00:00', 1, '1000', 5, 'EUR', '')",
    ],
)
def test_posted_rows_when_changed_by_hand_are_kept_by_the_database(database: Database, statement: str) -> None:
    database.run_work(post, key="k", entries=_entries(), description="kept", actor=SYSTEM, at=AT)
    with pytest.raises(sa.exc.DBAPIError), database.engine.begin() as connection:
        connection.execute(sa.text(statement))
    with database.reading(SYSTEM, AT) as reading:
        assert [row.amount_minor for row in reading.session.exec(select(LedgerEntry))] == [500, -500]


def test_hold_when_a_booking_is_confirmed_and_performed_leaves_no_balance(database: Database) -> None:
    made = quarter(database)
    booking = made.bookings["Clinic Desk/in_audit"]
    planner = made.pool.pia
    first = made.run(settle.hold_estimate, planner, booking=booking)
    assert made.run(settle.hold_estimate, planner, booking=booking) == first
    assert _balance(made) == {"9000": 650_000, "9100": -650_000}
    ended = made.run(settle.release_hold, planner, booking=booking, performed=True)
    assert made.run(settle.release_hold, planner, booking=booking, performed=True) == ended
    assert _balance(made) == {"9000": 0, "9100": 0}
    with pytest.raises(AlreadyResolved):
        made.run(settle.release_hold, planner, booking=booking, performed=False)
    with database.reading(made.pool.mara, AT) as reading:
        own = queries.transactions(reading, ListRequest()).items
        assert [(one.kind, len(one.entries)) for one in own] == [("pending", 2), ("post", 2)]
    with database.reading(made.pool.ben, AT) as reading:
        assert queries.transactions(reading, ListRequest()).items == ()
    assert _faults(database) == []


def test_hold_when_a_firm_cancels_is_void_and_may_be_made_anew(database: Database) -> None:
    made = quarter(database)
    booking = made.bookings["Clinic Desk/in_audit"]
    first = made.run(settle.hold_estimate, made.pool.mara, booking=booking)
    made.run(settle.release_hold, made.pool.mara, booking=booking, performed=False)
    second = made.run(settle.hold_estimate, made.pool.pia, booking=booking)
    assert first != second
    assert _balance(made) == {"9000": 650_000, "9100": -650_000}
    with database.reading(SYSTEM, AT) as reading:
        kinds = [row.kind for row in reading.session.exec(select(LedgerTransaction).order_by(sa.column("id")))]
    assert kinds == [TransactionKind.PENDING, TransactionKind.VOID, TransactionKind.PENDING]
    assert _faults(database) == []


def test_hold_when_there_is_no_estimate_holds_nothing(database: Database) -> None:
    made = quarter(database)
    booking = made.bookings["Loan Letter/fulfilled"]
    assert made.run(settle.hold_estimate, made.pool.pia, booking=booking) is None
    assert made.run(settle.release_hold, made.pool.pia, booking=booking, performed=True) is None
    assert _balance(made) == {}


def test_check_when_a_draft_is_left_or_a_hold_not_undone_names_it(database: Database) -> None:
    made = quarter(database)
    closed(made)

    def leave(work: Work) -> None:
        held = post(work, key="h", entries=_entries(500), description="h", kind=TransactionKind.PENDING)
        post(work, key="e", entries=_entries(-400), description="e", kind=TransactionKind.VOID, resolves_id=held.id)
        work.add(
            LedgerTransaction(
                ref="LTX-2026-0099", kind="post", currency="EUR", idempotency_key="d", description="left behind"
            )
        )

    database.run_work(leave, actor=SYSTEM, at=utc(2026, 10, 6))
    assert _faults(database) == [
        ("no_drafts", "LTX-2026-0099"),
        ("holds", "LTX-2026-0012"),
        ("numbers", "LTX-2026"),
    ]
