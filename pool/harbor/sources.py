"""What the participation record is made of: dated rows of the other rooms, as frozen values.

``recorded_at`` is the instant at which the pool came to know a row. A field that ends in ``_at`` is known
at its own instant (a report filed, a finding closed); a field that ends in ``_on`` is a day in the world
that the row states.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pool.harbor.conditions import Value
from pool.kernel.clock import day_of
from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _

#: Facts that are stated as they are, each with the value it has until somebody states another.
PLAIN_FACTS: dict[str, Value] = {
    "registration_status": "incomplete",
    "attestation_limit_days": None,
    "ethics_level_required": None,
    "ethics_limit_days": None,
    "audit_limit_days": None,
    "monitoring_required": None,
    "monitoring_interval_days": None,
    "misstatement": "none",
    "authority_order_breached": False,
    "contribution_overdue_days": 0,
    "hardship_pending": False,
    "tier": None,
}
GRADES = ("critical", "major", "minor")


class UnknownFact(Invalid):
    """A dated fact has a name that no rule reads."""


class DecisionNotTaken(Invalid):
    """A decision about standing lacks its second person, its state or its ground."""


@dataclass(frozen=True, slots=True)
class DatedFact:
    """A fact that is stated as it is: true from ``valid_from`` on, until a later one of the same name."""

    name: str
    value: Value
    valid_from: date
    recorded_at: datetime

    def __post_init__(self) -> None:
        if self.name not in PLAIN_FACTS:
            raise UnknownFact(
                _("%(name)s is not a fact that can be stated as it is.", name=self.name),
                field=self.name,
                next_step=_("State one of %(known)s, or the row it is derived from.", known=", ".join(PLAIN_FACTS)),
            )


@dataclass(frozen=True, slots=True)
class BaseStatus:
    """The status of the foundation model in one market: registered, deregistered or unregistered."""

    market: str
    status: str
    valid_from: date
    recorded_at: datetime
    fault_of_firm: bool = False
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Attestation:
    """A signed word that the registration is complete and true, given on a day."""

    attested_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the deployment. Of an unreported one the pool learns by other ways (``recorded_at``)."""

    changed_on: date
    recorded_at: datetime
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EthicsRequest:
    """A request for a review.

    ``due_on`` is the last day of the service's own time; ``ended_at`` is its decision.
    """

    level: int
    requested_at: datetime
    due_on: date
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EthicsOutcome:
    """What a review decided. Screening inside a complete registration is an outcome of level 1."""

    level: int
    outcome: str
    decided_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class EthicsCondition:
    """A condition that an outcome set, with its day."""

    due_on: date
    recorded_at: datetime
    met_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRequest:
    """A request for an audit and what became of it.

    ``offered_at``: a proposal with dates that its auditors accepted was first shown to the firm.
    ``booked_at``: the booking was confirmed, for ``booked_for``. ``ended_at``: fulfilled, or ended by the
    firm; a pool that declines or cancels does not end the firm's engagement.
    """

    requested_at: datetime
    offered_at: datetime | None = None
    booked_at: datetime | None = None
    booked_for: date | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditDecided:
    """A decided audit of the deployment, whatever its outcome."""

    decided_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AuditRefused:
    """A refusal that was decided after a written offer and a hearing; taking the next date cures it."""

    decided_on: date
    recorded_at: datetime
    cured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """An issued finding. ``repeats`` marks the same major found again uncorrected."""

    grade: str
    issued_at: datetime
    due_on: date | None
    closed_at: datetime | None = None
    repeats: bool = False
    contain_by: datetime | None = None
    contained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident with the pool's clock.

    ``concealed_on`` is the day of a panel's finding that it was hidden.
    """

    recorded_at: datetime
    report_due_at: datetime
    reported_at: datetime | None = None
    concealed_on: date | None = None
    measures_due_on: date | None = None
    measures_done_at: datetime | None = None
    contain_by: datetime | None = None
    contained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MonitoringReport:
    """A monitoring report at the level at which it was done."""

    level: float
    filed_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An application of a deployment to the record (``applied``) or its voluntary end (``withdrawn``)."""

    kind: str
    valid_from: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StandingDecision:
    """A reasoned decision of two persons: suspended, revoked, lapsed, or restored to good_standing or at_risk.

    It takes effect on the day it is recorded. Only a revocation on B1 or B2 (``basis``) and a restoration
    may have an earlier ``effective_on``; a restoration undoes every suspension and revocation in force from
    that day on.

    Raises: DecisionNotTaken.
    """

    to_state: str
    effective_on: date
    recorded_at: datetime
    decided_by: tuple[str, ...]
    basis: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.decided_by)) < 2:
            raise DecisionNotTaken(
                _("A decision about standing is taken by two different persons."),
                field="decided_by",
                next_step=_("Ask a second person to confirm it."),
            )
        if self.to_state not in {"suspended", "revoked", "good_standing", "at_risk", "lapsed"}:
            raise DecisionNotTaken(_("A decision leads to no state %(s)s.", s=self.to_state), field="to_state")
        if self.effective_on > day_of(self.recorded_at):
            raise DecisionNotTaken(
                _("A decision is never recorded ahead of its day."),
                field="effective_on",
                next_step=_("Record it on the day on which it takes effect."),
            )

    @property
    def is_restoration(self) -> bool:
        """Tell whether the decision undoes earlier ones."""
        return self.to_state in {"good_standing", "at_risk"}

    @property
    def in_force_on(self) -> date:
        """Return the day from which the decision counts."""
        reaches_back = self.is_restoration or (self.to_state == "revoked" and bool({"B1", "B2"} & set(self.basis)))
        return self.effective_on if reaches_back else day_of(self.recorded_at)


@dataclass(frozen=True, slots=True)
class HarborSources:
    """Everything from which the standing of one deployment is derived.

    ``markets`` empty: every market with a row.
    """

    enrolments: tuple[Enrolment, ...] = ()
    decisions: tuple[StandingDecision, ...] = ()
    plain: tuple[DatedFact, ...] = ()
    markets: tuple[str, ...] = ()
    base: tuple[BaseStatus, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    changes: tuple[Change, ...] = ()
    ethics_requests: tuple[EthicsRequest, ...] = ()
    ethics_outcomes: tuple[EthicsOutcome, ...] = ()
    ethics_conditions: tuple[EthicsCondition, ...] = ()
    audit_requests: tuple[AuditRequest, ...] = ()
    audits: tuple[AuditDecided, ...] = ()
    refusals: tuple[AuditRefused, ...] = ()
    findings: tuple[Finding, ...] = ()
    incidents: tuple[Incident, ...] = ()
    reports: tuple[MonitoringReport, ...] = ()
