"""Permissions: which seats may use which route by which method, all on one screen.

A route that is not here is refused, and a test fails for it. The rules of the process (life-cycles, independence, two
persons) stand in the services: passing this table is necessary, never sufficient.
"""

from __future__ import annotations

from dataclasses import dataclass

from pool.kernel.roles import FIRM_OFFICES, POOL_OFFICES, SEATABLE_OFFICES, Office

FIRM = FIRM_OFFICES
MANAGER = frozenset({Office.FIRM_MANAGER})
AUDITOR = frozenset({Office.AUDITOR})
POOL = POOL_OFFICES
ANY_SEAT = SEATABLE_OFFICES
REGISTRAR = frozenset({Office.REGISTRAR})
PLANNER = frozenset({Office.PLANNER})
TREASURER = frozenset({Office.TREASURER})
ADMINISTRATOR = frozenset({Office.ADMINISTRATOR})
REVIEWER = frozenset({Office.TECHNICAL_REVIEWER})
DECIDER = frozenset({Office.DECISION_MAKER})
ETHICS = frozenset({Office.ETHICS_REVIEWER})
IMPARTIALITY = frozenset({Office.IMPARTIALITY_OFFICER})
REGULATOR = frozenset({Office.REGULATOR})
NOBODY: frozenset[Office] = frozenset()


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may read (GET, HEAD) and write (POST). ``anyone`` needs no account; ``person`` needs one but no seat."""

    read: frozenset[Office] = NOBODY
    write: frozenset[Office] = NOBODY
    anyone: bool = False
    person: bool = False


def reads(offices: frozenset[Office]) -> Permission:
    """Return a permission to look."""
    return Permission(read=offices)


def writes(offices: frozenset[Office], *, read: frozenset[Office] | None = None) -> Permission:
    """Return a permission to act; whoever acts may open the form, ``read`` adds others who may look."""
    return Permission(read=offices | (read or NOBODY), write=offices)


ANYONE = Permission(anyone=True)
PERSON = Permission(person=True)

#: endpoint -> permission
TABLE: dict[str, Permission] = {
    "static": ANYONE,
    # --- signing in, seats, own account (pool/web/signin) ---
    "signin.sign_in": ANYONE,
    "signin.demo": ANYONE,
    "signin.second_factor": PERSON,
    "signin.enrol_second_factor": PERSON,
    "signin.sign_out": PERSON,
    "signin.seats": PERSON,
    "signin.take_seat": PERSON,
    "signin.account": PERSON,
    "signin.change_password": PERSON,
    "signin.end_session": PERSON,
    "signin.invitation": ANYONE,
    "signin.home": ANYONE,
    # --- public (pool/web/registry) ---
    # --- firm (pool/web/firm) ---
    # --- auditor (pool/web/auditor) ---
    # --- pool offices (pool/web/admin) ---
}
