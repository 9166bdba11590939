"""The clock's daily sweep of the files: what no row of any table names goes once it is a day old."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from auditors.casework import file_store, service
from auditors.casework.evidence import FileStore
from auditors.roster.tables import Competence
from pool import jobs, schema
from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Work
from pool.kernel.traces import Activity
from tests.support import casework
from tests.support.casework import World

LIMIT = 1000


def test_day_of_the_clock_sweeps_what_no_row_names(any_world: World, tmp_path: Path) -> None:
    world, store = any_world, FileStore(tmp_path / "files")
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    attached = store.put(b"working paper", LIMIT)
    world.run("bruno", service.attach_to_point, attached, audit_ref=ref, point_id="TP-01", name="notes.txt")
    certificate, orphan, young = (store.put(words, LIMIT).sha256 for words in (b"certificate", b"orphan", b"young"))

    def prove(work: Work) -> None:
        held = work.session.exec(select(Competence).order_by(col(Competence.id))).first()
        assert held is not None
        held.evidence_digest = f"sha256:{certificate}"

    world.run(SYSTEM, prove)
    old = (now() - timedelta(hours=25)).timestamp()
    for digest in (attached.sha256, certificate, orphan):
        os.utime(store.folder / digest[:2] / digest[2:4] / digest, (old, old))

    jobs.plan_day(world.database, now())
    jobs.look(world.database, store.folder)
    assert set(store.digests()) == {attached.sha256, certificate, young}
    with world.database.reading(SYSTEM, now()) as reading:
        (trace,) = reading.session.exec(select(Activity).where(Activity.verb == "files.swept")).all()
    assert trace.after == {"files": 1}


def test_file_handed_in_again_while_it_is_swept_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second hand-in gives the file a new age between the look at it and its removal."""
    looked: list[Path] = []

    def is_older(path: Path, than: float) -> bool:
        answer = real(path, than)
        if not looked:
            os.utime(path, None)
        looked.append(path)
        return answer

    real = file_store._is_older
    monkeypatch.setattr(file_store, "_is_older", is_older)
    store = FileStore(tmp_path / "files")
    digest = store.put(b"again", LIMIT).sha256
    os.utime(store.folder / digest[:2] / digest[2:4] / digest, (0, 0))
    assert store.sweep(at=now(), known=()) == 0
    assert len(looked) == 2 and store.is_intact(digest)


def test_every_column_that_names_a_file_is_kept_by_the_sweep() -> None:
    """A digest of a file is called sha256 or evidence_digest; any other digest is of a row's content or of a token."""
    of_content = {"content_digest", "brief_digest", "accepted_digest", "edition_digest", "allocation_digest", "digest",
                  "token_digest", "address_digest", "problem_digest", "before_digest", "after_digest"}  # fmt: skip
    named = {
        column.name
        for table in schema.metadata.sorted_tables
        for column in table.columns
        if "digest" in column.name or "sha256" in column.name
    }
    assert named - of_content == {"sha256", "evidence_digest"}
