"""Which pages there are: links followed from every seat's navigation, one address per route and seat kept."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.exceptions import HTTPException

from tests.browser.seats import Seat

_LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)')
#: What begins an address that a seat may follow: its own pages, and those that anybody may see.
PREFIXES = {"public": ("/register", "/verify", "/sign-in"), "firm": ("/firm",), "auditor": ("/auditor",), "pool": ("/pool",)}
SHARED = ("/register", "/verify", "/seats", "/account")
STARTS = {"public": ("/", "/sign-in", "/register", "/verify"), "firm": ("/firm",), "auditor": ("/auditor",), "pool": ("/pool",)}


@dataclass(frozen=True)
class Address:
    """A page to look at, in a seat; ``key`` is its route with the arguments that choose another view."""

    seat: Seat
    path: str
    endpoint: str
    key: str


def crawl(app: Flask, seat: Seat, *, most: int, per_key: int) -> Iterator[Address]:
    """Follow links from the seat's home, breadth first; yield at most ``per_key`` addresses of a route and view."""
    client = app.test_client()
    if seat.token:
        client.set_cookie("pool", seat.token, domain="localhost")
    seen: Counter[str] = Counter()
    known: set[str] = set()
    queue: deque[str] = deque(STARTS[seat.audience] if seat.token or seat.audience == "public" else ())
    asked = 0
    while queue and asked < most:
        path = queue.popleft()
        found = _route(app, path)
        if found is None or path in known:
            continue
        endpoint, key = found
        known.add(path)
        if seen[key] >= per_key:
            continue
        answer = client.get(path, base_url="http://127.0.0.1")
        asked += 1
        if answer.status_code == 303:
            queue.append(answer.headers["Location"])
            continue
        seen[key] += 1
        yield Address(seat, path, endpoint, key)
        if answer.mimetype == "text/html":
            queue.extend(one for one in _links(answer.text) if _is_own(seat, one))


def _links(text: str) -> list[str]:
    return [html.unescape(one) for one in _LINK.findall(text)]


def _is_own(seat: Seat, path: str) -> bool:
    return path.startswith((*PREFIXES[seat.audience], *SHARED))


def _route(app: Flask, path: str) -> tuple[str, str] | None:
    """Return the route of an address and its key; the key counts a tab and the parameters as views of their own."""
    plain, _mark, query = path.partition("?")
    try:
        endpoint, values = app.url_map.bind("127.0.0.1").match(plain, method="GET")
    except HTTPException:
        return None
    view = values.get("tab") or values.get("move") or ""
    names = sorted({part.partition("=")[0] for part in query.split("&") if part} - {"after", "at", "sort", "dir"})
    return endpoint, f"{endpoint}:{view}:{','.join(names)}"
