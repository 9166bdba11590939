"""Checking of what people and files state: indicators, context, markets, facts and day. Unknown keys are refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pool.kernel.refusals import Invalid, first_of
from pool.kernel.words import gettext as _
from pool.policy.indicators import FactQuestion, Indicator
from pool.policy.loading import Edition
from pool.policy.numbers import exact

DOCUMENT_KEYS = ("indicators", "context", "markets", "facts", "on")
# No indicator counts beyond this; it keeps a slip of the keyboard from becoming a number of 4 000 digits.
LARGEST = 10**15
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class InputRefused(Invalid):
    """A stated value is missing, unknown, of the wrong kind or off its scale; ``field`` names it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A checked statement about one deployment."""

    values: Mapping[str, Fraction]
    context: str | None
    markets: tuple[str, ...]
    facts: Mapping[str, Any]
    on: date


def check_statement(
    edition: Edition,
    indicators: object,
    *,
    context: object = None,
    markets: object = (),
    facts: object = None,
    on: object,
) -> Statement:
    """Check a statement whole and return it in exact values.

    Raises:
        InputRefused: the first fault by field, with every further one in ``others``.
    """
    faults: list[Invalid] = []
    statement = Statement(
        values=_checked_indicators(edition, indicators, faults),
        context=_checked_context(edition, context, faults),
        markets=_checked_markets(edition, markets, faults),
        facts=_checked_facts(edition, facts, faults),
        on=_checked_day(on, faults),
    )
    if faults:
        raise first_of(faults)
    return statement


def check_document(edition: Edition, document: object, *, today: date) -> Statement:
    """Check a document with the keys ``indicators, context, markets, facts, on``; ``on`` defaults to ``today``.

    Raises:
        InputRefused: as in ``check_statement``, also for an unknown key.
    """
    if not isinstance(document, Mapping):
        raise _refusal(
            None, _("The document does not hold named values."), _("Write a mapping with the key indicators.")
        )
    # YAML 1.1 reads an unquoted key `on` as true.
    named = {"on" if key is True else key: value for key, value in document.items()}
    faults: list[Invalid] = [_unknown(edition, str(key), DOCUMENT_KEYS) for key in named if key not in DOCUMENT_KEYS]
    if "indicators" not in named:
        faults.append(_refusal("indicators", _("The indicators are missing."), _("State all fifteen indicators.")))
        raise first_of(faults)
    day = named.get("on")
    try:
        statement = check_statement(
            edition,
            named["indicators"],
            context=named.get("context"),
            markets=() if named.get("markets") is None else named["markets"],
            facts=named.get("facts"),
            on=today if day is None else day,
        )
    except Invalid as refusal:
        raise first_of([*faults, refusal]) from None
    if faults:
        raise first_of(faults)
    return statement


def check_indicator(indicator: Indicator, value: object) -> Fraction:
    """Return one indicator value exactly.

    Raises:
        InputRefused: not a number of its kind, or off its scale; ``field`` is ``indicators.<id>``.
    """
    field = f"indicators.{indicator.id}"
    number = _number(field, value, flag=indicator.kind == "flag")
    if indicator.kind == "continuous":
        return _on_range(field, number, share=indicator.is_share)
    top = indicator.levels[-1].value if indicator.levels else 1
    if number.denominator != 1 or not 0 <= number <= top:
        raise _refusal(
            field,
            _("%(value)s is off the scale, which runs from 0 to %(top)s in whole steps.", value=value, top=top),
            _("Give a whole number from 0 to %(top)s.", top=top),
        )
    return number


def _refusal(field: str | None, reason: str, next_step: str) -> InputRefused:
    return InputRefused(reason, field=field, next_step=next_step)


def _unknown(edition: Edition, field: str, known: Iterable[str]) -> InputRefused:
    name = field.rpartition(".")[2]
    if name in edition.indicators.never_inputs:
        reason = _("%(name)s is never read: size and means of a firm decide nothing here.", name=name)
    else:
        reason = _("%(name)s is not known here.", name=name)
    return _refusal(field, reason, _("Leave it out. Known: %(known)s.", known=", ".join(known)))


def _number(field: str, value: object, *, flag: bool = False) -> Fraction:
    if isinstance(value, bool) and flag:
        return Fraction(int(value))
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction, Decimal)):
        raise _refusal(field, _("%(value)s is not a number.", value=repr(value)[:60]), _("Give a number."))
    if isinstance(value, (float, Decimal)) and not math.isfinite(value):
        raise _refusal(field, _("%(value)s is not a finite number.", value=value), _("Give a finite number."))
    return exact(value)


def _on_range(field: str, number: Fraction, *, share: bool) -> Fraction:
    top = 1 if share else LARGEST
    if 0 <= number <= top:
        return number
    if number < 0:
        raise _refusal(field, _("A value below 0 is off the scale."), _("Give a number of at least 0."))
    if share:
        raise _refusal(field, _("A share above 1 is off the scale."), _("Give a share from 0 to 1, for example 0.25."))
    raise _refusal(field, _("The number is larger than anything this scale can hold."), _("Give the real count."))


def _checked_indicators(edition: Edition, stated: object, faults: list[Invalid]) -> dict[str, Fraction]:
    known = edition.indicators.all
    if not isinstance(stated, Mapping):
        faults.append(
            _refusal("indicators", _("The indicators are not named values."), _("State all fifteen indicators."))
        )
        return {}
    faults.extend(_unknown(edition, f"indicators.{name}", known) for name in stated if name not in known)
    values: dict[str, Fraction] = {}
    for name, indicator in known.items():
        if stated.get(name) is None:
            faults.append(
                _refusal(f"indicators.{name}", _("%(name)s is missing.", name=name), _("State all fifteen indicators."))
            )
            continue
        try:
            values[name] = check_indicator(indicator, stated[name])
        except InputRefused as refusal:
            faults.append(refusal)
    return values


def _checked_context(edition: Edition, context: object, faults: list[Invalid]) -> str | None:
    if context is None or (isinstance(context, str) and context in edition.indicators.contexts):
        return context if isinstance(context, str) else None
    faults.append(
        _refusal(
            "context",
            _("%(value)s is not a known context.", value=repr(context)[:60]),
            _("Use one of %(known)s.", known=", ".join(edition.indicators.contexts)),
        )
    )
    return None


def _checked_markets(edition: Edition, markets: object, faults: list[Invalid]) -> tuple[str, ...]:
    if isinstance(markets, (str, Mapping)) or not isinstance(markets, Iterable):
        faults.append(
            _refusal("markets", _("The markets are not a list."), _("Write a list, for example [EU, US-CO]."))
        )
        return ()
    listed = tuple(dict.fromkeys(market if isinstance(market, str) else repr(market) for market in markets))
    for market in listed:
        if market not in edition.markets:
            faults.append(
                _refusal(
                    "markets",
                    _("%(value)s is not a known market.", value=market[:60]),
                    _("Use some of %(known)s.", known=", ".join(edition.markets)),
                )
            )
    return listed


def _checked_facts(edition: Edition, facts: object, faults: list[Invalid]) -> dict[str, Any]:
    if facts is None:
        return {}
    if not isinstance(facts, Mapping):
        faults.append(_refusal("facts", _("The facts are not named values."), _("Write a mapping of facts.")))
        return {}
    questions = edition.fact_questions
    checked: dict[str, Any] = {}
    for name, value in facts.items():
        question = questions.get(name)
        if question is None:
            faults.append(_unknown(edition, f"facts.{name}", sorted(questions)))
            continue
        try:
            checked[name] = _checked_fact(edition, question, value)
        except InputRefused as refusal:
            faults.append(refusal)
    return checked


def _checked_fact(edition: Edition, question: FactQuestion, value: object) -> Any:
    field = f"facts.{question.id}"
    if question.kind == "flag":
        if isinstance(value, bool):
            return value
        raise _refusal(
            field,
            _("%(value)s is not true or false.", value=repr(value)[:60]),
            _("Give true or false, or leave it out if it is not known."),
        )
    if question.kind == "trigger_ids":
        known = edition.indicators.triggers
        if isinstance(value, (list, tuple)) and all(isinstance(one, str) and one in known for one in value):
            return tuple(dict.fromkeys(value))
        raise _refusal(field, _("This is not a list of triggers."), _("Use some of %(known)s.", known=", ".join(known)))
    number = _number(field, value)
    if number < 0 or (question.kind == "share" and number > 1):
        raise _refusal(
            field, _("%(value)s is off its scale.", value=value), _("Give a number of at least 0; a share at most 1.")
        )
    return number


def _checked_day(on: object, faults: list[Invalid]) -> date:
    if isinstance(on, date) and not isinstance(on, datetime):
        return on
    if isinstance(on, str) and _DAY.match(on):
        try:
            return date.fromisoformat(on)
        except ValueError:
            pass
    faults.append(_refusal("on", _("%(value)s is not a day.", value=repr(on)[:60]), _("Write a day like 2026-07-15.")))
    return date.max
