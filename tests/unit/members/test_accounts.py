"""Accounts and seats: who may end what, and that rights end at once."""

from __future__ import annotations

import pytest

from pool.journeys import people, signin
from pool.kernel.clock import utc
from pool.kernel.refusals import Conflict, Forbidden, Invalid, Missing
from pool.kernel.roles import PUBLIC, SYSTEM
from pool.kernel.storage import Database
from pool.members import queries, service
from tests.support.people import Pool, seed

AT = utc(2026, 9, 2, 9)


@pytest.fixture
def pool(database: Database) -> Pool:
    return seed(database)


def _seat_of(pool: Pool, email: str) -> str:
    with pool.database.reading(SYSTEM, AT) as reading:
        person = queries.person_by_email(reading, email)
        assert person is not None
        (seat,) = queries.seats_of_person(reading, person.id)
    return seat.public_id


def test_account_when_closed_has_no_session_left(pool: Pool) -> None:
    token = pool.database.run_work(
        signin.begin_session,
        person_id=pool.milo.person_id,
        seat_id=pool.milo.seat_id,
        data={},
        actor=PUBLIC,
        at=AT,
    )
    digest = service.token_digest(token)
    with pool.database.reading(SYSTEM, AT) as reading:
        assert queries.signed_in(reading, digest) is not None
    pool.database.run_work(
        people.close_account, email="milo@pool.example", reason="left the firm", actor=pool.amos, at=AT
    )
    with pool.database.reading(SYSTEM, AT) as reading:
        assert queries.signed_in(reading, digest) is None


@pytest.mark.parametrize("who", ["mara", "pia", "ada", "dora"])
def test_account_when_closed_by_another_seat_is_refused(pool: Pool, who: str) -> None:
    with pytest.raises(Forbidden):
        pool.database.run_work(
            people.close_account, email="milo@pool.example", reason="no", actor=pool.actors[who], at=AT
        )


def test_account_of_the_administrator_is_not_closed_by_himself(pool: Pool) -> None:
    with pytest.raises(Invalid):
        pool.database.run_work(people.close_account, email="amos@pool.example", reason="me", actor=pool.amos, at=AT)


def test_seat_of_a_firm_is_not_the_administrators_to_end(pool: Pool) -> None:
    with pytest.raises(Missing):
        pool.database.run_work(
            people.end_seat, seat=_seat_of(pool, "milo@pool.example"), reason="no", actor=pool.amos, at=AT
        )


@pytest.mark.parametrize(("email", "who"), [("mara@pool.example", "mara"), ("amos@pool.example", "amos")])
def test_last_manager_and_last_administrator_stay(pool: Pool, email: str, who: str) -> None:
    with pytest.raises(Conflict, match="last"):
        pool.database.run_work(people.end_seat, seat=_seat_of(pool, email), reason="x", actor=pool.actors[who], at=AT)
