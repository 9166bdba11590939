"""The second half of the world: bookings, teams, audits with findings and files, money."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from auditors.casework import queries as casework
from auditors.casework import service as audits
from auditors.casework.evidence import FileStore
from auditors.casework.queries import audit_file
from auditors.roster.tables import Interest, Leave
from pool.bookings.tables import Booking, Proposal, ProposalMember
from pool.journeys import audit, book, plan, remedy, settle
from pool.kernel.clock import day_of
from pool.kernel.roles import SYSTEM, Actor
from pool.kernel.storage import Work
from scheduling.plan import plan_to_json
from scheduling.planning import solve
from scheduling.problem_json import problem_to_json
from tests.support.world import CANARY, World, bytes_of_file

#: Who audits whom: Ada leads the audit of Orchid Health, Bruno that of Birch Credit, Chen none.
TEAMS = {"Orchid Health": "ada", "Birch Credit": "bruno"}
#: What only this auditor and the pool may read.
AUDITOR_CANARY = {"ada": "quilllark", "bruno": "quillwren"}
MANAGERS = {"Orchid Health": "mara", "Birch Credit": "ben"}


def build_audits(world: World, files: Path) -> None:
    """Give each firm a booking that waits, one with a proposed team, and an audit with a finding and its remedy."""
    for firm in TEAMS:
        FileStore(files).put(bytes_of_file(CANARY[firm]), 10_000)
        _audit(world, firm, files)
        _waiting(world, firm)
    _interests(world)


def _booking(world: World, firm: str, who: Actor) -> str:
    today = day_of(world.at)
    asked = world.do(
        who,
        book.request_booking,
        deployments=[world.made[firm]["deployment"]],
        window_from=today + timedelta(days=20),
        window_until=today + timedelta(days=75),
        note=f"{CANARY[firm]} note",
    )
    return str(asked.ref)


def _audit(world: World, firm: str, files: Path) -> None:
    pool, word = world.pool, CANARY[firm]
    who, lead = pool.actors[MANAGERS[firm]], pool.actors[TEAMS[firm]]
    booking = world.keep(firm, "booking", _booking(world, firm, who))
    world.do(who, book.submit, booking=booking)
    world.do(pool.pia, book.screen, booking=booking)
    world.do(pool.amos, book.quote, booking=booking)
    engaged = world.do(who, book.accept, booking=booking, signed_name=who.name)
    ref = world.keep(firm, "audit", str(engaged.audit_ref))
    world.do(SYSTEM, _team, ref=ref, lead=lead, booking=booking)
    world.do(
        lead, audit.seal, audit_ref=ref, criteria=f"{word} criteria", sample=f"{word} sample", thresholds="as stated"
    )
    world.do(lead, audit.start_stage1, audit_ref=ref)
    world.do(lead, audit.report_stage1, audit_ref=ref, readiness="ready", note=f"{word} readiness")
    world.do(lead, audit.start_stage2, audit_ref=ref)
    point = world.keep(firm, "point", world.read(lead, audit_file, ref).points[0].point_id)
    world.do(
        lead,
        audit.rate,
        audit_ref=ref,
        point_id=point,
        rating="minor",
        procedure=f"{word} procedure",
        sample=f"{word} sample",
        result=f"{word} result",
        conclusion=f"{word} conclusion",
    )
    stored = FileStore(files).put(f"{word} evidence".encode(), 10_000)
    kept = world.do(lead, audit.attach_to_point, stored=stored, audit_ref=ref, point_id=point, name=f"{word}.txt")
    world.keep(firm, "evidence", str(kept))
    finding = world.do(
        lead,
        audit.draft_finding,
        audit_ref=ref,
        grade="minor",
        point_id=point,
        requirement=f"{word} requirement",
        statement=f"{word} statement",
        evidence=f"{word} evidence",
    )
    world.keep(firm, "finding", str(finding))
    world.do(lead, audit.issue, audit_ref=ref)
    shown = FileStore(files).put(f"{word} finding file".encode(), 10_000)
    world.do(lead, remedy.attach, stored=shown, finding_ref=finding, name=f"{word}-finding.txt")
    world.keep(firm, "finding_sha256", shown.sha256)
    world.do(who, remedy.acknowledge, finding_ref=finding)
    world.do(
        who,
        remedy.propose,
        finding_ref=finding,
        correction=f"{word} correction",
        root_cause=f"{word} cause",
        action=f"{word} action",
        owner=f"{word} owner",
        due_on=day_of(world.at) + timedelta(days=20),
    )


def _team(work: Work, *, ref: str, lead: Actor, booking: str) -> None:
    file = casework.audit_file(work, ref)
    assert lead.auditor_id is not None and lead.person_id is not None
    audits.join_team(
        work,
        audit_id=file.id,
        members=[audits.TeamMember(auditor_id=lead.auditor_id, person_id=lead.person_id, name=lead.name, role="lead")],
        starts_on=day_of(work.at),
        ends_on=day_of(work.at) + timedelta(days=2),
    )
    row = work.session.exec(select(Booking).where(Booking.ref == booking)).one()
    row.state, row.confirmed_at = "in_audit", work.at
    row.starts_on, row.ends_on = day_of(work.at), day_of(work.at) + timedelta(days=2)
    work.flush()


def _waiting(world: World, firm: str) -> None:
    pool = world.pool
    who = pool.actors[MANAGERS[firm]]
    draft = world.keep(firm, "booking_waiting", _booking_of_second(world, firm, who))
    world.do(who, book.submit, booking=draft)
    world.do(SYSTEM, _propose, world=world, firm=firm)


def _booking_of_second(world: World, firm: str, who: Actor) -> str:
    world.made[firm]["first"] = world.made[firm]["deployment"]
    world.made[firm]["deployment"] = world.made[firm]["deployment_unsigned"]
    try:
        from pool.journeys import submit

        world.do(who, submit.attest, deployment=world.made[firm]["deployment"], signed_name=who.name)
        return _booking(world, firm, who)
    finally:
        world.made[firm]["deployment"] = world.made[firm].pop("first")


def _propose(work: Work, *, world: World, firm: str) -> None:
    """Write a team before an auditor: a row as publishing a plan leaves it."""
    lead = world.pool.actors[TEAMS[firm]]
    booking = work.session.exec(select(Booking).where(Booking.ref == world.made[firm]["booking"])).one()
    assert booking.audit_id is not None and booking.id is not None
    proposal = work.add(
        Proposal(
            ref=work.next_reference("PRP"),
            firm_id=booking.firm_id,
            booking_id=booking.id,
            audit_id=booking.audit_id,
            half_days=[0, 1],
            starts_on=day_of(work.at) + timedelta(days=30),
            ends_on=day_of(work.at) + timedelta(days=32),
            published_at=work.at,
            answers_due_on=day_of(work.at) + timedelta(days=5),
            objection=f"{CANARY[firm]} objection",
        )
    )
    work.add(
        ProposalMember(
            firm_id=booking.firm_id,
            audit_id=booking.audit_id,
            proposal_id=proposal.id or 0,
            auditor_id=lead.auditor_id or 0,
            person_id=lead.person_id or 0,
            name=lead.name,
            role="lead",
        )
    )
    world.keep(firm, "proposal", proposal.ref)


def _interests(world: World) -> None:
    def write(work: Work) -> None:
        for firm, name in TEAMS.items():
            auditor_id = world.pool.actors[name].auditor_id or 0
            word = AUDITOR_CANARY[name]
            interest = work.add(
                Interest(
                    auditor_id=auditor_id,
                    firm_name=f"{word} former employer",
                    kind="employment",
                    from_on=date(2020, 1, 1),
                    until_on=date(2021, 1, 1),
                    note=f"{word} note",
                )
            )
            leave = work.add(
                Leave(auditor_id=auditor_id, first_half_day=4000, last_half_day=4003, note=f"{word} leave")
            )
            world.keep(firm, "interest", interest.public_id)
            world.keep(firm, "leave", leave.public_id)

    world.do(SYSTEM, write)


def build_plan(world: World) -> None:
    """Keep a plan for the bookings that are open, whatever it says."""
    pool = world.pool
    problem = world.read(pool.pia, plan.export_problem)
    kept = world.do(pool.pia, plan.keep_plan, problem=problem_to_json(problem), plan=plan_to_json(solve(problem)))
    world.keep("", "plan", kept.ref)
    world.keep("", "planning", "0" * 32)


def build_money(world: World, **fields: int) -> None:
    """Close the days in which the audits began, so that each firm has a statement; leave the days after them open.

    ``fields`` are costs in minor units of competence domains, by code with an underscore: ``X_HEA=90_001``.
    """
    pool = world.pool
    begun = day_of(world.at)
    first, last = begun - timedelta(days=30), begun + timedelta(days=5)
    period = world.do(pool.tess, settle.open_period, from_on=first, until_on=last)
    world.keep("", "period", period.ref)
    world.do(
        pool.tess,
        settle.add_cost,
        period=period.ref,
        facility="administration",
        amount_minor=120_001,
        document="rent",
        incurred_on=begun,
    )
    for code, amount in fields.items():
        world.do(
            pool.tess, settle.add_cost, period=period.ref, facility=code.replace("_", "-"), amount_minor=amount,
            document="desk", incurred_on=begun,
        )  # fmt: skip
    world.at += timedelta(days=10)
    world.do(pool.tess, settle.allocate, period=period.ref)
    world.do(pool.amos, settle.review, period=period.ref)
    world.do(pool.tess, settle.close, period=period.ref)
    later: Any = world.do(
        pool.tess, settle.open_period, from_on=last + timedelta(days=1), until_on=last + timedelta(days=60)
    )
    world.keep("", "period_open", later.ref)
