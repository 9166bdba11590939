"""Public pages, without an account: the register, one entry of it, its standing on a day, and the check of an entry."""

from __future__ import annotations

from flask import Blueprint

from pool.web.guards import guard

blueprint = Blueprint("registry", __name__)
blueprint.before_request(guard)

from pool.web.registry import register, verify  # noqa: E402  (pages register themselves)

__all__ = ["blueprint", "register", "verify"]
