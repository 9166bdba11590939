"""Migration 0015: the ratings a firm was shown with its report are those of the papers at that moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from pool import schema
from pool.kernel.storage import Database
from tests.migrations.filling import fill

#: By audit: its state, and whether its report ever went into the factual check.
AUDITS = {1: ("closed", True), 2: ("draft_report", True), 3: ("technical_review", False)}
RATING = "conforming"


@pytest.fixture
def at_0014(empty_database_url: str) -> Iterator[Database]:
    """Give a filled database before the migration: one closed, one whose report was taken back, one never sent."""
    database = Database(empty_database_url)
    schema.upgrade(database.url, "0014")
    with database.engine.begin() as connection:
        fill(connection)
        if not database.is_sqlite:
            connection.execute(text("SELECT setval(pg_get_serial_sequence('audit_event', 'id'), 1000)"))
        for audit, (state, sent) in AUDITS.items():
            _arrange(connection, audit, state=state, sent=sent)
    yield database
    database.dispose()


def _arrange(connection: Connection, audit: int, *, state: str, sent: bool) -> None:
    """Give the audit its state, one part and one rated paper; the trace of a sent report stands beside it."""
    point = json.dumps({"question": f"Question {audit}?"})
    for statement in (
        "UPDATE audit SET state = :state WHERE id = :audit",
        "UPDATE workpaper SET point_id = :point_id, point = :point, rating = :rating "
        "WHERE audit_id = :audit AND deployment_id = (SELECT deployment_id FROM audit_participant WHERE id = :audit)",
    ):
        connection.execute(
            text(statement),
            {"audit": audit, "state": state, "point": point, "point_id": f"TP-0{audit}", "rating": RATING},
        )
    to_state = "factual_check" if sent else "stage2"
    connection.execute(
        text(
            "INSERT INTO audit_event (public_id, created_at, audit_id, from_state, to_state, at, name, reason) "
            "SELECT :key, created_at, :audit, 'draft_report', :to_state, created_at, 'Ada', '' "
            "FROM audit WHERE id = :audit"
        ),
        {"key": str(audit) * 32, "audit": audit, "to_state": to_state},
    )


def _ratings(database: Database) -> dict[int, Any]:
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT audit_id, ratings FROM audit_participant WHERE audit_id <= 3")).all()
    return {audit: json.loads(found) if isinstance(found, str) else found for audit, found in rows}


def test_ratings_are_shown_where_the_report_was_sent_and_not_taken_back(at_0014: Database) -> None:
    schema.upgrade(at_0014.url, "0015")
    assert _ratings(at_0014) == {
        1: [{"point_id": "TP-01", "question": "Question 1?", "rating": RATING}],
        2: [],
        3: [],
    }
    schema.downgrade(at_0014.url, "0014")
