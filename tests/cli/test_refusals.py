"""Bad input to the commands of the main job: one shape of error, alone on stdout, exit code 2, naming the field."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scheduling.instances import made_up_problem
from scheduling.plan import plan_to_json
from scheduling.planning import solve
from scheduling.problem_json import problem_to_json
from tests.cli.asking import SAMPLES, refusal, written
from tests.cli.test_answers import indicators

ROOT = Path(__file__).parent.parent.parent
#: Documents that no command reads, whatever it expects of them: name of the file and content.
UNREADABLE: list[tuple[str, Any]] = [
    ("empty.json", b""),
    ("cut-off.json", '{"a": 1'),
    ("utf-16.json", '{"a": 1}'.encode("utf-16")),
    ("not-a-number.json", '{"a": NaN}'),
    ("infinite.json", '{"a": 1e999}'),
    ("doubled-key.json", '{"a": 1, "a": 2}'),
    ("deep.json", '{"a": ' + "[" * 5000 + "]" * 5000 + "}"),
    ("alias.yaml", "a: &x 1\nb: *x\n"),
    ("tag.yaml", "a: !!python/object/apply:os.system ['true']\n"),
    ("doubled-key.yaml", "{a: 1, a: 2}"),
    ("unclosed.yaml", "- ["),
    ("list.json", "[]"),
    ("null.json", "null"),
    ("text.json", '"x"'),
    ("number.json", "7"),
]
READERS = (["policy", "assess"], ["costs", "allocate"], ["plan", "solve"])


@pytest.mark.parametrize(("name", "content"), UNREADABLE, ids=[name for name, _content in UNREADABLE])
@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_no_command_reads_what_is_no_document(command: list[str], name: str, content: Any, tmp_path: Path) -> None:
    refusal(*command, written(tmp_path / name, content))


@pytest.mark.parametrize("command", [*READERS, ["models", "inspect"]], ids=" ".join)
def test_files_that_are_not_there_are_named(command: list[str], tmp_path: Path) -> None:
    absent, folder = tmp_path / "absent.json", tmp_path
    assert str(refusal(*command, absent)["field"]).endswith("absent.json")
    assert refusal(*command, folder)["field"]
    assert refusal(*command)["field"]
    assert refusal(*command, "--no-such-option")["field"] == "no-such-option"


# --- models inspect --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted((SAMPLES / "broken").iterdir()), ids=lambda path: path.name)
def test_inspect_refuses(file: Path) -> None:
    error = refusal("models", "inspect", file)
    assert error["field"] == file.name
    assert refusal("models", "inspect", SAMPLES / "arztbrief" / "README.md", file)["field"] == file.name
    if file.name in {"spdx2.spdx", "spdx3.json", "croissant.json", "model.sig"}:
        assert error["reason"] == "known, not read yet"


# --- policy assess ---------------------------------------------------------------------------------------------------

_SAME = object()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unknown": 1}, "unknown"),
        ({"indicators": {}}, "indicators.affected_persons"),
        ({"indicators": []}, "indicators"),
        ({"indicators": {"unknown": 1}}, "indicators.unknown"),
        ({"indicators": {"autonomy": None}}, "indicators.autonomy"),
        ({"indicators": {"autonomy": "3"}}, "indicators.autonomy"),
        ({"indicators": {"autonomy": 5}}, "indicators.autonomy"),
        ({"indicators": {"autonomy": 1.5}}, "indicators.autonomy"),
        ({"indicators": {"autonomy": -1}}, "indicators.autonomy"),
        ({"indicators": {"profiling": 2}}, "indicators.profiling"),
        ({"indicators": {"revenue_dependence": 1.01}}, "indicators.revenue_dependence"),
        ({"indicators": {"affected_persons": -1}}, "indicators.affected_persons"),
        ({"context": "nowhere"}, "context"),
        ({"context": 7}, "context"),
        ({"markets": "EU"}, "markets"),
        ({"markets": ["EU", "MARS"]}, "markets"),
        ({"facts": {"unknown": True}}, "facts.unknown"),
        ({"facts": {"generative": "yes"}}, "facts.generative"),
        ({"facts": {"refusal_rate_drop": 2}}, "facts.refusal_rate_drop"),
        ({"facts": []}, "facts"),
        ({"on": "2026-02-30"}, "on"),
        ({"on": "1 March 2026"}, "on"),
        ({"on": 20260301}, "on"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else None,
)
def test_assess_refuses(change: dict[str, Any], field: str, tmp_path: Path) -> None:
    document: dict[str, Any] = {"indicators": indicators(), **change}
    if isinstance(change.get("indicators"), dict) and change["indicators"]:
        document["indicators"] = {**indicators(), **change["indicators"]}
    assert refusal("policy", "assess", written(tmp_path / "d.json", document))["field"] == field


# --- costs allocate --------------------------------------------------------------------------------------------------


def costs(**change: Any) -> dict[str, Any]:
    """Return a document of costs with something changed; a value of ``_SAME`` takes its key away."""
    facility = {"id": "f", "cost": 100, "weights": {"a": 1, "b": 2}}
    document = {
        "currency": "EUR",
        "members": ["a", "b"],
        "facilities": [facility | change.pop("facility", {})],
        "direct": [],
    } | change
    return {key: value for key, value in document.items() if value is not _SAME}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (costs(unknown=1), "unknown"),
        (costs(members=_SAME), "members"),
        (costs(members=["a", "a"]), "members[1]"),
        (costs(members=[1]), "members[0]"),
        (costs(members="a"), "members"),
        (costs(currency="euro"), "currency"),
        (costs(currency=1), "currency"),
        (costs(facility={"unknown": 1}), "facilities[0].unknown"),
        (costs(facility={"cost": 100.0}), "facilities[0].cost"),
        (costs(facility={"cost": "100"}), "facilities[0].cost"),
        (costs(facility={"cost": True}), "facilities[0].cost"),
        (costs(facility={"cost": 2**63}), "facilities[0].cost"),
        (costs(facility={"weights": {"a": 1.0}}), "facilities[0].weights.a"),
        (costs(facility={"weights": {"a": -1, "b": 2}}), "facilities[0].weights.a"),
        (costs(facility={"weights": {"a": True}}), "facilities[0].weights.a"),
        (costs(facility={"weights": {"z": 1}}), "facilities[0].weights.z"),
        (costs(facility={"weights": {}}), "facilities[0].weights"),
        (costs(facility={"weights": {"a": 0}}), "facilities[0].weights"),
        (costs(facilities=[{"id": "f", "cost": 0, "weights": {}}] * 2), "facilities[1].id"),
        (costs(direct=[{"id": "f", "member": "a", "cost": 1}]), "direct[0].id"),
        (costs(direct=[{"id": "d", "member": "z", "cost": 1}]), "direct[0].member"),
        (costs(direct=[{"id": "d", "member": "a", "cost": 1.5}]), "direct[0].cost"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_allocate_refuses(document: dict[str, Any], field: str, tmp_path: Path) -> None:
    assert refusal("costs", "allocate", written(tmp_path / "c.json", document))["field"] == field


# --- plan ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a problem and its plan."""
    problem = made_up_problem(3, audits=3, auditors=4, effort=1)
    return problem_to_json(problem), plan_to_json(solve(problem))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unknown": 1}, "unknown"),
        ({"auditors": {}}, "auditors"),
        ({"seed": 1.5}, "seed"),
        ({"horizon": {"first_day": "2026-12-01"}}, "horizon.last_day"),
    ],
)
def test_solve_refuses(change: dict[str, Any], field: str, pair: Any, tmp_path: Path) -> None:
    assert refusal("plan", "solve", written(tmp_path / "p.json", {**pair[0], **change}))["field"] == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unknown": 1}, "plan.unknown"),
        ({"status": "unheard-of"}, "plan.status"),
        ({"objective": {}}, "plan.objective"),
        ({"assignments": [{}]}, "plan.assignments[0].audit"),
        ({"assignments": [{"audit": "x", "team": [], "half_days": [True]}]}, "plan.assignments[0].half_days[0]"),
    ],
)
def test_verify_refuses(change: dict[str, Any], field: str, pair: Any, tmp_path: Path) -> None:
    problem = written(tmp_path / "problem.json", pair[0])
    plan = written(tmp_path / "plan.json", {**pair[1], **change})
    assert refusal("plan", "verify", problem, plan)["field"] == field
    assert refusal("plan", "verify", plan, problem)["field"].startswith("problem")


def test_plan_files_that_cannot_be_written_are_named(pair: Any, tmp_path: Path) -> None:
    problem, nowhere = written(tmp_path / "problem.json", pair[0]), tmp_path / "nowhere" / "plan.json"
    assert refusal("plan", "solve", problem, "-o", nowhere)["field"] == str(nowhere)
    assert refusal("plan", "schema", "unheard-of")["field"] == "document"
    assert refusal("plan", "schema")["field"] == "document"


# --- every command ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("argv", [[], ["nothing"], ["models"], ["plan", "nothing"], ["record", "--nothing"]], ids=str)
def test_what_is_no_command_is_refused(argv: list[str]) -> None:
    assert refusal(*argv)["next_step"].startswith("See audit-pool")


DATABASE = (["plan", "export"], ["record", "show", "FIRM-2026-0001"], ["record", "check"], ["db", "check"],
            ["report", "FIRM-2026-0001", "-o", "x.pdf", "--as", "x@y.example"])  # fmt: skip


@pytest.mark.parametrize("command", DATABASE, ids=lambda argv: " ".join(argv[:2]))
@pytest.mark.parametrize(
    "url", ["", "mysql://x", "sqlite:////nowhere/pool.sqlite", "postgresql://nobody@127.0.0.1:1/nothing"]
)
def test_database_that_is_not_there_is_named(command: list[str], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_DATABASE_URL", url)
    assert refusal(*command)["field"] == "POOL_DATABASE_URL"


def test_database_of_another_form_is_named_and_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pool.sqlite"
    monkeypatch.setenv("POOL_DATABASE_URL", f"sqlite:///{file}")
    refusal("record", "check")
    assert not file.exists(), "a slip in a path makes no database"
    file.touch()
    assert refusal("record", "check") == {
        "field": "POOL_DATABASE_URL",
        "reason": "The database has not the form this program expects.",
        "next_step": "Run audit-pool db upgrade.",
    }


def test_stdout_of_the_program_holds_the_error_alone(tmp_path: Path) -> None:
    """The same through a process of its own: nothing before or after the error, nothing alarming beside it."""
    done = subprocess.run(
        [sys.executable, "-c", "from pool.cli import main; main()", "policy", "assess", str(tmp_path / "absent.yaml")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert list(json.loads(done.stdout)) == ["error"]
    assert done.stderr == ""
