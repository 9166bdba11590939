"""Tenancy: whose rows a transaction may see.

Four scopes exist: a firm, an audit grant (person, audit, from, until), the pool's offices, and the public. They are
held by three fences that do not know of each other: a criterion on every mapped class here, row-level security in
PostgreSQL (made by the migrations from the same declarations), and composite foreign keys in the tables.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, column, false, or_, select, table, true, tuple_
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
    """The rows one transaction may see. ``at`` decides which grants are running.

    ``acting_id`` is the person signed in, whatever their seat, 0 where nobody is; ``person_id`` is set by a seat only.
    """

    kind: ScopeKind
    at: datetime
    firm_id: int | None = None
    person_id: int | None = None
    auditor_id: int | None = None
    acting_id: int = 0


def scope_of(actor: Actor, at: datetime) -> Scope:
    """Return the scope of the actor's active seat."""
    acting = actor.person_id or 0
    if actor.office in FIRM_OFFICES:
        return Scope(ScopeKind.FIRM, at, firm_id=actor.firm_id, person_id=actor.person_id, acting_id=acting)
    if actor.office in GRANTED_OFFICES:
        return Scope(ScopeKind.GRANT, at, person_id=actor.person_id, auditor_id=actor.auditor_id, acting_id=acting)
    if actor.office is Office.PUBLIC:
        return Scope(ScopeKind.PUBLIC, at, acting_id=acting)
    return Scope(ScopeKind.OFFICE, at, person_id=actor.person_id, acting_id=acting)


def pool_scope(at: datetime) -> Scope:
    """Return the scope of the pool itself, for the steps of a journey that serve several firms."""
    return Scope(ScopeKind.OFFICE, at)


def settings_of(scope: Scope) -> dict[str, str]:
    """Return the scope as the settings of a transaction that row-level security reads."""
    return {
        "pool.scope": str(scope.kind),
        "pool.firm": str(scope.firm_id or ""),
        "pool.person": str(scope.person_id or ""),
        "pool.auditor": str(scope.auditor_id or ""),
        "pool.acting": str(scope.acting_id),
        "pool.instant": scope.at.isoformat(),
    }


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which columns of a table decide who sees a row; a row is seen when any path matches.

    A firm's seat: ``firm`` is the firm itself, ``participant`` an audit the firm takes part in, ``party`` a fine-tuned
    model the firm is a party of. ``firm_if`` names a boolean column: until it is true no path opens the row to a firm
    (a draft finding is not the firm's to read).
    A granted seat: ``audit`` is an audit of a running grant, and where the row names a firm, that firm's part of it;
    ``deployment`` is a granted deployment, ``granted_model`` the model of one, ``granted_firm`` the firm of one.
    Any seat: ``person`` and ``auditor`` are the person and the auditor of the seat, ``acting`` is whoever is signed in,
    with or without a seat. ``everyone`` opens the whole table. The pool's offices see every row.

    Who sees a row may write it, with two exceptions: a ``party`` reads only, and ``pool_writes`` keeps a table from
    being written outside the pool's scope: the catalogue, the record, what the pool decides of firms and persons.
    """

    everyone: bool = False
    pool_writes: bool = False
    firm: str | None = None
    firm_if: str | None = None
    participant: str | None = None
    party: str | None = None
    audit: str | None = None
    deployment: str | None = None
    granted_model: str | None = None
    granted_firm: str | None = None
    person: str | None = None
    auditor: str | None = None
    acting: str | None = None

    def columns(self) -> tuple[str, ...]:
        """Return the columns that the paths name."""
        named = (getattr(self, name) for name in self.__dataclass_fields__)
        return tuple(value for value in named if isinstance(value, str))


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
_party = table("model_party", column("model_id"), column("firm_id"))
_deployment = table("deployment", column("id"), column("model_id"))


#: The scope of the statement that runs now in this thread; the criteria below read it when their values are sent.
_running: ContextVar[Scope] = ContextVar("running scope")


def run_within(scope: Scope) -> None:
    """Name the scope that the next statement of this thread runs in. Every session does so before each statement."""
    _running.set(scope)


def _of_scope(name: str, kind: Any) -> Any:
    # Why a value that is looked up late: SQL is compiled once for all scopes of a kind. What a seat has none of is
    # NULL, which equals nothing; in a thread that never named a scope the statement fails.
    return bindparam(f"scope_{name}", type_=kind, callable_=lambda: getattr(_running.get(), name))


_FIRM, _PERSON = _of_scope("firm_id", BigInteger()), _of_scope("person_id", BigInteger())
_AUDITOR, _ACTING = _of_scope("auditor_id", BigInteger()), _of_scope("acting_id", BigInteger())
_AT = _of_scope("at", UTCDateTime())


@cache
def _granted(*wanted: str) -> Any:
    return select(*(_grant.c[name] for name in wanted)).where(
        and_(
            _grant.c.person_id == _PERSON,
            _grant.c.from_at <= _AT,
            or_(_grant.c.until_at.is_(None), _grant.c.until_at > _AT),
        )
    )


def criterion(entity: Any, visibility: Visibility, kind: ScopeKind) -> ColumnElement[bool]:
    """Return the condition a row of ``entity`` must meet in a scope of this kind, the one of :func:`run_within`."""
    if kind is ScopeKind.OFFICE or visibility.everyone:
        return true()
    paths: list[ColumnElement[bool]] = []
    if kind is ScopeKind.FIRM:
        paths += _firm_paths(entity, visibility)
    if kind is ScopeKind.GRANT:
        paths += _grant_paths(entity, visibility)
    if visibility.person:
        paths.append(getattr(entity, visibility.person) == _PERSON)
    if visibility.acting:
        paths.append(getattr(entity, visibility.acting) == _ACTING)
    return or_(*paths) if paths else false()


def _firm_paths(entity: Any, visibility: Visibility) -> list[ColumnElement[bool]]:
    paths: list[ColumnElement[bool]] = []
    if visibility.firm:
        paths.append(getattr(entity, visibility.firm) == _FIRM)
    if visibility.participant:
        audits = select(_participant.c.audit_id).where(_participant.c.firm_id == _FIRM)
        paths.append(getattr(entity, visibility.participant).in_(audits))
    if visibility.party:
        models = select(_party.c.model_id).where(_party.c.firm_id == _FIRM)
        paths.append(getattr(entity, visibility.party).in_(models))
    if paths and visibility.firm_if:
        return [and_(or_(*paths), getattr(entity, visibility.firm_if).is_(True))]
    return paths


def _grant_paths(entity: Any, visibility: Visibility) -> list[ColumnElement[bool]]:
    paths: list[ColumnElement[bool]] = []
    if visibility.audit:
        audit = getattr(entity, visibility.audit)
        of_audit = audit.in_(_granted("audit_id"))
        if visibility.firm:
            firm = getattr(entity, visibility.firm)
            paths.append(tuple_(audit, firm).in_(_granted("audit_id", "firm_id")))
            paths.append(and_(firm.is_(None), of_audit))
        else:
            paths.append(of_audit)
    if visibility.deployment:
        paths.append(getattr(entity, visibility.deployment).in_(_granted("deployment_id")))
    if visibility.granted_model:
        models = select(_deployment.c.model_id).where(_deployment.c.id.in_(_granted("deployment_id")))
        paths.append(getattr(entity, visibility.granted_model).in_(models))
    if visibility.granted_firm:
        paths.append(getattr(entity, visibility.granted_firm).in_(_granted("firm_id")))
    if visibility.auditor:
        paths.append(getattr(entity, visibility.auditor) == _AUDITOR)
    return paths


def policy_expression(visibility: Visibility) -> str:
    """Return the same rule as a PostgreSQL expression over the settings of the transaction, for the migrations."""
    if visibility.everyone:
        return "true"
    paths = ["pool_scope() = 'office'"]
    if firm := _firm_policy(visibility):
        paths.append(f"(pool_scope() = 'firm' AND {firm})")
    paths += [f"(pool_scope() = 'grant' AND {path})" for path in _grant_policies(visibility)]
    if visibility.person:
        paths.append(f"(pool_scope() IN ('firm', 'grant', 'office') AND {visibility.person} = pool_person())")
    if visibility.auditor:
        paths.append(f"(pool_scope() = 'grant' AND {visibility.auditor} = pool_auditor())")
    if visibility.acting:
        paths.append(f"(pool_scope() <> '' AND {visibility.acting} = pool_acting())")
    return " OR ".join(paths)


def write_expression(visibility: Visibility) -> str:
    """Return the rule for writing as a PostgreSQL expression."""
    if visibility.pool_writes:
        return "pool_scope() = 'office'"
    return policy_expression(replace(visibility, party=None))


def _firm_policy(visibility: Visibility) -> str:
    paths = []
    if visibility.firm:
        paths.append(f"{visibility.firm} = pool_firm()")
    if visibility.participant:
        taking_part = "(SELECT p.audit_id FROM audit_participant p WHERE p.firm_id = pool_firm())"
        paths.append(f"{visibility.participant} IN {taking_part}")
    if visibility.party:
        paths.append(f"{visibility.party} IN (SELECT pool_models())")
    rule = " OR ".join(paths)
    rule = f"({rule})" if len(paths) > 1 else rule
    return f"{rule} AND {visibility.firm_if}" if rule and visibility.firm_if else rule


_GRANTED = (
    "(SELECT {} FROM audit_grant g WHERE g.person_id = pool_person() "
    "AND g.from_at <= pool_instant() AND (g.until_at IS NULL OR g.until_at > pool_instant()))"
)
_GRANTED_MODELS = "(SELECT d.model_id FROM deployment d WHERE d.id IN {})"


def _grant_policies(visibility: Visibility) -> list[str]:
    granted = _GRANTED.format
    paths = []
    if visibility.audit and visibility.firm:
        pair = f"({visibility.audit}, {visibility.firm}) IN {granted('g.audit_id, g.firm_id')}"
        paths += [pair, f"{visibility.firm} IS NULL AND {visibility.audit} IN {granted('g.audit_id')}"]
    elif visibility.audit:
        paths.append(f"{visibility.audit} IN {granted('g.audit_id')}")
    if visibility.deployment:
        paths.append(f"{visibility.deployment} IN {granted('g.deployment_id')}")
    if visibility.granted_model:
        paths.append(f"{visibility.granted_model} IN {_GRANTED_MODELS.format(granted('g.deployment_id'))}")
    if visibility.granted_firm:
        paths.append(f"{visibility.granted_firm} IN {granted('g.firm_id')}")
    return paths
