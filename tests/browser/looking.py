"""Looking at a page as machines can: accessible to axe-core, no wider than a phone, nothing for the console."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.crawling import Address
from tests.browser.seats import Seat
from tests.browser.watching import watch
from tests.support.chromium import AXE

DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = ("serious", "critical")
#: Asks axe for the grave violations only, once colours that are still changing have arrived: rule, words, elements.
_ASK = """
async ([tags, grave]) => {
  for (const one of document.getAnimations()) one.finish();
  const found = await axe.run(document, {runOnly: tags, resultTypes: ["violations"], preload: false});
  return found.violations.filter((one) => grave.includes(one.impact)).map((one) =>
    `${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map((node) =>
      `${node.html.slice(0, 160)} – ${(node.failureSummary || "").replace(/\\s+/g, " ").slice(0, 200)}`).join(" | ")}`);
}
"""
#: How far the page reaches beyond the window, and what reaches farthest.
_WIDER = """
() => {
  const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (over <= 0) return "";
  const wide = [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter((one) => { for (let up = one.parentElement; up; up = up.parentElement)
        if (["auto", "scroll", "hidden"].includes(getComputedStyle(up).overflowX) && up !== document.body
            && up !== document.documentElement) return false; return true; })
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 120));
  return `${over} px too wide: ${wide.join(" | ")}`;
}
"""
#: Chips and counts drawn wider than what stands in them, as the cells of a grid stretch them.
_STRETCHED = """
() => [...document.querySelectorAll(".chip, .count")].filter((one) => {
    const words = document.createRange();
    words.selectNodeContents(one);
    const style = getComputedStyle(one);
    const own = words.getBoundingClientRect().width + parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    return one.offsetParent && one.getBoundingClientRect().width > Math.max(own, parseFloat(style.minWidth) || 0) + 2;
  }).slice(0, 3).map((one) => one.outerHTML.slice(0, 160)).join(" | ")
"""


@dataclass
class Gaze:
    """A browser window in a seat, and every fault it saw; ``looked`` counts pages, ``asked`` the runs of axe."""

    browser: Browser
    url: str
    faults: list[str] = field(default_factory=list)
    looked: int = 0
    asked: int = 0

    def look_at(self, pages: list[Address], *, sample: int) -> None:
        """Look at each page; every ``sample``-th one also in the dark and with axe at a phone's width."""
        for seat in dict.fromkeys(one.seat for one in pages):
            context = self._sit(seat)
            window = context.new_page()
            for one in pages:
                if one.seat == seat:
                    self._look(window, one, sampled=self.looked % sample == 0)
                    self.looked += 1
            context.close()

    def _sit(self, seat: Seat) -> BrowserContext:
        context = self.browser.new_context(base_url=self.url, viewport=DESKTOP, color_scheme="light")
        context.set_default_timeout(30_000)
        if seat.token:
            context.add_cookies([{"name": "pool", "value": seat.token, "url": self.url}])
        self._heard = watch(context)
        return context

    def _look(self, window: Page, one: Address, *, sampled: bool) -> None:
        before = len(self._heard)
        window.set_viewport_size(DESKTOP)
        window.emulate_media(color_scheme="light")
        answer = window.goto(one.path)
        if answer is None or answer.status != 200:
            self._complain(one, f"answered {answer and answer.status}")
            return
        window.evaluate(_axe())
        self._ask(window, one, "desktop")
        if sampled:
            window.emulate_media(color_scheme="dark")
            self._ask(window, one, "desktop in the dark")
        window.set_viewport_size(PHONE)
        wider = window.evaluate(_WIDER)
        if wider:
            self._complain(one, f"on a phone {wider}")
        stretched = window.evaluate(_STRETCHED)
        if stretched:
            self._complain(one, f"on a phone stretched: {stretched}")
        if sampled:
            self._ask(window, one, "phone in the dark")
        for heard in self._heard[before:]:
            self._complain(one, heard)

    def _ask(self, window: Page, one: Address, where: str) -> None:
        self.asked += 1
        found: list[str] = window.evaluate(_ASK, [TAGS, list(GRAVE)])
        for fault in found:
            self._complain(one, f"{where}: {fault}")

    def _complain(self, one: Address, words: Any) -> None:
        self.faults.append(f"{one.seat.name} at {one.path}: {words}")


def _axe() -> str:
    assert AXE is not None, "axe-core is not beside the tests"
    return AXE.read_text(encoding="utf-8")
