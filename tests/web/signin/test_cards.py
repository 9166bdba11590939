"""The demo's sign-in cards: three to start with, everybody once, each where they sit."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM
from pool.members import queries
from pool.web.signin.cards import grouped
from tests.support.people import Pool
from tests.support.web import get_page


def test_cards_are_grouped_and_nobody_stands_twice(pool: Pool, client: FlaskClient) -> None:
    with pool.database.reading(SYSTEM, now()) as reading:
        seats = queries.demo_cards(reading)
    groups = {one.key: [card.seat.person_name for card in one.cards] for one in grouped(seats)}
    assert groups["start"] == ["Mara Voss", "Ada Lindqvist", "Pia Duarte"]
    assert groups["firms"] == ["Ben Osei", "Milo Brandt"]
    assert sorted(name for names in groups.values() for name in names) == sorted(one.person_name for one in seats)
    for path in ("/", "/sign-in"):
        text = get_page(client, path)
        assert re.findall(r'id="seats-(\w+)"', text) == ["start", "firms", "auditors", "pool"]
        assert text.count('class="seat-card"') == len(seats)


def test_group_without_a_card_is_left_out() -> None:
    assert grouped(()) == ()
