"""Every page of every seat over the demo: every link is answered, and a browser has nothing to complain about.

In the soak every seat's own view of each page is looked at, here one seat's of each audience.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.crawling import RARE, Address, chosen, crawl, guessed, route_of
from tests.browser.looking import Gaze
from tests.browser.seats import at_the_door, seats
from tests.support.counts import SOAKING, count
from tests.support.live import Live, copied_demo, served

pytestmark = [pytest.mark.browser, pytest.mark.soak_part("pages")]

#: Routes that answer no page but a file.
NO_PAGE = {
    "static", "firm.report", "firm.statement_paper", "firm.finding_file", "firm.model_file", "auditor.file",
    "admin.audit_file", "admin.competence_file", "admin.plan_document", "admin.pool_statement_paper",
}  # fmt: skip


@pytest.fixture(scope="module")
def live(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Give the demo served for all tests of this module, which only look."""
    folder = tmp_path_factory.mktemp("pages")
    with served(copied_demo(demo_template, folder), folder) as running:
        yield running


@pytest.fixture(scope="module")
def reached(live: Live) -> list[Address]:
    """Give every page that links lead to from the seats' homes."""
    found = [one for seat in seats(live.app) for one in crawl(live.app, seat, per_key=count(test=2, soak=4))]
    assert len(found) > 300
    return found


@pytest.fixture(scope="module")
def pages(live: Live, reached: list[Address]) -> list[Address]:
    """Give the pages to look at: each view once for each audience; in the soak once for each seat."""
    whole = [one for one in reached if one.status == 200]
    for seat, path in at_the_door(live.app):
        endpoint, key = route_of(live.app, path) or ("", "")
        whole.append(Address(seat, path, endpoint, key))
    guesses = list(guessed(live.app, whole))
    if not SOAKING:
        return chosen([*whole, *guesses])
    return list({(one.seat, one.key): one for one in reversed(whole)}.values()) + guesses


def test_every_link_leads_to_a_page_that_the_seat_may_open(reached: list[Address]) -> None:
    assert sorted({one.fault for one in reached} - {""}) == []


def test_every_route_is_looked_at(live: Live, pages: list[Address]) -> None:
    routes = {rule.endpoint for rule in live.app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    assert sorted(routes - {one.endpoint for one in pages} - NO_PAGE - RARE) == []


@pytest.mark.parametrize("audience", ["public", "firm", "auditor", "pool"])
def test_no_browser_complains(live: Live, browser: Browser, pages: list[Address], audience: str) -> None:
    own = [one for one in pages if one.seat.audience == audience]
    gaze = Gaze(browser, live.url)
    gaze.look_at(own, sample=count(test=4, soak=1))
    assert gaze.looked == len(own) > 4
    assert gaze.faults == [], "\n".join(gaze.faults[:60])


def test_a_bad_page_is_seen(live: Live, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: inline code, a picture without words, a line too long and a stretched chip are all complained about."""
    bad = (
        "<!doctype html><html lang=en><title>Bad</title><main><h1>Bad</h1><script>document.body.innerHTML = 1</script>"
        "<img src=/static/icon.svg><p style='width: 900px'>wide</p><div class=wide>" + "x" * 400 + "</div>"
        "<div class=chip>one</div></main>"
    )
    monkeypatch.setitem(live.app.view_functions, "registry.verify", lambda: bad)
    seat = next(one for one in seats(live.app) if not one.token)
    gaze = Gaze(browser, live.url)
    gaze.look_at([Address(seat, "/verify", "registry.verify", "registry.verify::")], sample=1)
    words = "\n".join(gaze.faults)
    for fault in (
        "policy violated: script-src-elem",
        "policy violated: style-src-attr",
        "image-alt",
        "too wide",
        "stretched",
    ):
        assert fault in words, words
