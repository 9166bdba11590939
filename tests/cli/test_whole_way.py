"""The whole way by commands alone, each in the seat of whoever does it; only the clock is moved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from pool.cli import COMMANDS
from pool.kernel.clock import utc
from pool.kernel.storage import Database
from pool.policy.loading import load_edition
from tests.cli.asking import SAMPLES, answer, ask, refusal, written
from tests.support import people

pytestmark = pytest.mark.slow
LEADS = ("ada", "bruno", "chen")


class Clock:
    """The clock of the commands; every look at it is a second later."""

    def __init__(self) -> None:
        self.now = people.START + timedelta(hours=1)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    @property
    def today(self) -> date:
        return self.now.date()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock that every command of the test reads."""
    clock = Clock()
    modules = [import_module(module) for module, _help in COMMANDS.values()] + [import_module("pool.cli.acting")]
    for module in modules:
        if hasattr(module, "now"):
            monkeypatch.setattr(module, "now", clock)
    return clock


@pytest.fixture
def database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Give the named people's pool, and name it to the commands."""
    opened = Database(sqlite_url)
    people.seed(opened)
    monkeypatch.setenv("POOL_DATABASE_URL", sqlite_url)
    yield opened
    opened.dispose()


def by(who: str, *argv: str | Path) -> Any:
    """Run a command in somebody's seat."""
    return answer(*argv, "--as", f"{who}@pool.example")


def test_whole_way_by_commands(database: Database, clock: Clock, tmp_path: Path) -> None:
    assert answer("db", "check") == {"at_head": True}
    deployment = _submit(clock, tmp_path)
    booking = _book(clock, deployment)
    audit, lead = _plan(booking, tmp_path)
    starts = date.fromisoformat(by("pia", "book", "show", booking)["starts_on"])
    clock.now = utc(starts.year, starts.month, starts.day, 6)
    _act(database, clock)
    finding = _audit(audit, lead, tmp_path)
    _remedy(clock, audit, finding, lead)
    _decide(audit)
    shown = answer("record", "show", "--deployment", deployment, "--json")
    assert shown["state"] == "good_standing"
    assert all(one["met"] for one in shown["basis"])
    assert by("mara", "book", "show", booking)["state"] == "fulfilled"
    _share(clock)
    firm = by("mara", "deployments", "list")[0]
    assert firm["ref"] == deployment
    _paper(tmp_path, deployment, audit)
    assert answer("record", "check") == {"valid": True, "faults": []}
    assert answer("costs", "ledger", "check")["valid"] is True


def _submit(clock: Clock, folder: Path) -> str:
    base = by("rita", "foundation", "add", "--provider", "northlight", "--name", "aurora-7b-instruct",
              "--version", "1.2", "--alias", "northlight/aurora-7b-instruct")  # fmt: skip
    by("rita", "foundation", "status", base["ref"], "--market", "EU", "--status", "registered",
       "--from", "2026-03-01", "--evidence", "extract of the register of 1 March 2026")  # fmt: skip
    assert answer("foundation", "list")[0]["status"] == {"EU": "registered"}
    model = by("mara", "models", "register", *sorted((SAMPLES / "arztbrief").iterdir()))
    cases = load_edition().documents["vignettes.yaml"]["vignettes"]
    document = {
        "model": model["ref"],
        "name": "Visit guide",
        "purpose": "Answers on visit preparation from a vetted bank.",
        "context": "health_information",
        "markets": ["EU"],
        "indicators": dict(next(one for one in cases if one["id"] == "V02")["indicators"]),
    }
    _refuse_bad_registrations(document, folder)
    ref = str(by("mara", "deployments", "register", written(folder / "deployment.json", document))["ref"])
    by("mara", "deployments", "attest", ref, "--signed-name", "Mara Voss")
    answers = written(folder / "answers.yaml", "harm: wrong directions\n")
    no_answers = written(folder / "list.yaml", "- wrong directions\n")
    asked = ("deployments", "request-ethics", ref, "--as", "mara@pool.example", "--answers")
    assert refusal(*asked, no_answers)["field"] == "answers"
    request = answer(*asked, answers)
    by("edda", "deployments", "decide-ethics", request["ref"], "--outcome", "approved", "--reasons", "bounded")
    by("mara", "deployments", "monitor", ref, "--from", "2026-08-01", "--until", "2026-08-31", "--level", "2",
       "--sample", "100", "--off-scope", "1", "--summary", "One answer out of scope, handed over.")  # fmt: skip
    assert answer("record", "show", "--deployment", ref, "--json")["state"] == "pending"
    return ref


def _refuse_bad_registrations(document: dict[str, Any], folder: Path) -> None:
    for change, field in (
        ({"unknown": 1}, "unknown"),
        ({"name": 5}, "name"),
        ({"markets": "EU"}, "markets"),
        ({"live_on": "soon"}, "live_on"),
        ({"sites": "many"}, "sites"),
        ({"indicators": {}}, "indicators.affected_persons"),
        ({"indicators": []}, "indicators"),
        ({"model": "MOD-1999-0001"}, "model"),
        ({"model": None}, "model"),
        ({"context": ["x"]}, "context"),
        ({"languages": "en"}, "languages"),
        ({"facts": {"unknown": 1}}, "facts.unknown"),
    ):
        path = written(folder / "bad.json", {**document, **change})
        assert refusal("deployments", "register", path, "--as", "mara@pool.example")["field"] == field


def _book(clock: Clock, deployment: str) -> str:
    first, last = clock.today + timedelta(days=20), clock.today + timedelta(days=75)
    asked = by("mara", "book", "request", deployment, "--from", first.isoformat(), "--until", last.isoformat())
    booking = str(asked["ref"])
    by("mara", "book", "submit", booking)
    by("pia", "book", "screen", booking)
    by("amos", "book", "quote", booking)
    assert refusal("book", "accept", booking, "--signed-name", "Mara", "--as", "mara@pool.example")["field"]
    by("mara", "book", "accept", booking, "--signed-name", "Mara Voss")
    return booking


def _plan(booking: str, folder: Path) -> tuple[str, str]:
    problem, plan = folder / "PROBLEM.json", folder / "PLAN.json"
    answer("plan", "export", "-o", problem)
    assert answer("plan", "solve", problem, "-o", plan)["unplaced"] == 0
    assert ask("plan", "verify", problem, plan)[0] == 0
    kept = by("pia", "plan", "keep", problem, plan)
    (proposal,) = by("pia", "plan", "publish", kept["ref"])["proposals"]
    for who in LEADS:
        for one in by(who, "auditors", "proposals"):
            assert one["proposal"] == proposal
            by(who, "auditors", "answer", proposal, "accepted")
    offer = by("mara", "book", "offer", booking)
    by("mara", "book", "waive", booking)
    confirmed = by("pia", "book", "confirm", booking)
    name = next(one["name"] for one in offer["team"] if one["role"] == "lead")
    return str(confirmed["audit"]), name.split()[0].lower()


def _act(database: Database, clock: Callable[[], datetime]) -> None:
    """Do what is due, as the clock beside the commands does."""
    from pool import jobs

    jobs.plan_day(database, clock())
    jobs.run_due(database, worker="test", clock=clock)


def _audit(audit: str, lead: str, folder: Path) -> str:
    by(lead, "audit", "seal", audit, "--criteria", "2026.1", "--sample", "as drawn", "--thresholds", "as stated")
    by(lead, "audit", "advance", audit, "--to", "stage1")
    by(lead, "audit", "advance", audit, "--to", "stage1_reported", "--readiness", "ready", "--note", "in order")
    by(lead, "audit", "advance", audit, "--to", "stage2")
    points = [one["point"] for one in by(lead, "audit", "show", audit)["points"]]
    words = {"procedure": "read", "sample": "as drawn", "result": "seen", "conclusion": "works"}
    ratings = [{"point": one, "rating": "conforming", **words} for one in points]
    ratings[0]["rating"] = "minor"
    rated = by(lead, "audit", "rate", audit, "--from", written(folder / "ratings.json", ratings))
    assert rated == {"audit": audit, "rated": len(points)}
    drafted = by(lead, "audit", "finding", "draft", audit, "--point", points[0], "--grade", "minor",
                 "--requirement", "Declared values match the system.", "--statement", "July was declared too low.",
                 "--evidence", "Gateway metering of July.")  # fmt: skip
    by(lead, "audit", "finding", "issue", audit)
    by(lead, "audit", "advance", audit, "--to", "draft_report")
    by(lead, "audit", "report", audit, "--summary", "One lapse; the duties work.")
    by(lead, "audit", "advance", audit, "--to", "factual_check")
    by("mara", "audit", "comment", audit, "--comment", "Mended the same day.")
    by(lead, "audit", "answer", audit, "--answer", "Noted.")
    by(lead, "audit", "submit", audit)
    return str(drafted["finding"])


def _remedy(clock: Clock, audit: str, finding: str, lead: str) -> None:
    due = (clock.today + timedelta(days=20)).isoformat()
    by("mara", "findings", "acknowledge", finding)
    by("mara", "findings", "propose", finding, "--correction", "Declared anew.", "--root-cause", "Not metered.",
       "--action", "The gateway meters batch jobs.", "--owner", "Milo Brandt", "--due", due)  # fmt: skip
    by(lead, "findings", "accept", finding)
    by("mara", "findings", "implement", finding, "--evidence", "Metering of August.")
    by(lead, "findings", "verify", finding, "--answer", "Seen.")
    assert by("mara", "findings", "show", finding)["state"] == "verified_closed"


def _decide(audit: str) -> None:
    by("theo", "audit", "review", audit, "--verdict", "recommend", "--notes", "It carries.",
       "--recommend", "conforming_with_minors")  # fmt: skip
    assert refusal("audit", "decide", audit, "--outcome", "conforming", "--reasons", "x", "--as", "theo@pool.example")
    by("dora", "audit", "decide", audit, "--outcome", "conforming_with_minors", "--reasons", "One minor, closed.")
    by("amos", "audit", "close", audit)


def _share(clock: Clock) -> None:
    period = str(by("tess", "costs", "period", "open", "--from", "2026-07-01", "--until", "2026-12-31")["ref"])
    for facility, amount in (("administration", "1200.01"), ("methodology", "500"), ("X-HEA", "3000.07")):
        by("tess", "costs", "period", "add", period, "--facility", facility, "--amount", amount,
           "--document", "invoice", "--incurred", "2026-10-01")  # fmt: skip
    assert refusal("costs", "period", "close", period, "--as", "tess@pool.example")
    clock.now = utc(2027, 1, 8)
    shared = by("tess", "costs", "period", "allocate-period", period)
    assert refusal("costs", "period", "review", period, "--as", "tess@pool.example")
    by("amos", "costs", "period", "review", period, "--digest", shared["digest"])
    by("tess", "costs", "period", "close", period)
    (mine,) = by("mara", "costs", "statements")
    assert mine["total_minor"] == shared["sum"] == 120_001 + 50_000 + 300_007
    assert by("ben", "costs", "statements") == []


def _paper(folder: Path, deployment: str, audit: str) -> None:
    path = folder / "report.pdf"
    firm = json.loads(json.dumps(by("mara", "costs", "statements")))[0]["firm"]
    by("mara", "report", firm, "-o", path)
    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    for word in ("Orchid Health", "Visit guide", deployment, audit, "Not metered"):
        assert word in text, word
    assert refusal("report", firm, "-o", path, "--as", "ben@pool.example")["field"] == "firm"
