"""What a regulator may see: the audits that a grant names, while it runs, and nothing else."""

from __future__ import annotations

from typing import Any

from flask import url_for

from auditors.casework import queries
from pool.decisions.queries import decisions_of
from pool.kernel.listing import ListRequest
from pool.kernel.words import gettext as _
from pool.web.admin import blueprint
from pool.web.display import day
from pool.web.parts import Crumb, Fact
from pool.web.requests import page, reading
from pool.web.states import state_word


@blueprint.get("/pool/granted")
def granted() -> Any:
    """List the audits of the running grants."""
    found = queries.audits_of(reading(), ListRequest(size=200))
    return page("admin/granted.html", audits=found.items)


@blueprint.get("/pool/granted/<audit_ref>")
def granted_audit(audit_ref: str) -> Any:
    """Show one granted audit: what it covered, what was found and what was decided."""
    file = queries.audit_file(reading(), audit_ref)
    return page(
        "admin/granted_audit.html",
        file=file,
        findings=[one for one in file.findings if one.released],
        decisions=decisions_of(reading(), file.id),
        facts=[
            Fact(label=_("Firms"), value=tuple(dict.fromkeys(part.firm_name for part in file.participants))),
            Fact(label=_("Deployments"), value=tuple(part.deployment_name for part in file.participants)),
            Fact(label=_("Kind of audit"), value=state_word(file.kind)),
            Fact(
                label=_("Dates"),
                value=_("%(a)s to %(b)s", a=day(file.starts_on), b=day(file.ends_on)) if file.starts_on else "",
            ),
            Fact(label=_("Team"), value=tuple(f"{one.name} ({state_word(one.role)})" for one in file.team)),
            Fact(label=_("Summary of the report"), value=file.summary if file.reported_at else ""),
        ],
        crumbs=[Crumb(label=_("Granted audits"), url=url_for("admin.granted")), Crumb(label=file.ref)],
    )
