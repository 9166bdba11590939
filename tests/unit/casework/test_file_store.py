"""The file store: whole files under their right name or none, also when the process is killed."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from auditors.casework.evidence import BytesMissing, FileStore, StoredBytes, TooLarge
from pool.kernel.clock import utc
from tests.support.counts import count

LIMIT = 8 * 1024 * 1024
ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def files_of(store: FileStore) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def test_put_names_a_file_by_its_digest(store: FileStore) -> None:
    stored = store.put(b"seven tall trees", LIMIT)
    digest = hashlib.sha256(b"seven tall trees").hexdigest()
    assert stored == StoredBytes(digest, 16, "text/plain")
    assert files_of(store) == [store.folder / digest[:2] / digest[2:4] / digest]
    with store.open(digest) as file:
        assert file.read() == b"seven tall trees"


def test_put_reads_a_stream_in_pieces(store: FileStore) -> None:
    data = os.urandom(3 * 1024 * 1024 + 7)
    stored = store.put(io.BytesIO(data), LIMIT)
    assert (stored.sha256, stored.size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_same_bytes_twice_are_one_file(store: FileStore) -> None:
    assert store.put(b"x", LIMIT) == store.put(io.BytesIO(b"x"), LIMIT)
    assert len(files_of(store)) == 1


def test_empty_file_is_a_file(store: FileStore) -> None:
    assert store.put(b"", LIMIT).size == 0
    assert len(files_of(store)) == 1


def test_only_the_owner_may_read_and_nobody_may_run(store: FileStore) -> None:
    store.put(b"#!/bin/sh\necho hello\n", LIMIT)
    (file,) = files_of(store)
    assert file.stat().st_mode & 0o777 == 0o600
    assert all(path.stat().st_mode & 0o077 == 0 for path in store.folder.rglob("*") if path.is_dir())


@pytest.mark.parametrize("size", [11, 2 * 1024 * 1024])
def test_too_many_bytes_leave_nothing_behind(store: FileStore, size: int) -> None:
    with pytest.raises(TooLarge):
        store.put(io.BytesIO(b"a" * size), 10)
    assert files_of(store) == []


def test_broken_stream_leaves_nothing_behind(store: FileStore) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.put(Broken(), LIMIT)
    assert files_of(store) == []


def test_damaged_file_is_found_and_healed_by_the_good_bytes(store: FileStore) -> None:
    digest = store.put(b"good", LIMIT).sha256
    (file,) = files_of(store)
    file.write_bytes(b"bad")
    assert not store.is_intact(digest)
    store.put(b"good", LIMIT)
    assert store.is_intact(digest)


@pytest.mark.parametrize(
    "name",
    ["", "../../etc/passwd", "0" * 63, "0" * 65, "G" * 64, "0" * 62 + "/.", "A" * 64, "０" * 64, "0" * 64 + "\n"],
)
def test_nothing_but_a_digest_is_opened(store: FileStore, name: str) -> None:
    store.put(b"x", LIMIT)
    assert not store.has(name)
    with pytest.raises(BytesMissing):
        store.open(name)


def test_link_in_place_of_a_file_is_not_followed(store: FileStore, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    digest = store.put(b"x", LIMIT).sha256
    (file,) = files_of(store)
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(BytesMissing):
        store.open(digest)


def test_sweep_removes_old_halves_and_unknown_files_only(store: FileStore) -> None:
    kept, unknown = store.put(b"kept", LIMIT).sha256, store.put(b"unknown", LIMIT).sha256
    half = store.folder / ".incoming" / "abc"
    half.write_bytes(b"half")
    at = utc(2026, 9, 7)
    for path in files_of(store):
        os.utime(path, (at.timestamp(), at.timestamp()))
    assert store.sweep(at=at + timedelta(hours=23), known=[kept]) == 0
    assert store.sweep(at=at + timedelta(hours=25)) == 1
    assert store.sweep(at=at + timedelta(hours=25), known=[kept]) == 1
    assert list(store.digests()) == [kept]
    assert not store.has(unknown)


WRITER = """
import os, sys
from auditors.casework.file_store import FileStore
store = FileStore(sys.argv[1])
print("ready", flush=True)
while True:
    # Told only after put() has returned: what was told must be there afterwards.
    print(store.put(os.urandom(200_000), 10**7).sha256, flush=True)
"""


@pytest.mark.slow
@pytest.mark.soak_part("evidence")
def test_killed_writer_leaves_only_whole_files_and_everything_it_told(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files")
    told: list[str] = []
    kills = count(test=10, soak=100)
    for turn in range(kills):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store.folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(0.02 + 0.013 * (turn % 7))
        writer.send_signal(signal.SIGKILL)
        told += [line.strip() for line in writer.stdout if line.endswith("\n")]
        writer.stdout.close()
        writer.wait()
    assert told, "no writer told anything"
    stored = list(store.digests())
    assert set(told) <= set(stored)
    assert all(store.is_intact(digest) for digest in stored)
    assert store.sweep(at=utc(2100, 1, 1)) <= kills
    assert list((store.folder / ".incoming").iterdir()) == []
