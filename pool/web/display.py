"""How values are shown: money, days, instants, numbers, digests. Plain functions; the templates get them by
install.

All instants are shown in UTC and say so. ``use_locale`` is called once per request with the person's
language.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from secrets import token_urlsafe
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent, get_group_symbol
from jinja2 import Environment, pass_context

from pool.kernel import clock, words
from pool.kernel.money import Money, format_money
from pool.kernel.words import gettext, ngettext
from pool.kernel.words import gettext as _
from pool.policy.numbers import half_up
from pool.web import states
from pool.web.assets import asset_integrity, asset_url

DASH = "–"
#: English days read 12 Mar 2026, which no reader takes for another order.
_LOCALES = {"en": "en_GB", "de": "de", "zh": "zh_Hans"}
_locale: ContextVar[str] = ContextVar("locale", default="en")


def use_locale(language: str) -> None:
    """Show dates and numbers of the present context in the manner of ``language`` (en, de, zh ...)."""
    _locale.set(language)


def language() -> str:
    """Return the language of the present context, for the page's lang attribute."""
    return _locale.get()


def _babel_locale() -> Locale:
    short = _locale.get().replace("-", "_")
    return Locale.parse(_LOCALES.get(short.partition("_")[0], short))


def money(amount: Money | None) -> str:
    """Return an amount with its currency, or a dash."""
    return DASH if amount is None else format_money(amount)


def number(value: int | float | Decimal | None) -> str:
    """Return a number with its thousands set apart as money's are and decimals in the language's manner, or a dash."""
    if value is None:
        return DASH
    shown = format_decimal(value, locale=_babel_locale(), decimal_quantization=False)
    return shown.replace(get_group_symbol(_babel_locale()), words.GROUP)


def days(value: int | float | Decimal | None) -> str:
    """Return a quantity of days, e.g. ``2.5 days``."""
    if value is None:
        return DASH
    return ngettext("%(shown)s day", "%(shown)s days", 1 if value == 1 else 2, shown=number(value))


def auditor_days(exact: Fraction | str) -> str:
    """Return auditor-days to one decimal, e.g. ``about 4.8 auditor-days``; the exact ones belong to the workings."""
    value = Fraction(exact)
    near = half_up(value, 1)
    figure = number(int(near) if near.denominator == 1 else Decimal(near.numerator) / near.denominator)
    words_ = ngettext("%(shown)s auditor-day", "%(shown)s auditor-days", 1 if near == 1 else 2, shown=figure)
    return words_ if near == value else _("about %(days)s", days=words_)


def exact_number(exact: Fraction | str) -> str:
    """Return an exact number to four decimals at most, with its fraction where those do not say it all."""
    value = Fraction(exact)
    near = half_up(value, 4)
    figure = number(int(near) if near.denominator == 1 else Decimal(near.numerator) / near.denominator)
    return figure if near == value else _("%(figure)s (exactly %(fraction)s)", figure=figure, fraction=value)


def percent(share: float | Decimal | None, digits: int = 0) -> str:
    """Return a share (0 to 1) in percent."""
    if share is None:
        return DASH
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "\u00a0%"
    return format_percent(share, format=pattern, locale=_babel_locale())


def score(value: float | Decimal | None, places: int = 2) -> str:
    """Return an intensity with a fixed number of decimal places."""
    return DASH if value is None else f"{value:.{places}f}"


def day(value: date | datetime | None) -> str:
    """Return a day, e.g. ``12 Mar 2026``; an instant is first taken to its UTC day."""
    if value is None:
        return DASH
    only = clock.day_of(value) if isinstance(value, datetime) else value
    return format_date(only, format="d MMM y" if _is_english() else "medium", locale=_babel_locale())


def short_day(value: date) -> str:
    """Return a day without its year, for axes."""
    return format_date(value, format="d MMM", locale=_babel_locale())


def month(value: date) -> str:
    """Return a month with its year, for axes."""
    return format_date(value, format="MMM y", locale=_babel_locale())


def weekday(value: date) -> str:
    """Return the short name of a day of the week."""
    return format_date(value, format="EEE", locale=_babel_locale())


def instant(value: datetime | None) -> str:
    """Return an instant to the minute in UTC, e.g. ``12 Mar 2026, 14:30 UTC``."""
    if value is None:
        return DASH
    pattern = "d MMM y, HH:mm" if _is_english() else "medium"
    return f"{format_datetime(value.astimezone(UTC), format=pattern, locale=_babel_locale())}\u00a0UTC"


def exact(value: date | datetime | None) -> str:
    """Return the machine form of a day or instant (RFC 3339), for datetime attributes and titles."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat()


def relative(value: date | datetime | None, now: datetime) -> str:
    """Return how far a day or instant lies from ``now``: today, tomorrow, in 12 days, 3 hours ago."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        difference = value.astimezone(UTC) - now
        if abs(difference) < timedelta(minutes=1):
            return _("just now")
    else:
        difference = value - clock.day_of(now)
        near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get(difference.days)
        if near:
            return near
    # Days stay days for a quarter of a year: a deadline "in 2 months" helps nobody.
    unit = "day" if timedelta(days=1) <= abs(difference) < timedelta(days=90) else "second"
    threshold = 1000 if unit == "day" else 0.95
    return format_timedelta(
        difference,
        granularity=_granularity(unit),
        threshold=threshold,
        add_direction=True,
        locale=_babel_locale(),
    )


def _granularity(unit: str) -> Any:
    return unit


def days_until(value: date | datetime | None, now: datetime) -> int | None:
    """Return the whole days from ``now`` until a day (negative: past), or None."""
    if value is None:
        return None
    only = clock.day_of(value) if isinstance(value, datetime) else value
    return (only - clock.day_of(now)).days


def short_digest(digest: str | None, keep: int = 10) -> str:
    """Return a digest short enough to compare by eye: its kind, its beginning and its last four
    characters."""
    if not digest:
        return DASH
    kind, colon, value = digest.rpartition(":")
    shown = value if len(value) <= keep + 5 else f"{value[:keep]}…{value[-4:]}"
    return f"{kind}{colon}{shown}"


def file_size(count: int | None) -> str:
    """Return a number of bytes in B, KB, MB or GB."""
    if count is None:
        return DASH
    size = float(count)
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{number(round(size, 1) if unit != 'B' else count)}\u00a0{unit}"
        size /= 1000
    return f"{number(round(size, 1))}\u00a0GB"


def plain(value: Any) -> str:
    """Return any value as text for a table cell or a history line, or a dash when it is empty."""
    if value is None or value == "":
        return DASH
    if isinstance(value, bool):
        return states.yes_no(value)
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, (int, float, Decimal)):
        return number(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(plain(v) for v in value) or DASH
    return str(value)


def shown(value: Any, kind: str) -> str:
    """Return a value in the manner of a list column's kind."""
    as_kind: dict[str, Callable[[Any], str]] = {
        "money": money, "number": number, "days": days, "percent": percent, "score": score, "date": day,
        "instant": instant, "state": states.state_word, "tier": states.tier_word, "digest": short_digest,
    }  # fmt: skip
    if value is None or kind not in as_kind:
        return plain(value)
    return as_kind[kind](value)


def _is_english() -> bool:
    return _locale.get().startswith("en")


FILTERS: dict[str, Callable[..., Any]] = {
    "money": money, "number": number, "days": days, "percent": percent, "score": score, "day": day,
    "instant": instant, "exact": exact, "short_digest": short_digest, "file_size": file_size, "plain": plain,
    "state_word": states.state_word, "due_word": states.due_word, "meaning": states.meaning_of,
    "tier_word": states.tier_word, "office_word": states.office_word, "yes_no": states.yes_no,
}  # fmt: skip


def install(
    env: Environment,
    *,
    csrf_token: Callable[[], str],
    csp_nonce: Callable[[], str],
    now: Callable[[], datetime] = clock.now,
    request_key: Callable[[], str] = lambda: token_urlsafe(24),
    static_url: str = "/static",
) -> None:
    """Give the templates their filters, globals and words.

    ``csrf_token`` and ``csp_nonce`` answer for the present request; ``now`` its instant; ``request_key``
    makes the one-time key of a form, so that a double click has one effect.
    """
    env.add_extension("jinja2.ext.i18n")
    install_words: Any = env.install_gettext_callables  # type: ignore[attr-defined]  # added by the extension
    install_words(gettext, _ngettext_plain, newstyle=True)
    look_up: Any = env.globals["ngettext"]
    env.globals["ngettext"] = _counting(look_up)
    env.filters.update(FILTERS)
    env.globals.update(
        csrf_token=csrf_token,
        csp_nonce=csp_nonce,
        request_key=request_key,
        now=now,
        language=language,
        relative=lambda value: relative(value, now()),
        days_until=lambda value: days_until(value, now()),
        due_meaning=states.due_meaning,
        shown=shown,
        tier_level=states.tier_level,
        meaning_word=states.meaning_word,
        asset=lambda name: asset_url(name, base=static_url),
        integrity=asset_integrity,
    )


def _counting(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """Let the plurals of templates show their count, ``%(num)s``, as every other number is shown."""

    @pass_context
    def ngettext(context: Any, singular: str, many: str, num: int, **values: Any) -> Any:
        return look_up(context, singular, many, num, **{"num": number(num), **values})

    return ngettext


def _ngettext_plain(singular: str, plural: str, n: int) -> str:
    """Look a plural up and leave its values unfilled: the template engine fills them in, escaped."""
    return words.plural(singular, plural, n)
