"""The commands ``audit`` and ``findings``: the whole work on an audit by command line, and how they say no."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import pool.cli.acting
import pool.cli.audit
from pool.cli import run
from tests.support import casework
from tests.support.casework import World
from tests.unit.decisions.test_journeys import begun


@pytest.fixture
def cli_world(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """Give a world that the command line reads, with its clock."""
    monkeypatch.setenv("POOL_DATABASE_URL", world.database.url)
    monkeypatch.setenv("POOL_FILES_DIR", str(tmp_path / "files"))
    monkeypatch.setenv("POOL_SECRET", "s" * 40)
    monkeypatch.setattr(pool.cli.audit, "now", lambda: world.at)
    monkeypatch.setattr(pool.cli.acting, "now", lambda: world.at)
    return world


def call(*argv: str) -> Any:
    code, out = run(argv)
    assert code == 0, out
    return json.loads(out)


def refused(*argv: str) -> dict[str, Any]:
    code, out = run(argv)
    assert code == 2, out
    answer = json.loads(out)
    assert set(answer) == {"error"} and set(answer["error"]) == {"field", "reason", "next_step"}
    error: dict[str, Any] = answer["error"]
    return error


def as_(name: str) -> tuple[str, str]:
    return "--as", f"{name}@pool.example"


def test_an_audit_is_held_decided_and_closed_by_command(cli_world: World, tmp_path: Path) -> None:
    ref = begun(cli_world)
    plan = [part for name, text in casework.PLAN.items() for part in (f"--{name}", text)]
    assert call("audit", "seal", ref, *plan, *as_("ada"))["plan_digest"].startswith("sha256:")
    call("audit", "advance", ref, "--to", "stage1", *as_("ada"))
    call("audit", "advance", ref, "--to", "stage1_reported", "--readiness", "ready", "--note", "Fine.", *as_("ada"))
    assert call("audit", "advance", ref, "--to", "stage2", *as_("ada")) == {"audit": ref, "state": "stage2"}
    ratings = tmp_path / "ratings.yaml"
    entries = [{"point": name, "rating": "conforming", **casework.RATED} for name in ("TP-01", "TP-02")]
    ratings.write_text(yaml.safe_dump({"ratings": entries}), encoding="utf-8")
    assert call("audit", "rate", ref, "--from", str(ratings), *as_("bruno")) == {"audit": ref, "rated": 2}
    words = [part for name, text in casework.RATED.items() for part in (f"--{name}", text)]
    call("audit", "rate", ref, "TP-06", "--rating", "minor", *words, *as_("bruno"))
    parts = [part for name, text in casework.WORDS.items() for part in (f"--{name}", text)]
    drafted = call("audit", "finding", "draft", ref, "--point", "TP-06", "--grade", "minor", *parts, *as_("bruno"))
    finding = drafted["finding"]
    assert call("audit", "finding", "issue", ref, *as_("ada"))["issued"] == [finding]
    call("audit", "advance", ref, "--to", "draft_report", *as_("ada"))
    call("audit", "report", ref, "--summary", "One lapse.", *as_("ada"))
    call("audit", "advance", ref, "--to", "factual_check", *as_("ada"))
    call("audit", "comment", ref, "--comment", "The date.", *as_("mara"))
    call("audit", "answer", ref, "--answer", "Mended.", *as_("ada"))
    assert call("audit", "submit", ref, *as_("ada"))["state"] == "submitted"

    sheet = tmp_path / "sheet.txt"
    sheet.write_text("all sets have a source", encoding="utf-8")
    call("findings", "acknowledge", finding, *as_("mara"))
    call(
        "findings", "propose", finding, "--correction", "Out.", "--root-cause", "No owner.", "--action", "An owner.",
        "--owner", "Mara Voss", "--due", "2026-10-01", *as_("mara"),
    )  # fmt: skip
    call("findings", "accept", finding, *as_("ada"))
    assert call("findings", "attach", finding, str(sheet), *as_("mara"))["size"] == 22
    call("findings", "implement", finding, "--evidence", "The sheet.", *as_("mara"))
    call("findings", "verify", finding, "--answer", "Seen.", *as_("bruno"))
    shown = call("findings", "show", finding, *as_("mara"))
    assert (shown["state"], shown["remedies"][0]["state"], shown["evidence"][0]["name"]) == (
        "verified_closed",
        "verified",
        "sheet.txt",
    )

    review = ("--verdict", "recommend", "--recommend", "conforming", "--notes", "Carries.")
    assert call("audit", "review", ref, *review, *as_("theo"))["state"] == "decision_pending"
    decided = call("audit", "decide", ref, "--outcome", "conforming", "--reasons", "In order.", *as_("dora"))
    assert decided["decisions"] == [{"ref": "DEC-2026-0001", "outcome": "conforming", "decided_on": "2026-09-07"}]
    assert call("audit", "close", ref, *as_("amos"))["state"] == "closed"
    shown = call("audit", "show", ref, *as_("mara"))
    assert (shown["state"], shown["decisions"][0]["outcome"], len(shown["points"])) == ("closed", "conforming", 3)
    assert [line["ref"] for line in call("audit", "list", "--state", "closed", *as_("mara"))] == [ref]
    assert [line["ref"] for line in call("findings", "list", "--audit", ref, *as_("mara"))] == [finding]
    assert call("findings", "list", *as_("ben")) == []


def test_commands_refuse_in_the_one_shape(cli_world: World, tmp_path: Path) -> None:
    ref = begun(cli_world)
    assert refused("audit", "show", "AUD-2026-9999", *as_("ada"))["field"] == "audit_ref"
    assert refused("audit", "show", ref, *as_("ben")) == refused("audit", "show", "AUD-2026-9999", *as_("ben"))
    assert refused("audit", "show", ref, *as_("nobody"))
    assert refused("audit", "show", ref)["field"] == "as"
    assert refused("audit", "close", ref, *as_("amos"))["next_step"]
    assert refused("audit", "seal", ref, *as_("ada"))["field"] == "criteria"
    assert refused("audit", "advance", ref, "--to", "closed", *as_("ada"))["field"] == "to"
    assert refused("audit", "rate", ref, *as_("ada"))["field"] == "point_id"
    assert refused("audit", "rate", ref, "--from", str(tmp_path / "absent.yaml"), *as_("ada"))["reason"]
    assert refused("findings", "show", "FIN-2026-0001", *as_("mara"))["field"] == "finding_ref"
    wrong_day = ("--correction", "x", "--root-cause", "x", "--action", "x", "--owner", "x", "--due", "tomorrow")
    assert refused("findings", "propose", "FIN-2026-0001", *wrong_day, *as_("mara"))["field"] == "due"


@pytest.mark.parametrize(
    "document",
    [
        "[]",
        "ratings: 3",
        "- TP-01",
        "- {point: 3}",
        "- {point: TP-01, rating: conforming, surprise: 1}",
        "- {point: TP-01, rating: 3}",
        "- {point: TP-01, version: now}",
    ],
)
def test_file_of_ratings_in_another_form_is_refused(cli_world: World, tmp_path: Path, document: str) -> None:
    ref = begun(cli_world)
    file = tmp_path / "ratings.yaml"
    file.write_text(document, encoding="utf-8")
    assert str(file) in str(refused("audit", "rate", ref, "--from", str(file), *as_("bruno"))["field"])
