"""Links that only those see who may open them: nobody is sent to a page that refuses them."""

from __future__ import annotations

from typing import Any

from flask import url_for

from pool.web.permissions import TABLE
from pool.web.requests import actor


def url_if_open(endpoint: str, **values: Any) -> str:
    """Return the address of a page, or an empty text where the active seat may not look at it."""
    permission = TABLE[endpoint]
    if not permission.anyone and actor().office not in permission.read:
        return ""
    return url_for(endpoint, **values)
