"""Between an auditor and the pool: who was asked and said no, and why, is nothing that the firm reads anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from sqlmodel import select

from pool.bookings import queries
from pool.journeys import plan
from pool.kernel.storage import Reading
from pool.kernel.traces import Activity
from tests.unit.bookings.story import Story

Open = Callable[[str], Story]


def activity(reading: Reading) -> str:
    return str([(row.verb, row.name, row.reason, row.after) for row in reading.session.exec(select(Activity))])


def test_firm_reads_neither_a_team_that_was_asked_nor_a_no(at_state: Open) -> None:
    story = at_state("proposed")
    name = story.pool.actors[story.team()[0]].name
    assert name not in story.ask("mara", activity)
    story.do(
        story.team()[0],
        plan.answer_proposal,
        proposal=story.proposal,
        answer="declined",
        reason="my sister works there",
    )
    told = str([asdict(step) for step in story.ask("mara", queries.booking, story.booking).steps])
    for text in (told, story.ask("mara", activity)):
        assert "sister" not in text and name not in text
    kept = story.ask("pia", queries.booking, story.booking).proposals[-1].members
    assert [one.reason for one in kept if one.answer == "declined"] == ["my sister works there"]


def test_firm_reads_no_reason_of_a_no_after_the_offer(at_state: Open) -> None:
    story = at_state("proposed")
    story.offered()
    story.do(
        story.team()[0],
        plan.answer_proposal,
        proposal=story.proposal,
        answer="declined",
        reason="my sister works there",
    )
    assert "sister" not in str(asdict(story.ask("mara", queries.booking, story.booking)))
    assert "sister" not in story.ask("mara", activity)
