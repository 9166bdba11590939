"""What is shown of an uploaded file: a harmless name and a label by its first bytes."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 200
HEAD_BYTES = 4096
UNNAMED = "file"
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_UNSAFE = frozenset('<>:"|?*%$`;&\\/')
# Only what a browser shows without running anything, and plain labels for the rest.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"GGUF", "application/x-gguf"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
)


def shown_name(name: str) -> str:
    """Return a harmless name to show for ``name``: one path part, no control or hiding characters."""
    last = re.split(r"[/\\\x00]", unicodedata.normalize("NFC", name))
    parts = [part for part in last if part.strip(". ")]
    plain = "".join("_" if char in _UNSAFE else char for char in (parts[-1] if parts else "") if _is_visible(char))
    plain = re.sub(r"\s+", " ", plain).strip(" .~-")
    if not plain.strip("_"):
        return UNNAMED
    if _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    return _shortened(plain)


def _is_visible(char: str) -> bool:
    # Cc controls, Cf format (bidi overrides hide an extension), Cs surrogates, Co private, Zl and Zp line ends.
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _shortened(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 16:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def media_type_of(head: bytes) -> str:
    """Return a label for the first bytes of a file. It never says HTML, SVG or script: such text is text."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if _is_safetensors(head):
        return "application/x-safetensors"
    if not head or b"\x00" in head:
        return "application/octet-stream"
    try:
        # The head may end inside a character of several bytes.
        text = head.decode("utf-8", "strict" if len(head) < HEAD_BYTES else "ignore")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/json" if text.lstrip("\ufeff \r\n\t")[:1] in ("{", "[") else "text/plain"


def _is_safetensors(head: bytes) -> bool:
    # Source: the safetensors format: 8 bytes little-endian length, then a JSON object.
    return len(head) > 8 and head[8:9] == b"{" and 2 <= int.from_bytes(head[:8], "little") <= 100_000_000
