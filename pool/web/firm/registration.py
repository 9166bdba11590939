"""Acts on a registration: sign it, report a change of its indicators, end it."""

from __future__ import annotations

import json
from typing import Any

from flask import request, url_for

from pool.journeys import intake, submit
from pool.journeys.signing import content_digest, sign
from pool.kernel.clock import day_of
from pool.kernel.refusals import Refusal
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.policy.loading import load_edition
from pool.registry import queries
from pool.registry.queries import DeploymentView
from pool.web.fields import Check, Hidden, LongText, Text
from pool.web.firm import blueprint
from pool.web.firm.deployment import crumbs, other_tuner, present_assessment, stated_hints
from pool.web.firm.deployment_form import change_form, indicators_of, shown_indicators
from pool.web.firm.deployment_views import identity_facts, indicator_rows, law_facts
from pool.web.firm.new_deployment import add_policy_refusal, registered_identity
from pool.web.firm.tier_panel import full_panel, panel_of
from pool.web.firm.uploads import keep_evidence
from pool.web.forms import Bound, Form, Section
from pool.web.parts import Fact
from pool.web.requests import actor, at, attempt, page, perform, reading, with_values

SIGN = Form(
    "attest",
    (
        Section(
            "",
            (
                Hidden(name="seen", most=71),
                Text(
                    name="signed_name",
                    label=_l("Your name, as it stands at the top of the page"),
                    help=_l("Typing it is your signature. It stands in the record with the day and the exact content."),
                    autocomplete="name",
                    most=200,
                ),
                Check(name="true", label=_l("I read it; it is complete and true to my knowledge"), required=True),
            ),
        ),
    ),
)
END = Form(
    "end",
    (
        Section(
            "",
            (
                LongText(
                    name="reason",
                    label=_l("Why does it end?"),
                    help=_l("For example: replaced by another model, no longer offered."),
                    rows=3,
                    most=1000,
                ),
            ),
        ),
    ),
)


@blueprint.route("/deployments/<ref>/sign", methods=["GET", "POST"])
def attest(ref: str) -> Any:
    """Show exactly what is signed, and sign it by one's typed name."""
    view = queries.deployment(reading(), ref)
    if request.method == "GET":
        return _sign_page(view, SIGN.fresh({"seen": content_digest(reading(), view.ref)}), 200)
    bound = SIGN.bind(request.form, request.files)
    if bound.valid:
        answer = attempt(
            bound,
            lambda: perform(
                sign,
                deployment=view.ref,
                signed_name=bound["signed_name"],
                seen=bound["seen"],
                then=lambda done: url_for("firm.deployment", ref=done.ref),
            ),
        )
        if answer is not None:
            return answer
    bound.values["seen"] = content_digest(reading(), view.ref)
    return _sign_page(view, bound, 422)


def _sign_page(view: DeploymentView, bound: Bound, status: int) -> Any:
    edition = load_edition()
    history = queries.indicator_history(reading(), view.id)
    content = submit.attestation_content(reading(), view.ref)
    facts = queries.deployment_for_booking(reading(), view.ref)
    present = {one.indicator: one for one in history}
    return page(
        "firm/attest.html",
        status,
        d=view,
        bound=bound,
        signer=actor().name,
        facts=[
            Fact(label=_("Model"), value=f"{facts.model_name} ({facts.model_ref})"),
            Fact(label=_("Foundation model"), value=facts.foundation_name),
            *identity_facts(edition, view)[:5],
            *law_facts(edition, view),
        ],
        indicators=indicator_rows(edition, present, history),
        hints=stated_hints(edition, view, present),
        statement=submit.STATEMENT,
        exact=json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True),
        digest=bound.values["seen"],
        linked=facts.foundation_model_id is not None,
        other_tuner=other_tuner(view.model_ref) if facts.foundation_model_id is None else "",
        crumbs=crumbs(view, _("Sign")),
    )


@blueprint.route("/deployments/<ref>/change", methods=["GET", "POST"])
def change_indicators(ref: str) -> Any:
    """Report that some of the fifteen answers changed; the tier is worked out anew."""
    view = queries.deployment(reading(), ref)
    edition = load_edition()
    form = change_form(edition)
    if request.method == "GET":
        present = {name: one.value for name, one in queries.present_indicators(reading(), view.id).items()}
        return _change_page(view, form.fresh({**shown_indicators(present), "changed_on": day_of(at())}), 200)
    bound = form.bind(request.form, request.files)
    if request.form.get("action") == "preview":
        bound.errors, bound.form_errors = {}, []
        return _change_page(view, bound, 200)
    if bound.valid:
        try:
            return perform(
                intake.change_indicators,
                deployment=view.ref,
                file=keep_evidence(bound["file"]),
                indicators=indicators_of(bound.cleaned),
                changed_on=bound["changed_on"],
                what=bound["what"],
                then=lambda done: url_for("firm.deployment", ref=done.ref, tab="tier"),
            )
        except Refusal as refusal:
            add_policy_refusal(bound, refusal)
    return _change_page(view, bound, 422)


def _change_page(view: DeploymentView, bound: Bound, status: int) -> Any:
    edition = load_edition()
    if bound.is_bound:
        answered = {**bound.cleaned, **registered_identity(view)}
        panel = panel_of(edition, answered, on=day_of(at()), wrong=bound.unread())
    else:
        found = present_assessment(edition, view, queries.present_indicators(reading(), view.id))
        panel = (
            full_panel(edition, found, sites=view.sites, languages=len(view.languages))
            if found
            else panel_of(edition, {}, on=day_of(at()))
        )
    return page(
        "firm/change_indicators.html",
        status,
        d=view,
        bound=bound,
        panel=panel,
        crumbs=crumbs(view, _("Report a change")),
    )


@blueprint.route("/deployments/<ref>/end", methods=["GET", "POST"])
def end_deployment(ref: str) -> Any:
    """End a deployment after one more look at what that means."""
    view = queries.deployment(reading(), ref)
    bound = END.fresh()
    if request.method == "POST":
        bound = END.bind(request.form, request.files)
        if bound.valid:
            answer = attempt(
                bound,
                lambda: perform(
                    with_values(submit.end_deployment, deployment=view.ref, reason=bound["reason"]),
                    then=lambda done: url_for("firm.deployment", ref=done.ref),
                ),
            )
            if answer is not None:
                return answer
    return page(
        "shared/confirm.html",
        bound.status,
        confirm_title=_("End %(name)s", name=view.name),
        confirm_text=_(
            "The deployment leaves the participation record and takes part in no further audit. Its history, findings "
            "and entries stay. It cannot be opened again; a new use is registered anew."
        ),
        confirm_facts=[
            Fact(label=_("Reference"), value=view.ref, kind="ref"),
            Fact(label=_("Tier"), value=view.tier, kind="tier") if view.tier else Fact(label=_("Tier"), value=None),
            Fact(label=_("State"), value=view.state, kind="state"),
        ],
        confirm_action=url_for("firm.end_deployment", ref=view.ref),
        confirm_label=_("End it"),
        back_url=url_for("firm.deployment", ref=view.ref),
        bound=bound,
        crumbs=crumbs(view, _("End")),
    )
