"""A real Chromium for the browser tests: found on this machine or fetched.

In this order: the variable ``CHROMIUM``; a browser on the path; one that Playwright keeps; Debian's headless
shell, installed as root; the npm package ``@sparticuz/chromium`` (Linux on x86-64), unpacked by its own code under
node; Debian's headless shell, unpacked without root.
"""

from __future__ import annotations

import glob
import os
import platform
import shutil
from pathlib import Path

from bootstrap import debian, environment
from bootstrap.environment import SERVICES
from bootstrap.processes import Failed, is_linux, is_root, quietly, say

PATH_VARIABLE = "CHROMIUM"
REASON_VARIABLE = "AUDIT_POOL_NO_CHROMIUM"
NAMES = (
    "chromium",
    "chromium-headless-shell",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "chrome",
)
KEPT = (
    "~/.cache/ms-playwright/chromium*/*/headless_shell",
    "~/.cache/ms-playwright/chromium*/*/chrome-headless-shell",
    "~/.cache/ms-playwright/chromium*/*/chrome",
    "~/Library/Caches/ms-playwright/chromium*/*/Chromium.app/Contents/MacOS/Chromium",
    "~/Library/Caches/ms-playwright/chromium*/*/*/Contents/MacOS/*Chrom*",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
NPM_LOCK = Path(__file__).parent / "chromium"
UNPACK = "import('@sparticuz/chromium').then(m => m.default.executablePath()).then(p => console.log(p))"


def find_local() -> str | None:
    """Return the path of a browser that is on this machine and runs, or None."""
    named = os.environ.get(PATH_VARIABLE)
    if named:
        return named
    found = [path for name in NAMES if (path := shutil.which(name))]
    found += [path for pattern in KEPT for path in sorted(glob.glob(os.path.expanduser(pattern)), reverse=True)]
    return next((path for path in found if _runs(path)), None)


def _runs(path: str) -> bool:
    # Why ask: some systems put a script on the path that only tells how to get a browser.
    try:
        return "chrom" in quietly([path, "--version"], seconds=30).lower()
    except Failed:
        return False


def acquire() -> str:
    """Return the path of a browser, fetching one where none is here.

    Raises: Failed saying what was tried and why each way failed.
    """
    found = find_local()
    if found:
        return found
    tried: list[str] = []
    for name, fetch in (("apt-get", _from_debian), ("npm", _from_npm), ("unpacked", _unpacked)):
        try:
            return fetch()
        except Failed as reason:
            tried.append(f"{name}: {reason}")
    raise Failed("no Chromium could be had (" + "; ".join(tried) + ")")


def ready_driver() -> dict[str, str]:
    """See to it that Playwright's driver runs; return the variables that it needs for that.

    The node inside Playwright's wheel wants a library that a bare Debian lacks.

    Raises: Failed with the driver's own words.
    """
    drivers = sorted(environment.VENV.glob("lib/python*/site-packages/playwright/driver/node"))
    if not drivers:
        raise Failed("Playwright is not installed")
    try:
        quietly([drivers[0], "--version"])
        return {}
    except Failed as reason:
        node = shutil.which("node")
        if node:
            return {"PLAYWRIGHT_NODEJS_PATH": node}
        try:
            if not is_root():
                script = debian.launcher(drivers[0], debian.unpack("libatomic1"))
                quietly([script, "--version"])
                return {"PLAYWRIGHT_NODEJS_PATH": str(script)}
            debian.install("libatomic1")
            quietly([drivers[0], "--version"])
            return {}
        except Failed as other:
            raise Failed(
                f"Playwright's driver does not run ({reason}), and libatomic1 was not to be had ({other})"
            ) from other


def _from_debian() -> str:
    # Why a font: without one a page has no letters, and contrast and overflow cannot be judged.
    debian.install("chromium-headless-shell", "fonts-dejavu-core")
    found = find_local()
    if found is None:
        raise Failed("the package installed no browser that runs")
    return found


def _unpacked() -> str:
    root = debian.unpack("chromium-headless-shell", "fonts-dejavu-core")
    programs = [root / path for path in ("usr/lib/chromium/chromium-headless-shell", "usr/lib/chromium/headless_shell")]
    program = next((path for path in programs if path.exists()), None)
    if program is None:
        raise Failed("the package holds no program where it was looked for")
    script = debian.launcher(program, root)
    if not _runs(str(script)):
        raise Failed("the unpacked browser does not run here")
    return str(script)


def _from_npm() -> str:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise Failed("there is no npm")
    if not is_linux() or platform.machine() not in ("x86_64", "AMD64"):
        raise Failed(f"there is no package for {platform.system()} on {platform.machine()}")
    home = SERVICES / "chromium-npm"
    browser = home / "chromium"
    if not browser.exists():
        say("Fetching Chromium (an npm package of 66 MB) ...")
        home.mkdir(parents=True, exist_ok=True)
        for lock in NPM_LOCK.glob("*.json"):
            shutil.copy(lock, home)
        quietly([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=home)
        unpacked = quietly([node, "-e", UNPACK], cwd=home, env=dict(os.environ) | {"TMPDIR": str(home)})
        place = Path(unpacked.strip().splitlines()[-1])
        if place != browser:
            shutil.move(place, browser)
        browser.chmod(0o755)
    if not _runs(str(browser)):
        raise Failed("the packed browser does not run here")
    return str(browser)
