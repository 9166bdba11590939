"""The public register and its entries, as somebody without an account sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from pool.kernel.clock import day_of, now
from pool.kernel.listing import Cursor
from tests.support.web import get_page, same_for_all
from tests.support.world import CANARY, World


def test_register_lists_enrolled_deployments_and_no_private_word(client: FlaskClient, built: World) -> None:
    text = get_page(client, "/register")
    assert "Orchid guide" in text and "Birch guide" in text
    assert "Orchid second guide" not in text, "not signed, so not in the register"
    assert not any(word in text for word in CANARY.values())


def test_register_searches_filters_orders_and_pages(client: FlaskClient, built: World) -> None:
    assert "Birch guide" not in get_page(client, "/register?q=orchid")
    assert "Nothing fits these filters" in get_page(client, "/register?tier=high")
    assert "Orchid guide" in get_page(client, "/register?tier=medium&state=pending&context=health_information")
    ordered = get_page(client, "/register?sort=-name")
    assert ordered.index("Orchid guide") < ordered.index("Birch guide")
    first = get_page(client, "/register?size=1")
    assert "Birch guide" in first and "Orchid guide" not in first and 'rel="next"' in first
    for wrong in ("tier=none", "state=not_enrolled"):
        assert client.get(f"/register?{wrong}").status_code == 422, wrong


def test_register_is_given_as_csv(client: FlaskClient, built: World) -> None:
    answer = client.get("/register?format=csv&q=orchid")
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert len(lines) == 2 and '"Orchid guide","Orchid Health","Medium","Pending"' in lines[1]


def test_entry_shows_a_dated_standing_and_what_it_is_not(client: FlaskClient, built: World) -> None:
    ref = built.made["Orchid Health"]["deployment"]
    text = get_page(client, f"/register/{ref}")
    assert "Pending" in text and "It is not a certificate, not an approval" in text
    assert "Answers from a vetted bank." in text and CANARY["Orchid Health"] not in text


def test_entry_that_is_not_there_is_answered_like_an_unsigned_one(client: FlaskClient, built: World) -> None:
    unsigned = built.made["Orchid Health"]["deployment_unsigned"]
    one, other = client.get(f"/register/{unsigned}"), client.get("/register/DEP-2026-9999")
    assert one.status_code == other.status_code == 404
    assert same_for_all(one.text, unsigned) == same_for_all(other.text, "DEP-2026-9999")


def test_standing_on_a_day_tells_the_state_and_nothing_else(client: FlaskClient, built: World) -> None:
    ref = built.made["Orchid Health"]["deployment"]
    today = day_of(now())
    text = get_page(client, f"/register/{ref}/standing?on={today}&known={today}")
    assert "as known on" in text and "Pending." in text
    before = day_of(built.at) - timedelta(days=10)
    assert "Not enrolled." in get_page(client, f"/register/{ref}/standing?on={before}&known={today}")
    assert "Not enrolled." in get_page(client, f"/register/{ref}/standing?on={today}&known={before}")
    assert CANARY["Orchid Health"] not in text


@pytest.mark.parametrize("asked", ["on=2999-01-01", "known=tomorrow", "on=1999-01-01", "on=2026-02-30"])
def test_standing_on_a_day_that_cannot_be_asked_about_is_refused(client: FlaskClient, built: World, asked: str) -> None:
    ref = built.made["Orchid Health"]["deployment"]
    text = get_page(client, f"/register/{ref}/standing?{asked}", status=422)
    assert "Put this right" in text


def test_list_has_one_query_count_whatever_its_length(client: FlaskClient, built: World) -> None:
    from tests.support.queries import counted

    with counted(built.database) as many:
        client.get("/register")
    with counted(built.database) as one:
        client.get("/register?q=orchid")
    assert len(many) == len(one)


@pytest.mark.parametrize("asked", ["sort=nonsense", "at=!!!", f"sort=name&at={Cursor(7, 1).token()}"])
def test_old_or_broken_address_of_the_list_still_shows_it(client: FlaskClient, built: World, asked: str) -> None:
    usual, text = get_page(client, "/register"), get_page(client, f"/register?{asked}")
    assert "Orchid guide" in text and "the address" in text and "the address" not in usual
