"""The public register: every enrolled deployment with its standing, and its standing on a day as known on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from pool.harbor import queries as harbor
from pool.harbor.queries import RegisterView
from pool.journeys import standing
from pool.kernel.clock import day_of
from pool.kernel.refusals import Missing
from pool.kernel.roles import SYSTEM
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.registry.queries import deployment
from pool.web.fields import DateField, FieldError
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Crumb, Fact
from pool.web.registry import blueprint
from pool.web.requests import at, attachment, database, page, reading
from pool.web.states import STANDING, state_word, tier_word
from pool.web.wording import context_choices, context_word, market_word, public_state, what_a_page_is_not

SPEC = ListSpec(
    name="register",
    columns=(
        Column("name", _l("Deployment"), attr="deployment_name", sort=True, primary=True),
        Column("firm", _l("Firm"), attr="firm_name", sort=True),
        Column("tier", _l("Tier"), "tier", sort=True),
        Column("state", _l("Record"), "state", sort=True),
        Column("since", _l("Since"), "date", sort=True),
        Column("context", _l("Kind of use"), hidden_on_phone=True),
        Column("audited", _l("Last audit"), "date", attr="last_audit_on", sort=True),
        Column("ref", _l("Reference"), "ref", attr="deployment_ref", sort=True, hidden_on_phone=True),
    ),
    filters=(
        Filter("tier", _l("Tier"), (("low", _l("Low")), ("medium", _l("Medium")), ("high", _l("High")))),
        Filter(
            "state", _l("Record"), tuple((key, word) for key, (_m, word) in STANDING.items() if key != "not_enrolled")
        ),
        Filter("context", _l("Kind of use"), ()),
    ),
    search=_l("Firm, deployment, model or reference"),
    default_sort="firm",
)


class NotInRegister(Missing):
    """No deployment of this reference stands in the public register."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the register says about a deployment on a day, as known on a day: a state and nothing else."""

    on: date
    known: date
    state: str


def shown_entry(ref: str) -> RegisterView:
    """Return the register's entry of a deployment. Raises: NotInRegister."""
    found = harbor.register_entry(reading(), ref)
    if found is None:
        raise NotInRegister(
            _("No such deployment stands in the public register."), next_step=_("Search in the register.")
        )
    return found


def shown_state(item: RegisterView) -> str:
    """Return the id of the state under which an entry is shown."""
    return public_state(item.state, deemed=item.deemed)


@blueprint.get("/register")
def register() -> Any:
    """List the public register."""
    spec = SPEC.with_choices("context", context_choices())
    asked = spec.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda one: harbor.register(reading(), one), asked)
        return attachment(csv_of(spec, rows, cell=_cell), name="register.csv", media_type="text/csv")
    found = harbor.register(reading(), asked)
    return page(
        "registry/register.html",
        view=list_view(spec, found, path=request.path),
        shown_state=shown_state,
        context_word=context_word,
    )


def _cell(item: object, column: Column) -> object:
    assert isinstance(item, RegisterView)
    words = {"state": state_word(shown_state(item)), "context": context_word(item.context)}
    if column.key == "tier":
        return tier_word(item.tier) if item.tier else ""
    return words.get(column.key, column.value_of(item))


@blueprint.get("/register/<ref>")
def entry(ref: str) -> Any:
    """Show what the public may see of one deployment."""
    return _entry_page(shown_entry(ref), None, ())


@blueprint.get("/register/<ref>/standing")
def standing_on(ref: str) -> Any:
    """Say where the record of a registered deployment stood on a day, as known at the end of another day."""
    found = shown_entry(ref)
    today = day_of(at())
    faults: list[str] = []
    on = _day("on", _("On the day"), today, faults)
    known = _day("known", _("As known on"), today, faults)
    if on is None or known is None:
        return _entry_page(found, None, tuple(faults), status=422)
    # Why the pool's own scope: the facts are the firm's; the public is told the state that follows and nothing else.
    with database().reading(SYSTEM, at()) as office:
        view = deployment(office, found.deployment_ref)
        derived = standing.standing_on(office, deployment_id=view.id, on=on, known=known)
    state = public_state(str(derived.state), deemed=derived.deemed)
    return _entry_page(found, Answer(on=on, known=known, state=state), ())


def _day(name: str, label: str, today: date, faults: list[str]) -> date | None:
    raw = request.args.get(name, "").strip()
    if not raw:
        return today
    try:
        day: date = DateField(name=name, label=label, most=today, least=date(2020, 1, 1)).read(raw)
    except FieldError as error:
        faults.append(f"{label}: {error}")
        return None
    return day


def _entry_page(found: RegisterView, answer: Answer | None, faults: tuple[str, ...], *, status: int = 200) -> Any:
    today = day_of(at())
    state = shown_state(found)
    facts = [
        Fact(label=_("Firm"), value=f"{found.firm_name} ({found.firm_ref})"),
        Fact(label=_("Purpose"), value=found.purpose),
        Fact(label=_("Kind of use"), value=context_word(found.context)),
        Fact(label=_("Markets"), value=", ".join(market_word(code) for code in found.markets)),
        Fact(label=_("Fine-tuned model"), value=found.model_name),
        Fact(label=_("Foundation model"), value=found.foundation_name or None),
        Fact(
            label=_("Last audit decided on"),
            value=found.last_audit_on,
            kind="date",
            hint="" if found.last_audit_on else _("No audit has been decided yet."),
        ),
        Fact(label=_("This entry was last changed"), value=found.updated_at, kind="instant"),
    ]
    return page(
        "registry/entry.html",
        status,
        found=found,
        state=state,
        sentence=_sentence(found, state, today),
        facts=facts,
        answer=answer,
        faults=faults,
        asked_on=request.args.get("on", "") or today.isoformat(),
        asked_known=request.args.get("known", "") or today.isoformat(),
        today=today,
        not_this=what_a_page_is_not(),
        crumbs=[
            Crumb(label=_("Public register"), url=url_for("registry.register")),
            Crumb(label=found.deployment_name),
        ],
    )


def _sentence(found: RegisterView, state: str, today: date) -> str:
    """Return what the state means, in one sentence. Source: DECISIONS 14; a low tier is a listing."""
    listing = found.tier == "low"
    sentences = {
        "good_standing": _("The dated facts of the record meet its conditions today.")
        if not listing
        else _(
            "This is a listing: the firm has declared the indicators of this deployment; the facts meet the conditions."
        ),
        "deemed": _(
            "Not every condition is met yet: one counts for now because its audit is booked, because the pool is late, "
            "or because a base model fell away without the firm's fault."
        ),
        "at_risk": _("A condition is no longer met; the time to put it right is running."),
        "pending": _("The firm has applied; the core conditions are not all met yet."),
        "suspended": _("Two persons of the pool decided to suspend the record."),
        "revoked": _("Two persons of the pool decided to revoke the record."),
        "lapsed": _("The record has run out and was not renewed."),
        "withdrawn": _("The firm has left the record for this deployment; its history stays readable."),
    }
    return sentences.get(state, _("Nothing is recorded of this deployment."))
