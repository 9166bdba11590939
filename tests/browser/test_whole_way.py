"""The whole way, as people do it in a real browser: a firm comes with a model file and leaves with a dated audit."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser

from pool.kernel.clock import utc
from tests.browser import chapters, chapters_audit, chapters_costs
from tests.browser.person import company
from tests.support.live import Live

pytestmark = pytest.mark.browser
AUDITORS = ("Ada Lindqvist", "Bruno Keller", "Chen Yu")


def test_whole_way_by_pages(live_empty: Live, browser: Browser) -> None:
    with company(live_empty, browser) as people:
        mara = people["Mara Voss"]
        chapters.catalogue(people["Rita Sørensen"])
        chapters.model_from_files(mara)
        deployment = chapters.deployment(mara)
        chapters.signed(mara)
        chapters.ethics(mara, people["Edda Novák"], deployment)
        chapters.monitoring(mara, deployment, chapters.today(people) - timedelta(days=1))
        booking = chapters.booked(people, mara, deployment)
        chapters.planned(people, AUDITORS)
        lead = people[chapters.agreed(people, mara, booking)]

        first = chapters.first_day(mara, booking)
        live_empty.clock.go_to(utc(first.year, first.month, first.day, 6))
        live_empty.let_the_clock_act()
        audit = chapters_audit.conducted(lead)
        finding = chapters_audit.answered(mara, first + timedelta(days=20))
        chapters_audit.commented(mara, lead, audit)
        chapters_audit.remedied(mara, lead, finding)
        chapters_audit.decided(people, mara, audit)

        chapters_costs.in_good_standing(mara, deployment)
        text = chapters_costs.report_of(mara)
        for word in ("Orchid Health", "Visit guide", deployment, audit, "Batch jobs were not metered", "Demo data"):
            assert word in text, word
        last = date(2026, 12, 31)
        period = chapters_costs.period_opened(people["Tess Okafor"], date(2026, 7, 1), last)
        chapters_costs.period_closed(people, period, last)
        chapters_costs.statement_of(mara)


def test_core_of_the_way_without_scripts(live_demo: Live, browser: Browser) -> None:
    """A browser that runs no script: a deployment with its preview, an audit asked for, a finding answered."""
    with company(live_demo, browser, scripts=False) as people:
        aoife = people["Aoife Brennan"]
        aoife.go("Models").press("Lumen friend")
        deployment = chapters.deployment(aoife, live_panel=False)
        chapters.signed(aoife)
        aoife.sees("Registered", "Signed first")
        booking = chapters.requested(people, aoife, deployment)
        aoife.go("Bookings").sees(booking)

        aoife.go("Findings").press(re.compile("FIN-")).press("Propose a remedy")
        aoife.press("Send it to the auditor").sees("things to put right")
        chapters_audit.propose_remedy(aoife, chapters.today(people) + timedelta(days=20))
