"""Asking for an ethics review: the questions of its level, from the edition's own form."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from pool.journeys import submit
from pool.journeys.submit import ethics_level_of
from pool.kernel.words import gettext as _
from pool.policy.deadlines import service_level_days
from pool.policy.loading import Edition, load_edition
from pool.registry import queries
from pool.registry.queries import DeploymentView
from pool.web.fields import Hidden, LongText
from pool.web.firm import blueprint
from pool.web.firm.deployment import crumbs
from pool.web.forms import Bound, Form, Section
from pool.web.parts import Action
from pool.web.requests import attempt, page, perform, reading

FULL = 3
#: Kinds of questions of the edition's forms that a text answers; files and references come with other pages.
_ANSWERED_BY_TEXT = ("text", "text_evidence", "table")
_TEMPLATES = {1: "ethics_simplified", 2: "ethics_simplified", 3: "ethics_full"}
_SERVICE_LEVELS = {1: "ethics_screening_days", 2: "ethics_simplified_days", 3: "ethics_full_days"}
#: Sections that the pool fills.
_OF_THE_POOL = ("Decision (service)", "Panel", "Link")


def ethics_form(edition: Edition, level: int) -> Form:
    """Return the questions of a review at a level."""
    document = edition.documents[f"compliance_templates/{_TEMPLATES[level]}.yaml"]
    carried = (Hidden(name="level", most=1, pattern="[123]"),)
    sections: list[Section] = []
    for section in document["sections"]:
        if section["title"] in _OF_THE_POOL:
            continue
        asked = [one for one in section["fields"] if one["type"] in _ANSWERED_BY_TEXT]
        fields = tuple(
            LongText(name=str(one["id"]), label=_(str(one["label"])), rows=3, required=level > 1) for one in asked
        )
        if fields:
            sections.append(Section(_(str(section["title"])), (*fields, *(carried if not sections else ()))))
    return Form("ethics", sections)


def _wanted(view: DeploymentView, asked: str) -> int:
    least = ethics_level_of(view.tier) if view.tier else 1
    return max(least, int(asked)) if asked in ("1", "2", "3") else least


@blueprint.route("/deployments/<ref>/ethics/new", methods=["GET", "POST"])
def request_ethics(ref: str) -> Any:
    """Ask for an ethics review at the level of the tier, or at a higher one."""
    view = queries.deployment(reading(), ref)
    level = _wanted(view, request.values.get("level", ""))
    form = ethics_form(load_edition(), level)
    if request.method == "GET":
        return _page(view, level, form.fresh({"level": level}), 200)
    bound = form.bind(request.form, request.files)
    if bound.valid:
        labels = {one.name: str(one.label) for one in form.fields()}
        answers = {labels[name]: value for name, value in bound.cleaned.items() if name != "level" and value}
        answer = attempt(
            bound,
            lambda: perform(
                submit.request_ethics,
                deployment=view.ref,
                answers=answers,
                level=level,
                then=lambda _done: url_for("firm.deployment", ref=view.ref, tab="ethics"),
            ),
        )
        if answer is not None:
            return answer
    return _page(view, level, bound, 422)


def _page(view: DeploymentView, level: int, bound: Bound, status: int) -> Any:
    words = {1: _("screening"), 2: _("simplified review"), 3: _("full review")}
    days = service_level_days(load_edition())[_SERVICE_LEVELS[level]]
    higher = (
        Action(
            label=_("Ask for a full review instead"),
            url=url_for("firm.request_ethics", ref=view.ref, level=FULL),
            style="quiet",
        )
        if level < FULL
        else None
    )
    return page(
        "firm/request_ethics.html",
        status,
        d=view,
        bound=bound,
        level_word=words[level],
        days=days,
        higher=higher,
        crumbs=crumbs(view, _("Ethics review")),
    )
