"""The demo's own check: every seat's first pages answer, and one report is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pool.journeys.report import firm_report
from pool.kernel.clock import now
from pool.kernel.refusals import Conflict
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database
from pool.members.queries import SeatView, actor_of, demo_cards, firms
from pool.reports.firm_report import render_firm_report

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_NAV = re.compile(r'<nav class="site-nav".*?</nav>', re.DOTALL)
_LINK = re.compile(r'href="([^"]+)"')


class DemoBroken(Conflict):
    """A page of the demo did not answer as it should."""


def ask_every_seat(app: Any, database: Database) -> int:
    """Sign in to every seat and open each page of its navigation once; return how many pages answered.

    Raises: DemoBroken naming seat and page.
    """
    with database.reading(SYSTEM, now()) as reading:
        seats = demo_cards(reading)
    return sum(_ask(app, seat) for seat in seats)


def _ask(app: Any, seat: SeatView) -> int:
    client = app.test_client()
    token = _CSRF.search(_get(client, "/sign-in", seat))
    if token is None:
        raise _broken(seat, "/sign-in", "the form has no token")
    entered = client.post(
        "/sign-in/demo",
        base_url="http://127.0.0.1",
        data={
            "csrf_token": token[1],
            "request_key": f"check-{seat.public_id}",
            "email": seat.person_email,
            "seat": seat.public_id,
        },
    )
    if entered.status_code != 303:
        raise _broken(seat, "/sign-in/demo", f"answered {entered.status_code}")
    home = _get(client, "/", seat)
    navigation = _NAV.search(home)
    if navigation is None:
        raise _broken(seat, "/", "the page has no navigation")
    pages = sorted(set(_LINK.findall(navigation[0])))
    for path in pages:
        _get(client, path, seat)
    return len(pages)


def _get(client: Any, path: str, seat: SeatView) -> str:
    answer = client.get(path, base_url="http://127.0.0.1", follow_redirects=True)
    if answer.status_code != 200:
        raise _broken(seat, path, f"answered {answer.status_code}")
    return str(answer.text)


def _broken(seat: SeatView, path: str, what: str) -> DemoBroken:
    return DemoBroken(
        f"In the seat {seat.office} of {seat.person_name} the page {path} {what}.",
        field=path,
        next_step="Run audit-pool demo and open the page to see why.",
    )


def write_report(database: Database, folder: Path) -> Path:
    """Write the report of one firm as PDF into ``folder`` and return its path."""
    at = now()
    with database.reading(SYSTEM, at) as reading:
        manager = actor_of(reading, email="ben@demo.example")
    with database.reading(manager, at) as reading:
        (firm,) = firms(reading)
        facts = firm_report(reading, firm.ref)
    path = folder / f"report-{firm.ref}.pdf"
    path.write_bytes(render_firm_report(facts).pdf)
    return path.resolve()
