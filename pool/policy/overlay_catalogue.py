"""The jurisdictions of an edition: classes with predicates, obligations with dates, clocks, legal effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pool.policy.indicators import FactQuestion, read_questions
from pool.policy.predicates import Predicate, read_predicate
from pool.policy.reader import Node


@dataclass(frozen=True, slots=True)
class StatuteClass:
    """A class of systems that a statute names; it fires when its predicate holds."""

    id: str
    name: str
    when: Predicate


@dataclass(frozen=True, slots=True)
class Obligation:
    """A least level of one duty for one class from one day on. ``verified`` says how far the text was read."""

    statute_class: str
    duty: str
    min_level: int
    ref: str
    applies_from: date
    text: str
    verified: str


@dataclass(frozen=True, slots=True)
class StatutoryClock:
    """A deadline in days that a statute sets beside the pool's own."""

    event: str
    days: int
    ref: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """One jurisdiction. ``legal_effect`` is the block of words that a named lawyer filled, or the word for none."""

    id: str
    name: str
    as_of: str
    is_market: bool
    instruments: tuple[Mapping[str, Any], ...]
    facts_asked: tuple[FactQuestion, ...]
    classes: Mapping[str, StatuteClass]
    obligations: tuple[Obligation, ...]
    clocks: tuple[StatutoryClock, ...]
    legal_effect: Mapping[str, Any]
    notes: tuple[str, ...]


def read_overlay(root: Node, duties: Mapping[str, object]) -> Overlay:
    """Read one file of ``jurisdictions/``."""
    classes = root.by_id("classes", _read_class)
    return Overlay(
        id=root.text("id"),
        name=root.text("name"),
        as_of=root.text("as_of"),
        is_market=root.flag("market"),
        instruments=tuple(node.value for node in root.items("instruments")),
        facts_asked=read_questions(root, asked_by=root.text("id")),
        classes=classes,
        obligations=tuple(_read_obligation(node, classes, duties) for node in root.items("obligations")),
        clocks=tuple(
            StatutoryClock(node.text("event"), node.whole("days"), node.text("ref")) for node in root.items("clocks")
        ),
        legal_effect=_read_effect(root.mapping("legal_effect")),
        notes=root.texts("notes"),
    )


def _read_class(node: Node) -> StatuteClass:
    return StatuteClass(node.text("id"), node.text("name"), read_predicate(node.mapping("when")))


def _read_obligation(node: Node, classes: Mapping[str, StatuteClass], duties: Mapping[str, object]) -> Obligation:
    statute_class, duty, level = node.text("class"), node.text("duty"), node.whole("min_level")
    if statute_class not in classes:
        node.fault(f"{statute_class} is not a class of this file", key="class")
    if duty not in duties:
        node.fault(f"{duty} is not a duty", key="duty")
    if not 1 <= level <= 3:
        node.fault("a level from 1 to 3 is needed", key="min_level")
    return Obligation(
        statute_class,
        duty,
        level,
        node.text("ref"),
        read_day(node, "applies_from"),
        node.text("text"),
        node.text("verified"),
    )


def read_day(node: Node, key: str) -> date:
    """Read an ISO date."""
    text = node.text(key)
    try:
        return date.fromisoformat(text)
    except ValueError:
        node.fault(f"is {text!r}; a date like 2026-01-31 is needed", key=key)
        return date.max


def _read_effect(node: Node) -> Mapping[str, Any]:
    block: Mapping[str, Any] = node.value
    named = block.get("checked_by") and block.get("checked_on")
    if block.get("wording") and not named:
        node.fault("wording without the name and day of the lawyer who checked it", key="checked_by")
    node.text("shown")
    return block
