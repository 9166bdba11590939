"""The firm's record over all deployments, in the words of decision 6, and its report as a paper."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from pool.harbor.queries import standings
from pool.kernel.clock import now
from pool.registry import queries as registry
from tests.support import booking_way as way
from tests.support.firm_stage import Stage
from tests.support.people import Pool
from tests.support.queries import counted
from tests.support.web import get_page, sign_in

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
