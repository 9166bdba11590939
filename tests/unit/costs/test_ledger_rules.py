from __future__ import annotations

import pytest

from pool.costs.allocation import CostProblem, DirectCost, Facility, allocate
from pool.costs.ledger_rules import (
    ACCOUNT_TYPES,
    AccountCode,
    AlreadyResolved,
    Entry,
    NotAnEntry,
    NotBalanced,
    TransactionKind,
    balances_of,
    check_balanced,
    entries_of_allocation,
    entries_of_cost,
    entries_of_hold,
    entries_of_payment,
    resolve_hold,
    reversal_of,
)
from pool.kernel.money import INT64_MAX, UnknownCurrency

RECEIVABLE = AccountCode.MEMBER_RECEIVABLE
RECOVERY = AccountCode.COST_RECOVERY
SPLIT = allocate(
    CostProblem(
        "EUR",
        ("anna", "boris", "chen"),
        (Facility("desk", 400, {"anna": 1, "boris": 1, "chen": 0}),),
        (DirectCost("trip", "boris", -77),),
    )
)


def test_allocation_makes_one_pair_per_line_and_none_for_zero() -> None:
    assert entries_of_allocation(SPLIT) == (
        Entry(RECEIVABLE, 200, "EUR", member="anna", facility="desk"),
        Entry(RECOVERY, -200, "EUR", facility="desk"),
        Entry(RECEIVABLE, 200, "EUR", member="boris", facility="desk"),
        Entry(RECOVERY, -200, "EUR", facility="desk"),
        Entry(RECEIVABLE, -77, "EUR", member="boris", facility="trip"),
        Entry(RECOVERY, 77, "EUR", facility="trip"),
    )


def test_allocation_of_nothing_makes_no_entries() -> None:
    assert entries_of_allocation(allocate(CostProblem("EUR", ("anna",)))) == ()


def test_receivables_after_an_allocation_equal_its_totals() -> None:
    owed = dict.fromkeys(SPLIT.totals, 0)
    for (account, member, _facility, _currency), amount in balances_of(entries_of_allocation(SPLIT)).items():
        if account is RECEIVABLE and member is not None:
            owed[member] += amount
    assert owed == SPLIT.totals


@pytest.mark.parametrize(
    "entries",
    [entries_of_cost(500, "EUR", facility="desk"), entries_of_payment(500, "EUR", member="anna"),
     entries_of_hold(500, "JPY", member="anna")],
)  # fmt: skip
def test_ready_made_entries_balance(entries: tuple[Entry, Entry]) -> None:
    check_balanced(entries)
    assert [entry.amount_minor for entry in entries] == [500, -500]


def test_unbalanced_entries_are_refused_with_the_difference() -> None:
    entries = (Entry(AccountCode.BANK, 100, "EUR"), Entry(AccountCode.SUPPLIER_PAYABLE, -99, "EUR"))
    with pytest.raises(NotBalanced) as caught:
        check_balanced(entries)
    assert caught.value.facts == {"rest": 1}


def test_a_single_entry_is_refused() -> None:
    with pytest.raises(NotBalanced):
        check_balanced((Entry(AccountCode.BANK, 100, "EUR"),))


def test_two_currencies_in_one_transaction_are_refused() -> None:
    with pytest.raises(NotAnEntry):
        check_balanced((Entry(AccountCode.BANK, 100, "EUR"), Entry(AccountCode.SUPPLIER_PAYABLE, -100, "USD")))


@pytest.mark.parametrize("amount", [0, True, 1.0, INT64_MAX + 1, -INT64_MAX - 1])
def test_entry_with_a_wrong_amount_is_refused(amount: int) -> None:
    with pytest.raises(NotAnEntry):
        Entry(AccountCode.BANK, amount, "EUR")


def test_entry_in_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        Entry(AccountCode.BANK, 1, "QQQ")


def test_receivable_without_a_member_is_refused() -> None:
    with pytest.raises(NotAnEntry):
        Entry(RECEIVABLE, 1, "EUR")


def test_bank_with_a_member_is_refused() -> None:
    with pytest.raises(NotAnEntry):
        Entry(AccountCode.BANK, 1, "EUR", member="anna")


def test_recovery_without_a_facility_is_refused() -> None:
    with pytest.raises(NotAnEntry):
        Entry(RECOVERY, 1, "EUR")


def test_reversal_leaves_no_balance() -> None:
    entries = entries_of_allocation(SPLIT)
    assert balances_of((*entries, *reversal_of(entries))) == {}


def test_posting_a_hold_leaves_only_what_is_owed() -> None:
    held = entries_of_hold(300, "EUR", member="anna")
    actual = entries_of_allocation(allocate(CostProblem("EUR", ("anna",), (), (DirectCost("audit", "anna", 280),))))
    ending = resolve_hold(held, actual=actual, kind=TransactionKind.POST, resolved=None)
    assert balances_of((*held, *ending)) == {
        (RECEIVABLE, "anna", "audit", "EUR"): 280,
        (RECOVERY, None, "audit", "EUR"): -280,
    }


def test_voiding_a_hold_leaves_nothing() -> None:
    held = entries_of_hold(300, "EUR", member="anna")
    ending = resolve_hold(held, actual=(), kind=TransactionKind.VOID, resolved=None)
    assert balances_of((*held, *ending)) == {}


@pytest.mark.parametrize("resolved", [TransactionKind.POST, TransactionKind.VOID])
def test_a_hold_ends_once(resolved: TransactionKind) -> None:
    held = entries_of_hold(300, "EUR", member="anna")
    with pytest.raises(AlreadyResolved):
        resolve_hold(held, actual=(), kind=TransactionKind.VOID, resolved=resolved)


def test_a_hold_is_not_ended_by_another_hold() -> None:
    held = entries_of_hold(300, "EUR", member="anna")
    with pytest.raises(NotAnEntry):
        resolve_hold(held, actual=(), kind=TransactionKind.PENDING, resolved=None)


def test_every_account_has_a_type() -> None:
    assert set(ACCOUNT_TYPES) == set(AccountCode)
