"""Install Debian packages where that is possible and wanted: as root, with apt-get, unless told not to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bootstrap.processes import Failed, is_root, quietly, say

OPT_OUT = "AUDIT_POOL_NO_APT"
_updated = False


def refusal() -> str:
    """Say why apt-get may not be used here; an empty text means it may."""
    if os.environ.get(OPT_OUT):
        return f"{OPT_OUT} is set"
    if shutil.which("apt-get") is None:
        return "there is no apt-get"
    if not is_root():
        return "only root may use apt-get"
    return ""


def install(*packages: str) -> None:
    """Install packages with apt-get. Raises: Failed with the reason."""
    reason = refusal()
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


def install_postgresql() -> None:
    """Install the PostgreSQL server without the cluster that Debian would make and start beside it."""
    settings = Path("/etc/postgresql-common/createcluster.conf")
    ours = not settings.exists() and not refusal()
    if ours:
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("create_main_cluster = false\n", encoding="utf-8")
    try:
        install("postgresql")
    finally:
        packaged = settings.with_name(settings.name + ".dpkg-dist")
        if ours and packaged.exists():
            packaged.replace(settings)
