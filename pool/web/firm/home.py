"""The firm's home: what is due, where each record stands, the next audit, the cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from pool.harbor import queries as harbor
from pool.kernel.clock import day_of
from pool.kernel.money import Money, format_money
from pool.kernel.words import gettext as _
from pool.policy.loading import load_edition
from pool.registry import overview, queries
from pool.registry.queries import DeploymentView
from pool.web import display
from pool.web.charts import Chart, Part, comparison_bars
from pool.web.firm import blueprint, sources
from pool.web.firm.due import Matters, asked_for, due_of
from pool.web.firm.links import url_if
from pool.web.firm.sources import CostNow
from pool.web.firm.standing_words import Mark, mark_of, unmet_of
from pool.web.parts import Step
from pool.web.requests import actor, at, page, reading

MOST_DUE = 12


@dataclass(frozen=True, slots=True)
class StandingRow:
    """Where the record of one deployment stands, and what threatens it."""

    deployment: DeploymentView
    mark: Mark
    unmet: tuple[str, ...]


@blueprint.get("")
def home() -> Any:
    """Show what is due, the standing of each deployment, the next audit and the cost."""
    firm_id = actor().firm_id or 0
    today = day_of(at())
    deployments = queries.deployments_of_firm(reading(), firm_id)
    counts = overview.model_counts(reading())
    standings = harbor.standings(reading())
    lines = sources.bookings_in_sight(reading())
    matters = Matters(
        deployments=deployments,
        standings=standings,
        incidents=overview.open_incidents(reading()),
        ethics=overview.ethics_in_sight(reading()),
        findings=sources.open_findings(reading()),
        bookings=lines,
        asked_for=asked_for(lines, today=today),
        today=today,
        unlinked_models=counts.unlinked,
        offers=sources.offers(reading(), lines),
    )
    due = due_of(matters)
    coming = sources.next_audit(reading(), lines, today=today)
    cost = sources.cost_now(reading(), firm_id, lines)
    names = {str(one["id"]): _(str(one["name"])) for one in load_edition().safe_harbor["conditions"]}
    live = [one for one in deployments if one.state != "ended"]
    return page(
        "firm/home.html",
        due=due[:MOST_DUE],
        more_due=max(0, len(due) - MOST_DUE),
        standings=[
            StandingRow(
                one,
                mark_of(standings.get(one.id)),
                tuple(unmet_of(standings[one.id], names)) if one.id in standings else (),
            )
            for one in live
        ],
        next_audit=coming,
        waiting=sources.audits_waiting(lines, beside=coming),
        last_audit=sources.last_audit(lines),
        cost=cost,
        share=Money(cost.last.total_minor, cost.last.currency) if cost.last else None,
        cost_chart=_trend(cost),
        estimate=_estimate(cost),
        steps=_first_steps(counts.models, deployments),
        statement_url=url_if("firm.statement", ref=cost.last.ref) if cost.last else "",
        book_url=url_if("firm.new_booking"),
    )


def _estimate(cost: CostNow) -> str:
    """Return what confirmed audits are estimated at, per currency."""
    sums: dict[str, int] = {}
    for money in cost.estimates:
        sums[money.currency] = sums.get(money.currency, 0) + money.amount_minor
    return ", ".join(format_money(Money(amount, currency)) for currency, amount in sorted(sums.items()))


def _trend(cost: CostNow) -> Chart | None:
    """Draw the last statements beneath one another; one alone is no trend."""
    if cost.last is None or not cost.earlier:
        return None
    shown = [*cost.earlier, cost.last]
    parts = [
        Part(
            label=display.month(one.from_on),
            value=float(one.total_minor),
            shown=format_money(Money(one.total_minor, one.currency)),
            strong=one is cost.last,
        )
        for one in shown
        if one.currency == cost.last.currency
    ]
    return comparison_bars(
        "cost-trend", title=_("How has the share moved?"), parts=parts, head=(_("Period from"), _("Share"))
    )


def _first_steps(models: int, deployments: Sequence[DeploymentView]) -> list[Step]:
    """Return the first three steps while they are not all done; an empty list afterwards."""
    signed = any(one.state != "draft" for one in deployments)
    if models and deployments and signed:
        return []
    done = [bool(models), bool(deployments), signed]
    current = done.index(False)
    unsigned = next((one for one in deployments if one.state == "draft"), None)
    ways = [
        (_("Register a model"), url_for("firm.new_model"), _("from the files you have")),
        (_("Say where it is used"), url_for("firm.new_deployment"), _("fifteen questions, a tier at once")),
        (
            _("Sign the registration"),
            url_for("firm.attest", ref=unsigned.ref) if unsigned else "",
            _("applies for the participation record"),
        ),
    ]
    return [
        Step(
            label=label,
            url=url if n == current else "",
            note=note,
            state="done" if done[n] else "current" if n == current else "open",
        )
        for n, (label, url, note) in enumerate(ways)
    ]
