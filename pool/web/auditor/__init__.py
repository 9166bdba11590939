"""Pages of auditors: desk, calendar, audit files, findings, interests and competence."""

from __future__ import annotations

from flask import Blueprint

from pool.web.guards import guard

blueprint = Blueprint("auditor", __name__, url_prefix="/auditor")
blueprint.before_request(guard)

# The pages register themselves on the blueprint.
from pool.web.auditor import audits, conduct, desk, files, findings, profile, proposals, time, workpapers  # noqa: E402, F401
