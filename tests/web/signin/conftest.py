"""A pool that is no demo: one firm, real passwords, second factors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from pool.kernel.clock import now
from pool.kernel.roles import SYSTEM, Office
from pool.kernel.storage import Database, Work
from pool.members import service
from pool.members.queries import PersonView
from tests.support.web import database_of, make_app, post

PASSWORD = "seven tall trees by the water"
#: As strong as the library allows to be weak: what is tested is who may sign in, not how long it takes.
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

T = TypeVar("T")


@dataclass
class House:
    """The application with Mara (manager), Nils (member, no second factor yet) and Rita (registrar and planner)."""

    app: Flask
    mara: PersonView
    nils: PersonView
    rita: PersonView
    secret: str
    seats: dict[str, str]

    @property
    def database(self) -> Database:
        """Return the database."""
        return database_of(self.app)

    def code(self, *, step: int = 0) -> str:
        """Return Mara's and Rita's code of now, or of some steps of 30 seconds later."""
        return pyotp.TOTP(self.secret).at(int(now().timestamp()) + 30 * step)

    def browser(self) -> FlaskClient:
        """Return a browser without cookies."""
        return self.app.test_client()

    def signed_in(self, email: str = "mara@orchid.example", *, step: int = 0) -> FlaskClient:
        """Return a browser in which somebody has given password and second factor."""
        client = self.browser()
        assert post(client, "/sign-in", {"email": email, "password": PASSWORD}).status_code == 303
        answer = post(client, "/sign-in/code", {"code": self.code(step=step)})
        assert answer.status_code == 303, "the second factor was refused"
        return client

    def do(self, journey: Callable[..., T], **named: Any) -> T:
        """Run a service as the system."""
        return self.database.run_work(journey, actor=SYSTEM, at=now(), **named)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let passwords be hashed quickly."""
    monkeypatch.setattr(service, "_HASHER", QUICK)
    monkeypatch.setattr(service, "_NOBODY", QUICK.hash("nobody's password"))


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path, quick: None) -> Iterator[House]:
    """Give the pool that is no demo."""
    app = make_app(sqlite_url, tmp_path, demo=False)
    secret = pyotp.random_base32()
    at = now()
    mara, nils, rita, seats = database_of(app).run_work(_fill, secret, at, actor=SYSTEM, at=at)
    yield House(app, mara, nils, rita, secret, seats)
    database_of(app).dispose()


def _fill(work: Work, secret: str, at: datetime) -> tuple[PersonView, PersonView, PersonView, dict[str, str]]:
    firm = service.admit_firm(work, name="Orchid Health", country="DE", contact_email="office@orchid.example")
    mara = service.add_person(
        work, name="Mara Voss", email="mara@orchid.example", password=PASSWORD, totp_secret=secret
    )
    nils = service.add_person(work, name="Nils Arden", email="nils@orchid.example", password=PASSWORD)
    rita = service.add_person(
        work, name="Rita Sørensen", email="rita@pool.example", password=PASSWORD, totp_secret=secret
    )
    seats = {
        "mara": service.give_seat(work, person_id=mara.id, office=Office.FIRM_MANAGER, firm_id=firm.id),
        "nils": service.give_seat(work, person_id=nils.id, office=Office.FIRM_MEMBER, firm_id=firm.id),
        "rita": service.give_seat(work, person_id=rita.id, office=Office.REGISTRAR),
        "rita-planner": service.give_seat(work, person_id=rita.id, office=Office.PLANNER),
    }
    return mara, nils, rita, {name: seat.public_id for name, seat in seats.items()}
