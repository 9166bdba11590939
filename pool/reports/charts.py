"""Drawings of the papers, made of plain lines, boxes and words: tier bar, level bar, standing line, shares, marks.

Each drawing states the same numbers as the table beside it, names its parts directly, and never speaks by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from reportlab.platypus.flowables import Flowable

from pool.kernel.words import gettext as _
from pool.reports.blocks import Anchor, TextBlock, Words, draw_line, filled
from pool.reports.ink import (
    ACCENT,
    ACCENT_WASH,
    FAINT,
    INK,
    LINE,
    MEANING,
    MEANING_WASH,
    PAPER,
    QUIET,
    Colour,
    Type,
)
from pool.reports.lines import Line, Span, set_lines
from pool.reports.wording import Press

#: No line of a page holds more letters than this; the rest need not be measured.
MOST_LETTERS = 300


def one_line(
    press: Press, text: object, *, size: float, ink: Colour = INK, bold: bool = False, width: float = 1000.0
) -> Line:
    """Return ``text`` as a single line of at most ``width`` points; what does not fit ends in an ellipsis."""
    key = (text, size, ink, bold, width)
    if key not in press.kept:
        press.kept[key] = _one_line(press, text, size=size, ink=ink, bold=bold, width=width)
    return cast(Line, press.kept[key])


def _one_line(press: Press, text: object, *, size: float, ink: Colour, bold: bool, width: float) -> Line:
    flat = " ".join(press.clean(text).split()) or " "
    if len(flat) > MOST_LETTERS:
        flat = flat[:MOST_LETTERS] + "…"
    lines = set_lines(press, (Span(flat),), bold=bold, ink=ink, size=size, width=width)
    if len(lines) == 1:
        return lines[0]
    short = flat
    while len(short) > 1:
        short = short[: max(1, len(short) * 9 // 10)].rstrip()
        line = set_lines(press, (Span(short + "…"),), bold=bold, ink=ink, size=size, width=100_000.0)[0]
        if line.width <= width:
            return line
    return set_lines(press, (Span("…"),), bold=bold, ink=ink, size=size, width=100_000.0)[0]


def draw_mark(canvas: Any, meaning: str, x: float, y: float, *, size: float = 6.4) -> None:
    """Draw the shape of a meaning with its lower left corner at (x, y).

    Good is a disc, due soon a triangle, overdue a lozenge, blocked a square with a bar, neutral a ring.
    """
    ink = MEANING[meaning]
    canvas.setFillColorRGB(*ink)
    canvas.setStrokeColorRGB(*ink)
    half = size / 2
    if meaning == "good":
        canvas.circle(x + half, y + half, half, stroke=0, fill=1)
    elif meaning == "neutral":
        canvas.setLineWidth(1.2)
        canvas.circle(x + half, y + half, half - 0.6, stroke=1, fill=0)
    elif meaning == "blocked":
        canvas.rect(x + 0.3, y + 0.3, size - 0.6, size - 0.6, stroke=0, fill=1)
        canvas.setFillColorRGB(*PAPER)
        canvas.rect(x + 1.5, y + half - 0.6, size - 3, 1.2, stroke=0, fill=1)
    else:
        corners = [(0.0, 0.0), (size, 0.0), (half, size)]
        if meaning == "overdue":
            corners = [(half, 0.0), (size, half), (half, size), (0.0, half)]
        path = canvas.beginPath()
        path.moveTo(x + corners[0][0], y + corners[0][1])
        for dx, dy in corners[1:]:
            path.lineTo(x + dx, y + dy)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)


class Mark(TextBlock):
    """A shape and a word: the state of something, in a cell or by itself."""

    def __init__(self, press: Press, words: Words, kind: Type, *, meaning: str) -> None:
        super().__init__(press, words, kind)
        self.meaning = meaning

    def draw(self) -> None:
        """Draw the shape before the first line, then the words."""
        if self.meaning:
            y = self.height - self.kind.leading + (self.kind.leading - self.kind.size) / 2 + self.kind.size * 0.2
            draw_mark(self.canv, self.meaning, 0, y, size=self.kind.size * 0.78)
        super().draw()

    def _copy(self, lines: list[Line], kind: Type, anchor: Anchor | None) -> Mark:
        first = bool(lines) and lines[0] is self.lines[0]
        return filled(Mark(self.press, self.spans, kind, meaning=self.meaning if first else ""), self, lines)


def mark(press: Press, word: str, meaning: str, *, size: float) -> Mark:
    """Return a state in its colour, with its shape before the word."""
    kind = Type(size=size, leading=size * 1.39, ink=MEANING[meaning], bold=True, indent=size + 3)
    return Mark(press, word, kind, meaning=meaning)


class Drawing(Flowable):
    """A drawing of fixed height over the whole width."""

    def __init__(self, height: float, *, after: float = 6.0) -> None:
        super().__init__()
        self.height, self.after = height, after

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        """Return the room taken."""
        self.width = availWidth
        return availWidth, self.height

    def getSpaceAfter(self) -> float:
        """Return the space below."""
        return self.after


@dataclass(frozen=True, kw_only=True)
class TierScale:
    """Where the tiers begin on the scale of intensity, 0 to 1."""

    medium_from: Decimal
    high_from: Decimal

    def words(self) -> tuple[tuple[str, str, float, float], ...]:
        """Return id, word, start and end of each tier."""
        medium, high = float(self.medium_from), float(self.high_from)
        return (
            ("low", _("Low"), 0.0, medium),
            ("medium", _("Medium"), medium, high),
            ("high", _("High"), high, 1.0),
        )


TIER_INK: dict[str, Colour] = {"low": (0.62, 0.72, 0.82), "medium": (0.33, 0.49, 0.66), "high": ACCENT}


class TierBar(Drawing):
    """The intensity of one deployment on the scale of the three tiers."""

    def __init__(self, press: Press, *, tier: str, intensity: Decimal, scale: TierScale) -> None:
        super().__init__(44, after=4)
        self.press, self.tier, self.intensity, self.scale = press, tier, float(intensity), scale

    def draw(self) -> None:
        """Draw three steps, the tier's own filled, and a pointer at the intensity."""
        canvas, bottom, thick = self.canv, 16.0, 9.0
        for tier, word, start, end in self.scale.words():
            left, right = self.width * start + (1 if start else 0), self.width * end
            canvas.setFillColorRGB(*(TIER_INK[tier] if tier == self.tier else ACCENT_WASH))
            canvas.rect(left, bottom, right - left - 1, thick, stroke=0, fill=1)
            own = tier == self.tier
            label = one_line(self.press, word, size=7.4, ink=INK if own else QUIET, bold=own)
            draw_line(canvas, label, left, 4)
            if start:
                edge = one_line(self.press, f"{start:.2f}", size=6.6, ink=FAINT)
                draw_line(canvas, edge, left + label.width + 5, 4)
        x = min(max(self.intensity, 0.0), 1.0) * self.width
        canvas.setFillColorRGB(*INK)
        canvas.rect(min(max(x - 0.8, 0), self.width - 1.6), bottom - 2.5, 1.6, thick + 6, stroke=0, fill=1)
        figure = one_line(self.press, f"{self.intensity:.4f}", size=8.4, bold=True)
        draw_line(canvas, figure, min(max(x - figure.width / 2, 0), self.width - figure.width), bottom + thick + 7)


class TierSteps(Flowable):
    """Three small steps, as many filled as the tier is high, with its word and the intensity."""

    def __init__(self, press: Press, *, tier: str, intensity: Decimal) -> None:
        super().__init__()
        self.press, self.tier, self.intensity = press, tier, intensity
        self.height = 11.4

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        """Return the room taken."""
        self.width = availWidth
        return availWidth, self.height

    def draw(self) -> None:
        """Draw the steps and the words."""
        filled = {"low": 1, "medium": 2, "high": 3}.get(self.tier, 0)
        for step in range(3):
            self.canv.setFillColorRGB(*(TIER_INK[self.tier] if step < filled else ACCENT_WASH))
            self.canv.rect(step * 6.2, 2.2, 5, 3 + 2.2 * step, stroke=0, fill=1)
        word = one_line(self.press, tier_word(self.tier), size=8.2, bold=True)
        draw_line(self.canv, word, 23, 3.2)
        figure = one_line(self.press, f"{self.intensity:.2f}", size=8.2, ink=QUIET)
        draw_line(self.canv, figure, 23 + word.width + 5, 3.2)


def tier_word(tier: str) -> str:
    """Return the word of a tier."""
    return {"low": _("Low"), "medium": _("Medium"), "high": _("High")}.get(tier, tier)


class LevelBar(Flowable):
    """The level of a duty, 0 to 3, as a bar of three parts; part levels fill part of a step."""

    def __init__(self, *, level: Decimal, floor: Decimal) -> None:
        super().__init__()
        self.level, self.floor = float(level), float(floor)
        self.height = 9.8

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        """Return the room taken."""
        self.width = availWidth
        return availWidth, self.height

    def draw(self) -> None:
        """Draw the three parts; a tick under the bar marks what law asks."""
        step = min(self.width, 66.0) / 3
        for part in range(3):
            self.canv.setFillColorRGB(*ACCENT_WASH)
            self.canv.rect(part * step, 2.6, step - 1.4, 5, stroke=0, fill=1)
            share = min(max(self.level - part, 0.0), 1.0)
            if share:
                self.canv.setFillColorRGB(*ACCENT)
                self.canv.rect(part * step, 2.6, (step - 1.4) * share, 5, stroke=0, fill=1)
        if self.floor > 0:
            self.canv.setFillColorRGB(*INK)
            self.canv.rect(min(self.floor, 3.0) * step - 2.6, 0.4, 1.2, 9, stroke=0, fill=1)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One stretch of the standing line: its word, its meaning, its days (``to_on`` is the first day after)."""

    word: str
    meaning: str
    from_on: date
    to_on: date


class StandingLine(Drawing):
    """The history of a record from left to right, each stretch with its word and first day."""

    def __init__(self, press: Press, stretches: Sequence[Stretch]) -> None:
        super().__init__(38, after=3)
        self.press, self.stretches = press, tuple(stretches)

    def draw(self) -> None:
        """Draw one box per stretch, at least wide enough to be seen."""
        canvas = self.canv
        days = [max((stretch.to_on - stretch.from_on).days, 1) for stretch in self.stretches]
        least = min(26.0, self.width / max(len(days), 1))
        free = self.width - least * len(days)
        left = 0.0
        for stretch, length in zip(self.stretches, days, strict=True):
            wide = least + free * length / sum(days)
            canvas.setFillColorRGB(*MEANING_WASH[stretch.meaning])
            canvas.rect(left, 14, wide - 1.5, 20, stroke=0, fill=1)
            canvas.setFillColorRGB(*MEANING[stretch.meaning])
            canvas.rect(left, 14, wide - 1.5, 2.2, stroke=0, fill=1)
            if wide > 34:
                draw_mark(canvas, stretch.meaning, left + 5, 22.5, size=5.6)
                word = one_line(
                    self.press, stretch.word, size=7.6, bold=True, ink=MEANING[stretch.meaning], width=wide - 19
                )
                draw_line(canvas, word, left + 14, 22.6)
                day = one_line(self.press, stretch.from_on.isoformat(), size=6.6, ink=QUIET, width=max(wide, 42))
                draw_line(canvas, day, left, 5)
            else:
                draw_mark(canvas, stretch.meaning, left + wide / 2 - 3.5, 22.5, size=5.6)
            left += wide


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: its name, its amount, and the amount in words."""

    name: str
    amount: int
    figure: str


class ShareBars(Drawing):
    """Horizontal bars with their names before and their amounts behind them."""

    def __init__(self, press: Press, bars: Sequence[Bar], *, row: float = 21.0, scale: int = 0) -> None:
        super().__init__(row * max(len(bars), 1) + 4, after=10)
        self.press, self.bars, self.row = press, tuple(bars), row
        self.scale = scale or max((abs(bar.amount) for bar in bars), default=0) or 1

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:
        """Cut between bars where a page ends."""
        fits = int((availHeight - 4) // self.row)
        if fits >= len(self.bars):
            return [self]
        if fits < 3:
            return []
        return [
            ShareBars(self.press, bars, row=self.row, scale=self.scale) for bars in (self.bars[:fits], self.bars[fits:])
        ]

    def draw(self) -> None:
        """Draw the bars on one scale that begins at zero; a negative amount is hollow."""
        canvas, label_width, figure_width = self.canv, self.width * 0.34, 84.0
        thick = self.row * 0.52
        room = self.width - label_width - figure_width - 14
        y = self.height - self.row
        for bar in self.bars:
            name = one_line(self.press, bar.name, size=8.4, width=label_width)
            draw_line(canvas, name, 0, y + thick / 2)
            long = max(room * abs(bar.amount) / self.scale, 0.8 if bar.amount else 0.0)
            canvas.setFillColorRGB(*ACCENT_WASH)
            canvas.rect(label_width + 10, y + 2.6, room, thick, stroke=0, fill=1)
            canvas.setFillColorRGB(*(ACCENT if bar.amount >= 0 else PAPER))
            canvas.setStrokeColorRGB(*ACCENT)
            canvas.setLineWidth(0.8)
            canvas.rect(label_width + 10, y + 2.6, long, thick, stroke=1 if bar.amount < 0 else 0, fill=1)
            figure = one_line(self.press, bar.figure, size=8.4, bold=True)
            draw_line(canvas, figure, self.width - figure.width, y + thick / 2)
            y -= self.row
        canvas.setFillColorRGB(*LINE)
        canvas.rect(label_width + 9.4, 2, 0.6, self.height - 6, stroke=0, fill=1)
