"""Write small safetensors files of our own, good ones and, byte by byte, bad ones."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from math import prod
from typing import Any

BYTES = {"F32": 4, "F16": 2, "BF16": 2, "I64": 8, "U8": 1}

Shapes = Mapping[str, tuple[str, tuple[int, ...]]]


def header_of(tensors: Shapes, metadata: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the header that describes ``tensors`` (name to number type and shape), one after the other."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    at = 0
    for name, (dtype, shape) in tensors.items():
        end = at + prod(shape) * BYTES[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    return header


def safetensors_bytes(tensors: Shapes, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return a whole file; the weights are noise made from the names, always the same."""
    buffer = b"".join(_noise(name, prod(shape) * BYTES[dtype]) for name, (dtype, shape) in tensors.items())
    return framed(json.dumps(header_of(tensors, metadata)), buffer)


def framed(header: str, buffer: bytes = b"", *, claimed: int | None = None) -> bytes:
    """Return a file with this very header, padded to eight bytes; ``claimed`` lies about its length."""
    raw = header.encode()
    raw += b" " * (-len(raw) % 8)
    return struct.pack("<Q", len(raw) if claimed is None else claimed) + raw + buffer


def lora_shapes(layers: int = 2, *, modules: tuple[str, ...] = ("q_proj", "v_proj"), rank: int = 2) -> Shapes:
    """Return the tensors of a LoRA adapter over tiny layers of width 4."""
    prefix = "base_model.model.model.layers"
    return {
        f"{prefix}.{layer}.self_attn.{module}.lora_{side}.weight": ("F32", shape)
        for layer in range(layers)
        for module in modules
        for side, shape in (("A", (rank, 4)), ("B", (4, rank)))
    }


def full_shapes(layers: int = 1) -> Shapes:
    """Return the tensors of a whole, very small model."""
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {"model.embed_tokens.weight": ("BF16", (16, 4))}
    for layer in range(layers):
        shapes[f"model.layers.{layer}.self_attn.q_proj.weight"] = ("BF16", (4, 4))
        shapes[f"model.layers.{layer}.mlp.up_proj.weight"] = ("BF16", (8, 4))
    return {**shapes, "lm_head.weight": ("BF16", (16, 4))}


def _noise(name: str, size: int) -> bytes:
    block = hashlib.sha256(name.encode()).digest()
    return (block * (size // len(block) + 1))[:size]
