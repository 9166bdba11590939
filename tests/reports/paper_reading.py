"""Read a finished paper back: its text, and everything in it that could act."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject


def reader_of(pdf: bytes) -> PdfReader:
    """Open a paper."""
    return PdfReader(io.BytesIO(pdf), strict=True)


def text_of(pdf: bytes) -> str:
    """Return the text of all pages, one kind of space, letters composed."""
    pages = "\n".join(page.extract_text() for page in reader_of(pdf).pages)
    return unicodedata.normalize("NFC", pages)


def squeezed(text: str) -> str:
    """Return ``text`` without any space, so that line ends do not matter."""
    return re.sub(r"\s+", "", text)


def objects_of(pdf: bytes) -> Iterator[Any]:
    """Yield every object of the file, however deep."""
    reader = reader_of(pdf)
    for number in range(1, int(str(reader.trailer["/Size"]))):
        found = reader.get_object(IndirectObject(number, 0, reader))
        if found is not None:
            yield from _within(found)


def _within(thing: Any) -> Iterator[Any]:
    yield thing
    parts: list[Any] = []
    if isinstance(thing, DictionaryObject):
        parts = list(thing.values())
    elif isinstance(thing, ArrayObject):
        parts = list(thing)
    for part in parts:
        if not isinstance(part, IndirectObject):
            yield from _within(part)


def active_parts(pdf: bytes) -> list[str]:
    """Return everything in the file that could act, lead outside or show a picture. Empty for a good paper."""
    forbidden_keys = {
        "/URI",
        "/JS",
        "/JavaScript",
        "/OpenAction",
        "/AA",
        "/Launch",
        "/EmbeddedFiles",
        "/AcroForm",
        "/XFA",
    }
    forbidden_kinds = {"/URI", "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Movie"}
    found: list[str] = []
    for thing in objects_of(pdf):
        if not isinstance(thing, DictionaryObject):
            continue
        found += [key for key in thing if key in forbidden_keys]
        kind = thing.get("/S")
        if isinstance(kind, NameObject) and kind in forbidden_kinds:
            found.append(str(kind))
        if thing.get("/Subtype") in ("/Image", "/FileAttachment", "/RichMedia", "/Screen", "/Widget"):
            found.append(str(thing["/Subtype"]))
    return found
