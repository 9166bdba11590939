"""Reads of bookings: lists, one booking, an auditor's proposals, the board, and what planning needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlmodel import col, select

from pool.bookings.lookup import (
    deployment_ids_of,
    events_of,
    find_booking,
    find_proposal,
    key_of,
    members_of,
    proposals_of,
)
from pool.bookings.record_facts import audit_refusals, audit_requests, engagement_facts
from pool.bookings.rules import BOOKING_CYCLE, ENDED, OPEN_FOR_PLANNING, objection_until
from pool.bookings.separation import excluded_auditors, separated_auditors
from pool.bookings.states import BookingState, ProposalState
from pool.bookings.tables import Booking, BookingDeployment, Proposal, ProposalMember
from pool.bookings.values import (
    AskedView,
    BookingFile,
    BookingLine,
    DaysFact,
    MemberView,
    MoveView,
    OpenBooking,
    ProposalView,
    StepView,
)
from pool.kernel.clock import day_of
from pool.kernel.listing import ListColumns, ListRequest, Page, read_page
from pool.kernel.money import Money
from pool.kernel.storage import Reading
from pool.policy.loading import load_edition
from pool.policy.team import sector_of
from scheduling.interval import HalfDay, Window

__all__ = [
    "asked",
    "asked_of_auditor",
    "audit_refusals",
    "audit_requests",
    "audits_to_begin",
    "board",
    "booking",
    "booking_ref_of_audit",
    "bookings_of",
    "bookings_of_audits",
    "bookings_of_deployment",
    "days_facts",
    "deployment_ids",
    "engagement_facts",
    "is_audit_booked",
    "open_bookings",
    "proposals_for_auditor",
    "quotes_run_out",
]

#: Steps that end a booking are nobody's next step.
_NOT_NEXT = ("withdraw", "cancel", "stop", "decline", "take_back", "expire", "reschedule")


def _frozen(*path: str | int) -> Any:
    """Return the expression for a text of the facts that a booking froze."""
    facts: Any = col(Booking.facts_snapshot)
    return facts[path].as_string()


BOOKING_COLUMNS = ListColumns(
    key=col(Booking.id),
    sorts={
        "created": col(Booking.created_at),
        "ref": col(Booking.ref),
        "state": col(Booking.state),
        "requested": col(Booking.requested_at),
        "window": col(Booking.window_from),
        "starts": col(Booking.starts_on),
        "tier": col(Booking.tier),
    },
    filters={
        "state": col(Booking.state),
        "tier": col(Booking.tier),
        "kind": col(Booking.kind),
        "firm": lambda values: col(Booking.firm_id).in_([int(value) for value in values if value.isdigit()]),
    },
    search=(
        col(Booking.ref),
        col(Booking.audit_ref),
        col(Booking.note),
        col(Booking.state),
        _frozen("firm", "name"),
        *(_frozen("deployments", n, "name") for n in range(3)),
    ),
)


def bookings_of(reading: Reading, request: ListRequest) -> Page[BookingLine]:
    """Return one page of the bookings within sight: one query."""
    return read_page(
        reading.session, select(Booking), request, columns=BOOKING_COLUMNS, make=lambda row: booking_line(row, reading)
    )


def booking_line(row: Booking, reading: Reading) -> BookingLine:
    """Return a booking's value for lists; names come from the facts it froze."""
    snapshot = row.facts_snapshot
    acts = next_offices(row.state)
    return BookingLine(
        id=key_of(row),
        public_id=row.public_id,
        ref=row.ref,
        firm_id=row.firm_id,
        firm_ref=str(snapshot["firm"]["ref"]),
        firm_name=str(snapshot["firm"]["name"]),
        deployments=tuple((str(part["ref"]), str(part["name"])) for part in snapshot["deployments"]),
        kind=row.kind,
        state=str(row.state),
        tier=row.tier,
        language=row.language,
        window_from=row.window_from,
        window_until=row.window_until,
        requested_at=row.requested_at,
        exact_days=row.exact_days,
        people=row.people,
        half_days=row.half_days,
        estimate=_money(row.estimate_minor, row.currency),
        quote_valid_until=row.quote_valid_until,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        audit_id=row.audit_id,
        audit_ref=row.audit_ref,
        acts=acts,
        may_act=str(reading.actor.office) in acts,
        version=row.version,
    )


def next_offices(state: str) -> tuple[str, ...]:
    """Return the offices that can bring a booking on from ``state``."""
    steps = [step for step in BOOKING_CYCLE.transitions if step.from_state == state and step.move not in _NOT_NEXT]
    return tuple(sorted({str(office) for step in steps for office in step.offices}))


def _money(amount: int | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def booking(reading: Reading, key: str) -> BookingFile:
    """Return everything of one booking that the scope may see: four queries. Raises: BookingMissing.

    The fences show a firm a proposal once every auditor has accepted, and never an auditor who said no; the step that
    a no made stands in the history without who and why.
    """
    row = find_booking(reading, key)
    proposals = proposals_of(reading, row)
    members = members_of(reading, proposals)
    return BookingFile(
        line=booking_line(row, reading),
        note=row.note,
        returned_items=row.returned_items,
        snapshot=row.facts_snapshot,
        effort_steps=tuple(row.effort_steps),
        needs=tuple(row.needs),
        brief=row.brief,
        brief_digest=row.brief_digest,
        price_steps=tuple(row.price_steps),
        estimate_low=_money(row.estimate_low_minor, row.currency),
        estimate_high=_money(row.estimate_high_minor, row.currency),
        estimate_key=row.estimate_key,
        quoted_at=row.quoted_at,
        accepted_at=row.accepted_at,
        accepted_digest=row.accepted_digest,
        waitlist_reasons=tuple((str(one["rule"]), int(one["left"])) for one in row.waitlist_reasons),
        confirmed_at=row.confirmed_at,
        ended_by_pool=row.ended_by_pool,
        steps=tuple(
            StepView(one.at, one.from_state, one.to_state, one.name, one.office, one.reason)
            for one in events_of(reading, row)
        ),
        proposals=tuple(proposal_view(one, members[key_of(one)]) for one in proposals),
        moves=tuple(
            MoveView(step.move, step.to_state) for step in BOOKING_CYCLE.moves_from(row.state, reading.actor.office)
        ),
    )


def proposal_view(row: Proposal, members: Sequence[ProposalMember]) -> ProposalView:
    """Return a proposal's value."""
    return ProposalView(
        id=key_of(row),
        public_id=row.public_id,
        ref=row.ref,
        state=str(row.state),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        half_days=tuple(HalfDay(ordinal) for ordinal in row.half_days),
        published_at=row.published_at,
        answers_due_on=row.answers_due_on,
        all_accepted_at=row.all_accepted_at,
        shown_at=row.shown_at,
        objection_until=objection_until(row.shown_at) if row.shown_at is not None else None,
        waived_at=row.waived_at,
        objection=row.objection,
        objected_at=row.objected_at,
        objection_verdict=row.objection_verdict,
        objection_answer=row.objection_answer,
        ended_at=row.ended_at,
        members=tuple(
            MemberView(
                one.auditor_id,
                one.person_id,
                one.name,
                one.role,
                one.answer,
                one.answered_at,
                one.reason,
                one.objected,
            )
            for one in members
        ),
        version=row.version,
    )


def bookings_of_deployment(reading: Reading, deployment_id: int) -> tuple[BookingLine, ...]:
    """Return the bookings of a deployment, newest first: one query."""
    rows: Any = reading.session.exec(
        select(Booking)
        .join(BookingDeployment, col(BookingDeployment.booking_id) == col(Booking.id))
        .where(col(BookingDeployment.deployment_id) == deployment_id)
        .order_by(col(Booking.id).desc())
    )
    return tuple(booking_line(row, reading) for row in rows)


def booking_ref_of_audit(reading: Reading, audit_id: int) -> str | None:
    """Return the reference of the booking that led to an audit, where the scope may see it."""
    return reading.session.exec(
        select(Booking.ref).where(col(Booking.audit_id) == audit_id).order_by(col(Booking.id)).limit(1)
    ).first()


def bookings_of_audits(reading: Reading, audit_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return reference and firm name of the booking that leads to each audit: one query."""
    rows = reading.session.exec(
        select(Booking).where(col(Booking.audit_id).in_(audit_ids)).order_by(col(Booking.id).desc())
    )
    return {row.audit_id or 0: (row.ref, str(row.facts_snapshot["firm"]["name"])) for row in rows}


def is_audit_booked(reading: Reading, audit_id: int) -> bool:
    """Tell whether a booking that has not ended still leads to an audit: one query."""
    return bool(_refs(reading, Booking.audit_id == audit_id, col(Booking.state).not_in([str(one) for one in ENDED])))


def board(reading: Reading) -> dict[str, tuple[BookingLine, ...]]:
    """Return every booking that has not ended, by state in the order of the life-cycle, oldest request first."""
    rows = reading.session.exec(
        select(Booking)
        .where(col(Booking.state).not_in([str(state) for state in ENDED]))
        .order_by(col(Booking.requested_at), col(Booking.id))
    )
    found: dict[str, list[BookingLine]] = {str(state): [] for state in BookingState if state not in ENDED}
    for row in rows:
        found[str(row.state)].append(booking_line(row, reading))
    return {state: tuple(lines) for state, lines in found.items()}


# --------------------------------------------------------------------------------------------------
# Auditors


def proposals_for_auditor(reading: Reading, auditor_id: int) -> tuple[AskedView, ...]:
    """Return the standing proposals in which an auditor was asked, the soonest answer first: two queries.

    These three reads need the pool's scope: an asked auditor has no sight of the audit (``journeys.asking``).
    """
    return _asked(reading, ProposalMember.auditor_id == auditor_id, col(Proposal.ended_at).is_(None))


def asked_of_auditor(reading: Reading, auditor_id: int) -> tuple[AskedView, ...]:
    """Return the proposals that still wait for the auditor's answer: two queries."""
    return _asked(
        reading,
        ProposalMember.auditor_id == auditor_id,
        ProposalMember.answer == "asked",
        Proposal.state == ProposalState.PUBLISHED,
    )


def asked(reading: Reading, proposal: str) -> AskedView:
    """Return one proposal as the auditor of the seat sees it. Raises: ProposalMissing."""
    row = find_proposal(reading, proposal)
    found = _asked(reading, Proposal.id == row.id, ProposalMember.auditor_id == reading.actor.auditor_id)
    if not found:
        find_proposal(reading, "")
    return found[0]


def _asked(reading: Reading, *conditions: Any) -> tuple[AskedView, ...]:
    rows: Any = reading.session.exec(
        select(ProposalMember, Proposal, Booking)
        .join(Proposal, col(Proposal.id) == col(ProposalMember.proposal_id))
        .join(Booking, col(Booking.id) == col(Proposal.booking_id))
        .where(*conditions)
        .order_by(col(Proposal.answers_due_on), col(Proposal.id))
    ).all()
    teams = members_of(reading, [proposal for _member, proposal, _booking in rows])
    return tuple(
        AskedView(
            proposal_ref=proposal.ref,
            proposal_public_id=proposal.public_id,
            booking_ref=row.ref,
            audit_ref=row.audit_ref,
            firm_name=str(row.facts_snapshot["firm"]["name"]),
            domains=_domains(row),
            markets=_markets(row),
            language=row.language,
            kind=row.kind,
            tier=row.tier,
            role=member.role,
            answer=member.answer,
            state=str(proposal.state),
            starts_on=proposal.starts_on,
            ends_on=proposal.ends_on,
            half_days=len(proposal.half_days),
            answers_due_on=proposal.answers_due_on,
            published_at=proposal.published_at,
            team=tuple((one.name, one.role, one.answer) for one in teams[key_of(proposal)]),
        )
        for member, proposal, row in rows
    )


def _domains(row: Booking) -> tuple[str, ...]:
    edition = load_edition()
    sectors = [sector_of(edition, part["context"]) for part in row.facts_snapshot["deployments"]]
    return tuple(dict.fromkeys(edition.effort.competence.sectors[sector] for sector in sectors))


def _markets(row: Booking) -> tuple[str, ...]:
    return tuple(sorted({str(market) for part in row.facts_snapshot["deployments"] for market in part["markets"]}))


# --------------------------------------------------------------------------------------------------
# Planning and costs


def open_bookings(reading: Reading, *, refs: Iterable[str] | None = None) -> tuple[OpenBooking, ...]:
    """Return the bookings that wait for a team, in the order of their waiting-list instants: six queries."""
    statement = select(Booking).where(col(Booking.state).in_([str(state) for state in OPEN_FOR_PLANNING]))
    if refs is not None:
        statement = statement.where(col(Booking.ref).in_(list(refs)))
    rows = list(reading.session.exec(statement.order_by(col(Booking.requested_at), col(Booking.id))))
    excluded = excluded_auditors(reading, [key_of(row) for row in rows])
    separated = separated_auditors(reading, rows)
    return tuple(
        OpenBooking(
            ref=row.ref,
            state=str(row.state),
            audit_id=row.audit_id or 0,
            audit_ref=row.audit_ref,
            firm_id=row.firm_id,
            tier=row.tier,
            language=row.language,
            people=row.people,
            half_days=row.half_days,
            needs=tuple((str(n["code"]), int(n["min_level"]), bool(n["lead"])) for n in row.needs),
            window=Window.of_days(row.window_from, row.window_until),
            requested_at=row.requested_at or row.created_at,
            excluded=tuple(dict.fromkeys((*excluded.get(key_of(row), ()), *sorted(separated[key_of(row)])))),
        )
        for row in rows
    )


def quotes_run_out(reading: Reading) -> tuple[str, ...]:
    """Return the references of bookings whose estimate's last day has passed: one query."""
    return _refs(reading, Booking.state == BookingState.QUOTED, col(Booking.quote_valid_until) < day_of(reading.at))


def audits_to_begin(reading: Reading) -> tuple[str, ...]:
    """Return the references of confirmed bookings whose first day has come: one query."""
    return _refs(reading, Booking.state == BookingState.CONFIRMED, col(Booking.starts_on) <= day_of(reading.at))


def _refs(reading: Reading, *conditions: Any) -> tuple[str, ...]:
    return tuple(reading.session.exec(select(Booking.ref).where(*conditions).order_by(col(Booking.id))))


def days_facts(reading: Reading) -> tuple[DaysFact, ...]:
    """Return the exact days of every booking that has or had a confirmed audit, for cost shares: one query."""
    rows = reading.session.exec(
        select(Booking)
        .where(
            col(Booking.state).in_(
                [str(s) for s in (BookingState.CONFIRMED, BookingState.IN_AUDIT, BookingState.FULFILLED)]
            )
        )
        .order_by(col(Booking.id))
    )
    return tuple(
        DaysFact(
            booking_ref=row.ref,
            firm_id=row.firm_id,
            audit_id=row.audit_id,
            audit_ref=row.audit_ref,
            state=str(row.state),
            tier=row.tier,
            kind=row.kind,
            exact_days=row.exact_days,
            needs=tuple((str(n["code"]), int(n["min_level"])) for n in row.needs),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
        )
        for row in rows
    )


def deployment_ids(reading: Reading, key: str) -> tuple[int, ...]:
    """Return the keys of the deployments that a booking covers. Raises: BookingMissing."""
    return tuple(deployment_ids_of(reading, find_booking(reading, key)))
