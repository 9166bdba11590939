"""Histories are serializable in the transactions we use, and not in those the databases give by default.

Source: trust.md R6 of the design.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import histories
from tests.soak.histories import Anomalies, History, anomalies
from tests.support.counts import count
from tests.support.crowd import Crowd, acknowledged

TRANSACTIONS = count(test=480, soak=12_000)
CONTROL = count(test=480, soak=4_800)

pytestmark = pytest.mark.soak_part("histories")


def run(url: str, level: str, folder: Path, transactions: int) -> Anomalies:
    """Let eight processes read and append in one level; return what the checker finds."""
    histories.prepare(url)
    crowd = Crowd(histories.worker, (url, level, folder, transactions), folder, processes=histories.PROCESSES)
    crowd.run(kills=0, lines=transactions)
    found = histories.history(url, acknowledged(folder))
    assert set(found.transactions) == set(range(transactions))
    return anomalies(found)


@pytest.mark.slow
def test_history_of_run_work_is_serializable(database_url: str, tmp_path: Path) -> None:
    assert run(database_url, "run_work", tmp_path, TRANSACTIONS) == Anomalies(lost=0, torn=0, cycles=0)


@pytest.mark.slow
def test_control_with_the_defaults_of_the_driver_loses_updates(database_url: str, tmp_path: Path) -> None:
    found = run(database_url, "defaults of the driver", tmp_path, CONTROL)
    assert found.lost > 0 and found.cycles > 0, f"the control found nothing: {found}"


@pytest.mark.slow
@pytest.mark.postgres
def test_control_with_repeatable_read_has_cycles(postgres_url: str, tmp_path: Path) -> None:
    """Hold that SERIALIZABLE is needed: the level below loses nothing and is still no serial order."""
    found = run(postgres_url, "repeatable read", tmp_path, CONTROL)
    assert (found.lost, found.torn) == (0, 0)
    assert found.cycles > 0, f"the control found nothing: {found}"


# --------------------------------------------------------------------------------------------------
# The checker itself, on histories small enough to see


def test_checker_when_two_read_the_same_and_both_append_finds_the_lost_one() -> None:
    found = History({1: [("r", 0, []), ("a", 0, 10)], 2: [("r", 0, []), ("a", 0, 20)]}, {0: [20]})
    assert anomalies(found).lost == 1


def test_checker_when_two_each_read_what_the_other_appends_finds_write_skew() -> None:
    found = History({1: [("r", 0, []), ("a", 1, 10)], 2: [("r", 1, []), ("a", 0, 20)]}, {0: [20], 1: [10]})
    assert anomalies(found) == Anomalies(lost=0, torn=0, cycles=1)


def test_checker_when_a_read_shows_another_order_finds_it_torn() -> None:
    found = History({1: [("a", 0, 10)], 2: [("a", 0, 20)], 3: [("r", 0, [20])]}, {0: [10, 20]})
    assert anomalies(found).torn == 1


def test_checker_when_one_follows_the_other_finds_nothing() -> None:
    found = History(
        {1: [("r", 0, []), ("a", 0, 10), ("a", 1, 11)], 2: [("r", 0, [10]), ("r", 1, [11]), ("a", 0, 20)]},
        {0: [10, 20], 1: [11]},
    )
    assert anomalies(found) == Anomalies(lost=0, torn=0, cycles=0)


def test_knots_when_three_form_a_ring_are_one_group() -> None:
    assert [sorted(group) for group in histories.knots({1: {2}, 2: {3}, 3: {1, 4}, 4: set()})] == [[1, 2, 3]]
