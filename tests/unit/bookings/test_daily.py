"""The work of a day: one job per subject, so that a row nobody can work with stops nothing but itself."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from pool import jobs
from pool.bookings.tables import Booking
from pool.harbor.tables import Standing
from pool.journeys import daily, planning, standing
from pool.kernel.clock import day_of
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Work
from pool.registry.queries import deployment
from pool.registry.tables import TierAssessment
from scheduling.jobs import KEPT
from scheduling.tables import Job
from tests.unit.bookings.story import Story


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Any:
    """Keep the tracebacks of jobs that fail on purpose out of the output."""
    with caplog.at_level(logging.CRITICAL, logger="pool.jobs"):
        yield


def quoted(story: Story, name: str) -> str:
    """Take a request for one deployment to its estimate; return the booking."""
    story.requested(deployments=[story.deployments[name]])
    story.go_to("quoted")
    return story.booking


def poisoned(story: Story, name: str) -> None:
    """Give a deployment an assessment that no code can read."""
    key = story.ask(SYSTEM, deployment, story.deployments[name]).id

    def spoil(work: Work) -> None:
        last = work.session.exec(
            select(TierAssessment).where(TierAssessment.deployment_id == key).order_by(col(TierAssessment.id).desc())
        ).first()
        assert last is not None
        values = last.model_dump(exclude={"id", "public_id", "created_at", "result"})
        work.add(TierAssessment(**values, result={}))

    story.do(SYSTEM, spoil)


def states(story: Story) -> dict[str, str]:
    """Return the state of every booking."""
    found = story.ask(SYSTEM, lambda reading: list(reading.session.exec(select(Booking))))
    return {row.ref: str(row.state) for row in found}


def kept_jobs(story: Story) -> dict[str, Job]:
    """Return every job by its key without the day."""
    rows = story.ask(SYSTEM, lambda reading: list(reading.session.exec(select(Job))))
    return {row.dedupe_key.rpartition(":")[0]: row for row in rows}


def run_day(story: Story) -> int:
    """Plan the day and do what is due; return how many jobs had their effect."""
    jobs.plan_day(story.database, story.at)
    return jobs.run_due(story.database, worker="test", clock=lambda: story.at)


def test_one_poisoned_deployment_and_its_booking_stop_nothing_but_themselves(told: Story) -> None:
    told.registered(name="Second guide")
    bad, good = quoted(told, "Visit guide"), quoted(told, "Second guide")
    poisoned(told, "Visit guide")
    told.later(days=40)
    run_day(told)
    assert states(told) == {bad: "quoted", good: "expired"}
    rows = kept_jobs(told)
    failed = {key for key, row in rows.items() if row.state != "done"}
    assert failed == {
        f"daily.expire_quote:{bad}",
        f"daily.refresh_standing:{told.deployments['Visit guide']}",
    }
    assert {(rows[key].state, rows[key].last_error) for key in failed} == {("due", "KeyError: 'duties'")}
    fresh = told.ask(SYSTEM, lambda reading: list(reading.session.exec(select(Standing.computed_at))))
    assert [day_of(instant) for instant in fresh].count(day_of(told.at)) == 1


def test_day_planned_again_adds_only_what_became_due_meanwhile(told: Story) -> None:
    jobs.plan_day(told.database, told.at)
    first = set(kept_jobs(told))
    assert first == {"daily.forget", f"daily.refresh_standing:{told.deployments['Visit guide']}"}
    told.registered(name="Second guide")
    for _ in range(2):
        jobs.plan_day(told.database, told.at)
    assert set(kept_jobs(told)) - first == {f"daily.refresh_standing:{told.deployments['Second guide']}"}
    assert run_day(told) == 3
    assert run_day(told) == 0, "a done step of the day is not made due again"


def test_every_subject_is_worked_on_in_a_transaction_of_its_own(told: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    told.registered(name="Second guide")
    seen: list[Any] = []
    monkeypatch.setattr(standing, "refresh", lambda work, *, deployment_id: seen.append(work.session))
    run_day(told)
    assert len(seen) == 2
    assert seen[0] is not seen[1], "the lock of the numbers is held for one subject only"


def test_step_whose_subject_moved_on_meanwhile_is_done_without_effect(told: Story) -> None:
    booking = quoted(told, "Visit guide")
    told.later(days=40)
    jobs.plan_day(told.database, told.at)
    told.do(SYSTEM, daily.STEPS["daily.expire_quote"], booking=booking)
    jobs.run_due(told.database, worker="test", clock=lambda: told.at)
    assert {row.state for row in kept_jobs(told).values()} == {"done"}
    assert states(told) == {booking: "expired"}


def test_jobs_of_days_long_past_are_forgotten_and_plans_are_not(told: Story) -> None:
    run_day(told)
    told.do("pia", planning.ask_for_plan)
    told.later(days=KEPT.days + 2)
    run_day(told)
    kinds = told.ask(SYSTEM, lambda reading: list(reading.session.exec(select(Job.kind, Job.due_at))))
    assert all(due_at >= told.at - KEPT for kind, due_at in kinds if kind.startswith("daily."))
    assert [kind for kind, _due in kinds if not kind.startswith("daily.")] == ["plan.solve"]


def test_job_of_the_former_kind_makes_the_days_steps_due(told: Story) -> None:
    at: datetime = told.at + timedelta(hours=1)
    told.do(SYSTEM, daily_job_of_before)
    jobs.run_due(told.database, worker="test", clock=lambda: at)
    assert f"daily.refresh_standing:{told.deployments['Visit guide']}" in kept_jobs(told)


def daily_job_of_before(work: Work) -> None:
    """Make due what the clock made due before the work of a day was split."""
    work.add(Job(kind="daily.let_pass", dedupe_key="daily.let_pass:2026-09-01", due_at=work.at))
