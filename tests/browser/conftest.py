"""The served application for every test of the browser."""

from __future__ import annotations

from tests.support.live import demo_template, live_demo, live_empty

__all__ = ["demo_template", "live_demo", "live_empty"]
