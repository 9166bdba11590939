"""What a plan page shows: bars of the board, teams with their price and covers, the checker's verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for

from auditors.roster import queries as roster
from auditors.roster.values import AuditorView, CalendarSpan
from pool.bookings.values import BookingLine
from pool.bookings.waiting import lines_of_audits
from pool.kernel.money import Money
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.web import display
from pool.web.admin.plan_words import Cover, Reason, covers_of, headline_of, level_words, reasons_of
from pool.web.auditor import vocabulary
from pool.web.boards import Bar, Board, Row, plan_board
from scheduling.interval import HalfDay
from scheduling.plan import LEVELS, Assignment, Plan, plan_from_json
from scheduling.problem import Audit, Problem
from scheduling.problem_json import problem_from_json
from scheduling.queries import PlanFile
from scheduling.verify import verify

#: A board of a plan draws at most so many weeks; the table beneath names every day.
MOST_WEEKS = 14


def bar_of(span: CalendarSpan, lines: Mapping[str, BookingLine]) -> Bar:
    """Return the bar of a stretch of a calendar: leave is hatched, held half-days dashed, booked ones full."""
    first, last = span.first, span.last
    place: dict[str, Any] = {
        "first": first.day,
        "last": last.day,
        "first_half": first.ordinal % 2,
        "last_half": last.ordinal % 2,
    }
    if span.kind == "leave":
        return Bar(label=_("Away"), kind="leave", words=span.note or _("Away"), **place)
    line = lines.get(span.audit_ref)
    names = ", ".join(name for _ref, name in line.deployments) if line else ""
    return Bar(
        label=line.firm_name if line else span.audit_ref,
        kind="booked" if span.kind == "booked" else "proposed",
        tier=line.tier if line else "",
        url=url_for("admin.booking", ref=line.ref) if line else "",
        words=f"{span.audit_ref}: {line.firm_name}, {names}" if line else span.audit_ref,
        **place,
    )


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One person of a planned team."""

    ref: str
    name: str
    role: str
    price: Money


@dataclass(frozen=True, kw_only=True)
class Team:
    """A placed audit: when, who, at what price, and who covers which need."""

    audit: str
    booking: str
    firm: str
    deployments: str
    tier: str
    kind: str
    first: HalfDay
    last: HalfDay
    half_days: int
    seats: tuple[Seat, ...]
    price: Money
    covers: tuple[Cover, ...]


@dataclass(frozen=True, kw_only=True)
class UnplacedAudit:
    """An audit without a place, and why."""

    audit: str
    booking: str
    firm: str
    deployments: str
    tier: str
    headline: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Level:
    """One level of the objective: its name, what it counts, its figure."""

    name: str
    words: str
    figure: int | Money


@dataclass(frozen=True, kw_only=True)
class PlanPage:
    """Everything a plan's page shows beside its state."""

    teams: tuple[Team, ...]
    unplaced: tuple[UnplacedAudit, ...]
    levels: tuple[Level, ...]
    verdict: Mapping[str, Any]
    board: Board | None
    first_day: date
    last_day: date
    auditors: int
    price: Money


def plan_page(reading: Reading, file: PlanFile, *, today: date) -> PlanPage:
    """Return what the page of a kept plan shows: two queries. The checker runs on the kept documents."""
    problem, plan = problem_from_json(file.problem), plan_from_json(file.plan)
    lines = lines_of_audits(reading, (audit.id for audit in problem.audits))
    names = {view.ref: view for view in roster.auditors_by_id(reading).values()}
    audits = {audit.id: audit for audit in problem.audits}
    teams = tuple(
        _team(placed, audits[placed.audit], problem, lines.get(placed.audit), names)
        for placed in sorted(plan.assignments, key=lambda one: (one.half_days[:1], one.audit))
        if placed.audit in audits
    )
    return PlanPage(
        teams=teams,
        unplaced=tuple(
            _unplaced(left.audit, audits.get(left.audit), [(s.rule, s.left) for s in left.funnel], lines)
            for left in plan.unplaced
        ),
        levels=_levels(plan, problem.currency),
        verdict=verify(file.problem, file.plan),
        board=_board(plan, teams, names, today) if teams else None,
        first_day=problem.first_day,
        last_day=problem.last_day,
        auditors=len(problem.auditors),
        price=Money(plan.objective["money_minor"], problem.currency),
    )


def _deployments(line: BookingLine | None) -> str:
    return ", ".join(name for _ref, name in line.deployments) if line else ""


def _team(
    placed: Assignment,
    audit: Audit,
    problem: Problem,
    line: BookingLine | None,
    names: Mapping[str, AuditorView],
) -> Team:
    known = {auditor.id: auditor for auditor in problem.auditors}
    half_days = len(placed.half_days)
    seats = tuple(
        Seat(
            ref=seat.auditor,
            name=names[seat.auditor].name if seat.auditor in names else seat.auditor,
            role=_("leads") if seat.role == "lead" else _("audits"),
            price=Money(_price(known[seat.auditor].day_rate_minor, half_days), problem.currency),
        )
        for seat in placed.team
        if seat.auditor in known
    )
    people = [
        (one.name, known[one.ref], seat.role)
        for one, seat in zip(seats, (s for s in placed.team if s.auditor in known), strict=True)
    ]
    days = sorted({half_day.day for half_day in placed.half_days})
    return Team(
        audit=placed.audit,
        booking=line.ref if line else "",
        firm=line.firm_name if line else audit.firm,
        deployments=_deployments(line),
        tier=audit.tier,
        kind=vocabulary.kind_word(line.kind) if line else "",
        first=placed.half_days[0],
        last=placed.half_days[-1],
        half_days=half_days,
        seats=seats,
        price=Money(sum(one.price.amount_minor for one in seats), problem.currency),
        covers=covers_of([(audit.lead, True), *((need, False) for need in audit.needs)], people, days),
    )


def _price(day_rate_minor: int, half_days: int) -> int:
    """Return what one person costs, rounded up to a whole unit. Source: level ``money_minor`` of the plan's format."""
    return -(-day_rate_minor * half_days // 2)


def _unplaced(
    ref: str, audit: Audit | None, steps: Sequence[tuple[str, int]], lines: Mapping[str, BookingLine]
) -> UnplacedAudit:
    line = lines.get(ref)
    return UnplacedAudit(
        audit=ref,
        booking=line.ref if line else "",
        firm=line.firm_name if line else audit.firm if audit else "",
        deployments=_deployments(line),
        tier=audit.tier if audit else "",
        headline=headline_of(steps),
        reasons=reasons_of(steps),
    )


def _levels(plan: Plan, currency: str) -> tuple[Level, ...]:
    return tuple(
        Level(
            name=level_words(level),
            words=str(words),
            figure=Money(plan.objective[level], currency) if level == "money_minor" else plan.objective[level],
        )
        for level, words in LEVELS.items()
    )


def _board(plan: Plan, teams: Iterable[Team], names: Mapping[str, AuditorView], today: date) -> Board:
    known = {team.audit: team for team in teams}
    placed = [one for one in plan.assignments if one.audit in known]
    first = min(one.half_days[0].day for one in placed)
    start = first - timedelta(days=first.weekday())
    last = max(one.half_days[-1].day for one in placed)
    weeks = min(MOST_WEEKS, (last - start).days // 7 + 1)
    bars: dict[str, list[Bar]] = {}
    for one in placed:
        team = known[one.audit]
        for seat in one.team:
            bars.setdefault(seat.auditor, []).append(
                Bar(
                    label=team.firm,
                    first=one.half_days[0].day,
                    last=one.half_days[-1].day,
                    first_half=one.half_days[0].ordinal % 2,
                    last_half=one.half_days[-1].ordinal % 2,
                    url=f"#{one.audit}",
                    tier=team.tier,
                    kind="planned",
                    words=_("%(audit)s: %(firm)s, %(role)s", audit=one.audit, firm=team.firm,
                            role=_("leads") if seat.role == "lead" else _("audits")),
                )
            )  # fmt: skip
    rows = [
        Row(
            name=names[ref].name if ref in names else ref,
            bars=bars[ref],
            note=display.number(sum(_halves(bar) for bar in bars[ref])) + " " + _("half-days"),
        )
        for ref in sorted(bars, key=lambda one: names[one].name if one in names else one)
    ]
    return plan_board(
        "plan", title=_("Who works when, by this plan?"), start=start, days=weeks * 7, rows=rows, today=today
    )


def _halves(bar: Bar) -> int:
    """Count the working half-days of a bar: weekends between its ends are nobody's work."""
    halves = (
        HalfDay(ordinal)
        for ordinal in range(bar.first.toordinal() * 2 + bar.first_half, bar.last.toordinal() * 2 + bar.last_half + 1)
    )
    return sum(1 for half in halves if half.day.weekday() < 5)
