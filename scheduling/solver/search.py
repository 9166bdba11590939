"""A legal plan at once, and better ones by taking a few audits off and putting them back (ruin and recreate).

Deterministic: a fixed number of rounds and looks, and a seeded generator of its own; never seconds.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from scheduling.problem import TIERS
from scheduling.solver.board import Board, Place
from scheduling.solver.candidates import Candidates

#: Rounds per audit against unplaced audits and against price.
PLACING_ROUNDS = 8
POLISHING_ROUNDS = 30
#: Most candidates looked at in either; a million takes about half a second to a second.
PLACING_LOOKS = 3_000_000
POLISHING_LOOKS = 10_000_000
#: Most audits taken off at once.
TAKEN_OFF = 8


def greedy_board(table: Candidates) -> Board:
    """Return a board with a legal plan: one audit after the other, pinned ones and high tiers first."""
    board = Board(table)
    fill_up(board)
    return board


def fill_up(board: Board) -> None:
    """Place every unplaced audit that still fits, so that each one left over has a reason."""
    for number in _by_urgency(board.table):
        if number not in board.places:
            _place_if_possible(board, number)


def search_places(board: Board, *, rounds: int = PLACING_ROUNDS) -> None:
    """Make room for unplaced audits, as long as there are any; the board never gets worse."""
    order = _by_urgency(board.table)
    rank = {number: position for position, number in enumerate(order)}
    dice = _dice(board, "places")
    end = board.looks + PLACING_LOOKS
    for turn in range(rounds * len(order)):
        missing = [number for number in order if number not in board.places]
        if not missing or board.looks > end:
            return
        wanted = dice.choice(missing)
        others = _some_in_the_way(board, wanted, dice)
        # The urgent first finds room soonest; every other turn at random gets out of its dead ends.
        _try_again(board, wanted, others if turn % 2 else sorted(others, key=rank.__getitem__))


def polish(board: Board, *, rounds: int = POLISHING_ROUNDS) -> None:
    """Lower price, load and starts; the board never gets worse at a higher level."""
    dice = _dice(board, "polish")
    numbers = range(len(board.table.problem.audits))
    end = board.looks + POLISHING_LOOKS
    for _round in range(rounds * len(numbers) if len(numbers) > 1 else 0):
        if board.looks > end:
            return
        wanted = dice.choice(numbers)
        _try_again(board, wanted, _some_in_the_way(board, wanted, dice))


def _dice(board: Board, purpose: str) -> random.Random:
    return random.Random(f"{board.table.problem.seed}/{purpose}")


def _place_if_possible(board: Board, number: int) -> None:
    place = board.cheapest_place(number)
    if place is not None:
        board.put(number, place)


def _by_urgency(table: Candidates) -> list[int]:
    """Return the audits: pinned first, then by tier, then those with the fewest chances."""

    def urgency(number: int) -> tuple[int, int, int, int]:
        choice = table.choices[number]
        chances = sum(candidate.attend.bit_count() for candidate in choice.candidates)
        rank = 0 if choice.audit.pinned else 1 + TIERS.index(choice.audit.tier)
        return rank, chances // choice.audit.people, -choice.audit.half_days, number

    return sorted(range(len(table.choices)), key=urgency)


def _some_in_the_way(board: Board, wanted: int, dice: random.Random) -> list[int]:
    """Return a few placed audits, in random order, that use somebody the wanted one could use."""
    people = {candidate.auditor for candidate in board.table.choices[wanted].candidates}
    nearby = [
        number for number in sorted(board.places) if number != wanted and people.intersection(board.places[number].team)
    ]
    return dice.sample(nearby, min(len(nearby), dice.randint(1, TAKEN_OFF)))


def _try_again(board: Board, wanted: int, others: Sequence[int]) -> None:
    """Take the audits off, place the wanted one first and then the others; undo it if the plan is worse."""
    worth = tuple(board.objective().values())
    before: dict[int, Place] = {number: board.lift(number) for number in (wanted, *others) if number in board.places}
    for number in (wanted, *others):
        _place_if_possible(board, number)
    if tuple(board.objective().values()) <= worth:
        return
    for number in (wanted, *others):
        if number in board.places:
            board.lift(number)
    for number, place in before.items():
        board.put(number, place)
