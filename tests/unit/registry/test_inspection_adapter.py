"""What adapter_config.json and the header of a safetensors file say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pool.kernel.digest import sha256_hex
from pool.registry.inspection import (
    Inspection,
    Malformed,
    NotReadable,
    OverLimit,
    PickleRefused,
    inspect_bytes,
    inspect_path,
    limits,
)
from tests.samples.weights import framed, full_shapes, header_of, lora_shapes, safetensors_bytes


def adapter(**config: Any) -> Inspection:
    """Inspect a LoRA configuration changed by ``config``."""
    value = {"peft_type": "LORA", "base_model_name_or_path": "a/b", "revision": "0" * 40, "r": 8, **config}
    return inspect_bytes("adapter_config.json", json.dumps(value).encode())


def codes(inspection: Inspection) -> list[str]:
    """Return the warning codes."""
    return [warning.code for warning in inspection.warnings]


def test_pinned_adapter_has_no_warning() -> None:
    inspection = adapter(peft_version="0.17.1")
    assert (inspection.format, inspection.format_version, inspection.method) == ("peft-adapter", "0.17.1", "lora")
    assert (inspection.base_model, inspection.warnings) == ("a/b", ())


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"revision": None}, "base-model-not-pinned"),
        ({"revision": ""}, "base-model-not-pinned"),
        ({"revision": "main"}, "base-model-revision-moves"),
        ({"base_model_name_or_path": None}, "base-model-not-stated"),
        ({"base_model_name_or_path": "./b"}, "base-model-local-path"),
        ({"base_model_name_or_path": "a/b-bnb-4bit"}, "base-model-quantised"),
        ({"peft_type": "NEWEST"}, "unknown-method"),
        ({"peft_type": None}, "method-not-stated"),
        ({"task_type": "SEQ_2_SEQ_LM", "base_model_name_or_path": "a/llama-3"}, "task-type-doubtful"),
        ({"task_type": "SEQ_2_SEQ_LM", "target_modules": ["gate_proj"]}, "task-type-doubtful"),
    ],
)
def test_incomplete_adapter_is_understood_with_a_warning(config: dict[str, Any], code: str) -> None:
    assert codes(adapter(**config)) == [code]


def test_sequence_to_sequence_base_is_not_doubted() -> None:
    inspection = adapter(task_type="SEQ_2_SEQ_LM", base_model_name_or_path="a/t5", target_modules=["q", "v"])
    assert inspection.warnings == ()


def test_method_is_the_type_in_lower_case() -> None:
    assert adapter(peft_type="PREFIX_TUNING").method == "prefix_tuning"
    assert adapter(peft_type="IA3", r=None).method == "ia3"


@pytest.mark.parametrize(
    "config",
    [
        {"peft_type": 3},
        {"base_model_name_or_path": ["a/b"]},
        {"revision": 7},
        {"r": "8"},
        {"r": -1},
        {"r": True},
        {"target_modules": {"q": 1}},
        {"peft_version": 0.17},
    ],
)
def test_wrong_types_are_refused(config: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        adapter(**config)


def test_adapter_without_type_is_told_by_its_other_keys() -> None:
    data = json.dumps({"base_model_name_or_path": "a/b", "lora_alpha": 16}).encode()
    inspection = inspect_bytes("x.json", data)
    assert (inspection.format, inspection.base_model, inspection.method) == ("peft-adapter", "a/b", None)


def test_adapter_over_the_limit_is_refused() -> None:
    with pytest.raises(OverLimit):
        adapter(padding="x" * limits.ADAPTER_CONFIG_BYTES)


# --- safetensors --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "method"),
    [
        (["a.lora_A.weight", "a.lora_B.weight"], "lora"),
        (["unet.lora_down.weight", "unet.lora_up.weight"], "lora"),
        (["a.lora_A.weight", "a.lora_magnitude_vector"], "dora"),
        (["a.ia3_l"], "ia3"),
        (["a.hada_w1_a"], "loha"),
        (["a.lokr_w1"], "lokr"),
        (["a.boft_R"], "boft"),
        (["a.oft_R"], "oft"),
        (["a.vera_lambda_b"], "vera"),
        (["lm_head.weight"], None),
    ],
)
def test_method_is_seen_in_the_tensors_names(names: list[str], method: str | None) -> None:
    inspection = inspect_bytes("w.safetensors", safetensors_bytes(dict.fromkeys(names, ("F32", (2,)))))
    assert (inspection.format, inspection.method, inspection.base_model) == ("safetensors", method, None)


def test_metadata_that_say_it_plainly_are_taken_over() -> None:
    metadata = {"modelspec.title": "Tutor", "license": "mit", "version": "2", "base_model": "./b", "format": "pt"}
    inspection = inspect_bytes("w.bin", safetensors_bytes(full_shapes(), metadata))
    assert (inspection.name, inspection.licence, inspection.version) == ("Tutor", "mit", "2")
    assert (inspection.base_model, codes(inspection)) == ("./b", ["base-model-local-path"])


def test_file_without_tensors_is_warned_about() -> None:
    assert codes(inspect_bytes("w.safetensors", framed("{}"))) == ["no-tensors"]


def test_empty_tensors_and_narrow_types_fit() -> None:
    header = {
        "none": {"dtype": "F32", "shape": [0, 4], "data_offsets": [0, 0]},
        "scalar": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]},
        "nibbles": {"dtype": "F4", "shape": [4], "data_offsets": [8, 10]},
    }
    assert inspect_bytes("w.safetensors", framed(json.dumps(header), b"\0" * 10)).format == "safetensors"


@pytest.mark.parametrize(
    "tensor",
    [
        {"dtype": "U8", "shape": [2], "data_offsets": [0, 2], "more": 1},
        {"dtype": "U8", "shape": [2]},
        {"dtype": "U8", "shape": [-2], "data_offsets": [0, 2]},
        {"dtype": "U8", "shape": [2.0], "data_offsets": [0, 2]},
        {"dtype": "U8", "shape": [True, 2], "data_offsets": [0, 2]},
        {"dtype": "U8", "shape": [2], "data_offsets": [2, 0]},
        {"dtype": "U8", "shape": [2], "data_offsets": [0, 1, 2]},
        {"dtype": "F4", "shape": [1], "data_offsets": [0, 0]},
        {"dtype": "U8", "shape": [2**62, 2**62], "data_offsets": [0, 2]},
        {"dtype": ["U8"], "shape": [2], "data_offsets": [0, 2]},
        [0, 2],
        None,
    ],
)
def test_tensor_that_lies_is_refused(tensor: Any) -> None:
    with pytest.raises(Malformed, match="tensor"):
        inspect_bytes("w.safetensors", framed(json.dumps({"t": tensor}), b"\0\0"))


def test_header_limit_is_one_mebibyte_of_json() -> None:
    shapes = {f"layer.{at}.weight": ("U8", (1,)) for at in range(12_000)}
    header = json.dumps(header_of(shapes))
    fitting = header.ljust(limits.SAFETENSORS_HEADER_BYTES)
    assert inspect_bytes("w.safetensors", framed(fitting, b"\0" * 12_000)).format == "safetensors"
    with pytest.raises(OverLimit):
        inspect_bytes("w.safetensors", framed(fitting + " " * 8, b"\0" * 12_000))


def test_weights_are_streamed_and_only_their_header_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    size = 48 * 1024 * 1024
    header = json.dumps({"t": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}})
    path.write_bytes(framed(header))
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size + size)
    inspection = inspect_path(path)
    assert inspection.digests[0].value == sha256_hex(path.read_bytes())


@pytest.mark.parametrize("low", [0x80, 0x81])
def test_header_length_that_looks_like_a_pickle_is_still_a_header(low: int) -> None:
    length = 0x0200 + low
    data = length.to_bytes(8, "little") + b"{}".ljust(length)
    assert inspect_bytes("w.safetensors", data).format == "safetensors"


@pytest.mark.parametrize("name", ["model.safetensors", "README.md", "adapter_config.json", "bom.cdx.json", "w.bin"])
def test_pickle_is_refused_under_any_name(name: str) -> None:
    for data in (b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00]\x94.", b"\x80\x02}q\x00.", b"(dp0\nS'a'\np1\nI1\ns."):
        with pytest.raises(PickleRefused):
            inspect_bytes(name, data)


@pytest.mark.parametrize(
    "head",
    [b"\x1f\x8b\x08\x00", b"BZh9", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"\x28\xb5\x2f\xfd", b"x" * 257 + b"ustar"],
)
def test_archive_is_never_unpacked(head: bytes) -> None:
    with pytest.raises(PickleRefused, match="archive"):
        inspect_bytes("README.md", head + b"\x00" * 300)


def test_lora_and_full_weights_are_told_apart() -> None:
    assert inspect_bytes("a.safetensors", safetensors_bytes(lora_shapes())).method == "lora"
    assert inspect_bytes("a.safetensors", safetensors_bytes(full_shapes())).method is None


def test_names_keep_only_their_last_printable_part() -> None:
    data = safetensors_bytes(full_shapes())
    assert inspect_bytes("C:\\models\\a.safetensors", data).file == "a.safetensors"
    assert inspect_bytes("../../a\x1b[31m.safetensors", data).file == "a?[31m.safetensors"
    with pytest.raises(NotReadable):
        inspect_bytes("", b"")
