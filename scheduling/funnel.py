"""Why an audit is not placed: how many auditors are left after each rule, until none is."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.interval import positions_of
from scheduling.plan import FunnelStep
from scheduling.solver.board import Board, Person, cheapest_team
from scheduling.solver.candidates import Choice, lead_is_pinned, pinned_seat


def funnel_of(board: Board, number: int) -> tuple[FunnelStep, ...]:
    """Return the funnel of an unplaced audit beside the placed audits of ``board``.

    Each step counts the auditors with at least one start left at which they could take a seat; the counts never rise
    and the last one is 0. When people are left, but no team can be made of them at any start, one more entry with 0
    says what is missing: the lead, a need (``competence-cover:CODE``) or a whole team of the fixed size. So the rule
    before it is the one that took the last team away.
    """
    found = []
    for step in _Funnel(board, number).steps():
        found.append(step)
        if not step.left:
            break
    return tuple(found)


class _Funnel:
    """Masks of starts per auditor that every step narrows: any seat, the lead's seat, and each need."""

    def __init__(self, board: Board, number: int) -> None:
        self.board = board
        self.table = board.table
        self.audit = board.table.problem.audits[number]
        self.auditors = board.table.problem.auditors
        self.people = range(len(self.auditors))
        everything = self.table.window_starts(self.audit)
        self.starts = everything
        self.attend = [everything for _ in self.people]
        self.lead = [everything for _ in self.people]
        self.covers = [[everything for _ in self.audit.needs] for _ in self.people]
        self.asks_for_lead = False

    def steps(self) -> Iterator[FunnelStep]:
        """Yield the steps in the order of the rules; the reader stops at the first 0."""
        yield FunnelStep("all", len(self.auditors))
        if not self.starts:
            yield FunnelStep("window", 0)
        if self.audit.excluded:
            yield from self._step("excluded")
        if self.audit.pinned:
            yield from self._step("pin")
        for rule in (
            "competence-cover",
            "lead-qualified",
            "competence-valid",
            "language",
            "interest",
            "rotation",
            "calendar",
            "load-limit",
            "double-booking",
        ):
            yield from self._step(rule)
        yield FunnelStep("team-size", 0)

    def _step(self, rule: str) -> Iterator[FunnelStep]:
        self.asks_for_lead = self.asks_for_lead or rule == "lead-qualified"
        for auditor in self.people:
            self._narrow(rule, auditor)
        yield FunnelStep(rule, sum(bool(self._seat(auditor)) for auditor in self.people))
        missing = None if rule in ("excluded", "pin") else self._missing()
        if missing is not None:
            yield FunnelStep(missing, 0)

    def _narrow(self, rule: str, auditor: int) -> None:
        """Apply one rule to one auditor."""
        table, audit, person = self.table, self.audit, self.auditors[auditor]
        keep = self.starts
        match rule:
            case "excluded":
                keep = 0 if person.id in audit.excluded else keep
            case "pin":
                keep = 0 if pinned_seat(audit, person.id) == "none" else table.pinned_starts(audit)
            case "competence-cover" | "competence-valid":
                self._narrow_competence(rule, auditor)
            case "language":
                keep = keep if table.speaks(auditor, audit) else 0
            case "interest":
                keep = table.clear_starts(auditor, audit)
            case "rotation":
                if table.leads_left(auditor, audit.firm) <= self.board.led[auditor, audit.firm]:
                    self.lead[auditor] = 0
            case "calendar":
                keep = table.free_starts(auditor, audit.half_days)
            case "load-limit":
                keep = keep if self.board.load[auditor] + audit.half_days <= person.max_half_days else 0
            case "double-booking":
                keep = table.free_starts(auditor, audit.half_days, self.board.busy[auditor])
        self.attend[auditor] &= keep

    def _narrow_competence(self, rule: str, auditor: int) -> None:
        audit, person = self.audit, self.auditors[auditor]
        for number, need in enumerate((*audit.needs, audit.lead)):
            held = any(need.is_met_by(has) for has in person.competences)
            mask = self.starts if held else 0
            if rule == "competence-valid":
                mask = self.table.valid_starts(auditor, need, audit.half_days)
            if number < len(audit.needs):
                self.covers[auditor][number] &= mask
            else:
                self.lead[auditor] &= mask

    def _seat(self, auditor: int) -> int:
        """Return the starts at which the auditor could take a seat as far as the rules were applied."""
        if self.audit.people > 1:
            useful = self.lead[auditor] if self.audit.needs else self.starts
            for cover in self.covers[auditor]:
                useful |= cover
            return self.attend[auditor] & useful
        alone = self.attend[auditor]
        for cover in self.covers[auditor]:
            alone &= cover
        return alone & self.lead[auditor] if self.asks_for_lead else alone

    def _missing(self) -> str | None:
        """Name what no start has any more, or ``None`` while a whole team can still be made at some start."""
        seats = [self._seat(auditor) for auditor in self.people]
        if not any(seats):
            return None
        if self.asks_for_lead and not any(s & lead for s, lead in zip(seats, self.lead, strict=True)):
            return "lead-qualified"
        for number, need in enumerate(self.audit.needs):
            if not any(s & self.covers[auditor][number] for auditor, s in enumerate(seats)):
                return f"competence-cover:{need.code}"
        together = 0
        for mask in seats:
            together |= mask
        choice = Choice(0, self.audit, together, ())
        if any(cheapest_team(choice, self._people_at(start, seats)) for start in positions_of(together)):
            return None
        return "team-size"

    def _people_at(self, start: int, seats: list[int]) -> list[Person]:
        bit = 1 << start
        return [self._person(auditor, bit) for auditor in self.people if seats[auditor] & bit]

    def _person(self, auditor: int, bit: int) -> Person:
        covers = sum(1 << need for need, mask in enumerate(self.covers[auditor]) if mask & bit)
        seat = pinned_seat(self.audit, self.auditors[auditor].id)
        may_lead = not self.asks_for_lead or bool(self.lead[auditor] & bit)
        may_join = self.audit.people > 1 and (bool(covers) or not self.audit.needs)
        return Person(
            auditor=auditor,
            price_minor=0,
            covers=covers,
            may_lead=may_lead and (seat == "lead" or (seat == "any" and not lead_is_pinned(self.audit))),
            may_join=may_join and seat in ("member", "any"),
            is_pinned=seat in ("lead", "member"),
        )
