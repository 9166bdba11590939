"""A booking told step by step: Orchid Health asks, Pia screens and plans, Amos prices. Tests change one step."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from auditors.roster.queries import profile
from pool.bookings import queries
from pool.bookings.values import BookingFile
from pool.journeys import book, plan, roster, submit
from pool.kernel.clock import day_of, utc
from pool.kernel.roles import SYSTEM, Actor
from pool.kernel.storage import Database
from scheduling.plan import plan_to_json
from scheduling.planning import solve
from scheduling.problem_json import problem_to_json
from tests.support import people
from tests.unit.policy.cases import CASES

START = utc(2026, 9, 1, 9)  # a Tuesday
WINDOW = (date(2026, 9, 21), date(2026, 11, 20))
#: The steps of the life-cycle in the order in which the story takes them.
STATES = ("draft", "submitted", "screened", "quoted", "accepted", "proposed", "confirmed", "in_audit")


@dataclass
class Story:
    """A pool with one booking that somebody takes further; the clock moves a minute with every step."""

    database: Database
    pool: people.Pool
    at: datetime = START
    deployments: dict[str, str] = field(default_factory=dict)
    booking: str = ""

    def __getattr__(self, name: str) -> Actor:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.pool.actors[name]

    def do(self, who: str | Actor, journey: Any, /, **named: Any) -> Any:
        """Run a journey as somebody, a minute later."""
        self.at += timedelta(minutes=1)
        actor = self.pool.actors[who] if isinstance(who, str) else who
        return self.database.run_work(journey, actor=actor, at=self.at, **named)

    def ask(self, who: str | Actor, query: Any, /, *arguments: Any, **named: Any) -> Any:
        """Ask a query in somebody's scope."""
        actor = self.pool.actors[who] if isinstance(who, str) else who
        with self.database.reading(actor, self.at) as reading:
            return query(reading, *arguments, **named)

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)

    @property
    def file(self) -> BookingFile:
        """Return the booking as the planner sees it."""
        found = self.ask("pia", queries.booking, self.booking)
        assert isinstance(found, BookingFile)
        return found

    @property
    def state(self) -> str:
        """Return the booking's state."""
        return self.file.line.state

    # ----------------------------------------------------------------------------------------------
    # Steps

    def registered(self, firm: str = "mara", case: str = "V02", name: str = "Visit guide", sites: int = 1) -> str:
        """Register, attest and tier a deployment of a worked case; return its reference."""
        facts = CASES[case]
        foundation = self._foundation()
        model = self.do(firm, submit.register_model, name=f"{name} model", foundation=foundation, method="lora")
        deployment = self.do(
            firm,
            submit.register_deployment,
            model=model.ref,
            name=name,
            purpose="Answers questions from a vetted bank.",
            context=facts["context"],
            markets=facts["markets"],
            indicators=facts["indicators"],
            sites=sites,
        )
        self.do(firm, submit.attest, deployment=deployment.ref, signed_name=self.pool.actors[firm].name)
        self.deployments[name] = deployment.ref
        return str(deployment.ref)

    def _foundation(self) -> str:
        if "foundation" not in self.deployments:
            made = self.do("rita", submit.add_foundation, provider="northlight", name="aurora-7b", version="1.2")
            self.deployments["foundation"] = made.ref
        return self.deployments["foundation"]

    def requested(self, *, firm: str = "mara", deployments: Any = None, **named: Any) -> str:
        """Draft a request and remember it."""
        made = self.do(
            firm,
            book.request_booking,
            deployments=deployments or [self.deployments["Visit guide"]],
            window_from=named.pop("window_from", WINDOW[0]),
            window_until=named.pop("window_until", WINDOW[1]),
            **named,
        )
        self.booking = made.ref
        return self.booking

    def planned(self) -> plan.Published:
        """Export, solve, keep and publish; return what was published."""
        problem = self.ask("pia", plan.export_problem)
        document, answer = problem_to_json(problem), plan_to_json(solve(problem))
        kept = self.do("pia", plan.keep_plan, problem=document, plan=answer)
        published = self.do("pia", plan.publish_plan, plan=kept.ref)
        assert isinstance(published, plan.Published)
        return published

    def team(self) -> list[str]:
        """Return the first names of the standing team, the lead first."""
        standing = self.file.standing
        assert standing is not None, "no proposal stands"
        names = {actor.name: key for key, actor in self.pool.actors.items()}
        return [names[member.name] for member in standing.members]

    @property
    def proposal(self) -> str:
        """Return the reference of the standing proposal."""
        standing = self.file.standing
        assert standing is not None, "no proposal stands"
        return standing.ref

    def all_accept(self) -> None:
        """Let every asked auditor accept."""
        for name in self.team():
            self.do(name, plan.answer_proposal, proposal=self.proposal, answer="accepted")

    def offered(self) -> None:
        """Let the team accept and the firm open the offer."""
        self.all_accept()
        self.do("mara", book.show_offer, booking=self.booking)

    def go_to(self, state: str) -> None:
        """Take the booking from where it stands to a state of ``STATES``."""
        steps: dict[str, Callable[[], object]] = {
            "draft": lambda: self.requested(),
            "submitted": lambda: self.do("mara", book.submit, booking=self.booking),
            "screened": lambda: self.do("pia", book.screen, booking=self.booking),
            "quoted": lambda: self.do("amos", book.quote, booking=self.booking),
            "accepted": lambda: self.do("mara", book.accept, booking=self.booking, signed_name="Mara Voss"),
            "proposed": lambda: self.planned(),
            "confirmed": lambda: self._confirm(),
            "in_audit": lambda: self._begin(),
        }
        done = STATES.index(self.state) + 1 if self.booking else 0
        for name in STATES[done : STATES.index(state) + 1]:
            steps[name]()
            assert self.state == name

    def _confirm(self) -> None:
        self.offered()
        self.do("mara", book.waive_objection, booking=self.booking)
        self.do("pia", book.confirm, booking=self.booking)

    def _begin(self) -> None:
        starts_on = self.file.line.starts_on
        assert starts_on is not None
        self.later(days=(starts_on - day_of(self.at)).days)
        self.do(SYSTEM, book.start_audit, booking=self.booking)


def build(database: Database, *, at: datetime = START) -> Story:
    """Seed the people and register Orchid's deployment.

    Chen's day rate differs, so that estimates have a range. Chen alone knows the law (F5), Ada and Bruno may lead: a
    team has two people, and a lead who declines can be replaced.
    """
    story = Story(database, people.seed(database, at=at), at)
    story.do("pia", roster.change_auditor, auditor="AUR-2026-0003", day_rate_minor=120_000)
    (law,) = (one for one in story.ask("pia", profile, "AUR-2026-0001").competences if one.code == "F5")
    story.do("pia", roster.end_competence, competence=law.public_id, reason="not renewed")
    story.registered()
    return story


@dataclass(frozen=True)
class Chapter:
    """A story stopped at a state, as a file to copy."""

    path: Path
    story: Story

    def opened(self, folder: Path) -> Story:
        """Return a copy of the story that goes on in a file of its own."""
        path = Path(shutil.copy(self.path, folder / "story.sqlite"))
        database = Database(f"sqlite:///{path}")
        told = self.story
        pool = people.Pool(
            database,
            dict(told.pool.actors),
            dict(told.pool.firm_ids),
            dict(told.pool.firm_refs),
            dict(told.pool.auditor_ids),
        )
        return Story(database, pool, told.at, dict(told.deployments), told.booking)


def chapters(template: Path, folder: Path) -> dict[str, Chapter]:
    """Tell the story once and keep a file of it at every state."""
    path = Path(shutil.copy(template, folder / "telling.sqlite"))
    database = Database(f"sqlite:///{path}")
    story = build(database)
    kept: dict[str, Chapter] = {"start": _kept(story, path, folder, "start")}
    for state in STATES:
        story.go_to(state)
        kept[state] = _kept(story, path, folder, state)
    database.dispose()
    return kept


def _kept(story: Story, path: Path, folder: Path, state: str) -> Chapter:
    # Why dispose: the last connection to close writes the log back into the file.
    story.database.dispose()
    copy = Path(shutil.copy(path, folder / f"{state}.sqlite"))
    pool = people.Pool(
        story.database,
        dict(story.pool.actors),
        dict(story.pool.firm_ids),
        dict(story.pool.firm_refs),
        dict(story.pool.auditor_ids),
    )
    return Chapter(copy, Story(story.database, pool, story.at, dict(story.deployments), story.booking))
