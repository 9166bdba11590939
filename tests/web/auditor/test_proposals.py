"""Being asked to take part: what is proposed, accepting, declining."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.web import arrived, database_of, get_page, post, same_for_all, sign_in
from tests.unit.bookings import story as stories
from tests.unit.bookings.story import Story


@pytest.fixture
def told(app: Flask) -> Story:
    """Give a booking for which a team was just proposed."""
    story = stories.build(database_of(app))
    story.go_to("proposed")
    return story


def test_asked_auditor_reads_what_is_proposed_and_accepts(told: Story, client: FlaskClient) -> None:
    lead = told.team()[0]
    sign_in(client, told.pool.actors[lead])
    desk = get_page(client, "/auditor/")
    assert "Answer: Orchid Health, lead auditor" in desk and told.proposal in desk
    url = f"/auditor/proposals/{told.proposal}"
    text = get_page(client, url)
    assert "You are asked" in text and "Health care" in text and "Half-days" in text
    assert "Visit guide" not in text, "what the deployment is called is not needed for the answer"
    text = arrived(client, post(client, f"{url}/accept", on=url))
    assert "You accepted" in text or "All accepted" in text
    assert "Decline</a>" not in text
    assert "Answer: Orchid Health" not in get_page(client, "/auditor/")
    again = post(client, f"{url}/accept", on="/auditor/interests/new")
    assert again.status_code in (409, 403)


def test_declining_needs_a_reason_and_frees_the_half_days(told: Story, client: FlaskClient) -> None:
    name, proposal = told.team()[-1], told.proposal
    sign_in(client, told.pool.actors[name])
    url = f"/auditor/proposals/{proposal}/decline"
    assert "waiting list" in get_page(client, url)
    assert post(client, url, {"reason": ""}).status_code == 422
    assert post(client, url, {"reason": "My sister works there."}).status_code == 303
    declined = told.file.proposals[0]
    assert [m.reason for m in declined.members if m.answer == "declined"] == ["My sister works there."]
    assert told.state in ("accepted", "waitlisted")


def test_foreign_and_absent_proposal_get_the_same_answer(told: Story, client: FlaskClient) -> None:
    outsider = next(name for name in ("ada", "bruno", "chen") if name not in told.team())
    sign_in(client, told.pool.actors[outsider])
    for path in ("", "/decline"):
        foreign, absent = (client.get(f"/auditor/proposals/{key}{path}") for key in (told.proposal, "PRP-1"))
        assert foreign.status_code == absent.status_code == 404
        one, other = (same_for_all(a.get_data(as_text=True), told.proposal, "PRP-1") for a in (foreign, absent))
        assert one == other
