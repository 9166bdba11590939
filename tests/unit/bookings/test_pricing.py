"""The estimate: steps that sum exactly, a range, a key in words; its acceptance and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditors.casework import queries as casework
from auditors.casework.fields import BadField
from auditors.casework.lifecycle import NotReady
from pool.bookings import queries
from pool.bookings.application import TERMS, engagement_content
from pool.bookings.pricing import estimate
from pool.bookings.tables import Booking
from pool.journeys import book, roster
from pool.kernel.digest import digest_of
from pool.kernel.money import Money, UnknownCurrency
from pool.kernel.refusals import Invalid
from pool.kernel.roles import SYSTEM
from tests.unit.bookings.story import WINDOW, Story

Open = Callable[[str], Story]
RATES = st.lists(st.integers(0, 10**7), min_size=1, max_size=12)


@given(
    days=st.fractions(min_value=Fraction(1, 2), max_value=400),
    rates=RATES,
    percent=st.fractions(min_value=0, max_value=100),
)
def test_steps_sum_to_the_estimate_and_lie_in_the_range(days: Fraction, rates: list[int], percent: Fraction) -> None:
    found = estimate(exact_days=days, rates_minor=rates, currency="EUR", overhead_percent=percent)
    assert sum(step.amount_minor for step in found.steps if step.adds) == found.amount_minor
    assert found.steps[-1].amount_minor == found.amount_minor
    assert found.low_minor <= found.amount_minor <= found.high_minor
    exact = days * Fraction(sum(rates), len(rates)) * (1 + percent / 100)
    assert abs(found.amount_minor - exact) <= 2


def test_estimate_of_a_worked_example() -> None:
    # 3.7166 days x 1 000.00, plus 20 %: 3 716.60 + 743.32
    found = estimate(
        exact_days=Fraction("3.7166"), rates_minor=[90_000, 90_000, 120_000], currency="EUR",
        overhead_percent=Fraction(20),
    )  # fmt: skip
    assert (found.amount_minor, found.low_minor, found.high_minor) == (445_992, 401_393, 535_190)
    assert [(step.id, step.amount_minor, step.adds) for step in found.steps] == [
        ("auditor_days", 371_660, True),
        ("overhead", 74_332, True),
        ("total", 445_992, False),
    ]


def test_key_says_what_the_price_follows_and_that_no_outcome_changes_it() -> None:
    found = estimate(exact_days=Fraction(2), rates_minor=[1], currency="EUR", overhead_percent=Fraction("12.5"))
    assert "12.5 %" in found.key and "outcome of an audit changes no price" in found.key


def test_quote_keeps_estimate_range_steps_and_last_day(at_state: Open) -> None:
    story = at_state("screened")
    story.do("amos", book.quote, booking=story.booking, valid_days=14)
    file = story.file
    assert file.line.state == "quoted"
    assert file.line.quote_valid_until == (story.at + timedelta(days=14)).date()
    assert file.line.estimate is not None and file.estimate_low is not None and file.estimate_high is not None
    assert file.estimate_low.amount_minor < file.line.estimate.amount_minor < file.estimate_high.amount_minor
    assert sum(step["amount_minor"] for step in file.price_steps if step["adds"]) == file.line.estimate.amount_minor
    expected = estimate(
        exact_days=Fraction(file.line.exact_days),
        rates_minor=[90_000, 90_000, 120_000],
        currency="EUR",
        overhead_percent=Fraction(20),
    )
    assert file.line.estimate == Money(expected.amount_minor, "EUR")


def test_quote_keeps_its_price_when_rates_change_afterwards(at_state: Open) -> None:
    story = at_state("quoted")
    before = story.file.line.estimate
    story.do("pia", roster.change_auditor, auditor="AUR-2026-0001", day_rate_minor=200_000)
    assert story.file.line.estimate == before


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"overhead_percent": "some"}, "overhead_percent"), ({"overhead_percent": "101"}, "overhead_percent"),
     ({"valid_days": 0}, "valid_days")],
)  # fmt: skip
def test_quote_when_a_field_is_wrong_names_it(at_state: Open, changed: dict[str, object], field: str) -> None:
    story = at_state("screened")
    with pytest.raises(BadField) as caught:
        story.do("amos", book.quote, booking=story.booking, **changed)
    assert caught.value.field == field


def test_quote_in_a_currency_nobody_works_in_is_refused(at_state: Open) -> None:
    story = at_state("screened")
    with pytest.raises(NotReady):
        story.do("amos", book.quote, booking=story.booking, currency="CNY")
    with pytest.raises(UnknownCurrency):
        story.do("amos", book.quote, booking=story.booking, currency="EURO")
    assert story.state == "screened"


def test_accept_opens_the_audit_against_the_frozen_brief(at_state: Open) -> None:
    story = at_state("quoted")
    found = story.do("mara", book.accept, booking=story.booking, signed_name=" mara  VOSS ")
    assert found.audit_ref.startswith("AUD-2026-")
    file = story.file
    assert (file.line.state, file.line.audit_ref) == ("accepted", found.audit_ref)
    audit = story.ask("pia", casework.audit_file, found.audit_ref)
    assert (audit.state, audit.brief_digest) == ("planned", file.brief_digest)
    assert [part.deployment_ref for part in audit.participants] == ["DEP-2026-0001"]
    assert file.accepted_digest.startswith("sha256:")


def test_accept_with_another_name_is_refused_and_opens_nothing(at_state: Open) -> None:
    story = at_state("quoted")
    with pytest.raises(Invalid) as caught:
        story.do("mara", book.accept, booking=story.booking, signed_name="Milo Brandt")
    assert caught.value.field == "signed_name"
    assert (story.state, story.file.line.audit_ref) == ("quoted", "")


def test_accept_signs_brief_estimate_window_and_terms() -> None:
    row = Booking(
        ref="BKG-1", firm_id=1, kind="initial", window_from=WINDOW[0], window_until=WINDOW[1], brief_digest="sha256:1"
    )
    signed = digest_of(engagement_content(row, "Mara Voss"))
    for name, value in (
        ("brief_digest", "sha256:2"),
        ("estimate_minor", 1),
        ("estimate_high_minor", 2),
        ("currency", "CHF"),
        ("window_until", WINDOW[0]),
    ):
        before = getattr(row, name)
        setattr(row, name, value)
        assert digest_of(engagement_content(row, "Mara Voss")) != signed, name
        setattr(row, name, before)
    assert digest_of(engagement_content(row, "Milo Brandt")) != signed
    assert engagement_content(row, "Mara Voss")["terms"] == TERMS


def test_accept_on_the_last_day_is_taken_and_later_not(at_state: Open) -> None:
    story = at_state("quoted")
    story.later(days=30)
    story.do("mara", book.accept, booking=story.booking, signed_name="Mara Voss")
    story = at_state("quoted")
    story.later(days=31)
    with pytest.raises(NotReady):
        story.do("mara", book.accept, booking=story.booking, signed_name="Mara Voss")


def test_estimate_runs_out_the_day_after_its_last(at_state: Open) -> None:
    story = at_state("quoted")
    story.later(days=30)
    with pytest.raises(NotReady):
        story.do(SYSTEM, book.expire_quote, booking=story.booking)
    assert story.ask(SYSTEM, queries.quotes_run_out) == ()
    story.later(days=1)
    assert story.ask(SYSTEM, queries.quotes_run_out) == (story.booking,)
    assert story.do(SYSTEM, book.expire_quote, booking=story.booking).ref == story.booking
    assert story.state == "expired"
    assert story.do(SYSTEM, book.expire_quote, booking=story.booking) is None
