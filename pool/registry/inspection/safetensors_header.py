"""Read the header of a safetensors file: a length, a JSON object, and never a single weight.

Source: the safetensors format description (8 bytes little-endian length, JSON header, one buffer that the
tensors cover without holes, overlaps or rest).
"""

from __future__ import annotations

import math
import struct
from typing import Any

from pool.kernel.words import gettext as _
from pool.registry.inspection import limits
from pool.registry.inspection.document import Document
from pool.registry.inspection.refusals import Malformed, malformed, over_limit
from pool.registry.inspection.strict_json import parse_object
from pool.registry.inspection.text_values import Findings, once, one_or_several
from pool.registry.inspection.values import Inspection

LENGTH_BYTES = 8
FORMAT = "safetensors"

_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "U32": 32, "I32": 32, "U64": 64, "I64": 64,
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E5M2FNUZ": 8,
    "F8_E4M3FNUZ": 8, "F16": 16, "BF16": 16, "F32": 32, "F64": 64, "C64": 64,
}  # fmt: skip

# The most telling mark first: an adapter with magnitudes is DoRA although it has LoRA matrices too.
_MARKS = (
    ("lora_magnitude_vector", "dora"),
    ("dora_scale", "dora"),
    ("lora_A", "lora"),
    ("lora_B", "lora"),
    ("lora_embedding_A", "lora"),
    ("lora_embedding_B", "lora"),
    ("lora_up", "lora"),
    ("lora_down", "lora"),
    ("vera_lambda", "vera"),
    ("ia3_l", "ia3"),
    ("hada_w1", "loha"),
    ("lokr_w1", "lokr"),
    ("boft_R", "boft"),
    ("oft_R", "oft"),
    ("hra_u", "hra"),
)


def claimed_header_bytes(head: bytes) -> int:
    """Return the header length that the first eight bytes claim, or -1 if there are fewer."""
    return int(struct.unpack("<Q", head[:LENGTH_BYTES])[0]) if len(head) >= LENGTH_BYTES else -1


def is_safetensors(head: bytes, size: int) -> bool:
    """Tell whether the first bytes are those of a safetensors file of ``size`` bytes."""
    return head[LENGTH_BYTES : LENGTH_BYTES + 1] == b"{" and 2 <= claimed_header_bytes(head) <= size - LENGTH_BYTES


def header_end(file: str, head: bytes, size: int) -> int:
    """Return how many bytes length and header take together. Raises: Malformed, OverLimit."""
    length = claimed_header_bytes(head)
    if length < 0:
        raise malformed(file, _("The file is too short for a safetensors file."))
    if length > limits.SAFETENSORS_HEADER_BYTES:
        reason = _("The file claims a header of %(n)s bytes; at most %(most)s are read.", n=length, most=_most())
        raise over_limit(file, reason)
    if length > size - LENGTH_BYTES:
        raise malformed(file, _("The file is cut off: the header should be %(n)s bytes long.", n=length))
    return LENGTH_BYTES + length


def read_safetensors(document: Document) -> Inspection:
    """Read and check the header; ``document.data`` need not reach further than the header does.

    Raises: Malformed, OverLimit.
    """
    end = header_end(document.file, document.data, document.size)
    header = _header(document, end)
    metadata = header.pop("__metadata__", None)
    _check_metadata(document.file, metadata)
    _check_tensors(document.file, header, document.size - end)
    return _inspection(document, metadata or {}, header)


def _header(document: Document, end: int) -> dict[str, Any]:
    raw = document.data[LENGTH_BYTES:end]
    if not raw.startswith(b"{"):
        raise malformed(document.file, _("The file has a header that is not a JSON object."))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise malformed(document.file, _("The file has a header that is not UTF-8 text.")) from None
    return parse_object(document.file, text, depth=4)


def _check_metadata(file: str, metadata: object) -> None:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise malformed(file, _("The file has metadata that is not a list of texts."))


def _check_tensors(file: str, tensors: dict[str, Any], buffer_bytes: int) -> None:
    spans = sorted((*_span(file, name, tensor), name) for name, tensor in tensors.items())
    reached = 0
    for begin, end, name in spans:
        if end > buffer_bytes:
            raise _tensor_fault(file, name, _("lies outside the file"))
        if begin < reached:
            raise _tensor_fault(file, name, _("overlaps another one"))
        if begin > reached:
            raise _tensor_fault(file, name, _("leaves a hole before it"))
        reached = end
    if reached != buffer_bytes:
        raise malformed(file, _("The file has %(n)s bytes that belong to no tensor.", n=buffer_bytes - reached))


def _span(file: str, name: str, tensor: object) -> tuple[int, int]:
    if not isinstance(tensor, dict) or tensor.keys() != {"dtype", "shape", "data_offsets"}:
        raise _tensor_fault(file, name, _("is not described by type, shape and offsets"))
    shape, offsets, dtype = tensor["shape"], tensor["data_offsets"], tensor["dtype"]
    if not _are_counts(shape) or len(shape) > 32:
        raise _tensor_fault(file, name, _("has a shape that is not a list of sizes"))
    if not _are_counts(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise _tensor_fault(file, name, _("has offsets that are not a begin and an end"))
    if not isinstance(dtype, str) or dtype not in _BITS:
        raise _tensor_fault(file, name, _("has a number type that the format does not know"))
    if math.prod(shape) * _BITS[dtype] != (offsets[1] - offsets[0]) * 8:
        raise _tensor_fault(file, name, _("has a shape that does not fit its bytes"))
    return offsets[0], offsets[1]


def _are_counts(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 2**63 for item in value)


def _tensor_fault(file: str, name: str, what: str) -> Malformed:
    return malformed(file, _("The tensor %(name)s %(what)s.", name=ascii(name[:100]), what=what))


def _inspection(document: Document, metadata: dict[str, str], tensors: dict[str, Any]) -> Inspection:
    found = Findings()
    if not tensors:
        found.warn("no-tensors", None, _("The file holds no tensors."))
    base = one_or_several(once([found.scalar("base_model", _first(metadata, _BASE_KEYS))]))
    found.look_at_base(base)
    return Inspection(
        file=document.file,
        format=FORMAT,
        name=found.scalar("name", _first(metadata, ("modelspec.title", "name"))),
        version=found.scalar("version", metadata.get("version")),
        base_model=base,
        method=_method(tensors),
        licence=found.scalar("licence", _first(metadata, ("modelspec.license", "license"))),
        digests=(document.own_digest(),),
        warnings=found.all(),
    )


_BASE_KEYS = ("base_model", "base_model_name_or_path")


def _first(metadata: dict[str, str], keys: tuple[str, ...]) -> str | None:
    return next((metadata[key] for key in keys if key in metadata), None)


def _method(tensors: dict[str, Any]) -> str | None:
    """Return the method that the tensors' names show; full weights show none, a base has the same names."""
    return next((method for mark, method in _MARKS if any(mark in name for name in tensors)), None)


def _most() -> int:
    return limits.SAFETENSORS_HEADER_BYTES
