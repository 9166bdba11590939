"""Invitations: taken once, before they end, and never over an account that exists."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM, Office
from pool.kernel.storage import Work
from pool.members import service
from pool.members.tables import InvitationRow
from tests.support.web import get_page, post
from tests.web.signin.conftest import PASSWORD, House


def invite(house: House, email: str = "new@pool.example") -> str:
    return str(house.do(service.invite, name="Nova Person", email=email, office=Office.PLANNER, firm_id=None))


def test_invitation_makes_an_account_once(house: House) -> None:
    token = invite(house)
    client = house.browser()
    text = get_page(client, f"/invitation/{token}")
    assert "Planner" in text and "new@pool.example" in text
    weak = post(client, f"/invitation/{token}", {"name": "Nova Person", "password": "short"})
    assert weak.status_code == 422 and "Nova Person" in weak.text
    answer = post(client, f"/invitation/{token}", {"name": "Nova Person", "password": "a long and quiet evening"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/enrol")
    assert house.browser().get(f"/invitation/{token}").status_code == 404
    get_page(client, "/sign-in/enrol")


def test_only_the_digest_of_the_token_is_kept(house: House) -> None:
    token = invite(house)
    with house.database.reading(SYSTEM, now()) as reading:
        row = reading.session.exec(select(InvitationRow)).one()
        assert row.token_digest == service.token_digest(token)
        assert token not in str(row)


def test_ended_and_unknown_invitations_are_answered_alike(house: House) -> None:
    token = invite(house)

    def end(work: Work) -> None:
        row = work.session.exec(select(InvitationRow)).one()
        row.ends_at = now() - timedelta(seconds=1)
        work.flush()

    house.do(end)
    ended, unknown = house.browser().get(f"/invitation/{token}"), house.browser().get("/invitation/made-up-token")
    assert ended.status_code == unknown.status_code == 404
    assert "taken or has ended" in ended.text and "taken or has ended" in unknown.text


def test_invitation_never_takes_over_an_account(house: House) -> None:
    token = invite(house, "mara@orchid.example")
    answer = post(
        house.browser(), f"/invitation/{token}", {"name": "Mara Voss", "password": "a long and quiet evening"}
    )
    assert answer.status_code == 422 and "already an account" in answer.text


def test_account_that_exists_takes_one_more_seat_once_it_is_signed_in(house: House) -> None:
    token = invite(house, "rita@pool.example")
    rita = house.signed_in("rita@pool.example")
    assert "one more seat" in get_page(rita, f"/invitation/{token}")
    # Rita plans already; a seat that she holds is refused, and the invitation stays open.
    assert post(rita, f"/invitation/{token}").status_code == 409
    token = str(
        house.do(service.invite, name="Rita", email="rita@pool.example", office=Office.TECHNICAL_REVIEWER, firm_id=None)
    )
    assert post(rita, f"/invitation/{token}").headers["Location"] == "/seats"
    assert "Technical reviewer" in get_page(rita, "/seats")
    assert rita.get(f"/invitation/{token}").status_code == 404


def test_seat_that_another_seat_excludes_is_refused(house: House) -> None:
    token = invite(house, "mara@orchid.example")
    assert post(house.signed_in(), f"/invitation/{token}").status_code == 409


def test_invitation_before_the_second_factor_is_not_taken(house: House) -> None:
    token = invite(house, "rita@pool.example")
    client = house.browser()
    post(client, "/sign-in", {"email": "rita@pool.example", "password": PASSWORD})
    assert client.get(f"/invitation/{token}").headers["Location"] == "/sign-in/code"
