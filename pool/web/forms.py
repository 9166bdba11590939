"""Forms declared as values: sections of fields, bound to what a person sent, with typed results and errors.

A page declares ``Form(name, sections=[Section(title, fields=[...])])`` once, shows ``form.fresh()`` on GET
and ``form.bind(request.form, request.files)`` on POST. Nothing typed is lost: an invalid form shows what
was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pool.kernel.refusals import Refusal
from pool.kernel.words import gettext as _
from pool.web.fields import (
    Check,
    Choice,
    DateField,
    DecimalField,
    Email,
    Field,
    FieldError,
    FileField,
    Hidden,
    InstantField,
    Integer,
    LongText,
    MoneyField,
    MultiChoice,
    Option,
    Options,
    Radio,
    Secret,
    Text,
    Upload,
)

__all__ = [
    "Bound", "Check", "Choice", "DateField", "DecimalField", "Email", "Field", "FieldError", "FileField",
    "Form",
    "Hidden", "InstantField", "Integer", "LongText", "MoneyField", "MultiChoice", "Option", "Radio", "Secret",
    "Section", "Text", "Upload",
]  # fmt: skip

#: Inputs every form carries beside its own: proof of origin, one-time key, and the button that was pressed.
CARRIED = frozenset({"csrf_token", "request_key", "action"})


@dataclass(frozen=True)
class Section:
    """Some fields under one title; ``intro`` says what they are for.

    ``asked_with`` names a field and one of its answers: the section stands folded unless that answer is ticked.
    """

    title: str
    fields: Sequence[Field]
    intro: str = ""
    key: str = ""
    asked_with: tuple[str, str] | None = None

    @property
    def seen(self) -> list[Field]:
        """Return the fields that people see; a hidden one is no question."""
        return [one for one in self.fields if one.kind != "hidden"]


@dataclass(frozen=True)
class Form:
    """A declared form. ``name`` begins every id in the page, so two forms on one page need two names.

    Raises: ValueError when two fields share a name.
    """

    name: str
    sections: Sequence[Section]

    def __post_init__(self) -> None:
        names = [f.name for f in self.fields()]
        if len(names) != len(set(names)) or CARRIED & set(names):
            raise ValueError(f"form {self.name}: field names are not unique or are reserved")

    def fields(self) -> tuple[Field, ...]:
        """Return all fields in order."""
        return tuple(f for section in self.sections for f in section.fields)

    def with_choices(self, name: str, choices: Iterable[Any]) -> Form:
        """Return the form with the allowed answers of one field set (answers that come from the database)."""
        known = tuple(choices)
        return self._mapped(lambda f: f.with_choices(known) if f.name == name and isinstance(f, Options) else f)

    def without(self, *names: str) -> Form:
        """Return the form without some fields; sections left empty go too."""
        kept = [replace(s, fields=tuple(f for f in s.fields if f.name not in names)) for s in self.sections]
        return replace(self, sections=tuple(s for s in kept if s.fields))

    def changed(self, name: str, **attributes: Any) -> Form:
        """Return the form with some attributes of one field changed (``default``, ``help``, ``required``
        ...)."""
        return self._mapped(lambda f: replace(f, **attributes) if f.name == name else f)

    def _mapped(self, change: Any) -> Form:
        sections = tuple(replace(s, fields=tuple(change(f) for f in s.fields)) for s in self.sections)
        return replace(self, sections=sections)

    def fresh(self, values: Mapping[str, Any] | None = None) -> Bound:
        """Return the form to be filled in, with defaults or with the typed ``values`` of what is edited."""
        given = values or {}
        shown = {f.name: f.shown(given[f.name]) if f.name in given else f.default for f in self.fields()}
        return Bound(self, values=shown)

    def bind(self, values: Mapping[str, Any], files: Mapping[str, Any] | None = None) -> Bound:
        """Read what a person sent. Inputs the form does not have are refused, never passed on."""
        bound = Bound(self, values={}, is_bound=True)
        for one in self.fields():
            _bind_field(bound, one, values, files or {})
        known = {f.name for f in self.fields()} | CARRIED
        if set(values) - known or set(files or {}) - known:
            bound.form_errors.append(_("The form holds an input that does not belong to it. Send it again."))
        return bound

    def again(self, values: Mapping[str, Any], files: Mapping[str, Any] | None, words: str) -> Bound:
        """Return the form with what was typed, passwords left out, to be sent again; ``words`` say why."""
        typed = self.bind(values, files).values
        return Bound(self, values=typed, is_bound=True, form_errors=[words], wrong_status=400)


@dataclass
class Bound:
    """A form with what was typed. ``cleaned`` holds typed values of all fields that are right."""

    form: Form
    values: dict[str, str | tuple[str, ...]]
    is_bound: bool = False
    cleaned: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    form_errors: list[str] = field(default_factory=list)
    wrong_status: int = 422

    @property
    def valid(self) -> bool:
        """Say whether the form was sent and nothing is wrong with it."""
        return self.is_bound and not self.errors and not self.form_errors

    @property
    def status(self) -> int:
        """Return the status of the page that shows the form: 200 to be filled in, 422 to be put right, 400 to be sent
        again."""
        return self.wrong_status if self.is_bound else 200

    def __getitem__(self, name: str) -> Any:
        return self.cleaned[name]

    def input_id(self, name: str) -> str:
        """Return the id of a field's input in the page."""
        return f"{self.form.name}-{name}"

    def errors_of(self, name: str) -> list[str]:
        """Return what is wrong with one field."""
        return self.errors.get(name, [])

    def unread(self) -> tuple[str, ...]:
        """Return the names of fields that were answered with something that cannot be read."""
        return tuple(name for name in self.errors if self.values.get(name))

    def add_error(self, name: str | None, words: str) -> None:
        """Say that something is wrong with one field, or with the form as a whole."""
        known = self._field_for(name)
        if known is None:
            self.form_errors.append(words)
        else:
            self.errors.setdefault(known, []).append(words)

    def add_refusal(self, refusal: Refusal) -> None:
        """Show a rule's refusal, and all that it carries, at the fields it names."""
        for one in refusal.all():
            self.add_error(one.field, " ".join(part for part in (one.reason, one.next_step) if part))

    def _field_for(self, path: str | None) -> str | None:
        names = {f.name for f in self.form.fields()}
        if path is None:
            return None
        if path in names:
            return path
        last = path.rpartition(".")[2].partition("[")[0]
        flat = path.replace(".", "_")
        return flat if flat in names else last if last in names else None

    def problems(self) -> list[tuple[str | None, str, str]]:
        """Return every error as (id of its input or None, label, words), in the order of the fields."""
        found: list[tuple[str | None, str, str]] = [(None, "", words) for words in self.form_errors]
        for one in self.form.fields():
            for words in self.errors_of(one.name):
                found.append((self.target_id(one), str(one.label), words))
        return found

    def target_id(self, one: Field) -> str | None:
        """Return the id to which a link to this field goes: the input, the first of a group, or none."""
        if one.kind == "hidden":
            return None
        base = self.input_id(one.name)
        return f"{base}-1" if one.kind in ("radio", "multichoice") else base

    def described_by(self, one: Field) -> str:
        """Return the ids of the help and error texts of a field, for aria-describedby."""
        base = self.input_id(one.name)
        parts = [f"{base}-help"] if one.help or one.example else []
        parts += [f"{base}-error"] if self.errors_of(one.name) else []
        return " ".join(parts)

    def answered(self, section: Section) -> int:
        """Return how many of the fields that people see have an answer in a section."""
        return sum(1 for f in section.seen if self.values.get(f.name))

    def is_asked(self, section: Section) -> bool:
        """Say whether a section stands open: always, or because its answer is ticked or something in it is wrong."""
        if section.asked_with is None or self.section_state(section) == "error":
            return True
        name, answer = section.asked_with
        return answer in self.values.get(name, ())

    def section_state(self, section: Section) -> str:
        """Return ``error``, ``done`` or ``open`` for the progress of a long form."""
        if any(self.errors_of(f.name) for f in section.fields):
            return "error"
        needed = [f for f in section.fields if f.required]
        return "done" if all(self.values.get(f.name) for f in needed) and self.answered(section) else "open"

    def has_files(self) -> bool:
        """Say whether the form sends files."""
        return any(isinstance(f, FileField) for f in self.form.fields())


def _bind_field(bound: Bound, one: Field, values: Mapping[str, Any], files: Mapping[str, Any]) -> None:
    try:
        if isinstance(one, FileField):
            bound.values[one.name] = ""
            bound.cleaned[one.name] = one.receive(_list_of(files, one.name))
        elif isinstance(one, MultiChoice):
            raw = tuple(str(v) for v in _list_of(values, one.name) if v != "")
            bound.values[one.name] = raw
            bound.cleaned[one.name] = one.clean_many(raw)
        else:
            given = _list_of(values, one.name)
            # A second value of the same name is how parameters are smuggled past a check that reads only one.
            text = str(given[0]) if given else ""
            bound.values[one.name] = "" if one.kind == "password" else text
            if len(given) > 1:
                raise FieldError(_("“%(label)s” was sent more than once.", label=str(one.label)))
            bound.cleaned[one.name] = one.clean(text)
    except FieldError as error:
        bound.errors.setdefault(one.name, []).append(str(error))


def _list_of(values: Mapping[str, Any], name: str) -> list[Any]:
    getlist = getattr(values, "getlist", None)
    if getlist is not None:
        return list(getlist(name))
    found = values.get(name)
    if found is None:
        return []
    return list(found) if isinstance(found, (list, tuple)) else [found]
