"""Checking an entry of the record without an account: its bytes, its number, what superseded it, the whole record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app

from pool.harbor import lists
from pool.harbor.entries import MAX_ENTRY_BYTES, NotARecordEntry, entry_of, leaf_hash
from pool.harbor.lists import PublicEntry
from pool.harbor.queries import entry_count, record_faults
from pool.kernel.digest import canonical_json
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.fields import FileField, Integer, LongText
from pool.web.forms import Bound, Form, Section
from pool.web.registry import blueprint
from pool.web.requests import at, form_of, page, reading
from pool.web.wording import what_a_page_is_not

FORM = Form(
    "verify",
    sections=(
        Section(
            _l("What do you hold?"),
            intro=_l("Give one of the three."),
            fields=(
                LongText(
                    name="entry",
                    label=_l("The entry's text"),
                    required=False,
                    most=MAX_ENTRY_BYTES,
                    rows=4,
                    help=_l("One line of JSON, exactly as it was given to you."),
                ),
                FileField(
                    name="file",
                    label=_l("A file that holds the entry"),
                    required=False,
                    accept=".json,.txt",
                    most_bytes=1_000_000,
                ),
                Integer(
                    name="number",
                    label=_l("The entry's number"),
                    required=False,
                    least=0,
                    most=2**62,
                    help=_l("Numbers begin at 0 and have no gaps."),
                    example="17",
                ),
            ),
        ),
    ),
)
#: The check of the whole record is kept this long, so that visitors cannot make the pool do it at will.
CHECK_LIFE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """How the whole record stood when it was last checked."""

    at: datetime
    entries: int
    newest: datetime | None
    faults: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the record says about an entry that somebody holds.

    ``stands`` is ``exact`` for the same bytes, ``content`` for the same content written otherwise, ``number`` where
    only the number was asked, ``absent`` where there is no such entry, ``unreadable`` where it is no entry at all.
    """

    stands: str
    entry: PublicEntry | None = None
    later: tuple[PublicEntry, ...] = ()
    given_hash: str = ""
    reason: str = ""

    @property
    def meaning(self) -> str:
        """Return the meaning that gives the verdict its colour and shape."""
        known = {"exact": "good", "number": "neutral", "content": "due_soon"}
        return known.get(self.stands, "overdue")


@blueprint.route("/verify", methods=["GET", "POST"])
def verify() -> Any:
    """Say whether an entry stands in the record, and how the whole record stands."""
    bound = form_of(FORM)
    if bound.valid and sum(bound.cleaned[name] not in (None, "") for name in ("entry", "file", "number")) != 1:
        bound.add_error(None, _("Give one of the three: the text, a file or the number."))
    if not bound.valid:
        return _show(bound, None, status=bound.status)
    return _show(bound, _verdict(reading(), bound.cleaned))


def _show(bound: Bound, verdict: Verdict | None, *, status: int = 200) -> Any:
    return page(
        "registry/verify.html",
        status,
        bound=bound,
        verdict=verdict,
        check=record_check(reading()),
        not_this=what_a_page_is_not(),
    )


def _verdict(reading: Reading, given: dict[str, Any]) -> Verdict:
    if given["number"] is not None:
        found = lists.entry_numbered(reading, given["number"])
        return _with_later(reading, "number", found) if found else Verdict("absent")
    data = given["file"].content if given["file"] is not None else given["entry"].encode()
    return verdict_on(reading, data)


def verdict_on(reading: Reading, data: bytes) -> Verdict:
    """Return what the record says about an entry's bytes; a line end at their end is nobody's change."""
    data = data.rstrip(b"\r\n")
    given = f"sha256:{leaf_hash(data).hex()}"
    found = lists.entry_of_bytes(reading, data)
    if found is not None:
        return _with_later(reading, "exact", found, given)
    try:
        written = canonical_json(json.loads(data.decode("utf-8")))
    except (ValueError, RecursionError, TypeError):
        return Verdict("unreadable", given_hash=given, reason=_("This is not JSON, so it is no entry of the record."))
    found = lists.entry_of_bytes(reading, written)
    if found is not None:
        return _with_later(reading, "content", found, given)
    try:
        entry_of(written)
    except NotARecordEntry as refusal:
        return Verdict("unreadable", given_hash=given, reason=refusal.reason)
    return Verdict("absent", given_hash=given)


def _with_later(reading: Reading, stands: str, found: PublicEntry, given: str = "") -> Verdict:
    return Verdict(stands, found, lists.superseding(reading, found.seq), given)


def record_check(reading: Reading) -> RecordCheck:
    """Return how the whole record stands: numbers without gaps, bytes that match their hashes, order in time."""
    kept: RecordCheck | None = current_app.extensions.get("pool_record_check")
    count = entry_count(reading)
    if kept is not None and kept.entries == count and at() - kept.at < CHECK_LIFE:
        return kept
    newest = lists.newest_entry(reading)
    made = RecordCheck(at(), count, newest.recorded_at if newest else None, record_faults(reading))
    current_app.extensions["pool_record_check"] = made
    return made
