"""The fields a form is made of: what each accepts, how long, and the typed value it becomes.

No field knows the web framework. What a person typed is kept as typed; ``clean`` gives the value or says
what is wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol, Self, TypeVar

from pool.kernel.money import Money, NotAnAmount, exponent_of, parse_money
from pool.kernel.words import gettext as _

Number = TypeVar("Number", int, Decimal)
#: Characters that reorder text to the eye. Source: Unicode TR 36, bidirectional text spoofing.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: A number whose whole part may be grouped; the last mark, with what stands behind it, may be its decimals.
_NUMBER = re.compile(r"([-+]?)([0-9]{1,19}|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:([.,])([0-9]{1,10}))?")
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\\\]]{1,64}@[^@\s\"(),:;<>\[\\\]_]{1,190}\.[^@\s\"(),:;<>\[\\\]_.]{2,63}")
_SPACES = ("\u202f", "\u00a0", " ", "'")


class FieldError(ValueError):
    """What is wrong with one typed value, in words for the person who typed it."""


@dataclass(frozen=True)
class Option:
    """One allowed answer: its value in the form, its word, and a sentence that says what it means."""

    value: str
    label: str
    hint: str = ""


class UploadLike(Protocol):
    """A file as the web framework hands it over."""

    filename: str | None

    @property
    def stream(self) -> Any:
        """Return the open binary stream."""


@dataclass(frozen=True)
class Upload:
    """A received file: the last part of its name and its bytes. It was never opened, run or unpacked."""

    filename: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Field:
    """What every field has.

    ``help`` says what to write and why; ``example`` shows one; ``unit`` stands inside the box; ``default``
    is offered
    """

    name: str
    label: str
    help: str = ""
    example: str = ""
    required: bool = True
    unit: str = ""
    autocomplete: str = "off"
    default: str | tuple[str, ...] = ""
    source: str = ""

    kind: ClassVar[str] = "text"
    many: ClassVar[bool] = False

    def clean(self, raw: str) -> Any:
        """Return the typed value of what was typed, or None when nothing was and nothing had to be.

        Raises: FieldError.
        """
        if not raw.strip():
            if self.required:
                raise FieldError(self.empty_words())
            return self.empty_value()
        return self.read(raw)

    def read(self, raw: str) -> Any:
        """Return the typed value of a text that is not empty."""
        raise NotImplementedError

    def empty_words(self) -> str:
        """Return what to say when a needed answer is missing."""
        return _("Fill in “%(label)s”.", label=str(self.label))

    def empty_value(self) -> Any:
        """Return the typed value of no answer."""
        return None

    def shown(self, value: Any) -> str | tuple[str, ...]:
        """Return how a typed value stands in the form."""
        return "" if value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """One line of text, trimmed, composed (NFC), of at most ``most`` characters."""

    most: int = 200
    least: int = 0
    pattern: str = ""
    pattern_words: str = ""

    def read(self, raw: str) -> Any:
        """Return the text."""
        text = one_line(raw, most=self.most)
        if len(text) < self.least:
            raise FieldError(_("Write at least %(n)s characters.", n=self.least))
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise FieldError(str(self.pattern_words) or _("This is not in the form shown in the example."))
        return text

    def empty_value(self) -> Any:
        """Return the empty text: an unanswered line is a text of no length."""
        return ""


@dataclass(frozen=True, kw_only=True)
class LongText(Field):
    """Several lines of text; line ends become one kind, of at most ``most`` characters."""

    most: int = 5000
    rows: int = 5
    kind: ClassVar[str] = "longtext"

    def read(self, raw: str) -> Any:
        """Return the text with ``\\n`` line ends."""
        return many_lines(raw, most=self.most)

    def empty_value(self) -> Any:
        """Return the empty text."""
        return ""


@dataclass(frozen=True, kw_only=True)
class Secret(Text):
    """A password or code: never shown again, never trimmed, any printable character."""

    most: int = 200
    kind: ClassVar[str] = "password"

    def clean(self, raw: str) -> Any:
        """Return the secret exactly as typed."""
        if not raw:
            return super().clean(raw)
        if len(raw) > self.most or not raw.isprintable():
            raise FieldError(_("This cannot be used here."))
        return raw

    def shown(self, value: Any) -> str:
        """Return nothing: a secret is never sent back."""
        return ""


@dataclass(frozen=True, kw_only=True)
class Email(Text):
    """An e-mail address; the part after @ becomes lower case."""

    most: int = 254
    kind: ClassVar[str] = "email"
    autocomplete: str = "email"

    def read(self, raw: str) -> Any:
        """Return the address."""
        text = one_line(raw, most=self.most)
        if not _EMAIL.fullmatch(text) or ".." in text:
            raise FieldError(_("This is not an e-mail address, for example name@firm.example."))
        name, _at, host = text.rpartition("@")
        return f"{name}@{host.lower()}"


@dataclass(frozen=True, kw_only=True)
class Integer(Field):
    """A whole number within bounds. Grouping by space, apostrophe or comma (1,234) is understood, also 1.234.567."""

    least: int = 0
    most: int = 2**63 - 1
    kind: ClassVar[str] = "integer"

    def read(self, raw: str) -> Any:
        """Return the number."""
        text = plain_number(raw, places=0)
        if text is None or "." in text:
            raise FieldError(_("Write a whole number with digits only, for example 1200."))
        return _within(int(text), self.least, self.most)


@dataclass(frozen=True, kw_only=True)
class DecimalField(Field):
    """A number within bounds, at most ``places`` digits behind its point; 0,02 and 1.234,5 are understood too."""

    least: Decimal = Decimal(0)
    most: Decimal = Decimal(10) ** 12
    places: int = 4
    kind: ClassVar[str] = "decimal"

    def read(self, raw: str) -> Any:
        """Return the number, exactly."""
        text = plain_number(raw, places=self.places)
        if text is None:
            raise FieldError(_("Write a number with a point, for example 0.25."))
        if len(text.partition(".")[2]) > self.places:
            raise FieldError(_("Give at most %(n)s digits after the point.", n=self.places))
        return _within(Decimal(text), self.least, self.most)


@dataclass(frozen=True, kw_only=True)
class MoneyField(Field):
    """An amount in one currency; the currency stands inside the box."""

    currency: str
    least_minor: int = 0
    most_minor: int = 10**14
    kind: ClassVar[str] = "money"

    def read(self, raw: str) -> Any:
        """Return the amount."""
        try:
            typed = plain_number(raw, places=exponent_of(self.currency)) or raw
            amount = parse_money(typed, self.currency, field=self.name)
        except NotAnAmount as refusal:
            raise FieldError(" ".join(p for p in (refusal.reason, refusal.next_step) if p)) from None
        _within(amount.amount_minor, self.least_minor, self.most_minor)
        return amount

    def shown(self, value: Any) -> str:
        """Return the amount as it would be typed."""
        if not isinstance(value, Money):
            return "" if value is None else str(value)
        places = exponent_of(value.currency)
        whole, rest = divmod(abs(value.amount_minor), 10**places)
        sign = "-" if value.amount_minor < 0 else ""
        return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


@dataclass(frozen=True, kw_only=True)
class DateField(Field):
    """A day, as the browser's date box sends it or typed like 2026-03-12."""

    least: date | None = None
    most: date | None = None
    kind: ClassVar[str] = "date"

    def read(self, raw: str) -> Any:
        """Return the day."""
        text = raw.strip()
        try:
            day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
        except ValueError:
            day = None
        if day is None:
            raise FieldError(_("Write the day as year-month-day, for example 2026-03-12."))
        if self.least is not None and day < self.least:
            raise FieldError(_("The earliest day is %(day)s.", day=self.least.isoformat()))
        if self.most is not None and day > self.most:
            raise FieldError(_("The latest day is %(day)s.", day=self.most.isoformat()))
        return day


@dataclass(frozen=True, kw_only=True)
class InstantField(Field):
    """A day and time, read as UTC."""

    unit: str = "UTC"
    kind: ClassVar[str] = "instant"

    def read(self, raw: str) -> Any:
        """Return the aware instant."""
        text = raw.strip().replace(" ", "T")
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", text, re.ASCII):
                raise ValueError(text)
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        except ValueError:
            raise FieldError(_("Write day and time like 2026-03-12 14:30.")) from None

    def shown(self, value: Any) -> str:
        """Return the instant as the browser's box wants it."""
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else str(value or "")


@dataclass(frozen=True, kw_only=True)
class Check(Field):
    """One box to tick; ``required`` means that it must be ticked. The typed value is a bool."""

    required: bool = False
    kind: ClassVar[str] = "check"

    def clean(self, raw: str) -> Any:
        """Return whether the box was ticked."""
        if self.required and not raw:
            raise FieldError(_("Tick “%(label)s” to go on.", label=str(self.label)))
        if raw not in ("", "1", "on", "yes", "true"):
            raise FieldError(_("This box is either ticked or not."))
        return bool(raw)

    def shown(self, value: Any) -> str:
        """Return the value of a ticked box, or nothing."""
        return "1" if value in (True, "1", "on", "yes", "true") else ""


@dataclass(frozen=True, kw_only=True)
class Options(Field):
    """What fields with allowed answers share; ``choices`` are pairs, triples or :class:`Option`."""

    choices: Sequence[Any] = ()

    def options(self) -> tuple[Option, ...]:
        """Return the allowed answers."""
        return tuple(c if isinstance(c, Option) else Option(*c) for c in self.choices)

    def read(self, raw: str) -> Any:
        """Return the chosen value."""
        if raw not in {option.value for option in self.options()}:
            raise FieldError(_("Choose one of the offered answers."))
        return raw

    def empty_words(self) -> str:
        """Return what to say when nothing was chosen."""
        return _("Choose an answer for “%(label)s”.", label=str(self.label))

    def with_choices(self, choices: Iterable[Any]) -> Self:
        """Return the field with other allowed answers."""
        return replace(self, choices=tuple(choices))


@dataclass(frozen=True, kw_only=True)
class Choice(Options):
    """One answer from a drop-down list."""

    blank: str = ""
    kind: ClassVar[str] = "choice"


@dataclass(frozen=True, kw_only=True)
class Radio(Options):
    """One answer, all visible; ``cards`` shows each with its hint in a box (questions with anchors)."""

    cards: bool = False
    kind: ClassVar[str] = "radio"


@dataclass(frozen=True, kw_only=True)
class MultiChoice(Options):
    """Any number of the answers, as tick boxes; the typed value is a tuple in the order offered."""

    kind: ClassVar[str] = "multichoice"
    many: ClassVar[bool] = True

    def clean_many(self, raw: Sequence[str]) -> tuple[str, ...]:
        """Return the chosen values.

        Raises: FieldError.
        """
        allowed = [option.value for option in self.options()]
        if not set(raw) <= set(allowed):
            raise FieldError(_("Choose among the offered answers."))
        if self.required and not raw:
            raise FieldError(self.empty_words())
        return tuple(value for value in allowed if value in raw)

    def shown(self, value: Any) -> tuple[str, ...]:
        """Return the chosen values as texts."""
        return tuple(str(v) for v in value or ())


@dataclass(frozen=True, kw_only=True)
class Hidden(Text):
    """A value the page carries along; checked like any text, since anybody may change it."""

    label: str = ""
    kind: ClassVar[str] = "hidden"

    def empty_words(self) -> str:
        """Return what to say when the page lost what it carried."""
        return _("The form has lost a part of itself. Open it again from its page.")


@dataclass(frozen=True, kw_only=True)
class FileField(Field):
    """One file or several; the typed value is an :class:`Upload` (or None), or a tuple of them with
    ``several``."""

    several: bool = False
    accept: str = ""
    most_bytes: int = 20_000_000
    most_files: int = 20
    kind: ClassVar[str] = "file"

    def receive(self, files: Sequence[UploadLike]) -> Any:
        """Read the received files.

        Raises: FieldError.
        """
        given = [file for file in files if file.filename]
        if not given and self.required:
            raise FieldError(_("Choose a file for “%(label)s”.", label=str(self.label)))
        if len(given) > (self.most_files if self.several else 1):
            raise FieldError(_("These are too many files at once."))
        uploads = tuple(self._read_one(file) for file in given)
        return uploads if self.several else (uploads[0] if uploads else None)

    def _read_one(self, file: UploadLike) -> Upload:
        content = file.stream.read(self.most_bytes + 1)
        if len(content) > self.most_bytes:
            megabytes = self.most_bytes // 1_000_000
            raise FieldError(_("“%(name)s” is larger than %(n)s MB.", name=safe_filename(file.filename), n=megabytes))
        return Upload(safe_filename(file.filename), content)


def safe_filename(name: str | None) -> str:
    """Return the last part of a file's name, without control characters, at most 200 characters long."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in unicodedata.normalize("NFC", last) if c.isprintable() and c not in _REORDERING)
    return kept.strip(" .")[-200:] or "file"


def one_line(raw: str, *, most: int) -> str:
    """Return ``raw`` composed and trimmed.

    Raises: FieldError (too long, or characters that cannot be seen).
    """
    text = unicodedata.normalize("NFC", raw.strip())
    _refuse_hidden(text, allowed="")
    return _capped(text, most)


def many_lines(raw: str, *, most: int) -> str:
    """Return ``raw`` composed, with ``\\n`` line ends and without space around it.

    Raises: FieldError.
    """
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    _refuse_hidden(text, allowed="\n\t")
    return _capped(text, most)


def _refuse_hidden(text: str, *, allowed: str) -> None:
    for character in text:
        if character in allowed:
            continue
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _REORDERING:
            raise FieldError(_("The text holds a character that cannot be seen; remove it and send again."))


def _capped(text: str, most: int) -> str:
    if len(text) > most:
        raise FieldError(_("This has %(n)s characters; at most %(most)s fit.", n=len(text), most=most))
    return text


def _without_spaces(raw: str) -> str:
    text = raw.strip()
    for space in _SPACES:
        text = text.replace(space, "")
    return text.replace("\u2212", "-")


def plain_number(raw: str, *, places: int) -> str | None:
    """Return a typed number as digits with at most one point, or ``None`` where it is none.

    Marks that can be read in one way only are understood, whatever the country: 0,02 and 1.234,56 and 1,234.56. One
    mark before exactly three digits can be both: in a whole number a comma groups, elsewhere a point begins decimals,
    as these pages write them; any other is asked about.

    Raises: FieldError naming both readings.
    """
    text = _without_spaces(raw)
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, whole, mark, decimals = found[1].replace("+", ""), found[2], found[3] or "", found[4] or ""
    grouping = "".join(set(whole) & {".", ","})
    if not mark and whole.count(grouping or "x") == 1:
        # Why: "3.500" and "3,500" match as grouped; with one group they may as well be decimals.
        mark, (whole, decimals), grouping = grouping, whole.split(grouping), ""
    if mark and mark == grouping:
        return None
    digits = whole.replace(grouping, "") if grouping else whole
    if not mark:
        return sign + digits
    if not grouping and len(decimals) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        if not places and mark == ",":
            return sign + whole + decimals
        if mark != "." or places < 3:
            raise FieldError(_both_readings(text, f"{sign}{whole}{decimals}", f"{sign}{whole}.{decimals}", places))
    return f"{sign}{digits}.{decimals}"


def _both_readings(typed: str, grouped: str, pointed: str, places: int) -> str:
    pointed = pointed.rstrip("0").rstrip(".")
    if not places:
        return _(
            "“%(typed)s” can be read as %(grouped)s or as %(pointed)s. Only a whole number fits here: write "
            "%(grouped)s if you mean that.",
            typed=typed,
            grouped=grouped,
            pointed=pointed,
        )
    return _(
        "“%(typed)s” can be read as %(grouped)s or as %(pointed)s. Write the one you mean.",
        typed=typed,
        grouped=grouped,
        pointed=pointed,
    )


def _within(number: Number, least: Number, most: Number) -> Number:
    if number < least:
        raise FieldError(_("The least is %(n)s.", n=least))
    if number > most:
        raise FieldError(_("The most is %(n)s.", n=most))
    return number
