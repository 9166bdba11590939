"""Writes of the participation record: entries, enrolment, the projected standing and the public register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import col, select

from pool.harbor.entries import EntryType, entry_type_of, stored
from pool.harbor.entries import RecordEntry as Entry
from pool.harbor.standing import Standing as Derived
from pool.harbor.tables import Enrolment, RecordDocument, RecordEntry, RecordHead, RegisterEntry, Standing
from pool.harbor.transitions import State
from pool.kernel.clock import day_of
from pool.kernel.digest import new_salt, plain, salted_digest
from pool.kernel.storage import Work

TERMS_VERSION = "2026.1"
RULE = "2026.1"


def append_entry(
    work: Work,
    *,
    deployment_id: int,
    firm_id: int,
    pseudonym: str,
    kind: str,
    body: Mapping[str, Any],
    valid_from: date,
    prev: int | None = None,
) -> int:
    """Append an entry to the record and keep its private document; return the entry's number.

    The entry holds the pseudonym and a salted digest only; the salt stays with the document, so that erasing both
    leaves an entry that tells nothing and is still valid. Numbers have no gaps: the head is counted up here.
    Raises: NotARecordEntry.
    """
    salt = new_salt()
    content = plain(dict(body))
    head = work.session.exec(select(RecordHead).with_for_update()).one()
    seq = head.entries
    entry = Entry(
        type=EntryType(kind),
        subject=pseudonym,
        valid_from=valid_from,
        recorded_at=work.at,
        rule=RULE,
        digest=salted_digest(content, salt),
        prev=prev,
    )
    kept = stored(entry, seq=seq)
    head.entries = seq + 1
    work.session.add(RecordEntry(seq=seq, data=kept.data, leaf_hash=kept.leaf_hash, recorded_at=work.at))
    work.flush()
    work.add(
        RecordDocument(
            firm_id=firm_id,
            deployment_id=deployment_id,
            seq=seq,
            kind=kind,
            body=content,
            salt=salt,
            valid_from=valid_from,
            recorded_at=work.at,
        )
    )
    return seq


def enrol(work: Work, *, deployment_id: int, firm_id: int, deployment_ref: str) -> None:
    """Apply for the participation record of a deployment: the first time, or again after it ran out."""
    _act(work, "applied", deployment_id=deployment_id, firm_id=firm_id, deployment_ref=deployment_ref)


def withdraw(work: Work, *, deployment_id: int, firm_id: int, deployment_ref: str) -> None:
    """Leave the record voluntarily; history stays readable."""
    _act(work, "withdrawn", deployment_id=deployment_id, firm_id=firm_id, deployment_ref=deployment_ref)


def _act(work: Work, kind: str, *, deployment_id: int, firm_id: int, deployment_ref: str) -> None:
    work.add(
        Enrolment(
            firm_id=firm_id,
            deployment_id=deployment_id,
            kind=kind,
            terms_version=TERMS_VERSION,
            valid_from=day_of(work.at),
            recorded_at=work.at,
            person_id=work.actor.person_id,
        )
    )
    work.note(kind, subject_kind="record", subject_ref=deployment_ref, firm_id=firm_id)


def basis_json(derived: Derived) -> list[dict[str, Any]]:
    """Return the conditions in order as plain values: condition, name, met, deemed, facts, recorded_at."""
    return [
        {
            "condition": one.condition,
            "name": one.name,
            "met": one.met,
            "deemed": one.deemed,
            "facts": plain(dict(one.facts)),
            "recorded_at": plain(one.recorded_at),
        }
        for one in derived.basis
    ]


def keep_standing(
    work: Work, *, deployment_id: int, firm_id: int, pseudonym: str, derived: Derived
) -> tuple[State, State] | None:
    """Keep the derived standing as the current row of the projection; return (before, after) where the state moved.

    A moved state is appended to the record. An unchanged standing writes nothing.
    """
    last = work.session.exec(
        select(Standing).where(Standing.deployment_id == deployment_id, col(Standing.current).is_(True))
    ).one_or_none()
    basis = basis_json(derived)
    due = derived.due
    values: dict[str, Any] = {
        "state": str(derived.state),
        "since": derived.since or day_of(work.at),
        "due_state": str(due.state) if due else None,
        "due_since": due.since if due else None,
        "valid_until": derived.valid_until,
        "deemed": derived.deemed,
    }
    if last is not None and all(getattr(last, name) == value for name, value in values.items()) and last.basis == basis:
        last.computed_for = day_of(work.at)
        last.computed_at = work.at
        work.flush()
        return None
    before = State(last.state) if last is not None else State.NOT_ENROLLED
    moved = before is not derived.state
    seq = None
    if moved:
        seq = append_entry(
            work,
            deployment_id=deployment_id,
            firm_id=firm_id,
            pseudonym=pseudonym,
            kind=str(entry_type_of(before, derived.state)),
            body={**values, "basis": basis},
            valid_from=min(values["since"], day_of(work.at)),
            prev=last.entry_seq if last is not None else None,
        )
    if last is not None:
        last.current = False
        work.flush()
    work.add(
        Standing(
            firm_id=firm_id,
            deployment_id=deployment_id,
            basis=basis,
            computed_for=day_of(work.at),
            computed_at=work.at,
            entry_seq=seq if seq is not None else (last.entry_seq if last is not None else None),
            **values,
        )
    )
    return (before, derived.state) if moved else None


def keep_register_entry(work: Work, *, deployment_id: int, shown: bool, **values: Any) -> None:
    """Write the public register's copy of a deployment, or remove it where it is no longer shown."""
    row = work.session.exec(select(RegisterEntry).where(RegisterEntry.deployment_id == deployment_id)).one_or_none()
    if not shown:
        if row is not None:
            work.session.delete(row)
            work.flush()
        return
    if row is None:
        work.add(RegisterEntry(deployment_id=deployment_id, updated_at=work.at, **values))
        return
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        row.updated_at = work.at
        work.flush()


def forget_projection(work: Work, *, deployment_id: int) -> None:
    """Remove the projected standing of a deployment, so that it can be derived anew from its sources."""
    for row in work.session.exec(select(Standing).where(Standing.deployment_id == deployment_id)):
        work.session.delete(row)
    work.flush()
