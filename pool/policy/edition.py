"""The door to editions: load one, and check one before it is used."""

from __future__ import annotations

from pool.policy.checks import check_edition
from pool.policy.loading import PRESENT, Edition, EditionMissing, load_edition, shipped_editions
from pool.policy.reader import EditionRefused

__all__ = [
    "PRESENT",
    "Edition",
    "EditionMissing",
    "EditionRefused",
    "check_edition",
    "load_edition",
    "shipped_editions",
]
