"""The firm's record over all deployments, in the words of decision 6, and its report as a paper."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from functools import partial

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlmodel import select

from pool.harbor.lists import count_by_state, standings_listed
from pool.harbor.queries import standings
from pool.harbor.tables import RegisterEntry, Standing
from pool.kernel.clock import now
from pool.kernel.listing import ListRequest
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Work
from pool.kernel.traces import Activity
from pool.registry import queries as registry
from pool.reports.printing import LIMITS, print_within
from pool.web import papers
from pool.web.display import day
from pool.web.firm.standing_words import mark_of
from tests.support import booking_way as way
from tests.support.firm_stage import Stage
from tests.support.people import Pool
from tests.support.queries import counted
from tests.support.web import checked, get_page, sign_in

FORBIDDEN = re.compile(r"\b(protected|compliant|certified|guaranteed|immune|fair)\b|approved by the pool", re.I)


def test_empty_record_teaches(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.milo)
    assert "A record belongs to a deployment" in get_page(client, "/firm/record")


def test_draft_says_how_the_record_begins(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    stage.deployment(stage.model(foundation=stage.foundation()))
    sign_in(client, pool.mara)
    assert "signing the registration applies for the record" in get_page(client, "/firm/record")


def test_deemed_condition_is_never_called_met(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    booking = way.accepted(stage)
    deployment = way.file_of(stage, booking).line.deployments[0][0]
    with pool.database.reading(pool.mara, now()) as reading:
        view = registry.deployment(reading, deployment)
        basis = {one["condition"]: one for one in standings(reading, [view.id])[view.id].basis}
    assert basis["C4"]["deemed"], "the pool has not audited yet"
    sign_in(client, pool.mara)
    text = get_page(client, "/firm/record")
    assert "C4 engaged" in text and "C4 met" not in text
    assert re.search(r"Engaged, waiting for the pool since \d+ \w+ \d{4}, not audited", text)
    assert "C1 met" in text and "Lawfully registered foundation model" in text
    assert re.search(r"\d of 8 conditions met, 1 engaged", text)
    assert not FORBIDDEN.search(text)


def test_confirmed_audit_is_named_with_its_day_and_nothing_waits_for_the_pool(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    booking = way.file_of(stage, way.confirmed(stage))
    deployment = booking.line.deployments[0][0]
    assert booking.line.starts_on is not None
    words = f"Engaged, audit booked for {day(booking.line.starts_on)}, not audited yet"
    sign_in(client, pool.mara)
    for path in ("/firm/record", f"/firm/deployments/{deployment}/record"):
        text = get_page(client, path)
        assert words in text and "waiting for the pool since" not in text, path
    report = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(client.get("/firm/report.pdf").data)).pages)
    assert f"audit booked for {booking.line.starts_on.isoformat()}" in " ".join(report.split())
    with pool.database.reading(SYSTEM, now()) as reading:
        (found,) = standings(reading).values()
    mark = mark_of(replace(found, state="good_standing", deemed=True))
    assert (mark.word, mark.meaning, mark.note) == (words, "due_soon", "")


def test_pool_and_public_read_no_waiting_where_the_audit_is_booked(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    booking = way.file_of(stage, way.confirmed(stage))
    deployment = booking.line.deployments[0][0]

    def all_else_met(work: Work) -> None:
        kept = work.session.exec(select(Standing).where(Standing.current)).one()
        shown = work.session.exec(select(RegisterEntry)).one()
        kept.state = shown.state = "good_standing"
        kept.deemed = shown.deemed = True

    pool.database.run_work(all_else_met, actor=SYSTEM, at=now())
    words = f"Engaged, audit booked for {day(booking.line.starts_on)}, not audited yet"
    sign_in(client, pool.rita)
    of_pool = (f"/pool/deployments/{deployment}", f"/pool/members/{pool.firm_refs['Orchid Health']}", "/pool/record")
    for path in of_pool:
        text = get_page(client, path)
        assert words in text and "waiting for the pool" not in text, path
    assert words in client.get("/pool/record?format=csv").text
    for path in ("/register", f"/register/{deployment}"):
        text = get_page(client, path)
        assert "Engaged, a condition is still open" in text and "waiting for the pool" not in text, path


def test_entries_of_one_kind_are_told_apart_and_facts_name_their_day(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    booking = way.confirmed(stage)
    deployment = way.file_of(stage, booking).line.deployments[0][0]
    sign_in(client, pool.mara)
    text = get_page(client, f"/firm/deployments/{deployment}/record")
    heads = re.findall(r"No\. (\d+): ([^<]+), \d+ \w+ \d{4}</summary>", text)
    engaged = [head for _seq, head in heads if head.startswith("Audit engaged")]
    assert len(engaged) > 1 and len(set(engaged)) == len(engaged)
    assert all(re.search(r"[A-Z]{3}-\d{4}-\d{4}", head) for head in engaged)
    recorded = re.findall(r'data-label="Recorded">([^<]*)</td>', text)
    assert len(recorded) == 8 and all(re.fullmatch(r"\d+ \w+ \d{4}|–|—", one) for one in recorded)


def test_deemed_standings_are_counted_apart_from_those_whose_conditions_are_met(
    pool: Pool, client: FlaskClient, stage: Stage
) -> None:
    way.accepted(stage)

    def all_else_met(work: Work) -> None:
        work.session.exec(select(Standing).where(Standing.deemed)).one().state = "good_standing"

    pool.database.run_work(all_else_met, actor=SYSTEM, at=now())
    with pool.database.reading(SYSTEM, now()) as reading:
        assert count_by_state(reading) == {"deemed": 1}
        (line,) = standings_listed(reading, ListRequest(filters=(("state", ("deemed",)),))).items
        assert (line.state, line.shown_state) == ("good_standing", "deemed")
        assert standings_listed(reading, ListRequest(filters=(("state", ("good_standing",)),))).items == ()
    sign_in(client, pool.rita)
    text = get_page(client, "/pool/record")
    assert "Engaged, waiting for the pool, not audited" in text
    assert 'value="deemed"' in text


@pytest.mark.parametrize("rows", [1, 3])
def test_record_costs_the_same_whatever_its_length(pool: Pool, client: FlaskClient, stage: Stage, rows: int) -> None:
    for _n in range(rows):
        way.signed(stage)
    sign_in(client, pool.mara)
    with counted(pool.database) as sent:
        assert get_page(client, "/firm/record").count('class="conditions"') == rows
    assert len(sent) == 2


def test_report_is_saved_and_holds_the_firms_own_only(pool: Pool, client: FlaskClient, stage: Stage) -> None:
    own, foreign = way.signed(stage, name="Ward desk"), way.signed(stage, who=pool.ben, name="Quillwren lending")
    sign_in(client, pool.milo)
    answer = client.get("/firm/report.pdf")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="report-FIRM-')
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert "Ward desk" in text and own in text
    assert "Quillwren" not in text and foreign not in text and "Birch" not in text
    assert not FORBIDDEN.search(text)


def test_report_that_is_too_long_is_refused_and_the_activity_tells_it(
    pool: Pool, client: FlaskClient, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.signed(stage, name="Ward desk")
    monkeypatch.setattr(papers, "print_within", partial(print_within, limits=replace(LIMITS, lines=1)))
    sign_in(client, pool.milo)
    answer = client.get("/firm/report.pdf")
    assert answer.status_code == 413
    assert "longer than one paper can be" in checked(answer)
    with pool.database.reading(SYSTEM, now()) as reading:
        (entry,) = reading.session.exec(select(Activity).where(Activity.verb == "refuse_paper")).all()
    assert (entry.person_id, entry.firm_id) == (pool.milo.person_id, pool.milo.firm_id)
    assert entry.subject_ref.startswith("report-FIRM-")
