"""A member of a confirmed team is replaced: who comes fits as in a proposal, and the proposal names the true team."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from auditors.casework.fields import Checks
from auditors.casework.queries import persons_with_sight
from auditors.roster.queries import auditors_by_id, blocking_interests, for_problem, lead_runs, profile_of
from auditors.roster.values import CompetenceView, PlannableAuditor
from pool.bookings.lookup import find_booking, key_of, members_of, the_proposal
from pool.bookings.moves import move_booking
from pool.bookings.proposals import Answered, AskedMember, answered
from pool.bookings.rules import BookingFacts
from pool.bookings.separation import excluded_auditors, separated_auditors
from pool.bookings.tables import Booking, ProposalMember
from pool.kernel.clock import day_of
from pool.kernel.storage import Reading, Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _
from pool.members.queries import people_of_auditors
from pool.policy.loading import load_edition
from scheduling.interval import HalfDay
from scheduling.queries import half_days_of_audit


@dataclass(frozen=True, slots=True)
class Replaced:
    """Who left and who came. ``half_days`` are those after today, which change hands with the place."""

    team: Answered
    firm_id: int
    leaves: AskedMember
    comes: AskedMember
    half_days: tuple[HalfDay, ...]


def replace_member(
    work: Work, *, booking: str, leaves: str, comes: str, reason: str, version: int | None = None
) -> Replaced:
    """Put auditor ``comes`` in the place of ``leaves`` (references) in a confirmed team, as planner.

    Who lost sight of the audit, because the seat ended, may come back to the own place. The journey hands over
    half-days, sight and the lead's term. Call it in the pool's scope.
    Raises: BookingMissing, Moved, ProposalMissing, WrongOffice, WrongState, BadField, ReasonMissing, NotReady.
    """
    row = find_booking(work, booking)
    seen(row, version)
    proposal = the_proposal(work, row)
    members = members_of(work, [proposal])[key_of(proposal)]
    known = auditors_by_id(work)
    names = {view.ref: key for key, view in known.items()}
    checks = Checks()
    words = checks.text("reason", reason, limit=2000)
    place = next((one for one in members if one.auditor_id == names.get(leaves)), None)
    if place is None:
        checks.refuse("leaves", _("This auditor is not in the team."), _("Choose among the team."))
    if comes not in names:
        checks.refuse("comes", _("There is no such auditor."), _("Look at the list of auditors."))
    checks.done()
    assert place is not None, "the check refused it"
    auditor_id, name = names[comes], known[names[comes]].name
    half_days = _ahead(work, row, place.auditor_id)
    others = [one for one in members if one.id != place.id]
    facts = BookingFacts(
        today=day_of(work.at),
        reason=words and _("%(out)s leaves, %(new)s comes: %(why)s", out=place.name, new=name, why=words),
        member_faults=tuple(_faults(work, row, place, others, auditor_id, half_days)),
        interests=_interests(work, row, auditor_id, half_days),
    )
    move_booking(work, row, "replace_member", facts=facts)
    left = AskedMember(auditor_id=place.auditor_id, person_id=place.person_id, name=place.name, role=place.role)
    place.auditor_id, place.person_id = auditor_id, people_of_auditors(work)[auditor_id].person_id
    place.name, place.answered_at = name, work.at
    proposal.version += 1
    work.flush()
    came = AskedMember(auditor_id=auditor_id, person_id=place.person_id, name=name, role=place.role)
    return Replaced(answered(proposal, row, members), row.firm_id, left, came, half_days)


def _ahead(reading: Reading, row: Booking, auditor_id: int) -> tuple[HalfDay, ...]:
    """Return the half-days after today that an auditor gives to the audit; today's and past ones stay theirs."""
    return tuple(
        one.half_day
        for one in half_days_of_audit(reading, row.audit_id or 0)
        if one.auditor_id == auditor_id and one.half_day.day > day_of(reading.at)
    )


def _span(reading: Reading, half_days: Sequence[HalfDay]) -> tuple[date, date]:
    today = day_of(reading.at)
    return (half_days[0].day, half_days[-1].day) if half_days else (today, today)


def _interests(reading: Reading, row: Booking, auditor_id: int, half_days: Sequence[HalfDay]) -> tuple[str, ...]:
    """Return what keeps who comes from the firm, from today on: sight begins at once, the half-days perhaps later."""
    _first, last = _span(reading, half_days)
    found = blocking_interests(
        reading, auditor_ids=[auditor_id], firm_id=row.firm_id, first=day_of(reading.at), last=last
    )
    return tuple(f"{tie.auditor_name}: {tie.kind} ({tie.verdict})" for tie in found)


def _faults(
    reading: Reading,
    row: Booking,
    place: ProposalMember,
    others: Sequence[ProposalMember],
    auditor_id: int,
    half_days: Sequence[HalfDay],
) -> list[str]:
    first, last = _span(reading, half_days)
    found = for_problem(reading, first_day=first, last_day=last, auditor_ids=[auditor_id])
    seat = people_of_auditors(reading).get(auditor_id)
    if not found or seat is None:
        return [_("Only an active auditor with a running seat can come.")]
    faults = []
    if auditor_id in {one.auditor_id for one in others}:
        faults.append(_("They are in the team already."))
    if auditor_id == place.auditor_id and seat.person_id in persons_with_sight(reading, row.audit_id or 0):
        faults.append(_("They are at work in this place; nobody is to be replaced."))
    kept = {*separated_auditors(reading, [row])[key_of(row)], *excluded_auditors(reading, [key_of(row)]).get(
        key_of(row), ())}  # fmt: skip
    if auditor_id in kept:
        faults.append(_("They judged this deployment before, said no to this audit, or were objected to."))
    if row.language not in found[0].auditor.languages:
        faults.append(_("They do not speak the language of the audit."))
    if auditor_id != place.auditor_id:
        faults += _calendar_faults(found[0], half_days)
    faults += _competence_faults(reading, row, place, others, found[0], days=(first, last))
    if place.role == "lead":
        faults += _rotation_faults(reading, row, auditor_id, first)
    return faults


def _calendar_faults(comes: PlannableAuditor, half_days: Sequence[HalfDay]) -> list[str]:
    busy = [one for one in half_days if any(away.begins <= one < away.ends for away in comes.unavailable)]
    faults = [_("They are away or booked on %(at)s.", at=busy[0])] if busy else []
    if len(half_days) > comes.half_days_left:
        faults.append(_("Their load limit leaves %(n)s half-days.", n=comes.half_days_left))
    return faults


def _competence_faults(
    reading: Reading,
    row: Booking,
    place: ProposalMember,
    others: Iterable[ProposalMember],
    comes: PlannableAuditor,
    *,
    days: tuple[date, date],
) -> list[str]:
    """Return the needs that the team would not cover on the first or last day ahead, the lead's by who leads."""
    held = {one.auditor_id: profile_of(reading, one.auditor_id).competences for one in others}
    leads = {one.auditor_id for one in others if one.role == "lead"}
    held[comes.auditor.id] = comes.competences
    leads |= {comes.auditor.id} if place.role == "lead" else set()
    missing: dict[str, None] = {}
    for need in row.needs:
        code, level, is_lead = str(need["code"]), int(need["min_level"]), bool(need["lead"])
        able = [competences for key, competences in held.items() if not is_lead or key in leads]
        if not all(any(_levels(one, day).get(code, 0) >= level for one in able) for day in days):
            missing[code] = None
    return [_("The team would not cover %(codes)s.", codes=", ".join(missing))] if missing else []


def _levels(held: Iterable[CompetenceView], day: date) -> Mapping[str, int]:
    levels: dict[str, int] = {}
    for one in held:
        if one.is_valid_on(day):
            levels[one.code] = max(one.level, levels.get(one.code, 0))
    return levels


def _rotation_faults(reading: Reading, row: Booking, auditor_id: int, day: date) -> list[str]:
    """Refuse a lead whose row at the firm is full, this audit counted. Source: policy/DECISIONS.md 12."""
    limits = load_edition().effort.rotation
    for run in lead_runs(reading, beside=row.audit_ref):
        is_theirs = (run.auditor_id, run.firm_id) == (auditor_id, row.firm_id)
        full = run.audits + 1 > limits.max_audits_in_a_row or run.years_on(day) >= limits.max_years_in_a_row
        if is_theirs and full:
            return [_("The lead's row at this firm is full; a cycle off comes first.")]
    return []
