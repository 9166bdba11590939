"""Files made by others, where they lie beside the checkout: extra parameters, never a reason to skip.

``AUDIT_POOL_SAMPLES`` names the folder; ``../shared`` beside the checkout is taken when it is not set.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def samples_folder() -> Path:
    """Return the folder that may hold samples; it need not be there."""
    return Path(os.environ.get("AUDIT_POOL_SAMPLES") or CHECKOUT.parent / "shared")


def sample_files(*patterns: str) -> list[Path]:
    """Return the sample files that match any of ``patterns`` below the folder, sorted."""
    folder = samples_folder()
    return sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})


def sample_params(*patterns: str) -> list[Any]:
    """Return the sample files as parameters named after their place in the folder.

    ``@pytest.mark.parametrize("path", sample_params("samples/mlbom/*.json"))`` gives no test at all where the
    folder is absent: tests/conftest.py leaves out what has no parameters.
    """
    folder = samples_folder()
    return [pytest.param(path, id=str(path.relative_to(folder))) for path in sample_files(*patterns)]
