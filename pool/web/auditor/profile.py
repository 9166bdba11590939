"""What keeps an auditor away and what qualifies them: interests with cooling-off, competence with validity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import request, url_for

from auditors.roster import queries as roster
from auditors.roster.values import CompetenceView, InterestView
from pool.journeys import roster as journeys
from pool.kernel.clock import day_of
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.policy.loading import load_edition
from pool.web import display
from pool.web.auditor import blueprint, vocabulary
from pool.web.fields import DateField, LongText, Radio, Text
from pool.web.forms import Form, Option, Section
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb
from pool.web.requests import actor, at, attachment, attempt, form_of, page, perform, reading

EXPIRING_DAYS = 60
INTERESTS = ListSpec(
    name="interests",
    columns=(
        Column("firm_name", _l("Firm"), primary=True),
        Column("kind", _l("Kind")),
        Column("from", _l("From"), "date", sort=True, attr="from_on"),
        Column("until_on", _l("Until"), "date"),
        Column("free_from", _l("Blocks until")),
        Column("verdict", _l("Verdict")),
        Column("declared", _l("Declared"), "instant", sort=True, attr="created_at"),
    ),
    filters=(
        Filter(
            "verdict",
            _l("Verdict"),
            tuple((name, word) for name, (_m, word, _h) in vocabulary.INTEREST_VERDICTS.items()),
        ),
        Filter("kind", _l("Kind"), tuple((name, word) for name, (word, _h) in vocabulary.INTEREST_KINDS.items())),
    ),
    search=_l("Firm"),
    default_sort="-declared",
)
DECLARE = Form(
    "interest",
    [
        Section(
            "",
            [
                Text(name="firm_name", label=_l("Firm"), most=200,
                     help=_l("Its full name, also where it is no member yet: it may become one.")),
                Radio(
                    name="kind",
                    label=_l("What ties you to it?"),
                    cards=True,
                    choices=[Option(name, word, hint) for name, (word, hint) in vocabulary.INTEREST_KINDS.items()],
                ),
                DateField(name="from_on", label=_l("Since")),
                DateField(name="until_on", label=_l("Until"), required=False,
                          help=_l("Leave it empty while it lasts. The cooling-off begins on the day it ends.")),
                LongText(name="note", label=_l("Details"), required=False, most=2000, rows=4,
                         help=_l("What the impartiality officer needs to judge it.")),
            ],
        )
    ],
)  # fmt: skip
END = Form("ended", [Section("", [DateField(name="until_on", label=_l("Ended on"))])])


@blueprint.get("/interests")
def interests() -> Any:
    """List the auditor's interests with their verdicts and when they stop blocking."""
    asked = INTERESTS.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda wanted: roster.interests(reading(), wanted), asked)
        return attachment(csv_of(INTERESTS, rows, cell=_cell), name="interests.csv", media_type="text/csv")
    found = roster.interests(reading(), asked)
    return page(
        "auditor/interests.html",
        view=list_view(INTERESTS, found, path=request.path),
        declare=Action(label=_("Declare an interest"), url=url_for("auditor.declare_interest")),
        blocks=blocks_word,
        words=vocabulary,
    )


def blocks_word(interest: InterestView) -> str:
    """Return until when an interest keeps the auditor away, in words."""
    if interest.block is None:
        return _("does not block")
    if interest.verdict == "unassessed":
        return _("until it is assessed")
    if interest.block.ends is None:
        return _("while it lasts, and %(n)s months after", n=interest.cooling_off_months)
    return display.day(interest.block.ends - timedelta(days=1))


def _cell(item: object, column: Column) -> object:
    if column.key == "free_from" and isinstance(item, InterestView):
        return blocks_word(item)
    return column.value_of(item)


@blueprint.route("/interests/new", methods=["GET", "POST"])
def declare_interest() -> Any:
    """Declare a tie to a firm."""
    bound = form_of(DECLARE)
    answer = attempt(
        bound,
        lambda: perform(
            journeys.declare_interest, **bound.cleaned, then=lambda _interest: url_for("auditor.interests")
        ),
    )
    if answer is not None:
        return answer
    title = _("Declare an interest")
    return page(
        "shared/form.html",
        bound.status,
        form_title=title,
        form_lead=_("From now on planning keeps you away from the firm until the impartiality officer has looked at "
                    "it. Saying too much never counts against you."),
        bound=bound,
        form_action=request.path,
        submit_label=_("Declare"),
        cancel_url=url_for("auditor.interests"),
        crumbs=[Crumb(label=_("Interests"), url=url_for("auditor.interests")), Crumb(label=title)],
    )  # fmt: skip


@blueprint.route("/interests/<public_id>/end", methods=["GET", "POST"])
def end_interest(public_id: str) -> Any:
    """Say when an interest ended; its cooling-off begins there."""
    interest = roster.interest(reading(), public_id)
    bound = form_of(END, {"until_on": day_of(at())})
    answer = attempt(
        bound,
        lambda: perform(
            journeys.end_interest,
            interest=public_id,
            until_on=bound["until_on"],
            then=lambda _interest: url_for("auditor.interests"),
        ),
    )
    if answer is not None:
        return answer
    title = _("The interest in %(firm)s ended", firm=interest.firm_name)
    return page(
        "shared/form.html",
        bound.status,
        form_title=title,
        form_lead=_("It goes on blocking for %(n)s months from that day, and is assessed again.",
                    n=interest.cooling_off_months),
        bound=bound,
        form_action=request.path,
        submit_label=_("Save"),
        cancel_url=url_for("auditor.interests"),
        crumbs=[Crumb(label=_("Interests"), url=url_for("auditor.interests")), Crumb(label=title)],
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------
# Competence


@dataclass(frozen=True, kw_only=True)
class Held:
    """A competence as it is shown: with its name, and how its validity stands today."""

    view: CompetenceView
    name: str
    word: str
    meaning: str
    is_live: bool


@blueprint.get("/competence")
def competence() -> Any:
    """Show the auditor's competence with validity and evidence; what ends soon is marked."""
    profile = roster.profile_of(reading(), actor().auditor_id or 0)
    today = day_of(at())
    names = {**load_edition().effort.competence.functions, **load_edition().effort.competence.sectors}
    held = [_held(view, names, profile.competences, today) for view in profile.competences]
    return page(
        "auditor/competence.html",
        live=[one for one in held if one.is_live],
        past=[one for one in held if not one.is_live],
        profile=profile,
        leads=tuple(reversed(profile.leads)),
        words=vocabulary,
    )


def _held(view: CompetenceView, names: Any, all_of_them: tuple[CompetenceView, ...], today: date) -> Held:
    renewed = any(
        other.code == view.code and other.ended_at is None and other.valid_until > view.valid_until
        for other in all_of_them
    )
    if view.ended_at is not None:
        word, meaning = _("Ended"), "neutral"
    elif view.valid_until < today:
        word, meaning = (_("Renewed"), "neutral") if renewed else (_("Expired"), "overdue")
    elif view.valid_from > today:
        word, meaning = _("Begins later"), "neutral"
    elif view.valid_until <= today + timedelta(days=EXPIRING_DAYS) and not renewed:
        word, meaning = _("Ends soon"), "due_soon"
    else:
        word, meaning = _("Valid"), "good"
    is_live = view.ended_at is None and view.valid_until >= today
    return Held(view=view, name=str(names.get(view.code, "")), word=word, meaning=meaning, is_live=is_live)
