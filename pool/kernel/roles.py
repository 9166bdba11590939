"""Offices and actors: who may sit where, and as whom somebody acts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pool.kernel.words import lazy as _l


class Office(StrEnum):
    """The seats of the pool. ``system`` is the clock, ``public`` somebody without an account."""

    FIRM_MEMBER = "firm_member"
    FIRM_MANAGER = "firm_manager"
    AUDITOR = "auditor"
    TECHNICAL_REVIEWER = "technical_reviewer"
    DECISION_MAKER = "decision_maker"
    ETHICS_REVIEWER = "ethics_reviewer"
    IMPARTIALITY_OFFICER = "impartiality_officer"
    APPEAL_PANEL_MEMBER = "appeal_panel_member"
    PLANNER = "planner"
    TREASURER = "treasurer"
    REGISTRAR = "registrar"
    ADMINISTRATOR = "administrator"
    REGULATOR = "regulator"
    SYSTEM = "system"
    PUBLIC = "public"


FIRM_OFFICES = frozenset({Office.FIRM_MEMBER, Office.FIRM_MANAGER})
#: Offices that see only what a grant names (person, audit, from, until).
GRANTED_OFFICES = frozenset({Office.AUDITOR, Office.REGULATOR})
POOL_OFFICES = frozenset(
    {
        Office.TECHNICAL_REVIEWER, Office.DECISION_MAKER, Office.ETHICS_REVIEWER, Office.IMPARTIALITY_OFFICER,
        Office.APPEAL_PANEL_MEMBER, Office.PLANNER, Office.TREASURER, Office.REGISTRAR, Office.ADMINISTRATOR,
    }
)  # fmt: skip
SEATABLE_OFFICES = FIRM_OFFICES | GRANTED_OFFICES | POOL_OFFICES


_WORDS = {
    Office.FIRM_MEMBER: _l("Firm member"),
    Office.FIRM_MANAGER: _l("Firm manager"),
    Office.AUDITOR: _l("Auditor"),
    Office.TECHNICAL_REVIEWER: _l("Technical reviewer"),
    Office.DECISION_MAKER: _l("Decision maker"),
    Office.ETHICS_REVIEWER: _l("Ethics reviewer"),
    Office.IMPARTIALITY_OFFICER: _l("Impartiality officer"),
    Office.APPEAL_PANEL_MEMBER: _l("Appeal panel member"),
    Office.PLANNER: _l("Planner"),
    Office.TREASURER: _l("Treasurer"),
    Office.REGISTRAR: _l("Registrar"),
    Office.ADMINISTRATOR: _l("Administrator"),
    Office.REGULATOR: _l("Regulator"),
    Office.SYSTEM: _l("The pool's clock"),
    Office.PUBLIC: _l("Public"),
}


def office_word(office: object) -> str:
    """Return the word for an office; an unknown id becomes readable, never an error."""
    name = str(office)
    return str(_WORDS[Office(name)]) if name in set(Office) else name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which seat. ``person_id`` is ``None`` for the clock and the public only."""

    person_id: int | None
    seat_id: int | None
    office: Office
    firm_id: int | None = None
    auditor_id: int | None = None
    name: str = ""


SYSTEM = Actor(None, None, Office.SYSTEM, name="Audit Pool clock")
PUBLIC = Actor(None, None, Office.PUBLIC, name="Public")
