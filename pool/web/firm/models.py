"""Fine-tuned models: the list, the page of one, its files, and the link to the catalogue."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from pool.journeys import submit
from pool.kernel.history import activity_of
from pool.kernel.refusals import Missing
from pool.kernel.roles import Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.kernel.words import ngettext
from pool.registry import queries
from pool.registry.queries import DeploymentView, FileView, ModelView
from pool.web.firm import blueprint
from pool.web.firm.model_forms import FORMATS, LINK, METHODS, PARTY, as_text, foundation_choices, labels
from pool.web.firm.uploads import store
from pool.web.forms import Bound
from pool.web.history import events_of
from pool.web.paging import Column, Filter, ListSpec, csv_of, every_item, list_view
from pool.web.parts import Action, Crumb, Explanation, Fact
from pool.web.requests import actor, attachment, attempt, form_of, page, perform, reading, with_values
from pool.web.wording import PARTY_ROLES


class NoSuchFile(Missing):
    """No file with this digest described the model."""


SPEC = ListSpec(
    name="models",
    columns=(
        Column("name", _l("Model"), sort=True, primary=True),
        Column("ref", _l("Reference"), "ref", sort=True),
        Column("method", _l("Method")),
        Column("foundation", _l("Foundation model")),
        Column("held", _l("Held")),
        Column("tuner", _l("Tuned by")),
        Column("created", _l("Registered"), "date", sort=True, attr="created_at"),
    ),
    filters=(
        Filter("method", _l("Method"), tuple((one, one) for one in METHODS)),
        Filter("hosted", _l("Held"), (("no", _l("Files of our own")), ("yes", _l("Hosted by a provider")))),
    ),
    search=_l("Name, reference or base model"),
    default_sort="name",
)


@blueprint.get("/models")
def models() -> Any:
    """List the fine-tuned models the firm is a party of."""
    wanted = SPEC.parse(request.args)
    if request.args.get("format") == "csv":
        items = every_item(lambda part: queries.models(reading(), part), wanted)
        return attachment(csv_of(SPEC, items, cell=_cell), name="models.csv", media_type="text/csv")
    view = list_view(SPEC, queries.models(reading(), wanted), path=request.path)
    new = Action(label=_("Register a model"), url=url_for("firm.new_model"))
    return page("firm/models.html", view=view, new=new)


def _cell(item: Any, column: Column) -> object:
    return held_words(item) if column.key == "held" else column.value_of(item)


def held_words(model: ModelView) -> str:
    """Say where the weights are."""
    return _("by %(provider)s", provider=model.host_provider) if model.hosted else _("own files")


@blueprint.get("/models/<ref>")
def model(ref: str) -> Any:
    """Show one fine-tuned model: what it is built on, its files, where it is used."""
    view, files, parties = queries.model(reading(), ref)
    used = queries.deployments_of_model(reading(), view.id)
    is_own = view.firm_id == actor().firm_id
    sentence, act = _next_step(view, used, is_own=is_own)
    return page(
        "firm/model.html",
        model=view,
        files=files,
        parties=parties,
        roles=PARTY_ROLES,
        formats=FORMATS,
        deployments=used,
        sentence=sentence,
        act=act,
        more=_more(view, act) if is_own else [],
        facts=_facts(view, files),
        events=events_of(activity_of(reading(), view.ref)),
        crumbs=[Crumb(label=_("Models"), url=url_for("firm.models")), Crumb(label=view.name)],
    )


def _next_step(view: ModelView, used: tuple[DeploymentView, ...], *, is_own: bool) -> tuple[str, Action]:
    deploy = Action(label=_("Register a deployment"), url=url_for("firm.new_deployment", model=view.ref))
    if not view.foundation_ref and not is_own:
        words = _("Not linked to a foundation model yet: %(tuner)s, its tuner, links it.", tuner=view.tuner)
        return words, deploy
    if not view.foundation_ref:
        words = _("Not linked to a foundation model yet. A deployment can be signed only when it is.")
        return words, Action(label=_("Link it"), url=url_for("firm.link_foundation", ref=view.ref))
    if not used:
        return _("Registered. Say where it is used: duties, audits and the record belong to each use."), deploy
    return ngettext("Used in %(n)s deployment.", "Used in %(n)s deployments.", len(used)), deploy


def _more(view: ModelView, act: Action) -> list[Action]:
    link = Action(label=_("Change the link"), url=url_for("firm.link_foundation", ref=view.ref), style="quiet")
    more = [] if act.url == link.url else [link]
    if actor().office is Office.FIRM_MANAGER:
        more.append(Action(label=_("Name a party"), url=url_for("firm.name_party", ref=view.ref), style="quiet"))
    return more


def _facts(view: ModelView, files: tuple[FileView, ...]) -> list[Fact]:
    facts = [
        Fact(label=_("Foundation model"), value=view.foundation, hint=view.foundation_ref),
        Fact(label=_("Base model as the files name it"), value=view.stated_base, explain=_said(files, "base_model")),
        Fact(label=_("Version"), value=view.version, explain=_said(files, "version")),
        Fact(label=_("Method of tuning"), value=view.method, explain=_said(files, "method")),
        Fact(label=_("Licence"), value=view.licence, explain=_said(files, "licence")),
        Fact(label=_("Training data"), value=view.datasets, explain=_said(files, "datasets")),
        Fact(label=_("What it is for"), value=view.description),
        Fact(label=_("Registered"), value=view.created_at, kind="instant"),
    ]
    facts = [one for one in facts if one.value or one.label == _("Foundation model")]
    if view.hosted:
        facts += [
            Fact(label=_("Hosted by"), value=view.host_provider),
            Fact(label=_("Job"), value=view.host_job),
            Fact(label=_("Snapshot"), value=view.host_snapshot),
            Fact(label=_("Endpoint"), value=view.host_endpoint),
        ]
    if view.contradictions:
        facts.append(Fact(label=_("Where the files disagree"), value=view.contradictions_settled, hint=_clashes(view)))
    return facts


def _clashes(view: ModelView) -> str:
    words = labels()
    return "; ".join(
        f"{words.get(str(one['field']), one['field'])}: "
        + ", ".join(f"{said['file']} – {as_text(said['value'])}" for said in one["values"])
        for one in view.contradictions
    )


def _said(files: tuple[FileView, ...], field: str) -> Explanation | None:
    """Say which file told a value."""
    told = [(file.name, as_text(file.understood.get(field))) for file in files if file.understood.get(field)]
    if not told:
        return None
    return Explanation(rule=_("The value on the form, beside what each file says of it."), inputs=told)


@blueprint.get("/models/<ref>/files/<sha256>")
def model_file(ref: str, sha256: str) -> Response:
    """Send a file that described a model one's firm is a party of, to be saved."""
    _view, files, _parties = queries.model(reading(), ref)
    file = next((one for one in files if one.sha256 == sha256), None)
    if file is None:
        raise NoSuchFile(_("There is no such file."), field="file", next_step=_("Look at the model's list of files."))
    with store().open(file.sha256) as stream:
        return attachment(stream.read(), name=file.name, media_type="application/octet-stream")


@blueprint.route("/models/<ref>/foundation", methods=["GET", "POST"])
def link_foundation(ref: str) -> Any:
    """Link a model that one's own firm tuned to a foundation model of the catalogue."""
    queries.tuned_by(reading(), ref)
    view, _files, _parties = queries.model(reading(), ref)
    form = LINK.with_choices("foundation", foundation_choices(queries.foundations(reading()).items))
    if request.method == "GET":
        meant = queries.foundation_named(reading(), [view.stated_base]) if view.stated_base else None
        start = {"version_no": view.version_no, "foundation": view.foundation_ref or (meant.ref if meant else "")}
        return _link_page(view, form.fresh(start), 200)
    bound = form.bind(request.form, request.files)
    if bound.valid:
        answer = attempt(
            bound,
            lambda: perform(
                with_values(
                    submit.link_foundation,
                    model=view.ref,
                    foundation=bound["foundation"],
                    version_no=int(bound["version_no"]),
                    reason=bound["reason"],
                ),
                then=lambda done: url_for("firm.model", ref=done.ref),
            ),
        )
        if answer is not None:
            return answer
    return _link_page(view, bound, 422)


def _link_page(view: ModelView, bound: Bound, status: int) -> Any:
    lead = (
        _("Your files name the base model as %(base)s.", base=view.stated_base)
        if view.stated_base
        else _("Choose the foundation model on which yours was tuned.")
    )
    return page(
        "shared/form.html",
        status,
        form_title=_("Link %(name)s to its foundation model", name=view.name),
        form_lead=lead,
        bound=bound,
        form_action=url_for("firm.link_foundation", ref=view.ref),
        submit_label=_("Link"),
        cancel_url=url_for("firm.model", ref=view.ref),
        crumbs=[
            Crumb(label=_("Models"), url=url_for("firm.models")),
            Crumb(label=view.name, url=url_for("firm.model", ref=view.ref)),
            Crumb(label=_("Foundation model")),
        ],
    )


@blueprint.route("/models/<ref>/parties", methods=["GET", "POST"])
def name_party(ref: str) -> Any:
    """Name another member firm as a party of a model that one's own firm tuned."""
    queries.tuned_by(reading(), ref)
    view, _files, _parties = queries.model(reading(), ref)
    bound = form_of(PARTY)
    done = attempt(
        bound,
        lambda: perform(
            submit.name_party,
            model=view.ref,
            firm=bound["firm"],
            role=bound["role"],
            then=lambda found: url_for("firm.model", ref=found.ref),
        ),
    )
    return done or page(
        "shared/form.html",
        422 if request.method == "POST" else 200,
        form_title=_("Name a party of %(name)s", name=view.name),
        form_lead=_("A party sees the model and its files and may register deployments of it."),
        bound=bound,
        form_action=url_for("firm.name_party", ref=view.ref),
        submit_label=_("Name this firm"),
        cancel_url=url_for("firm.model", ref=view.ref),
        crumbs=[
            Crumb(label=_("Models"), url=url_for("firm.models")),
            Crumb(label=view.name, url=url_for("firm.model", ref=view.ref)),
            Crumb(label=_("Parties")),
        ],
    )
