"""What is due at a firm, ordered by the harm of missing it. Pure: values in, a list of due things out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from flask import url_for

from auditors.casework.values import FindingView
from pool.bookings.values import BookingLine
from pool.harbor.queries import StandingView
from pool.journeys.submit import ethics_level_of
from pool.kernel.words import gettext as _
from pool.registry.queries import DeploymentView, EthicsView, IncidentView
from pool.web.firm.links import url_if
from pool.web.firm.sources import FIRM_TURN
from pool.web.parts import Due
from pool.web.states import due_word, state_word

#: From this time on before its last day a record's renewal is due.
RENEW_AHEAD = timedelta(days=60)


class Harm(IntEnum):
    """What missing something does, gravest first."""

    PEOPLE = 0
    GAP = 1
    RISK = 2
    START = 3
    DELAY = 4
    ORDER = 5


@dataclass(frozen=True, slots=True)
class Matters:
    """Everything the list is made from."""

    deployments: Sequence[DeploymentView]
    standings: Mapping[int, StandingView]
    incidents: Sequence[IncidentView]
    ethics: Sequence[EthicsView]
    findings: Sequence[FindingView]
    bookings: Sequence[BookingLine]
    asked_for: frozenset[str]
    today: date
    unlinked_models: int = 0
    offers: Sequence[tuple[BookingLine, date | None]] = ()


def due_of(matters: Matters) -> list[Due]:
    """Return what is due, gravest harm first and within it the soonest day."""
    found = [
        *_incidents(matters.incidents),
        *_findings(matters.findings),
        *_standings(matters),
        *_registrations(matters.deployments),
        *_ethics(matters),
        *_bookings(matters.bookings),
        *_offers(matters.offers),
        *_audits(matters),
        *_models(matters.unlinked_models),
    ]
    return [one for _harm, one in sorted(found, key=_rank)]


def _rank(pair: tuple[Harm, Due]) -> tuple[int, date, str]:
    harm, one = pair
    return harm, one.due_on or date.max, str(one.label)


def _incidents(incidents: Sequence[IncidentView]) -> Iterable[tuple[Harm, Due]]:
    for one in incidents:
        if one.full_report_at is None:
            yield (
                Harm.PEOPLE,
                Due(
                    label=_("Full report of incident %(ref)s", ref=one.ref),
                    url=url_for("firm.complete_incident", ref=one.ref),
                    due_on=one.full_report_due_on,
                    why=_("%(name)s: people may be harmed until it is understood.", name=one.deployment_name),
                ),
            )
        elif one.measures_due_on is not None:
            yield (
                Harm.PEOPLE,
                Due(
                    label=_("Measures after incident %(ref)s", ref=one.ref),
                    url=url_for("firm.deployment", ref=one.deployment_ref, tab="incidents"),
                    due_on=one.measures_due_on,
                    why=_(
                        "%(name)s: late measures after harm break a condition of the record.", name=one.deployment_name
                    ),
                ),
            )


def _findings(findings: Sequence[FindingView]) -> Iterable[tuple[Harm, Due]]:
    harms = {"critical": Harm.PEOPLE, "major": Harm.GAP, "minor": Harm.RISK}
    for one in findings:
        if not any(office.startswith("firm") for office in one.acts):
            continue
        yield (
            harms[one.grade],
            Due(
                label=_("%(grade)s finding %(ref)s", grade=state_word(one.grade), ref=one.ref),
                url=url_if("firm.finding", ref=one.ref) or url_for("firm.deployment", ref=one.deployment_ref),
                due_on=one.due_on,
                why=f"{one.deployment_name}: {one.statement}"[:160],
            ),
        )


def _standings(matters: Matters) -> Iterable[tuple[Harm, Due]]:
    for one in matters.deployments:
        standing = matters.standings.get(one.id)
        if standing is None:
            continue
        url = url_for("firm.deployment", ref=one.ref, tab="record")
        if standing.due_state:
            yield (
                Harm.GAP,
                Due(
                    label=_("%(name)s: %(state)s is due", name=one.name, state=due_word(standing.due_state)),
                    url=url,
                    due_on=standing.due_since,
                    why=_(
                        "Cure the unmet conditions before two persons decide: a suspension leaves a gap "
                        "that stays visible."
                    ),
                ),
            )
        elif standing.state == "at_risk":
            yield (
                Harm.GAP,
                Due(
                    label=_("%(name)s: the record is at risk", name=one.name),
                    url=url,
                    meaning="due_soon",
                    word=_("Cure now"),
                    why=_("Cured in time, it leaves no gap."),
                ),
            )
        elif standing.valid_until is not None and standing.valid_until <= matters.today + RENEW_AHEAD:
            yield (
                Harm.RISK,
                Due(
                    label=_("%(name)s: the record has to be renewed", name=one.name),
                    url=url,
                    due_on=standing.valid_until,
                    why=_("After that day it is at risk."),
                ),
            )


def _registrations(deployments: Sequence[DeploymentView]) -> Iterable[tuple[Harm, Due]]:
    for one in deployments:
        if one.state == "draft":
            yield (
                Harm.START,
                Due(
                    label=_("Sign the registration of %(name)s", name=one.name),
                    url=url_for("firm.attest", ref=one.ref),
                    meaning="due_soon",
                    word=_("Open"),
                    why=_("Unsigned, nothing of it counts for the record."),
                ),
            )


def _ethics(matters: Matters) -> Iterable[tuple[Harm, Due]]:
    for one in matters.deployments:
        if one.state != "registered" or not one.tier or ethics_level_of(one.tier) == 1:
            continue
        own = [view for view in matters.ethics if view.deployment_id == one.id]
        enough = ethics_level_of(one.tier)
        running = any(view.state == "requested" for view in own)
        done = any(view.outcome not in (None, "refused") and (view.outcome_level or 0) >= enough for view in own)
        for view in own:
            if view.conditions_due_on is not None and view.conditions_met_on is None:
                yield (
                    Harm.RISK,
                    Due(
                        label=_("Conditions of the ethics review of %(name)s", name=one.name),
                        url=url_for("firm.deployment", ref=one.ref, tab="ethics"),
                        due_on=view.conditions_due_on,
                        why="; ".join(view.conditions)[:160],
                    ),
                )
        if not running and not done:
            yield (
                Harm.START,
                Due(
                    label=_("Ask for the ethics review of %(name)s", name=one.name),
                    url=url_for("firm.request_ethics", ref=one.ref),
                    meaning="due_soon",
                    word=_("Open"),
                    why=_("From the day you ask, waiting for the pool never counts against you."),
                ),
            )


def _bookings(bookings: Sequence[BookingLine]) -> Iterable[tuple[Harm, Due]]:
    for one in bookings:
        if one.state not in FIRM_TURN:
            continue
        names = ", ".join(name for _ref, name in one.deployments)
        yield (
            Harm.DELAY,
            Due(
                label=_("Booking %(ref)s: %(state)s", ref=one.ref, state=state_word(one.state)),
                url=url_if("firm.booking", ref=one.ref) or url_for("firm.home"),
                due_on=one.quote_valid_until if one.state == "quoted" else None,
                meaning="due_soon",
                word=_("Your turn"),
                why=names,
            ),
        )


def _offers(offers: Sequence[tuple[BookingLine, date | None]]) -> Iterable[tuple[Harm, Due]]:
    for line, until in offers:
        yield (
            Harm.DELAY,
            Due(
                label=_("Look at the team proposed for %(ref)s", ref=line.ref),
                url=url_if("firm.booking", ref=line.ref) or url_for("firm.home"),
                due_on=until,
                meaning="due_soon",
                word=_("Open it"),
                why=_("You may object with a reason within some days of opening it; silence accepts."),
            ),
        )


def _audits(matters: Matters) -> Iterable[tuple[Harm, Due]]:
    book = url_if("firm.new_booking")
    if not book:
        return
    for one in matters.deployments:
        if one.state == "registered" and one.ref not in matters.asked_for:
            yield (
                Harm.START,
                Due(
                    label=_("Ask for an audit of %(name)s", name=one.name),
                    url=url_if("firm.new_booking", deployment=one.ref),
                    due_on=None,
                    meaning="due_soon",
                    word=_("Open"),
                    why=_("The place on the waiting list counts from the day you ask."),
                ),
            )


def _models(unlinked: int) -> Iterable[tuple[Harm, Due]]:
    if unlinked:
        yield (
            Harm.ORDER,
            Due(
                label=_("Link your models to their foundation models"),
                url=url_for("firm.models"),
                meaning="neutral",
                word=_("%(n)s open", n=unlinked),
                why=_("A deployment can be signed only when its model is linked."),
            ),
        )


def asked_for(bookings: Sequence[BookingLine], *, today: date) -> frozenset[str]:
    """Return the deployments for which an audit is asked for, running or done within a year."""
    gone = ("withdrawn", "expired", "cancelled", "declined")
    recent = [
        one
        for one in bookings
        if one.state not in gone
        and (one.state != "fulfilled" or one.ends_on is None or (today - one.ends_on).days < 365)
    ]
    return frozenset(ref for one in recent for ref, _name in one.deployments)
