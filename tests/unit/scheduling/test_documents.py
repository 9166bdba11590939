"""Problem and plan as documents: read, written, refused, and held against their schemas."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema_rs
import pytest

from pool.kernel.digest import digest_of
from pool.kernel.refusals import Invalid
from scheduling.constraints import RULES
from scheduling.instances import made_up_problem
from scheduling.plan import FUNNEL_STEPS, LEVELS, plan_from_json, plan_to_json
from scheduling.problem_json import digest_of_problem, problem_from_json, problem_to_json
from scheduling.schema import plan_schema, problem_schema
from tests.unit.scheduling.cases import Document, legal_pair

PROBLEM_SCHEMA = jsonschema_rs.validator_for(problem_schema())
PLAN_SCHEMA = jsonschema_rs.validator_for(plan_schema())


def test_problem_when_written_and_read_is_the_same() -> None:
    problem = made_up_problem(3, audits=20, auditors=9, days=40)
    document = json.loads(json.dumps(problem_to_json(problem)))
    assert problem_from_json(document) == problem
    assert problem_to_json(problem_from_json(document)) == document
    assert digest_of_problem(problem) == problem_from_json(document).digest == digest_of(document)
    assert PROBLEM_SCHEMA.is_valid(document)


def test_plan_when_written_and_read_is_the_same() -> None:
    _problem, document = legal_pair()
    document["unplaced"].append(
        {"audit": "late", "funnel": [{"rule": "all", "left": 3}, {"rule": "window", "left": 0}]}
    )
    assert plan_to_json(plan_from_json(document)) == document
    assert PLAN_SCHEMA.is_valid(document)


def test_problem_when_only_the_required_is_given_takes_the_defaults() -> None:
    document = {
        "format_version": 1,
        "horizon": {"first_day": "2027-03-01", "last_day": "2027-03-19"},
        "currency": "EUR",
        "auditors": [],
        "audits": [],
    }
    problem = problem_from_json(document)
    assert PROBLEM_SCHEMA.is_valid(document)
    assert (problem.seed, problem.travel_minor, problem.interests, problem.holidays) == (0, 0, (), ())
    assert (problem.limits.lead_audits_in_a_row, problem.limits.lead_years_in_a_row) == (3, 4)
    assert problem.digest == digest_of(document)


Change = Callable[[Document], object]
#: What is wrong, the field that must be named, and whether a schema can say it too.
REFUSED: list[tuple[Change, str, bool]] = [
    (lambda d: d.update(format_version=2), "format_version", True),
    (lambda d: d.pop("audits"), "audits", True),
    (lambda d: d.update(colour="red"), "colour", True),
    (lambda d: d["horizon"].update(until="2027-01-01"), "horizon.until", True),
    (lambda d: d["horizon"].update(first_day="2027-02-30"), "horizon.first_day", False),
    (lambda d: d["horizon"].update(last_day="2026-02-01"), "horizon.last_day", False),
    (lambda d: d.update(currency="XXX"), "currency", False),
    (lambda d: d.update(seed=-1), "seed", True),
    (lambda d: d.update(seed=1.5), "seed", True),
    (lambda d: d.update(seed=True), "seed", True),
    (lambda d: d["limits"].update(effort=10_000), "limits.effort", True),
    (lambda d: d["holidays"].append("2027-03-10"), "holidays", True),
    (lambda d: d["audits"][1].update(id="bank"), "audits", False),
    (lambda d: d["audits"][1].update(tier="minimal"), "audits[1].tier", True),
    (lambda d: d["audits"][1].update(people=5), "audits[1].people", True),
    (lambda d: d["audits"][1].update(half_days=0), "audits[1].half_days", True),
    (lambda d: d["audits"][1].update(size="small"), "audits[1].size", True),
    (lambda d: d["audits"][1]["needs"][0].update(min_level=4), "audits[1].needs[0].min_level", True),
    (lambda d: d["audits"][1]["window"].pop("until"), "audits[1].window.until", True),
    (lambda d: d["audits"][1]["window"].update(until="2027-03-01am"), "audits[1].window.until", False),
    (lambda d: d["audits"][1]["window"].update(until="2027-03-13"), "audits[1].window.until", True),
    (lambda d: d["audits"][1].update(excluded=["zoe"]), "audits[1].excluded", False),
    (lambda d: d["audits"][1].update(pinned={"start": "noon"}), "audits[1].pinned.start", True),
    (
        lambda d: d["audits"][1].update(pinned={"team": [{"auditor": "ada", "role": "chief"}]}),
        "audits[1].pinned.team[0].role",
        True,
    ),
    (
        lambda d: d["audits"][1].update(pinned={"team": [{"auditor": "ada", "role": "member"}]}),
        "audits[1].pinned.team",
        False,
    ),
    (lambda d: d["auditors"][0].update(id=""), "auditors[0].id", True),
    (lambda d: d["auditors"][0].update(day_rate_minor=100.0), "auditors[0].day_rate_minor", False),
    (lambda d: d["auditors"][0].update(languages="en"), "auditors[0].languages", True),
    (
        lambda d: d["auditors"][0]["competences"][0].update(valid_until="2020-01-01"),
        "auditors[0].competences[0].valid_until",
        False,
    ),
    (
        lambda d: d["interests"].append({"auditor": "zoe", "firm": "acme", "kind": "family"}),
        "interests[0].auditor",
        False,
    ),
    (lambda d: d["interests"].append({"auditor": "ada", "firm": "acme", "kind": "Family"}), "interests[0].kind", True),
    (
        lambda d: d["interests"].append({"auditor": "ada", "firm": "acme", "kind": "family", "blocks": "yes"}),
        "interests[0].blocks",
        True,
    ),
    (
        lambda d: d["rotation"].append({"auditor": "zoe", "firm": "acme", "lead_audits": 1, "lead_years": 1}),
        "rotation[0].auditor",
        False,
    ),
]


@pytest.mark.parametrize(("change", "field", "by_schema"), REFUSED, ids=[field for _change, field, _ in REFUSED])
def test_problem_when_malformed_is_refused_naming_the_field(change: Change, field: str, by_schema: bool) -> None:
    document, _plan = legal_pair()
    assert PROBLEM_SCHEMA.is_valid(document)
    change(document)
    with pytest.raises(Invalid) as refused:
        problem_from_json(document)
    assert refused.value.field == field
    assert PROBLEM_SCHEMA.is_valid(document) is not by_schema


@pytest.mark.parametrize("value", [None, [], "plan", 3])
def test_documents_when_no_object_are_refused(value: object) -> None:
    with pytest.raises(Invalid):
        problem_from_json(value)
    with pytest.raises(Invalid):
        plan_from_json(value)


PLAN_REFUSED: list[tuple[Change, str]] = [
    (lambda d: d.update(status="perfect"), "status"),
    (lambda d: d.pop("unplaced"), "unplaced"),
    (lambda d: d.update(note="hello"), "note"),
    (lambda d: d["objective"].pop("money_minor"), "objective"),
    (lambda d: d["objective"].update(beauty=1), "objective"),
    (lambda d: d["objective"].update(money_minor=1.5), "objective.money_minor"),
    (lambda d: d["assignments"][0].update(room=1), "assignments[0].room"),
    (lambda d: d["assignments"][0]["half_days"].append("soon"), "assignments[0].half_days[4]"),
    (lambda d: d["assignments"][0]["team"][0].update(role="boss"), "assignments[0].team[0].role"),
    (
        lambda d: d["unplaced"].append({"audit": "x", "funnel": [{"rule": "luck", "left": 0}]}),
        "unplaced[0].funnel[0].rule",
    ),
    (
        lambda d: d["unplaced"].append({"audit": "x", "funnel": [{"rule": "all", "left": -1}]}),
        "unplaced[0].funnel[0].left",
    ),
]


@pytest.mark.parametrize(("change", "field"), PLAN_REFUSED, ids=[field for _change, field in PLAN_REFUSED])
def test_plan_when_malformed_is_refused_naming_the_field(change: Change, field: str) -> None:
    _problem, document = legal_pair()
    change(document)
    with pytest.raises(Invalid) as refused:
        plan_from_json(document)
    assert refused.value.field == field
    assert not PLAN_SCHEMA.is_valid(document)


def test_schemas_list_every_rule_level_and_step_with_words() -> None:
    parts = plan_schema()["$defs"]
    assert [entry["const"] for entry in parts["rule"]["oneOf"]] == list(RULES)
    assert [entry["const"] for entry in parts["funnel_step"]["anyOf"][0]["oneOf"]] == list(FUNNEL_STEPS)
    assert list(plan_schema()["properties"]["objective"]["properties"]) == list(LEVELS)
    assert all(entry["description"] for entry in parts["rule"]["oneOf"])
    for schema in (problem_schema(), plan_schema()):
        jsonschema_rs.meta.validate(schema)
