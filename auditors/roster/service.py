"""Writes of auditors: profile, competence with validity and evidence, leave, interests, terms as lead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlmodel import col, select

from auditors.roster.queries import (
    auditor_row,
    auditor_view,
    competence_row,
    competence_view,
    interest_row,
    leave_row,
    leave_view,
)
from auditors.roster.queries import interest as interest_of
from auditors.roster.rules import (
    ADVICE_KINDS,
    COOLING_OFF_MONTHS,
    DETECTING_OFFICES,
    INTEREST_KINDS,
    LEAVE_KINDS,
    MAX_RATE_MINOR,
    MOST_COOLING_OFF_MONTHS,
    MOST_HALF_DAYS,
    ROSTER_OFFICES,
    STATES,
    VERDICTS,
    Faults,
    require_impartiality_officer,
    require_keeper,
    require_self_or,
)
from auditors.roster.tables import Auditor, Competence, Interest, LeadTerm, Leave
from auditors.roster.values import AuditorView, CompetenceView, InterestView, LeaveView
from pool.kernel.clock import day_of
from pool.kernel.money import exponent_of
from pool.kernel.refusals import Conflict
from pool.kernel.roles import Office
from pool.kernel.storage import Work
from pool.kernel.words import gettext as _
from scheduling.interval import HalfDay
from scheduling.queries import taken_half_days


class CompetenceEnded(Conflict):
    """The competence has ended before."""


class LeaveOverAudits(Conflict):
    """The auditor has audits in the span; ``facts["audits"]`` names them."""


class LeaveCancelled(Conflict):
    """The leave was cancelled before."""


class InterestEnded(Conflict):
    """The interest has its end already."""


# --------------------------------------------------------------------------------------------------
# Profile


def add_auditor(
    work: Work,
    *,
    name: str,
    region: str,
    languages: Sequence[str],
    day_rate_minor: int,
    currency: str,
    time_zone: str = "UTC",
    max_half_days: int = 30,
    is_demo: bool = False,
) -> AuditorView:
    """Take an auditor into the roster. ``day_rate_minor`` is in minor units, ``max_half_days`` the limit per 30 days.

    Raises: NotYourRoster, BadRosterValue per field.
    """
    require_keeper(work.actor)
    faults = Faults()
    name = faults.line("name", name, most=200)
    region = faults.region("region", region)
    spoken = faults.languages("languages", languages)
    time_zone = faults.line("time_zone", time_zone, most=60)
    faults.whole("day_rate_minor", day_rate_minor, 0, MAX_RATE_MINOR)
    faults.whole("max_half_days", max_half_days, 1, MOST_HALF_DAYS)
    faults.done()
    exponent_of(currency)
    row = work.add(
        Auditor(
            ref=work.next_reference("AUR"),
            name=name,
            region=region,
            languages=spoken,
            time_zone=time_zone,
            day_rate_minor=day_rate_minor,
            currency=currency,
            max_half_days=max_half_days,
            is_demo=is_demo,
        )
    )
    work.note(
        "auditor.added",
        subject_kind="auditor",
        subject_ref=row.ref,
        after={"name": name, "region": region, "languages": spoken, "max_half_days": max_half_days},
    )
    return auditor_view(row)


def change_auditor(
    work: Work,
    *,
    auditor: str,
    max_half_days: int | None = None,
    day_rate_minor: int | None = None,
    languages: Sequence[str] | None = None,
    region: str | None = None,
    state: str | None = None,
) -> AuditorView:
    """Change an auditor's load limit, rate, languages, region or state; what is ``None`` stays.

    Raises: NotYourRoster, AuditorMissing, BadRosterValue.
    """
    require_keeper(work.actor)
    row = auditor_row(work, auditor)
    faults = Faults()
    changes: dict[str, object] = {}
    if max_half_days is not None:
        changes["max_half_days"] = faults.whole("max_half_days", max_half_days, 1, MOST_HALF_DAYS)
    if day_rate_minor is not None:
        changes["day_rate_minor"] = faults.whole("day_rate_minor", day_rate_minor, 0, MAX_RATE_MINOR)
    if languages is not None:
        changes["languages"] = faults.languages("languages", languages)
    if region is not None:
        changes["region"] = faults.region("region", region)
    if state is not None:
        changes["state"] = faults.one_of("state", state, STATES)
    faults.done()
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    work.flush()
    work.note("auditor.changed", subject_kind="auditor", subject_ref=row.ref, before=before, after=changes)
    return auditor_view(row)


# --------------------------------------------------------------------------------------------------
# Competence


def add_competence(
    work: Work,
    *,
    auditor: str,
    code: str,
    level: int,
    valid_from: date,
    valid_until: date,
    evidence_note: str,
    evidence_digest: str | None = None,
) -> CompetenceView:
    """Confirm a competence with its level (1 assists, 2 works alone, 3 leads), validity and evidence.

    Raises: NotYourRoster, AuditorMissing, BadRosterValue per field.
    """
    require_keeper(work.actor)
    row = auditor_row(work, auditor)
    faults = Faults()
    faults.code("code", code)
    faults.whole("level", level, 1, 3)
    faults.forwards("valid_until", valid_from, valid_until)
    note = faults.line("evidence_note", evidence_note, most=500)
    faults.done()
    return _confirm(
        work,
        auditor=row,
        code=code,
        level=level,
        valid_from=valid_from,
        valid_until=valid_until,
        evidence_note=note,
        evidence_digest=evidence_digest,
    )


def _confirm(
    work: Work,
    *,
    auditor: Auditor,
    code: str,
    level: int,
    valid_from: date,
    valid_until: date,
    evidence_note: str,
    evidence_digest: str | None,
) -> CompetenceView:
    held = work.add(
        Competence(
            auditor_id=auditor.id or 0,
            code=code,
            level=level,
            valid_from=valid_from,
            valid_until=valid_until,
            evidence_note=evidence_note,
            evidence_digest=evidence_digest,
            confirmed_by=work.actor.person_id,
        )
    )
    work.note(
        "competence.confirmed",
        subject_kind="auditor",
        subject_ref=auditor.ref,
        after={"code": code, "level": level, "valid_from": str(valid_from), "valid_until": str(valid_until)},
    )
    return competence_view(held)


def renew_competence(
    work: Work, *, competence: str, valid_until: date, evidence_note: str, evidence_digest: str | None = None
) -> CompetenceView:
    """Renew a competence with new evidence. The old row stays; the new one follows it without a gap.

    A competence that ran out before today begins again today: what was not valid never becomes so afterwards.
    Raises: NotYourRoster, CompetenceMissing, CompetenceEnded, BadRosterValue.
    """
    require_keeper(work.actor)
    old = competence_row(work, competence)
    if old.ended_at is not None:
        raise CompetenceEnded(_("This competence was ended."), field="competence", next_step=_("Confirm it anew."))
    begins = max(old.valid_until + timedelta(days=1), day_of(work.at))
    faults = Faults()
    note = faults.line("evidence_note", evidence_note, most=500)
    faults.forwards("valid_until", begins, valid_until)
    faults.done()
    return _confirm(
        work,
        auditor=_owner(work, old.auditor_id),
        code=old.code,
        level=old.level,
        valid_from=begins,
        valid_until=valid_until,
        evidence_note=note,
        evidence_digest=evidence_digest,
    )


def _owner(work: Work, auditor_id: int) -> Auditor:
    return work.session.exec(select(Auditor).where(col(Auditor.id) == auditor_id)).one()


def end_competence(work: Work, *, competence: str, reason: str) -> CompetenceView:
    """End a competence now; the row stays.

    Raises: NotYourRoster, CompetenceMissing, CompetenceEnded, BadRosterValue.
    """
    require_keeper(work.actor)
    row = competence_row(work, competence)
    faults = Faults()
    why = faults.line("reason", reason, most=500)
    faults.done()
    if row.ended_at is not None:
        raise CompetenceEnded(
            _("This competence was ended before."), field="competence", next_step=_("Nothing is left.")
        )
    row.ended_at = work.at
    work.flush()
    work.note(
        "competence.ended",
        subject_kind="auditor",
        subject_ref=_owner(work, row.auditor_id).ref,
        after={"code": row.code, "level": row.level},
        reason=why,
    )
    return competence_view(row)


# --------------------------------------------------------------------------------------------------
# Leave


def set_leave(
    work: Work, *, auditor: str, first: HalfDay, last: HalfDay, kind: str = "leave", note: str = ""
) -> LeaveView:
    """Keep half-days free, the first and the last included. The auditor or the planner says so.

    Raises: NotYourRoster, AuditorMissing, BadRosterValue, LeaveOverAudits where audits lie in the span.
    """
    row = auditor_row(work, auditor)
    require_self_or(work.actor, row.id or 0, ROSTER_OFFICES)
    faults = Faults()
    faults.one_of("kind", kind, LEAVE_KINDS)
    words = faults.line("note", note, most=500, required=False)
    if last < first:
        faults.refuse("last", _("The leave ends before it begins."), _("Correct one of the half-days."))
    elif last.ordinal - first.ordinal > 2 * 366:
        faults.refuse("last", _("A leave lasts a year at most."), _("Pause the auditor instead."))
    faults.done()
    taken = taken_half_days(work, first=first, last=last, auditor_ids=[row.id or 0])
    if taken:
        audits = sorted({one.audit_ref for one in taken})
        raise LeaveOverAudits(
            _("Half-days in this span are given to %(audits)s.", audits=", ".join(audits)),
            field="first",
            next_step=_("Decline the proposal, or ask for the audit to be rescheduled, first."),
            facts={"audits": audits},
        )
    leave = work.add(
        Leave(
            auditor_id=row.id or 0,
            first_half_day=first.ordinal,
            last_half_day=last.ordinal,
            kind=kind,
            note=words,
        )
    )
    work.note("leave.set", subject_kind="auditor", subject_ref=row.ref, after={"first": str(first), "last": str(last)})
    return leave_view(leave)


def cancel_leave(work: Work, *, leave: str) -> None:
    """Take a leave back. Raises: NotYourRoster, LeaveMissing, LeaveCancelled."""
    row = leave_row(work, leave)
    require_self_or(work.actor, row.auditor_id, ROSTER_OFFICES)
    if row.cancelled_at is not None:
        raise LeaveCancelled(_("This leave was cancelled before."), field="leave", next_step=_("Nothing is left."))
    row.cancelled_at = work.at
    work.flush()
    view = leave_view(row)
    work.note(
        "leave.cancelled",
        subject_kind="auditor",
        subject_ref=_owner(work, row.auditor_id).ref,
        before={"first": str(view.first), "last": str(view.last)},
    )


# --------------------------------------------------------------------------------------------------
# Interests


def declare_interest(
    work: Work,
    *,
    auditor: str,
    firm_name: str,
    kind: str,
    from_on: date,
    firm_id: int | None = None,
    until_on: date | None = None,
    note: str = "",
) -> InterestView:
    """Declare a tie between an auditor and a firm; it blocks until the impartiality officer has assessed it.

    The auditor declares; the impartiality officer or the planner enters what was found out (source ``detected``). The
    cooling-off is the edition's 24 months; only the assessment may set another.
    Raises: NotYourRoster, AuditorMissing, BadRosterValue per field.
    """
    row = auditor_row(work, auditor)
    require_self_or(work.actor, row.id or 0, DETECTING_OFFICES)
    faults = Faults()
    firm = faults.line("firm_name", firm_name, most=200)
    faults.one_of("kind", kind, INTEREST_KINDS)
    faults.forwards("until_on", from_on, until_on)
    words = faults.line("note", note, most=2000, required=False)
    faults.done()
    own = work.actor.office is Office.AUDITOR
    tie = work.add(
        Interest(
            auditor_id=row.id or 0,
            firm_id=firm_id,
            firm_name=firm,
            kind=kind,
            from_on=from_on,
            until_on=until_on,
            cooling_off_months=COOLING_OFF_MONTHS,
            note=words,
            source="declared" if own else "detected",
        )
    )
    work.note(
        "interest.declared" if own else "interest.detected",
        subject_kind="auditor",
        subject_ref=row.ref,
        after={"firm": firm, "kind": kind, "from_on": str(from_on), "until_on": str(until_on or "")},
    )
    return interest_of(work, tie.public_id)


def link_interests(work: Work, *, firm_id: int, is_meant: Callable[[str], bool]) -> int:
    """Tie interests that were declared by name only to the firm whose name they mean; return how many.

    Why: a tie to a firm that joins later must block from its first day.
    """
    rows = work.session.exec(select(Interest).where(col(Interest.firm_id).is_(None))).all()
    meant = [row for row in rows if is_meant(row.firm_name)]
    for row in meant:
        row.firm_id = firm_id
        work.note("interest.linked", subject_kind="interest", subject_ref=row.public_id, after={"firm_id": firm_id})
    work.flush()
    return len(meant)


def end_interest(work: Work, *, interest: str, until_on: date) -> InterestView:
    """Say when an interest ended; its cooling-off begins there, and it is assessed anew.

    Raises: NotYourRoster, InterestMissing, InterestEnded, BadRosterValue.
    """
    row = interest_row(work, interest)
    require_self_or(work.actor, row.auditor_id, DETECTING_OFFICES)
    if row.until_on is not None:
        raise InterestEnded(_("This interest has its end already."), field="until_on", next_step=_("Nothing is left."))
    faults = Faults()
    faults.forwards("until_on", row.from_on, until_on)
    faults.done()
    row.until_on = until_on
    # Why: an assessment looked at a running interest; an end that the auditor states is a new fact to look at.
    before, row.verdict, row.assessed_by, row.assessed_at = row.verdict, "unassessed", None, None
    work.flush()
    work.note(
        "interest.ended",
        subject_kind="auditor",
        subject_ref=_owner(work, row.auditor_id).ref,
        before={"verdict": before},
        after={"until_on": str(until_on), "verdict": row.verdict},
    )
    return interest_of(work, interest)


def assess_interest(
    work: Work, *, interest: str, verdict: str, reason: str, cooling_off_months: int | None = None
) -> InterestView:
    """Assess an interest: ``none`` (harmless), ``manage`` (seen, allowed, printed in the report) or ``prohibit``.

    Only the impartiality officer may, with a reason; a later assessment replaces it and the activity keeps both.
    Raises: NotYourRoster, InterestMissing, BadRosterValue.
    """
    require_impartiality_officer(work.actor)
    row = interest_row(work, interest)
    faults = Faults()
    faults.one_of("verdict", verdict, VERDICTS)
    why = faults.line("reason", reason, most=2000)
    if cooling_off_months is not None:
        least = COOLING_OFF_MONTHS if row.kind in ADVICE_KINDS else 0
        faults.whole("cooling_off_months", cooling_off_months, least, MOST_COOLING_OFF_MONTHS)
    faults.done()
    before = {"verdict": row.verdict, "reason": row.verdict_reason, "cooling_off_months": row.cooling_off_months}
    row.verdict, row.verdict_reason = verdict, why
    row.assessed_by, row.assessed_at = work.actor.person_id, work.at
    if cooling_off_months is not None:
        row.cooling_off_months = cooling_off_months
    work.flush()
    work.note(
        "interest.assessed",
        subject_kind="auditor",
        subject_ref=_owner(work, row.auditor_id).ref,
        before=before,
        after={"verdict": verdict, "cooling_off_months": row.cooling_off_months},
        reason=why,
    )
    return interest_of(work, interest)


# --------------------------------------------------------------------------------------------------
# Terms as lead


def note_lead(work: Work, *, auditor_id: int, firm_id: int, audit_ref: str, led_on: date) -> None:
    """Note that an auditor leads an audit at a firm, which the rotation rule counts. Call it in the pool's scope."""
    drop_lead(work, audit_ref=audit_ref)
    work.add(LeadTerm(auditor_id=auditor_id, firm_id=firm_id, audit_ref=audit_ref, led_on=led_on))


def drop_lead(work: Work, *, audit_ref: str) -> int:
    """Forget who was to lead an audit that does not take place as planned. Call it in the pool's scope."""
    rows = work.session.exec(select(LeadTerm).where(col(LeadTerm.audit_ref) == audit_ref)).all()
    for row in rows:
        work.session.delete(row)
    work.flush()
    return len(rows)
