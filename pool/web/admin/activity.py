"""The journal of the pool: who did what, in which seat, when and why."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from pool.kernel.history import JournalLine, kinds_of_activity
from pool.kernel.history import activity as journal
from pool.kernel.history import activity_entry as entry_of
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.web.admin import blueprint
from pool.web.history import deed_word, labelled
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Crumb, Fact
from pool.web.requests import attachment, page, reading
from pool.web.states import office_word

SPEC = ListSpec(
    name="activity",
    columns=(
        Column("at", _l("When"), "instant", sort=True),
        Column("verb", _l("What"), sort=True, primary=True),
        Column("subject_ref", _l("Subject"), "ref", sort=True),
        Column("name", _l("Who"), sort=True),
        Column("office", _l("Seat")),
        Column("reason", _l("Why"), hidden_on_phone=True),
    ),
    filters=(
        Filter("verb", _l("Verb"), ()),
        Filter("subject_kind", _l("Subject"), ()),
        Filter("office", _l("Seat"), ()),
    ),
    search=_l("Person, verb, reference or reason"),
    default_sort="-at",
)
OFFICES = (
    "firm_member", "firm_manager", "auditor", "technical_reviewer", "decision_maker", "ethics_reviewer",
    "impartiality_officer", "appeal_panel_member", "planner", "treasurer", "registrar", "administrator", "regulator",
    "system", "public",
)  # fmt: skip


@blueprint.get("/pool/activity")
def activity() -> Any:
    """List the journal, newest first."""
    verbs, kinds = kinds_of_activity(reading())
    spec = (
        SPEC.with_choices("verb", [(one, deed_word("", one)) for one in verbs])
        .with_choices("subject_kind", [(one, _readable(one)) for one in kinds])
        .with_choices("office", [(one, office_word(one)) for one in OFFICES])
    )
    asked = spec.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda one: journal(reading(), one), asked)
        return attachment(csv_of(spec, rows), name="activity.csv", media_type="text/csv")
    found = journal(reading(), asked)
    return page(
        "admin/activity.html", view=list_view(spec, found, path=request.path), deed_word=deed_word, readable=_readable
    )


def _readable(name: str) -> str:
    return name.replace("_", " ").replace(".", " ").capitalize()


@blueprint.get("/pool/activity/<activity>")
def activity_entry(activity: str) -> Any:
    """Show one entry of the journal with the state before and after."""
    found = entry_of(reading(), activity)
    before, after = labelled(found.before), labelled(found.after)
    return page(
        "admin/activity_entry.html",
        found=found,
        what=deed_word(found.subject_kind, found.verb),
        changes=[(label, before.get(label), after.get(label)) for label in dict.fromkeys([*before, *after])],
        facts=_facts(found),
        crumbs=[Crumb(label=_("Activity"), url=url_for("admin.activity")), Crumb(label=found.subject_ref)],
    )


def _facts(found: JournalLine) -> list[Fact]:
    return [
        Fact(label=_("When"), value=found.at, kind="instant"),
        Fact(label=_("Who"), value=found.name),
        Fact(label=_("Seat"), value=office_word(found.office)),
        Fact(label=_("Subject"), value=f"{_readable(found.subject_kind)} {found.subject_ref}"),
        Fact(label=_("Why"), value=found.reason or None),
        Fact(label=_("Digest before"), value=found.before_digest or None, kind="digest"),
        Fact(label=_("Digest after"), value=found.after_digest or None, kind="digest"),
        Fact(label=_("Request"), value=found.request_id or None),
    ]
