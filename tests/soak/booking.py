"""Attempts to book half-days: what is asked, how it is asked, and the workers that ask.

Everybody wants the next free days of few auditors, and one request in five is sent twice, often at the same instant
by another process. Number ``n`` is the same request in every run.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from auditors.casework.tables import Audit
from auditors.roster.tables import Auditor
from pool.costs import ledger_service
from pool.costs.ledger_rules import TransactionKind, entries_of_hold
from pool.costs.tables import LedgerEntry, LedgerTransaction
from pool.kernel.clock import utc
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import AlreadyDone, Database, Once, Unavailable, Work, takes_numbers
from pool.members import service as members
from scheduling import service as scheduling
from scheduling.interval import HalfDay
from scheduling.tables import HalfDay as HalfDayRow
from tests.support.crowd import Log, log_path, shares

AT = utc(2026, 9, 7, 9)
PROCESSES = 8
AUDITORS = 4
FIRMS = 3
REPLAYS = 0.2
#: A replay repeats one of the last so many requests: its first sending may still be under way.
REACH = 24
#: So many requests in a row want the same few half-days.
CROWDED = 16
#: So often a page says "try again in a few seconds" before a worker gives up.
PATIENCE = 50
CONFIRMED = "booking.confirmed"


@dataclass(frozen=True)
class Attempt:
    """One request. ``team`` holds indexes of auditors, ``first`` is the ordinal of the first half-day."""

    origin: int
    firm: int
    team: tuple[int, ...]
    first: int
    length: int
    amount_minor: int

    @property
    def key(self) -> str:
        """Return the nonce; a replay has the one of its origin."""
        return f"{self.origin:032x}"

    @property
    def audit_ref(self) -> str:
        """Return the reference that every effect of this request carries."""
        return f"AUD-2026-{self.origin:05d}"

    @property
    def half_days(self) -> tuple[HalfDay, ...]:
        """Return the half-days asked for, of each in the team."""
        return tuple(HalfDay(self.first + n) for n in range(self.length))

    @property
    def takes_numbers(self) -> bool:
        """Tell whether it goes the product's whole way, which queues for its ledger number.

        The other half comes without a queue, so that nothing but the key of the table and the transaction decides.
        """
        return self.origin % 2 == 0


def attempt(n: int) -> Attempt:
    """Return request ``n``."""
    chance = random.Random(n)
    if n >= REACH and chance.random() < REPLAYS:
        return attempt(n - chance.randint(1, REACH))
    return Attempt(
        origin=n,
        firm=chance.randrange(FIRMS),
        team=tuple(chance.sample(range(AUDITORS), chance.choice((1, 1, 2)))),
        first=4_000 + n // CROWDED * 5 + chance.randrange(6),
        length=chance.randint(1, 4),
        amount_minor=chance.randint(1, 2_000_000),
    )


@dataclass(frozen=True)
class Pool:
    """The keys of the rows that requests speak of, and where the database is."""

    url: str
    firms: tuple[tuple[int, str], ...]
    auditors: tuple[int, ...]
    #: Key of the audit of request 0; those of the others follow.
    first_audit: int

    @cached_property
    def actors(self) -> tuple[Actor, ...]:
        """Return a manager of each firm."""
        return tuple(Actor(firm, firm, Office.FIRM_MANAGER, firm_id=firm, name="Manager") for firm, _ in self.firms)

    def audit_id(self, asked: Attempt) -> int:
        """Return the key of the request's audit."""
        return self.first_audit + asked.origin


def prepare(url: str, count: int) -> Pool:
    """Put firms, auditors and one audit per request into an empty, migrated database."""
    database = Database(url)
    try:
        return database.run_work(_prepare, url, count, actor=SYSTEM, at=AT)
    finally:
        database.dispose()


def _prepare(work: Work, url: str, count: int) -> Pool:
    firms = [
        members.admit_firm(
            work, name=f"Firm {letter}", country="DE", contact_email=f"{letter}@firm.example", joined_on=AT.date()
        )
        for letter in "ABC"[:FIRMS]
    ]
    auditors = [
        work.add(
            Auditor(
                ref=work.next_reference("AUR"), name=f"Auditor {n}", region="EU", day_rate_minor=90_000, currency="EUR"
            )
        )
        for n in range(AUDITORS)
    ]
    audits = [
        Audit(
            created_at=work.at,
            ref=f"AUD-2026-{n:05d}",
            kind="initial",
            tier="low",
            edition="2026-1",
            brief_digest="sha256:0",
            seed="0",
        )
        for n in range(count)
    ]
    work.session.add_all(audits)
    work.flush()
    keys = [audit.id or 0 for audit in audits]
    assert keys == list(range(keys[0], keys[0] + count))
    return Pool(url, tuple((f.id, f.ref) for f in firms), tuple(a.id or 0 for a in auditors), keys[0])


# --------------------------------------------------------------------------------------------------
# The ways to book


def book(work: Work, pool: Pool, asked: Attempt) -> str:
    """Book as the product does: half-days, memo entries and trace in one transaction."""
    firm_id, firm_ref = pool.firms[asked.firm]
    with work.as_pool():
        _give_half_days(work, pool, asked)
        if asked.takes_numbers:
            ledger_ref = ledger_service.hold_estimate(
                work,
                booking_ref=booking_ref(asked),
                firm_id=firm_id,
                firm_ref=firm_ref,
                amount_minor=asked.amount_minor,
                currency="EUR",
            )
        else:
            ledger_ref = _hold_without_number(work, pool, asked)
    work.note(CONFIRMED, subject_kind="booking", subject_ref=asked.audit_ref, firm_id=firm_id)
    return str(ledger_ref)


book_with_number = takes_numbers(lambda work, pool, asked: book(work, pool, asked))


def booking_ref(asked: Attempt) -> str:
    """Return the reference of the booking that a request makes."""
    return f"BKG-2026-{asked.origin:05d}"


def _give_half_days(work: Work, pool: Pool, asked: Attempt) -> None:
    scheduling.hold(
        work,
        audit_id=pool.audit_id(asked),
        audit_ref=asked.audit_ref,
        auditor_ids=[pool.auditors[n] for n in asked.team],
        half_days=asked.half_days,
    )
    scheduling.book(work, audit_id=pool.audit_id(asked))


def _hold_without_number(work: Work, pool: Pool, asked: Attempt) -> str:
    firm_id, firm_ref = pool.firms[asked.firm]
    row = work.add(
        LedgerTransaction(
            ref=f"LTX-{asked.origin:05d}",
            kind=TransactionKind.PENDING,
            currency="EUR",
            idempotency_key=f"hold:{booking_ref(asked)}:1",
            description="An estimate",
            firm_id=firm_id,
        )
    )
    for entry in entries_of_hold(asked.amount_minor, "EUR", member=firm_ref):
        work.add(
            LedgerEntry(
                transaction_id=row.id or 0,
                account=ledger_service.account_of(entry),
                firm_id=firm_id,
                amount_minor=entry.amount_minor,
                currency=entry.currency,
            )
        )
    row.state, row.posted_at = "posted", work.at
    work.flush()
    return row.ref


def by_the_service(pool: Pool, database: Database, asked: Attempt) -> tuple[str, str]:
    """Send one request as a page would, until there is an answer; return the outcome and what was told."""
    journey = book_with_number if asked.takes_numbers else book
    once = Once(asked.key, fingerprint=asked.key)
    for _ in range(PATIENCE):
        try:
            told = database.run_work(journey, pool, asked, actor=pool.actors[asked.firm], at=AT, once=once)
            return "booked", told
        except AlreadyDone as done:
            return "again", done.answer
        except scheduling.HalfDayTaken:
            return "taken", "-"
        except Unavailable:
            continue
    raise AssertionError(f"request {asked.origin} found the database away {PATIENCE} times")


def without_asking(pool: Pool, database: Database, asked: Attempt) -> tuple[str, str]:
    """Book by inserting, as a control: no look, no key."""
    return _naive(pool, database, asked, looks=False)


def after_a_look(pool: Pool, database: Database, asked: Attempt) -> tuple[str, str]:
    """Book by looking first and then inserting, with the drivers' defaults: the usual mistake, as a control."""
    return _naive(pool, database, asked, looks=True)


def after_a_look_and_some_work(pool: Pool, database: Database, asked: Attempt) -> tuple[str, str]:
    """Book in the same way, with the milliseconds that a page's other work takes between look and insert."""
    return _naive(pool, database, asked, looks=True, work_seconds=0.01)


def _naive(pool: Pool, database: Database, asked: Attempt, *, looks: bool, work_seconds: float = 0) -> tuple[str, str]:
    table = SQLModel.metadata.tables[HalfDayRow.__tablename__]
    cells = [(pool.auditors[n], half.ordinal) for n in asked.team for half in asked.half_days]
    wanted = sa.tuple_(table.c.auditor_id, table.c.half_day).in_(cells)
    for _ in range(PATIENCE):
        try:
            with database.engine.begin() as connection:
                if looks and connection.execute(sa.select(table.c.audit_id).where(wanted)).first() is not None:
                    return "taken", "-"
                time.sleep(random.uniform(0, work_seconds))
                values = {"audit_id": pool.audit_id(asked), "audit_ref": asked.audit_ref, "state": "booked"}
                rows = [values | {"auditor_id": a, "half_day": h, "booked_at": AT} for a, h in cells]
                connection.execute(table.insert(), rows)
            return "booked", "-"
        except OperationalError:
            continue
    raise AssertionError(f"request {asked.origin} found the database away {PATIENCE} times")


def careless(url: str) -> Database:
    """Open a database with the transactions that the drivers give by default."""
    database = Database(url)
    database.engine.dispose()
    database.engine = sa.create_engine(database.url, hide_parameters=True)
    return database


WAYS: dict[str, tuple[Callable[[str], Database], Callable[[Pool, Database, Attempt], tuple[str, str]]]] = {
    "service": (Database, by_the_service),
    "without asking": (careless, without_asking),
    "after a look": (careless, after_a_look),
    "after a look and some work": (careless, after_a_look_and_some_work),
}


def worker(share: int, pool: Pool, way: str, folder: Path, count: int) -> None:
    """Send every request of one share that has no line yet; write a line once it was answered."""
    # Why: the driver warns of every refused batch, and refusals are what this run is about.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    opened, send = WAYS[way]
    database, log = opened(pool.url), Log(log_path(folder, share))
    for n in shares(share, processes=PROCESSES, count=count, done=log.lines()):
        outcome, told = send(pool, database, attempt(n))
        log.append(f"{n} {outcome} {told}")
    log.close()
    database.dispose()


def drop_the_key(url: str) -> None:
    """Take away what keeps a half-day from being given twice."""
    database: Any = Database(url)
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("CREATE TABLE bare AS SELECT * FROM half_day")
            connection.exec_driver_sql("DROP TABLE half_day")
            connection.exec_driver_sql("ALTER TABLE bare RENAME TO half_day")
        else:
            connection.exec_driver_sql("ALTER TABLE half_day DROP CONSTRAINT pk_half_day")
    database.dispose()
