"""Addresses of static files that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
BOOTSTRAP = "vendor/bootstrap/5.3.9/bootstrap.min.css"
HTMX = "vendor/htmx.org/4.0.1/htmx.min.js"
HTMX_CSP = "vendor/htmx.org/4.0.1/hx-csp.min.js"


@cache
def _digest(name: str) -> bytes:
    return hashlib.sha384((STATIC / name).read_bytes()).digest()


def asset_url(name: str, *, base: str = "/static") -> str:
    """Return the address of a static file with a mark of its content."""
    return f"{base}/{name}?v={_digest(name).hex()[:12]}"


def asset_integrity(name: str) -> str:
    """Return the integrity value of a static file. Source: W3C Subresource Integrity."""
    return "sha384-" + base64.b64encode(_digest(name)).decode("ascii")
