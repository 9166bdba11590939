"""The board of auditors by half-days, and the month calendar: SVG per row, links with text, a table
beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from markupsafe import Markup

from pool.kernel.words import gettext as _
from pool.web import display
from pool.web.charts import ACCENT, INK, QUIET, RULE, Chart, upright, words
from pool.web.svg import Element, el, picture, share

ROW_HEIGHT = 34
BAR_HEIGHT = 24
#: How wide the days of a board are drawn at the least, and a letter on a bar at the most, in pixels.
BOARD_WIDTH = 900
LETTER_WIDTH = 5.5


@dataclass(frozen=True)
class Bar:
    """An audit on somebody's row, from a half-day to a half-day, both included (half 0: morning, 1:
    afternoon).

    ``kind``: booked, planned, proposed, leave. ``pinned`` says that planning may not move it.
    """

    label: str
    first: date
    last: date
    url: str = ""
    first_half: int = 0
    last_half: int = 1
    tier: str = ""
    kind: str = "booked"
    pinned: bool = False
    words: str = ""

    def kind_word(self) -> str:
        """Return the word for the kind of bar."""
        known = {"booked": _("booked"), "planned": _("planned"), "proposed": _("proposed"), "leave": _("away")}
        return known.get(self.kind, self.kind)


@dataclass(frozen=True)
class Row:
    """One auditor's row. Under the name stand small ``codes`` (code, meaning) and ``note`` (load)."""

    name: str
    bars: Sequence[Bar] = ()
    url: str = ""
    note: str = ""
    group: str = ""
    codes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Board:
    """A drawn board: the axis, one picture per row, and the same as a table."""

    key: str
    title: str
    axis: Markup
    rows: tuple[tuple[Row, Markup], ...]
    head: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    days: int


@dataclass(frozen=True)
class _Days:
    start: date
    count: int

    def at(self, on: date, half: int) -> float:
        """Return where a half-day begins, 0 to 1, cut to the board."""
        halves = (on - self.start).days * 2 + half
        return min(1.0, max(0.0, halves / (self.count * 2)))

    def all(self) -> list[date]:
        """Return every day of the board."""
        return [self.start + timedelta(days=n) for n in range(self.count)]


def plan_board(
    key: str, *, title: str, start: date, days: int, rows: Sequence[Row], today: date | None = None
) -> Board:
    """Draw auditors (rows) by days. Bars outside the shown days are cut; weekends are shaded."""
    scale = _Days(start, days)
    drawn = tuple((row, _row_picture(f"{key}-{index}", row, scale, today)) for index, row in enumerate(rows, start=1))
    table = tuple(
        (
            row.name,
            bar.label,
            bar.kind_word(),
            _half_words(bar.first, bar.first_half),
            _half_words(bar.last, bar.last_half),
        )
        for row in rows
        for bar in row.bars
    )
    head = (_("Auditor"), _("Audit"), _("Kind"), _("From"), _("To"))
    return Board(key, title, _axis(key, scale, today), drawn, head, table, days)


def _axis(key: str, scale: _Days, today: date | None) -> Markup:
    shapes: list[Element] = []
    for on in scale.all():
        if on.weekday() == 0 or on == scale.start:
            at = scale.at(on, 0)
            if at > 0.96:
                continue
            shapes.append(upright(at, 4, 22, class_="c-rule"))
            shapes.append(words(display.short_day(on), share(at), 15, look="muted", size=11, dx=4))
    if today is not None and scale.start <= today < scale.start + timedelta(days=scale.count):
        at = scale.at(today, 0)
        shapes.append(el("circle", cx=share(at), cy=20, r=3, fill=ACCENT, class_="c-accent"))
    first, last = display.day(scale.start), display.day(scale.all()[-1])
    text = _("Days from %(first)s to %(last)s", first=first, last=last)
    return picture(*shapes, key=f"{key}-axis", title=text, description=text, height=24, class_="board-axis")


def _row_picture(key: str, row: Row, scale: _Days, today: date | None) -> Markup:
    shapes: list[Element | None] = [_hatch(key)]
    shapes += [shape for on in scale.all() for shape in _day_ground(on, scale)]
    if today is not None and scale.start <= today <= scale.all()[-1]:
        shapes.append(_full_rule(share(scale.at(today, 0)), "c-rule-accent", ACCENT))
    starts = sorted(scale.at(bar.first, bar.first_half) for bar in row.bars)
    shapes += [_bar(bar, key, scale, next_at=next((at for at in starts if at > _left(bar, scale)), 1.0))
               for bar in row.bars]  # fmt: skip
    text = "; ".join(_bar_words(bar) for bar in row.bars) or _("Nothing planned in these days.")
    title = _("Days of %(name)s", name=row.name)
    return picture(*shapes, key=key, title=title, description=text, height=ROW_HEIGHT, links=True, class_="board-svg")


def _day_ground(on: date, scale: _Days) -> list[Element]:
    at = share(scale.at(on, 0))
    if on.weekday() >= 5:
        width = share(1 / scale.count)
        return [el("rect", x=at, y=0, width=width, height="100%", fill="#f1efe8", class_="c-weekend")]
    return [_full_rule(at, "c-rule", RULE)] if on.weekday() == 0 else []


def _full_rule(x: str, class_: str, stroke: str) -> Element:
    return el("line", x1=x, x2=x, y1=0, y2="100%", stroke=stroke, class_=class_)


def _hatch(key: str) -> Element:
    line = el("path", d="M0 6 L6 0", stroke=QUIET, stroke_width=1.2, class_="c-hatch")
    return el("defs", el("pattern", line, id=f"{key}-hatch", width=6, height=6, pattern_units="userSpaceOnUse"))


def _left(bar: Bar, scale: _Days) -> float:
    return scale.at(bar.first, bar.first_half)


def _bar(bar: Bar, key: str, scale: _Days, *, next_at: float) -> Element | None:
    """Return one bar with its words: beside it where it is too short for them and the row has room, else inside.

    Inside they stand in a picture of their own, so that what does not fit is cut.
    """
    left, right = _left(bar, scale), scale.at(bar.last, bar.last_half + 1)
    if right <= left:
        return None
    level = {"low": 1, "medium": 2, "high": 3}.get(bar.tier, 2)
    needed = (len(bar.label) * LETTER_WIDTH + 14) / BOARD_WIDTH
    beside = right - left < needed <= next_at - right
    on_dark = level == 3 and bar.kind in ("booked", "planned") and not beside
    shift = 7 if beside or not bar.pinned else 18
    name = words(bar.label, shift, BAR_HEIGHT / 2 + 4, look="on-dark" if on_dark else "on-light", size=11)
    place = {"x": share(left), "width": share(right - left)}
    pin = el("circle", cx=10, cy=BAR_HEIGHT / 2, r=3, fill="#ffffff", stroke=INK, class_="board-pin")
    cut = el(
        "svg",
        pin if bar.pinned and not beside else None,
        None if bar.kind == "leave" else name,
        y="50%",
        height=BAR_HEIGHT,
        x=share(right if beside else left),
        width=share(needed if beside else right - left),
    )
    box = _bar_box(bar, key, level, place)
    text = _bar_words(bar)
    title = el("title", text)
    # The row is as high as its name needs; half the bar's own height lifts it to the middle.
    lift = f"translate(0 -{BAR_HEIGHT // 2})"
    if bar.url:
        return el("a", title, box, cut, href=bar.url, aria_label=text, transform=lift)
    return el("g", title, box, cut, transform=lift)


def _bar_box(bar: Bar, key: str, level: int, place: dict[str, str]) -> Element:
    leave = bar.kind == "leave"
    return el(
        "rect",
        y="50%",
        height=BAR_HEIGHT,
        rx=3,
        fill=f"url(#{key}-hatch)" if leave else "#ffffff" if bar.kind == "proposed" else ACCENT,
        fill_opacity=None if leave else (0.3, 0.6, 1.0)[level - 1],
        stroke=QUIET if leave else ACCENT,
        stroke_dasharray="4 3" if bar.kind == "proposed" else None,
        class_="board-leave" if leave else f"board-bar board-{bar.kind} c-bar-{level}",
        **place,
    )


def _bar_words(bar: Bar) -> str:
    span = f"{_half_words(bar.first, bar.first_half)} – {_half_words(bar.last, bar.last_half)}"
    pinned = f", {_('pinned')}" if bar.pinned else ""
    return f"{bar.words or bar.label}, {bar.kind_word()}, {span}{pinned}"


def _half_words(on: date, half: int) -> str:
    return f"{display.day(on)} {_('afternoon') if half else _('morning')}"


@dataclass(frozen=True)
class DayMark:
    """What a calendar says of one day: ``kind`` booked, proposed, leave, free or due; per half where it
    differs."""

    kind: str
    words: str
    url: str = ""
    half: int | None = None


@dataclass(frozen=True)
class Month:
    """A month calendar's marks by day."""

    start: date
    weeks: int
    marks: dict[date, list[DayMark]] = field(default_factory=dict)


def calendar_strip(key: str, *, title: str, month: Month, today: date | None = None) -> Chart:
    """Draw some weeks (rows) by weekday (columns); each day's marks fill its box, a half-day mark half of
    it."""
    first = month.start - timedelta(days=month.start.weekday())
    shapes: list[Element | None] = [_hatch(key)]
    names = [first + timedelta(days=n) for n in range(7)]
    for column, on in enumerate(names):
        shapes.append(words(display.weekday(on), share((column + 0.5) / 7), 13, look="muted", size=11, anchor="middle"))
    rows: list[tuple[str, ...]] = []
    for number in range(month.weeks * 7):
        on = first + timedelta(days=number)
        shapes += _day_box(key, on, number, month.marks.get(on, []), today)
        rows += [(display.day(on), mark.words) for mark in month.marks.get(on, [])]
    text = "; ".join(" ".join(row) for row in rows) or _("Nothing is planned.")
    svg = picture(
        *shapes,
        key=key,
        title=title,
        description=text,
        height=20 + month.weeks * 46,
        links=True,
        class_="calendar-svg",
    )
    return Chart(key, title, svg, (_("Day"), _("What")), tuple(rows))


def _day_box(key: str, on: date, number: int, marks: Sequence[DayMark], today: date | None) -> list[Element]:
    left, top = (number % 7) / 7, 20 + number // 7 * 46
    frame = "c-today" if on == today else "c-day-weekend" if on.weekday() >= 5 else "c-day"
    shapes = [
        el(
            "rect",
            x=share(left),
            y=top,
            width=share(1 / 7),
            height=44,
            fill="none",
            stroke=ACCENT if on == today else RULE,
            class_=frame,
        )
    ]
    for mark in marks:
        half_width = 1 / 7 if mark.half is None else 1 / 14
        at = left + (1 / 14 if mark.half == 1 else 0)
        fill = f"url(#{key}-hatch)" if mark.kind == "leave" else ACCENT
        box = el(
            "rect",
            el("title", f"{display.day(on)}: {mark.words}"),
            x=share(at),
            y=top + 22,
            width=share(half_width),
            height=20,
            fill=fill,
            class_=f"c-cal-{mark.kind}",
        )
        text = f"{display.day(on)}: {mark.words}"
        shapes.append(el("a", box, href=mark.url, aria_label=text) if mark.url else box)
    return [*shapes, words(str(on.day), share(left), top + 15, dx=6)]
