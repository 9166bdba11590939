"""What the commands of the main job print: keys, their order and their types, as the issue names them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pool.policy.loading import load_edition
from scheduling.instances import made_up_problem
from scheduling.problem_json import problem_to_json
from tests.cli.asking import SAMPLES, answer, ask, written

MODEL = ["format", "format_version", "name", "version", "base_model", "method", "datasets", "licence", "digests",
         "warnings"]  # fmt: skip


def indicators(case: str = "V02") -> dict[str, Any]:
    cases = load_edition().documents["vignettes.yaml"]["vignettes"]
    return dict(next(one for one in cases if one["id"] == case)["indicators"])


# --- models inspect --------------------------------------------------------------------------------------------------


def _hold_model(one: dict[str, Any]) -> None:
    assert list(one) == MODEL
    for key in ("name", "version", "licence", "method", "format_version"):
        assert one[key] is None or isinstance(one[key], str)
    assert one["method"] is None or one["method"] == one["method"].lower()
    base = one["base_model"]
    assert base is None or isinstance(base, str) or (len(base) > 1 and all(isinstance(name, str) for name in base))
    assert all(isinstance(name, str) for name in one["datasets"])
    assert all(list(digest) == ["file", "alg", "value"] for digest in one["digests"])
    assert all(list(warning) == ["code", "field", "message"] for warning in one["warnings"])


@pytest.mark.parametrize("file", sorted(path for path in SAMPLES.glob("*/*") if path.parent.name != "broken"), ids=str)
def test_inspect_one_file(file: Path) -> None:
    found = answer("models", "inspect", file)
    _hold_model(found)
    assert found["format"] in {"cyclonedx", "hf-model-card", "peft-adapter", "safetensors"}
    assert [one["alg"] for one in found["digests"] if one["file"] == file.name] == ["sha256"]


@pytest.mark.parametrize("folder", sorted({path.parent for path in SAMPLES.glob("*/adapter_config.json")}), ids=str)
def test_inspect_several_files(folder: Path) -> None:
    files = sorted(folder.iterdir())
    found = answer("models", "inspect", *files)
    assert list(found) == ["files", "merged", "contradictions"]
    assert len(found["files"]) == len(files)
    for one in found["files"]:
        _hold_model(one)
    _hold_merged(found["merged"], found["contradictions"])


def _hold_merged(merged: dict[str, Any], contradictions: list[dict[str, Any]]) -> None:
    assert list(merged) == MODEL
    for one in contradictions:
        assert list(one) == ["field", "values"]
        assert all(list(said) == ["file", "value"] for said in one["values"])
        assert len({json.dumps(said["value"]) for said in one["values"]}) > 1
        assert merged[one["field"]] is None


# --- policy assess ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["V01", "V02", "V08"])
def test_assess(case: str, tmp_path: Path) -> None:
    document = {"indicators": indicators(case), "context": "customer_service", "markets": ["EU"], "on": "2027-01-15"}
    found = answer("policy", "assess", written(tmp_path / "d.json", document))
    assert list(found) == ["tier", "intensity", "reasons", "duties", "edition", "edition_digest"]
    assert found["tier"] in {"low", "medium", "high"}
    assert isinstance(found["intensity"], float) and found["intensity"] == round(found["intensity"], 4)
    assert (found["reasons"] == []) == (found["tier"] == "low")
    for one in found["reasons"]:
        assert list(one) == ["id", "value", "text"]
    assert len(found["duties"]) == 34
    assert [one["id"] for one in found["duties"]] == [f"D{number:02}" for number in range(1, 35)]
    for one in found["duties"]:
        assert list(one) == ["id", "level", "legal_floor", "required"]
        assert isinstance(one["legal_floor"], int)
        assert one["required"] >= max(one["level"], one["legal_floor"])
    assert found["edition"] == load_edition().id
    assert found["edition_digest"] == load_edition().digest


def test_assess_reads_yaml_as_json(tmp_path: Path) -> None:
    values = indicators()
    text = "indicators:\n" + "".join(f"  {name}: {value}\n" for name, value in values.items()) + "on: 2027-01-15\n"
    as_json = written(tmp_path / "d.json", {"indicators": values, "on": "2027-01-15"})
    assert answer("policy", "assess", written(tmp_path / "d.yaml", text)) == answer("policy", "assess", as_json)


# --- costs allocate --------------------------------------------------------------------------------------------------


def test_allocate(tmp_path: Path) -> None:
    document = {
        "currency": "EUR",
        "members": ["b", "a", "c", "idle"],
        "facilities": [
            {"id": "shared", "cost": 100, "weights": {"a": 1, "b": 1, "c": 1}},
            {"id": "credit", "cost": -7, "weights": {"a": 1, "b": 1, "c": 0}},
        ],
        "direct": [{"id": "own", "member": "a", "cost": 5}],
    }
    assert answer("costs", "allocate", written(tmp_path / "c.json", document)) == {
        "lines": {
            "shared": {"a": 34, "b": 33, "c": 33},
            "credit": {"a": -4, "b": -3, "c": 0},
            "own": {"a": 5},
        },
        "totals": {"b": 30, "a": 35, "c": 33, "idle": 0},
        "exact_totals": {"b": "179/6", "a": "209/6", "c": "100/3", "idle": "0"},
        "stand_alone": {"b": 93, "a": 98, "c": 100, "idle": 0},
        "saving": {"b": 63, "a": 63, "c": 67, "idle": 0},
        "sum": 98,
    }
    found = answer("costs", "allocate", tmp_path / "c.json")
    assert list(found) == ["lines", "totals", "exact_totals", "stand_alone", "saving", "sum"]


def test_allocate_breaks_ties_by_code_point(tmp_path: Path) -> None:
    names = ["a", "b", "ä", "Z"]
    document = {
        "currency": "EUR",
        "members": names,
        "facilities": [{"id": "f", "cost": 2, "weights": dict.fromkeys(names, 1)}],
        "direct": [],
    }
    lines = answer("costs", "allocate", written(tmp_path / "c.json", document))["lines"]["f"]
    assert [name for name in names if lines[name]] == ["a", "Z"]


# --- plan ------------------------------------------------------------------------------------------------------------


def test_plan_solved_verified_and_of_another_problem(tmp_path: Path) -> None:
    document = problem_to_json(made_up_problem(7, audits=5, auditors=5, effort=1))
    problem, plan = written(tmp_path / "problem.json", document), tmp_path / "plan.json"
    answer("plan", "solve", problem, "-o", plan)
    made = json.loads(plan.read_text(encoding="utf-8"))
    assert list(made) == ["problem_digest", "status", "assignments", "unplaced", "objective"]
    assert made["status"] in {"optimal", "feasible"}
    for one in made["assignments"]:
        assert list(one) == ["audit", "team", "half_days"]
        assert all(list(seat) == ["auditor", "role"] for seat in one["team"])
        assert all(earlier < later for earlier, later in pairwise(one["half_days"]))
    for one in made["unplaced"]:
        assert list(one) == ["audit", "funnel"]
        assert all(list(step) == ["rule", "left"] for step in one["funnel"])
    assert all(isinstance(value, int) for value in made["objective"].values())
    assert ask("plan", "verify", problem, plan) == (
        0,
        {"valid": True, "violations": [], "objective": made["objective"]},
    )
    other = written(tmp_path / "other.json", {**document, "seed": document["seed"] + 1})
    code, verdict = ask("plan", "verify", other, plan)
    assert (code, list(verdict)) == (1, ["valid", "violations", "objective"])
    assert [list(one) for one in verdict["violations"]] == [["rule", "audit", "auditor", "at", "text"]]


@pytest.mark.parametrize("document", ["problem", "plan"])
def test_plan_schema_lists_the_rules(document: str) -> None:
    schema = answer("plan", "schema", document)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    if document == "plan":
        assert "problem-digest" in json.dumps(schema["$defs"]["rule"])
