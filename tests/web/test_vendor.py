"""Vendored browser files are what the lock says, each with its licence."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def vendor() -> ModuleType:
    """Return the script of the deployment folder."""
    spec = importlib.util.spec_from_file_location("vendor_script", ROOT / "deploy" / "vendor.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up while they are made.
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_files_match_the_lock(vendor: ModuleType) -> None:
    assert vendor.differences(vendor.read_lock()) == []


def test_lock_lists_the_declared_releases(vendor: ModuleType) -> None:
    declared = [(r.name, r.version, r.licence, sorted(ours for _theirs, ours in r.files)) for r in vendor.RELEASES]
    assert [(e["name"], e["version"], e["licence"], sorted(e["files"])) for e in vendor.read_lock()] == declared


def test_lock_names_no_address(vendor: ModuleType) -> None:
    assert "://" not in vendor.LOCK.read_text("utf-8")


def test_changed_missing_and_foreign_files_are_found(vendor: ModuleType, tmp_path: Path) -> None:
    lock = [e for e in vendor.read_lock() if e["name"] == "bootstrap"]
    home = tmp_path / lock[0]["folder"] / "bootstrap" / lock[0]["version"]
    home.mkdir(parents=True)
    (home / "bootstrap.min.css").write_text("changed")
    (home / "extra.js").write_text("x")
    assert sorted(vendor.differences(lock, root=tmp_path)) == [
        f"{lock[0]['version']}: extra.js is not in the lock",
        "bootstrap: LICENSE is missing",
        "bootstrap: bootstrap.min.css was changed",
    ]
    assert json.loads(vendor.LOCK.read_text("utf-8"))
