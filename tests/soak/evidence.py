"""Workers that keep files and attach them, and a control that writes where the file will be looked for."""

from __future__ import annotations

import hashlib
import io
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from auditors.casework.evidence import attach
from auditors.casework.file_store import FileStore, StoredBytes
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database, Work
from tests.support import people
from tests.support.crowd import Log, log_path, shares

LIMIT = 10**7
SUBJECT = "test.evidence"
#: Every so many files are the same one, handed in by several at a time.
SAME = 10


class Dripping(io.BytesIO):
    """Bytes that arrive slowly and in small pieces, so that a kill falls between two of them."""

    def read(self, _size: int | None = -1, /) -> bytes:
        """Return the next piece."""
        time.sleep(0.0003)
        return super().read(8_192)


def content(n: int) -> bytes:
    """Return the bytes of file ``n``: up to 200 kB that depend on ``n`` alone, the same for every tenth file."""
    chance = random.Random(0 if n % SAME == 0 else n)
    return chance.randbytes(chance.randrange(200_000))


def prepare(url: str) -> None:
    """Make a firm whose files these are."""
    database = Database(url)
    people.seed(database)
    database.dispose()


def _firm_id(database: Database) -> int:
    with database.reading(SYSTEM, people.START) as reading:
        return int(reading.session.connection().execute(sa.text("SELECT min(id) FROM firm")).scalar_one())


def _attach(work: Work, stored: StoredBytes, *, n: int, firm_id: int) -> None:
    attach(work, stored, name=f"{n}.bin", firm_id=firm_id, subject_kind=SUBJECT, subject_ref=f"F-{n}")


def worker(share: int, url: str, folder: Path, processes: int, count: int) -> None:
    """Keep each file, attach it, and write a line once both are done."""
    database, log, store = Database(url), Log(log_path(folder, share)), FileStore(folder / "files")
    firm_id = _firm_id(database)
    for n in shares(share, processes=processes, count=count, done=log.lines()):
        stored = store.put(Dripping(content(n)), LIMIT)
        database.run_work(_attach, stored, n=n, firm_id=firm_id, actor=SYSTEM, at=people.START)
        log.append(f"{n} {stored.sha256}")
    log.close()
    database.dispose()


def careless_worker(share: int, url: str, folder: Path, processes: int, count: int) -> None:
    """Do the same as a control, writing straight into the place where the file is looked for."""
    database, log, store = Database(url), Log(log_path(folder, share)), FileStore(folder / "files")
    firm_id = _firm_id(database)
    for n in shares(share, processes=processes, count=count, done=log.lines()):
        whole = content(n)
        stored = StoredBytes(hashlib.sha256(whole).hexdigest(), len(whole))
        place = store.folder / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        source = Dripping(whole)
        with place.open("wb", buffering=0) as file:
            while piece := source.read():
                file.write(piece)
        database.run_work(_attach, stored, n=n, firm_id=firm_id, actor=SYSTEM, at=people.START)
        log.append(f"{n} {stored.sha256}")
    log.close()
    database.dispose()


class Watch:
    """Looks at files while they are written; ``torn`` counts those seen under their name without all their bytes."""

    def __init__(self, folder: Path) -> None:
        self.store = FileStore(folder / "files")
        self.torn = 0
        self._whole: set[str] = set()

    def look(self) -> None:
        """Read what is new."""
        for digest in self.store.digests():
            if digest not in self._whole:
                if self.store.is_intact(digest):
                    self._whole.add(digest)
                else:
                    self.torn += 1


def rows(url: str) -> Iterator[tuple[str, str, int]]:
    """Yield subject, digest and size of every row of evidence."""
    database = Database(url)
    with database.engine.connect().execution_options(pool_reading=True) as connection:
        query = sa.text("SELECT subject_ref, sha256, size_bytes FROM evidence_file WHERE subject_kind = :kind")
        yield from (
            (row.subject_ref, row.sha256, row.size_bytes) for row in connection.execute(query, {"kind": SUBJECT})
        )
    database.dispose()


def faults(url: str, folder: Path, acknowledged: list[str]) -> Counter[str]:
    """Return what is wrong with rows, files and what was acknowledged, counted by kind; empty when nothing is."""
    store, found = FileStore(folder / "files"), Counter[str]()
    attached = set()
    for subject, digest, size in rows(url):
        attached.add((subject, digest))
        if not store.has(digest):
            found["row without its bytes"] += 1
        elif not store.is_intact(digest):
            found["row whose bytes have another digest"] += 1
        elif (store.folder / digest[:2] / digest[2:4] / digest).stat().st_size != size:
            found["row with another size"] += 1
    found["visible file that is not whole"] += sum(not store.is_intact(digest) for digest in store.digests())
    lines = [line.split(" ") for line in acknowledged]
    found["acknowledged and lost"] += sum((f"F-{n}", digest) not in attached for n, digest in lines)
    return +found
