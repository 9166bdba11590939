"""Files that a person sends: kept by their digest, and read again only where this session sent them itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from auditors.casework.evidence import BytesMissing, FileStore, StoredBytes
from pool.journeys import intake
from pool.journeys.intake import Handed
from pool.kernel.refusals import Invalid
from pool.kernel.storage import AlreadyDone
from pool.registry.inspection import inspect_bytes
from pool.web.fields import Upload
from pool.web.requests import actor, at, close_reading, database, once_of, pool_session, settings

#: How many of the latest files a session remembers; older ones are sent again.
REMEMBERED = 60
_KEY = "uploads"


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that could not be read, and why."""

    name: str
    words: str


def store() -> FileStore:
    """Return the pool's files."""
    return FileStore(settings().files_dir)


def keep(upload: Upload) -> StoredBytes:
    """Write one file's bytes to disk and return what they are. Raises: TooLarge."""
    return store().put(upload.content, settings().upload_limit_mib * 1024 * 1024)


def keep_evidence(upload: Upload | None) -> Handed | None:
    """Keep a file that goes with a form."""
    return Handed(upload.filename, keep(upload)) if upload is not None else None


def receive(uploads: Sequence[Upload]) -> tuple[list[Handed], list[Fault]]:
    """Keep and read model files; return those that were understood and the faults of the others.

    Understood files are remembered by the session and leave a trace; a faulty file is not kept.
    Raises: NoRequestKey.
    """
    understood: list[Handed] = []
    faults: list[Fault] = []
    once = once_of(str)
    for upload in uploads:
        try:
            inspection = inspect_bytes(upload.filename, upload.content)
            understood.append(Handed(upload.filename, keep(upload), inspection))
        except Invalid as refusal:
            faults.append(Fault(upload.filename, " ".join(p for p in (refusal.reason, refusal.next_step) if p)))
    if understood:
        close_reading()
        with contextlib.suppress(AlreadyDone):
            database().run_work(intake.receive_files, files=understood, actor=actor(), at=at(), once=once)
        _remember(understood)
    return understood, faults


def _remember(files: Iterable[Handed]) -> None:
    session = pool_session()
    known: list[dict[str, Any]] = [dict(one) for one in session.get(_KEY, [])]
    for file in files:
        entry = {"name": file.name, "sha256": file.stored.sha256, "size": file.stored.size}
        known = [one for one in known if (one["name"], one["sha256"]) != (entry["name"], entry["sha256"])] + [entry]
    session[_KEY] = known[-REMEMBERED:]


def remembered(digests: Iterable[str]) -> list[Handed]:
    """Return the files with these digests that this very session sent, read again from disk, in the order sent.

    A digest that the session never sent is left out, whoever else's file it may be.
    """
    wanted = set(digests)
    found = []
    for entry in pool_session().get(_KEY, []):
        if entry["sha256"] in wanted:
            stored = StoredBytes(entry["sha256"], entry["size"])
            try:
                with store().open(stored.sha256) as file:
                    found.append(Handed(entry["name"], stored, inspect_bytes(entry["name"], file.read())))
            except (BytesMissing, Invalid):
                continue
    return found
