"""Read a Hugging Face model card: the front matter of a README.md, never its prose.

Source: the Hub's model card metadata (base_model, base_model_relation, datasets, license, tags, model-index).
"""

from __future__ import annotations

import re
from typing import Any

from pool.kernel.words import gettext as _
from pool.registry.inspection import limits
from pool.registry.inspection.document import Document
from pool.registry.inspection.front_matter import CARD_KEYS, FrontMatter, find_front_matter
from pool.registry.inspection.methods import TAGGED, closest, method_word
from pool.registry.inspection.refusals import not_recognised, over_limit
from pool.registry.inspection.text_values import Findings, once, one_or_several
from pool.registry.inspection.values import BaseModel, Inspection

FORMAT = "hf-model-card"

_HEADING = re.compile(r"#[ \t]+(\S.{0,200})")
_BASE_TAG = re.compile(r"^base_model:(?:(adapter|finetune|quantized|merge):)?([^:\s]+)$")


def is_markdown_name(file: str) -> bool:
    """Tell whether a file's name is that of a Markdown page."""
    return file.lower().endswith((".md", ".markdown")) or file.lower() == "readme"


def read_model_card(document: Document) -> Inspection:
    """Read the card; without front matter it is understood, with warnings.

    Raises: NotRecognised if this is no card at all; Malformed, OverLimit.
    """
    if document.size > limits.CARD_BYTES:
        raise over_limit(document.file, _("The file is larger than %(n)s bytes.", n=limits.CARD_BYTES))
    text = document.text()
    if not is_markdown_name(document.file) and not _has_card_keys(text):
        raise not_recognised(document.file)
    matter = find_front_matter(document.file, text)
    if matter is None and not is_markdown_name(document.file):
        raise not_recognised(document.file)
    found = Findings()
    _look_at_place(found, matter)
    return _inspection(document, found, values=matter.values if matter else {}, text=matter.body if matter else text)


def _has_card_keys(text: str) -> bool:
    return any(line.partition(":")[0] in CARD_KEYS for line in text.split("\n") if ":" in line)


def _look_at_place(found: Findings, matter: FrontMatter | None) -> None:
    if matter is None:
        message = _("The card has no metadata (front matter between lines of three dashes); its prose is not read.")
        found.warn("metadata-missing", None, message)
    elif not matter.at_top:
        message = _("Metadata not at top: the front matter begins below the first line, where other tools miss it.")
        found.warn("metadata-not-at-top", None, message)


def _inspection(document: Document, found: Findings, *, values: dict[str, Any], text: str) -> Inspection:
    tags = found.listed("tags", values.get("tags"))
    relations, tagged_bases = _base_tags(tags)
    base = _base_model(found, values, tagged_bases)
    method = _method(found, values, tags, relations)
    datasets = _datasets(found, values)
    return Inspection(
        file=document.file,
        format=FORMAT,
        name=_name(found, values, text),
        version=found.scalar("version", values.get("version")),
        base_model=base,
        method=method,
        datasets=datasets,
        licence=_licence(found, values),
        digests=(document.own_digest(),),
        warnings=found.all(),
    )


def _base_tags(tags: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    matches = [match for match in map(_BASE_TAG.match, tags) if match]
    return once(match[1] for match in matches), once(match[2] for match in matches)


def _base_model(found: Findings, values: dict[str, Any], tagged: tuple[str, ...]) -> BaseModel:
    stated = found.listed("base_model", values.get("base_model"))
    if stated and set(tagged) - set(stated):
        message = _("The tags name another base model than base_model does: %(names)s.", names=", ".join(tagged))
        found.warn("base-model-disagrees", "base_model", message)
    base = one_or_several(once([*stated, *tagged]))
    if base is None:
        found.warn("base-model-not-stated", "base_model", _("The card names no base model."))
    found.look_at_base(base)
    return base


def _method(found: Findings, values: dict[str, Any], tags: tuple[str, ...], relations: tuple[str, ...]) -> str | None:
    relation = found.scalar("method", values.get("base_model_relation"))
    related = once([*([method_word(relation)] if relation else []), *map(method_word, relations)])
    tagged = once(method_word(tag) for tag in tags if tag.lower() in TAGGED)
    # Cards that the PEFT library writes say at least that the model is an adapter.
    of_peft = "adapter" if values.get("library_name") == "peft" else None
    said = once([*related, *tagged, of_peft])
    if not said:
        message = _("The card does not say how the model was fine-tuned (base_model_relation, or a tag such as lora).")
        found.warn("method-not-stated", "method", message)
        return None
    agreed = closest(said)
    if agreed is None:
        message = _("The card says several things about the method: %(methods)s.", methods=", ".join(said))
        found.warn("method-disagrees", "method", message)
    return agreed


def _datasets(found: Findings, values: dict[str, Any]) -> tuple[str, ...]:
    stated = values.get("datasets")
    items = stated if isinstance(stated, list) else [stated]
    named = [_dataset_name(item) for item in items if item is not None]
    datasets = found.listed("datasets", named)
    if not datasets:
        found.warn("datasets-not-stated", "datasets", _("The card names no training data."))
    return datasets


def _dataset_name(item: object) -> object:
    if isinstance(item, dict):
        return next((item[key] for key in ("name", "id", "path") if isinstance(item.get(key), str)), item)
    return item


def _licence(found: Findings, values: dict[str, Any]) -> str | None:
    stated = found.listed("licence", values.get("license"))
    if len(stated) > 1:
        message = _("The card names several licences and not how they combine: %(names)s.", names=", ".join(stated))
        found.warn("licence-several", "licence", message)
        return None
    # "other" only points to the name that stands beside it.
    own = found.scalar("licence", values.get("license_name")) if stated in ((), ("other",)) else None
    licence = own or (stated[0] if stated else None)
    if licence is None:
        found.warn("licence-not-stated", "licence", _("The card names no licence."))
    return licence


def _name(found: Findings, values: dict[str, Any], text: str) -> str | None:
    name = found.scalar("name", values.get("model_name")) or found.scalar("name", _indexed_name(values))
    if name is None:
        found.warn("name-not-stated", "name", _unnamed(text))
    return name


def _indexed_name(values: dict[str, Any]) -> object:
    index = values.get("model-index")
    names = [item.get("name") for item in index if isinstance(item, dict)] if isinstance(index, list) else []
    return names[0] if len(names) == 1 else None


def _unnamed(text: str) -> str:
    heading = _first_heading(text)
    if not heading:
        return _("The metadata of the card give the model no name (model_name).")
    return _("The metadata give the model no name (model_name); the first heading is: %(text)s", text=heading)


def _first_heading(body: str) -> str | None:
    for line in body.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            return None
        heading = _HEADING.match(line)
        if heading:
            return heading[1].strip().rstrip("#").rstrip()
    return None
