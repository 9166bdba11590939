"""The pages of one deployment: what it is, its tier and why, its duties, its participation record and the basis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from reportlab.platypus.flowables import Flowable

from pool.kernel.words import gettext as _
from pool.reports.blocks import Grid, zebra
from pool.reports.charts import LevelBar, StandingLine, Stretch, TierBar, TierScale, TierSteps, tier_word
from pool.reports.desk import Desk
from pool.reports.ink import BODY, QUIET, SMALL, SUBTITLE
from pool.reports.lines import Span
from pool.reports.paper import iso_instant
from pool.reports.values import BasisLine, DeploymentSection, DutyLine, StandingView
from pool.reports.vocabulary import (
    condition_result,
    level_figure,
    standing_sentences,
    standing_word,
    state_meaning,
    state_word,
)

#: More stretches than this cannot be told apart on one line of the page; the latest are drawn.
MOST_STRETCHES = 9


def deployment_key(index: int) -> str:
    """Return the anchor of a deployment."""
    return f"deployment-{index}"


def glance(desk: Desk, deployments: Sequence[DeploymentSection]) -> Iterator[Flowable]:
    """Yield one table with every deployment: tier, record, what comes next."""
    columns = [
        desk.column(0.34, _("Deployment")),
        desk.column(0.19, _("Tier, intensity")),
        desk.column(0.25, _("Participation record")),
        desk.column(0.22, _("Next step")),
    ]
    rows = [
        (
            desk.cell([Span(item.name, bold=True), "\n", Span(item.ref, ink=QUIET, size=7.2)]),
            TierSteps(desk.press, tier=item.tier, intensity=item.intensity),
            _standing_mark(desk, item.standing),
            desk.cell(item.next_step or _("Nothing is due.")),
        )
        for item in deployments
    ]
    yield Grid(columns, rows)


def _standing_mark(desk: Desk, standing: StandingView) -> Flowable:
    deemed = standing.deemed_since is not None
    return desk.mark(standing_word(standing), state_meaning(standing.state, deemed=deemed))


def deployment_pages(desk: Desk, item: DeploymentSection, *, index: int, scale: TierScale) -> Iterator[Flowable]:
    """Yield everything about one deployment."""
    yield from desk.heading(
        item.name.strip() or item.ref, key=deployment_key(index), title=item.name.strip() or item.ref, level=1
    )
    yield desk.text(item.ref, SUBTITLE.but(size=9.5, leading=13, after=4))
    yield desk.pairs(
        [
            (_("Model"), item.model),
            (_("Built on"), item.base_model),
            (_("Purpose"), item.purpose),
            (_("Context"), item.context),
            (_("Markets"), ", ".join(item.markets) or _("none named")),
        ]
    )
    yield from _tier(desk, item, scale)
    yield from _record(desk, item)
    yield from _duties(desk, item.duties)


def _tier(desk: Desk, item: DeploymentSection, scale: TierScale) -> Iterator[Flowable]:
    yield from desk.subheading(_("Tier and why"), keep=120)
    yield desk.text(
        [
            _("Tier: "),
            Span(tier_word(item.tier), bold=True),
            _(". Intensity %(value)s on a scale from 0 to 1.", value=f"{item.intensity:.4f}"),
        ]
    )
    yield TierBar(desk.press, tier=item.tier, intensity=item.intensity, scale=scale)
    if item.reasons:
        columns = [
            desk.column(0.09, _("Rule")),
            desk.column(0.77, _("Reason")),
            desk.column(0.14, _("Floor it sets"), right=True),
        ]
        rows = [
            (desk.cell(reason.id), desk.cell(reason.text), desk.right(f"{reason.value:.4f}")) for reason in item.reasons
        ]
        yield Grid(columns, rows)
    else:
        yield desk.text(_("No rule reaches the threshold of a higher tier."), SMALL.but(after=6))
    if item.nearest_rule:
        yield desk.text([Span(_("Nearest next rule: "), bold=True), item.nearest_rule], SMALL.but(after=4))


def _record(desk: Desk, item: DeploymentSection) -> Iterator[Flowable]:
    standing = item.standing
    yield from desk.subheading(_("Participation record"), keep=130)
    meaning = state_meaning(standing.state, deemed=standing.deemed_since is not None)
    yield desk.mark(standing_word(standing), meaning, size=11)
    yield desk.room(4)
    yield desk.text(" ".join(standing_sentences(standing)), BODY)
    stretches = _stretches(standing)
    if stretches:
        yield StandingLine(desk.press, stretches)
    if item.basis:
        yield _basis(desk, item.basis)


def _stretches(standing: StandingView) -> list[Stretch]:
    """Return the drawn part of the history; a stretch that still runs ends after the day of the record."""
    end = standing.on + timedelta(days=1)
    return [
        Stretch(
            word=_("Not audited yet") if span.deemed else state_word(span.state),
            meaning=state_meaning(span.state, deemed=span.deemed),
            from_on=span.from_on,
            to_on=span.to_on or max(end, span.from_on + timedelta(days=1)),
        )
        for span in standing.history[-MOST_STRETCHES:]
    ]


def _basis(desk: Desk, basis: Sequence[BasisLine]) -> Grid:
    columns = [
        desk.column(0.27, _("Condition")),
        desk.column(0.24, _("Result")),
        desk.column(0.33, _("Facts it rests on")),
        desk.column(0.16, _("Recorded (UTC)")),
    ]
    rows = [
        (
            desk.cell([Span(line.condition + "  ", bold=True), line.name]),
            desk.mark(*condition_result(line)),
            desk.cell(line.facts or _("none")),
            desk.cell(_minute(line) or _("no fact yet"), SMALL.but(ink=QUIET)),
        )
        for line in basis
    ]
    return Grid(columns, rows, pad=2.4)


def _minute(line: BasisLine) -> str:
    return iso_instant(line.recorded_at).removesuffix(" UTC") if line.recorded_at else ""


def _duties(desk: Desk, duties: Sequence[DutyLine]) -> Iterator[Flowable]:
    if not duties:
        return
    yield from desk.subheading(_("Duties at this intensity"), keep=120)
    yield desk.note(
        _(
            "Levels run from 0 (none) over 1 (simplified) and 2 (standard) to 3 (full). The bar shows the "
            "level required; "
            "the tick in it is the least that the law of the named markets asks."
        )
    )
    columns = [
        desk.column(0.07),
        desk.column(0.46, _("Duty")),
        desk.column(0.15),
        desk.column(0.10, _("Required"), right=True),
        desk.column(0.11, _("By intensity"), right=True),
        desk.column(0.11, _("By law"), right=True),
    ]
    rows = [
        (
            desk.cell(duty.id, SMALL.but(ink=QUIET)),
            desk.cell(duty.name),
            LevelBar(level=duty.required, floor=duty.legal_floor),
            desk.right(level_figure(duty.required), bold=True),
            desk.right(level_figure(duty.level)),
            desk.right(level_figure(duty.legal_floor)),
        )
        for duty in duties
    ]
    # Why so tight: with one line more a page, the 34 duties of a common report end without a page for the last one.
    yield Grid(columns, rows, wash=zebra, pad=1.3, ruled=False)
