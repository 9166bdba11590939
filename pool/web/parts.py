"""The small values that page skeletons are filled with: navigation, seat, notices, facts, history, steps.

Macros read attributes only, so a page may hand over these values, its own dataclasses with the same names,
or dicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

#: How many values, and of which length, the line of an event tells before its table is opened.
MOST_IN_GIST, LONGEST_GIST = 3, 80


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """One link of the navigation; ``count`` is shown when something waits there."""

    label: str
    url: str
    current: bool = False
    count: int = 0
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class SeatView:
    """Who is signed in and in which seat: ``office`` in words, ``scope`` the firm's or auditor's name."""

    person: str
    office: str
    scope: str = ""
    switch_url: str = ""
    account_url: str = ""
    sign_out_url: str = ""
    seats: int = 1


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One message after an action. ``kind``: good, due_soon, overdue, blocked, neutral."""

    text: str
    kind: str = "neutral"
    url: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Crumb:
    """One step of the way to this page."""

    label: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something a person may do here. ``method`` post makes a form of one button; ``style``: primary,
    quiet, danger."""

    label: str
    url: str
    method: str = "get"
    style: str = "primary"
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """How a number came about: its inputs (label, value), the rule in words, where the rule stands, the
    edition."""

    rule: str
    inputs: Sequence[tuple[str, Any]] = ()
    source: str = ""
    edition: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One labelled value. ``kind`` as in list columns (text, ref, number, money, date, instant, state,
    tier, digest)."""

    label: str
    value: Any
    kind: str = "text"
    hint: str = ""
    url: str = ""
    explain: Explanation | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of an object's history. ``before`` and ``after`` map field labels to values."""

    at: datetime
    who: str
    what: str
    seat: str = ""
    why: str = ""
    meaning: str = "neutral"
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""

    def changes(self) -> list[tuple[str, Any, Any]]:
        """Return (label, before, after) for every label of either side, in order."""
        labels = dict.fromkeys([*self.before, *self.after])
        return [(label, self.before.get(label), self.after.get(label)) for label in labels]

    def gist(self) -> list[tuple[str, Any, Any]]:
        """Return what differs, as ``changes``, where it is little enough for one line; the rest is in the table."""
        changed = [one for one in self.changes() if one[1] != one[2]]
        told = [one for one in changed if all(len(str(value)) <= LONGEST_GIST for value in one[1:])]
        return told[:MOST_IN_GIST]

    def has_more(self) -> bool:
        """Say whether the table tells more than the gist: further values, or digests in full."""
        return self.untold() > 0 or any(str(value).startswith("sha256:") for value in self.after.values())

    def untold(self) -> int:
        """Return how many differences the gist leaves to the table."""
        return sum(1 for _label, before, after in self.changes() if before != after) - len(self.gist())


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One view of an object; tabs are links, each with its own address."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a way with several. ``state``: done, current, open, blocked. ``note`` says when, who or
    why."""

    label: str
    state: str = "open"
    note: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One of the two persons of an approval; ``at`` None while it is open. ``role``: prepared by, approved
    by."""

    role: str
    who: str = ""
    at: datetime | None = None
    may_sign: bool = False
    why_not: str = ""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a long work is. ``done`` of ``total`` (0: unknown); ``lines`` say what is happening.

    One that ``has_ended`` without a result is not asked for again; ``now_doing`` says so and a line the next step.
    """

    title: str
    done: int = 0
    total: int = 0
    now_doing: str = ""
    lines: Sequence[str] = ()
    started_at: datetime | None = None
    cancel_url: str = ""
    back_url: str = ""
    has_ended: bool = False
    next_step: Action | None = None

    def share(self) -> int:
        """Return the whole percent that is done."""
        return min(100, self.done * 100 // self.total) if self.total else 0


@dataclass(frozen=True, kw_only=True)
class Due:
    """One thing that is due, for the lists on home pages."""

    label: str
    url: str
    due_on: date | None = None
    meaning: str = "neutral"
    word: str = ""
    why: str = ""
