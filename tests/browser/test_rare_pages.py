"""Pages the demo holds no state for: a finding just issued, a report in its factual check, a regulator's grants,
a plan that the pool's clock is making.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from auditors.casework import queries, service
from pool.journeys import planning
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Database, Work
from pool.members import service as members
from tests.browser.crawling import RARE, Address
from tests.browser.looking import Gaze
from tests.browser.seats import Seat
from tests.support import casework, people
from tests.support.casework import World
from tests.support.live import Live, LiveClock, served, settle

pytestmark = pytest.mark.browser


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """Give a world with one audit in its factual check and one critical finding that nobody has answered."""
    database = Database(sqlite_url)
    made = casework.build(database)
    ref = casework.open_audit(made)
    casework.to_stage2(made, ref)
    casework.rate_all(made, ref)
    casework.issue(made, ref, grade="critical")
    made.run("ada", service.end_fieldwork, audit_ref=ref)
    made.run("ada", service.write_report, audit_ref=ref, summary="What we saw.")
    made.run("ada", service.send_report, audit_ref=ref)
    settle(database)
    yield made
    database.dispose()


@pytest.fixture
def live(world: World, tmp_path: Path) -> Iterator[Live]:
    """Give the world served."""
    with served(world.database.url, tmp_path, clock=LiveClock(world.at)) as running:
        yield running


def sit(world: World, who: Actor, audience: str) -> Seat:
    """Sit somebody of the world down."""
    token = world.database.run_work(
        members.start_session, person_id=who.person_id, seat_id=who.seat_id, data={}, second_factor_at=world.at,
        actor=SYSTEM, at=world.at,
    )  # fmt: skip
    return Seat(audience, who.name, who.office, token)


def regulated(work: Work) -> Actor:
    """Give somebody the seat of a regulator, and sight of the one audit."""
    person = members.add_person(
        work, name="Rosa Lindt", email="rosa@authority.example", password=people.PASSWORD, is_demo=True
    )
    seat = members.give_seat(work, person_id=person.id, office=Office.REGULATOR)
    file = queries.audit_file(work, "AUD-2026-0001")
    for part in file.participants:
        service.grant(
            work, audit_id=file.id, person_id=person.id, firm_id=part.firm_id, deployment_id=part.deployment_id
        )
    return seat.actor()


def test_no_browser_complains_of_rare_pages(live: Live, world: World, browser: Browser) -> None:
    mara = sit(world, world.mara, "firm")
    regulator = sit(world, world.database.run_work(regulated, actor=SYSTEM, at=world.at), "pool")
    pia = sit(world, world.pia, "pool")
    key = world.database.run_work(planning.ask_for_plan, actor=world.pia, at=world.at)
    pages = [
        Address(mara, "/firm/findings/FIN-2026-0001/dispute", "firm.dispute_finding", ""),
        Address(mara, "/firm/findings/FIN-2026-0001/contain", "firm.contain_finding", ""),
        Address(mara, "/firm/audits/AUD-2026-0001/comment", "firm.comment_report", ""),
        Address(regulator, "/pool/granted", "admin.granted", ""),
        Address(regulator, "/pool/granted/AUD-2026-0001", "admin.granted_audit", ""),
        Address(pia, f"/pool/plan/making/{key}", "admin.planning", ""),
    ]
    gaze = Gaze(browser, live.url)
    gaze.look_at(pages, sample=1)
    assert gaze.looked == len(pages) and {one.endpoint for one in pages} == RARE
    assert gaze.faults == [], "\n".join(gaze.faults)
