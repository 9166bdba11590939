"""The papers as a machine without fonts prints them: the same on every machine, and what a bare one needs is seen."""

from __future__ import annotations

import pytest

from pool.reports import fonts


@pytest.fixture(autouse=True)
def machine_without_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let papers find no font but their own."""
    nothing = fonts.Installed(folders=())
    monkeypatch.setattr(fonts, "installed", lambda: nothing)
