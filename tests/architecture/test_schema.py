"""What every table of the product must be, read from the declarations: a new table that forgets a rule fails here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKeyConstraint,
    Numeric,
    Table,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql

from pool.kernel.rows import Row
from pool.kernel.storage import mapped_rows
from pool.kernel.tenancy import CATALOGUE, EVERYONE, OFFICES_ONLY, Visibility
from pool.schema import metadata

OWNER = "firm_id"
#: Keys from a firm's row to another firm-owned table that cannot carry the firm, each with its reason.
NOT_OF_ONE_FIRM = {
    ("model_party", "model_id"): "a party is another firm than the one whose model it takes part in",
    ("driver_reading", "facility_id"): "facilities are the pool's; only a direct one names a firm",
    ("allocation_line", "facility_id"): "facilities are the pool's; only a direct one names a firm",
}
#: Columns that hold another firm's or nobody's key on purpose, each with its reason.
KEYS_WITHOUT_A_ROW = {
    ("activity", "firm_id"): "a trace outlives what it is about",
    ("activity", "audit_id"): "a trace outlives what it is about",
    ("activity", "seat_id"): "a trace outlives what it is about",
    ("approval", "firm_id"): "a trace outlives what it is about",
    ("approval", "seat_id"): "a trace outlives what it is about",
    ("booking_event", "audit_id"): "a trace, written beside the booking that has the key",
    ("audit_refusal", "audit_id"): "a trace, written beside the booking that has the key",
}
DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call]  # has no types


def tables() -> Iterator[Table]:
    """Yield every table in a fixed order."""
    yield from sorted(metadata.tables.values(), key=lambda table: table.name)


def columns(ending: str = "") -> Iterator[Column[Any]]:
    """Yield every column whose name ends so."""
    for table in tables():
        yield from (column for column in table.c if column.name.endswith(ending))


def place(column: Column[Any]) -> str:
    """Return ``table.column``."""
    return f"{column.table.name}.{column.name}"


def foreign_keys(table: Table) -> Iterator[tuple[tuple[str, ...], Table, tuple[str, ...]]]:
    """Yield columns, referred table and referred columns of each foreign key."""
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            referred = tuple(element.column.name for element in constraint.elements)
            yield tuple(constraint.column_keys), constraint.referred_table, referred


def unique_sets(table: Table) -> set[frozenset[str]]:
    """Return the column sets that the table keeps unique, its primary key included."""
    kept = {frozenset(column.name for column in table.primary_key)}
    kept |= {
        frozenset(column.name for column in constraint.columns)
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    }
    return kept | {frozenset(column.name for column in index.columns) for index in table.indexes if index.unique}


def as_in_postgresql(column: Column[Any]) -> str:
    """Return the column's type as PostgreSQL is told it."""
    return str(column.type.compile(dialect=DIALECT)).upper()


# --------------------------------------------------------------------------------------------------
# Who sees a row


def test_tables_when_declared_are_mapped_once_and_say_who_sees_them() -> None:
    mapped = [entity.__tablename__ for entity, _visibility in mapped_rows()]
    assert sorted(mapped) == sorted(metadata.tables), "a table without a class has no fence"
    assert [entity.__name__ for entity, visibility in mapped_rows() if not isinstance(visibility, Visibility)] == []


def test_visibility_when_it_names_columns_names_columns_of_its_table() -> None:
    wrong = []
    for entity, visibility in mapped_rows():
        own = metadata.tables[entity.__tablename__].c
        wrong += [f"{entity.__tablename__}.{name}" for name in visibility.columns() if name not in own]
    assert wrong == []


def test_visibility_when_a_table_has_a_firm_compares_it() -> None:
    """Hold that a firm's rows are never open to other firms by forgetting the column."""
    closed_on_purpose = {
        "interest": "an auditor's ties are the auditor's",
        "lead_term": "an auditor's terms are the auditor's",
        "audit_grant": "the person's own grants",
        "facility": "the treasurer's",
        "register_entry": "public by purpose",
    }
    open_or_closed = {
        entity.__tablename__
        for entity, visibility in mapped_rows()
        if OWNER in metadata.tables[entity.__tablename__].c and visibility.firm != OWNER
    }
    assert open_or_closed == set(closed_on_purpose)


def test_visibility_when_open_to_everyone_is_one_of_the_known_tables() -> None:
    everyone = {e.__tablename__ for e, visibility in mapped_rows() if visibility in (EVERYONE, CATALOGUE)}
    assert everyone == {
        "foundation_model",
        "foundation_status",
        "record_entry",
        "record_head",
        "register_entry",
        "series",
    }
    assert {e.__tablename__ for e, visibility in mapped_rows() if visibility == OFFICES_ONLY} >= {"plan", "job"}


# --------------------------------------------------------------------------------------------------
# Whose row may point at whose


def firm_owned() -> set[str]:
    """Return the names of the tables whose rows carry a firm."""
    return {table.name for table in tables() if OWNER in table.c}


def test_foreign_keys_between_firm_owned_tables_carry_the_firm() -> None:
    """Row-level security does not see referential checks, so the key itself must name the firm."""
    owned = firm_owned()
    loose: set[tuple[str, str]] = set()
    carried: set[tuple[str, str]] = set()
    for table in tables():
        for names, referred, _targets in foreign_keys(table):
            if table.name in owned and referred.name in owned:
                carries = OWNER in names
                (carried if carries else loose).update((table.name, name) for name in names if name != OWNER)
    assert loose - carried == set(NOT_OF_ONE_FIRM)


def test_composite_keys_when_declared_pair_the_firm_with_a_key_that_is_unique() -> None:
    wrong = []
    for table in tables():
        for names, referred, targets in foreign_keys(table):
            if len(names) == 1:
                continue
            pairs = dict(zip(names, targets, strict=True))
            if pairs.get(OWNER) != OWNER or frozenset(targets) not in unique_sets(referred):
                wrong.append(f"{table.name} {names} -> {referred.name} {targets}")
    assert wrong == []


def test_key_columns_when_they_name_a_row_of_the_product_have_a_foreign_key() -> None:
    """Hold that ``deployment_id`` cannot name a deployment that is not there, or another firm's."""
    named_after = {f"{name}_id": name for name in (*firm_owned(), "firm", "audit", "auditor", "plan")}
    loose = set()
    for table in tables():
        targeted = {name for names, _referred, _targets in foreign_keys(table) for name in names}
        loose |= {(table.name, c.name) for c in table.c if c.name in named_after and c.name not in targeted}
    assert loose == set(KEYS_WITHOUT_A_ROW)


def test_firm_when_a_row_carries_one_is_a_firm_of_the_pool() -> None:
    tied = {
        table.name for table in tables() for names, r, _ in foreign_keys(table) if (names, r.name) == ((OWNER,), "firm")
    }
    loose = {(name, OWNER) for name in firm_owned() - tied}
    assert loose == {key for key in KEYS_WITHOUT_A_ROW if key[1] == OWNER}


# --------------------------------------------------------------------------------------------------
# What a column is


def test_public_ids_are_unique_wherever_rows_are_reachable() -> None:
    rows = {entity.__tablename__ for entity, _ in mapped_rows() if issubclass(entity, Row)}
    assert {table.name for table in tables() if "public_id" in table.c} == rows
    assert [t.name for t in tables() if t.name in rows and frozenset({"public_id"}) not in unique_sets(t)] == []
    assert [place(c) for c in columns("public_id") if c.nullable] == []


def test_references_are_unique() -> None:
    assert [t.name for t in tables() if "ref" in t.c and frozenset({"ref"}) not in unique_sets(t)] == []


def test_instants_know_their_zone() -> None:
    instants = [c for c in columns() if isinstance(_inner(c), DateTime)]
    assert [place(c) for c in instants if as_in_postgresql(c) != "TIMESTAMP WITH TIME ZONE"] == []
    named = {place(c) for c in (*columns("_at"), *columns("_until")) if not isinstance(_inner(c), Date)}
    assert named <= {place(c) for c in instants}
    assert [place(c) for c in columns("_at") if not isinstance(_inner(c), DateTime)] == []


def test_days_are_dates() -> None:
    assert [place(c) for c in columns("_on") if not isinstance(_inner(c), Date)] == []


def test_money_is_whole_minor_units_in_64_bits() -> None:
    amounts = list(columns("_minor"))
    assert len(amounts) >= 10
    assert [place(c) for c in amounts if as_in_postgresql(c) != "BIGINT"] == []


def test_keys_are_64_bits_wide() -> None:
    keys = [c for c in (*columns("_id"), *columns("id")) if not c.name.endswith("public_id")]
    numbers = [c for c in keys if not as_in_postgresql(c).startswith("VARCHAR")]
    assert [place(c) for c in numbers if not isinstance(c.type, BigInteger)] == []


def test_columns_hold_no_floats_and_no_decimals() -> None:
    assert [place(c) for c in columns() if isinstance(_inner(c), Float | Numeric)] == []


def test_amounts_have_a_currency_beside_them() -> None:
    """Hold that no amount is a bare number; those of an allocation have it in their period."""
    bare = {c.table.name for c in columns("_minor") if "currency" not in c.table.c}
    assert bare == {"allocation_line"}


@pytest.mark.parametrize("kind", ["ck", "fk", "pk", "uq"])
def test_constraints_have_names_that_fit_both_databases(kind: str) -> None:
    names = [
        DIALECT.identifier_preparer.format_constraint(constraint)
        for table in tables()
        for constraint in table.constraints
        if constraint.name is not None
    ]
    found = [name.strip('"') for name in names if name and name.strip('"').startswith(f"{kind}_")]
    assert found, kind
    assert len(found) == len(set(found)), "two constraints share a name"
    assert [name for name in found if len(name) > 63] == []


def _inner(column: Column[Any]) -> Any:
    kind = column.type
    return kind.impl if isinstance(kind, TypeDecorator) else kind
