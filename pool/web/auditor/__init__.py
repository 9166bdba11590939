"""Pages of auditors: desk, calendar, audit files, findings, interests and competence."""

from __future__ import annotations

from flask import Blueprint

from pool.web.guards import guard

blueprint = Blueprint("auditor", __name__, url_prefix="/auditor")
blueprint.before_request(guard)

from pool.web.auditor import (  # noqa: E402  (pages register themselves)
    audits,
    conduct,
    desk,
    files,
    finding_page,
    findings,
    profile,
    proposals,
    reports,
    time,
    workpapers,
)

__all__ = [
    "audits",
    "blueprint",
    "conduct",
    "desk",
    "files",
    "finding_page",
    "findings",
    "profile",
    "proposals",
    "reports",
    "time",
    "workpapers",
]
