"""A new sign-in by two administrators: who may give which word, what the link opens, and what ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import update
from sqlmodel import select

from pool.journeys import people, reset, signin
from pool.kernel.clock import utc
from pool.kernel.history import activity_of
from pool.kernel.refusals import Conflict, Forbidden, Invalid, Missing, Refusal
from pool.kernel.roles import PUBLIC, SYSTEM, Actor, Office
from pool.kernel.storage import BrokenRule, Database, Work
from pool.kernel.traces import Approval
from pool.members import queries, resets, service
from pool.members.tables import CredentialReset
from tests.support.people import PASSWORD, Pool, seed

AT = utc(2026, 9, 2, 9)
NEW = "nine grey geese over the marsh"
MILO = "milo@pool.example"


@pytest.fixture
def pool(database: Database) -> Pool:
    return seed(database)


@pytest.fixture
def vera(pool: Pool) -> Actor:
    """Give a second administrator."""
    return administrator(pool, "Vera Lind", "vera@pool.example")


def administrator(pool: Pool, name: str, email: str) -> Actor:
    def make(work: Work) -> Actor:
        person = service.add_person(work, name=name, email=email, password=PASSWORD, is_demo=True)
        return service.give_seat(work, person_id=person.id, office=Office.ADMINISTRATOR).actor()

    return pool.database.run_work(make, actor=SYSTEM, at=AT)


def asked(pool: Pool, email: str = MILO, at: datetime = AT) -> resets.ResetView:
    return pool.database.run_work(reset.ask_reset, email=email, reason="called back", actor=pool.amos, at=at)


def confirmed(pool: Pool, vera: Actor, at: datetime = AT) -> str:
    found = asked(pool, at=at)
    return pool.database.run_work(
        reset.confirm_reset, reset=found.public_id, seen=found.content_digest, actor=vera, at=at
    )


def take(pool: Pool, token: str, at: datetime = AT, password: str = NEW) -> signin.SignInResult:
    return pool.database.run_work(reset.take_reset, token=token, password=password, actor=PUBLIC, at=at)


def right(pool: Pool, password: str) -> bool:
    with pool.database.reading(SYSTEM, AT) as reading:
        found = queries.credentials_of(reading, MILO)
    assert found is not None
    return service.verify_password(found[1], password)


def session_of_milo(pool: Pool) -> str:
    token = pool.database.run_work(
        signin.begin_session, person_id=pool.milo.person_id, seat_id=pool.milo.seat_id, data={}, actor=PUBLIC, at=AT
    )
    return service.token_digest(token)


def is_signed_in(pool: Pool, digest: str) -> bool:
    with pool.database.reading(SYSTEM, AT) as reading:
        return queries.signed_in(reading, digest) is not None


def test_link_sets_a_new_password_and_forgets_the_second_factor(pool: Pool, vera: Actor) -> None:
    def enrol(work: Work) -> None:
        secret = service.prepare_second_factor(work, person_id=pool.milo.person_id or 0)
        code = pyotp.TOTP(secret).at(int(AT.timestamp()))
        assert service.use_second_factor(work, person_id=pool.milo.person_id or 0, code=code)

    pool.database.run_work(enrol, actor=SYSTEM, at=AT)
    before = session_of_milo(pool)
    token = confirmed(pool, vera)
    assert not is_signed_in(pool, before), "the second word ends every session"
    between = session_of_milo(pool)
    result = take(pool, token)
    assert (result.person_id, result.has_second_factor) == (pool.milo.person_id, False)
    assert not is_signed_in(pool, between), "the new password ends every session"
    assert right(pool, NEW) and not right(pool, PASSWORD)
    with pool.database.reading(SYSTEM, AT) as reading:
        assert queries.second_factor_of(reading, pool.milo.person_id or 0) == (None, None, False)
        person = queries.person_by_email(reading, MILO)
        assert person is not None
        verbs = [one.verb for one in activity_of(reading, person.public_id)]
        words = reading.session.exec(select(Approval).where(Approval.rule == resets.RULE)).all()
    assert {"ask_reset", "confirm_reset", "take_reset"} <= set(verbs)
    assert {(one.position, one.person_id) for one in words} == {(1, pool.amos.person_id), (2, vera.person_id)}


def test_link_opens_once_and_not_after_its_day(pool: Pool, vera: Actor) -> None:
    token = confirmed(pool, vera)
    with pytest.raises(Missing):
        take(pool, token, at=AT + resets.LINK_LIFE)
    with pytest.raises(Invalid):
        take(pool, token, password="short")
    take(pool, token)
    with pytest.raises(Missing):
        take(pool, token)
    assert right(pool, NEW)


def test_link_is_kept_as_its_digest_only(pool: Pool, vera: Actor) -> None:
    token = confirmed(pool, vera)
    with pool.database.reading(SYSTEM, AT) as reading:
        row = reading.session.exec(select(CredentialReset)).one()
    assert row.token_digest == service.token_digest(token) and token not in str(row)


def test_second_word_of_the_first_person_or_the_person_concerned_is_refused(pool: Pool, vera: Actor) -> None:
    found = asked(pool)
    with pytest.raises(Forbidden):
        pool.database.run_work(
            reset.confirm_reset, reset=found.public_id, seen=found.content_digest, actor=pool.amos, at=AT
        )
    own = asked(pool, "vera@pool.example")
    with pytest.raises(Forbidden):
        pool.database.run_work(reset.confirm_reset, reset=own.public_id, seen=own.content_digest, actor=vera, at=AT)
    with pytest.raises(Forbidden):
        asked(pool, "amos@pool.example")


@pytest.mark.parametrize("column", ["asked_by", "person_id"])
def test_second_word_of_one_of_them_is_refused_by_the_database_itself(pool: Pool, column: str) -> None:
    found = asked(pool)

    def force(work: Work) -> None:
        row = work.session.exec(select(CredentialReset)).one()
        work.session.execute(
            update(CredentialReset).values(
                confirmed_by=getattr(row, column), confirmed_at=AT, token_digest=service.token_digest("made up")
            )
        )

    with pytest.raises(BrokenRule):
        pool.database.run_work(force, actor=SYSTEM, at=AT)
    with pool.database.reading(SYSTEM, AT) as reading:
        assert resets.reset(reading, found.public_id).state == "requested"


def test_second_word_for_other_content_than_was_shown_is_refused(pool: Pool, vera: Actor) -> None:
    found = asked(pool)

    def change(work: Work) -> None:
        work.session.exec(select(CredentialReset)).one().reason = "another reason"
        work.flush()

    with pytest.raises(Conflict):
        pool.database.run_work(reset.confirm_reset, reset=found.public_id, seen="sha256:0", actor=vera, at=AT)
    pool.database.run_work(change, actor=SYSTEM, at=AT)
    with pytest.raises(Conflict):
        pool.database.run_work(reset.confirm_reset, reset=found.public_id, seen=found.content_digest, actor=vera, at=AT)


def test_first_word_of_somebody_who_left_the_office_does_not_count(pool: Pool, vera: Actor) -> None:
    found = asked(pool)
    with pool.database.reading(SYSTEM, AT) as reading:
        (seat,) = queries.seats_of_person(reading, pool.amos.person_id or 0)
    later = AT + timedelta(minutes=1)
    pool.database.run_work(people.end_seat, seat=seat.public_id, reason="left", actor=vera, at=later)
    with pytest.raises(Conflict):
        pool.database.run_work(
            reset.confirm_reset, reset=found.public_id, seen=found.content_digest, actor=vera, at=later
        )


def test_reset_that_waits_too_long_ends(pool: Pool, vera: Actor) -> None:
    found = asked(pool)
    late = AT + resets.ASKED_LIFE
    with pytest.raises(Conflict):
        pool.database.run_work(
            reset.confirm_reset, reset=found.public_id, seen=found.content_digest, actor=vera, at=late
        )
    assert asked(pool, at=late).state == "requested", "another may be asked for"


def test_link_that_was_withdrawn_opens_nothing(pool: Pool, vera: Actor) -> None:
    token = confirmed(pool, vera)
    with pytest.raises(Conflict):
        asked(pool)
    with pool.database.reading(pool.amos, AT) as reading:
        (found,) = reset.listed(reading)
    pool.database.run_work(reset.withdraw_reset, reset=found.public_id, actor=pool.amos, at=AT)
    with pytest.raises(Missing):
        take(pool, token)
    assert right(pool, PASSWORD)


def test_link_of_an_account_that_was_closed_opens_nothing(pool: Pool, vera: Actor) -> None:
    token = confirmed(pool, vera)
    pool.database.run_work(people.close_account, email=MILO, reason="left", actor=pool.amos, at=AT)
    with pytest.raises(Missing):
        take(pool, token)


@pytest.mark.parametrize("who", ["mara", "rita", "ada", "ivo"])
def test_reset_by_another_seat_is_refused(pool: Pool, who: str) -> None:
    found = asked(pool)
    other = pool.actors[who]
    acts: tuple[tuple[Any, dict[str, Any]], ...] = (
        (reset.ask_reset, {"email": "ben@pool.example", "reason": "x"}),
        (reset.confirm_reset, {"reset": found.public_id, "seen": found.content_digest}),
        (reset.withdraw_reset, {"reset": found.public_id}),
    )
    for journey, named in acts:
        with pytest.raises(Forbidden):
            pool.database.run_work(journey, **named, actor=other, at=AT)
    with pool.database.reading(other, AT) as reading, pytest.raises(Refusal):
        reset.listed(reading)
