"""Reports: the facts of every room about one firm, gathered as the plain values that papers are printed from.

Nothing of drafts goes in: no draft finding, no workpaper, no deployment that was not attested. What the seat may not
see is not found; a firm's own seat gets its own firm only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from pool.costs import queries as costs
from pool.costs.queries import StatementView
from pool.costs.statements import FEWEST_USERS_SHOWN
from pool.costs.wording import per_unit, unit_words
from pool.journeys.report_audits import audit_sections
from pool.journeys.report_record import basis_lines, next_step, standing_view
from pool.journeys.standing import sources_of, standing_on
from pool.kernel.clock import day_of, start_of_day
from pool.kernel.refusals import Forbidden
from pool.kernel.roles import FIRM_OFFICES, POOL_OFFICES
from pool.kernel.storage import Reading
from pool.kernel.words import gettext as _
from pool.members.queries import FirmView, firm_by_id, firm_of
from pool.policy.loading import Edition, load_edition
from pool.registry import queries as registry
from pool.registry.queries import AssessmentView, DeploymentView
from pool.reports.values import CostLine, CostSection, CostStatement, DeploymentSection, DutyLine, FirmReport, Reason

_READERS = FIRM_OFFICES | POOL_OFFICES


class NotForThisSeat(Forbidden):
    """Papers of a firm are for the firm itself and the pool's offices."""


def firm_report(reading: Reading, firm: str, as_of: datetime | None = None) -> FirmReport:
    """Return everything the report of a firm says, as known at ``as_of``: the reading's instant, or one before it.

    Raises: NotForThisSeat, NoSuchFirm (in the same words for an absent firm and one out of sight).
    """
    _refuse_other_seats(reading)
    view = firm_of(reading, firm)
    as_of = reading.at if as_of is None else min(as_of, reading.at)
    edition = load_edition()
    rulebook = edition.rulebook
    known = [one for one in registry.deployments_of_firm(reading, view.id) if _is_registered(one, as_of)]
    return FirmReport(
        firm_name=view.name,
        firm_ref=view.ref,
        # Why the day: a paper made a second later says the same where nothing changed, and is the same file.
        as_of=start_of_day(day_of(as_of)),
        period=_("%(first)s to %(last)s", first=view.joined_on.isoformat(), last=day_of(as_of).isoformat()),
        edition=edition.id,
        edition_digest=edition.digest,
        number=f"RPT-{view.ref}-{as_of:%Y%m%d}",
        deployments=tuple(_deployments(reading, edition, known, as_of)),
        audits=audit_sections(reading, firm_id=view.id, deployment_ids=[one.id for one in known], as_of=as_of),
        cost=_latest_cost(reading, view, as_of),
        medium_from=_decimal(rulebook.medium),
        high_from=_decimal(rulebook.high),
        demo=view.is_demo,
    )


def _refuse_other_seats(reading: Reading) -> None:
    if reading.actor.office not in _READERS:
        raise NotForThisSeat(
            _("This seat does not read the papers of firms."), field="firm", next_step=_("Ask the firm for its report.")
        )


def _is_registered(one: DeploymentView, as_of: datetime) -> bool:
    return one.registered_at is not None and one.registered_at <= as_of


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _deployments(
    reading: Reading, edition: Edition, known: Sequence[DeploymentView], as_of: datetime
) -> Iterator[DeploymentSection]:
    for one in known:
        kept = _tiering(registry.assessments_of(reading, one.id), as_of)
        if kept is not None:
            yield _deployment(reading, edition, one, kept, as_of)


def _tiering(kept: Iterable[AssessmentView], as_of: datetime) -> AssessmentView | None:
    """Return the last tiering that was recorded by ``as_of``."""
    found = [one for one in kept if one.recorded_at <= as_of and one.as_of <= day_of(as_of)]
    return found[-1] if found else None


def _deployment(
    reading: Reading, edition: Edition, one: DeploymentView, kept: AssessmentView, as_of: datetime
) -> DeploymentSection:
    day = day_of(as_of)
    model, _files, _parties = registry.model(reading, one.model_ref)
    derived = standing_on(reading, deployment_id=one.id, on=day, known=day)
    gathered = sources_of(reading, deployment_id=one.id)
    return DeploymentSection(
        name=one.name,
        ref=one.ref,
        model=" ".join(
            part for part in (model.name, model.version, f"({model.method})" if model.method else "") if part
        ),
        base_model=model.foundation or _("not linked to the catalogue"),
        purpose=one.purpose,
        context=one.context.replace("_", " "),
        markets=one.markets,
        tier=kept.tier,
        intensity=Decimal(kept.intensity),
        standing=standing_view(derived, gathered, on=day, known=day),
        reasons=tuple(
            Reason(id=why["id"], text=why["text"], value=Decimal(str(why["value"])))
            for why in kept.result.get("reasons", ())
        ),
        nearest_rule=str(kept.result.get("nearest") or ""),
        duties=tuple(_duties(edition, kept)),
        basis=basis_lines(derived, gathered, on=day, known=day),
        next_step=next_step(derived),
    )


def _duties(edition: Edition, kept: AssessmentView) -> Iterator[DutyLine]:
    names = edition.duty_catalogue.duties
    for duty in kept.result.get("duties", ()):
        yield DutyLine(
            id=duty["id"],
            name=names[duty["id"]].name if duty["id"] in names else duty["id"],
            level=Decimal(str(duty["level"])),
            legal_floor=Decimal(str(duty["legal_floor"])),
            required=Decimal(str(duty["required"])),
        )


def _latest_cost(reading: Reading, firm: FirmView, as_of: datetime) -> CostSection | None:
    issued = [one for one in costs.statements_of(reading, firm.id) if one.issued_at <= as_of]
    return cost_section(issued[-1]) if issued else None


def cost_section(statement: StatementView) -> CostSection:
    """Return a statement as papers print it."""
    return CostSection(
        period=f"{statement.period_ref}, {statement.from_on.isoformat()} – {statement.until_on.isoformat()}",
        currency=statement.currency,
        lines=tuple(
            CostLine(
                facility_id=line["facility"],
                name=line["name"],
                driver="" if line["kind"] == "direct" else unit_words(line["unit"]),
                amount_minor=line["amount_minor"],
                weight=None if line["kind"] == "direct" else line["weight"],
                total_weight=line["total_weight"],
                per_unit=per_unit(line["unit"]),
                users=line["users"],
                direct=line["kind"] == "direct",
            )
            for line in statement.lines
        ),
        total_minor=statement.total_minor,
        exact_total=statement.exact_total,
        estimate_minor=statement.estimate_minor,
        closed_on=statement.closed_on,
    )


def statement_paper(reading: Reading, ref: str, as_of: datetime | None = None) -> CostStatement:
    """Return the cost statement with this reference or public id, as its paper says it.

    Its facts are those frozen at issue, so that the paper is the same whenever it is printed.

    Raises: NotForThisSeat, NoSuchStatement.
    """
    _refuse_other_seats(reading)
    found = costs.statement(reading, ref)
    edition = load_edition()
    return CostStatement(
        firm_name=found.firm_name,
        firm_ref=found.firm_ref,
        as_of=as_of or found.issued_at,
        edition=edition.id,
        edition_digest=edition.digest,
        number=found.ref,
        cost=cost_section(found),
        proved=_proved(found),
        demo=firm_by_id(reading, found.firm_id).is_demo,
    )


def _proved(statement: StatementView) -> tuple[str, ...]:
    said = [
        _("The lines of this statement sum to its total, to the last unit."),
        _("Every cost of the period was split among the firms that used it, and the shares of all sum to it."),
        _("Two different persons approved the split before it was posted."),
    ]
    if any(line["total_weight"] is None for line in statement.lines):
        said.append(
            _("Totals of facilities with fewer than %(n)s users stay unshown, to keep other firms' amounts unknown.",
              n=FEWEST_USERS_SHOWN)
        )  # fmt: skip
    return tuple(said)
