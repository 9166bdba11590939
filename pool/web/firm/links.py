"""Addresses of pages that may belong to another part of the firm's pages."""

from __future__ import annotations

from typing import Any

from flask import url_for
from werkzeug.routing import BuildError


def url_if(endpoint: str, **values: Any) -> str:
    """Return the address of a page, or an empty text where this pool has no such page."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return ""
