"""After a decline: another team for one audit, everything else as it was."""

from __future__ import annotations

import pytest

from pool.kernel.refusals import Missing
from scheduling.alternative import propose_alternative
from scheduling.plan import Plan, plan_from_json
from scheduling.problem import Member, Problem
from scheduling.problem_json import problem_from_json
from scheduling.verify import violations_of
from tests.unit.scheduling.cases import audit, legal_pair


def pair() -> tuple[Problem, Plan]:
    asked, plan = legal_pair()
    return problem_from_json(asked), plan_from_json(plan)


def others(plan: Plan, name: str) -> list[object]:
    return [placed for placed in plan.assignments if placed.audit != name]


def test_alternative_when_a_member_declines_keeps_days_and_the_rest_of_the_team() -> None:
    problem, plan = pair()
    found = propose_alternative(problem, plan, "clinic", ["dan"])
    assert found.assignment is not None
    assert found.kept == "days-and-team"
    assert found.assignment.team == (Member("ada", "lead"), Member("ben", "member"))
    old = plan.assignment_of("clinic")
    assert old is not None
    assert found.assignment.half_days == old.half_days
    assert others(found.plan, "clinic") == others(plan, "clinic")
    assert violations_of(found.problem, found.plan) == []


def test_alternative_when_nobody_else_is_free_then_moves_the_days() -> None:
    asked, document = legal_pair()
    asked["auditors"][2]["unavailable"] = [{"from": "2027-03-02am", "until": "2027-03-05am"}]
    problem, plan = problem_from_json(asked), plan_from_json(document)
    found = propose_alternative(problem, plan, "shop", ["cleo"])
    assert found.assignment is not None
    assert found.kept == "nothing"
    assert found.assignment.team == (Member("ada", "lead"),)
    assert str(found.assignment.half_days[0]) == "2027-03-04am"
    assert violations_of(found.problem, found.plan) == []


def test_alternative_when_the_lead_declines_finds_another_lead_on_the_same_days() -> None:
    problem, plan = pair()
    found = propose_alternative(problem, plan, "bank", ["ada"])
    assert found.assignment is None or found.assignment.team[0].auditor == "cleo"
    assert violations_of(found.problem, found.plan) == []
    assert others(found.plan, "bank") == others(plan, "bank")


def test_alternative_when_there_is_none_gives_the_funnel() -> None:
    problem, plan = pair()
    found = propose_alternative(problem, plan, "clinic", ["ben", "dan", "ada"])
    assert found.assignment is None
    (left,) = found.plan.unplaced
    assert left.audit == "clinic"
    assert [(step.rule, step.left) for step in left.funnel][-1][1] == 0
    assert [step.rule for step in left.funnel][:2] == ["all", "excluded"]
    assert violations_of(found.problem, found.plan) == []


def test_alternative_when_the_audit_was_unplaced_may_place_it_and_leaves_out_other_unplaced_ones() -> None:
    asked, document = legal_pair()
    wish = audit("wish", "delta", [{"code": "F1", "min_level": 2}])
    asked["audits"] += [wish, {**wish, "id": "other"}]
    document["unplaced"] = [{"audit": "wish", "funnel": []}, {"audit": "other", "funnel": []}]
    problem, plan = problem_from_json(asked), plan_from_json(document)
    found = propose_alternative(problem, plan, "wish", [])
    assert found.assignment is not None
    assert [known.id for known in found.problem.audits] == ["bank", "shop", "clinic", "wish"]
    assert violations_of(found.problem, found.plan) == []


def test_alternative_when_the_audit_is_unknown_is_refused() -> None:
    problem, plan = pair()
    with pytest.raises(Missing):
        propose_alternative(problem, plan, "ghost", [])
