"""The catalogue of foundation models: what the registrar writes, and what everybody reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NotRequired, TypedDict, Unpack

from sqlmodel import col, select

from pool.kernel.clock import day_of
from pool.kernel.digest import digest_of
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.refusals import Conflict
from pool.kernel.storage import Reading, Work, takes_numbers
from pool.kernel.words import gettext as _
from pool.registry.lookup import Reference, foundation_row
from pool.registry.rules import Checker, only_registrar
from pool.registry.tables import FoundationModel, FoundationStatus


class NewStatus(TypedDict):
    """The registration status of a foundation model in a market from a day on, with its evidence."""

    foundation: str
    market: str
    status: str
    valid_from: date
    evidence_note: str
    evidence_digest: NotRequired[str]
    fault_of_firm: NotRequired[bool]


@dataclass(frozen=True, slots=True)
class FoundationView:
    """A foundation model with its present status per market."""

    id: int
    ref: str
    public_id: str
    provider: str
    name: str
    version: str
    licence: str
    digest: str
    aliases: tuple[str, ...]
    statuses: Mapping[str, str]

    @property
    def title(self) -> str:
        """Return provider, name and version as one text."""
        return f"{self.provider} {self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class StatusFact:
    """The status of a foundation model in a market from a day on, as recorded at an instant."""

    foundation_model_id: int
    market: str
    status: str
    fault_of_firm: bool
    valid_from: date
    recorded_at: datetime
    evidence_digest: str
    evidence_note: str


@takes_numbers
def add_foundation(
    work: Work,
    *,
    provider: str,
    name: str,
    version: str,
    licence: str = "",
    digest: str = "",
    aliases: Sequence[str] = (),
    is_demo: bool = False,
) -> Reference:
    """Put a foundation model into the catalogue, as registrar.

    Raises: NotRegistrar; Invalid per field; Conflict where provider, name and version are there already.
    """
    only_registrar(work.actor)
    check = Checker()
    provider = check.line("provider", provider, most=200)
    name = check.line("name", name, most=200)
    version = check.line("version", version, most=100)
    licence = check.line("licence", licence, most=100, least=0)
    digest = check.digest("digest", digest)
    names = [check.line("aliases", alias, most=200) for alias in aliases if alias.strip()]
    check.done()
    same = select(FoundationModel).where(
        FoundationModel.provider == provider, FoundationModel.name == name, FoundationModel.version == version
    )
    if work.session.exec(same).first() is not None:
        raise Conflict(
            _("This version is in the catalogue already."), field="version", next_step=_("Record its status instead.")
        )
    row = work.add(
        FoundationModel(
            ref=work.next_reference("FND"),
            provider=provider,
            name=name,
            version=version,
            licence=licence,
            digest=digest,
            aliases=names,
            is_demo=is_demo,
        )
    )
    work.note(
        "add",
        subject_kind="foundation_model",
        subject_ref=row.ref,
        after={"provider": provider, "name": name, "version": version},
    )
    return Reference(row.ref, row.public_id)


def record_foundation_status(work: Work, **given: Unpack[NewStatus]) -> FoundationStatus:
    """Record the status of a foundation model in a market, as registrar.

    Raises: NotRegistrar; NoSuchFoundation; Invalid per field, also for a day that has not come.
    """
    only_registrar(work.actor)
    check = Checker()
    note = check.line("evidence_note", given["evidence_note"], most=500)
    market = check.line("market", given["market"], most=10)
    status = check.one_of("status", given["status"], ("registered", "deregistered", "unregistered"))
    check.not_ahead("valid_from", given["valid_from"], day_of(work.at))
    check.done()
    model = foundation_row(work, given["foundation"])
    row = work.add(
        FoundationStatus(
            foundation_model_id=model.id or 0,
            market=market,
            status=status,
            fault_of_firm=given.get("fault_of_firm", False),
            valid_from=given["valid_from"],
            recorded_at=work.at,
            evidence_digest=given.get("evidence_digest")
            or digest_of({"note": note, "market": market, "status": status}),
            evidence_note=note,
            recorded_by=work.actor.person_id,
        )
    )
    work.note(
        "record_status",
        subject_kind="foundation_model",
        subject_ref=model.ref,
        after={"market": market, "status": status, "valid_from": given["valid_from"].isoformat()},
    )
    return row


def foundations(reading: Reading, request: ListRequest | None = None) -> Page[FoundationView]:
    """Return a page of the catalogue of foundation models with their present statuses; two queries."""
    columns = ListColumns(
        key=FoundationModel.id,
        sorts={"ref": FoundationModel.ref, "name": FoundationModel.name, "provider": FoundationModel.provider},
        filters={"provider": FoundationModel.provider},
        search=(FoundationModel.name, FoundationModel.provider, FoundationModel.version),
    )
    page: Page[FoundationModel] = read_page(
        reading.session,
        select(FoundationModel),
        request or ListRequest(size=200),
        columns=columns,
        make=lambda row: row,
    )
    statuses = _present_statuses(reading, [row.id or 0 for row in page.items])
    return Page(
        tuple(_foundation(row, statuses.get(row.id or 0, {})) for row in page.items),
        page.request,
        page.next_cursor,
        page.previous_cursor,
    )


def _foundation(row: FoundationModel, statuses: Mapping[str, str]) -> FoundationView:
    return FoundationView(
        row.id or 0,
        row.ref,
        row.public_id,
        row.provider,
        row.name,
        row.version,
        row.licence,
        row.digest,
        tuple(row.aliases),
        dict(statuses),
    )


def _present_statuses(reading: Reading, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    rows = reading.session.exec(
        select(FoundationStatus)
        .where(col(FoundationStatus.foundation_model_id).in_(ids))
        .order_by(col(FoundationStatus.valid_from), col(FoundationStatus.id))
    )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.foundation_model_id, {})[row.market] = row.status
    return found


def foundation(reading: Reading, key: str) -> tuple[FoundationView, tuple[StatusFact, ...]]:
    """Return a foundation model and every status recorded of it, newest first. Raises: NoSuchFoundation."""
    row = foundation_row(reading, key)
    facts = statuses_of(reading, row.id or 0)
    present = _present_statuses(reading, [row.id or 0]).get(row.id or 0, {})
    return _foundation(row, present), tuple(reversed(facts))


def statuses_of(reading: Reading, foundation_model_id: int) -> tuple[StatusFact, ...]:
    """Return the statuses of a foundation model in the order they became valid."""
    rows = reading.session.exec(
        select(FoundationStatus)
        .where(FoundationStatus.foundation_model_id == foundation_model_id)
        .order_by(col(FoundationStatus.valid_from), col(FoundationStatus.id))
    )
    return tuple(
        StatusFact(
            r.foundation_model_id,
            r.market,
            r.status,
            r.fault_of_firm,
            r.valid_from,
            r.recorded_at,
            r.evidence_digest,
            r.evidence_note,
        )
        for r in rows
    )


def foundation_named(reading: Reading, names: Sequence[str]) -> FoundationView | None:
    """Return the one foundation model that any of these names means, by name, provider/name or alias; else ``None``."""
    wanted = {name.casefold() for name in names if name}
    found = [
        row
        for row in reading.session.exec(select(FoundationModel))
        if wanted & {n.casefold() for n in (row.name, f"{row.provider}/{row.name}", *row.aliases)}
    ]
    if len(found) != 1:
        return None
    row = found[0]
    return _foundation(row, _present_statuses(reading, [row.id or 0]).get(row.id or 0, {}))
