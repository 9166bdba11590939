"""An auditor's time: the calendar of half-days with audits and leave, adding leave and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from auditors.roster import queries as roster
from auditors.roster.values import LeaveView
from pool.journeys import roster as journeys
from pool.kernel.clock import day_of
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web import display
from pool.web.auditor import blueprint, vocabulary
from pool.web.boards import DayMark, Month, calendar_strip
from pool.web.fields import Choice, DateField, Radio, Text
from pool.web.forms import Bound, Form, Section
from pool.web.requests import actor, at, attempt, page, perform, reading
from scheduling.interval import HalfDay
from scheduling.queries import taken_half_days

WEEKS = 8
LOAD_DAYS = 30
_HALVES = (("am", _l("morning")), ("pm", _l("afternoon")))
LEAVE = Form(
    "leave",
    [
        Section(
            "",
            [
                DateField(name="first", label=_l("First day")),
                Radio(name="first_half", label=_l("It begins in the"), choices=_HALVES, default="am"),
                DateField(name="last", label=_l("Last day")),
                Radio(name="last_half", label=_l("It ends after the"), choices=_HALVES, default="pm"),
                Choice(name="kind", label=_l("Kind"), choices=tuple(vocabulary.LEAVE_KINDS.items()), default="leave"),
                Text(name="note", label=_l("Note"), required=False, most=500,
                     help=_l("The planner reads it; firms do not.")),
            ],
        )
    ],
)  # fmt: skip


@blueprint.get("/calendar")
def calendar() -> Any:
    """Show the auditor's half-days, eight weeks at a time."""
    return _calendar_page(LEAVE.fresh())


def _calendar_page(bound: Bound, status: int = 200) -> Any:
    auditor_id, today = actor().auditor_id or 0, day_of(at())
    profile = roster.profile_of(reading(), auditor_id)
    start = _start(today)
    marks = taken_marks(reading(), auditor_id, first=start, last=start + timedelta(days=7 * WEEKS), leave=profile.leave)
    spans = roster.calendar(reading(), first_day=today, last_day=today + timedelta(days=365), auditor_ids=[auditor_id])
    ahead = [
        one.half_day
        for one in taken_half_days(
            reading(),
            first=HalfDay.morning(today),
            last=HalfDay.afternoon(today + timedelta(days=LOAD_DAYS - 1)),
            auditor_ids=[auditor_id],
        )
    ]
    earlier, later = start - timedelta(days=7 * WEEKS), start + timedelta(days=7 * WEEKS)
    return page(
        "auditor/calendar.html",
        status,
        chart=calendar_strip(
            "half-days", title=_("When am I where?"), month=month_of(start, WEEKS, marks), today=today
        ),
        period=f"{display.day(start)} – {display.day(later - timedelta(days=1))}",
        earlier_url=url_for("auditor.calendar", since=earlier.isoformat()),
        later_url=url_for("auditor.calendar", since=later.isoformat()),
        today_url=url_for("auditor.calendar"),
        is_now=start <= today < later,
        visits=[span for span in spans if span.kind != "leave"],
        leave=[one for one in profile.leave if one.last.day >= today],
        load=len(ahead),
        limit=profile.auditor.max_half_days,
        load_days=LOAD_DAYS,
        form=bound,
        words=vocabulary,
        half_word=half_word,
    )


def half_word(half_day: HalfDay) -> str:
    """Return a half-day in words."""
    return f"{display.day(half_day.day)}, {_('afternoon') if half_day.ordinal % 2 else _('morning')}"


def _start(today: date) -> date:
    """Return the Monday from which weeks are shown: of the address, else of this week."""
    try:
        asked = date.fromisoformat(request.args.get("since", ""))
    except ValueError:
        asked = today
    # Why a bound: a calendar of the year 9999 has no next page to link to.
    asked = min(max(asked, today - timedelta(days=3660)), today + timedelta(days=3660))
    return asked - timedelta(days=asked.weekday())


def month_of(start: date, weeks: int, marks: dict[date, list[DayMark]]) -> Month:
    """Return some weeks of a calendar from the week of ``start`` on."""
    return Month(start - timedelta(days=start.weekday()), weeks, marks)


def taken_marks(
    view: Reading, auditor_id: int, *, first: date, last: date, leave: Iterable[LeaveView]
) -> dict[date, list[DayMark]]:
    """Return what a calendar says of each day from ``first`` to ``last``: audits, held half-days, leave."""
    halves: dict[date, dict[int, tuple[str, str, str]]] = {}
    taken = taken_half_days(view, first=HalfDay.morning(first), last=HalfDay.afternoon(last), auditor_ids=[auditor_id])
    for one in taken:
        kind = "booked" if one.state == "booked" else "proposed"
        words = _("%(ref)s, booked", ref=one.audit_ref) if kind == "booked" else _("%(ref)s, held for you",
                                                                                  ref=one.audit_ref)  # fmt: skip
        url = url_for("auditor.audit", ref=one.audit_ref) if kind == "booked" else ""
        halves.setdefault(one.half_day.day, {})[one.half_day.ordinal % 2] = (kind, words, url)
    for span in leave:
        for ordinal in range(max(span.first.ordinal, first.toordinal() * 2),
                             min(span.last.ordinal, last.toordinal() * 2 + 1) + 1):  # fmt: skip
            half = HalfDay(ordinal)
            words = vocabulary.leave_word(span.kind)
            halves.setdefault(half.day, {}).setdefault(ordinal % 2, ("leave", words, ""))
    return {day: _marks(both) for day, both in halves.items()}


def _marks(both: dict[int, tuple[str, str, str]]) -> list[DayMark]:
    """Return one mark for a day whose halves are alike, else one per half."""
    if len(both) == 2 and both[0] == both[1]:
        kind, words, url = both[0]
        return [DayMark(kind, words, url)]
    return [DayMark(kind, words, url, half=half) for half, (kind, words, url) in sorted(both.items())]


# --------------------------------------------------------------------------------------------------
# Leave


@blueprint.post("/calendar/leave")
def add_leave() -> Any:
    """Keep half-days free."""
    bound = LEAVE.bind(request.form)
    answer = attempt(
        bound,
        lambda: perform(
            journeys.set_leave,
            auditor=roster.profile_of(reading(), actor().auditor_id or 0).auditor.ref,
            first=_half(bound["first"], bound["first_half"]),
            last=_half(bound["last"], bound["last_half"]),
            kind=bound["kind"],
            note=bound["note"],
            then=lambda _leave: url_for("auditor.calendar") + "#leave",
        ),
    )
    if answer is not None:
        return answer
    return _calendar_page(bound, 422)


def _half(day: date, half: str) -> HalfDay:
    return HalfDay.afternoon(day) if half == "pm" else HalfDay.morning(day)


@blueprint.post("/calendar/leave/<public_id>/cancel")
def cancel_leave(public_id: str) -> Any:
    """Take a leave back."""
    return perform(journeys.cancel_leave, leave=public_id, then=lambda _n: url_for("auditor.calendar") + "#leave")
