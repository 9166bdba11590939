"""Pages."""

from __future__ import annotations

from flask import Blueprint

from pool.web.guards import guard

blueprint = Blueprint("registry", __name__)
blueprint.before_request(guard)
