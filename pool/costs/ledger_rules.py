"""Double entry: the entries of a split, a hold and a correction, and what makes a set of entries whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pool.costs.allocation import Allocation
from pool.kernel.money import INT64_MAX, exponent_of
from pool.kernel.refusals import Conflict, Invalid
from pool.kernel.words import gettext as _


class NotBalanced(Invalid):
    """The entries of one transaction do not sum to zero."""


class NotAnEntry(Invalid):
    """An entry breaks a rule of its own: a zero amount, a wrong owner, a second currency."""


class AlreadyResolved(Conflict):
    """A held transaction can be posted or voided once."""


class AccountType(StrEnum):
    """The five types of the chart and memo accounts, which stand outside the balance."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"
    MEMO = "memo"


class AccountCode(StrEnum):
    """The chart of accounts. Accounts of members carry a member, recovery and cost accounts a facility."""

    BANK = "1000"
    MEMBER_RECEIVABLE = "1100"
    SUPPLIER_PAYABLE = "2000"
    MEMBER_ADVANCE = "2100"
    RESTRICTED_FUND = "2200"
    CARRIED_FORWARD = "3000"
    COST_RECOVERY = "4000"
    FACILITY_COST = "5000"
    HELD_FOR_MEMBER = "9000"
    HELD_CONTRA = "9100"


ACCOUNT_TYPES: dict[AccountCode, AccountType] = {
    AccountCode.BANK: AccountType.ASSET,
    AccountCode.MEMBER_RECEIVABLE: AccountType.ASSET,
    AccountCode.SUPPLIER_PAYABLE: AccountType.LIABILITY,
    AccountCode.MEMBER_ADVANCE: AccountType.LIABILITY,
    AccountCode.RESTRICTED_FUND: AccountType.LIABILITY,
    AccountCode.CARRIED_FORWARD: AccountType.EQUITY,
    AccountCode.COST_RECOVERY: AccountType.INCOME,
    AccountCode.FACILITY_COST: AccountType.EXPENSE,
    AccountCode.HELD_FOR_MEMBER: AccountType.MEMO,
    AccountCode.HELD_CONTRA: AccountType.MEMO,
}
OF_A_MEMBER = frozenset({AccountCode.MEMBER_RECEIVABLE, AccountCode.MEMBER_ADVANCE, AccountCode.HELD_FOR_MEMBER})
OF_A_FACILITY = frozenset({AccountCode.COST_RECOVERY, AccountCode.FACILITY_COST})


class TransactionKind(StrEnum):
    """``pending`` holds an amount, ``post`` makes it final, ``void`` lets it go. Source: TigerBeetle."""

    PENDING = "pending"
    POST = "post"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Entry:
    """One leg: a positive amount is a debit, a negative one a credit, in minor units of ``currency``.

    Raises: NotAnEntry, UnknownCurrency.
    """

    account: AccountCode
    amount_minor: int
    currency: str
    member: str | None = None
    facility: str | None = None

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int or not 0 < abs(self.amount_minor) <= INT64_MAX:
            raise NotAnEntry(_("An entry is a whole number of minor units other than 0."), field="amount_minor")
        exponent_of(self.currency)
        if (self.member is not None) != (self.account in OF_A_MEMBER):
            raise NotAnEntry(_("Exactly the accounts of members name a member."), field="member")
        if self.facility is None and self.account in OF_A_FACILITY:
            raise NotAnEntry(_("Cost and recovery accounts name their facility."), field="facility")


def check_balanced(entries: Sequence[Entry]) -> None:
    """Refuse a set of entries that is empty, mixes currencies or does not sum to zero.

    Raises: NotBalanced, NotAnEntry.
    """
    if len(entries) < 2:
        raise NotBalanced(_("A transaction has at least two entries."), field="entries")
    if len({entry.currency for entry in entries}) > 1:
        raise NotAnEntry(_("All entries of a transaction are in one currency."), field="entries")
    rest = sum(entry.amount_minor for entry in entries)
    if rest != 0:
        raise NotBalanced(
            _("Debits and credits differ by %(rest)s minor units.", rest=rest),
            field="entries",
            next_step=_("Post the same amount on both sides."),
            facts={"rest": rest},
        )


def entries_of_allocation(allocation: Allocation) -> tuple[Entry, ...]:
    """Return the entries of a split: per line, the member owes what the facility recovers.

    A line of 0 makes no entries.
    """
    entries: list[Entry] = []
    for facility, parts in allocation.lines.items():
        for member, amount in parts.items():
            if amount:
                entries.extend(_pair(amount, allocation.currency, member=member, facility=facility))
    if entries:
        check_balanced(entries)
    return tuple(entries)


def entries_of_cost(amount_minor: int, currency: str, *, facility: str) -> tuple[Entry, Entry]:
    """Return the entries of a supplier's cost: the facility bears it, the supplier is owed."""
    return (
        Entry(AccountCode.FACILITY_COST, amount_minor, currency, facility=facility),
        Entry(AccountCode.SUPPLIER_PAYABLE, -amount_minor, currency),
    )


def entries_of_payment(amount_minor: int, currency: str, *, member: str) -> tuple[Entry, Entry]:
    """Return the entries of money received from a member."""
    return (
        Entry(AccountCode.BANK, amount_minor, currency),
        Entry(AccountCode.MEMBER_RECEIVABLE, -amount_minor, currency, member=member),
    )


def entries_of_hold(amount_minor: int, currency: str, *, member: str) -> tuple[Entry, Entry]:
    """Return the memo entries that hold an estimate at booking; they touch no balance."""
    return (
        Entry(AccountCode.HELD_FOR_MEMBER, amount_minor, currency, member=member),
        Entry(AccountCode.HELD_CONTRA, -amount_minor, currency),
    )


def reversal_of(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the opposite of every entry: the only way in which posted entries are corrected."""
    return tuple(
        Entry(entry.account, -entry.amount_minor, entry.currency, entry.member, entry.facility) for entry in entries
    )


def resolve_hold(
    held: Sequence[Entry], *, actual: Sequence[Entry], kind: TransactionKind, resolved: TransactionKind | None
) -> tuple[Entry, ...]:
    """Return the entries that end a hold: its reversal and the ``actual`` entries.

    ``actual`` holds the amount at ``post`` and at most a fee at ``void``.
    ``resolved`` is what has already ended this hold, if anything has.

    Raises: AlreadyResolved, NotAnEntry, NotBalanced.
    """
    if resolved is not None:
        raise AlreadyResolved(_("This hold has already been ended (%(kind)s).", kind=resolved.value), field="kind")
    if kind is TransactionKind.PENDING:
        raise NotAnEntry(_("A hold is ended by post or void."), field="kind")
    entries = (*reversal_of(held), *actual)
    check_balanced(entries)
    return entries


def balances_of(entries: Iterable[Entry]) -> dict[tuple[AccountCode, str | None, str | None, str], int]:
    """Return the balance per account, member, facility and currency; balances of 0 are left out."""
    sums: dict[tuple[AccountCode, str | None, str | None, str], int] = defaultdict(int)
    for entry in entries:
        sums[entry.account, entry.member, entry.facility, entry.currency] += entry.amount_minor
    return {account: amount for account, amount in sums.items() if amount}


def _pair(amount: int, currency: str, *, member: str, facility: str) -> tuple[Entry, Entry]:
    return (
        Entry(AccountCode.MEMBER_RECEIVABLE, amount, currency, member=member, facility=facility),
        Entry(AccountCode.COST_RECOVERY, -amount, currency, facility=facility),
    )
