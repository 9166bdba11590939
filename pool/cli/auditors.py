"""``audit-pool auditors``: keep auditors, their competence, calendar and interests; answer proposals."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import click

from auditors.roster import queries
from auditors.roster.rules import INTEREST_KINDS, LEAVE_KINDS, STATES, VERDICTS
from auditors.roster.values import AuditorView, CalendarSpan, CompetenceView, InterestView, LeaveView, Profile
from pool.bookings.proposals import ANSWERS
from pool.cli.acting import seat_options
from pool.cli.answers import print_json
from pool.cli.audit import read_as, run_as, whole_list
from pool.cli.steps import add_step
from pool.cli.values import DAY
from pool.journeys import plan as planning
from pool.journeys import roster as journeys
from pool.journeys.asking import standing_proposals
from pool.kernel.clock import day_of
from pool.kernel.listing import LARGEST_SIZE, ListRequest
from pool.kernel.money import parse_money
from pool.kernel.refusals import Refusal
from pool.kernel.storage import Reading
from scheduling.interval import HalfDay, parse_half_day

CALENDAR_DAYS = 90


class HalfDayType(click.ParamType[HalfDay]):
    """A half-day, e.g. 2026-12-01am."""

    name = "YYYY-MM-DDam|pm"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> HalfDay:
        """Return the half-day, or fail naming the option."""
        if isinstance(value, HalfDay):
            return value
        try:
            return parse_half_day(str(value))
        except Refusal:
            self.fail(f"{value!r} is not a half-day; write 2026-12-01am", param, ctx)


HALF_DAY = HalfDayType()


@click.group("auditors")
def group() -> None:
    """Keep auditors: competence, calendar, interests; answer proposals."""


def _auditor(view: AuditorView) -> dict[str, Any]:
    return {name: value for name, value in asdict(view).items() if name not in ("id", "is_demo")}


def _competence(view: CompetenceView) -> dict[str, Any]:
    return {"id": view.public_id} | {name: v for name, v in asdict(view).items() if name != "public_id"}


def _leave(view: LeaveView) -> dict[str, Any]:
    return {
        "id": view.public_id,
        "first": str(view.first),
        "last": str(view.last),
        "kind": view.kind,
        "note": view.note,
    }


def _interest(view: InterestView) -> dict[str, Any]:
    return {
        "id": view.public_id,
        "auditor": view.auditor_ref,
        "name": view.auditor_name,
        "firm": view.firm_name,
        "kind": view.kind,
        "from": view.from_on,
        "until": view.until_on,
        "cooling_off_months": view.cooling_off_months,
        "verdict": view.verdict,
        "reason": view.verdict_reason,
        "source": view.source,
        "blocks": None if view.block is None else {"from": view.block.begins, "until": view.block.ends},
    }


# --------------------------------------------------------------------------------------------------
# Looking


@group.command("list")
@seat_options
def list_auditors(email: str, office: str | None) -> None:
    """List the auditors that the seat may see, with valid competence and half-days taken in the next 30 days."""
    request = ListRequest(size=LARGEST_SIZE)
    lines = read_as(email, office, lambda reading: whole_list(queries.roster, reading, request))
    print_json(
        [
            _auditor(line.auditor)
            | {
                "competences": dict(line.competences),
                "expiring_on": line.expiring_on,
                "load": line.load,
            }
            for line in lines
        ]
    )


@group.command("show")
@click.argument("auditor")
@seat_options
def show(auditor: str, email: str, office: str | None) -> None:
    """Show one auditor: competence, leave, interests, terms as lead."""
    print_json(_profile(read_as(email, office, lambda reading: queries.profile(reading, auditor))))


def _profile(profile: Profile) -> dict[str, Any]:
    return _auditor(profile.auditor) | {
        "competences": [_competence(one) for one in profile.competences],
        "leave": [_leave(one) for one in profile.leave],
        "interests": [_interest(one) for one in profile.interests],
        "leads": [{"audit": one.audit_ref, "led_on": one.led_on} for one in profile.leads],
    }


@group.command("calendar")
@click.option("--from", "first_day", type=DAY, default=None, help="First day; today where left out.")
@click.option("--until", "last_day", type=DAY, default=None, help="Last day; 90 days later where left out.")
@seat_options
def calendar(first_day: date | None, last_day: date | None, email: str, office: str | None) -> None:
    """Print leave and audits as spans of half-days."""

    def ask(reading: Reading) -> tuple[dict[int, AuditorView], tuple[CalendarSpan, ...]]:
        first = first_day or day_of(reading.at)
        last = last_day or first + timedelta(days=CALENDAR_DAYS)
        return queries.auditors_by_id(reading), queries.calendar(reading, first_day=first, last_day=last)

    known, spans = read_as(email, office, ask)
    print_json(
        [
            {
                "auditor": known[span.auditor_id].ref,
                "kind": span.kind,
                "first": str(span.first),
                "last": str(span.last),
                "audit": span.audit_ref or None,
                "note": span.note,
            }
            for span in spans
            if span.auditor_id in known
        ]
    )


@group.command("interests")
@click.option("--verdict", type=click.Choice(["unassessed", *VERDICTS]), default=None)
@seat_options
def interests(verdict: str | None, email: str, office: str | None) -> None:
    """List interests that the seat may see."""
    request = ListRequest(filters=(("verdict", (verdict,)),) if verdict else (), size=LARGEST_SIZE)
    found = read_as(email, office, lambda reading: whole_list(queries.interests, reading, request))
    print_json([_interest(one) for one in found])


# --------------------------------------------------------------------------------------------------
# Keeping the roster


@group.command("add")
@click.option("--name", required=True)
@click.option("--email", "address", required=True, help="The auditor's account; made where there is none.")
@click.option("--password", default="", help="A first password where the account is made.")
@click.option("--region", required=True, help="Home region, e.g. EU.")
@click.option("--language", "languages", multiple=True, required=True)
@click.option("--day-rate", required=True, help="For example 900.00.")
@click.option("--currency", default="EUR", show_default=True)
@click.option("--time-zone", default="UTC", show_default=True)
@click.option("--max-half-days", type=int, default=30, show_default=True, help="Load limit per 30 days.")
@seat_options
def add(
    name: str,
    address: str,
    password: str,
    region: str,
    languages: tuple[str, ...],
    day_rate: str,
    currency: str,
    time_zone: str,
    max_half_days: int,
    email: str,
    office: str | None,
) -> None:
    """Take an auditor into the roster, with account and seat."""
    rate = parse_money(day_rate, currency, field="day-rate")
    view = run_as(
        email,
        office,
        journeys.add_auditor,
        name=name,
        account_email=address,
        password=password,
        region=region,
        languages=languages,
        day_rate_minor=rate.amount_minor,
        currency=currency,
        time_zone=time_zone,
        max_half_days=max_half_days,
    )
    print_json(_auditor(view))


def _show_auditor(view: AuditorView) -> None:
    print_json(_auditor(view))


def _show_competence(view: CompetenceView) -> None:
    print_json(_competence(view))


def _show_leave(view: LeaveView) -> None:
    print_json(_leave(view))


def _show_interest(view: InterestView) -> None:
    print_json(_interest(view))


def _unless_empty(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> Any:
    return values or None


_UNTIL = click.option("--until", "valid_until", type=DAY, required=True)
_REASON = click.option("--reason", required=True)

add_step(
    group,
    "change",
    journeys.change_auditor,
    "Change load limit, languages, region or state of an auditor.",
    click.argument("auditor"),
    click.option("--max-half-days", type=int, default=None),
    click.option("--language", "languages", multiple=True, callback=_unless_empty),
    click.option("--region", default=None),
    click.option("--state", type=click.Choice(STATES), default=None),
    shows=_show_auditor,
)
add_step(
    group,
    "competence",
    journeys.add_competence,
    "Confirm a competence with validity and evidence.",
    click.argument("auditor"),
    click.option("--code", required=True, help="A function such as F2 or a sector such as X-HEA."),
    click.option("--level", type=int, required=True, help="1 assists, 2 works alone, 3 leads."),
    click.option("--from", "valid_from", type=DAY, required=True),
    _UNTIL,
    click.option("--evidence", "evidence_note", required=True, help="What shows it."),
    click.option("--evidence-digest", default=None),
    shows=_show_competence,
)
add_step(
    group,
    "renew",
    journeys.renew_competence,
    "Renew a COMPETENCE (its id) with new evidence.",
    click.argument("competence"),
    _UNTIL,
    click.option("--evidence", "evidence_note", required=True),
    shows=_show_competence,
)
add_step(
    group,
    "end-competence",
    journeys.end_competence,
    "End a COMPETENCE (its id) now.",
    click.argument("competence"),
    _REASON,
    shows=_show_competence,
)
add_step(
    group,
    "leave",
    journeys.set_leave,
    "Keep half-days of an auditor free.",
    click.argument("auditor"),
    click.option("--from", "first", type=HALF_DAY, required=True),
    click.option("--until", "last", type=HALF_DAY, required=True, help="Last half-day, included."),
    click.option("--kind", type=click.Choice(LEAVE_KINDS), default="leave", show_default=True),
    click.option("--note", default=""),
    shows=_show_leave,
)


# --------------------------------------------------------------------------------------------------
# Interests and proposals


add_step(
    group,
    "interest",
    journeys.declare_interest,
    "Declare a tie to a firm; it blocks until the impartiality officer has assessed it.",
    click.option("--auditor", default="", help="Whose; your own where left out."),
    click.option("--firm", default="", help="A member firm, by reference."),
    click.option("--firm-name", default="", help="A firm by its name."),
    click.option("--kind", type=click.Choice(INTEREST_KINDS), required=True),
    click.option("--from", "from_on", type=DAY, required=True),
    click.option("--until", "until_on", type=DAY, default=None),
    click.option("--note", default=""),
    shows=_show_interest,
)
add_step(
    group,
    "end-interest",
    journeys.end_interest,
    "Say when an INTEREST (its id) ended; its cooling-off begins there.",
    click.argument("interest"),
    click.option("--on", "until_on", type=DAY, required=True),
    shows=_show_interest,
)
add_step(
    group,
    "assess-interest",
    journeys.assess_interest,
    "Assess an INTEREST (its id), as impartiality officer.",
    click.argument("interest"),
    click.option("--verdict", type=click.Choice(VERDICTS), required=True),
    _REASON,
    click.option("--cooling-off-months", type=int, default=None),
    shows=_show_interest,
)


@group.command("proposals")
@seat_options
def proposals(email: str, office: str | None) -> None:
    """List the proposals in which you were asked."""
    found = read_as(email, office, standing_proposals)
    print_json(
        [
            {
                "proposal": one.proposal_ref,
                "booking": one.booking_ref,
                "audit": one.audit_ref,
                "firm": one.firm_name,
                "domains": list(one.domains),
                "markets": list(one.markets),
                "language": one.language,
                "role": one.role,
                "answer": one.answer,
                "state": one.state,
                "starts_on": one.starts_on,
                "ends_on": one.ends_on,
                "half_days": one.half_days,
                "answers_due_on": one.answers_due_on,
            }
            for one in found
        ]
    )


@group.command("answer")
@click.argument("proposal")
@click.argument("answer", type=click.Choice(ANSWERS))
@click.option("--reason", default="", help="Needed where you decline.")
@seat_options
def answer(proposal: str, answer: str, reason: str, email: str, office: str | None) -> None:
    """Accept or decline a proposal."""
    found = run_as(email, office, planning.answer_proposal, proposal=proposal, answer=answer, reason=reason)
    print_json({"proposal": found.proposal_ref, "state": found.state, "booking": found.booking_ref})
