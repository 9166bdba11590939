"""Colours, type sizes and measures of every paper, in one place. Lengths are points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

Colour = tuple[float, float, float]


def colour(code: str) -> Colour:
    """Return the red, green and blue of ``#rrggbb``, each 0 to 1."""
    red, green, blue = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


INK = colour("#1b2430")
QUIET = colour("#5b6675")
FAINT = colour("#8d97a5")
LINE = colour("#d6dce4")
WASH = colour("#f3f5f8")
PAPER = colour("#ffffff")
ACCENT = colour("#1f4e79")
ACCENT_WASH = colour("#dfe9f3")

#: One meaning, one colour; `charts.draw_mark` gives each its own shape too.
MEANING: dict[str, Colour] = {
    "good": colour("#24704a"),
    "soon": colour("#9a6200"),
    "overdue": colour("#b3261e"),
    "blocked": colour("#6a3d9a"),
    "neutral": QUIET,
}
MEANING_WASH: dict[str, Colour] = {
    "good": colour("#e4f2ea"),
    "soon": colour("#fbf0da"),
    "overdue": colour("#fbe6e4"),
    "blocked": colour("#efe6f7"),
    "neutral": WASH,
}

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89
MARGIN_SIDE, MARGIN_TOP, MARGIN_BOTTOM = 54.0, 74.0, 62.0
FRAME_WIDTH = PAGE_WIDTH - 2 * MARGIN_SIDE
FRAME_HEIGHT = PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM


@dataclass(frozen=True, kw_only=True)
class Type:
    """How a block of text is set. ``align`` is left, right or centre; ``bar`` draws a rule along the left edge."""

    size: float = 9.5
    leading: float = 13.5
    ink: Colour = INK
    bold: bool = False
    align: str = "left"
    before: float = 0.0
    after: float = 0.0
    indent: float = 0.0
    bar: Colour | None = None

    def but(self, **changes: Any) -> Type:
        """Return a copy with some fields changed."""
        return replace(self, **changes)


BODY = Type(after=5)
SMALL = Type(size=8.2, leading=11.4)
TINY = Type(size=7.2, leading=9.6, ink=QUIET)
LABEL = Type(size=7.2, leading=9.8, ink=QUIET, bold=True)
NOTE = Type(size=8.2, leading=11.6, ink=QUIET, after=4)
TITLE = Type(size=27, leading=33, bold=True, after=4)
SUBTITLE = Type(size=12.5, leading=17, ink=QUIET, after=14)
HEADING = Type(size=17, leading=22, bold=True, before=26, after=6)
HEADING_SMALL = Type(size=13.5, leading=18, bold=True, before=10, after=2)
SUBHEADING = Type(size=11.2, leading=15, bold=True, ink=ACCENT, before=14, after=5)
CELL = SMALL
CELL_RIGHT = SMALL.but(align="right")
CELL_HEAD = LABEL
CELL_HEAD_RIGHT = LABEL.but(align="right")
FIGURE = Type(size=19, leading=23, bold=True)
