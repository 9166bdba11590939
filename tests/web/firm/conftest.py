"""What every test of a firm's pages may ask for."""

from __future__ import annotations

import pytest

from tests.support.firm_stage import Stage
from tests.support.people import Pool


@pytest.fixture
def stage(pool: Pool) -> Stage:
    """Give the journeys of the named people."""
    return Stage(pool)
