"""Lists on pages: what a list offers, what an address asks of it, and the addresses of its links and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from pool.kernel.listing import (
    DEFAULT_SIZE,
    LARGEST_SIZE,
    BadCursor,
    Cursor,
    ListRequest,
    NotInList,
    Page,
    place_unknown,
)
from pool.kernel.words import gettext as _

T = TypeVar("T")

#: Names in an address that belong to the list itself.
SEARCH, SORT, AT, SIZE = "q", "sort", "at", "size"
LONGEST_SEARCH = 100
#: First characters that make a spreadsheet run a cell. Source: OWASP, CSV injection (with their full-width
#: forms).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212")


@dataclass(frozen=True)
class Column:
    """One column of a list.

    ``kind`` says how the cell is shown when the page gives nothing of its own: text, ref, number, money,
    date, instant, state, tier. ``attr`` is the item's attribute (default: ``key``). ``sort`` lets people
    order by it. ``primary`` marks the cell that heads the card on a phone.
    """

    key: str
    label: str
    kind: str = "text"
    sort: bool = False
    attr: str = ""
    primary: bool = False
    hidden_on_phone: bool = False

    def value_of(self, item: object) -> Any:
        """Return the item's value for this column; None when it has none."""
        name = self.attr or self.key
        return item.get(name) if isinstance(item, Mapping) else getattr(item, name, None)


@dataclass(frozen=True)
class Filter:
    """A narrowing of a list by allowed values; ``choices`` pairs each value of the address with its word."""

    key: str
    label: str
    choices: tuple[tuple[str, str], ...]

    def word_of(self, value: str) -> str:
        """Return the word for one allowed value."""
        return str(dict(self.choices)[value])


@dataclass(frozen=True)
class ListSpec:
    """What a list offers: columns, orders, filters, search. ``default_sort`` like ``-created_at`` (minus:
    descending).

    ``search`` is the hint in the search box; empty means that the list has none. ``extra_sorts`` are orders
    without a column of their own.
    """

    name: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    search: str = ""
    default_sort: str = ""
    extra_sorts: tuple[str, ...] = ()
    size: int = DEFAULT_SIZE

    def with_choices(self, key: str, choices: Iterable[tuple[str, str]]) -> ListSpec:
        """Return the list with the allowed values of one filter set (values that come from the database)."""
        known = tuple(choices)
        return replace(self, filters=tuple(replace(f, choices=known) if f.key == key else f for f in self.filters))

    def sorts(self) -> frozenset[str]:
        """Return the orders people may ask for."""
        own = {self.default_sort.lstrip("-")} - {""}
        return frozenset({c.key for c in self.columns if c.sort} | set(self.extra_sorts) | own)

    def parse(self, args: Mapping[str, Any]) -> ListRequest:
        """Read the address's query. Names that are no filter of this list are left alone.

        An order or a place that cannot be read is left out, and the request says so: an old bookmark still shows the
        list. A filter is never left out, for the list would then show more than was asked for.

        Raises: NotInList for a filter value that is not offered.
        """
        sort = str(args.get(SORT) or self.default_sort)
        note = ""
        if sort and sort.lstrip("-") not in self.sorts():
            sort, note = self.default_sort, _("The list cannot be ordered in the way the address asked for.")
        at = None
        try:
            # Why not after another order: a place is a place in one order.
            at = Cursor.read(str(args[AT])) if args.get(AT) and not note else None
        except BadCursor:
            note = place_unknown()
        return ListRequest(
            search=_one_line(str(args.get(SEARCH) or "")) if self.search else "",
            filters=tuple((f.key, self._chosen(f, args)) for f in self.filters if _values(args, f.key)),
            sort=sort.lstrip("-"),
            descending=sort.startswith("-"),
            at=at,
            size=self._size(str(args.get(SIZE) or "")),
            note=note,
        )

    def _chosen(self, wanted: Filter, args: Mapping[str, Any]) -> tuple[str, ...]:
        allowed = {value for value, _word in wanted.choices}
        values = tuple(dict.fromkeys(_values(args, wanted.key)))
        if not set(values) <= allowed:
            raise NotInList(
                _("%(filter)s cannot be narrowed to that.", filter=str(wanted.label)),
                field=wanted.key,
                next_step=_("Clear the filters and choose again."),
            )
        return values

    def _size(self, text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > 4:
            return self.size
        return max(1, min(int(text), LARGEST_SIZE))


def _values(args: Mapping[str, Any], key: str) -> list[str]:
    getlist = getattr(args, "getlist", None)
    found = getlist(key) if getlist else args.get(key, ())
    return [str(v) for v in ([found] if isinstance(found, str) else found) if v]


def _one_line(text: str) -> str:
    kept = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(kept.split())[:LONGEST_SEARCH].strip()


@dataclass(frozen=True)
class Chip:
    """One active narrowing and the address without it."""

    text: str
    remove_url: str


@dataclass(frozen=True)
class ListView(Generic[T]):
    """A list ready to be shown: its offer, the page of rows, and the addresses of its links.

    ``path`` is the page's own path; ``keep`` are further pairs of the query to carry along.
    """

    spec: ListSpec
    page: Page[T]
    path: str
    keep: tuple[tuple[str, str], ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)

    @property
    def request(self) -> ListRequest:
        """Return what was asked."""
        return self.page.request

    @property
    def is_narrowed(self) -> bool:
        """Say whether a search or filter is active."""
        return bool(self.request.search or self.request.filters)

    def url(self, **changes: object) -> str:
        """Return this list's address with some parts changed; a part set to None is left out."""
        pairs = self._pairs(self.request, changes)
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def _pairs(self, request: ListRequest, changes: Mapping[str, object]) -> list[tuple[str, str]]:
        pairs = [*self.keep]
        if SEARCH not in changes and request.search:
            pairs.append((SEARCH, request.search))
        for name, values in request.filters:
            if name not in changes:
                pairs += [(name, value) for value in values]
        if SORT not in changes and self._sort_text() not in ("", self.spec.default_sort):
            pairs.append((SORT, self._sort_text()))
        if SIZE not in changes and request.size != self.spec.size:
            pairs.append((SIZE, str(request.size)))
        for name, value in changes.items():
            given = value if isinstance(value, (list, tuple)) else (value,)
            pairs += [(name, str(v)) for v in given if v is not None]
        return pairs

    def _sort_text(self) -> str:
        return f"-{self.request.sort}" if self.request.descending else self.request.sort

    def sort_url(self, key: str) -> str:
        """Return the address that orders by ``key``, or turns the order round when it already does."""
        turned = self.request.sort == key and not self.request.descending
        return self.url(**{SORT: f"-{key}" if turned else key})

    def sort_state(self, key: str) -> str:
        """Return ``ascending``, ``descending`` or ``none``, the words of aria-sort."""
        if self.request.sort != key:
            return "none"
        return "descending" if self.request.descending else "ascending"

    def next_url(self) -> str | None:
        """Return the address of the next page, or None at the end."""
        return self.url(**{AT: self.page.next_cursor.token()}) if self.page.next_cursor else None

    def previous_url(self) -> str | None:
        """Return the address of the previous page, or None at the beginning."""
        return self.url(**{AT: self.page.previous_cursor.token()}) if self.page.previous_cursor else None

    def csv_url(self) -> str:
        """Return the address of the whole list, as narrowed and ordered, as CSV."""
        return self.url(format="csv")

    def clear_url(self) -> str:
        """Return the address without search and filters."""
        names = {name: None for name, _values in self.request.filters}
        return self.url(**{SEARCH: None, **names})

    def chips(self) -> list[Chip]:
        """Return one chip per active narrowing."""
        found = []
        if self.request.search:
            text = _("contains “%(text)s”", text=self.request.search)
            found.append(Chip(text, self.url(**{SEARCH: None})))
        for wanted in self.spec.filters:
            chosen = self.request.chosen(wanted.key)
            for value in chosen:
                others = tuple(other for other in chosen if other != value)
                text = f"{wanted.label!s}: {wanted.word_of(value)}"
                found.append(Chip(text, self.url(**{wanted.key: others})))
        return found

    def hidden_pairs(self) -> list[tuple[str, str]]:
        """Return what a search form must carry besides its own inputs."""
        taken = {SEARCH: None, **{f.key: None for f in self.spec.filters}}
        return self._pairs(self.request, taken)


def list_view(spec: ListSpec, page: Page[T], *, path: str, keep: Iterable[tuple[str, str]] = ()) -> ListView[T]:
    """Join a list's offer with a page of its rows."""
    return ListView(spec=spec, page=page, path=path, keep=tuple(keep))


def every_item(read: Callable[[ListRequest], Page[T]], request: ListRequest, *, most: int = 50_000) -> Iterator[T]:
    """Yield all rows of a list, page by page, for an export; stop after ``most``."""
    request = replace(request, at=None, size=LARGEST_SIZE)
    given = 0
    while True:
        page = read(request)
        for item in page.items:
            if given == most:
                return
            given += 1
            yield item
        if page.next_cursor is None:
            return
        request = replace(request, at=page.next_cursor)


def safe_cell(value: object) -> str:
    """Return ``value`` as CSV text that no spreadsheet takes for a formula.

    Numbers keep their minus sign; any other text that begins like a formula gets an apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    text = text.replace("\x00", "")
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(FORMULA_STARTS) else text


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV: every cell quoted, CRLF lines, formulas defused. Source: RFC 4180."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(str(word)) for word in head])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return :func:`csv_text` in UTF-8 with the mark by which spreadsheets know it."""
    return csv_text(head, rows).encode("utf-8-sig")


def csv_of(spec: ListSpec, items: Iterable[object], *, cell: Callable[[object, Column], object] | None = None) -> bytes:
    """Return a list as CSV in its own columns; ``cell`` may give another value than the item's attribute."""
    take = cell or (lambda item, column: column.value_of(item))
    return csv_bytes([str(c.label) for c in spec.columns], ([take(item, c) for c in spec.columns] for item in items))
