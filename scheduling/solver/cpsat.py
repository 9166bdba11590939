"""The exact layer: one CP-SAT model of all hard rules, solved level by level of the objective.

Source: OR-Tools CP-SAT (Apache-2.0). One worker, a fixed seed and deterministic time make equal input give equal plans;
seconds are never asked for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from ortools.sat.python import cp_model

from scheduling.interval import positions_of
from scheduling.problem import TIERS
from scheduling.solver.board import Board, Place
from scheduling.solver.candidates import Candidate, Candidates, Choice
from scheduling.solver.search import polish, search_places

#: Shares of the effort per level, in order; what a level leaves over goes to the next.
SHARES = (("unplaced", 0.6), ("money_minor", 0.24), ("load_squares", 0.08), ("start_half_days", 0.08))
#: Models with more variables get less effort, so that all end in about the same time.
ORDINARY_VARIABLES = 10_000


@dataclass
class _Seats:
    """The variables of one candidate in one audit; ``None`` where the seat is not open to the person."""

    candidate: Candidate
    lead: cp_model.IntVar | None
    member: cp_model.IntVar | None
    sits: cp_model.IntVar


@dataclass
class _AuditVars:
    choice: Choice
    placed: cp_model.IntVar
    start: cp_model.IntVar
    at: dict[int, cp_model.IntVar]
    seats: list[_Seats] = field(default_factory=list)
    covers: list[tuple[cp_model.IntVar, _Seats, int]] = field(default_factory=list)


class PlanModel:
    """The CP-SAT model of a problem."""

    def __init__(self, table: Candidates) -> None:
        self.table = table
        self.model = cp_model.CpModel()
        self.audits = [self._audit(choice) for choice in table.choices]
        self._auditors()
        self._rotation()

    # --- variables and rules of one audit ---

    def _audit(self, choice: Choice) -> _AuditVars:
        model, name = self.model, f"a{choice.number}"
        possible = _starts_with_somebody(choice)
        at = {start: model.new_bool_var(f"{name}@{start}") for start in positions_of(possible)}
        placed = model.new_bool_var(f"{name}placed")
        model.add_exactly_one([*at.values(), placed.negated()])
        start = model.new_int_var(0, max(at, default=0), f"{name}start")
        model.add(start == sum(number * literal for number, literal in at.items()))
        audit = _AuditVars(choice, placed, start, at)
        for candidate in choice.candidates:
            audit.seats.append(self._seats(audit, candidate))
        leads = [seats.lead for seats in audit.seats if seats.lead is not None]
        model.add(sum(leads) == placed)
        model.add(sum(seats.sits for seats in audit.seats) == choice.audit.people * placed)
        for seats in audit.seats:
            if seats.candidate.is_pinned:
                model.add(seats.sits == placed)
        for need in range(len(choice.audit.needs)):
            self._cover(audit, need)
        return audit

    def _seats(self, audit: _AuditVars, candidate: Candidate) -> _Seats:
        model, name = self.model, f"a{audit.choice.number}p{candidate.auditor}"
        lead = self._seat(audit, candidate.lead, f"{name}lead")
        member = self._seat(audit, candidate.member, f"{name}member")
        roles = [role for role in (lead, member) if role is not None]
        if len(roles) == 1:
            return _Seats(candidate, lead, member, roles[0])
        sits = model.new_bool_var(f"{name}sits")
        model.add(sum(roles) == sits)
        return _Seats(candidate, lead, member, sits)

    def _seat(self, audit: _AuditVars, starts: int, name: str) -> cp_model.IntVar | None:
        if not starts:
            return None
        seat = self.model.new_bool_var(name)
        self._only_at(audit, seat, starts)
        return seat

    def _only_at(self, audit: _AuditVars, literal: cp_model.IntVar, starts: int) -> None:
        """Let ``literal`` be true only if the audit begins at one of ``starts``."""
        elsewhere = [at for start, at in audit.at.items() if not starts >> start & 1]
        if elsewhere:
            self.model.add_at_most_one([literal, *elsewhere])

    def _cover(self, audit: _AuditVars, need: int) -> None:
        """Somebody who sits there covers the need on every day; validity may depend on the start."""
        terms: list[cp_model.IntVar] = []
        for seats in audit.seats:
            covers = seats.candidate.covers[need]
            if covers and covers == seats.candidate.attend:
                terms.append(seats.sits)
            elif covers:
                brings = self.model.new_bool_var(f"a{audit.choice.number}p{seats.candidate.auditor}n{need}")
                self.model.add_implication(brings, seats.sits)
                self._only_at(audit, brings, covers)
                audit.covers.append((brings, seats, covers))
                terms.append(brings)
        self.model.add(sum(terms) >= audit.placed)

    # --- rules of one auditor ---

    def _auditors(self) -> None:
        intervals: dict[int, list[cp_model.IntervalVar]] = defaultdict(list)
        work: dict[int, list[cp_model.LinearExprT]] = defaultdict(list)
        for audit in self.audits:
            length = audit.choice.audit.half_days
            for seats in audit.seats:
                who = seats.candidate.auditor
                name = f"a{audit.choice.number}p{who}time"
                interval = self.model.new_optional_fixed_size_interval_var(audit.start, length, seats.sits, name)
                intervals[who].append(interval)
                work[who].append(length * seats.sits)
        self.loads: dict[int, cp_model.IntVar] = {}
        self.squares: dict[int, cp_model.IntVar] = {}
        self.most: dict[int, int] = {}
        for who in sorted(intervals):
            self.model.add_no_overlap(intervals[who])
            person = self.table.problem.auditors[who]
            self.most[who] = min(person.max_half_days, self.table.free[who].bit_count())
            self.loads[who] = self.model.new_int_var(0, self.most[who], f"p{who}load")
            self.model.add(self.loads[who] == sum(work[who]))

    def _rotation(self) -> None:
        leads: dict[tuple[int, str], list[cp_model.IntVar]] = defaultdict(list)
        for audit in self.audits:
            for seats in audit.seats:
                if seats.lead is not None:
                    leads[seats.candidate.auditor, audit.choice.audit.firm].append(seats.lead)
        for (who, firm), literals in leads.items():
            left = self.table.leads_left(who, firm)
            if len(literals) > left:
                self.model.add(sum(literals) <= left)

    # --- levels of the objective ---

    def level(self, name: str) -> cp_model.LinearExprT:
        """Return the expression to minimise at a level."""
        seats = [(audit, seats) for audit in self.audits for seats in audit.seats]
        match name:
            case "unplaced":
                return sum(self._weight(audit) * audit.placed.negated() for audit in self.audits)
            case "money_minor":
                return sum(taken.candidate.price_minor * taken.sits for _audit, taken in seats)
            case "load_squares":
                return self._load_squares()
            case _:
                return sum(audit.start for audit in self.audits)

    def value(self, name: str, board: Board) -> int:
        """Return what the plan on ``board`` is worth at a level."""
        if name == "unplaced":
            missing = (audit for audit in self.audits if audit.choice.number not in board.places)
            return sum(self._weight(audit) for audit in missing)
        return board.objective()[name]

    def _weight(self, audit: _AuditVars) -> int:
        return self._weights[_rank(audit)]

    @cached_property
    def _weights(self) -> dict[str, int]:
        """Return weights such that no number of unplaced lesser audits outweighs one greater."""
        ranks = [_rank(audit) for audit in self.audits]
        weight, weights = 1, {}
        for rank in reversed(("pinned", *TIERS)):
            weights[rank] = weight
            weight *= ranks.count(rank) + 1
        return weights

    def _load_squares(self) -> cp_model.LinearExprT:
        """Return the sum of squared loads: its tangents between neighbours are exact at whole numbers."""
        for who, load in self.loads.items():
            square = self.model.new_int_var(0, self.most[who] ** 2, f"p{who}square")
            for step in range(self.most[who]):
                self.model.add(square >= (2 * step + 1) * load - step * (step + 1))
            self.squares[who] = square
        return sum(self.squares.values())

    # --- hints and answers ---

    def hint(self, board: Board) -> None:
        """Offer the plan on ``board`` as the first solution, every variable of it."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]  # it alone has no types
        for audit in self.audits:
            place = board.places.get(audit.choice.number)
            self._hint_audit(audit, place)
        for who, load in self.loads.items():
            self.model.add_hint(load, board.load[who])
            if who in self.squares:
                self.model.add_hint(self.squares[who], board.load[who] ** 2)

    def _hint_audit(self, audit: _AuditVars, place: Place | None) -> None:
        add = self.model.add_hint
        add(audit.placed, place is not None)
        add(audit.start, place.start if place else 0)
        for start, literal in audit.at.items():
            add(literal, place is not None and place.start == start)
        for seats in audit.seats:
            who = seats.candidate.auditor
            leads, joins = place is not None and place.lead == who, place is not None and who in place.members
            if seats.lead is not None:
                add(seats.lead, leads)
            if seats.member is not None:
                add(seats.member, joins)
            if seats.lead is not None and seats.member is not None:
                add(seats.sits, leads or joins)
        for brings, seats, covers in audit.covers:
            add(
                brings,
                place is not None and seats.candidate.auditor in place.team and bool(covers >> place.start & 1),
            )

    def board_of(self, solver: cp_model.CpSolver) -> Board:
        """Return the solution as a board."""
        board = Board(self.table)
        for audit in self.audits:
            if solver.boolean_value(audit.placed):
                lead = next(s.candidate.auditor for s in audit.seats if _is_true(solver, s.lead))
                members = tuple(s.candidate.auditor for s in audit.seats if _is_true(solver, s.member))
                board.put(audit.choice.number, Place(solver.value(audit.start), lead, members))
        return board


def improved(board: Board, *, effort: float) -> tuple[Board, bool]:
    """Return a board no worse than ``board``, and whether it is proved best.

    ``effort`` is deterministic time; larger models get less of it, since a unit of it lasts longer there.
    """
    model = PlanModel(board.table)
    effort *= min(1.0, ORDINARY_VARIABLES / max(1, len(model.model.proto.variables)))
    is_proved, left = True, 0.0
    for name, share in SHARES:
        left += share * effort
        expression = model.level(name)
        if model.value(name, board):  # 0 is the least there is
            board, used, is_best = _improved_at(model, expression, board, left)
            left = max(0.0, left - used)
            is_proved = is_proved and is_best
        if name == "unplaced":
            search_places(board)
            polish(board)
        model.model.add(expression <= model.value(name, board))
    return board, is_proved


def _improved_at(
    model: PlanModel, expression: cp_model.LinearExprT, board: Board, effort: float
) -> tuple[Board, float, bool]:
    """Solve one level; return the board, the deterministic time used, and whether the level is proved best."""
    model.model.minimize(expression)
    model.hint(board)
    solver = _solver(board.table.problem.seed, effort)
    status = solver.solve(model.model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        board = model.board_of(solver)
    elif status != cp_model.UNKNOWN:
        raise AssertionError(f"a legal plan exists, yet the model is {solver.status_name(status)}")
    return board, solver.response_proto.deterministic_time, status == cp_model.OPTIMAL


def _solver(seed: int, effort: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = effort
    return solver


def _rank(audit: _AuditVars) -> str:
    return "pinned" if audit.choice.audit.pinned else audit.choice.audit.tier


def _starts_with_somebody(choice: Choice) -> int:
    starts = 0
    for candidate in choice.candidates:
        starts |= candidate.attend
    return starts


def _is_true(solver: cp_model.CpSolver, literal: cp_model.IntVar | None) -> bool:
    return literal is not None and solver.boolean_value(literal)
