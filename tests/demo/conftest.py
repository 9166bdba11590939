"""The told demo, once for all tests of the demo."""

from __future__ import annotations

from tests.support.live import demo_template

__all__ = ["demo_template"]
