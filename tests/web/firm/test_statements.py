"""The firm's statements: the list, one with its chart and lines, and the paper."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from pool.costs import queries
from pool.costs.queries import StatementView
from pool.journeys import settle
from pool.kernel.clock import day_of
from pool.kernel.listing import ListRequest
from pool.kernel.money import Money
from pool.web.display import money
from tests.support.people import Pool
from tests.support.queries import counted
from tests.support.web import get_page, same_for_all, sign_in
from tests.support.world import CANARY, World, build
from tests.support.world_audits import build_audits, build_money


@pytest.fixture
def shared(pool: Pool, tmp_path: Path) -> Iterator[World]:
    """Give two firms with a closed period."""
    made = build(pool)
    build_audits(made, tmp_path / "files")
    build_money(made)
    yield made


def _of(world: World, who: Any) -> StatementView:
    (found,) = world.read(who, queries.statements, ListRequest()).items
    view: StatementView = found
    return view


def test_empty_list_teaches(pool: Pool, client: FlaskClient) -> None:
    sign_in(client, pool.mara)
    assert "When a period closes" in get_page(client, "/firm/statements")


def test_list_and_csv_hold_the_own_statements(shared: World, pool: Pool, client: FlaskClient) -> None:
    own, foreign = _of(shared, pool.mara), _of(shared, pool.ben)
    sign_in(client, pool.milo)
    text = get_page(client, "/firm/statements")
    assert own.ref in text and foreign.ref not in text
    assert money(Money(own.total_minor, own.currency)) in text
    for asked in ("?sort=total", "?sort=-total", f"?q={own.period_ref}"):
        assert own.ref in get_page(client, f"/firm/statements{asked}")
    saved = client.get("/firm/statements?format=csv").get_data(as_text=True).lstrip("\ufeff")
    (row,) = csv.DictReader(io.StringIO(saved))
    assert row["Statement"] == own.ref and re.sub(r"\D", "", row["Your share"]) == str(own.total_minor)


@pytest.mark.parametrize("more", [0, 2])
def test_list_costs_the_same_whatever_its_length(shared: World, pool: Pool, client: FlaskClient, more: int) -> None:
    for _n in range(more):
        _close_next(shared)
    sign_in(client, pool.mara)
    with counted(pool.database) as sent:
        assert get_page(client, "/firm/statements").count("STM-") >= 1 + more
    assert len(sent) == 1


def _close_next(world: World) -> None:
    """Close the period that is open and open the one after it."""
    pool = world.pool
    with pool.database.reading(pool.tess, world.at) as reading:
        open_ref = world.made[""]["period_open"]
        view = queries.period(reading, open_ref)
    world.do(
        pool.tess, settle.add_cost, period=open_ref, facility="administration", amount_minor=100,
        document="rent", incurred_on=view.from_on,
    )  # fmt: skip
    world.at += timedelta(days=(view.until_on - day_of(world.at)).days + 2)
    world.do(pool.tess, settle.allocate, period=open_ref)
    world.do(pool.amos, settle.review, period=open_ref)
    world.do(pool.tess, settle.close, period=open_ref)
    first: date = view.until_on + timedelta(days=1)
    later: Any = world.do(pool.tess, settle.open_period, from_on=first, until_on=first + timedelta(days=60))
    world.keep("", "period_open", later.ref)


def test_chart_table_and_sum_tell_the_same(shared: World, pool: Pool, client: FlaskClient) -> None:
    own = _of(shared, pool.mara)
    sign_in(client, pool.mara)
    text = get_page(client, f"/firm/statements/{own.ref}")
    chart = text.partition("<figure")[2].partition("</figure>")[0]
    table = text.partition("<tbody")[2].partition("</tbody>")[0]
    for line in own.lines:
        amount = money(Money(int(line["amount_minor"]), own.currency))
        assert f"{line['name']}: {amount}" in chart, "the drawn part says its amount"
        assert f">{amount}</td>" in table
    assert sum(int(line["amount_minor"]) for line in own.lines) == own.total_minor
    assert text.count(money(Money(own.total_minor, own.currency))) >= 2, "payable above, sum below"
    assert CANARY["Birch Credit"] not in text and "Birch Credit" not in text


def test_each_line_is_told_in_plain_words_and_exact_figures_stay_behind(
    shared: World, pool: Pool, client: FlaskClient
) -> None:
    own = _of(shared, pool.mara)
    sign_in(client, pool.mara)
    text = get_page(client, f"/firm/statements/{own.ref}")
    plain = re.sub(r"<details.*?</details>", "", text, flags=re.S)
    assert "millionths" not in text and "largest remainder" not in text
    assert not re.search(r"[0-9]+/[0-9]+", re.sub(r"<[^>]*>", "", plain)), "no fraction outside the details"
    for line in own.lines:
        if line["exact"]:
            assert f"share {line['exact']}" in text


def test_way_from_the_estimate_to_the_payable_sum_adds_up(pool: Pool, client: FlaskClient, tmp_path: Path) -> None:
    world = build(pool)
    build_audits(world, tmp_path / "files")
    build_money(world, X_HEA=900_001)
    own = _of(world, pool.mara)
    assert own.estimate_minor is not None and "domain" in {line["kind"] for line in own.lines}
    sign_in(client, pool.mara)
    way = _way(get_page(client, f"/firm/statements/{own.ref}"))
    amounts = re.findall(r"<dt>(Estimated|Payable|Difference)</dt><dd[^>]*>([^<]*)</dd>", way)
    minor = [(name, int(re.sub(r"[^0-9-]", "", shown.replace("\u2212", "-")))) for name, shown in amounts]
    assert [name for name, _value in minor] == ["Estimated", "Payable", "Difference"] * 2
    sums = {name: sum(value for kind, value in minor if kind == name) for name, _value in minor}
    difference = own.total_minor - own.estimate_minor
    assert sums == {"Estimated": own.estimate_minor, "Payable": own.total_minor, "Difference": difference}


def test_estimate_that_no_line_explains_is_told_with_its_difference_alone(
    shared: World, pool: Pool, client: FlaskClient
) -> None:
    own = _of(shared, pool.mara)
    assert own.estimate_minor is not None and {line["kind"] for line in own.lines} == {"administration"}
    sign_in(client, pool.mara)
    way = _way(get_page(client, f"/firm/statements/{own.ref}"))
    assert f"The difference is {money(Money(own.total_minor - own.estimate_minor, own.currency))}." in way
    assert "<dt>" not in way


def _way(text: str) -> str:
    return text.partition("From the estimate to this sum")[2].partition("</section>")[0]


def test_paper_is_saved_with_the_own_numbers(shared: World, pool: Pool, client: FlaskClient) -> None:
    own = _of(shared, pool.mara)
    sign_in(client, pool.milo)
    answer = client.get(f"/firm/statements/{own.ref}/paper.pdf")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{own.ref}.pdf"')
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert own.ref in text and "Orchid Health" in text
    assert "Birch" not in text and CANARY["Birch Credit"] not in text
    assert f"{own.total_minor % 100:02d}" in text


def test_foreign_and_absent_statements_look_the_same(shared: World, pool: Pool, client: FlaskClient) -> None:
    foreign, absent = _of(shared, pool.ben).ref, "STM-2026-0999"
    sign_in(client, pool.mara)
    for tail in ("", "/paper.pdf"):
        seen = [client.get(f"/firm/statements/{ref}{tail}") for ref in (foreign, absent)]
        assert [one.status_code for one in seen] == [404, 404]
        assert len({same_for_all(one.get_data(as_text=True), foreign, absent) for one in seen}) == 1, tail
