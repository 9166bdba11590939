"""The firm's participation record over all deployments, and its report as a paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pool.harbor import queries as harbor
from pool.journeys.report import firm_report
from pool.kernel.words import gettext as _
from pool.members.queries import firm_by_id
from pool.registry import queries as registry
from pool.registry.queries import DeploymentView
from pool.reports.firm_report import render_firm_report
from pool.web.firm import blueprint
from pool.web.firm.standing_words import Mark, mark_of
from pool.web.requests import actor, attachment, page, reading


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One deployment with where its record stands and which conditions are open."""

    deployment: DeploymentView
    mark: Mark
    conditions: tuple[tuple[str, bool, bool], ...]


@blueprint.get("/record")
def record() -> Any:
    """Show where the record of every deployment stands, condition by condition."""
    views = registry.deployments_of_firm(reading(), actor().firm_id or 0)
    standings = harbor.standings(reading(), [view.id for view in views])
    rows = []
    for view in views:
        found = standings.get(view.id)
        basis = found.basis if found is not None and found.state != "not_enrolled" else ()
        rows.append(
            RecordRow(
                view,
                mark_of(found),
                tuple((str(one["condition"]), bool(one["met"]), bool(one["deemed"])) for one in basis),
            )
        )
    return page("firm/record.html", rows=rows)


@blueprint.get("/report.pdf")
def report() -> Any:
    """Hand out the firm's report as of now."""
    firm = firm_by_id(reading(), actor().firm_id or 0)
    paper = render_firm_report(firm_report(reading(), firm.ref))
    return attachment(paper.pdf, name=_("report-%(ref)s.pdf", ref=firm.ref), media_type="application/pdf")
