"""The building stones of a paper: a block of text, a grid, a rule. Whatever they hold, they fit on pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from reportlab.platypus.flowables import Flowable

from pool.reports.ink import CELL, FRAME_HEIGHT, LINE, WASH, Colour, Type
from pool.reports.lines import Line, Span, set_lines
from pool.reports.wording import Press

Words = str | Span | Sequence[str | Span]
#: A row that does not fit is moved to the next page unless that would leave more than this part of the page empty.
MOST_LEFT_EMPTY = 0.4
BAR_WIDTH, BAR_DISTANCE = 2.2, 9.0


def spans_of(words: Words) -> tuple[Span, ...]:
    """Return words in any of the accepted forms as spans."""
    if isinstance(words, Span):
        return (words,)
    if isinstance(words, str):
        return (Span(words),)
    return tuple(word if isinstance(word, Span) else Span(word) for word in words)


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A place in the paper that contents and outline lead to. ``level`` 0 is a chapter."""

    key: str
    title: str
    level: int = 0


class TextBlock(Flowable):
    """Text in one type, cut into lines of the width it is given."""

    def __init__(
        self, press: Press, words: Words, kind: Type = CELL, *, anchor: Anchor | None = None, link: str = ""
    ) -> None:
        super().__init__()
        self.press, self.spans, self.kind = press, spans_of(words), kind
        self.anchor, self.link = anchor, link
        self.lines: list[Line] = []
        self._set_for = -1.0

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        """Set the lines; return the width given and the height taken, without the space around."""
        self.width = availWidth
        if self._set_for != availWidth:
            inner = max(availWidth - self.kind.indent, 12.0)
            self.lines = set_lines(
                self.press, self.spans, bold=self.kind.bold, ink=self.kind.ink, size=self.kind.size, width=inner
            )
            self._set_for = availWidth
        self.height = len(self.lines) * self.kind.leading
        return availWidth, self.height

    def getSpaceBefore(self) -> float:
        """Return the space above."""
        return self.kind.before

    def getSpaceAfter(self) -> float:
        """Return the space below."""
        return self.kind.after

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:
        """Cut between two lines, never leaving a single line alone where there are at least four."""
        self.wrap(availWidth, availHeight)
        fits = int(availHeight // self.kind.leading)
        rest = len(self.lines) - fits
        if rest <= 0:
            return [self]
        if len(self.lines) >= 4:
            fits -= 1 if rest == 1 else 0
            if fits < 2:
                return []
        return list(self.cut(fits)) if fits > 0 else []

    def cut(self, fits: int) -> tuple[TextBlock, TextBlock]:
        """Return the first ``fits`` lines and the others as two blocks."""
        first = self._copy(self.lines[:fits], self.kind.but(after=0.0), self.anchor)
        return first, self._copy(self.lines[fits:], self.kind.but(before=0.0), None)

    def _copy(self, lines: list[Line], kind: Type, anchor: Anchor | None) -> TextBlock:
        return filled(TextBlock(self.press, self.spans, kind, anchor=anchor, link=self.link), self, lines)

    def draw(self) -> None:
        """Draw the lines, the bar beside them, and lay down the anchor."""
        canvas: Any = self.canv
        if self.anchor:
            canvas.pool_anchor(self.anchor, self.height)
        if self.kind.bar:
            canvas.setFillColorRGB(*self.kind.bar)
            canvas.rect(0, -self.kind.after, BAR_WIDTH, self.height + self.kind.after, stroke=0, fill=1)
        # The ink stands on the lower third of the leading, where the eye expects it.
        y = self.height - self.kind.leading + (self.kind.leading - self.kind.size) / 2 + self.kind.size * 0.22
        for line in self.lines:
            draw_line(canvas, line, self._left(line), y)
            y -= self.kind.leading
        if self.link:
            canvas.linkRect("", self.link, (0, 0, self.width, self.height), relative=1, thickness=0)

    def _left(self, line: Line) -> float:
        room = self.width - self.kind.indent - line.width
        return self.kind.indent + {"right": room, "centre": room / 2}.get(self.kind.align, 0.0)


Block = TypeVar("Block", bound=TextBlock)


def filled(block: Block, source: TextBlock, lines: list[Line]) -> Block:
    """Give ``block`` some lines that ``source`` has set already."""
    block.lines, block._set_for, block.width = lines, source._set_for, source.width
    block.height = len(lines) * block.kind.leading
    return block


def draw_line(canvas: Any, line: Line, x: float, y: float) -> None:
    """Draw one line with its left end at ``x`` on the base line ``y``."""
    text = canvas.beginText(x, y)
    for piece in line.pieces:
        text.setFont(piece.look.font, piece.look.size)
        text.setFillColorRGB(*piece.look.ink)
        text.textOut(piece.text)
    canvas.drawText(text)


class Space(Flowable):
    """Empty room; it vanishes at the top of a page."""

    _SPACETRANSFER = True

    def __init__(self, height: float) -> None:
        super().__init__()
        self.width, self.height = 0.0, height

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        """Return the room taken."""
        return 0.0, min(self.height, availHeight)

    def draw(self) -> None:
        """Draw nothing."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its part of the width, and its head (empty for none)."""

    part: float
    head: Flowable | None = None


class Grid(Flowable):
    """Rows of cells with a repeated head. A row taller than a page is cut between lines, so it always fits."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Flowable]],
        *,
        wash: Callable[[int], Colour | None] | None = None,
        pad: float = 3.6,
        gap: float = 8.0,
        ruled: bool = True,
        after: float = 8.0,
        number: int = 0,
        bar: Colour | None = None,
    ) -> None:
        super().__init__()
        self.columns, self.rows = tuple(columns), [tuple(row) for row in rows]
        self.wash, self.pad, self.gap, self.ruled, self.after = wash, pad, gap, ruled, after
        self.bar = bar  # the colour of a rule along the left edge
        self.number = number  # of the first row, so that the wash of rows goes on after a cut

    def _with(self, rows: Sequence[Sequence[Flowable]], *, after: float, number: int) -> Grid:
        return Grid(
            self.columns, rows, wash=self.wash, pad=self.pad, gap=self.gap, ruled=self.ruled, after=after,
            number=number, bar=self.bar,
        )  # fmt: skip

    def getSpaceAfter(self) -> float:
        """Return the space below."""
        return self.after

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        """Measure all rows."""
        total = sum(column.part for column in self.columns)
        usable = availWidth - self.gap * (len(self.columns) - 1)
        self.widths = [usable * column.part / total for column in self.columns]
        self.width = availWidth
        self.head = [column.head for column in self.columns]
        self.head_height = self._height(self.head) if any(self.head) else 0.0
        self.heights = [self._height(row) for row in self.rows]
        self.height = self.head_height + sum(self.heights)
        return availWidth, self.height

    def _height(self, row: Sequence[Flowable | None]) -> float:
        cells = zip(row, self.widths, strict=True)
        tallest = max((cell.wrap(width, 10_000)[1] for cell, width in cells if cell is not None), default=0.0)
        return float(tallest) + 2 * self.pad

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:
        """Cut between rows; within a row only where it would leave much of a page empty."""
        self.wrap(availWidth, availHeight)
        used, count = self.head_height, 0
        while count < len(self.rows) and used + self.heights[count] <= availHeight:
            used += self.heights[count]
            count += 1
        if count == len(self.rows):
            return [self]
        room = availHeight - used - 2 * self.pad
        if room > MOST_LEFT_EMPTY * FRAME_HEIGHT and (pair := self._cut_row(self.rows[count], room)):
            first: list[Sequence[Flowable]] = [*self.rows[:count], pair[0]]
            rest: list[Sequence[Flowable]]
            rest = [pair[1], *self.rows[count + 1 :]]
        elif count:
            first, rest = list(self.rows[:count]), list(self.rows[count:])
        else:
            return []
        return [
            self._with(first, after=0.0, number=self.number),
            self._with(rest, after=self.after, number=self.number + count),
        ]

    def _cut_row(self, row: Sequence[Flowable], room: float) -> tuple[list[Flowable], list[Flowable]] | None:
        """Return the row as two, the first at most ``room`` high; None if no cell can be cut."""
        upper: list[Flowable] = []
        lower: list[Flowable] = []
        for cell in row:
            fits = int(room // cell.kind.leading) if isinstance(cell, TextBlock) else 0
            if isinstance(cell, TextBlock) and fits < len(cell.lines):
                if fits < 1:
                    return None
                first, second = cell.cut(fits)
                upper.append(first)
                lower.append(second)
            else:
                upper.append(cell)
                lower.append(Space(0))
        return upper, lower

    def draw(self) -> None:
        """Draw the head, then row by row."""
        top = self.height
        if self.bar:
            self.canv.setFillColorRGB(*self.bar)
            self.canv.rect(-BAR_DISTANCE, 0, BAR_WIDTH, self.height, stroke=0, fill=1)
        if self.head_height:
            top = self._draw_row(self.head, top, self.head_height)
            self._line(top, 0.9)
        for index, (row, height) in enumerate(zip(self.rows, self.heights, strict=True)):
            wash = self.wash(self.number + index) if self.wash else None
            if wash:
                self.canv.setFillColorRGB(*wash)
                self.canv.rect(-6, top - height, self.width + 12, height, stroke=0, fill=1)
            top = self._draw_row(row, top, height)
            if self.ruled:
                self._line(top, 0.4)

    def _draw_row(self, row: Sequence[Flowable | None], top: float, height: float) -> float:
        left = 0.0
        for cell, width in zip(row, self.widths, strict=True):
            if cell is not None:
                cell.drawOn(self.canv, left, top - self.pad - cell.height)
            left += width + self.gap
        return top - height

    def _line(self, y: float, thickness: float) -> None:
        self.canv.setFillColorRGB(*LINE)
        self.canv.rect(0, y - thickness / 2, self.width, thickness, stroke=0, fill=1)


def zebra(index: int) -> Colour | None:
    """Wash every second row."""
    return WASH if index % 2 else None
