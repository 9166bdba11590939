"""Lists: one request for a page of rows, and how it becomes SQL with keyset paging.

A page is cut by the last row's sort value and id, never by an offset, so that rows which arrive meanwhile
neither repeat nor vanish and page 1000 costs what page 1 costs.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _

T = TypeVar("T")

DEFAULT_SIZE = 25
LARGEST_SIZE = 200
INT64_MAX = 2**63 - 1
Scalar = str | int | bool | datetime | date | None


class BadCursor(Invalid):
    """The place in the list that the address names cannot be read."""


class NotInList(Invalid):
    """The list knows no such order or filter."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: just after (or, ``backwards``, just before) the row with this sort value and id."""

    value: Scalar
    row_id: int
    backwards: bool = False

    def token(self) -> str:
        """Return the place as text for an address."""
        tag, plain = _tagged(self.value)
        content = json.dumps([tag, plain, self.row_id, int(self.backwards)], separators=(",", ":"))
        return base64.urlsafe_b64encode(content.encode("utf-8")).decode("ascii").rstrip("=")

    @classmethod
    def read(cls, token: str) -> Cursor:
        """Read a place from an address.

        Raises: BadCursor.
        """
        try:
            padded = token + "=" * (-len(token) % 4)
            tag, plain, row_id, backwards = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            value = _untagged(tag, plain)
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise _bad_cursor() from None
        if type(row_id) is not int or abs(row_id) > INT64_MAX or backwards not in (0, 1):
            raise _bad_cursor()
        return cls(value, row_id, bool(backwards))


def place_unknown() -> str:
    """Return the note for a place that cannot be found again."""
    return _("The place in the list that the address named is not known; this is its beginning.")


def _bad_cursor() -> BadCursor:
    return BadCursor(
        _("The place in the list cannot be read."), field="at", next_step=_("Start again at the first page.")
    )


def _tagged(value: Scalar) -> tuple[str, str | int | None]:
    if value is None:
        return "n", None
    if isinstance(value, datetime):
        return "t", value.isoformat()
    if isinstance(value, date):
        return "d", value.isoformat()
    if isinstance(value, bool):
        return "b", int(value)
    return ("i", value) if isinstance(value, int) else ("s", str(value))


def _untagged(tag: str, plain: Any) -> Scalar:
    if tag == "n" and plain is None:
        return None
    if tag == "i" and type(plain) is int and abs(plain) <= INT64_MAX:
        return plain
    if tag == "b" and plain in (0, 1):
        return bool(plain)
    if type(plain) is not str or "\x00" in plain or len(plain) > 1000:
        raise ValueError(tag)
    plain.encode("utf-8")  # a lone surrogate would reach the database otherwise
    if tag == "s":
        return plain
    if tag == "d":
        return date.fromisoformat(plain)
    if tag != "t" or datetime.fromisoformat(plain).tzinfo is None:
        raise ValueError(tag)
    return datetime.fromisoformat(plain)


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What one page of a list is asked for.

    ``filters`` holds per filter the chosen values (any of them fits); ``sort`` names one of the list's
    orders; ``note`` says which part of an address was left out because it could not be read.
    """

    search: str = ""
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = ""
    descending: bool = False
    at: Cursor | None = None
    size: int = DEFAULT_SIZE
    note: str = ""

    def chosen(self, name: str) -> tuple[str, ...]:
        """Return the chosen values of one filter; empty when it is not used."""
        return dict(self.filters).get(name, ())

    def fixed(self, name: str, *values: str) -> ListRequest:
        """Return the request with one filter set by the page instead of the person."""
        others = tuple(pair for pair in self.filters if pair[0] != name)
        return replace(self, filters=(*others, (name, values)))


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list and the places where the next and the previous page begin."""

    items: tuple[T, ...]
    request: ListRequest = field(default_factory=ListRequest)
    next_cursor: Cursor | None = None
    previous_cursor: Cursor | None = None


@dataclass(frozen=True)
class ListColumns:
    """Where a list's orders, filters and search words live in SQL.

    ``key`` is the unique bigint id that breaks ties; ``sorts`` maps each order to its column; ``filters``
    maps each filter to a column (equality with any chosen value) or to a function from the chosen values to
    a condition; ``search`` lists the text columns in which every word must occur somewhere.
    """

    key: Any
    sorts: Mapping[str, Any]
    filters: Mapping[str, Any] = field(default_factory=dict)
    search: Sequence[Any] = ()


class Session(Protocol):
    """What is needed of a database session: it can execute a statement."""

    def execute(self, statement: Any) -> Any:
        """Run ``statement`` and return its result."""


def apply(statement: Select[Any], request: ListRequest, *, columns: ListColumns) -> Select[Any]:
    """Return ``statement`` narrowed, ordered and cut for ``request``, one row longer than the page.

    Two columns are added at the end of each row: the sort value and the id. Empty sort values come last in
    both directions, on every database. The cursor is of its column's type.

    Raises: NotInList.
    """
    sort_column = _sort_column(request, columns)
    statement = statement.where(*_filters(request, columns), *_search(request.search, columns.search))
    backwards = request.at is not None and request.at.backwards
    if request.at is not None:
        statement = statement.where(_beyond(request.at, sort_column, columns.key, descending=request.descending))
    statement = statement.order_by(None).order_by(
        *_order(sort_column, columns.key, descending=request.descending, backwards=backwards)
    )
    return statement.add_columns(sort_column.label("list_sort"), columns.key.label("list_key")).limit(request.size + 1)


def read_page(
    session: Session,
    statement: Select[Any],
    request: ListRequest,
    *,
    columns: ListColumns,
    make: Callable[..., T],
) -> Page[T]:
    """Read one page with exactly one query.

    ``make`` receives what ``statement`` selects, one argument per selected entity or column, and returns
    the value to show. A place that does not belong to the list's order begins it anew, with a note.

    Raises: NotInList.
    """
    if request.at is not None and not _fits(request.at.value, _sort_column(request, columns)):
        request = replace(request, at=None, note=place_unknown())
    rows = list(session.execute(apply(statement, request, columns=columns)).all())
    more = len(rows) > request.size
    rows = rows[: request.size]
    backwards = request.at is not None and request.at.backwards
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, request.at is not None)
    return Page(
        items=tuple(make(*row[:-2]) for row in rows),
        request=request,
        next_cursor=Cursor(rows[-1][-2], rows[-1][-1]) if rows and has_next else None,
        previous_cursor=Cursor(rows[0][-2], rows[0][-1], backwards=True) if rows and has_previous else None,
    )


def _sort_column(request: ListRequest, columns: ListColumns) -> Any:
    if not request.sort:
        return next(iter(columns.sorts.values()), columns.key)
    if request.sort not in columns.sorts:
        raise NotInList(
            _("This list has no order %(name)s.", name=request.sort),
            field="sort",
            next_step=_("Pick a column head."),
        )
    return columns.sorts[request.sort]


def _filters(request: ListRequest, columns: ListColumns) -> list[ColumnElement[bool]]:
    found = []
    for name, values in request.filters:
        if name not in columns.filters:
            raise NotInList(_("This list has no filter %(name)s.", name=name), field=name)
        target = columns.filters[name]
        is_column = hasattr(target, "in_")
        found.append(target.in_(values) if is_column else target(values))
    return found


def _search(text: str, columns: Sequence[Any]) -> list[ColumnElement[bool]]:
    words = text.split()
    return [or_(false(), *(column.icontains(word, autoescape=True) for column in columns)) for word in words]


def _beyond(cursor: Cursor, column: Any, key: Any, *, descending: bool) -> ColumnElement[bool]:
    """Return the rows strictly behind the cursor in reading direction, where empty values stand at the
    end."""
    lower = descending != cursor.backwards
    tie = key < cursor.row_id if lower else key > cursor.row_id
    if cursor.value is None:
        same = and_(column.is_(None), tie)
        return or_(same, column.is_not(None)) if cursor.backwards else same
    further = column < cursor.value if lower else column > cursor.value
    behind = or_(further, and_(column == cursor.value, tie))
    return behind if cursor.backwards else or_(behind, column.is_(None))


def _order(column: Any, key: Any, *, descending: bool, backwards: bool) -> list[Any]:
    lower = descending != backwards
    empty = column.is_(None)
    return [
        empty.desc() if backwards else empty,
        column.desc() if lower else column,
        key.desc() if lower else key,
    ]


def _fits(value: Scalar, column: Any) -> bool:
    """Tell whether a cursor's value is of its column's type; PostgreSQL answers another with a server error."""
    try:
        # Why impl: the kinds of our columns are decorators, whose own Python type is only "object".
        wanted = getattr(column.type, "impl", column.type).python_type
    except NotImplementedError:
        return True
    return value is None or type(value) is wanted or (wanted is str and isinstance(value, str))
