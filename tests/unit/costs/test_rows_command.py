"""A period on the command line, from its first cost to the ledger's check."""

from __future__ import annotations

import json
from typing import Any

import pytest

import pool.cli
from pool.kernel.storage import Database
from tests.unit.costs.three_firms import ALL, COSTS, TOTALS, quarter

TESS, AMOS = "tess@pool.example", "amos@pool.example"


def _call(*argv: str, code: int = 0) -> Any:
    answer, text = pool.cli.run(["costs", *argv])
    assert answer == code, text
    return json.loads(text)


def test_period_when_walked_on_the_command_line_ends_in_statements(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter(database)
    monkeypatch.setenv("POOL_DATABASE_URL", database_url)
    ref = _call("period", "open", "--from", "2026-07-01", "--until", "2026-09-30", "--as", TESS)["ref"]
    for facility, amount, document, firm in COSTS:
        owner = ["--firm", firm] if firm else []
        sign, cents = ("-" if amount < 0 else ""), abs(amount)
        _call("period", "add", ref, "--facility", facility, f"--amount={sign}{cents // 100}.{cents % 100:02d}",
              "--document", document, "--incurred", "2026-09-15", *owner, "--as", TESS)  # fmt: skip
    read = _call("period", "drivers", ref, "--as", TESS)
    assert (read["changed"], len(read["readings"])) == (True, 11)
    split = _call("period", "allocate-period", ref, "--as", TESS)
    assert (split["sum"], split["totals"]) == (ALL, TOTALS)
    refused = _call("period", "review", ref, "--as", TESS, code=2)
    assert refused["error"]["field"] == "period"
    assert _call("period", "review", ref, "--digest", split["digest"], "--as", AMOS)["state"] == "reviewed"
    shown = _call("period", "show", ref, "--as", AMOS)
    assert [one["met"] for one in shown["checks"]] == [True] * 6
    assert shown["moves"]["close"] == ["treasurer"]
    assert {one["firm"]: one["total_minor"] for one in shown["shares"]} == TOTALS
    closed = _call("period", "close", ref, "--as", TESS)
    assert closed["statements"] == ["STM-2026-0001", "STM-2026-0002", "STM-2026-0003"]
    assert [one["state"] for one in _call("period", "list", "--as", TESS)] == ["closed"]
    checked = _call("ledger", "check")
    assert (checked["valid"], checked["faults"], checked["sum"]) == (True, [], 0)
    (own,) = _call("statements", "--as", "mara@pool.example")
    assert (own["firm"], own["total_minor"]) == ("FIRM-2026-0001", TOTALS["FIRM-2026-0001"])


def test_command_when_it_is_refused_answers_one_json_object_with_exit_2(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter(Database(sqlite_url))
    monkeypatch.setenv("POOL_DATABASE_URL", sqlite_url)
    for argv in (
        ("period", "show", "PER-2026-0009", "--as", TESS),
        ("period", "show", "PER-2026-0009", "--as", "mara@pool.example"),
        ("period", "open", "--from", "2026-07-01", "--until", "2026-06-30", "--as", TESS),
        ("period", "open", "--from", "2026-07-01", "--until", "soon", "--as", TESS),
        ("period", "open", "--from", "2026-07-01", "--until", "2026-09-30", "--currency", "XXX", "--as", TESS),
        ("period", "open", "--from", "2026-07-01", "--until", "2026-09-30", "--as", AMOS),
        ("period", "close", "PER-2026-0001", "--as", "nobody@pool.example"),
    ):
        answer = _call(*argv, code=2)
        assert list(answer) == ["error"] and set(answer["error"]) == {"field", "reason", "next_step"}


def test_amount_when_it_has_too_many_places_is_refused_before_anything_is_written(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter(Database(sqlite_url))
    monkeypatch.setenv("POOL_DATABASE_URL", sqlite_url)
    ref = _call("period", "open", "--from", "2026-07-01", "--until", "2026-09-30", "--as", TESS)["ref"]
    for amount in ("12.345", "1e3", "NaN", "1,5"):
        answer = _call("period", "add", ref, "--facility", "trips", "--amount", amount, "--document", "x",
                       "--incurred", "2026-09-15", "--as", TESS, code=2)  # fmt: skip
        assert answer["error"]["field"] == "amount"
    assert _call("period", "show", ref, "--as", TESS)["costs"] == []
