"""Writes to the ledger: draft, entries, posted, once per key. Holds end once, by post or void."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from pool.costs.ledger_rules import (
    OF_A_MEMBER,
    AlreadyResolved,
    Entry,
    TransactionKind,
    check_balanced,
    entries_of_hold,
    resolve_hold,
)
from pool.costs.rows import key_of
from pool.costs.tables import LedgerEntry, LedgerTransaction
from pool.kernel.storage import Reading, Work


def account_of(entry: Entry) -> str:
    """Return the account an entry is kept under: its code, with the facility where the account belongs to one."""
    if entry.facility is not None and entry.account not in OF_A_MEMBER:
        return f"{entry.account}:{entry.facility}"
    return str(entry.account)


def post(
    work: Work,
    *,
    key: str,
    entries: Sequence[Entry],
    description: str,
    kind: TransactionKind = TransactionKind.POST,
    firm_id: int | None = None,
    period_id: int | None = None,
    resolves_id: int | None = None,
) -> LedgerTransaction:
    """Write a transaction: a draft, its entries, then posted. A key that was used gives the first transaction.

    Every entry carries the firm of the transaction, so that a firm reads its own transactions whole.
    Raises: NotBalanced, NotAnEntry.
    """
    check_balanced(entries)
    known = work.session.exec(select(LedgerTransaction).where(LedgerTransaction.idempotency_key == key)).one_or_none()
    if known is not None:
        return known
    row = work.add(
        LedgerTransaction(
            ref=work.next_reference("LTX"),
            kind=str(kind),
            currency=entries[0].currency,
            idempotency_key=key,
            description=description[:500],
            period_id=period_id,
            firm_id=firm_id,
            resolves_id=resolves_id,
        )
    )
    for entry in entries:
        work.session.add(
            LedgerEntry(
                created_at=work.at,
                transaction_id=key_of(row),
                account=account_of(entry),
                firm_id=firm_id,
                amount_minor=entry.amount_minor,
                currency=entry.currency,
                note=entry.facility or "",
            )
        )
    work.flush()
    row.state, row.posted_at = "posted", work.at
    work.flush()
    work.note(
        "ledger.posted",
        subject_kind="ledger",
        subject_ref=row.ref,
        firm_id=firm_id,
        after={"kind": row.kind, "key": key, "entries": len(entries)},
    )
    return row


def open_hold(reading: Reading, booking_ref: str) -> LedgerTransaction | None:
    """Return the hold of a booking that nothing has ended, or ``None``."""
    holds = _holds(reading, booking_ref)
    ended = {
        row.resolves_id
        for row in reading.session.exec(
            select(LedgerTransaction).where(col(LedgerTransaction.resolves_id).in_([one.id for one in holds]))
        )
    }
    return next((one for one in holds if one.id not in ended), None)


def _holds(reading: Reading, booking_ref: str) -> list[LedgerTransaction]:
    return list(
        reading.session.exec(
            select(LedgerTransaction)
            .where(
                col(LedgerTransaction.idempotency_key).startswith(f"hold:{booking_ref}:", autoescape=True),
                LedgerTransaction.kind == TransactionKind.PENDING,
            )
            .order_by(col(LedgerTransaction.id))
        )
    )


def hold_estimate(
    work: Work, *, booking_ref: str, firm_id: int, firm_ref: str, amount_minor: int | None, currency: str
) -> str | None:
    """Hold the estimate of a confirmed booking outside the balance; return the transaction's reference.

    Nothing is held where there is no estimate. A running hold of the same amount stays as it is; one of another
    amount is let go first.
    """
    running = open_hold(work, booking_ref)
    if running is not None:
        if amount_minor is not None and _held(work, running) == amount_minor and running.currency == currency:
            return running.ref
        release_hold(work, booking_ref=booking_ref, firm_ref=firm_ref, kind=TransactionKind.VOID)
    if not amount_minor:
        return None
    number = len(_holds(work, booking_ref)) + 1
    row = post(
        work,
        key=f"hold:{booking_ref}:{number}",
        entries=entries_of_hold(amount_minor, currency, member=firm_ref),
        description=f"Estimate of {booking_ref} for {firm_ref}",
        kind=TransactionKind.PENDING,
        firm_id=firm_id,
    )
    return row.ref


def _held(reading: Reading, hold: LedgerTransaction) -> int:
    amounts = reading.session.exec(select(LedgerEntry.amount_minor).where(LedgerEntry.transaction_id == hold.id))
    return max(amounts)


def release_hold(work: Work, *, booking_ref: str, firm_ref: str, kind: TransactionKind) -> str | None:
    """End the running hold of a booking: ``post`` when it was performed, ``void`` when it was not.

    The share itself is posted when the period closes, so a post lets the hold go as a void does. Asking again for what
    was done changes nothing; ``None`` where nothing was ever held.

    Raises: AlreadyResolved where the hold ended in the other way, NotAnEntry for another ``kind``.
    """
    hold = open_hold(work, booking_ref)
    if hold is None:
        return _ended_as(work, booking_ref, kind)
    held = entries_of_hold(_held(work, hold), hold.currency, member=firm_ref)
    row = post(
        work,
        key=f"end:{hold.idempotency_key}",
        entries=resolve_hold(held, actual=(), kind=kind, resolved=None),
        description=f"Hold of {booking_ref} ended ({kind})",
        kind=kind,
        firm_id=hold.firm_id,
        resolves_id=hold.id,
    )
    return row.ref


def _ended_as(reading: Reading, booking_ref: str, kind: TransactionKind) -> str | None:
    holds = _holds(reading, booking_ref)
    if not holds:
        return None
    last = reading.session.exec(select(LedgerTransaction).where(LedgerTransaction.resolves_id == holds[-1].id)).one()
    if last.kind != kind:
        raise AlreadyResolved(
            f"The hold of {booking_ref} has already been ended ({last.kind}).",
            field="kind",
            next_step="Look at the ledger of the firm.",
        )
    return last.ref
