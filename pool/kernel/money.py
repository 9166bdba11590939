"""Money in whole minor units with its currency; floats never enter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pool.kernel.refusals import Invalid

#: Decimal places per currency. Source: ISO 4217 list one (cash digits of display libraries differ and are not used).
EXPONENTS: dict[str, int] = {
    "AUD": 2, "BHD": 3, "BRL": 2, "CAD": 2, "CHF": 2, "CLF": 4, "CLP": 0, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2,
    "GBP": 2, "HKD": 2, "HUF": 2, "IDR": 2, "INR": 2, "IQD": 3, "ISK": 0, "JPY": 0, "KRW": 0, "KWD": 3, "MXN": 2,
    "NOK": 2, "NZD": 2, "PLN": 2, "RON": 2, "SEK": 2, "SGD": 2, "TND": 3, "TRY": 2, "USD": 2, "ZAR": 2,
}  # fmt: skip

INT64_MAX = 2**63 - 1
_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?", re.ASCII)


class UnknownCurrency(Invalid):
    """The currency code is not in the product's pinned table."""


class NotAnAmount(Invalid):
    """The text is not an amount of money."""


def exponent_of(currency: str, *, field: str = "currency") -> int:
    """Return the number of decimal places of ``currency``.

    Raises: UnknownCurrency.
    """
    if currency not in EXPONENTS:
        raise UnknownCurrency(
            f"The currency {currency!r} is not known here.",
            field=field,
            next_step="Use one of: " + ", ".join(sorted(EXPONENTS)) + ".",
        )
    return EXPONENTS[currency]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, fen) of one currency. ``amount_minor`` fits a signed 64-bit integer."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int or abs(self.amount_minor) > INT64_MAX:
            raise NotAnAmount("An amount is a whole number of minor units.", field="amount_minor")
        exponent_of(self.currency)

    def __add__(self, other: Money) -> Money:
        self._same_currency(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def _same_currency(self, other: Money) -> None:
        if other.currency != self.currency:
            raise NotAnAmount(f"{self.currency} and {other.currency} cannot be added.", field="currency")


def format_money(money: Money) -> str:
    """Return e.g. ``1 234.50 EUR`` with thin grouping and the currency's decimal places."""
    places = EXPONENTS[money.currency]
    sign = "\u2212" if money.amount_minor < 0 else ""
    whole, rest = divmod(abs(money.amount_minor), 10**places)
    grouped = f"{whole:,}".replace(",", "\u202f")
    decimals = f".{rest:0{places}d}" if places else ""
    return f"{sign}{grouped}{decimals}\u00a0{money.currency}"


def parse_money(text: str, currency: str, *, field: str) -> Money:
    """Read an amount typed by a person, such as ``1234.50``.

    Only ASCII digits, one point and the currency's decimal places are read: other digits, exponents and
    underscores, which Python's own number types accept, are refused.

    Raises: NotAnAmount, UnknownCurrency.
    """
    places = exponent_of(currency)
    typed = text.strip().replace("\u202f", "").replace(" ", "")
    if not _AMOUNT.fullmatch(typed):
        raise NotAnAmount(
            f"{text!r} is not an amount.", field=field, next_step="Write digits with a point, for example 1234.50."
        )
    sign = -1 if typed.startswith("-") else 1
    whole, _, rest = typed.lstrip("-").partition(".")
    if len(rest) > places:
        raise NotAnAmount(
            f"{currency} has {places} decimal places, {text!r} has {len(rest)}.",
            field=field,
            next_step=f"Give at most {places} digits after the point.",
        )
    return Money(sign * (int(whole) * 10**places + int(rest.ljust(places, "0") or "0")), currency)
