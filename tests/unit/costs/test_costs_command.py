from __future__ import annotations

import json
from pathlib import Path

import pool.cli

PROBLEM = {
    "currency": "EUR",
    "members": ["anna", "boris", "chen"],
    "facilities": [{"id": "desk", "cost": 400, "weights": {"anna": 1, "boris": 1, "chen": 1}}],
    "direct": [],
}


def test_allocate_prints_the_split(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(PROBLEM), encoding="utf-8")
    code, text = pool.cli.run(["costs", "allocate", str(file)])
    assert code == 0
    assert json.loads(text) == {
        "lines": {"desk": {"anna": 134, "boris": 133, "chen": 133}},
        "totals": {"anna": 134, "boris": 133, "chen": 133},
        "exact_totals": {"anna": "400/3", "boris": "400/3", "chen": "400/3"},
        "stand_alone": {"anna": 400, "boris": 400, "chen": 400},
        "saving": {"anna": 266, "boris": 267, "chen": 267},
        "sum": 400,
    }


def test_allocate_reads_a_problem_without_direct_costs_as_one_with_none(tmp_path: Path) -> None:
    answers = []
    for given in (PROBLEM, {key: value for key, value in PROBLEM.items() if key != "direct"}):
        file = tmp_path / "problem.json"
        file.write_text(json.dumps(given), encoding="utf-8")
        answers.append(pool.cli.run(["costs", "allocate", str(file)]))
    assert answers[0] == answers[1]
    assert answers[1][0] == 0


def test_allocate_refuses_alone_on_stdout(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(PROBLEM).replace('"boris": 1', '"boris": 1.0'), encoding="utf-8")
    code, text = pool.cli.run(["costs", "allocate", str(file)])
    assert code == 2
    answer = json.loads(text)
    assert answer["error"]["field"] == "facilities[0].weights.boris"
    assert set(answer["error"]) == {"field", "reason", "next_step"}


def test_allocate_refuses_a_missing_file(tmp_path: Path) -> None:
    code, text = pool.cli.run(["costs", "allocate", str(tmp_path / "absent.json")])
    assert code == 2
    assert set(json.loads(text)) == {"error"}


def test_documentation_shows_what_the_command_prints(tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "cost-sharing.md"
    given, answer = (block.split("```")[0] for block in page.read_text(encoding="utf-8").split("```json")[1:3])
    file = tmp_path / "problem.json"
    file.write_text(given, encoding="utf-8")
    code, text = pool.cli.run(["costs", "allocate", str(file)])
    assert (code, json.loads(text)) == (0, json.loads(answer))
