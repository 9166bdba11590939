"""The application, a browser and the named people, for every test of pages."""

from __future__ import annotations

from tests.support.web import app, client, pool

__all__ = ["app", "client", "pool"]
