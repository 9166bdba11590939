"""A plan in the making: place and remove audits, and find the cheapest legal place for one beside the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.interval import positions_of, starts_of_runs
from scheduling.plan import LEVELS
from scheduling.solver.candidates import Candidates, Choice


@dataclass(frozen=True, slots=True)
class Place:
    """Where an audit stands: number of its first half-day, index of the lead, indexes of the others in order."""

    start: int
    lead: int
    members: tuple[int, ...]

    @property
    def team(self) -> tuple[int, ...]:
        """Return everyone, the lead first."""
        return (self.lead, *self.members)


@dataclass(frozen=True, slots=True)
class Person:
    """A candidate at one start: the needs covered as bits, and the seats that are open to the person."""

    auditor: int
    price_minor: int
    covers: int
    may_lead: bool
    may_join: bool
    is_pinned: bool


class Board:
    """The placed audits of a problem with what they take from every auditor."""

    def __init__(self, table: Candidates) -> None:
        self.table = table
        people = len(table.problem.auditors)
        self.places: dict[int, Place] = {}
        self.busy = [0] * people
        self.load = [0] * people
        self.led: Counter[tuple[int, str]] = Counter()
        #: How many candidates were looked at so far: the measure of work, equal on every machine.
        self.looks = 0

    def put(self, number: int, place: Place) -> None:
        """Place audit ``number``; the caller knows that the place is legal."""
        self.places[number] = place
        self._book(number, place, 1)

    def lift(self, number: int) -> Place:
        """Take audit ``number`` off the board and return where it stood."""
        place = self.places.pop(number)
        self._book(number, place, -1)
        return place

    def _book(self, number: int, place: Place, sign: int) -> None:
        audit = self.table.problem.audits[number]
        run = ((1 << audit.half_days) - 1) << place.start
        for auditor in place.team:
            self.busy[auditor] ^= run
            self.load[auditor] += sign * audit.half_days
        self.led[place.lead, audit.firm] += sign

    def open_starts(self, choice: Choice) -> list[int]:
        """Return per candidate the starts that the rest of the board leaves to the person."""
        length = choice.audit.half_days
        most = self.table.problem.auditors
        return [
            candidate.attend & starts_of_runs(self.table.calendar.everything & ~self.busy[candidate.auditor], length)
            if self.load[candidate.auditor] + length <= most[candidate.auditor].max_half_days
            else 0
            for candidate in choice.candidates
        ]

    def people_at(self, choice: Choice, start: int, opened: Sequence[int]) -> list[Person]:
        """Return the candidates who could work the audit from ``start`` on."""
        bit = 1 << start
        firm = choice.audit.firm
        people = []
        self.looks += len(opened)
        for candidate, mask in zip(choice.candidates, opened, strict=True):
            if not mask & bit:
                continue
            leads_left = self.table.leads_left(candidate.auditor, firm) - self.led[candidate.auditor, firm]
            covers = sum(1 << need for need, cover in enumerate(candidate.covers) if cover & bit)
            may_lead = bool(candidate.lead & bit) and leads_left > 0
            may_join = bool(candidate.member & bit)
            if may_lead or may_join:
                person = Person(
                    candidate.auditor, candidate.price_minor, covers, may_lead, may_join, candidate.is_pinned
                )
                people.append(person)
        return people

    def cheapest_place(self, number: int) -> Place | None:
        """Return the cheapest legal place of an audit beside the rest of the board, the earliest of equals."""
        choice = self.table.choices[number]
        opened = self.open_starts(choice)
        together = 0
        for mask in opened:
            together |= mask
        best: tuple[int, Place] | None = None
        for start in positions_of(together):
            bound = best[0] if best else None
            team = cheapest_team(choice, self.people_at(choice, start, opened), bound)
            if team is not None:
                price, lead, members = team
                best = price, Place(start, lead, members)
        return best[1] if best else None

    def objective(self) -> dict[str, int]:
        """Return every level of the objective as the board stands."""
        problem = self.table.problem
        levels = dict.fromkeys(LEVELS, 0)
        for number, audit in enumerate(problem.audits):
            place = self.places.get(number)
            if place is None:
                levels["unplaced_pinned" if audit.pinned else f"unplaced_{audit.tier}"] += 1
                continue
            levels["money_minor"] += sum(self.table.price_minor(auditor, audit) for auditor in place.team)
            levels["start_half_days"] += place.start
        levels["load_squares"] = sum(load * load for load in self.load)
        return levels


def cheapest_team(
    choice: Choice, people: Sequence[Person], below: int | None = None
) -> tuple[int, int, tuple[int, ...]] | None:
    """Return price, lead and members of the cheapest whole team among ``people``, or ``None``.

    Exact: depth-first over the needs with a price bound; among people who bring the same, only the cheapest few can
    matter. With ``below`` only a team cheaper than that is returned.
    """
    audit = choice.audit
    if len(people) < audit.people:
        return None
    due = len(audit.pinned.team) if audit.pinned else 0
    pinned = [person for person in people if person.is_pinned]
    if len(pinned) != due:
        return None
    pool = _best_of_each_kind([person for person in people if not person.is_pinned], audit.people)
    everything = (1 << len(audit.needs)) - 1
    search = _TeamSearch(pool, everything, below)
    pinned_leads = [person for person in pinned if not person.may_join]
    for lead in pinned_leads or [person for person in pool if person.may_lead]:
        members = [person for person in pinned if person is not lead]
        covers = lead.covers
        for member in members:
            covers |= member.covers
        price = lead.price_minor + sum(member.price_minor for member in members)
        search.grow(lead, members, covers, price, audit.people - 1 - len(members))
    return search.best


def _best_of_each_kind(people: Sequence[Person], keep: int) -> list[Person]:
    kept: Counter[tuple[int, bool, bool]] = Counter()
    pool = []
    for person in sorted(people, key=lambda p: (p.price_minor, p.auditor)):
        kind = (person.covers, person.may_lead, person.may_join)
        if kept[kind] < keep:
            kept[kind] += 1
            pool.append(person)
    return pool


class _TeamSearch:
    """Depth-first search for the cheapest team; ``pool`` is in the order of price."""

    def __init__(self, pool: Sequence[Person], everything: int, below: int | None) -> None:
        self.joiners = [person for person in pool if person.may_join]
        self.everything = everything
        self.limit = below
        self.best: tuple[int, int, tuple[int, ...]] | None = None

    def grow(self, lead: Person, members: list[Person], covers: int, price: int, seats: int) -> None:
        """Fill the ``seats`` that are left; the lowest uncovered need is covered first."""
        if self.limit is not None and price >= self.limit:
            return
        missing = self.everything & ~covers
        if seats == 0:
            if not missing:
                self.limit = price
                names = tuple(sorted(member.auditor for member in members))
                self.best = price, lead.auditor, names
            return
        need = missing & -missing
        for person in self.joiners:
            dearer = price + person.price_minor + (seats - 1) * self.joiners[0].price_minor
            if self.limit is not None and dearer >= self.limit:
                return
            if person is lead or person in members or (need and not person.covers & need):
                continue
            self.grow(lead, [*members, person], covers | person.covers, price + person.price_minor, seats - 1)
            if not need:
                # Nothing is missing: the cheapest who is left is the best filling.
                return
