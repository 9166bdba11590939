"""A folder of files named by their SHA-256. Bytes are safe on disk before anybody learns their name.

A file is written under a random name in the same tree, synced, renamed to its digest, and its folder synced: after a
crash there is the whole file under its right name, or none. Files are never run, unpacked or parsed here.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from auditors.casework.file_names import HEAD_BYTES, media_type_of
from pool.kernel.refusals import Invalid, Missing
from pool.kernel.words import gettext as _

CHUNK = 1024 * 1024
INCOMING = ".incoming"
#: A half-written file older than this belongs to a process that died.
STALE = timedelta(hours=24)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class TooLarge(Invalid):
    """A file has more bytes than are taken."""


class BytesMissing(Missing):
    """The store has no file with this digest."""


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """Bytes that are safe: their digest, how many they are, and a label by their first bytes."""

    sha256: str
    size: int
    media_type: str = "application/octet-stream"


class FileStore:
    """Files under ``folder``, each at ``aa/bb/<digest>`` with mode 0600."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def put(self, source: bytes | Readable, limit: int) -> StoredBytes:
        """Write all bytes of ``source`` and return what they are; the same bytes twice are one file.

        Raises: TooLarge where ``source`` has more than ``limit`` bytes; nothing stays behind then.
        """
        self._make(self.folder / INCOMING)
        temporary = self.folder / INCOMING / secrets.token_hex(16)
        try:
            stored = self._write(temporary, source, limit)
            target = self._path(stored.sha256)
            self._make(target.parent)
            # Why also where it exists: a file that was damaged on disk is healed by the good bytes.
            os.replace(temporary, target)
            _sync_folder(target.parent)
            return stored
        finally:
            temporary.unlink(missing_ok=True)

    def _write(self, temporary: Path, source: bytes | Readable, limit: int) -> StoredBytes:
        digest, size, head = hashlib.sha256(), 0, b""
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            for chunk in _chunks(source):
                size += len(chunk)
                if size > limit:
                    raise TooLarge(
                        _("The file has more than %(n)s bytes.", n=limit),
                        field="file",
                        next_step=_("Hand in a smaller file, or several."),
                    )
                if len(head) < HEAD_BYTES:
                    head += chunk[: HEAD_BYTES - len(head)]
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return StoredBytes(digest.hexdigest(), size, media_type_of(head))

    def _path(self, sha256: str) -> Path:
        if _SHA256.fullmatch(sha256) is None:
            raise _no_bytes()
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def _make(self, folder: Path) -> None:
        missing = [path for path in (folder, *folder.parents) if not path.is_dir()]
        for path in reversed(missing):
            # One by one: with parents=True only the last folder would get the mode.
            path.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(path.parent)

    def open(self, sha256: str) -> BinaryIO:
        """Open the bytes with this digest for reading. Raises: BytesMissing."""
        try:
            handle = os.open(self._path(sha256), os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except OSError as error:
            raise _no_bytes() from error
        return os.fdopen(handle, "rb")

    def has(self, sha256: str) -> bool:
        """Tell whether there are bytes with this digest."""
        return _SHA256.fullmatch(sha256) is not None and self._path(sha256).is_file()

    def is_intact(self, sha256: str) -> bool:
        """Read the bytes again and tell whether they still have their digest. Raises: BytesMissing."""
        digest = hashlib.sha256()
        with self.open(sha256) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest() == sha256

    def digests(self) -> Iterator[str]:
        """Yield the digest of every file, in order."""
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            if _SHA256.fullmatch(path.name):
                yield path.name

    def sweep(self, *, at: datetime, known: Iterable[str] | None = None) -> int:
        """Remove what a died process left: half-written files, and files that no row knows, older than a day.

        ``known`` are the digests that rows name; without it only half-written files go. Return how many were removed.
        """
        oldest = (at - STALE).timestamp()
        if known is not None:
            kept = set(known)
            for sha256 in self.digests():
                if sha256 not in kept:
                    self._set_aside(self._path(sha256), oldest)
        gone = 0
        for path in (self.folder / INCOMING).glob("*"):
            if _is_older(path, oldest):
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _set_aside(self, path: Path, oldest: float) -> None:
        """Move an old file out of sight; one that somebody handed in again meanwhile goes back to its place."""
        if not _is_older(path, oldest):
            return
        aside = self.folder / INCOMING / secrets.token_hex(16)
        self._make(aside.parent)
        os.replace(path, aside)
        if not _is_older(aside, oldest):
            os.replace(aside, path)


def _is_older(path: Path, than: float) -> bool:
    try:
        return path.stat().st_mtime < than
    except FileNotFoundError:
        # Why: its writer gave it its name, or another sweep took it.
        return False


def _chunks(source: bytes | Readable) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    while chunk := source.read(CHUNK):
        yield chunk


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _no_bytes() -> BytesMissing:
    return BytesMissing(_("There is no such file."), field="file", next_step=_("Ask whoever handed it in."))
