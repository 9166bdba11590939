"""Money in whole minor units with its currency; floats never enter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pool.kernel.refusals import Invalid
from pool.kernel.words import grouped

_TWO_PLACES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP "
    "MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS "
    "VED VES WST XCD YER ZAR ZMW ZWG "
)
_PLACES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: _TWO_PLACES,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
#: Decimal places per currency. Source: ISO 4217 list one (cash digits of display libraries differ and are not used).
EXPONENTS: dict[str, int] = {code: places for places, codes in _PLACES.items() for code in codes.split()}

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
    decimals = f".{rest:0{places}d}" if places else ""
    return f"{sign}{grouped(whole)}{decimals}\u00a0{money.currency}"


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
