"""People of a firm, and its home."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from pool.journeys import submit
from pool.kernel.clock import now
from pool.members import queries
from tests.support import booking_way
from tests.support.firm_stage import GRAVE, Stage
from tests.support.people import Pool
from tests.support.queries import counted
from tests.support.web import arrived, checked, get_page, post, proofs, send, sign_in

INVITE = {"name": "Nora Lind", "email": "nora@orchid.example", "office": "firm_member"}


def test_people_are_seen_by_members_and_changed_by_managers(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.milo)
    text = get_page(client, "/firm/people")
    assert "Mara Voss" in text and "Ben Osei" not in text and "Make an invitation" not in text
    assert client.post("/firm/people/invite", data={**proofs(text), **INVITE}).status_code == 403
    sign_in(client, pool.mara)
    assert "Make an invitation" in get_page(client, "/firm/people")


def test_invitation_link_is_shown_once_and_works(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    form = {**proofs(get_page(client, "/firm/people")), **INVITE, "action": "submit"}
    first = send(client, "/firm/people/invite", form)
    text = checked(first, "/firm/people/invite")
    (link,) = re.findall(r"/invitation/([A-Za-z0-9_-]+)", text)
    again = arrived(client, send(client, "/firm/people/invite", form))
    assert link not in again and "invited a moment ago" in again
    assert link not in get_page(client, "/firm/people")
    assert "Nobody Else" not in get_page(client, "/firm/people?invited=Nobody+Else"), "no address speaks for us"
    visitor = client.application.test_client()
    assert "Nora Lind" in get_page(visitor, f"/invitation/{link}")


def test_invitation_of_a_long_name_typed_with_spare_spaces_tells_whose_it_is(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    family = "\U00020000" * 190
    form = {**proofs(get_page(client, "/firm/people")), **INVITE, "name": f"Nora  {family}", "action": "submit"}
    text = checked(send(client, "/firm/people/invite", form), "/firm/people/invite")
    assert "Invitation of Nora" in text
    again = arrived(client, send(client, "/firm/people/invite", form))
    assert f"Nora {family} was invited a moment ago" in again


def test_invitation_with_a_slip_comes_back(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    answer = post(client, "/firm/people/invite", {**INVITE, "email": "nora"}, on="/firm/people")
    assert answer.status_code == 422 and 'value="Nora Lind"' in answer.get_data(as_text=True)


def test_seat_ends_with_a_reason_but_never_the_last_manager(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    with pool.database.reading(pool.mara, now()) as reading:
        seats = {
            one.person_name: one.public_id for one in queries.seats_of_firm(reading, pool.firm_ids["Orchid Health"])
        }
    own = f"/firm/people/{seats['Mara Voss']}/end"
    refused = post(client, own, {"reason": "leaving"})
    assert refused.status_code == 422 and "last manager" in refused.get_data(as_text=True)
    other = f"/firm/people/{seats['Milo Brandt']}/end"
    assert post(client, other, {"reason": ""}).status_code == 422
    assert post(client, other, {"reason": "left the firm"}).status_code == 303
    assert "1 seat has ended" in get_page(client, "/firm/people")
    get_page(client, other, status=404)


def test_foreign_seat_is_absent(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    with pool.database.reading(pool.ben, now()) as reading:
        (seat,) = queries.seats_of_firm(reading, pool.firm_ids["Birch Credit"])
    get_page(client, f"/firm/people/{seat.public_id}/end", status=404)


def test_empty_home_teaches_three_steps(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    sign_in(client, pool.milo)
    text = get_page(client, "/firm")
    assert "Three steps to a participation record" in text and "Nothing is due" in text
    model = stage.model(foundation=stage.foundation())
    assert "Say where it is used" in get_page(client, "/firm")
    ref = stage.deployment(model)
    text = get_page(client, "/firm")
    assert f"/firm/deployments/{ref}/sign" in text


def test_home_orders_by_harm_and_shows_the_standing(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    ref = stage.signed(indicators=GRAVE)
    stage.deployment(stage.model(name="second"), name="Unsigned one")
    sign_in(client, pool.mara)
    text = get_page(client, "/firm")
    assert "Pending" in text and "Not met:" in text
    assert "Ask for the ethics review of Ward desk" in text and ref in text
    assert text.index("Sign the registration of Unsigned one") < text.index("Link your models")


def test_home_tells_what_each_audit_waits_for(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    stage.signed()
    sign_in(client, pool.mara)
    assert "No audit was asked for yet." in get_page(client, "/firm")
    draft = booking_way.drafted(stage)
    begun = get_page(client, "/firm")
    assert "No audit was asked for" not in begun and "one is on its way" in begun
    assert draft in begun and "A booking is begun and not sent yet." in begun and "Must act: you" in begun
    booking_way.submitted(stage)
    both = get_page(client, "/firm")
    assert "2 are on their way" in both and "The planner reads the request." in both
    assert both.index("A booking is begun") < both.index("The planner reads"), "the firm's own turn comes first"


@pytest.mark.parametrize("rows", [1, 3])
def test_home_costs_the_same_whatever_the_number_of_deployments(
    pool: Pool, client: FlaskClient, stage: Stage, rows: int
) -> None:
    model = stage.model(foundation=stage.foundation())
    for number in range(rows):
        ref = stage.deployment(model, name=f"Desk {number}", indicators=GRAVE)
        stage.act(submit.attest, pool.mara, deployment=ref, signed_name="Mara Voss")
    sign_in(client, pool.mara)
    with counted(pool.database) as sent:
        get_page(client, "/firm")
    assert len(sent) == 8


def test_offices_of_the_pool_do_not_enter(pool: Pool, client: FlaskClient) -> None:
    for actor in (pool.ada, pool.pia):
        sign_in(client, actor)
        assert client.get("/firm").status_code == 403
    assert client.application.test_client().get("/firm").status_code == 303
