"""Submitting: foundation models, fine-tuned models, deployments, and the facts that the record rests on.

Every fact that counts for the participation record is appended to it, and the standing is derived anew, in the
transaction that writes the fact. Ethics reviews and incidents have pages of their own; this one is the door to all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Unpack

from pool.bookings import queries as bookings
from pool.bookings.rules import BOOKING_CYCLE, ENDED
from pool.harbor import service as harbor
from pool.harbor.transitions import State
from pool.journeys import standing
from pool.journeys.ethics import (
    AuditedIt,
    decide_ethics,
    ethics_level_of,
    meet_ethics_conditions,
    request_ethics,
)
from pool.journeys.incidents import add_monitoring, close_incident, complete_incident, report_incident
from pool.journeys.recording import record_fact
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.refusals import Conflict, Invalid
from pool.kernel.roles import Office
from pool.kernel.storage import Reading, Work, takes_numbers
from pool.kernel.words import gettext as _
from pool.members import queries as members
from pool.policy.assessment import Assessment, assess
from pool.policy.loading import load_edition
from pool.registry import queries, service
from pool.registry.inspection import Inspection
from pool.registry.queries import DeploymentView
from pool.registry.service import (
    NewDeployment,
    NewModel,
    NewStatus,
    NotRegistrar,
    NotYourFirm,
    Reference,
    add_foundation,
    own_firm,
)

__all__ = [
    "AuditedIt",
    "NotRegistrar",
    "NotYourFirm",
    "Reference",
    "add_foundation",
    "add_monitoring",
    "close_incident",
    "complete_incident",
    "decide_ethics",
    "ethics_level_of",
    "meet_ethics_conditions",
    "report_incident",
    "request_ethics",
]

#: States in which a record has to be applied for.
OUT = frozenset({State.NOT_ENROLLED, State.WITHDRAWN, State.LAPSED, State.REVOKED})
#: What a firm is called in that takes part in another firm's model; the tuner is the firm that registered it.
NAMED_ROLES = ("co_tuner", "data", "host")
#: What a person signs when attesting; the version is part of the digest.
STATEMENT = (
    "The registration of this deployment is complete and true to my knowledge. "
    "I know that changes are reported within 30 days. (statement 2026.1)"
)


class NotReady(Conflict):
    """Something is missing before this can be done."""


class NotMember(Invalid):
    """Only a member firm of the pool can be named as a party."""


class StillBooked(Conflict):
    """A deployment does not end while an audit of it is asked for or runs."""


@takes_numbers
def record_foundation_status(work: Work, **given: Unpack[NewStatus]) -> Reference:
    """Record a foundation model's status in a market; every deployment built on it is looked at anew."""
    service.only_registrar(work.actor)
    known = load_edition().markets
    if given["market"] not in known:
        raise Invalid(
            _("The market %(market)s is not known.", market=repr(given["market"])),
            field="market",
            next_step=_("Use one of: %(known)s.", known=", ".join(sorted(known))),
        )
    row = service.record_foundation_status(work, **given)
    for deployment_id in queries.deployments_built_on(work, row.foundation_model_id):
        standing.refresh(work, deployment_id=deployment_id)
    found, _facts = queries.foundation(work, given["foundation"])
    return Reference(found.ref, found.public_id)


def file_of(inspection: Inspection, size_bytes: int) -> dict[str, Any]:
    """Return the row of an inspected file: its name, digest, size, format and what was understood."""
    own = next(one.value for one in inspection.digests if one.alg == "sha256" and one.file == inspection.file)
    return {
        "name": inspection.file,
        "sha256": own,
        "size_bytes": size_bytes,
        "format": inspection.format,
        "understood": inspection.as_json(),
    }


# --- fine-tuned models -----------------------------------------------------------------------------------------------


@takes_numbers
def register_model(work: Work, **given: Unpack[NewModel]) -> Reference:
    """Register a fine-tuned model of one's own firm, its tuner. Raises: NotYourFirm and the registry's refusals."""
    firm_id = own_firm(work.actor)
    row = service.add_model(work, firm_id=firm_id, **given)
    with work.as_pool():
        firm = members.firm_by_id(work, firm_id)
        service.add_party(work, model=row, firm_id=firm.id, firm_ref=firm.ref, firm_name=firm.name, role="tuner")
    return Reference(row.ref, row.public_id)


@takes_numbers
def link_foundation(work: Work, *, model: str, foundation: str, version_no: int, reason: str) -> Reference:
    """Link one's own model to the catalogue's foundation model, and look at every party's deployments anew."""
    row = service.link_foundation(work, model=model, foundation=foundation, version_no=version_no, reason=reason)
    with work.as_pool():
        used = queries.deployments_of_model(work, row.id or 0)
    for view in used:
        standing.refresh(work, deployment_id=view.id)
    return Reference(row.ref, row.public_id)


def name_party(work: Work, *, model: str, firm: str, role: str) -> Reference:
    """Name another member firm, by its reference or name, as a party of a model that one's own firm tuned.

    From then on it sees the model and its files and may deploy it. Both firms find it in their history.
    Raises: NotYourFirm, NoSuchModel, NotTuner, Invalid for the role, NotMember, AlreadyParty.
    """
    row = queries.tuned_by(work, model)
    if role not in NAMED_ROLES:
        raise Invalid(
            _("%(value)s is not known here.", value=repr(role)),
            field="role",
            next_step=_("Use one of: %(known)s.", known=", ".join(NAMED_ROLES)),
        )
    with work.as_pool():
        other = members.firm_known_as(work, firm)
        if other is None or other.state != "member":
            raise NotMember(
                _("No member firm is called %(firm)s.", firm=firm),
                field="firm",
                next_step=_("Write the firm's reference or its name as the public register shows it."),
            )
        service.add_party(work, model=row, firm_id=other.id, firm_ref=other.ref, firm_name=other.name, role=role)
        tuner = members.firm_by_id(work, row.firm_id)
        work.note(
            "name_party",
            subject_kind="model",
            subject_ref=row.ref,
            firm_id=tuner.id,
            after={"firm": other.name, "role": role},
        )
        work.note(
            "become_party",
            subject_kind="model",
            subject_ref=row.ref,
            firm_id=other.id,
            after={"firm": tuner.name, "role": role},
        )
    return Reference(row.ref, row.public_id)


# --- deployments -----------------------------------------------------------------------------------------------------


def tier_of(
    *, indicators: Mapping[str, Any], context: str, markets: Sequence[str], facts: Mapping[str, Any], on: date
) -> Assessment:
    """Assess a deployment under the present edition. Raises: the policy's refusals, with their fields."""
    return assess(load_edition(), indicators, context=context, markets=tuple(markets), facts=facts, on=on)


@takes_numbers
def register_deployment(
    work: Work, *, indicators: Mapping[str, Any], evidence_digest: str = "", **given: Unpack[NewDeployment]
) -> Reference:
    """Register a deployment of a model one's firm is a party of, with its fifteen indicators; it is tiered at once.

    Raises: NotYourFirm, the policy's refusals with the field, the registry's refusals.
    """
    firm_id = own_firm(work.actor)
    assessed = tier_of(
        indicators=indicators,
        context=given["context"],
        markets=given["markets"],
        facts=given.get("facts") or {},
        on=day_of(work.at),
    )
    row = service.add_deployment(work, firm_id=firm_id, **given)
    service.declare_indicators(
        work,
        deployment=row.ref,
        values=_exact(indicators),
        valid_from=day_of(work.at),
        evidence_digest=evidence_digest,
    )
    _keep(work, row.ref, assessed)
    return Reference(row.ref, row.public_id)


def _exact(indicators: Mapping[str, Any]) -> dict[str, str]:
    """Return indicator values as exact text, without a float's noise."""
    return {
        name: str(int(value)) if isinstance(value, bool) or float(value) == int(float(value)) else repr(value)
        for name, value in indicators.items()
    }


def _plain(value: Any) -> Any:
    """Return a checked fact as JSON can hold it: exact numbers as text."""
    if isinstance(value, Fraction):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _keep(work: Work, deployment: str, assessed: Assessment) -> None:
    service.keep_assessment(
        work,
        deployment=deployment,
        as_of=assessed.on,
        edition=assessed.edition,
        edition_digest=assessed.edition_digest,
        inputs={
            "indicators": {name: str(value) for name, value in assessed.values.items()},
            "context": assessed.context,
            "markets": list(assessed.markets),
            "facts": {name: _plain(value) for name, value in assessed.facts.items()},
        },
        base=f"{float(assessed.load):.6f}",
        intensity=f"{float(assessed.intensity):.4f}",
        tier=assessed.tier,
        result=assessed.as_json() | {"nearest": assessed.nearest.text if assessed.nearest else None},
    )


@takes_numbers
def change_indicators(
    work: Work,
    *,
    deployment: str,
    indicators: Mapping[str, Any],
    changed_on: date,
    what: str,
    evidence_digest: str = "",
) -> Reference:
    """Report a change of indicators of one's own deployment; it is tiered anew and the change is on record.

    ``indicators`` are all fifteen, as they are now.
    """
    own_firm(work.actor)
    view = queries.deployment(work, deployment)
    assessed = tier_of(
        indicators=indicators,
        context=view.context,
        markets=view.markets,
        facts=view.facts,
        on=day_of(work.at),
    )
    changed = service.declare_indicators(
        work, deployment=view.ref, values=_exact(indicators), valid_from=changed_on, evidence_digest=evidence_digest
    )
    if not changed:
        raise Invalid(
            _("No indicator differs from its present value."), field="indicators", next_step=_("Change what changed.")
        )
    service.report_change(work, deployment=view.ref, what=what, changed_on=changed_on)
    _keep(work, view.ref, assessed)
    _record(work, view, {"changed": list(changed), "what": what}, valid_from=changed_on)
    return Reference(view.ref, view.public_id)


def attestation_content(reading: Reading, deployment: str) -> dict[str, Any]:
    """Return exactly what an attestation of the deployment signs, as of now."""
    facts = queries.deployment_for_booking(reading, deployment)
    return {
        "deployment": facts.ref,
        "model": facts.model_ref,
        "foundation": facts.foundation_name,
        "purpose": facts.purpose,
        "context": facts.context,
        "markets": list(facts.markets),
        "sites": facts.sites,
        "facts": dict(facts.facts),
        "indicators": dict(facts.indicators),
        "tier": facts.tier,
        "intensity": facts.intensity,
        "edition": facts.edition_digest,
        "statement": STATEMENT,
    }


@takes_numbers
def attest(work: Work, *, deployment: str, signed_name: str) -> Reference:
    """Sign that the registration of one's own deployment is complete and true; enrols it in the record.

    The first attestation applies for the participation record and, at low tier, counts as ethics screening. One that
    is signed after the record lapsed, was left or revoked applies again.
    Raises: NotYourFirm, NotReady where the model has no foundation model, the registry's refusals.
    """
    own_firm(work.actor)
    facts = queries.deployment_for_booking(work, deployment)
    if facts.foundation_model_id is None:
        raise NotReady(
            _("The model is not linked to a foundation model of the catalogue."),
            field="deployment",
            next_step=_("Its tuner links it first; the registrar adds a foundation model that is missing."),
        )
    content = attestation_content(work, facts.ref)
    service.attest(
        work,
        deployment=facts.ref,
        signed_name=signed_name,
        statement=STATEMENT,
        content_digest=digest_of(content),
    )
    view = queries.deployment(work, facts.ref)
    if _is_out(work, view.id):
        harbor.enrol(work, deployment_id=view.id, firm_id=view.firm_id, deployment_ref=view.ref)
    _record(work, view, content, valid_from=day_of(work.at))
    return Reference(view.ref, view.public_id)


def _is_out(reading: Reading, deployment_id: int) -> bool:
    """Tell whether the record of a deployment waits for an application: never applied for, left, lapsed or revoked."""
    today = day_of(reading.at)
    return standing.standing_on(reading, deployment_id=deployment_id, on=today, known=today).state in OUT


def _record(work: Work, view: DeploymentView, body: Mapping[str, Any], *, valid_from: date) -> None:
    record_fact(work, deployment_id=view.id, kind="registration", body=body, valid_from=valid_from)


@takes_numbers
def end_deployment(work: Work, *, deployment: str, reason: str) -> Reference:
    """End one's own deployment: it leaves the record, its history stays.

    Raises: NotYourFirm, Invalid without a reason, StillBooked, the registry's refusals.
    """
    own_firm(work.actor)
    if not reason.strip():
        raise Invalid(_("Say why it ends."), field="reason", next_step=_("Write a short reason."))
    view = queries.deployment(work, deployment)
    _refuse_booked(work, view)
    service.end_deployment(work, deployment=view.ref, reason=reason)
    if not _is_out(work, view.id):
        harbor.withdraw(work, deployment_id=view.id, firm_id=view.firm_id, deployment_ref=view.ref)
    _record(work, view, {"ended": True, "reason": reason}, valid_from=day_of(work.at))
    return Reference(view.ref, view.public_id)


def _refuse_booked(work: Work, view: DeploymentView) -> None:
    for line in bookings.bookings_of_deployment(work, view.id):
        if line.state in ENDED:
            continue
        moves = {step.move for step in BOOKING_CYCLE.moves_from(line.state, Office.FIRM_MANAGER)}
        if "withdraw" in moves:
            step = _("Withdraw the request %(ref)s first.", ref=line.ref)
        elif "cancel" in moves:
            step = _("Cancel the booking %(ref)s first.", ref=line.ref)
        else:
            step = _("Wait until the audit %(ref)s is decided, or ask its lead auditor to stop it.", ref=line.audit_ref)
        raise StillBooked(
            _("The booking %(ref)s of this deployment is open.", ref=line.ref)
            if line.state != "in_audit"
            else _("The audit %(ref)s of this deployment is running.", ref=line.audit_ref),
            field="deployment",
            next_step=step,
        )
