"""Conditions over named facts, as data: what a class of a statute, a trigger or a duty asks before it applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pool.policy.numbers import exact
from pool.policy.reader import Node

OPERATORS = ("eq", "ge", "le", "in", "has", "prefix", "unknown")
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """What a fact is compared with: a plain value, or another fact or number divided by a whole number."""

    plain: Any = None
    fact: str | None = None
    divide_by: int = 1

    def of(self, facts: Facts) -> Any:
        """Return the value to compare with, or ``None`` when it rests on a fact nobody gave."""
        if self.fact is not None:
            other = facts.get(self.fact)
            return None if other is None else exact(other) / self.divide_by
        if self.divide_by != 1:
            return exact(self.plain) / self.divide_by
        return self.plain


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of one fact."""

    fact: str
    op: str
    value: Value

    def holds(self, facts: Facts) -> bool:
        """Say whether the comparison is true; on an unknown fact it is false, except ``unknown`` itself."""
        have = facts.get(self.fact)
        if self.op == "unknown":
            return have is None
        want = self.value.of(facts)
        if have is None or want is None:
            return False
        return _compare(self.op, have, want)

    def facts(self) -> Iterator[str]:
        """Yield the names of the facts read."""
        yield self.fact
        if self.value.fact is not None:
            yield self.value.fact


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is true."""

    parts: tuple[Predicate, ...]

    def holds(self, facts: Facts) -> bool:
        """Say whether every part is true."""
        return all(part.holds(facts) for part in self.parts)

    def facts(self) -> Iterator[str]:
        """Yield the names of the facts read."""
        for part in self.parts:
            yield from part.facts()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one part is true."""

    parts: tuple[Predicate, ...]

    def holds(self, facts: Facts) -> bool:
        """Say whether one part is true."""
        return any(part.holds(facts) for part in self.parts)

    def facts(self) -> Iterator[str]:
        """Yield the names of the facts read."""
        for part in self.parts:
            yield from part.facts()


Predicate = Comparison | All | AnyOf


def _compare(op: str, have: Any, want: Any) -> bool:
    if op == "eq":
        return _same(have, want)
    if op == "in":
        return any(_same(have, item) for item in want)
    if op == "has":
        return want in have
    if op == "prefix":
        return any(item == want or item.startswith(f"{want}-") for item in have)
    if not _is_number(have) or not _is_number(want):
        return False
    return exact(have) >= exact(want) if op == "ge" else exact(have) <= exact(want)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Fraction)) and not isinstance(value, bool)


def _same(have: Any, want: Any) -> bool:
    if _is_number(have) and _is_number(want):
        return exact(have) == exact(want)
    return type(have) is type(want) and bool(have == want)


def read_predicate(node: Node) -> Predicate:
    """Read a predicate: ``{fact, op, value}``, ``{all: [...]}`` or ``{any: [...]}``."""
    value = node.value
    for key, make in (("all", All), ("any", AnyOf)):
        if key in value:
            if set(value) != {key}:
                node.fault(f"holds {key} beside other keys")
            parts = tuple(read_predicate(part) for part in node.items(key))
            if not parts:
                node.fault("is empty", key=key)
            return make(parts)
    unknown = set(value) - {"fact", "op", "value"}
    if unknown:
        node.fault(f"has unknown keys: {', '.join(sorted(map(str, unknown)))}")
    op = node.one_of("op", OPERATORS)
    return Comparison(node.text("fact"), op, _read_value(node, op))


def _read_value(node: Node, op: str) -> Value:
    if op == "unknown":
        return Value()
    value = node.value.get("value")
    if value is None:
        node.fault("is missing", key="value")
    if isinstance(value, Mapping):
        inner = node.child("value")
        divisor = inner.whole("divide_by", 1)
        if divisor < 1:
            inner.fault("must be one or more", key="divide_by")
        if "number" in value:
            return Value(plain=inner.number("number"), divide_by=divisor)
        return Value(fact=inner.text("fact"), divide_by=divisor)
    if op == "in" and not isinstance(value, tuple):
        node.fault("a list is needed with in", key="value")
        return Value(plain=())
    if op in ("ge", "le") and not _is_number(value):
        node.fault("a number is needed", key="value")
        return Value(plain=0)
    return Value(plain=value)
