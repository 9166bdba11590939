"""How values are shown: exact, in UTC, in the manner of the language, and with one meaning per state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from jinja2 import Environment

from pool.kernel import words
from pool.kernel.money import Money
from pool.kernel.roles import Office
from pool.web import display, states
from pool.web.wording import indicator_words

NOW = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Speak English after each test, whatever it chose."""
    display.use_locale("en")
    yield
    display.use_locale("en")


def test_day_and_instant_say_the_month_in_letters_and_the_zone() -> None:
    there = datetime(2026, 3, 12, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert display.day(date(2026, 3, 12)) == "12 Mar 2026"
    assert display.day(there) == "13 Mar 2026"
    assert display.instant(there) == "13 Mar 2026, 04:30\u00a0UTC"
    assert display.exact(there) == "2026-03-13T04:30:00Z"
    assert display.day(None) == display.instant(None) == "–"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(2026, 11, 24), "today"),
        (date(2026, 11, 25), "tomorrow"),
        (date(2026, 11, 23), "yesterday"),
        (date(2026, 12, 12), "in 18 days"),
        (date(2027, 1, 23), "in 60 days"),
        (date(2026, 11, 22), "2 days ago"),
        (NOW - timedelta(seconds=20), "just now"),
        (NOW - timedelta(hours=3), "3 hours ago"),
        (NOW + timedelta(days=200), "in 7 months"),
    ],
)
def test_relative_says_how_far(value: date | datetime, words: str) -> None:
    assert display.relative(value, NOW) == words


def test_other_languages_have_their_own_manner() -> None:
    display.use_locale("de")
    assert (display.number(1234567), display.day(date(2026, 3, 12))) == ("1\u202f234\u202f567", "12.03.2026")
    display.use_locale("zh-Hans")
    assert display.day(date(2026, 3, 12)) == "2026年3月12日"


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Money(123450, "EUR"), "money", "1\u202f234.50\u00a0EUR"),
        (Decimal("0.6000"), "score", "0.60"),
        (Decimal("2.5"), "days", "2.5 days"),
        (1, "days", "1 day"),
        (0.314, "percent", "31\u00a0%"),
        (12000, "number", "12\u202f000"),
        ("in_audit", "state", "In audit"),
        ("high", "tier", "High"),
        (None, "money", "–"),
        (("a", "b"), "text", "a, b"),
        (True, "text", "Yes"),
    ],
)
def test_shown_follows_the_kind(value: Any, kind: str, text: str) -> None:
    assert display.shown(value, kind) == text


@pytest.mark.parametrize(
    ("exact", "said"),
    [
        ("1253177/100000", "about 12.5 auditor-days"), ("5/2", "2.5 auditor-days"), ("1", "1 auditor-day"),
        ("1001/1000", "about 1 auditor-day"), ("2999/1000", "about 3 auditor-days"),
    ],
)  # fmt: skip
def test_auditor_days_are_rounded_in_words(exact: str, said: str) -> None:
    assert display.auditor_days(exact) == said


def test_exact_number_adds_its_fraction_where_decimals_do_not_say_it_all() -> None:
    found = [display.exact_number(text) for text in ("29/6", "5/2", "1253177/100000")]
    assert found == ["4.8333 (exactly 29/6)", "2.5", "12.5318 (exactly 1253177/100000)"]


def test_counts_of_every_kind_are_grouped_as_money_is() -> None:
    env = Environment(autoescape=True)
    display.install(env, csrf_token=str, csp_nonce=str)
    counted = env.from_string('{{ ngettext("%(num)s entry", "%(num)s entries", 5000) }}').render()
    plural = words.ngettext("%(n)s entry", "%(n)s entries", 5000)
    assert {counted, plural} == {"5\u202f000 entries"}
    assert display.number(5000) == words.grouped(5000) == display.plain(5000) == "5\u202f000"
    assert display.money(Money(500_000, "EUR")).startswith("5\u202f000.00")
    assert indicator_words("affected_persons", "5000000") == "5\u202f000\u202f000"


def test_short_digest_keeps_beginning_and_end() -> None:
    assert display.short_digest("sha256:" + "ab" * 32) == "sha256:ababababab…abab"
    assert display.short_digest("") == "–"


def test_file_size_in_the_unit_people_read() -> None:
    assert [display.file_size(n) for n in (0, 999, 1500, 20_000_000, 3_100_000_000)] == [
        "0\u00a0B", "999\u00a0B", "1.5\u00a0KB", "20\u00a0MB", "3.1\u00a0GB",
    ]  # fmt: skip


def test_every_state_has_a_word_and_one_of_the_five_meanings() -> None:
    for meaning, word in [*states.STATES.values(), *states.GRADES.values()]:
        assert meaning in states.MEANINGS
        assert str(word)
    assert (states.state_word("brand_new"), states.meaning_of("brand_new")) == ("Brand new", "neutral")


def test_every_office_has_a_word() -> None:
    assert len({states.office_word(office) for office in Office}) == len(Office)


def test_due_meaning_turns_with_the_days_left() -> None:
    assert [states.due_meaning(n) for n in (None, 30, 14, 0, -1)] == [
        "neutral", "good", "due_soon", "due_soon", "overdue",
    ]  # fmt: skip
