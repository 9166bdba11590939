"""Writes of cost periods: costs, readings, the split, the second person's word, and closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import col, select

from auditors.casework.fields import Checks
from pool.costs.closing import PeriodRuns, close_period
from pool.costs.drivers import ADMINISTRATION, DIRECT, METHODOLOGY, TRIPS, DriverValue
from pool.costs.ledger_rules import entries_of_cost
from pool.costs.ledger_service import hold_estimate, post, release_hold
from pool.costs.periods import Move, PeriodState, next_state
from pool.costs.rows import (
    NoSuchFacility,
    NoSuchPeriod,
    facility_costs,
    facility_row,
    facility_rows,
    firms_by_id,
    key_of,
    period_row,
    reading_rows,
)
from pool.costs.splitting import problem_document, split
from pool.costs.steps import (
    PeriodMoved,
    check_unmoved,
    digest_of_split,
    plain_reading,
    refuse_other_readings,
    same_readings,
    say,
    turn,
)
from pool.costs.tables import CostLine, CostPeriod, DriverReading, Facility
from pool.kernel.digest import digest_of
from pool.kernel.money import exponent_of
from pool.kernel.refusals import Conflict, Forbidden, Invalid
from pool.kernel.storage import Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _
from pool.members.queries import firm_of

#: A single cost beyond this is a slip of the keyboard; sums of such stay exact in JSON.
LARGEST_COST = 10**12


class PeriodsOverlap(Conflict):
    """Another period covers some of the same days, so that audits would be paid for twice."""


class BadPeriod(Invalid):
    """The days of a period are not in order."""


class BadCost(Invalid):
    """A cost line breaks a rule of its form."""


class SamePerson(Forbidden):
    """Who split the costs may not review them too."""


__all__ = [
    "BadCost",
    "BadPeriod",
    "NoSuchFacility",
    "NoSuchPeriod",
    "PeriodMoved",
    "PeriodRuns",
    "PeriodsOverlap",
    "SamePerson",
    "add_cost",
    "allocate_period",
    "close_period",
    "hold_estimate",
    "open_period",
    "refuse_moved_period",
    "release_hold",
    "review_period",
    "send_back",
    "take_readings",
]


def open_period(work: Work, *, from_on: date, until_on: date, currency: str, domains: Mapping[str, str]) -> CostPeriod:
    """Open a period, both days included, with its standard facilities; ``domains`` names competence domains by code.

    Raises: NotTheirOffice, BadPeriod, UnknownCurrency, PeriodsOverlap.
    """
    next_state(Move.ADD_COST, state=PeriodState.OPEN, office=work.actor.office)
    if until_on <= from_on:
        raise BadPeriod(
            _("The last day comes after the first."), field="until_on", next_step=_("Give a later last day.")
        )
    exponent_of(currency)
    other = work.session.exec(
        select(CostPeriod).where(col(CostPeriod.from_on) <= until_on, col(CostPeriod.until_on) >= from_on)
    ).first()
    if other is not None:
        raise PeriodsOverlap(
            _("%(ref)s already covers days of this period.", ref=other.ref),
            field="from_on",
            next_step=_("Begin after %(day)s.", day=other.until_on.isoformat()),
        )
    row = work.add(CostPeriod(ref=work.next_reference("PER"), from_on=from_on, until_on=until_on, currency=currency))
    standard = [
        (ADMINISTRATION, _("Administration"), "administration", "equal"),
        (METHODOLOGY, _("Methodology and templates"), "methodology", "exposure"),
        *((code, name, "domain", "days") for code, name in sorted(domains.items())),
        (TRIPS, _("Trips"), "trip", "days"),
    ]
    for code, name, kind, driver in standard:
        work.add(Facility(period_id=key_of(row), code=code, name=name, kind=kind, driver=driver))
    work.note(
        "period.opened",
        subject_kind="cost_period",
        subject_ref=row.ref,
        after={"from": from_on.isoformat(), "until": until_on.isoformat(), "currency": currency},
    )
    return row


def add_cost(
    work: Work,
    *,
    period: str,
    facility: str,
    amount_minor: int,
    document: str,
    incurred_on: date,
    note: str = "",
    firm: str | None = None,
    audit_ref: str = "",
) -> CostLine:
    """Add a cost to a facility of a period, with the document it comes from; a correction is a further line.

    ``firm`` (reference or public id) goes with ``facility="direct"`` alone: a cost that this firm caused. A split made
    before no longer counts. The ledger learns of the cost at once.

    Raises: PeriodStands, NotTheirOffice, BadCost, NoSuchFacility, NoSuchFirm.
    """
    row = period_row(work, period)
    state = next_state(Move.ADD_COST, state=row.state, office=work.actor.office)
    words = _checked_words(document=document, note=note, audit_ref=audit_ref)
    _check_amount(amount_minor)
    if incurred_on > row.until_on:
        raise BadCost(
            _("The cost was incurred after the period's last day, %(day)s.", day=row.until_on.isoformat()),
            field="incurred_on",
            next_step=_("Enter it in the period in which it was incurred."),
        )
    where = _facility_for(work, row, facility, firm)
    line = work.add(
        CostLine(
            period_id=key_of(row),
            facility_id=key_of(where),
            amount_minor=amount_minor,
            currency=row.currency,
            incurred_on=incurred_on,
            document=words["document"],
            note=words["note"],
            audit_ref=words["audit_ref"],
        )
    )
    post(
        work,
        key=f"cost:{line.public_id}",
        entries=entries_of_cost(amount_minor, row.currency, facility=where.code),
        description=f"{row.ref} {where.code}: {words['document']}",
        period_id=key_of(row),
    )
    turn(work, row, state, forget=True)
    work.note(
        "period.cost_added",
        subject_kind="cost_period",
        subject_ref=row.ref,
        after={"facility": where.code, "amount_minor": amount_minor, "document": words["document"]},
    )
    return line


def _checked_words(*, document: str, note: str, audit_ref: str) -> dict[str, str]:
    checks = Checks()
    words = {
        "document": checks.text("document", document, limit=200, required=True),
        "note": checks.text("note", note, limit=1000),
        "audit_ref": checks.text("audit_ref", audit_ref, limit=20),
    }
    checks.done()
    return words


def _check_amount(amount_minor: int) -> None:
    if type(amount_minor) is not int or not 0 < abs(amount_minor) <= LARGEST_COST:
        raise BadCost(
            _("An amount is a whole number of minor units other than 0, within reason."),
            field="amount_minor",
            next_step=_("Give the amount of the document; a correction may be negative."),
        )


def _facility_for(work: Work, period: CostPeriod, code: str, firm: str | None) -> Facility:
    if (code == DIRECT) != (firm is not None):
        raise BadCost(
            _("A direct cost names the firm that caused it, and only a direct cost does."),
            field="firm",
            next_step=_("Use the facility direct together with a firm, or leave the firm out."),
        )
    if firm is None:
        return facility_row(work, period, code)
    owner = firm_of(work, firm)
    own = f"{DIRECT}-{owner.ref}"
    found = work.session.exec(select(Facility).where(Facility.period_id == period.id, Facility.code == own)).first()
    return found or work.add(
        Facility(
            period_id=key_of(period),
            code=own,
            name=_("Direct costs of %(firm)s", firm=owner.name)[:200],
            kind="direct",
            driver="direct",
            firm_id=owner.id,
        )
    )


def take_readings(work: Work, *, period: str, values: Sequence[DriverValue]) -> bool:
    """Put the driver readings of a period in place of those taken before; return whether anything changed.

    Readings that changed bring a split period back to open. Raises: PeriodStands, NotTheirOffice, NoSuchFacility.
    """
    row = period_row(work, period)
    state = next_state(Move.TAKE_READINGS, state=row.state, office=work.actor.office)
    if same_readings(work, row, values):
        return False
    codes = {one.code: one for one in facility_rows(work, row)}
    for old in reading_rows(work, row):
        work.session.delete(old)
    work.flush()
    for value in values:
        where = codes.get(value.facility) or facility_row(work, row, value.facility)
        work.session.add(
            DriverReading(
                created_at=work.at,
                period_id=key_of(row),
                facility_id=key_of(where),
                firm_id=value.firm_id,
                weight=value.weight,
                unit=value.unit,
                source=value.source,
            )
        )
    turn(work, row, state, forget=True)
    work.note(
        "period.readings_taken",
        subject_kind="cost_period",
        subject_ref=row.ref,
        after={"readings": len(values), "digest": digest_of([plain_reading(value) for value in values])},
    )
    return True


def refuse_moved_period(work: Work, *, period: str, version: int | None) -> None:
    """Refuse where the period has another version than the person saw; ``None`` asks nothing. Raises: Moved."""
    seen(period_row(work, period), version)


def allocate_period(work: Work, *, period: str) -> str:
    """Split the costs of a period and give the first of two words for it; return the digest of the split.

    Raises: PeriodStands, NotTheirOffice, NothingToShare, NobodyToBear.
    """
    row = period_row(work, period)
    state = next_state(Move.ALLOCATE, state=row.state, office=work.actor.office)
    problem = problem_document(row.currency, facility_costs(work, row, firms_by_id(work)))
    row.problem, row.result = problem, split(problem)
    row.allocated_at, row.allocated_by = work.at, work.actor.person_id
    row.allocation_digest = digest_of_split(row)
    turn(work, row, state)
    say(work, row, position=1)
    work.note(
        "period.allocated",
        subject_kind="cost_period",
        subject_ref=row.ref,
        after={"digest": row.allocation_digest, "sum": row.result["sum"]},
    )
    return row.allocation_digest


def review_period(work: Work, *, period: str, values: Sequence[DriverValue], digest: str | None = None) -> None:
    """Give the second word for exactly the split that stands.

    ``values`` are the readings as the rooms know them now, ``digest`` that of the split the person saw.

    Raises: PeriodStands, NotTheirOffice, SamePerson, PeriodMoved.
    """
    row = period_row(work, period)
    state = next_state(Move.REVIEW, state=row.state, office=work.actor.office)
    if work.actor.person_id is None or work.actor.person_id == row.allocated_by:
        raise SamePerson(
            _("Who split the costs may not review the split."), field="period", next_step=_("Ask a second person.")
        )
    refuse_other_readings(work, row, values)
    check_unmoved(work, row, digest)
    row.reviewed_at, row.reviewed_by = work.at, work.actor.person_id
    turn(work, row, state)
    say(work, row, position=2)
    work.note(
        "period.reviewed", subject_kind="cost_period", subject_ref=row.ref, after={"digest": row.allocation_digest}
    )


def send_back(work: Work, *, period: str, why: str) -> None:
    """Bring a split period back to open and say why. Raises: PeriodStands, NotTheirOffice, BadField."""
    row = period_row(work, period)
    state = next_state(Move.SEND_BACK, state=row.state, office=work.actor.office)
    checks = Checks()
    words = checks.text("why", why, limit=2000, required=True)
    checks.done()
    turn(work, row, state, forget=True)
    work.note("period.sent_back", subject_kind="cost_period", subject_ref=row.ref, reason=words)
