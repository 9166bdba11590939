"""The roster: the list of auditors with competence, load and what ends soon."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from auditors.roster import lists
from auditors.roster.rules import ROSTER_OFFICES
from auditors.roster.values import AuditorLine
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.policy.loading import load_edition
from pool.web.admin import blueprint
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Tab
from pool.web.requests import actor, attachment, page, reading
from pool.web.states import state_word

STATES = (("active", _l("Active")), ("paused", _l("Paused")), ("left", _l("Left")))
SPEC = ListSpec(
    name="roster",
    columns=(
        Column("name", _l("Auditor"), sort=True, primary=True),
        Column("ref", _l("Reference"), "ref", sort=True, hidden_on_phone=True),
        Column("region", _l("Region"), sort=True),
        Column("languages", _l("Languages")),
        Column("competences", _l("Competence today")),
        Column("load", _l("Next 30 days")),
        Column("expiring_on", _l("First to end")),
        Column("state", _l("State"), "state"),
    ),
    filters=(
        Filter("code", _l("Competence"), ()),
        Filter("language", _l("Language"), ()),
        Filter("region", _l("Region"), ()),
        Filter("ends", _l("Validity"), (("soon", _l("Ends within 60 days")),)),
        Filter("state", _l("State"), STATES),
    ),
    search=_l("Name or reference"),
    default_sort="name",
)


def may_keep() -> bool:
    """Tell whether the active seat keeps the roster."""
    return actor().office in ROSTER_OFFICES


def competence_names() -> dict[str, str]:
    """Return the name of each competence of the edition by its code."""
    rules = load_edition().effort.competence
    return {**rules.functions, **rules.sectors}


def roster_tabs(current: str) -> list[Tab]:
    """Return the views of the roster: auditors, and interests with how many wait."""
    found = [Tab(label=_("Auditors"), url=url_for("admin.roster"), current=current == "auditors")]
    if may_see_interests():
        waiting = lists.unassessed(reading())
        found.append(
            Tab(
                label=_("Interests"),
                url=url_for("admin.interests"),
                current=current == "interests",
                count=waiting or None,
            )
        )
    return found


def may_see_interests() -> bool:
    """Tell whether the active seat reads declared interests: personal facts, for those who must act on them."""
    return actor().office in {Office.PLANNER, Office.ADMINISTRATOR, Office.IMPARTIALITY_OFFICER}


@blueprint.get("/pool/roster")
def roster() -> Any:
    """List the auditors with competence and load."""
    names = competence_names()
    spec = (
        SPEC.with_choices("code", [(code, f"{code} {name}") for code, name in names.items()])
        .with_choices("region", [(one, one) for one in lists.regions(reading())])
        .with_choices("language", [(one, one) for one in lists.languages(reading())])
    )
    asked = spec.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda part: lists.auditors_listed(reading(), part), asked)
        return attachment(csv_of(spec, rows, cell=_cell), name="roster.csv", media_type="text/csv")
    found = lists.auditors_listed(reading(), asked)
    return page(
        "admin/roster.html",
        view=list_view(spec, found, path=request.path),
        tabs=roster_tabs("auditors"),
        names=names,
        soon=lists.EXPIRING_DAYS,
        new=Action(label=_("Take an auditor in"), url=url_for("admin.add_auditor")) if may_keep() else None,
    )


def _cell(item: object, column: Column) -> object:
    assert isinstance(item, AuditorLine)
    one = item.auditor
    values: dict[str, object] = {
        "languages": " ".join(one.languages),
        "competences": " ".join(f"{code}:{level}" for code, level in item.competences),
        "load": f"{item.load}/{one.max_half_days}",
        "expiring_on": item.expiring_on,
        "state": state_word(one.state),
    }
    return values[column.key] if column.key in values else getattr(one, column.key)
