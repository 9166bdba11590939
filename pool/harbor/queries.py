"""Reads of the participation record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import case, col, select

from pool.harbor import sources
from pool.harbor.entries import StoredEntry, check_entries
from pool.harbor.tables import Enrolment, RecordDocument, RecordEntry, RecordHead, RegisterEntry, Standing
from pool.kernel.digest import salted_digest
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.storage import Reading


@dataclass(frozen=True, slots=True)
class StandingView:
    """The projected standing of a deployment."""

    deployment_id: int
    firm_id: int
    state: str
    since: date
    due_state: str | None
    due_since: date | None
    valid_until: date | None
    deemed: bool
    basis: tuple[Mapping[str, Any], ...]
    computed_for: date
    computed_at: datetime
    entry_seq: int | None
    current: bool


@dataclass(frozen=True, slots=True)
class RegisterView:
    """What the public register shows of a deployment."""

    deployment_ref: str
    deployment_name: str
    firm_ref: str
    firm_name: str
    model_name: str
    foundation_name: str
    purpose: str
    context: str
    markets: tuple[str, ...]
    tier: str
    state: str
    since: date
    deemed: bool
    last_audit_on: date | None
    is_demo: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry of the record with what the asker may see of the document behind it."""

    seq: int
    data: bytes
    leaf_hash: bytes
    recorded_at: datetime
    kind: str | None
    body: Mapping[str, Any] | None
    valid_from: date | None
    digest_matches: bool | None


def _standing(row: Standing) -> StandingView:
    return StandingView(
        row.deployment_id,
        row.firm_id,
        row.state,
        row.since,
        row.due_state,
        row.due_since,
        row.valid_until,
        row.deemed,
        tuple(row.basis),
        row.computed_for,
        row.computed_at,
        row.entry_seq,
        row.current,
    )


def standing_of(reading: Reading, deployment_id: int) -> StandingView | None:
    """Return the current projected standing of a deployment, or ``None``."""
    row = reading.session.exec(
        select(Standing).where(Standing.deployment_id == deployment_id, col(Standing.current).is_(True))
    ).one_or_none()
    return _standing(row) if row else None


def standings(reading: Reading, deployment_ids: Sequence[int] | None = None) -> dict[int, StandingView]:
    """Return the current standings by deployment; one query."""
    statement = select(Standing).where(col(Standing.current).is_(True))
    if deployment_ids is not None:
        statement = statement.where(col(Standing.deployment_id).in_(deployment_ids))
    return {row.deployment_id: _standing(row) for row in reading.session.exec(statement)}


def enrolments_of(reading: Reading, deployment_id: int) -> tuple[sources.Enrolment, ...]:
    """Return applications and withdrawals of a deployment, oldest first."""
    rows = reading.session.exec(
        select(Enrolment).where(Enrolment.deployment_id == deployment_id).order_by(col(Enrolment.id))
    )
    return tuple(sources.Enrolment(r.kind, r.valid_from, r.recorded_at) for r in rows)


def entries_of(reading: Reading, deployment_id: int) -> tuple[EntryView, ...]:
    """Return the entries of a deployment with their documents, checked against their digests, oldest first."""
    rows = reading.session.exec(
        select(RecordEntry, RecordDocument)
        .join(RecordDocument, col(RecordDocument.seq) == col(RecordEntry.seq))
        .where(RecordDocument.deployment_id == deployment_id)
        .order_by(col(RecordEntry.seq))
    )
    return tuple(_entry(entry, document) for entry, document in rows)


def _entry(entry: RecordEntry, document: RecordDocument | None) -> EntryView:
    if document is None:
        return EntryView(entry.seq, entry.data, entry.leaf_hash, entry.recorded_at, None, None, None, None)
    matches = salted_digest(document.body, document.salt).encode() in entry.data
    return EntryView(
        entry.seq,
        entry.data,
        entry.leaf_hash,
        entry.recorded_at,
        document.kind,
        document.body,
        document.valid_from,
        matches,
    )


def entry_count(reading: Reading) -> int:
    """Return how many entries the record has."""
    return reading.session.exec(select(RecordHead.entries)).one()


def record_faults(reading: Reading) -> tuple[tuple[int, str], ...]:
    """Check the whole record: gaps, changed bytes, order; return every fault as (number, reason)."""
    rows = [
        StoredEntry(r.seq, bytes(r.data), bytes(r.leaf_hash))
        for r in reading.session.exec(select(RecordEntry).order_by(col(RecordEntry.seq)))
    ]
    faults = [(fault.seq, fault.reason) for fault in check_entries(rows)]
    if len(rows) != entry_count(reading):
        faults.append((len(rows), "the head counts another number of entries"))
    return tuple(faults)


def register(reading: Reading, request: ListRequest) -> Page[RegisterView]:
    """Return a page of the public register; one query."""
    columns = ListColumns(
        key=RegisterEntry.id,
        sorts={
            "firm": RegisterEntry.firm_name,
            "name": RegisterEntry.deployment_name,
            "ref": RegisterEntry.deployment_ref,
            "tier": case({"low": 1, "medium": 2, "high": 3}, value=col(RegisterEntry.tier), else_=0),
            "state": RegisterEntry.state,
            "since": RegisterEntry.since,
            "audited": RegisterEntry.last_audit_on,
        },
        filters={"tier": RegisterEntry.tier, "state": RegisterEntry.state, "context": RegisterEntry.context},
        search=(
            RegisterEntry.firm_name,
            RegisterEntry.deployment_name,
            RegisterEntry.deployment_ref,
            RegisterEntry.model_name,
        ),
    )
    return read_page(reading.session, select(RegisterEntry), request, columns=columns, make=_register)


def _register(row: RegisterEntry) -> RegisterView:
    return RegisterView(
        row.deployment_ref,
        row.deployment_name,
        row.firm_ref,
        row.firm_name,
        row.model_name,
        row.foundation_name,
        row.purpose,
        row.context,
        tuple(row.markets),
        row.tier,
        row.state,
        row.since,
        row.deemed,
        row.last_audit_on,
        row.is_demo,
        row.updated_at,
    )


def register_entry(reading: Reading, ref: str) -> RegisterView | None:
    """Return the public register's entry of a deployment, or ``None``."""
    row = reading.session.exec(select(RegisterEntry).where(RegisterEntry.deployment_ref == ref)).one_or_none()
    return _register(row) if row else None
