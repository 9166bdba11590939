"""Printing within limits: the same bytes wherever a paper is printed, and a refusal instead of an endless one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from pool.reports import printing
from pool.reports.firm_report import render_firm_report
from pool.reports.printing import LIMITS, TooManyAtOnce, TooMuch, lines_in, print_within
from pool.reports.values import Rendered
from tests.reports.sample_reports import large_report, rich_report

APART = replace(LIMITS, here=0)


def endless(_facts: object) -> Rendered:
    """Print for ever."""
    while True:
        time.sleep(0.01)


def greedy(_facts: object) -> Rendered:
    """Take more memory than there may be."""
    return Rendered(pdf=bytes(8 * 1024**3), warnings=(), pages=1)


def broken(_facts: object) -> Rendered:
    """Fail as no paper should."""
    raise RuntimeError("a fault of our own")


def test_paper_printed_apart_has_the_same_bytes() -> None:
    report = rich_report()
    assert print_within(render_firm_report, report, limits=APART) == render_firm_report(report).pdf
    assert print_within(render_firm_report, report) == render_firm_report(report).pdf


def test_lines_grow_with_rows_and_with_long_texts() -> None:
    small, large = rich_report(), large_report(40)
    assert lines_in(small) < LIMITS.here < lines_in(large) < LIMITS.lines
    assert lines_in(replace(small, firm_name="long " * 100_000)) > lines_in(small) + 5_000


@pytest.mark.parametrize(
    "limits",
    [replace(LIMITS, lines=100), replace(LIMITS, pages=3), replace(APART, pages=3)],
    ids=["lines", "pages here", "pages apart"],
)
def test_paper_over_a_limit_is_refused(limits: printing.Limits) -> None:
    with pytest.raises(TooMuch):
        print_within(render_firm_report, rich_report(), limits=limits)


@pytest.mark.parametrize(
    ("render", "limits"),
    [
        (endless, replace(APART, seconds=2)),
        (greedy, replace(APART, memory_mib=512)),
    ],
    ids=["time", "memory"],
)
def test_paper_that_takes_too_much_is_stopped_and_the_next_one_prints(
    render: Callable[[object], Rendered], limits: printing.Limits
) -> None:
    for _ in range(LIMITS.at_once + 1):
        with pytest.raises(TooMuch):
            print_within(render, "facts", limits=limits)


def test_fault_while_printing_apart_is_told_as_a_fault() -> None:
    with pytest.raises(RuntimeError):
        print_within(broken, "facts", limits=APART)


def test_only_some_large_papers_print_at_once() -> None:
    for _ in range(LIMITS.at_once):
        assert printing._printing.acquire(blocking=False)
    try:
        with pytest.raises(TooManyAtOnce) as refused:
            print_within(render_firm_report, rich_report(), limits=APART)
        assert refused.value.facts["retry_after"] == 60
        assert print_within(render_firm_report, rich_report()), "a small one still prints"
    finally:
        for _ in range(LIMITS.at_once):
            printing._printing.release()
