"""The whole way, as people do it in a real browser: a firm comes with a model file and leaves with a dated audit.

Once as it is, and once in a browser that runs no script, where it shows that each of its forms was sent.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser

from pool.kernel.clock import utc
from tests.browser import chapters, chapters_audit, chapters_costs
from tests.browser.flows import FLOWS
from tests.browser.person import company
from tests.support.live import Live

pytestmark = pytest.mark.browser
AUDITORS = ("Ada Lindqvist", "Bruno Keller", "Chen Yu")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no_scripts"])
def test_whole_way_by_pages(live_empty: Live, browser: Browser, scripts: bool) -> None:
    with company(live_empty, browser, scripts=scripts) as people:
        mara = people["Mara Voss"]
        chapters.catalogue(people["Rita Sørensen"])
        chapters.model_from_files(mara)
        deployment = chapters.deployment(mara, live_panel=scripts)
        chapters.signed(mara)
        chapters.ethics(mara, people["Edda Novák"], deployment)
        chapters.monitoring(mara, deployment, chapters.today(people) - timedelta(days=1))
        booking = chapters.booked(people, mara, deployment)
        chapters.planned(people, AUDITORS)
        lead = people[chapters.agreed(people, mara, booking)]

        first = chapters.first_day(mara, booking)
        live_empty.clock.go_to(utc(first.year, first.month, first.day, 6))
        live_empty.let_the_clock_act()
        audit = chapters_audit.conducted(lead, ready=scripts)
        finding = chapters_audit.answered(mara, first + timedelta(days=20))
        chapters_audit.commented(mara, lead, audit)
        chapters_audit.remedied(mara, lead, finding)
        chapters_audit.decided(people, mara, audit, by_the_clock=scripts)

        chapters_costs.in_good_standing(mara, deployment)
        text = chapters_costs.report_of(mara)
        for word in ("Orchid Health", "Visit guide", deployment, audit, "Batch jobs were not metered", "Demo data"):
            assert word in text, word
        last = date(2026, 12, 31)
        period = chapters_costs.period_opened(people["Tess Okafor"], date(2026, 7, 1), last)
        chapters_costs.period_closed(people, period, last)
        chapters_costs.statement_of(mara)
        assert scripts or sorted(FLOWS["test_whole_way_by_pages"] - people.pressed()) == []
