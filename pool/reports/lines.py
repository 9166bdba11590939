"""Break text into lines: they end at spaces and beside Chinese letters; long words are cut, Arabic is turned."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reportlab.pdfbase.pdfmetrics import stringWidth

from pool.reports.bidi import drawing_order, has_right_to_left, is_right_to_left, levels_of, mirrored
from pool.reports.ink import Colour
from pool.reports.wording import Press

#: A line never begins with the first kind and never ends with the second. Source: JIS X 4051 and GB/T 15834, in short.
_NEVER_FIRST = frozenset("，。、；：？！）》」』】〕〉”’…—·,.;:?!)]}%‰℃ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
_NEVER_LAST = frozenset("（《「『【〔〈“‘([{￥$")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text with its own look; None takes the look of the block."""

    text: object
    bold: bool | None = None
    ink: Colour | None = None
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """How a piece is drawn."""

    font: str
    size: float
    ink: Colour


@dataclass(frozen=True, slots=True)
class Piece:
    """Text in one font, ready to draw; ``width`` in points."""

    look: Look
    text: str
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line from left to right."""

    pieces: tuple[Piece, ...]
    width: float


@dataclass(slots=True)
class _Word:
    """The smallest part that is not broken. ``tied`` words stay beside the word before them."""

    pieces: list[Piece]
    width: float
    kind: str  # word, space or break
    tied: bool = False


@lru_cache(maxsize=20_000)
def width_of(text: str, font: str, size: float) -> float:
    """Return the width of ``text`` in points."""
    return float(stringWidth(text, font, size))


def set_lines(press: Press, spans: Sequence[Span], *, bold: bool, ink: Colour, size: float, width: float) -> list[Line]:
    """Return ``spans`` as lines of at most ``width`` points; at least one line."""
    words = [
        word
        for span in spans
        for word in _words(
            press,
            press.clean(span.text),
            bold=bold if span.bold is None else span.bold,
            ink=span.ink or ink,
            size=span.size or size,
        )
    ]
    everything = "".join(piece.text for word in words for piece in word.pieces)
    turned = has_right_to_left(everything)
    rtl = turned and is_right_to_left(everything)
    lines = [_line(pieces) for pieces in _filled(_chunks(words), width)]
    return [_turned(line, rtl=rtl) for line in lines] if turned else lines


def _words(press: Press, text: str, *, bold: bool, ink: Colour, size: float) -> Iterator[_Word]:
    """Yield the words of one cleaned text."""
    tied = True  # the first word of a span hangs on the span before it unless a space stands between
    for part in _parts(text):
        if part == "\n":
            yield _Word(pieces=[], width=0, kind="break")
        else:
            pieces = [
                Piece(look, run.text, width_of(run.text, run.font, size))
                for run in press.fonts.runs(part, bold=bold)
                for look in (Look(run.font, size, ink),)
            ]
            kind = "space" if part.isspace() and "\u00a0" not in part else "word"
            yield _Word(pieces=pieces, width=sum(piece.width for piece in pieces), kind=kind, tied=tied)
        tied = False


def _parts(text: str) -> Iterator[str]:
    """Cut text where a line may end."""
    part = ""
    previous = ""
    for letter in text:
        if part and _may_break(previous, letter):
            yield part
            part = ""
        part += letter
        previous = letter
    if part:
        yield part


def _may_break(before: str, after: str) -> bool:
    """Tell whether a line may end between two letters."""
    if before == "\n" or after == "\n" or (before == " ") != (after == " "):
        return True
    if before == " ":
        return False
    if unicodedata.combining(after) or after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    if _is_wide(before) or _is_wide(after):
        return before != "\u00a0" and after != "\u00a0"
    return before in "/\\" or (before in "-_=" and after.isalpha())


def _is_wide(letter: str) -> bool:
    """Tell whether lines may break beside the letter, as between Chinese and Japanese letters."""
    return letter >= "\u2e80" and unicodedata.east_asian_width(letter) in ("W", "F")


def _chunks(words: Iterable[_Word]) -> Iterator[_Word]:
    """Yield words with those tied to them."""
    held: _Word | None = None
    for word in words:
        if held is None:
            held = word
        elif word.tied and word.kind == "word" and held.kind == "word":
            held = _Word(pieces=held.pieces + word.pieces, width=held.width + word.width, kind="word")
        else:
            yield held
            held = word
    if held is not None:
        yield held


def _filled(words: Iterable[_Word], width: float) -> list[list[Piece]]:
    """Return the pieces of each line."""
    lines: list[list[Piece]] = [[]]
    used = 0.0
    gap: _Word | None = None
    for word in words:
        if word.kind == "break":
            lines.append([])
            used, gap = 0.0, None
        elif word.kind == "space":
            gap = word if lines[-1] else None
        else:
            room = used + (gap.width if gap else 0) + word.width
            if lines[-1] and room > width:
                lines.append([])
                used, gap = 0.0, None
            for place, part in enumerate(_cut_to_width(word, width)):
                if place:
                    lines.append([])
                    used = 0.0
                if gap and not place:
                    lines[-1] += gap.pieces
                    used += gap.width
                lines[-1] += part
                used += sum(piece.width for piece in part)
            gap = None
    return lines


def _cut_to_width(word: _Word, width: float) -> list[list[Piece]]:
    """Cut a word that is wider than a whole line."""
    if word.width <= width:
        return [word.pieces]
    parts: list[list[Piece]] = [[]]
    used = 0.0
    for piece in word.pieces:
        start = 0
        for index, letter in enumerate(piece.text):
            step = width_of(letter, piece.look.font, piece.look.size)
            if used + step > width and used and not unicodedata.combining(letter):
                if index > start:
                    parts[-1].append(_part(piece, start, index))
                parts.append([])
                start, used = index, 0.0
            used += step
        parts[-1].append(_part(piece, start, len(piece.text)))
    return parts


def _part(piece: Piece, start: int, end: int) -> Piece:
    text = piece.text[start:end]
    return Piece(piece.look, text, width_of(text, piece.look.font, piece.look.size))


def _line(pieces: Sequence[Piece]) -> Line:
    """Join neighbours that look alike, so that the text comes out of the paper in whole words."""
    out: list[Piece] = []
    for piece in pieces:
        if out and out[-1].look == piece.look:
            out[-1] = Piece(piece.look, out[-1].text + piece.text, out[-1].width + piece.width)
        else:
            out.append(piece)
    return Line(tuple(out), sum(piece.width for piece in out))


def _turned(line: Line, *, rtl: bool) -> Line:
    """Return a line with its right-to-left parts in drawing order."""
    clusters: list[tuple[str, Look]] = []
    for piece in line.pieces:
        for letter in piece.text:
            if clusters and unicodedata.combining(letter):
                clusters[-1] = (clusters[-1][0] + letter, clusters[-1][1])
            else:
                clusters.append((letter, piece.look))
    levels = levels_of([text for text, _look in clusters], right_to_left=rtl)
    drawn = [
        (mirrored(clusters[index][0]) if levels[index] % 2 else clusters[index][0], clusters[index][1])
        for index in drawing_order(levels)
    ]
    return _line([Piece(look, text, width_of(text, look.font, look.size)) for text, look in drawn])
