"""Evidence rows: written after the bytes, seen by who may see them, never changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from auditors.casework import queries, service
from auditors.casework.evidence import EvidenceMissing, FileStore, StoredBytes
from auditors.casework.lifecycle import NotOfTeam, WrongState
from auditors.casework.lookup import FindingMissing, PointMissing
from auditors.casework.tables import EvidenceFile
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Work
from pool.schema import named_digests
from tests.support import casework
from tests.support.casework import World

STORED = StoredBytes("a" * 64, 12, "application/pdf")


def test_firms_file_is_seen_by_firm_team_and_pool(any_world: World, tmp_path: Path) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    finding = casework.issue(world, ref)
    stored = FileStore(tmp_path / "files").put(b"%PDF-1.7 sheet", 1000)
    file = world.run("mara", service.attach_to_finding, stored, finding_ref=finding, name="../sheet.pdf")
    for name in ("mara", "milo", "ada", "theo"):
        view = world.ask(name, queries.evidence, file)
        assert (view.name, view.sha256, view.size_bytes, view.media_type, view.uploader_name, view.released) == (
            "sheet.pdf",
            stored.sha256,
            14,
            "application/pdf",
            "Mara Voss",
            True,
        )
    for name in ("ben", "chen"):
        with pytest.raises(EvidenceMissing):
            world.ask(name, queries.evidence, file)
    assert [item.name for item in world.ask("ada", queries.finding, finding).evidence] == ["sheet.pdf"]


def test_teams_working_papers_stay_the_teams(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    file = world.run("bruno", service.attach_to_point, STORED, audit_ref=ref, point_id="TP-01", name="notes.txt")
    assert world.ask("ada", queries.evidence, file).subject_ref == f"{ref}/TP-01"
    with pytest.raises(EvidenceMissing):
        world.ask("mara", queries.evidence, file)
    assert world.ask("mara", queries.audit_file, ref).evidence == ()


def test_file_at_a_draft_finding_stays_the_teams(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    draft = world.run("bruno", service.draft_finding, audit_ref=ref, grade="minor", point_id="TP-01", **casework.WORDS)
    file = world.run("bruno", service.attach_to_finding, STORED, finding_ref=draft, name="x")
    assert not world.ask("ada", queries.evidence, file).released


def test_file_at_a_draft_finding_is_the_firms_to_read_once_it_is_issued(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    draft = world.run("bruno", service.draft_finding, audit_ref=ref, grade="minor", point_id="TP-01", **casework.WORDS)
    world.run("bruno", service.attach_to_finding, STORED, finding_ref=draft, name="log.pdf", purpose="line 4")
    world.run("ada", service.issue_findings, audit_ref=ref)
    for name in ("mara", "ada", "theo"):
        (file,) = world.ask(name, queries.finding, draft).evidence
        assert (file.name, file.purpose, file.sha256, file.uploader_name, file.released) == (
            "log.pdf", "line 4", "a" * 64, world.bruno.name, True,
        )  # fmt: skip
        assert world.ask(name, queries.audit_file, ref).evidence == (file,)
        assert world.ask(name, queries.evidence, file.public_id) == file
    with pytest.raises(FindingMissing):
        world.ask("ben", queries.finding, draft)


def test_file_at_a_discarded_draft_is_never_released(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    draft = world.run("bruno", service.draft_finding, audit_ref=ref, grade="minor", point_id="TP-01", **casework.WORDS)
    file = world.run("bruno", service.attach_to_finding, STORED, finding_ref=draft, name="log.pdf")
    world.run("bruno", service.discard_finding, finding_ref=draft)
    world.run("ada", service.issue_findings, audit_ref=ref)
    assert [item.public_id for item in world.ask("ada", queries.audit_file, ref).evidence] == [file]
    assert world.ask("mara", queries.audit_file, ref).evidence == ()


def test_only_the_firm_and_auditors_of_the_audit_attach(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    finding = casework.issue(world, ref)
    for name in ("theo", "dora", "amos"):
        with pytest.raises(NotOfTeam):
            world.run(name, service.attach_to_finding, STORED, finding_ref=finding, name="x")
        with pytest.raises(NotOfTeam):
            world.run(name, service.attach_to_point, STORED, audit_ref=ref, point_id="TP-01", name="x")
    with pytest.raises(FindingMissing):
        world.run("ben", service.attach_to_finding, STORED, finding_ref=finding, name="x")


def test_closed_finding_takes_no_more_files(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    finding = casework.issue(world, ref)
    casework.remedied(world, finding)
    with pytest.raises(WrongState):
        world.run("mara", service.attach_to_finding, STORED, finding_ref=finding, name="x")


def test_unknown_point_takes_no_file(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    with pytest.raises(PointMissing):
        world.run("bruno", service.attach_to_point, STORED, audit_ref=ref, point_id="TP-99", name="x")


def test_row_is_never_changed_or_removed(any_world: World) -> None:
    world = any_world
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    world.run("bruno", service.attach_to_point, STORED, audit_ref=ref, point_id="TP-01", name="notes.txt")

    def change(work: Work) -> None:
        row = work.session.exec(select(EvidenceFile)).one()
        row.sha256 = "b" * 64
        work.flush()

    def remove(work: Work) -> None:
        work.session.delete(work.session.exec(select(EvidenceFile)).one())
        work.flush()

    for attack in (change, remove):
        with pytest.raises(Exception, match=r"refused|never changed|permission denied"):
            world.run(SYSTEM, attack)
    assert world.ask(SYSTEM, named_digests) == {"a" * 64}
