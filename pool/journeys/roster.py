"""The roster across rooms: auditors with account and seat, interests in member firms, competence of the edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from auditors.roster import queries, service
from auditors.roster.rules import require_keeper
from auditors.roster.service import (
    assess_interest,
    cancel_leave,
    change_auditor,
    end_competence,
    end_interest,
    renew_competence,
    set_leave,
)
from auditors.roster.values import AuditorView, CompetenceView, InterestView
from pool.kernel.refusals import Conflict, Invalid
from pool.kernel.roles import Office
from pool.kernel.storage import Work, takes_numbers
from pool.kernel.words import gettext as _
from pool.members import queries as members
from pool.members import service as accounts
from pool.members.rules import name_skeleton
from pool.policy.loading import load_edition

#: What the roster's own service does without another room stands here as the use case it is.
__all__ = [
    "AdmittedAuditor",
    "HasSeat",
    "NoAccount",
    "UnknownCompetence",
    "add_auditor",
    "add_competence",
    "admit_auditor",
    "assess_interest",
    "cancel_leave",
    "change_auditor",
    "declare_interest",
    "end_competence",
    "end_interest",
    "invite_auditor",
    "own_ref",
    "renew_competence",
    "set_leave",
]


class NoAccount(Invalid):
    """An auditor needs an account; there is none with this address and no password for a new one."""


class UnknownCompetence(Invalid):
    """The edition knows no such competence."""


class HasSeat(Conflict):
    """The auditor has a running seat, so nobody else is invited to it."""


@dataclass(frozen=True, slots=True)
class AdmittedAuditor:
    """A new auditor and the token of their invitation, shown once; empty where an account got the seat at once."""

    ref: str
    public_id: str
    invitation: str


@takes_numbers
def admit_auditor(
    work: Work,
    *,
    name: str,
    email: str,
    region: str,
    languages: Sequence[str],
    day_rate_minor: int,
    currency: str,
    time_zone: str = "UTC",
    max_half_days: int = 30,
) -> AdmittedAuditor:
    """Take an auditor into the roster and invite the person to the seat.

    Where an account with this address exists, it gets the seat at once: an invitation would make a second one.
    Raises: NotYourRoster, BadRosterValue per field; BadEmail; SeatExcluded where another seat of that person excludes
    it.
    """
    view = service.add_auditor(
        work,
        name=name,
        region=region,
        languages=languages,
        day_rate_minor=day_rate_minor,
        currency=currency,
        time_zone=time_zone,
        max_half_days=max_half_days,
    )
    return AdmittedAuditor(view.ref, view.public_id, _seat_or_invite(work, view, name=name, email=email))


def invite_auditor(work: Work, *, auditor: str, name: str, email: str) -> AdmittedAuditor:
    """Invite the person of an auditor who has no seat: a first link was lost, or the seat was ended.

    Raises: NotYourRoster, AuditorMissing, HasSeat, BadEmail, SeatExcluded.
    """
    require_keeper(work.actor)
    view = queries.auditor(work, auditor)
    if members.person_of_auditor(work, view.id) is not None:
        raise HasSeat(_("This auditor has an account and a seat."), field="email", next_step=_("End that seat first."))
    return AdmittedAuditor(view.ref, view.public_id, _seat_or_invite(work, view, name=name, email=email))


def _seat_or_invite(work: Work, view: AuditorView, *, name: str, email: str) -> str:
    person = members.person_by_email(work, email)
    if person is None:
        return accounts.invite(work, name=name, email=email, office=Office.AUDITOR, firm_id=None, auditor_id=view.id)
    accounts.give_seat(work, person_id=person.id, office=Office.AUDITOR, auditor_id=view.id, reason=view.ref)
    return ""


@takes_numbers
def add_auditor(
    work: Work,
    *,
    name: str,
    account_email: str,
    region: str,
    languages: Sequence[str],
    day_rate_minor: int,
    currency: str,
    time_zone: str = "UTC",
    max_half_days: int = 30,
    password: str = "",
    is_demo: bool = False,
) -> AuditorView:
    """Take an auditor into the roster and give them the seat; an account that exists is used, else one is made.

    Raises: as ``roster.add_auditor``; NoAccount; SeatExcluded where another seat of that person excludes it.
    """
    view = service.add_auditor(
        work,
        name=name,
        region=region,
        languages=languages,
        day_rate_minor=day_rate_minor,
        currency=currency,
        time_zone=time_zone,
        max_half_days=max_half_days,
        is_demo=is_demo,
    )
    person = members.person_by_email(work, account_email)
    if person is None:
        if not password:
            raise NoAccount(
                _("There is no account with this address."),
                field="account_email",
                next_step=_("Give a first password, which the auditor changes."),
            )
        person = accounts.add_person(work, name=name, email=account_email, password=password, is_demo=is_demo)
    accounts.give_seat(work, person_id=person.id, office=Office.AUDITOR, auditor_id=view.id, reason=view.ref)
    return view


def add_competence(
    work: Work,
    *,
    auditor: str,
    code: str,
    level: int,
    valid_from: date,
    valid_until: date,
    evidence_note: str,
    evidence_digest: str | None = None,
) -> CompetenceView:
    """Confirm a competence that the edition knows. Raises: UnknownCompetence; as ``roster.add_competence``."""
    rules = load_edition().effort.competence
    known = (*rules.functions, *rules.sectors)
    if code not in known:
        raise UnknownCompetence(
            _("The edition knows no competence %(code)s.", code=repr(code[:20])),
            field="code",
            next_step=_("Use one of: %(known)s.", known=", ".join(known)),
        )
    return service.add_competence(
        work,
        auditor=auditor,
        code=code,
        level=level,
        valid_from=valid_from,
        valid_until=valid_until,
        evidence_note=evidence_note,
        evidence_digest=evidence_digest,
    )


def declare_interest(
    work: Work,
    *,
    kind: str,
    from_on: date,
    auditor: str = "",
    firm: str = "",
    firm_name: str = "",
    until_on: date | None = None,
    note: str = "",
) -> InterestView:
    """Declare a tie between an auditor (one's own where none is named) and a firm, by reference or by its name.

    A name that is a member's counts as that member; a firm outside the pool is kept by name. It blocks until assessed.
    Raises: as ``roster.declare_interest``; NoSuchFirm for a reference that is none.
    """
    with work.as_pool():
        known = members.firms(work)
        found = members.firm_of(work, firm) if firm else None
    if found is None:
        same = [one for one in known if name_skeleton(one.name) == name_skeleton(firm_name)]
        found = same[0] if same else None
    return service.declare_interest(
        work,
        auditor=auditor or own_ref(work),
        firm_id=found.id if found is not None else None,
        # Why as typed: who is a member is not told to whoever tries names.
        firm_name=found.name if found is not None and firm else firm_name,
        kind=kind,
        from_on=from_on,
        until_on=until_on,
        note=note,
    )


def own_ref(work: Work) -> str:
    """Return the reference of the auditor who acts; empty where nobody does. An empty one is found nowhere."""
    if work.actor.auditor_id is None:
        return ""
    known = queries.auditors_by_id(work, [work.actor.auditor_id]).get(work.actor.auditor_id)
    return known.ref if known is not None else ""
