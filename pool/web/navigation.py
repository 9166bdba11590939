"""Navigation: which pages a seat finds at the top of every page."""

from __future__ import annotations

from flask import request, url_for
from werkzeug.routing import BuildError

from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.words import lazy
from pool.web.parts import NavItem
from pool.web.permissions import TABLE

FIRM = (
    ("firm.home", lazy("Home")),
    ("firm.models", lazy("Models")),
    ("firm.deployments", lazy("Deployments")),
    ("firm.bookings", lazy("Bookings")),
    ("firm.findings", lazy("Findings")),
    ("firm.record", lazy("Record")),
    ("firm.statements", lazy("Statements")),
    ("firm.people", lazy("People")),
)
AUDITOR = (
    ("auditor.desk", lazy("Desk")),
    ("auditor.calendar", lazy("Calendar")),
    ("auditor.audits", lazy("Audits")),
    ("auditor.interests", lazy("Interests")),
    ("auditor.competence", lazy("Competence")),
)
POOL = (
    ("admin.granted", lazy("Granted audits")),
    ("admin.home", lazy("Home")),
    ("admin.members", lazy("Members")),
    ("admin.foundation_models", lazy("Foundation models")),
    ("admin.roster", lazy("Roster")),
    ("admin.bookings", lazy("Bookings")),
    ("admin.plan", lazy("Plan")),
    ("admin.ethics", lazy("Ethics")),
    ("admin.decisions", lazy("Decisions")),
    ("admin.costs", lazy("Costs")),
    ("admin.record", lazy("Record")),
    ("admin.activity", lazy("Activity")),
    ("admin.people", lazy("People")),
    ("admin.jobs", lazy("Jobs")),
)
PUBLIC = (("registry.register", lazy("Public register")), ("registry.verify", lazy("Verify")))


def entries(office: Office | None) -> tuple[tuple[str, str], ...]:
    """Return endpoint and label of each entry that the office may open."""
    if office is None:
        return PUBLIC
    mine = FIRM if office in FIRM_OFFICES else AUDITOR if office is Office.AUDITOR else POOL
    return tuple((e, label) for e, label in mine if e in TABLE and office in TABLE[e].read) + PUBLIC


def navigation(office: Office | None) -> list[NavItem]:
    """Return the navigation for an office, with the present section marked."""
    items = []
    for endpoint, label in entries(office):
        try:
            url = url_for(endpoint)
        except BuildError:
            continue
        current = request.path == url or (url.count("/") > 1 and request.path.startswith(url + "/"))
        items.append(NavItem(label=str(label), url=url, current=current))
    return items
