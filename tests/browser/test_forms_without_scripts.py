"""Every form of the product in a browser that runs no script: opened by its link, filled in, sent, and its effect seen.

The permission table names every route; ``FLOWS`` says which test sends which of its forms, each test shows that it did,
and a form that is in no flow fails the build.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from auditors.casework import service
from pool.kernel.storage import Database
from tests.browser import forms_auditor, forms_firm, forms_pool, forms_seats
from tests.browser.flows import FLOWS, forms
from tests.browser.person import company
from tests.support import casework, world, world_audits
from tests.support import people as crowd
from tests.support.databases import copied
from tests.support.live import Live, LiveClock, served, settle
from tests.support.world import World

pytestmark = pytest.mark.browser
ORCHID, BIRCH = "Orchid Health", "Birch Credit"


@pytest.fixture(scope="module")
def told(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """Build the world once, with bookings, audits and costs; give its folder."""
    folder = tmp_path_factory.mktemp("forms")
    database = Database(copied(sqlite_template, folder))
    built = world.build(crowd.seed(database))
    world_audits.build_audits(built, folder / "files")
    world_audits.build_money(built)
    settle(database)
    database.dispose()
    return folder, built


@pytest.fixture
def live(told: tuple[Path, World], tmp_path: Path) -> Iterator[Live]:
    """Give the world served, a copy for each test."""
    with served(copied(told[0] / "pool.sqlite", tmp_path), tmp_path, clock=LiveClock(told[1].at)) as running:
        yield running


@pytest.fixture
def made(told: tuple[Path, World]) -> dict[str, dict[str, str]]:
    """Give the references of what there is, by firm and kind."""
    return told[1].made


def test_every_form_is_in_a_flow(live: Live) -> None:
    sent = [one for flow in FLOWS.values() for one in flow]
    assert sorted(sent) == sorted(forms(live.app)), "say in tests/browser/flows.py which test sends the form"


def test_forms_of_a_firm(live: Live, browser: Browser, made: dict[str, dict[str, str]]) -> None:
    with company(live, browser, scripts=False) as people:
        mara, own = people["Mara Voss"], made[ORCHID]
        hosted = forms_firm.hosted_model(mara)
        forms_firm.changed_answers(mara, own["deployment"])
        forms_firm.incident(mara, own["deployment"])
        forms_firm.monitoring(mara, own["deployment"])
        forms_firm.booking_withdrawn(mara, hosted)
        forms_firm.ended(mara, hosted)
        assert sorted(FLOWS["test_forms_of_a_firm"] - people.pressed()) == []


def test_accounts_and_seats(live: Live, browser: Browser) -> None:
    with company(live, browser, scripts=False) as people:
        mara, amos = people["Mara Voss"], people["Amos Berg"]
        link = forms_firm.invited(mara, "Nils Holm", "nils@orchid.example")
        forms_seats.invitation_taken(people["Nils Holm"], "nils@orchid.example", link)
        forms_firm.seat_ended(mara, "Nils Holm")
        link = forms_pool.person_invited(amos, "Rita Sørensen", "rita@pool.example", "Administrator")
        forms_seats.another_seat(people["Rita Sørensen"], link)
        forms_seats.new_sign_in(people, "Nils Holm", "nils@orchid.example")
        forms_seats.entry_checked(mara)
        forms_pool.office_ended(amos, "Ivo Petrov")
        forms_seats.account(mara, people.another("Mara Voss"), crowd.PASSWORD)
        assert sorted(FLOWS["test_accounts_and_seats"] - people.pressed()) == []


def test_forms_of_an_auditor(live: Live, browser: Browser, made: dict[str, dict[str, str]]) -> None:
    with company(live, browser, scripts=False) as people:
        ada, own = people["Ada Lindqvist"], made[ORCHID]
        place = own["audit"], own["deployment"], own["point"]
        forms_auditor.calendar(ada)
        forms_auditor.interests(ada)
        forms_auditor.evidence(ada, *place)
        forms_auditor.findings(ada, *place)
        forms_auditor.remedy_accepted(ada, own["finding"])
        forms_auditor.stop_asked(ada, own["audit"])
        stopped = {"Whose doing is it?": "The firm's: it broke off"}
        forms_pool.step(people["Pia Duarte"], own["booking"], "Stop the audit", **stopped)
        swap = {"Who leaves?": "Bruno Keller", "Who comes?": ada.name, "Why?": "He is ill."}
        forms_pool.step(people["Pia Duarte"], made[BIRCH]["booking"], "Replace a member", **swap)
        forms_pool.office_ended(people["Amos Berg"], ada.name)
        why = {"Why must it stop?": "Nobody can come."}
        forms_pool.step(people["Pia Duarte"], made[BIRCH]["booking"], "Ask to stop the audit", **why)
        assert sorted(FLOWS["test_forms_of_an_auditor"] - people.pressed()) == []


def test_forms_of_the_offices(live: Live, browser: Browser, made: dict[str, dict[str, str]]) -> None:
    with company(live, browser, scripts=False) as people:
        own = made[ORCHID]
        forms_pool.firm_admitted(people["Rita Sørensen"])
        forms_firm.full_report(people["Mara Voss"], own["deployment"])
        forms_pool.incident_closed(people["Rita Sørensen"], own["deployment"])
        forms_pool.auditor_taken_in(people["Pia Duarte"])
        forms_pool.interest_assessed(people["Ivo Petrov"])
        forms_pool.conditions_confirmed(people["Edda Novák"], own["ethics_decided"])
        forms_pool.split_sent_back(people, made[""]["period_open"])
        assert sorted(FLOWS["test_forms_of_the_offices"] - people.pressed()) == []


def test_bookings(live: Live, browser: Browser, made: dict[str, dict[str, str]]) -> None:
    with company(live, browser, scripts=False) as people:
        waiting, other = (made[firm]["booking_waiting"] for firm in (ORCHID, BIRCH))
        forms_pool.bookings(people, waiting, other, besides=tuple(made[firm]["proposal"] for firm in (ORCHID, BIRCH)))
        assert sorted(FLOWS["test_bookings"] - people.pressed()) == []


def test_disputes(sqlite_url: str, tmp_path: Path, browser: Browser) -> None:
    database = Database(sqlite_url)
    made = casework.build(database)
    own = casework.open_audit(made)
    other = casework.open_audit(made, firms=(BIRCH,))
    for audit, grade in ((own, "critical"), (other, "major")):
        casework.to_stage2(made, audit)
        casework.rate_all(made, audit)
        casework.issue(made, audit, grade=grade)
    casework.to_submitted(made, other)
    made.run("theo", service.take_review, audit_ref=other)
    made.run("theo", service.apply_verdict, audit_ref=other, verdict="await_action")
    settle(database)
    database.dispose()
    with (
        served(sqlite_url, tmp_path, clock=LiveClock(made.at)) as live,
        company(live, browser, scripts=False) as people,
    ):
        forms_firm.finding_contained_and_disputed(people["Mara Voss"], "FIN-2026-0001")
        forms_pool.dispute_settled(people["Theo Marchetti"], "FIN-2026-0001")
        live.clock.wait(days=200)
        forms_pool.fieldwork_repeated(people["Theo Marchetti"], other)
        assert sorted(FLOWS["test_disputes"] - people.pressed()) == []
