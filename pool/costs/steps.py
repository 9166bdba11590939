"""Steps of a cost period: moving it on, the digest of what is approved, the two words, and whether it still stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pool.costs.drivers import DriverValue
from pool.costs.periods import CLOSE_RULE, PeriodState
from pool.costs.rows import facility_costs, facility_rows, firms_by_id, reading_rows
from pool.costs.splitting import problem_document, split
from pool.costs.tables import CostPeriod
from pool.kernel.approvals import give_word, who_gave_words
from pool.kernel.digest import digest_of, plain
from pool.kernel.storage import Work
from pool.kernel.versions import Moved
from pool.kernel.words import gettext as _


class PeriodMoved(Moved):
    """The split is not the one that was looked at, or its sources moved since it was made."""


def turn(work: Work, row: CostPeriod, state: PeriodState, *, forget: bool = False) -> None:
    """Move a period on; with ``forget`` a split that was made no longer counts."""
    row.state = state
    row.version += 1
    if forget:
        row.problem, row.result, row.allocation_digest = {}, {}, ""
        row.allocated_at = row.allocated_by = row.reviewed_at = row.reviewed_by = None
    work.flush()


def digest_of_split(row: CostPeriod) -> str:
    """Return the digest of the split as it stands in the row."""
    # Why the instant: a split made again after a change is another act, and old words must not count for it.
    return digest_of(
        {
            "period": row.ref,
            "from_on": row.from_on,
            "until_on": row.until_on,
            "problem": row.problem,
            "result": row.result,
            "allocated_at": plain(row.allocated_at),
            "allocated_by": row.allocated_by,
        }
    )


def say(work: Work, row: CostPeriod, *, position: int) -> None:
    """Give the acting person's word, first or second, for the split that stands."""
    give_word(work, rule=CLOSE_RULE, subject_ref=row.ref, content_digest=row.allocation_digest, position=position)


def check_unmoved(work: Work, row: CostPeriod, digest: str | None = None) -> None:
    """Refuse where the kept split is not what the period's rows give now, or not what the person saw.

    Raises: PeriodMoved, NothingToShare, NobodyToBear.
    """
    problem = problem_document(row.currency, facility_costs(work, row, firms_by_id(work)))
    stands = problem == row.problem and split(problem) == row.result and digest_of_split(row) == row.allocation_digest
    if not stands or digest not in (None, row.allocation_digest):
        raise PeriodMoved(
            _("The split is not the one that stands now."),
            field="digest",
            next_step=_("Look at the period again; split it anew where its costs or readings changed."),
        )


def check_two_words(work: Work, row: CostPeriod) -> None:
    """Refuse where fewer than two persons approved exactly the split that stands. Raises: PeriodMoved."""
    said = who_gave_words(work, rule=CLOSE_RULE, subject_ref=row.ref, content_digest=row.allocation_digest)
    if len(said) < 2:
        raise PeriodMoved(
            _("Two persons have to approve exactly this split."), field="period", next_step=_("Have it reviewed.")
        )


def same_readings(work: Work, row: CostPeriod, values: Sequence[DriverValue]) -> bool:
    """Tell whether the kept readings of a period are exactly these."""
    codes = {one.id: one.code for one in facility_rows(work, row)}
    kept = [
        DriverValue(codes[one.facility_id], one.firm_id, one.weight, one.unit, one.source)
        for one in reading_rows(work, row)
    ]
    return sorted(map(plain_reading, kept)) == sorted(map(plain_reading, values))


def plain_reading(value: DriverValue) -> list[Any]:
    """Return a reading as plain values, for comparing and for digests."""
    return [value.facility, value.firm_id, value.weight, value.unit, value.source]


def refuse_other_readings(work: Work, row: CostPeriod, values: Sequence[DriverValue]) -> None:
    """Refuse where the sources of a split period give other readings now than it was split by. Raises: PeriodMoved."""
    if not same_readings(work, row, values):
        raise PeriodMoved(
            _("Bookings or registrations changed since the readings were taken."),
            field="period",
            next_step=_("Send the period back and split it anew."),
        )
