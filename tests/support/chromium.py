"""A real Chromium for tests, driven by Playwright."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bootstrap import chromium
from bootstrap.processes import is_root
from playwright.sync_api import Browser, sync_playwright

AXE = next((Path(__file__).parent / "axe").rglob("axe.min.js"), None)

#: A closed network must stay quiet, and a small /dev/shm (as in a container) must not end the browser.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def program() -> str:
    """Return the path of the browser; skips the test, with the reason, where there is none."""
    reason = os.environ.get(chromium.REASON_VARIABLE)
    found = None if reason else chromium.find_local()
    if found is None:
        pytest.skip(f"Chromium: {reason or 'none is installed; `python3 run.py test` fetches one'}")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """Run the browser for the length of the block."""
    path = program()
    # Why: the sandbox refuses to work for root, and the tests open nothing but our own pages.
    flags = [*FLAGS, "--no-sandbox"] if is_root() else FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=flags)
        try:
            yield browser
        finally:
            browser.close()
