"""Histories of transactions that read and append to a few lists, and a checker that finds what no order explains.

Each list shows the order of its appends, so the order of the transactions that made them can be read off: who wrote
after whom (ww), who read whom (wr), who read before whom wrote (rw). A cycle in these means that no serial order gives
this history. Source: Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations", 2020.
"""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from pool.kernel.clock import utc
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import APP_ROLE, Database, Unavailable, Work
from tests.support.crowd import Log, log_path, shares

AT = utc(2026, 9, 7, 9)
LISTS = 8
PROCESSES = 8
PATIENCE = 200
READ = sa.text("SELECT items FROM history_list WHERE id = :id")
WRITE = sa.text("UPDATE history_list SET items = :items WHERE id = :id")

#: ("r", list, items seen) or ("a", list, value appended).
Step = tuple[str, int, Any]


@dataclass(frozen=True)
class History:
    """The steps of every committed transaction, by its number, and what each list held at the end."""

    transactions: dict[int, list[Step]]
    final: dict[int, list[int]]


@dataclass(frozen=True)
class Anomalies:
    """Counts of what a serial order forbids."""

    #: Acknowledged appends that the final list does not hold.
    lost: int
    #: Reads that are not the beginning of the final list.
    torn: int
    #: Groups of transactions each of which must come before the others.
    cycles: int


def prepare(url: str) -> None:
    """Make empty lists in a migrated database."""
    database = Database(url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE history_list (id BIGINT PRIMARY KEY, items TEXT NOT NULL)")
        connection.execute(
            sa.text("INSERT INTO history_list VALUES (:id, '')"), [{"id": number} for number in range(LISTS)]
        )
        if not database.is_sqlite:
            connection.exec_driver_sql(f"GRANT SELECT, UPDATE ON history_list TO {APP_ROLE}")
    database.dispose()


def steps(connection: sa.Connection, n: int) -> list[Step]:
    """Do transaction ``n``: two to four steps, each a read, or a read and an append."""
    chance = random.Random(n)
    done: list[Step] = []
    # Why in order: two that wait for each other stand still until the database notices, and no anomaly needs that.
    for place, number in enumerate(sorted(chance.choices(range(LISTS), k=chance.randint(2, 4)))):
        appends = chance.random() < 0.5
        seen = str(connection.execute(READ, {"id": number}).scalar_one())
        time.sleep(random.uniform(0, 0.002))
        if appends:
            value = n * 10 + place
            connection.execute(WRITE, {"id": number, "items": f"{seen} {value}".strip()})
            done.append(("a", number, value))
        else:
            done.append(("r", number, [int(item) for item in seen.split()]))
    return done


def by_run_work(database: Database, n: int) -> list[Step]:
    """Do it as a journey."""

    def journey(work: Work) -> list[Step]:
        return steps(work.session.connection(), n)

    for _ in range(PATIENCE):
        try:
            return database.run_work(journey, actor=SYSTEM, at=AT)
        except Unavailable:
            continue
    raise AssertionError(f"transaction {n} found the database away {PATIENCE} times")


def plainly(database: Database, n: int) -> list[Step]:
    """Do it in a transaction of the engine, and again where the database refuses it."""
    for _ in range(PATIENCE):
        try:
            with database.engine.begin() as connection:
                return steps(connection, n)
        except DBAPIError:
            continue
    raise AssertionError(f"transaction {n} was refused {PATIENCE} times")


def _weaker(url: str, **options: Any) -> Database:
    database = Database(url)
    database.engine.dispose()
    database.engine = sa.create_engine(database.url, **options)
    return database


#: How each level is opened, and how a transaction is done in it.
LEVELS: dict[str, tuple[Callable[[str], Database], Callable[[Database, int], list[Step]]]] = {
    "run_work": (Database, by_run_work),
    "defaults of the driver": (_weaker, plainly),
    "repeatable read": (lambda url: _weaker(url, isolation_level="REPEATABLE READ"), plainly),
}


def worker(share: int, url: str, level: str, folder: Path, count: int) -> None:
    """Do the transactions of one share; write each down once it was committed."""
    opened, do = LEVELS[level]
    database, log = opened(url), Log(log_path(folder, share))
    for n in shares(share, processes=PROCESSES, count=count, done=log.lines()):
        log.append(f"{n} {json.dumps(do(database, n))}")
    log.close()
    database.dispose()


def history(url: str, lines: Iterable[str]) -> History:
    """Return what was acknowledged and what the lists hold now."""
    transactions: dict[int, list[Step]] = {}
    for line in lines:
        n, _, text = line.partition(" ")
        transactions[int(n)] = [(kind, number, value) for kind, number, value in json.loads(text)]
    database = Database(url)
    with database.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT id, items FROM history_list")).all()
    database.dispose()
    return History(transactions, {number: [int(item) for item in items.split()] for number, items in rows})


# --------------------------------------------------------------------------------------------------
# The checker


def anomalies(found: History) -> Anomalies:
    """Return what no serial order explains."""
    writer = {
        (number, value): n for n, done in found.transactions.items() for kind, number, value in done if kind == "a"
    }
    kept = {(number, value) for number, items in found.final.items() for value in items}
    torn = 0
    after: dict[int, set[int]] = defaultdict(set)

    def order(first: int | None, second: int | None) -> None:
        if first is not None and second is not None and first != second:
            after[first].add(second)

    for number, items in found.final.items():
        for one, next_one in pairwise(items):
            order(writer.get((number, one)), writer.get((number, next_one)))
    for n, done in found.transactions.items():
        for kind, number, value in done:
            if kind != "r":
                continue
            final = found.final[number]
            if value != final[: len(value)]:
                torn += 1
            order(writer.get((number, value[-1])) if value else None, n)
            if len(value) < len(final):
                order(n, writer.get((number, final[len(value)])))
    return Anomalies(len(writer.keys() - kept), torn, len(knots(after)))


def knots(after: dict[int, set[int]]) -> list[Sequence[int]]:
    """Return the strongly connected groups of more than one node. Source: Tarjan 1972, without recursion."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    standing: set[int] = set()
    found: list[Sequence[int]] = []
    for root in list(after):
        if root in index:
            continue
        path = [(root, iter(sorted(after[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        standing.add(root)
        while path:
            node, rest = path[-1]
            following = next(rest, None)
            if following is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
                if low[node] == index[node]:
                    group: list[int] = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        standing.discard(group[-1])
                    if len(group) > 1:
                        found.append(group)
            elif following not in index:
                index[following] = low[following] = len(index)
                stack.append(following)
                standing.add(following)
                path.append((following, iter(sorted(after.get(following, ())))))
            elif following in standing:
                low[node] = min(low[node], index[following])
    return found
