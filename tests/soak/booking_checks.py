"""What the database holds after a run of bookings, compared with what was acknowledged. Asks no code of the product."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from tests.soak.booking import CONFIRMED, Attempt, Pool, attempt, booking_ref

UNBALANCED = """
    SELECT count(*) FROM (
        SELECT t.id FROM ledger_transaction t LEFT JOIN ledger_entry e ON e.transaction_id = t.id
        GROUP BY t.id, t.state HAVING coalesce(sum(e.amount_minor), 1) <> 0 OR count(e.id) < 2 OR t.state <> 'posted'
    ) AS unbalanced"""
TOTAL = "SELECT coalesce(sum(amount_minor), 0) FROM ledger_entry"


@dataclass(frozen=True)
class Findings:
    """Counts of what must not be, and of what must have happened for them to mean anything."""

    #: Half-days given to two audits, as the rows say.
    double: int
    #: Half-days in two acknowledged bookings, as the acknowledgements say.
    double_by_word: int
    #: Acknowledged bookings of which anything is missing or differs.
    lost: int
    #: Nonces with two effects, a part of one, or one that nobody was told of.
    not_once: int
    #: Nonces that were told different things.
    told_differently: int
    #: Ledger transactions that do not sum to zero, have fewer than two entries or are not posted.
    unbalanced: int
    booked: int
    again: int
    taken: int


@dataclass(frozen=True)
class _Effects:
    half_days: dict[str, list[tuple[int, int]]]
    ledger: dict[str, str]
    notes: Counter[str]
    nonces: dict[str, str]


def findings(connection: sa.Connection, pool: Pool, lines: Iterable[str]) -> Findings:
    """Compare the rows with the acknowledged lines."""
    told: dict[Attempt, set[str]] = defaultdict(set)
    outcomes: Counter[str] = Counter()
    for line in lines:
        n, outcome, answer = line.split(" ")
        outcomes[outcome] += 1
        if outcome != "taken":
            told[attempt(int(n))].add(answer)
    effects = _effects(connection)
    cells = Counter(cell for asked in told for cell in _cells(pool, asked))
    return Findings(
        double=_double(connection),
        double_by_word=sum(1 for count in cells.values() if count > 1),
        lost=sum(1 for asked, answers in told.items() if not _whole(pool, effects, asked, answers)),
        not_once=_not_once(effects, {asked.audit_ref: asked for asked in told}),
        told_differently=sum(1 for answers in told.values() if len(answers) > 1),
        unbalanced=unbalanced(connection),
        booked=outcomes["booked"],
        again=outcomes["again"],
        taken=outcomes["taken"],
    )


def unbalanced(connection: sa.Connection) -> int:
    """Return how many transactions are not whole, as this reader sees the ledger now."""
    count = int(connection.execute(sa.text(UNBALANCED)).scalar_one())
    return count or int(connection.execute(sa.text(TOTAL)).scalar_one() != 0)


def _double(connection: sa.Connection) -> int:
    query = (
        "SELECT count(*) FROM (SELECT 1 FROM half_day GROUP BY auditor_id, half_day HAVING count(*) > 1) AS given_twice"
    )
    return int(connection.execute(sa.text(query)).scalar_one())


def _cells(pool: Pool, asked: Attempt) -> list[tuple[int, int]]:
    return sorted((pool.auditors[n], half.ordinal) for n in asked.team for half in asked.half_days)


def _effects(connection: sa.Connection) -> _Effects:
    half_days: dict[str, list[tuple[int, int]]] = defaultdict(list)
    rows = connection.execute(
        sa.text(
            "SELECT audit_ref, auditor_id, half_day FROM half_day WHERE state = 'booked' ORDER BY auditor_id, half_day"
        )
    )
    for ref, auditor, half_day in rows:
        half_days[ref].append((auditor, half_day))
    ledger = connection.execute(sa.text("SELECT idempotency_key, ref FROM ledger_transaction"))
    notes = connection.execute(sa.text("SELECT subject_ref FROM activity WHERE verb = :verb"), {"verb": CONFIRMED})
    nonces = connection.execute(sa.text("SELECT key, answer FROM once_key"))
    return _Effects(
        half_days,
        {row.idempotency_key: row.ref for row in ledger},
        Counter(notes.scalars()),
        {row.key: row.answer for row in nonces},
    )


def _whole(pool: Pool, effects: _Effects, asked: Attempt, answers: set[str]) -> bool:
    return (
        effects.half_days.get(asked.audit_ref) == _cells(pool, asked)
        and {effects.ledger.get(f"hold:{booking_ref(asked)}:1")} == answers
        and {effects.nonces.get(asked.key)} == answers
        and effects.notes[asked.audit_ref] == 1
    )


def _not_once(effects: _Effects, told: dict[str, Attempt]) -> int:
    of_ledger = Counter(f"AUD{key.split(':')[1].removeprefix('BKG')}" for key in effects.ledger)
    of_nonces = Counter(f"AUD-2026-{int(key, 16):05d}" for key in effects.nonces)
    refs = {*effects.half_days, *of_ledger, *of_nonces, *effects.notes}
    return sum(
        1 for ref in refs if (ref not in told or (of_ledger[ref], of_nonces[ref], effects.notes[ref]) != (1, 1, 1))
    )
