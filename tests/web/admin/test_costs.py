"""The pages of costs: a period walked from its first cost to its statements by two persons, the ledger, the paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pool.journeys import settle
from pool.web.admin.cost_words import account_words, exact_words, weight_words
from tests.support.queries import counted
from tests.support.web import arrived, checked, database_of, get_page, post, proofs, send, sign_in
from tests.unit.costs.three_firms import ALL, AT, BIRCH, COSTS, FROM_ON, UNTIL_ON, Quarter, quarter, with_costs

COST = {"facility": "administration", "firm": "", "amount": "100.00", "document": "Rent, third quarter",
        "incurred_on": "2026-09-15", "audit_ref": "", "note": ""}  # fmt: skip


@pytest.fixture
def three(app: Flask) -> Iterator[Quarter]:
    """Give the pool after its quarter: three firms, their audits, no period yet."""
    yield quarter(database_of(app))


def period(made: Quarter) -> str:
    """Return the address of the quarter's period with all its costs."""
    return f"/pool/costs/{with_costs(made)}"


def press(client: FlaskClient, page: str, url: str, **fields: Any) -> Any:
    """Press a button of a page."""
    return send(client, url, {**proofs(get_page(client, page)), **fields})


# --------------------------------------------------------------------------------------------------
# The way of a period


def test_empty_costs_teach_and_a_period_is_opened(three: Quarter, client: FlaskClient) -> None:
    sign_in(client, three.pool.tess)
    assert "No period yet" in get_page(client, "/pool/costs")
    values = {"from_on": "2026-07-01", "until_on": "2026-06-30", "currency": "EUR"}
    assert post(client, "/pool/costs/open", values).status_code == 422
    text = arrived(client, post(client, "/pool/costs/open", {**values, "until_on": "2026-09-30"}))
    assert "No cost was entered yet" in text and "As registrations and bookings read now" in text
    overlap = post(client, "/pool/costs/open", {**values, "until_on": "2026-12-31"})
    assert overlap.status_code == 422 and "already covers days" in overlap.get_data(as_text=True)


def test_costs_are_added_with_their_documents(three: Quarter, client: FlaskClient) -> None:
    ref = three.run(settle.open_period, three.pool.tess, from_on=FROM_ON, until_on=UNTIL_ON).ref
    sign_in(client, three.pool.tess)
    url = f"/pool/costs/{ref}/cost"
    slips = post(client, url, {**COST, "amount": "1,5,0", "incurred_on": "2026-10-01"})
    assert slips.status_code == 422 and "Rent, third quarter" in slips.get_data(as_text=True)
    alone = post(client, url, {**COST, "facility": "direct"})
    assert alone.status_code == 422 and "names the firm that caused it" in alone.get_data(as_text=True)
    assert post(client, url, {**COST, "amount": "0"}).status_code == 422
    assert "Rent, third quarter" in arrived(client, post(client, url, COST))
    text = arrived(client, post(client, url, {**COST, "amount": "-20.00", "document": "Correction"}))
    assert "Correction" in text and "80.00" in text
    direct = {**COST, "facility": "direct", "firm": BIRCH, "document": "Follow-up"}
    assert "Direct costs of Birch Credit" in arrived(client, post(client, url, direct))


def test_period_is_split_reviewed_by_another_and_closed(three: Quarter, client: FlaskClient) -> None:
    url = period(three)
    sign_in(client, three.pool.tess)
    assert "Split the costs" in get_page(client, url)
    version = _field(get_page(client, url), "version")
    moved = press(client, url, f"{url}/allocate", version="1")
    assert moved.status_code == 409 and "Nothing was changed" in checked(moved)
    text = arrived(client, press(client, url, f"{url}/allocate", version=version))
    assert "waits for a second person" in text and "Approve this split" not in text
    assert "another person reviews them" in text and "6\u202f826.19" in text
    digest = _field_of(three, url)
    own = press(client, url, f"{url}/review", digest=digest)
    assert own.status_code == 403 and "may not review the split" in checked(own)
    sign_in(client, three.pool.amos)
    assert press(client, url, f"{url}/review", digest="sha256:" + "0" * 64).status_code == 409
    assert press(client, url, f"{url}/review").status_code == 409
    text = arrived(client, press(client, url, f"{url}/review", digest=digest))
    assert "Amos Berg" in text and "Tess Okafor" in text
    assert client.get(f"{url}/close").status_code == 403
    sign_in(client, three.pool.tess)
    assert "Statements to issue" in get_page(client, f"{url}/close")
    text = arrived(client, post(client, f"{url}/close"))
    assert "It never changes" in text and text.count("STM-") >= 3
    again = press(client, "/pool/costs/open", f"{url}/close")
    assert again.status_code == 409


def _field(text: str, name: str) -> str:
    return text.split(f'name="{name}" value="')[1].split('"')[0]


def _field_of(made: Quarter, url: str) -> str:
    from pool.costs import queries

    with made.pool.database.reading(made.pool.tess, AT) as reading:
        return queries.period(reading, url.rpartition("/")[2]).allocation_digest


def test_split_is_sent_back_with_a_reason_and_a_new_cost_undoes_it(three: Quarter, client: FlaskClient) -> None:
    url = period(three)
    ref = url.rpartition("/")[2]
    three.run(settle.allocate, three.pool.tess, period=ref)
    sign_in(client, three.pool.amos)
    assert post(client, f"{url}/send-back", {"why": ""}).status_code == 422
    text = arrived(client, post(client, f"{url}/send-back", {"why": "one invoice is missing"}))
    assert "Costs are gathered" in text and "Approve this split" not in text
    sign_in(client, three.pool.tess)
    version = _field(get_page(client, url), "version")
    arrived(client, press(client, url, f"{url}/allocate", version=version))
    assert "split anew" in get_page(client, f"{url}/cost")
    assert "Split the costs" in arrived(client, post(client, f"{url}/cost", COST))


def test_split_shows_exact_and_whole_amounts_and_every_sum(three: Quarter, client: FlaskClient) -> None:
    url = period(three)
    three.run(settle.allocate, three.pool.tess, period=url.rpartition("/")[2])
    sign_in(client, three.pool.amos)
    text = get_page(client, url)
    assert "33.34" in text and "33.333333…" in text  # a third of 100 euros
    assert "10000/3" in text  # exact, line by line
    assert "642.85" in text and "10\u202f330.00" in text and ALL == 1_033_000
    assert "6\u202f500.00" in text  # what Orchid Health was told before
    assert "Saved by sharing" in text and "There is no closed period before this one" in text


def test_readings_that_moved_are_told(three: Quarter, client: FlaskClient) -> None:
    url = period(three)
    three.run(settle.allocate, three.pool.tess, period=url.rpartition("/")[2])

    def change(work: Any) -> None:
        from sqlmodel import select

        from pool.bookings.tables import Booking

        row = work.session.exec(select(Booking).where(Booking.ref == three.bookings["Leaflet/fulfilled"])).one()
        row.exact_days = "2.5"

    three.run(change, three.pool.pia)
    sign_in(client, three.pool.amos)
    text = get_page(client, url)
    assert "What changed since the split" in text and "Cedar Clinic" in text


# --------------------------------------------------------------------------------------------------
# Ledger and statements


def closed(three: Quarter) -> tuple[str, tuple[str, ...]]:
    """Walk the period to its end; return its reference and the statements'."""
    ref = with_costs(three)
    three.run(settle.allocate, three.pool.tess, period=ref)
    three.run(settle.review, three.pool.amos, period=ref)
    return ref, three.run(settle.close, three.pool.tess, period=ref)


def test_ledger_is_in_order_and_searched(three: Quarter, client: FlaskClient) -> None:
    ref, _statements = closed(three)
    sign_in(client, three.pool.ivo)
    text = get_page(client, "/pool/costs/ledger")
    assert "In order: transactions balance" in text and "Owed by members" in text
    assert "Cost of a facility: Health care" in text
    assert "Share of" in get_page(client, f"/pool/costs/ledger?q={ref}&kind=post&sort=posted_at")
    assert "Nothing fits" in get_page(client, "/pool/costs/ledger?kind=void")
    csv = client.get("/pool/costs/ledger?format=csv").get_data(as_text=True)
    assert csv.count("LTX-") >= 2 * len(COSTS) and '"4000:X-HEA"' in csv


def test_ledger_says_what_is_wrong(three: Quarter, client: FlaskClient) -> None:
    from pool.costs.ledger_queries import LedgerFault
    from pool.web.admin.ledger import fault_word

    for check in ("balanced", "no_drafts", "holds", "statement_digest", "statement_sum", "period_sum",
                  "period_ledger", "numbers"):  # fmt: skip
        assert fault_word(LedgerFault(check, "x", "y")) != check


def test_statement_and_its_paper(three: Quarter, client: FlaskClient) -> None:
    ref, statements = closed(three)
    sign_in(client, three.pool.tess)
    assert "3" in get_page(client, f"/pool/costs/{ref}")
    text = get_page(client, f"/pool/costs/statements/{statements[0]}")
    assert "6\u202f826.19" in text and "sum to its total" in text and "Orchid Health" in text
    paper = client.get(f"/pool/costs/statements/{statements[0]}/paper.pdf")
    assert paper.data.startswith(b"%PDF-") and paper.mimetype == "application/pdf"
    assert client.get(f"/pool/costs/statements/{statements[0]}/paper.pdf").data == paper.data
    get_page(client, "/pool/costs/statements/STM-1999-0001", status=404)
    get_page(client, "/pool/costs/PER-1999-0001", status=404)


def test_list_of_periods_narrows_sorts_and_costs_one_count(three: Quarter, client: FlaskClient) -> None:
    sign_in(client, three.pool.tess)
    counts = []
    for year in (2023, 2024, 2025):
        three.run(settle.open_period, three.pool.tess, from_on=date(year, 1, 1), until_on=date(year, 6, 30))
        client.get("/pool/costs")
        with counted(three.pool.database) as sent:
            client.get("/pool/costs")
        counts.append(len(sent))
    assert len(set(counts)) == 1
    assert "Nothing fits" in get_page(client, "/pool/costs?state=closed&sort=-ref")
    assert client.get("/pool/costs?format=csv").get_data(as_text=True).count("PER-") == 3


def test_only_those_who_handle_money_see_it(three: Quarter, client: FlaskClient) -> None:
    ref = with_costs(three)
    for who in ("pia", "theo", "dora", "rita", "mara", "ada"):
        sign_in(client, three.pool.actors[who])
        for url in ("/pool/costs", f"/pool/costs/{ref}", "/pool/costs/ledger"):
            assert client.get(url).status_code == 403
    sign_in(client, three.pool.ivo)
    text = get_page(client, f"/pool/costs/{ref}")
    assert "Split the costs" not in text and "Must act: treasurer" in text
    form = proofs(text)
    for step in ("cost", "allocate", "review", "close", "send-back"):
        assert send(client, f"/pool/costs/{ref}/{step}", form).status_code == 403


def test_words_of_amounts() -> None:
    assert exact_words(Fraction(10_000, 3), "EUR") == "33.333333…"
    assert exact_words(Fraction(-10_001, 2), "EUR") == "\u221250.005000"
    assert exact_words(Fraction(500), "EUR") == ""
    assert exact_words(Fraction(5, 2), "JPY") == "2.5000"
    assert weight_words(3_333_333, "day_micro") == "3.3333" and weight_words(4_000_000, "day_micro") == "4"
    assert weight_words(1, "firm") == "1"
    assert account_words("4000:X-HEA") == "Recovered from members: Health care"
    assert account_words("5000:direct-FIRM-2026-0001") == "Cost of a facility: direct-FIRM-2026-0001"


def test_every_check_of_an_open_period_says_what_is_so_now(three: Quarter, client: FlaskClient) -> None:
    """The mark of something open stands beside a sentence that is true, and facilities say what they are split by."""
    ref = three.run(settle.open_period, three.pool.tess, from_on=FROM_ON, until_on=UNTIL_ON).ref
    sign_in(client, three.pool.tess)
    text = get_page(client, f"/pool/costs/{ref}")
    listed = text.partition('class="checks"')[2].partition("</ul>")[0]
    assert re.findall(r'<li class="m-(\w+)">.*?<span>([^<]+)<', listed)[:5] == [
        ("neutral", "No cost was entered yet."),
        ("neutral", "The readings of the drivers are not taken yet; splitting takes them."),
        ("good", "Every facility with costs was used by somebody."),
        ("neutral", "The costs are not split yet."),
        ("neutral", "There is no split to review yet."),
    ]
    assert re.search(r"<td>Trips <span[^>]*>split by days on site<", text)
