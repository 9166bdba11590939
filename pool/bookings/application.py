"""The pool's side of a request: screening, declining, the estimate, and the signed acceptance of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from auditors.casework.brief import AuditBrief, brief_from_json
from auditors.casework.fields import Checks
from auditors.roster.queries import for_problem
from pool.bookings.lookup import deployment_ids_of, find_booking, key_of
from pool.bookings.moves import move_booking
from pool.bookings.pricing import Estimate, estimate
from pool.bookings.requests import BookingRef, ref_of
from pool.bookings.rules import BookingFacts
from pool.bookings.screening import (
    Scope,
    calendar_steps,
    fewest_roles,
    needs_json,
    profiles_for,
    screen_request,
)
from pool.bookings.separation import excluded_auditors, separated_auditors
from pool.bookings.states import BookingState
from pool.bookings.tables import Booking
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.money import exponent_of
from pool.kernel.refusals import Invalid
from pool.kernel.storage import Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _
from pool.policy.effort import calendar_half_days
from pool.policy.loading import load_edition
from pool.policy.team import Need, fix_roles

#: Share of the common facilities on top of auditor-days, in percent, where the administrator states no other.
OVERHEAD_PERCENT = "20"
QUOTE_DAYS = 30
#: The step that says that nobody can fill the roles at present.
UNCOVERED = "uncovered"
MOST_QUOTE_DAYS = 180
#: What a manager signs with the estimate; its version is part of the signed content.
TERMS = (
    "We engage the pool for this audit in the stated scope and window. We give the audit team access to the data, "
    "systems and people the brief names, for the audit only. The estimate is no fixed price: what we bear is our exact "
    "share of the costs of the period. No outcome of the audit is promised. (terms 2026.1)"
)


class NoEvidenceNamed(Invalid):
    """A reduction of the effort was claimed without a word about its evidence."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """An accepted booking as the journey hands it to casework."""

    booking_id: int
    firm_id: int
    ref: str
    kind: str
    tier: str
    brief: AuditBrief
    deployment_ids: tuple[int, ...]


def screen(
    work: Work,
    *,
    booking: str,
    releases: int = 0,
    logs_incomplete: bool = False,
    tools_with_write_access: bool = False,
    remote_sites: bool = False,
    reductions: Mapping[str, int] | None = None,
    reason: str = "",
    version: int | None = None,
) -> BookingRef:
    """Screen a request: exact auditor-days with every step, roles, calendar, needs, and the frozen brief.

    What the planner states beside the frozen facts: model releases in the period, incomplete logs, tools with write
    access, remote sites, and reductions of effort.yaml by id with their count. A reduction stands only on evidence:
    ``reason`` says which the planner saw, and is read by the firm in the booking's history.
    Raises: BookingMissing, Moved, WrongOffice, WrongState, EffortRefused naming the adjustment, NoEvidenceNamed.
    """
    row = find_booking(work, booking)
    seen(row, version)
    if row.state == BookingState.SUBMITTED:
        if reductions and not reason.strip():
            raise NoEvidenceNamed(
                _("A reduction needs evidence, and none is named."),
                field="reason",
                next_step=_("Write which evidence you saw for each reduction; it stays on record."),
            )
        _fix_scope(
            work,
            row,
            Scope(
                releases=releases,
                logs_incomplete=logs_incomplete,
                tools_with_write_access=tools_with_write_access,
                remote_sites=remote_sites,
                reductions=dict(reductions or {}),
            ),
        )
    move_booking(
        work, row, "screen", facts=BookingFacts(today=day_of(work.at), has_effort=bool(row.exact_days), reason=reason)
    )
    return ref_of(row)


def _fix_scope(work: Work, row: Booking, scope: Scope) -> None:
    edition = load_edition()
    separated = separated_auditors(work, [row])[key_of(row)]
    found = screen_request(
        edition,
        booking_ref=row.ref,
        kind=row.kind,
        firm_id=row.firm_id,
        snapshot=row.facts_snapshot,
        scope=scope,
        profiles=_profiles(work, row, left_out=separated),
    )
    row.tier = found.tier
    row.exact_days = str(found.effort.days)
    row.effort_steps = [step.as_json() for step in found.steps]
    row.needs = [dict(need) for need in found.needs]
    row.people, row.half_days = found.people, found.half_days
    row.brief, row.brief_digest = found.brief.as_json(), found.brief.digest
    if not found.is_covered:
        needs = [Need((_fixed(need),), bool(need["lead"])) for need in row.needs]
        would_be = separated and fewest_roles(edition, needs, _profiles(work, row))[0].covered
        row.effort_steps = [*row.effort_steps, _uncovered(is_for_separation=bool(would_be))]


def _profiles(work: Work, row: Booking, *, left_out: Collection[int] = ()) -> list[dict[str, int]]:
    """Return what those could bring to an audit whom neither an interest nor ``left_out`` keeps from it."""
    auditors = for_problem(work, first_day=row.window_from, last_day=row.window_until)
    return profiles_for(
        (one for one in auditors if one.auditor.id not in left_out),
        firm_id=row.firm_id,
        language=row.language,
        first=row.window_from,
        last=row.window_until,
    )


def _fixed(need: Mapping[str, Any]) -> tuple[str, int]:
    return str(need["code"]), int(need["min_level"])


def _uncovered(*, is_for_separation: bool) -> dict[str, str]:
    label = (
        _("Only auditors who judged a deployment before, as ethics reviewer or in the team that graded, would complete "
          "a team; separation keeps them out, so the roles are a draft.")
        if is_for_separation
        else _("The pool has at present no team of the allowed size that covers all needs; the roles are a draft.")
    )  # fmt: skip
    return {"id": UNCOVERED, "label": label, "figure": "", "unit": "", "source": "roster"}


def fix_roles_anew(work: Work, *, booking: str) -> bool:
    """Fix the roles of a waiting booking anew where those that screening fixed can no longer be filled.

    Who declined, was objected to or judged before is left out. Only who comes, and for how many half-days, changes: the
    exact days, duties, test points and the brief stay what the firm accepted. Return whether anything changed; where
    nobody can fill any roles, nothing does, and planning says why. Source: policy/DECISIONS.md 11.
    """
    row = find_booking(work, booking)
    edition = load_edition()
    key = key_of(row)
    gone = {*excluded_auditors(work, [key]).get(key, ()), *separated_auditors(work, [row])[key]}
    profiles = _profiles(work, row, left_out=gone)
    fixed = [Need((_fixed(need),), bool(need["lead"])) for need in row.needs]
    present = fix_roles(edition, fixed, profiles)
    if present.covered and present.people <= row.people:
        return False
    needs = [
        Need(
            tuple((str(code), int(level)) for code, level in need["options"]),
            bool(need["lead"]),
            tuple(need["for_classes"]),
        )
        for need in row.needs
    ]
    roles, chosen = fewest_roles(edition, needs, profiles)
    if not roles.covered:
        return False
    before = {"people": row.people, "half_days": row.half_days}
    row.people = roles.people
    row.half_days = calendar_half_days(
        Fraction(row.exact_days), roles.people, half_days_per_day=edition.effort.half_days_per_day
    )
    row.needs = needs_json(needs, chosen)
    steps = [step.as_json() for step in calendar_steps(people=row.people, half_days=row.half_days)]
    changed = {UNCOVERED, *(step["id"] for step in steps)}
    row.effort_steps = [*(step for step in row.effort_steps if step["id"] not in changed), *steps]
    row.version += 1
    work.flush()
    after = {"people": row.people, "half_days": row.half_days}
    work.note(
        "booking.roles_fixed_anew",
        subject_kind="booking",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        audit_id=row.audit_id,
        before=before,
        after=after,
    )
    return True


def decline(work: Work, *, booking: str, reason: str, version: int | None = None) -> BookingRef:
    """Decline a screened request because the pool lacks competence or impartiality; the firm's record does not suffer.

    Raises: BookingMissing, Moved, WrongOffice, WrongState, ReasonMissing.
    """
    row = find_booking(work, booking)
    seen(row, version)
    checks = Checks()
    words = checks.text("reason", reason, limit=5000)
    checks.done()
    move_booking(work, row, "decline", facts=BookingFacts(today=day_of(work.at), reason=words))
    row.ended_by_pool = True
    work.flush()
    return ref_of(row)


def quote(
    work: Work,
    *,
    booking: str,
    currency: str = "EUR",
    overhead_percent: str = OVERHEAD_PERCENT,
    valid_days: int = QUOTE_DAYS,
    version: int | None = None,
) -> BookingRef:
    """Give the estimate with range, every step, its key in words and its last day of validity.

    Raises: BookingMissing, Moved, WrongOffice, WrongState, BadField, NotReady where no rate in the currency is known.
    """
    row = find_booking(work, booking)
    seen(row, version)
    checks = Checks()
    percent = _percent(checks, overhead_percent)
    if not 1 <= valid_days <= MOST_QUOTE_DAYS:
        checks.refuse("valid_days", _("An estimate is valid for 1 to %(n)s days.", n=MOST_QUOTE_DAYS), _("Correct it."))
    checks.done()
    exponent_of(currency)
    rates = _rates(work, row, currency) if row.exact_days else []
    if rates:
        _keep_estimate(
            row,
            estimate(
                exact_days=Fraction(row.exact_days), rates_minor=rates, currency=currency, overhead_percent=percent
            ),
        )
    row.quote_valid_until = day_of(work.at) + timedelta(days=valid_days)
    row.quoted_at = work.at
    move_booking(work, row, "quote", facts=BookingFacts(today=day_of(work.at), has_price=bool(rates)))
    return ref_of(row)


def _percent(checks: Checks, text: str) -> Fraction:
    try:
        value = Fraction(text)
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if not 0 <= value <= 100:
        checks.refuse("overhead_percent", _("A number from 0 to 100 is needed."), _("Write it like 20 or 12.5."))
    return value


def _rates(work: Work, row: Booking, currency: str) -> list[int]:
    """Return the day rates of those who could cover a need of the audit and whom nothing keeps away."""
    needs = [_fixed(need) for need in row.needs]
    separated = separated_auditors(work, [row])[key_of(row)]
    rates = []
    for one in for_problem(work, first_day=row.window_from, last_day=row.window_until):
        levels = one.profile_on(row.window_from)
        fits = any(levels.get(code, 0) >= level for code, level in needs) and row.language in one.auditor.languages
        kept = one.auditor.id in separated or one.is_kept_from(row.firm_id, row.window_from, row.window_until)
        if fits and not kept and one.auditor.currency == currency:
            rates.append(one.auditor.day_rate_minor)
    return rates


def _keep_estimate(row: Booking, found: Estimate) -> None:
    row.estimate_minor, row.currency = found.amount_minor, found.currency
    row.estimate_low_minor, row.estimate_high_minor = found.low_minor, found.high_minor
    row.estimate_key = found.key
    row.price_steps = [step.as_json() for step in found.steps]


def engagement_content(row: Booking, signed_name: str) -> dict[str, Any]:
    """Return exactly what the acceptance of an estimate signs."""
    return {
        "booking": row.ref,
        "brief": row.brief_digest,
        "estimate_minor": row.estimate_minor,
        "low_minor": row.estimate_low_minor,
        "high_minor": row.estimate_high_minor,
        "currency": row.currency,
        "key": row.estimate_key,
        "valid_until": str(row.quote_valid_until or ""),
        "window": [str(row.window_from), str(row.window_until)],
        "terms": TERMS,
        "signed_name": signed_name,
    }


def accept(work: Work, *, booking: str, signed_name: str, version: int | None = None) -> Engagement:
    """Accept the estimate and engage the pool, by the manager's typed name. The journey then opens the audit.

    Raises: BookingMissing, Moved, WrongOffice, WrongState, NotReady where the estimate ran out, Invalid for the name.
    """
    row = find_booking(work, booking)
    seen(row, version)
    typed = " ".join(signed_name.split())
    facts = BookingFacts(
        today=day_of(work.at),
        valid_until=row.quote_valid_until,
        is_signed=bool(typed) and typed.casefold() == work.actor.name.casefold(),
    )
    move_booking(work, row, "accept", facts=facts)
    row.accepted_at, row.accepted_by = work.at, work.actor.person_id
    row.accepted_digest = digest_of(engagement_content(row, typed))
    work.flush()
    return Engagement(
        booking_id=key_of(row),
        firm_id=row.firm_id,
        ref=row.ref,
        kind=row.kind,
        tier=row.tier,
        brief=brief_from_json(row.brief),
        deployment_ids=tuple(deployment_ids_of(work, row)),
    )


def attach_audit(work: Work, *, booking: str, audit_id: int, audit_ref: str) -> BookingRef:
    """Note which audit was opened for an accepted booking."""
    row = find_booking(work, booking)
    row.audit_id, row.audit_ref = audit_id, audit_ref
    row.version += 1
    work.flush()
    return ref_of(row)


def expire_quote(work: Work, *, booking: str) -> BookingRef | None:
    """Let an estimate run out, as the clock; ``None`` where the booking moved on meanwhile. Raises: NotReady."""
    row = find_booking(work, booking)
    if row.state != BookingState.QUOTED:
        return None
    move_booking(work, row, "expire", facts=BookingFacts(today=day_of(work.at), valid_until=row.quote_valid_until))
    return ref_of(row)
