"""Which pages there are: links followed from the home of every seat, and pages that no link leads to just now.

A page belongs to a route and a view of it (a tab, a narrowed list); of each view some addresses are kept.
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from tests.browser.seats import Seat

BASE = "http://127.0.0.1"
_LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)')
#: How the addresses begin that a seat follows.
PREFIXES = {
    "public": ("/register", "/verify", "/sign-in"),
    "firm": ("/firm", "/seats", "/account"),
    "auditor": ("/auditor",),
    "pool": ("/pool",),
}
STARTS = ("/", "/sign-in", "/register", "/verify")
#: Pages of states that the demo does not hold; tests/browser/test_rare_pages.py looks at each of them.
RARE = frozenset(
    {
        "firm.dispute_finding", "firm.contain_finding", "firm.comment_report", "admin.granted", "admin.granted_audit",
        "admin.planning",
    }
)  # fmt: skip
#: Parameters that show another part of the same list.
_PLACES = {"after", "before", "at", "sort", "dir", "since"}


@dataclass(frozen=True)
class Address:
    """A page to look at, in a seat; ``key`` is its route with the arguments that choose another view."""

    seat: Seat
    path: str
    endpoint: str
    key: str
    status: int = 200
    linked_from: str = ""

    @property
    def fault(self) -> str:
        """Return what is wrong with the link that led here, empty where nothing is."""
        words = f"{self.linked_from} offers {self.seat.name} the link {self.path}, which is answered {self.status}"
        return "" if self.status == 200 else words


def client_of(app: Flask, seat: Seat) -> FlaskClient:
    """Return a client that sits in a seat."""
    client = app.test_client()
    if seat.token:
        client.set_cookie("pool", seat.token, domain="127.0.0.1")
    return client


def crawl(app: Flask, seat: Seat, *, per_key: int, most: int = 400) -> Iterator[Address]:
    """Follow links from the seat's home, breadth first; yield at most ``per_key`` pages of each view."""
    client = client_of(app, seat)
    seen: Counter[str] = Counter()
    known: set[str] = set()
    queue: deque[tuple[str, str]] = deque((one, "") for one in (STARTS[:1] if seat.token else STARTS))
    asked = 0
    while queue and asked < most:
        path, linked_from = queue.popleft()
        found = route_of(app, path)
        if found is None or path in known or seen[found[1]] >= per_key:
            continue
        known.add(path)
        answer = client.get(path, base_url=BASE)
        asked += 1
        if answer.status_code == 303:
            queue.append((answer.headers["Location"], linked_from))
        elif answer.status_code != 200 or answer.mimetype == "text/html":
            seen[found[1]] += 1
            yield Address(seat, path, *found, answer.status_code, linked_from)
            links = (html.unescape(one) for one in _LINK.findall(answer.get_data(as_text=True)))
            queue.extend((one, path) for one in links if one.startswith(PREFIXES[seat.audience]))


def route_of(app: Flask, path: str) -> tuple[str, str] | None:
    """Return the route of an address and its key; the key counts a tab and the parameters as views of their own."""
    plain, _mark, query = path.partition("?")
    try:
        endpoint, values = app.url_map.bind("127.0.0.1").match(plain, method="GET")
    except HTTPException:
        return None
    view = values.get("tab") or values.get("move") or ""
    names = sorted({part.partition("=")[0] for part in query.split("&") if part} - _PLACES)
    return endpoint, f"{endpoint}:{view}:{','.join(names)}"


def guessed(app: Flask, reached: Iterable[Address]) -> Iterator[Address]:
    """Yield pages that only another state of an object links to: forms below the pages that were reached.

    For each route that no link led to, the address of a reached page is prolonged by what the route adds.
    """
    pages = list(reached)
    known = {one.endpoint for one in pages}
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in known or "GET" not in (rule.methods or set()):
            continue
        found = next(_below(app, rule, rules, pages), None)
        if found is not None:
            yield found


def _below(app: Flask, rule: Rule, rules: dict[str, Rule], pages: list[Address]) -> Iterator[Address]:
    for one in pages:
        above = rules[one.endpoint]
        rest = rule.rule.removeprefix(above.rule)
        if rest == rule.rule or not rest.startswith("/") or "<" in rest or above.arguments != rule.arguments:
            continue
        path = one.path.partition("?")[0] + rest
        answer = client_of(app, one.seat).get(path, base_url=BASE)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            yield Address(one.seat, path, rule.endpoint, f"{rule.endpoint}::")


def chosen(pages: Iterable[Address]) -> list[Address]:
    """Return one page of each view for each audience, whoever of it reached it first."""
    found: dict[tuple[str, str], Address] = {}
    for one in pages:
        if one.status != 200:
            continue
        found.setdefault((one.seat.audience, one.key), one)
    return list(found.values())
