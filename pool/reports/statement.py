"""The cost statement: what one firm owes for one period, and why each line is what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pool.kernel.words import gettext as _
from pool.reports.values import CostStatement, Rendered, digest_of_facts
from pool.reports.vocabulary import money_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportlab.platypus.flowables import Flowable

    from pool.reports.desk import Desk


def render_statement(statement: CostStatement) -> Rendered:
    """Print a cost statement as an A4 PDF, on one page where its lines allow.

    The same values give the same bytes on the same machine. What cannot be printed as given comes back as ``warnings``.
    """
    from pool.reports.desk import Desk
    from pool.reports.paper import Sheet, print_paper
    from pool.reports.wording import Press

    press = Press()
    desk = Desk(press)
    sheet = Sheet(
        title=_("Cost statement for %(firm)s, %(period)s", firm=statement.firm_name, period=statement.cost.period),
        kind=_("Cost statement"),
        number=statement.number,
        holder=statement.firm_name,
        edition=statement.edition,
        as_of=statement.as_of,
        demo=statement.demo,
        lang=statement.lang,
    )
    return print_paper(sheet, press, lambda _pages: list(_story(desk, statement)))


def _story(desk: Desk, statement: CostStatement) -> Iterator[Flowable]:
    from pool.reports.closing import printing_notes
    from pool.reports.ink import FRAME_HEIGHT, FRAME_WIDTH

    body = list(_body(desk, statement))
    for block in body:
        block.wrap(FRAME_WIDTH, FRAME_HEIGHT)  # sets every text once, so that all notices are known
    yield from body
    yield from printing_notes(desk, desk.press.notices())


def _body(desk: Desk, statement: CostStatement) -> Iterator[Flowable]:
    from pool.reports.blocks import Anchor, TextBlock
    from pool.reports.closing import items
    from pool.reports.ink import HEADING, QUIET, SUBTITLE, TINY, TITLE, Type
    from pool.reports.paper import iso_instant
    from pool.reports.shares import share_chart, share_facts, share_table

    cost = statement.cost
    title = _("Cost statement %(period)s", period=cost.period)
    outline = " ".join(desk.press.clean(title).split())
    yield TextBlock(desk.press, title, HEADING, anchor=Anchor(key="statement", title=outline))
    yield desk.text(f"{statement.firm_name} · {statement.firm_ref}", SUBTITLE.but(size=10, leading=14, after=10))
    payable = cost.total_minor >= 0
    label = _("Payable") if payable else _("To be paid back")
    yield desk.text(label, Type(size=8.2, leading=11, bold=True, ink=QUIET))
    yield desk.text(money_in(cost.currency)(abs(cost.total_minor)), TITLE.but(after=2))
    yield desk.text(_payment(statement), SUBTITLE.but(size=9.5, leading=13, after=8))
    yield from share_facts(desk, cost, total=False)
    yield from share_chart(desk, cost, row=17.0)
    yield from share_table(desk, cost, compact=True)
    if statement.proved:
        yield from desk.subheading(_("What was shown about this split"))
        yield from items(desk, statement.proved)
    yield desk.room(6)
    yield desk.text(
        _(
            "Number %(number)s. Facts as of %(instant)s.\n%(digest)s\nPaying or not paying changes "
            "nothing in any "
            "participation record. This paper claims no legal effect beyond the amount it states.",
            number=statement.number,
            instant=iso_instant(statement.as_of),
            digest=statement.digest or digest_of_facts(statement),
        ),
        TINY,
    )


def _payment(statement: CostStatement) -> str:
    """Return until when and to whom the amount is paid, as far as it is known."""
    said = []
    if statement.due_on:
        said.append(_("Due on %(day)s.", day=statement.due_on.isoformat()))
    if statement.pay_to:
        said.append(_("To: %(account)s", account=statement.pay_to))
    return " ".join(said) or _("The date of payment follows with the invoice.")
