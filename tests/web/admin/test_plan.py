"""The plan's pages: board, waiting bookings with reasons, making a plan at once or by the clock, publishing it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from auditors.roster import queries as roster_queries
from pool import jobs
from pool.bookings import queries
from pool.journeys import book, plan, planning, roster, submit
from pool.kernel.clock import day_of, now
from pool.kernel.storage import Work
from pool.web.admin.plan_words import headline_of, reasons_of
from scheduling.interval import HalfDay
from scheduling.plan import FUNNEL_STEPS
from scheduling.tables import Job, PlanRow
from tests.support.firm_stage import Stage
from tests.support.people import Pool
from tests.support.queries import counted
from tests.support.web import arrived, database_of, get_page, post, proofs, send, sign_in


@dataclass
class Desk:
    """The pool with bookings that wait for a team."""

    pool: Pool
    stage: Stage
    bookings: list[str] = field(default_factory=list)
    foundation: str = ""

    def accepted(self, name: str) -> str:
        """Take a request of Orchid Health to where it waits for a team; return its reference."""
        stage, pool = self.stage, self.pool
        today = day_of(now())
        self.foundation = self.foundation or stage.foundation()
        deployment = stage.deployment(stage.model(foundation=self.foundation, name=f"{name} model"), name=name)
        stage.act(submit.attest, pool.mara, deployment=deployment, signed_name=pool.mara.name)
        made = stage.act(
            book.request_booking,
            pool.mara,
            deployments=[deployment],
            window_from=today + timedelta(days=25),
            window_until=today + timedelta(days=80),
        ).ref
        stage.act(book.submit, pool.mara, booking=made)
        stage.act(book.screen, pool.pia, booking=made)
        stage.act(book.quote, pool.amos, booking=made)
        stage.act(book.accept, pool.mara, booking=made, signed_name=pool.mara.name)
        self.bookings.append(made)
        return str(made)

    def state(self, booking: str) -> str:
        """Return where a booking stands."""
        with self.pool.database.reading(self.pool.pia, now()) as reading:
            return queries.booking(reading, booking).line.state


@pytest.fixture
def desk(pool: Pool) -> Desk:
    """Give a pool in which one booking waits."""
    found = Desk(pool, Stage(pool))
    found.accepted("Ward desk")
    return found


def plan_now(client: FlaskClient) -> str:
    """Press "Plan now"; return the address it leads to."""
    form = proofs(get_page(client, "/pool/plan"))
    answer = send(client, "/pool/plan/now", form)
    assert answer.status_code == 303, answer.get_data(as_text=True)[:1000]
    assert send(client, "/pool/plan/now", form).headers["Location"] == answer.headers["Location"]
    return str(answer.headers["Location"])


def test_empty_plan_teaches(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.pia)
    text = get_page(client, "/pool/plan")
    assert "No plan yet" in text and "Every accepted booking has a team" in text and "Plan now" not in text
    assert "Ada Lindqvist" in text and "Nothing planned in these days" in text
    get_page(client, "/pool/plan?since=9999-12-31")


def test_plan_is_made_looked_at_and_published(desk: Desk, client: FlaskClient) -> None:
    sign_in(client, desk.pool.pia)
    text = get_page(client, "/pool/plan")
    assert desk.bookings[0] in text and "Not planned yet" in text
    review = plan_now(client)
    text = get_page(client, review)
    assert "Legal: every rule holds" in text and "Why this team" in text and "Covered by" in text
    assert "Orchid Health" in text and "Publish" in text and "nobody</span>" not in text
    assert "is kept and nobody was asked yet" in get_page(client, "/pool/plan")
    assert desk.state(desk.bookings[0]) == "accepted"
    assert "Teams to be asked" in get_page(client, f"{review}/publish")
    text = arrived(client, post(client, f"{review}/publish"))
    assert "the teams were asked" in text and desk.state(desk.bookings[0]) == "proposed"
    board = get_page(client, "/pool/plan")
    assert "proposed" in board and "Published" in board
    again = post(client, f"{review}/publish")
    assert again.status_code == 409 and "Not published" in again.get_data(as_text=True)


def test_documents_are_open(desk: Desk, client: FlaskClient) -> None:
    sign_in(client, desk.pool.pia)
    review = plan_now(client)
    problem = json.loads(client.get(f"{review}/problem.json").data)
    answer = json.loads(client.get(f"{review}/plan.json").data)
    assert problem["audits"] and answer["assignments"] and answer["problem_digest"].startswith("sha256:")
    assert client.get(f"{review}/other.json").status_code == 404


def test_plan_is_put_aside_with_a_reason(desk: Desk, client: FlaskClient) -> None:
    sign_in(client, desk.pool.pia)
    review = plan_now(client)
    assert post(client, f"{review}/discard", {"reason": ""}).status_code == 422
    text = arrived(client, post(client, f"{review}/discard", {"reason": "an auditor fell ill"}))
    assert "Put aside; nobody was asked" in text and "an auditor fell ill" in text
    assert post(client, f"{review}/discard", {"reason": "again"}).status_code == 422
    assert "Nothing fits" in get_page(client, "/pool/plan?state=solved")


def test_audit_without_a_team_says_why_in_words(desk: Desk, client: FlaskClient) -> None:
    with desk.pool.database.reading(desk.pool.pia, now()) as reading:
        known = roster_queries.auditors_by_id(reading)
    for view in known.values():
        today = day_of(now())
        desk.stage.act(
            roster.set_leave,
            desk.pool.pia,
            auditor=view.ref,
            first=HalfDay.morning(today + timedelta(days=20)),
            last=HalfDay.afternoon(today + timedelta(days=90)),
        )
    sign_in(client, desk.pool.pia)
    review = plan_now(client)
    text = get_page(client, review)
    assert "Not placed" in text and "Nobody is free for the whole length within the window" in text
    arrived(client, post(client, f"{review}/publish"))
    text = get_page(client, "/pool/plan")
    assert "On the waiting list" in text and "Nobody is free for the whole length" in text and "Rule by rule" in text
    assert "away" in text


def test_broken_plan_is_not_offered_for_publication(desk: Desk, client: FlaskClient) -> None:
    sign_in(client, desk.pool.pia)
    review = plan_now(client)

    def break_it(work: Work) -> None:
        row = work.session.exec(select(PlanRow)).one()
        changed = json.loads(json.dumps(row.plan))
        changed["objective"]["money_minor"] += 1
        row.plan = changed

    desk.stage.act(break_it, desk.pool.pia)
    text = get_page(client, review)
    assert "1 rule is broken" in text and "cannot be published" in text and ">Publish<" not in text
    assert post(client, f"{review}/publish", on=f"{review}/publish").status_code == 409


def test_stale_plan_is_refused_with_its_reasons(desk: Desk, client: FlaskClient) -> None:
    sign_in(client, desk.pool.pia)
    review = plan_now(client)
    desk.stage.act(book.cancel, desk.pool.mara, booking=desk.bookings[0], reason="no longer needed")
    answer = post(client, f"{review}/publish")
    assert answer.status_code == 409 and "cannot be placed as planned any more" in answer.get_data(as_text=True)


def test_plan_that_another_one_overtook_is_not_offered_for_publication(desk: Desk, client: FlaskClient) -> None:
    sign_in(client, desk.pool.pia)
    first = plan_now(client)
    second = plan_now(client)
    assert first != second
    arrived(client, post(client, f"{second}/publish"))
    text = get_page(client, first)
    assert "Another plan was published after this one was made" in text and ">Publish<" not in text
    assert "Look at" not in get_page(client, "/pool/plan")


def test_large_plan_is_made_by_the_clock_and_found_again(
    desk: Desk, client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 0)
    sign_in(client, desk.pool.pia)
    making = plan_now(client)
    assert "/pool/plan/making/" in making
    assert "the pool&#39;s clock" in get_page(client, making)
    # Asked again while it waits: the same work is shown.
    form = proofs(get_page(client, "/pool/plan"))
    assert send(client, "/pool/plan/now", form).headers["Location"] == making
    assert jobs.run_due(database_of(app), worker="test") >= 1
    answer = client.get(making)
    assert answer.status_code == 303 and "Legal: every rule holds" in get_page(client, answer.headers["Location"])
    polled = client.get(making, headers={"HX-Request": "true"})
    assert polled.headers["HX-Redirect"] == answer.headers["Location"]
    get_page(client, f"/pool/plan/making/{'0' * 32}", status=404)


def test_plan_that_was_given_up_ends_its_page_with_a_sentence_and_the_next_step(
    desk: Desk, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 0)
    sign_in(client, desk.pool.pia)
    making = plan_now(client)
    assert 'hx-trigger="every 2s"' in get_page(client, making) and 'http-equiv="refresh"' in get_page(client, making)

    def give_up(work: Work) -> None:
        job = work.session.exec(select(Job)).one()
        job.state, job.attempts, job.last_error = "dead", 8, "TooLarge: too many starts"

    desk.stage.act(give_up, desk.pool.pia)
    text = get_page(client, making)
    assert "hx-get" not in text.partition('id="progress"')[2].partition(">")[0]
    assert 'http-equiv="refresh"' not in text and "<progress" not in text
    assert "given up after 8 attempts" in text and "TooLarge: too many starts" in text
    assert "Next step: ask for a plan again" in text and ">Plan again<" in text
    assert "the work goes on" not in text


def test_only_the_planner_plans(desk: Desk, client: FlaskClient) -> None:
    sign_in(client, desk.pool.pia)
    review = plan_now(client)
    for who in ("amos", "ivo", "rita"):
        sign_in(client, desk.pool.actors[who])
        text = get_page(client, "/pool/plan")
        assert "Plan now" not in text
        assert "Must act: planner" in get_page(client, review)
        form = proofs(text)
        for url in ("/pool/plan/now", f"{review}/publish", f"{review}/discard"):
            assert send(client, url, form).status_code == 403
    for who in ("mara", "ada", "theo", "tess"):
        sign_in(client, desk.pool.actors[who])
        assert client.get("/pool/plan").status_code == 403
        assert client.get(review).status_code == 403


def test_board_says_its_codes_in_words_and_is_a_list_beside(desk: Desk, client: FlaskClient) -> None:
    sign_in(client, desk.pool.pia)
    text = get_page(client, "/pool/plan")
    assert '<abbr title="Model evaluation and statistics">F2</abbr>' in text
    assert "<strong>F1</strong> Lead auditor" in text and "of 30 half-days" in text
    assert "half-days of the coming 30 days" in text
    listed = text.partition('<ul class="board-list">')[2].partition("</details>")[0]
    assert "Ada Lindqvist" in listed and "Nothing planned in these days." in listed


def test_board_costs_the_same_number_of_queries(desk: Desk, client: FlaskClient) -> None:
    sign_in(client, desk.pool.pia)
    counts = []
    for name in ("Second desk", "Third desk"):
        plan_now(client)
        client.get("/pool/plan")
        with counted(desk.pool.database) as sent:
            client.get("/pool/plan")
        counts.append(len(sent))
        desk.accepted(name)
    assert counts[0] == counts[1]
    csv = client.get("/pool/plan?format=csv&sort=ref").get_data(as_text=True)
    assert csv.count("PLN-") == 2


def test_every_step_of_a_funnel_has_its_words() -> None:
    for rule in (*FUNNEL_STEPS, "competence-cover:F4"):
        assert headline_of([("all", 3), (rule, 0)]).endswith(".")
    (first, second) = reasons_of([("all", 5), ("competence-cover:F4", 0)])
    assert (first.taken, second.taken) == (0, 5) and "AI security" in second.words
    assert headline_of([]).startswith("Not planned yet")
    assert plan.MOST_AUDITS == 100
