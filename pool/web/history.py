"""The history of an object in words: activity entries become the lines of a timeline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from pool.kernel.history import ActivityView
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.display import day
from pool.web.parts import Event
from pool.web.states import office_word, state_word, tier_word
from pool.web.wording import PARTY_ROLES, indicator_words

#: (kind of object, verb) -> words; a verb that is not here is shown readably.
_WORDS: dict[tuple[str, str], Any] = {
    ("firm", "admit"): _l("Firm admitted"),
    ("person", "add"): _l("Account made"),
    ("person", "sign_in"): _l("Signed in"),
    ("person", "disable"): _l("Account closed"),
    ("person", "change_password"): _l("Password changed"),
    ("person", "confirm_second_factor"): _l("Second factor set up"),
    ("person", "ask_reset"): _l("A new sign-in asked for"),
    ("person", "confirm_reset"): _l("A new sign-in confirmed: the link was given out"),
    ("person", "withdraw_reset"): _l("A new sign-in withdrawn"),
    ("person", "take_reset"): _l("A new password set by the link; second factor forgotten"),
    ("paper", "refuse_paper"): _l("A paper could not be printed"),
    ("session", "begin"): _l("Sat down: a session began"),
    ("session", "end"): _l("A session ended"),
    ("seat", "invite"): _l("Invited to a seat"),
    ("seat", "give_seat"): _l("Seat given"),
    ("seat", "end_seat"): _l("Seat ended"),
    ("foundation_model", "add"): _l("Foundation model added"),
    ("foundation_model", "record_status"): _l("Status in a market recorded"),
    ("record", "applied"): _l("Participation record applied for"),
    ("record", "withdrawn"): _l("Participation record left"),
    ("model", "register"): _l("Model registered"),
    ("model", "link_foundation"): _l("Linked to a foundation model"),
    ("model", "name_party"): _l("Another firm named as a party"),
    ("model", "become_party"): _l("Named as a party by the tuner"),
    ("model", "evidence.attached"): _l("File kept as evidence"),
    ("deployment", "add"): _l("Deployment written down"),
    ("deployment", "declare_indicators"): _l("Indicators declared"),
    ("deployment", "assess"): _l("Tier worked out"),
    ("deployment", "attest"): _l("Registration signed"),
    ("deployment", "report_change"): _l("Change reported"),
    ("deployment", "end"): _l("Deployment ended"),
    ("deployment", "monitor"): _l("Monitoring report handed in"),
    ("deployment", "enrol"): _l("Participation record applied for"),
    ("deployment", "withdraw"): _l("Participation record left"),
    ("deployment", "standing"): _l("Standing derived anew"),
    ("deployment", "evidence.attached"): _l("File kept as evidence"),
    ("ethics", "request"): _l("Ethics review asked for"),
    ("ethics", "decide"): _l("Outcome of the ethics review"),
    ("ethics", "meet_conditions"): _l("Conditions of the ethics review met"),
    ("incident", "report"): _l("Incident reported"),
    ("incident", "complete"): _l("Full report of the incident added"),
    ("incident", "close"): _l("Incident closed"),
}
#: Steps of life-cycles: their verbs are those of the tables of transitions, which a journal would not write so.
_STEPS: dict[str, Any] = {
    "audit.await_action": _l("Audit waits for the firm's action"),
    "audit.close": _l("Audit closed"),
    "audit.decide": _l("Audit decided"),
    "audit.end_fieldwork": _l("Fieldwork ended"),
    "audit.member_joined": _l("Member joined the audit team"),
    "audit.member_left": _l("Member left the audit team"),
    "audit.recommend": _l("Decision recommended"),
    "audit.report_stage1": _l("Stage 1 reported"),
    "audit.seal": _l("Audit plan sealed"),
    "audit.send_report": _l("Report sent for the check of facts"),
    "audit.start_stage1": _l("Stage 1 begun"),
    "audit.start_stage2": _l("Fieldwork begun"),
    "audit.submit": _l("Report submitted for review"),
    "audit.take_review": _l("Review begun"),
    "booking.accept": _l("Estimate accepted: engaged"),
    "booking.begin": _l("Booked audit began"),
    "booking.cancel": _l("Booking cancelled"),
    "booking.confirm": _l("Team and dates confirmed"),
    "booking.decline": _l("Booking declined by the pool"),
    "booking.expire": _l("Estimate ran out"),
    "booking.fulfil": _l("Booked audit decided"),
    "booking.propose": _l("Team proposed"),
    "booking.quote": _l("Estimate made"),
    "booking.replace_member": _l("Member of the team replaced"),
    "booking.reschedule": _l("Other dates asked for"),
    "booking.return": _l("Booking sent back for completion"),
    "booking.screen": _l("Booking screened"),
    "booking.stop": _l("Booking stopped with its audit"),
    "booking.submit": _l("Audit asked for"),
    "booking.take_back": _l("Proposed team taken back"),
    "booking.turn_down": _l("Proposed team fell away"),
    "booking.uphold_objection": _l("Objection to the team upheld"),
    "booking.waitlist": _l("Booking put on the waiting list"),
    "booking.withdraw": _l("Booking withdrawn"),
    "finding.accept": _l("Remedy accepted"),
    "finding.acknowledge": _l("Finding accepted by the firm"),
    "finding.close_on_plan": _l("Finding closed on its plan"),
    "finding.implement": _l("Remedy reported done"),
    "finding.issue": _l("Finding issued"),
    "finding.note": _l("Finding noted"),
    "finding.respond": _l("Remedy proposed"),
    "finding.verify": _l("Remedy verified"),
    "proposal.agree": _l("Auditor accepted"),
    "proposal.cancel": _l("Proposal cancelled"),
    "proposal.complete": _l("Whole team accepted"),
    "proposal.confirm": _l("Proposal confirmed"),
    "proposal.object": _l("Firm objected to the team"),
    "proposal.reject_objection": _l("Objection to the team not upheld"),
    "proposal.shown": _l("Offer opened by the firm"),
    "proposal.take_back": _l("Proposal taken back"),
    "proposal.turn_down": _l("Auditor declined"),
    "proposal.waive": _l("Firm agreed to the team"),
}
_FIELDS: dict[str, Any] = {
    "person": _l("Person"),
    "role": _l("Part"),
    "firm": _l("Firm"),
    "office": _l("Seat"),
    "email": _l("E-mail"),
    "provider": _l("Provider"),
    "market": _l("Market"),
    "status": _l("Status"),
    "valid_from": _l("Valid from"),
    "name": _l("Name"),
    "version": _l("Version"),
    "foundation": _l("Foundation model"),
    "files": _l("Files"),
    "tier": _l("Tier"),
    "intensity": _l("Intensity"),
    "edition": _l("Edition"),
    "context": _l("Kind of use"),
    "markets": _l("Markets"),
    "signed_name": _l("Signed by"),
    "content": _l("Content signed"),
    "state": _l("State"),
    "since": _l("Since"),
    "level": _l("Level"),
    "outcome": _l("Outcome"),
    "changed_on": _l("Changed on"),
    "severity": _l("Severity"),
    "known_at": _l("Known at"),
    "period_until": _l("Period until"),
    "sha256": _l("SHA-256"),
    "size": _l("Bytes"),
}
_MEANINGS = {"attest": "good", "close": "good", "meet_conditions": "good", "end": "neutral", "report": "due_soon"}
_HIDDEN = frozenset({"foundation_model_id"})
#: Values that are days, kept as year-month-day.
_DAYS = frozenset({"period_until", "since", "valid_from", "changed_on"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def events_of(
    entries: Iterable[ActivityView], *, url_of: Callable[[ActivityView], str] = lambda _entry: ""
) -> list[Event]:
    """Return the lines of a timeline, in the order given."""
    return [
        Event(
            at=entry.at,
            who=entry.name,
            seat=office_word(entry.office),
            what=_what(entry),
            why=entry.reason,
            meaning=_MEANINGS.get(entry.verb, "neutral"),
            before=labelled(entry.before),
            after=labelled(entry.after),
            url=url_of(entry),
        )
        for entry in entries
    ]


def deed_word(subject_kind: str, verb: str) -> str:
    """Return in words what was done to a kind of object; an unknown deed becomes readable, never an error."""
    known = _WORDS.get((subject_kind, verb)) or _STEPS.get(verb)
    return str(known) if known else verb.replace("_", " ").replace(".", " ").capitalize()


def _what(entry: ActivityView) -> str:
    words = deed_word(entry.subject_kind, entry.verb)
    if entry.subject_kind in ("ethics", "incident"):
        told_apart = entry.subject_ref
    elif entry.verb in ("evidence.attached", "evidence.released"):
        told_apart = str(entry.after.get("name", ""))
    else:
        told_apart = ""
    return _("%(what)s (%(ref)s)", what=words, ref=told_apart) if told_apart else words


def labelled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept values under readable labels."""
    return {
        str(_FIELDS.get(name, name.replace("_", " ").capitalize())): _value(name, value)
        for name, value in values.items()
        if name not in _HIDDEN
    }


def _value(name: str, value: Any) -> Any:
    if name == "office" and isinstance(value, str):
        return office_word(value)
    if name in ("state", "outcome", "status") and isinstance(value, str):
        return state_word(value)
    if name == "tier" and isinstance(value, str):
        return tier_word(value)
    if name == "role" and value in PARTY_ROLES:
        return str(PARTY_ROLES[value])
    if name in _DAYS and isinstance(value, str):
        return day(date.fromisoformat(value)) if _DAY.fullmatch(value) else value
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return indicator_words(name, value) if isinstance(value, str) else value
