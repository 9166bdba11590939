"""Public identities: random, so that knowing one tells nothing of another."""

from __future__ import annotations

import re
import secrets

_PUBLIC_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_REFERENCE = re.compile(r"[A-Z]{3,4}-[0-9]{4}-[0-9]{4,}", re.ASCII)


def new_public_id() -> str:
    """Return 128 random bits as 32 lower-case hexadecimal digits."""
    return secrets.token_hex(16)


def is_public_id(text: str) -> bool:
    """Tell whether ``text`` has the form of a public id."""
    return _PUBLIC_ID.fullmatch(text) is not None


def reference_of(prefix: str, year: int, number: int) -> str:
    """Return a readable reference, e.g. ``AUD-2026-0007``."""
    return f"{prefix}-{year:04d}-{number:04d}"
