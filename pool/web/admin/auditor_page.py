"""One auditor: profile, competence with validity and evidence, calendar, interests, terms as lead, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from auditors.roster import queries
from auditors.roster.lists import EXPIRING_DAYS
from auditors.roster.queries import LOAD_DAYS, last_day_of
from auditors.roster.values import AuditorView, CalendarSpan, CompetenceView, Profile
from pool.bookings.waiting import lines_of_audits
from pool.kernel.clock import day_of
from pool.kernel.history import activity_of
from pool.kernel.money import Money
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.members.queries import SeatView, firms, person_of_auditor
from pool.web import display
from pool.web.admin import blueprint
from pool.web.admin.interests import blocks_word, may_assess, may_detect
from pool.web.admin.plan_view import bar_of
from pool.web.admin.roster import competence_names, may_keep, may_see_interests
from pool.web.auditor import vocabulary
from pool.web.boards import Row, plan_board
from pool.web.history import events_of
from pool.web.parts import Action, Crumb, Explanation, Fact
from pool.web.requests import actor, at, page, reading
from scheduling.interval import HalfDay
from scheduling.queries import taken_half_days

WEEKS = 8


@dataclass(frozen=True, kw_only=True)
class Held:
    """A competence as it is shown: its name, how its validity stands today, and what may be done with it."""

    view: CompetenceView
    name: str
    word: str
    meaning: str
    is_live: bool
    has_file: bool


@blueprint.get("/pool/roster/<ref>")
def auditor(ref: str) -> Any:
    """Show one auditor."""
    profile = queries.profile(reading(), ref)
    today, one = day_of(at()), profile.auditor
    held = held_views(profile.competences, today)
    seat = person_of_auditor(reading(), one.id)
    load = len(_taken(one, today))
    sees_interests = may_see_interests()
    return page(
        "admin/auditor.html",
        auditor=one,
        sentence=_sentence(one, load, held, seat),
        primary=_primary(one, held, seat),
        actions=_actions(one, seat),
        must_act=None if may_keep() else _("planner or administrator"),
        facts=_facts(profile, seat, load),
        live=[view for view in held if view.is_live],
        past=[view for view in held if not view.is_live],
        may_keep=may_keep(),
        board=_board(one, today),
        leave=[span for span in profile.leave if span.last.day >= today],
        interests=profile.interests if sees_interests else (),
        sees_interests=sees_interests,
        load=load,
        may_assess=may_assess(),
        blocks=blocks_word,
        leads=_leads(profile),
        words=vocabulary,
        half_word=half_word,
        events=events_of(activity_of(reading(), one.ref)) if sees_interests else [],
        crumbs=[Crumb(label=_("Roster"), url=url_for("admin.roster")), Crumb(label=one.name)],
    )


def half_word(half_day: HalfDay) -> str:
    """Return a half-day in words."""
    return f"{display.day(half_day.day)}, {_('afternoon') if half_day.ordinal % 2 else _('morning')}"


def _taken(one: AuditorView, today: date) -> Sequence[object]:
    return taken_half_days(
        reading(),
        first=HalfDay.morning(today),
        last=HalfDay.afternoon(today + timedelta(days=LOAD_DAYS - 1)),
        auditor_ids=[one.id],
    )


def held_views(competences: Sequence[CompetenceView], today: date) -> list[Held]:
    """Return competences with their names and how they stand on ``today``; what ends first stands first."""
    names = competence_names()
    found = [_held(view, competences, names, today) for view in competences]
    return sorted(found, key=lambda one: (one.view.valid_until, one.view.code))


def _held(view: CompetenceView, all_held: Iterable[CompetenceView], names: dict[str, str], today: date) -> Held:
    last = last_day_of(view, all_held)
    if view.ended_at is not None:
        word, meaning = _("Ended"), "neutral"
    elif view.valid_until < today:
        word, meaning = (_("Renewed"), "neutral") if last >= today else (_("Ran out"), "overdue")
    elif view.valid_from > today:
        word, meaning = _("Begins later"), "neutral"
    elif last <= today + timedelta(days=EXPIRING_DAYS):
        word, meaning = _("Ends soon"), "due_soon"
    else:
        word, meaning = _("Valid"), "good"
    return Held(
        view=view,
        name=names.get(view.code, ""),
        word=word,
        meaning=meaning,
        is_live=view.ended_at is None and view.valid_until >= today,
        has_file=bool(view.evidence_digest),
    )


def _sentence(one: AuditorView, load: int, held: Sequence[Held], seat: SeatView | None) -> str:
    if one.state == "left":
        return _("Left the roster. The history stays.")
    if one.state == "paused":
        return _("Paused: planning leaves this auditor out, what is booked stays.")
    if not any(view.is_live for view in held):
        return _("No competence is valid: planning cannot place this auditor yet.")
    if seat is None:
        return _("Nobody has taken the seat: planning leaves this auditor out until the invitation is taken.")
    ending = next((view for view in held if view.meaning == "due_soon"), None)
    said = _(
        "%(load)s of %(most)s half-days of the next 30 days are given to audits.", load=load, most=one.max_half_days
    )
    if ending is None:
        return said
    ends = _("%(code)s ends on %(day)s.", code=ending.view.code, day=display.day(ending.view.valid_until))
    return f"{said} {ends}"


def _primary(one: AuditorView, held: Sequence[Held], seat: SeatView | None) -> Action | None:
    if not may_keep():
        return None
    if one.state == "active" and seat is None and any(view.is_live for view in held):
        return Action(label=_("Invite the person"), url=url_for("admin.invite_auditor", ref=one.ref))
    return Action(label=_("Confirm a competence"), url=url_for("admin.add_competence", ref=one.ref))


def _actions(one: AuditorView, seat: SeatView | None) -> list[Action]:
    found = []
    if may_keep():
        found.append(Action(label=_("Change"), url=url_for("admin.change_auditor", ref=one.ref), style="quiet"))
    if may_keep() and seat is None:
        found.append(Action(label=_("Invite again"), url=url_for("admin.invite_auditor", ref=one.ref), style="quiet"))
    if may_detect():
        found.append(
            Action(label=_("Enter an interest"), url=url_for("admin.detect_interest", ref=one.ref), style="quiet")
        )
    return found


def _facts(profile: Profile, seat: SeatView | None, load: int) -> list[Fact]:
    one = profile.auditor
    facts = [
        Fact(label=_("Person"), value=seat.person_name if seat else _("nobody has taken the seat"),
             hint=seat.person_email if seat and actor().office is not Office.TREASURER else ""),
        Fact(label=_("Languages"), value=one.languages),
        Fact(label=_("Region"), value=one.region),
        Fact(label=_("Time zone"), value=one.time_zone),
        Fact(
            label=_("Load"),
            value=_("%(load)s of %(most)s half-days", load=load, most=one.max_half_days),
            explain=Explanation(
                rule=_("Half-days held or booked from today on, beside the limit agreed with the auditor. A longer "
                       "horizon allows proportionally more; planning never goes beyond it."),
                inputs=[(_("Days counted"), LOAD_DAYS), (_("Half-days taken"), load), (_("Limit"), one.max_half_days)],
            ),
        ),
        Fact(label=_("Day rate"), value=Money(one.day_rate_minor, one.currency), kind="money"),
        Fact(label=_("Public id"), value=one.public_id, kind="digest"),
    ]  # fmt: skip
    return facts


def _leads(profile: Profile) -> list[tuple[str, str, date]]:
    """Return the audits led, the newest first: firm, audit, day."""
    names = {firm.id: firm.name for firm in firms(reading())} if profile.leads else {}
    return [(names.get(term.firm_id, "–"), term.audit_ref, term.led_on) for term in reversed(profile.leads)]


def since() -> date:
    """Return the Monday from which a board is drawn: of the address (``since``), else of this week."""
    today = day_of(at())
    try:
        asked = date.fromisoformat(request.args.get("since", ""))
    except ValueError:
        asked = today
    # Why a bound: a calendar of the year 9999 has no next page to link to.
    asked = min(max(asked, today - timedelta(days=3660)), today + timedelta(days=3660))
    return asked - timedelta(days=asked.weekday())


def _board(one: AuditorView, today: date) -> dict[str, Any]:
    start = since()
    last = start + timedelta(days=WEEKS * 7 - 1)
    spans: Sequence[CalendarSpan] = queries.calendar(reading(), first_day=start, last_day=last, auditor_ids=[one.id])
    lines = lines_of_audits(reading(), (span.audit_ref for span in spans))
    drawn = plan_board(
        "days",
        title=_("When is %(name)s where?", name=one.name),
        start=start,
        days=WEEKS * 7,
        rows=[Row(name=one.name, bars=[bar_of(span, lines) for span in spans])],
        today=today,
    )
    step = timedelta(days=WEEKS * 7)
    return {
        "drawn": drawn,
        "period": f"{display.day(start)} – {display.day(last)}",
        "earlier": url_for("admin.auditor", ref=one.ref, since=(start - step).isoformat()) + "#calendar",
        "later": url_for("admin.auditor", ref=one.ref, since=(start + step).isoformat()) + "#calendar",
    }
