"""Cost problems as JSON documents: what is read, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pool.costs.allocation import Allocation, CostProblem, DirectCost, Facility, NotACostProblem
from pool.kernel.words import gettext as _

_PROBLEM_KEYS = ("currency", "members", "facilities", "direct")
_FACILITY_KEYS = ("id", "cost", "weights")
_DIRECT_KEYS = ("id", "member", "cost")


def problem_of(document: object) -> CostProblem:
    """Read a cost problem from a parsed JSON document; nothing is guessed and nothing is left unread.

    Without ``direct`` there are no direct costs; every other key is needed.

    Raises: NotACostProblem and its kinds, UnknownCurrency; ``field`` is a path (``facilities[0].weights.b``).
    """
    problem = _object(document, keys=_PROBLEM_KEYS, at="", absent={"direct": []})
    return CostProblem(
        currency=_currency(problem["currency"]),
        members=tuple(
            _name(member, field=f"members[{index}]") for index, member in enumerate(_list(problem, "members"))
        ),
        facilities=tuple(
            _facility(item, at=f"facilities[{index}]") for index, item in enumerate(_list(problem, "facilities"))
        ),
        direct=tuple(_direct(item, at=f"direct[{index}]") for index, item in enumerate(_list(problem, "direct"))),
    )


def document_of(allocation: Allocation) -> dict[str, Any]:
    """Return an allocation as a JSON value; exact totals are in lowest terms, such as ``400/3`` or ``5``."""
    return {
        "lines": {facility: dict(parts) for facility, parts in allocation.lines.items()},
        "totals": dict(allocation.totals),
        "exact_totals": {member: str(share) for member, share in allocation.exact_totals.items()},
        "stand_alone": dict(allocation.stand_alone),
        "saving": allocation.saving,
        "sum": allocation.sum,
    }


def _facility(item: object, *, at: str) -> Facility:
    values = _object(item, keys=_FACILITY_KEYS, at=at)
    weights = values["weights"]
    if not isinstance(weights, Mapping):
        raise _wrong(_("Weights are an object of member and whole number."), field=f"{at}.weights")
    named = {_name(member, field=f"{at}.weights"): weight for member, weight in weights.items()}
    return Facility(_name(values["id"], field=f"{at}.id"), values["cost"], named)


def _direct(item: object, *, at: str) -> DirectCost:
    values = _object(item, keys=_DIRECT_KEYS, at=at)
    return DirectCost(
        _name(values["id"], field=f"{at}.id"), _name(values["member"], field=f"{at}.member"), values["cost"]
    )


def _object(
    value: object, *, keys: Sequence[str], at: str, absent: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(_("An object with the keys %(keys)s is needed here.", keys=", ".join(keys)), field=at or None)
    for key in value:
        if key not in keys:
            raise _wrong(
                _("The key %(key)s is not known here; known are %(keys)s.", key=key, keys=", ".join(keys)),
                field=_path(at, str(key)),
            )
    found = {**(absent or {}), **value}
    for key in keys:
        if key not in found:
            raise _wrong(_("The key %(key)s is missing.", key=key), field=_path(at, key))
    return found


def _list(problem: Mapping[str, Any], key: str) -> Sequence[object]:
    value = problem[key]
    if not isinstance(value, list):
        raise _wrong(_("A list is needed here."), field=key)
    return value


def _name(value: object, *, field: str) -> str:
    if not isinstance(value, str) or not value:
        raise _wrong(_("A text of at least one character is needed here."), field=field)
    if any("\ud800" <= character <= "\udfff" for character in value):
        # JSON can escape half of a character; such a text cannot be written back as UTF-8.
        raise _wrong(_("The text holds half of a character and cannot be written back."), field=field)
    return value


def _currency(value: object) -> str:
    if not isinstance(value, str) or len(value) != 3 or not (value.isascii() and value.isalpha() and value.isupper()):
        raise _wrong(_("A currency is three capital letters of ISO 4217, for example EUR."), field="currency")
    return value


def _path(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _wrong(reason: str, *, field: str | None) -> NotACostProblem:
    return NotACostProblem(
        reason,
        field=field,
        next_step=_("Mend the file at this place; docs/algorithms/cost-sharing.md shows the form."),
    )
