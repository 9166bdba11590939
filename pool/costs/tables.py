"""Rows of money: periods, facilities, cost lines, drivers, allocations, the ledger and statements.

Amounts are whole minor units. A ledger transaction is draft until its entries balance; triggers refuse a posting that
does not, and any change after it.
"""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlmodel import Field

from pool.kernel.rows import Row, bigint, check, json_value, one_of, ownable, owned, unique
from pool.kernel.tenancy import OFFICES_ONLY, Visibility


class CostPeriod(Row, table=True):
    """A period whose costs are shared. It closes after a second person reviewed exactly what is posted."""

    __tablename__ = "cost_period"
    __table_args__ = (
        one_of("state", ("open", "allocated", "reviewed", "closed")),
        check("until_on > from_on", "period_runs_forward"),
    )
    visibility: ClassVar[Visibility] = OFFICES_ONLY

    ref: str = Field(max_length=20, unique=True)
    from_on: date
    until_on: date
    currency: str = Field(max_length=3)
    state: str = Field(default="open", max_length=20)
    allocated_at: datetime | None = None
    allocated_by: int | None = bigint(None)
    reviewed_at: datetime | None = None
    reviewed_by: int | None = bigint(None)
    closed_at: datetime | None = None
    closed_by: int | None = bigint(None)
    allocation_digest: str = Field(default="", max_length=71)
    problem: dict[str, Any] = json_value()
    result: dict[str, Any] = json_value()
    version: int = 1


class Facility(Row, table=True):
    """A thing that costs money and has users: administration, methodology, a competence domain, a trip."""

    __tablename__ = "facility"
    __table_args__ = (
        unique("period_id", "code"),
        one_of("kind", ("administration", "methodology", "domain", "trip", "direct")),
        one_of("driver", ("equal", "days", "exposure", "direct")),
    )
    visibility: ClassVar[Visibility] = OFFICES_ONLY

    period_id: int = bigint(foreign_key="cost_period.id", index=True)
    code: str = Field(max_length=40)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    driver: str = Field(max_length=20)
    firm_id: int | None = bigint(None, foreign_key="firm.id")


class CostLine(Row, table=True):
    """A cost that lies in a facility, with the document it comes from. Corrections are further lines."""

    __tablename__ = "cost_line"
    __table_args__ = (check("amount_minor <> 0", "amount_not_zero"),)
    visibility: ClassVar[Visibility] = OFFICES_ONLY
    append_only: ClassVar[bool] = True

    period_id: int = bigint(foreign_key="cost_period.id", index=True)
    facility_id: int = bigint(foreign_key="facility.id", index=True)
    amount_minor: int = bigint()
    currency: str = Field(max_length=3)
    document: str = Field(max_length=200)
    note: str = Field(default="", max_length=1000)
    incurred_on: date
    audit_ref: str = Field(default="", max_length=20)


class DriverReading(Row, table=True):
    """How much of a driver one firm has in a period: a whole number, its unit, and where it comes from."""

    __tablename__ = "driver_reading"
    __table_args__ = (
        unique("period_id", "facility_id", "firm_id"),
        check("weight >= 0", "weight_not_negative"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", pool_writes=True)

    period_id: int = bigint(foreign_key="cost_period.id", index=True)
    facility_id: int = bigint(foreign_key="facility.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    weight: int = bigint()
    unit: str = Field(max_length=60)
    source: str = Field(max_length=500)


class AllocationLine(Row, table=True):
    """What one firm bears of one facility, exact and in whole minor units."""

    __tablename__ = "allocation_line"
    __table_args__ = (unique("period_id", "facility_id", "firm_id"),)
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", pool_writes=True)
    append_only: ClassVar[bool] = True

    period_id: int = bigint(foreign_key="cost_period.id", index=True)
    facility_id: int = bigint(foreign_key="facility.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    facility_code: str = Field(max_length=40)
    facility_name: str = Field(max_length=200)
    driver: str = Field(max_length=20)
    weight: int = bigint()
    total_weight: int = bigint()
    users: int
    facility_cost_minor: int = bigint()
    amount_minor: int = bigint()
    exact: str = Field(max_length=80)
    unit: str = Field(max_length=60)


class LedgerTransaction(Row, table=True):
    """A set of entries that sum to zero per currency. ``idempotency_key`` makes it happen once."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        ownable(),
        owned("ledger_transaction", "resolves_id"),
        one_of("kind", ("pending", "post", "void")),
        one_of("state", ("draft", "posted")),
        check("(state = 'posted') = (posted_at IS NOT NULL)", "posted_has_instant"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", pool_writes=True)

    ref: str = Field(max_length=20, unique=True)
    kind: str = Field(max_length=10)
    state: str = Field(default="draft", max_length=10)
    currency: str = Field(max_length=3)
    idempotency_key: str = Field(max_length=120, unique=True)
    description: str = Field(max_length=500)
    period_id: int | None = bigint(None, foreign_key="cost_period.id")
    firm_id: int | None = bigint(None, foreign_key="firm.id", index=True)
    resolves_id: int | None = bigint(None, foreign_key="ledger_transaction.id", unique=True)
    posted_at: datetime | None = None


class LedgerEntry(Row, table=True):
    """One leg: an account, perhaps a firm, and a signed amount (debit positive, credit negative)."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        owned("ledger_transaction", "transaction_id"),
        check("amount_minor <> 0", "amount_not_zero"),
    )
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", pool_writes=True)
    append_only: ClassVar[bool] = True

    transaction_id: int = bigint(foreign_key="ledger_transaction.id", index=True)
    account: str = Field(max_length=60, index=True)
    firm_id: int | None = bigint(None, foreign_key="firm.id", index=True)
    amount_minor: int = bigint()
    currency: str = Field(max_length=3)
    note: str = Field(default="", max_length=500)


class Statement(Row, table=True):
    """The share of one firm in one closed period, as it was told to the firm."""

    __tablename__ = "statement"
    __table_args__ = (unique("period_id", "firm_id"), owned("ledger_transaction", "transaction_id"))
    visibility: ClassVar[Visibility] = Visibility(firm="firm_id", pool_writes=True)
    append_only: ClassVar[bool] = True

    ref: str = Field(max_length=20, unique=True)
    period_id: int = bigint(foreign_key="cost_period.id", index=True)
    firm_id: int = bigint(foreign_key="firm.id", index=True)
    period_ref: str = Field(max_length=20)
    from_on: date
    until_on: date
    currency: str = Field(max_length=3)
    total_minor: int = bigint()
    exact_total: str = Field(max_length=80)
    estimate_minor: int | None = bigint(None)
    content: dict[str, Any] = json_value()
    content_digest: str = Field(max_length=71)
    transaction_id: int = bigint(foreign_key="ledger_transaction.id")
    issued_at: datetime
