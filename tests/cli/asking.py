"""Commands asked as a program asks them: the exit code and the one JSON value on stdout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pool.cli import run

SAMPLES = Path(__file__).parent.parent / "samples"


def ask(*argv: str | Path) -> tuple[int, Any]:
    """Run a command and return its exit code and what it printed; it prints one JSON value and nothing else."""
    code, text = run([str(one) for one in argv])
    assert text.endswith("}\n") or text.endswith("]\n"), text
    return code, json.loads(text)


def answer(*argv: str | Path) -> Any:
    """Run a command that must succeed and return what it printed."""
    code, value = ask(*argv)
    assert code == 0, value
    return value


def refusal(*argv: str | Path) -> dict[str, Any]:
    """Run a command that must refuse; hold the one shape of an error and return what it says."""
    code, value = ask(*argv)
    assert code == 2, value
    assert list(value) == ["error"]
    error: dict[str, Any] = value["error"]
    assert list(error) == ["field", "reason", "next_step"]
    assert error["field"] is None or (isinstance(error["field"], str) and error["field"])
    for key in ("reason", "next_step"):
        assert isinstance(error[key], str) and error[key].strip(), error
        assert "\n" not in error[key] and "Traceback" not in error[key], error
    return error


def written(path: Path, document: object) -> Path:
    """Write a document (text and bytes as they are) and return its path."""
    if isinstance(document, bytes):
        path.write_bytes(document)
    else:
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path
