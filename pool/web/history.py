"""The history of an object in words: activity entries become the lines of a timeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pool.kernel.history import ActivityView
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.parts import Event
from pool.web.states import office_word, state_word

#: (kind of object, verb) -> words; a verb that is not here is shown readably.
_WORDS: dict[tuple[str, str], Any] = {
    ("firm", "admit"): _l("Firm admitted"),
    ("person", "add"): _l("Account made"),
    ("person", "sign_in"): _l("Signed in"),
    ("person", "disable"): _l("Account closed"),
    ("person", "change_password"): _l("Password changed"),
    ("person", "confirm_second_factor"): _l("Second factor set up"),
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
_FIELDS: dict[str, Any] = {
    "person": _l("Person"),
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
    known = _WORDS.get((subject_kind, verb))
    return str(known) if known else verb.replace("_", " ").replace(".", " ").capitalize()


def _what(entry: ActivityView) -> str:
    words = deed_word(entry.subject_kind, entry.verb)
    shown_ref = entry.subject_kind in ("ethics", "incident")
    return _("%(what)s (%(ref)s)", what=words, ref=entry.subject_ref) if shown_ref else words


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
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {one}" for key, one in value.items())
    return value
