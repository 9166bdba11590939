"""Put together what several files say of one model, and show where they contradict each other.

A file that is silent on a field contradicts nobody. docs/model-files.md says when two stated values agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pool.kernel.words import gettext as _
from pool.registry.inspection.methods import closest
from pool.registry.inspection.text_values import basename, bases_of, is_local, once, public_name_in
from pool.registry.inspection.values import (
    BaseModel,
    Contradiction,
    FileDigest,
    FileWarning,
    Inspection,
    Merged,
    StatedValue,
)

Stated = list[StatedValue]


def merge(inspections: Sequence[Inspection]) -> Merged:
    """Merge what the files say; a field on which they contradict is ``None`` and a contradiction.

    ``format`` and ``format_version`` are ``None`` where the files differ, which is no contradiction.
    """
    found: list[Contradiction] = []
    formats = {(inspection.format, inspection.format_version) for inspection in inspections}
    merged = Merged(
        format=_only({form for form, _version in formats}),
        format_version=_only({version for _form, version in formats}) if len(formats) == 1 else None,
        name=_settle(found, "name", _texts(inspections, "name"), _same_name),
        version=_settle(found, "version", _texts(inspections, "version"), _same_text),
        base_model=_base_model(found, inspections),
        method=_settle(found, "method", _texts(inspections, "method"), closest),
        datasets=_datasets(found, inspections),
        licence=_settle(found, "licence", _texts(inspections, "licence"), _same_licence),
        digests=_digests(found, inspections),
    )
    warnings = (*_named_warnings(inspections), *_vague_bases(inspections), *_unmet_digests(inspections))
    return replace(merged, warnings=tuple(dict.fromkeys(warnings)), contradictions=tuple(found))


# --- scalars ------------------------------------------------------------------------------------------------


def _texts(inspections: Sequence[Inspection], field: str) -> list[tuple[str, str]]:
    stated = ((inspection.file, getattr(inspection, field)) for inspection in inspections)
    return [(file, value) for file, value in stated if value is not None]


def _settle(
    found: list[Contradiction],
    field: str,
    stated: list[tuple[str, str]],
    agreed: Callable[[Sequence[str]], str | None],
) -> str | None:
    if not stated:
        return None
    value = agreed([text for _file, text in stated])
    if value is None:
        found.append(Contradiction(field, tuple(StatedValue(file, text) for file, text in stated)))
    return value


def _only(values: set[str] | set[str | None]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _same_text(values: Sequence[str]) -> str | None:
    return _only(set(values))


def _same_name(values: Sequence[str]) -> str | None:
    """Let ``name`` agree with ``owner/name``, which says more."""
    longest = max(values, key=lambda value: (value.count("/"), value))
    return longest if set(values) <= {longest, basename(longest)} else None


def _same_licence(values: Sequence[str]) -> str | None:
    """Let ``apache-2.0`` agree with ``Apache-2.0``. Source: SPDX, licence identifiers know no case."""
    if len({value.casefold() for value in values}) > 1:
        return None
    return max(values, key=lambda value: (sum(map(str.isupper, value)), value))


# --- bases --------------------------------------------------------------------------------------------------


def _base_model(found: list[Contradiction], inspections: Sequence[Inspection]) -> BaseModel:
    stated = [(item.file, item.base_model) for item in inspections if item.base_model is not None]
    if len({frozenset(bases_of(base)) for _file, base in stated}) <= 1:
        return stated[0][1] if stated else None
    found.append(Contradiction("base_model", tuple(StatedValue(file, base) for file, base in stated)))
    return None


def _vague_bases(inspections: Sequence[Inspection]) -> Iterator[FileWarning]:
    """Suggest, never decide, that a path or a bare name means the public model with the same last part."""
    stated = once(base for item in inspections for base in bases_of(item.base_model))
    public = [base for base in stated if not _is_vague(base)]
    for item in inspections:
        for path in filter(_is_vague, bases_of(item.base_model)):
            for name in public:
                if name == public_name_in(path) or basename(name) == basename(path):
                    message = _("%(file)s: %(path)s may be %(name)s.", file=item.file, path=path, name=name)
                    yield FileWarning("base-model-may-be", "base_model", message)


def _is_vague(base: str) -> bool:
    return is_local(base) or "/" not in base


# --- lists --------------------------------------------------------------------------------------------------


def _datasets(found: list[Contradiction], inspections: Sequence[Inspection]) -> tuple[str, ...] | None:
    """Return the longest list if it holds every other one: a file may tell less, but not otherwise."""
    stated = [(item.file, item.datasets) for item in inspections if item.datasets]
    union = once(name for _file, names in stated for name in names)
    if not stated or any(set(names) == set(union) for _file, names in stated):
        return union
    found.append(Contradiction("datasets", tuple(StatedValue(file, names) for file, names in stated)))
    return None


def _digests(found: list[Contradiction], inspections: Sequence[Inspection]) -> tuple[FileDigest, ...] | None:
    """Return all digests, unless one is stated otherwise than it was counted or stated elsewhere."""
    stated: dict[tuple[str, str], dict[str, set[str]]] = {}
    for item in inspections:
        for digest in filter(lambda digest: digest.file, item.digests):
            sources = stated.setdefault((digest.file, digest.alg), {})
            sources.setdefault(item.file, set()).add(digest.value)
    clashes = [
        StatedValue(source, f"{file} {alg}:{value}")
        for (file, alg), sources in stated.items()
        if not set.intersection(*sources.values())
        for source, values in sources.items()
        for value in sorted(values)
    ]
    if clashes:
        found.append(Contradiction("digests", tuple(clashes)))
        return None
    return tuple(dict.fromkeys(digest for item in inspections for digest in item.digests))


def _unmet_digests(inspections: Sequence[Inspection]) -> Iterator[FileWarning]:
    """Warn where a bill of materials states digests and none is that of the weights given with it."""
    weights = [item for item in inspections if item.format == "safetensors"]
    counted = {digest.value for item in weights for digest in item.digests}
    for item in inspections:
        stated = {digest.value for digest in item.digests[1:] if digest.alg == "sha256"}
        if weights and stated and not stated & counted:
            message = _("%(file)s: none of the digests stated there is that of the weights given.", file=item.file)
            yield FileWarning("digest-not-met", "digests", message)


def _named_warnings(inspections: Sequence[Inspection]) -> Iterator[FileWarning]:
    for item in inspections:
        for warning in item.warnings:
            message = _("%(file)s: %(text)s", file=item.file, text=warning.message)
            yield replace(warning, message=message)
