"""Lists: what an address may ask, how pages follow one another on both databases, what a CSV holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Date, MetaData, String, Table, create_engine, event, insert, select
from sqlalchemy.engine import Connection
from werkzeug.datastructures import MultiDict

from pool.kernel.listing import BadCursor, Cursor, ListColumns, ListRequest, NotInList, Page, read_page
from pool.web import paging
from pool.web.paging import Column as ListColumn
from pool.web.paging import Filter, ListSpec, csv_bytes, every_item, list_view, safe_cell

META = MetaData()
BOOKS = Table(
    "books",
    META,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False),
    Column("due_on", Date),
)
COLUMNS = ListColumns(
    key=BOOKS.c.id,
    sorts={"name": BOOKS.c.name, "due_on": BOOKS.c.due_on},
    filters={"state": BOOKS.c.state, "late": lambda values: BOOKS.c.due_on < date(2026, 3, 1)},
    search=(BOOKS.c.name, BOOKS.c.state),
)
#: Two names stand twice and two days are unknown: ties and gaps are where keyset paging goes wrong.
ROWS = [
    (1, "ada", "open", date(2026, 3, 1)),
    (2, "bo", "open", None),
    (3, "ada", "closed", date(2026, 1, 1)),
    (4, "cy", "open", date(2026, 3, 1)),
    (5, "50% off_now", "closed", None),
    (6, "bo", "open", date(2026, 2, 1)),
    (7, "dee", "closed", date(2026, 3, 1)),
]
SPEC = ListSpec(
    name="books",
    columns=(ListColumn("name", "Name", sort=True), ListColumn("due_on", "Due", "date", sort=True)),
    filters=(Filter("state", "State", (("open", "Open"), ("closed", "Closed"))),),
    search="Name",
    default_sort="name",
    size=2,
)


@pytest.fixture
def books(empty_database_url: str) -> Iterator[Connection]:
    """Yield a connection to a database of each kind with a small table."""
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        META.create_all(connection)
        connection.execute(
            insert(BOOKS), [dict(zip(("id", "name", "state", "due_on"), row, strict=True)) for row in ROWS]
        )
        yield connection
    engine.dispose()


def _page(books: Connection, request: ListRequest) -> Page[int]:
    return read_page(books, select(BOOKS.c.id, BOOKS.c.name), request, columns=COLUMNS, make=lambda key, name: key)


def _walk(books: Connection, request: ListRequest) -> list[tuple[int, ...]]:
    """Return all pages forwards, and check that walking back gives the same pages."""
    pages = [_page(books, request)]
    while pages[-1].next_cursor:
        pages.append(_page(books, _at(request, pages[-1].next_cursor)))
    back = [pages[-1]]
    while back[-1].previous_cursor:
        back.append(_page(books, _at(request, back[-1].previous_cursor)))
    assert [p.items for p in reversed(back)] == [p.items for p in pages]
    return [p.items for p in pages]


def _at(request: ListRequest, cursor: Cursor) -> ListRequest:
    # A cursor goes through an address, so it goes through its text here, too.
    return ListRequest(
        request.search,
        request.filters,
        request.sort,
        request.descending,
        Cursor.read(cursor.token()),
        request.size,
    )


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        ("name", False, [(5, 1), (3, 2), (6, 4), (7,)]),
        ("name", True, [(7, 4), (6, 2), (3, 1), (5,)]),
        ("due_on", False, [(3, 6), (1, 4), (7, 2), (5,)]),
        ("due_on", True, [(7, 4), (1, 6), (3, 5), (2,)]),
    ],
)
def test_read_page_over_ties_and_gaps_gives_each_row_once(
    books: Connection, sort: str, descending: bool, expected: list[tuple[int, ...]]
) -> None:
    assert _walk(books, ListRequest(sort=sort, descending=descending, size=2)) == expected


def test_read_page_makes_one_query_whatever_the_length(books: Connection) -> None:
    counts = []
    for size in (1, 3):
        seen: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_rest: object, into: list[str] = seen) -> None:
            into.append(statement)

        event.listen(books, "before_cursor_execute", note)
        _page(books, ListRequest(sort="name", size=size))
        event.remove(books, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts == [1, 1]


def test_read_page_with_filters_and_words_narrows(books: Connection) -> None:
    open_ones = ListRequest(filters=(("state", ("open",)),), sort="name", size=10)
    late = ListRequest(filters=(("late", ("yes",)),), sort="name", size=10)
    found = [
        _page(books, r).items
        for r in (open_ones, late, ListRequest(search="ADA clos", size=10), ListRequest(search="%"))
    ]
    assert found == [(1, 2, 6, 4), (3, 6), (3,), (5,)]


def test_read_page_with_an_unknown_order_or_filter_refuses(books: Connection) -> None:
    for request in (ListRequest(sort="id; drop"), ListRequest(filters=(("firm", ("1",)),))):
        with pytest.raises(NotInList):
            _page(books, request)


def test_read_page_with_a_cursor_of_another_type_begins_anew_and_says_so(books: Connection) -> None:
    first = _page(books, ListRequest(sort="name"))
    for value in (7, date(2026, 1, 1), True):
        found = _page(books, ListRequest(sort="name", at=Cursor(value, 1)))
        assert (found.items, found.previous_cursor) == (first.items, None)
        assert "not known" in found.request.note and not first.request.note


@pytest.mark.parametrize("value", [None, 7, "ä'\"", date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC), True])
@pytest.mark.parametrize("backwards", [False, True])
def test_cursor_through_its_text_comes_back_equal(value: Any, backwards: bool) -> None:
    cursor = Cursor(value, 3, backwards)
    assert Cursor.read(cursor.token()) == cursor


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda b: b.hex())))
def test_cursor_from_any_text_is_read_or_refused(token: str) -> None:
    with suppress(BadCursor):
        assert isinstance(Cursor.read(token), Cursor)


def test_parse_of_an_address_keeps_what_is_offered() -> None:
    asked = SPEC.parse(
        MultiDict([("q", " two\x00 words "), ("state", "open"), ("sort", "-due_on"), ("size", "999999")])
    )
    assert asked == ListRequest("two words", (("state", ("open",)),), "due_on", True, None, 2)
    assert SPEC.parse({"size": "500"}).size == 200


def test_parse_of_a_filter_that_is_not_offered_refuses() -> None:
    with pytest.raises(NotInList):
        SPEC.parse({"state": "secret"})


@pytest.mark.parametrize("args", [{"sort": "id"}, {"at": "!!!"}, {"sort": "-", "at": "!!!"}])
def test_parse_of_an_order_or_place_that_cannot_be_read_gives_the_usual_list(args: dict[str, str]) -> None:
    asked, usual = SPEC.parse({**args, "state": "open"}), SPEC.parse({"state": "open"})
    assert asked.note and not usual.note
    assert replace(asked, note="") == usual


def test_place_in_an_order_that_is_not_offered_is_left_out() -> None:
    asked = SPEC.parse({"sort": "id", "at": Cursor(7, 1).token()})
    assert (asked.at, asked.sort) == (None, "name") and "ordered" in asked.note


def test_view_addresses_keep_what_was_chosen() -> None:
    asked = SPEC.parse({"q": "a&b", "state": "open", "sort": "-due_on"})
    page: Page[int] = Page((), asked, Cursor("x", 1))
    view = list_view(SPEC, page, path="/books")
    assert view.sort_url("name") == "/books?q=a%26b&state=open&sort=name"
    assert view.sort_url("due_on") == "/books?q=a%26b&state=open&sort=due_on"
    assert view.clear_url() == "/books?sort=-due_on"
    assert [c.remove_url for c in view.chips()] == [
        "/books?state=open&sort=-due_on",
        "/books?q=a%26b&sort=-due_on",
    ]
    assert view.next_url() == f"/books?q=a%26b&state=open&sort=-due_on&at={Cursor('x', 1).token()}"
    assert view.previous_url() is None
    assert view.csv_url().endswith("&format=csv")


def test_every_item_walks_all_pages_and_stops_at_most() -> None:
    def read(request: ListRequest) -> Page[int]:
        start = 0 if request.at is None else int(str(request.at.row_id))
        return Page((start, start + 1), request, Cursor(None, start + 2) if start < 6 else None)

    assert list(every_item(read, ListRequest())) == [0, 1, 2, 3, 4, 5, 6, 7]
    assert list(every_item(read, ListRequest(), most=3)) == [0, 1, 2]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "−"])
def test_safe_cell_with_a_formula_gets_an_apostrophe(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


def test_csv_quotes_every_cell_and_keeps_numbers() -> None:
    content = csv_bytes(["Name", "Share"], [['a "b", c', -5], ["=HYPERLINK()", None]])
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text == '"Name","Share"\r\n"a ""b"", c","-5"\r\n"\'=HYPERLINK()",""\r\n'
    assert list(csv.reader(io.StringIO(text)))[1] == ['a "b", c', "-5"]


@dataclass(frozen=True)
class Book:
    """A row as a page would show it."""

    name: str
    due_on: date | None


def test_csv_of_a_list_uses_its_columns() -> None:
    text = paging.csv_of(SPEC, [Book("ada", date(2026, 3, 1)), Book("bo", None)]).decode("utf-8-sig")
    assert text == '"Name","Due"\r\n"ada","2026-03-01"\r\n"bo",""\r\n'
