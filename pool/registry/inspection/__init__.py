"""Model files read as data: what a bill of materials, a card, an adapter or weights say about a model.

Pure: no database, no network, no clock. ``inspect_bytes`` and ``inspect_path`` read one file, ``merge`` puts
several together. docs/model-files.md describes fields, limits and warning codes.
"""

from __future__ import annotations

from pool.registry.inspection.inspecting import inspect_bytes, inspect_path, inspect_paths
from pool.registry.inspection.merging import merge
from pool.registry.inspection.refusals import (
    KnownNotRead,
    Malformed,
    NotReadable,
    NotRecognised,
    OverLimit,
    PickleRefused,
)
from pool.registry.inspection.values import (
    BaseModel,
    Contradiction,
    FileDigest,
    FileWarning,
    Inspection,
    Merged,
    StatedValue,
    several_as_json,
)

__all__ = [
    "BaseModel",
    "Contradiction",
    "FileDigest",
    "FileWarning",
    "Inspection",
    "KnownNotRead",
    "Malformed",
    "Merged",
    "NotReadable",
    "NotRecognised",
    "OverLimit",
    "PickleRefused",
    "StatedValue",
    "inspect_bytes",
    "inspect_path",
    "inspect_paths",
    "merge",
    "several_as_json",
]
