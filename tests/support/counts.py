"""How much a test does: reduced counts in ``run.py test``, full counts in ``run.py soak``."""

from __future__ import annotations

import os

SOAKING = bool(os.environ.get("AUDIT_POOL_SOAK"))


def count(*, test: int, soak: int) -> int:
    """Return the count for this run."""
    return soak if SOAKING else test
