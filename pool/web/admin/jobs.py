"""Timed jobs: what is due, what is being done, what failed and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request

from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.admin import blueprint
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.requests import attachment, page, reading
from scheduling.jobs import MAX_ATTEMPTS, jobs_listed

STATES = (("due", _l("Due")), ("claimed", _l("Being done")), ("dead", _l("Given up")), ("done", _l("Done")))
SPEC = ListSpec(
    name="jobs",
    columns=(
        Column("kind", _l("Job"), sort=True, primary=True),
        Column("due_at", _l("Due"), "instant", sort=True),
        Column("state", _l("State")),
        Column("attempts", _l("Attempts"), "number", sort=True),
        Column("last_error", _l("Last error")),
        Column("dedupe_key", _l("Key"), hidden_on_phone=True),
    ),
    filters=(Filter("state", _l("State"), STATES),),
    search=_l("Job, key or error"),
    default_sort="-due_at",
)
_MEANINGS = {"due": "neutral", "claimed": "due_soon", "dead": "overdue", "done": "good"}


@blueprint.get("/pool/jobs")
def jobs() -> Any:
    """List the timed jobs; without a choice of states, those that are not done."""
    told = SPEC.parse(request.args)
    asked = told if told.chosen("state") else told.fixed("state", "due", "claimed", "dead")
    if request.args.get("format") == "csv":
        rows = every_item(lambda one: jobs_listed(reading(), one), asked)
        return attachment(csv_of(SPEC, rows), name="jobs.csv", media_type="text/csv")
    found = jobs_listed(reading(), asked)
    return page(
        "admin/jobs.html",
        # Why what was asked and not what was read: the choice that the page makes itself is no filter to remove.
        view=list_view(SPEC, replace(found, request=told), path=request.path),
        job_word=job_word,
        words=dict(STATES),
        meanings=_MEANINGS,
        most=MAX_ATTEMPTS,
    )


def job_word(kind: str) -> str:
    """Return in words what a kind of job does; an unknown kind stays as it is."""
    words = {
        "daily.expire_quote": _("Let an estimate run out"),
        "daily.start_audit": _("Begin an audit on its first day"),
        "daily.take_silence": _("Take silence on a finding as agreement"),
        "daily.close_audit": _("Close a decided audit"),
        "daily.refresh_standing": _("Derive the standing of a deployment anew"),
        "daily.forget": _("Forget old sessions and jobs, and files that nothing names"),
        "daily.let_pass": _("Plan the work of the day"),
        "daily.refresh_all_standings": _("Plan the work of the day"),
        "plan.solve": _("Make a plan"),
        "plan.replan_one": _("Look for another team for one booking"),
    }
    return words.get(kind, kind)
