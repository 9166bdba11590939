"""Lists of the record: entries and standings as the pool's offices read them, and the public's look-up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import and_, case, col, func, select

from pool.harbor.entries import leaf_hash
from pool.harbor.tables import RecordDocument, RecordEntry, RegisterEntry, Standing
from pool.kernel.listing import Cursor, ListColumns, ListRequest, Page, read_page
from pool.kernel.storage import Reading

#: How a standing is shown whose conditions are not all met, but count because somebody other than the firm is late.
DEEMED = "deemed"
_MET = "good_standing"
_SHOWN: Any = case((and_(col(Standing.state) == _MET, col(Standing.deemed).is_(True)), DEEMED), else_=Standing.state)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry of the record as a list shows it. ``kind`` and the deployment stand in the entry's private document."""

    seq: int
    kind: str
    recorded_at: datetime
    valid_from: date | None
    leaf_hash: str
    deployment_id: int | None
    deployment_ref: str
    firm_name: str


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """One entry as anybody may see it: its number, its exact bytes, what they say."""

    seq: int
    data: bytes
    leaf_hash: str
    recorded_at: datetime

    @property
    def content(self) -> dict[str, Any]:
        """Return what the bytes say."""
        found: dict[str, Any] = json.loads(self.data)
        return found


@dataclass(frozen=True, slots=True)
class StandingLine:
    """The present standing of a deployment with the names under which the register shows it."""

    deployment_id: int
    deployment_ref: str
    deployment_name: str
    firm_ref: str
    firm_name: str
    tier: str
    state: str
    since: date
    due_state: str
    due_since: date | None
    valid_until: date | None
    deemed: bool
    basis: tuple[Mapping[str, Any], ...]
    computed_for: date
    computed_at: datetime

    @property
    def shown_state(self) -> str:
        """Return the state under which the standing is counted and shown: one that rests on waiting is told apart."""
        return DEEMED if self.deemed and self.state == _MET else self.state


def entries_listed(reading: Reading, request: ListRequest) -> Page[EntryLine]:
    """Return a page of the record's entries with what the asker may see of their documents; one query."""
    columns = ListColumns(
        key=RecordEntry.seq,
        sorts={"seq": RecordEntry.seq, "recorded_at": RecordEntry.recorded_at},
        filters={"kind": RecordDocument.kind},
        search=(RegisterEntry.deployment_ref, RegisterEntry.firm_name, RecordDocument.kind),
    )
    statement: Any = (
        select(RecordEntry, RecordDocument, RegisterEntry)
        .join(RecordDocument, col(RecordDocument.seq) == col(RecordEntry.seq), isouter=True)
        .join(RegisterEntry, col(RegisterEntry.deployment_id) == col(RecordDocument.deployment_id), isouter=True)
    )
    return read_page(reading.session, statement, request, columns=columns, make=_entry_line)


def entry_line(reading: Reading, seq: int) -> EntryLine:
    """Return the line of one entry. The entry must be there."""
    return entries_listed(reading, ListRequest(sort="seq", at=Cursor(seq - 1, seq - 1), size=1)).items[0]


def _entry_line(entry: RecordEntry, document: RecordDocument | None, shown: RegisterEntry | None) -> EntryLine:
    return EntryLine(
        entry.seq,
        document.kind if document else "",
        entry.recorded_at,
        document.valid_from if document else None,
        f"sha256:{bytes(entry.leaf_hash).hex()}",
        document.deployment_id if document else None,
        shown.deployment_ref if shown else "",
        shown.firm_name if shown else "",
    )


def standings_listed(reading: Reading, request: ListRequest) -> Page[StandingLine]:
    """Return a page of the present standings; the filter ``due`` keeps those with a step due. One query."""
    columns = ListColumns(
        key=Standing.id,
        sorts={
            "deployment": RegisterEntry.deployment_name,
            "firm": RegisterEntry.firm_name,
            "state": Standing.state,
            "since": Standing.since,
            "due_since": Standing.due_since,
            "valid_until": Standing.valid_until,
        },
        filters={
            "state": lambda values: _SHOWN.in_(values),
            "tier": RegisterEntry.tier,
            "due": lambda values: col(Standing.due_state).in_(values),
        },
        search=(RegisterEntry.deployment_name, RegisterEntry.deployment_ref, RegisterEntry.firm_name),
    )
    statement: Any = (
        select(Standing, RegisterEntry)
        .join(RegisterEntry, col(RegisterEntry.deployment_id) == col(Standing.deployment_id), isouter=True)
        .where(col(Standing.current).is_(True))
    )
    return read_page(reading.session, statement, request, columns=columns, make=_standing_line)


def _standing_line(row: Standing, shown: RegisterEntry | None) -> StandingLine:
    return StandingLine(
        row.deployment_id,
        shown.deployment_ref if shown else "",
        shown.deployment_name if shown else "",
        shown.firm_ref if shown else "",
        shown.firm_name if shown else "",
        shown.tier if shown else "",
        row.state,
        row.since,
        row.due_state or "",
        row.due_since,
        row.valid_until,
        row.deemed,
        tuple(row.basis),
        row.computed_for,
        row.computed_at,
    )


def due_standings(reading: Reading) -> tuple[StandingLine, ...]:
    """Return the present standings whose suspension or revocation is due, the longest due first; one query."""
    rows: Any = reading.session.exec(
        select(Standing, RegisterEntry)
        .join(RegisterEntry, col(RegisterEntry.deployment_id) == col(Standing.deployment_id), isouter=True)
        .where(col(Standing.current).is_(True), col(Standing.due_state).is_not(None))
        .order_by(col(Standing.due_since), col(Standing.id))
    )
    return tuple(_standing_line(*row) for row in rows)


def count_by_state(reading: Reading) -> dict[str, int]:
    """Return how many present standings each shown state has; one query."""
    rows = reading.session.exec(select(_SHOWN, func.count()).where(col(Standing.current).is_(True)).group_by(_SHOWN))
    return {state: int(count) for state, count in rows}


def _public(row: RecordEntry) -> PublicEntry:
    return PublicEntry(row.seq, bytes(row.data), f"sha256:{bytes(row.leaf_hash).hex()}", row.recorded_at)


def entry_numbered(reading: Reading, seq: int) -> PublicEntry | None:
    """Return the entry with this number, or ``None``."""
    row = reading.session.exec(select(RecordEntry).where(RecordEntry.seq == seq)).one_or_none()
    return _public(row) if row else None


def entry_of_bytes(reading: Reading, data: bytes) -> PublicEntry | None:
    """Return the entry whose bytes are exactly these, or ``None``."""
    rows = reading.session.exec(select(RecordEntry).where(RecordEntry.leaf_hash == leaf_hash(data)))
    return next((_public(row) for row in rows if bytes(row.data) == data), None)


def superseding(reading: Reading, seq: int) -> tuple[PublicEntry, ...]:
    """Return the later entries that supersede an entry, directly or through another one, oldest first."""
    found: list[PublicEntry] = []
    marks = [_names_as_previous(seq)]
    # Why by the bytes: what supersedes what is said by the entries themselves, and by no column beside them.
    for row in reading.session.exec(
        select(RecordEntry).where(col(RecordEntry.seq) > seq).order_by(col(RecordEntry.seq))
    ):
        if any(mark in row.data for mark in marks):
            found.append(_public(row))
            marks.append(_names_as_previous(row.seq))
    return tuple(found)


def _names_as_previous(seq: int) -> bytes:
    return b'"prev":%d,' % seq


def newest_entry(reading: Reading) -> PublicEntry | None:
    """Return the entry with the highest number, or ``None`` where the record is empty."""
    row = reading.session.exec(select(RecordEntry).order_by(col(RecordEntry.seq).desc()).limit(1)).one_or_none()
    return _public(row) if row else None
