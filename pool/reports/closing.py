"""The last pages of every paper: how to check it, what it is not, and what could not be printed as given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportlab.platypus.flowables import Flowable

from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.reports.blocks import Column, Grid
from pool.reports.desk import Desk
from pool.reports.ink import ACCENT, LINE, SMALL
from pool.reports.lines import Span
from pool.reports.values import FirmReport, LegalEffect, Notice

STEP = SMALL.but(size=9, leading=12.8)
ITEM = STEP.but(after=5, indent=12, bar=LINE)


def items(desk: Desk, sentences: Sequence[str]) -> Iterator[Flowable]:
    """Yield sentences as a list."""
    for sentence in sentences:
        yield desk.text(sentence, ITEM)


def steps(desk: Desk, sentences: Sequence[str]) -> Grid:
    """Return sentences as numbered steps."""
    rows = [
        (desk.cell(Span(str(number), bold=True), STEP.but(ink=ACCENT)), desk.cell(sentence, STEP))
        for number, sentence in enumerate(sentences, start=1)
    ]
    return Grid([Column(part=0.04), Column(part=0.96)], rows, pad=3, gap=4, ruled=False, after=8)


def how_to_check(desk: Desk, report: FirmReport, *, digest: str) -> Iterator[Flowable]:
    """Yield the steps by which a reader can check the paper without trusting it."""
    title = _("How to check this paper")
    yield from desk.heading(title, key="check", title=title)
    yield desk.pairs(
        [
            (_("Report number"), report.number),
            (_("Digest of the facts"), digest),
            (_("Policy edition"), report.edition),
            (_("Digest of the edition"), report.edition_digest),
        ],
        label=0.24,
    )
    day = day_of(report.as_of).isoformat()
    yield steps(
        desk,
        [
            _(
                "Ask the pool for the facts of the report number above and take their digest. The same "
                "facts give the same "
                "digest, and on the same machine the same paper byte for byte."
            ),
            _(
                "Read each participation record anew: audit-pool record show DEPLOYMENT --on %(day)s "
                "--known %(day)s. State "
                "and basis must be those printed here.",
                day=day,
            ),
            _(
                "Work out each tier anew from its indicators: audit-pool policy assess FILE. Tier, "
                "intensity, reasons and "
                "duties must be those printed here, under an edition with the digest above."
            ),
            _(
                "Add up the lines of the share: they give the sum to the last unit. Where the total of a "
                "facility is shown, "
                "own amount and total give the line."
            ),
        ],
    )


def what_it_is_not(desk: Desk, report: FirmReport) -> Iterator[Flowable]:
    """Yield the limits of the paper and the legal effect per jurisdiction."""
    title = _("What this paper is not")
    yield from desk.heading(title, key="limits", title=title)
    yield from items(
        desk,
        [
            _(
                "It is evidence of participation: what was looked at, when, by whom, and what was decided. "
                "It claims no legal "
                "effect."
            ),
            _("It is no statement of the pool that a model is safe or lawful, and no promise about its conduct."),
            _(
                "What it says holds for the days it names and as known on %(day)s. Facts recorded later may "
                "change how the "
                "same days are read.",
                day=day_of(report.as_of).isoformat(),
            ),
            _(
                "Where a condition is deemed, the firm asked in time and the pool is late: engaged, waiting "
                "for the pool, not "
                "audited. Nobody has looked yet."
            ),
            _(
                "An estimate is the price that the pool named before. A market comparison is a dated tariff "
                "or outside quote "
                "for the same scope; where none is printed, none is known."
            ),
            *report.limits,
        ],
    )
    yield from _legal_effects(desk, report)


def _legal_effects(desk: Desk, report: FirmReport) -> Iterator[Flowable]:
    yield from desk.subheading(_("Legal effect by jurisdiction"))
    known = {effect.jurisdiction for effect in report.legal_effects}
    markets = sorted({market for item in report.deployments for market in item.markets} - known)
    pairs = [(effect.jurisdiction, _effect(effect)) for effect in report.legal_effects]
    pairs += [(market, _("No recognised effect known.")) for market in markets]
    yield desk.pairs(pairs or [(_("All markets"), _("No recognised effect known."))], label=0.24)


def _effect(effect: LegalEffect) -> str:
    return _(
        "%(text)s Basis: %(basis)s. Checked by %(who)s on %(day)s.",
        text=effect.text,
        basis=effect.basis,
        who=effect.checked_by,
        day=effect.checked_on.isoformat(),
    )


def printing_notes(desk: Desk, notices: Sequence[Notice]) -> Iterator[Flowable]:
    """Yield what could not be printed as it was given; nothing where all was."""
    if not notices:
        return
    title = _("Notes on printing")
    yield from desk.heading(title, key="printing", title=title)
    for notice in notices:
        yield desk.text([Span("! ", bold=True), notice.text], ITEM)
