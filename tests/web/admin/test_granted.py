"""A regulator sees the public register and what a grant names, and no page of an office."""

from __future__ import annotations

from flask.testing import FlaskClient

from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Work
from pool.members import service
from tests.support.people import PASSWORD, START, Pool
from tests.support.web import get_page, sign_in


def _regulator(pool: Pool) -> Actor:
    def sit(work: Work) -> Actor:
        person = service.add_person(
            work, name="Rosa Lindt", email="rosa@authority.example", password=PASSWORD, is_demo=True
        )
        return service.give_seat(work, person_id=person.id, office=Office.REGULATOR).actor()

    return pool.database.run_work(sit, actor=SYSTEM, at=START)


def test_regulator_without_a_grant_is_told_so_and_opens_no_office_page(client: FlaskClient, pool: Pool) -> None:
    sign_in(client, _regulator(pool))
    assert "No grant is running" in get_page(client, "/pool/granted")
    for path in ("/pool", "/pool/members", "/pool/bookings", "/firm", "/auditor"):
        assert client.get(path, follow_redirects=False).status_code in {403, 404, 308}, path
    assert client.get("/pool/granted/AUD-2026-0001").status_code == 404
