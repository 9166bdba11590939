"""``audit-pool models inspect``: what is printed, and how files at fault are answered."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import pool.cli
from tests.samples.build import HERE


def inspect(*files: Path | str) -> tuple[int, dict[str, Any]]:
    """Run the command and return its exit code and the one JSON object on stdout."""
    code, text = pool.cli.run(["models", "inspect", *map(str, files)])
    answer: dict[str, Any] = json.loads(text)
    return code, answer


def refused(*files: Path | str) -> dict[str, Any]:
    """Run the command, hold that it refused, and return the error."""
    code, answer = inspect(*files)
    assert code == 2
    assert list(answer) == ["error"]
    error: dict[str, Any] = answer["error"]
    assert error["reason"]
    assert error["next_step"]
    return error


def test_one_file_prints_one_object() -> None:
    code, answer = inspect(HERE / "arztbrief" / "adapter_config.json")
    assert code == 0
    assert answer == {
        "format": "peft-adapter",
        "format_version": "0.17.1",
        "name": None,
        "version": None,
        "base_model": "northlight/aurora-7b-instruct",
        "method": "lora",
        "datasets": [],
        "licence": None,
        "digests": answer["digests"],
        "warnings": [],
    }
    assert [(digest["file"], digest["alg"]) for digest in answer["digests"]] == [("adapter_config.json", "sha256")]


def test_several_files_print_files_merged_and_contradictions() -> None:
    folder = HERE / "claims-triage"
    code, answer = inspect(folder / "README.md", folder / "bom.cdx.json")
    assert code == 0
    assert list(answer) == ["files", "merged", "contradictions"]
    assert [file["format"] for file in answer["files"]] == ["hf-model-card", "cyclonedx"]
    assert list(answer["merged"]) == list(answer["files"][0])
    assert answer["merged"]["base_model"] is None
    assert {
        "field": "version",
        "values": [{"file": "README.md", "value": "3.1"}, {"file": "bom.cdx.json", "value": "3.0"}],
    } in answer["contradictions"]


def test_several_bases_are_an_array() -> None:
    _code, answer = inspect(HERE / "nomikos-voithos" / "README.md")
    assert answer["base_model"] == ["kite-labs/heron-9b", "northlight/aurora-7b-instruct"]


def test_incomplete_file_is_answered_with_warnings() -> None:
    code, answer = inspect(HERE / "vorauswahl" / "README.md")
    assert code == 0
    assert {"code", "field", "message"} == set(answer["warnings"][0])


def test_file_at_fault_among_several_is_named() -> None:
    error = refused(HERE / "arztbrief" / "README.md", HERE / "broken" / "bom-serial.cdx.json")
    assert error["field"] == "bom-serial.cdx.json"


def test_known_format_has_its_own_reason() -> None:
    assert refused(HERE / "broken" / "croissant.json")["reason"] == "known, not read yet"


def test_missing_file_folder_and_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "absent.json")["field"] == "absent.json"
    assert "folder" in refused(tmp_path)["reason"]
    assert "regular" in refused(tmp_path / "pipe")["reason"]
    assert refused("a\0b")["field"] == "a?b"


def test_same_file_given_twice_is_refused(tmp_path: Path) -> None:
    path = HERE / "arztbrief" / "README.md"
    link = tmp_path / "README-again.md"
    link.symlink_to(path)
    assert "twice" in refused(path, path)["reason"]
    assert refused(path, link)["field"] == "README-again.md"


def test_unreadable_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "README.md"
    path.write_text("# Title\n", encoding="utf-8")
    # Taking away the right to read would not stop the administrator, as whom the tests may run.
    monkeypatch.setattr(Path, "open", raise_permission_error)
    assert "cannot be read" in refused(path)["reason"]


def raise_permission_error(*_given: object) -> None:
    """Refuse as the system does."""
    raise PermissionError


def test_no_file_is_refused() -> None:
    refused()
