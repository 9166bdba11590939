"""What a CycloneDX ML-BOM says: which component is the model, its base, data, licence and hashes."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib import resources
from typing import Any

import pytest

from pool.registry.inspection import FileDigest, Inspection, Malformed, inspect_bytes
from pool.registry.inspection.cyclonedx_schema import SPEC_VERSIONS

MODEL = {"type": "machine-learning-model", "bom-ref": "m", "name": "tutor"}
BASE = {"type": "machine-learning-model", "bom-ref": "b", "group": "northlight", "name": "aurora-7b"}


def read(spec: str = "1.6", **parts: Any) -> Inspection:
    """Inspect a bill of materials made of ``parts``."""
    bom = {"bomFormat": "CycloneDX", "specVersion": spec, **parts}
    return inspect_bytes("bom.json", json.dumps(bom).encode())


def about(**fields: Any) -> Inspection:
    """Inspect a bill of materials on one model with these fields."""
    return read(metadata={"component": {**MODEL, **fields}})


def codes(inspection: Inspection) -> list[str]:
    """Return the warning codes."""
    return [warning.code for warning in inspection.warnings]


@pytest.mark.parametrize("spec", SPEC_VERSIONS)
def test_model_is_found_in_metadata_or_components(spec: str) -> None:
    app = {"type": "application", "name": "shell", "components": [MODEL]}
    for parts in ({"metadata": {"component": MODEL}}, {"components": [MODEL]}, {"metadata": {"component": app}}):
        inspection = read(spec, **parts)
        assert (inspection.format_version, inspection.name) == (spec, "tutor")


def test_no_model_is_understood_with_a_warning() -> None:
    inspection = read(components=[{"type": "library", "name": "numpy"}])
    assert (inspection.name, codes(inspection)) == (None, ["no-model-component"])


def test_several_models_take_the_one_that_comes_from_another() -> None:
    inspection = read(components=[BASE, MODEL], dependencies=[{"ref": "m", "dependsOn": ["b"]}])
    assert (inspection.name, inspection.base_model) == ("tutor", "northlight/aurora-7b")
    assert "several-models" not in codes(inspection)


def test_several_models_without_order_take_the_first_and_say_so() -> None:
    inspection = read(components=[BASE, MODEL])
    assert inspection.name == "aurora-7b"
    assert "several-models" in codes(inspection)


@pytest.mark.parametrize(
    ("ancestor", "base"),
    [
        ({"type": "machine-learning-model", "name": "aurora-7b"}, "aurora-7b"),
        ({"type": "machine-learning-model", "name": "northlight/aurora-7b"}, "northlight/aurora-7b"),
        ({"type": "machine-learning-model", "group": "northlight", "name": "aurora-7b"}, "northlight/aurora-7b"),
        (
            {"type": "library", "name": "x", "purl": "pkg:huggingface/northlight/aurora%2D7b@abc?x=1"},
            "northlight/aurora-7b",
        ),
        (
            {
                "type": "machine-learning-model",
                "name": "x",
                "externalReferences": [
                    {"type": "website", "url": "https://huggingface.co/datasets/northlight/letters"},
                    {"type": "distribution", "url": "https://huggingface.co/northlight/aurora-7b/tree/main"},
                ],
            },
            "northlight/aurora-7b",
        ),
    ],
)
def test_base_is_named_as_the_hub_names_it(ancestor: dict[str, Any], base: str) -> None:
    assert about(pedigree={"ancestors": [ancestor]}).base_model == base


def test_several_ancestors_are_several_bases_and_models_go_before_other_parts() -> None:
    heron = {"type": "machine-learning-model", "name": "heron"}
    library = {"type": "library", "name": "trainer"}
    assert about(pedigree={"ancestors": [BASE, library, heron]}).base_model == ("northlight/aurora-7b", "heron")


def test_properties_state_base_and_method_where_nothing_else_does() -> None:
    properties = [
        {"name": "acme:base_model", "value": "northlight/aurora-7b"},
        {"name": "fineTuningMethod", "value": "QLoRA"},
    ]
    inspection = about(modelCard={"properties": properties})
    assert (inspection.base_model, inspection.method) == ("northlight/aurora-7b", "qlora")


def test_datasets_are_named_inline_or_by_reference() -> None:
    datasets = [
        {"type": "dataset", "name": "letters"},
        {"type": "dataset", "contents": {"url": "https://data.example/notes"}},
        {"ref": "d1"},
        {"ref": "d2"},
        {"ref": "lost"},
    ]
    inspection = read(
        metadata={"component": {**MODEL, "modelCard": {"modelParameters": {"datasets": datasets}}}},
        components=[
            {"type": "data", "bom-ref": "d1", "group": "clinic", "name": "reports"},
            {"type": "data", "name": "box", "data": [{"type": "dataset", "bom-ref": "d2", "name": "forms"}]},
        ],
    )
    assert inspection.datasets == ("letters", "https://data.example/notes", "clinic/reports", "forms", "lost")
    assert "dataset-not-described" in codes(inspection)


@pytest.mark.parametrize(
    ("licences", "licence", "code"),
    [
        ([{"license": {"id": "Apache-2.0"}}], "Apache-2.0", None),
        ([{"license": {"name": "house licence"}}], "house licence", None),
        ([{"expression": "MIT OR Apache-2.0"}], "MIT OR Apache-2.0", None),
        ([{"license": {"id": "MIT"}}, {"license": {"id": "Apache-2.0"}}], None, "licence-several"),
        ([{"license": {"name": "NOASSERTION"}}], None, "licence-not-stated"),
        ([], None, "licence-not-stated"),
    ],
)
def test_licence_is_one_or_none(licences: list[Any], licence: str | None, code: str | None) -> None:
    inspection = about(licenses=licences)
    assert inspection.licence == licence
    assert {code for code in codes(inspection) if code.startswith("licence")} == ({code} if code else set())


@pytest.mark.parametrize(
    ("fields", "version", "warned"),
    [
        ({"version": "2.0"}, "2.0", False),
        ({"purl": "pkg:huggingface/a/b@2.0"}, "2.0", False),
        ({"version": "2.0", "purl": "pkg:huggingface/a/b@3.0"}, "2.0", True),
        ({"version": "2.0", "purl": "pkg:huggingface/a/b@0123456789abcdef0123456789abcdef01234567"}, "2.0", False),
    ],
)
def test_version_is_the_component_s_own_first(fields: dict[str, Any], version: str, warned: bool) -> None:
    inspection = about(**fields)
    assert (inspection.version, "version-disagrees" in codes(inspection)) == (version, warned)


def test_hashes_of_model_files_links_and_bases_are_stated_digests() -> None:
    hashes = [{"alg": "SHA-256", "content": "AB" * 32}]
    link = {"type": "distribution", "url": "https://hub.example/t/model.safetensors", "hashes": hashes}
    inspection = read(
        metadata={
            "component": {
                **MODEL,
                "hashes": [*hashes, {"alg": "BLAKE2b-256", "content": "cd" * 32}],
                "externalReferences": [link],
                "pedigree": {"ancestors": [{**BASE, "hashes": hashes}]},
            }
        },
        components=[
            {"type": "file", "name": "tokenizer.json", "hashes": hashes},
            {"type": "library", "name": "torch", "hashes": hashes},
        ],
    )
    assert inspection.digests[1:] == (
        FileDigest("tutor", "sha256", "ab" * 32),
        FileDigest("tutor", "blake2b-256", "cd" * 32),
        FileDigest("model.safetensors", "sha256", "ab" * 32),
        FileDigest("tokenizer.json", "sha256", "ab" * 32),
        FileDigest("aurora-7b", "sha256", "ab" * 32),
    )


def test_schema_breach_names_place_and_is_short() -> None:
    with pytest.raises(Malformed) as refused:
        read(components=[{"type": "machine-learning-model", "name": "x", "version": ["1"] * 5000}])
    assert "/components/0/version" in refused.value.reason
    assert len(refused.value.reason) < 600


@pytest.mark.parametrize("spec", ["1.3", "1.4", "1.8", "2.0", 1.6, None])
def test_other_versions_are_refused_with_a_next_step(spec: Any) -> None:
    with pytest.raises(Malformed) as refused:
        read(spec)
    assert "1.5, 1.6, 1.7" in refused.value.reason
    assert "cyclonedx" in refused.value.next_step


def test_vendored_schemas_are_those_of_the_lock_and_have_their_licence() -> None:
    folder = resources.files("pool.registry.inspection") / "schemas" / "cyclonedx"
    [lock] = json.loads((folder / "vendor.lock").read_text(encoding="utf-8"))
    found = {
        item.name: sha256(item.read_bytes()).hexdigest() for item in folder.iterdir() if item.name != "vendor.lock"
    }
    assert found == lock["files"]
    assert {"LICENSE", *(f"bom-{spec}.SNAPSHOT.schema.json" for spec in SPEC_VERSIONS)} <= set(found)
