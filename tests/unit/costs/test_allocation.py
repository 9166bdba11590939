from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pool.costs.allocation import (
    Allocation,
    CostProblem,
    CostWithoutUsers,
    DirectCost,
    Facility,
    IdUsedTwice,
    NotACostProblem,
    UnknownMember,
    allocate,
    split_exactly,
)
from pool.costs.problem_files import document_of, problem_of
from pool.kernel.money import INT64_MAX
from pool.kernel.refusals import Invalid


def document(**changes: Any) -> dict[str, Any]:
    """Three firms, one shared facility, one direct cost; ``changes`` replace whole keys."""
    return {
        "currency": "EUR",
        "members": ["anna", "boris", "chen"],
        "facilities": [{"id": "administration", "cost": 400, "weights": {"anna": 1, "boris": 1, "chen": 1}}],
        "direct": [{"id": "trip", "member": "boris", "cost": 77}],
    } | changes


def facility(**changes: Any) -> dict[str, Any]:
    return {"id": "administration", "cost": 400, "weights": {"anna": 1, "boris": 1, "chen": 1}} | changes


def refusal_of(value: object) -> Invalid:
    with pytest.raises(Invalid) as caught:
        problem_of(value)
    return caught.value


def split(value: dict[str, Any]) -> Allocation:
    return allocate(problem_of(value))


def test_allocate_answers_every_key_of_the_contract() -> None:
    assert document_of(split(document())) == {
        "lines": {"administration": {"anna": 134, "boris": 133, "chen": 133}, "trip": {"boris": 77}},
        "totals": {"anna": 134, "boris": 210, "chen": 133},
        "exact_totals": {"anna": "400/3", "boris": "631/3", "chen": "400/3"},
        "stand_alone": {"anna": 400, "boris": 477, "chen": 400},
        "saving": {"anna": 266, "boris": 267, "chen": 267},
        "sum": 477,
    }


def test_split_gives_the_spare_unit_to_the_largest_remainder() -> None:
    # 100 in 3 : 2 : 2 is 42.86, 28.57, 28.57: two units are left, the first goes to the largest remainder.
    assert split_exactly(100, {"x": 2, "y": 3, "z": 2}) == {"x": 29, "y": 43, "z": 28}


def test_split_breaks_ties_by_code_point() -> None:
    # Capital letters stand before small ones, and Ä (U+00C4) after both.
    assert split_exactly(2, {"Ä": 1, "a": 1, "B": 1}) == {"Ä": 0, "a": 1, "B": 1}


def test_split_mirrors_a_negative_cost() -> None:
    weights = {"a": 1, "b": 1, "c": 1}
    assert split_exactly(-400, weights) == {"a": -134, "b": -133, "c": -133}


def test_split_never_gives_to_weight_zero() -> None:
    assert split_exactly(1, {"a": 0, "b": 5, "c": 5}) == {"a": 0, "b": 1, "c": 0}


def test_split_stays_exact_at_the_edge_of_64_bits() -> None:
    parts = split_exactly(INT64_MAX, {"a": INT64_MAX, "b": INT64_MAX - 1})
    assert sum(parts.values()) == INT64_MAX
    exact = Fraction(INT64_MAX * INT64_MAX, 2 * INT64_MAX - 1)
    assert abs(parts["a"] - exact) < 1


def test_lines_hold_the_named_members_only() -> None:
    given = document(facilities=[facility(weights={"anna": 0, "boris": 3})], direct=[])
    answer = document_of(split(given))
    assert answer["lines"] == {"administration": {"anna": 0, "boris": 400}}
    assert answer["totals"] == {"anna": 0, "boris": 400, "chen": 0}


def test_stand_alone_counts_only_facilities_in_use() -> None:
    given = document(facilities=[facility(weights={"anna": 0, "boris": 3})], direct=[])
    answer = document_of(split(given))
    assert answer["stand_alone"] == {"anna": 0, "boris": 400, "chen": 0}
    assert answer["saving"] == {"anna": 0, "boris": 0, "chen": 0}


def test_cost_zero_without_users_gives_zero_lines() -> None:
    given = document(facilities=[facility(cost=0, weights={"anna": 0})], direct=[])
    assert document_of(split(given))["lines"] == {"administration": {"anna": 0}}


def test_whole_exact_total_is_printed_without_a_denominator() -> None:
    given = document(facilities=[facility(cost=10, weights={"anna": 1, "boris": 1})], direct=[])
    assert document_of(split(given))["exact_totals"] == {"anna": "5", "boris": "5", "chen": "0"}


def test_negative_exact_total_is_in_lowest_terms() -> None:
    given = document(facilities=[facility(cost=-800, weights={"anna": 2, "boris": 4})], direct=[])
    assert document_of(split(given))["exact_totals"] == {"anna": "-800/3", "boris": "-1600/3", "chen": "0"}


def test_nobody_and_nothing_sums_to_zero() -> None:
    given = document(members=[], facilities=[], direct=[])
    assert document_of(split(given)) == {
        "lines": {}, "totals": {}, "exact_totals": {}, "stand_alone": {}, "saving": {}, "sum": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        (document(facilities=[facility(weights={})]), CostWithoutUsers, "facilities[0].weights"),
        (document(facilities=[facility(weights={"anna": 0})]), CostWithoutUsers, "facilities[0].weights"),
        (
            document(facilities=[facility(cost=-1, weights={"anna": 0})]),
            CostWithoutUsers,
            "facilities[0].weights",
        ),
        (document(facilities=[facility(weights={"dora": 1})]), UnknownMember, "facilities[0].weights.dora"),
        (document(direct=[{"id": "t", "member": "dora", "cost": 1}]), UnknownMember, "direct[0].member"),
        (document(facilities=[facility(), facility()], direct=[]), IdUsedTwice, "facilities[1].id"),
        (
            document(direct=[{"id": "administration", "member": "anna", "cost": 1}]),
            IdUsedTwice,
            "direct[0].id",
        ),
        (document(members=["anna", "boris", "chen", "anna"]), IdUsedTwice, "members[3]"),
        (document(facilities=[facility(cost=400.0)]), NotACostProblem, "facilities[0].cost"),
        (document(facilities=[facility(cost=True)]), NotACostProblem, "facilities[0].cost"),
        (document(facilities=[facility(cost="400")]), NotACostProblem, "facilities[0].cost"),
        (document(facilities=[facility(cost=None)]), NotACostProblem, "facilities[0].cost"),
        (document(facilities=[facility(cost=INT64_MAX + 1)]), NotACostProblem, "facilities[0].cost"),
        (document(facilities=[facility(cost=-INT64_MAX - 2)]), NotACostProblem, "facilities[0].cost"),
        (
            document(facilities=[facility(weights={"anna": 3.0})]),
            NotACostProblem,
            "facilities[0].weights.anna",
        ),
        (
            document(facilities=[facility(weights={"anna": True})]),
            NotACostProblem,
            "facilities[0].weights.anna",
        ),
        (
            document(facilities=[facility(weights={"anna": "1"})]),
            NotACostProblem,
            "facilities[0].weights.anna",
        ),
        (
            document(facilities=[facility(weights={"anna": -1})]),
            NotACostProblem,
            "facilities[0].weights.anna",
        ),
        (
            document(facilities=[facility(weights={"anna": 2**63})]),
            NotACostProblem,
            "facilities[0].weights.anna",
        ),
        (document(facilities=[facility(weights=["anna"])]), NotACostProblem, "facilities[0].weights"),
        (document(facilities=[facility(note="x")]), NotACostProblem, "facilities[0].note"),
        (document(facilities=[{"id": "a", "cost": 1}]), NotACostProblem, "facilities[0].weights"),
        (document(facilities={"id": "a"}), NotACostProblem, "facilities"),
        (document(facilities=["a"]), NotACostProblem, "facilities[0]"),
        (document(facilities=[facility(id="")]), NotACostProblem, "facilities[0].id"),
        (document(facilities=[facility(id=7)]), NotACostProblem, "facilities[0].id"),
        (document(direct=[{"id": "t", "member": "anna", "cost": 1.5}]), NotACostProblem, "direct[0].cost"),
        (document(direct=[{"id": "t", "member": "anna"}]), NotACostProblem, "direct[0].cost"),
        (
            document(direct=[{"id": "t", "member": "anna", "cost": 1, "why": ""}]),
            NotACostProblem,
            "direct[0].why",
        ),
        (document(members=["anna", 2]), NotACostProblem, "members[1]"),
        (document(members="anna"), NotACostProblem, "members"),
        (document(members=["\ud800"]), NotACostProblem, "members[0]"),
        (document(period="2026"), NotACostProblem, "period"),
        (document(currency="eur"), Invalid, "currency"),
        (document(currency="EURO"), Invalid, "currency"),
        (document(currency="ЕUR"), Invalid, "currency"),
        (document(currency="QQQ"), Invalid, "currency"),
        (document(currency=978), Invalid, "currency"),
        ({"currency": "EUR", "members": [], "direct": []}, NotACostProblem, "facilities"),
        ({"currency": "EUR", "facilities": [], "direct": []}, NotACostProblem, "members"),
        ({"members": [], "facilities": [], "direct": []}, NotACostProblem, "currency"),
        (document(direct=None), NotACostProblem, "direct"),
        (document(direct={}), NotACostProblem, "direct"),
        ([], NotACostProblem, None),
    ],
)
def test_problem_with_a_fault_is_refused_at_its_place(given: object, kind: type[Invalid], field: str | None) -> None:
    refusal = refusal_of(given)
    assert isinstance(refusal, kind)
    assert refusal.field == field
    assert refusal.reason
    assert refusal.next_step


def test_problem_made_in_code_checks_itself() -> None:
    with pytest.raises(UnknownMember):
        CostProblem("EUR", ("anna",), (Facility("desk", 5, {"boris": 1}),))
    with pytest.raises(IdUsedTwice):
        CostProblem("EUR", ("anna",), (), (DirectCost("t", "anna", 1), DirectCost("t", "anna", 2)))
