"""Canonical bytes and digests: the same facts always give the same name."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import rfc8785

SALT_BYTES = 32


def sha256_hex(data: bytes) -> str:
    """Return the lower-case hexadecimal SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()


def plain(value: Any) -> Any:
    """Turn dates, instants, exact numbers and tuples into JSON values, recursively.

    Exact numbers become strings: a float would not survive the way through another implementation.
    """
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Decimal, Fraction)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [plain(item) for item in value]
    return value


def canonical_json(value: Any) -> bytes:
    """Return ``value`` as JSON in the canonical form. Source: RFC 8785."""
    return rfc8785.dumps(plain(value))


def digest_of(value: Any) -> str:
    """Return ``sha256:<hex>`` over the canonical JSON of ``value``."""
    return "sha256:" + sha256_hex(canonical_json(value))


def new_salt() -> bytes:
    """Return 256 random bits to be kept with a private document."""
    return secrets.token_bytes(SALT_BYTES)


def salted_digest(value: Any, salt: bytes) -> str:
    """Return a keyed digest of ``value`` that tells nothing once ``salt`` is gone. Source: RFC 2104 (HMAC)."""
    return "sha256:" + hmac.new(salt, canonical_json(value), hashlib.sha256).hexdigest()
