"""The teller: plays journeys in the seats of the cast, at instants that only move forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from auditors.casework.evidence import FileStore
from pool.kernel.roles import SYSTEM, Actor
from pool.kernel.storage import Database
from pool.members.queries import actor_of

MAIL = "demo.example"
#: The password of every account of the demo. It guards nothing: the demo holds invented data on loopback.
PASSWORD = "a quiet seat in the demo"


class Teller:
    """Tells the demo's story into one database. ``today`` is the day on which the demo is made.

    ``files`` is the folder in which the bytes of files are kept; without one, only their digests are.
    """

    def __init__(self, database: Database, today: date, files: Path | None = None) -> None:
        self.database = database
        self.today = today
        self.store = FileStore(files) if files is not None else None
        self.now = datetime.combine(today - timedelta(days=400), time(9), tzinfo=UTC)
        self._actors: dict[str, Actor] = {}

    def day(self, before: int) -> date:
        """Return the day ``before`` days before today."""
        return self.today - timedelta(days=before)

    def go_to(self, before: int) -> None:
        """Move to the morning of the day ``before`` days before today; going back is refused."""
        moment = datetime.combine(self.day(before), time(8, 30), tzinfo=UTC)
        if moment.date() < self.now.date():
            raise ValueError(f"the story stands at {self.now.date()} and cannot go back to {moment.date()}")
        self.now = max(self.now, moment)

    def actor(self, who: str) -> Actor:
        """Return the actor of a member of the cast; ``clock`` is the pool's own clock."""
        if who == "clock":
            return SYSTEM
        if who not in self._actors:
            with self.database.reading(SYSTEM, self.now) as reading:
                self._actors[who] = actor_of(reading, email=f"{who}@{MAIL}")
        return self._actors[who]

    def do(self, who: str, journey: Callable[..., Any], *arguments: Any, reason: str = "", **named: Any) -> Any:
        """Run a journey in somebody's seat, a few minutes later than the last one."""
        self.now += timedelta(minutes=2)
        return self.database.run_work(journey, *arguments, actor=self.actor(who), at=self.now, reason=reason, **named)

    def read(self, who: str, query: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Ask a query in somebody's seat."""
        with self.database.reading(self.actor(who), self.now) as reading:
            return query(reading, *arguments, **named)
