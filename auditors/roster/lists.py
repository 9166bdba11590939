"""Lists of auditors for pages: the roster narrowed by competence and validity, and what stands in its filters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Text, cast
from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select

from auditors.roster.queries import AUDITOR_COLUMNS, roster
from auditors.roster.tables import Auditor, Competence, Interest
from auditors.roster.values import AuditorLine
from pool.kernel.clock import day_of
from pool.kernel.listing import ListRequest, Page
from pool.kernel.storage import Reading

#: A competence that runs out within these days is marked, so that its evidence comes in time.
EXPIRING_DAYS = 60


def auditors_listed(reading: Reading, request: ListRequest) -> Page[AuditorLine]:
    """Return a page of the roster: three queries.

    Beside those of ``roster`` it knows the filters ``code`` (valid today), ``language`` and ``ends`` (``soon``: a valid
    competence ends within 60 days and is not renewed).
    """
    today = day_of(reading.at)
    valid = (
        col(Competence.ended_at).is_(None),
        col(Competence.valid_from) <= today,
        col(Competence.valid_until) >= today,
    )

    def holders(*conditions: Any) -> Any:
        return col(Auditor.id).in_(select(Competence.auditor_id).where(*valid, *conditions))

    soon = today + timedelta(days=EXPIRING_DAYS)
    other: Any = aliased(Competence)
    renewed = (
        select(other.id)
        .where(
            other.auditor_id == Competence.auditor_id,
            other.code == Competence.code,
            other.ended_at.is_(None),
            other.valid_until > soon,
        )
        .exists()
    )
    spoken = cast(col(Auditor.languages), Text)
    columns = replace(
        AUDITOR_COLUMNS,
        sorts={**AUDITOR_COLUMNS.sorts, "rate": col(Auditor.day_rate_minor)},
        filters={
            **AUDITOR_COLUMNS.filters,
            "code": lambda codes: holders(col(Competence.code).in_(codes)),
            "language": lambda codes: or_(*(spoken.contains(f'"{one}"') for one in codes)),
            "ends": lambda _values: holders(col(Competence.valid_until) <= soon, ~renewed),
        },
    )
    return roster(reading, request, columns=columns)


def regions(reading: Reading) -> tuple[str, ...]:
    """Return the regions auditors come from, for a filter; one query."""
    return tuple(reading.session.exec(select(Auditor.region).distinct().order_by(Auditor.region)))


def languages(reading: Reading) -> tuple[str, ...]:
    """Return the languages that auditors speak, for a filter; one query."""
    return tuple(sorted({one for spoken in reading.session.exec(select(Auditor.languages)) for one in spoken}))


def unassessed(reading: Reading) -> int:
    """Return how many interests wait for the impartiality officer; one query."""
    statement = select(func.count()).select_from(Interest).where(Interest.verdict == "unassessed")
    return int(reading.session.exec(statement).one())
