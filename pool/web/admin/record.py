"""The participation record as the pool's offices see it: standings, what is due, entries, the record's own check."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from pool.harbor import lists
from pool.harbor.entries import EntryType
from pool.harbor.lists import StandingLine
from pool.harbor.queries import EntryView, entries_of
from pool.kernel.refusals import Missing
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.registry.lists import names_of
from pool.registry.queries import deployment_by_id
from pool.web.admin import blueprint
from pool.web.display import day
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Crumb, Due, Fact, Tab
from pool.web.registry.verify import record_check
from pool.web.requests import attachment, page, reading
from pool.web.states import STANDING, STATES, due_word, meaning_of, state_word
from pool.web.wording import standing_word

STANDINGS = ListSpec(
    name="standings",
    columns=(
        Column("deployment", _l("Deployment"), attr="deployment_name", sort=True, primary=True),
        Column("firm", _l("Firm"), attr="firm_name", sort=True),
        Column("tier", _l("Tier"), "tier"),
        Column("state", _l("Record"), "state", sort=True),
        Column("since", _l("Since"), "date", sort=True),
        Column("due_since", _l("Due since"), "date", sort=True),
        Column("valid_until", _l("Valid until"), "due", sort=True),
        Column("ref", _l("Reference"), "ref", attr="deployment_ref", hidden_on_phone=True),
    ),
    filters=(
        Filter("state", _l("Record"), tuple((key, STATES[key][1]) for key in (*STANDING, lists.DEEMED))),
        Filter("due", _l("Due"), (("suspended", _l("Suspension")), ("revoked", _l("Revocation")))),
        Filter("tier", _l("Tier"), (("low", _l("Low")), ("medium", _l("Medium")), ("high", _l("High")))),
    ),
    search=_l("Deployment, firm or reference"),
    default_sort="deployment",
)

_TYPES = {
    EntryType.REGISTRATION: _l("Registration"),
    EntryType.ETHICS_REVIEW: _l("Ethics review"),
    EntryType.AUDIT_ENGAGED: _l("Engagement with an audit"),
    EntryType.FINDING: _l("Finding"),
    EntryType.REMEDIATION: _l("Remediation"),
    EntryType.ASSESSMENT: _l("Assessment"),
    EntryType.STANDING_GRANTED: _l("Standing granted"),
    EntryType.STANDING_SUSPENDED: _l("Standing suspended"),
    EntryType.STANDING_REVOKED: _l("Standing revoked"),
    EntryType.STANDING_REINSTATED: _l("Standing reinstated"),
    EntryType.CORRECTION: _l("Correction"),
    EntryType.ERASURE: _l("Erasure"),
    EntryType.KEY: _l("Key"),
    EntryType.STATUS_LIST: _l("Status list"),
}

ENTRIES = ListSpec(
    name="entries",
    columns=(
        Column("seq", _l("Number"), "number", sort=True, primary=True),
        Column("kind", _l("Kind")),
        Column("deployment_ref", _l("Deployment"), "ref"),
        Column("firm_name", _l("Firm")),
        Column("valid_from", _l("Valid from"), "date"),
        Column("recorded_at", _l("Recorded"), "instant", sort=True),
        Column("leaf_hash", _l("Hash"), "digest", hidden_on_phone=True),
    ),
    filters=(Filter("kind", _l("Kind"), tuple((str(one), word) for one, word in _TYPES.items())),),
    search=_l("Deployment, firm or kind"),
    default_sort="-seq",
)


class NoSuchEntry(Missing):
    """The record has no entry of this number."""


def kind_word(kind: str) -> str:
    """Return the word for a kind of entry."""
    return str(_TYPES[EntryType(kind)]) if kind in set(EntryType) else kind


def _tabs(current: str) -> list[Tab]:
    return [
        Tab(label=_("Standings"), url=url_for("admin.record"), current=current == "standings"),
        Tab(label=_("Entries"), url=url_for("admin.record_entries"), current=current == "entries"),
    ]


@blueprint.get("/pool/record")
def record() -> Any:
    """List the present standings, what is due among them, and how the record itself stands."""
    asked = STANDINGS.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda one: lists.standings_listed(reading(), one), asked)
        return attachment(csv_of(STANDINGS, rows, cell=_cell), name="standings.csv", media_type="text/csv")
    found = lists.standings_listed(reading(), asked)
    return page(
        "admin/record.html",
        view=list_view(STANDINGS, found, path=request.path),
        names=names_of(reading(), {line.deployment_id for line in found.items}),
        due=[due_item(line) for line in lists.due_standings(reading())],
        counts=[
            (state_word(state), count, meaning_of(state)) for state, count in lists.count_by_state(reading()).items()
        ],
        check=record_check(reading()),
        tabs=_tabs("standings"),
        standing_word=standing_word,
    )


def _cell(item: object, column: Column) -> object:
    assert isinstance(item, StandingLine)
    return standing_word(item) if column.key == "state" else column.value_of(item)


def due_item(line: StandingLine) -> Due:
    """Return a due suspension or revocation as a line of a list of what waits."""
    return Due(
        label=_(
            "%(what)s due: %(name)s", what=due_word(line.due_state), name=line.deployment_name or _("a deployment")
        ),
        url=url_for("admin.deployment", deployment=line.deployment_ref)
        if line.deployment_ref
        else url_for("admin.record"),
        meaning="overdue",
        word=_("since %(day)s", day=day(line.due_since)) if line.due_since else "",
        why=_("%(firm)s. It takes effect only by a reasoned decision of two persons.", firm=line.firm_name),
    )


@blueprint.get("/pool/record/entries")
def record_entries() -> Any:
    """List the entries of the record, newest first."""
    asked = ENTRIES.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda one: lists.entries_listed(reading(), one), asked)
        return attachment(csv_of(ENTRIES, rows), name="entries.csv", media_type="text/csv")
    found = lists.entries_listed(reading(), asked)
    return page(
        "admin/record_entries.html",
        view=list_view(ENTRIES, found, path=request.path),
        names=names_of(reading(), {line.deployment_id for line in found.items if line.deployment_id}),
        kind_word=kind_word,
        check=record_check(reading()),
        tabs=_tabs("entries"),
    )


@blueprint.get("/pool/record/entries/<int:seq>")
def record_entry(seq: int) -> Any:
    """Show one entry: its exact bytes, the private document behind it, and what superseded it."""
    found = lists.entry_numbered(reading(), seq) if seq < 2**63 else None
    if found is None:
        raise NoSuchEntry(_("The record has no entry of this number."), next_step=_("Look at the list of entries."))
    line = lists.entry_line(reading(), seq)
    view = deployment_by_id(reading(), line.deployment_id) if line.deployment_id else None
    document = _document(seq, view.id) if view else None
    return page(
        "admin/record_entry.html",
        found=found,
        view=view,
        kind=kind_word(str(found.content["type"])),
        facts=[
            Fact(label=_("Kind"), value=kind_word(str(found.content["type"]))),
            Fact(label=_("Recorded"), value=found.recorded_at, kind="instant"),
            Fact(label=_("Valid from"), value=str(found.content["valid_from"])),
            Fact(label=_("Rules applied"), value=str(found.content["rule"])),
            Fact(label=_("Supersedes"), value=_supersedes(found.content["prev"])),
            Fact(label=_("Hash of the entry"), value=found.leaf_hash, kind="digest"),
            Fact(label=_("Digest of the document"), value=str(found.content["digest"]), kind="digest"),
        ],
        document=document,
        body=[(name, _flat(value)) for name, value in (document.body or {}).items()] if document else [],
        later=lists.superseding(reading(), seq),
        crumbs=[
            Crumb(label=_("Record"), url=url_for("admin.record")),
            Crumb(label=_("Entries"), url=url_for("admin.record_entries")),
            Crumb(label=str(seq)),
        ],
    )


def _supersedes(prev: Any) -> str | None:
    return None if prev is None else _("entry %(n)s", n=prev)


def _document(seq: int, deployment_id: int) -> EntryView | None:
    return next((one for one in entries_of(reading(), deployment_id) if one.seq == seq), None)


def _flat(value: Any) -> str:
    """Return a value of a private document as one readable text."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_flat(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_flat(one) for one in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "–" if value is None else str(value)
