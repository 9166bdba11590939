"""Made-up planning problems with a seed, to measure and to test with: same arguments, same problem.

The shape follows what planning has to live with: uneven competence, leave, conflicts, more work than people.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from scheduling.interval import HalfDay, Window
from scheduling.problem import Audit, Auditor, Competence, Interest, LeadRow, Need, Problem

FIRST_DAY = date(2027, 1, 4)
FUNCTIONS = ("F1", "F2", "F3", "F4", "F5", "F6")
SECTORS = ("X-HEA", "X-FIN", "X-PUB", "X-EMP")
LANGUAGES = ("en", "de", "zh")
REGIONS = ("north", "south", "west")
#: Function competences needed beside a sector. Source: effort.yaml, required_by_tier.
NEEDS_BY_TIER = {"low": ("F1",), "medium": ("F1", "F2"), "high": ("F1", "F2", "F3", "F4", "F5", "F6")}
HALF_DAYS_BY_TIER = {"low": (1, 4), "medium": (3, 10), "high": (6, 18)}


def made_up_problem(
    seed: int, *, audits: int = 100, auditors: int = 25, days: int = 60, effort: int | None = None
) -> Problem:
    """Return a made-up problem; ``days`` are calendar days of the horizon, ``effort`` that of the search."""
    from scheduling.problem import Limits

    dice = random.Random(f"{seed}/{audits}/{auditors}/{days}")
    firms = [f"firm-{number:02d}" for number in range(max(1, audits * 2 // 3))]
    people = tuple(_auditor(dice, number, days) for number in range(auditors))
    return Problem(
        first_day=FIRST_DAY,
        last_day=FIRST_DAY + timedelta(days=days - 1),
        currency="EUR",
        auditors=people,
        audits=tuple(_audit(dice, number, firms, days) for number in range(audits)),
        interests=tuple(_interests(dice, people, firms)),
        rotation=tuple(_rotation(dice, people, firms)),
        holidays=(FIRST_DAY + timedelta(days=min(2, days - 1)),),
        travel_minor=45_000,
        seed=seed,
        limits=Limits() if effort is None else Limits(effort=effort),
    )


def _auditor(dice: random.Random, number: int, days: int) -> Auditor:
    leads = number % 5 < 2
    codes = dice.sample(FUNCTIONS[1:], dice.randint(1, 3)) + dice.sample(SECTORS, dice.randint(1, 2))
    held = [Competence("F1", 3 if leads else dice.randint(1, 2), date(2024, 1, 1))]
    for code in codes:
        until = FIRST_DAY + timedelta(days=dice.randint(1, 2 * days)) if dice.random() < 0.2 else None
        held.append(Competence(code, dice.randint(2, 3), date(2024, 1, 1), until))
    return Auditor(
        id=f"auditor-{number:03d}",
        competences=tuple(held),
        languages=("en", *dice.sample(LANGUAGES[1:], dice.randint(0, 2))),
        max_half_days=max(2, days * 10 // 7 * dice.randint(60, 92) // 100),
        day_rate_minor=dice.randrange(60_000, 120_001, 5_000),
        region=dice.choice(REGIONS),
        unavailable=tuple(_leave(dice, days) for _ in range(dice.randint(0, 2))),
    )


def _leave(dice: random.Random, days: int) -> Window:
    begins = HalfDay(HalfDay.morning(FIRST_DAY).ordinal + dice.randrange(2 * days))
    return Window(begins, HalfDay(begins.ordinal + dice.randint(1, 14)))


def _audit(dice: random.Random, number: int, firms: list[str], days: int) -> Audit:
    tier = dice.choices(("low", "medium", "high"), (50, 35, 15))[0]
    needs = [Need(code, 2) for code in NEEDS_BY_TIER[tier]]
    if tier != "low":
        needs.append(Need(dice.choice(SECTORS), 2 if tier == "high" else 1))
    people = {"low": 1, "medium": 2, "high": dice.choice((3, 4))}[tier]
    length = dice.randint(min(12, days), days)
    begins = FIRST_DAY + timedelta(days=dice.randint(0, days - length))
    return Audit(
        id=f"audit-{number:03d}",
        firm=dice.choice(firms),
        tier=tier,
        needs=tuple(needs),
        half_days=dice.randint(*HALF_DAYS_BY_TIER[tier]),
        window=Window.of_days(begins, begins + timedelta(days=length - 1)),
        people=people,
        language=dice.choices((None, *LANGUAGES), (40, 40, 12, 8))[0],
        region=dice.choice((None, *REGIONS)),
    )


def _interests(dice: random.Random, people: tuple[Auditor, ...], firms: list[str]) -> list[Interest]:
    kinds = ("employment", "consultancy", "competitor", "reciprocity", "help_desk")
    found = []
    for firm in firms:
        for person in dice.sample(people, max(1, len(people) // 12)):
            until = FIRST_DAY + timedelta(days=dice.randint(5, 400)) if dice.random() < 0.5 else None
            found.append(Interest(person.id, firm, dice.choice(kinds), date(2026, 1, 1), until, dice.random() < 0.8))
    return found


def _rotation(dice: random.Random, people: tuple[Auditor, ...], firms: list[str]) -> list[LeadRow]:
    leads = [person for person in people if any(c.code == "F1" and c.level == 3 for c in person.competences)]
    return [
        LeadRow(person.id, firm, dice.randint(1, 3), dice.randint(1, 4))
        for firm in firms
        for person in dice.sample(leads, min(1, len(leads)))
    ]
