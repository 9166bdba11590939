"""Read a CycloneDX ML-BOM: the component that is the model, what it came from, its card, licence and hashes.

Source: CycloneDX 1.5 to 1.7 (component type machine-learning-model, pedigree, modelCard); package URL type
huggingface.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pool.kernel.words import gettext as _
from pool.registry.inspection import limits
from pool.registry.inspection.cyclonedx_components import (
    Component,
    Components,
    ancestors,
    identity,
    packaged_version,
)
from pool.registry.inspection.cyclonedx_schema import check_against_schema
from pool.registry.inspection.document import Document
from pool.registry.inspection.methods import method_word
from pool.registry.inspection.text_values import Findings, basename, once, one_or_several
from pool.registry.inspection.values import BaseModel, FileDigest, Inspection

FORMAT = "cyclonedx"

_BASE_PROPERTIES = frozenset({"basemodel", "basemodelid", "finetunedfrom"})
_METHOD_PROPERTIES = frozenset(
    {"method", "finetuningmethod", "finetunemethod", "trainingmethod", "pefttype", "basemodelrelation"}
)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def is_cyclonedx(value: dict[str, Any]) -> bool:
    """Tell whether a JSON object means to be a CycloneDX bill of materials."""
    return "bomFormat" in value or "cyclonedx.org/schema/bom" in str(value.get("$schema"))


def read_cyclonedx(document: Document, bom: dict[str, Any]) -> Inspection:
    """Read the bill of materials once it keeps to its schema. Raises: Malformed."""
    version = check_against_schema(document.file, bom)
    found = Findings()
    components = Components(bom)
    model = components.model(found)
    own = document.own_digest()
    if model is None:
        message = _("The bill of materials holds no component of the type machine-learning-model.")
        found.warn("no-model-component", None, message)
        return Inspection(document.file, FORMAT, version, digests=(own,), warnings=found.all())
    reading = _Reading(found=found, bom=bom, components=components, model=model)
    return Inspection(
        file=document.file,
        format=FORMAT,
        format_version=version,
        name=reading.name(),
        version=reading.version(),
        base_model=reading.base_model(),
        method=reading.method(),
        datasets=reading.datasets(),
        licence=reading.licence(),
        digests=(own, *reading.digests()),
        warnings=found.all(),
    )


class _Reading:
    """One model in one bill of materials that keeps to its schema; each method reads one output field."""

    def __init__(self, *, found: Findings, bom: dict[str, Any], components: Components, model: Component) -> None:
        self._found = found
        self._components = components
        self._model = model
        self._ancestors = ancestors(model)
        self._card: dict[str, Any] = model.get("modelCard") or {}
        holders = (model, self._card, bom.get("metadata") or {}, bom)
        self._properties = [entry for holder in holders for entry in holder.get("properties", ())]

    def name(self) -> str | None:
        """Return the component's name, without its group."""
        name = self._found.scalar("name", self._model.get("name"))
        return self._stated("name", name, _("The model has no name."))

    def version(self) -> str | None:
        """Return the component's version, else that of its package URL."""
        version = self._found.scalar("version", self._model.get("version"))
        packaged = self._found.scalar("version", packaged_version(self._model))
        # A package URL of the Hub pins a commit, which is another kind of version than "2.1".
        if version and packaged and version != packaged and not _COMMIT.fullmatch(packaged):
            message = _("The version is %(one)s; the package URL says %(other)s.", one=version, other=packaged)
            self._found.warn("version-disagrees", "version", message)
        return self._stated("version", version or packaged, _("The model has no version."))

    def base_model(self) -> BaseModel:
        """Return the ancestors of the pedigree, else the models depended on, else what a property states."""
        sources = (
            map(identity, self._ancestors),
            map(identity, self._components.models_under(self._model)),
            self._property(_BASE_PROPERTIES),
        )
        stated = (once(self._found.scalar("base_model", name) for name in names) for names in sources)
        base = one_or_several(next(filter(None, stated), ())[: limits.LISTED_VALUES])
        if base is None:
            message = _("The bill of materials names no base model (pedigree, ancestors).")
            self._found.warn("base-model-not-stated", "base_model", message)
        self._found.look_at_base(base)
        return base

    def method(self) -> str | None:
        """Return the method that a property states; CycloneDX has no field of its own for it."""
        method = self._found.scalar("method", next(self._property(_METHOD_PROPERTIES), None))
        return method_word(method) if method else None

    def datasets(self) -> tuple[str, ...]:
        """Return the names of the data sets that the model card lists or refers to."""
        if not self._card:
            self._found.warn("model-card-missing", None, _("The model has no model card (modelCard)."))
        entries = (self._card.get("modelParameters") or {}).get("datasets", [])
        known = self._components.data_by_ref() if any("ref" in entry for entry in entries) else {}
        names = self._found.listed("datasets", [self._dataset_name(entry, known) for entry in entries])
        if not names:
            message = _("The bill of materials names no training data.")
            self._found.warn("datasets-not-stated", "datasets", message)
        return names

    def licence(self) -> str | None:
        """Return the one licence or licence expression."""
        stated = self._found.listed("licence", [_licence(entry) for entry in self._model.get("licenses", ())])
        if len(stated) > 1:
            names = ", ".join(stated)
            message = _("Several licences are named and not how they combine: %(names)s.", names=names)
            self._found.warn("licence-several", "licence", message)
            return None
        return self._stated("licence", stated[0] if stated else None, _("The model names no licence."))

    def digests(self) -> tuple[FileDigest, ...]:
        """Return the hashes of the model, of files and data, of where they are had, and of the bases."""
        parts = (part for part in self._components.all if part.get("type") in ("file", "data"))
        stated: dict[FileDigest, None] = {}
        for component in (self._model, *parts, *self._ancestors):
            stated.update(dict.fromkeys(self._hashes(str(component.get("name", "")), component)))
            for link in component.get("externalReferences", ()):
                stated.update(dict.fromkeys(self._hashes(basename(str(link.get("url", ""))), link)))
        if len(stated) > limits.LISTED_VALUES:
            message = _("Only the first %(n)s values were taken over.", n=limits.LISTED_VALUES)
            self._found.warn("too-many-values", "digests", message)
        return tuple(stated)[: limits.LISTED_VALUES]

    def _stated(self, field: str, value: str | None, otherwise: str) -> str | None:
        if value is None:
            self._found.warn(f"{field}-not-stated", field, otherwise)
        return value

    def _property(self, names: frozenset[str]) -> Iterator[str]:
        """Yield the values of the properties so named; ``vendor:base_model`` is the same as ``baseModel``."""
        for entry in self._properties:
            key = str(entry.get("name", "")).rsplit(":", 1)[-1].lower()
            if key.translate(_JOINTS) in names and entry.get("value"):
                yield entry["value"]

    def _dataset_name(self, entry: dict[str, Any], known: dict[str, str]) -> str | None:
        ref: str | None = entry.get("ref")
        if ref is None:
            name: str | None = entry.get("name") or (entry.get("contents") or {}).get("url")
            return name or entry.get("bom-ref")
        if ref not in known:
            message = _("The data set %(ref)s is referred to, but not described in the file.", ref=ref[:100])
            self._found.warn("dataset-not-described", "datasets", message)
        return known.get(ref, ref)

    def _hashes(self, of: str, holder: dict[str, Any]) -> Iterator[FileDigest]:
        hashes = holder.get("hashes", ())
        file = self._found.scalar("digests", of) if hashes else None
        for entry in hashes:
            algorithm = str(entry["alg"]).lower().replace("sha-", "sha")
            yield FileDigest(file or "", algorithm, str(entry["content"]).lower())


_JOINTS = str.maketrans("", "", "_- .")


def _licence(entry: dict[str, Any]) -> str | None:
    licence = entry.get("license") or {}
    stated: str | None = entry.get("expression") or licence.get("id") or licence.get("name")
    return stated
