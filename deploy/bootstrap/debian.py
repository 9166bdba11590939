"""Debian packages where they are possible and wanted, with apt-get, unless told not to.

Root installs them. Everybody else downloads them, with what they need and the system lacks, checked by apt-get as
ever, and unpacks them into a folder of the checkout; :func:`launcher` starts a program from there.
"""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from bootstrap.environment import SERVICES
from bootstrap.processes import Failed, is_root, quietly, say

OPT_OUT = "AUDIT_POOL_NO_APT"
#: A font configuration for programs that were unpacked: it finds the fonts unpacked beside them, and the system's.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{root}/usr/share/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{root}/fontconfig</cachedir></fontconfig>
"""
_updated = False


def refusal() -> str:
    """Say why apt-get may not be used here; an empty text means it may."""
    if os.environ.get(OPT_OUT):
        return f"{OPT_OUT} is set"
    if shutil.which("apt-get") is None:
        return "there is no apt-get"
    return ""


def install(*packages: str) -> None:
    """Install packages with apt-get. Raises: Failed with the reason."""
    reason = refusal() or ("" if is_root() else "only root may install packages")
    if reason:
        raise Failed(reason)
    global _updated
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    options = ["-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold"]
    say(f"apt-get install {' '.join(packages)} ...")
    if not _updated:
        quietly(["apt-get", "update", "-qq"], env=environment)
        _updated = True
    quietly(["apt-get", "install", *options, *packages], env=environment)


def unpack(*packages: str) -> Path:
    """Download packages and what they need, without root, and return the folder they were unpacked into.

    Raises: Failed with the reason.
    """
    reason = refusal()
    if reason:
        raise Failed(reason)
    home = SERVICES / "debian" / packages[0]
    root, unpacked = home / "root", home / "unpacked"
    if unpacked.exists():
        return root
    say(f"apt-get download {' '.join(packages)}, with what they need ...")
    for folder in ("lists/partial", "cache/archives/partial", "root"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    options = [f"Dir::State::lists={home / 'lists'}", f"Dir::Cache={home / 'cache'}", "Debug::NoLocking=1"]
    apt = ["apt-get", "-qq", *(part for option in options for part in ("-o", option))]
    quietly([*apt, "update"])
    quietly([*apt, "install", "-y", "--no-install-recommends", "--download-only", *packages])
    for archive in sorted((home / "cache" / "archives").glob("*.deb")):
        quietly(["dpkg-deb", "--extract", archive, root])
    (root / "fonts.conf").write_text(FONTS.format(root=root), encoding="utf-8")
    shutil.rmtree(home / "cache")
    unpacked.touch()
    return root


def launcher(program: Path, root: Path) -> Path:
    """Write a script that starts ``program`` with the libraries and fonts below ``root``; return its path."""
    folders = sorted({str(path.parent) for top in ("lib", "usr/lib") for path in root.glob(f"{top}/**/*.so*")})
    script = root / f"start-{program.name}"
    script.write_text(
        "#!/bin/sh\n"
        f"export LD_LIBRARY_PATH={shlex.quote(':'.join(folders))}\n"
        f"export FONTCONFIG_FILE={shlex.quote(str(root / 'fonts.conf'))}\n"
        f'exec {shlex.quote(str(program))} "$@"\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    return script


def install_postgresql() -> None:
    """Install the PostgreSQL server without the cluster that Debian would make and start beside it."""
    settings = Path("/etc/postgresql-common/createcluster.conf")
    ours = is_root() and not settings.exists() and not refusal()
    if ours:
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("create_main_cluster = false\n", encoding="utf-8")
    try:
        install("postgresql")
    finally:
        packaged = settings.with_name(settings.name + ".dpkg-dist")
        if ours and packaged.exists():
            packaged.replace(settings)
