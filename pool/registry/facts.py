"""Dated facts of a deployment: indicators, tierings, signatures, changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select

from pool.kernel.clock import day_of
from pool.kernel.refusals import Invalid
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.registry.lookup import deployment_row, running_row
from pool.registry.rules import Checker
from pool.registry.tables import Attestation, ChangeReport, IndicatorFact, TierAssessment


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """A kept tiering."""

    as_of: date
    recorded_at: datetime
    edition: str
    edition_digest: str
    inputs: Mapping[str, Any]
    base: str
    intensity: str
    tier: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of one indicator, with its two dates and its evidence."""

    indicator: str
    value: str
    valid_from: date
    recorded_at: datetime
    source: str
    evidence_digest: str


@dataclass(frozen=True, slots=True)
class AttestationView:
    """A signed attestation."""

    signed_name: str
    statement: str
    content_digest: str
    valid_from: date
    recorded_at: datetime


def declare_indicators(
    work: Work,
    *,
    deployment: str,
    values: Mapping[str, str],
    valid_from: date,
    source: str = "declared",
    evidence_digest: str = "",
) -> tuple[str, ...]:
    """Add one dated value per indicator that changed; return which. Values are exact text, checked before.

    A value counts from ``valid_from`` on, but never before the one it replaces: it is what holds now.

    Raises: NoSuchDeployment; WrongState; Invalid for a day that has not come.
    """
    check = Checker()
    check.not_ahead("valid_from", valid_from, day_of(work.at))
    check.done()
    row = running_row(work, deployment)
    since = _latest_values(work, row.id or 0)
    known = {name: value for name, (value, _day) in since.items()}
    changed = tuple(sorted(name for name, value in values.items() if known.get(name) != value))
    for name in changed:
        work.add(
            IndicatorFact(
                firm_id=row.firm_id,
                deployment_id=row.id or 0,
                indicator=name,
                value=values[name],
                valid_from=max(valid_from, since[name][1]) if name in since else valid_from,
                recorded_at=work.at,
                evidence_digest=evidence_digest,
                source=source,
                person_id=work.actor.person_id,
            )
        )
    if changed:
        row.version += 1
        work.note(
            "declare_indicators",
            subject_kind="deployment",
            subject_ref=row.ref,
            firm_id=row.firm_id,
            before={name: known.get(name) for name in changed},
            after={name: values[name] for name in changed},
        )
        work.flush()
    return changed


def _latest_values(reading: Reading, deployment_id: int) -> dict[str, tuple[str, date]]:
    rows = reading.session.exec(
        select(IndicatorFact)
        .where(IndicatorFact.deployment_id == deployment_id)
        .order_by(col(IndicatorFact.valid_from), col(IndicatorFact.id))
    )
    return {row.indicator: (row.value, row.valid_from) for row in rows}


def keep_assessment(
    work: Work,
    *,
    deployment: str,
    as_of: date,
    edition: str,
    edition_digest: str,
    inputs: Mapping[str, Any],
    base: str,
    intensity: str,
    tier: str,
    result: Mapping[str, Any],
) -> TierAssessment:
    """Keep a tiering with all its inputs under its edition. Raises: NoSuchDeployment."""
    row = deployment_row(work, deployment)
    kept = work.add(
        TierAssessment(
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            as_of=as_of,
            recorded_at=work.at,
            edition=edition,
            edition_digest=edition_digest,
            inputs=dict(inputs),
            base=base,
            intensity=intensity,
            tier=tier,
            result=dict(result),
        )
    )
    work.note(
        "assess",
        subject_kind="deployment",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        after={"tier": tier, "intensity": intensity, "edition": edition},
    )
    return kept


def attest(work: Work, *, deployment: str, signed_name: str, statement: str, content_digest: str) -> Attestation:
    """Sign that the registration is complete and true; the first attestation registers the deployment.

    The typed name must be the signer's own.
    Raises: NoSuchDeployment, WrongState, Invalid.
    """
    row = running_row(work, deployment)
    if " ".join(signed_name.split()).casefold() != work.actor.name.casefold():
        raise Invalid(
            _("The typed name is not yours."),
            field="signed_name",
            next_step=_("Type your name as it stands at the top of the page: %(name)s.", name=work.actor.name),
        )
    signed = work.add(
        Attestation(
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            person_id=work.actor.person_id or 0,
            signed_name=" ".join(signed_name.split()),
            statement=statement,
            content_digest=content_digest,
            valid_from=day_of(work.at),
            recorded_at=work.at,
        )
    )
    if row.state == "draft":
        row.state = "registered"
        row.registered_at = work.at
    row.version += 1
    work.note(
        "attest",
        subject_kind="deployment",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        after={"signed_name": signed.signed_name, "content": content_digest},
    )
    work.flush()
    return signed


def report_change(work: Work, *, deployment: str, what: str, changed_on: date) -> ChangeReport:
    """Tell the pool of a change of a deployment's facts. Raises: NoSuchDeployment, WrongState, Invalid."""
    check = Checker()
    what = check.text("what", what, most=5000)
    check.not_ahead("changed_on", changed_on, day_of(work.at))
    check.done()
    row = running_row(work, deployment)
    report = work.add(
        ChangeReport(
            firm_id=row.firm_id,
            deployment_id=row.id or 0,
            what=what,
            changed_on=changed_on,
            recorded_at=work.at,
            person_id=work.actor.person_id,
        )
    )
    work.note(
        "report_change",
        subject_kind="deployment",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        after={"changed_on": changed_on.isoformat()},
    )
    return report


def present_indicators(reading: Reading, deployment_id: int) -> dict[str, DatedValue]:
    """Return the present value of each indicator with its dates."""
    return {value.indicator: value for value in indicator_history(reading, deployment_id)}


def indicator_history(reading: Reading, deployment_id: int) -> tuple[DatedValue, ...]:
    """Return every value of every indicator in the order they became valid."""
    rows = reading.session.exec(
        select(IndicatorFact)
        .where(IndicatorFact.deployment_id == deployment_id)
        .order_by(col(IndicatorFact.valid_from), col(IndicatorFact.id))
    )
    return tuple(
        DatedValue(r.indicator, r.value, r.valid_from, r.recorded_at, r.source, r.evidence_digest) for r in rows
    )


def assessments_of(reading: Reading, deployment_id: int) -> tuple[AssessmentView, ...]:
    """Return the kept tierings of a deployment, oldest first."""
    rows = reading.session.exec(
        select(TierAssessment)
        .where(TierAssessment.deployment_id == deployment_id)
        .order_by(col(TierAssessment.as_of), col(TierAssessment.id))
    )
    return tuple(
        AssessmentView(
            r.as_of, r.recorded_at, r.edition, r.edition_digest, r.inputs, r.base, r.intensity, r.tier, r.result
        )
        for r in rows
    )


def attestations_of(reading: Reading, deployment_id: int) -> tuple[AttestationView, ...]:
    """Return the attestations of a deployment, oldest first."""
    rows = reading.session.exec(
        select(Attestation).where(Attestation.deployment_id == deployment_id).order_by(col(Attestation.id))
    )
    return tuple(
        AttestationView(r.signed_name, r.statement, r.content_digest, r.valid_from, r.recorded_at) for r in rows
    )


def changes_of(reading: Reading, deployment_id: int) -> tuple[tuple[date, datetime, str], ...]:
    """Return the reported changes of a deployment: day of the change, instant of the report, what."""
    rows = reading.session.exec(
        select(ChangeReport).where(ChangeReport.deployment_id == deployment_id).order_by(col(ChangeReport.id))
    )
    return tuple((r.changed_on, r.recorded_at, r.what) for r in rows)
