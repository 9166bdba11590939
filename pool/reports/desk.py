"""A typesetter's desk: the few shapes from which every section of a paper is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reportlab.platypus.flowables import CondPageBreak, Flowable

from pool.reports.blocks import Anchor, Column, Grid, Space, TextBlock, Words
from pool.reports.charts import Mark, mark
from pool.reports.ink import (
    BODY,
    CELL,
    CELL_HEAD,
    CELL_HEAD_RIGHT,
    CELL_RIGHT,
    FIGURE,
    HEADING,
    LABEL,
    NOTE,
    SUBHEADING,
    WASH,
    Type,
)
from pool.reports.wording import Press


class Desk:
    """Makes blocks with one press; holds no text of its own."""

    def __init__(self, press: Press) -> None:
        self.press = press

    def text(self, words: Words, kind: Type = BODY) -> TextBlock:
        """Return a block of text."""
        return TextBlock(self.press, words, kind)

    def note(self, words: Words) -> TextBlock:
        """Return a quiet explanation."""
        return TextBlock(self.press, words, NOTE)

    def heading(self, words: Words, *, key: str, title: str, level: int = 0, kind: Type = HEADING) -> list[Flowable]:
        """Return a heading that contents and outline know; it never stands alone at the foot of a page."""
        outline = " ".join(self.press.clean(title).split())[:120] or "…"
        anchor = Anchor(key=key, title=outline, level=level)
        return [CondPageBreak(110), TextBlock(self.press, words, kind, anchor=anchor)]

    def subheading(self, words: Words, *, keep: float = 70) -> list[Flowable]:
        """Return a heading inside a section; ``keep`` is the room that must follow on the same page."""
        return [CondPageBreak(keep), TextBlock(self.press, words, SUBHEADING)]

    def cell(self, words: Words, kind: Type = CELL) -> TextBlock:
        """Return the text of a cell."""
        return TextBlock(self.press, words, kind)

    def right(self, words: Words, *, bold: bool = False) -> TextBlock:
        """Return a figure of a cell."""
        return TextBlock(self.press, words, CELL_RIGHT.but(bold=bold))

    def mark(self, word: str, meaning: str, *, size: float = 8.2) -> Mark:
        """Return a state with its shape."""
        return mark(self.press, word, meaning, size=size)

    def column(self, part: float, head: str = "", *, right: bool = False) -> Column:
        """Return a column with its head."""
        kind = CELL_HEAD_RIGHT if right else CELL_HEAD
        return Column(part=part, head=TextBlock(self.press, head, kind) if head else None)

    def pairs(self, pairs: Iterable[tuple[str, Words]], *, label: float = 0.2, after: float = 8) -> Grid:
        """Return labels with their values, one below the other."""
        rows = [(TextBlock(self.press, name, LABEL.but(leading=11.4)), self.cell(value)) for name, value in pairs]
        return Grid([Column(part=label), Column(part=1 - label)], rows, pad=1.9, ruled=False, after=after)

    def figures(self, figures: Sequence[tuple[str, str, str]]) -> Grid:
        """Return key figures side by side: the figure, what it counts, and a line below it; the last is the widest."""
        columns = [Column(part=1) for _figure in figures[:-1]] + [Column(part=1.5)]
        longest = max(len(figure) for figure, _name, _below in figures)
        size = FIGURE.size if longest <= 12 else max(FIGURE.size * 12 / longest, 9.0)
        rows = [
            [TextBlock(self.press, name, LABEL) for _figure, name, _below in figures],
            [TextBlock(self.press, figure, FIGURE.but(size=size)) for figure, _name, _below in figures],
            [TextBlock(self.press, below, NOTE) for _figure, _name, below in figures],
        ]
        return Grid(columns, rows, wash=lambda _row: WASH, pad=3.2, gap=14, ruled=False, after=16)

    def room(self, height: float) -> Space:
        """Return empty room."""
        return Space(height)
