"""The form of a deployment: identity, facts that law asks for, and the fifteen questions in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.policy.indicators import FactQuestion
from pool.policy.loading import Edition
from pool.policy.questions import Question, questions
from pool.registry.queries import ModelView
from pool.web.fields import (
    Choice,
    DateField,
    DecimalField,
    Field,
    FieldError,
    FileField,
    Integer,
    LongText,
    MultiChoice,
    Option,
    Radio,
    Text,
    plain_number,
)
from pool.web.forms import Form, Section

FACT, QUESTION = "fact_", "q_"
_LARGE = re.compile(r"[0-9]{1,30}(\.[0-9]{1,10})?([eE]\+?[0-9]{1,3})?", re.ASCII)
#: Which questions stand together, in this order; what is missing here stands in the last part.
_PARTS = (
    (
        _l("How far it reaches"),
        _l("Count this deployment only, over all its customers and sites."),
        (
            "affected_persons",
            "query_volume",
            "revenue_dependence",
            "population_indeterminacy",
            "observed_offscope_share",
        ),
    ),
    (
        _l("What it does"),
        _l("Take the most serious thing it really does, not what it was meant for."),
        ("domain_consequence", "output_role", "profiling", "autonomy", "boundary_openness", "data_sensitivity"),
    ),
    (
        _l("Who could be hurt, and how it is stopped"),
        _l("An honest high answer brings duties; a low answer that is wrong brings findings."),
        ("vulnerable_access", "irreversibility", "oversight_gap", "harm_history"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class LargeNumber(Field):
    """A number that may be written with an exponent, like 1e21; the typed value is a float."""

    kind = "decimal"

    def read(self, raw: str) -> Any:
        """Return the number."""
        text = "".join(raw.replace(",", "").split())
        if not _LARGE.fullmatch(text) or float(text) > 1e40:
            raise FieldError(_("Write a number, for example 3000 or 1e21."))
        return float(text)


@dataclass(frozen=True, kw_only=True)
class Share(DecimalField):
    """A share from 0 to 1; the typed value is the number the policy reads."""

    most: Decimal = Decimal(1)

    def read(self, raw: str) -> Any:
        """Return the share. A number above 1 is told how its percent are written."""
        typed = plain_number(raw, places=self.places)
        share = "" if typed is None else f"{(Decimal(typed) / 100).normalize():f}"
        fits = len(share.partition(".")[2]) <= self.places
        if typed is not None and fits and 1 < Decimal(typed) <= 100:
            raise FieldError(
                _(
                    "The most is 1, which is all. If you mean %(typed)s percent, write %(share)s.",
                    typed=typed,
                    share=share,
                )
            )
        return float(super().read(raw))


def identity_section(edition: Edition, models: Iterable[ModelView]) -> Section:
    """Return the questions what it is, where and since when."""
    contexts = [(one.code, _(one.name)) for one in edition.indicators.contexts.values()]
    markets = [(code, _(edition.overlays[code].name), code) for code in edition.markets]
    return Section(
        _l("What it is"),
        (
            Choice(
                name="model",
                label=_l("Model"),
                choices=[(one.ref, f"{one.name} ({one.ref})") for one in models],
                help=_l("The fine-tuned model that works here."),
            ),
            Text(
                name="name",
                label=_l("Name of the deployment"),
                example="Claims triage, Rhine office",
                most=200,
            ),
            LongText(
                name="purpose",
                label=_l("Purpose"),
                help=_l("What it does, for whom, and what happens with its output. Auditors hold it to these words."),
                rows=4,
            ),
            Choice(name="context", label=_l("Kind of use"), choices=contexts, help=_l("The nearest one.")),
            MultiChoice(
                name="markets",
                label=_l("Markets"),
                help=_l(
                    "Where the people are that it reaches. Law sets least levels of duties there; "
                    "it never changes the tier."
                ),
                choices=markets,
            ),
            Text(
                name="languages",
                label=_l("Languages it works in"),
                help=_l("Codes, separated by commas."),
                example="en, de",
                default="en",
                most=100,
                pattern=r"[a-z]{2,3}(-[A-Za-z]{2,8})?(\s*,\s*[a-z]{2,3}(-[A-Za-z]{2,8})?){0,19}",
            ),
            Integer(
                name="sites",
                label=_l("Sites with the same configuration"),
                help=_l("Several sites are audited by a sample."),
                default="1",
                least=1,
                most=100_000,
                unit=_l("sites"),
            ),
            DateField(name="live_on", label=_l("Live since, or from"), required=False),
        ),
    )


def facts_sections(edition: Edition) -> list[Section]:
    """Return the questions about the tuning, and those that the law of each market asks, which stand with the market.

    Markets whose law asks nothing beside the fifteen answers have no section.
    """
    asked = [one for one in edition.fact_questions.values() if one.kind != "trigger_ids"]
    tuning = tuple(_fact_field(one) for one in asked if one.asked_by not in edition.overlays)
    sections = [
        Section(
            _l("How it was tuned"),
            tuning,
            intro=_l(
                "Leave open what you do not know: an open fact counts as unknown, and a duty that hangs on it is not "
                "in the list yet. Below stand the questions of the markets you ticked, where their law asks any."
            ),
        )
    ]
    for code in edition.markets:
        fields = tuple(_fact_field(one) for one in asked if one.asked_by == code)
        if fields:
            title = _("Asked in: %(place)s", place=_(edition.overlays[code].name))
            sections.append(Section(title, fields, asked_with=("markets", code)))
    return sections


def _fact_field(question: FactQuestion) -> Field:
    name, label = FACT + question.id, _(question.text)
    if question.kind == "flag":
        return Choice(
            name=name,
            label=label,
            choices=(("yes", _("Yes")), ("no", _("No"))),
            blank=_("Not known"),
            required=False,
            default="yes" if question.id == "generative" else "",
        )
    if question.kind == "share":
        return Share(name=name, label=label, required=False, unit=_("share from 0 to 1"))
    return LargeNumber(name=name, label=label, required=False)


def question_sections(edition: Edition) -> list[Section]:
    """Return the fifteen questions in parts."""
    by_id = {one.id: one for one in questions(edition)}
    placed = {name for _title, _intro, names in _PARTS for name in names}
    rest = tuple(name for name in by_id if name not in placed)
    sections = []
    for position, (title, intro, names) in enumerate(_PARTS):
        here = names + (rest if position == len(_PARTS) - 1 else ())
        fields = tuple(_question_field(by_id[name]) for name in here if name in by_id)
        sections.append(Section(title, fields, intro=intro))
    return sections


def _question_field(question: Question) -> Field:
    common: dict[str, Any] = {
        "name": QUESTION + question.id,
        "label": question.label,
        "help": question.help,
        "example": question.example,
    }
    if question.kind == "count":
        return Integer(**common, least=0, most=10**15, unit=question.unit)
    if question.kind == "share":
        return Share(**common, unit=question.unit)
    if question.kind == "yes_no":
        return Radio(**common, choices=(("1", _("Yes")), ("0", _("No"))), cards=True)
    options = [Option(str(one.value), one.anchor, _("Level %(n)s", n=one.value)) for one in question.choices]
    return Radio(**common, choices=options, cards=True)


def deployment_form(edition: Edition, models: Iterable[ModelView]) -> Form:
    """Return the whole form of a new deployment."""
    asked = (identity_section(edition, models), *question_sections(edition), *facts_sections(edition))
    return Form("deployment", asked)


def change_form(edition: Edition) -> Form:
    """Return the form that reports a change of the fifteen indicators."""
    about = Section(
        _l("What changed"),
        (
            LongText(
                name="what",
                label=_l("What changed, and why"),
                help=_l("Tell it within 30 days: a change told later breaks a condition of the record."),
                rows=3,
            ),
            DateField(name="changed_on", label=_l("Since when")),
            FileField(
                name="file",
                label=_l("What shows it"),
                help=_l("For example the count of the last three months."),
                required=False,
            ),
        ),
    )
    return Form("change", (about, *question_sections(edition)))


def indicators_of(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the indicator values of what was answered so far, as the policy reads them."""
    found = {}
    for name, value in cleaned.items():
        if name.startswith(QUESTION) and value is not None and value != "":
            found[name.removeprefix(QUESTION)] = int(value) if isinstance(value, str) else value
    return found


def facts_of(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that were given; open ones are left out."""
    found: dict[str, Any] = {}
    for name, value in cleaned.items():
        if name.startswith(FACT) and value not in (None, ""):
            found[name.removeprefix(FACT)] = value == "yes" if value in ("yes", "no") else value
    return found


def languages_of(text: str) -> list[str]:
    """Return the languages of a line of codes, each once."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def shown_indicators(values: Mapping[str, str]) -> dict[str, str]:
    """Return kept indicator values as the form shows them."""
    return {QUESTION + name: value for name, value in values.items()}


def form_field_of(path: str | None) -> str | None:
    """Return the form's field for the field that a refusal of the policy names (``indicators.autonomy``)."""
    if path is None:
        return None
    head, _dot, rest = path.partition(".")
    return {"indicators": QUESTION, "facts": FACT}.get(head, "") + rest if rest else head
