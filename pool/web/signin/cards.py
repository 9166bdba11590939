"""Sign-in cards of the demo: three to start with, then everybody else by where they sit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pool.kernel.roles import FIRM_OFFICES, Office
from pool.kernel.words import gettext as _
from pool.kernel.words import lazy as _l
from pool.members.queries import SeatView

#: With whom a newcomer sees the most, and what they see there.
START = {
    Office.FIRM_MANAGER: _l("Your models, deployments and what is due: the side of a member firm."),
    Office.AUDITOR: _l("Your desk, your calendar and the audits you work on."),
    Office.PLANNER: _l("The plan board: who audits whom and when, and why not."),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One seat to sit down in; ``hint`` says what a newcomer finds there."""

    seat: SeatView
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Some cards under one title; ``key`` makes its id."""

    key: str
    title: str
    cards: tuple[Card, ...]


def grouped(seats: Iterable[SeatView]) -> tuple[Group, ...]:
    """Return the cards in groups, each seat once; groups without a card are left out."""
    rest = list(seats)
    start = []
    for office, hint in START.items():
        first = next((one for one in rest if one.office is office), None)
        if first is not None:
            rest.remove(first)
            start.append(Card(first, str(hint)))
    firms = sorted((one for one in rest if one.office in FIRM_OFFICES), key=lambda one: (one.firm_name, one.id))
    auditors = [one for one in rest if one.office is Office.AUDITOR]
    pool = [one for one in rest if one.office not in FIRM_OFFICES and one.office is not Office.AUDITOR]
    groups = (
        Group("start", _("Start here"), tuple(start)),
        Group("firms", _("Firms"), tuple(map(Card, firms))),
        Group("auditors", _("Auditors"), tuple(map(Card, auditors))),
        Group("pool", _("Offices of the pool"), tuple(map(Card, pool))),
    )
    return tuple(one for one in groups if one.cards)
