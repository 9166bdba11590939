"""Fences in the database itself, as the migrations build them: row-level security, append-only, independence, balance.

PostgreSQL gets policies, functions and triggers; SQLite, which serves one process, gets the triggers only.
"""

from __future__ import annotations

from collections.abc import Callable

from pool.kernel.storage import APP_ROLE
from pool.kernel.tenancy import Visibility, policy_expression, write_expression

Execute = Callable[[str], object]

_FUNCTIONS = {
    "pool_scope": ("text", "coalesce(current_setting('pool.scope', true), '')"),
    "pool_firm": ("bigint", "nullif(current_setting('pool.firm', true), '')::bigint"),
    "pool_person": ("bigint", "nullif(current_setting('pool.person', true), '')::bigint"),
    "pool_auditor": ("bigint", "nullif(current_setting('pool.auditor', true), '')::bigint"),
    "pool_instant": ("timestamptz", "nullif(current_setting('pool.instant', true), '')::timestamptz"),
}


def build_scope(execute: Execute, *, postgresql: bool) -> None:
    """Make the functions that read the scope, the role that is subject to it, and the refusing trigger."""
    if not postgresql:
        return
    for name, (kind, body) in _FUNCTIONS.items():
        execute(f"CREATE FUNCTION {name}() RETURNS {kind} LANGUAGE sql STABLE AS $$ SELECT {body} $$")
    execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', "
        "CONSTRAINT = 'append_only'; END $$"
    )
    # Why a block: an operator without CREATEROLE makes the role beforehand, or connects as a plain owner.
    execute(
        "DO $$ BEGIN "
        f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') "
        f"THEN CREATE ROLE {APP_ROLE} NOLOGIN; END IF; "
        f"EXECUTE format('GRANT {APP_ROLE} TO %I', current_user); "
        "EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege "
        "OR invalid_grant_operation THEN NULL; "
        "END $$"
    )
    execute(_as_role("GRANT USAGE ON SCHEMA public TO {role}"))


def build_reach(execute: Execute, *, postgresql: bool) -> None:
    """Make the functions that later fences need: who is signed in, and the models the firm is a party of."""
    if not postgresql:
        return
    execute(
        "CREATE FUNCTION pool_acting() RETURNS bigint LANGUAGE sql STABLE AS $$ "
        "SELECT nullif(current_setting('pool.acting', true), '')::bigint $$"
    )
    # Why the setting: a party sees the other parties, and a policy of the table may not ask the same table under it.
    # The function takes nothing and runs once per statement.
    execute(
        "CREATE FUNCTION pool_models() RETURNS SETOF bigint LANGUAGE sql STABLE SET pool.scope = 'office' AS $$ "
        "SELECT p.model_id FROM model_party p WHERE p.firm_id = pool_firm() $$"
    )


def drop_reach(execute: Execute, *, postgresql: bool) -> None:
    """Undo :func:`build_reach`."""
    if postgresql:
        execute("DROP FUNCTION pool_models()")
        execute("DROP FUNCTION pool_acting()")


def drop_scope(execute: Execute, *, postgresql: bool) -> None:
    """Undo :func:`build_scope`; the role stays, since other databases of the cluster may use it."""
    if not postgresql:
        return
    execute("DROP FUNCTION refuse_change()")
    for name in _FUNCTIONS:
        execute(f"DROP FUNCTION {name}()")
    execute(_as_role("REVOKE ALL ON SCHEMA public FROM {role}"))


def _as_role(statement: str) -> str:
    return (
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN "
        + statement.format(role=APP_ROLE)
        + "; END IF; END $$"
    )


def fence(execute: Execute, table: str, visibility: Visibility, *, append_only: bool, postgresql: bool) -> None:
    """Put row-level security on ``table`` after its declaration; ``append_only`` decides what the role may do."""
    if postgresql:
        execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        _make_policies(execute, table, visibility)
        verbs = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
        execute(_as_role(f"GRANT {verbs} ON {table} TO {{role}}"))
        execute(_as_role("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"))


def policies_of(visibility: Visibility) -> tuple[str, ...]:
    """Return the names of a table's policies: one where who reads may write, else one per verb."""
    is_one = policy_expression(visibility) == write_expression(visibility)
    return ("scope",) if is_one else ("read", "insert", "update", "delete")


def _make_policies(execute: Execute, table: str, visibility: Visibility) -> None:
    rule, write = policy_expression(visibility), write_expression(visibility)
    if policies_of(visibility) == ("scope",):
        execute(f"CREATE POLICY scope ON {table} USING ({rule}) WITH CHECK ({rule})")
        return
    execute(f"CREATE POLICY read ON {table} FOR SELECT USING ({rule})")
    for verb, clause in (("INSERT", "WITH CHECK"), ("UPDATE", "USING"), ("DELETE", "USING")):
        execute(f"CREATE POLICY {verb.lower()} ON {table} FOR {verb} {clause} ({write})")


def refence(execute: Execute, table: str, visibility: Visibility, *, postgresql: bool) -> None:
    """Replace the policies of a fenced table, whatever they are, by those of ``visibility``."""
    if postgresql:
        for policy in ("scope", "read", "insert", "update", "delete"):
            execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        _make_policies(execute, table, visibility)


def unfence(execute: Execute, table: str, visibility: Visibility, *, postgresql: bool) -> None:
    """Undo :func:`fence`."""
    if postgresql:
        for policy in policies_of(visibility):
            execute(f"DROP POLICY {policy} ON {table}")
        execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        execute(_as_role(f"REVOKE ALL ON {table} FROM {{role}}"))


def keep_rows(execute: Execute, table: str, *, postgresql: bool) -> None:
    """Make ``table`` append-only: triggers refuse UPDATE, DELETE and TRUNCATE, even to the owner."""
    if postgresql:
        execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'append_only: rows of {table} are never changed or removed'); END"
        )


def refuse_when(
    execute: Execute, *, name: str, table: str, event: str, condition: str, message: str, postgresql: bool
) -> None:
    """Make a trigger that refuses ``event`` (e.g. ``BEFORE INSERT``) on ``table`` while ``condition`` holds."""
    if postgresql:
        # Why the setting: the rule must see every row, whatever the scope of whoever writes; it ends with the function.
        execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET pool.scope = 'office' AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation', "
            f"CONSTRAINT = '{name}'; END IF; RETURN NEW; END $$"
        )
        execute(f"CREATE TRIGGER {name} {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
        return
    execute(
        f"CREATE TRIGGER {name} {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{name}: {message}'); END"
    )


def drop_refusal(execute: Execute, *, name: str, table: str, postgresql: bool) -> None:
    """Undo :func:`refuse_when`."""
    if postgresql:
        execute(f"DROP TRIGGER {name} ON {table}")
        execute(f"DROP FUNCTION {name}()")
    else:
        execute(f"DROP TRIGGER {name}")
