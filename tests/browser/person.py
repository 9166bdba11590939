"""People at a browser: they sign in by their card, follow what they can see, fill in forms by their labels."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Response, expect

from pool.kernel.clock import day_of
from pool.kernel.roles import Actor
from tests.browser.watching import watch
from tests.support.live import Live

#: How long a page may take while other work has the processors; a test that passes does not wait for it.
MILLISECONDS = 30_000


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, live: Live, browser: Browser, name: str, *, scripts: bool = True) -> None:
        self.live = live
        self.name = name
        self.context = browser.new_context(
            base_url=live.url, java_script_enabled=scripts, viewport={"width": 1280, "height": 900}
        )
        self.context.set_default_timeout(MILLISECONDS)
        self.faults = watch(self.context)
        self.sent: set[str] = set()
        self.context.on("response", self._answered)
        self.page: Page = self.context.new_page()
        self.acted_at = 0.0

    def _answered(self, response: Response) -> None:
        if response.request.method == "POST" and response.status < 400:
            self.sent.add(urlsplit(response.url).path)

    # --- going ---------------------------------------------------------------------------------------------------

    def open(self, path: str) -> Person:
        """Open a page by its address; whoever is signed out signs in by the card first and comes back."""
        self.acted_at = time.monotonic()
        answer = self.page.goto(path)
        if "/sign-in" in self.page.url and not path.startswith("/sign-in"):
            self.sign_in()
            answer = self.page.goto(path)
        assert answer is not None and answer.status == 200, f"{self.name} at {path}: {answer and answer.status}"
        return self

    def sign_in(self) -> None:
        """Take the card of one's seat."""
        self.page.goto("/sign-in")
        self.page.locator(".seat-card", has_text=self.name).click()
        expect(self.page.locator(".seat-person")).to_have_text(self.name)

    def go(self, menu: str) -> Person:
        """Go to an entry of the navigation; whoever is signed out signs in by the card first."""
        if not self.page.locator(".seat-person").count():
            self.sign_in()
        entry = self.page.get_by_role("navigation", name="Main").get_by_role("link", name=menu, exact=True)
        entry.click()
        if "/sign-in" in self.page.url:
            self.sign_in()
            entry.click()
        self.page.wait_for_load_state()
        return self

    def press(self, words: str | re.Pattern[str], *, within: Locator | None = None, exact: bool = True) -> Person:
        """Press a button or a link by its words, the first one of the page's content."""
        self.acted_at = time.monotonic()
        place = within or self.page.locator("main")
        by_role = [place.get_by_role(role, name=words, exact=exact) for role in ("button", "link")]
        by_role[0].or_(by_role[1]).first.click()
        self.page.wait_for_load_state()
        return self

    # --- filling in ----------------------------------------------------------------------------------------------

    def fill(self, values: Mapping[str, Any]) -> Person:
        """Fill in fields by their labels: text, a day, True for a box, an option of a list or of cards."""
        for label, value in values.items():
            self._fill_one(label, value)
        return self

    def _fill_one(self, label: str, value: Any) -> None:
        main = self.page.locator("main")
        start = re.compile(rf"^\s*{re.escape(label)}(\s+optional)?\s*$")
        box = main.locator("textarea").and_(main.get_by_label(start))
        if box.count() == 1:
            box.fill(str(value))
            return
        group = main.locator("fieldset", has=self.page.locator("legend", has_text=start))
        if group.count():
            for one in value if isinstance(value, (list, tuple)) else [value]:
                words = self.page.locator("label span", has_text=_starting(one))
                group.locator(".option, .rating-one", has=words).locator("input").first.check()
            return
        field = main.get_by_label(start).first
        kind = field.evaluate("one => one.type || one.tagName")
        if kind == "checkbox":
            field.set_checked(bool(value))
        elif kind.startswith("select"):
            option = field.locator("option", has_text=_starting(value)).first
            field.select_option(value=option.get_attribute("value"))
        elif kind == "file":
            field.set_input_files(value)
        else:
            field.fill(value.isoformat() if isinstance(value, date) else str(value))

    # --- seeing --------------------------------------------------------------------------------------------------

    def sees(self, *words: str) -> Person:
        """Assert that the page says all of this."""
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one)
        return self

    @property
    def today(self) -> date:
        """Return the day that the application's clock shows."""
        return day_of(self.live.clock())

    @property
    def ref(self) -> str:
        """Return the reference of the object whose page is open: the last piece of its address."""
        return self.page.url.partition("?")[0].rstrip("/").rpartition("/")[2]


def _starting(words: object) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(str(words))}")


class Company:
    """Everybody of a story; each has a browser window of their own, made when they first act."""

    def __init__(self, live: Live, browser: Browser, *, scripts: bool = True) -> None:
        self.live = live
        self.browser = browser
        self.scripts = scripts
        self._people: dict[str, Person] = {}

    def __getitem__(self, who: str | Actor) -> Person:
        name = who if isinstance(who, str) else who.name
        if name not in self._people:
            self._people[name] = Person(self.live, self.browser, name, scripts=self.scripts)
        return self._people[name]

    def another(self, name: str) -> Person:
        """Give somebody one more browser, as on another device."""
        self._people[f"{name}, elsewhere"] = Person(self.live, self.browser, name, scripts=self.scripts)
        return self._people[f"{name}, elsewhere"]

    def faults(self) -> list[str]:
        """Return everything that browsers complained about."""
        return [f"{person.name}: {fault}" for person in self._people.values() for fault in person.faults]

    def pressed(self) -> set[str]:
        """Return the forms that were sent and taken: endpoints, and each step of a booking by its name."""
        sent = {path for person in self._people.values() for path in person.sent}
        routes = self.live.app.url_map.bind("127.0.0.1")
        found = (routes.match(path, method="POST") for path in sent)
        return {f"booking:{values['move']}" if "move" in values else endpoint for endpoint, values in found}

    def leave(self) -> None:
        """Close every window."""
        for person in self._people.values():
            person.context.close()

    def describe(self) -> str:
        """Return where whoever acted last stands, and what can be read there."""
        last = max(self._people.values(), key=lambda person: person.acted_at)
        return f"{last.name} at {last.page.url}:\n{last.page.locator('main').inner_text(timeout=2000)[:4000]}"


@contextmanager
def company(live: Live, browser: Browser, *, scripts: bool = True) -> Iterator[Company]:
    """Give a company; at the end of the block no browser may have complained."""
    people = Company(live, browser, scripts=scripts)
    try:
        yield people
        assert people.faults() == [], "\n".join(people.faults())
    except Exception as error:
        error.add_note(people.describe())
        raise
    finally:
        people.leave()
