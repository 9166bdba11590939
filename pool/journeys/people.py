"""Firms and people: admitting a firm, inviting to a seat, ending a seat."""

from __future__ import annotations

from dataclasses import dataclass

from auditors.casework import service as casework
from auditors.roster import service as roster
from pool.kernel.refusals import Conflict, Forbidden, Invalid
from pool.kernel.roles import FIRM_OFFICES, GRANTED_OFFICES, POOL_OFFICES, SEATABLE_OFFICES, Office
from pool.kernel.storage import Work, takes_numbers
from pool.kernel.words import gettext as _
from pool.members import queries, service
from pool.members.rules import name_skeleton


class NotYourInvitation(Forbidden):
    """This seat may not invite to that seat."""


class PoolHasAdministrator(Conflict):
    """The first administrator was made already."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A new firm and the token of its first manager's invitation, which is shown once."""

    ref: str
    public_id: str
    firm_id: int
    invitation: str


@takes_numbers
def admit_firm(
    work: Work, *, name: str, country: str, contact_email: str, manager_name: str, manager_email: str
) -> Admitted:
    """Make a firm a member and invite its first manager.

    Raises: NotYourInvitation unless the registrar or an administrator does it; the refusals of the members room.
    """
    if work.actor.office not in {Office.REGISTRAR, Office.ADMINISTRATOR}:
        raise NotYourInvitation(
            _("Only the registrar or an administrator admits firms."), next_step=_("Ask one of them.")
        )
    firm = service.admit_firm(work, name=name, country=country, contact_email=contact_email)
    skeleton = name_skeleton(firm.name)
    roster.link_interests(work, firm_id=firm.id, is_meant=lambda typed: name_skeleton(typed) == skeleton)
    token = service.invite(work, name=manager_name, email=manager_email, office=Office.FIRM_MANAGER, firm_id=firm.id)
    return Admitted(firm.ref, firm.public_id, firm.id, token)


def may_invite_to(office: Office) -> frozenset[Office]:
    """Return the seats that somebody in ``office`` may invite to; auditors join through the roster."""
    if office is Office.FIRM_MANAGER:
        return FIRM_OFFICES
    if office is Office.ADMINISTRATOR:
        return POOL_OFFICES | {Office.REGULATOR}
    return frozenset()


def invite(work: Work, *, name: str, email: str, office: str) -> str:
    """Invite somebody to a seat of one's own firm or, as administrator, of the pool; return the token.

    Raises: Invalid for no such office, NotYourInvitation.
    """
    if office not in SEATABLE_OFFICES:
        raise Invalid(_("There is no such seat."), field="office", next_step=_("Choose one of the list."))
    if Office(office) not in may_invite_to(work.actor.office):
        raise NotYourInvitation(
            _("Your seat may not invite to this one."),
            field="office",
            next_step=_("Ask a manager or an administrator."),
        )
    return service.invite(work, name=name, email=email, office=Office(office), firm_id=work.actor.firm_id)


def end_seat(work: Work, *, seat: str, reason: str) -> None:
    """End a seat of one's own firm or, as administrator, of the pool, and with it the sight that it gave.

    Raises: Forbidden, Missing, Conflict for the last manager; Invalid without a reason.
    """
    if work.actor.office not in {Office.FIRM_MANAGER, Office.ADMINISTRATOR}:
        raise NotYourInvitation(_("Your seat may not end seats."), next_step=_("Ask a manager or an administrator."))
    if not reason.strip():
        raise Invalid(_("Say why the seat ends."), field="reason", next_step=_("Write a short reason."))
    with work.as_pool():
        service.end_seat(work, public_id=seat, reason=reason.strip())
        ended = [one for one in queries.pool_seats(work) if one.public_id == seat and one.office in GRANTED_OFFICES]
        for one in ended:
            casework.end_grants_of_seat(work, person_id=one.person_id, office=one.office)


def close_account(work: Work, *, email: str, reason: str) -> None:
    """Close an account, as administrator: it signs in no more; its sessions and grants end with this transaction.

    Raises: NotYourInvitation, NoSuchPerson, Invalid without a reason or for one's own account.
    """
    if work.actor.office is not Office.ADMINISTRATOR:
        raise NotYourInvitation(_("Only an administrator closes accounts."), next_step=_("Ask an administrator."))
    person = queries.person_by_email(work, email)
    if person is None or person.state != "active":
        raise queries.NoSuchPerson(
            _("There is no account %(email)s.", email=email), field="email", next_step=_("Check the address.")
        )
    if not reason.strip() or person.id == work.actor.person_id:
        raise Invalid(
            _("Say why the account is closed; nobody closes their own."),
            field="reason",
            next_step=_("Write a short reason."),
        )
    service.disable_person(work, public_id=person.public_id, reason=reason.strip())
    for office in sorted(GRANTED_OFFICES):
        casework.end_grants_of_seat(work, person_id=person.id, office=office)


@takes_numbers
def first_administrator(work: Work, *, name: str, email: str, password: str) -> queries.PersonView:
    """Make the first administrator of an empty pool.

    Raises: PoolHasAdministrator.
    """
    if any(seat.office is Office.ADMINISTRATOR for seat in queries.pool_seats(work)):
        raise PoolHasAdministrator(
            _("This pool has an administrator already."), next_step=_("Ask them for an invitation.")
        )
    person = service.add_person(work, name=name, email=email, password=password)
    service.give_seat(work, person_id=person.id, office=Office.ADMINISTRATOR, reason="first administrator")
    return person
