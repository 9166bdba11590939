"""Solve a planning problem: always a legal plan, the best that the effort finds, and a reason for what is left over."""

from __future__ import annotations

from pool.kernel.refusals import Invalid
from pool.kernel.words import gettext as _
from scheduling.funnel import funnel_of
from scheduling.plan import FEASIBLE, OPTIMAL, Assignment, Plan, Unplaced
from scheduling.problem import Member, Problem
from scheduling.problem_json import digest_of_problem
from scheduling.solver.board import Board, Place
from scheduling.solver.candidates import Candidates
from scheduling.solver.search import fill_up, greedy_board, polish, search_places

MOST_AUDITS = 100
MOST_AUDITORS = 200


class TooLarge(Invalid):
    """The problem is larger than this solver takes on."""


def solve(problem: Problem) -> Plan:
    """Return a legal plan. Equal problems give equal plans, byte for byte.

    With ``limits.effort`` 0 the exact layer is left out and the plan is what the search found.

    Raises: TooLarge above 100 audits or 200 auditors.
    """
    _refuse_too_large(problem)
    board = greedy_board(Candidates(problem))
    search_places(board)
    is_proved = False
    if problem.limits.effort:
        from scheduling.solver.cpsat import improved  # the library takes most of a second to load

        board, is_proved = improved(board, effort=problem.limits.effort)
    else:
        polish(board)
    fill_up(board)
    return plan_of(board, is_proved=is_proved)


def plan_of(board: Board, *, is_proved: bool) -> Plan:
    """Return the plan that stands on ``board``, with a funnel for every audit without a place."""
    problem = board.table.problem
    placed = sorted(board.places.items())
    return Plan(
        problem_digest=digest_of_problem(problem),
        status=OPTIMAL if is_proved else FEASIBLE,
        assignments=tuple(_assignment(board, number, place) for number, place in placed),
        unplaced=tuple(
            Unplaced(audit.id, funnel_of(board, number))
            for number, audit in enumerate(problem.audits)
            if number not in board.places
        ),
        objective=board.objective(),
    )


def _assignment(board: Board, number: int, place: Place) -> Assignment:
    problem = board.table.problem
    audit = problem.audits[number]
    lead = Member(problem.auditors[place.lead].id, "lead")
    members = (Member(problem.auditors[member].id, "member") for member in place.members)
    return Assignment(audit.id, (lead, *members), board.table.calendar.run_from(place.start, audit.half_days))


def _refuse_too_large(problem: Problem) -> None:
    for field, listed, most in (
        ("audits", problem.audits, MOST_AUDITS),
        ("auditors", problem.auditors, MOST_AUDITORS),
    ):
        if len(listed) > most:
            raise TooLarge(
                _("The problem has %(count)s %(what)s.", count=len(listed), what=field),
                field=field,
                next_step=_("Plan at most %(most)s at a time, for example by month.", most=most),
            )


def solve_pinned(problem: Problem, audit: str) -> Plan:
    """Return the plan in which one audit takes its cheapest place beside all others, which are pinned whole.

    The price is the lowest there is, and the start the earliest at that price: one audit has few places, and all of
    them are looked at. Whether the load could be more even is not asked, so the plan is called feasible.
    """
    table = Candidates(problem)
    board = Board(table)
    last = next(number for number, known in enumerate(problem.audits) if known.id == audit)
    for number in (*(n for n in range(len(problem.audits)) if n != last), last):
        place = board.cheapest_place(number)
        if place is not None:
            board.put(number, place)
    return plan_of(board, is_proved=False)
