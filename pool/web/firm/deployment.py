"""The page of one deployment: state and next step above, views of it as tabs with addresses of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from pool.harbor import queries as harbor
from pool.journeys.standing import standing_on
from pool.journeys.submit import ethics_level_of
from pool.kernel.clock import day_of
from pool.kernel.history import activity_of
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.policy.assessment import Assessment, assess
from pool.policy.deadlines import incident_clocks
from pool.policy.loading import Edition, load_edition
from pool.policy.numbers import exact
from pool.registry import queries
from pool.registry.queries import DatedValue, DeploymentView, EthicsView, IncidentView
from pool.web.firm import blueprint, sources
from pool.web.firm.deployment_views import (
    chart_of,
    contributions_of,
    duty_rows,
    entry_rows,
    identity_facts,
    indicator_rows,
)
from pool.web.firm.links import url_if
from pool.web.firm.next_steps import NextStep, next_step
from pool.web.firm.standing_words import Mark, lines_of, mark_of, threat_words
from pool.web.firm.tier_panel import Hint, full_panel, hints_of, next_words
from pool.web.history import events_of
from pool.web.parts import Action, Crumb, Tab
from pool.web.requests import actor, at, page, reading

#: Every view of a deployment, in the order of the tabs.
TABS = ("facts", "tier", "record", "ethics", "incidents", "monitoring", "history")


@dataclass(frozen=True, slots=True)
class Seen:
    """What every view of a deployment needs: read once per request."""

    view: DeploymentView
    ethics: tuple[EthicsView, ...]
    incidents: tuple[IncidentView, ...]
    step: NextStep
    mark: Mark


@blueprint.get("/deployments/<ref>")
@blueprint.get(f"/deployments/<ref>/<any({', '.join(TABS[1:])}):tab>")
def deployment(ref: str, tab: str = "facts") -> Any:
    """Show one deployment in one of its views."""
    seen = see(ref)
    return page(
        f"firm/deployment_{tab}.html",
        d=seen.view,
        mark=seen.mark,
        step=seen.step,
        tabs=_tabs(seen, tab),
        crumbs=crumbs(seen.view),
        **_VIEWS[tab](seen),
    )


def see(ref: str) -> Seen:
    """Read a deployment with what decides its next step. Raises: NoSuchDeployment."""
    view = queries.deployment(reading(), ref)
    facts = queries.deployment_for_booking(reading(), view.ref)
    standing = harbor.standing_of(reading(), view.id)
    ethics = queries.ethics_of(reading(), view.id)
    incidents = queries.incidents_of(reading(), view.id)
    step = next_step(
        view,
        has_foundation=facts.foundation_model_id is not None,
        other_tuner=other_tuner(view.model_ref) if facts.foundation_model_id is None else "",
        standing=standing,
        ethics=ethics,
        incidents=incidents,
        way=sources.audit_way(sources.bookings_of_deployment(reading(), view.id)),
    )
    return Seen(view, ethics, incidents, step, mark_of(standing))


def other_tuner(model: str) -> str:
    """Return the name of the firm that tuned a model; empty where one's own firm did."""
    view, _files, _parties = queries.model(reading(), model)
    return "" if view.firm_id == actor().firm_id else view.tuner


def crumbs(view: DeploymentView, *more: str) -> list[Crumb]:
    """Return the way to a deployment's page, or to a page beneath it."""
    way = [
        Crumb(label=_("Deployments"), url=url_for("firm.deployments")),
        Crumb(label=view.name, url=url_for("firm.deployment", ref=view.ref)),
    ]
    return [*way, *(Crumb(label=one) for one in more)]


def _tabs(seen: Seen, current: str) -> list[Tab]:
    words = {
        "facts": _("Facts"),
        "tier": _("Tier and duties"),
        "record": _("Record"),
        "ethics": _("Ethics"),
        "incidents": _("Incidents"),
        "monitoring": _("Monitoring"),
        "history": _("History"),
    }
    counts = {"ethics": len(seen.ethics), "incidents": len(seen.incidents)}
    return [
        Tab(
            label=words[name],
            url=url_for("firm.deployment", ref=seen.view.ref, tab=name if name != "facts" else None),
            current=name == current,
            count=counts.get(name) or None,
        )
        for name in TABS
    ]


# --- the views -------------------------------------------------------------------------------------------------------


def _facts(seen: Seen) -> dict[str, Any]:
    view, edition = seen.view, load_edition()
    history = queries.indicator_history(reading(), view.id)
    present = {value.indicator: value for value in history}
    return {
        "facts": identity_facts(edition, view),
        "indicators": indicator_rows(edition, present, history),
        "hints": stated_hints(edition, view, present),
        "attestations": queries.attestations_of(reading(), view.id),
        "findings": [
            (one, url_if("firm.finding", ref=one.ref)) for one in sources.findings_of_deployment(reading(), view.id)
        ],
        "actions": _fact_actions(view),
        "end": _end_action(view),
    }


def _fact_actions(view: DeploymentView) -> list[Action]:
    if view.state == "ended":
        return []
    sign = _("Sign") if view.state == "draft" else _("Sign again")
    return [
        Action(label=_("Report a change"), url=url_for("firm.change_indicators", ref=view.ref), style="quiet"),
        Action(label=sign, url=url_for("firm.attest", ref=view.ref), style="quiet"),
    ]


def _end_action(view: DeploymentView) -> Action | None:
    if view.state == "ended" or actor().office is not Office.FIRM_MANAGER:
        return None
    return Action(label=_("End this deployment"), url=url_for("firm.end_deployment", ref=view.ref), style="danger")


def stated_hints(edition: Edition, view: DeploymentView, present: dict[str, DatedValue]) -> tuple[Hint, ...]:
    """Return what contradicts the kind of use among the present answers of a deployment that is not over."""
    if view.state == "ended":
        return ()
    return hints_of(edition, {name: value.value for name, value in present.items()}, context=view.context)


def present_assessment(edition: Edition, view: DeploymentView, present: dict[str, DatedValue]) -> Assessment | None:
    """Assess a deployment from its present values today, or ``None`` where it has none."""
    if len(present) < len(edition.indicators.all):
        return None
    values = {name: exact(value.value) for name, value in present.items()}
    return assess(
        edition, values, context=view.context, markets=view.markets, facts=view.facts, on=day_of(reading().at)
    )


def _tier(seen: Seen) -> dict[str, Any]:
    view, edition = seen.view, load_edition()
    found = present_assessment(edition, view, queries.present_indicators(reading(), view.id))
    kept = queries.assessments_of(reading(), view.id)
    if found is None:
        return {"found": None, "kept": kept}
    return {
        "found": found,
        "panel": full_panel(edition, found, sites=view.sites, languages=len(view.languages)),
        "contributions": contributions_of(edition, found),
        "summary": _(edition.rulebook.summaries[found.tier]),
        "duties": duty_rows(edition, found),
        "ways": [(rule, next_words(edition, rule)) for rule in found.next_rules[:5]],
        "kept": kept,
    }


def _record(seen: Seen) -> dict[str, Any]:
    today = day_of(at())
    on, known, wrong = _asked_days()
    standing = standing_on(reading(), deployment_id=seen.view.id, on=on or today, known=known or on or today)
    return {
        "standing": standing,
        "asked_on": on or today,
        "asked_known": known or on or today,
        "wrong_days": wrong,
        "today": today,
        "conditions": lines_of(standing, on=on or today),
        "threats": [(threat.on, threat_words(threat)) for threat in standing.threats],
        "chart": chart_of(standing, today=on or today) if standing.turns else None,
        "entries": entry_rows(harbor.entries_of(reading(), seen.view.id)),
    }


def _asked_days() -> tuple[date | None, date | None, str]:
    """Return the days of the question "on D, as known on K", and what is wrong with them."""
    found: list[date | None] = []
    wrong = ""
    for name in ("on", "known"):
        raw = request.args.get(name, "").strip()
        try:
            found.append(date.fromisoformat(raw) if raw else None)
        except ValueError:
            found.append(None)
            wrong = _("Write a day as year-month-day, for example 2026-03-12.")
    return found[0], found[1], wrong


def _ethics(seen: Seen) -> dict[str, Any]:
    waiting = any(one.state == "requested" for one in seen.ethics)
    open_now = seen.view.state != "ended" and seen.view.tier and not waiting
    ask = Action(label=_("Ask for a review"), url=url_for("firm.request_ethics", ref=seen.view.ref), style="quiet")
    return {
        "ethics": list(reversed(seen.ethics)),
        "wanted": ethics_level_of(seen.view.tier) if seen.view.tier else None,
        "ask": ask if open_now else None,
    }


def _incidents(seen: Seen) -> dict[str, Any]:
    clocks = incident_clocks(load_edition(), seen.view.tier or "low")
    report = Action(
        label=_("Report an incident"), url=url_for("firm.report_incident", ref=seen.view.ref), style="quiet"
    )
    return {
        "incidents": list(reversed(seen.incidents)),
        "clocks": clocks,
        "report": report if seen.view.state != "ended" else None,
    }


def _monitoring(seen: Seen) -> dict[str, Any]:
    add = Action(label=_("Hand in a report"), url=url_for("firm.add_monitoring", ref=seen.view.ref), style="quiet")
    return {
        "reports": list(reversed(queries.monitoring_of(reading(), seen.view.id))),
        "add": add if seen.view.state != "ended" else None,
    }


def _history(seen: Seen) -> dict[str, Any]:
    refs = [seen.view.ref, *(one.ref for one in seen.ethics), *(one.ref for one in seen.incidents)]
    return {"events": events_of(activity_of(reading(), *refs))}


_VIEWS: dict[str, Callable[[Seen], dict[str, Any]]] = {
    "facts": _facts,
    "tier": _tier,
    "record": _record,
    "ethics": _ethics,
    "incidents": _incidents,
    "monitoring": _monitoring,
    "history": _history,
}
