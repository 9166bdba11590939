"""Closing a cost period: lines kept, shares posted, statements issued, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pool.costs.drivers import DriverValue
from pool.costs.ledger_rules import AccountCode, Entry
from pool.costs.ledger_service import post
from pool.costs.periods import Move, next_state
from pool.costs.rows import facility_costs, facility_rows, firms_by_id, key_of, period_row
from pool.costs.splitting import lines_of_members
from pool.costs.statements import ShareLine, exact_total, shown_exact, statement_content
from pool.costs.steps import check_two_words, check_unmoved, refuse_other_readings, turn
from pool.costs.tables import AllocationLine, CostPeriod, LedgerTransaction, Statement
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.refusals import Conflict
from pool.kernel.storage import Work
from pool.kernel.words import gettext as _
from pool.members.queries import FirmView


class PeriodRuns(Conflict):
    """The period is not over."""


def close_period(
    work: Work, *, period: str, values: Sequence[DriverValue], estimates: Mapping[int, int]
) -> tuple[str, ...]:
    """Close a period: post each firm's share and issue its statement; return the statements' references.

    ``values`` are the readings as the rooms know them now, ``estimates`` what firms were told before, in minor units by
    firm. A firm without any line other than 0 gets no statement.

    Raises: PeriodStands, NotTheirOffice, PeriodRuns, PeriodMoved.
    """
    row = period_row(work, period)
    state = next_state(Move.CLOSE, state=row.state, office=work.actor.office)
    if day_of(work.at) <= row.until_on:
        raise PeriodRuns(
            _("The period runs until %(day)s.", day=row.until_on.isoformat()),
            field="period",
            next_step=_("Close it after that day."),
        )
    refuse_other_readings(work, row, values)
    check_unmoved(work, row)
    check_two_words(work, row)
    known = firms_by_id(work)
    facilities = facility_costs(work, row, known)
    shares = lines_of_members(row.problem, row.result, facilities)
    by_ref = {one.ref: one for one in known.values()}
    _keep_lines(work, row, shares, by_ref)
    refs = tuple(
        _issue(work, row, by_ref[member], lines, estimate_minor=estimates.get(by_ref[member].id))
        for member, lines in shares.items()
        if any(line.amount_minor for line in lines)
    )
    row.closed_at, row.closed_by = work.at, work.actor.person_id
    turn(work, row, state)
    work.note(
        "period.closed",
        subject_kind="cost_period",
        subject_ref=row.ref,
        after={"digest": row.allocation_digest, "statements": len(refs)},
    )
    return refs


def _keep_lines(
    work: Work, row: CostPeriod, shares: Mapping[str, Sequence[ShareLine]], firms: Mapping[str, FirmView]
) -> None:
    facility_ids = {one.code: key_of(one) for one in facility_rows(work, row)}
    for member, lines in shares.items():
        for line in lines:
            work.session.add(
                AllocationLine(
                    created_at=work.at,
                    period_id=key_of(row),
                    facility_id=facility_ids[line.facility],
                    firm_id=firms[member].id,
                    facility_code=line.facility,
                    facility_name=line.name,
                    driver=line.driver,
                    weight=line.weight,
                    total_weight=line.total_weight,
                    users=line.users,
                    facility_cost_minor=line.facility_cost_minor,
                    amount_minor=line.amount_minor,
                    exact=str(line.exact),
                    unit=line.unit,
                )
            )
    work.flush()


def _issue(
    work: Work, row: CostPeriod, firm: FirmView, lines: Sequence[ShareLine], *, estimate_minor: int | None
) -> str:
    posted = _post_share(work, row, firm, lines)
    ref = work.next_reference("STM")
    content = statement_content(
        ref=ref,
        period_ref=row.ref,
        from_on=row.from_on,
        until_on=row.until_on,
        closed_on=day_of(work.at),
        currency=row.currency,
        firm_ref=firm.ref,
        firm_name=firm.name,
        lines=lines,
        estimate_minor=estimate_minor,
        allocation_digest=row.allocation_digest,
    )
    total = exact_total(lines)
    work.add(
        Statement(
            ref=ref,
            period_id=key_of(row),
            firm_id=firm.id,
            period_ref=row.ref,
            from_on=row.from_on,
            until_on=row.until_on,
            currency=row.currency,
            total_minor=content["total_minor"],
            exact_total="" if total is None else shown_exact(total),
            estimate_minor=estimate_minor,
            content=content,
            content_digest=digest_of(content),
            transaction_id=key_of(posted),
            issued_at=work.at,
        )
    )
    work.note(
        "statement.issued",
        subject_kind="statement",
        subject_ref=ref,
        firm_id=firm.id,
        after={"total_minor": content["total_minor"], "digest": digest_of(content)},
    )
    return ref


def _post_share(work: Work, row: CostPeriod, firm: FirmView, lines: Sequence[ShareLine]) -> LedgerTransaction:
    entries: list[Entry] = []
    for line in lines:
        if line.amount_minor:
            entries.extend(_legs(line, row.currency, firm.ref))
    return post(
        work,
        key=f"share:{row.ref}:{firm.ref}",
        entries=entries,
        description=f"Share of {row.ref} for {firm.ref}",
        firm_id=firm.id,
        period_id=key_of(row),
    )


def _legs(line: ShareLine, currency: str, member: str) -> tuple[Entry, Entry]:
    return (
        Entry(AccountCode.MEMBER_RECEIVABLE, line.amount_minor, currency, member=member, facility=line.facility),
        Entry(AccountCode.COST_RECOVERY, -line.amount_minor, currency, facility=line.facility),
    )
