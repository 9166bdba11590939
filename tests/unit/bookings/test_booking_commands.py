"""The whole way of a booking on the command line: book, auditors, plan. The clock is the real one."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pool.cli import run
from pool.kernel.clock import day_of, now
from pool.kernel.storage import Database
from tests.unit.bookings import story as stories


class Shell:
    """Runs commands against one database and reads their answers."""

    def __init__(self, folder: Path, deployment: str) -> None:
        self.folder = folder
        self.deployment = deployment
        self.today = day_of(now())

    def ok(self, *argv: str) -> Any:
        code, out = run(list(argv))
        assert code == 0, out
        return json.loads(out)

    def refused(self, *argv: str) -> dict[str, Any]:
        code, out = run(list(argv))
        assert code == 2, out
        error = json.loads(out)["error"]
        assert set(error) == {"field", "reason", "next_step"} and error["next_step"]
        return dict(error)


def seat(name: str) -> tuple[str, str]:
    return "--as", f"{name}@pool.example"


@pytest.fixture
def shell(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    database = Database(sqlite_url)
    told = stories.build(database, at=now() - timedelta(hours=3))
    database.dispose()
    monkeypatch.setenv("POOL_DATABASE_URL", sqlite_url)
    return Shell(tmp_path, told.deployments["Visit guide"])


def booked(shell: Shell) -> str:
    """Take a booking to accepted; return its reference."""
    made = shell.ok(
        "book", "request", shell.deployment, "--from", str(shell.today + timedelta(days=20)),
        "--until", str(shell.today + timedelta(days=80)), *seat("milo"),
    )  # fmt: skip
    ref = str(made["ref"])
    assert made["state"] == "draft"
    assert shell.ok("book", "submit", ref, *seat("mara"))["state"] == "submitted"
    screened = ("book", "screen", ref, "--releases", "13", "--reduction", "R2")
    assert shell.refused(*screened, *seat("pia"))["field"] == "reason"
    assert shell.ok(*screened, "--reason", "Templates seen.", *seat("pia"))["state"] == "screened"
    assert shell.ok("book", "quote", ref, "--overhead-percent", "12.5", *seat("amos"))["state"] == "quoted"
    accepted = shell.ok("book", "accept", ref, "--signed-name", "Mara Voss", *seat("mara"))
    assert accepted["state"] == "accepted" and accepted["audit"].startswith("AUD-")
    return ref


def test_booking_goes_from_request_to_confirmation(shell: Shell) -> None:
    ref = booked(shell)
    problem, plan = str(shell.folder / "problem.json"), str(shell.folder / "plan.json")
    exported = shell.ok("plan", "export", "-o", problem, *seat("pia"))
    assert (exported["audits"], exported["auditors"]) == (1, 3)
    assert shell.ok("plan", "solve", problem, "-o", plan)["unplaced"] == 0
    assert shell.ok("plan", "verify", problem, plan)["valid"] is True
    kept = shell.ok("plan", "keep", problem, plan, *seat("pia"))
    assert kept["problem_digest"] == exported["problem_digest"]
    published = shell.ok("plan", "publish", kept["ref"], *seat("pia"))
    (proposal,) = published["proposals"]
    assert [line["state"] for line in shell.ok("plan", "list", *seat("pia"))] == ["published"]

    asked = [name for name in ("ada", "bruno", "chen") if shell.ok("auditors", "proposals", *seat(name))]
    first = asked[0]
    (seen,) = shell.ok("auditors", "proposals", *seat(first))
    assert (seen["proposal"], seen["firm"], seen["answer"]) == (proposal, "Orchid Health", "asked")
    for name in asked:
        shell.ok("auditors", "answer", proposal, "accepted", *seat(name))
    assert shell.ok("book", "offer", ref, *seat("mara"))["state"] == "accepted"
    shell.ok("book", "waive", ref, *seat("mara"))
    confirmed = shell.ok("book", "confirm", ref, *seat("pia"))
    assert {member["role"] for member in confirmed["team"]} >= {"lead"}
    shown = shell.ok("book", "show", ref, *seat("mara"))
    assert shown["state"] == "confirmed"
    assert [event["to_state"] for event in shown["events"]] == [
        "draft", "submitted", "screened", "quoted", "accepted", "proposed", "confirmed",
    ]  # fmt: skip
    assert (
        sum(step["amount_minor"] for step in shown["price_steps"] if step["adds"]) == shown["estimate"]["amount_minor"]
    )
    spans = shell.ok("auditors", "calendar", *seat("pia"))
    assert {span["kind"] for span in spans} == {"booked"} and len(spans) == len(asked)
    (line,) = shell.ok("book", "list", "--state", "confirmed", *seat("milo"))
    assert line["ref"] == ref and shell.ok("book", "list", *seat("ben")) == []


def test_export_needs_no_seat_and_prints_where_no_file_is_named(shell: Shell) -> None:
    booked(shell)
    problem = shell.ok("plan", "export")
    assert problem["format_version"] == 1 and len(problem["audits"]) == 1


def test_decline_and_replan(shell: Shell) -> None:
    ref = booked(shell)
    problem, plan = str(shell.folder / "problem.json"), str(shell.folder / "plan.json")
    shell.ok("plan", "export", "-o", problem)
    shell.ok("plan", "solve", problem, "-o", plan)
    kept = shell.ok("plan", "keep", problem, plan, *seat("pia"))
    (proposal,) = shell.ok("plan", "publish", kept["ref"], *seat("pia"))["proposals"]
    lead = next(
        name
        for name in ("ada", "bruno")
        if [one for one in shell.ok("auditors", "proposals", *seat(name)) if one["role"] == "lead"]
    )
    refused = shell.refused("auditors", "answer", proposal, "declined", *seat(lead))
    assert refused["field"] == "reason"
    shell.ok("auditors", "answer", proposal, "declined", "--reason", "Illness", *seat(lead))
    assert shell.ok("book", "show", ref, *seat("pia"))["state"] == "accepted"
    found = shell.ok("plan", "replan", ref, *seat("pia"))
    assert len(found["proposals"]) == 1 and found["proposals"] != [proposal]


def test_roster_and_interests(shell: Shell) -> None:
    made = shell.ok(
        "auditors", "add", "--name", "Dilara Sahin", "--email", "dilara@pool.example", "--password",
        "twelve blue doors", "--region", "EU", "--language", "de", "--language", "en", "--day-rate", "850.00",
        *seat("pia"),
    )  # fmt: skip
    assert (made["day_rate_minor"], made["languages"]) == (85_000, ["de", "en"])
    until = str(shell.today + timedelta(days=700))
    held = shell.ok(
        "auditors", "competence", made["ref"], "--code", "F2", "--level", "2", "--from", str(shell.today),
        "--until", until, "--evidence", "exam", *seat("pia"),
    )  # fmt: skip
    assert held["code"] == "F2"
    monday = shell.today + timedelta(days=14 - shell.today.weekday())
    shell.ok("auditors", "leave", made["ref"], "--from", f"{monday}am", "--until", f"{monday}pm", *seat("dilara"))
    tie = shell.ok(
        "auditors", "interest", "--firm-name", "Orchid Health", "--kind", "employment", "--from", "2020-01-01",
        *seat("dilara"),
    )  # fmt: skip
    assert (tie["verdict"], tie["blocks"]) == ("unassessed", {"from": "2020-01-01", "until": None})
    assert [one["id"] for one in shell.ok("auditors", "interests", *seat("ivo"))] == [tie["id"]]
    shell.refused("auditors", "assess-interest", tie["id"], "--verdict", "none", "--reason", "fine", *seat("pia"))
    judged = shell.ok(
        "auditors", "assess-interest", tie["id"], "--verdict", "none", "--reason", "another firm of that name",
        *seat("ivo"),
    )  # fmt: skip
    assert judged["blocks"] is None
    shown = shell.ok("auditors", "show", made["ref"], *seat("pia"))
    assert len(shown["leave"]) == len(shown["competences"]) == len(shown["interests"]) == 1
    assert len(shell.ok("auditors", "list", *seat("pia"))) == 4


@pytest.mark.parametrize(
    ("argv", "field"),
    [
        (("book", "submit", "BKG-1999-0001", *seat("mara")), "booking"),
        (("book", "submit", "BKG-1999-0001", *seat("nobody")), "as"),
        (("book", "request", "DEP-1999-0001", "--from", "soon", "--until", "2026-01-01", *seat("mara")), "from"),
        (("plan", "publish", "PLN-1999-0001", *seat("pia")), "plan"),
        (("auditors", "leave", "AUR-1999-0001", "--from", "monday", "--until", "x", *seat("ada")), "from"),
        (("auditors", "answer", "PRP-1999-0001", "perhaps", *seat("ada")), "answer"),
    ],
)
def test_refusal_names_the_field(shell: Shell, argv: tuple[str, ...], field: str) -> None:
    assert shell.refused(*argv)["field"] == field
