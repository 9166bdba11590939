"""Sitting down in a seat of the demo without the sign-in pages: a session as they make it, as a cookie."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from pool.journeys import reset
from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM, Actor, Office
from pool.kernel.storage import Work
from pool.members import service
from pool.members.queries import actor_of
from tests.support.people import PASSWORD
from tests.support.web import database_of

#: Somebody of the demo for every seat: audience, then who. Firms with much to show, an auditor with work at hand.
SEATS: dict[str, tuple[str, ...]] = {
    "public": ("",),
    "firm": ("aoife", "nikos", "hanna", "lin", "dana", "ruth"),
    "auditor": ("chen", "ada", "hiro", "dimitra"),
    "pool": ("pia", "rita", "tess", "amos", "theo", "dora", "edda", "ivo"),
}


@dataclass(frozen=True)
class Seat:
    """A seat with the token of its session; both empty for a visitor."""

    audience: str
    who: str
    office: Office
    token: str

    @property
    def name(self) -> str:
        """Return how faults name the seat."""
        return f"{self.office} ({self.who})" if self.who else "visitor"


def seats(app: Flask) -> list[Seat]:
    """Sit everybody of :data:`SEATS` down; return their seats."""
    return [
        Seat(audience, who, Office.PUBLIC, "") if not who else _sit(app, audience, who)
        for audience, names in SEATS.items()
        for who in names
    ]


def at_the_door(app: Flask) -> list[tuple[Seat, str]]:
    """Bring people to the door of whom the demo has none; return where each stands.

    One is invited, one has given the password but not the second factor yet, one has no second factor yet, one was
    given a link to set a new password.
    """
    database, at = database_of(app), now()
    found: list[tuple[Seat, str]] = database.run_work(_bring, actor=SYSTEM, at=at)
    with database.reading(SYSTEM, at) as reading:
        amos, vera = (actor_of(reading, email=f"{who}@demo.example") for who in ("amos", "vera"))
    asked = database.run_work(
        reset.ask_reset, email="rea@door.example", reason="called back, phone was stolen", actor=amos, at=at
    )
    token = database.run_work(reset.confirm_reset, reset=asked.public_id, seen=asked.content_digest, actor=vera, at=at)
    return [*found, (Seat("public", "", Office.PUBLIC, ""), f"/sign-in/reset/{token}")]


def _bring(work: Work) -> list[tuple[Seat, str]]:
    token = service.invite(work, name="Nova Lind", email="nova@door.example", office=Office.ADMINISTRATOR, firm_id=None)
    found = [(Seat("public", "", Office.PUBLIC, ""), f"/invitation/{token}")]
    for who, secret, path in (("Paul Ring", "JBSWY3DPEHPK3PXP", "/sign-in/code"), ("Ena Roll", None, "/sign-in/enrol")):
        person = service.add_person(
            work, name=who, email=f"{who.split()[0]}@door.example", password=PASSWORD, totp_secret=secret
        )
        seat = service.give_seat(work, person_id=person.id, office=Office.ADMINISTRATOR)
        if secret is None:
            service.prepare_second_factor(work, person_id=person.id)
        session = service.start_session(work, person_id=person.id, seat_id=seat.id, data={}, second_factor_at=None)
        found.append((Seat("public", who, Office.ADMINISTRATOR, session), path))
    service.add_person(work, name="Rea Sund", email="rea@door.example", password=PASSWORD)
    return found


def _sit(app: Flask, audience: str, who: str) -> Seat:
    database, at = database_of(app), now()
    with database.reading(SYSTEM, at) as reading:
        actor: Actor = actor_of(reading, email=f"{who}@demo.example")
    token = database.run_work(
        service.start_session,
        person_id=actor.person_id,
        seat_id=actor.seat_id,
        data={},
        second_factor_at=at,
        actor=SYSTEM,
        at=at,
    )
    return Seat(audience, who, actor.office, token)
