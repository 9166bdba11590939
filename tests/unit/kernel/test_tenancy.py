"""The three fences of tenancy, each with the other two switched off. Source: trust.md 4.5 of the design."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, ProgrammingError, StatementError
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from pool.kernel.clock import utc
from pool.kernel.fences import policies_of
from pool.kernel.ids import new_public_id
from pool.kernel.roles import PUBLIC, Actor
from pool.kernel.rows import Fenced
from pool.kernel.storage import Database, ForeignRow, PoolWrites, Work, mapped_rows
from pool.kernel.tenancy import Scope, ScopeKind, criterion, policy_expression
from pool.members.tables import Firm, Person, Seat
from pool.registry.tables import Deployment, TunedModel
from tests.support.models import tuned_model
from tests.support.people import START, Pool, seed

AT = utc(2026, 9, 2)


@pytest.fixture
def pool(database: Database) -> Pool:
    return seed(database)


def _model(work: Work, firm_id: int, name: str) -> TunedModel:
    return tuned_model(work, firm_id, name)


def _deployment(work: Work, firm_id: int, model_id: int) -> Deployment:
    return work.add(
        Deployment(
            ref=work.next_reference("DEP"),
            firm_id=firm_id,
            model_id=model_id,
            name="one",
            purpose="one",
            context="gaming",
            pseudonym=new_public_id(),
        )
    )


def test_firm_when_reading_sees_its_own_rows_only(pool: Pool) -> None:
    for who in (pool.mara, pool.ben):
        pool.database.run_work(lambda work: _model(work, work.actor.firm_id, f"of {work.actor.name}"), actor=who, at=AT)
    with pool.database.reading(pool.mara, AT) as reading:
        assert [m.name for m in reading.session.exec(select(TunedModel))] == ["of Mara Voss"]
        assert [f.name for f in reading.session.exec(select(Firm))] == ["Orchid Health"]
        assert [p.name for p in reading.session.exec(select(Person))] == ["Mara Voss"]
        assert {s.person_name for s in reading.session.exec(select(Seat))} == {"Mara Voss", "Milo Brandt"}
    with pool.database.reading(pool.rita, AT) as reading:
        assert len(reading.session.exec(select(TunedModel)).all()) == 2


def test_public_when_reading_sees_no_private_table(pool: Pool) -> None:
    pool.database.run_work(lambda work: _model(work, work.actor.firm_id, "secret"), actor=pool.mara, at=AT)
    with pool.database.reading(PUBLIC, AT) as reading:
        for entity, visibility in mapped_rows():
            if not visibility.everyone:
                assert reading.session.exec(select(entity)).all() == [], entity.__tablename__


def test_sessions_in_turn_and_in_threads_keep_their_own_scope(pool: Pool) -> None:
    for who in (pool.mara, pool.ben):
        pool.database.run_work(lambda work: _model(work, work.actor.firm_id, f"of {work.actor.name}"), actor=who, at=AT)
    names = select(TunedModel.name)
    with pool.database.reading(pool.mara, AT) as hers, pool.database.reading(pool.ben, AT) as his:
        for _turn in range(3):
            assert hers.session.exec(names).all() == ["of Mara Voss"]
            assert his.session.exec(names).all() == ["of Ben Osei"]
            assert len(hers.session.exec(select(TunedModel)).all()) == 1

    def seen(who: Actor) -> set[str]:
        found: set[str] = set()
        for _time in range(20):
            with pool.database.reading(who, AT) as reading:
                found |= set(reading.session.exec(names))
        return found

    asking = [pool.mara, pool.ben, pool.rita] * 3
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(seen, asking))
    own = {"mara": {"of Mara Voss"}, "ben": {"of Ben Osei"}, "rita": {"of Mara Voss", "of Ben Osei"}}
    assert answers == [own["mara"], own["ben"], own["rita"]] * 3


def test_alias_in_a_join_is_fenced_by_itself(pool: Pool) -> None:
    for who in (pool.mara, pool.ben):
        pool.database.run_work(lambda work: _model(work, work.actor.firm_id, f"of {work.actor.name}"), actor=who, at=AT)
    other = aliased(TunedModel)
    asked = [
        select(TunedModel.name, other.name).join(other, col(other.id) != 0),
        select(TunedModel.name, other.name).where(col(other.id) != col(TunedModel.id) + 10**6),
        select(Firm.name, other.name).join(other, col(other.id) != 0),
    ]
    with pool.database.reading(pool.mara, AT) as reading:
        answers = [reading.session.exec(one).all() for one in asked]
    pair = ("of Mara Voss", "of Mara Voss")
    assert answers == [[pair], [pair], [("Orchid Health", "of Mara Voss")]]


def test_statement_without_a_scope_fails(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    asked = select(TunedModel.id).where(criterion(TunedModel, TunedModel.visibility, ScopeKind.FIRM))

    def ask() -> None:
        with database.engine.connect() as connection:
            connection.execute(asked)

    with pytest.raises(StatementError, match="running scope"):
        Context().run(ask)
    database.dispose()


def test_every_table_is_reached_by_the_criteria() -> None:
    assert [entity for entity, _visibility in mapped_rows() if not issubclass(entity, Fenced)] == []


def test_firm_when_writing_a_row_of_another_firm_is_refused(pool: Pool) -> None:
    other = pool.firm_ids["Birch Credit"]
    with pytest.raises(ForeignRow):
        pool.database.run_work(lambda work: _model(work, other, "stolen"), actor=pool.mara, at=AT)


def test_composite_key_when_pointing_at_another_firms_row_is_refused_even_to_the_office(pool: Pool) -> None:
    model = pool.database.run_work(
        lambda work: _model(work, work.actor.firm_id, "ben's").id or 0, actor=pool.ben, at=AT
    )
    mine = pool.firm_ids["Orchid Health"]
    with pytest.raises(Exception, match="refused") as caught:
        pool.database.run_work(lambda work: _deployment(work, mine, model).id, actor=pool.rita, at=AT)
    assert isinstance(caught.value.__cause__, IntegrityError)


@pytest.mark.postgres
def test_row_security_with_the_orm_fence_off_hides_other_firms(postgres_url: str) -> None:
    database = Database(postgres_url)
    pool = seed(database)
    for who in (pool.mara, pool.ben):
        database.run_work(lambda work: _model(work, work.actor.firm_id, f"of {work.actor.name}"), actor=who, at=AT)
    with database.reading(pool.mara, AT) as reading:
        connection = reading.session.connection()
        names = connection.execute(sa.text("SELECT name FROM tuned_model")).scalars().all()
        assert names == ["of Mara Voss"]
        assert connection.execute(sa.text("SELECT count(*) FROM person")).scalar_one() == 1
        assert connection.execute(sa.text("SELECT current_user")).scalar_one() == "audit_pool_app"
    database.dispose()


@pytest.mark.postgres
def test_row_security_without_a_scope_shows_nothing(postgres_url: str) -> None:
    database = Database(postgres_url)
    pool = seed(database)
    database.run_work(lambda work: _model(work, work.actor.firm_id, "one"), actor=pool.mara, at=AT)
    with database.engine.connect() as connection:
        connection.execute(sa.text("SELECT set_config('role', 'audit_pool_app', true)"))
        for table in ("tuned_model", "firm", "person", "seat", "activity"):
            assert connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table
    database.dispose()


@pytest.mark.postgres
def test_row_security_when_writing_for_another_firm_refuses(postgres_url: str) -> None:
    database = Database(postgres_url)
    pool = seed(database)

    def raw(work: Work) -> None:
        work.session.connection().execute(
            sa.text(
                "INSERT INTO tuned_model (public_id, created_at, ref, firm_id, name, version, method, licence,"
                " datasets, stated_base, contradictions, contradictions_settled, hosted, host_provider, host_job,"
                " host_snapshot, host_endpoint, description, state, version_no)"
                " VALUES (:p, now(), 'MOD-1', :f, 'x', '', '', '', '[]',"
                " '', '[]', '', false, '', '', '', '', '', 'registered', 1)"
            ),
            {"p": new_public_id(), "f": pool.firm_ids["Birch Credit"]},
        )

    with pytest.raises(ProgrammingError, match="row-level security"):
        database.run_work(raw, actor=pool.mara, at=AT)
    database.dispose()


@pytest.mark.postgres
def test_policies_in_the_database_equal_the_declarations(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.engine.connect() as connection:
        forced = set(
            connection.execute(
                sa.text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            ).scalars()
        )
        assert forced == {entity.__tablename__ for entity, _visibility in mapped_rows()}
        for entity, visibility in mapped_rows():
            kept = connection.execute(
                sa.text(
                    "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy "
                    "WHERE polrelid = CAST(:t AS regclass) AND polname = :p"
                ),
                {"t": entity.__tablename__, "p": policies_of(visibility)[0]},
            ).scalar_one()
            rule = policy_expression(visibility)
            connection.execute(sa.text(f"CREATE POLICY probe ON {entity.__tablename__} USING ({rule})"))
            declared = connection.execute(
                sa.text(
                    "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy "
                    "WHERE polname = 'probe' AND polrelid = CAST(:t AS regclass)"
                ),
                {"t": entity.__tablename__},
            ).scalar_one()
            assert kept == declared, entity.__tablename__
        connection.rollback()
    database.dispose()


def test_step_of_the_pool_ends_with_its_block(pool: Pool) -> None:
    def journey(work: Work) -> tuple[int, int, int]:
        before = len(work.session.exec(select(Firm)).all())
        with work.as_pool():
            inside = len(work.session.exec(select(Firm)).all())
        return before, inside, len(work.session.exec(select(Firm)).all())

    assert pool.database.run_work(journey, actor=pool.mara, at=AT) == (1, 2, 1)


def test_firm_scope_without_a_firm_sees_nothing(pool: Pool) -> None:
    def journey(work: Work) -> int:
        with work.in_scope(Scope(ScopeKind.FIRM, AT)):
            return len(work.session.exec(select(Firm)).all())

    assert pool.database.run_work(journey, actor=pool.rita, at=START) == 0


def _own_seat(work: Work) -> None:
    person = work.actor.person_id or 0
    work.add(
        Seat(person_id=person, person_name="M", person_email="m@x.example", office="registrar", valid_from=work.at)
    )


def _raw_seat(work: Work) -> None:
    work.session.connection().execute(
        sa.text(
            "INSERT INTO seat (public_id, created_at, person_id, person_name, person_email, office, scope, valid_from,"
            " reason) VALUES (:p, now(), :who, 'M', 'm@x.example', 'registrar', '{}', now(), '')"
        ),
        {"p": new_public_id(), "who": work.actor.person_id},
    )


@pytest.mark.parametrize("who", ["mara", "ada"])
def test_nobody_gives_themselves_a_seat(pool: Pool, who: str) -> None:
    with pytest.raises(PoolWrites):
        pool.database.run_work(_own_seat, actor=pool.actors[who], at=AT)


@pytest.mark.postgres
@pytest.mark.parametrize("who", ["mara", "ada"])
def test_row_security_gives_nobody_a_seat_of_their_own_making(postgres_url: str, who: str) -> None:
    database = Database(postgres_url)
    pool = seed(database)
    with pytest.raises(ProgrammingError, match="row-level security"):
        database.run_work(_raw_seat, actor=pool.actors[who], at=AT)
    database.dispose()
