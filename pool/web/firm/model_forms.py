"""The forms of fine-tuned models: what is typed, and what the files suggest for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pool.journeys import submit
from pool.journeys.intake import Handed
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.registry.inspection import Merged
from pool.registry.queries import FoundationView
from pool.web.fields import Check, Choice, FileField, Hidden, LongText, MultiChoice, Option, Text
from pool.web.forms import Form, Section
from pool.web.wording import PARTY_ROLES

FILE_MEGABYTES = 60
#: Ways of tuning that the list can be narrowed to; others are found by searching.
METHODS = ("lora", "qlora", "adapter", "prefix", "prompt", "full", "merge", "distillation", "dpo", "rlhf", "other")
#: Fields of the form that files can fill, with their labels.
FROM_FORM = frozenset({"name", "version", "stated_base", "method", "datasets", "licence"})
FROM_FILES = ("name", "version", "base_model", "method", "datasets", "licence")

FILES = FileField(
    name="files",
    label=_l("Files that describe the model"),
    help=_l(
        "A CycloneDX ML-BOM (JSON), a model card (README.md), adapter_config.json, or a .safetensors file of which "
        "only the header is read. Several at once are compared with each other."
    ),
    several=True,
    required=False,
    accept=".json,.md,.markdown,.safetensors",
    most_bytes=FILE_MEGABYTES * 1_000_000,
)
FORMATS = {
    "cyclonedx": _l("CycloneDX ML-BOM"),
    "hf-model-card": _l("Model card"),
    "peft-adapter": _l("Adapter configuration"),
    "safetensors": _l("Weights (header only)"),
}

FORM = Form(
    "model",
    (
        Section(
            _l("Files"),
            (
                MultiChoice(
                    name="kept",
                    label=_l("Files that were read"),
                    help=_l("Take the tick away to leave a file out."),
                    required=False,
                ),
                FILES,
            ),
        ),
        Section(
            _l("The model"),
            (
                Text(name="name", label=_l("Name"), example="acme/claims-triage", most=200),
                Text(name="version", label=_l("Version"), example="2.1.0", most=100, required=False),
                Text(
                    name="method",
                    label=_l("Method of tuning"),
                    example="lora, qlora, full, merge, distillation",
                    most=60,
                    required=False,
                ),
                Text(name="licence", label=_l("Licence"), example="Apache-2.0", most=100, required=False),
                LongText(
                    name="datasets",
                    label=_l("Training data"),
                    help=_l("One data set on each line, by the name under which you keep it."),
                    rows=3,
                    required=False,
                ),
                LongText(
                    name="description",
                    label=_l("What it is for"),
                    help=_l("A sentence or two for people who do not know it."),
                    rows=3,
                    required=False,
                ),
            ),
        ),
        Section(
            _l("What it is built on"),
            (
                Choice(
                    name="foundation",
                    label=_l("Foundation model of the catalogue"),
                    help=_l(
                        "The registrar keeps the catalogue with the registration status in each market. If yours is "
                        "missing, leave this open, register the model and ask the registrar to add it."
                    ),
                    blank=_l("Not in the catalogue yet"),
                    required=False,
                ),
                Text(
                    name="stated_base",
                    label=_l("Base model as your files name it"),
                    example="mistralai/Mistral-7B-v0.3",
                    most=300,
                    required=False,
                ),
            ),
        ),
        Section(
            _l("Hosted elsewhere"),
            (
                Check(
                    name="hosted",
                    label=_l("A provider tuned and hosts the model; we hold no files"),
                    help=_l("Then say which job or snapshot it is, so that everybody speaks of the same model."),
                ),
                Text(name="host_provider", label=_l("Provider"), most=200, required=False),
                Text(name="host_job", label=_l("Job"), example="ftjob-a1b2c3", most=200, required=False),
                Text(name="host_snapshot", label=_l("Snapshot"), most=200, required=False),
                Text(name="host_endpoint", label=_l("Endpoint"), most=300, required=False),
            ),
        ),
        Section(
            _l("Where the files disagree"),
            (
                LongText(
                    name="contradictions_settled",
                    label=_l("Which value is right, and why"),
                    help=_l("It stands beside the model from now on, with your name."),
                    rows=3,
                    most=2000,
                ),
            ),
        ),
    ),
)

LINK = Form(
    "link",
    (
        Section(
            "",
            (
                Choice(name="foundation", label=_l("Foundation model of the catalogue")),
                LongText(
                    name="reason",
                    label=_l("How do you know?"),
                    help=_l("For example the line of your training configuration that names the base."),
                    rows=3,
                    most=1000,
                ),
                Hidden(name="version_no", most=10, pattern="[0-9]{1,9}"),
            ),
        ),
    ),
)

PARTY = Form(
    "party",
    (
        Section(
            "",
            (
                Text(
                    name="firm",
                    label=_l("Firm"),
                    help=_l("Its reference, or its name as the public register shows it."),
                    example="FIRM-2026-0002",
                    most=200,
                ),
                Choice(
                    name="role",
                    label=_l("Its part in the model"),
                    choices=tuple((role, PARTY_ROLES[role]) for role in submit.NAMED_ROLES),
                ),
                Check(
                    name="sure",
                    label=_l("It is this firm, and it may see the model and its files"),
                    required=True,
                    help=_l("A party cannot be taken off here again."),
                ),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Understood:
    """One field as the files tell it: the value all agree on, or each file's own where they do not."""

    field: str
    label: str
    value: str
    files: tuple[str, ...]
    said: tuple[tuple[str, str], ...] = ()

    @property
    def is_contradiction(self) -> bool:
        """Tell whether the files disagree."""
        return bool(self.said)


def labels() -> dict[str, str]:
    """Return the words for the fields that files can fill."""
    return {
        "name": _("Name"),
        "version": _("Version"),
        "base_model": _("Base model"),
        "method": _("Method of tuning"),
        "datasets": _("Training data"),
        "licence": _("Licence"),
        "digests": _("Digests"),
    }


def as_text(value: Any, *, between: str = ", ") -> str:
    """Return a stated value as one text."""
    if value is None:
        return ""
    return between.join(str(one) for one in value) if isinstance(value, (list, tuple)) else str(value)


def understood(files: Sequence[Handed], merged: Merged) -> list[Understood]:
    """Return what the files say, field by field, with the files that say it."""
    words = labels()
    clashes = {one.field: one for one in merged.contradictions}
    found = []
    for name in (*FROM_FILES, *(name for name in clashes if name not in FROM_FILES)):
        if name in clashes:
            said = tuple((one.file, as_text(one.value)) for one in clashes[name].values)
            found.append(Understood(name, words.get(name, name), "", tuple(f for f, _value in said), said))
            continue
        sources = tuple(
            file.inspection.file for file in files if file.inspection and getattr(file.inspection, name, None)
        )
        found.append(Understood(name, words.get(name, name), as_text(getattr(merged, name)), sources))
    return found


def suggestions(merged: Merged, foundation: FoundationView | None) -> dict[str, str]:
    """Return the values with which the files fill the form; empty texts where they say nothing or disagree."""
    return {
        "name": merged.name or "",
        "version": merged.version or "",
        "method": merged.method or "",
        "licence": merged.licence or "",
        "datasets": as_text(merged.datasets, between="\n"),
        "stated_base": as_text(merged.base_model),
        "foundation": foundation.ref if foundation else "",
    }


def file_options(files: Iterable[Handed]) -> list[Option]:
    """Return the files as answers of the field ``kept``."""
    return [
        Option(
            file.stored.sha256,
            file.name,
            str(FORMATS.get(file.inspection.format, file.inspection.format)) if file.inspection else "",
        )
        for file in files
    ]


def foundation_choices(catalogue: Iterable[FoundationView]) -> list[tuple[str, str]]:
    """Return the catalogue as answers of a choice."""
    return [(one.ref, one.title) for one in catalogue]


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def model_values(cleaned: Mapping[str, Any], merged: Merged) -> dict[str, Any]:
    """Return the keyword arguments of ``register_model`` from a form that is right."""
    settled = cleaned.get("contradictions_settled", "")
    return {
        "name": cleaned["name"],
        "foundation": cleaned["foundation"] or None,
        "version": cleaned["version"],
        "method": cleaned["method"],
        "licence": cleaned["licence"],
        "datasets": lines_of(cleaned["datasets"]),
        "stated_base": cleaned["stated_base"],
        "description": cleaned["description"],
        "hosted": cleaned["hosted"],
        "host_provider": cleaned["host_provider"],
        "host_job": cleaned["host_job"],
        "host_snapshot": cleaned["host_snapshot"],
        "host_endpoint": cleaned["host_endpoint"],
        "contradictions": [one.as_json() for one in merged.contradictions],
        "contradictions_settled": settled,
    }
