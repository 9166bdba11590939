"""The conditions of the participation record: expressions over dated facts, read from the edition."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _

#: A fact's value. ``None`` says that there is nothing of the kind (no audit yet, no offer): it meets no
#: comparison.
Value = bool | int | float | str | tuple[str, ...] | None
Expression = Mapping[str, Any]

#: Conditions that the edition calls deemed when an alternative meets them. Source: safe_harbor.yaml,
#: statuses.
DEEMABLE = frozenset({"C1", "C3", "C4"})


class FactNotStated(Invalid):
    """A condition asks for a fact that was not given."""


class FactOfWrongKind(Invalid):
    """A fact cannot be compared in the way a condition asks for."""


class ConditionNotReadable(Invalid):
    """An expression of the edition is not written in the language of conditions."""


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """How one condition stands.

    ``deemed`` says that it is met only through an alternative: the pool or something upstream is late, not
    the firm. ``facts`` are the facts the condition reads; ``recorded_at`` is the latest instant at which
    one of them was recorded.
    """

    condition: str
    name: str
    met: bool
    deemed: bool
    core: bool
    facts: Mapping[str, Value] = field(default_factory=dict)
    recorded_at: datetime | None = None


def evaluate(expression: Expression, facts: Mapping[str, Value], *, first_only: bool = False) -> bool:
    """Tell whether ``expression`` holds for ``facts``.

    With ``first_only`` each ``any`` counts its first member alone: the ordinary way, without alternatives.

    Raises: FactNotStated, FactOfWrongKind, ConditionNotReadable.
    """
    # Plain look-ups, not structural matching: a replay evaluates thousands of expressions.
    if len(expression) == 3 and {"fact", "op", "value"} == expression.keys():
        return _compare(expression["fact"], expression["op"], expression["value"], facts)
    members = expression.get("all", expression.get("any"))
    if len(expression) == 1 and isinstance(members, list | tuple) and (members or "all" in expression):
        # Every member is evaluated, so that a missing fact is refused whatever the others say.
        held = [evaluate(member, facts, first_only=first_only) for member in members]
        if "all" in expression:
            return all(held)
        return held[0] if first_only else any(held)
    raise ConditionNotReadable(
        _("An expression is all, any, or a fact with op and value: %(text)s", text=repr(expression)),
        field="expr",
        next_step=_("Mend the edition."),
    )


def facts_read(expression: Expression) -> tuple[str, ...]:
    """Return the names of the facts that ``expression`` reads, each once, in order of appearance."""
    names: dict[str, None] = {}
    for leaf in leaves_of(expression):
        names[leaf["fact"]] = None
        if isinstance(leaf["value"], Mapping):
            names[leaf["value"]["fact"]] = None
    return tuple(names)


def leaves_of(expression: Expression) -> tuple[Expression, ...]:
    """Return the comparisons of ``expression`` in order."""
    if "fact" in expression:
        return (expression,)
    members = expression.get("all", expression.get("any", ()))
    return tuple(leaf for member in members for leaf in leaves_of(member))


def evaluate_conditions(
    safe_harbor: Mapping[str, Any],
    facts: Mapping[str, Value],
    *,
    recorded: Mapping[str, datetime | None] | None = None,
) -> tuple[ConditionResult, ...]:
    """Return the result of every enabled condition in the order of the edition (C1 to C8; C9 is not enabled).

    ``recorded`` names, per fact, the latest instant at which it was recorded.

    Raises: FactNotStated, FactOfWrongKind, ConditionNotReadable.
    """
    return tuple(_result_of(condition, facts, recorded or {}) for condition in enabled_conditions(safe_harbor))


def enabled_conditions(safe_harbor: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Return the conditions that this edition applies, in its order."""
    return tuple(item for item in safe_harbor["conditions"] if item.get("enabled", True))


def breaches_in(breaches: Sequence[Mapping[str, Any]], facts: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the ids of those ``breaches`` (hard or safety, as listed in the edition) that hold.

    Raises: FactNotStated, FactOfWrongKind, ConditionNotReadable.
    """
    return tuple(breach["id"] for breach in breaches if evaluate(breach["expr"], facts))


def _result_of(
    condition: Mapping[str, Any], facts: Mapping[str, Value], recorded: Mapping[str, datetime | None]
) -> ConditionResult:
    expression = condition["expr"]
    names = facts_read(expression)
    met = evaluate(expression, facts)
    in_the_ordinary_way = condition["id"] not in DEEMABLE or evaluate(expression, facts, first_only=True)
    instants = [instant for name in names if (instant := recorded.get(name)) is not None]
    return ConditionResult(
        condition=condition["id"],
        name=condition["name"],
        met=met,
        deemed=met and not in_the_ordinary_way,
        core=bool(condition.get("core", False)),
        facts={name: facts[name] for name in names},
        recorded_at=max(instants, default=None),
    )


def _compare(name: str, op: str, wanted: Any, facts: Mapping[str, Value]) -> bool:
    value = _fact(name, facts)
    if isinstance(wanted, Mapping):
        if set(wanted) != {"fact"}:
            raise ConditionNotReadable(
                _("A value is a plain value or names one fact."),
                field=name,
                next_step=_("Mend the edition."),
            )
        wanted = _fact(wanted["fact"], facts)
    if op not in _OPERATORS:
        raise ConditionNotReadable(
            _("%(op)s is not an operator; known are %(known)s.", op=op, known=", ".join(_OPERATORS)),
            field=name,
            next_step=_("Mend the edition."),
        )
    if value is None or wanted is None:
        return False
    return _OPERATORS[op](name, value, wanted)


def _fact(name: str, facts: Mapping[str, Value]) -> Value:
    if name not in facts:
        raise FactNotStated(
            _("The fact %(name)s is not stated.", name=name),
            field=name,
            next_step=_("State the fact; null says that there is nothing of the kind."),
        )
    return facts[name]


def _equal(name: str, value: Any, wanted: Any) -> bool:
    if _kind(value) != _kind(wanted):
        raise _wrong_kind(name, value, wanted)
    return bool(value == wanted)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[str, Any, Any], bool]:
    def compared(name: str, value: Any, wanted: Any) -> bool:
        if _kind(value) != "number" or _kind(wanted) != "number":
            raise _wrong_kind(name, value, wanted)
        return compare(value, wanted)

    return compared


def _one_of(name: str, value: Any, wanted: Any) -> bool:
    if not isinstance(wanted, list | tuple):
        raise _wrong_kind(name, value, wanted)
    return any(_kind(item) == _kind(value) and item == value for item in wanted)


def _has(name: str, value: Any, wanted: Any) -> bool:
    if not isinstance(value, list | tuple):
        raise _wrong_kind(name, value, wanted)
    return _one_of(name, wanted, value)


def _kind(value: object) -> str:
    kind = type(value)
    return _KINDS.get(kind, kind.__name__)


def _wrong_kind(name: str, value: object, wanted: object) -> FactOfWrongKind:
    return FactOfWrongKind(
        _(
            "The fact %(name)s is %(value)s, which cannot be compared with %(wanted)s.",
            name=name,
            value=repr(value),
            wanted=repr(wanted),
        ),
        field=name,
        next_step=_("Give the fact in the kind that the condition asks for."),
    )


_KINDS: dict[type, str] = {bool: "truth", int: "number", float: "number"}
_OPERATORS: dict[str, Callable[[str, Any, Any], bool]] = {
    "eq": _equal,
    "le": _ordered(operator.le),
    "ge": _ordered(operator.ge),
    "in": _one_of,
    "has": _has,
}
