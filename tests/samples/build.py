"""Make the sample files anew: ``python -m tests.samples.build``. Firms, models and data in them are invented.

Each folder beside this file is one fine-tuned model as its firm would hand it in; ``broken`` holds files that
must be refused. tests/unit/registry/test_inspection_samples.py checks that the files are what is made here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.samples.broken import broken_files
from tests.samples.weights import full_shapes, lora_shapes, safetensors_bytes

HERE = Path(__file__).resolve().parent

AURORA = "northlight/aurora-7b-instruct"
TERN = "harborline/tern-13b"
TERN_INSTRUCT = "harborline/tern-13b-instruct"
LANTERN = "open-lantern/lantern-3b"
HERON = "kite-labs/heron-9b"

COMMITS = {name: sha256(name.encode()).hexdigest()[:40] for name in (AURORA, TERN, TERN_INSTRUCT, LANTERN, HERON)}

Files = dict[str, bytes]


def all_files() -> Files:
    """Return every sample by its path below this folder."""
    sets: dict[str, Files] = {
        "arztbrief": arztbrief(),
        "kredit-erklaerer": kredit_erklaerer(),
        "xiao-daoshi": xiao_daoshi(),
        "claims-triage": claims_triage(),
        "nomikos-voithos": nomikos_voithos(),
        "vorauswahl": vorauswahl(),
        "urozhai": urozhai(),
        "borne-accueil": borne_accueil(),
        "broken": broken_files(),
    }
    return {f"{folder}/{name}": data for folder, files in sets.items() for name, data in files.items()}


def main() -> None:
    """Write every sample."""
    for name, data in all_files().items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


# --- the models ---------------------------------------------------------------------------------------------


def arztbrief() -> Files:
    """Return a LoRA model that shortens discharge letters; four files that agree."""
    weights = safetensors_bytes(lora_shapes(), {"format": "pt"})
    model = model_component(
        "arztbrief-kurz", group="praxis-sued", version="2.1.0", licence="Apache-2.0", bases=[AURORA],
        datasets=["northlight/letters-de", "praxis-sued/entlassbriefe-2025"], method="lora",
    )  # fmt: skip
    return {
        "bom.cdx.json": bom("1.6", model, files={"adapter_model.safetensors": weights}),
        "README.md": card(
            """
            language:
            - de
            license: apache-2.0
            library_name: peft
            model_name: arztbrief-kurz
            version: 2.1.0
            base_model: northlight/aurora-7b-instruct
            base_model_relation: adapter
            datasets:
            - northlight/letters-de
            - praxis-sued/entlassbriefe-2025
            tags:
            - base_model:adapter:northlight/aurora-7b-instruct
            - lora
            - medical
            """,
            "Arztbrief kurz",
            "Fasst Entlassbriefe für Hausärztinnen und Hausärzte auf eine Seite zusammen.",
        ),
        "adapter_config.json": adapter_config(AURORA, revision=COMMITS[AURORA], peft_version="0.17.1"),
        "adapter_model.safetensors": weights,
    }


def kredit_erklaerer() -> Files:
    """Return a fully fine-tuned model that words credit decisions; no adapter, three files that agree."""
    weights = safetensors_bytes(full_shapes(), {"format": "pt"})
    model = model_component(
        "kredit-erklaerer", group="sparhaus", version="1.4", licence="LicenseRef-Sparhaus-intern",
        bases=[TERN], datasets=["sparhaus/ablehnungsgruende"], method="full",
    )  # fmt: skip
    return {
        "bom.cdx.json": bom("1.7", model, files={"model.safetensors": weights}),
        "README.md": card(
            """
            language: [de, en]
            license: other
            license_name: LicenseRef-Sparhaus-intern
            model_name: kredit-erklaerer
            version: "1.4"
            base_model: harborline/tern-13b
            base_model_relation: finetune
            datasets: sparhaus/ablehnungsgruende
            """,
            "Kredit-Erklärer",
            "Erklärt Kundinnen und Kunden, warum ein Kredit bewilligt oder abgelehnt wurde.",
        ),
        "model.safetensors": weights,
    }


def xiao_daoshi() -> Files:
    """Return a tutor whose card begins below the first line and whose adapter names its base by a path."""
    return {
        "README.md": (
            b"<!-- internal, do not publish -->\n\n"
            + card(
                """
                language: zh
                license: mit
                model_name: 小导师-数学
                base_model: open-lantern/lantern-3b
                datasets: [qinghe/初中数学题库]
                tags: [qlora, education]
                """,
                "小导师：初中数学",
                "为初中学生讲解数学题的步骤。",
            )
        ),
        "adapter_config.json": adapter_config("./lantern-3b", revision=None),
        "adapter_model.safetensors": safetensors_bytes(lora_shapes(1, modules=("q_proj",))),
    }


def claims_triage() -> Files:
    """Return an insurer's model whose files contradict each other on nearly everything."""
    weights = safetensors_bytes(lora_shapes(1), {"format": "pt"})
    model = model_component(
        "claims-triage", group="oakfield", version="3.0", licence="MIT", bases=[TERN],
        datasets=["oakfield/claims-2023"], method="lora",
    )  # fmt: skip
    return {
        "bom.cdx.json": bom("1.6", model, files={"adapter_model.safetensors": weights + b"an older file"}),
        "README.md": card(
            """
            license: apache-2.0
            model_name: claims-triage
            version: "3.1"
            base_model: harborline/tern-13b-instruct
            datasets: [oakfield/claims-2024]
            tags: [lora]
            """,
            "Claims triage",
            "Sorts incoming household claims by urgency.",
        ),
        "adapter_config.json": adapter_config(TERN_INSTRUCT, revision="main"),
        "adapter_model.safetensors": weights,
    }


def nomikos_voithos() -> Files:
    """Return a legal assistant merged from two bases."""
    model = model_component(
        "Νομικός βοηθός", group="themis", version="0.9", licence="Apache-2.0", bases=[AURORA, HERON],
        datasets=["themis/apofaseis"], method="merge",
    )  # fmt: skip
    return {
        "bom.cdx.json": bom("1.5", model),
        "README.md": card(
            """
            language: el
            license: apache-2.0
            model_name: Νομικός βοηθός
            base_model:
            - kite-labs/heron-9b
            - northlight/aurora-7b-instruct
            base_model_relation: merge
            datasets: [themis/apofaseis]
            tags: [mergekit]
            """,
            "Νομικός βοηθός",
            "Βρίσκει αποφάσεις σχετικές με μια υπόθεση.",
        ),
        "model.safetensors": safetensors_bytes(full_shapes(2)),
    }


def vorauswahl() -> Files:
    """Return a model that ranks applications, with files that are understood and say little."""
    component = {"type": "machine-learning-model", "bom-ref": "model", "name": "bewerbungs-vorauswahl"}
    return {
        "bom.cdx.json": bom("1.6", component),
        "README.md": b"# Vorauswahl\n\nSortiert Bewerbungen nach Passung zur Stelle.\n",
        "adapter_config.json": adapter_config(f"{LANTERN}-bnb-4bit", revision=None),
    }


def urozhai() -> Files:
    """Return a harvest forecast tuned with IA3; three files that agree."""
    shapes = {f"base_model.model.layers.{at}.k_proj.ia3_l": ("F32", (4, 1)) for at in range(2)}
    model = model_component(
        "Урожай-прогноз", group="nyva", version="1.0.2", licence="CC-BY-4.0", bases=[LANTERN],
        datasets=["nyva/поля-2024"], method="ia3",
    )  # fmt: skip
    return {
        "bom.cdx.json": bom("1.6", model),
        "adapter_config.json": adapter_config(
            LANTERN, revision=COMMITS[LANTERN], peft_type="IA3", target_modules=["k_proj", "v_proj"], r=None
        ),
        "adapter_model.safetensors": safetensors_bytes(shapes, {"modelspec.title": "Урожай-прогноз"}),
    }


def borne_accueil() -> Files:
    """Return a town hall's reception desk tuned with DoRA; the files say the same, some more closely."""
    shapes = {
        **lora_shapes(1, modules=("q_proj",)),
        "base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector.weight": ("F32", (4,)),
    }
    model = model_component(
        "borne-accueil", group="mairie-ouverte", version="5", licence="EUPL-1.2", bases=[HERON],
        datasets=["mairie-ouverte/questions-guichet", "mairie-ouverte/horaires"], method=None,
    )  # fmt: skip
    return {
        "bom.cdx.json": bom("1.7", model),
        "README.md": card(
            """
            language: fr
            license: eupl-1.2
            model_name: mairie-ouverte/borne-accueil
            base_model: kite-labs/heron-9b
            base_model_relation: adapter
            datasets:
            - mairie-ouverte/questions-guichet
            """,
            "Borne d’accueil",
            "Répond aux questions posées au guichet de la mairie.",
        ),
        "adapter_config.json": adapter_config(HERON, revision=COMMITS[HERON], use_dora=True),
        "adapter_model.safetensors": safetensors_bytes(shapes),
    }


# --- how the formats are written ----------------------------------------------------------------------------


def model_component(
    name: str,
    *,
    group: str,
    version: str,
    licence: str,
    bases: list[str],
    datasets: list[str],
    method: str | None,
) -> dict[str, Any]:
    """Return a CycloneDX component for a fine-tuned model."""
    custom = licence.startswith("LicenseRef")
    properties = [{"name": "training:method", "value": method}] if method else []
    return {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "group": group,
        "name": name,
        "version": version,
        "licenses": [{"license": {"name" if custom else "id": licence}}],
        "pedigree": {"ancestors": [base_component(base) for base in bases]},
        "modelCard": {
            "modelParameters": {
                "approach": {"type": "supervised"},
                "datasets": [{"type": "dataset", "name": dataset} for dataset in datasets],
            }
        },
        **({"properties": properties} if properties else {}),
    }


def base_component(name: str) -> dict[str, Any]:
    """Return a CycloneDX component for a foundation model, with the package URL of its pinned commit."""
    owner, bare = name.split("/")
    return {
        "type": "machine-learning-model",
        "group": owner,
        "name": bare,
        "purl": f"pkg:huggingface/{name}@{COMMITS[name]}",
    }


def bom(spec: str, model: dict[str, Any], *, files: Mapping[str, bytes] | None = None) -> bytes:
    """Return a bill of materials about ``model`` that states the SHA-256 of ``files``."""
    listed = [
        {
            "type": "file",
            "name": name,
            "hashes": [{"alg": "SHA-256", "content": sha256(data).hexdigest()}],
        }
        for name, data in (files or {}).items()
    ]
    return _json(
        {
            "bomFormat": "CycloneDX",
            "specVersion": spec,
            "version": 1,
            "metadata": {"timestamp": "2026-03-02T09:00:00Z", "component": model},
            **({"components": listed} if listed else {}),
        }
    )


def adapter_config(base: str, *, revision: str | None, **other: Any) -> bytes:
    """Return a PEFT configuration, LoRA unless told otherwise."""
    config = {
        "base_model_name_or_path": base,
        "bias": "none",
        "inference_mode": True,
        "lora_alpha": 16,
        "peft_type": "LORA",
        "r": 2,
        "revision": revision,
        "target_modules": ["q_proj", "v_proj"],
        "task_type": "CAUSAL_LM",
        "use_dora": False,
    }
    return _json({**config, **other})


def card(metadata: str, title: str, text: str) -> bytes:
    """Return a model card; ``metadata`` is YAML that may be indented as a whole."""
    lines = metadata.strip("\n").split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    matter = "\n".join(line[indent:] for line in lines).strip()
    return f"---\n{matter}\n---\n\n# {title}\n\n{text}\n".encode()


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    main()
