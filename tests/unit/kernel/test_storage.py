"""Transactions: one effect per key, gapless numbers, append-only rows, lost updates kept as a measurement."""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from pool.kernel.clock import now, utc
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import AlreadyDone, BrokenRule, Database, Once, OtherRequest, ReasonTooLong, Work
from pool.kernel.traces import Activity, Approval, Series
from tests.support.people import seed

AT = utc(2026, 9, 2)


def _number(work: Work) -> int:
    return work.next_number("TST", 2026)


def test_work_when_the_journey_fails_leaves_nothing(database: Database) -> None:
    def fails(work: Work) -> None:
        work.next_number("TST", 2026)
        work.note("try", subject_kind="test", subject_ref="1")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        database.run_work(fails, actor=SYSTEM, at=AT)
    assert database.run_work(_number, actor=SYSTEM, at=AT) == 1
    with database.reading(SYSTEM, AT) as reading:
        assert reading.session.exec(select(Activity)).all() == []


def test_once_when_the_key_comes_again_answers_the_same_and_does_nothing(database: Database) -> None:
    once = Once("a" * 20, "print", lambda result: f"/seen/{result}")
    assert database.run_work(_number, actor=SYSTEM, at=AT, once=once) == 1
    with pytest.raises(AlreadyDone) as again:
        database.run_work(_number, actor=SYSTEM, at=AT, once=once)
    assert again.value.answer == "/seen/1"
    with pytest.raises(OtherRequest):
        database.run_work(_number, actor=SYSTEM, at=AT, once=Once("a" * 20, "other"))
    assert database.run_work(_number, actor=SYSTEM, at=AT) == 2


def test_reason_longer_than_the_activity_keeps_is_refused_and_that_of_the_work_is_cut(database: Database) -> None:
    def notes(work: Work, given: str | None) -> None:
        work.note("did", subject_kind="test", subject_ref="1", reason=given)

    with pytest.raises(ReasonTooLong):
        database.run_work(notes, "x" * 2001, actor=SYSTEM, at=AT)
    database.run_work(notes, "x" * 2000, actor=SYSTEM, at=AT)
    database.run_work(notes, None, actor=SYSTEM, at=AT, reason="y" * 3000)
    with database.reading(SYSTEM, AT) as reading:
        assert list(reading.session.exec(select(Activity.reason))) == ["x" * 2000, "y" * 2000]


def test_append_only_rows_refuse_change_and_removal(database: Database) -> None:
    database.run_work(lambda work: work.note("did", subject_kind="test", subject_ref="1"), actor=SYSTEM, at=AT)
    for statement in ("UPDATE activity SET verb = 'other'", "DELETE FROM activity"):
        with (
            pytest.raises(sa.exc.DBAPIError, match=r"never changed|permission denied"),
            database.engine.begin() as connection,
        ):
            connection.execute(sa.text(statement))
    with database.reading(SYSTEM, AT) as reading:
        assert [row.verb for row in reading.session.exec(select(Activity))] == ["did"]


def test_approval_when_one_person_gives_both_words_is_refused(database: Database) -> None:
    pool = seed(database)

    def approve(work: Work, position: int) -> None:
        work.add(
            Approval(
                rule="close_period",
                subject_ref="PER-1",
                content_digest="sha256:1",
                position=position,
                person_id=work.actor.person_id or 0,
                seat_id=work.actor.seat_id or 0,
                office=str(work.actor.office),
                at=work.at,
            )
        )

    database.run_work(approve, 1, actor=pool.tess, at=AT)
    with pytest.raises(BrokenRule):
        database.run_work(approve, 2, actor=pool.tess, at=AT)
    database.run_work(approve, 2, actor=pool.amos, at=AT)


def _count_up(url: str, times: int, careful: bool, start: Barrier) -> None:
    if careful:
        database = Database(url)
        start.wait()
        for _ in range(times):
            database.run_work(_number, actor=SYSTEM, at=now())
        database.dispose()
        return
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    table = sa.table("series", sa.column("last"), sa.column("prefix"))
    done = 0
    start.wait()
    while done < times:
        try:
            with engine.begin() as connection:
                last = connection.execute(sa.select(table.c.last).where(table.c.prefix == "TST")).scalar_one()
                time.sleep(0.001)  # the time a program takes to think between reading and writing
                connection.execute(sa.update(table).where(table.c.prefix == "TST").values(last=last + 1))
            done += 1
        except sa.exc.OperationalError:
            continue
    engine.dispose()


def _in_processes(url: str, times: int, *, careful: bool) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(4)
    processes = [context.Process(target=_count_up, args=(url, times, careful, start)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
        assert process.exitcode == 0


def _last(database: Database) -> Any:
    with database.reading(SYSTEM, AT) as reading:
        return reading.session.exec(select(Series.last).where(Series.prefix == "TST")).one()


def test_defaults_of_the_driver_lose_updates_and_run_work_does_not(database: Database, database_url: str) -> None:
    """Keep the measurement that the transaction rules rest on. Source: ecosystem.md 2.2 of the design."""
    database.run_work(_number, actor=SYSTEM, at=AT)
    _in_processes(database_url, 50, careful=False)
    with_defaults = _last(database)
    assert with_defaults < 201, "the control found no lost update: it proves nothing"
    _in_processes(database_url, 25, careful=True)
    assert _last(database) == with_defaults + 100
