"""Rows of what the pool decides: technical review, decision, and decisions about standing."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlmodel import Field

from pool.kernel.rows import Row, bigint, check, json_value, one_of, owned, unique
from pool.kernel.tenancy import Visibility

#: Outcomes of an audit decision, in plain words elsewhere. Source: process.md 2.2.
OUTCOMES = ("conforming", "conforming_with_minors", "restricted", "not_conforming", "special_audit")


class TechnicalReview(Row, table=True):
    """A review of an audit by somebody outside its team. Triggers refuse a member of the team."""

    __tablename__ = "technical_review"
    __table_args__ = (one_of("verdict", ("clarify", "await_action", "recommend")),)
    visibility: ClassVar[Visibility] = Visibility(audit="audit_id", pool_writes=True)
    append_only: ClassVar[bool] = True

    audit_id: int = bigint(foreign_key="audit.id", index=True)
    reviewer_id: int = bigint(foreign_key="person.id", index=True)
    reviewer_name: str = Field(max_length=200)
    verdict: str = Field(max_length=20)
    recommendation: str = Field(default="", max_length=30)
    notes: str = Field(max_length=20000)
    at: datetime


class Decision(Row, table=True):
    """The decision on one participant's part of an audit, by somebody outside the team and the review.

    Triggers refuse a member of the team, a reviewer of the audit, and a decision that no review recommended.
    """

    __tablename__ = "decision"
    __table_args__ = (
        unique("audit_id", "deployment_id", "supersedes"),
        owned("deployment", "deployment_id"),
        one_of("outcome", OUTCOMES),
        check("length(reasons) > 0", "decision_has_reasons"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", audit="audit_id", pool_writes=True)
    append_only: ClassVar[bool] = True

    ref: str = Field(max_length=20, unique=True)
    audit_id: int = bigint(foreign_key="audit.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    outcome: str = Field(max_length=30)
    reasons: str = Field(max_length=20000)
    decider_id: int = bigint(foreign_key="person.id", index=True)
    decider_name: str = Field(max_length=200)
    audited_on: date
    decided_on: date
    recorded_at: datetime
    content: dict[str, Any] = json_value()
    content_digest: str = Field(max_length=71)
    supersedes: int = bigint(0)


class StandingDecision(Row, table=True):
    """A reasoned decision of two persons that moves a deployment's standing (suspension, revocation, restoration)."""

    __tablename__ = "standing_decision"
    __table_args__ = (
        owned("deployment", "deployment_id"),
        one_of("to_state", ("suspended", "revoked", "good_standing", "at_risk", "lapsed")),
        check("second_person_id <> first_person_id", "two_different_persons"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", pool_writes=True)
    append_only: ClassVar[bool] = True

    ref: str = Field(max_length=20, unique=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    deployment_id: int = bigint(index=True)
    to_state: str = Field(max_length=20)
    effective_on: date
    reasons: str = Field(max_length=20000)
    basis: list[str] = json_value(list)
    first_person_id: int = bigint(foreign_key="person.id")
    second_person_id: int = bigint(foreign_key="person.id")
    content_digest: str = Field(max_length=71)
    recorded_at: datetime
