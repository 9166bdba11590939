"""Whatever bytes come in, the answer is an inspection or a refusal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pool.kernel.refusals import Invalid
from pool.registry.inspection import Inspection, inspect_bytes, merge
from tests.samples.build import all_files
from tests.samples.weights import framed

FILES = sorted(all_files().items())


def outcome(name: str, data: bytes) -> Inspection | Invalid:
    """Inspect, let nothing but Invalid pass, and hold that the answer can be printed."""
    try:
        result: Inspection | Invalid = inspect_bytes(name, data)
    except Invalid as refusal:
        result = refusal
    json.dumps(result.as_json(), ensure_ascii=False, allow_nan=False).encode("utf-8")
    return result


@st.composite
def changed_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """Draw a sample with some bytes replaced, removed, doubled or put in."""
    name, data = draw(st.sampled_from(FILES))
    raw = bytearray(data)
    for _change in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        length = draw(st.integers(0, 12))
        piece = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from([b"{", b"}", b"[", b'"', b"\\", b"---\n", b"null", b"-1", b"1e9", b"&a *a", b": "]),
                st.just(bytes(raw[at : at + length * 4])),
            )
        )
        raw[at : at + length] = piece
    return name.rsplit("/", 1)[-1], bytes(raw)


@given(changed_files())
def test_changed_file_is_read_or_refused(file: tuple[str, bytes]) -> None:
    outcome(*file)


@given(st.sampled_from(["README.md", "bom.json", "w.safetensors", "w.bin", ""]), st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    outcome(name, data)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "peft_type", "base_model_name_or_path", "revision", "r", "target_modules", "task_type", "metadata",
        "components", "dependencies", "bomFormat", "specVersion", "$schema", "@context", "mediaType", "conformsTo",
        "__metadata__", "t",
    ]
)  # fmt: skip
CARD_KEYS = st.sampled_from(
    ["base_model", "base_model_relation", "datasets", "license", "license_name", "tags", "model-index", "version"]
)


@given(st.dictionaries(KEYS, JSON_VALUES, max_size=6), st.sampled_from([None, "1.5", "1.6", "1.7"]))
def test_any_json_object_is_read_or_refused(value: dict[str, Any], spec: str | None) -> None:
    if spec:
        value = {**value, "bomFormat": "CycloneDX", "specVersion": spec}
    text = json.dumps(value)
    outcome("bom.json", text.encode())
    outcome("w.safetensors", framed(text, b"\0" * 8))


@given(st.dictionaries(CARD_KEYS, JSON_VALUES, max_size=6))
def test_any_front_matter_is_read_or_refused(values: dict[str, Any]) -> None:
    # JSON is YAML, so any value can be written in one line.
    matter = "\n".join(f"{key}: {json.dumps(value)}" for key, value in values.items())
    outcome("README.md", f"---\n{matter}\n---\n# T\n".encode())


@given(st.lists(changed_files(), max_size=4))
def test_whatever_was_read_can_be_merged(files: list[tuple[str, bytes]]) -> None:
    read = [result for result in (outcome(*file) for file in files) if isinstance(result, Inspection)]
    merged = merge(read)
    for contradiction in merged.contradictions:
        assert getattr(merged, contradiction.field) is None
        assert len({value.value for value in contradiction.values}) > 1
    json.dumps(merged.as_json(), ensure_ascii=False).encode("utf-8")


BOMBS = {
    "deep-json.json": b'{"peft_type":' * 200_000,
    "deep-list.json": b"[" * 1_000_000,
    "long-number.json": b'{"peft_type": ' + b"9" * 1_000_000 + b"}",
    "many-keys.json": json.dumps({"peft_type": "LORA", **{f"k{at}": at for at in range(60_000)}}).encode()[:900_000],
    "deep-front-matter.md": b"---\na: " + b"[" * 500_000 + b"\n---\n",
    "nested-lines.md": b"---\n" + b"".join(b" " * at + b"k:\n" for at in range(1200)) + b"---\n",
    "question-marks.md": b"---\n" + b"? " * 300_000 + b"\n---\n",
    "dashes.md": b"---\n" * 500_000,
    "rules.md": b"# T\n" + b"\n---\n" * 500_000,
    "quotes.md": b"---\na: " + b"'" * 900_000 + b"\n---\n",
    "spaces.md": b"# a" + b" " * 3_000_000 + b"b\n",
    "long-line.md": b"---\na: " + b"a b " * 200_000 + b"\n---\n",
    "fences.md": b"```\n~~~\n" * 300_000,
    "many-components.json": json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "components": [
                {"type": "machine-learning-model", "bom-ref": f"r{at}", "name": f"n{at}"} for at in range(40_000)
            ],
            "dependencies": [{"ref": f"r{at}", "dependsOn": [f"r{at + 1}"]} for at in range(40_000)],
        }
    ).encode(),
    "same-components.json": json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.7",
            "components": [{"type": "library", "name": "n"}] * 100_000,
        }
    ).encode(),
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_bomb_is_answered_soon(name: str) -> None:
    outcome(name, BOMBS[name])
