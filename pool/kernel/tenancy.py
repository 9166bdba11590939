"""Tenancy: whose rows a transaction may see.

Four scopes exist: a firm, an audit grant (person, audit, from, until), the pool's offices, and the public. They are
held by three fences that do not know of each other: a criterion on every mapped class here, row-level security in
PostgreSQL (made by the migrations from the same declarations), and composite foreign keys in the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, column, false, or_, select, table
from sqlmodel.sql.sqltypes import UTCDateTime

from pool.kernel.roles import FIRM_OFFICES, GRANTED_OFFICES, Actor, Office


class ScopeKind(StrEnum):
    """The four scopes."""

    FIRM = "firm"
    GRANT = "grant"
    OFFICE = "office"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows one transaction may see. ``at`` decides which grants are running."""

    kind: ScopeKind
    at: datetime
    firm_id: int | None = None
    person_id: int | None = None
    auditor_id: int | None = None


def scope_of(actor: Actor, at: datetime) -> Scope:
    """Return the scope of the actor's active seat."""
    if actor.office in FIRM_OFFICES:
        return Scope(ScopeKind.FIRM, at, firm_id=actor.firm_id, person_id=actor.person_id)
    if actor.office in GRANTED_OFFICES:
        return Scope(ScopeKind.GRANT, at, person_id=actor.person_id, auditor_id=actor.auditor_id)
    if actor.office is Office.PUBLIC:
        return Scope(ScopeKind.PUBLIC, at)
    return Scope(ScopeKind.OFFICE, at, person_id=actor.person_id)


def pool_scope(at: datetime) -> Scope:
    """Return the scope of the pool itself, for the steps of a journey that serve several firms."""
    return Scope(ScopeKind.OFFICE, at)


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which columns of a table decide who sees a row; a row is seen when any path matches.

    ``firm`` is compared with the firm of the seat, where ``firm_if`` names a boolean column only once that is true
    (a draft finding is not the firm's to read); ``participant`` is an audit's key, compared with the audits the firm
    takes part in; ``audit``, ``deployment`` and ``granted_firm`` with the running
    grants of the person; ``person`` and ``auditor`` with the person and the auditor of the seat. ``everyone`` opens
    the whole table for reading. The pool's offices see every row. ``pool_writes`` keeps a table from being written
    outside the pool's scope: the catalogue, and what the pool decides of firms and persons (grants, seats, outcomes).
    """

    everyone: bool = False
    pool_writes: bool = False
    firm: str | None = None
    firm_if: str | None = None
    participant: str | None = None
    audit: str | None = None
    deployment: str | None = None
    granted_firm: str | None = None
    person: str | None = None
    auditor: str | None = None


EVERYONE = Visibility(everyone=True)
CATALOGUE = Visibility(everyone=True, pool_writes=True)
OFFICES_ONLY = Visibility()

_grant = table(
    "audit_grant",
    column("person_id"),
    column("audit_id"),
    column("firm_id"),
    column("deployment_id"),
    column("from_at", UTCDateTime()),
    column("until_at", UTCDateTime()),
)


_participant = table("audit_participant", column("audit_id"), column("firm_id"))


def _granted(wanted: str, scope: Scope) -> Any:
    return select(_grant.c[wanted]).where(
        and_(
            _grant.c.person_id == scope.person_id,
            _grant.c.from_at <= scope.at,
            or_(_grant.c.until_at.is_(None), _grant.c.until_at > scope.at),
        )
    )


def criterion(entity: Any, visibility: Visibility, scope: Scope) -> ColumnElement[bool] | None:
    """Return the condition a row of ``entity`` must meet in ``scope``; ``None`` where every row may be seen."""
    if scope.kind is ScopeKind.OFFICE or visibility.everyone:
        return None
    paths: list[ColumnElement[bool]] = []
    if scope.kind is ScopeKind.FIRM and visibility.firm:
        own = getattr(entity, visibility.firm) == scope.firm_id
        paths.append(and_(own, getattr(entity, visibility.firm_if).is_(True)) if visibility.firm_if else own)
    if scope.kind is ScopeKind.FIRM and visibility.participant:
        audits = select(_participant.c.audit_id).where(_participant.c.firm_id == scope.firm_id)
        paths.append(getattr(entity, visibility.participant).in_(audits))
    if scope.kind is ScopeKind.GRANT:
        for wanted, name in (
            ("audit_id", visibility.audit),
            ("deployment_id", visibility.deployment),
            ("firm_id", visibility.granted_firm),
        ):
            if name:
                paths.append(getattr(entity, name).in_(_granted(wanted, scope)))
        if visibility.auditor and scope.auditor_id is not None:
            paths.append(getattr(entity, visibility.auditor) == scope.auditor_id)
    if visibility.person and scope.person_id is not None:
        paths.append(getattr(entity, visibility.person) == scope.person_id)
    return or_(*paths) if paths else false()


def policy_expression(visibility: Visibility) -> str:
    """Return the same rule as a PostgreSQL expression over the settings of the transaction, for the migrations."""
    if visibility.everyone:
        return "true"
    grants = (
        "(SELECT g.{wanted} FROM audit_grant g WHERE g.person_id = pool_person() "
        "AND g.from_at <= pool_instant() AND (g.until_at IS NULL OR g.until_at > pool_instant()))"
    )
    paths = ["pool_scope() = 'office'"]
    if visibility.firm:
        released = f" AND {visibility.firm_if}" if visibility.firm_if else ""
        paths.append(f"(pool_scope() = 'firm' AND {visibility.firm} = pool_firm(){released})")
    if visibility.participant:
        taking_part = "(SELECT p.audit_id FROM audit_participant p WHERE p.firm_id = pool_firm())"
        paths.append(f"(pool_scope() = 'firm' AND {visibility.participant} IN {taking_part})")
    for wanted, name in (
        ("audit_id", visibility.audit),
        ("deployment_id", visibility.deployment),
        ("firm_id", visibility.granted_firm),
    ):
        if name:
            paths.append(f"(pool_scope() = 'grant' AND {name} IN {grants.format(wanted=wanted)})")
    if visibility.person:
        paths.append(f"(pool_scope() IN ('firm', 'grant', 'office') AND {visibility.person} = pool_person())")
    if visibility.auditor:
        paths.append(f"(pool_scope() = 'grant' AND {visibility.auditor} = pool_auditor())")
    return " OR ".join(paths)
