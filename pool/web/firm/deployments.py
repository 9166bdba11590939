"""The list of deployments with tier and standing."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from pool.harbor import queries as harbor
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.policy.loading import load_edition
from pool.registry import queries
from pool.registry.queries import DeploymentView
from pool.web.firm import blueprint
from pool.web.firm.standing_words import mark_of
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action
from pool.web.requests import attachment, page, reading
from pool.web.states import tier_word
from pool.web.wording import standing_word

SPEC = ListSpec(
    name="deployments",
    columns=(
        Column("name", _l("Deployment"), sort=True, primary=True),
        Column("ref", _l("Reference"), "ref", sort=True),
        Column("model_name", _l("Model")),
        Column("context_name", _l("Kind of use"), attr="context", hidden_on_phone=True),
        Column("intensity", _l("Tier"), "tier", sort=True, attr="tier"),
        Column("state", _l("State"), "state"),
        Column("standing", _l("Participation record")),
    ),
    filters=(
        Filter(
            "state", _l("State"), (("draft", _l("Draft")), ("registered", _l("Registered")), ("ended", _l("Ended")))
        ),
        Filter("tier", _l("Tier"), (("low", _l("Low")), ("medium", _l("Medium")), ("high", _l("High")))),
        Filter("context", _l("Kind of use"), ()),
    ),
    search=_l("Name, reference, purpose or model"),
    default_sort="name",
)


def spec() -> ListSpec:
    """Return the list with the kinds of use of the present edition."""
    contexts = load_edition().indicators.contexts.values()
    return SPEC.with_choices("context", [(one.code, _(one.name)) for one in contexts])


@blueprint.get("/deployments")
def deployments() -> Any:
    """List the firm's deployments; three queries whatever the length."""
    offered = spec()
    asked = offered.parse(request.args)
    if request.args.get("format") == "csv":
        return attachment(_csv(offered, asked), name="deployments.csv", media_type="text/csv")
    found = queries.deployments(reading(), asked)
    view = list_view(offered, found, path=request.path)
    standings = harbor.standings(reading(), [one.id for one in found.items])
    return page(
        "firm/deployments.html",
        view=view,
        marks={one.id: mark_of(standings.get(one.id)) for one in found.items},
        context_words={one.code: _(one.name) for one in load_edition().indicators.contexts.values()},
        new=Action(label=_("Register a deployment"), url=url_for("firm.new_deployment")),
    )


def _csv(offered: ListSpec, asked: Any) -> bytes:
    standings = harbor.standings(reading())

    def cell(item: Any, column: Column) -> object:
        assert isinstance(item, DeploymentView)
        if column.key == "standing":
            found = standings.get(item.id)
            return standing_word(found) if found else _("Not enrolled")
        if column.key == "intensity":
            return f"{tier_word(item.tier)} {item.intensity}" if item.tier else ""
        return column.value_of(item)

    items = every_item(lambda part: queries.deployments(reading(), part), asked)
    return csv_of(offered, items, cell=cell)
