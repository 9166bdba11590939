"""The sheet: margins, running head and foot, outline, page numbers, and bytes that depend on the facts alone."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus.doctemplate import BaseDocTemplate, PageTemplate
from reportlab.platypus.flowables import Flowable
from reportlab.platypus.frames import Frame

from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.reports.blocks import Anchor, draw_line
from pool.reports.charts import one_line
from pool.reports.ink import (
    ACCENT,
    FRAME_HEIGHT,
    FRAME_WIDTH,
    LINE,
    MARGIN_BOTTOM,
    MARGIN_SIDE,
    MEANING,
    MEANING_WASH,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    QUIET,
)
from pool.reports.values import Rendered
from pool.reports.wording import Press

MAKER = "Audit Pool"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands on every page of one paper."""

    title: str
    kind: str
    number: str
    holder: str
    edition: str
    as_of: datetime
    demo: bool
    lang: str


@dataclass
class Pages:
    """Which page each anchor stands on, and how many pages there are; known after the first pass."""

    of: dict[str, int] = field(default_factory=dict)
    total: int = 0

    def number(self, key: str) -> str:
        """Return the page of an anchor; a placeholder of usual width in the first pass."""
        return str(self.of.get(key, 99))


class _Stamp:
    """The instant written into the file: that of the facts, so that the machine's clock leaves no trace."""

    tzname = "UTC"
    dhh = dmm = 0

    def __init__(self, instant: datetime) -> None:
        moment = instant.astimezone(UTC)
        self.t = moment.timestamp()
        self.lt = moment.timetuple()
        self.YMDhms = tuple(self.lt)[:6]
        self.datetime = moment
        self.asctime = moment.strftime("%Y-%m-%d %H:%M:%S")


class PaperCanvas(Canvas):
    """A canvas that knows anchors and starts in the papers' own font."""

    pages: Pages

    def pool_anchor(self, anchor: Anchor, height: float) -> None:
        """Lay an anchor at the present place and enter it into the outline."""
        self.bookmarkHorizontal(anchor.key, 0, height + 10)
        self.addOutlineEntry(anchor.title, anchor.key, level=anchor.level, closed=None)
        self.pages.of[anchor.key] = self.getPageNumber()


def iso_instant(instant: datetime) -> str:
    """Return an instant for reading, in UTC to the minute."""
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def print_paper(sheet: Sheet, press: Press, story: Callable[[Pages], Sequence[Flowable]]) -> Rendered:
    """Print ``story`` twice: once to learn the page numbers, once with them. Same facts, same bytes.

    Raises: AssertionError where the second pass breaks pages elsewhere than the first, which would be a fault here.
    """
    first = Pages()
    _one_pass(sheet, press, list(story(first)), first)
    known = Pages(of=dict(first.of), total=first.total)
    second = Pages(of=dict(first.of), total=first.total)
    pdf = _one_pass(sheet, press, list(story(known)), second)
    if (second.of, second.total) != (first.of, first.total):
        raise AssertionError("the two passes of a paper differ")
    return Rendered(pdf=pdf, warnings=press.notices(), pages=second.total)


def _one_pass(sheet: Sheet, press: Press, story: list[Flowable], pages: Pages) -> bytes:
    out = io.BytesIO()
    total = pages.total

    def make_canvas(filename: Any, **options: Any) -> PaperCanvas:
        options |= {"invariant": 1, "pageCompression": 1, "initialFontName": "PoolPaperSans-Regular"}
        canvas = PaperCanvas(filename, **options)
        canvas.pages = pages
        inner: Any = canvas
        inner._doc._timeStamp = _Stamp(sheet.as_of)
        # The file's id begins with the library's own stamp, which a build machine's SOURCE_DATE_EPOCH would change.
        inner._doc.signature = hashlib.md5(b"audit pool", usedforsecurity=False)
        return canvas

    def running(canvas: Canvas, _doc: Any) -> None:
        _draw_head(canvas, sheet, press)
        _draw_foot(canvas, sheet, press, total)

    frame = Frame(
        MARGIN_SIDE, MARGIN_BOTTOM, FRAME_WIDTH, FRAME_HEIGHT,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    document = BaseDocTemplate(
        out,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        pageTemplates=[PageTemplate(id="page", frames=[frame], onPage=running)],
        title=press.clean(sheet.title).replace("\n", " "),
        author=MAKER,
        subject=press.clean(sheet.kind),
        creator=MAKER,
        invariant=1,
        lang=sheet.lang,
        allowSplitting=1,
    )
    document.build(story, canvasmaker=make_canvas)
    pages.total = document.page
    return out.getvalue()


def _draw_head(canvas: Canvas, sheet: Sheet, press: Press) -> None:
    """Draw firm and paper at the top; on demo papers a band that cannot be overlooked."""
    y = PAGE_HEIGHT - 42
    canvas.setFillColorRGB(*ACCENT)
    canvas.rect(MARGIN_SIDE, y - 1.2, 8, 8, stroke=0, fill=1)
    mark = one_line(press, "Audit Pool", size=8.4, bold=True)
    draw_line(canvas, mark, MARGIN_SIDE + 13, y)
    kind = one_line(press, sheet.kind, size=8.4, ink=QUIET)
    draw_line(canvas, kind, MARGIN_SIDE + 13 + mark.width + 7, y)
    used = 13 + mark.width + 7 + kind.width
    holder = one_line(press, sheet.holder, size=8.4, ink=QUIET, width=FRAME_WIDTH - used - 24)
    draw_line(canvas, holder, PAGE_WIDTH - MARGIN_SIDE - holder.width, y)
    canvas.setFillColorRGB(*LINE)
    canvas.rect(MARGIN_SIDE, y - 9, FRAME_WIDTH, 0.6, stroke=0, fill=1)
    if sheet.demo:
        canvas.setFillColorRGB(*MEANING_WASH["soon"])
        canvas.rect(0, PAGE_HEIGHT - 20, PAGE_WIDTH, 20, stroke=0, fill=1)
        words = _("Demo data: firms, people and figures are invented.")
        line = one_line(press, words, size=8.4, bold=True, ink=MEANING["soon"])
        draw_line(canvas, line, (PAGE_WIDTH - line.width) / 2, PAGE_HEIGHT - 13)


def _draw_foot(canvas: Canvas, sheet: Sheet, press: Press, total: int) -> None:
    """Draw number, day, edition and the page at the bottom."""
    y = 36.0
    canvas.setFillColorRGB(*LINE)
    canvas.rect(MARGIN_SIDE, y + 12, FRAME_WIDTH, 0.6, stroke=0, fill=1)
    page = _("Page %(page)s of %(total)s", page=canvas.getPageNumber(), total=total or 1)
    right = one_line(press, page, size=7.6, ink=QUIET)
    left = _(
        "%(number)s · facts as of %(day)s · edition %(edition)s",
        number=sheet.number,
        day=day_of(sheet.as_of).isoformat(),
        edition=sheet.edition,
    )
    draw_line(canvas, one_line(press, left, size=7.6, ink=QUIET, width=FRAME_WIDTH - right.width - 20), MARGIN_SIDE, y)
    draw_line(canvas, right, PAGE_WIDTH - MARGIN_SIDE - right.width, y)
