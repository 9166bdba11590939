"""Journeys of casework and decisions: the booking follows, and every fact that counts goes on the record."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from auditors.casework import queries as casework_queries
from auditors.casework.lifecycle import InTeam, WrongOffice
from auditors.casework.lookup import AuditMissing
from pool.bookings.tables import Booking, BookingDeployment
from pool.decisions import queries as decisions
from pool.decisions.tables import TechnicalReview
from pool.harbor.tables import RecordDocument, Standing
from pool.journeys import audit, conclude, remedy
from pool.kernel.refusals import Refusal
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Reading, Work
from tests.support import casework
from tests.support.casework import World


def begun(world: World) -> str:
    """Give an audit of Orchid Health whose booking is in audit."""
    ref = casework.open_audit(world)
    audit_id = world.ask("ada", casework_queries.audit_file, ref).id

    def link(work: Work) -> None:
        row = work.session.exec(select(Booking).where(Booking.id == world.bookings["Orchid Health"])).one()
        row.state, row.audit_id, row.audit_ref, row.starts_on = "in_audit", audit_id, ref, date(2026, 9, 7)
        work.add(
            BookingDeployment(
                firm_id=row.firm_id, booking_id=row.id or 0, deployment_id=world.deployments["Orchid Health"]
            )
        )

    world.run(SYSTEM, link)
    return ref


def recorded(world: World) -> list[tuple[str, Any]]:
    """Return kind and one telling value of every record entry about Orchid Health's deployment."""

    def ask(reading: Reading) -> list[tuple[str, Any]]:
        rows = reading.session.exec(select(RecordDocument).order_by(col(RecordDocument.seq)))
        return [
            (row.kind, row.body.get("state") or row.body.get("outcome") or row.body.get("step"))
            for row in rows
            if row.kind in ("audit-engaged", "finding", "remediation", "assessment")
        ]

    return list(world.ask(SYSTEM, ask))


def booking_state(world: World) -> str:
    def ask(reading: Reading) -> str:
        return reading.session.exec(select(Booking).where(Booking.id == world.bookings["Orchid Health"])).one().state

    return str(world.ask(SYSTEM, ask))


def to_stage2(world: World, ref: str) -> None:
    world.run("ada", audit.seal, audit_ref=ref, **casework.PLAN)
    world.run("ada", audit.advance, audit_ref=ref, to="stage1")
    world.run("ada", audit.advance, audit_ref=ref, to="stage1_reported", readiness="ready", note="In place.")
    world.run("ada", audit.advance, audit_ref=ref, to="stage2")
    ratings = [{"point_id": name, "rating": "conforming", **casework.RATED} for name in casework.POINTS]
    assert world.run("bruno", audit.rate_many, audit_ref=ref, ratings=ratings) == 3


def to_review(world: World, ref: str) -> None:
    world.run("ada", audit.advance, audit_ref=ref, to="draft_report")
    world.run("ada", audit.write_report, audit_ref=ref, summary="What we saw.")
    world.run("ada", audit.advance, audit_ref=ref, to="factual_check")
    world.run("mara", audit.comment_report, audit_ref=ref, comment="")
    world.run("ada", audit.advance, audit_ref=ref, to="submitted")


def test_audit_without_finding_is_decided_recorded_and_closed(any_world: World) -> None:
    world = any_world
    ref = begun(world)
    to_stage2(world, ref)
    to_review(world, ref)
    review: dict[str, Any] = {"verdict": "recommend", "notes": "Carries.", "recommendation": "conforming"}
    assert world.run("theo", conclude.review, audit_ref=ref, **review) == "decision_pending"
    (decided,) = world.run("dora", conclude.decide, audit_ref=ref, outcomes="conforming", reasons="In order.")
    assert booking_state(world) == "fulfilled"
    assert recorded(world) == [("audit-engaged", "fieldwork begun"), ("assessment", "conforming")]
    assert decided.ref == "DEC-2026-0001"
    assert world.run(SYSTEM, conclude.close, audit_ref=ref) == "closed"
    world.later(seconds=1)
    with pytest.raises(AuditMissing):
        world.ask("ada", casework_queries.audit_file, ref)
    rows = world.ask(SYSTEM, lambda reading: len(reading.session.exec(select(Standing)).all()))
    assert rows >= 1


def test_findings_go_on_the_record_when_issued_and_when_verified(any_world: World) -> None:
    world = any_world
    ref = begun(world)
    to_stage2(world, ref)
    finding = world.run("bruno", audit.draft_finding, audit_ref=ref, grade="minor", point_id="TP-06", **casework.WORDS)
    assert recorded(world) == [("audit-engaged", "fieldwork begun")]
    world.run("ada", audit.issue, audit_ref=ref)
    world.run("mara", remedy.acknowledge, finding_ref=finding)
    world.run("mara", remedy.propose, finding_ref=finding, **casework.REMEDY)
    world.run("ada", remedy.accept, finding_ref=finding)
    world.run("mara", remedy.implement, finding_ref=finding, evidence_note="Done.")
    world.run("bruno", remedy.verify, finding_ref=finding, answer="Seen.")
    assert recorded(world)[1:] == [
        ("finding", "issued"),
        ("remediation", "evidence_submitted"),
        ("remediation", "verified_closed"),
    ]


@pytest.mark.parametrize(
    ("verdict", "grade", "entries"),
    [
        ("upheld", "", []),
        ("regraded", "minor", [("finding", "acknowledged")]),
        ("regraded", "observation", [("finding", "noted")]),
        ("withdrawn", "", [("finding", "withdrawn")]),
    ],
)
def test_settled_dispute_goes_on_the_record_when_it_changed_something(
    world: World, verdict: str, grade: str, entries: list[tuple[str, str]]
) -> None:
    ref = begun(world)
    to_stage2(world, ref)
    finding = world.run("bruno", audit.draft_finding, audit_ref=ref, grade="major", point_id="TP-06", **casework.WORDS)
    world.run("ada", audit.issue, audit_ref=ref)
    world.run("mara", remedy.dispute, finding_ref=finding, reason="Not so.")
    world.run("theo", remedy.settle_dispute, finding_ref=finding, verdict=verdict, grade=grade, reason="Looked again.")
    assert recorded(world)[2:] == entries


def test_contained_critical_goes_on_the_record(world: World) -> None:
    ref = begun(world)
    to_stage2(world, ref)
    finding = world.run(
        "bruno", audit.draft_finding, audit_ref=ref, grade="critical", point_id="TP-06", **casework.WORDS
    )
    world.run("ada", audit.issue, audit_ref=ref)
    world.run("mara", remedy.contain, finding_ref=finding, note="Switched off.")
    assert recorded(world)[-1] == ("remediation", "issued")


def test_last_verified_finding_of_a_closed_audit_ends_sight(any_world: World) -> None:
    world = any_world
    ref = begun(world)
    to_stage2(world, ref)
    finding = world.run("bruno", audit.draft_finding, audit_ref=ref, grade="minor", point_id="TP-06", **casework.WORDS)
    world.run("ada", audit.issue, audit_ref=ref)
    to_review(world, ref)
    review: dict[str, Any] = {"verdict": "recommend", "notes": "Carries.", "recommendation": "conforming_with_minors"}
    world.run("theo", conclude.review, audit_ref=ref, **review)
    world.run("dora", conclude.decide, audit_ref=ref, outcomes="conforming_with_minors", reasons="One is open.")
    world.run("amos", conclude.close, audit_ref=ref)
    world.later(days=1)
    world.run("mara", remedy.propose, finding_ref=finding, **casework.REMEDY)
    world.run("ada", remedy.accept, finding_ref=finding)
    world.run("mara", remedy.implement, finding_ref=finding, evidence_note="Done.")
    world.run("bruno", remedy.verify, finding_ref=finding, answer="Seen.")
    world.later(seconds=1)
    for name in ("ada", "bruno"):
        with pytest.raises(AuditMissing):
            world.ask(name, casework_queries.audit_file, ref)
    assert world.ask("mara", casework_queries.finding, finding).finding.state == "verified_closed"


def test_refused_review_leaves_the_audit_where_it_was(world: World) -> None:
    ref = begun(world)
    to_stage2(world, ref)
    to_review(world, ref)
    bruno = Actor(world.bruno.person_id, 88, Office.TECHNICAL_REVIEWER, name=world.bruno.name)
    review: dict[str, Any] = {"verdict": "recommend", "notes": "Mine.", "recommendation": "conforming"}
    for actor, refusal in ((bruno, InTeam), (world.amos, WrongOffice), (world.dora, WrongOffice)):
        with pytest.raises(refusal):
            world.run(actor, conclude.review, audit_ref=ref, **review)
    assert world.ask("theo", casework_queries.audit_file, ref).state == "submitted"
    assert world.ask(SYSTEM, lambda reading: reading.session.exec(select(TechnicalReview)).all()) == []


def test_refused_decision_changes_nothing(world: World) -> None:
    ref = begun(world)
    to_stage2(world, ref)
    to_review(world, ref)
    review: dict[str, Any] = {"verdict": "recommend", "notes": "Carries.", "recommendation": "conforming"}
    world.run("theo", conclude.review, audit_ref=ref, **review)
    for name in ("theo", "amos", "pia", "mara", "ada"):
        with pytest.raises(Refusal):
            world.run(name, conclude.decide, audit_ref=ref, outcomes="conforming", reasons="In order.")
    audit_id = world.ask("theo", casework_queries.audit_file, ref).id
    assert world.ask(SYSTEM, decisions.decisions_of, audit_id) == ()
    assert booking_state(world) == "in_audit"


@pytest.mark.parametrize("outcomes", [{}, {"DEP-2026-0009": "conforming"}])
def test_decision_names_every_deployment(world: World, outcomes: dict[str, str]) -> None:
    ref = begun(world)
    to_stage2(world, ref)
    to_review(world, ref)
    review: dict[str, Any] = {"verdict": "recommend", "notes": "Carries.", "recommendation": "conforming"}
    world.run("theo", conclude.review, audit_ref=ref, **review)
    with pytest.raises(Refusal) as refused:
        world.run("dora", conclude.decide, audit_ref=ref, outcomes=outcomes, reasons="In order.")
    assert refused.value.field == "outcomes"


def test_stopped_audit_cancels_its_booking(world: World) -> None:
    ref = begun(world)
    to_stage2(world, ref)
    world.run("ada", audit.ask_to_stop, audit_ref=ref, reason="The firm broke off.")
    assert world.run("pia", audit.stop, audit_ref=ref, by_pool=False) == "aborted"
    assert booking_state(world) == "cancelled"
    assert recorded(world)[-1] == ("audit-engaged", "stopped")


@pytest.mark.parametrize("to", ["decided", "closed", "somewhere", "", "planned"])
def test_lead_makes_no_step_to_other_states(world: World, to: str) -> None:
    ref = begun(world)
    with pytest.raises(Refusal) as refused:
        world.run("ada", audit.advance, audit_ref=ref, to=to)
    assert refused.value.field == "to"
