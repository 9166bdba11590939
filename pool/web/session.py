"""Sessions kept in the database: the cookie holds a random token, the table its digest and what it means.

A session can be listed and ended; it gets a new token at sign-in and at every change of seat. It ends after 30 idle
minutes and after 12 hours. Who has not signed in has no row: what a form needs to prove its origin stands signed in
the cookie itself, for an hour. Source: OWASP ASVS 5.0 V7.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, g
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadData, URLSafeSerializer

from pool.journeys.signin import begin_session, end_session, keep_session
from pool.kernel.clock import now
from pool.kernel.roles import PUBLIC, SYSTEM, Actor, Office
from pool.kernel.storage import Database, Unavailable
from pool.members.queries import SignedIn, signed_in
from pool.members.service import token_digest

TOUCH = timedelta(minutes=1)
VISIT = timedelta(hours=1)
LONGEST_COOKIE = 2000


class PoolSession(dict[str, Any], SessionMixin):
    """What a request remembers. ``signed_in`` is ``None`` for a visitor, who has no session of ours."""

    def __init__(self, found: SignedIn | None, data: dict[str, Any] | None = None) -> None:
        super().__init__(found.data if found else data or {})
        self.signed_in = found
        self.before = dict(self)
        self.turn: dict[str, Any] | None = None
        self.ended = False
        #: Why nobody knows who asks: the database does not answer. The request is refused with it.
        self.fault: Unavailable | None = None

    def become(self, *, person_id: int, seat_id: int | None, second_factor: bool, name: str) -> None:
        """Answer with a new token for this person and seat; the old one ends."""
        self.turn = {"person_id": person_id, "seat_id": seat_id, "second_factor": second_factor, "name": name}
        # Why: the token that proves a form's origin must not outlive the privilege it was made under.
        # Why one at once: two pages opened side by side would each make their own, and only the later would count.
        self["csrf_token"] = secrets.token_hex(20)

    def end(self) -> None:
        """Sign out: end the session and forget the cookie."""
        self.ended = True


class DatabaseSessions(SessionInterface):
    """Flask's door to the session table."""

    def __init__(self, database: Database, *, secure: bool) -> None:
        self.database = database
        self.secure = secure
        self.cookie = "__Host-pool" if secure else "pool"

    def open_session(self, app: Flask, request: Request) -> PoolSession:
        """Read the session of the request's cookie; an unknown or ended one is a new visitor."""
        token = request.cookies.get(self.cookie, "")
        if request.path.startswith("/static/") or not 20 <= len(token) <= LONGEST_COOKIE:
            return PoolSession(None)
        if "." in token:
            return PoolSession(None, self._read(app, token))
        try:
            with self.database.reading(SYSTEM, now()) as reading:
                return PoolSession(signed_in(reading, token_digest(token)))
        except Unavailable as fault:
            # Why not raised here: without a session no answer can be made, not even the one that says so.
            session = PoolSession(None)
            session.fault = fault
            return session

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what changed; a read-only page of a visitor writes nothing."""
        assert isinstance(session, PoolSession)
        if session.fault is not None:
            return
        found = session.signed_in
        at = now()
        if session.ended:
            if found is not None:
                self.database.run_work(end_session, digest=found.token_digest, actor=_holder(found), at=at)
            response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="Lax")
            return
        if session.turn is not None:
            self._turn(session, response)
        elif found is None:
            if session:
                self._set(response, self._signer(app).dumps([(at + VISIT).isoformat(), dict(session)]))
        elif dict(session) != session.before:
            self.database.run_work(keep_session, digest=found.token_digest, data=dict(session), actor=PUBLIC, at=at)
        elif found.last_seen_at + TOUCH <= at:
            self.database.run_work(keep_session, digest=found.token_digest, data=None, actor=PUBLIC, at=at)

    def _turn(self, session: PoolSession, response: Response) -> None:
        assert session.turn is not None
        found, turn, at = session.signed_in, session.turn, now()
        if found is not None:
            self.database.run_work(end_session, digest=found.token_digest, actor=_holder(found), at=at)
        # Why: a change of seat is no new sign-in, so the twelve hours go on running.
        same_person = found is not None and _holder(found).person_id == turn["person_id"]
        token = self.database.run_work(
            begin_session,
            person_id=turn["person_id"],
            seat_id=turn["seat_id"],
            data=dict(session),
            user_agent=str(g.get("user_agent", "")),
            address_digest=str(g.get("address_digest", "")),
            second_factor_at=at if turn["second_factor"] else None,
            expires_at=found.expires_at if found is not None and same_person else None,
            actor=Actor(turn["person_id"], turn["seat_id"], Office.PUBLIC, name=turn["name"]),
            at=at,
        )
        self._set(response, token)

    def _set(self, response: Response, value: str) -> None:
        response.set_cookie(self.cookie, value, path="/", secure=self.secure, httponly=True, samesite="Lax")

    def _signer(self, app: Flask) -> URLSafeSerializer:
        return URLSafeSerializer(str(app.config["SECRET_KEY"]), salt="visitor")

    def _read(self, app: Flask, cookie: str) -> dict[str, Any]:
        """Return what a visitor's cookie holds; nothing where it is not ours or its hour is over."""
        try:
            until, data = self._signer(app).loads(cookie)
        except BadData:
            return {}
        return dict(data) if datetime.fromisoformat(until) > now() else {}


def _holder(found: SignedIn) -> Actor:
    """Return who holds a session, for the trace that its end leaves."""
    if found.person is None:
        return PUBLIC
    return Actor(found.person.id, found.seat.id if found.seat else None, Office.PUBLIC, name=found.person.name)


def address_digest(address: str, secret: str) -> str:
    """Return a keyed digest of a network address: enough to count attempts, too little to know who it was."""
    return hashlib.sha256(f"{secret}|{address}".encode()).hexdigest()
