"""What is installed is what the locks name, from whatever index, and nothing else."""

from __future__ import annotations

import hashlib
import re
import tomllib

import pytest
from bootstrap import environment, postgres
from bootstrap.processes import ROOT

NAMES = ("requirements.lock", "requirements-dev.lock", "requirements-postgres.lock")
PINNED = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, set[str]]:
    """Return each package of a lock with its versions (one per environment marker)."""
    found: dict[str, set[str]] = {}
    for package, version in PINNED.findall((ROOT / name).read_text(encoding="utf-8")):
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_lock_when_read_holds_names_versions_and_hashes_only(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        assert PINNED.match(line) or re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line), line
    entries = re.split(r"\n(?=[a-z])", text.strip())
    assert [entry.splitlines()[0] for entry in entries if "--hash=" not in entry] == []


def test_dev_lock_when_read_agrees_with_the_runtime_lock() -> None:
    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: dev.get(name) for name in runtime} == runtime


def test_runtime_lock_when_read_covers_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[^a-z0-9-]", requirement)[0] for requirement in project["dependencies"]}
    assert wanted - set(pins("requirements.lock")) == set()


def test_pip_wheel_when_hashed_is_the_known_one() -> None:
    assert hashlib.sha256(environment.PIP_WHEEL.read_bytes()).hexdigest() == environment.PIP_SHA256
    assert environment.PIP_WHEEL.with_name("pip-LICENSE.txt").exists()


def test_npm_locks_when_read_name_no_address() -> None:
    files = [postgres.NPM_LOCK, *sorted((postgres.NPM_LOCK.parent / "chromium").glob("*.json"))]
    assert len(files) == 3
    assert [file.name for file in files if "resolved" in file.read_text() or "://" in file.read_text()] == []
