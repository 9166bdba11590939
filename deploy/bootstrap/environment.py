"""The Python environment of the checkout: ``.venv/``, made from hashed locks, on a Python without pip and
venv.

A bare Debian has ``python3`` but neither pip nor ensurepip. So a pip wheel lies beside this file; its SHA-256
is checked, and it is run straight from the file. It brings ``uv`` at the version and hash of the lock, and
``uv`` brings the rest in seconds; where ``uv`` cannot reach the package index the way pip is set up to, pip
does it all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import sysconfig
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Literal

from bootstrap.processes import ROOT, Failed, quietly, say

Level = Literal["runtime", "dev"]

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
AUDIT_POOL = VENV / "bin" / "audit-pool"
SERVICES = VENV / "services"
STAMP = VENV / "audit-pool.stamp"
LOCKS: dict[Level, Path] = {
    "runtime": ROOT / "requirements.lock",
    "dev": ROOT / "requirements-dev.lock",
}
PIP_WHEEL = Path(__file__).parent / "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"


def ensure(level: Level) -> Path:
    """Bring ``.venv/`` to what the locks say and return its Python; at once where it already stands there."""
    digest = _digest()
    if _stamped(digest, level):
        return PYTHON
    _make_venv()
    say(f"Installing the {'tools and ' if level == 'dev' else ''}libraries into .venv (once) ...")
    STAMP.unlink(missing_ok=True)
    _install(level)
    link_checkout(version=_project_version())
    STAMP.write_text(json.dumps({"digest": digest, "level": level}), encoding="utf-8")
    return PYTHON


def _digest() -> str:
    summary = hashlib.sha256()
    # Why the folder too: scripts in .venv/bin name it, so a moved checkout needs them written anew.
    summary.update(f"{ROOT} {sys.version_info[:2]} {PIP_SHA256}".encode())
    for path in (*LOCKS.values(), ROOT / "pyproject.toml"):
        summary.update(path.read_bytes())
    return summary.hexdigest()


def _stamped(digest: str, level: Level) -> bool:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    enough = stamp.get("level") in ("dev", level)
    return bool(stamp.get("digest") == digest and enough and AUDIT_POOL.exists() and PYTHON.exists())


def _make_venv() -> None:
    if _venv_works():
        return
    say("Making the environment in .venv ...")
    if VENV.exists():
        shutil.rmtree(VENV)
    venv.EnvBuilder(with_pip=False, symlinks=True).create(VENV)


def _venv_works() -> bool:
    if not PYTHON.exists():
        return False
    question = "import sys; print(sys.prefix); print(*sys.version_info[:2])"
    try:
        prefix, version = quietly([PYTHON, "-I", "-c", question]).split("\n")[:2]
    except Failed:
        return False
    return Path(prefix).resolve() == VENV.resolve() and tuple(map(int, version.split())) == sys.version_info[:2]


def _install(level: Level) -> None:
    lock = LOCKS[level]
    try:
        uv = shutil.which("uv") or _uv_in_venv()
        # Why not "sync" for the runtime alone: it would take uv away again.
        verb = ["sync"] if level == "dev" else ["install", "-r"]
        options = ["--python", str(PYTHON), "--require-hashes", "--no-build", "--quiet"]
        quietly([uv, "pip", *verb, str(lock), *options], env=_uv_environment())
    except Failed as reason:
        say(f"uv cannot do it here ({reason}); pip does, which takes a minute or two ...")
        pip_install(["--no-deps", "-r", str(lock)])


def _uv_in_venv() -> str:
    uv = VENV / "bin" / "uv"
    wanted = _lock_entry(LOCKS["dev"], "uv")
    if not uv.exists():
        with tempfile.NamedTemporaryFile("w", suffix=".lock", encoding="utf-8") as alone:
            alone.write(wanted)
            alone.flush()
            pip_install(["--no-deps", "-r", alone.name])
    return str(uv)


def _lock_entry(lock: Path, name: str) -> str:
    lines = lock.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    entry = [lines[start]]
    for line in lines[start + 1 :]:
        if not line.startswith((" ", "\t")):
            break
        entry.append(line)
    return "\n".join(entry) + "\n"


def _uv_environment() -> dict[str, str]:
    """Hand on to uv what pip is told by its own variables; uv reads none of them."""
    environment = dict(os.environ)
    for ours, theirs in (
        ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"),
        ("UV_INDEX", "PIP_EXTRA_INDEX_URL"),
        ("SSL_CERT_FILE", "PIP_CERT"),
    ):
        if os.environ.get(theirs):
            environment.setdefault(ours, os.environ[theirs])
    environment |= {"UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(VENV)}
    return environment


def pip_install(arguments: list[str]) -> None:
    """Install with the pip wheel that lies beside this file, wheels only and hashes demanded.

    Raises: Failed when the wheel is not the one we know, or when pip does not succeed.
    """
    found = hashlib.sha256(PIP_WHEEL.read_bytes()).hexdigest()
    if found != PIP_SHA256:
        raise Failed(f"{PIP_WHEEL.name} is not the file it should be (SHA-256 {found}); restore it.")
    options = [
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--no-input",
        "--disable-pip-version-check",
        "--quiet",
    ]
    options += ["--no-warn-script-location"]
    quietly([PYTHON, PIP_WHEEL / "pip", "install", *options, *arguments], seconds=1800)


def _project_version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def link_checkout(*, version: str) -> None:
    """Make the checkout importable and runnable from ``.venv`` as an editable install would, without
    building.

    Writes a path file, the few metadata files that installers and ``importlib.metadata`` read, and the
    command.
    """
    site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(VENV), "platbase": str(VENV)}))
    info = site / f"audit_pool-{version}.dist-info"
    for old in site.glob("audit_pool-*.dist-info"):
        shutil.rmtree(old)
    info.mkdir(parents=True)
    (site / "audit_pool.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    files = {
        "METADATA": f"Metadata-Version: 2.4\nName: audit-pool\nVersion: {version}\n",
        "INSTALLER": "run.py\n",
        "entry_points.txt": "[console_scripts]\naudit-pool = pool.cli:main\n",
        "direct_url.json": json.dumps({"url": ROOT.as_uri(), "dir_info": {"editable": True}}),
    }
    for name, content in files.items():
        (info / name).write_text(content, encoding="utf-8")
    written = ["audit_pool.pth", *(f"{info.name}/{name}" for name in files), "../../../bin/audit-pool"]
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in [*written, f"{info.name}/RECORD"]), encoding="utf-8")
    AUDIT_POOL.write_text(
        # Why through sh: a first line may be neither long nor hold spaces; folders of checkouts do both.
        "#!/bin/sh\n"
        f'\'\'\'exec\' "{PYTHON}" "$0" "$@"\n'
        "' '''\n"
        "import sys\n"
        "from pool.cli import main\n"
        "if __name__ == '__main__':\n"
        "    sys.exit(main())\n",
        encoding="utf-8",
    )
    AUDIT_POOL.chmod(0o755)
