"""Tell what a file is by what it holds; its name decides only where the content cannot."""

from __future__ import annotations

import re
from typing import Any

from pool.kernel.refusals import Invalid
from pool.registry.inspection.refusals import archive_refused, known_not_read, pickle_refused

_ARCHIVES = (
    b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07",
)  # fmt: skip
_TAR_MARK = slice(257, 262)
_LOOKED_AT_BYTES = 64 * 1024

# A pickle names its protocol first; the next byte is an instruction, and none of these lies below 0x28.
_BINARY_PICKLE = re.compile(rb"\x80[\x01-\x05][\x28-\x7e\x80-\x98]", re.DOTALL)
# Protocols 0 and 1 have no mark: they open a list, dict or tuple or name an object, and end with a full stop.
_TEXT_PICKLE = re.compile(rb"(?:\((?:[lditcSVIF]|dp|lp)|c[\w.]+\r?\n[\w.]+\r?\n|[\]}]q)", re.DOTALL)

_SPDX_TAG = re.compile(r"^SPDXVersion:\s*SPDX-", re.MULTILINE)


def dangerous(file: str, head: bytes, tail: bytes) -> Invalid | None:
    """Return why a file stays closed if it is a pickle or an archive, by its first and last bytes."""
    if is_zip_of_pickle(head) or is_pickle(head, tail):
        return pickle_refused(file)
    if head.startswith(_ARCHIVES) or head[_TAR_MARK] == b"ustar":
        return archive_refused(file)
    return None


def is_pickle(head: bytes, tail: bytes) -> bool:
    """Tell whether the bytes begin, and for the oldest protocols also end, as a pickle does."""
    if _BINARY_PICKLE.match(head):
        return True
    return bool(_TEXT_PICKLE.match(head)) and tail.rstrip(b"\r\n").endswith(b".")


def is_zip_of_pickle(head: bytes) -> bool:
    """Tell whether the bytes begin a zip with a pickle in it, as PyTorch writes it. The zip is not opened."""
    return head.startswith(b"PK") and (b"data.pkl" in head[:_LOOKED_AT_BYTES] or b".pickle" in head[:_LOOKED_AT_BYTES])


def known_json(file: str, value: dict[str, Any]) -> Invalid | None:
    """Return the refusal of a JSON object in a format that is known and not read yet."""
    context = str(value.get("@context"))
    if str(value.get("mediaType")).startswith("application/vnd.dev.sigstore.bundle"):
        return known_not_read(file, "model-signing")
    if "spdxVersion" in value or "spdx.org/rdf/" in context:
        return known_not_read(file, "spdx")
    if "mlcommons.org/croissant" in context or "mlcommons.org/croissant" in str(value.get("conformsTo")):
        return known_not_read(file, "croissant")
    return None


def known_text(file: str, text: str) -> Invalid | None:
    """Return the refusal of a text in a format that is known and not read yet."""
    beginning = text[:_LOOKED_AT_BYTES]
    if _SPDX_TAG.search(beginning) or "spdx.org/rdf/" in beginning.split("\n\n")[0][:4096]:
        return known_not_read(file, "spdx")
    return None
