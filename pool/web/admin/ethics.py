"""Ethics reviews: the queue, one request with its answers, its outcome, and the conditions met."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import request, url_for

from pool.journeys import submit
from pool.kernel.clock import day_of
from pool.kernel.history import activity_of
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.registry.queries import EthicsView, deployment, ethics_requests
from pool.registry.queries import ethics_request as request_of
from pool.web.admin import blueprint
from pool.web.display import day
from pool.web.fields import DateField, LongText, Radio
from pool.web.forms import Bound, Form, Section
from pool.web.history import events_of
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb, Fact
from pool.web.requests import actor, at, attachment, attempt, page, perform, reading, with_values
from pool.web.states import office_word
from pool.web.wording import context_word, market_word

SPEC = ListSpec(
    name="ethics",
    columns=(
        Column("deployment_name", _l("Deployment"), primary=True),
        Column("ref", _l("Reference"), "ref", sort=True),
        Column("level", _l("Level")),
        Column("requested", _l("Asked"), "instant", attr="requested_at", sort=True),
        Column("due", _l("Due"), "due", attr="due_on", sort=True),
        Column("state", _l("State"), "state"),
    ),
    filters=(Filter("state", _l("State"), (("requested", _l("Requested")), ("decided", _l("Decided")))),),
    search=_l("Deployment or reference"),
    default_sort="-requested",
)

OUTCOMES = (
    ("approved", _l("Approved"), _l("Nothing stands against this use as described.")),
    ("approved_with_conditions", _l("Approved with conditions"), _l("It may go on if what you list is done in time.")),
    ("refused", _l("Refused"), _l("This use should not go on as described; say why.")),
)
OUTCOME = Form(
    "outcome",
    sections=(
        Section(
            "",
            fields=(
                Radio(name="outcome", label=_l("Outcome"), cards=True, choices=OUTCOMES),
                LongText(
                    name="reasons",
                    label=_l("Reasons"),
                    most=20000,
                    rows=8,
                    help=_l("What you looked at and why it leads to this outcome. The firm reads every word."),
                ),
                LongText(
                    name="conditions",
                    label=_l("Conditions"),
                    required=False,
                    most=8000,
                    rows=4,
                    help=_l("One a line; only with an approval under conditions."),
                ),
                DateField(name="conditions_due_on", label=_l("Conditions are to be met by"), required=False),
            ),
        ),
    ),
)
MET = Form(
    "met",
    sections=(
        Section(
            "",
            fields=(
                LongText(
                    name="note",
                    label=_l("What did you see?"),
                    most=5000,
                    rows=5,
                    help=_l("Name the condition and what shows that it is met."),
                ),
            ),
        ),
    ),
)


def level_word(level: int) -> str:
    """Return the word for a level of ethics review."""
    words = {1: _("Screening"), 2: _("Simplified review"), 3: _("Full review")}
    return words.get(level, str(level))


def may_decide() -> bool:
    """Tell whether the active seat reviews ethics."""
    return actor().office is Office.ETHICS_REVIEWER


@blueprint.get("/pool/ethics")
def ethics() -> Any:
    """List the ethics requests."""
    asked = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda one: ethics_requests(reading(), one), asked)
        return attachment(csv_of(SPEC, rows), name="ethics.csv", media_type="text/csv")
    found = ethics_requests(reading(), asked)
    return page("admin/ethics.html", view=list_view(SPEC, found, path=request.path), level_word=level_word)


@blueprint.get("/pool/ethics/<ethics>")
def ethics_request(ethics: str) -> Any:
    """Show one ethics request with the firm's answers and the outcome, where there is one."""
    found = request_of(reading(), ethics)
    view = deployment(reading(), found.deployment_ref)
    return page(
        "admin/ethics_request.html",
        found=found,
        view=view,
        level=level_word(found.level),
        sentence=_sentence(found),
        act=_action(found) if may_decide() else None,
        must_act=office_word(Office.ETHICS_REVIEWER) if _action(found) else None,
        answers=_answers(found.answers),
        facts=[
            Fact(label=_("Deployment"), value=view.name, url=url_for("admin.deployment", deployment=view.ref)),
            Fact(label=_("Purpose"), value=view.purpose),
            Fact(label=_("Kind of use"), value=context_word(view.context)),
            Fact(label=_("Markets"), value=", ".join(market_word(code) for code in view.markets)),
            Fact(label=_("Tier"), value=view.tier or None, kind="tier"),
            Fact(label=_("Asked"), value=found.requested_at, kind="instant"),
            Fact(label=_("Due"), value=found.due_on, kind="date"),
        ],
        events=events_of(activity_of(reading(), found.ref)),
        crumbs=[Crumb(label=_("Ethics"), url=url_for("admin.ethics")), Crumb(label=found.ref)],
    )


def _sentence(found: EthicsView) -> str:
    if found.state == "requested":
        return _("Waiting for an ethics reviewer until %(day)s.", day=day(found.due_on))
    if found.conditions and found.conditions_met_on is None and found.conditions_due_on is not None:
        return _("Waiting for the firm to meet the conditions until %(day)s.", day=day(found.conditions_due_on))
    return _("Nothing more is waited for.")


def _action(found: EthicsView) -> Action | None:
    if found.state == "requested":
        return Action(label=_("Give the outcome"), url=url_for("admin.decide_ethics", ethics=found.ref))
    if found.conditions and found.conditions_met_on is None:
        return Action(label=_("Confirm the conditions"), url=url_for("admin.meet_conditions", ethics=found.ref))
    return None


def _answers(answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the firm's answers in reading order: label and text; an answer with a question keeps it."""
    found = []
    for name, answer in answers.items():
        if isinstance(answer, Mapping):
            label = str(answer.get("question") or name.replace("_", " ").capitalize())
            text = str(answer.get("answer", ""))
        else:
            label, text = name.replace("_", " ").capitalize(), answer if isinstance(answer, str) else _plain(answer)
        found.append((label, text))
    return found


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(str(one) for one in value) if isinstance(value, (list, tuple)) else str(value)


@blueprint.route("/pool/ethics/<ethics>/outcome", methods=["GET", "POST"])
def decide_ethics(ethics: str) -> Any:
    """Give the outcome of an ethics review."""
    found = request_of(reading(), ethics)
    form = OUTCOME.changed("conditions_due_on", least=day_of(at()) + timedelta(days=1))
    if request.method == "GET":
        return _form_page(found, form.fresh(), _("Outcome of %(ref)s", ref=found.ref), "admin.decide_ethics")
    bound = form.bind(request.form, request.files)
    if bound.valid:
        values = {**bound.cleaned, "conditions": tuple(bound["conditions"].splitlines())}
        answer = attempt(
            bound,
            lambda: perform(with_values(submit.decide_ethics, request=found.ref, **values), then=_back),
            beyond={"forbidden"},
        )
        if answer is not None:
            return answer
    return _form_page(found, bound, _("Outcome of %(ref)s", ref=found.ref), "admin.decide_ethics", status=422)


@blueprint.route("/pool/ethics/<ethics>/conditions", methods=["GET", "POST"])
def meet_conditions(ethics: str) -> Any:
    """Confirm that the conditions of an outcome are met."""
    found = request_of(reading(), ethics)
    title = _("Conditions of %(ref)s", ref=found.ref)
    if request.method == "GET":
        return _form_page(found, MET.fresh(), title, "admin.meet_conditions")
    bound = MET.bind(request.form, request.files)
    answer = attempt(
        bound,
        lambda: perform(with_values(submit.meet_ethics_conditions, request=found.ref, note=bound["note"]), then=_back),
        beyond={"forbidden"},
    )
    if answer is not None:
        return answer
    return _form_page(found, bound, title, "admin.meet_conditions", status=422)


def _back(made: submit.Reference) -> str:
    return url_for("admin.ethics_request", ethics=made.ref)


def _form_page(found: EthicsView, bound: Bound, title: str, endpoint: str, *, status: int = 200) -> Any:
    return page(
        "admin/ethics_form.html",
        status,
        found=found,
        level=level_word(found.level),
        answers=_answers(found.answers),
        form_title=title,
        bound=bound,
        form_action=url_for(endpoint, ethics=found.ref),
        submit_label=_("Put it on record"),
        cancel_url=url_for("admin.ethics_request", ethics=found.ref),
        crumbs=[
            Crumb(label=_("Ethics"), url=url_for("admin.ethics")),
            Crumb(label=found.ref, url=url_for("admin.ethics_request", ethics=found.ref)),
            Crumb(label=title),
        ],
    )
