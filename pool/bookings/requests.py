"""The firm's side of a request: draft, submit with frozen facts, complete, withdraw, choose another window."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from auditors.casework.fields import Checks
from pool.bookings.lookup import deployment_ids_of, find_booking, key_of, open_bookings_of_deployments
from pool.bookings.moves import move_booking, note_step
from pool.bookings.rules import KINDS, OPEN_FOR_PLANNING, BookingFacts, window_faults
from pool.bookings.states import BookingState
from pool.bookings.tables import Booking, BookingDeployment
from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of, plain
from pool.kernel.refusals import Conflict, Forbidden
from pool.kernel.storage import Reading, Work
from pool.kernel.versions import seen
from pool.kernel.words import gettext as _
from pool.members.queries import firm_by_id
from pool.registry.queries import DeploymentFacts, deployment_by_id, deployment_for_booking
from pool.registry.rules import own_firm

#: Kinds that engage a deployment; special audits and follow-ups may stand beside them.
ENGAGING = frozenset({"initial", "surveillance", "renewal"})
MOST_DEPLOYMENTS = 20
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?\Z", re.ASCII)


class NotFirm(Forbidden):
    """Only a firm requests audits of its own deployments."""


class WindowFixed(Conflict):
    """The window cannot change in the present state."""


@dataclass(frozen=True, slots=True)
class BookingRef:
    """What the steps of a booking answer: its reference, public id and state, and the audit's once there is one."""

    ref: str
    public_id: str
    state: str
    audit_ref: str = ""


def ref_of(booking: Booking) -> BookingRef:
    """Return the reference of a booking."""
    return BookingRef(booking.ref, booking.public_id, str(booking.state), booking.audit_ref)


class Ended(Conflict):
    """Nobody audits a deployment that has ended."""


def request_booking(
    work: Work,
    *,
    deployments: Sequence[str],
    window_from: date,
    window_until: date,
    kind: str = "initial",
    language: str = "en",
    note: str = "",
) -> BookingRef:
    """Draft a request for an audit of one's own deployments in a window, both days included.

    Raises: NotYourFirm, NotFirm, NoSuchDeployment, BadField per field.
    """
    firm_id = own_firm(work.actor)
    checks = Checks()
    checks.one_of("kind", kind, KINDS)
    words = checks.text("note", note, limit=5000)
    if not _LANGUAGE.match(language):
        checks.refuse("language", _("This is no language code."), _("Write a code such as en, de or zh."))
    for fault in window_faults(window_from, window_until, today=day_of(work.at)):
        checks.refuse(fault.field or "", fault.reason, fault.next_step)
    named = list(dict.fromkeys(name.strip() for name in deployments if name.strip()))
    if not 1 <= len(named) <= MOST_DEPLOYMENTS:
        checks.refuse("deployments", _("Name 1 to %(n)s deployments.", n=MOST_DEPLOYMENTS), _("Choose from your list."))
    checks.done()
    found = [deployment_for_booking(work, name) for name in named]
    _require_own(found, firm_id)
    booking = work.add(
        Booking(
            ref=work.next_reference("BKG"),
            firm_id=firm_id,
            kind=kind,
            state=BookingState.DRAFT,
            language=language,
            window_from=window_from,
            window_until=window_until,
            note=words,
            facts_snapshot=snapshot_of(work, firm_id=firm_id, deployments=found),
        )
    )
    for facts in found:
        work.add(BookingDeployment(firm_id=firm_id, booking_id=key_of(booking), deployment_id=facts.id))
    note_step(work, booking, "")
    work.note(
        "booking.drafted",
        subject_kind="booking",
        subject_ref=booking.ref,
        firm_id=firm_id,
        after={"deployments": [facts.ref for facts in found], "kind": kind},
    )
    return ref_of(booking)


def _require_own(found: Sequence[DeploymentFacts], firm_id: int) -> None:
    if any(facts.firm_id != firm_id for facts in found):
        raise NotFirm(_("A deployment belongs to another firm."), field="deployments", next_step=_("Name your own."))
    ended = [facts.ref for facts in found if facts.state == "ended"]
    if ended:
        raise Ended(
            _("%(dep)s has ended.", dep=", ".join(ended)),
            field="deployments",
            next_step=_("Choose deployments that are in use."),
        )


def snapshot_of(reading: Reading, *, firm_id: int, deployments: Sequence[DeploymentFacts]) -> dict[str, Any]:
    """Return the facts of deployments as they are now, as plain values with their digest."""
    firm = firm_by_id(reading, firm_id)
    content: dict[str, Any] = {
        "taken_on": day_of(reading.at).isoformat(),
        "firm": {"ref": firm.ref, "name": firm.name},
        "deployments": [_frozen(facts) for facts in deployments],
    }
    return {**content, "digest": digest_of(content)}


def _frozen(facts: DeploymentFacts) -> dict[str, Any]:
    kept = (
        "id", "ref", "public_id", "name", "model_name", "model_ref", "foundation_model_id", "foundation_name",
        "purpose", "context", "markets", "languages", "sites", "facts", "indicators", "tier", "intensity", "base",
        "edition", "edition_digest", "state", "live_on",
    )  # fmt: skip
    return {name: plain(getattr(facts, name)) for name in kept}


def submit(work: Work, *, booking: str, version: int | None = None) -> BookingRef:
    """Submit a draft, or a returned request again: the facts are frozen and the waiting-list clock starts once.

    ``requested_at`` is evidence of engagement: it stays what it was when the request comes back completed.
    Raises: NotYourFirm, BookingMissing, Moved, NotReady naming what deployments lack.
    """
    firm_id = own_firm(work.actor)
    row = find_booking(work, booking)
    seen(row, version)
    found = [
        deployment_for_booking(work, deployment_by_id(work, deployment_id).ref)
        for deployment_id in deployment_ids_of(work, row)
    ]
    row.facts_snapshot = snapshot_of(work, firm_id=firm_id, deployments=found)
    row.requested_at = row.requested_at or work.at
    row.requested_by = row.requested_by or work.actor.person_id
    move_booking(work, row, "submit", facts=_submit_facts(work, row, found))
    row.returned_items = ""
    work.flush()
    return ref_of(row)


def _submit_facts(work: Work, booking: Booking, found: Sequence[DeploymentFacts]) -> BookingFacts:
    missing = [line for facts in found for line in _lacks(facts)]
    if booking.kind in ENGAGING:
        others = open_bookings_of_deployments(work, [facts.id for facts in found])
        for facts in found:
            for other in others.get(facts.id, []):
                if other.id != booking.id and other.kind in ENGAGING and other.state != BookingState.DRAFT:
                    missing.append(_("%(dep)s has the open request %(ref)s already.", dep=facts.ref, ref=other.ref))
    return BookingFacts(today=day_of(work.at), missing=tuple(missing))


def _lacks(facts: DeploymentFacts) -> list[str]:
    lacks = []
    if facts.state != "registered":
        lacks.append(_("%(dep)s is not registered.", dep=facts.ref))
    if not facts.attested:
        lacks.append(_("%(dep)s is not attested.", dep=facts.ref))
    if not facts.tier:
        lacks.append(_("%(dep)s is not assessed.", dep=facts.ref))
    return lacks


def return_booking(work: Work, *, booking: str, items: str, version: int | None = None) -> BookingRef:
    """Return a request to the firm with what is missing; the waiting-list clock keeps running for the record.

    Raises: BookingMissing, Moved, WrongOffice, WrongState, ReasonMissing.
    """
    row = find_booking(work, booking)
    seen(row, version)
    words = _words("items", items)
    row.returned_items = words
    move_booking(work, row, "return", facts=BookingFacts(today=day_of(work.at), reason=words))
    return ref_of(row)


def withdraw(work: Work, *, booking: str, reason: str = "", version: int | None = None) -> BookingRef:
    """Withdraw a request before it is accepted. Raises: BookingMissing, Moved, WrongOffice, WrongState."""
    row = find_booking(work, booking)
    seen(row, version)
    words = _words("reason", reason)
    move_booking(work, row, "withdraw", facts=BookingFacts(today=day_of(work.at), reason=words))
    return ref_of(row)


def change_window(
    work: Work, *, booking: str, window_from: date, window_until: date, version: int | None = None
) -> BookingRef:
    """Choose another window for a request that has no team yet. The waiting-list instant stays.

    Raises: NotYourFirm, BookingMissing, Moved, WindowFixed, BadField.
    """
    own_firm(work.actor)
    row = find_booking(work, booking)
    seen(row, version)
    if row.state not in (BookingState.DRAFT, BookingState.RETURNED, *OPEN_FOR_PLANNING):
        raise WindowFixed(
            _("The window cannot change now."), field="window_from", next_step=_("Reschedule the audit instead.")
        )
    checks = Checks()
    for fault in window_faults(window_from, window_until, today=day_of(work.at)):
        checks.refuse(fault.field or "", fault.reason, fault.next_step)
    checks.done()
    before = {"window_from": str(row.window_from), "window_until": str(row.window_until)}
    row.window_from, row.window_until = window_from, window_until
    row.version += 1
    work.flush()
    work.note(
        "booking.window_changed",
        subject_kind="booking",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        audit_id=row.audit_id,
        before=before,
        after={"window_from": str(window_from), "window_until": str(window_until)},
    )
    return ref_of(row)


def _words(field: str, value: str) -> str:
    checks = Checks()
    clean = checks.text(field, value, limit=5000)
    checks.done()
    return clean
