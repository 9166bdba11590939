"""The firm's participation record over all deployments, and its report as a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pool.harbor import queries as harbor
from pool.journeys.report import firm_report
from pool.kernel.words import gettext as _
from pool.members.queries import firm_by_id
from pool.policy.loading import load_edition
from pool.registry import queries as registry
from pool.registry.queries import DeploymentView
from pool.reports.firm_report import render_firm_report
from pool.web.display import day
from pool.web.firm import blueprint
from pool.web.firm.standing_words import Mark, deemed_since, mark_of
from pool.web.papers import paper
from pool.web.requests import actor, page, reading
from pool.web.wording import booked_word, condition_state


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a record: ``short`` is its id with met, not met or engaged; ``word`` says more where it must."""

    short: str
    name: str
    word: str
    meaning: str


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One deployment with where its record stands and its conditions."""

    deployment: DeploymentView
    mark: Mark
    conditions: tuple[Condition, ...]
    summary: str


@blueprint.get("/record")
def record() -> Any:
    """Show where the record of every deployment stands, condition by condition."""
    views = registry.deployments_of_firm(reading(), actor().firm_id or 0)
    standings = harbor.standings(reading(), [view.id for view in views])
    names = {str(one["id"]): _(str(one["name"])) for one in load_edition().safe_harbor["conditions"]}
    rows = []
    for view in views:
        found = standings.get(view.id)
        basis = found.basis if found is not None and found.state != "not_enrolled" else ()
        conditions = tuple(_condition(one, names, on=found.computed_for) for one in basis if found is not None)
        rows.append(RecordRow(view, mark_of(found), conditions, _summary(basis)))
    return page("firm/record.html", rows=rows)


def _condition(one: Mapping[str, Any], names: Mapping[str, str], *, on: date) -> Condition:
    """Return a condition in words; a deemed one is never called met. Source: decision 6 of the edition."""
    key, met, deemed = str(one["condition"]), bool(one["met"]), bool(one["deemed"])
    meaning, word = condition_state(one, on=on)
    if deemed:
        word = word if booked_word(one["facts"], on=on) else _since(key, deemed_since([one])) or word
        short = _("%(id)s engaged", id=key)
    else:
        short, word = _("%(id)s met", id=key) if met else _("%(id)s not met", id=key), ""
    return Condition(short, names.get(key, ""), word, meaning)


def _since(condition: str, since: date | None) -> str:
    """Return the word of a deemed condition with its day, where it is the pool that is late."""
    words = {
        "C3": _("Engaged, waiting for the pool since %(day)s, not reviewed", day=day(since)),
        "C4": _("Engaged, waiting for the pool since %(day)s, not audited", day=day(since)),
    }
    return words.get(condition, "") if since else ""


def _summary(basis: Sequence[Mapping[str, Any]]) -> str:
    """Return how many conditions are met, are engaged and are not, in one line."""
    deemed = sum(1 for one in basis if one["deemed"])
    met = sum(1 for one in basis if one["met"] and not one["deemed"])
    parts = [_("%(n)s of %(all)s conditions met", n=met, all=len(basis))]
    if deemed:
        parts.append(_("%(n)s engaged", n=deemed))
    if len(basis) > met + deemed:
        parts.append(_("%(n)s not met", n=len(basis) - met - deemed))
    return ", ".join(parts) if basis else ""


@blueprint.get("/report.pdf")
def report() -> Any:
    """Hand out the firm's report as of now."""
    firm = firm_by_id(reading(), actor().firm_id or 0)
    return paper(render_firm_report, firm_report(reading(), firm.ref), name=_("report-%(ref)s.pdf", ref=firm.ref))
