"""A database's form in words that can be compared: tables, rules, triggers, policies, functions and rights."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

_OF_POSTGRESQL = {
    "column": """
        SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
               || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraint": """
        SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "index": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": """
        SELECT tgrelid::regclass || ' ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal""",
    "function": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'""",
    "policy": """
        SELECT polrelid::regclass || ' ' || polname,
               concat_ws(' ', polcmd, pg_get_expr(polqual, polrelid), 'CHECK', pg_get_expr(polwithcheck, polrelid))
        FROM pg_policy""",
    "rights": """
        SELECT relname, relrowsecurity || ' ' || relforcerowsecurity || ' ' || coalesce(
               (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(relacl) a WHERE a::text LIKE '%app=%'), '')
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'""",
}
_OF_SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL"
BOOKKEEPING = "alembic_version"
#: What Alembic makes and the declarations do not know: the fences are compared by tests of their own.
FENCES = ("trigger", "function", "policy", "rights")


def description(connection: Connection) -> dict[str, str]:
    """Return the whole form: ``kind name`` -> definition. Two databases of the same form give the same."""
    found: dict[str, str] = {}
    if connection.dialect.name == "postgresql":
        for kind, query in _OF_POSTGRESQL.items():
            found |= {f"{kind} {name}": definition for name, definition in connection.execute(text(query))}
    else:
        for kind, name, definition in connection.execute(text(_OF_SQLITE)):
            found[f"{kind} {name}"] = _plain(definition)
    return {name: definition for name, definition in found.items() if BOOKKEEPING not in name}


def _plain(definition: str) -> str:
    """Return an SQLite definition with its parts in a fixed order, so that only their content is compared."""
    if not definition.upper().startswith("CREATE TABLE"):
        return re.sub(r"\s+", " ", definition)
    head, _, body = definition.partition("(")
    parts = [re.sub(r"\s+", " ", part).strip() for part in re.split(r",\s*\n", body.rstrip().removesuffix(")"))]
    return re.sub(r"\s+", " ", head) + "\n" + "\n".join(sorted(parts))


def without_fences(form: dict[str, str]) -> dict[str, str]:
    """Return the part of a form that declarations alone decide."""
    return {name: text for name, text in form.items() if not name.startswith(FENCES)}


def triggers(connection: Connection) -> set[tuple[str, str]]:
    """Return table and name of each trigger."""
    if connection.dialect.name == "postgresql":
        query = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    else:
        query = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'"
    return {(table, name) for table, name in connection.execute(text(query))}
