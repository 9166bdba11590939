"""Blocks and lines keep their promises: whatever they hold, they fit, and no word is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pool.reports.blocks import Column, Grid, TextBlock
from pool.reports.fonts import FontBook, Installed
from pool.reports.ink import CELL, FRAME_HEIGHT, INK
from pool.reports.lines import Line, Span, set_lines
from pool.reports.wording import Press
from tests.reports.paper_reading import squeezed

PRESS = Press(FontBook(Installed(folders=())))
WORDS = st.text(st.sampled_from("abc Ωя /-_.,（）张伟，。《》\n\u00a0"), max_size=120)


def lines_of(*texts: str, width: float) -> list[Line]:
    """Return texts, each its own span, as lines of one width."""
    return set_lines(PRESS, [Span(text) for text in texts], bold=False, ink=INK, size=9, width=width)


def letters_of(lines: list[Line]) -> str:
    """Return all drawn letters."""
    return squeezed("".join(piece.text for line in lines for piece in line.pieces))


@given(WORDS, WORDS, st.floats(12, 300))
def test_lines_when_set_lose_nothing_and_stay_within_the_width(first: str, second: str, width: float) -> None:
    lines = lines_of(first, second, width=width)
    assert letters_of(lines) == squeezed(first + second)
    assert all(line.width <= width + 0.01 for line in lines)


@given(st.lists(WORDS, min_size=1, max_size=12), st.floats(60, FRAME_HEIGHT))
def test_grid_when_split_keeps_every_letter_in_order(texts: list[str], room: float) -> None:
    columns = [Column(part=1), Column(part=1)]
    rows = [(TextBlock(PRESS, text, CELL), TextBlock(PRESS, text * 9, CELL)) for text in texts]
    waiting: list[Any] = [Grid(columns, rows)]
    first: list[str] = []
    second: list[str] = []
    height, pages = room, 0
    while waiting:
        grid = waiting.pop(0)
        parts = grid.split(200, height)
        height, pages = FRAME_HEIGHT, pages + 1
        assert pages < 500
        if not parts:
            waiting.insert(0, grid)
            continue
        for row in parts[0].rows:
            first += [letters_of(row[0].lines)] if isinstance(row[0], TextBlock) else []
            second += [letters_of(row[1].lines)] if isinstance(row[1], TextBlock) else []
        waiting = parts[1:]
    assert "".join(first) == squeezed("".join(texts))
    assert "".join(second) == squeezed("".join(text * 9 for text in texts))


def test_line_when_chinese_never_begins_with_a_closing_mark() -> None:
    lines = lines_of("模型合规，审计。" * 20, width=50)
    assert [line.pieces[0].text[0] for line in lines if line.pieces[0].text[0] in "，。"] == []


def test_line_when_a_part_is_bold_keeps_the_mark_after_it_beside_it() -> None:
    lines = set_lines(
        PRESS, [Span("Tier: "), Span("High", bold=True), Span(".")], bold=False, ink=INK, size=9, width=48
    )
    assert ["".join(piece.text for piece in line.pieces) for line in lines] == ["Tier: High."] or [
        "".join(piece.text for piece in line.pieces) for line in lines
    ] == ["Tier:", "High."]


def test_text_block_when_split_leaves_no_single_line_alone() -> None:
    block = TextBlock(PRESS, "word " * 60, CELL)
    block.wrap(100, 1000)
    count = len(block.lines)
    upper, lower = block.split(100, (count - 1) * CELL.leading)
    assert isinstance(upper, TextBlock) and isinstance(lower, TextBlock)
    assert (len(upper.lines), len(lower.lines)) == (count - 2, 2)
    assert block.split(100, CELL.leading) == []


def test_span_when_replaced_is_a_value() -> None:
    assert replace(Span("a"), bold=True) == Span("a", bold=True)
