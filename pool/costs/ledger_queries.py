"""Reads of the ledger: transactions with their entries, the trial balance, and a check of everything that must hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from pool.costs.ledger_rules import AccountCode, TransactionKind
from pool.costs.tables import AllocationLine, CostLine, CostPeriod, LedgerEntry, LedgerTransaction, Statement
from pool.kernel.digest import digest_of
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.storage import Reading


@dataclass(frozen=True, slots=True)
class EntryView:
    """One leg of a transaction: debit positive, credit negative."""

    account: str
    amount_minor: int
    note: str


@dataclass(frozen=True, slots=True)
class TransactionView:
    """A transaction of the ledger with its entries."""

    ref: str
    public_id: str
    kind: str
    state: str
    currency: str
    description: str
    posted_at: datetime | None
    entries: tuple[EntryView, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """The posted sums of one account in one currency; the balances of all accounts of a currency sum to zero."""

    account: str
    currency: str
    debit_minor: int
    credit_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """Something in the ledger that must not be: the check that found it, where, and what."""

    check: str
    subject: str
    text: str


def transactions(reading: Reading, request: ListRequest) -> Page[TransactionView]:
    """Return a page of the transactions within sight, with their entries; two queries."""
    columns = ListColumns(
        key=LedgerTransaction.id,
        sorts={"posted_at": LedgerTransaction.posted_at, "ref": LedgerTransaction.ref},
        filters={
            "kind": LedgerTransaction.kind,
            "firm": lambda values: col(LedgerTransaction.firm_id).in_([int(value) for value in values]),
        },
        search=(LedgerTransaction.ref, LedgerTransaction.description),
    )
    page: Page[LedgerTransaction] = read_page(
        reading.session, select(LedgerTransaction), request, columns=columns, make=lambda row: row
    )
    legs: dict[int, list[EntryView]] = defaultdict(list)
    rows = reading.session.exec(
        select(LedgerEntry)
        .where(col(LedgerEntry.transaction_id).in_([row.id for row in page.items]))
        .order_by(col(LedgerEntry.id))
    )
    for row in rows:
        legs[row.transaction_id].append(EntryView(row.account, row.amount_minor, row.note))
    return Page(
        tuple(_transaction(row, legs[row.id or 0]) for row in page.items),
        page.request,
        page.next_cursor,
        page.previous_cursor,
    )


def _transaction(row: LedgerTransaction, entries: Sequence[EntryView]) -> TransactionView:
    return TransactionView(
        row.ref,
        row.public_id,
        row.kind,
        row.state,
        row.currency,
        row.description,
        row.posted_at,
        tuple(entries),
    )


def trial_balance(reading: Reading, *, firm_id: int | None = None) -> tuple[Balance, ...]:
    """Return the posted sums per account and currency, by account; of one firm's transactions where it is named."""
    statement = (
        select(LedgerEntry.account, LedgerEntry.currency, LedgerEntry.amount_minor)
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerEntry.transaction_id))
        .where(LedgerTransaction.state == "posted")
    )
    if firm_id is not None:
        statement = statement.where(LedgerTransaction.firm_id == firm_id)
    found: dict[tuple[str, str], Balance] = {}
    for account, currency, amount in reading.session.exec(statement):
        so_far = found.get((account, currency), Balance(account, currency, 0, 0, 0))
        found[account, currency] = replace(
            so_far,
            debit_minor=so_far.debit_minor + max(amount, 0),
            credit_minor=so_far.credit_minor + max(-amount, 0),
            balance_minor=so_far.balance_minor + amount,
        )
    return tuple(found[key] for key in sorted(found))


def ledger_faults(reading: Reading) -> tuple[LedgerFault, ...]:
    """Check the whole ledger and every closed period; return every fault. Needs the pool's scope."""
    return (
        *_unbalanced(reading),
        *_drafts(reading),
        *_holds(reading),
        *_statements(reading),
        *_periods(reading),
        *_numbers(reading),
    )


def _unbalanced(reading: Reading) -> Iterator[LedgerFault]:
    rows: Any = reading.session.exec(
        select(
            LedgerTransaction.ref,
            func.count(col(LedgerEntry.id)),
            func.coalesce(func.sum(col(LedgerEntry.amount_minor)), 0),
        )
        .join(LedgerEntry, col(LedgerEntry.transaction_id) == col(LedgerTransaction.id), isouter=True)
        .where(LedgerTransaction.state == "posted")
        .group_by(col(LedgerTransaction.ref))
    )
    for ref, count, rest in rows:
        if count < 2 or rest != 0:
            yield LedgerFault("balanced", ref, f"{count} entries differ by {int(rest)} minor units")


def _drafts(reading: Reading) -> Iterator[LedgerFault]:
    for ref in reading.session.exec(select(LedgerTransaction.ref).where(LedgerTransaction.state != "posted")):
        yield LedgerFault("no_drafts", ref, "the transaction was never posted")


def _holds(reading: Reading) -> Iterator[LedgerFault]:
    """Yield holds that were not ended by their exact opposite, and ends that end no hold."""
    ends = reading.session.exec(select(LedgerTransaction).where(col(LedgerTransaction.resolves_id).is_not(None))).all()
    keys = {one.resolves_id for one in ends}
    held = {
        one.id: one
        for one in reading.session.exec(select(LedgerTransaction).where(col(LedgerTransaction.id).in_(keys)))
    }
    legs = _legs(reading, [one.id or 0 for one in (*ends, *held.values())])
    for end in ends:
        hold = held[end.resolves_id]
        opposite = sorted((account, -amount) for account, amount in legs[hold.id or 0])
        if hold.kind != TransactionKind.PENDING or sorted(legs[end.id or 0]) != opposite:
            yield LedgerFault("holds", end.ref, f"does not undo {hold.ref}")


def _legs(reading: Reading, ids: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    legs: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in reading.session.exec(select(LedgerEntry).where(col(LedgerEntry.transaction_id).in_(ids))):
        legs[row.transaction_id].append((row.account, row.amount_minor))
    return legs


def _statements(reading: Reading) -> Iterator[LedgerFault]:
    """Yield statements whose content, lines or posting differ from what was told."""
    rows = reading.session.exec(select(Statement).order_by(col(Statement.id))).all()
    lines: dict[tuple[int, int], int] = defaultdict(int)
    for line in reading.session.exec(select(AllocationLine)):
        lines[line.period_id, line.firm_id] += line.amount_minor
    posted = _legs(reading, [row.transaction_id for row in rows])
    for row in rows:
        owed = sum(amount for account, amount in posted[row.transaction_id] if account == AccountCode.MEMBER_RECEIVABLE)
        if digest_of(row.content) != row.content_digest:
            yield LedgerFault("statement_digest", row.ref, "the content is not what was issued")
        told = sum(line["amount_minor"] for line in row.content["lines"])
        if {owed, told, lines[row.period_id, row.firm_id], row.content["total_minor"]} != {row.total_minor}:
            yield LedgerFault("statement_sum", row.ref, "lines, total and posting differ")


def _periods(reading: Reading) -> Iterator[LedgerFault]:
    """Yield facilities of closed periods whose shares or postings do not sum to their costs."""
    costs: dict[tuple[int, int], int] = defaultdict(int)
    for cost in reading.session.exec(select(CostLine)):
        costs[cost.period_id, cost.facility_id] += cost.amount_minor
    shares: dict[tuple[int, int], int] = defaultdict(int)
    for line in reading.session.exec(select(AllocationLine)):
        shares[line.period_id, line.facility_id] += line.amount_minor
    recovered = _sums_of_periods(reading)
    closed = reading.session.exec(select(CostPeriod).where(CostPeriod.state == "closed").order_by(col(CostPeriod.id)))
    for row in closed:
        for key in sorted({key for key in (*costs, *shares) if key[0] == row.id}):
            if costs[key] != shares[key]:
                yield LedgerFault(
                    "period_sum", row.ref, f"facility {key[1]}: costs {costs[key]}, shares {shares[key]} minor units"
                )
        if recovered.get(row.id or 0, 0) != 0:
            yield LedgerFault("period_ledger", row.ref, "costs and recoveries in the ledger differ")


def _sums_of_periods(reading: Reading) -> dict[int, int]:
    """Return, per period, the sum of its cost and recovery accounts, which is zero where all was recovered."""
    sums: dict[int, int] = defaultdict(int)
    rows: Any = reading.session.exec(
        select(LedgerTransaction.period_id, LedgerEntry.account, LedgerEntry.amount_minor)
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerEntry.transaction_id))
        .where(col(LedgerTransaction.period_id).is_not(None))
    )
    for period_id, account, amount in rows:
        if account.split(":")[0] in (AccountCode.FACILITY_COST, AccountCode.COST_RECOVERY):
            sums[period_id] += amount
    return sums


def _numbers(reading: Reading) -> Iterator[LedgerFault]:
    """Yield gaps in the numbers of statements and transactions."""
    for prefix, refs in (
        ("STM", reading.session.exec(select(Statement.ref)).all()),
        ("LTX", reading.session.exec(select(LedgerTransaction.ref)).all()),
    ):
        years: dict[str, set[int]] = defaultdict(set)
        for ref in refs:
            _prefix, year, number = ref.split("-")
            years[year].add(int(number))
        for year, numbers in sorted(years.items()):
            if numbers != set(range(1, len(numbers) + 1)):
                yield LedgerFault("numbers", f"{prefix}-{year}", "the numbers have a gap")
