"""Rows of the registry: foundation models, fine-tuned models, deployments and the dated facts about them.

Facts carry ``valid_from`` (when true in the world), ``recorded_at`` (when the pool came to know) and the digest of
their evidence; they are never overwritten, a newer row stands beside the older.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar

from sqlmodel import Field

from pool.kernel.rows import Row, bigint, check, json_value, one_of, ownable, owned, unique
from pool.kernel.tenancy import CATALOGUE, Visibility

PARTY_ROLES = ("tuner", "co_tuner", "data", "host")
_OWN = Visibility(firm="firm_id", deployment="deployment_id")


class FoundationModel(Row, table=True):
    """A base model in the pool's catalogue. ``aliases`` are other names under which files mention it."""

    __tablename__ = "foundation_model"
    __table_args__ = (unique("provider", "name", "version"),)
    visibility: ClassVar[Visibility] = CATALOGUE

    ref: str = Field(max_length=20, unique=True)
    provider: str = Field(max_length=200)
    name: str = Field(max_length=200, index=True)
    version: str = Field(max_length=100)
    licence: str = Field(default="", max_length=100)
    digest: str = Field(default="", max_length=80)
    aliases: list[str] = json_value(list)
    is_demo: bool = False


class FoundationStatus(Row, table=True):
    """The registration status of a foundation model in one market from a day on, with its evidence."""

    __tablename__ = "foundation_status"
    __table_args__ = (one_of("status", ("registered", "deregistered", "unregistered")),)
    visibility: ClassVar[Visibility] = CATALOGUE
    append_only: ClassVar[bool] = True

    foundation_model_id: int = bigint(foreign_key="foundation_model.id", index=True)
    market: str = Field(max_length=10)
    status: str = Field(max_length=20)
    fault_of_firm: bool = False
    valid_from: date
    recorded_at: datetime
    evidence_digest: str = Field(max_length=80)
    evidence_note: str = Field(max_length=500)
    recorded_by: int | None = bigint(None)


class TunedModel(Row, table=True):
    """A fine-tuned model of the firm that tuned it; its parties read it and deploy it.

    A hosted one (provider, job, snapshot, endpoint) has no files of its own.
    """

    __tablename__ = "tuned_model"
    __table_args__ = (
        ownable(),
        check("hosted = false OR length(host_provider) > 0", "hosted_names_provider"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", party="id", granted_model="id")

    ref: str = Field(max_length=20, unique=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    foundation_model_id: int | None = bigint(None, foreign_key="foundation_model.id", index=True)
    name: str = Field(max_length=200)
    version: str = Field(default="", max_length=100)
    method: str = Field(default="", max_length=60)
    licence: str = Field(default="", max_length=100)
    datasets: list[str] = json_value(list)
    stated_base: str = Field(default="", max_length=300)
    contradictions: list[Any] = json_value(list)
    contradictions_settled: str = Field(default="", max_length=2000)
    hosted: bool = False
    host_provider: str = Field(default="", max_length=200)
    host_job: str = Field(default="", max_length=200)
    host_snapshot: str = Field(default="", max_length=200)
    host_endpoint: str = Field(default="", max_length=300)
    description: str = Field(default="", max_length=5000)
    state: str = Field(default="registered", max_length=20)
    version_no: int = 1


class ModelParty(Row, table=True):
    """A firm that has a part in a fine-tuned model, its tuner among them: only a party deploys the model.

    ``firm_ref`` and ``firm_name`` are copies that let parties know each other without reading firm rows.
    """

    __tablename__ = "model_party"
    __table_args__ = (unique("model_id", "firm_id"), one_of("role", PARTY_ROLES))
    visibility: ClassVar[Visibility] = Visibility(
        firm="firm_id", party="model_id", granted_model="model_id", pool_writes=True
    )

    model_id: int = bigint(foreign_key="tuned_model.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    role: str = Field(max_length=20)
    firm_ref: str = Field(max_length=20)
    firm_name: str = Field(max_length=200)


class ModelFile(Row, table=True):
    """A file that described a model: its digest and what was understood of it; its bytes are evidence."""

    __tablename__ = "model_file"
    __table_args__ = (owned("tuned_model", "model_id"),)
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", party="model_id", granted_model="model_id")
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    model_id: int = bigint(index=True)
    name: str = Field(max_length=255)
    sha256: str = Field(max_length=64)
    size_bytes: int = bigint()
    format: str = Field(max_length=30)
    understood: dict[str, Any] = json_value()


class Deployment(Row, table=True):
    """A use of a fine-tuned model in the world: the unit of duties, audits and the participation record."""

    __tablename__ = "deployment"
    __table_args__ = (
        ownable(),
        owned("model_party", "model_id", key="model_id"),
        one_of("state", ("draft", "registered", "ended")),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", deployment="id")

    ref: str = Field(max_length=20, unique=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    model_id: int = bigint(index=True)
    name: str = Field(max_length=200)
    purpose: str = Field(max_length=5000)
    context: str = Field(max_length=60)
    markets: list[str] = json_value(list)
    languages: list[str] = json_value(list)
    sites: int = 1
    facts: dict[str, Any] = json_value()
    state: str = Field(default="draft", max_length=20)
    registered_at: datetime | None = None
    live_on: date | None = None
    ended_on: date | None = None
    pseudonym: str = Field(max_length=32, unique=True)
    version: int = 1


class IndicatorFact(Row, table=True):
    """One value of one risk indicator of a deployment, from a day on. ``value`` is exact text of a number."""

    __tablename__ = "indicator_fact"
    __table_args__ = (
        owned("deployment", "deployment_id"),
        one_of("source", ("declared", "metered", "observed", "corrected")),
    )
    visibility: ClassVar[Visibility] = _OWN
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    indicator: str = Field(max_length=40)
    value: str = Field(max_length=40)
    valid_from: date
    recorded_at: datetime
    evidence_digest: str = Field(default="", max_length=80)
    source: str = Field(default="declared", max_length=20)
    person_id: int | None = bigint(None)


class TierAssessment(Row, table=True):
    """A tiering with all its inputs, under a named edition: never a tier without them."""

    __tablename__ = "tier_assessment"
    __table_args__ = (owned("deployment", "deployment_id"), one_of("tier", ("low", "medium", "high")))
    visibility: ClassVar[Visibility] = _OWN
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    as_of: date
    recorded_at: datetime
    edition: str = Field(max_length=20)
    edition_digest: str = Field(max_length=71)
    inputs: dict[str, Any] = json_value()
    base: str = Field(max_length=20)
    intensity: str = Field(max_length=20)
    tier: str = Field(max_length=10)
    result: dict[str, Any] = json_value()


class Attestation(Row, table=True):
    """A named person's signed word that the registration of a deployment is complete and true."""

    __tablename__ = "attestation"
    __table_args__ = (owned("deployment", "deployment_id"),)
    visibility: ClassVar[Visibility] = _OWN
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    person_id: int = bigint()
    signed_name: str = Field(max_length=200)
    statement: str = Field(max_length=5000)
    content_digest: str = Field(max_length=71)
    valid_from: date
    recorded_at: datetime


class EthicsRequest(Row, table=True):
    """A request for an ethics review at a level (1 screening, 2 simplified, 3 full)."""

    __tablename__ = "ethics_request"
    __table_args__ = (
        owned("deployment", "deployment_id"),
        ownable(),
        check("level BETWEEN 1 AND 3", "level_in_range"),
        one_of("state", ("requested", "decided", "withdrawn")),
    )
    visibility: ClassVar[Visibility] = _OWN

    ref: str = Field(max_length=20, unique=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    level: int
    answers: dict[str, Any] = json_value()
    requested_at: datetime
    due_on: date
    state: str = Field(default="requested", max_length=20)
    requested_by: int | None = bigint(None)


class EthicsOutcome(Row, table=True):
    """What an ethics reviewer decided about a request."""

    __tablename__ = "ethics_outcome"
    __table_args__ = (
        ownable(),
        owned("deployment", "deployment_id"),
        owned("ethics_request", "request_id"),
        one_of("outcome", ("approved", "approved_with_conditions", "refused")),
    )
    visibility: ClassVar[Visibility] = replace(_OWN, pool_writes=True)
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    request_id: int = bigint(index=True)
    level: int
    outcome: str = Field(max_length=30)
    conditions: list[Any] = json_value(list)
    conditions_due_on: date | None = None
    reasons: str = Field(max_length=20000)
    reviewer_id: int = bigint()
    reviewer_name: str = Field(max_length=200)
    valid_from: date
    recorded_at: datetime


class ConditionMet(Row, table=True):
    """That a condition of an ethics outcome was met, seen by a reviewer."""

    __tablename__ = "ethics_condition_met"
    __table_args__ = (owned("deployment", "deployment_id"), owned("ethics_outcome", "outcome_id"))
    visibility: ClassVar[Visibility] = replace(_OWN, pool_writes=True)
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    outcome_id: int = bigint(index=True)
    note: str = Field(max_length=5000)
    valid_from: date
    recorded_at: datetime
    person_id: int | None = bigint(None)


class Incident(Row, table=True):
    """Something that went wrong: when, when known, when told to the pool, and what was done."""

    __tablename__ = "incident"
    __table_args__ = (owned("deployment", "deployment_id"), one_of("severity", ("serious", "other")))
    visibility: ClassVar[Visibility] = _OWN

    ref: str = Field(max_length=20, unique=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    severity: str = Field(max_length=20)
    description: str = Field(max_length=20000)
    occurred_at: datetime
    known_at: datetime
    report_due_at: datetime
    reported_at: datetime | None = None
    full_report_due_on: date | None = None
    full_report: str = Field(default="", max_length=20000)
    full_report_at: datetime | None = None
    containment: str = Field(default="", max_length=20000)
    contained_at: datetime | None = None
    measures_due_on: date | None = None
    closed_at: datetime | None = None
    recorded_at: datetime


class MonitoringReport(Row, table=True):
    """A monitoring report of a deployment over a period, at the level it was done."""

    __tablename__ = "monitoring_report"
    __table_args__ = (owned("deployment", "deployment_id"), check("level BETWEEN 0 AND 3", "level_in_range"))
    visibility: ClassVar[Visibility] = _OWN
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    period_from: date
    period_until: date
    level: int
    sample_outputs: int
    off_scope_outputs: int
    complaints: int
    summary: str = Field(max_length=20000)
    evidence_digest: str = Field(default="", max_length=80)
    valid_from: date
    recorded_at: datetime
    person_id: int | None = bigint(None)


class ChangeReport(Row, table=True):
    """A change of a deployment's facts: since when it is true and when it was told."""

    __tablename__ = "change_report"
    __table_args__ = (owned("deployment", "deployment_id"),)
    visibility: ClassVar[Visibility] = _OWN
    append_only: ClassVar[bool] = True

    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    what: str = Field(max_length=5000)
    changed_on: date
    recorded_at: datetime
    person_id: int | None = bigint(None)
