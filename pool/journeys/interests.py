"""Interests of auditors: declaring a tie to a firm, matched to the member it names."""

from __future__ import annotations

from datetime import date

from auditors.roster import queries as roster
from auditors.roster import service
from auditors.roster.values import InterestView
from pool.kernel.refusals import Forbidden
from pool.kernel.roles import Office
from pool.kernel.storage import Work
from pool.kernel.words import gettext as _
from pool.members import queries as members


class NotAnAuditor(Forbidden):
    """Only an auditor declares an interest of their own."""


def declare(
    work: Work, *, firm_name: str, kind: str, from_on: date, until_on: date | None = None, note: str = ""
) -> InterestView:
    """Declare, as an auditor, a tie to a firm; planning keeps the auditor away until it was assessed.

    The name (or reference) of a member firm is matched without regard to case, since only a matched tie blocks. An
    auditor may not read the list of members, so the pool looks it up and the answer does not say whether it found one.

    Raises: NotAnAuditor, BadRosterValue per field.
    """
    if work.actor.office is not Office.AUDITOR or work.actor.auditor_id is None:
        raise NotAnAuditor(_("Only an auditor declares an interest."), next_step=_("Change to your auditor's seat."))
    wanted = " ".join(firm_name.split()).casefold()
    with work.as_pool():
        known = {firm.name.casefold(): firm for firm in members.firms(work)}
        known |= {firm.ref.casefold(): firm for firm in members.firms(work)}
    found = known.get(wanted)
    return service.declare_interest(
        work,
        auditor=roster.auditors_by_id(work, [work.actor.auditor_id])[work.actor.auditor_id].ref,
        firm_name=firm_name,
        firm_id=found.id if found is not None else None,
        kind=kind,
        from_on=from_on,
        until_on=until_on,
        note=note,
    )
