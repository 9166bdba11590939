"""A deployment as the pool's offices see it: facts, tier with its reasons, record with its conditions, incidents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import request, url_for

from auditors.casework.queries import findings_of_deployment
from pool.decisions.queries import decisions_of_deployment
from pool.harbor.queries import entries_of, standing_of
from pool.journeys import submit
from pool.kernel.history import activity_of
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members.queries import firm_by_id
from pool.registry import queries as registry
from pool.registry.queries import AssessmentView, DeploymentView, IncidentView
from pool.web.admin import blueprint
from pool.web.admin.record import kind_word
from pool.web.fields import LongText
from pool.web.forms import Bound, Form, Section
from pool.web.history import events_of
from pool.web.parts import Action, Crumb, Explanation, Fact
from pool.web.requests import actor, attempt, page, perform, reading, with_values
from pool.web.wording import condition_state, context_word, indicator_words, market_word, public_state, standing_word

CLOSE = Form(
    "close",
    sections=(
        Section(
            "",
            fields=(
                LongText(
                    name="reason",
                    label=_l("What did you see?"),
                    most=2000,
                    rows=4,
                    help=_l("Which measures are in place, and what shows it."),
                ),
            ),
        ),
    ),
)


@blueprint.get("/pool/deployments/<deployment>")
def deployment(deployment: str) -> Any:
    """Show one deployment with everything the pool knows of it."""
    view = registry.deployment(reading(), deployment)
    firm = firm_by_id(reading(), view.firm_id)
    kept = registry.assessments_of(reading(), view.id)
    standing = standing_of(reading(), view.id)
    incidents = registry.incidents_of(reading(), view.id)
    ethics = registry.ethics_of(reading(), view.id)
    entries = entries_of(reading(), view.id)
    return page(
        "admin/deployment.html",
        view=view,
        firm=firm,
        standing=standing,
        standing_state=public_state(standing.state, deemed=standing.deemed) if standing else None,
        standing_word=standing_word(standing) if standing else None,
        due={"state": standing.due_state, "since": standing.due_since} if standing and standing.due_state else None,
        conditions=[_condition(line, on=standing.computed_for) for line in standing.basis] if standing else [],
        facts=_facts(view, kept[-1] if kept else None),
        indicators=_indicators(view),
        reasons=kept[-1].result.get("reasons", []) if kept else [],
        assessment=kept[-1] if kept else None,
        explanation=_explanation(kept[-1]) if kept else None,
        incidents=[(one, _close_action(one)) for one in incidents],
        ethics=ethics,
        findings=findings_of_deployment(reading(), view.id),
        decisions=decisions_of_deployment(reading(), view.id),
        entries=list(reversed(entries))[:20],
        entry_count=len(entries),
        kind_word=kind_word,
        sentence=_sentence(standing),
        events=events_of(
            activity_of(reading(), view.ref, *(one.ref for one in incidents), *(one.ref for one in ethics), most=50)
        ),
        crumbs=[
            Crumb(label=_("Members"), url=url_for("admin.members")),
            Crumb(label=firm.name, url=url_for("admin.member", firm=firm.ref)),
            Crumb(label=view.name),
        ],
    )


def _sentence(standing: Any) -> str:
    if standing is None:
        return _("The firm has not signed the registration yet, so there is no record.")
    if standing.due_state:
        return _("Two persons have to decide about what is due; until then the record stays as it is.")
    return _("Derived from dated facts; see which condition rests on what.")


def _condition(line: Mapping[str, Any], *, on: date) -> tuple[str, str, str, str, list[tuple[str, str]], str]:
    """Return id, name, meaning, word, facts and latest instant of one condition."""
    meaning, word = condition_state(line, on=on)
    facts = [(name.replace("_", " "), "–" if value is None else str(value)) for name, value in line["facts"].items()]
    return line["condition"], _(line["name"]), meaning, word, facts, line["recorded_at"] or ""


def _facts(view: DeploymentView, kept: AssessmentView | None) -> list[Fact]:
    return [
        Fact(label=_("Purpose"), value=view.purpose),
        Fact(label=_("Kind of use"), value=context_word(view.context)),
        Fact(label=_("Markets"), value=", ".join(market_word(code) for code in view.markets)),
        Fact(label=_("Languages"), value=", ".join(view.languages)),
        Fact(label=_("Sites"), value=view.sites, kind="number"),
        Fact(label=_("Model"), value=f"{view.model_name} ({view.model_ref})"),
        Fact(label=_("Registered"), value=view.registered_at, kind="instant"),
        Fact(label=_("Live since"), value=view.live_on, kind="date"),
        Fact(
            label=_("Intensity"),
            value=Decimal(kept.intensity) if kept else None,
            kind="score",
            explain=_explanation(kept) if kept else None,
        ),
        Fact(label=_("Pseudonym in the record"), value=view.pseudonym, kind="digest"),
    ]


def _explanation(kept: AssessmentView) -> Explanation:
    indicators = kept.inputs.get("indicators", {})
    return Explanation(
        rule=_("The fifteen indicators give a load; rules of the edition give floors; the tier follows from both."),
        inputs=[(name.replace("_", " "), indicator_words(name, value)) for name, value in indicators.items()],
        source=_("edition, indicators.yaml and tiers.yaml"),
        edition=kept.edition,
    )


def _indicators(view: DeploymentView) -> list[tuple[str, str, Any, Any]]:
    present = registry.present_indicators(reading(), view.id)
    return [
        (name.replace("_", " ").capitalize(), indicator_words(name, one.value), one.valid_from, one.recorded_at)
        for name, one in present.items()
    ]


def _close_action(one: IncidentView) -> Action | None:
    if one.closed_at is not None or actor().office is not Office.REGISTRAR:
        return None
    return Action(label=_("Close"), url=url_for("admin.close_incident", incident=one.ref), style="quiet")


@blueprint.route("/pool/incidents/<incident>/close", methods=["GET", "POST"])
def close_incident(incident: str) -> Any:
    """Close an incident once its measures are seen to be in place."""
    found = registry.incident(reading(), incident)
    if request.method == "GET":
        return _close_page(found, CLOSE.fresh())
    bound = CLOSE.bind(request.form, request.files)
    answer = attempt(
        bound,
        lambda: perform(
            with_values(submit.close_incident, incident=found.ref, reason=bound["reason"]),
            then=lambda _made: url_for("admin.deployment", deployment=found.deployment_ref),
        ),
        beyond={"forbidden"},
    )
    if answer is not None:
        return answer
    return _close_page(found, bound, status=422)


def _close_page(found: IncidentView, bound: Bound, *, status: int = 200) -> Any:
    back = url_for("admin.deployment", deployment=found.deployment_ref)
    return page(
        "shared/confirm.html",
        status,
        confirm_title=_("Close incident %(ref)s", ref=found.ref),
        confirm_text=found.description,
        confirm_facts=[
            Fact(label=_("Deployment"), value=found.deployment_name),
            Fact(label=_("Known at"), value=found.known_at, kind="instant"),
            Fact(label=_("Full report"), value=found.full_report or None),
            Fact(label=_("Contained by"), value=found.containment or None),
            Fact(label=_("Measures due"), value=found.measures_due_on, kind="date"),
        ],
        confirm_action=url_for("admin.close_incident", incident=found.ref),
        confirm_label=_("Close the incident"),
        back_url=back,
        bound=bound,
        crumbs=[Crumb(label=found.deployment_name, url=back), Crumb(label=found.ref)],
    )
