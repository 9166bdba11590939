"""A small world of audits: Orchid Health's triage helper and Birch Credit's scoring aid, audited by Ada and Bruno."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from auditors.casework import service
from auditors.casework.brief import AuditBrief, BriefDuty, BriefPart, BriefPoint, Deadlines
from auditors.casework.service import Participant, TeamMember
from pool.bookings.tables import Booking
from pool.kernel.clock import utc
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Database, Work
from pool.registry.tables import Deployment
from tests.support import people
from tests.support.models import tuned_model

AT = utc(2026, 9, 7, 9)
DEADLINES = {
    "critical": Deadlines(contain_hours=48, plan_days=7, close_days=30),
    "major": Deadlines(plan_days=21, close_days=90),
    "minor": Deadlines(plan_days=45, close_days=180),
}
RATED: dict[str, Any] = {
    "procedure": "Read the log and asked the owner.",
    "sample": "30 outputs drawn with the seed.",
    "result": "29 as stated, one unclear.",
    "conclusion": "The duty works.",
}
WORDS: dict[str, Any] = {
    "requirement": "Each data set is shown with its source.",
    "statement": "One set has no source.",
    "evidence": "Data sheet of 3 September, line 4.",
}
REMEDY: dict[str, Any] = {
    "correction": "The set was taken out.",
    "root_cause": "Nobody owned the data sheet.",
    "action": "A named owner checks it before each training.",
    "owner": "Mara Voss",
    "due_on": date(2026, 10, 1),
}
POINTS = ("TP-01", "TP-02", "TP-06")


@dataclass
class World:
    """A seeded database with what a test needs to act in it."""

    database: Database
    pool: people.Pool
    deployments: dict[str, int] = field(default_factory=dict)
    bookings: dict[str, int] = field(default_factory=dict)
    at: datetime = AT

    def __getattr__(self, name: str) -> Actor:
        return self.pool.actors[name]

    def run(
        self, who: Actor | str, what: Callable[..., Any], /, *args: Any, at: datetime | None = None, **named: Any
    ) -> Any:
        """Run ``what`` as a journey of ``who`` (an actor or a first name) and return its answer."""
        actor = self.pool.actors[who] if isinstance(who, str) else who
        return self.database.run_work(what, *args, actor=actor, at=at or self.at, **named)

    def ask(
        self, who: Actor | str, what: Callable[..., Any], /, *args: Any, at: datetime | None = None, **named: Any
    ) -> Any:
        """Ask ``what`` in the scope of ``who``."""
        actor = self.pool.actors[who] if isinstance(who, str) else who
        with self.database.reading(actor, at or self.at) as reading:
            return what(reading, *args, **named)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)

    def member(self, name: str, role: str) -> TeamMember:
        """Return one of the auditors as a team member."""
        actor = self.pool.actors[name]
        assert actor.auditor_id is not None and actor.person_id is not None
        return TeamMember(auditor_id=actor.auditor_id, person_id=actor.person_id, name=actor.name, role=role)


def build(database: Database) -> World:
    """Seed people, one deployment and one accepted booking per firm."""
    world = World(database, people.seed(database))
    for number, (firm, name) in enumerate((("Orchid Health", "Triage helper"), ("Birch Credit", "Scoring aid")), 1):
        world.run(SYSTEM, _deploy, world, firm, name, number)
    return world


def _deploy(work: Work, world: World, firm: str, name: str, number: int) -> None:
    firm_id = world.pool.firm_ids[firm]
    model = tuned_model(work, firm_id, name, ref=f"MOD-2026-{number:04d}")
    deployment = work.add(
        Deployment(
            ref=f"DEP-2026-{number:04d}",
            firm_id=firm_id,
            model_id=model.id or 0,
            name=name,
            purpose="Helps people",
            context="healthcare",
            pseudonym=f"{number:032x}",
            state="registered",
            registered_at=work.at,
        )
    )
    booking = work.add(
        Booking(
            ref=f"BKG-2026-{number:04d}",
            firm_id=firm_id,
            kind="initial",
            state="accepted",
            tier="medium",
            window_from=date(2026, 9, 7),
            window_until=date(2026, 12, 31),
            requested_at=work.at,
            facts_snapshot={
                "firm": {"ref": world.pool.firm_refs[firm], "name": firm},
                "deployments": [{"ref": deployment.ref, "name": deployment.name}],
            },
        )
    )
    assert deployment.id is not None and booking.id is not None
    world.deployments[firm], world.bookings[firm] = deployment.id, booking.id


def point(name: str, *duties: str) -> BriefPoint:
    """Return a small test point."""
    return BriefPoint(id=name, group="Data", duties=duties or ("D10", "D13"), question=f"What does {name} ask?")


def brief(
    world: World, *, tier: str = "medium", firms: tuple[str, ...] = ("Orchid Health",), **changed: Any
) -> AuditBrief:
    """Return the brief of an audit of ``firms``."""
    parts = tuple(
        BriefPart(
            firm_id=world.pool.firm_ids[firm],
            firm_ref=world.pool.firm_refs[firm],
            firm_name=firm,
            deployment_id=world.deployments[firm],
            deployment_ref=f"DEP-2026-{number:04d}",
            deployment_name=f"canary-{firm}",
            tier=tier,
            intensity="1.4",
            facts={"canary": f"canary-{firm}"},
            points=(point("X-HEA-1"),) if firm == "Orchid Health" and len(firms) > 1 else (),
        )
        for number, firm in enumerate(("Orchid Health", "Birch Credit"), 1)
        if firm in firms
    )
    values: dict[str, Any] = {
        "booking_ref": "BKG-2026-0001",
        "edition": "2026.1",
        "edition_digest": "sha256:" + "0" * 64,
        "kind": "initial",
        "tier": tier,
        "intensity": "1.4",
        "exact_days": "5/2",
        "people": 2,
        "half_days": 3,
        "duties": (BriefDuty(id="D10", level="1.5", required=2), BriefDuty(id="D13", level="1", required=1)),
        "points": tuple(point(name) for name in POINTS),
        "deadlines": DEADLINES,
        "sampling_factor": "1",
        "outputs_sampled": 100,
        "parts": parts,
    }
    return AuditBrief(**(values | changed))


def open_audit(world: World, *, tier: str = "medium", firms: tuple[str, ...] = ("Orchid Health",)) -> str:
    """Open an audit with Ada in the lead and Bruno beside her; return its reference."""
    opened = world.run(SYSTEM, _open, world, brief(world, tier=tier, firms=firms), firms)
    return str(opened.ref)


def _open(work: Work, world: World, made: AuditBrief, firms: tuple[str, ...]) -> service.OpenedAudit:
    opened = service.open_audit(
        work,
        brief=made,
        participants=[
            Participant(
                firm_id=world.pool.firm_ids[firm],
                deployment_id=world.deployments[firm],
                booking_id=world.bookings[firm],
            )
            for firm in firms
        ],
        kind=made.kind,
        tier=made.tier,
        edition=made.edition,
    )
    service.join_team(
        work,
        audit_id=opened.id,
        members=[world.member("ada", "lead"), world.member("bruno", "auditor")],
        starts_on=date(2026, 9, 14),
        ends_on=date(2026, 9, 16),
    )
    return opened


PLAN: dict[str, Any] = {"criteria": "The brief.", "sample": "As the points say.", "thresholds": "As major_if says."}


def seal(world: World, ref: str) -> None:
    """Let Ada seal the plan."""
    world.run("ada", service.seal_plan, audit_ref=ref, **PLAN)


def to_stage2(world: World, ref: str) -> None:
    """Bring a medium or high audit into stage 2."""
    seal(world, ref)
    world.run("ada", service.start_stage1, audit_ref=ref)
    world.run("ada", service.report_stage1, audit_ref=ref, readiness="ready", note="Documents are in place.")
    world.run("ada", service.start_stage2, audit_ref=ref)


def rate_all(world: World, ref: str, *, rating: str = "conforming", deployment: str | None = None) -> None:
    """Let Bruno rate every point."""
    for name in POINTS:
        world.run(
            "bruno", service.rate_point, audit_ref=ref, point_id=name, deployment=deployment, rating=rating, **RATED
        )


def issue(
    world: World, ref: str, *, grade: str = "minor", point_id: str = "TP-06", deployment: str | None = None
) -> str:
    """Let Bruno draft and Ada issue one finding; return its reference."""
    finding = world.run(
        "bruno", service.draft_finding, audit_ref=ref, grade=grade, point_id=point_id, deployment=deployment, **WORDS
    )
    world.run("ada", service.issue_findings, audit_ref=ref, finding_refs=[finding])
    return str(finding)


def to_submitted(world: World, ref: str) -> None:
    """Bring an audit in stage 2, all points rated, to the submitted report."""
    world.run("ada", service.end_fieldwork, audit_ref=ref)
    world.run("ada", service.write_report, audit_ref=ref, summary="What we saw.")
    world.run("ada", service.send_report, audit_ref=ref)
    for firm_person in ("mara", "ben"):
        actor = world.pool.actors[firm_person]
        if world.ask(actor, lambda reading: _has_audit(reading, ref)):
            world.run(actor, service.comment_report, audit_ref=ref, comment="")
    world.run("ada", service.submit_report, audit_ref=ref)


def _has_audit(reading: Any, ref: str) -> bool:
    from auditors.casework.lookup import AuditMissing, find_audit

    try:
        find_audit(reading, ref)
    except AuditMissing:
        return False
    return True


def remedied(world: World, finding_ref: str) -> None:
    """Let Mara propose, Ada accept, Mara carry out and Bruno verify a remedy."""
    world.run("mara", service.propose_remedy, finding_ref=finding_ref, **REMEDY)
    world.run("ada", service.accept_remedy, finding_ref=finding_ref, answer="Good.")
    world.run("mara", service.implement_remedy, finding_ref=finding_ref, evidence_note="The new sheet is attached.")
    world.run("bruno", service.verify_remedy, finding_ref=finding_ref, answer="Seen in the sheet of today.")


def in_office(world: World, office: Office) -> Actor:
    """Return somebody in ``office``; Ada for auditors, a made-up person for offices nobody holds."""
    if office is Office.AUDITOR:
        return world.ada
    for actor in world.pool.actors.values():
        if actor.office is office:
            return actor
    if office is Office.SYSTEM:
        return SYSTEM
    return Actor(None if office is Office.PUBLIC else 9999, None, office, name="Nobody")


@dataclass
class Template:
    """A seeded SQLite file to copy, with the keys in it."""

    path: Path
    world: World

    @contextmanager
    def copied(self, folder: Path) -> Iterator[World]:
        """Give a world of one's own in ``folder``."""
        path = Path(shutil.copy(self.path, folder / "world.sqlite"))
        database = Database(f"sqlite:///{path}")
        pool = people.Pool(database, self.world.pool.actors, self.world.pool.firm_ids, self.world.pool.firm_refs,
                           self.world.pool.auditor_ids)  # fmt: skip
        try:
            yield replace(self.world, database=database, pool=pool)
        finally:
            database.dispose()
