"""The report of a firm says exactly what the rows say, for those who may read it, as known on its day."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

import pool.cli
from auditors.casework import service
from pool.costs.queries import NoSuchStatement
from pool.journeys.report import NotForThisSeat, firm_report, statement_paper
from pool.kernel.clock import end_of_day, utc
from pool.kernel.storage import Database
from pool.members.queries import NoSuchFirm
from pool.policy.loading import load_edition
from pool.reports.firm_report import render_firm_report
from pool.reports.statement import render_statement
from pool.reports.values import (
    CostLine,
    CostSection,
    Deadline,
    FindingSection,
    RatedPoint,
    Remedy,
    digest_of_facts,
)
from tests.support import casework
from tests.unit.reports_assembly.paper_world import decided, draft, in_fieldwork, joint, registered

ORCHID, BIRCH = "FIRM-2026-0001", "FIRM-2026-0002"


def test_report_in_the_factual_check_says_the_rating_of_each_point(database: Database) -> None:
    made = in_fieldwork(database)
    world = made.world
    (before,) = world.ask("mara", firm_report, ORCHID).audits
    assert before.points == ()
    world.run("ada", service.end_fieldwork, audit_ref=made.audit_ref)
    world.run("ada", service.write_report, audit_ref=made.audit_ref, summary="What we saw.")
    assert world.ask("mara", firm_report, ORCHID).audits[0].points == (), "the report was not sent yet"
    unsent = world.at
    world.later(hours=1)
    world.run("ada", service.send_report, audit_ref=made.audit_ref)
    report = world.ask("mara", firm_report, ORCHID)
    assert report.audits[0].points == tuple(
        RatedPoint(point=name, question=f"What does {name} ask?", rating="conforming") for name in casework.POINTS
    )
    assert world.ask("theo", firm_report, ORCHID).audits == report.audits
    assert world.ask("mara", firm_report, ORCHID, unsent).audits[0].points == (), "as known before it was sent"
    printed = " ".join(page.extract_text() for page in PdfReader(BytesIO(render_firm_report(report).pdf)).pages)
    assert "Results per test point" in printed and "What does TP-06 ask?" in printed


def test_report_when_all_is_done_says_exactly_what_the_rows_say(database: Database) -> None:
    made = decided(database)
    report = made.world.ask("mara", firm_report, ORCHID)
    edition = load_edition()
    assert (report.firm_name, report.firm_ref, report.demo) == ("Orchid Health", ORCHID, True)
    assert (report.edition, report.edition_digest) == (edition.id, edition.digest)
    assert (report.as_of, report.period) == (utc(2026, 10, 5), "2026-01-05 to 2026-10-05")
    assert report.number == f"RPT-{ORCHID}-20261005"

    (deployment,) = report.deployments
    assert (deployment.ref, deployment.name, deployment.tier, deployment.intensity) == (
        made.deployment, "Visit guide", "medium", Decimal("0.6000"))  # fmt: skip
    assert (deployment.model, deployment.base_model) == ("Visit guide model 3.2 (lora)", "northlight aurora-7b 1.2")
    assert (deployment.context, deployment.markets) == ("health information", ("EU",))
    assert len(deployment.duties) == 34 and deployment.duties[0].name
    assert [one.id for one in deployment.reasons] and deployment.nearest_rule
    assert [one.condition for one in deployment.basis] == [f"C{n}" for n in range(1, 9)]
    assert "Status of the base model: registered" in deployment.basis[0].facts
    assert deployment.standing.on == date(2026, 10, 5)
    assert deployment.standing.history[-1].to_on is None

    (audit,) = report.audits
    assert (audit.ref, audit.kind, audit.team) == (
        made.audit_ref,
        "Initial audit",
        ("Ada Lindqvist (lead)", "Bruno Keller"),
    )
    assert (audit.starts_on, audit.ends_on) == (date(2026, 9, 14), date(2026, 9, 16))
    assert (audit.outcome, audit.decided_on, audit.decided_by) == (
        "Conforming, nothing open", date(2026, 9, 28), "Dora Haddad")  # fmt: skip
    assert audit.findings == (
        FindingSection(
            ref=made.finding,
            grade="minor",
            requirement=casework.WORDS["requirement"],
            statement=casework.WORDS["statement"],
            evidence=casework.WORDS["evidence"],
            state="verified_closed",
            deadlines=(
                Deadline(what="Answer", due_on=date(2026, 10, 30), done_on=date(2026, 9, 16)),
                Deadline(what="Remedy", due_on=date(2027, 3, 14), done_on=date(2026, 9, 22)),
            ),
            remedy=Remedy(
                correction=casework.REMEDY["correction"],
                root_cause=casework.REMEDY["root_cause"],
                action=casework.REMEDY["action"],
            ),
            verified_by="Bruno Keller",
            verified_on=date(2026, 9, 22),
        ),
    )
    assert report.cost == CostSection(
        period="PER-2026-0001, 2026-07-01 – 2026-09-30",
        currency="EUR",
        lines=(
            CostLine(facility_id="administration", name="Administration", driver="equal parts, one for each firm",
                     amount_minor=5_001, weight=1, users=2),
            CostLine(facility_id="X-HEA", name="Health care",
                     driver="auditor-days in this field", amount_minor=50_000,
                     weight=2_500_000, total_weight=2_500_000, per_unit=1_000_000, users=1),
        ),
        total_minor=55_001,
        estimate_minor=240_000,
        closed_on=date(2026, 10, 5),
    )  # fmt: skip


def test_report_when_a_finding_is_a_draft_has_nothing_of_it_for_anybody(database: Database) -> None:
    made = in_fieldwork(database)
    hidden = draft(made)
    for person in ("mara", "rita"):
        report = made.world.ask(person, firm_report, ORCHID)
        assert [one.ref for one in report.audits[0].findings] == [made.finding]
        text = _text(render_firm_report(report).pdf)
        assert "Canary of a draft" not in text and hidden not in text
        assert casework.WORDS["statement"] in text


def _text(pdf: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_report_when_another_firm_asks_is_missing_in_the_same_words(database: Database) -> None:
    made = decided(database)
    said = []
    for key in (ORCHID, "FIRM-2026-0099"):
        with pytest.raises(NoSuchFirm) as refused:
            made.world.ask("ben", firm_report, key)
        said.append(refused.value.reason.replace(key, "KEY"))
    assert said[0] == said[1]
    with pytest.raises(NoSuchStatement):
        made.world.ask("ben", statement_paper, made.statement)
    own = made.world.ask("ben", firm_report, BIRCH)
    text = _text(render_firm_report(own).pdf)
    assert "Canary of Birch" in text
    for foreign in ("Orchid", "Visit guide", made.finding, made.audit_ref, ORCHID):
        assert foreign not in text
    theirs = _text(render_firm_report(made.world.ask("mara", firm_report, ORCHID)).pdf)
    assert "Birch" not in theirs


def test_report_when_an_auditor_or_nobody_asks_is_forbidden(database: Database) -> None:
    made = in_fieldwork(database)
    for person in ("ada", "chen"):
        with pytest.raises(NotForThisSeat):
            made.world.ask(person, firm_report, ORCHID)
        with pytest.raises(NotForThisSeat):
            made.world.ask(person, statement_paper, "STM-2026-0001")


def test_report_when_asked_of_an_earlier_day_says_what_was_known_then(database: Database) -> None:
    made = decided(database)
    then = made.world.ask("mara", firm_report, ORCHID, end_of_day(date(2026, 9, 17)))
    (audit,) = then.audits
    (finding,) = audit.findings
    assert (audit.outcome, audit.decided_on, then.cost) == ("", None, None)
    assert (finding.state, finding.verified_by, finding.verified_on) == ("response_accepted", "", None)
    assert [one.done_on for one in finding.deadlines] == [date(2026, 9, 16), None]
    assert then.deployments[0].standing.on == date(2026, 9, 17)
    before = made.world.ask("mara", firm_report, ORCHID, end_of_day(date(2026, 9, 1)))
    assert (before.deployments, before.audits, before.cost) == ((), (), None)
    ahead = made.world.ask("mara", firm_report, ORCHID, utc(2030, 1, 1))
    assert ahead == made.world.ask("mara", firm_report, ORCHID)


def test_report_when_firm_and_pool_read_it_says_the_same_with_the_same_digest(database: Database) -> None:
    made = decided(database)
    own = made.world.ask("mara", firm_report, ORCHID)
    assert digest_of_facts(own) == digest_of_facts(made.world.ask("rita", firm_report, ORCHID))
    assert render_firm_report(own).pdf == render_firm_report(made.world.ask("milo", firm_report, ORCHID)).pdf


def test_report_when_printed_twice_on_a_day_without_a_change_is_the_same_file(database: Database) -> None:
    made = decided(database)
    first, later, next_day = (
        made.world.ask("mara", firm_report, ORCHID, at=at)
        for at in (utc(2026, 10, 5, 9), utc(2026, 10, 5, 17), utc(2026, 10, 6, 9))
    )
    assert render_firm_report(first).pdf == render_firm_report(later).pdf != render_firm_report(next_day).pdf


def test_statement_paper_when_printed_twice_is_the_same_and_adds_up(database: Database) -> None:
    made = decided(database)
    paper = made.world.ask("mara", statement_paper, made.statement)
    assert (paper.number, paper.firm_ref, paper.cost.total_minor, paper.demo) == (made.statement, ORCHID, 55_001, True)
    assert paper.as_of == utc(2026, 10, 5, 9)
    assert paper == made.world.ask("tess", statement_paper, made.statement, at=utc(2027, 5, 5))
    assert "550.01" in _text(render_statement(paper).pdf)


def test_report_when_a_firm_has_only_registered_says_so(database: Database) -> None:
    made = registered(database)
    report = made.world.ask("mara", firm_report, ORCHID)
    assert (len(report.deployments), report.audits, report.cost) == (1, (), None)
    assert report.deployments[0].next_step.startswith("Still to do: C3")
    assert render_firm_report(report).pages > 1


def test_report_command_when_run_writes_the_paper(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = decided(database)
    monkeypatch.setenv("POOL_DATABASE_URL", database_url)
    file = tmp_path / "report.pdf"
    argv = ["report", ORCHID, "-o", str(file), "--on", "2026-10-20", "--as"]
    code, text = pool.cli.run([*argv, "mara@pool.example"])
    assert code == 0, text
    answer = json.loads(text)
    assert (answer["firm"], answer["number"], answer["demo"]) == (ORCHID, f"RPT-{ORCHID}-20261020", True)
    assert made.finding in _text(file.read_bytes())
    code, text = pool.cli.run([*argv, "ben@pool.example"])
    assert (code, json.loads(text)["error"]["field"]) == (2, "firm")
    code, text = pool.cli.run(["report", ORCHID, "-o", str(tmp_path / "no" / "r.pdf"), "--as", "mara@pool.example"])
    assert (code, json.loads(text)["error"]["field"]) == (2, "output")
    code, text = pool.cli.run(["report", ORCHID, "-o", str(file), "--on", "2999-01-01", "--as", "mara@pool.example"])
    assert (code, json.loads(text)["error"]["field"]) == (2, "on")


def test_report_when_two_firms_share_an_audit_has_nothing_of_the_other(database: Database) -> None:
    made = joint(database)
    for person, firm, own, foreign in (
        ("mara", ORCHID, "DEP-2026-0001", "DEP-2026-0002"),
        ("rita", ORCHID, "DEP-2026-0001", "DEP-2026-0002"),
        ("ben", BIRCH, "DEP-2026-0002", "DEP-2026-0001"),
    ):
        report = made.world.ask(person, firm_report, firm)
        (audit,) = report.audits
        assert [name.split()[0] for name in audit.deployments] == [own]
        assert [one.ref for one in audit.findings] == ([made.finding] if firm == BIRCH else [])
        assert foreign not in repr(report) and ("Birch" in repr(report)) == (firm == BIRCH)
