"""Reads of auditors: list, profile, calendar, interests, and what planning needs of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlmodel import col, or_, select

from auditors.roster.rules import LeadRun, block_of, present_runs
from auditors.roster.tables import Auditor, Competence, Interest, LeadTerm, Leave
from auditors.roster.values import (
    AuditorLine,
    AuditorView,
    CalendarSpan,
    CompetenceView,
    InterestView,
    LeadTermView,
    LeaveView,
    PlannableAuditor,
    Profile,
)
from pool.kernel.clock import day_of
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.refusals import Missing
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from scheduling.interval import HalfDay, Window
from scheduling.queries import TakenHalfDay, taken_half_days

LOAD_DAYS = 30
R = TypeVar("R", Auditor, Competence, Leave, Interest)


class AuditorMissing(Missing):
    """There is no such auditor, or the seat may not see them."""


class CompetenceMissing(Missing):
    """There is no such competence, or the seat may not see it."""


class LeaveMissing(Missing):
    """There is no such leave, or the seat may not see it."""


class InterestMissing(Missing):
    """There is no such interest, or the seat may not see it."""


AUDITOR_COLUMNS = ListColumns(
    key=col(Auditor.id),
    sorts={"name": col(Auditor.name), "ref": col(Auditor.ref), "region": col(Auditor.region)},
    filters={"state": col(Auditor.state), "region": col(Auditor.region)},
    search=(col(Auditor.name), col(Auditor.ref)),
)
INTEREST_COLUMNS = ListColumns(
    key=col(Interest.id),
    sorts={"declared": col(Interest.created_at), "from": col(Interest.from_on), "auditor": col(Auditor.name)},
    filters={"verdict": col(Interest.verdict), "kind": col(Interest.kind), "source": col(Interest.source)},
    search=(col(Auditor.name), col(Interest.firm_name)),
)


# --------------------------------------------------------------------------------------------------
# Rows, found within scope


def _row(reading: Reading, table: type[R], is_meant: Any, missing: Missing) -> R:
    found = reading.session.exec(select(table).where(is_meant)).one_or_none()
    if found is None:
        raise missing
    return found


def auditor_row(reading: Reading, key: str) -> Auditor:
    """Return the row of an auditor by reference or public id. Raises: AuditorMissing."""
    missing = AuditorMissing(
        _("There is no such auditor."), field="auditor", next_step=_("Look at the list of auditors.")
    )
    return _row(reading, Auditor, or_(col(Auditor.ref) == key, col(Auditor.public_id) == key), missing)


def competence_row(reading: Reading, public_id: str) -> Competence:
    """Return the row of a competence. Raises: CompetenceMissing."""
    missing = CompetenceMissing(
        _("There is no such competence."), field="competence", next_step=_("Look at the auditor's profile.")
    )
    return _row(reading, Competence, col(Competence.public_id) == public_id, missing)


def leave_row(reading: Reading, public_id: str) -> Leave:
    """Return the row of a leave. Raises: LeaveMissing."""
    missing = LeaveMissing(_("There is no such leave."), field="leave", next_step=_("Look at the calendar."))
    return _row(reading, Leave, col(Leave.public_id) == public_id, missing)


def interest_row(reading: Reading, public_id: str) -> Interest:
    """Return the row of an interest. Raises: InterestMissing."""
    missing = InterestMissing(
        _("There is no such interest."), field="interest", next_step=_("Look at the list of interests.")
    )
    return _row(reading, Interest, col(Interest.public_id) == public_id, missing)


# --------------------------------------------------------------------------------------------------
# Values of rows


def auditor_view(row: Auditor) -> AuditorView:
    """Return an auditor's value."""
    return AuditorView(
        id=row.id or 0,
        ref=row.ref,
        public_id=row.public_id,
        name=row.name,
        region=row.region,
        languages=tuple(row.languages),
        time_zone=row.time_zone,
        day_rate_minor=row.day_rate_minor,
        currency=row.currency,
        max_half_days=row.max_half_days,
        state=row.state,
        is_demo=row.is_demo,
    )


def competence_view(row: Competence) -> CompetenceView:
    """Return a competence's value."""
    return CompetenceView(
        row.public_id,
        row.code,
        row.level,
        row.valid_from,
        row.valid_until,
        row.evidence_digest,
        row.evidence_note,
        row.ended_at,
    )


def leave_view(row: Leave) -> LeaveView:
    """Return a leave's value."""
    return LeaveView(row.public_id, HalfDay(row.first_half_day), HalfDay(row.last_half_day), row.kind, row.note)


def interest_view(row: Interest, auditor: Auditor) -> InterestView:
    """Return an interest's value with the days on which it blocks."""
    return InterestView(
        public_id=row.public_id,
        auditor_id=row.auditor_id,
        auditor_ref=auditor.ref,
        auditor_name=auditor.name,
        firm_id=row.firm_id,
        firm_name=row.firm_name,
        kind=row.kind,
        from_on=row.from_on,
        until_on=row.until_on,
        cooling_off_months=row.cooling_off_months,
        note=row.note,
        verdict=row.verdict,
        verdict_reason=row.verdict_reason,
        assessed_at=row.assessed_at,
        source=row.source,
        block=block_of(
            verdict=row.verdict,
            from_on=row.from_on,
            until_on=row.until_on,
            cooling_off_months=row.cooling_off_months,
        ),
        created_at=row.created_at,
    )


# --------------------------------------------------------------------------------------------------
# Lists and profiles


def auditor(reading: Reading, key: str) -> AuditorView:
    """Return an auditor by reference or public id. Raises: AuditorMissing."""
    return auditor_view(auditor_row(reading, key))


def auditors_by_id(reading: Reading, auditor_ids: Iterable[int] | None = None) -> dict[int, AuditorView]:
    """Return auditors within sight by internal key, or only the given ones; one query."""
    statement = select(Auditor).order_by(col(Auditor.id))
    if auditor_ids is not None:
        statement = statement.where(col(Auditor.id).in_(list(auditor_ids)))
    return {row.id or 0: auditor_view(row) for row in reading.session.exec(statement)}


def roster(reading: Reading, request: ListRequest, *, columns: ListColumns = AUDITOR_COLUMNS) -> Page[AuditorLine]:
    """Return one page of auditors with valid competence and load: three queries.

    ``expiring_on`` is the first day on which a competence that is valid today runs out without being renewed.
    """
    page = read_page(reading.session, select(Auditor), request, columns=columns, make=lambda row: row)
    keys = [row.id or 0 for row in page.items]
    today = day_of(reading.at)
    held = _grouped(_competences(reading, keys))
    load = _load(reading, keys, today)
    lines = []
    for row in page.items:
        all_held = [competence_view(one) for one in held.get(row.id or 0, ())]
        valid = [one for one in all_held if one.is_valid_on(today)]
        lines.append(
            AuditorLine(
                auditor=auditor_view(row),
                competences=tuple((one.code, one.level) for one in valid),
                expiring_on=min((last_day_of(one, all_held) for one in valid), default=None),
                load=load.get(row.id or 0, 0),
            )
        )
    return replace(page, items=tuple(lines))


def last_day_of(held: CompetenceView, all_held: Iterable[CompetenceView]) -> date:
    """Return the day on which a competence runs out, its renewals included that follow it without a gap."""
    last = held.valid_until
    for other in sorted(all_held, key=lambda one: one.valid_from):
        follows = other.code == held.code and other.ended_at is None and other.level >= held.level
        if follows and other.valid_from <= last + timedelta(days=1):
            last = max(last, other.valid_until)
    return last


def _load(reading: Reading, keys: Sequence[int], first: date) -> dict[int, int]:
    taken = taken_half_days(
        reading,
        first=HalfDay.morning(first),
        last=HalfDay.afternoon(first + timedelta(days=LOAD_DAYS - 1)),
        auditor_ids=keys,
    )
    counts: dict[int, int] = {}
    for one in taken:
        counts[one.auditor_id] = counts.get(one.auditor_id, 0) + 1
    return counts


def profile(reading: Reading, key: str) -> Profile:
    """Return everything about one auditor; five queries. Raises: AuditorMissing."""
    row = auditor_row(reading, key)
    key_id = row.id or 0
    leave = reading.session.exec(
        select(Leave)
        .where(col(Leave.auditor_id) == key_id, col(Leave.cancelled_at).is_(None))
        .order_by(col(Leave.first_half_day))
    )
    interests = reading.session.exec(
        select(Interest).where(col(Interest.auditor_id) == key_id).order_by(col(Interest.id))
    )
    leads = reading.session.exec(
        select(LeadTerm).where(col(LeadTerm.auditor_id) == key_id).order_by(col(LeadTerm.led_on))
    )
    return Profile(
        auditor=auditor_view(row),
        competences=tuple(competence_view(one) for one in _competences(reading, [key_id])),
        leave=tuple(leave_view(one) for one in leave),
        interests=tuple(interest_view(one, row) for one in interests),
        leads=tuple(LeadTermView(one.firm_id, one.audit_ref, one.led_on) for one in leads),
    )


def profile_of(reading: Reading, auditor_id: int) -> Profile:
    """Return everything about the auditor with this internal key. Raises: AuditorMissing."""
    known = auditors_by_id(reading, [auditor_id]).get(auditor_id)
    return profile(reading, known.ref if known is not None else "")


def interests(reading: Reading, request: ListRequest) -> Page[InterestView]:
    """Return one page of interests within sight: one query."""
    statement: Any = select(Interest, Auditor).join(Auditor, col(Auditor.id) == col(Interest.auditor_id))
    return read_page(reading.session, statement, request, columns=INTEREST_COLUMNS, make=interest_view)


def interest(reading: Reading, public_id: str) -> InterestView:
    """Return one interest. Raises: InterestMissing."""
    row = interest_row(reading, public_id)
    owner = reading.session.exec(select(Auditor).where(col(Auditor.id) == row.auditor_id)).one()
    return interest_view(row, owner)


def calendar(
    reading: Reading, *, first_day: date, last_day: date, auditor_ids: Sequence[int] | None = None
) -> tuple[CalendarSpan, ...]:
    """Return leave and audits of auditors from ``first_day`` to ``last_day`` as spans: two queries.

    Half-days of one audit that follow each other, weekends between them included, are one span.
    """
    first, last = HalfDay.morning(first_day), HalfDay.afternoon(last_day)
    statement = select(Leave).where(
        col(Leave.cancelled_at).is_(None),
        col(Leave.first_half_day) <= last.ordinal,
        col(Leave.last_half_day) >= first.ordinal,
    )
    if auditor_ids is not None:
        statement = statement.where(col(Leave.auditor_id).in_(list(auditor_ids)))
    leave = reading.session.exec(statement.order_by(col(Leave.auditor_id), col(Leave.first_half_day)))
    spans = [
        CalendarSpan(row.auditor_id, "leave", HalfDay(row.first_half_day), HalfDay(row.last_half_day), note=row.note)
        for row in leave
    ]
    spans += _audit_spans(taken_half_days(reading, first=first, last=last, auditor_ids=auditor_ids))
    return tuple(sorted(spans, key=lambda span: (span.auditor_id, span.first, span.audit_ref)))


def _audit_spans(taken: Iterable[TakenHalfDay]) -> list[CalendarSpan]:
    runs: dict[tuple[int, str, str], list[HalfDay]] = {}
    for one in taken:
        runs.setdefault((one.auditor_id, one.audit_ref, one.state), []).append(one.half_day)
    return [
        CalendarSpan(auditor_id, state, halves[0], halves[-1], audit_ref)
        for (auditor_id, audit_ref, state), halves in runs.items()
    ]


# --------------------------------------------------------------------------------------------------
# What planning and screening need


def for_problem(
    reading: Reading, *, first_day: date, last_day: date, auditor_ids: Sequence[int] | None = None
) -> tuple[PlannableAuditor, ...]:
    """Return the active auditors with all that planning needs from ``first_day`` to ``last_day``: six queries."""
    statement = select(Auditor).where(col(Auditor.state) == "active").order_by(col(Auditor.ref))
    if auditor_ids is not None:
        statement = statement.where(col(Auditor.id).in_(list(auditor_ids)))
    rows = list(reading.session.exec(statement))
    keys = [row.id or 0 for row in rows]
    first, last = HalfDay.morning(first_day), HalfDay.afternoon(last_day)
    held = _grouped(_competences(reading, keys))
    leave = _grouped(
        reading.session.exec(
            select(Leave)
            .where(
                col(Leave.auditor_id).in_(keys),
                col(Leave.cancelled_at).is_(None),
                col(Leave.first_half_day) <= last.ordinal,
                col(Leave.last_half_day) >= first.ordinal,
            )
            .order_by(col(Leave.first_half_day))
        )
    )
    ties = _grouped(
        reading.session.exec(select(Interest).where(col(Interest.auditor_id).in_(keys)).order_by(col(Interest.id)))
    )
    taken = _grouped(taken_half_days(reading, first=first, last=last, auditor_ids=keys))
    runs = lead_runs(reading)
    days = (last_day - first_day).days + 1
    return tuple(
        _plannable(
            row,
            held=held.get(row.id or 0, []),
            leave=leave.get(row.id or 0, []),
            ties=ties.get(row.id or 0, []),
            taken=taken.get(row.id or 0, []),
            runs=tuple(run for run in runs if run.auditor_id == row.id),
            days=days,
        )
        for row in rows
    )


def _plannable(
    row: Auditor,
    *,
    held: Sequence[Competence],
    leave: Sequence[Leave],
    ties: Sequence[Interest],
    taken: Sequence[TakenHalfDay],
    runs: tuple[LeadRun, ...],
    days: int,
) -> PlannableAuditor:
    # The limit is per 30 days: a longer horizon allows proportionally more, a shorter one never less than the limit.
    allowed = max(row.max_half_days, row.max_half_days * days // LOAD_DAYS)
    return PlannableAuditor(
        auditor=auditor_view(row),
        competences=tuple(competence_view(one) for one in held),
        unavailable=(*(leave_view(one).window for one in leave), *windows_of([one.half_day for one in taken])),
        interests=tuple(interest_view(one, row) for one in ties),
        runs=runs,
        half_days_left=max(0, allowed - len(taken)),
    )


def windows_of(half_days: Iterable[HalfDay]) -> tuple[Window, ...]:
    """Return half-days, in any order, as windows of half-days that follow each other directly."""
    windows: list[Window] = []
    for half_day in sorted(set(half_days)):
        if windows and windows[-1].ends == half_day:
            windows[-1] = Window(windows[-1].begins, half_day.next())
        else:
            windows.append(Window(half_day, half_day.next()))
    return tuple(windows)


def lead_runs(reading: Reading, *, beside: str = "") -> tuple[LeadRun, ...]:
    """Return who leads at which firm without a break, and since when, ``beside`` one audit: one query."""
    rows = reading.session.exec(select(LeadTerm).where(col(LeadTerm.audit_ref) != beside))
    return present_runs((row.auditor_id, row.firm_id, row.led_on) for row in rows)


def blocking_interests(
    reading: Reading, *, auditor_ids: Sequence[int], firm_id: int, first: date, last: date
) -> tuple[InterestView, ...]:
    """Return the interests that keep any of the auditors from a firm on a day from ``first`` to ``last``."""
    rows: Any = reading.session.exec(
        select(Interest, Auditor)
        .join(Auditor, col(Auditor.id) == col(Interest.auditor_id))
        .where(col(Interest.auditor_id).in_(list(auditor_ids)), col(Interest.firm_id) == firm_id)
        .order_by(col(Interest.id))
    )
    views = [interest_view(tie, owner) for tie, owner in rows]
    return tuple(view for view in views if view.block is not None and view.block.meets(first, last))


def _competences(reading: Reading, keys: Sequence[int]) -> list[Competence]:
    return list(
        reading.session.exec(
            select(Competence)
            .where(col(Competence.auditor_id).in_(list(keys)))
            .order_by(col(Competence.code), col(Competence.valid_from), col(Competence.id))
        )
    )


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.auditor_id, []).append(row)
    return found
