"""Ethics reviews: asked for by the firm, judged by reviewers who never audited the deployment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Unpack

from auditors.casework import queries as casework
from pool.journeys.recording import record_fact
from pool.kernel.clock import day_of
from pool.kernel.refusals import Conflict, Forbidden, Invalid
from pool.kernel.storage import Work, takes_numbers
from pool.kernel.words import gettext as _
from pool.policy.deadlines import service_level_days
from pool.policy.loading import load_edition
from pool.registry import queries, service
from pool.registry.service import NewOutcome, Reference, own_firm


class NotTiered(Conflict):
    """The level of a review follows from the tier, which is not known yet."""


class AuditedIt(Forbidden):
    """Who audited a deployment never reviews its ethics, nor the other way round."""


def ethics_level_of(tier: str) -> int:
    """Return the level of ethics review a tier asks for: screening, simplified, full."""
    return {"low": 1, "medium": 2, "high": 3}[tier]


@takes_numbers
def request_ethics(work: Work, *, deployment: str, answers: Mapping[str, Any], level: int | None = None) -> Reference:
    """Ask for an ethics review of one's own deployment, at the level its tier asks for or a higher one.

    Raises: Invalid where no question is answered, at any level: reviewers cannot judge an empty form.
    """
    own_firm(work.actor)
    view = queries.deployment(work, deployment)
    if not any(answers.values()):
        raise Invalid(
            _("No question is answered, so nobody can review it."),
            field="answers",
            next_step=_("Answer at least who could lose by it and how it is stopped."),
        )
    if not view.tier:
        raise NotTiered(
            _("The deployment is not tiered yet."), field="deployment", next_step=_("Declare its indicators.")
        )
    wanted = max(level or 0, ethics_level_of(view.tier))
    days = service_level_days(load_edition())
    promised = days[{1: "ethics_screening_days", 2: "ethics_simplified_days", 3: "ethics_full_days"}[wanted]]
    row = service.request_ethics(
        work,
        deployment=view.ref,
        level=wanted,
        answers=answers,
        due_on=day_of(work.at) + timedelta(days=promised),
    )
    _record(work, view.id, {"request": row.ref, "level": wanted, "due_on": row.due_on.isoformat()})
    return Reference(row.ref, row.public_id)


@takes_numbers
def decide_ethics(work: Work, **given: Unpack[NewOutcome]) -> Reference:
    """Give the outcome of an ethics review, as ethics reviewer who never audited the deployment."""
    request = given["request"]
    _refuse_its_auditor(work, request)
    decided = service.decide_ethics(work, **given)
    _record(
        work,
        decided.deployment_id,
        {
            "request": request,
            "outcome": decided.outcome,
            "level": decided.level,
            "conditions": list(decided.conditions),
        },
    )
    found = queries.ethics_request(work, request)
    return Reference(found.ref, found.public_id)


def _refuse_its_auditor(work: Work, request: str) -> None:
    """Refuse whoever is or was in a team that audited the deployment. Source: effort.yaml, separation.rules."""
    deployment_id = queries.ethics_request(work, request).deployment_id
    if casework.has_audited(work, deployment_id, work.actor.person_id or 0):
        raise AuditedIt(
            _("You audited this deployment, so somebody else reviews its ethics."),
            next_step=_("Hand it to another ethics reviewer."),
        )


@takes_numbers
def meet_ethics_conditions(work: Work, *, request: str, note: str) -> Reference:
    """Confirm, as ethics reviewer who never audited the deployment, that the conditions of an outcome are met."""
    _refuse_its_auditor(work, request)
    met = service.meet_condition(work, request=request, note=note)
    _record(work, met.deployment_id, {"request": request, "conditions_met": True})
    found = queries.ethics_request(work, request)
    return Reference(found.ref, found.public_id)


def _record(work: Work, deployment_id: int, body: Mapping[str, Any]) -> None:
    record_fact(work, deployment_id=deployment_id, kind="ethics-review", body=body, valid_from=day_of(work.at))
