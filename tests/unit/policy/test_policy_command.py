"""``audit-pool policy``: the answer of assess, refusals with exit code 2, check and show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from pool.cli import run
from tests.unit.policy.cases import CASES, EDITION, GOLDEN, copied_edition, document_of


def written(folder: Path, document: Any, name: str = "deployment.yaml") -> str:
    path = folder / name
    text = json.dumps(document) if name.endswith(".json") else yaml.safe_dump(document, sort_keys=False)
    path.write_text(text, encoding="utf-8")
    return str(path)


def refused(*argv: str) -> dict[str, Any]:
    code, out = run(["policy", *argv])
    answer = json.loads(out)
    assert code == 2
    assert list(answer) == ["error"]
    assert list(answer["error"]) == ["field", "reason", "next_step"]
    assert answer["error"]["reason"] and answer["error"]["next_step"]
    error: dict[str, Any] = answer["error"]
    return error


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_assess_prints_the_answer_of_a_worked_case(name: str, kind: str, tmp_path: Path) -> None:
    code, out = run(["policy", "assess", written(tmp_path, document_of(name), f"deployment.{kind}")])
    answer = json.loads(out)
    assert code == 0
    assert list(answer) == ["tier", "intensity", "reasons", "duties", "edition", "edition_digest"]
    assert (answer["tier"], answer["intensity"]) == (GOLDEN[name]["tier"], GOLDEN[name]["s"])
    assert [reason["id"] for reason in answer["reasons"]] == list(GOLDEN[name]["reasons"])
    for reason in answer["reasons"]:
        assert list(reason) == ["id", "value", "text"]
        assert reason["value"] == pytest.approx(GOLDEN[name]["floors"][reason["id"]], abs=1e-4)
    assert [duty["id"] for duty in answer["duties"]] == list(EDITION.duty_catalogue.duties)
    assert {tuple(duty) for duty in answer["duties"]} == {("id", "level", "legal_floor", "required")}
    assert (answer["edition"], answer["edition_digest"]) == ("2026.1", EDITION.digest)


def test_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    path = written(tmp_path, document_of("V13"))
    assert run(["policy", "assess", path]) == run(["policy", "assess", path])


def test_unquoted_day_and_key_on_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "deployment.yaml"
    indicators = json.dumps(dict(CASES["V12"]["indicators"]))
    path.write_text(f"indicators: {indicators}\ncontext: education_grading\nmarkets: [EU]\non: 2028-01-01\n", "utf-8")
    code, out = run(["policy", "assess", str(path)])
    floors = {duty["id"]: duty["legal_floor"] for duty in json.loads(out)["duties"]}
    assert code == 0
    assert (floors["D06"], floors["D23"], floors["D02"]) == (3, 2, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"indicators": {"autonomy": 9}}, "indicators.autonomy"),
        ({"indicators": {"autonomy": True}}, "indicators.autonomy"),
        ({"indicators": {"autonomy": 1.5}}, "indicators.autonomy"),
        ({"indicators": {"affected_persons": -5}}, "indicators.affected_persons"),
        ({"indicators": {"affected_persons": "1e6"}}, "indicators.affected_persons"),
        ({"indicators": {"revenue_dependence": 3}}, "indicators.revenue_dependence"),
        ({"indicators": {"headcount": 3}}, "indicators.headcount"),
        ({"headcount": 3}, "headcount"),
        ({"context": "nothing"}, "context"),
        ({"markets": ["XX"]}, "markets"),
        ({"facts": {"sme_status": True}}, "facts.sme_status"),
        ({"on": "tomorrow"}, "on"),
    ],
)
@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_assess_refuses_with_the_field(change: dict[str, Any], field: str, kind: str, tmp_path: Path) -> None:
    document = document_of("V07")
    for key, value in change.items():
        document[key] = {**document[key], **value} if key == "indicators" else value
    assert refused("assess", written(tmp_path, document, f"deployment.{kind}"))["field"] == field


@pytest.mark.parametrize(
    "text", ["{", "[1, 2]", '{"indicators": {"autonomy": NaN}}', '{"a": 1, "a": 2}', '{"indicators": 1e999}']
)
def test_assess_refuses_files_that_say_nothing_clear(text: str, tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    path.write_text(text, encoding="utf-8")
    refused("assess", str(path))


def test_assess_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    refused("assess", str(tmp_path / "none.yaml"))


def test_check_passes_the_shipped_edition() -> None:
    code, out = run(["policy", "check"])
    assert (code, json.loads(out)) == (0, {"edition": "2026.1", "edition_digest": EDITION.digest, "problems": []})


def test_check_names_every_failing_key_of_the_form(tmp_path: Path) -> None:
    folder = copied_edition(tmp_path)
    path = folder / "tiers.yaml"
    path.write_text(
        path.read_text("utf-8").replace("cap: 0.9", "cap: 9").replace("medium: 0.4", "medium: 0.9"), "utf-8"
    )
    error = refused("check", str(folder))
    assert error["field"] == "tiers.yaml: thresholds"
    assert "rules[H1].cap" in error["reason"] and "rules fail" in error["reason"]


def test_check_names_what_the_whole_shows(tmp_path: Path) -> None:
    folder = copied_edition(tmp_path)
    path = folder / "golden.yaml"
    path.write_text(path.read_text("utf-8").replace("s: 0.1066", "s: 0.2066"), "utf-8")
    error = refused("check", str(folder))
    assert (error["field"], error["reason"]) == (
        "golden.yaml: V01.s",
        "1 rule fails: golden.yaml: V01.s: 0.1066 comes out, 0.2066 is written",
    )


def test_check_refuses_a_folder_without_an_edition(tmp_path: Path) -> None:
    assert refused("check", str(tmp_path))["field"] == "edition"


def test_show_prints_the_edition_in_force() -> None:
    code, out = run(["policy", "show"])
    answer = json.loads(out)
    assert code == 0
    assert (answer["edition"], answer["edition_digest"], answer["status"]) == ("2026.1", EDITION.digest, "in force")
    assert [(tier["id"], tier["from"]) for tier in answer["tiers"]] == [("low", 0.0), ("medium", 0.4), ("high", 0.7)]
    assert len(answer["indicators"]) == 15
