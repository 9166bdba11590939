"""What the page of a period shows: steps with their checks, who uses what, the split, what changed, the two words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from pool.costs import queries
from pool.costs.queries import PeriodView, StatementView, StepView
from pool.costs.splitting import FacilityCost
from pool.costs.statements import ShareLine, shown_exact
from pool.costs.wording import unit_words
from pool.journeys.settle import Gathered, gather
from pool.kernel.listing import LARGEST_SIZE, ListRequest
from pool.kernel.money import Money
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.members.queries import firms
from pool.web import display
from pool.web.admin.cost_words import bare, exact_words, unit_head, weight_words
from pool.web.parts import Step


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One amount of the split: whole, and the exact one beside it where it is not whole."""

    whole: str
    exact: str
    is_used: bool


@dataclass(frozen=True, kw_only=True)
class ShareRow:
    """One firm's row of the split, and its lines in full."""

    firm_ref: str
    firm_name: str
    cells: tuple[Cell, ...]
    total: Cell
    alone: str
    saving: str
    told: str
    last: str
    change: str
    lines: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class DriverRow:
    """One firm's use of the facilities, in the units people count in."""

    firm_name: str
    weights: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A driver that reads otherwise now than when the readings were taken."""

    facility: str
    firm: str
    before: str
    now: str


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """Who used which facility, and what moved since the readings were taken."""

    facilities: tuple[tuple[str, str, str], ...]
    rows: tuple[DriverRow, ...]
    is_taken: bool
    moved: tuple[Moved, ...]


@dataclass(frozen=True, kw_only=True)
class PeriodPage:
    """Everything a period's page shows beside its costs."""

    steps: tuple[Step, ...]
    drivers: Drivers
    facilities: tuple[FacilityCost, ...]
    rows: tuple[ShareRow, ...]
    sums: tuple[str, ...]
    statements: tuple[StatementView, ...]
    last_ref: str


def period_page(reading: Reading, found: PeriodView) -> PeriodPage:
    """Return what the page of a period shows; the number of queries does not depend on its size."""
    names = {firm.id: (firm.ref, firm.name) for firm in firms(reading)}
    now = (
        None
        if found.state == "closed"
        else gather(reading, from_on=found.from_on, until_on=found.until_on, currency=found.currency)
    )
    own = _statements_of(reading, found.ref) if found.state == "closed" else ()
    last_ref = _last_before(reading, found)
    last = {one.firm_ref: one.total_minor for one in _statements_of(reading, last_ref)} if last_ref else {}
    costly = tuple(one for one in found.facilities if one.lines)
    told = _told(now, own, {key: ref for key, (ref, _name) in names.items()})
    return PeriodPage(
        steps=steps_of(found),
        drivers=_drivers(found, now, names),
        facilities=costly,
        rows=tuple(_row(one, costly, found.currency, told, last if last_ref else None) for one in found.shares),
        sums=tuple(bare(one.cost_minor, found.currency) for one in costly),
        statements=own,
        last_ref=last_ref,
    )


def _statements_of(reading: Reading, period_ref: str) -> tuple[StatementView, ...]:
    asked = ListRequest(filters=(("period", (period_ref,)),), sort="ref", size=LARGEST_SIZE)
    return queries.statements(reading, asked).items


def _last_before(reading: Reading, found: PeriodView) -> str:
    """Return the reference of the closed period before this one; empty where there is none."""
    asked = ListRequest(filters=(("state", ("closed",)),), sort="from_on", descending=True, size=LARGEST_SIZE)
    return next((one.ref for one in queries.periods(reading, asked).items if one.until_on < found.from_on), "")


def _told(now: Gathered | None, own: Sequence[StatementView], refs: Mapping[int, str]) -> dict[str, int]:
    if now is not None:
        return {refs[firm]: amount for firm, amount in now.estimates.items() if firm in refs}
    return {one.firm_ref: one.estimate_minor for one in own if one.estimate_minor is not None}


# --------------------------------------------------------------------------------------------------
# Steps


def steps_of(found: PeriodView) -> tuple[Step, ...]:
    """Return the way of a period with where it stands; what hinders a step says so."""
    met = {check.id: check.met for check in found.checks}
    is_split = found.state != "open"
    done = {
        "costs": met["costs"],
        "drivers": is_split,
        "allocate": is_split,
        "review": found.reviewed_at is not None,
        "post": found.state == "closed",
        "statements": found.state == "closed",
    }
    notes = {
        "costs": _(
            "%(n)s documents, %(sum)s",
            n=display.number(len(found.costs)),
            sum=display.money(_money(found, found.cost_minor)),
        ),
        "drivers": _("read by the rooms"),
        "allocate": display.day(found.allocated_at) if found.allocated_at else _("treasurer"),
        "review": display.day(found.reviewed_at) if found.reviewed_at else _("a second person"),
        "post": display.day(found.closed_at)
        if found.closed_at
        else _("after %(day)s", day=display.day(found.until_on)),
        "statements": str(len(found.statements)) if found.statements else _("one per firm"),
    }
    labels = {
        "costs": _("Costs"),
        "drivers": _("Drivers"),
        "allocate": _("Split"),
        "review": _("Review"),
        "post": _("Post"),
        "statements": _("Statements"),
    }
    blocked = {"allocate": not met["users"], "post": found.state == "reviewed" and not met["over"]}
    # A step leads to its part of the page, where it has one yet.
    shown = {
        "costs",
        "drivers",
        *(("allocate", "review") if is_split else ()),
        *(("post", "statements") if done["post"] else ()),
    }
    current = next((key for key, is_done in done.items() if not is_done), "")
    if current == "drivers":  # the readings are taken by splitting
        current = "allocate"
    return tuple(
        Step(
            label=labels[key],
            state="done" if is_done else "blocked" if blocked.get(key) else "current" if key == current else "open",
            note=notes[key],
            url=f"#{key}" if key in shown else "",
        )
        for key, is_done in done.items()
    )


def _money(found: PeriodView, amount_minor: int) -> Money:
    return Money(amount_minor, found.currency)


def said_by(found: PeriodView, verb: str) -> StepView | None:
    """Return the step that gave a word which still counts: the last of its kind since the last change."""
    changes = {"period.cost_added", "period.readings_taken", "period.sent_back"}
    last: StepView | None = None
    for step in found.history:
        if step.verb == verb:
            last = step
        elif step.verb in changes:
            last = None
    return last if found.state != "open" else None


# --------------------------------------------------------------------------------------------------
# Drivers


def _drivers(found: PeriodView, now: Gathered | None, names: Mapping[int, tuple[str, str]]) -> Drivers:
    """Return the readings that were taken; before that, how they would read now."""
    kept = {(one.facility, one.firm_ref): (one.weight, one.unit) for one in found.readings}
    present = {
        (value.facility, names[value.firm_id][0]): (value.weight, value.unit)
        for value in (now.values if now is not None else ())
        if value.firm_id in names
    }
    shown = kept or present
    by_ref = dict(names.values())
    facilities = [one for one in found.facilities if any(code == one.code for code, _firm in shown)]
    units = {code: unit for (code, _firm), (_weight, unit) in shown.items()}
    members = sorted({firm for _code, firm in shown}, key=lambda ref: str(by_ref.get(ref, ref)).casefold())
    return Drivers(
        facilities=tuple((one.code, one.name, unit_head(units[one.code])) for one in facilities),
        rows=tuple(
            DriverRow(
                firm_name=by_ref.get(ref, ref),
                weights=tuple(
                    weight_words(*shown[one.code, ref]) if (one.code, ref) in shown else "" for one in facilities
                ),
            )
            for ref in members
        ),
        is_taken=bool(kept),
        moved=_moved(found, kept, present, by_ref) if kept and now is not None else (),
    )


def _moved(
    found: PeriodView,
    kept: Mapping[tuple[str, str], tuple[int, str]],
    present: Mapping[tuple[str, str], tuple[int, str]],
    by_ref: Mapping[str, str],
) -> tuple[Moved, ...]:
    names = {one.code: one.name for one in found.facilities}
    return tuple(
        Moved(
            facility=names.get(code, code),
            firm=by_ref.get(ref, ref),
            before=weight_words(*kept[code, ref]) if (code, ref) in kept else "–",
            now=weight_words(*present[code, ref]) if (code, ref) in present else "–",
        )
        for code, ref in sorted({*kept, *present})
        if kept.get((code, ref)) != present.get((code, ref))
    )


# --------------------------------------------------------------------------------------------------
# The split


def _row(
    share: queries.FirmShare,
    costly: Sequence[FacilityCost],
    currency: str,
    told: Mapping[str, int],
    last: Mapping[str, int] | None,
) -> ShareRow:
    own = {line.facility: line for line in share.lines}
    before = None if last is None else last.get(share.firm_ref, 0)
    estimate = told.get(share.firm_ref)
    return ShareRow(
        firm_ref=share.firm_ref,
        firm_name=share.firm_name,
        cells=tuple(_cell(own.get(one.code), currency) for one in costly),
        total=Cell(
            whole=bare(share.total_minor, currency),
            exact=exact_words(Fraction(share.exact_total), currency),
            is_used=bool(share.total_minor),
        ),
        alone=bare(share.stand_alone_minor, currency),
        saving=bare(share.stand_alone_minor - share.total_minor, currency),
        told="" if estimate is None else bare(estimate, currency),
        last="" if before is None else bare(before, currency),
        change="" if before is None else bare(share.total_minor - before, currency),
        lines=tuple(_line(line, currency) for line in share.lines),
    )


def _cell(line: ShareLine | None, currency: str) -> Cell:
    if line is None or not (line.weight or line.amount_minor):
        return Cell(whole="", exact="", is_used=False)
    return Cell(whole=bare(line.amount_minor, currency), exact=exact_words(line.exact, currency), is_used=True)


def _line(line: ShareLine, currency: str) -> tuple[str, str, str, str]:
    """Return a line in full: facility, part of the whole in words, the exact minor units, the whole amount."""
    if line.kind == "direct":
        why = _("caused by this firm alone")
    else:
        why = _(
            "%(weight)s of %(total)s (%(unit)s) of %(cost)s",
            weight=weight_words(line.weight, line.unit),
            total=weight_words(line.total_weight, line.unit),
            unit=unit_head(line.unit) or unit_words(line.unit),
            cost=bare(line.facility_cost_minor, currency),
        )
    return line.name, why, shown_exact(line.exact), bare(line.amount_minor, currency)


def first_closing_day(found: PeriodView) -> str:
    """Return the first day on which a period may close, in words."""
    return display.day(found.until_on + timedelta(days=1))
