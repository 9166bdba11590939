"""One period: its way in steps, costs, drivers, the split with exact and whole amounts, two words, statements."""

from __future__ import annotations

from typing import Any

from flask import url_for

from pool.costs import queries
from pool.costs.queries import PeriodView
from pool.costs.wording import state_words
from pool.kernel.history import activity_of
from pool.kernel.money import Money
from pool.kernel.refusals import Refusal
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.web import display
from pool.web.admin import blueprint
from pool.web.admin.cost_words import bare, driver_words, parts_chart
from pool.web.admin.costs import is_treasurer, period_meaning, period_word
from pool.web.admin.period_view import PeriodPage, first_closing_day, period_page, said_by
from pool.web.charts import Chart
from pool.web.history import events_of
from pool.web.parts import Action, Crumb, Signature
from pool.web.refusals import STATUS
from pool.web.requests import actor, page, reading


@blueprint.get("/pool/costs/<period>")
def period(period: str) -> Any:
    """Show one period."""
    return show_period(period)


def show_period(key: str, *, refused: Refusal | None = None) -> Any:
    """Return the page of a period; with a refusal, what stood in the way stands above it."""
    found = queries.period(reading(), key)
    shown = period_page(reading(), found)
    return page(
        "admin/period.html",
        200 if refused is None else STATUS.get(refused.kind, 400),
        found=found,
        shown=shown,
        refused=refused,
        title=_("%(a)s – %(b)s", a=display.day(found.from_on), b=display.day(found.until_on)),
        word=period_word(found.state),
        meaning=period_meaning(found.state),
        sentence=_sentence(found),
        primary=_primary(found),
        actions=_actions(found),
        must_act=_must_act(found),
        money=lambda amount: Money(amount, found.currency),
        bare=lambda amount: bare(amount, found.currency),
        driver=driver_words,
        names={one.code: one.name for one in found.facilities},
        charts=_charts(found, shown),
        signatures=_signatures(found),
        events=events_of(activity_of(reading(), found.ref)),
        crumbs=[Crumb(label=_("Costs"), url=url_for("admin.costs")), Crumb(label=found.ref)],
    )


def _sentence(found: PeriodView) -> str:
    checks = {check.id: check for check in found.checks}
    if found.state == "open":
        if not checks["costs"].met:
            return _("No cost was entered yet. Add the documents of these days.")
        if not checks["users"].met:
            return checks["users"].text
        return _("Costs are gathered. Splitting takes the drivers' readings and shares every cost among its users.")
    if found.state == "allocated":
        return _("Split, waits for a second person to look at exactly this split.")
    if found.state == "reviewed" and not checks["over"].met:
        return _("Reviewed. It may close from %(day)s on.", day=first_closing_day(found))
    if found.state == "closed":
        return _("Closed: shares are posted and each firm has its statement. It never changes.")
    return state_words(found.state) + "."


def split_by_me(found: PeriodView) -> bool:
    """Tell whether the person who looks made the split; the service holds the rule, this spares a refusal."""
    first = said_by(found, "period.allocated")
    return first is not None and first.name == actor().name


def _primary(found: PeriodView) -> Action | None:
    checks = {check.id: check.met for check in found.checks}
    if found.state == "open" and is_treasurer():
        if not checks["costs"]:
            return Action(label=_("Add a cost"), url=url_for("admin.add_cost", period=found.ref))
        return Action(
            label=_("Split the costs"),
            url=url_for("admin.allocate_period", period=found.ref),
            method="post",
            fields={"version": str(found.version)},
        )
    if found.state == "allocated" and _may_review() and not split_by_me(found):
        return _review_action(found)
    if found.state == "reviewed" and is_treasurer() and checks["over"]:
        return Action(label=_("Close the period"), url=url_for("admin.close_period", period=found.ref))
    return None


def _review_action(found: PeriodView) -> Action:
    return Action(
        label=_("Approve this split"),
        url=url_for("admin.review_period", period=found.ref),
        method="post",
        fields={"digest": found.allocation_digest},
    )


def _may_review() -> bool:
    return actor().office in {Office.TREASURER, Office.ADMINISTRATOR}


def _actions(found: PeriodView) -> list[Action]:
    actions = []
    if is_treasurer() and found.state != "closed" and found.costs:
        actions.append(Action(label=_("Add a cost"), url=url_for("admin.add_cost", period=found.ref), style="quiet"))
    if _may_review() and found.state in ("allocated", "reviewed"):
        actions.append(
            Action(label=_("Send back"), url=url_for("admin.send_back_period", period=found.ref), style="quiet")
        )
    return actions


def _must_act(found: PeriodView) -> str | None:
    if found.state == "closed" or _primary(found) is not None:
        return None
    if found.state == "allocated":
        return _("administrator or another treasurer")
    return None if is_treasurer() else _("treasurer")


def _charts(found: PeriodView, shown: PeriodPage) -> tuple[Chart, ...]:
    costs = [(one.name, one.cost_minor) for one in shown.facilities]
    drawn = []
    if costs:
        drawn.append(
            parts_chart(
                "facilities",
                title=_("Where do the costs lie?"),
                parts=costs,
                currency=found.currency,
                head=(_("Facility"), _("Costs")),
            )
        )
    if found.shares:
        drawn.append(
            parts_chart(
                "firms",
                title=_("Who bears how much?"),
                parts=[(one.firm_name, one.total_minor) for one in found.shares],
                currency=found.currency,
                head=(_("Firm"), _("Share")),
            )
        )
    return tuple(drawn)


def _signatures(found: PeriodView) -> tuple[Signature, ...]:
    if found.state == "open":
        return ()
    first, second = said_by(found, "period.allocated"), said_by(found, "period.reviewed")
    why_not = ""
    if second is None:
        why_not = (
            _("You split the costs; another person reviews them.")
            if split_by_me(found)
            else _("A treasurer or administrator other than the first.")
        )
    return (
        Signature(role=_("Split by"), who=first.name if first else "", at=found.allocated_at),
        Signature(role=_("Reviewed by"), who=second.name if second else "", at=found.reviewed_at, why_not=why_not),
    )
