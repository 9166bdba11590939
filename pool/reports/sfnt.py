"""Read which characters a TrueType file can draw, without loading its outlines.

Only what choosing a font needs: the table directory, whether the outlines are of the kind a PDF writer can embed, and
the character map in its two common forms. Source: OpenType 1.9, chapters "OpenType font file" and "cmap".
"""

from __future__ import annotations

import struct
from pathlib import Path

LARGEST_FILE = 64 * 1024 * 1024
_TRUETYPE = (b"\x00\x01\x00\x00", b"true")


class NotUsable(ValueError):
    """The file is no TrueType font with quadratic outlines and a Unicode map."""


def faces_in(path: Path) -> tuple[frozenset[int], ...]:
    """Return the code points that each face of the file covers: one face for a font, several for a collection.

    Raises: NotUsable, OSError.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise NotUsable("too large")
    data = path.read_bytes()
    try:
        return tuple(_covered(data, start) for start in _face_starts(data))
    except (struct.error, IndexError) as broken:
        raise NotUsable("broken tables") from broken


def _face_starts(data: bytes) -> tuple[int, ...]:
    """Return where the table directory of each face begins."""
    if data[:4] != b"ttcf":
        return (0,)
    (count,) = struct.unpack_from(">L", data, 8)
    return struct.unpack_from(f">{min(count, 64)}L", data, 12)


def _covered(data: bytes, start: int) -> frozenset[int]:
    """Return the code points of one face. Raises: NotUsable."""
    if data[start : start + 4] not in _TRUETYPE:
        raise NotUsable("not TrueType outlines")
    (count,) = struct.unpack_from(">H", data, start + 4)
    tables: dict[bytes, int] = {}
    for index in range(count):
        tag, _checksum, offset, _length = struct.unpack_from(">4sLLL", data, start + 12 + 16 * index)
        tables[tag] = offset
    if b"glyf" not in tables or b"cmap" not in tables:
        raise NotUsable("no outlines or no character map")
    return _characters(data, tables[b"cmap"])


def _characters(data: bytes, cmap: int) -> frozenset[int]:
    """Return the code points of the best Unicode subtable."""
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    found: dict[int, int] = {}
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHL", data, cmap + 4 + 8 * index)
        if platform == 0 or (platform == 3 and encoding in (1, 10)):
            (form,) = struct.unpack_from(">H", data, cmap + offset)
            found.setdefault(form, cmap + offset)
    if 12 in found:
        return _segmented_coverage(data, found[12])
    if 4 in found:
        return _segment_mapping(data, found[4])
    raise NotUsable("no Unicode map")


def _segmented_coverage(data: bytes, at: int) -> frozenset[int]:
    """Read a subtable of format 12."""
    (groups,) = struct.unpack_from(">L", data, at + 12)
    covered: set[int] = set()
    for index in range(groups):
        first, last, glyph = struct.unpack_from(">LLL", data, at + 16 + 12 * index)
        if last < first or last > 0x10FFFF:
            raise NotUsable("broken character map")
        covered.update(range(first if glyph else first + 1, last + 1))
    return frozenset(covered)


def _segment_mapping(data: bytes, at: int) -> frozenset[int]:
    """Read a subtable of format 4."""
    (doubled,) = struct.unpack_from(">H", data, at + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 2 * doubled)
    ranges_at = at + 16 + 3 * doubled
    ranges = struct.unpack_from(f">{count}H", data, ranges_at)
    covered: set[int] = set()
    for index, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            if ranges[index] == 0:
                glyph = (code + deltas[index]) & 0xFFFF
            else:
                place = ranges_at + 2 * index + ranges[index] + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, place)
            if glyph:
                covered.add(code)
    return frozenset(covered)
