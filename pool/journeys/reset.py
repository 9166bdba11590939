"""A new sign-in for somebody who lost password or second factor: asked and confirmed by two administrators."""

from __future__ import annotations

from pool.journeys.signin import SignInResult
from pool.kernel.refusals import Forbidden
from pool.kernel.roles import Office
from pool.kernel.storage import Reading, Work
from pool.kernel.words import gettext as _
from pool.members import queries, resets
from pool.members.resets import ResetView


class OnlyAdministrators(Forbidden):
    """Only administrators give somebody a new sign-in."""


def ask_reset(work: Work, *, email: str, reason: str) -> ResetView:
    """Give the first word for a new sign-in. Raises: OnlyAdministrators; as ``resets.ask_reset``."""
    _refuse_others(work)
    return resets.ask_reset(work, email=email, reason=reason)


def confirm_reset(work: Work, *, reset: str, seen: str) -> str:
    """Give the second word; return the link's token, shown once. Raises: OnlyAdministrators; as the service."""
    _refuse_others(work)
    return resets.confirm_reset(work, public_id=reset, seen=seen)


def withdraw_reset(work: Work, *, reset: str) -> None:
    """Withdraw a reset, or its link. Raises: OnlyAdministrators; as ``resets.withdraw_reset``."""
    _refuse_others(work)
    resets.withdraw_reset(work, public_id=reset)


def listed(reading: Reading) -> tuple[ResetView, ...]:
    """Return the latest resets. Raises: OnlyAdministrators."""
    _refuse_others(reading)
    return resets.resets(reading)


def look_at_reset(reading: Reading, *, token: str) -> tuple[str, str]:
    """Return name and address of the person whose link this is. Raises: ResetGone."""
    with reading.as_pool():
        _row, person = resets.open_reset(reading, token)
        return person.name, person.email


def take_reset(work: Work, *, token: str, password: str) -> SignInResult:
    """Set a new password by the link and sign in, to set up the second factor. Raises: ResetGone, WeakPassword."""
    with work.as_pool():
        person = resets.take_reset(work, token=token, password=password)
        seats = queries.seats_of_person(work, person.id)
        return SignInResult(person.id, seats[0].id if len(seats) == 1 else None, person.is_demo, False, person.name)


def _refuse_others(reading: Reading) -> None:
    if reading.actor.office is not Office.ADMINISTRATOR:
        raise OnlyAdministrators(
            _("Only administrators give somebody a new sign-in."), next_step=_("Ask an administrator.")
        )
