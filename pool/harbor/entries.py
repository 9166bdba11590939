"""Entries of the record: their exact bytes, their leaf hashes, and the check that nothing is missing or changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import rfc8785

from pool.harbor.transitions import State
from pool.kernel.digest import canonical_json
from pool.kernel.ids import is_public_id
from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _

VERSION = 1
#: Entry bundles carry lengths of 16 bits. Source: C2SP tlog-tiles.
MAX_ENTRY_BYTES = 65_535
_LEAF_PREFIX = b"\x00"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_KEYS = frozenset({"v", "type", "subject", "valid_from", "valid_to", "recorded_at", "rule", "prev", "digest"})


class NotARecordEntry(Invalid):
    """The content of an entry, or its bytes, break the form of the record."""


class EntryType(StrEnum):
    """What an entry records."""

    REGISTRATION = "registration"
    ETHICS_REVIEW = "ethics-review"
    AUDIT_ENGAGED = "audit-engaged"
    FINDING = "finding"
    REMEDIATION = "remediation"
    ASSESSMENT = "assessment"
    STANDING_GRANTED = "standing-granted"
    STANDING_SUSPENDED = "standing-suspended"
    STANDING_REVOKED = "standing-revoked"
    STANDING_REINSTATED = "standing-reinstated"
    CORRECTION = "correction"
    ERASURE = "erasure"
    KEY = "key"
    STATUS_LIST = "status-list"


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """The public content of one entry: no name, no personal data, only a pseudonym and a salted digest.

    ``subject`` is 128 random bits (32 hexadecimal digits), ``rule`` the version of the rules applied, ``prev`` the
    number of the entry that this one supersedes, ``digest`` the salted digest of the private document.

    Raises: NotARecordEntry.
    """

    type: EntryType
    subject: str
    valid_from: date
    recorded_at: datetime
    rule: str
    digest: str
    valid_to: date | None = None
    prev: int | None = None

    def __post_init__(self) -> None:
        if not is_public_id(self.subject):
            raise _fault(_("The subject of an entry is a pseudonym of 32 hexadecimal digits."), field="subject")
        if not _DIGEST.fullmatch(self.digest):
            raise _fault(_("The digest of an entry is sha256: and 64 hexadecimal digits."), field="digest")
        if self.recorded_at.tzinfo is None or self.recorded_at.utcoffset() != UTC.utcoffset(None):
            raise _fault(_("The instant of an entry is in UTC."), field="recorded_at")
        if not self.rule:
            raise _fault(_("An entry names the version of the rules applied."), field="rule")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise _fault(_("An entry is valid forwards."), field="valid_to")
        if self.prev is not None and (type(self.prev) is not int or self.prev < 0):
            raise _fault(_("An entry supersedes an entry by its number."), field="prev")
        if len(self.data()) > MAX_ENTRY_BYTES:
            raise _fault(_("An entry has at most %(n)s bytes.", n=MAX_ENTRY_BYTES), field="rule")

    def data(self) -> bytes:
        """Return the exact bytes of the entry. Source: RFC 8785."""
        return canonical_json(
            {
                "v": VERSION,
                "type": self.type.value,
                "subject": self.subject,
                "valid_from": self.valid_from,
                "valid_to": self.valid_to,
                "recorded_at": _instant_text(self.recorded_at),
                "rule": self.rule,
                "prev": self.prev,
                "digest": self.digest,
            }
        )


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One row of the record: its number, its bytes and the hash that was stored beside them."""

    seq: int
    data: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class EntryFault:
    """What is wrong with the record at a number."""

    seq: int
    reason: str


def leaf_hash(data: bytes) -> bytes:
    """Return the Merkle leaf hash of an entry's bytes, 32 bytes. Source: RFC 6962 section 2.1."""
    return hashlib.sha256(_LEAF_PREFIX + data).digest()


def stored(entry: RecordEntry, *, seq: int) -> StoredEntry:
    """Return ``entry`` as the row with number ``seq``."""
    data = entry.data()
    return StoredEntry(seq, data, leaf_hash(data))


def entry_of(data: bytes) -> RecordEntry:
    """Read an entry from its bytes; other bytes for the same content are refused.

    Raises: NotARecordEntry.
    """
    if len(data) > MAX_ENTRY_BYTES:
        raise _fault(_("An entry has at most %(n)s bytes.", n=MAX_ENTRY_BYTES), field=None)
    try:
        content = json.loads(data.decode("utf-8"))
        is_canonical = isinstance(content, dict) and rfc8785.dumps(content) == data
    except (ValueError, RecursionError, rfc8785.CanonicalizationError) as error:
        raise _fault(_("The bytes of the entry are not JSON in its canonical form."), field=None) from error
    if not is_canonical or set(content) != _KEYS or content["v"] != VERSION:
        raise _fault(_("The bytes of the entry are not an entry in its canonical form."), field=None)
    return _read(content)


def entry_type_of(before: State, after: State) -> EntryType:
    """Return the type under which a change of standing is recorded."""
    if after is State.GOOD_STANDING:
        return EntryType.STANDING_GRANTED if before is State.PENDING else EntryType.STANDING_REINSTATED
    named = {State.SUSPENDED: EntryType.STANDING_SUSPENDED, State.REVOKED: EntryType.STANDING_REVOKED}
    return named.get(after, EntryType.ASSESSMENT)


def check_entries(entries: Iterable[StoredEntry], *, first: int = 0) -> tuple[EntryFault, ...]:
    """Return every fault of the record: a gap, a changed byte, another form, a wrong reference, a step back in time.

    ``entries`` come in order of their numbers, the first of them is ``first``. No fault, empty.
    """
    faults: list[EntryFault] = []
    expected, latest = first, None
    for row in entries:
        if row.seq != expected:
            faults.append(EntryFault(row.seq, _("Number %(n)s was expected here.", n=expected)))
        expected = row.seq + 1
        if leaf_hash(row.data) != row.leaf_hash:
            faults.append(EntryFault(row.seq, _("The bytes do not match the stored hash.")))
        try:
            entry = entry_of(row.data)
        except NotARecordEntry as refusal:
            faults.append(EntryFault(row.seq, refusal.reason))
            continue
        if entry.prev is not None and entry.prev >= row.seq:
            faults.append(EntryFault(row.seq, _("The entry supersedes one that does not stand before it.")))
        if latest is not None and entry.recorded_at < latest:
            faults.append(EntryFault(row.seq, _("The entry is recorded before the one in front of it.")))
        latest = entry.recorded_at if latest is None else max(latest, entry.recorded_at)
    return tuple(faults)


def _read(content: Mapping[str, Any]) -> RecordEntry:
    try:
        entry = RecordEntry(
            type=EntryType(content["type"]),
            subject=content["subject"],
            valid_from=date.fromisoformat(content["valid_from"]),
            valid_to=None if content["valid_to"] is None else date.fromisoformat(content["valid_to"]),
            recorded_at=datetime.fromisoformat(content["recorded_at"]),
            rule=content["rule"],
            prev=content["prev"],
            digest=content["digest"],
        )
        is_same = entry.data() == rfc8785.dumps(dict(content))
    except (TypeError, ValueError, AttributeError) as error:
        raise _fault(_("A value of the entry is not of its kind."), field=None) from error
    if not is_same:
        raise _fault(_("A date or an instant of the entry is not written in its one form."), field=None)
    return entry


def _instant_text(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _fault(reason: str, *, field: str | None) -> NotARecordEntry:
    return NotARecordEntry(
        reason, field=field, next_step=_("See docs/algorithms/standing.md for the form of an entry.")
    )
