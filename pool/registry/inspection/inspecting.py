"""Inspect one model file, from bytes or from disk. Nothing is executed, unpickled, unpacked or fetched."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path

from pool.kernel.digest import sha256_hex
from pool.kernel.words import gettext as _
from pool.registry.inspection import limits
from pool.registry.inspection.cyclonedx import is_cyclonedx, read_cyclonedx
from pool.registry.inspection.document import Document
from pool.registry.inspection.model_card import is_markdown_name, read_model_card
from pool.registry.inspection.peft_adapter import is_adapter_config, read_adapter_config
from pool.registry.inspection.recognition import dangerous, known_json, known_text
from pool.registry.inspection.refusals import Malformed, NotReadable, not_recognised, over_limit
from pool.registry.inspection.safetensors_header import header_end, is_safetensors, read_safetensors
from pool.registry.inspection.strict_json import parse_object
from pool.registry.inspection.values import Inspection

_HEAD_BYTES = 64 * 1024
_TAIL_BYTES = 16
_TEXT_NAMES = (".json", ".md", ".markdown", ".txt", ".yaml", ".yml")


def inspect_bytes(name: str, data: bytes) -> Inspection:
    """Inspect an uploaded file; ``name`` is what the sender called it, of which only the last part counts.

    Raises: NotReadable, NotRecognised, KnownNotRead, PickleRefused, Malformed, OverLimit (each an Invalid,
    with the file's name as ``field``).
    """
    file = _bare(name)
    if not data:
        raise _empty(file)
    whole = Document(file, data, len(data), sha256_hex(data))
    if _is_weights(file, data[:_HEAD_BYTES], data[-_TAIL_BYTES:], len(data)):
        return read_safetensors(whole)
    _check_size(file, len(data))
    return _read_text(whole)


def inspect_path(path: Path | str, *, name: str | None = None) -> Inspection:
    """Inspect a file on disk; of weights only the header is kept in memory, all else is streamed.

    ``name`` replaces the file's own name, for an upload that lies in a temporary file.
    Raises: as ``inspect_bytes``.
    """
    path = Path(path)
    file = _bare(name or path.name or str(path))
    with _opened(path, file) as stream:
        size = os.fstat(stream.fileno()).st_size
        if not size:
            raise _empty(file)
        head = stream.read(_HEAD_BYTES)
        if _is_weights(file, head, _tail(stream, size), size):
            stream.seek(0)
            header = stream.read(header_end(file, head, size))
            document = Document(file, header, size, _streamed_digest(stream))
            return read_safetensors(document)
        _check_size(file, size)
        stream.seek(0)
        return inspect_bytes(file, stream.read(limits.JSON_BYTES + 1))


def inspect_paths(paths: Sequence[Path | str]) -> tuple[Inspection, ...]:
    """Inspect several files in order. Raises: as ``inspect_path``; NotReadable on a file given twice."""
    seen: set[tuple[int, int]] = set()
    for path in map(Path, paths):
        try:
            status = path.stat()
        except (OSError, ValueError):
            continue
        if (status.st_dev, status.st_ino) in seen:
            raise NotReadable(_("The file was given twice."), field=path.name, next_step=_("Name each file once."))
        seen.add((status.st_dev, status.st_ino))
    return tuple(inspect_path(path) for path in paths)


def _is_weights(file: str, head: bytes, tail: bytes, size: int) -> bool:
    """Tell whether to read a safetensors header. Raises: PickleRefused by content, whatever the name."""
    if is_safetensors(head, size):
        return True
    refusal = dangerous(file, head, tail)
    if refusal is not None:
        raise refusal
    return file.lower().endswith(".safetensors")


def _read_text(document: Document) -> Inspection:
    if document.is_other_unicode() or b"\x00" in document.data[:_HEAD_BYTES]:
        raise _not_text(document)
    text = _decoded(document)
    beginning = text.lstrip()
    if not beginning:
        raise _empty(document.file)
    if beginning[0] in "{[" and not is_markdown_name(document.file):
        return _read_json(document, text)
    if beginning.startswith("<bom") or "http://cyclonedx.org/schema/bom/" in beginning[:1000]:
        raise not_recognised(document.file, _("The file is CycloneDX XML; CycloneDX is read as JSON."))
    refusal = known_text(document.file, text)
    if refusal is not None:
        raise refusal
    return read_model_card(document)


def _read_json(document: Document, text: str) -> Inspection:
    value = parse_object(document.file, text)
    refusal = known_json(document.file, value)
    if refusal is not None:
        raise refusal
    if is_cyclonedx(value):
        return read_cyclonedx(document, value)
    if is_adapter_config(value):
        return read_adapter_config(document, value)
    raise not_recognised(document.file, _("The file is JSON of no format that is read here."))


def _decoded(document: Document) -> str:
    try:
        return document.text()
    except Malformed:
        if document.file.lower().endswith(_TEXT_NAMES):
            raise
        raise _not_text(document) from None


def _not_text(document: Document) -> Exception:
    if document.is_other_unicode():
        return not_recognised(document.file, _("The file is text in UTF-16 or UTF-32; only UTF-8 is read."))
    return not_recognised(document.file, _("The file is neither text nor a safetensors file."))


def _check_size(file: str, size: int) -> None:
    if size > limits.JSON_BYTES:
        raise over_limit(
            file, _("The file is larger than %(n)s bytes and not a safetensors file.", n=limits.JSON_BYTES)
        )


def _bare(name: str) -> str:
    """Return the last part of a name, printable; browsers of old sent whole paths."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(mark if mark.isprintable() else "?" for mark in bare)[:255] or "?"


def _opened(path: Path, file: str) -> BufferedReader:
    try:
        # Looked at before opening: a pipe would keep us waiting for ever.
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return path.open("rb")
    except FileNotFoundError:
        raise NotReadable(
            _("There is no such file."), field=file, next_step=_("Look for a slip in its name.")
        ) from None
    except (OSError, ValueError):
        next_step = _("Make the file readable for yourself and try again.")
        raise NotReadable(_("The file cannot be read."), field=file, next_step=next_step) from None
    if stat.S_ISDIR(mode):
        next_step = _("Name the files inside it that describe the model, each one.")
        raise NotReadable(_("The file is a folder."), field=file, next_step=next_step)
    raise NotReadable(_("The file is not a regular file."), field=file, next_step=_("Save it as a file and give that."))


def _empty(file: str) -> NotReadable:
    next_step = _("Look whether it was copied or downloaded whole.")
    return NotReadable(_("The file is empty."), field=file, next_step=next_step)


def _tail(stream: BufferedReader, size: int) -> bytes:
    stream.seek(max(0, size - _TAIL_BYTES))
    return stream.read(_TAIL_BYTES)


def _streamed_digest(stream: BufferedReader) -> str:
    stream.seek(0)
    return hashlib.file_digest(stream, "sha256").hexdigest()
