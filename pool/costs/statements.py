"""What a cost statement says, frozen when its period closes, and which of it may be shown.

With two users a firm could work out another firm's weight or amount from the total weight, the cost of
the facility or an exact fraction, so none of these leaves the pool's own rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pool.costs.drivers import FIRM_UNIT
from pool.costs.wording import part_words, quantity_words, unit_words
from pool.kernel.digest import plain
from pool.kernel.money import Money, format_money
from pool.kernel.words import gettext as _

#: From this many users on, totals of a facility are shown. Source: cost-sharing.md 3.3 of the design.
FEWEST_USERS_SHOWN = 3
LONGEST_EXACT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLine:
    """One firm's part of one facility, whole. ``exact`` is the share in minor units before rounding."""

    facility: str
    name: str
    kind: str
    driver: str
    unit: str
    source: str
    weight: int
    total_weight: int
    users: int
    facility_cost_minor: int
    amount_minor: int
    exact: Fraction

    @property
    def is_open(self) -> bool:
        """Tell whether the totals of the facility may be shown to the firm: they tell of no single other firm."""
        is_only_user = self.users == 1 and self.weight > 0
        return self.kind == "direct" or is_only_user or self.users >= FEWEST_USERS_SHOWN


def shown_exact(value: Fraction) -> str:
    """Return an exact amount in lowest terms, or with four decimals and a sign of rounding where it is very long."""
    text = str(value)
    if len(text) <= LONGEST_EXACT:
        return text
    sign, scaled = ("-" if value < 0 else ""), round(abs(value) * 10_000)
    return f"≈ {sign}{scaled // 10_000}.{scaled % 10_000:04d}"


def exact_total(lines: Sequence[ShareLine]) -> Fraction | None:
    """Return the exact sum of the lines; ``None`` where one of them may not be shown exactly."""
    if not all(line.is_open for line in lines):
        return None
    return sum((line.exact for line in lines), Fraction(0))


def statement_content(
    *,
    ref: str,
    period_ref: str,
    from_on: date,
    until_on: date,
    closed_on: date,
    currency: str,
    firm_ref: str,
    firm_name: str,
    lines: Sequence[ShareLine],
    estimate_minor: int | None,
    allocation_digest: str,
) -> dict[str, Any]:
    """Return what the statement says, as plain JSON; its digest names it."""
    total = exact_total(lines)
    content: dict[str, Any] = plain(
        {
            "statement": ref,
            "period": period_ref,
            "from_on": from_on,
            "until_on": until_on,
            "closed_on": closed_on,
            "currency": currency,
            "firm": firm_ref,
            "firm_name": firm_name,
            "lines": [_line(line) for line in lines],
            "total_minor": sum(line.amount_minor for line in lines),
            "exact_total": None if total is None else str(total),
            "estimate_minor": estimate_minor,
            "allocation_digest": allocation_digest,
        }
    )
    return content


def _line(line: ShareLine) -> dict[str, Any]:
    return {
        "facility": line.facility,
        "name": line.name,
        "kind": line.kind,
        "driver": line.driver,
        "unit": line.unit,
        "source": line.source,
        "weight": line.weight,
        "users": line.users,
        "total_weight": line.total_weight if line.is_open else None,
        "facility_cost_minor": line.facility_cost_minor if line.is_open else None,
        "exact": str(line.exact) if line.is_open else None,
        "amount_minor": line.amount_minor,
    }


def explain(line: dict[str, Any], *, currency: str) -> str:
    """Return in plain words why a line of a statement is what it is: the own part of all, the cost, the result."""
    amount = format_money(Money(line["amount_minor"], currency))
    if line["kind"] == "direct":
        return _("%(amount)s, caused by this firm alone.", amount=amount)
    own, unit = quantity_words(line["weight"], line["unit"]), unit_words(line["unit"])
    if line["total_weight"] is None:
        return _(
            "%(used)s: %(amount)s. How much all used and what all cost stays unshown: with fewer than %(n)s users it "
            "would give away another firm's amount.",
            used=_("One equal part") if line["unit"] == FIRM_UNIT else f"{own} {unit}",
            amount=amount,
            n=FEWEST_USERS_SHOWN,
        )
    if line["users"] == 1:
        return _("The whole cost, because only this firm used it (%(own)s %(unit)s).", own=own, unit=unit)
    cost = format_money(Money(line["facility_cost_minor"], currency))
    part = part_words(line["weight"], line["total_weight"])
    if line["unit"] == FIRM_UNIT and line["total_weight"] == line["users"]:
        return _(
            "One equal part for each of %(users)s firms, which is %(part)s. That part of the cost of %(cost)s is "
            "%(amount)s.",
            users=line["users"],
            part=part,
            cost=cost,
            amount=amount,
        )
    return _(
        "%(own)s of %(total)s %(unit)s, shared by %(users)s firms, are %(part)s. That part of the cost of %(cost)s is "
        "%(amount)s.",
        own=own,
        total=quantity_words(line["total_weight"], line["unit"]),
        unit=unit,
        users=line["users"],
        part=part,
        cost=cost,
        amount=amount,
    )
