"""Forms: what each field accepts, that nothing typed is lost, and that refusals land at their fields."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from pool.kernel.money import Money
from pool.kernel.refusals import Invalid
from pool.web import forms as f

PAIRS = [("a", "First"), ("b", "Second")]


def _one(field: f.Field, typed: Any) -> tuple[Any, list[str]]:
    bound = f.Form("t", [f.Section("", [field])]).bind({field.name: typed})
    return bound.cleaned.get(field.name), bound.errors_of(field.name)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (f.Text(name="x", label="X"), "  Zoë\u0308 ", "Zo\u00eb\u0308"),
        (f.Text(name="x", label="X", required=False), "", ""),
        (f.LongText(name="x", label="X"), "one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        (f.Email(name="x", label="X"), "Ada.B@Firm.Example", "Ada.B@firm.example"),
        (f.Integer(name="x", label="X"), "12\u202f000", 12000),
        (f.Integer(name="x", label="X"), "1,234,567", 1234567),
        (f.Integer(name="x", label="X", required=False), " ", None),
        (f.Integer(name="x", label="X", least=-9), "\u22125", -5),
        (f.Integer(name="x", label="X"), "1.234.567", 1234567),
        (f.Integer(name="x", label="X"), "3,500", 3500),
        (f.DecimalField(name="x", label="X"), "0.25", Decimal("0.25")),
        (f.DecimalField(name="x", label="X"), "0,02", Decimal("0.02")),
        (f.DecimalField(name="x", label="X"), "0,125", Decimal("0.125")),
        (f.DecimalField(name="x", label="X"), "3.500", Decimal("3.500")),
        (f.DecimalField(name="x", label="X"), "1.234,5", Decimal("1234.5")),
        (f.DecimalField(name="x", label="X"), "1,234.5", Decimal("1234.5")),
        (f.MoneyField(name="x", label="X", currency="EUR"), "1.234,50", Money(123450, "EUR")),
        (f.MoneyField(name="x", label="X", currency="EUR"), "12,5", Money(1250, "EUR")),
        (f.MoneyField(name="x", label="X", currency="JPY"), "3,500", Money(3500, "JPY")),
        (f.MoneyField(name="x", label="X", currency="EUR"), "1 234.50", Money(123450, "EUR")),
        (f.DateField(name="x", label="X"), "2026-03-12", date(2026, 3, 12)),
        (f.InstantField(name="x", label="X"), "2026-03-12T14:30", datetime(2026, 3, 12, 14, 30, tzinfo=UTC)),
        (f.Check(name="x", label="X"), "1", True),
        (f.Check(name="x", label="X"), "", False),
        (f.Choice(name="x", label="X", choices=PAIRS), "b", "b"),
        (f.Radio(name="x", label="X", choices=[f.Option("a", "A", "why")]), "a", "a"),
        (f.MultiChoice(name="x", label="X", choices=PAIRS), ["b", "a"], ("a", "b")),
        (f.Secret(name="x", label="X"), " keep spaces ", " keep spaces "),
        (f.Hidden(name="x"), "DEP-1", "DEP-1"),
    ],
)
def test_bind_of_a_right_answer_gives_the_typed_value(field: f.Field, typed: Any, value: Any) -> None:
    assert _one(field, typed) == (value, [])


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (f.Integer(name="x", label="X"), "3.500"),
        (f.DecimalField(name="x", label="X"), "3,500"),
        (f.DecimalField(name="x", label="X", places=2), "3.500"),
        (f.MoneyField(name="x", label="X", currency="EUR"), "3,500"),
    ],
)
def test_number_that_can_be_read_in_two_ways_is_asked_about(field: f.Field, typed: str) -> None:
    value, (words,) = _one(field, typed)
    assert value is None and typed in words and "3500" in words and "3.5" in words.replace(typed, "")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (f.Text(name="x", label="X"), ""),
        (f.Text(name="x", label="X", most=3), "abcd"),
        (f.Text(name="x", label="X"), "a\x00b"),
        (f.Text(name="x", label="X"), "a\nb"),
        (f.Text(name="x", label="X"), "evil\u202etxt.exe"),
        (f.Text(name="x", label="X", pattern=r"[A-Z]{3}"), "AB1"),
        (f.LongText(name="x", label="X"), "a\x1bb"),
        (f.Email(name="x", label="X"), "a@b"),
        (f.Email(name="x", label="X"), "a b@c.example"),
        (f.Integer(name="x", label="X"), "1.5"),
        (f.Integer(name="x", label="X"), "1,23"),
        (f.Integer(name="x", label="X"), "1,234.56"),
        (f.DecimalField(name="x", label="X"), "1.234.56"),
        (f.DecimalField(name="x", label="X"), "12,345,67"),
        (f.Integer(name="x", label="X"), "٣"),
        (f.Integer(name="x", label="X"), "1e9"),
        (f.Integer(name="x", label="X", most=10), "11"),
        (f.DecimalField(name="x", label="X"), "NaN"),
        (f.DecimalField(name="x", label="X", places=2), "0.123"),
        (f.MoneyField(name="x", label="X", currency="EUR"), "1.234"),
        (f.MoneyField(name="x", label="X", currency="JPY"), "1.5"),
        (f.MoneyField(name="x", label="X", currency="EUR"), "-1"),
        (f.DateField(name="x", label="X"), "2026-02-30"),
        (f.DateField(name="x", label="X"), "12.3.2026"),
        (f.DateField(name="x", label="X", least=date(2026, 1, 1)), "2025-12-31"),
        (f.InstantField(name="x", label="X"), "2026-03-12T14:30Z"),
        (f.Check(name="x", label="X", required=True), ""),
        (f.Check(name="x", label="X"), "maybe"),
        (f.Choice(name="x", label="X", choices=PAIRS), "c"),
        (f.MultiChoice(name="x", label="X", choices=PAIRS), ["a", "c"]),
        (f.MultiChoice(name="x", label="X", choices=PAIRS), []),
    ],
)
def test_bind_of_a_wrong_answer_keeps_it_and_says_why(field: f.Field, typed: Any) -> None:
    bound = f.Form("t", [f.Section("", [field])]).bind({"x": typed})
    assert not bound.valid
    assert len(bound.errors_of("x")) == 1
    assert "x" not in bound.cleaned
    assert bound.values["x"] == (tuple(typed) if isinstance(typed, list) else typed)


FORM = f.Form(
    "firm",
    [
        f.Section("One", [f.Text(name="name", label="Name"), f.Integer(name="autonomy", label="Autonomy")]),
        f.Section("Two", [f.Choice(name="market", label="Market", choices=PAIRS, required=False)]),
    ],
)


def test_bind_of_inputs_that_do_not_belong_refuses_the_form() -> None:
    bound = FORM.bind({"name": "A", "autonomy": "1", "is_admin": "1", "csrf_token": "t", "request_key": "k"})
    assert (bound.valid, bound.errors, len(bound.form_errors)) == (False, {}, 1)
    assert "is_admin" not in bound.cleaned


def test_bind_of_a_value_sent_twice_refuses_the_field() -> None:
    bound = FORM.bind(MultiDict([("name", "A"), ("name", "B"), ("autonomy", "1")]))
    assert list(bound.errors) == ["name"]


def test_add_refusal_puts_each_reason_at_its_field() -> None:
    bound = FORM.bind({"name": "A", "autonomy": "1"})
    assert bound.valid
    others = [
        Invalid("Too low.", field="indicators.autonomy", next_step="Raise it."),
        Invalid("Elsewhere.", field="zzz"),
    ]
    bound.add_refusal(Invalid("Taken.", field="name", others=others))
    assert bound.errors == {"name": ["Taken."], "autonomy": ["Too low. Raise it."]}
    assert bound.form_errors == ["Elsewhere."]
    assert bound.problems() == [
        (None, "", "Elsewhere."),
        ("firm-name", "Name", "Taken."),
        ("firm-autonomy", "Autonomy", "Too low. Raise it."),
    ]


def test_fresh_form_shows_typed_values_as_they_would_be_typed() -> None:
    form = f.Form(
        "e",
        [f.Section("", [f.MoneyField(name="m", label="M", currency="EUR"), f.DateField(name="d", label="D"),
                        f.MultiChoice(name="c", label="C", choices=PAIRS), f.Check(name="k", label="K")])],
    )  # fmt: skip
    shown = form.fresh({"m": Money(-5, "EUR"), "d": date(2026, 3, 1), "c": ["a"], "k": True})
    assert shown.values == {"m": "-0.05", "d": "2026-03-01", "c": ("a",), "k": "1"}
    assert not shown.valid


def test_form_with_choices_and_changes_leaves_the_declared_one_alone() -> None:
    changed = FORM.with_choices("market", [("z", "Zed")]).changed("name", default="Ada").without("autonomy")
    market = changed.fields()[1]
    assert isinstance(market, f.Choice) and [o.value for o in market.options()] == ["z"]
    assert changed.fresh().values == {"name": "Ada", "market": ""}
    assert [x.name for x in FORM.fields()] == ["name", "autonomy", "market"]


def test_form_with_a_name_twice_cannot_be_declared() -> None:
    field = f.Text(name="x", label="X")
    for bad in ([field, field], [f.Text(name="csrf_token", label="X")]):
        with pytest.raises(ValueError, match="field names"):
            f.Form("t", [f.Section("", bad)])


def test_section_state_says_how_far_a_person_is() -> None:
    bound = FORM.fresh({"name": "Ada"})
    assert [bound.section_state(s) for s in FORM.sections] == ["open", "open"]
    sent = FORM.bind({"name": "Ada", "autonomy": "x", "market": "a"})
    assert [sent.section_state(s) for s in FORM.sections] == ["error", "done"]
    assert [sent.answered(s) for s in FORM.sections] == [2, 1]


def test_hidden_field_is_no_question() -> None:
    part = f.Section("", (f.Text(name="why", label="Why"), f.Hidden(name="level", label="")))
    assert [one.name for one in part.seen] == ["why"]
    assert f.Form("t", [part]).fresh({"level": "deep"}).answered(part) == 0


@dataclass
class Sent:
    """A received file as the web framework hands it over."""

    filename: str | None
    content: bytes

    @property
    def stream(self) -> io.BytesIO:
        """Return the open stream."""
        return io.BytesIO(self.content)


def test_file_field_takes_the_bytes_and_a_harmless_name() -> None:
    form = f.Form("u", [f.Section("", [f.FileField(name="files", label="Files", several=True, most_bytes=4)])])
    files = MultiDict([("files", Sent("C:\\x\\..\\bill\u202ecod.json", b"1234")), ("files", Sent("", b""))])
    assert form.bind({}, files).cleaned["files"] == (f.Upload("billcod.json", b"1234"),)
    assert form.bind({}, MultiDict([("files", Sent("a", b"12345"))])).errors_of("files")
    assert form.bind({}, {}).errors_of("files")


def test_password_is_never_sent_back() -> None:
    form = f.Form("p", [f.Section("", [f.Secret(name="pw", label="Password")])])
    assert form.bind({"pw": "secret", "x": "1"}).values["pw"] == ""


@given(st.text(max_size=50))
def test_text_field_with_any_text_gives_clean_text_or_an_error(typed: str) -> None:
    value, errors = _one(f.Text(name="x", label="X", required=False, most=40), typed)
    assert errors or (value == value.strip() and len(value) <= 40 and "\x00" not in value)
