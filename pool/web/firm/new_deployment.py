"""Registering a deployment: one long form with a live panel that says what the answers mean."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from pool.journeys import submit
from pool.kernel.clock import day_of
from pool.kernel.listing import ListRequest
from pool.kernel.refusals import Invalid, Refusal
from pool.kernel.words import gettext as _
from pool.policy.loading import load_edition
from pool.registry import queries
from pool.registry.queries import DeploymentView, ModelView
from pool.web.firm import blueprint
from pool.web.firm.deployment_form import FACT, deployment_form, facts_of, form_field_of, indicators_of, languages_of
from pool.web.firm.tier_panel import TierPanel, panel_of
from pool.web.forms import Bound, Form
from pool.web.parts import Action, Crumb
from pool.web.requests import at, go, once_of, page, perform, pool_session, reading

DRAFT = "deployment_draft"
#: A draft is what one person types; longer than this it is something else.
DRAFT_LETTERS = 60_000


class DraftTooLong(Invalid):
    """More was sent for keeping than a form can hold."""


@blueprint.route("/deployments/new", methods=["GET", "POST"])
def new_deployment() -> Any:
    """Show the form, its preview, and register the deployment."""
    edition = load_edition()
    known = queries.models(reading(), ListRequest(size=200, sort="name")).items
    if not known:
        return page("firm/new_deployment_empty.html", new=_new_model(), crumbs=_crumbs())
    form = deployment_form(edition, known)
    if request.method == "GET":
        return _fresh_page(form, known)
    bound = form.bind(request.form, request.files)
    if request.form.get("action") == "preview":
        panel = panel_of(edition, bound.cleaned, on=day_of(at()), wrong=bound.unread())
        bound.errors, bound.form_errors = {}, []
        return _form_page(bound, panel, 200, focus=True)
    if bound.valid:
        try:
            answer = _register(bound)
        except Refusal as refusal:
            add_policy_refusal(bound, refusal)
        else:
            pool_session().pop(DRAFT, None)
            return answer
    return _form_page(bound, panel_of(edition, bound.cleaned, on=day_of(at()), wrong=bound.unread()), 422)


def _register(bound: Bound) -> Any:
    return perform(
        submit.register_deployment,
        model=bound["model"],
        name=bound["name"],
        purpose=bound["purpose"],
        context=bound["context"],
        markets=bound["markets"],
        languages=languages_of(bound["languages"]),
        sites=bound["sites"],
        live_on=bound["live_on"],
        facts=facts_of(bound.cleaned),
        indicators=indicators_of(bound.cleaned),
        then=lambda done: url_for("firm.deployment", ref=done.ref),
    )


def add_policy_refusal(bound: Bound, refusal: Refusal) -> None:
    """Show a refusal at the fields of a form that asks for indicators and facts."""
    for one in refusal.all():
        bound.add_error(form_field_of(one.field), " ".join(part for part in (one.reason, one.next_step) if part))


def _fresh_page(form: Form, known: tuple[ModelView, ...]) -> Any:
    kept = None if request.args.get("afresh") else pool_session().get(DRAFT)
    if kept:
        bound = form.bind(MultiDict([(name, value) for name, values in kept["values"].items() for value in values]))
        panel = panel_of(load_edition(), bound.cleaned, on=day_of(at()), wrong=bound.unread())
        bound.errors, bound.form_errors = {}, []
        return _form_page(bound, panel, 200, kept_at=kept["at"])
    wanted = request.args.get("model", "")
    chosen = wanted if wanted in {one.ref for one in known} else known[0].ref if len(known) == 1 else ""
    return _form_page(form.fresh({"model": chosen}), panel_of(load_edition(), {}, on=day_of(at())), 200)


def _form_page(bound: Bound, panel: TierPanel, status: int, *, kept_at: str = "", focus: bool = False) -> Any:
    return page(
        "firm/new_deployment.html", status, bound=bound, panel=panel, kept_at=kept_at, focus=focus, crumbs=_crumbs()
    )


def _crumbs() -> list[Crumb]:
    return [Crumb(label=_("Deployments"), url=url_for("firm.deployments")), Crumb(label=_("Register a deployment"))]


def _new_model() -> Action:
    return Action(label=_("Register a model"), url=url_for("firm.new_model"))


@blueprint.post("/deployments/preview")
def preview_tier() -> Any:
    """Answer the live panel with what the answers so far mean; nothing is kept."""
    edition = load_edition()
    bound = deployment_form(edition, ()).bind(request.form)
    answered = bound.cleaned
    if request.args.get("deployment"):
        answered = {**answered, **registered_identity(queries.deployment(reading(), request.args["deployment"]))}
    return page(
        "firm/tier_panel_fragment.html", panel=panel_of(edition, answered, on=day_of(at()), wrong=bound.unread())
    )


def registered_identity(view: DeploymentView) -> dict[str, Any]:
    """Return what the panel needs beside the answers, from a registered deployment."""
    return {
        "context": view.context,
        "markets": view.markets,
        "sites": view.sites,
        "languages": ",".join(view.languages),
        **{FACT + name: value for name, value in view.facts.items()},
    }


@blueprint.post("/deployments/draft")
def draft_deployment() -> Any:
    """Keep what was typed so far until the person signs out; while typing, or by the button."""
    once_of(str)
    names = {field.name for field in deployment_form(load_edition(), ()).fields()}
    values = {name: request.form.getlist(name) for name in request.form if name in names}
    if sum(len(one) for several in values.values() for one in several) > DRAFT_LETTERS:
        raise DraftTooLong(_("This is more than the form can hold."), next_step=_("Shorten the long answers."))
    pool_session()[DRAFT] = {"values": values, "at": at().strftime("%H:%M")}
    if request.form.get("action") == "autosave":
        return {"saved": True}
    return go(url_for("firm.new_deployment"))
