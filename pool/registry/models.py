"""Fine-tuned models, their files and their parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from sqlmodel import col, select

from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.refusals import Conflict, Forbidden
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.registry.lookup import foundation_row, model_row
from pool.registry.rules import Checker, next_versions, own_firm
from pool.registry.tables import PARTY_ROLES, FoundationModel, ModelFile, ModelParty, TunedModel


class NewModel(TypedDict, total=False):
    """What a firm tells of a fine-tuned model.

    ``files`` are dicts with ``name, sha256, size_bytes, format, understood`` of inspected files.
    """

    name: Required[str]
    foundation: Required[str | None]
    version: str
    method: str
    licence: str
    datasets: Sequence[str]
    stated_base: str
    description: str
    hosted: bool
    host_provider: str
    host_job: str
    host_snapshot: str
    host_endpoint: str
    contradictions: Sequence[Mapping[str, Any]]
    contradictions_settled: str
    files: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ModelView:
    """A fine-tuned model."""

    id: int
    ref: str
    public_id: str
    firm_id: int
    name: str
    version: str
    method: str
    licence: str
    datasets: tuple[str, ...]
    stated_base: str
    foundation_model_id: int | None
    foundation: str
    foundation_ref: str
    hosted: bool
    host_provider: str
    host_job: str
    host_snapshot: str
    host_endpoint: str
    description: str
    contradictions: tuple[Mapping[str, Any], ...]
    contradictions_settled: str
    created_at: datetime
    version_no: int
    tuner: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that described a model."""

    name: str
    sha256: str
    size_bytes: int
    format: str
    understood: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PartyView:
    """A firm that has a part in a model."""

    firm_id: int
    firm_ref: str
    firm_name: str
    role: str


class Contradicted(Conflict):
    """The files of a model contradict each other, and nobody has settled it."""


class AlreadyParty(Conflict):
    """A firm has one part in a model."""


class NotTuner(Forbidden):
    """Parties read and deploy a model; its tuner alone changes it."""


def add_model(work: Work, *, firm_id: int, **given: Unpack[NewModel]) -> TunedModel:
    """Register a fine-tuned model with what its files were understood to say. Its tuner is then named as a party.

    A hosted fine-tune names its provider and job or snapshot instead of files.
    Raises: Invalid per field, NoSuchFoundation, Contradicted.
    """
    check = Checker()
    values: dict[str, Any] = {"name": check.line("name", given["name"], most=200)}
    for name, value, most in (
        ("version", given.get("version", ""), 100),
        ("method", given.get("method", "").lower(), 60),
        ("licence", given.get("licence", ""), 100),
        ("stated_base", given.get("stated_base", ""), 300),
        ("host_provider", given.get("host_provider", ""), 200),
        ("host_job", given.get("host_job", ""), 200),
        ("host_snapshot", given.get("host_snapshot", ""), 200),
        ("host_endpoint", given.get("host_endpoint", ""), 300),
    ):
        values[name] = check.line(name, value, most=most, least=0)
    values["description"] = check.text("description", given.get("description", ""), most=5000, least=0)
    values["datasets"] = [check.line("datasets", one, most=300) for one in given.get("datasets", ()) if one.strip()]
    values["hosted"] = given.get("hosted", False)
    _check_host(check, values)
    settled = check.text("contradictions_settled", given.get("contradictions_settled", ""), most=2000, least=0)
    check.done()
    contradictions = [dict(one) for one in given.get("contradictions", ())]
    if contradictions and not settled:
        raise Contradicted(
            _("The files contradict each other."),
            field="contradictions_settled",
            next_step=_("Say which value is right and why."),
            facts={"contradictions": contradictions},
        )
    base = foundation_row(work, given["foundation"]) if given["foundation"] else None
    row = work.add(
        TunedModel(
            ref=work.next_reference("MOD"),
            firm_id=firm_id,
            foundation_model_id=base.id if base else None,
            contradictions=contradictions,
            contradictions_settled=settled,
            **values,
        )
    )
    files = given.get("files", ())
    for file in files:
        work.add(ModelFile(firm_id=firm_id, model_id=row.id or 0, **file))
    after = {"name": row.name, "version": row.version, "foundation": base.ref if base else None, "files": len(files)}
    work.note("register", subject_kind="model", subject_ref=row.ref, firm_id=firm_id, after=after)
    return row


def _check_host(check: Checker, values: Mapping[str, Any]) -> None:
    if not values["hosted"]:
        return
    if not values["host_provider"]:
        check.refuse("host_provider", _("A hosted fine-tune names its provider."), _("Write who hosts it."))
    if not (values["host_job"] or values["host_snapshot"]):
        check.refuse(
            "host_job", _("A hosted fine-tune names its job or snapshot."), _("Copy it from the provider's console.")
        )


def add_party(work: Work, *, model: TunedModel, firm_id: int, firm_ref: str, firm_name: str, role: str) -> None:
    """Name a firm as a party of a model. Call it in the pool's scope.

    Raises: Invalid for an unknown role; AlreadyParty.
    """
    check = Checker()
    check.one_of("role", role, PARTY_ROLES)
    check.done()
    same = select(ModelParty.id).where(ModelParty.model_id == model.id, ModelParty.firm_id == firm_id)
    if work.session.exec(same).first() is not None:
        raise AlreadyParty(
            _("%(firm)s is a party of this model already.", firm=firm_name),
            field="firm",
            next_step=_("Look at the parties on the model's page."),
        )
    work.add(ModelParty(model_id=model.id or 0, firm_id=firm_id, role=role, firm_ref=firm_ref, firm_name=firm_name))


def tuned_by(reading: Reading, key: str) -> TunedModel:
    """Return the row of a model that the acting firm tuned itself. Raises: NotYourFirm, NoSuchModel, NotTuner."""
    firm_id = own_firm(reading.actor)
    row = model_row(reading, key)
    if row.firm_id != firm_id:
        raise NotTuner(
            _("Only the firm that tuned this model changes it."),
            field="model",
            next_step=_("Ask the tuner; the model's page names it."),
        )
    return row


def link_foundation(work: Work, *, model: str, foundation: str, version_no: int, reason: str) -> TunedModel:
    """Link a fine-tuned model to the catalogue's foundation model.

    Raises: NotYourFirm, NoSuchModel, NotTuner, NoSuchFoundation, Conflict where somebody changed the model meanwhile.
    """
    row = tuned_by(work, model)
    base = foundation_row(work, foundation)
    next_versions(row, "version_no", version_no)
    before = row.foundation_model_id
    row.foundation_model_id = base.id
    work.note(
        "link_foundation",
        subject_kind="model",
        subject_ref=row.ref,
        firm_id=row.firm_id,
        before={"foundation_model_id": before},
        after={"foundation": base.ref},
        reason=reason,
    )
    work.flush()
    return row


def _model(row: TunedModel, base: FoundationModel | None, tuner: ModelParty | None) -> ModelView:
    return ModelView(
        row.id or 0,
        row.ref,
        row.public_id,
        row.firm_id,
        row.name,
        row.version,
        row.method,
        row.licence,
        tuple(row.datasets),
        row.stated_base,
        row.foundation_model_id,
        f"{base.provider} {base.name} {base.version}" if base else "",
        base.ref if base else "",
        row.hosted,
        row.host_provider,
        row.host_job,
        row.host_snapshot,
        row.host_endpoint,
        row.description,
        tuple(row.contradictions),
        row.contradictions_settled,
        row.created_at,
        row.version_no,
        tuner.firm_name if tuner else "",
    )


def models(reading: Reading, request: ListRequest) -> Page[ModelView]:
    """Return a page of fine-tuned models; one query."""
    columns = ListColumns(
        key=TunedModel.id,
        sorts={"ref": TunedModel.ref, "name": TunedModel.name, "created": TunedModel.created_at},
        filters={
            "method": TunedModel.method,
            "hosted": lambda values: col(TunedModel.hosted).in_([v == "yes" for v in values]),
        },
        search=(TunedModel.name, TunedModel.ref, TunedModel.stated_base),
    )
    return read_page(reading.session, _models(), request, columns=columns, make=_model)


def _models() -> Any:
    tuner = (col(ModelParty.model_id) == col(TunedModel.id)) & (col(ModelParty.firm_id) == col(TunedModel.firm_id))
    return (
        select(TunedModel, FoundationModel, ModelParty)
        .join(FoundationModel, col(FoundationModel.id) == col(TunedModel.foundation_model_id), isouter=True)
        .join(ModelParty, tuner, isouter=True)
    )


def model(reading: Reading, key: str) -> tuple[ModelView, tuple[FileView, ...], tuple[PartyView, ...]]:
    """Return a model, its files and its parties, the tuner first. Raises: NoSuchModel."""
    row = model_row(reading, key)
    files = reading.session.exec(select(ModelFile).where(ModelFile.model_id == row.id).order_by(col(ModelFile.id)))
    parties = reading.session.exec(
        select(ModelParty)
        .where(ModelParty.model_id == row.id)
        .order_by(col(ModelParty.role).desc(), col(ModelParty.id))
    )
    return (
        _model(*reading.session.exec(_models().where(TunedModel.id == row.id)).one()),
        tuple(FileView(f.name, f.sha256, f.size_bytes, f.format, f.understood, f.created_at) for f in files),
        tuple(PartyView(p.firm_id, p.firm_ref, p.firm_name, p.role) for p in parties),
    )
