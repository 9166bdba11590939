"""What is not the firm's to read is kept from it by the fences: unsent reports, teams not offered, who said no."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from auditors.casework import service
from auditors.casework.tables import AuditReport
from pool.bookings.states import ProposalState
from pool.bookings.tables import Proposal, ProposalMember
from pool.kernel.storage import Database, Work
from tests.support import casework
from tests.support.casework import World

FIRM = "Orchid Health"


@pytest.fixture
def world(database: Database) -> World:
    return casework.build(database)


def _raw(reading: Any, table: str, column: str) -> list[Any]:
    """Return a column as the database itself gives it, the query fence off."""
    return list(reading.session.connection().execute(sa.text(f"SELECT {column} FROM {table}")).scalars())


def _reports(world: World, who: str) -> list[str]:
    found: list[str] = world.ask(who, lambda reading: list(reading.session.exec(select(AuditReport.words))))
    if not world.database.is_sqlite:
        assert world.ask(who, _raw, "audit_report", "words") == found
    return found


def test_report_is_shown_to_the_firm_while_it_is_sent_and_to_the_team_from_the_first_word(world: World) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    world.run("ada", service.end_fieldwork, audit_ref=ref)
    world.run("ada", service.write_report, audit_ref=ref, summary="not yet yours")
    assert (_reports(world, "mara"), _reports(world, "ada")) == ([], ["not yet yours"])
    world.run("ada", service.send_report, audit_ref=ref)
    assert _reports(world, "mara") == ["not yet yours"]
    assert _reports(world, "ben") == []
    assert world.ask("mara", _summary, ref) == "not yet yours"


@pytest.mark.parametrize("round_", ["never sent", "being written anew"])
def test_report_is_still_the_teams_when_the_audit_stops_before_it_is_sent(world: World, round_: str) -> None:
    ref = casework.open_audit(world)
    casework.to_stage2(world, ref)
    casework.rate_all(world, ref)
    if round_ == "never sent":
        world.run("ada", service.end_fieldwork, audit_ref=ref)
    else:
        casework.to_submitted(world, ref)
        world.run("theo", service.take_review, audit_ref=ref)
        world.run("theo", service.apply_verdict, audit_ref=ref, verdict="clarify")
    world.run("ada", service.write_report, audit_ref=ref, summary="half a draft")
    world.run("ada", service.ask_to_stop, audit_ref=ref, reason="The firm broke off.")
    world.run("pia", service.stop_audit, audit_ref=ref)
    assert _reports(world, "mara") == []
    assert world.ask("mara", _summary, ref) == ""


def _summary(reading: Any, ref: str) -> str:
    from auditors.casework.queries import audit_file

    return audit_file(reading, ref).summary


def _propose(work: Work, world: World, audit_ref: str) -> None:
    firm_id = world.pool.firm_ids[FIRM]
    for number, released in ((1, False), (2, True)):
        proposal = work.add(
            Proposal(
                ref=f"PRP-{number}",
                firm_id=firm_id,
                booking_id=world.bookings[FIRM],
                audit_id=1,
                starts_on=date(2026, 10, 1),
                ends_on=date(2026, 10, 2),
                state=ProposalState.PUBLISHED,
                published_at=work.at,
                answers_due_on=date(2026, 9, 20),
                released=released,
            )
        )
        for name in ("ada", "bruno"):
            actor = world.pool.actors[name]
            work.add(
                ProposalMember(
                    firm_id=firm_id,
                    audit_id=1,
                    proposal_id=proposal.id or 0,
                    auditor_id=actor.auditor_id or 0,
                    person_id=actor.person_id or 0,
                    name=actor.name,
                    role="auditor",
                    released=released and name == "ada",
                )
            )


def test_firm_sees_no_team_that_is_no_offer_and_nobody_who_said_no(world: World) -> None:
    ref = casework.open_audit(world)
    world.run("pia", _propose, world, ref)
    asked: dict[str, tuple[Any, str, list[str], list[str]]] = {
        "proposal": (Proposal, "ref", ["PRP-2"], ["PRP-1", "PRP-2"]),
        "proposal_member": (ProposalMember, "name", ["Ada Lindqvist"], ["Ada Lindqvist", "Bruno Keller"]),
    }
    for table, (entity, column, of_firm, of_team) in asked.items():
        statement = select(getattr(entity, column)).order_by(col(entity.id))
        for who, expected in (("mara", of_firm), ("ben", []), ("ada", of_team)):
            found: list[str] = world.ask(who, lambda reading, s=statement: list(reading.session.exec(s)))
            assert sorted(set(found)) == expected, (table, who)
            if not world.database.is_sqlite:
                assert sorted(set(world.ask(who, _raw, table, column))) == expected, (table, who)
