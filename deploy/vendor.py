"""Bring the vendored browser files and check that they still are what their publishers packed.

``python3 deploy/vendor.py check`` packs every listed release with npm and compares it with the tree and the
lock.
``python3 deploy/vendor.py write`` does the same and writes the files and the lock anew (after a version was
changed).
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "pool" / "web" / "static" / "vendor" / "vendor.lock"


@dataclass(frozen=True)
class Release:
    """One npm release and the few of its files we serve; ``files`` maps the packed path to our own name."""

    name: str
    version: str
    licence: str
    folder: str
    files: tuple[tuple[str, str], ...]

    def home(self) -> Path:
        """Return the folder in which the files of this release stand."""
        return ROOT / self.folder / self.name / self.version


STATIC = "pool/web/static/vendor"
RELEASES = (
    Release(
        "bootstrap",
        "5.3.9",
        "MIT",
        STATIC,
        (("dist/css/bootstrap.min.css", "bootstrap.min.css"), ("LICENSE", "LICENSE")),
    ),
    Release(
        "htmx.org",
        "4.0.1",
        "0BSD",
        STATIC,
        (
            ("dist/htmx.min.js", "htmx.min.js"),
            ("dist/ext/hx-csp.min.js", "hx-csp.min.js"),
            ("LICENSE", "LICENSE"),
        ),
    ),
    Release(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        "tests/support/axe",
        (("axe.min.js", "axe.min.js"), ("LICENSE", "LICENSE")),
    ),
)


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of ``content`` in hex."""
    return hashlib.sha256(content).hexdigest()


def integrity_of(content: bytes) -> str:
    """Return the npm integrity string of a packed release. Source: W3C Subresource Integrity."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode("ascii")


def fetch(release: Release, workplace: Path) -> tuple[str, dict[str, bytes]]:
    """Pack ``release`` with npm; return its integrity and our files by name."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed; it is needed only to renew or check the vendored files.")
    command = [npm, "pack", f"{release.name}@{release.version}", "--silent", "--ignore-scripts"]
    packed = subprocess.run(command, cwd=workplace, check=True, capture_output=True, text=True)
    archive = workplace / packed.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as tar:
        contents = {ours: _member(tar, theirs) for theirs, ours in release.files}
    return integrity_of(archive.read_bytes()), contents


def _member(tar: tarfile.TarFile, path: str) -> bytes:
    handle = tar.extractfile(f"package/{path}")
    if handle is None:
        raise SystemExit(f"The release holds no file {path}.")
    # Source maps are not shipped; without this line each browser's tools would ask for one and log a 404.
    lines = handle.read().decode("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "sourceMappingURL=" not in line]
    return "".join(kept).encode("utf-8")


def lock_entry(release: Release, integrity: str, contents: dict[str, bytes]) -> dict[str, Any]:
    """Return what the lock says of one release."""
    return {
        "name": release.name,
        "version": release.version,
        "licence": release.licence,
        "integrity": integrity,
        "folder": release.folder,
        "files": {name: sha256_of(content) for name, content in sorted(contents.items())},
    }


def differences(lock: list[dict[str, Any]], *, root: Path = ROOT) -> list[str]:
    """List how the files in the tree differ from the lock; an empty list means they agree."""
    found: list[str] = []
    for entry in lock:
        home = root / entry["folder"] / entry["name"] / entry["version"]
        present = {path.name for path in home.glob("*")} if home.is_dir() else set()
        found += [f"{home.name}: {name} is not in the lock" for name in sorted(present - set(entry["files"]))]
        for name, digest in entry["files"].items():
            if name not in present:
                found.append(f"{entry['name']}: {name} is missing")
            elif sha256_of((home / name).read_bytes()) != digest:
                found.append(f"{entry['name']}: {name} was changed")
        if "LICENSE" not in entry["files"]:
            found.append(f"{entry['name']}: no licence file")
    return found


def read_lock() -> list[dict[str, Any]]:
    """Return the entries of the lock."""
    entries: list[dict[str, Any]] = json.loads(LOCK.read_text(encoding="utf-8"))
    return entries


def main(arguments: list[str]) -> int:
    """Run ``check`` or ``write``; return the exit code."""
    if arguments not in (["check"], ["write"]):
        print(__doc__)
        return 2
    entries = []
    with tempfile.TemporaryDirectory() as workplace:
        for release in RELEASES:
            integrity, contents = fetch(release, Path(workplace))
            entries.append(lock_entry(release, integrity, contents))
            if arguments == ["write"]:
                release.home().mkdir(parents=True, exist_ok=True)
                for name, content in contents.items():
                    (release.home() / name).write_bytes(content)
    if arguments == ["write"]:
        LOCK.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
        return 0
    found = differences(read_lock())
    if entries != read_lock():
        found.append("The lock differs from what the publishers packed.")
    print("\n".join(found) or "All vendored files are what their publishers packed.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
