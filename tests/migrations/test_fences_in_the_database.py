"""The fences that migrations build, with rows in every table: what is kept, who sees what, what the role may do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from pool.kernel.clock import utc
from pool.kernel.fences import policies_of
from pool.kernel.storage import APP_ROLE, Database, mapped_rows
from pool.kernel.tenancy import Scope, ScopeKind, criterion, run_within, settings_of
from tests.migrations.describing import triggers
from tests.migrations.filling import fill

AT = utc(2026, 9, 20)
SCOPES = {
    "firm 1": Scope(ScopeKind.FIRM, AT, firm_id=1, person_id=1),
    "firm 2": Scope(ScopeKind.FIRM, AT, firm_id=2, person_id=2),
    "a firm without rows": Scope(ScopeKind.FIRM, AT, firm_id=99, person_id=99),
    "grant of person 1": Scope(ScopeKind.GRANT, AT, person_id=1, auditor_id=1),
    "grant of person 2": Scope(ScopeKind.GRANT, AT, person_id=2, auditor_id=2),
    "grant that has not begun": Scope(ScopeKind.GRANT, utc(2026, 8, 1), person_id=1),
    "office": Scope(ScopeKind.OFFICE, AT, person_id=1),
    "public": Scope(ScopeKind.PUBLIC, AT),
}


def kept_tables() -> set[str]:
    """Return the tables declared append-only."""
    return {entity.__tablename__ for entity, _visibility in mapped_rows() if entity.append_only}


@pytest.fixture
def full(database_url: str) -> Iterator[Database]:
    """Give a database with rows in every table, opened without the fences of a session."""
    database = Database(database_url)
    with database.engine.begin() as connection:
        fill(connection)
    yield database
    database.dispose()


@pytest.fixture
def full_postgres(postgres_url: str) -> Iterator[Database]:
    """Give the same, on PostgreSQL only."""
    database = Database(postgres_url)
    with database.engine.begin() as connection:
        fill(connection)
    yield database
    database.dispose()


def test_append_only_triggers_stand_exactly_where_they_are_declared(database: Database) -> None:
    names = ("_no_update", "_no_delete") if database.is_sqlite else ("_append_only", "_no_truncate")
    with database.engine.connect() as connection:
        found = {(table, name) for table, name in triggers(connection) if name.endswith(names)}
    assert found == {(table, f"{table}{name}") for table in kept_tables() for name in names}


def test_append_only_rows_refuse_every_change_even_to_the_owner(full: Database) -> None:
    statements = ["UPDATE {} SET {} = {}", "DELETE FROM {}"] + ([] if full.is_sqlite else ["TRUNCATE {} CASCADE"])
    survived = []
    for entity, _visibility in mapped_rows():
        if not entity.append_only:
            continue
        column = next(iter(entity.__table__.primary_key)).name
        for statement in statements:
            with pytest.raises(DBAPIError, match="never changed"), full.engine.begin() as connection:
                connection.execute(sa.text(statement.format(entity.__tablename__, column, column)))
        with full.engine.connect() as connection:
            if connection.execute(sa.select(sa.func.count()).select_from(entity)).scalar_one() == 0:
                survived.append(entity.__tablename__)
    assert survived == [], "nothing was there to change: the refusals prove nothing"


@pytest.mark.postgres
def test_role_may_do_what_the_declarations_say_and_no_more(full_postgres: Database) -> None:
    query = sa.text(
        "SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type) "
        "FROM information_schema.role_table_grants WHERE grantee = :role AND table_schema = 'public' GROUP BY 1"
    )
    with full_postgres.engine.connect() as connection:
        rights = {row[0]: row[1] for row in connection.execute(query, {"role": APP_ROLE})}
        role = connection.execute(
            sa.text("SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = :role"),
            {"role": APP_ROLE},
        ).one()
    assert rights == {
        entity.__tablename__: "INSERT SELECT" if entity.append_only else "DELETE INSERT SELECT UPDATE"
        for entity, _visibility in mapped_rows()
    }
    assert tuple(role) == (False, False, False, False)


@pytest.mark.postgres
def test_every_table_has_a_policy_that_is_forced(full_postgres: Database) -> None:
    query = sa.text(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, count(p.oid) FROM pg_class c "
        "LEFT JOIN pg_policy p ON p.polrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace "
        "AND c.relkind = 'r' AND c.relname <> 'alembic_version' GROUP BY c.oid, 1, 2"
    )
    with full_postgres.engine.connect() as connection:
        found = {name: (forced, policies) for name, forced, policies in connection.execute(query)}
    assert found == {entity.__tablename__: (True, len(policies_of(visibility))) for entity, visibility in mapped_rows()}


@pytest.mark.postgres
def test_role_without_a_scope_sees_no_row_of_a_private_table(full_postgres: Database) -> None:
    with full_postgres.engine.connect() as connection:
        connection.execute(sa.text(f"SET LOCAL ROLE {APP_ROLE}"))
        for entity, visibility in mapped_rows():
            seen = connection.execute(sa.text(f"SELECT count(*) FROM {entity.__tablename__}")).scalar_one()
            assert (seen > 0) == visibility.everyone, entity.__tablename__


@pytest.mark.postgres
@pytest.mark.parametrize("name", SCOPES)
def test_both_fences_show_the_same_rows(full_postgres: Database, name: str) -> None:
    """Compare the query criterion, row-level security off, with row-level security, the criterion off."""
    scope = SCOPES[name]
    different = []
    seen_at_all = 0
    with full_postgres.engine.connect() as connection:
        for entity, visibility in mapped_rows():
            key = list(entity.__table__.primary_key)
            asked = sa.select(*key).order_by(*key)
            run_within(scope)
            by_criterion = connection.execute(asked.where(criterion(entity, visibility, scope.kind))).all()
            nested = connection.begin_nested()
            for setting, value in settings_of(scope).items():
                connection.execute(sa.select(sa.func.set_config(setting, value, True)))
            connection.execute(sa.text(f"SET LOCAL ROLE {APP_ROLE}"))
            by_security = connection.execute(asked).all()
            nested.rollback()
            seen_at_all += len(by_security)
            if by_criterion != by_security:
                different.append((entity.__tablename__, by_criterion, by_security))
    assert different == []
    assert seen_at_all > 0


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["firm 1", "grant of person 1"])
def test_policies_ask_for_grants_and_parties_once_per_statement_and_not_once_per_row(
    full_postgres: Database, name: str
) -> None:
    per_row = []
    asked = 0
    with full_postgres.engine.connect() as connection:
        for setting, value in settings_of(SCOPES[name]).items():
            connection.execute(sa.select(sa.func.set_config(setting, value, True)))
        connection.execute(sa.text(f"SET LOCAL ROLE {APP_ROLE}"))
        for entity, _visibility in mapped_rows():
            plan = connection.execute(sa.text(f"EXPLAIN SELECT 1 FROM {entity.__tablename__}")).scalars().all()
            filters = [line for line in plan if "Filter:" in line and "SubPlan" in line]
            asked += len(filters)
            per_row += [
                (entity.__tablename__, line)
                for line in filters
                if line.count("SubPlan") != line.count("hashed SubPlan")
            ]
    assert per_row == []
    assert asked > 10
