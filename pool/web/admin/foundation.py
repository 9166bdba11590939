"""The catalogue of foundation models: their status per market, dated and with evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for

from auditors.casework.evidence import FileStore
from pool.journeys import submit
from pool.kernel.history import activity_of
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.registry import lists
from pool.registry.queries import FoundationView, StatusFact, foundation, foundations
from pool.web.admin import blueprint
from pool.web.fields import Choice, DateField, FileField, LongText, Radio, Text, Upload
from pool.web.forms import Bound, Form, Section
from pool.web.history import events_of
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb, Fact
from pool.web.requests import actor, at, attachment, attempt, close_reading, page, perform, reading, settings
from pool.web.wording import market_choices, market_word

SPEC = ListSpec(
    name="foundation-models",
    columns=(
        Column("name", _l("Model"), sort=True, primary=True),
        Column("provider", _l("Provider"), sort=True),
        Column("version", _l("Version")),
        Column("statuses", _l("Status per market")),
        Column("licence", _l("Licence"), hidden_on_phone=True),
        Column("ref", _l("Reference"), "ref", sort=True),
    ),
    filters=(Filter("provider", _l("Provider"), ()),),
    search=_l("Name, provider or version"),
    default_sort="name",
)

#: The three statuses a register can give, with what each does to the records built on the model.
STATUSES = (
    ("registered", _l("Registered"), _l("It stands in the register of this market; condition C1 can be met.")),
    (
        "deregistered",
        _l("Deregistered"),
        _l("It stood there and was taken out; the firms get the time the edition gives."),
    ),
    ("unregistered", _l("Not registered"), _l("It never stood there.")),
)

ADD = Form(
    "foundation",
    sections=(
        Section(
            "",
            fields=(
                Text(name="provider", label=_l("Provider"), most=200, example="Meadow AI"),
                Text(name="name", label=_l("Name"), most=200, example="Alder 8B"),
                Text(name="version", label=_l("Version"), most=100, example="2.1"),
                Text(name="licence", label=_l("Licence"), most=100, required=False, example="Apache-2.0"),
                Text(
                    name="digest",
                    label=_l("Digest of its weights"),
                    most=80,
                    required=False,
                    help=_l("sha256: and 64 hexadecimal digits, where the provider states one."),
                ),
                LongText(
                    name="aliases",
                    label=_l("Other names"),
                    required=False,
                    rows=3,
                    most=2000,
                    help=_l("One a line: names under which files of firms mention this model."),
                ),
            ),
        ),
    ),
)

STATUS = Form(
    "status",
    sections=(
        Section(
            "",
            fields=(
                Choice(name="market", label=_l("Market")),
                Radio(name="status", label=_l("Status"), cards=True, choices=STATUSES),
                DateField(
                    name="valid_from",
                    label=_l("Since"),
                    help=_l("The day from which the status is true, not the day on which you learned of it."),
                ),
                LongText(
                    name="evidence_note",
                    label=_l("Where did you read it?"),
                    most=500,
                    rows=3,
                    help=_l("The register, its entry and the day on which you looked."),
                ),
                FileField(
                    name="evidence",
                    label=_l("A copy of what you read"),
                    required=False,
                    help=_l("Kept by its digest; it is never opened here."),
                ),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class MarketLine:
    """The present status of a foundation model in one market, with the fact behind it."""

    market: str
    status: str
    valid_from: date | None
    fact: StatusFact | None


def may_keep() -> bool:
    """Tell whether the active seat keeps the catalogue."""
    return actor().office is Office.REGISTRAR


@blueprint.get("/pool/foundation-models")
def foundation_models() -> Any:
    """List the catalogue."""
    spec = SPEC.with_choices("provider", [(name, name) for name in lists.providers(reading())])
    asked = spec.parse(request.args)
    if request.args.get("format") == "csv":
        rows = every_item(lambda one: foundations(reading(), one), asked)
        return attachment(csv_of(spec, rows, cell=_cell), name="foundation-models.csv", media_type="text/csv")
    found = foundations(reading(), asked)
    new = Action(label=_("Add a foundation model"), url=url_for("admin.add_foundation_model")) if may_keep() else None
    return page("admin/foundation_models.html", view=list_view(spec, found, path=request.path), new=new)


def _cell(item: object, column: Column) -> object:
    assert isinstance(item, FoundationView)
    if column.key == "statuses":
        return "; ".join(f"{market}: {status}" for market, status in sorted(item.statuses.items()))
    return column.value_of(item)


@blueprint.get("/pool/foundation-models/<foundation_model>")
def foundation_model(foundation_model: str) -> Any:
    """Show one foundation model with its status per market and every status it ever had."""
    found, facts = foundation(reading(), foundation_model)
    record = Action(
        label=_("Record a status"), url=url_for("admin.record_foundation_status", foundation_model=found.ref)
    )
    return page(
        "admin/foundation_model.html",
        found=found,
        lines=_lines(found, facts),
        statuses=facts,
        facts=[
            Fact(label=_("Provider"), value=found.provider),
            Fact(label=_("Version"), value=found.version),
            Fact(label=_("Licence"), value=found.licence or None),
            Fact(label=_("Digest of its weights"), value=found.digest or None, kind="digest"),
            Fact(label=_("Other names"), value=", ".join(found.aliases) or None),
            Fact(label=_("Fine-tuned models built on it"), value=lists.built_on(reading(), found.id), kind="number"),
        ],
        act=record if may_keep() else None,
        market_word=market_word,
        events=events_of(activity_of(reading(), found.ref)),
        crumbs=[
            Crumb(label=_("Foundation models"), url=url_for("admin.foundation_models")),
            Crumb(label=found.name),
        ],
    )


def _lines(found: FoundationView, facts: tuple[StatusFact, ...]) -> list[MarketLine]:
    """Return one line per market with a status; ``facts`` come newest first."""
    newest: dict[str, StatusFact] = {}
    for fact in facts:
        newest.setdefault(fact.market, fact)
    return [MarketLine(one.market, one.status, one.valid_from, one) for _key, one in sorted(newest.items())]


@blueprint.route("/pool/foundation-models/new", methods=["GET", "POST"])
def add_foundation_model() -> Any:
    """Put a foundation model into the catalogue."""
    if request.method == "GET":
        return _add_page(ADD.fresh())
    bound = ADD.bind(request.form, request.files)
    if bound.valid:
        values = {**bound.cleaned, "aliases": tuple(bound["aliases"].splitlines())}
        answer = attempt(
            bound,
            lambda: perform(
                submit.add_foundation,
                **values,
                then=lambda made: url_for("admin.foundation_model", foundation_model=made.ref),
            ),
            beyond={"forbidden"},
        )
        if answer is not None:
            return answer
    return _add_page(bound, status=422)


def _add_page(bound: Bound, *, status: int = 200) -> Any:
    return page(
        "shared/form.html",
        status,
        form_title=_("Add a foundation model"),
        form_lead=_("Firms link their fine-tuned models to it. Each version is an entry of its own."),
        bound=bound,
        form_action=url_for("admin.add_foundation_model"),
        submit_label=_("Add to the catalogue"),
        cancel_url=url_for("admin.foundation_models"),
    )


@blueprint.route("/pool/foundation-models/<foundation_model>/status", methods=["GET", "POST"])
def record_foundation_status(foundation_model: str) -> Any:
    """Record the status of a foundation model in a market from a day on, with its evidence."""
    found, _facts = foundation(reading(), foundation_model)
    form = STATUS.with_choices("market", market_choices())
    if request.method == "GET":
        return _status_page(found, form.fresh({"valid_from": at().date()}))
    bound = form.bind(request.form, request.files)
    if bound.valid:
        values = dict(bound.cleaned)
        upload: Upload | None = values.pop("evidence")
        answer = attempt(
            bound,
            lambda: perform(
                submit.record_foundation_status,
                foundation=found.ref,
                evidence_digest=_kept(upload),
                **values,
                then=lambda made: url_for("admin.foundation_model", foundation_model=made.ref),
            ),
            beyond={"forbidden"},
        )
        if answer is not None:
            return answer
    return _status_page(found, bound, status=422)


def _kept(upload: Upload | None) -> str:
    """Write the evidence to the store before the journey; return its digest, empty where there is none."""
    if upload is None:
        return ""
    close_reading()
    stored = FileStore(settings().files_dir).put(upload.content, settings().upload_limit_mib * 1024 * 1024)
    return f"sha256:{stored.sha256}"


def _status_page(found: FoundationView, bound: Bound, *, status: int = 200) -> Any:
    return page(
        "shared/form.html",
        status,
        form_title=_("Record a status of %(name)s", name=found.title),
        form_lead=_("Every deployment built on this model is looked at anew. An earlier status stays on record."),
        bound=bound,
        form_action=url_for("admin.record_foundation_status", foundation_model=found.ref),
        submit_label=_("Record the status"),
        cancel_url=url_for("admin.foundation_model", foundation_model=found.ref),
        crumbs=[
            Crumb(label=_("Foundation models"), url=url_for("admin.foundation_models")),
            Crumb(label=found.name, url=url_for("admin.foundation_model", foundation_model=found.ref)),
            Crumb(label=_("Record a status")),
        ],
    )
