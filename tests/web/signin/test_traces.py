"""What signing in leaves behind: every session's begin and end, and nothing for longer than somebody needs it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, func, select

from pool.journeys import signin
from pool.journeys.daily import forget
from pool.kernel.clock import now
from pool.kernel.roles import PUBLIC, SYSTEM
from pool.kernel.storage import Database
from pool.kernel.traces import Activity
from pool.members.queries import second_factor_of
from pool.members.tables import SignInAttempt, SignInSession
from tests.support.people import seed
from tests.support.web import get_page, post
from tests.web.signin.conftest import PASSWORD, House


def traces(house: House) -> list[tuple[str, str, bool]]:
    """Return what was noted of sessions: who, what, and whether a seat was named."""
    with house.database.reading(SYSTEM, now()) as reading:
        rows = reading.session.exec(
            select(Activity).where(Activity.subject_kind == "session").order_by(col(Activity.id))
        ).all()
    return [(row.name, row.verb, row.seat_id is not None) for row in rows]


def test_sign_in_seat_change_and_sign_out_leave_their_traces(house: House) -> None:
    client = house.signed_in("rita@pool.example")
    post(client, f"/seats/{house.seats['rita']}", on="/seats")
    post(client, "/sign-out", on="/account")
    name = house.rita.name
    begun, ended = (name, "begin", False), (name, "end", False)
    assert traces(house) == [begun, ended, begun, ended, (name, "begin", True), (name, "end", True)]


def test_second_factor_key_is_another_one_at_every_sign_in_until_it_is_set_up(house: House) -> None:
    pages = []
    for _ in range(2):
        client = house.browser()
        assert post(client, "/sign-in", {"email": "nils@orchid.example", "password": PASSWORD}).status_code == 303
        pages.append(get_page(client, "/sign-in/enrol"))
    with house.database.reading(SYSTEM, now()) as reading:
        secret = second_factor_of(reading, house.nils.id)[0]
    assert secret is not None
    assert [secret in page for page in pages] == [False, True]


@pytest.mark.parametrize(("days", "left"), [(0, 1), (40, 0)])
def test_old_sessions_and_attempts_are_forgotten_by_the_clock(database: Database, days: int, left: int) -> None:
    seed(database)
    at = now()
    database.run_work(signin.begin_session, person_id=None, seat_id=None, data={}, actor=PUBLIC, at=at)
    database.run_work(
        signin.sign_in, email="nobody@x.example", password="wrong", address_digest="d", actor=PUBLIC, at=at
    )
    later = at + timedelta(days=days)
    database.run_work(forget, actor=SYSTEM, at=later)
    with database.reading(SYSTEM, later) as reading:
        assert reading.session.exec(select(func.count()).select_from(SignInSession)).one() == left
        assert reading.session.exec(select(func.count()).select_from(SignInAttempt)).one() == left * 3
