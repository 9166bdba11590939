"""Signing in: throttled, the same words and the same work for every failure, a new session at every success."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pool.kernel.refusals import Refusal
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.members import queries, service

WINDOW = timedelta(minutes=5)
PER_KEY = 10
PER_POOL = 1000


class Throttled(Refusal):
    """Too many failed sign-ins in five minutes."""

    kind = "throttled"


@dataclass(frozen=True, slots=True)
class SignInResult:
    """Who signed in; ``seat_id`` where exactly one seat is held."""

    person_id: int | None
    seat_id: int | None
    is_demo: bool
    has_second_factor: bool
    name: str = ""


def keys_of(email: str, address_digest: str) -> tuple[str, ...]:
    """Return the keys under which a failed attempt counts: account, network address, the whole pool."""
    return (f"account:{service.token_digest(email.strip().lower())}", f"address:{address_digest}", "pool")


def sign_in(work: Work, *, email: str, password: str, address_digest: str) -> SignInResult:
    """Check address and password. A wrong pair is counted and answered with an empty result, so that the count stays.

    Raises: Throttled.
    """
    keys = keys_of(email, address_digest)
    with work.as_pool():
        _refuse_throttled(work, keys)
        found = queries.credentials_of(work, email)
        right = service.verify_password(found[1] if found else None, password)
        if found is None or not right or found[0].state != "active":
            service.failed_sign_in(work, keys=keys)
            return SignInResult(None, None, False, False)
        person = found[0]
        seats = queries.seats_of_person(work, person.id)
        seat_id = seats[0].id if len(seats) == 1 else None
        work.note("sign_in", subject_kind="person", subject_ref=person.public_id)
        return SignInResult(person.id, seat_id, person.is_demo, person.has_second_factor, person.name)


def _refuse_throttled(work: Work, keys: tuple[str, ...]) -> None:
    for key, most in zip(keys, (PER_KEY, PER_KEY * 3, PER_POOL), strict=True):
        if queries.attempts_since(work, key, work.at - WINDOW) >= most:
            raise Throttled(
                _("There were too many failed sign-ins."),
                next_step=_("Wait five minutes and try again."),
                facts={"retry_after": 300},
            )


def check_second_factor(work: Work, *, person_id: int, code: str, address_digest: str) -> bool:
    """Check a second-factor code; a wrong one counts like a failed sign-in.

    Raises: Throttled.
    """
    keys = (f"code:{person_id}", f"address:{address_digest}")
    with work.as_pool():
        if queries.attempts_since(work, keys[0], work.at - WINDOW) >= 5:
            raise Throttled(
                _("There were too many wrong codes."),
                next_step=_("Wait five minutes and try again."),
                facts={"retry_after": 300},
            )
        if service.use_second_factor(work, person_id=person_id, code=code):
            return True
        service.failed_sign_in(work, keys=keys)
        return False


def prepare_second_factor(work: Work, *, person_id: int) -> str:
    """Return the person's new second-factor secret, to be shown once as a picture and as text."""
    with work.as_pool():
        return service.prepare_second_factor(work, person_id=person_id)


def begin_session(work: Work, **session: Any) -> str:
    """Begin a session; return its token. As ``members.start_session``."""
    with work.as_pool():
        return service.start_session(work, **session)


def keep_session(work: Work, *, digest: str, data: dict[str, Any] | None) -> None:
    """Note that a session was used now. As ``members.keep_session``."""
    with work.as_pool():
        service.keep_session(work, digest=digest, data=data)


def end_session(work: Work, *, digest: str | None = None, public_id: str | None = None) -> None:
    """End one session, by its token's digest or as its owner by its public id. Raises: Missing."""
    with work.as_pool():
        service.end_session(work, digest=digest, public_id=public_id)


def change_password(work: Work, *, old: str, new: str, address_digest: str) -> bool:
    """Change one's own password, in whatever seat or none; every session of the account ends.

    A wrong old password counts as a failed sign-in of the account, in both doors: whoever found a browser open may
    not guess here what the sign-in would stop. Returned is whether it was right, so that the count stays.

    Raises: Throttled, WeakPassword.
    """
    with work.as_pool():
        keys = keys_of(queries.email_of(work, work.actor.person_id or 0), address_digest)
        _refuse_throttled(work, keys)
        changed = service.change_password(work, old=old, new=new)
        if not changed:
            service.failed_sign_in(work, keys=keys)
        return changed


def take_invitation(work: Work, *, token: str, name: str, password: str) -> SignInResult:
    """Take up an invitation and sign in with the new account."""
    with work.as_pool():
        person = service.take_invitation(work, token=token, name=name, password=password)
        seats = queries.seats_of_person(work, person.id)
        return SignInResult(person.id, seats[0].id if seats else None, False, False, person.name)


def accept_invitation(work: Work, *, token: str) -> None:
    """Take up an invitation with the account that it was sent to, which is signed in: one more seat."""
    with work.as_pool():
        service.accept_invitation(work, token=token)


def look_at_invitation(reading: Reading, *, token: str) -> service.InvitationView:
    """Return what an open invitation offers. Raises: InvitationGone."""
    with reading.as_pool():
        return service.open_invitation(reading, token)[1]
