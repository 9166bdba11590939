"""Files that must be refused, each for one reason, with what the refusal is about."""

from __future__ import annotations

import io
import json
import zipfile

from tests.samples.weights import framed

GOOD = {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}

EXPECTED: dict[str, tuple[str, str]] = {
    "bom-serial.cdx.json": ("Malformed", "/serialNumber"),
    "bom-1.4.cdx.json": ("Malformed", "1.5, 1.6, 1.7"),
    "bom-no-version.cdx.json": ("Malformed", "specVersion"),
    "bom.xml": ("NotRecognised", "XML"),
    "card-doubled-key.md": ("Malformed", "twice"),
    "card-aliases.md": ("Malformed", "aliases"),
    "card-tag.md": ("Malformed", "tag"),
    "card-unclosed.md": ("Malformed", "never closed"),
    "card-list.md": ("Malformed", "keys with values"),
    "adapter-nan.json": ("Malformed", "NaN"),
    "adapter-infinite.json": ("Malformed", "too large"),
    "adapter-doubled-key.json": ("Malformed", "twice"),
    "adapter-wrong-type.json": ("Malformed", "peft_type"),
    "adapter-deep.json": ("OverLimit", "deeper"),
    "adapter-cut-off.json": ("Malformed", "line"),
    "list.json": ("Malformed", "not an object"),
    "config.json": ("NotRecognised", "JSON"),
    "empty.json": ("NotReadable", "empty"),
    "blank.md": ("NotReadable", "empty"),
    "overlap.safetensors": ("Malformed", "overlaps"),
    "hole.safetensors": ("Malformed", "hole"),
    "rest.safetensors": ("Malformed", "no tensor"),
    "outside.safetensors": ("Malformed", "outside"),
    "shape.safetensors": ("Malformed", "shape"),
    "dtype.safetensors": ("Malformed", "number type"),
    "doubled-key.safetensors": ("Malformed", "twice"),
    "metadata.safetensors": ("Malformed", "metadata"),
    "no-object.safetensors": ("Malformed", "JSON object"),
    "huge-header.safetensors": ("OverLimit", "header"),
    "cut-off.safetensors": ("Malformed", "cut off"),
    "short.safetensors": ("Malformed", "too short"),
    "pickle.safetensors": ("PickleRefused", "pickle"),
    "pytorch_model.bin": ("PickleRefused", "pickle"),
    "weights.pt": ("PickleRefused", "pickle"),
    "oldest.pkl": ("PickleRefused", "pickle"),
    "weights.zip": ("PickleRefused", "archive"),
    "spdx3.json": ("KnownNotRead", "known, not read yet"),
    "spdx2.spdx": ("KnownNotRead", "known, not read yet"),
    "croissant.json": ("KnownNotRead", "known, not read yet"),
    "model.sig": ("KnownNotRead", "known, not read yet"),
    "notes.txt": ("NotRecognised", "no model file"),
    "picture.png": ("NotRecognised", "neither text"),
}
"""Which refusal each file meets, and a word that its reason holds."""


def broken_files() -> dict[str, bytes]:
    """Return the broken files by name."""
    return {**_boms(), **_cards(), **_json_files(), **_weights(), **_pickles(), **_others()}


def _boms() -> dict[str, bytes]:
    start = {"bomFormat": "CycloneDX", "version": 1}
    return {
        "bom-serial.cdx.json": _json({**start, "specVersion": "1.6", "serialNumber": "urn:uuid:12345"}),
        "bom-1.4.cdx.json": _json({**start, "specVersion": "1.4"}),
        "bom-no-version.cdx.json": _json(start),
        "bom.xml": b'<?xml version="1.0"?>\n<bom xmlns="http://cyclonedx.org/schema/bom/1.6"/>\n',
    }


def _cards() -> dict[str, bytes]:
    return {
        "card-doubled-key.md": b"---\nlicense: mit\nlicense: apache-2.0\n---\n\n# Doubled\n",
        "card-aliases.md": b"---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n\n# Aliases\n",
        "card-tag.md": b"---\nbase_model: !!python/name:os.system\n---\n\n# Tag\n",
        "card-unclosed.md": b"---\nlicense: mit\nbase_model: a/b\n\n# Unclosed\n",
        "card-list.md": b"---\n- mit\n- a/b\n---\n\n# List\n",
        "blank.md": b" \n\n",
    }


def _json_files() -> dict[str, bytes]:
    return {
        "adapter-nan.json": b'{"peft_type": "LORA", "lora_dropout": NaN}\n',
        "adapter-infinite.json": b'{"peft_type": "LORA", "lora_dropout": 1e999}\n',
        "adapter-doubled-key.json": b'{"peft_type": "LORA", "r": 8, "r": 16}\n',
        "adapter-wrong-type.json": b'{"peft_type": ["LORA"], "r": 8}\n',
        "adapter-deep.json": b'{"peft_type": "LORA", "x": ' + b"[" * 200 + b"]" * 200 + b"}\n",
        "adapter-cut-off.json": b'{"peft_type": "LORA",\n',
        "list.json": b'["peft_type"]\n',
        "config.json": b'{"architectures": ["AuroraForCausalLM"], "hidden_size": 4}\n',
        "empty.json": b"",
    }


def _weights() -> dict[str, bytes]:
    second = {**GOOD, "data_offsets": [2, 6]}
    return {
        "overlap.safetensors": _tensors({"a": GOOD, "b": second}, 6),
        "hole.safetensors": _tensors({"a": GOOD, "b": {**GOOD, "data_offsets": [6, 10]}}, 10),
        "rest.safetensors": _tensors({"a": GOOD}, 9),
        "outside.safetensors": _tensors({"a": GOOD}, 3),
        "shape.safetensors": _tensors({"a": {**GOOD, "shape": [5]}}, 4),
        "dtype.safetensors": _tensors({"a": {**GOOD, "dtype": "U7"}}, 4),
        "doubled-key.safetensors": framed(f'{{"a": {json.dumps(GOOD)}, "a": {json.dumps(GOOD)}}}', b"\0" * 4),
        "metadata.safetensors": _tensors({"__metadata__": {"format": 1}, "a": GOOD}, 4),
        "no-object.safetensors": framed("[]"),
        "huge-header.safetensors": framed("{}", claimed=2**62),
        "cut-off.safetensors": framed("{}", claimed=4096),
        "short.safetensors": b"\x02\x00",
    }


def _pickles() -> dict[str, bytes]:
    # An instruction to call print: harmless even to the reader who would run it, and we never do.
    call = b"\x80\x02cbuiltins\nprint\nX\x04\x00\x00\x00helo\x85R."
    return {
        "pickle.safetensors": call,
        "weights.pt": call,
        "oldest.pkl": b"cbuiltins\nprint\n(S'helo'\ntR.",
        "pytorch_model.bin": _zip("archive/data.pkl", call),
        "weights.zip": _zip("README.md", b"# Packed\n"),
    }


def _others() -> dict[str, bytes]:
    return {
        "spdx3.json": _json({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}),
        "spdx2.spdx": b"SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n",
        "croissant.json": _json(
            {"@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0", "name": "fields"}
        ),
        "model.sig": _json({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {}}),
        "notes.txt": b"Remember to pin the base model.\n",
        "picture.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 16,
    }


def _tensors(header: dict[str, object], size: int) -> bytes:
    return framed(json.dumps(header), b"\x01" * size)


def _zip(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return packed.getvalue()


def _json(value: dict[str, object]) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
