"""What a model file says about itself, as frozen values with one fixed set of keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BaseModel = str | tuple[str, ...] | None
"""No base known, one base, or the several bases that a merge names."""


@dataclass(frozen=True)
class FileDigest:
    """A digest of ``file``, counted by us or stated by a file; ``alg`` and ``value`` are lower case."""

    file: str
    alg: str
    value: str

    def as_json(self) -> dict[str, str]:
        """Return the digest as a JSON object."""
        return {"file": self.file, "alg": self.alg, "value": self.value}


@dataclass(frozen=True)
class FileWarning:
    """Something a person should look at; ``field`` is an output key, or ``None`` for the file as a whole.

    ``code`` never changes once published; docs/model-files.md lists every one.
    """

    code: str
    field: str | None
    message: str

    def as_json(self) -> dict[str, str | None]:
        """Return the warning as a JSON object."""
        return {"code": self.code, "field": self.field, "message": self.message}


@dataclass(frozen=True)
class Inspection:
    """What one file says. Unknown scalars are ``None``, unknown lists empty; ``file`` is its bare name."""

    file: str
    format: str
    format_version: str | None = None
    name: str | None = None
    version: str | None = None
    base_model: BaseModel = None
    method: str | None = None
    datasets: tuple[str, ...] = ()
    licence: str | None = None
    digests: tuple[FileDigest, ...] = ()
    warnings: tuple[FileWarning, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return all ten keys, always in the same order."""
        return {
            "format": self.format,
            "format_version": self.format_version,
            "name": self.name,
            "version": self.version,
            "base_model": _several(self.base_model),
            "method": self.method,
            "datasets": list(self.datasets),
            "licence": self.licence,
            "digests": [digest.as_json() for digest in self.digests],
            "warnings": [warning.as_json() for warning in self.warnings],
        }


@dataclass(frozen=True)
class StatedValue:
    """The value one file states for a field on which files contradict."""

    file: str
    value: str | tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the stated value as a JSON object."""
        return {"file": self.file, "value": _several(self.value)}


@dataclass(frozen=True)
class Contradiction:
    """A field on which files do not agree, with what each file that speaks of it states."""

    field: str
    values: tuple[StatedValue, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the contradiction as a JSON object."""
        return {"field": self.field, "values": [value.as_json() for value in self.values]}


@dataclass(frozen=True)
class Merged:
    """What several files say together; a field on which they contradict is ``None``, lists included."""

    format: str | None = None
    format_version: str | None = None
    name: str | None = None
    version: str | None = None
    base_model: BaseModel = None
    method: str | None = None
    datasets: tuple[str, ...] | None = ()
    licence: str | None = None
    digests: tuple[FileDigest, ...] | None = ()
    warnings: tuple[FileWarning, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the ten keys of one inspection; the contradictions stand beside them, not inside."""
        return {
            "format": self.format,
            "format_version": self.format_version,
            "name": self.name,
            "version": self.version,
            "base_model": _several(self.base_model),
            "method": self.method,
            "datasets": None if self.datasets is None else list(self.datasets),
            "licence": self.licence,
            "digests": None if self.digests is None else [digest.as_json() for digest in self.digests],
            "warnings": [warning.as_json() for warning in self.warnings],
        }


def several_as_json(inspections: Sequence[Inspection], merged: Merged) -> dict[str, Any]:
    """Return the answer for several files: each one's object, all merged, and where they contradict."""
    return {
        "files": [inspection.as_json() for inspection in inspections],
        "merged": merged.as_json(),
        "contradictions": [contradiction.as_json() for contradiction in merged.contradictions],
    }


def _several(value: BaseModel) -> str | list[str] | None:
    return list(value) if isinstance(value, tuple) else value
