"""One effect per nonce, also where the same request comes eight times at the same instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlmodel import col, func, select

from pool.kernel.clock import utc
from pool.kernel.refusals import Invalid, Refusal
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import AlreadyDone, Database, Once, OtherRequest, Work
from pool.kernel.traces import Activity, OnceKey
from tests.support.counts import count

AT = utc(2026, 9, 2)
REQUESTS = 8
ROUNDS = count(test=6, soak=300)
MARA = Actor(1, 1, Office.REGISTRAR, name="Mara")
BEN = Actor(2, 2, Office.REGISTRAR, name="Ben")

pytestmark = pytest.mark.soak_part("histories")


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    """Give as many threads as there are requests."""
    with ThreadPoolExecutor(REQUESTS) as threads:
        yield threads


def do(work: Work, subject: str) -> str:
    """Have an effect that can be counted; the answer is another one each time."""
    work.note("test.done", subject_kind="test", subject_ref=subject)
    return work.next_reference("TST")


def told(database: Database, once: Once, *, subject: str, actor: Actor = MARA) -> str:
    """Send a request; return what a page would show."""
    try:
        return once.answer(database.run_work(do, subject, actor=actor, at=AT, once=once))
    except AlreadyDone as done:
        return done.answer


def at_once(crowd: ThreadPoolExecutor, send: Callable[[int], str]) -> list[str]:
    """Send eight requests at the same instant; return what each was told."""
    start = Barrier(REQUESTS)

    def one(n: int) -> str:
        start.wait()
        return send(n)

    return list(crowd.map(one, range(REQUESTS)))


def _send(database: Database, once: Once, subject: str, _n: int) -> str:
    return told(database, once, subject=subject)


def effects(database: Database, subject: str) -> int:
    """Return how often a request had its effect."""
    with database.reading(SYSTEM, AT) as reading:
        return int(
            reading.session.exec(
                select(func.count()).select_from(Activity).where(col(Activity.subject_ref) == subject)
            ).one()
        )


def test_request_when_it_comes_eight_times_at_once_has_one_effect_and_one_answer(
    database: Database, crowd: ThreadPoolExecutor
) -> None:
    for n in range(ROUNDS):
        once = Once(f"nonce-{n}", "print", lambda result: f"/seen/{result}")
        answers = at_once(crowd, partial(_send, database, once, f"S-{n}"))
        assert answers == [f"/seen/TST-2026-{n + 1:04d}"] * REQUESTS
        assert effects(database, f"S-{n}") == 1


def test_requests_when_their_nonces_differ_have_an_effect_each(database: Database, crowd: ThreadPoolExecutor) -> None:
    answers = at_once(crowd, lambda n: told(database, Once(f"nonce-{n}", "print"), subject="S"))
    assert sorted(answers) == [f"TST-2026-{n:04d}" for n in range(1, REQUESTS + 1)]
    assert effects(database, "S") == REQUESTS


def test_nonce_when_two_persons_use_the_same_belongs_to_each(database: Database) -> None:
    once = Once("nonce", "print")
    assert told(database, once, subject="S", actor=MARA) == "TST-2026-0001"
    assert told(database, once, subject="S", actor=BEN) == "TST-2026-0002"
    assert told(database, once, subject="S", actor=MARA) == "TST-2026-0001"


def test_nonce_when_it_comes_at_once_with_other_content_is_refused_or_first(
    database: Database, crowd: ThreadPoolExecutor
) -> None:
    def send(n: int) -> str:
        try:
            return told(database, Once("nonce", f"print-{n % 2}"), subject=f"S-{n % 2}")
        except OtherRequest:
            return "refused"

    answers = at_once(crowd, send)
    assert sorted(answers) == sorted(["TST-2026-0001"] * (REQUESTS // 2) + ["refused"] * (REQUESTS // 2))
    assert effects(database, "S-0") + effects(database, "S-1") == 1


def test_nonce_when_the_request_was_refused_can_be_used_again(database: Database) -> None:
    def refuse(work: Work) -> str:
        do(work, "S")
        raise Invalid("Not so.", field="name", next_step="Give a name.")

    once = Once("nonce", "print")
    with pytest.raises(Refusal):
        database.run_work(refuse, actor=MARA, at=AT, once=once)
    assert effects(database, "S") == 0
    assert told(database, once, subject="S") == "TST-2026-0001"


def test_nonces_when_a_week_has_passed_are_forgotten(database: Database) -> None:
    told(database, Once("old", "print"), subject="S")
    assert database.forget_once_keys(utc(2026, 9, 8, 23)) == 0
    assert database.forget_once_keys(utc(2026, 9, 10)) == 1
    with database.reading(SYSTEM, AT) as reading:
        assert reading.session.exec(select(OnceKey)).all() == []
