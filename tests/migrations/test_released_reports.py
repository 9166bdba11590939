"""Migration 0014: a firm reads only a report that was sent, and who was only asked to audit sees nothing any more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from pool import schema
from pool.kernel.storage import Database
from tests.migrations.filling import fill

SENT = text(
    "INSERT INTO audit_event (public_id, created_at, audit_id, from_state, to_state, at, name, reason) "
    "SELECT :key, created_at, id, 'draft_report', 'factual_check', created_at, 'Ada', '' FROM audit WHERE id = :audit"
)


@pytest.fixture
def at_0013(empty_database_url: str) -> Iterator[Database]:
    """Give a filled database before the migration.

    Audit 1 was stopped while its report was a draft, audit 2 after it was sent, in audit 3 it is being written anew.
    Person 1 was asked to take part in audit 3 and never came into its team.
    """
    database = Database(empty_database_url)
    schema.upgrade(database.url, "0013")
    with database.engine.begin() as connection:
        fill(connection)
        if not database.is_sqlite:
            connection.execute(text("SELECT setval(pg_get_serial_sequence('audit_event', 'id'), 1000)"))
        for audit, state in ((1, "aborted"), (2, "aborted"), (3, "stage2")):
            connection.execute(
                text("UPDATE audit SET state = :state, report_note = 'What we saw.' WHERE id = :audit"),
                {"state": state, "audit": audit},
            )
        for audit in (2, 3):
            connection.execute(SENT, {"key": str(audit) * 32, "audit": audit})
        connection.execute(text("UPDATE audit_grant SET until_at = NULL"))
        for table in ("audit_grant", "proposal_member"):
            connection.execute(text(f"UPDATE {table} SET person_id = 1 WHERE audit_id = 3"))
    yield database
    database.dispose()


def test_reports_that_were_never_sent_and_grants_of_those_only_asked_are_closed(at_0013: Database) -> None:
    schema.upgrade(at_0013.url, "0014")
    with at_0013.engine.connect() as connection:
        reports = connection.execute(text("SELECT audit_id, released FROM audit_report ORDER BY audit_id")).all()
        grants = connection.execute(text("SELECT audit_id, until_at IS NULL FROM audit_grant ORDER BY audit_id")).all()
    assert [(audit, bool(released)) for audit, released in reports] == [(1, False), (2, True), (3, False)]
    assert [(audit, bool(opened)) for audit, opened in grants] == [(1, True), (2, True), (3, False)]
    schema.downgrade(at_0013.url, "0013")
