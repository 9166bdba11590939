"""What the files of the project may not say: where they were made, and which index a machine used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.imports import CHECKOUT

TEXTS = {
    ".py",
    ".toml",
    ".md",
    ".html",
    ".css",
    ".js",
    ".txt",
    ".yaml",
    ".yml",
    ".json",
    ".lock",
    ".sh",
    ".mako",
    ".po",
}
LEFT_OUT = {".git", ".venv", ".demo", "__pycache__", "vendor", "axe", "node_modules", "build", "dist"}
#: Written in pieces, so that this file does not hold what it looks for.
PLACES = re.compile(r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot)/\w")
INDEXES = re.compile("registry" + r"\.npmjs|files\.python" + r"hosted|pypi" + r"\.org|deb\.debian" + r"\.org")


def texts() -> Iterator[tuple[Path, str]]:
    """Yield the text files of the project with their content."""
    for path in sorted(CHECKOUT.rglob("*")):
        parts = path.relative_to(CHECKOUT).parts
        if LEFT_OUT & set(parts) or any(part.endswith("_cache") for part in parts) or not path.is_file():
            continue
        if path.suffix in TEXTS or path.parent.name == ".ci":
            yield path, path.read_text(encoding="utf-8", errors="replace")


def test_files_when_read_name_no_machine_and_no_index() -> None:
    found = [
        f"{path.relative_to(CHECKOUT)}: {match.group()}"
        for path, text in texts()
        for pattern in (PLACES, INDEXES)
        for match in pattern.finditer(text)
    ]
    assert found == []
