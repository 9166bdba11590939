"""Files that are kept and attached while their writers are killed: no row without its bytes. Source: trust.md R19."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from auditors.casework.file_store import FileStore
from pool.jobs import sweep_files
from pool.kernel.clock import now
from pool.kernel.storage import Database
from tests.soak import evidence
from tests.support.counts import count
from tests.support.crowd import Crowd, acknowledged

FILES = count(test=120, soak=4_000)
KILLS = count(test=8, soak=120)
PROCESSES = 4

pytestmark = [pytest.mark.soak_part("evidence"), pytest.mark.slow]


def test_evidence_when_writers_are_killed_has_all_its_bytes(database_url: str, tmp_path: Path) -> None:
    evidence.prepare(database_url)
    watch = evidence.Watch(tmp_path)
    crowd = Crowd(evidence.worker, (database_url, tmp_path, PROCESSES, FILES), tmp_path, processes=PROCESSES, seed=19)
    crowd.run(kills=KILLS, lines=FILES, look=watch.look)
    told = acknowledged(tmp_path)
    assert sorted(int(line.split(" ")[0]) for line in told) == list(range(FILES))
    assert watch.torn == 0
    assert evidence.faults(database_url, tmp_path, told) == {}
    _sweep(database_url, FileStore(tmp_path / "files"))
    assert evidence.faults(database_url, tmp_path, told) == {}


def _sweep(url: str, store: FileStore) -> None:
    """Leave one half and one file that no row names beside what the dead left, and sweep as the clock does."""
    (store.folder / ".incoming" / "half").write_bytes(b"half")
    orphan = store.put(b"attached to nothing", evidence.LIMIT).sha256
    database = Database(url)
    assert sweep_files(database, store=store, at=now()) == {"swept": 0}, "nothing is a day old"
    assert store.has(orphan)
    swept = sweep_files(database, store=store, at=now() + timedelta(hours=25))["swept"]
    database.dispose()
    assert 2 <= swept <= 2 + 2 * KILLS
    assert list((store.folder / ".incoming").iterdir()) == []
    assert set(store.digests()) == {digest for _subject, digest, _size in evidence.rows(url)}


def test_control_that_writes_in_place_shows_torn_files(database_url: str, tmp_path: Path) -> None:
    evidence.prepare(database_url)
    watch = evidence.Watch(tmp_path)
    crowd = Crowd(
        evidence.careless_worker, (database_url, tmp_path, PROCESSES, 120), tmp_path, processes=PROCESSES, seed=19
    )
    crowd.run(kills=0, lines=120, look=watch.look)
    assert watch.torn > 0, "the control tore no file: it proves nothing"
