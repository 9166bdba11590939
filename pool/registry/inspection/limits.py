"""How much of a foreign file is read. Source: the pool's threat model, uploads of bombs and pickles."""

from __future__ import annotations

JSON_BYTES = 10 * 1024 * 1024
"""A bill of materials with pictures inside stays well under this."""

ADAPTER_CONFIG_BYTES = 1024 * 1024
CARD_BYTES = 4 * 1024 * 1024
FRONT_MATTER_BYTES = 1024 * 1024
SAFETENSORS_HEADER_BYTES = 1024 * 1024

JSON_DEPTH = 64
FRONT_MATTER_DEPTH = 16
FRONT_MATTER_NODES = 50_000

TEXT_CHARACTERS = 500
"""Longest value that is taken over as a name, a version, a base model or a licence."""

LISTED_VALUES = 1000
"""Most datasets, bases or digests that are taken over from one file."""
