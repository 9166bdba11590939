"""Charts as SVG made on the server: bars, the standing through time, the intensity of a deployment.

Each chart answers the question that is its title, and carries the same numbers as a table. Widths are
percentages, so letters keep their size on a phone. The board of auditors and the calendar are in
``boards.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import wrap

from markupsafe import Markup

from pool.kernel.words import gettext as _
from pool.web import display, states
from pool.web.svg import Element, el, picture, share

INK, QUIET, RULE, ACCENT = "#1c2430", "#5b6472", "#d8d5cc", "#27457f"
#: Colours of the five meanings for papers and pages without our style sheet; on pages the sheet sets them.
MEANING_FILL = {
    "good": "#1f6a46",
    "due_soon": "#855300",
    "overdue": "#a5281e",
    "blocked": "#65407f",
    "neutral": "#57606e",
}
TINTS = (1.0, 0.78, 0.5, 0.38, 0.28, 0.2, 0.13)


#: Charts keep their words on a phone: this wide is the narrowest place they stand in, and so many letters fit there.
PHONE_WIDTH, PHONE_LETTERS = 300, 42

#: Looks of letters: (fill outside our style sheet, class inside it).
_LOOKS = {
    "ink": (INK, "c-ink"),
    "muted": (QUIET, "c-muted"),
    "on-dark": ("#ffffff", "c-on-dark"),
    "on-light": (INK, "c-on-light"),
}


def words(
    text: str,
    x: str | int,
    y: int | float,
    *,
    look: str = "ink",
    size: int = 12,
    anchor: str | None = None,
    dx: int | None = None,
    bold: bool = False,
) -> Element:
    """Make a piece of text; ``look`` is ink, muted, on-dark or on-light."""
    fill, class_ = _LOOKS[look]
    return el(
        "text",
        text,
        x=x,
        y=y,
        dx=dx,
        text_anchor=anchor,
        font_size=size,
        font_weight=600 if bold else None,
        fill=fill,
        class_=class_,
    )


def upright(at: float, y1: int, y2: int, *, class_: str, stroke: str = RULE, dash: str | None = None) -> Element:
    """Make an upright rule at a share of the width."""
    x = share(at)
    return el("line", x1=x, x2=x, y1=y1, y2=y2, stroke=stroke, stroke_dasharray=dash, class_=class_)


def anchor_at(at: float, *, low: float = 0.08, high: float = 0.92) -> str:
    """Return the text-anchor with which letters at a share of the width stay inside."""
    return "end" if at > high else "start" if at < low else "middle"


@dataclass(frozen=True)
class Chart:
    """A drawn chart with its question, the same numbers as rows, and per row the mark of its colour (or
    none)."""

    key: str
    title: str
    svg: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """One labelled amount: ``value`` decides the length, ``shown`` is printed. ``strong`` marks the own
    bar."""

    label: str
    value: float
    shown: str
    strong: bool = False
    note: str = ""


def stacked_bar(key: str, *, title: str, parts: Sequence[Part], head: tuple[str, str]) -> Chart:
    """Draw how a whole is made of its parts, as one bar. Parts of no or negative size stand in the table
    only."""
    drawn = [part for part in parts if part.value > 0]
    total = sum(part.value for part in drawn) or 1.0
    pieces: list[Element] = []
    at = 0.0
    for index, part in enumerate(drawn):
        width = part.value / total
        pieces += _piece(part, index, at, width)
        at += width
    svg = picture(*pieces, key=key, title=title, description=_listing(drawn), height=34, class_="chart-stack")
    marks = {part.label: f"tint-{min(i, len(TINTS) - 1) + 1}" for i, part in enumerate(drawn)}
    return Chart(
        key,
        title,
        svg,
        head,
        tuple((part.label, part.shown) for part in parts),
        tuple(marks.get(part.label, "") for part in parts),
    )


def _piece(part: Part, index: int, at: float, width: float) -> list[Element]:
    tint = min(index, len(TINTS) - 1)
    box = el(
        "rect",
        el("title", f"{part.label}: {part.shown}"),
        x=share(at),
        y=0,
        width=share(width),
        height=34,
        fill=ACCENT,
        fill_opacity=TINTS[tint],
        stroke="#ffffff",
        stroke_width=1,
        class_=f"c-tint-{tint + 1}",
    )
    # Letters have a fixed width and bars have not: a label stands only where it fits on a phone, too.
    fits = width * PHONE_WIDTH > len(part.label) * 7 + 12
    look = "on-dark" if tint < 2 else "on-light"
    label = words(part.label, share(at + width / 2), 22, look=look, anchor="middle")
    return [box, label] if fits else [box]


def comparison_bars(key: str, *, title: str, parts: Sequence[Part], head: tuple[str, str]) -> Chart:
    """Draw labelled amounts under one another on one scale that begins at zero."""
    largest = max((part.value for part in parts), default=0) or 1.0
    shapes: list[Element] = []
    top = 0
    for part in parts:
        # A label as long as a phone is wide stands in lines of its own, its amount beneath.
        lines = wrap(part.label, PHONE_LETTERS) or [""]
        is_tight = len(lines) > 1 or len(part.label) + len(part.shown) + 2 > PHONE_LETTERS
        shapes += [words(line, 0, top + 13 + n * 17, size=13) for n, line in enumerate(lines)]
        top += (len(lines) - 1 + is_tight) * 17
        width = max(0.0, part.value) / largest
        shapes += [
            words(part.shown, "100%", top + 13, size=13, anchor="end", bold=part.strong),
            _track("100%", top + 20, fill=RULE, class_="c-track"),
            _track(share(width), top + 20, fill=ACCENT, class_="c-accent")
            if part.strong
            else _track(share(width), top + 20, fill=QUIET, class_="c-quiet"),
        ]
        top += 44
    svg = picture(*shapes, key=key, title=title, description=_listing(parts), height=max(top - 8, 10))
    return Chart(key, title, svg, head, tuple((part.label, part.shown) for part in parts))


def _track(width: str, y: int, *, fill: str, class_: str) -> Element:
    return el("rect", x=0, y=y, width=width, height=10, rx=2, fill=fill, class_=class_)


@dataclass(frozen=True)
class Span:
    """A state held from a day to a day (not included; None: until now and on)."""

    start: date
    end: date | None
    state: str


def standing_timeline(
    key: str,
    *,
    title: str,
    lines: Sequence[tuple[str, Sequence[Span]]],
    start: date,
    end: date,
    marks: Sequence[tuple[date, str]] = (),
) -> Chart:
    """Draw states through valid time, one line per instant of knowledge ("as known on ...").

    ``marks`` are days with a name (today, an audit), drawn as upright rules through all lines.
    """
    scale = _Scale(start, end)
    placed = _placed([(scale.at(on), name) for on, name in marks if start <= on <= end])
    head = 20 + 13 * max((row for _at, _name, row in placed), default=0)
    shapes: list[Element] = []
    for index, (label, spans) in enumerate(lines):
        top = head + index * 52
        shapes.append(words(label, 0, top + 12, look="muted"))
        for span in spans:
            shapes += _span(span, scale, top + 18)
    foot = head + len(lines) * 52
    for at, name, row in placed:
        shapes += _mark(name, at, len(lines), row=row, head=head)
    shapes += _months(scale, foot)
    unnamed = dict.fromkeys(span.state for _label, spans in lines for span in spans if not _is_named(span, scale))
    shapes += [shape for n, state in enumerate(unnamed) for shape in _key(state, foot + 26 + n * 18)]
    rows = tuple((label, *_span_row(span)) for label, spans in lines for span in spans)
    meanings = tuple(f"m-{states.meaning_of(s.state)}" for _label, spans in lines for s in spans)
    text = "; ".join(" ".join(row) for row in rows)
    svg = picture(*shapes, key=key, title=title, description=text, height=foot + 22 + 18 * len(unnamed))
    return Chart(key, title, svg, (_("Known on"), _("State"), _("From"), _("To")), rows, meanings)


@dataclass(frozen=True)
class _Scale:
    start: date
    end: date

    def at(self, on: date) -> float:
        """Return where a day stands, 0 to 1."""
        length = max((self.end - self.start).days, 1)
        return min(1.0, max(0.0, (on - self.start).days / length))


def _span_row(span: Span) -> tuple[str, str, str]:
    until = display.day(span.end) if span.end else _("until now")
    return states.state_word(span.state), display.day(span.start), until


def _span(span: Span, scale: _Scale, top: int) -> list[Element]:
    left, right = scale.at(span.start), scale.at(span.end or scale.end)
    meaning = states.meaning_of(span.state)
    word = states.state_word(span.state)
    box = el(
        "rect",
        el("title", f"{word}: {display.day(span.start)} – {display.day(span.end) if span.end else ''}"),
        x=share(left),
        y=top,
        width=share(max(right - left, 0.004)),
        height=22,
        fill=MEANING_FILL[meaning],
        stroke="#ffffff",
        class_=f"c-m-{meaning}",
    )
    if not _is_named(span, scale):
        return [box]
    middle = share((left + right) / 2)
    return [box, words(word, middle, top + 15, look="on-dark", anchor="middle")]


def _is_named(span: Span, scale: _Scale) -> bool:
    """Tell whether a span is wide enough on a phone for its word; others stand in the key beneath."""
    width = scale.at(span.end or scale.end) - scale.at(span.start)
    return width * PHONE_WIDTH > len(states.state_word(span.state)) * 7 + 10


def _key(state: str, top: int) -> list[Element]:
    """Return a line of the key: the colour of a state and its word."""
    meaning = states.meaning_of(state)
    box = el("rect", x=0, y=top, width=11, height=11, fill=MEANING_FILL[meaning], class_=f"c-m-{meaning}")
    return [box, words(states.state_word(state), 0, top + 10, dx=17)]


def _placed(marks: Sequence[tuple[float, str]]) -> list[tuple[float, str, int]]:
    """Return marks with the row of their names, so that names of near days do not cover each other on a phone."""
    placed: list[tuple[float, str, int]] = []
    ends: list[float] = []
    for at, name in sorted(marks):
        width = len(name) * 6.5 / PHONE_WIDTH
        anchor = anchor_at(at, low=0.2, high=0.8)
        left = at if anchor == "start" else at - width if anchor == "end" else at - width / 2
        row = next((n for n, end in enumerate(ends) if end < left), len(ends))
        ends[row : row + 1] = [left + width]
        placed.append((at, name, row))
    return placed


def _mark(name: str, at: float, count: int, *, row: int = 0, head: int = 20) -> list[Element]:
    """Return the name of a day above, and its rule through each bar (not through the words between them)."""
    tops = [head + 16 + index * 52 for index in range(count)]
    rules = [upright(at, top, top + 26, class_="c-rule-ink", stroke=INK, dash="2 3") for top in tops]
    return [*rules, words(name, share(at), 11 + row * 13, size=11, anchor=anchor_at(at, low=0.2, high=0.8))]


def _months(scale: _Scale, top: int) -> list[Element]:
    """Return the axis: a rule, and the first days of at most four months or years."""
    firsts = _first_days(scale.start, scale.end)
    step = max(1, -(-len(firsts) // 4))
    shapes = [el("line", x1=0, x2="100%", y1=top, y2=top, stroke=RULE, class_="c-rule")]
    for first in firsts[::step]:
        at = scale.at(first)
        shapes.append(upright(at, top, top + 4, class_="c-rule"))
        month = display.month(first)
        shapes.append(words(month, share(at), top + 17, look="muted", size=11, anchor=anchor_at(at)))
    return shapes


def _first_days(start: date, end: date) -> list[date]:
    found, day = [], start.replace(day=1)
    while day <= end:
        if day >= start:
            found.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def intensity_gauge(
    key: str,
    *,
    title: str,
    value: float,
    medium_from: float = 0.4,
    high_from: float = 0.7,
    load: float | None = None,
) -> Chart:
    """Draw where an intensity (0 to 1) stands among the three tiers. ``load`` is the base score within the
    tier."""
    zones = [("low", 0.0, medium_from), ("medium", medium_from, high_from), ("high", high_from, 1.0)]
    own = next(tier for tier, _low, high in reversed(zones) if value >= _low) if value > 0 else "low"
    shapes: list[Element] = []
    for tier, low, high in zones:
        shapes += _zone(tier, low, high, own=tier == own)
    for edge in (medium_from, high_from):
        shapes.append(words(display.score(edge), share(edge), 74, look="muted", size=11, anchor="middle"))
    if load is not None:
        shapes.append(upright(load, 24, 40, class_="c-rule-ink", stroke=INK, dash="2 2"))
    shapes.append(upright(value, 20, 44, class_="c-needle", stroke=INK))
    shapes.append(words(display.score(value), share(value), 14, size=14, anchor=anchor_at(value), bold=True))
    rows = [(_("Intensity"), display.score(value, 4)), (_("Tier"), states.tier_word(own))]
    rows += [(_("Load within the tier"), display.score(load, 4))] if load is not None else []
    rows += [(_("Medium from"), display.score(medium_from)), (_("High from"), display.score(high_from))]
    text = "; ".join(f"{label} {shown}" for label, shown in rows)
    svg = picture(*shapes, key=key, title=title, description=text, height=80)
    return Chart(key, title, svg, (_("Measure"), _("Value")), tuple(rows))


def _zone(tier: str, low: float, high: float, *, own: bool) -> list[Element]:
    level = states.tier_level(tier)
    box = el(
        "rect",
        x=share(low),
        y=26,
        width=share(high - low),
        height=12,
        fill=ACCENT,
        stroke="#ffffff",
        fill_opacity=(0.16, 0.36, 0.62)[level - 1],
        class_=f"c-zone-{level}",
    )
    look, middle = "ink" if own else "muted", share((low + high) / 2)
    return [box, words(states.tier_word(tier), middle, 58, look=look, anchor="middle", bold=own)]


def _listing(parts: Sequence[Part]) -> str:
    return "; ".join(f"{part.label}: {part.shown}" for part in parts) or _("There is nothing to show yet.")
