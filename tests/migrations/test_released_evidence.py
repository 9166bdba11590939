"""Migration 0013: evidence that stayed the team's although its finding was issued is opened to the firm, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from pool import schema
from pool.kernel.storage import Database
from tests.migrations.filling import fill

#: A second row of evidence for finding 1 and 2, as the team attached it to the draft.
ATTACH = text(
    "INSERT INTO evidence_file (public_id, created_at, firm_id, audit_id, deployment_id, subject_kind, subject_ref, "
    "sha256, size_bytes, media_type, name, purpose, uploaded_by, uploader_name, released) "
    "SELECT :public_id, e.created_at, e.firm_id, e.audit_id, e.deployment_id, 'finding', f.ref, e.sha256, "
    "e.size_bytes, e.media_type, :name, '', e.uploaded_by, e.uploader_name, false "
    "FROM evidence_file e, finding f WHERE e.id = :n AND f.id = :n"
)


@pytest.fixture
def at_0012(empty_database_url: str) -> Iterator[Database]:
    """Give a filled database before the migration: finding 1 is issued, 2 is a draft, each with files."""
    database = Database(empty_database_url)
    schema.upgrade(database.url, "0012")
    with database.engine.begin() as connection:
        fill(connection)
        if not database.is_sqlite:
            connection.execute(text("SELECT setval(pg_get_serial_sequence('evidence_file', 'id'), 1000)"))
        connection.execute(text("UPDATE finding SET state = 'draft', released = false WHERE id = 2"))
        connection.execute(text("UPDATE finding SET state = 'issued', released = true WHERE id = 1"))
        for public_id, n, name in (
            ("a" * 32, 1, "log"),
            ("b" * 32, 1, "log"),
            ("c" * 32, 1, "map"),
            ("d" * 32, 2, "x"),
        ):
            connection.execute(ATTACH, {"public_id": public_id, "n": n, "name": name})
    yield database
    database.dispose()


def _released(database: Database) -> list[tuple[str, str, bool]]:
    with database.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT e.name, f.state, e.public_id IN (:a, :b, :c, :d) FROM evidence_file e "
                "JOIN finding f ON f.ref = e.subject_ref "
                "WHERE e.subject_kind = 'finding' AND e.released ORDER BY e.id"
            ),
            {letter: letter * 32 for letter in "abcd"},
        )
        return [(name, state, bool(old)) for name, state, old in rows]


def test_files_of_an_issued_finding_are_opened_once_and_those_of_a_draft_are_not(at_0012: Database) -> None:
    assert _released(at_0012) == []
    for _again in range(2):
        schema.upgrade(at_0012.url, "0013")
        assert _released(at_0012) == [("log", "issued", False), ("map", "issued", False)]
        schema.downgrade(at_0012.url, "0012")
