"""The worked cases of the edition, for tests."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

import pool.policy
from pool.policy.assessment import Assessment, assess
from pool.policy.edition import Edition, load_edition
from tests.support.samples import sample_files

EDITION = load_edition()
FOLDER = Path(pool.policy.__file__).parent / "editions" / EDITION.id
JULY_2026 = date(2026, 7, 15)
CASES: dict[str, Any] = {case["id"]: case for case in EDITION.documents["vignettes.yaml"]["vignettes"]}
GOLDEN: dict[str, Any] = {case["id"]: case for case in EDITION.documents["golden.yaml"]["vignettes"]}


def assessed(name: str, *, on: date = JULY_2026, edition: Edition = EDITION, **changed: Any) -> Assessment:
    """Assess a worked case, with some indicators changed."""
    case = CASES[name]
    indicators = {**case["indicators"], **changed}
    return assess(edition, indicators, context=case["context"], markets=case["markets"], on=on)


def document_of(name: str, **more: Any) -> dict[str, Any]:
    """Return the worked case as a document of ``policy assess``."""
    case = CASES[name]
    return {
        "indicators": dict(case["indicators"]),
        "context": case["context"],
        "markets": list(case["markets"]),
        "on": "2026-07-15",
        **more,
    }


def shared_package(file: str) -> Mapping[str, Any] | None:
    """Return a file of the draft package that lies beside the checkout, or nothing where it does not."""
    found = sample_files(f"policy/{file}")
    return yaml.safe_load(found[0].read_bytes()) if found else None


def copied_edition(folder: Path) -> Path:
    """Copy the shipped edition to a place where a test may break it."""
    target = folder / "edition"
    shutil.copytree(FOLDER, target)
    return target
