"""The whole way, as people do it in a real browser: a firm comes with a model file and leaves with a dated audit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from tests.browser import chapters
from tests.browser.person import company
from tests.support.live import Live

pytestmark = pytest.mark.browser


def test_whole_way_by_pages(live_empty: Live, browser: Browser) -> None:
    with company(live_empty, browser) as people:
        mara = people["Mara Voss"]
        chapters.catalogue(people["Rita Sørensen"])
        chapters.model_from_files(mara)
        deployment = chapters.deployment(mara)
        chapters.signed(mara)
        chapters.ethics(mara, people["Edda Novák"], deployment)
        chapters.monitoring(mara, deployment, chapters.today(people) - timedelta(days=1))
