"""Interests of auditors: what waits for the impartiality officer, all that were declared or found out, the verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for

from auditors.roster import queries
from auditors.roster.rules import DETECTING_OFFICES, MOST_COOLING_OFF_MONTHS
from auditors.roster.values import InterestView
from pool.journeys import roster as journeys
from pool.kernel.history import activity_of
from pool.kernel.listing import ListRequest
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members.queries import firms
from pool.web import display
from pool.web.admin import blueprint
from pool.web.admin.roster import roster_tabs
from pool.web.auditor import vocabulary
from pool.web.fields import Choice, DateField, Integer, LongText, Radio, Text
from pool.web.forms import Bound, Form, Option, Section
from pool.web.history import events_of
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Crumb, Due, Explanation, Fact
from pool.web.requests import actor, attachment, attempt, form_of, page, perform, reading, with_values

#: The queue shows this many; the list beneath holds all.
MOST_WAITING = 20
SPEC = ListSpec(
    name="interests",
    columns=(
        Column("auditor", _l("Auditor"), attr="auditor_name", sort=True, primary=True),
        Column("firm_name", _l("Firm")),
        Column("kind", _l("Kind")),
        Column("from", _l("From"), "date", sort=True, attr="from_on"),
        Column("until_on", _l("Until")),
        Column("blocks", _l("Blocks until")),
        Column("verdict", _l("Verdict")),
        Column("declared", _l("Entered"), "instant", sort=True, attr="created_at"),
    ),
    filters=(
        Filter("verdict", _l("Verdict"), tuple((k, w) for k, (_m, w, _h) in vocabulary.INTEREST_VERDICTS.items())),
        Filter("kind", _l("Kind"), tuple((k, w) for k, (w, _h) in vocabulary.INTEREST_KINDS.items())),
        Filter("source", _l("Source"), (("declared", _l("Declared")), ("detected", _l("Found out")))),
    ),
    search=_l("Auditor or firm"),
    default_sort="-declared",
)
ASSESS = Form(
    "assess",
    sections=(
        Section(
            "",
            fields=(
                Radio(
                    name="verdict",
                    label=_l("Your verdict"),
                    cards=True,
                    choices=[
                        Option(name, word, hint)
                        for name, (_m, word, hint) in vocabulary.INTEREST_VERDICTS.items()
                        if name != "unassessed"
                    ],
                ),
                Integer(
                    name="cooling_off_months",
                    label=_l("Cooling-off"),
                    unit=_l("months"),
                    most=MOST_COOLING_OFF_MONTHS,
                    help=_l("How long it blocks after its end. The edition says 24; another number needs a reason."),
                ),
                LongText(name="reason", label=_l("Reason"), most=2000, rows=4,
                         help=_l("The auditor reads it; where the tie is allowed, the report prints it.")),
            ),
        ),
    ),
)  # fmt: skip
DETECT = Form(
    "interest",
    sections=(
        Section(
            "",
            fields=(
                Choice(name="firm", label=_l("Member firm"), required=False, blank=_l("No member, or not yet")),
                Text(name="firm_name", label=_l("Other firm"), required=False, most=200,
                     help=_l("Its full name, where it is no member: it may become one.")),
                Radio(
                    name="kind",
                    label=_l("What ties the auditor to it?"),
                    choices=[(name, word) for name, (word, _h) in vocabulary.INTEREST_KINDS.items()],
                ),
                DateField(name="from_on", label=_l("Since")),
                DateField(name="until_on", label=_l("Until"), required=False, help=_l("Empty while it lasts.")),
                LongText(name="note", label=_l("How you know"), most=2000, rows=3),
            ),
        ),
    ),
)  # fmt: skip


def may_assess() -> bool:
    """Tell whether the active seat gives the verdict on interests."""
    return actor().office is Office.IMPARTIALITY_OFFICER


def may_detect() -> bool:
    """Tell whether the active seat enters interests that were found out."""
    return actor().office in DETECTING_OFFICES


def blocks_word(interest: InterestView) -> str:
    """Return until when an interest keeps the auditor away, in words."""
    if interest.block is None:
        return _("does not block")
    if interest.verdict == "unassessed":
        return _("until it is assessed")
    if interest.block.ends is None:
        return _("while it lasts, and %(n)s months after", n=interest.cooling_off_months)
    return display.day(interest.block.ends - timedelta(days=1))


@blueprint.get("/pool/roster/interests")
def interests() -> Any:
    """Show what waits for a verdict, and every interest."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda part: queries.interests(reading(), part), asked)
        return attachment(csv_of(SPEC, rows, cell=_cell), name="interests.csv", media_type="text/csv")
    waiting = queries.interests(
        reading(), ListRequest(filters=(("verdict", ("unassessed",)),), sort="declared", size=MOST_WAITING)
    )
    return page(
        "admin/interests.html",
        tabs=roster_tabs("interests"),
        waiting=[_due(one) for one in waiting.items],
        more=waiting.next_cursor is not None,
        may_assess=may_assess(),
        view=list_view(SPEC, queries.interests(reading(), asked), path=request.path),
        blocks=blocks_word,
        words=vocabulary,
    )


def _due(one: InterestView) -> Due:
    kind = vocabulary.interest_kind_word(one.kind)
    return Due(
        label=_("%(auditor)s and %(firm)s", auditor=one.auditor_name, firm=one.firm_name),
        url=url_for("admin.assess_interest", interest=one.public_id),
        meaning="due_soon",
        word=_("blocks until assessed"),
        why=f"{kind}. {one.note}" if one.note else kind,
    )


def _cell(item: object, column: Column) -> object:
    assert isinstance(item, InterestView)
    if column.key == "blocks":
        return blocks_word(item)
    if column.key == "kind":
        return vocabulary.interest_kind_word(item.kind)
    return vocabulary.interest_word(item.verdict) if column.key == "verdict" else column.value_of(item)


@blueprint.route("/pool/roster/interests/<interest>", methods=["GET", "POST"])
def assess_interest(interest: str) -> Any:
    """Show one interest; the impartiality officer gives the verdict."""
    found = queries.interest(reading(), interest)
    bound = form_of(ASSESS, _start(found))
    answer = attempt(
        bound,
        lambda: perform(
            with_values(journeys.assess_interest, interest=interest, **bound.cleaned),
            then=lambda _view: url_for("admin.interests"),
        ),
        beyond={"forbidden"},
    )
    if answer is not None:
        return answer
    return _interest_page(found, bound)


def _start(found: InterestView) -> dict[str, Any]:
    start: dict[str, Any] = {"cooling_off_months": found.cooling_off_months}
    if found.verdict != "unassessed":
        start |= {"verdict": found.verdict, "reason": found.verdict_reason}
    return start


def _interest_page(found: InterestView, bound: Bound) -> Any:
    events = [
        event
        for event in events_of(activity_of(reading(), found.auditor_ref))
        if event.what.casefold().startswith("interest")
    ]
    return page(
        "admin/interests_assess.html",
        bound.status,
        found=found,
        facts=_facts(found),
        sentence=_sentence(found),
        bound=bound if may_assess() else None,
        events=events,
        words=vocabulary,
        crumbs=[
            Crumb(label=_("Roster"), url=url_for("admin.roster")),
            Crumb(label=_("Interests"), url=url_for("admin.interests")),
            Crumb(label=found.auditor_name),
        ],
    )


def _sentence(found: InterestView) -> str:
    if found.verdict == "unassessed":
        return _("Nobody has looked at it yet. Until then planning keeps the auditor away from this firm.")
    if found.block is None:
        return _("It does not keep the auditor away.")
    return _("It keeps the auditor away: %(until)s.", until=blocks_word(found))


def _facts(found: InterestView) -> list[Fact]:
    return [
        Fact(
            label=_("Auditor"),
            value=found.auditor_name,
            hint=found.auditor_ref,
            url=url_for("admin.auditor", ref=found.auditor_ref),
        ),
        Fact(
            label=_("Firm"),
            value=found.firm_name,
            hint=_("A member of the pool.")
            if found.firm_id
            else _("No member; it blocks if it becomes one by this name."),
        ),
        Fact(label=_("Kind"), value=vocabulary.interest_kind_word(found.kind)),
        Fact(label=_("From"), value=found.from_on, kind="date"),
        Fact(label=_("Until"), value=found.until_on or _("it lasts"), kind="date" if found.until_on else "text"),
        Fact(
            label=_("Blocks until"),
            value=blocks_word(found),
            explain=Explanation(
                rule=_(
                    "An interest nobody has assessed blocks without an end: unseen is not harmless. A prohibited one "
                    "blocks while it runs and for its cooling-off."
                ),
                inputs=[(_("Cooling-off, months"), found.cooling_off_months)],
                source="effort.yaml, separation; ISO/IEC 17021-1, 5.2",
            ),
        ),
        Fact(
            label=_("Where it comes from"),
            value=_("declared by the auditor") if found.source == "declared" else _("found out by the pool"),
        ),
        Fact(label=_("Details"), value=found.note),
    ]


@blueprint.route("/pool/roster/<ref>/interest", methods=["GET", "POST"])
def detect_interest(ref: str) -> Any:
    """Enter an interest that was found out; it blocks until it is assessed."""
    found = queries.auditor(reading(), ref)
    form = DETECT.with_choices("firm", [(firm.ref, firm.name) for firm in firms(reading())])
    bound = form.fresh()
    if request.method == "POST":
        bound = form.bind(request.form, request.files)
        if bound.valid and bool(bound["firm"]) == bool(bound["firm_name"]):
            bound.add_error("firm", _("Choose a member firm, or name another one."))
        if bound.valid:
            values: dict[str, Any] = {
                name: value or "" if name == "firm" else value for name, value in bound.cleaned.items()
            }
            answer = attempt(
                bound,
                lambda: perform(
                    journeys.declare_interest,
                    auditor=found.ref,
                    **values,
                    then=lambda _view: url_for("admin.auditor", ref=found.ref) + "#interests",
                ),
                beyond={"forbidden"},
            )
            if answer is not None:
                return answer
    title = _("Enter an interest of %(name)s", name=found.name)
    return page(
        "shared/form.html",
        bound.status,
        form_title=title,
        form_lead=_("For what was found out rather than declared. The auditor sees it, and it blocks until assessed."),
        bound=bound,
        form_action=request.path,
        submit_label=_("Enter"),
        cancel_url=url_for("admin.auditor", ref=found.ref),
        crumbs=[
            Crumb(label=_("Roster"), url=url_for("admin.roster")),
            Crumb(label=found.name, url=url_for("admin.auditor", ref=found.ref)),
            Crumb(label=_("Interest")),
        ],
    )
