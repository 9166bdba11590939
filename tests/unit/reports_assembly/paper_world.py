"""A pool in which Orchid Health's deployment was registered, audited, mended and decided, and a period was closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pool.bookings.tables import Booking, BookingDeployment
from pool.journeys import audit, conclude, remedy, settle, submit
from pool.kernel.clock import utc
from pool.kernel.roles import SYSTEM
from pool.kernel.storage import Database, Work
from pool.policy.loading import load_edition
from pool.registry import queries as registry
from tests.support import casework, people
from tests.support.casework import World

#: A bounded medical inquiry model: medium tier. Source: worked case V02 of the edition.
CASE = "V02"


@dataclass
class Paper:
    """The world with the references a test asks for."""

    world: World
    deployment: str
    audit_ref: str
    finding: str = ""
    decision: str = ""
    statement: str = ""


def _indicators() -> dict[str, Any]:
    cases = load_edition().documents["vignettes.yaml"]["vignettes"]
    return dict(next(one for one in cases if one["id"] == CASE)["indicators"])


def registered(database: Database) -> Paper:
    """Return a pool in which Orchid Health and Birch Credit registered a deployment each; no audit yet."""
    world = World(database, people.seed(database), at=utc(2026, 9, 2, 9))
    base = world.run(
        "rita", submit.add_foundation, provider="northlight", name="aurora-7b", version="1.2", aliases=["aurora"]
    )
    world.run("rita", submit.record_foundation_status, foundation=base.ref, market="EU", status="registered",
              valid_from=date(2026, 3, 1), evidence_note="extract of 1 March 2026")  # fmt: skip
    for person, firm, name, signed in (
        ("mara", "Orchid Health", "Visit guide", "Mara Voss"),
        ("ben", "Birch Credit", "Canary of Birch", "Ben Osei"),
    ):
        model = world.run(person, submit.register_model, name=f"{name} model", version="3.2", method="lora",
                          foundation=base.ref)  # fmt: skip
        made = world.run(
            person,
            submit.register_deployment,
            model=model.ref,
            name=name,
            purpose=f"What {name} is for.",
            context="health_information",
            markets=["EU"],
            indicators=_indicators(),
        )
        world.later(hours=1)
        world.run(person, submit.attest, deployment=made.ref, signed_name=signed)
        view = world.ask(person, registry.deployment, made.ref)
        world.deployments[firm] = view.id
        world.bookings[firm] = world.run(SYSTEM, _book, firm_id=world.pool.firm_ids[firm], deployment_id=view.id)
    world.later(days=3)
    return Paper(world, "DEP-2026-0001", "")


def _book(work: Work, *, firm_id: int, deployment_id: int) -> int:
    row = work.add(
        Booking(
            ref=work.next_reference("BKG"),
            firm_id=firm_id,
            kind="initial",
            state="accepted",
            tier="medium",
            window_from=date(2026, 9, 7),
            window_until=date(2026, 12, 31),
            requested_at=work.at,
            exact_days="5/2",
            estimate_minor=240_000,
        )
    )
    work.add(BookingDeployment(firm_id=firm_id, booking_id=row.id or 0, deployment_id=deployment_id))
    return row.id or 0


def _link(work: Work, *, booking_id: int, audit_ref: str) -> None:
    from sqlmodel import select

    from auditors.casework.tables import Audit

    audit_id = work.session.exec(select(Audit.id).where(Audit.ref == audit_ref)).one()
    row = work.session.exec(select(Booking).where(Booking.id == booking_id)).one()
    row.state, row.audit_id, row.audit_ref, row.starts_on = "in_audit", audit_id, audit_ref, date(2026, 9, 14)


def in_fieldwork(database: Database) -> Paper:
    """Return the pool with one issued minor finding and one that is still a draft, in stage 2."""
    made = registered(database)
    world = made.world
    made.audit_ref = casework.open_audit(world)
    world.run(SYSTEM, _link, booking_id=world.bookings["Orchid Health"], audit_ref=made.audit_ref)
    world.at = utc(2026, 9, 14, 9)
    casework.to_stage2(world, made.audit_ref)
    casework.rate_all(world, made.audit_ref)
    world.at = utc(2026, 9, 15, 9)
    made.finding = casework.issue(world, made.audit_ref)
    return made


def draft(made: Paper) -> str:
    """Let Bruno draft a finding that is not issued; return its reference."""
    return str(
        made.world.run(
            "bruno",
            audit.draft_finding,
            audit_ref=made.audit_ref,
            grade="major",
            point_id="TP-01",
            requirement="Canary of a draft.",
            statement="Canary of a draft.",
            evidence="Canary of a draft.",
        )
    )


def decided(database: Database) -> Paper:
    """Return the pool after remedy, review and decision, with a closed period."""
    made = in_fieldwork(database)
    world = made.world
    world.at = utc(2026, 9, 16, 9)
    world.run("mara", remedy.propose, finding_ref=made.finding, **casework.REMEDY)
    world.run("ada", remedy.accept, finding_ref=made.finding, answer="Good.")
    world.at = utc(2026, 9, 20, 9)
    world.run("mara", remedy.implement, finding_ref=made.finding, evidence_note="The new sheet is attached.")
    world.at = utc(2026, 9, 22, 9)
    world.run("bruno", remedy.verify, finding_ref=made.finding, answer="Seen in the sheet of today.")
    casework.to_submitted(world, made.audit_ref)
    world.at = utc(2026, 9, 25, 9)
    world.run("theo", conclude.review, audit_ref=made.audit_ref, verdict="recommend", notes="In order.",
              recommendation="conforming")  # fmt: skip
    world.at = utc(2026, 9, 28, 9)
    (made.decision,) = (
        one.ref
        for one in world.run(
            "dora", conclude.decide, audit_ref=made.audit_ref, outcomes="conforming", reasons="Nothing is open."
        )
    )
    world.at = utc(2026, 10, 5, 9)
    period = world.run("tess", settle.open_period, from_on=date(2026, 7, 1), until_on=date(2026, 9, 30)).ref
    for facility, amount in (("administration", 10_001), ("X-HEA", 50_000)):
        world.run("tess", settle.add_cost, period=period, facility=facility, amount_minor=amount,
                  document=f"Invoice {facility}", incurred_on=date(2026, 9, 1))  # fmt: skip
    world.run("tess", settle.allocate, period=period)
    world.run("amos", settle.review, period=period)
    made.statement = next(iter(world.run("tess", settle.close, period=period)))
    return made


def joint(database: Database) -> Paper:
    """Return the pool with one audit of both firms in stage 2 and a finding about Birch Credit's deployment."""
    made = registered(database)
    world = made.world
    made.audit_ref = casework.open_audit(world, firms=("Orchid Health", "Birch Credit"))
    world.at = utc(2026, 9, 14, 9)
    casework.to_stage2(world, made.audit_ref)
    casework.rate_all(world, made.audit_ref, deployment="DEP-2026-0002")
    made.finding = casework.issue(world, made.audit_ref, deployment="DEP-2026-0002")
    return made
