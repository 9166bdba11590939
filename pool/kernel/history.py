"""Reading the traces: what happened to one object, who did it, in which seat, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.refusals import Missing
from pool.kernel.storage import Reading
from pool.kernel.traces import Activity
from pool.kernel.words import gettext as _

MOST = 200


@dataclass(frozen=True, slots=True)
class ActivityView:
    """One activity entry. ``before`` and ``after`` are empty where nothing of the kind was kept."""

    at: datetime
    name: str
    office: str
    verb: str
    subject_kind: str
    subject_ref: str
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def activity_of(reading: Reading, *subject_refs: str, most: int = MOST) -> tuple[ActivityView, ...]:
    """Return what was done to the objects with these references, newest first; one query."""
    rows = reading.session.exec(
        select(Activity)
        .where(col(Activity.subject_ref).in_(subject_refs))
        .order_by(col(Activity.at).desc(), col(Activity.id).desc())
        .limit(most)
    )
    return tuple(
        ActivityView(
            row.at,
            row.name,
            row.office,
            row.verb,
            row.subject_kind,
            row.subject_ref,
            row.reason,
            row.before or {},
            row.after or {},
        )
        for row in rows
    )


class NoSuchEntry(Missing):
    """The journal holds no such entry, or it is not the asker's to see."""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One entry of the pool's journal, with the digests of the state before and after."""

    public_id: str
    at: datetime
    name: str
    office: str
    verb: str
    subject_kind: str
    subject_ref: str
    firm_id: int | None
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    before_digest: str
    after_digest: str
    request_id: str


def activity(reading: Reading, request: ListRequest) -> Page[JournalLine]:
    """Return a page of the journal within sight; one query."""
    columns = ListColumns(
        key=Activity.id,
        sorts={"at": Activity.at, "name": Activity.name, "verb": Activity.verb, "subject_ref": Activity.subject_ref},
        filters={"verb": Activity.verb, "office": Activity.office, "subject_kind": Activity.subject_kind},
        search=(Activity.name, Activity.verb, Activity.subject_ref, Activity.reason),
    )
    return read_page(reading.session, select(Activity), request, columns=columns, make=_journal_line)


def activity_entry(reading: Reading, public_id: str) -> JournalLine:
    """Return one entry of the journal. Raises: NoSuchEntry."""
    row = reading.session.exec(select(Activity).where(Activity.public_id == public_id)).one_or_none()
    if row is None:
        raise NoSuchEntry(_("There is no such entry in the journal."), next_step=_("Look at the list of entries."))
    return _journal_line(row)


def _journal_line(row: Activity) -> JournalLine:
    return JournalLine(
        row.public_id,
        row.at,
        row.name,
        row.office,
        row.verb,
        row.subject_kind,
        row.subject_ref,
        row.firm_id,
        row.reason,
        row.before or {},
        row.after or {},
        row.before_digest or "",
        row.after_digest or "",
        row.request_id,
    )


def kinds_of_activity(reading: Reading) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the verbs and the kinds of subjects that the journal holds, for its filters; two queries."""
    verbs = reading.session.exec(select(Activity.verb).distinct().order_by(Activity.verb))
    kinds = reading.session.exec(select(Activity.subject_kind).distinct().order_by(Activity.subject_kind))
    return tuple(verbs), tuple(kinds)
