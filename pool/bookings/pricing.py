"""The estimate: the pool's price before the work, with every step, its range and its key in words.

An estimate follows exact days and the day rates of those who could take part. It reads nothing about the firm, its
means, its payments or the outcome of an earlier audit. Source: policy/DECISIONS.md 10 and 15.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pool.kernel.money import Money, format_money
from pool.kernel.words import gettext as _
from pool.policy.numbers import half_up


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step of the estimate. ``amount_minor`` of the steps marked ``adds`` sum to the estimate exactly."""

    id: str
    label: str
    figure: str
    amount_minor: int
    adds: bool

    def as_json(self) -> dict[str, Any]:
        """Return the step as it is kept."""
        return {
            "id": self.id,
            "label": self.label,
            "figure": self.figure,
            "amount_minor": self.amount_minor,
            "adds": self.adds,
        }


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate in whole minor units: what is expected, and the range that the day rates of the pool allow."""

    amount_minor: int
    low_minor: int
    high_minor: int
    currency: str
    steps: tuple[PriceStep, ...]
    key: str


def estimate(
    *, exact_days: Fraction, rates_minor: Sequence[int], currency: str, overhead_percent: Fraction
) -> Estimate:
    """Return the estimate for ``exact_days`` auditor-days.

    ``rates_minor`` are the day rates, in minor units, of the auditors who could take part; at least one. Each amount is
    rounded half up to whole minor units once, and the total is the sum of the rounded amounts.
    """
    mean = Fraction(sum(rates_minor), len(rates_minor))
    fees = _whole(exact_days * mean)
    overhead = _whole(fees * overhead_percent / 100)
    steps = (
        PriceStep(
            "auditor_days",
            _("Auditor-days at the mean day rate"),
            _(
                "%(days)s days x %(rate)s, the mean of %(n)s auditors who could take part",
                days=_decimal(exact_days),
                rate=format_money(Money(_whole(mean), currency)),
                n=len(rates_minor),
            ),
            fees,
            True,
        ),
        PriceStep(
            "overhead",
            _("Share of administration, methodology and competence facilities"),
            _("%(percent)s %% of the auditor-days", percent=_decimal(overhead_percent)),
            overhead,
            True,
        ),
        PriceStep("total", _("Estimate"), _("sum of the lines above"), fees + overhead, False),
    )
    return Estimate(
        amount_minor=fees + overhead,
        low_minor=_with_overhead(exact_days * min(rates_minor), overhead_percent),
        high_minor=_with_overhead(exact_days * max(rates_minor), overhead_percent),
        currency=currency,
        steps=steps,
        key=_key(exact_days, len(rates_minor), overhead_percent),
    )


def _with_overhead(fees: Fraction, overhead_percent: Fraction) -> int:
    rounded = _whole(fees)
    return rounded + _whole(rounded * overhead_percent / 100)


def _whole(value: Fraction) -> int:
    return int(half_up(Fraction(value), 0))


def _decimal(value: Fraction) -> str:
    return f"{float(value):.4f}".rstrip("0").rstrip(".")


def _key(days: Fraction, auditors: int, overhead_percent: Fraction) -> str:
    return _(
        "%(days)s exact auditor-days at the mean day rate of the %(n)s auditors who could take part, plus "
        "%(percent)s %% for the shared facilities. The range runs from the lowest to the highest of these day rates. "
        "What is paid in the end follows the costs of the period: each facility is split among those who use it in "
        "proportion to exact days, to the cent. The outcome of an audit changes no price.",
        days=_decimal(days),
        n=auditors,
        percent=_decimal(overhead_percent),
    )
