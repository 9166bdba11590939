"""The command group ``plan``: solve, verify, schema; what it prints and how it leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from pool.cli import run
from scheduling.instances import made_up_problem
from scheduling.problem_json import problem_to_json
from scheduling.schema import plan_schema
from tests.unit.scheduling.cases import Document, audit, legal_pair, need


def written(path: Path, document: object) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def asked(*argv: str) -> tuple[int, Any]:
    code, text = run(["plan", *argv])
    return code, json.loads(text)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    problem, plan = legal_pair()
    return written(tmp_path / "problem.json", problem), written(tmp_path / "plan.json", plan)


def test_solve_when_an_audit_cannot_be_placed_writes_a_legal_plan_and_succeeds(tmp_path: Path) -> None:
    document, _plan = legal_pair()
    document["audits"].append(audit("lost", "delta", [need("F1"), need("F9")], people=2))
    problem, plan = written(tmp_path / "problem.json", document), str(tmp_path / "PLAN.json")
    code, summary = asked("solve", problem, "-o", plan)
    answer: Document = json.loads(Path(plan).read_text(encoding="utf-8"))
    assert code == 0
    assert list(answer) == ["problem_digest", "status", "assignments", "unplaced", "objective"]
    assert (summary["placed"], summary["unplaced"], summary["status"]) == (3, 1, answer["status"])
    assert answer["unplaced"] == [
        {
            "audit": "lost",
            "funnel": [
                {"rule": "all", "left": 6},
                {"rule": "competence-cover", "left": 3},
                {"rule": "competence-cover:F9", "left": 0},
            ],
        }
    ]
    assert jsonschema_rs.is_valid(plan_schema(), answer)
    assert asked("verify", problem, plan) == (0, {"valid": True, "violations": [], "objective": answer["objective"]})


def test_solve_when_repeated_writes_the_same_bytes(tmp_path: Path) -> None:
    problem = written(tmp_path / "p.json", problem_to_json(made_up_problem(4, audits=8, auditors=5, effort=1)))
    plans = [tmp_path / "one.json", tmp_path / "two.json"]
    assert [asked("solve", problem, "-o", str(path))[0] for path in plans] == [0, 0]
    assert plans[0].read_bytes() == plans[1].read_bytes()


def test_solve_when_no_output_is_named_prints_the_plan(pair: tuple[str, str]) -> None:
    code, plan = asked("solve", pair[0])
    assert (code, len(plan["assignments"]), plan["status"]) == (0, 3, "optimal")


def test_verify_when_a_rule_is_broken_exits_with_one(pair: tuple[str, str], tmp_path: Path) -> None:
    plan = json.loads(Path(pair[1]).read_text(encoding="utf-8"))
    plan["assignments"][1]["half_days"] = ["2027-03-06am", "2027-03-06pm"]
    code, verdict = asked("verify", pair[0], written(tmp_path / "other.json", plan))
    assert (code, verdict["valid"]) == (1, False)
    assert {violation["rule"] for violation in verdict["violations"]} == {"working-day", "objective"}


def test_verify_when_the_plan_belongs_to_another_problem_exits_with_one(pair: tuple[str, str], tmp_path: Path) -> None:
    problem = json.loads(Path(pair[0]).read_text(encoding="utf-8"))
    problem["seed"] += 1
    code, verdict = asked("verify", written(tmp_path / "other.json", problem), pair[1])
    assert (code, [violation["rule"] for violation in verdict["violations"]]) == (1, ["problem-digest"])


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", None),
        ('{"status": "feasible"}', "plan.problem_digest"),
        ("[]", "plan"),
    ],
)
def test_verify_when_the_plan_is_malformed_refuses(
    pair: tuple[str, str], tmp_path: Path, text: str, field: str | None
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    code, answer = asked("verify", pair[0], str(path))
    assert (code, list(answer)) == (2, ["error"])
    assert answer["error"]["field"] == (field or str(path))


def test_solve_when_the_problem_is_malformed_refuses_and_writes_nothing(tmp_path: Path) -> None:
    document, _plan = legal_pair()
    document["auditors"][0]["nickname"] = "A"
    output = tmp_path / "plan.json"
    code, answer = asked("solve", written(tmp_path / "problem.json", document), "-o", str(output))
    assert (code, answer["error"]["field"]) == (2, "auditors[0].nickname")
    assert not output.exists()


def test_solve_when_there_are_too_many_audits_refuses(tmp_path: Path) -> None:
    document = problem_to_json(made_up_problem(1, audits=101, auditors=2, days=10))
    code, answer = asked("solve", written(tmp_path / "problem.json", document))
    assert (code, answer["error"]["field"]) == (2, "audits")


def test_solve_when_the_output_cannot_be_written_refuses(pair: tuple[str, str], tmp_path: Path) -> None:
    code, answer = asked("solve", pair[0], "-o", str(tmp_path / "absent" / "plan.json"))
    assert (code, answer["error"]["field"]) == (2, str(tmp_path / "absent" / "plan.json"))


@pytest.mark.parametrize("document", ["problem", "plan"])
def test_schema_when_asked_for_prints_it(document: str) -> None:
    code, schema = asked("schema", document)
    assert (code, schema["$schema"]) == (0, "https://json-schema.org/draft/2020-12/schema")
    jsonschema_rs.meta.validate(schema)


def test_schema_when_unknown_refuses() -> None:
    code, answer = asked("schema", "poem")
    assert (code, list(answer["error"])) == (2, ["field", "reason", "next_step"])
