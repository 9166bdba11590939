"""JSON read as data from strangers: no duplicate keys, no NaN, no bottomless nesting, no half characters."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from pool.kernel.words import gettext as _
from pool.registry.inspection import limits
from pool.registry.inspection.refusals import malformed, over_limit

Json = dict[str, Any] | list[Any] | str | int | float | bool | None


class _Fault(Exception):
    """A breach found by one of the parser's hooks, which do not know the file's name."""


def parse_json(file: str, text: str, *, depth: int = limits.JSON_DEPTH) -> Json:
    """Parse ``text``; at most ``depth`` levels of arrays and objects.

    Raises: Malformed, OverLimit.
    """
    try:
        value: Json = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_short_integer,
        )
    except _Fault as fault:
        raise malformed(file, str(fault)) from None
    except json.JSONDecodeError as fault:
        reason = _(
            "The file is not valid JSON (line %(line)s, column %(column)s).",
            line=fault.lineno,
            column=fault.colno,
        )
        raise malformed(file, reason) from None
    except RecursionError:
        raise _too_deep(file, depth) from None
    _check(file, value, depth)
    return value


def parse_object(file: str, text: str, *, depth: int = limits.JSON_DEPTH) -> dict[str, Any]:
    """Parse ``text``, which must hold one JSON object. Raises: Malformed, OverLimit."""
    value = parse_json(file, text, depth=depth)
    if not isinstance(value, dict):
        raise malformed(file, _("The file is JSON, but not an object."))
    return value


def _check(file: str, root: Json, depth: int) -> None:
    """Walk without recursion: Python's own limit would depend on who called us."""
    level: list[Any] = [root]
    for _level in range(depth + 1):
        deeper: list[Any] = []
        for value in level:
            if isinstance(value, str):
                _check_text(file, value)
            elif isinstance(value, list):
                deeper.extend(value)
            elif isinstance(value, dict):
                deeper.extend(value)
                deeper.extend(value.values())
        if not deeper:
            return
        level = deeper
    if any(isinstance(value, (list, dict)) for value in level):
        raise _too_deep(file, depth)
    for value in level:
        if isinstance(value, str):
            _check_text(file, value)


def _check_text(file: str, value: str) -> None:
    if value.isascii():
        if "\x00" in value:
            raise malformed(file, _("The file holds a NUL character."))
        return
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise malformed(file, _("The file holds half of a character (a lone surrogate).")) from None
    if "\x00" in value:
        raise malformed(file, _("The file holds a NUL character."))


def _too_deep(file: str, depth: int) -> Exception:
    return over_limit(file, _("The file is nested deeper than %(depth)s levels.", depth=depth))


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _value in pairs:
            if key in seen:
                raise _Fault(_("The file names the key %(key)s twice in one object.", key=ascii(key[:100])))
            seen.add(key)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise _Fault(_("The file holds %(name)s, which is no JSON number.", name=name))


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Fault(_("The file holds a number too large to read."))
    return value


def _short_integer(text: str) -> int:
    # Python reads digits in quadratic time, and no file in these formats counts further than 64 bits.
    if len(text) > 30:
        raise _Fault(_("The file holds a number too large to read."))
    return int(text)
