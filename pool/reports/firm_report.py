"""The firm report: one paper with a firm's deployments, audits, record and share of the cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.kernel.words import ngettext
from pool.reports.values import FirmReport, Rendered, digest_of_facts
from pool.reports.vocabulary import is_settled, money_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportlab.platypus.flowables import Flowable

    from pool.reports.desk import Desk
    from pool.reports.paper import Pages


#: Longer names are set smaller on the cover and cut in the contents.
LONG_NAME = 90


def render_firm_report(report: FirmReport) -> Rendered:
    """Print a firm report as an A4 PDF.

    The same values give the same bytes on the same machine: no clock is read and nothing is looked up. Texts may hold
    anything; what cannot be printed is replaced visibly, noted at the end of the paper and returned as ``warnings``.
    """
    # The press is loaded only when something is printed, so that web workers stay small.
    from pool.reports.desk import Desk
    from pool.reports.paper import Sheet, print_paper
    from pool.reports.wording import Press

    press = Press()
    desk = Desk(press)
    digest = report.digest or digest_of_facts(report)
    sheet = Sheet(
        title=_("Report for %(firm)s, %(period)s", firm=report.firm_name, period=report.period),
        kind=_("Firm report"),
        number=report.number,
        holder=report.firm_name,
        edition=report.edition,
        as_of=report.as_of,
        demo=report.demo,
        lang=report.lang,
    )
    return print_paper(sheet, press, lambda pages: list(_story(desk, report, pages, digest=digest)))


def _story(desk: Desk, report: FirmReport, pages: Pages, *, digest: str) -> Iterator[Flowable]:
    """Yield the whole paper; the notes on printing come last because they know what came before."""
    from reportlab.platypus.flowables import CondPageBreak, PageBreak

    from pool.reports.closing import how_to_check, printing_notes, what_it_is_not
    from pool.reports.ink import FRAME_HEIGHT, FRAME_WIDTH
    from pool.reports.shares import cost_chapter

    body = [*_deployments(desk, report), *_audits(desk, report)]
    body += [*([PageBreak()] if report.cost else []), *cost_chapter(desk, report.cost)]
    body += [
        CondPageBreak(430),
        *how_to_check(desk, report, digest=digest),
        *what_it_is_not(desk, report),
    ]
    front = [*_cover(desk, report, digest=digest), *_contents(desk, report, pages)]
    for block in (*front, *body):
        block.wrap(
            FRAME_WIDTH, FRAME_HEIGHT
        )  # sets every text once, so that all notices are known before the last page is made
    yield from front
    yield from body
    yield from printing_notes(desk, desk.press.notices())


def _cover(desk: Desk, report: FirmReport, *, digest: str) -> Iterator[Flowable]:
    """Yield the head of the paper: whose it is, for when, and the key figures."""
    from pool.reports.ink import HEADING, SUBTITLE, TITLE

    yield desk.room(20)
    yield desk.text(report.firm_name, TITLE if len(report.firm_name) <= LONG_NAME else HEADING)
    yield desk.text(_("Audit report for %(period)s", period=report.period), SUBTITLE)
    yield desk.figures(_key_figures(report))
    yield desk.pairs(
        [
            (_("Firm"), report.firm_ref),
            (_("Facts as of"), day_of(report.as_of).isoformat()),
            (_("Report number"), report.number),
            (_("Digest of the facts"), digest),
            (_("Policy edition"), f"{report.edition}, {report.edition_digest}"),
        ],
        label=0.24,
        after=16,
    )


def _key_figures(report: FirmReport) -> list[tuple[str, str, str]]:
    """Return figure, name and explanation of what a reader wants to know first."""
    tiers = {"high": _("high"), "medium": _("medium"), "low": _("low")}
    counts = {tier: sum(1 for item in report.deployments if item.tier == tier) for tier in tiers}
    by_tier = ", ".join(f"{count} {tiers[tier]}" for tier, count in counts.items() if count)
    met = sum(
        1 for item in report.deployments if item.standing.state == "good_standing" and not item.standing.deemed_since
    )
    findings = [finding for audit in report.audits for finding in audit.findings]
    open_findings = sum(1 for finding in findings if not is_settled(finding.state))
    share = money_in(report.cost.currency)(report.cost.total_minor) if report.cost else "–"
    waiting = sum(1 for item in report.deployments if item.standing.deemed_since)
    return [
        (str(len(report.deployments)), _("Deployments"), by_tier or _("none registered")),
        (
            str(met),
            _("With conditions met"),
            ngettext("%(n)s more waits for the pool", "%(n)s more wait for the pool", waiting)
            if waiting
            else _("on the day of this paper"),
        ),
        (
            str(open_findings),
            _("Open findings"),
            _("of %(n)s in %(audits)s", n=len(findings), audits=_audit_count(report)),
        ),
        (share, _("Share of the cost"), report.cost.period if report.cost else _("no period closed")),
    ]


def _audit_count(report: FirmReport) -> str:
    return ngettext("%(n)s audit", "%(n)s audits", len(report.audits))


def _contents(desk: Desk, report: FirmReport, pages: Pages) -> Iterator[Flowable]:
    """Yield the contents; every line leads to its page."""
    from pool.reports.audits import audit_key
    from pool.reports.blocks import Column, Grid, TextBlock
    from pool.reports.deployments import deployment_key
    from pool.reports.ink import CELL, CELL_RIGHT

    entries = [(_("Deployments at a glance"), "deployments", 0)]
    entries += [
        (_short(item.name) or item.ref, deployment_key(index), 1) for index, item in enumerate(report.deployments)
    ]
    entries.append((_("Audits and findings"), "audits", 0))
    entries += [(_short(f"{item.ref} · {item.kind}"), audit_key(index), 1) for index, item in enumerate(report.audits)]
    entries += [(_("Share of the cost"), "cost", 0), (_("How to check this paper"), "check", 0)]
    entries.append((_("What this paper is not"), "limits", 0))
    yield from desk.subheading(_("Contents"))
    rows = [
        (
            TextBlock(desk.press, title, CELL.but(bold=not level, indent=12.0 * level), link=key),
            TextBlock(desk.press, pages.number(key), CELL_RIGHT, link=key),
        )
        for title, key, level in entries
    ]
    yield Grid([Column(part=0.9), Column(part=0.1)], rows, pad=2.2)


def _short(text: str) -> str:
    """Return a title for the contents on one or two lines; the whole one stands on its own page."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONG_NAME else flat[:LONG_NAME].rstrip() + "…"


def _deployments(desk: Desk, report: FirmReport) -> Iterator[Flowable]:
    """Yield the glance and a page or more for each deployment."""
    from reportlab.platypus.flowables import PageBreak

    from pool.reports.charts import TierScale
    from pool.reports.deployments import deployment_pages, glance
    from pool.reports.ink import HEADING_SMALL

    scale = TierScale(medium_from=report.medium_from, high_from=report.high_from)
    title = _("Deployments at a glance")
    yield from desk.heading(title, key="deployments", title=title, kind=HEADING_SMALL.but(before=18))
    if not report.deployments:
        yield desk.text(_("No deployment is registered. Tier, duties and record begin with the first registration."))
        return
    yield desk.note(_("What each deployment is rated, what its record says, and what comes next."))
    yield from glance(desk, report.deployments)
    for index, item in enumerate(report.deployments):
        yield PageBreak()
        yield from deployment_pages(desk, item, index=index, scale=scale)


def _audits(desk: Desk, report: FirmReport) -> Iterator[Flowable]:
    """Yield all audits with their findings."""
    from reportlab.platypus.flowables import PageBreak

    from pool.reports.audits import audit_pages, no_audits

    title = _("Audits and findings")
    if report.audits:
        yield PageBreak()
    yield from desk.heading(title, key="audits", title=title)
    if not report.audits:
        yield no_audits(desk)
    for index, item in enumerate(report.audits):
        yield from audit_pages(desk, item, index=index)
