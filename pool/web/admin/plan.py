"""The plan: the board of the coming weeks, what waits for a team, kept plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from auditors.roster import queries as roster
from auditors.roster.values import AuditorLine
from pool.bookings.values import BookingLine
from pool.bookings.waiting import WaitingBooking, lines_of_audits, waiting_bookings
from pool.kernel.clock import day_of
from pool.kernel.listing import LARGEST_SIZE, ListRequest
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.policy.loading import load_edition
from pool.web import display
from pool.web.admin import blueprint
from pool.web.admin.plan_view import bar_of
from pool.web.admin.plan_words import Reason, headline_of, reasons_of
from pool.web.boards import Board, Row, plan_board
from pool.web.booking_numbers import competence_names
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action
from pool.web.requests import actor, at, attachment, page, reading
from scheduling.queries import PlanLine, plans

WEEKS = 8
STATES = (("solved", _l("Kept")), ("published", _l("Published")), ("discarded", _l("Discarded")))
SPEC = ListSpec(
    name="plans",
    columns=(
        Column("ref", _l("Plan"), "ref", sort=True, primary=True),
        Column("state", _l("State")),
        Column("placed", _l("Placed"), "number"),
        Column("unplaced", _l("Not placed"), "number"),
        Column("status", _l("Proof")),
        Column("made", _l("Made"), "instant", sort=True, attr="made_at"),
        Column("published_at", _l("Published"), "instant", hidden_on_phone=True),
    ),
    filters=(
        Filter("state", _l("State"), STATES),
        Filter("status", _l("Proof"), (("optimal", _l("Proved best")), ("feasible", _l("Best found")))),
    ),
    search=_l("Reference or digest"),
    default_sort="-made",
    size=10,
)
MEANINGS = {"solved": "due_soon", "published": "good", "discarded": "neutral"}


def may_plan() -> bool:
    """Tell whether the active seat makes plans."""
    return actor().office is Office.PLANNER


def is_overtaken(line: PlanLine) -> bool:
    """Tell whether another plan was published after this one was made: its teams and days are others' now."""
    asked = ListRequest(filters=(("state", ("published",)),), sort="published", descending=True, size=1)
    last = plans(reading(), asked).items
    return bool(last) and last[0].published_at is not None and last[0].published_at >= line.made_at


# --------------------------------------------------------------------------------------------------
# The board


@blueprint.get("/pool/plan")
def plan() -> Any:
    """Show the coming eight weeks, the bookings that wait for a team, and the kept plans."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda part: plans(reading(), part), asked)
        return attachment(csv_of(SPEC, rows, cell=_cell), name="plans.csv", media_type="text/csv")
    today = day_of(at())
    start = _since(today)
    waiting = [_waiting(one) for one in waiting_bookings(reading())]
    kept = plans(reading(), ListRequest(filters=(("state", ("solved",)),), sort="made", descending=True, size=1)).items
    open_plan = kept[0] if kept and not is_overtaken(kept[0]) else None
    return page(
        "admin/plan.html",
        board=_board(start, today),
        period=f"{display.day(start)} – {display.day(start + timedelta(days=WEEKS * 7 - 1))}",
        earlier=url_for("admin.plan", since=(start - timedelta(days=WEEKS * 7)).isoformat()),
        later=url_for("admin.plan", since=(start + timedelta(days=WEEKS * 7)).isoformat()),
        is_now=start <= today < start + timedelta(days=WEEKS * 7),
        functions=load_edition().effort.competence.functions,
        load_days=roster.LOAD_DAYS,
        waiting=waiting,
        act=_act(waiting, open_plan),
        may_plan=may_plan(),
        open_plan=open_plan,
        view=list_view(SPEC, plans(reading(), asked), path=request.path, keep=_kept()),
        words=dict(STATES),
        meanings=MEANINGS,
        proof=proof_word,
    )


def _kept() -> list[tuple[str, str]]:
    given = request.args.get("since", "")
    return [("since", given)] if given else []


def _act(waiting: Sequence[object], open_plan: PlanLine | None) -> Action | None:
    if not may_plan() or not waiting:
        return None
    style = "quiet" if open_plan else "primary"
    return Action(label=_("Plan now"), url=url_for("admin.plan_now"), method="post", style=style)


def _since(today: date) -> date:
    """Return the Monday from which the board is drawn: of the address, else of this week."""
    try:
        asked = date.fromisoformat(request.args.get("since", ""))
    except ValueError:
        asked = today
    # Why a bound: a calendar of the year 9999 has no next page to link to.
    asked = min(max(asked, today - timedelta(days=3660)), today + timedelta(days=3660))
    return asked - timedelta(days=asked.weekday())


def _board(start: date, today: date) -> Board:
    """Return the active auditors by days, grouped by region: five queries."""
    active = ListRequest(filters=(("state", ("active",)),), sort="name", size=LARGEST_SIZE)
    lines = list(every_item(lambda part: roster.roster(reading(), part), active))
    last = start + timedelta(days=WEEKS * 7 - 1)
    spans = roster.calendar(reading(), first_day=start, last_day=last, auditor_ids=[line.auditor.id for line in lines])
    bookings = lines_of_audits(reading(), (span.audit_ref for span in spans))
    names = competence_names()
    rows = [
        Row(
            name=line.auditor.name,
            url=url_for("admin.auditor", ref=line.auditor.ref),
            codes=[(code, names[code]) for code in _functions(line)],
            note=_("%(load)s of %(most)s half-days", load=line.load, most=line.auditor.max_half_days),
            group=line.auditor.region,
            bars=[bar_of(span, bookings) for span in spans if span.auditor_id == line.auditor.id],
        )
        for line in sorted(lines, key=lambda one: (one.auditor.region, one.auditor.name))
    ]
    return plan_board("board", title=_("Who audits when?"), start=start, days=WEEKS * 7, rows=rows, today=today)


def _functions(line: AuditorLine) -> list[str]:
    return [code for code, _level in line.competences if code.startswith("F")]


def _waiting(one: WaitingBooking) -> tuple[BookingLine, str, tuple[Reason, ...]]:
    return one.line, headline_of(one.reasons), reasons_of(one.reasons)


def _cell(item: object, column: Column) -> object:
    assert isinstance(item, PlanLine)
    return proof_word(item.status) if column.key == "status" else column.value_of(item)


def proof_word(status: str) -> str:
    """Return what is known of a plan beside that it is legal."""
    return _("Proved best") if status == "optimal" else _("Best found")


def plan_word(state: str) -> str:
    """Return the word for a state of a plan."""
    return str(dict(STATES).get(state, state))
