"""Whole sets of files, as firms hand them in: our own samples, and real ones where they lie beside the checkout."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pool.kernel.refusals import Invalid
from pool.registry.inspection import Inspection, Merged, inspect_bytes, inspect_path, inspect_paths, merge
from tests.samples.broken import EXPECTED, broken_files
from tests.samples.build import HERE, all_files
from tests.support.samples import sample_params

KEYS = [
    "format",
    "format_version",
    "name",
    "version",
    "base_model",
    "method",
    "datasets",
    "licence",
    "digests",
    "warnings",
]


def merged(folder: str) -> Merged:
    """Return all files of one sample folder together."""
    return merge(inspect_paths(sorted((HERE / folder).iterdir())))


def test_samples_are_what_the_builder_makes() -> None:
    found = {
        str(path.relative_to(HERE)): path.read_bytes() for path in HERE.glob("*/*") if path.parent.name != "__pycache__"
    }
    assert found == all_files()


@pytest.mark.parametrize(
    ("folder", "name", "version", "base", "method", "datasets", "licence"),
    [
        (
            "arztbrief",
            "arztbrief-kurz",
            "2.1.0",
            "northlight/aurora-7b-instruct",
            "lora",
            ("northlight/letters-de", "praxis-sued/entlassbriefe-2025"),
            "Apache-2.0",
        ),
        (
            "kredit-erklaerer",
            "kredit-erklaerer",
            "1.4",
            "harborline/tern-13b",
            "full",
            ("sparhaus/ablehnungsgruende",),
            "LicenseRef-Sparhaus-intern",
        ),
        (
            "nomikos-voithos",
            "Νομικός βοηθός",
            "0.9",
            ("kite-labs/heron-9b", "northlight/aurora-7b-instruct"),
            "merge",
            ("themis/apofaseis",),
            "Apache-2.0",
        ),
        (
            "urozhai",
            "Урожай-прогноз",
            "1.0.2",
            "open-lantern/lantern-3b",
            "ia3",
            ("nyva/поля-2024",),
            "CC-BY-4.0",
        ),
        (
            "borne-accueil",
            "mairie-ouverte/borne-accueil",
            "5",
            "kite-labs/heron-9b",
            "dora",
            ("mairie-ouverte/questions-guichet", "mairie-ouverte/horaires"),
            "EUPL-1.2",
        ),
    ],
)
def test_files_that_agree_fill_every_field(
    folder: str,
    name: str,
    version: str,
    base: str | tuple[str, ...],
    method: str,
    datasets: tuple[str, ...],
    licence: str,
) -> None:
    together = merged(folder)
    assert together.contradictions == ()
    assert together.warnings == ()
    assert (together.name, together.version, together.base_model) == (name, version, base)
    assert (together.method, together.datasets, together.licence) == (method, datasets, licence)


def test_files_that_contradict_show_each_statement() -> None:
    together = merged("claims-triage")
    assert [contradiction.field for contradiction in together.contradictions] == [
        "version",
        "base_model",
        "datasets",
        "licence",
        "digests",
    ]
    assert together.contradictions[1].as_json() == {
        "field": "base_model",
        "values": [
            {"file": "README.md", "value": "harborline/tern-13b-instruct"},
            {"file": "adapter_config.json", "value": "harborline/tern-13b-instruct"},
            {"file": "bom.cdx.json", "value": "harborline/tern-13b"},
        ],
    }
    assert (together.version, together.base_model, together.datasets, together.digests) == (None,) * 4
    assert (together.name, together.method) == ("claims-triage", "lora")


def test_local_path_is_a_contradiction_with_a_suggestion() -> None:
    together = merged("xiao-daoshi")
    assert [contradiction.field for contradiction in together.contradictions] == ["base_model"]
    assert together.base_model is None
    suggestion = next(warning for warning in together.warnings if warning.code == "base-model-may-be")
    assert suggestion.message == "adapter_config.json: ./lantern-3b may be open-lantern/lantern-3b."


def test_files_that_say_little_are_understood() -> None:
    together = merged("vorauswahl")
    assert together.contradictions == ()
    assert (together.name, together.version, together.licence) == ("bewerbungs-vorauswahl", None, None)
    assert {warning.code for warning in together.warnings} >= {
        "metadata-missing",
        "model-card-missing",
        "version-not-stated",
        "licence-not-stated",
        "base-model-quantised",
        "base-model-not-pinned",
    }


@pytest.mark.parametrize("folder", sorted({name.split("/")[0] for name in all_files()} - {"broken"}))
def test_every_object_has_all_keys_and_its_own_digest_first(folder: str) -> None:
    for inspection in inspect_paths(sorted((HERE / folder).iterdir())):
        answer = inspection.as_json()
        assert list(answer) == KEYS
        assert answer["digests"][0]["file"] == inspection.file
        assert inspect_bytes(inspection.file, (HERE / folder / inspection.file).read_bytes()) == inspection


def test_expectations_name_every_broken_file() -> None:
    assert set(EXPECTED) == set(broken_files())


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("way", ["bytes", "path"])
def test_broken_file_is_refused_with_reason_and_next_step(name: str, way: str) -> None:
    kind, word = EXPECTED[name]
    path = HERE / "broken" / name
    with pytest.raises(Invalid) as refused:
        inspect_bytes(name, path.read_bytes()) if way == "bytes" else inspect_path(path)
    assert type(refused.value).__name__ == kind
    assert refused.value.field == name
    assert word in refused.value.reason
    assert refused.value.next_step


# --- real files ---------------------------------------------------------------------------------------------

READ_FORMATS = {"cyclonedx", "hf-model-card", "peft-adapter", "safetensors"}


def inspect_or_refuse(path: Path) -> Inspection | Invalid:
    """Return what inspecting gives, be it a refusal."""
    try:
        return inspect_path(path)
    except Invalid as refusal:
        return refusal


@pytest.mark.parametrize("path", sample_params("samples/mlbom/cdx-spec-valid*", "samples/mlbom/hf-*"))
def test_real_bill_of_materials_is_read(path: Path) -> None:
    inspection = inspect_path(path)
    assert (inspection.format, inspection.format_version) == ("cyclonedx", "1.6")
    assert inspection.name in {"Llama-2-7b", "stable-diffusion", "HunyuanWorld-Voyager"}


@pytest.mark.parametrize("path", sample_params("samples/mlbom/cdx-spec-invalid-serial*"))
def test_real_invalid_bill_of_materials_is_refused_at_its_place(path: Path) -> None:
    refusal = inspect_or_refuse(path)
    assert isinstance(refusal, Invalid)
    assert "/serialNumber" in refusal.reason


@pytest.mark.parametrize("path", sample_params("samples/hf/*README.md"))
def test_real_card_is_read(path: Path) -> None:
    inspection = inspect_path(path)
    assert inspection.format == "hf-model-card"
    codes = {warning.code for warning in inspection.warnings}
    assert ("metadata-missing" in codes) == (inspection.base_model is None)


@pytest.mark.parametrize("path", sample_params("samples/hf/*adapter_config.json"))
def test_real_adapter_config_is_read(path: Path) -> None:
    inspection = inspect_path(path)
    assert (inspection.format, inspection.method) == ("peft-adapter", "lora")
    assert "base-model-not-pinned" in {warning.code for warning in inspection.warnings}


@pytest.mark.parametrize("path", sample_params("samples/hf/xueh88401*adapter_config.json"))
def test_real_card_and_adapter_contradict_on_the_base(path: Path, tmp_path: Path) -> None:
    card = next(path.parent.glob("xueh88401*README.md"))
    for file, name in ((path, "adapter_config.json"), (card, "README.md")):
        shutil.copyfile(file, tmp_path / name)
    together = merge(inspect_paths(sorted(tmp_path.iterdir())))
    assert [contradiction.as_json() for contradiction in together.contradictions] == [
        {
            "field": "base_model",
            "values": [
                {"file": "README.md", "value": "Qwen/Qwen2.5-7B-Instruct"},
                {"file": "adapter_config.json", "value": "./Qwen2.5-7B-Instruct"},
            ],
        }
    ]
    assert "base-model-may-be" in {warning.code for warning in together.warnings}


@pytest.mark.parametrize(
    "path", sample_params("samples/model-signing/*/model.sig", "samples/croissant/*.json", "samples/spdx3/*")
)
def test_real_file_of_a_known_format_is_not_read_yet(path: Path) -> None:
    refusal = inspect_or_refuse(path)
    assert isinstance(refusal, Invalid)
    assert refusal.reason == "known, not read yet"


@pytest.mark.parametrize("path", sample_params("samples/**/*"))
def test_any_real_file_is_read_or_refused_with_a_next_step(path: Path) -> None:
    result = inspect_or_refuse(path)
    if isinstance(result, Invalid):
        assert result.field == path.name
        assert result.next_step
    else:
        assert result.format in READ_FORMATS
