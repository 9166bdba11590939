"""The demo: a living pool of invented firms with something in every state, that answers every seat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader

from auditors.roster.queries import auditors_by_id
from pool.bookings import queries as bookings
from pool.bookings.states import BookingState
from pool.costs import ledger_queries as ledger
from pool.costs import queries as costs
from pool.demo.check import DemoBroken, ask_every_seat, write_report
from pool.harbor.queries import record_faults
from pool.kernel.clock import now
from pool.kernel.listing import ListRequest
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database, Reading
from pool.members.queries import demo_cards, firms
from pool.members.resets import resets
from pool.registry import queries as registry
from tests.support.live import copied_demo
from tests.support.web import database_of, make_app

pytestmark = pytest.mark.slow


@pytest.fixture
def app(demo_template: Path, tmp_path: Path) -> Iterator[Flask]:
    made = make_app(copied_demo(demo_template, tmp_path), tmp_path)
    yield made
    database_of(made).dispose()


@pytest.fixture
def database(app: Flask) -> Database:
    return database_of(app)


@pytest.fixture
def reading(database: Database) -> Iterator[Reading]:
    with database.reading(SYSTEM, now()) as opened:
        yield opened


def test_demo_has_firms_auditors_and_deployments_in_all_tiers(reading: Reading) -> None:
    assert len(firms(reading)) >= 12
    assert len(auditors_by_id(reading)) >= 10
    tiers = Counter(one.tier for one in registry.all_deployments(reading))
    assert sum(tiers.values()) >= 25
    assert set(tiers) == {"low", "medium", "high"}


def test_a_party_of_a_model_deploys_it_beside_its_tuner(reading: Reading) -> None:
    deploying: dict[str, set[int]] = {}
    for one in registry.all_deployments(reading):
        deploying.setdefault(one.model_ref, set()).add(one.firm_id)
    assert [len(named) for named in deploying.values() if len(named) > 1] == [2]


def test_a_sign_in_waits_for_the_word_of_a_second_administrator(reading: Reading) -> None:
    assert [one.state for one in resets(reading)] == ["requested"]


def test_demo_has_bookings_in_every_state(reading: Reading) -> None:
    states = {str(one.state) for one in bookings.bookings_of(reading, ListRequest(size=200)).items}
    assert {str(state) for state in BookingState} - states == set()


def test_demo_has_an_offer_that_waits_for_its_firm_and_one_that_waits_for_its_auditors(reading: Reading) -> None:
    proposed = bookings.bookings_of(reading, ListRequest(filters=(("state", ("proposed",)),), size=200)).items
    standing = [bookings.booking(reading, one.ref).standing for one in proposed]
    waits = {(one.all_accepted_at is not None, one.shown_at is not None) for one in standing if one is not None}
    assert waits == {(True, False), (False, False)}


def test_demo_has_a_closed_period_whose_books_balance(reading: Reading) -> None:
    periods = costs.periods(reading, ListRequest(size=200)).items
    closed = [one for one in periods if one.state == "closed"]
    assert len(closed) == 1
    statements = [
        one for one in costs.statements(reading, ListRequest(size=200)).items if one.period_ref == closed[0].ref
    ]
    assert sum(one.total_minor for one in statements) == closed[0].cost_minor
    assert ledger.ledger_faults(reading) == ()
    assert record_faults(reading) == ()


def test_everything_in_the_demo_is_marked_as_demo(reading: Reading) -> None:
    assert all(firm.is_demo for firm in firms(reading))
    assert len(demo_cards(reading)) >= 12 + 10 + 8


def test_every_seat_of_the_demo_is_answered(app: Flask, database: Database) -> None:
    assert ask_every_seat(app, database) > 200


def test_check_names_the_seat_and_the_page_that_fail(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> str:
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "admin.members", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with pytest.raises(DemoBroken) as caught:
        ask_every_seat(app, database)
    assert caught.value.field == "/pool/members"
    assert "answered 500" in caught.value.reason


def test_report_names_the_firm_and_says_that_it_is_demo_data(database: Database, tmp_path: Path) -> None:
    path = write_report(database, tmp_path)
    assert path.is_absolute() and path.parent == tmp_path.resolve()
    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    for words in ("Birch Credit Union", "Member credit scoring", "Demo data"):
        assert words in text, words
