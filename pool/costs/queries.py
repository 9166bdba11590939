"""Reads of costs: periods with what each step still needs, and the statements of firms. Query counts are constant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import col, func, or_, select

from pool.costs.ledger_queries import ledger_faults, transactions, trial_balance
from pool.costs.periods import CLOSE_RULE, PeriodState, moves_from
from pool.costs.rows import cost_rows, facility_costs, facility_rows, firms_by_id, period_row
from pool.costs.splitting import FacilityCost, lines_of_members
from pool.costs.statements import ShareLine, explain
from pool.costs.tables import CostLine, CostPeriod, Statement
from pool.kernel.clock import day_of
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.refusals import Missing
from pool.kernel.storage import Reading
from pool.kernel.traces import Activity, Approval
from pool.kernel.words import gettext as _
from pool.members.queries import FirmView


class NoSuchStatement(Missing):
    """No statement of that name is within sight."""


@dataclass(frozen=True, slots=True)
class PeriodDays:
    """The days of a period, both included, and its currency."""

    ref: str
    from_on: date
    until_on: date
    currency: str


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A period in a list. ``acts`` are the offices that can make its next step."""

    ref: str
    public_id: str
    from_on: date
    until_on: date
    currency: str
    state: str
    cost_minor: int
    cost_lines: int
    closed_at: datetime | None
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CostView:
    """A cost with the document it comes from."""

    public_id: str
    facility: str
    amount_minor: int
    document: str
    note: str
    incurred_on: date
    audit_ref: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ReadingView:
    """How much of a facility's driver one firm has, and where it comes from."""

    facility: str
    firm_ref: str
    firm_name: str
    weight: int
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class FirmShare:
    """What one firm bears: its lines, their sum, the exact sum as text, and what bearing all alone would cost."""

    firm_ref: str
    firm_name: str
    lines: tuple[ShareLine, ...]
    total_minor: int
    exact_total: str
    stand_alone_minor: int


@dataclass(frozen=True, slots=True)
class CheckView:
    """One thing that must hold before a period closes, in words, and whether it does."""

    id: str
    text: str
    met: bool


@dataclass(frozen=True, slots=True)
class StepView:
    """One step in the history of a period."""

    at: datetime
    name: str
    office: str
    verb: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """Everything about a period, for the pool's offices."""

    ref: str
    public_id: str
    from_on: date
    until_on: date
    currency: str
    state: str
    version: int
    allocation_digest: str
    allocated_at: datetime | None
    reviewed_at: datetime | None
    closed_at: datetime | None
    facilities: tuple[FacilityCost, ...]
    costs: tuple[CostView, ...]
    readings: tuple[ReadingView, ...]
    shares: tuple[FirmShare, ...]
    cost_minor: int
    shared_minor: int
    checks: tuple[CheckView, ...]
    moves: tuple[tuple[str, tuple[str, ...]], ...]
    history: tuple[StepView, ...]
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A firm's statement. ``lines`` are those of its frozen content: totals that may not be shown are ``None``."""

    ref: str
    public_id: str
    period_ref: str
    firm_id: int
    firm_ref: str
    firm_name: str
    from_on: date
    until_on: date
    closed_on: date
    currency: str
    total_minor: int
    exact_total: str
    estimate_minor: int | None
    lines: tuple[Mapping[str, Any], ...] = field(default=())
    content_digest: str
    issued_at: datetime

    def reasons(self) -> tuple[str, ...]:
        """Return one sentence per line: why it is what it is."""
        return tuple(explain(dict(line), currency=self.currency) for line in self.lines)


def periods(reading: Reading, request: ListRequest) -> Page[PeriodLine]:
    """Return a page of periods with the sum of their costs; one query."""
    columns = ListColumns(
        key=CostPeriod.id,
        sorts={"from_on": CostPeriod.from_on, "ref": CostPeriod.ref, "state": CostPeriod.state},
        filters={"state": CostPeriod.state, "currency": CostPeriod.currency},
        search=(CostPeriod.ref, CostPeriod.state),
    )
    sums = (
        select(
            col(CostLine.period_id).label("period_id"),
            func.sum(col(CostLine.amount_minor)).label("cost"),
            func.count(col(CostLine.id)).label("lines"),
        )
        .group_by(col(CostLine.period_id))
        .subquery()
    )
    statement: Any = select(CostPeriod, sums.c.cost, sums.c.lines).join(
        sums, sums.c.period_id == col(CostPeriod.id), isouter=True
    )
    return read_page(reading.session, statement, request, columns=columns, make=_period_line)


def _period_line(row: CostPeriod, cost: Any, lines: Any) -> PeriodLine:
    return PeriodLine(
        row.ref,
        row.public_id,
        row.from_on,
        row.until_on,
        row.currency,
        row.state,
        int(cost or 0),
        int(lines or 0),
        row.closed_at,
        tuple(sorted({str(office) for move in moves_from(row.state) for office in move.offices})),
    )


def period(reading: Reading, key: str) -> PeriodView:
    """Return a period with its costs, readings, shares, checks and history. Raises: NoSuchPeriod."""
    row = period_row(reading, key)
    known = firms_by_id(reading)
    facilities = facility_costs(reading, row, known)
    codes = {one.id: one.code for one in facility_rows(reading, row)}
    shares = _shares(row, facilities, {one.ref: one for one in known.values()})
    cost_minor = sum(one.cost_minor for one in facilities)
    return PeriodView(
        ref=row.ref,
        public_id=row.public_id,
        from_on=row.from_on,
        until_on=row.until_on,
        currency=row.currency,
        state=row.state,
        version=row.version,
        allocation_digest=row.allocation_digest,
        allocated_at=row.allocated_at,
        reviewed_at=row.reviewed_at,
        closed_at=row.closed_at,
        facilities=facilities,
        costs=tuple(_cost(line, codes[line.facility_id]) for line in cost_rows(reading, row)),
        readings=tuple(_readings(facilities, {one.ref: one.name for one in known.values()})),
        shares=shares,
        cost_minor=cost_minor,
        shared_minor=sum(one.total_minor for one in shares),
        checks=_checks(reading, row, facilities, shares),
        moves=tuple(
            (str(move.move), tuple(sorted(str(office) for office in move.offices))) for move in moves_from(row.state)
        ),
        history=_history(reading, row),
        statements=tuple(
            reading.session.exec(select(Statement.ref).where(Statement.period_id == row.id).order_by(col(Statement.id)))
        ),
    )


def period_days(reading: Reading, key: str) -> PeriodDays:
    """Return the days and the currency of a period; one query. Raises: NoSuchPeriod."""
    row = period_row(reading, key)
    return PeriodDays(row.ref, row.from_on, row.until_on, row.currency)


def _cost(line: CostLine, code: str) -> CostView:
    return CostView(
        line.public_id,
        code,
        line.amount_minor,
        line.document,
        line.note,
        line.incurred_on,
        line.audit_ref,
        line.created_at,
    )


def _readings(facilities: Sequence[FacilityCost], names: Mapping[str, str]) -> list[ReadingView]:
    return [
        ReadingView(one.code, firm, names[firm], weight, one.unit, one.sources[firm])
        for one in facilities
        for firm, weight in one.weights.items()
    ]


def _shares(
    row: CostPeriod, facilities: Sequence[FacilityCost], firms: Mapping[str, FirmView]
) -> tuple[FirmShare, ...]:
    if not row.result:
        return ()
    lines = lines_of_members(row.problem, row.result, facilities)
    return tuple(
        FirmShare(
            member,
            firms[member].name,
            tuple(own),
            row.result["totals"][member],
            row.result["exact_totals"][member],
            row.result["stand_alone"][member],
        )
        for member, own in lines.items()
    )


def _checks(
    reading: Reading, row: CostPeriod, facilities: Sequence[FacilityCost], shares: Sequence[FirmShare]
) -> tuple[CheckView, ...]:
    said = reading.session.exec(
        select(Approval.person_id).where(
            Approval.rule == CLOSE_RULE,
            Approval.subject_ref == row.ref,
            Approval.content_digest == row.allocation_digest,
        )
    ).all()
    costly = [one for one in facilities if one.lines]
    orphans = [one.name for one in costly if one.cost_minor and one.member is None and not any(one.weights.values())]
    cost = sum(one.cost_minor for one in costly)
    split = row.state != PeriodState.OPEN
    return (
        _check("costs", bool(costly), _("The period has costs."), _("No cost was entered yet.")),
        _check(
            "readings",
            any(one.weights for one in facilities),
            _("The readings of the drivers are taken."),
            _("The readings of the drivers are not taken yet; splitting takes them."),
        ),
        _check(
            "users",
            not orphans,
            _("Every facility with costs was used by somebody."),
            _("Nobody used: %(names)s.", names=", ".join(orphans)),
        ),
        _check(
            "sum",
            split and sum(one.total_minor for one in shares) == cost,
            _("The shares of all firms sum to the costs, to the last unit."),
            _("The shares of all firms do not sum to the costs.") if split else _("The costs are not split yet."),
        ),
        _check(
            "second_person",
            split and len(set(said)) == 2,
            _("A second person reviewed exactly this split."),
            _("No second person reviewed this split yet.") if split else _("There is no split to review yet."),
        ),
        _check(
            "over",
            day_of(reading.at) > row.until_on,
            _("The last day of the period is over."),
            _("The last day of the period is not over yet."),
        ),
    )


def _check(name: str, met: bool, holds: str, fails: str) -> CheckView:
    """Say what is so now: the sentence of a check is true whether the check is met or not."""
    return CheckView(name, holds if met else fails, met)


def _history(reading: Reading, row: CostPeriod) -> tuple[StepView, ...]:
    steps = reading.session.exec(
        select(Activity)
        .where(Activity.subject_kind == "cost_period", Activity.subject_ref == row.ref)
        .order_by(col(Activity.id))
    )
    return tuple(StepView(one.at, one.name, one.office, one.verb, one.reason) for one in steps)


def _statement(row: Statement) -> StatementView:
    content = row.content
    return StatementView(
        ref=row.ref,
        public_id=row.public_id,
        period_ref=row.period_ref,
        firm_id=row.firm_id,
        firm_ref=content["firm"],
        firm_name=content["firm_name"],
        from_on=row.from_on,
        until_on=row.until_on,
        closed_on=date.fromisoformat(content["closed_on"]),
        currency=row.currency,
        total_minor=row.total_minor,
        exact_total=row.exact_total,
        estimate_minor=row.estimate_minor,
        lines=tuple(content["lines"]),
        content_digest=row.content_digest,
        issued_at=row.issued_at,
    )


def statement(reading: Reading, key: str) -> StatementView:
    """Return the statement with this reference or public id.

    Raises: NoSuchStatement, in the same words for one that is absent and one out of sight.
    """
    row = reading.session.exec(
        select(Statement).where(or_(col(Statement.ref) == key, col(Statement.public_id) == key))
    ).one_or_none()
    if row is None:
        raise NoSuchStatement(
            _("There is no statement %(key)s.", key=key), field="statement", next_step=_("Check the reference.")
        )
    return _statement(row)


def statements(reading: Reading, request: ListRequest) -> Page[StatementView]:
    """Return a page of the statements within sight; one query."""
    columns = ListColumns(
        key=Statement.id,
        sorts={"from_on": Statement.from_on, "ref": Statement.ref, "total": Statement.total_minor},
        filters={"period": Statement.period_ref, "currency": Statement.currency},
        search=(Statement.ref, Statement.period_ref),
    )
    return read_page(reading.session, select(Statement), request, columns=columns, make=_statement)


def statements_of(reading: Reading, firm_id: int) -> tuple[StatementView, ...]:
    """Return the statements of a firm, oldest period first."""
    rows = reading.session.exec(
        select(Statement).where(Statement.firm_id == firm_id).order_by(col(Statement.from_on), col(Statement.id))
    )
    return tuple(_statement(row) for row in rows)


__all__ = [
    "CheckView",
    "CostView",
    "FirmShare",
    "NoSuchStatement",
    "PeriodDays",
    "PeriodLine",
    "PeriodView",
    "ReadingView",
    "StatementView",
    "StepView",
    "ledger_faults",
    "period",
    "period_days",
    "periods",
    "statement",
    "statements",
    "statements_of",
    "transactions",
    "trial_balance",
]
