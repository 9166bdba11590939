"""Two firms with a little of everything, each with a word of its own in every text that is nobody else's to read.

The words of ``CANARY`` are searched for in answers to others: a word of another firm in any page, CSV or paper is a
leak. What the public register shows (names and purposes) carries no such word.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pool.journeys import submit
from pool.kernel.clock import day_of, now
from pool.kernel.digest import sha256_hex
from pool.kernel.roles import Actor
from pool.kernel.storage import Database
from pool.policy.loading import load_edition
from tests.support import people

#: A bounded medical inquiry model: medium tier. Source: worked case V02 of the edition.
CASE = "V02"
CANARY = {"Orchid Health": "quillorchid", "Birch Credit": "quillbirch"}


def indicators(case: str = CASE) -> dict[str, Any]:
    """Return the fifteen indicators of one of the edition's worked cases."""
    cases = load_edition().documents["vignettes.yaml"]["vignettes"]
    return dict(next(one for one in cases if one["id"] == case)["indicators"])


@dataclass
class World:
    """The pool with what was made in it; ``made`` names objects per firm by kind."""

    pool: people.Pool
    at: datetime
    made: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """Return the database."""
        return self.pool.database

    def do(self, who: Actor, journey: Any, /, **named: Any) -> Any:
        """Run a journey a minute later."""
        self.at += timedelta(minutes=1)
        return self.database.run_work(journey, actor=who, at=self.at, **named)

    def read(self, who: Actor, query: Any, /, *arguments: Any, **named: Any) -> Any:
        """Ask a query in the scope of ``who``."""
        with self.database.reading(who, self.at) as reading:
            return query(reading, *arguments, **named)

    def keep(self, firm: str, kind: str, key: str) -> str:
        """Remember an object of a firm under its kind."""
        self.made.setdefault(firm, {})[kind] = key
        return key


def build(pool: people.Pool, *, at: datetime | None = None) -> World:
    """Make the catalogue, and for each firm a model and a deployment with signature, review, incident and report."""
    world = World(pool, at or now() - timedelta(days=20))
    base = world.do(
        pool.rita,
        submit.add_foundation,
        provider="northlight",
        name="aurora-7b-instruct",
        version="1.2",
        licence="apache-2.0",
        aliases=["northlight/aurora-7b-instruct"],
    )
    world.keep("", "foundation_model", base.ref)
    world.do(
        pool.rita,
        submit.record_foundation_status,
        foundation=base.ref,
        market="EU",
        status="registered",
        valid_from=date(2026, 3, 1),
        evidence_note="extract of the register of 1 March 2026",
    )
    for firm, who in (("Orchid Health", pool.mara), ("Birch Credit", pool.ben)):
        _register(world, firm, who, base.ref)
    return world


def _file(word: str) -> dict[str, Any]:
    """Return the row of a model card of the firm; its bytes are ``bytes_of_file(word)``."""
    return {
        "name": f"{word}-card.md",
        "sha256": sha256_hex(bytes_of_file(word)),
        "size_bytes": len(bytes_of_file(word)),
        "format": "hf-model-card",
        "understood": {"name": f"{word} card", "warnings": []},
    }


def bytes_of_file(word: str) -> bytes:
    """Return the content of a firm's model card."""
    return f"# {word} card\n".encode()


def _register(world: World, firm: str, who: Actor, base: str) -> None:
    word = CANARY[firm]
    short = firm.split()[0]
    model = world.do(
        who,
        submit.register_model,
        name=f"{short} helper",
        foundation=base,
        version="0.3",
        method="lora",
        licence="proprietary",
        datasets=[f"{word} letters"],
        stated_base="northlight/aurora-7b-instruct",
        description=f"{word} description",
        hosted=True,
        host_provider=f"{word} cloud",
        host_job=f"{word}-job",
        host_snapshot=f"{word}-snap",
        host_endpoint=f"https://{word}.example/v1",
        files=[_file(word)],
    )
    world.keep(firm, "sha256", _file(word)["sha256"])
    world.keep(firm, "model", model.ref)
    deployment = world.do(
        who,
        submit.register_deployment,
        model=model.ref,
        name=f"{short} guide",
        purpose="Answers from a vetted bank.",
        context="health_information",
        markets=["EU"],
        indicators=indicators(),
    )
    world.keep(firm, "deployment", deployment.ref)
    world.do(who, submit.attest, deployment=deployment.ref, signed_name=who.name)
    decided = world.do(who, submit.request_ethics, deployment=deployment.ref, answers={"harm": f"{word} answer"})
    world.keep(firm, "ethics_decided", decided.ref)
    world.do(
        world.pool.edda,
        submit.decide_ethics,
        request=decided.ref,
        outcome="approved_with_conditions",
        reasons=f"{word} reasons",
        conditions=[f"{word} condition"],
        conditions_due_on=day_of(world.at) + timedelta(days=30),
    )
    incident = world.do(
        who,
        submit.report_incident,
        deployment=deployment.ref,
        severity="other",
        description=f"{word} incident",
        occurred_at=world.at - timedelta(hours=2),
        known_at=world.at - timedelta(hours=1),
    )
    world.keep(firm, "incident", incident.ref)
    world.do(
        who,
        submit.add_monitoring,
        deployment=deployment.ref,
        period_from=day_of(world.at) - timedelta(days=31),
        period_until=day_of(world.at) - timedelta(days=1),
        level=2,
        sample_outputs=100,
        off_scope_outputs=1,
        complaints=0,
        summary=f"{word} monitoring",
    )
    second = world.do(
        who,
        submit.register_deployment,
        model=model.ref,
        name=f"{short} second guide",
        purpose="Answers from another vetted bank.",
        context="health_information",
        markets=["EU"],
        indicators=indicators(),
    )
    world.keep(firm, "deployment_unsigned", second.ref)
    waiting = world.do(who, submit.request_ethics, deployment=second.ref, answers={"harm": f"{word} second answer"})
    world.keep(firm, "ethics", waiting.ref)
