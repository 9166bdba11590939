"""Ethics reviews: asked for, decided, their conditions met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict, Unpack

from sqlmodel import col, select

from pool.kernel.clock import day_of
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.refusals import Invalid
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.registry.lookup import WrongState, request_row, running_row
from pool.registry.rules import Checker, ethics_may_be_decided_by
from pool.registry.tables import ConditionMet, Deployment, EthicsOutcome, EthicsRequest


class NewOutcome(TypedDict):
    """The outcome that an ethics reviewer gives."""

    request: str
    outcome: str
    reasons: str
    conditions: NotRequired[Sequence[str]]
    conditions_due_on: NotRequired[date | None]


@dataclass(frozen=True, slots=True)
class EthicsView:
    """An ethics request with its outcome, where there is one."""

    ref: str
    public_id: str
    firm_id: int
    deployment_id: int
    deployment_ref: str
    deployment_name: str
    level: int
    answers: Mapping[str, Any]
    requested_at: datetime
    due_on: date
    state: str
    outcome: str | None
    outcome_on: date | None
    outcome_recorded_at: datetime | None
    outcome_level: int | None
    reasons: str
    reviewer_name: str
    conditions: tuple[str, ...]
    conditions_due_on: date | None
    conditions_met_on: date | None
    conditions_met_recorded_at: datetime | None


def request_ethics(
    work: Work, *, deployment: str, level: int, answers: Mapping[str, Any], due_on: date
) -> EthicsRequest:
    """Ask for an ethics review at a level; ``due_on`` is the pool's own service level.

    Raises: NoSuchDeployment, Invalid, WrongState where one is open or the deployment has ended.
    """
    row = running_row(work, deployment)
    if level not in (1, 2, 3):
        raise Invalid(_("The level is 1, 2 or 3."), field="level", next_step=_("Choose one of the three levels."))
    open_one = select(EthicsRequest).where(EthicsRequest.deployment_id == row.id, EthicsRequest.state == "requested")
    if work.session.exec(open_one).first() is not None:
        raise WrongState(
            _("A review of this deployment is already asked for."),
            field="deployment",
            next_step=_("Wait for its outcome."),
        )
    request = work.add(
        EthicsRequest(
            ref=work.next_reference("ETH"),
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            level=level,
            answers=dict(answers),
            requested_at=work.at,
            due_on=due_on,
            requested_by=work.actor.person_id,
        )
    )
    work.note("request", subject_kind="ethics", subject_ref=request.ref, firm_id=row.firm_id, after={"level": level})
    return request


def decide_ethics(work: Work, **given: Unpack[NewOutcome]) -> EthicsOutcome:
    """Give the outcome of an ethics review.

    Raises: NoSuchRequest, WrongState, Invalid, Forbidden for whoever is not an ethics reviewer.
    """
    ethics_may_be_decided_by(work.actor)
    check = Checker()
    outcome = check.one_of("outcome", given["outcome"], ("approved", "approved_with_conditions", "refused"))
    reasons = check.text("reasons", given["reasons"], most=20000)
    listed = [check.line("conditions", one, most=1000) for one in given.get("conditions", ()) if one.strip()]
    due_on = given.get("conditions_due_on")
    if (outcome == "approved_with_conditions") != bool(listed):
        check.refuse(
            "conditions", _("Conditions belong to an approval with conditions, and to nothing else."), _("Correct one.")
        )
    if listed and due_on is None:
        check.refuse("conditions_due_on", _("Say by when the conditions are to be met."), _("Choose a day."))
    check.done()
    row = request_row(work, given["request"])
    if row.state != "requested":
        raise WrongState(
            _("This review has its outcome already."), field="request", next_step=_("Look at the outcome.")
        )
    row.state = "decided"
    decided = work.add(
        EthicsOutcome(
            firm_id=row.firm_id,
            deployment_id=row.deployment_id,
            request_id=row.id or 0,
            level=row.level,
            outcome=outcome,
            conditions=listed,
            conditions_due_on=due_on,
            reasons=reasons,
            reviewer_id=work.actor.person_id or 0,
            reviewer_name=work.actor.name,
            valid_from=day_of(work.at),
            recorded_at=work.at,
        )
    )
    work.note("decide", subject_kind="ethics", subject_ref=row.ref, firm_id=row.firm_id, after={"outcome": outcome})
    return decided


def meet_condition(work: Work, *, request: str, note: str) -> ConditionMet:
    """Confirm that the conditions of an ethics outcome are met, seen by a reviewer.

    Raises: NoSuchRequest, WrongState, Forbidden.
    """
    ethics_may_be_decided_by(work.actor)
    row = request_row(work, request)
    outcome = work.session.exec(select(EthicsOutcome).where(EthicsOutcome.request_id == row.id)).one_or_none()
    if outcome is None or not outcome.conditions:
        raise WrongState(_("This review set no conditions."), field="request", next_step=_("Nothing is left to do."))
    if work.session.exec(select(ConditionMet.id).where(ConditionMet.outcome_id == outcome.id)).first() is not None:
        raise WrongState(
            _("These conditions are confirmed already."), field="request", next_step=_("Nothing is left to do.")
        )
    met = work.add(
        ConditionMet(
            firm_id=row.firm_id,
            deployment_id=row.deployment_id,
            outcome_id=outcome.id or 0,
            note=note.strip() or "met",
            valid_from=day_of(work.at),
            recorded_at=work.at,
            person_id=work.actor.person_id,
        )
    )
    work.note("meet_conditions", subject_kind="ethics", subject_ref=row.ref, firm_id=row.firm_id)
    return met


def ethics_statement() -> Any:
    """Return the query of ethics requests with their deployment, outcome and met conditions."""
    return (
        select(EthicsRequest, Deployment, EthicsOutcome, ConditionMet)
        .join(Deployment, col(Deployment.id) == col(EthicsRequest.deployment_id))
        .join(EthicsOutcome, col(EthicsOutcome.request_id) == col(EthicsRequest.id), isouter=True)
        .join(ConditionMet, col(ConditionMet.outcome_id) == col(EthicsOutcome.id), isouter=True)
    )


def ethics_view(
    row: EthicsRequest, deployment: Deployment, outcome: EthicsOutcome | None, met: ConditionMet | None
) -> EthicsView:
    """Return an ethics request's value with its outcome."""
    return EthicsView(
        row.ref,
        row.public_id,
        row.firm_id,
        row.deployment_id,
        deployment.ref,
        deployment.name,
        row.level,
        row.answers,
        row.requested_at,
        row.due_on,
        row.state,
        outcome.outcome if outcome else None,
        outcome.valid_from if outcome else None,
        outcome.recorded_at if outcome else None,
        outcome.level if outcome else None,
        outcome.reasons if outcome else "",
        outcome.reviewer_name if outcome else "",
        tuple(str(c) for c in outcome.conditions) if outcome else (),
        outcome.conditions_due_on if outcome else None,
        met.valid_from if met else None,
        met.recorded_at if met else None,
    )


def ethics_requests(reading: Reading, request: ListRequest) -> Page[EthicsView]:
    """Return a page of ethics requests; one query."""
    columns = ListColumns(
        key=EthicsRequest.id,
        sorts={"due": EthicsRequest.due_on, "ref": EthicsRequest.ref, "requested": EthicsRequest.requested_at},
        filters={"state": EthicsRequest.state},
        search=(EthicsRequest.ref, Deployment.name, Deployment.ref),
    )
    return read_page(reading.session, ethics_statement(), request, columns=columns, make=ethics_view)


def ethics_request(reading: Reading, key: str) -> EthicsView:
    """Return an ethics request. Raises: NoSuchRequest."""
    row = request_row(reading, key)
    return ethics_view(*reading.session.exec(ethics_statement().where(EthicsRequest.id == row.id)).first())


def ethics_of(reading: Reading, deployment_id: int) -> tuple[EthicsView, ...]:
    """Return the ethics requests of a deployment, oldest first."""
    rows = reading.session.exec(
        ethics_statement().where(EthicsRequest.deployment_id == deployment_id).order_by(col(EthicsRequest.id))
    )
    return tuple(ethics_view(*row) for row in rows)


def ethics_reviewers(reading: Reading, deployment_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return, by deployment, the persons who gave the outcome of an ethics review of it; one query."""
    rows = reading.session.exec(
        select(EthicsOutcome.deployment_id, EthicsOutcome.reviewer_id).where(
            col(EthicsOutcome.deployment_id).in_(list(deployment_ids))
        )
    )
    found: dict[int, set[int]] = {}
    for deployment_id, person_id in rows:
        found.setdefault(deployment_id, set()).add(person_id)
    return {deployment_id: frozenset(people) for deployment_id, people in found.items()}
